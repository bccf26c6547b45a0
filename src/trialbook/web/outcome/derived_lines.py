"""The derived numbers in the data files: sums, means, scores and counts, as the report takes them, and their rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from trialbook.conduct.answers import answered_of, form_answers, rows_of, tally
from trialbook.conduct.casebook import Casebook, Cell
from trialbook.conduct.schedule import anchor_date, study_day
from trialbook.protocol.model import Derived, Form, Study
from trialbook.render.numbers import significant

DERIVED = ("data", "participant", "site", "visit", "day", "form", "repeat", "item", "value", "unit", "answered", "of")
COMPUTED = "computed, in derived.csv"
GAPS: Mapping[tuple[str, str], str] = {
    ("sum", "prorated"): ", each gap as much as the mean of the answered ones",
    ("sum", "left out"): ", gaps count nothing",
}


def derived_lines(study: Study, book: Casebook, closed: Collection[str]) -> Iterator[tuple[object, ...]]:
    """Yield the row of each derived number that has a value, in the order of the study file."""
    anchor = anchor_date(study, book)
    for form in (one for one in study.forms.values() if one.derived and one.id not in closed):
        for visit, repeat in _places(study, form, book):
            on = book.visit_date(visit) if visit else None
            day = None if on is None or anchor is None else study_day(on, anchor)
            head = (study.identity.data, book.participant, book.site, visit, day, form.id, repeat)
            yield from ((*head, *numbers) for numbers in _numbers(form, book, visit, repeat))
        yield from _counts(study, form, book)


def _places(study: Study, form: Form, book: Casebook) -> list[tuple[str, str]]:
    """Return the visits and rows at which anything of a form is recorded, in order."""
    visits = list(study.schedule.visits)
    found = dict.fromkeys((cell.visit, cell.repeat) for cell in book.answers if cell.form == form.id)
    return sorted(found, key=lambda at: (visits.index(at[0]) if at[0] in visits else len(visits), at[0], at[1]))


def _numbers(form: Form, book: Casebook, visit: str, repeat: str) -> Iterator[tuple[object, ...]]:
    known = form_answers(form, book, visit=visit, repeat=repeat)
    for derived in form.derived.values():
        value = known.get(derived.id)
        if isinstance(value, float):
            answered = answered_of(book, derived, Cell(visit, form.id, repeat, ""))
            yield (derived.id, significant(value), derived.unit, answered, len(derived.of))


def _counts(study: Study, form: Form, book: Casebook) -> Iterator[tuple[object, ...]]:
    """Yield the counts over the rows of a form, one a visit that has rows."""
    counts = [one for one in form.derived.values() if one.kind == "count"]
    for visit in dict.fromkeys(visit for visit, _ in _places(study, form, book)) if counts else ():
        for derived in counts:
            count = tally(study, book, form, derived, visit=visit).count
            rows = len(rows_of(form, book, visit))
            if count is not None:
                head = (study.identity.data, book.participant, book.site, visit, None, form.id, "")
                yield (*head, derived.id, count, derived.unit, rows, rows)


def rule_of(derived: Derived) -> str:
    """Say how a number is computed and what becomes of gaps, for the codebook."""
    if derived.kind == "count":
        return f"count of different answers of {derived.of[0]}" + (f" where {derived.where}" if derived.where else "")
    if derived.kind == "instrument":
        return "by the rules of the instrument"
    if derived.at_least >= len(derived.of):
        return f"{derived.kind} of {len(derived.of)} items, all answered"
    gaps = GAPS.get((derived.kind, derived.gaps), "")
    return f"{derived.kind} of {len(derived.of)} items, at least {derived.at_least} answered{gaps}"
