"""Which forms are complete, who has come for what, and what is missing: participants by visits on a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from trialbook.conduct.answers import values_for
from trialbook.conduct.casebook import Casebook, Cell, ParticipantStatus
from trialbook.conduct.schedule import PlacedVisit, VisitState, anchor_date, place_visits
from trialbook.errors import Problem
from trialbook.protocol.conditions import Condition, Where, compile_condition, names_for
from trialbook.protocol.model import Form, Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """An item that was asked and is neither answered nor marked missing."""

    participant: str
    visit: str
    """Empty for a form answered once or at any time."""
    form: str
    repeat: str
    item: str
    """Empty where nothing of the form is answered."""
    required: bool
    """The form is not complete without it: the item is required, or one of the form's, or all of them are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """One participant: every planned visit in order, the unscheduled ones, and what is missing."""

    participant: str
    status: ParticipantStatus
    planned: tuple[PlacedVisit, ...]
    unscheduled: tuple[PlacedVisit, ...]
    gaps: tuple[Gap, ...]

    def gaps_at(self, visit: str) -> tuple[Gap, ...]:
        """Return what is missing at one visit."""
        return tuple(gap for gap in self.gaps if gap.visit == visit)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitGrid:
    """All participants by all planned visits, as they stand on a day."""

    today: date
    visits: tuple[str, ...]
    rows: tuple[GridRow, ...]

    def states(self) -> Mapping[VisitState, int]:
        """Count the visits in each state, over all participants."""
        return Counter(placed.state for row in self.rows for placed in (*row.planned, *row.unscheduled))

    def states_at(self, visit: str) -> Mapping[VisitState, int]:
        """Count the participants in each state at one planned visit."""
        return Counter(placed.state for row in self.rows for placed in row.planned if placed.visit == visit)

    def statuses(self) -> Mapping[ParticipantStatus, int]:
        """Count the participants of each status."""
        return Counter(row.status for row in self.rows)

    def missing(self, *, required: bool = False) -> int:
        """Count what is missing; with `required`, only what is required."""
        return sum(gap.required or not required for row in self.rows for gap in row.gaps)


def visit_grid(
    study: Study, casebooks: Mapping[str, Casebook], today: date, *, asked: Asked | None = None
) -> VisitGrid:
    """Place every visit of every participant on a day, and find what is missing at those that took place.

    `asked` may be handed in where the grid is made time and again.
    """
    asked = asked or Asked(study)
    rows = tuple(_row(study, casebook, asked, today) for casebook in casebooks.values())
    return VisitGrid(today=today, visits=tuple(study.schedule.visits), rows=rows)


def _row(study: Study, casebook: Casebook, asked: Asked, today: date) -> GridRow:
    """Describe one participant."""
    placed = place_visits(study, casebook, today)
    return GridRow(
        participant=casebook.participant,
        status=casebook.status,
        planned=tuple(visit for visit in placed if visit.plan is not None),
        unscheduled=tuple(visit for visit in placed if visit.plan is None),
        gaps=tuple(_gaps(study, casebook, asked, placed)),
    )


def _gaps(study: Study, casebook: Casebook, asked: Asked, placed: tuple[PlacedVisit, ...]) -> Iterator[Gap]:
    """Yield what is missing in forms of enrolled participants and at visits, and what begun rows require."""
    for form in study.forms.values():
        if form.timing == "once" and casebook.status not in {"screening", "screen failure"}:
            yield from _form_gaps(form, casebook, asked, "", "")
    for visit in placed:
        if visit.took_place and visit.plan is not None:
            for form in study.visit_forms(visit.visit):
                yield from _form_gaps(form, casebook, asked, visit.visit, "")
    for form in study.forms.values():
        for place, repeat in _begun_rows(form, casebook) if form.repeating or form.timing == "any time" else ():
            yield from (gap for gap in _item_gaps(form, casebook, asked, place, repeat) if gap.required)


def is_complete(
    study: Study,
    casebook: Casebook,
    form: str,
    visit: str = "",
    *,
    repeat: str | None = None,
    asked: Asked | None = None,
) -> bool:
    """Tell whether a form was begun and nothing is missing that makes it complete.

    A form that does not belong to visits is the same at each `visit`. Of a form with rows, `repeat` is judged, or every
    row that was begun. `asked` may be handed in where many forms are judged. KeyError where there is no such form.
    """
    plan, judge = study.forms[form], asked or Asked(study)
    here = visit if plan.timing == "visits" else ""
    rows = begun_rows(plan, casebook, here) if repeat is None else {repeat} & begun_rows(plan, casebook, here)
    return bool(rows) and not any(gap.required for row in rows for gap in _item_gaps(plan, casebook, judge, here, row))


def begun_rows(form: Form, casebook: Casebook, visit: str) -> set[str]:
    """Return the rows of a form at a visit in which an item has an answer, be it that it is missing; one row: empty."""
    if form.repeating:
        found = (cell for cell in casebook.answers if (cell.visit, cell.form) == (visit, form.id))
        return {cell.repeat for cell in found if cell.item in form.items}
    return {""} if any(Cell(visit, form.id, "", item) in casebook.answers for item in form.items) else set()


def needed(form: Form, casebook: Casebook, asked: Asked, visit: str, repeat: str) -> Iterator[str]:
    """Yield the items that are asked and without which a form is not complete."""
    return (
        item.id
        for item in form.items.values()
        if _is_needed(form, item.id) and asked.item(form, item.id, casebook, visit, repeat)
    )


def _is_needed(form: Form, item: str) -> bool:
    return form.complete == "all" or form.items[item].required


def _begun_rows(form: Form, casebook: Casebook) -> Iterator[tuple[str, str]]:
    """Yield visit and row of everything recorded in a form that is filled in as often as there is something to tell."""
    return iter(dict.fromkeys((cell.visit, cell.repeat) for cell in casebook.answers if cell.form == form.id))


def _form_gaps(form: Form, casebook: Casebook, asked: Asked, visit: str, repeat: str) -> Iterator[Gap]:
    """Yield what is missing in a form that is due: the whole of it in one, or item by item."""
    if form.repeating:
        return
    if not asked.form(form, casebook, visit):
        return
    if any(Cell(visit, form.id, repeat, item) in casebook.answers for item in form.items):
        yield from _item_gaps(form, casebook, asked, visit, repeat)
    elif form.items:
        required = any(_is_needed(form, item) for item in form.items)
        yield _gap(casebook, visit, form, repeat, "", required=required)


def _item_gaps(form: Form, casebook: Casebook, asked: Asked, visit: str, repeat: str) -> Iterator[Gap]:
    """Yield the items of a form that was begun, and that are asked and not answered."""
    for item in form.items.values():
        is_open = Cell(visit, form.id, repeat, item.id) not in casebook.answers
        if is_open and asked.item(form, item.id, casebook, visit, repeat):
            yield _gap(casebook, visit, form, repeat, item.id, required=_is_needed(form, item.id))


def _gap(casebook: Casebook, visit: str, form: Form, repeat: str, item: str, *, required: bool) -> Gap:
    return Gap(participant=casebook.participant, visit=visit, form=form.id, repeat=repeat, item=item, required=required)


class Asked:
    """Tells which forms and items are asked: those whose `when` is not false. Unknown is asked."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.compiled: Callable[[str, Where, str], Condition | None] = lru_cache(maxsize=None)(self._compile)

    def _compile(self, text: str, where: Where, form: str) -> Condition | None:
        """Compile a condition; the reader of the study file has refused those that cannot be."""
        compiled = compile_condition(text, names_for(self.study, where, form=form))
        return None if isinstance(compiled, Problem) else compiled

    def form(self, form: Form, casebook: Casebook, visit: str) -> bool:
        """Tell whether a form is asked."""
        return form.when is None or self._judge(form.when, "form", form, casebook, visit, "")

    def item(self, form: Form, item: str, casebook: Casebook, visit: str, repeat: str) -> bool:
        """Tell whether an item is asked."""
        when = form.items[item].when
        return when is None or self._judge(when, "item", form, casebook, visit, repeat)

    def _judge(self, text: str, where: Where, form: Form, casebook: Casebook, visit: str, repeat: str) -> bool:
        compiled = self.compiled(text, where, form.id)
        if compiled is None:
            return True
        anchor = anchor_date(self.study, casebook)
        values = values_for(
            self.study, casebook, visit=visit, form=form.id, repeat=repeat, anchor=anchor, names=compiled.names
        )
        return compiled.judge(values) is not False
