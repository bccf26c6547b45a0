"""Values that are left out are told where the others stand.

SHELL-45: each row of Table 1, of the values and of the pairs says in a footnote how many were left out and why; the
    range carries it too, since it is that of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tests.report.test_figures_further import PLAN, answer, drafts

from trialbook.capture.ledger import Draft
from trialbook.render.inline import plain
from trialbook.render.table import Table
from trialbook.report.baseline import table_one
from trialbook.report.endpoints import endpoint_tables
from trialbook.report.run import Run

BEYOND = "1 value known only to lie beyond a limit"


def with_a_limit() -> Iterator[Draft]:
    """Yield what is recorded of three, the baseline of the first beyond what can be measured."""
    for one in drafts(3):
        is_first = (one.participant, one.visit, one.item) == ("1", "baseline", "ck")
        yield answer("1", "blood", "ck", ">5000", "baseline", unit="U/L") if is_first else one


def cells_of(table: Table, stub: str) -> list[str]:
    return [[plain(cell) for cell in row.cells] for row in table.body if plain(row.stub).startswith(stub)][-1]


def notes_of(table: Table) -> list[str]:
    return [plain(line) for line in table.footnotes[1:]]


def test_shell_45_said_in_every_row(carry_out: Callable[[str, Iterable[Draft]], Run]) -> None:
    run = carry_out(PLAN + "report: {table_1: [blood.ck]}\n", list(with_a_limit()))
    first = table_one(run)
    assert first is not None
    n, _, middle = cells_of(first, "Creatine")[:3]
    assert (n, middle[-1]) == ("2a", "a")
    assert any(note.startswith(f"a {BEYOND}") for note in notes_of(first))
    tables = [table for table in endpoint_tables(run) if any(BEYOND in note for note in notes_of(table))]
    (values,) = [table for table in tables if not table.folded]
    base, later = (cells_of(values, visit) for visit in ("Baseline", "Week 4"))
    assert (base[0], base[2][-1]) == ("2a", "a")
    assert (later[0], later[3]) == ("3", "2a")
