"""Values and participants that are left out are told where the others stand.

SHELL-45: each row of Table 1, of the values and of the pairs says in a footnote how many were left out and why; the
    range carries it too, since it is that of the others.
SHELL-46: figures by study day say how many of those enrolled they do not draw, since day 0 is not known.
SHELL-47: beside the rate of events it is said whose time followed begins with enrolment for want of day 0.
SHELL-48: a value that stands alone is shown without a deviation, and a footnote says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tests.report.test_figures_further import PLAN, answer, drafts

from trialbook.capture.ledger import Draft
from trialbook.render.inline import plain
from trialbook.render.table import Table
from trialbook.report.baseline import table_one
from trialbook.report.endpoints import endpoint_tables
from trialbook.report.events import event_forms, rate_line
from trialbook.report.figures_further.individuals import individuals_figure
from trialbook.report.figures_further.swimmer import swimmer_figure
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


def never_treated() -> Iterator[Draft]:
    """Yield what is recorded of three, and a fourth who left before the first dose."""
    yield from drafts(3)
    yield Draft(act="screen", participant="4")
    yield Draft(act="enrol", participant="4", value="2026-01-05")
    yield Draft(act="withdraw", participant="4", text="moved away", value="2026-01-18")


def test_shell_46_and_47_never_treated(carry_out: Callable[[str, Iterable[Draft]], Run]) -> None:
    """SHELL-46, SHELL-47: day 0 is that of the first dose, which the fourth never had."""
    run = carry_out(PLAN.replace("anchor: enrolment", "anchor: first doses.start"), list(never_treated()))
    for figure in (swimmer_figure(run), individuals_figure(run, run.followed())):
        assert figure is not None
        assert "Not drawn: 1 enrolled participant whose study day 0 is not known." in plain(figure.caption)
    (form,) = event_forms(run)
    told = plain(rate_line(run, form))
    assert "). Followed from enrolment, since study day 0 is not known: 1 of the participants. " in told
    assert run.quotes.rows["events.adverse_events.all.weeks"].n == 4


def test_shell_46_and_47_everybody_has_a_day_0(carry_out: Callable[[str, Iterable[Draft]], Run]) -> None:
    run = carry_out(PLAN, list(drafts(3)))
    figure = swimmer_figure(run)
    (form,) = event_forms(run)
    assert figure is not None
    assert "Not drawn" not in plain(figure.caption)
    assert "from enrolment" not in plain(rate_line(run, form))


def test_shell_48_one_value(carry_out: Callable[[str, Iterable[Draft]], Run]) -> None:
    run = carry_out(PLAN, list(drafts(1)))
    values = endpoint_tables(run)[0]
    base = cells_of(values, "Baseline")
    assert (base[0], base[1]) == ("1", "4000.0a")
    assert "a One value has no standard deviation." in notes_of(values)
