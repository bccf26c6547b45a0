"""How large the changes are, and other rules for missing values.

SHELL-21: one folded row an endpoint: estimates with their intervals, or the reason why there is none.
SHELL-22: other rules for missing values stand in a table of their own where the file asks for them, and nowhere else.
SHELL-23: adjusted p stand beside the p where the plan adjusts.
"""

from __future__ import annotations

from collections.abc import Callable

from trialbook.render.inline import plain
from trialbook.render.table import Table
from trialbook.report.endpoints import endpoint_tables
from trialbook.report.magnitude import magnitude_table, other_rules_table
from trialbook.report.run import Run


def rows(table: Table | None) -> list[tuple[str, ...]]:
    assert table is not None
    return [(plain(row.stub), *(plain(cell) for cell in row.cells)) for row in table.body]


def notes(table: Table) -> str:
    return " ".join(plain(line) for line in table.footnotes)


def test_one_row_an_endpoint(run: Run) -> None:
    """SHELL-21: with so few pairs there is no exact interval of the signed ranks, and the note says from when on."""
    table = magnitude_table(run)
    assert table is not None
    assert table.folded
    found = rows(table)
    assert len(found) == len([one for one in run.followed() if run.has_values(one)])
    assert all(len(row) == 8 for row in found)
    assert any("(" in row[4] for row in found)
    assert "No exact signed-rank 95 % interval" in notes(table)


def test_other_rules(plan: str, run: Run, carry_out: Callable[[str], Run]) -> None:
    """SHELL-22: each rule a group of rows."""
    assert other_rules_table(run) is None
    asked = carry_out(
        plan.replace("missing: available cases", "missing: available cases\n  sensitivity: [sign flip, locf, bocf]")
    )
    table = other_rules_table(asked)
    assert table is not None
    headings = [plain(row.stub) for row in table.body if row.heading]
    assert [heading.partition(": ")[2] for heading in headings[:2]] == [
        "last observation carried forward", "baseline carried forward",
    ]  # fmt: skip
    assert "decide nothing" in notes(table)


def test_adjusted_p(plan: str, run: Run, carry_out: Callable[[str], Run]) -> None:
    """SHELL-23: the last column."""
    (alone,) = {endpoint_tables(run)[0].columns[-1].label}
    adjusted = carry_out(plan.replace("missing: available cases", "missing: available cases\n  multiplicity: holm"))
    columns = [column.label for column in endpoint_tables(adjusted)[0].columns]
    assert (alone, columns[-2:]) == ("p", ["p", "adjusted p"])
