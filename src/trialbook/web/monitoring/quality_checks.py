"""The built-in checks of the quality of data: each looks at one masked casebook, and yields what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from trialbook.conduct.blinding import shown_forms
from trialbook.conduct.casebook import VISIT_FORM, Casebook, Cell
from trialbook.conduct.completeness import begun_rows, needed
from trialbook.conduct.findings import Rules, judge_range, rules_of
from trialbook.conduct.schedule import visits_done
from trialbook.protocol.model import Form, Study
from trialbook.web.treatment.query_rows import may_see_query

NOT_EXCLUDED = frozenset({"query"})
"""Checks whose findings are closed elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a check finds."""

    check: str
    participant: str
    cell: Cell
    """A form or a visit where the parts behind it are empty."""
    seq: int = 0
    """Entry of the answer, or of the query, that was judged; 0 where nothing stands there."""
    days: int | None = None
    """Of a query: since it was raised."""
    limits: tuple[float, float] | None = None
    """Of an outlier: between which limits the others lie."""

    @property
    def key(self) -> tuple[str, str, Cell, int]:
        """Return what the finding is known by: with another answer in the cell it is another finding."""
        return self.check, self.participant, self.cell, self.seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the checks of one participant look at."""

    study: Study
    rules: Rules
    casebook: Casebook
    shown: frozenset[str]
    today: date

    def found(self, check: str, cell: Cell) -> Found:
        """Return a finding about a cell."""
        answer = self.casebook.answers.get(cell)
        return Found(check=check, participant=self.casebook.participant, cell=cell, seq=answer.seq if answer else 0)

    def forms(self) -> list[Form]:
        """Return the forms that are shown."""
        return [form for form in self.study.forms.values() if form.id in self.shown]

    def begun(self) -> Iterator[tuple[Form, str, str]]:
        """Yield every form, visit and row in which something is recorded."""
        places = dict.fromkeys((cell.form, cell.visit, cell.repeat) for cell in self.casebook.answers)
        yield from ((self.study.forms[form], visit, row) for form, visit, row in places if form in self.study.forms)


def required_blank(ground: Ground) -> Iterator[Found]:
    """Find required items without an answer, in forms that were begun."""
    for form, visit, row in ground.begun():
        for item in needed(form, ground.casebook, ground.rules.asked, visit, row):
            cell = Cell(visit, form.id, row, item)
            if cell not in ground.casebook.answers:
                yield ground.found("blank", cell)


def not_begun(ground: Ground) -> Iterator[Found]:
    """Find forms in which nothing is recorded, at visits that took place."""
    for visit in sorted(visits_done(ground.casebook)):
        for form in ground.forms():
            is_due = visit in form.visits and not form.repeating and bool(form.items)
            if (
                is_due
                and not begun_rows(form, ground.casebook, visit)
                and ground.rules.asked.form(form, ground.casebook, visit)
            ):
                yield ground.found("not begun", Cell(visit, form.id, "", ""))


def out_of_range(ground: Ground) -> Iterator[Found]:
    """Find numbers outside of the expected range of their item."""
    for cell in ground.casebook.answers:
        is_known = cell.form in ground.study.forms
        if is_known and judge_range(ground.rules, ground.casebook, cell) is not None:
            yield ground.found("range", cell)


def other_unit(ground: Ground) -> Iterator[Found]:
    """Find numbers that were typed in another unit than that of their item."""
    for cell, answer in ground.casebook.answers.items():
        form = ground.study.forms.get(cell.form)
        item = None if form is None else form.items.get(cell.item)
        if item is not None and any(answer.text.endswith(f" {unit}") for unit in item.accepts):
            yield ground.found("unit", cell)


def hidden_filled(ground: Ground) -> Iterator[Found]:
    """Find answers that are not asked, by the other answers as they stand."""
    for form, visit, row in ground.begun():
        for item in sorted(ground.rules.hidden(ground.casebook, form.id, visit, row)):
            cell = Cell(visit, form.id, row, item)
            if cell in ground.casebook.answers:
                yield ground.found("hidden", cell)


def undated(ground: Ground) -> Iterator[Found]:
    """Find visits at which something is recorded and whose date is not."""
    if VISIT_FORM not in ground.shown:
        return
    for visit in sorted(visits_done(ground.casebook)):
        cell = Cell(visit, VISIT_FORM, "", "date")
        answer = ground.casebook.answers.get(cell)
        if answer is None or answer.value is None:
            yield ground.found("undated", cell)


def in_the_future(ground: Ground) -> Iterator[Found]:
    """Find dates later than today; of a part of a date, where all of it is."""
    for cell, answer in ground.casebook.answers.items():
        form = ground.study.forms.get(cell.form)
        item = None if form is None else form.items.get(cell.item)
        is_date = (cell.form, cell.item) == (VISIT_FORM, "date") or (item is not None and item.kind == "date")
        value = answer.value or ""
        if is_date and value[:4].isdigit() and value > ground.today.isoformat()[: len(value)]:
            yield ground.found("future", cell)


def open_queries(ground: Ground) -> Iterator[Found]:
    """Find the queries that are not closed, with their age."""
    for query in ground.casebook.queries.values():
        if query.status != "closed" and may_see_query(ground.shown, query):
            raised = ground.study.local_day(datetime.fromisoformat(query.at)) if query.at else ground.today
            days = (ground.today - raised).days
            code = ground.casebook.participant
            yield Found(check="query", participant=code, cell=query.cell, seq=query.seq, days=days)


CHECKS: Mapping[str, Callable[[Ground], Iterator[Found]]] = MappingProxyType(
    {
        "blank": required_blank,
        "not begun": not_begun,
        "range": out_of_range,
        "unit": other_unit,
        "hidden": hidden_filled,
        "undated": undated,
        "future": in_the_future,
        "query": open_queries,
    }
)
"""Check -> how it looks at one participant."""


def check_casebook(study: Study, casebook: Casebook, role: str | None, today: date) -> tuple[Found, ...]:
    """Return what all checks find in a masked casebook."""
    shown = shown_forms(study, casebook, role)
    ground = Ground(study=study, rules=rules_of(study), casebook=casebook, shown=shown, today=today)
    return tuple(found for check in CHECKS.values() for found in check(ground))
