"""Why a condition or a length of time comes out as it does: the answers it rests on, and what is missing.

Values stand in the study file's own words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from trialbook.conduct.answers import counted_visit, latest_answer, rows_of, tally, visits_so_far
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.moments import UNKNOWN, Days, days_of, first_of, last_of
from trialbook.protocol.model import Derived, Form, Item, Study
from trialbook.protocol.typed_dates import NEVER
from trialbook.protocol.typed_numbers import in_both_units, other_unit
from trialbook.protocol.unit_words import with_unit
from trialbook.protocol.values import limit_of, show_value

ReasonKind = Literal[
    "value", "not answered", "missing", "limit", "partial date", "not computed", "open row", "time", "problem"
]
"""`value`: an answer that is exact enough. All others but `time` say what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that a judgement rests on, or lacks."""

    name: str
    """As the study file names it: `screening.age`, `enrolment`; the code of a problem."""
    kind: ReasonKind
    label: str
    """What the study file calls it for people."""
    value: str | None = None
    """In the words of the study file: `17 year`, `Not known (NK)`, `< 0.2 U/L`, `2026-02`."""
    visit: str = ""
    repeat: str = ""
    seqs: tuple[int, ...] = ()
    """Entries of the answer."""

    def __str__(self) -> str:
        """Say it in a line."""
        where = ", ".join(part for part in (self.visit, f"row {self.repeat}" if self.repeat else "") if part)
        return f"{self.label}{f' ({where})' if where else ''}: {self._said()}"

    def _said(self) -> str:
        words: Mapping[ReasonKind, str] = {
            "not answered": "not answered",
            "limit": f"{self.value}, beyond a limit of measurement",
            "partial date": f"{self.value}, not known to the day",
            "not computed": "cannot be worked out",
            "open row": "not known whether it counts",
        }
        return words.get(self.kind, self.value or "")


# ---- the names of a condition -----------------------------------------------------------------------------------


def name_reasons(
    study: Study, casebook: Casebook, names: Sequence[str], values: Mapping[str, object], *, until: date | None = None
) -> Iterator[Reason]:
    """Yield where each name of a condition stands; `values` are what `values_for` gave for them."""
    for name in dict.fromkeys(name.removesuffix(f".{NEVER}") for name in names):
        form_id, _, item = name.partition(".")
        form = study.forms[form_id]
        if item in form.items:
            yield _item_reason(study, casebook, form, item, until)
        elif item in form.groups:
            yield from (_item_reason(study, casebook, form, member, until) for member in form.groups[item])
        elif form.derived[item].kind == "count":
            yield from _count_reasons(study, casebook, form, form.derived[item], values.get(name), until)
        else:
            yield from _derived_reasons(study, casebook, form, form.derived[item], values.get(name), until)


def _item_reason(study: Study, casebook: Casebook, form: Form, item: str, until: date | None) -> Reason:
    found = latest_answer(study, casebook, form, item, until=until)
    if found is None:
        return _answer_reason(study, form.items[item], Cell("", form.id, "", item), None)
    return _answer_reason(study, form.items[item], *found)


def _answer_reason(study: Study, item: Item, cell: Cell, answer: Answer | None) -> Reason:
    """Describe what stands in a cell."""
    name, label = f"{cell.form}.{cell.item}", study.say(item.label) or item.id
    if answer is None:
        return Reason(name=name, kind="not answered", label=label, visit=cell.visit, repeat=cell.repeat)
    kind, value = _described(study, item, answer)
    return Reason(
        name=name, kind=kind, label=label, value=value, visit=cell.visit, repeat=cell.repeat, seqs=(answer.seq,)
    )


def _described(study: Study, item: Item, answer: Answer) -> tuple[ReasonKind, str]:
    """Return of which kind an answer is, and its words."""
    if answer.value is None:
        code = answer.missing or answer.text
        meaning = study.say(study.missing.get(code, {}))
        return "missing", f"{meaning} ({code})" if meaning else code
    shown = _shown(study, item, answer.value, answer.text)
    if item.kind in {"number", "vas"} and limit_of(answer.value):
        return "limit", shown
    if item.kind == "date" and answer.value != NEVER and days_of(answer.value).day is None:
        return "partial date", shown
    return "value", shown


def _shown(study: Study, item: Item, value: str, typed: str) -> str:
    if item.kind == "number" and other_unit(item, typed):
        return in_both_units(item, value, typed)
    return show_value(item, value, language=study.identity.languages[0])


def _derived_reasons(
    study: Study, casebook: Casebook, form: Form, derived: Derived, value: object, until: date | None
) -> Iterator[Reason]:
    """Yield a derived number; where it has no value, then the answers that it lacks."""
    parts = [_item_reason(study, casebook, form, item, until) for item in derived.of]
    yield _number_reason(study, form, derived, value, tuple(sorted({seq for one in parts for seq in one.seqs})))
    if value is None:
        yield from (reason for reason in parts if reason.kind != "value")


def _count_reasons(
    study: Study, casebook: Casebook, form: Form, derived: Derived, value: object, until: date | None
) -> Iterator[Reason]:
    """Yield a count; where it has no value, that there is no row, or the rows that leave it open."""
    visit = counted_visit(study, casebook, form, until=until)
    found = tally(study, casebook, form, derived, visit=visit)
    label = _label(study, derived)
    if not found.rows:
        yield Reason(name=f"{form.id}.{derived.id}", kind="not answered", label=label)
        return
    counted = (one.seq for cell, one in casebook.answers.items() if (cell.visit, cell.form) == (visit, form.id))
    yield _number_reason(study, form, derived, value, tuple(sorted(counted)))
    for row in found.open:
        yield Reason(name=f"{form.id}.{derived.id}", kind="open row", label=label, visit=visit, repeat=row)


def _number_reason(study: Study, form: Form, derived: Derived, value: object, seqs: tuple[int, ...]) -> Reason:
    name, label = f"{form.id}.{derived.id}", _label(study, derived)
    if not isinstance(value, float):
        return Reason(name=name, kind="not computed", label=label, seqs=seqs)
    return Reason(name=name, kind="value", label=label, value=_number_text(study, derived, value), seqs=seqs)


def _label(study: Study, derived: Derived) -> str:
    return study.say(derived.label) or derived.id


def _number_text(study: Study, derived: Derived, value: float) -> str:
    """Write a derived number: the words of a class, or the number with its unit."""
    if value.is_integer() and int(value) in derived.levels:
        return study.say(derived.levels[int(value)])
    number = f"{value:.10g}"
    return with_unit(number, derived.unit)


# ---- dates of criteria ------------------------------------------------------------------------------------------


def dates_of(study: Study, casebook: Casebook, name: str, *, until: date | None = None) -> Days | None:
    """Return the days that a date allows, `form.item` or the first or last of its rows; None for `never`.

    A row whose date is not known may be the first or the last. Of rows that all say `never` there is none.
    """
    which = name.rpartition(" ")[0]
    answers = [None if answer is None else answer.value for _, answer in _date_answers(study, casebook, name, until)]
    days = [days_of(value) for value in answers if value != NEVER]
    if not answers:
        return UNKNOWN
    if not days:
        return None
    return first_of(days) if which == "first" else last_of(days)


def date_reasons(study: Study, casebook: Casebook, name: str, *, until: date | None = None) -> Iterator[Reason]:
    """Yield the answers that a date of a criterion rests on."""
    form, _, item = name.rpartition(" ")[2].partition(".")
    asked = study.forms[form].items[item]
    found = list(_date_answers(study, casebook, name, until))
    for cell, answer in found or [(Cell("", form, "", item), None)]:
        yield _answer_reason(study, asked, cell, answer)


def _date_answers(
    study: Study, casebook: Casebook, name: str, until: date | None
) -> Iterator[tuple[Cell, Answer | None]]:
    """Yield the cells that a name of a date means: the one that counts, or those of all rows begun so far."""
    which, _, item_name = name.rpartition(" ")
    form_id, _, item = item_name.partition(".")
    form = study.forms[form_id]
    if not which and not form.repeating:
        found = latest_answer(study, casebook, form, item, until=until)
        if found is not None:
            yield found
        return
    visits = visits_so_far(study, casebook, until) if form.timing == "visits" else ("",)
    for cell in (Cell(visit, form.id, row, item) for visit in visits for row in rows_of(form, casebook, visit)):
        yield cell, casebook.answers.get(cell)
