"""What a rating asks for: questionnaires before it, and the same rater throughout.

The order is that in which answers were first recorded: a later correction neither makes nor mends a break. Whoever
types from paper has to type in the order in which it was filled in; what one act records at once has no order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.completeness import Asked, begun_rows, is_complete, needed
from trialbook.conduct.schedule import plan_visits, visit_day
from trialbook.errors import Place, Problem
from trialbook.protocol.model import Form, Study


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBreak:
    """A form that was filled in at a visit before a form that its `after` names was complete."""

    participant: str
    visit: str
    """Empty for forms that are answered once."""
    form: str
    afterwards: tuple[str, ...]
    """Forms that should have been complete, and were completed later."""
    unfinished: tuple[str, ...]
    """Forms that should have been complete, and are not."""
    seqs: tuple[int, ...]
    """The first entry of the form, then the entries that completed those of `afterwards`."""
    by: tuple[str, ...]
    """Who made these entries, in the same order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterChange:
    """A rating, of a form that one person should rate throughout, in which somebody else rated."""

    participant: str
    visit: str
    form: str
    repeat: str
    rater: str
    """Who rated first: the one who should have gone on."""
    others: tuple[str, ...]
    """Who rated here besides or in place of them, in order of their first entries."""
    seqs: tuple[int, ...]
    """The first entry of each of `others`."""


# ---- before -----------------------------------------------------------------------------------------------------


def may_open(
    study: Study, casebook: Casebook, form: str, visit: str, *, asked: Asked | None = None
) -> tuple[Problem, ...]:
    """Return why a form cannot be opened at a visit: the forms that have to be complete before; none where it can.

    Once somebody who may has overridden the order, nothing stands against it.

    Each reason names a form, and what is due tells the visit: show a blind role what `blinding.mask_reasons` leaves
    of it. `asked` may be handed in where many forms are judged. KeyError where there is no such form.
    """
    if (visit, form) in casebook.overrides:
        return ()
    waiting = _unfinished(study, casebook, study.forms[form], visit, asked or Asked(study))
    return tuple(_waits_for(study, casebook, study.forms[form], other, visit) for other in waiting)


def _waits_for(study: Study, casebook: Casebook, form: Form, other: Form, visit: str) -> Problem:
    names = {"form": study.say(form.label), "other": study.say(other.label)}
    return Problem(
        code="RATE-01",
        place=Place(participant=casebook.participant, visit=visit or None, form=other.id),
        values=names,
    )


def _unfinished(study: Study, casebook: Casebook, form: Form, visit: str, asked: Asked) -> tuple[Form, ...]:
    """Return the forms that come before this one at a visit and are not complete."""
    earlier = _earlier_forms(study, casebook, form, visit, asked)
    return tuple(other for other in earlier if not is_complete(study, casebook, other.id, visit, asked=asked))


def _earlier_forms(study: Study, casebook: Casebook, form: Form, visit: str, asked: Asked) -> Iterator[Form]:
    """Yield the forms that come before this one and are due at the same visit, or both once, and asked."""
    for name in dict.fromkeys(form.after):
        other = study.forms.get(name)
        if other is not None and _are_due_together(form, other, visit) and asked.form(other, casebook, visit):
            yield other


def _are_due_together(form: Form, other: Form, visit: str) -> bool:
    if form.timing == "visits" and visit:
        return visit in other.visits
    return form.timing == other.timing == "once" and not visit


# ---- afterwards -------------------------------------------------------------------------------------------------


def order_breaks(study: Study, casebook: Casebook) -> tuple[OrderBreak, ...]:
    """Return each filled-in form that came before a form of its `after` was complete: at most one for form and visit.

    A form is filled in by its first value; that it was marked as missing is no rating. What has to be complete is
    judged by the answers as they stand.
    """
    asked, acts = Asked(study), _acts(casebook)
    breaks = (
        _order_break(study, casebook, form, visit, asked, acts)
        for form in study.forms.values()
        if form.after
        for visit in _rated_visits(form, casebook)
    )
    return tuple(found for found in breaks if found is not None)


Acts = Mapping[tuple[str, str], tuple[int, int]]
"""Time and person of an act -> the first and the last of its entries that are known."""


def _order_break(
    study: Study, casebook: Casebook, form: Form, visit: str, asked: Asked, acts: Acts
) -> OrderBreak | None:
    """Judge one form at one visit, in which it was filled in."""
    first = min(_ratings(form, casebook, visit), key=_moment)
    unfinished = _unfinished(study, casebook, form, visit, asked)
    complete = [other for other in _earlier_forms(study, casebook, form, visit, asked) if other not in unfinished]
    last = {other.id: _completing(other, casebook, visit, asked) for other in complete}
    later = {name: answer for name, answer in last.items() if _is_later(answer, first, acts)}
    if not later and not unfinished:
        return None
    entries = (first, *later.values())
    return OrderBreak(
        participant=casebook.participant,
        visit=visit,
        form=form.id,
        afterwards=tuple(later),
        unfinished=tuple(other.id for other in unfinished),
        seqs=tuple(answer.first_seq for answer in entries),
        by=tuple(answer.first_by for answer in entries),
    )


def _rated_visits(form: Form, casebook: Casebook) -> tuple[str, ...]:
    """Return the visits at which a form has a value, each once."""
    return tuple(dict.fromkeys(visit for visit, _ in _fillings(form, casebook)))


def _fillings(form: Form, casebook: Casebook) -> Iterator[tuple[str, str]]:
    """Yield visit and row of each value of a form that stands where the form asks for it."""
    for cell, answer in casebook.answers.items():
        is_asked = cell.form == form.id and cell.item in form.items and bool(cell.repeat) == form.repeating
        if is_asked and answer.value is not None:
            yield cell.visit, cell.repeat


def _ratings(form: Form, casebook: Casebook, visit: str, repeat: str | None = None) -> tuple[Answer, ...]:
    """Return the answers of a form at a visit, or of one row, that are values, in the order of their first entries."""
    rows = begun_rows(form, casebook, visit) if repeat is None else {repeat}
    found = (casebook.answers.get(cell) for row in rows for cell in _cells(form, visit, row))
    return tuple(sorted((one for one in found if one is not None and one.value is not None), key=_moment))


def _moment(answer: Answer) -> tuple[bool, int]:
    """Sort answers by their first entries, those of which it is not known last."""
    return answer.first_seq == 0, answer.first_seq


def _completing(form: Form, casebook: Casebook, visit: str, asked: Asked) -> Answer:
    """Return the answer with whose first entry a form became complete."""
    here = visit if form.timing == "visits" else ""
    rows = begun_rows(form, casebook, here)
    begun = [casebook.answers[cell] for row in rows for cell in _cells(form, here, row) if cell in casebook.answers]
    wanted = [Cell(here, form.id, row, item) for row in rows for item in needed(form, casebook, asked, here, row)]
    return max((min(begun, key=_moment), *(casebook.answers[cell] for cell in wanted)), key=_first_seq)


def _cells(form: Form, visit: str, repeat: str) -> Iterator[Cell]:
    return (Cell(visit, form.id, repeat, item) for item in form.items)


def _first_seq(answer: Answer) -> int:
    return answer.first_seq


def _is_later(answer: Answer, first: Answer, acts: Acts) -> bool:
    """Tell whether an answer was first recorded after another; not where its entry is unknown, or one act gave both."""
    return answer.first_seq > first.first_seq > 0 and not _are_one_act(answer, first, acts)


def _acts(casebook: Casebook) -> Acts:
    """Return the acts of which an entry still stands: all entries of one act have the same time and person."""
    spans: dict[tuple[str, str], tuple[int, int]] = {}
    for answer in casebook.answers.values():
        if answer.at:
            first, last = spans.get((answer.at, answer.by), (answer.seq, answer.seq))
            spans[answer.at, answer.by] = (min(first, answer.seq), max(last, answer.seq))
    return spans


def _are_one_act(answer: Answer, other: Answer, acts: Acts) -> bool:
    """Tell whether one act first recorded both: the entries of an act follow each other without a gap.

    So an answer that was corrected belongs to the act whose entries stand on both sides of its own.
    """
    return answer.first_by == other.first_by and any(
        by == answer.first_by and all(first <= one.first_seq <= last for one in (answer, other))
        for (_, by), (first, last) in acts.items()
    )


# ---- the same rater ---------------------------------------------------------------------------------------------


def rater_changes(study: Study, casebook: Casebook) -> tuple[RaterChange, ...]:
    """Return each rating in which another person rated than the one who rated first, of forms with one rater.

    The first rating is that of the first visit, by its date or, where visits have none, by the schedule. Who corrects
    a rating is no rater; nor is who marks it as missing.
    """
    moments = _visit_order(study, casebook)
    return tuple(
        change for form in study.forms.values() if form.same_rater for change in _changes(form, casebook, moments)
    )


def _changes(form: Form, casebook: Casebook, order: Mapping[str, int]) -> Iterator[RaterChange]:
    """Yield the ratings of one form in which somebody else rated than in the first."""
    rater, first = "", 0
    for visit, repeat in _in_time(form, casebook, order):
        answers = _by_rater(_ratings(form, casebook, visit, repeat))
        if not rater and answers:
            rater, first = next((by, answer.first_seq) for by, answer in answers.items())
        others = {by: answer for by, answer in answers.items() if by != rater}
        if others:
            yield RaterChange(
                participant=casebook.participant,
                visit=visit,
                form=form.id,
                repeat=repeat,
                rater=rater,
                others=tuple(others),
                seqs=(first, *(answer.first_seq for answer in others.values())),
            )


def _by_rater(answers: Iterable[Answer]) -> dict[str, Answer]:
    """Return the first answer of each rater who is known."""
    found: dict[str, Answer] = {}
    for answer in answers:
        if answer.first_by:
            found.setdefault(answer.first_by, answer)
    return found


def _in_time(form: Form, casebook: Casebook, order: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return visit and row of each filled-in form, in the order of time."""

    def moment(place: tuple[str, str]) -> tuple[int, tuple[bool, int], tuple[str, str]]:
        return order.get(place[0], -1), _moment(_ratings(form, casebook, *place)[0]), place

    return sorted(set(_fillings(form, casebook)), key=moment)


def _visit_order(study: Study, casebook: Casebook) -> dict[str, int]:
    """Number the visits with answers by their days, own or planned; by the schedule where one has neither."""
    planned = {plan.visit: plan.planned for plan in plan_visits(study, casebook)}
    order = {visit: number for number, visit in enumerate(study.schedule.visits)}
    visits = sorted(casebook.visits(), key=lambda visit: (order.get(visit, len(order)), len(visit), visit))
    days = {visit: visit_day(casebook, visit) or planned.get(visit) for visit in visits}
    if all(days.values()):
        visits.sort(key=lambda visit: days[visit] or date.max)
    return {visit: number for number, visit in enumerate(visits)}
