"""Models for repeated measures in the report.

SHELL-31: the models stand in a table of their own, with their warnings, where the file asks for them; Methods say so.
"""

from __future__ import annotations

from collections.abc import Callable

from trialbook.render.document import Document
from trialbook.render.inline import plain
from trialbook.report.repeated import models_table
from trialbook.report.run import Run


def test_models_of_the_report(
    plan: str, run: Run, carry_out: Callable[[str], Run], build: Callable[[Run], Document]
) -> None:
    """SHELL-31: each endpoint a group, each later visit a row."""
    assert models_table(run) is None
    asked = carry_out(plan.replace("missing: available cases", "missing: available cases\n  sensitivity: [mmrm]"))
    table = models_table(asked)
    assert table is not None
    rows = [(plain(row.stub), *(plain(cell) for cell in row.cells)) for row in table.body if not row.heading]
    assert [column.label for column in table.columns] == ["n", "Change (95\u202f% CI)", "SE", "df", "p"]
    assert all(len(row) == 6 for row in rows)
    assert any("(" in row[2] for row in rows)
    notes = " ".join(plain(line) for line in table.footnotes)
    assert "decide nothing" in notes
    assert "covariance" in notes
    assert build(asked)
