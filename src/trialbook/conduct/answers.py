"""The answers of a casebook as the names of conditions: `form.item`, `baseline.form.item`, `visit.day` and the rest.

A name is absent where it has no exact answer: unanswered, coded missing, below or above a limit of measurement, a
part of a date. `protocol.condition_names` says which names can be used where; here they get their values.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.errors import Problem
from trialbook.instruments import CATALOG
from trialbook.instruments.base import Columns, derive
from trialbook.protocol.conditions import Condition, NameType, compile_condition, names_for
from trialbook.protocol.model import Derived, Form, Item, Study
from trialbook.protocol.typed_dates import NEVER, date_range
from trialbook.protocol.values import SEPARATOR, limit_of, number_of

Answers = dict[str, object]


def values_for(
    study: Study,
    casebook: Casebook,
    *,
    visit: str = "",
    form: str = "",
    repeat: str = "",
    anchor: date | None = None,
    until: date | None = None,
    names: Collection[str] | None = None,
) -> Answers:
    """Return the value of every name that a condition about a form, a visit or a participant can use.

    Without `visit` a form of the visits has its last answers so far, or up to the day `until`: eligibility asks for
    those up to enrolment. `anchor` is the day of study day 0, None where it is not known yet. `names` are the names
    that are needed, those of a `Condition`: then the forms they do not mention are left out.
    """
    values: Answers = {"participant.status": casebook.status, **_of_visit(casebook, visit, anchor)}
    places = None if names is None else _places(names)
    for other in study.forms.values():
        is_own = other.id == form
        if other.repeating and not is_own:
            values |= _counts(study, casebook, other, visit=visit, until=until, names=names)
        elif _is_needed(other.id, places):
            row = repeat if is_own and other.repeating else ""
            values |= _named(other.id, _answers_here(study, casebook, other, visit=visit, repeat=row, until=until))
        if other.timing == "visits" and not other.repeating:
            values |= _earlier(study, casebook, other, visit=visit, anchor=anchor, places=places)
    return values


def form_answers(form: Form, casebook: Casebook, *, visit: str = "", repeat: str = "") -> Answers:
    """Return item, group and derived number -> answer of one filled-in form, those without an answer left out."""
    return _form_answers(form, _texts(form, casebook, visit, repeat))


def _texts(form: Form, casebook: Casebook, visit: str, repeat: str = "") -> dict[str, str | None]:
    return {item: casebook.value(form.id, item, visit=visit, repeat=repeat) for item in form.items}


def _form_answers(form: Form, texts: Mapping[str, str | None]) -> Answers:
    answers: Answers = {}
    for item in form.items.values():
        answers |= _answer(item, texts[item.id])
    for group, members in form.groups.items():
        if all(member in answers for member in members):
            answers[group] = [answers[member] for member in members]
    return answers | _derived(form, texts)


def _earlier(
    study: Study, casebook: Casebook, form: Form, *, visit: str, anchor: date | None, places: Collection[str] | None
) -> Answers:
    """Return the `baseline.` and `previous.` names of a form that are needed."""
    values: Answers = {}
    if _is_needed(f"baseline.{form.id}", places):
        visits = baseline_visits(study, casebook, form, anchor)
        values |= _named(f"baseline.{form.id}", _latest(casebook, form, visits))
    if _is_needed(f"previous.{form.id}", places):
        visits = _before(study, casebook, visit)
        values |= _named(f"previous.{form.id}", _latest(casebook, form, visits))
    return values


def _places(names: Collection[str]) -> frozenset[str]:
    """Return all that can stand before the last dot of a name, or before an earlier one."""
    parts = (name.split(".") for name in names)
    return frozenset(".".join(one[:end]) for one in parts for end in range(1, len(one)))


def _is_needed(form: str, places: Collection[str] | None) -> bool:
    return places is None or form in places


def _answers_here(
    study: Study, casebook: Casebook, form: Form, *, visit: str, repeat: str, until: date | None
) -> Answers:
    if form.timing != "visits":
        return form_answers(form, casebook, repeat=repeat)
    if visit:
        return form_answers(form, casebook, visit=visit, repeat=repeat)
    return _latest(casebook, form, visits_so_far(study, casebook, until))


def _answer(item: Item, text: str | None) -> Answers:
    """Return the names that one answer gives: its own, and whether a date was answered with `never`."""
    never: Answers = {f"{item.id}.never": text == NEVER} if item.never and text is not None else {}
    exact = None if text is None else _exact(item, text)
    return never if exact is None else {item.id: exact, **never}


def _exact(item: Item, text: str) -> object | None:
    if item.kind in {"number", "vas"}:
        return None if limit_of(text) else number_of(text)
    if item.kind == "yes_no":
        return text == "yes"
    if item.kind == "choice" and item.several:
        return text.split(SEPARATOR)
    if item.kind != "date":
        return text
    first, last = (None, date.max) if text == NEVER else date_range(text)
    return first if first == last else None


def _derived(form: Form, texts: Mapping[str, str | None]) -> Answers:
    """Compute the derived numbers of a form, those without a value left out."""
    if not form.derived:
        return {}
    columns = {name: np.array([_number(form.items[name], text)]) for name, text in texts.items()}
    computed = _scores(form, columns) | {
        name: float(derive(derived, columns)[0]) for name, derived in form.derived.items() if _is_plain(derived)
    }
    inexact = _inexact(form, texts)
    return {name: value for name, value in computed.items() if name not in inexact and not np.isnan(value)}


def _inexact(form: Form, texts: Mapping[str, str | None]) -> set[str]:
    """Return the items whose answer is not exact, with the groups and derived numbers that need them."""
    items = {name for name, text in texts.items() if text is not None and _exact(form.items[name], text) is None}
    wholes = {**form.groups, **{name: derived.of for name, derived in form.derived.items()}}
    return items | {name for name, members in wholes.items() if items.intersection(members)}


def _scores(form: Form, columns: Columns) -> dict[str, float]:
    if form.instrument is None:
        return {}
    return {name: float(column[0]) for name, column in CATALOG[form.instrument].score(columns).items()}


def _is_plain(derived: Derived) -> bool:
    return derived.kind in {"mean", "sum"}


def _number(item: Item, text: str | None) -> float:
    """Return an answer as the number an instrument computes with; not-a-number where it is none."""
    if text is None or limit_of(text):
        return float("nan")
    if item.kind == "yes_no":
        return float(text == "yes")
    try:
        return number_of(text)
    except ValueError:
        return float("nan")


def _latest(casebook: Casebook, form: Form, visits: Iterable[str]) -> Answers:
    """Return the last answer of each name, over visits in the order of time; none where the last is not exact."""
    answers: Answers = {}
    for visit in visits:
        texts = _texts(form, casebook, visit)
        for name in _inexact(form, texts):
            answers.pop(name, None)
        answers |= _form_answers(form, texts)
    return answers


def baseline_visits(study: Study, casebook: Casebook, form: Form, anchor: date | None) -> tuple[str, ...]:
    """Return the visits that can be the baseline by the plan's rule, in the order of time: the last with a value is."""
    rule = study.analysis.baseline
    if rule.kind == "visit":
        return (rule.visit,) if rule.visit is not None else ()
    if rule.kind == "last before anchor":
        return _up_to_day(study, casebook, anchor)
    flagged = (
        visit for visit in _in_time(study, casebook) if casebook.value(form.id, rule.flag or "", visit=visit) == "yes"
    )
    return tuple(flagged)


def visits_so_far(study: Study, casebook: Casebook, until: date | None = None) -> tuple[str, ...]:
    """Return the visits with answers in the order of time, up to a day where one is given.

    A visit without a date then counts where it is planned on or before study day 0.
    """
    return _in_time(study, casebook) if until is None else _up_to_day(study, casebook, until)


def _up_to_day(study: Study, casebook: Casebook, last: date | None) -> tuple[str, ...]:
    """Return the visits on or before a day; where that day or their own is not known, those planned up to day 0."""
    chosen = []
    for visit in _in_time(study, casebook):
        day, planned = casebook.visit_date(visit), study.schedule.visits.get(visit)
        is_before = day <= last if day is not None and last is not None else planned is not None and planned.day <= 0
        if is_before:
            chosen.append(visit)
    return tuple(chosen)


def _before(study: Study, casebook: Casebook, visit: str) -> tuple[str, ...]:
    """Return the visits before this one: by date where both have one, else by their order in the schedule."""
    if not visit:
        return ()
    ordered = study.schedule.visits
    here, day = ordered.get(visit), casebook.visit_date(visit)
    chosen = []
    for other in _in_time(study, casebook):
        there, other_day = ordered.get(other), casebook.visit_date(other)
        if day is not None and other_day is not None:
            is_before = other_day < day
        else:
            is_before = here is not None and there is not None and there.order < here.order
        if is_before and other != visit:
            chosen.append(other)
    return tuple(chosen)


def _in_time(study: Study, casebook: Casebook) -> tuple[str, ...]:
    """Return the visits with answers, those without a date first in planned order, then by date and by number."""
    planned = study.schedule.visits

    def moment(visit: str) -> tuple[date, int, int, str]:
        order = planned[visit].order if visit in planned else len(planned)
        return casebook.visit_date(visit) or date.min, order, len(visit), visit

    return tuple(sorted(casebook.visits(), key=moment))


def _of_visit(casebook: Casebook, visit: str, anchor: date | None) -> Answers:
    if not visit:
        return {}
    day = casebook.visit_date(visit)
    values: Answers = {"visit.id": visit}
    if day is not None:
        values["visit.date"] = day
    if day is not None and anchor is not None:
        values["visit.day"] = (day - anchor).days
    return values


def _named(prefix: str, answers: Answers) -> Answers:
    return {f"{prefix}.{name}": value for name, value in answers.items()}


# ---- counts over the rows of a form -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the rows of a form come to in a count."""

    rows: tuple[str, ...]
    open: tuple[str, ...]
    """Rows of which nobody can tell whether, or as what, they count."""
    answers: frozenset[str]
    """The different answers in the rows that count."""

    @property
    def count(self) -> int | None:
        """Return how many different answers there are; None without any row, and where a row is open."""
        return None if self.open or not self.rows else len(self.answers)


def tally(study: Study, casebook: Casebook, form: Form, derived: Derived, *, visit: str = "") -> Tally:
    """Go through the rows of a form for one of its counts."""
    (name,) = derived.of
    item, condition = form.items[name], _row_condition(study, form, derived)
    rows = rows_of(form, casebook, visit)
    found: set[str] = set()
    undecided: list[str] = []
    for row in rows:
        holds = _holds(study, casebook, form, condition, visit=visit, repeat=row)
        answers = _different(item, casebook.value(form.id, name, visit=visit, repeat=row))
        if holds is None or (holds and not answers):
            undecided.append(row)
        elif holds:
            found |= answers
    return Tally(rows=rows, open=tuple(undecided), answers=frozenset(found))


def answered_of(casebook: Casebook, derived: Derived, place: Cell) -> int:
    """Count the answers that a derived number has, of those that it is computed from at a visit or in a row."""
    answers = (casebook.answers.get(place._replace(item=name)) for name in derived.of)
    return sum(one is not None and one.value is not None for one in answers)


def rows_of(form: Form, casebook: Casebook, visit: str = "") -> tuple[str, ...]:
    """Return the rows of a form in which something is recorded, in order of first mention."""
    return tuple(dict.fromkeys(cell.repeat for cell in casebook.answers if (cell.visit, cell.form) == (visit, form.id)))


def _counts(
    study: Study, casebook: Casebook, form: Form, *, visit: str, until: date | None, names: Collection[str] | None
) -> Answers:
    """Return the counts over the rows of a form that are needed, those without a value left out."""
    values: Answers = {}
    for derived in form.derived.values():
        name = f"{form.id}.{derived.id}"
        if derived.kind == "count" and (names is None or name in names):
            place = counted_visit(study, casebook, form, visit=visit, until=until)
            count = tally(study, casebook, form, derived, visit=place).count
            values |= {} if count is None else {name: float(count)}
    return values


def counted_visit(study: Study, casebook: Casebook, form: Form, *, visit: str = "", until: date | None = None) -> str:
    """Return the visit of which the rows are counted: of a form of the visits the last one so far that has rows."""
    if form.timing != "visits" or visit:
        return visit if form.timing == "visits" else ""
    so_far = [here for here in visits_so_far(study, casebook, until) if rows_of(form, casebook, here)]
    return so_far[-1] if so_far else ""


def _holds(
    study: Study, casebook: Casebook, form: Form, condition: Condition | Problem | None, *, visit: str, repeat: str
) -> bool | None:
    """Judge whether a row counts; None where it is unknown or cannot be worked out."""
    if not isinstance(condition, Condition):
        return True if condition is None else None
    values = values_for(study, casebook, visit=visit, form=form.id, repeat=repeat, names=condition.names)
    holds = condition.judge(values)
    return None if isinstance(holds, Problem) else holds


def _row_condition(study: Study, form: Form, derived: Derived) -> Condition | Problem | None:
    """Compile `where` of a count, once for all rows and participants."""
    if derived.where is None:
        return None
    return _compiled(derived.where, _row_names(Same(study), form.id))


class Same:
    """A study, equal only to itself: to compare two word by word would take longer than what is kept of one."""

    __slots__ = ("study",)

    def __init__(self, study: Study) -> None:
        self.study = study

    def __hash__(self) -> int:
        """Tell studies apart by where they stand."""
        return id(self.study)

    def __eq__(self, other: object) -> bool:
        """Tell whether it is the very same study."""
        return isinstance(other, Same) and other.study is self.study


@lru_cache(maxsize=64)
def _row_names(same: Same, form: str) -> frozenset[tuple[str, NameType]]:
    """Return the names that a condition on the rows of a form can use."""
    return frozenset(names_for(same.study, "row", form=form).items())


@lru_cache(maxsize=64)
def _compiled(text: str, names: frozenset[tuple[str, NameType]]) -> Condition | Problem:
    return compile_condition(text, dict(names))


def _different(item: Item, text: str | None) -> set[str]:
    """Return what an answer adds to a count: its exact value, or each of several choices; nothing where it is none."""
    exact = None if text is None else _exact(item, text)
    if exact is None:
        return set()
    return set(exact) if isinstance(exact, list) else {str(exact)}


# ---- where a value comes from -----------------------------------------------------------------------------------


def latest_answer(
    study: Study, casebook: Casebook, form: Form, item: str, *, until: date | None = None
) -> tuple[Cell, Answer] | None:
    """Return the answer that counts so far, or up to a day; the last missing-data code where there is no answer."""
    visits = visits_so_far(study, casebook, until) if form.timing == "visits" else ("",)
    cells = [Cell(visit, form.id, "", item) for visit in visits]
    recorded = [(cell, casebook.answers[cell]) for cell in cells if cell in casebook.answers]
    answered = [found for found in recorded if found[1].value is not None]
    return next(reversed(answered or recorded), None)
