"""How severe an event was, whether it is serious, and the grades of laboratory values beside those of the baseline.

A grade tells how severe something is; an event is serious by what came of it (ICH E2A). What counts against a treatment
is a grade that is worse than the one before it: creatine kinase of active myositis begins at grade 3 or 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from trialbook.conduct.answers import baseline_visits, form_answers, visits_so_far
from trialbook.conduct.casebook import Casebook, Cell
from trialbook.conduct.event_outcomes import outcome_of
from trialbook.conduct.recorded import Row, filled_rows
from trialbook.conduct.schedule import anchor_date
from trialbook.protocol.graded_terms import VERSION, graded_term
from trialbook.protocol.limits import limit_for, needs
from trialbook.protocol.model import Form, Item, Study
from trialbook.protocol.values import limit_of, number_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRADE, SERIOUS, OUTCOME = "grade", "serious", "outcome"
"""Items of an events form, by which its rows are judged."""
SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "fatal": "it was fatal",
        "life_threatening": "it was life-threatening",
        "hospital": "it led to a stay in hospital, or to a longer one",
        "disability": "it led to a lasting disability",
        "congenital": "it is a congenital anomaly",
        "important": "it was important by medical judgement",
    }
)
"""Yes/no items that make an event serious, each with its reason: ICH E2A, section II B."""
DEATHS: Mapping[str, str] = MappingProxyType(
    {"fatal": "it was fatal", GRADE: "its grade is 5, death", OUTCOME: "its outcome is death"}
)
"""Items that say that an event was fatal, each with its words."""
MILDEST, FATAL = 1, 5


# ---- events -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class EventGrade:
    """How severe an event was."""

    grade: int | None
    """1 to 5; None where it cannot be told."""
    version: str
    """List whose grades these are, such as `ctcae-5`; empty for a scale of the study's own."""
    why: str = ""
    """Why there is no grade."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seriousness:
    """Whether an event is serious."""

    is_serious: bool | None
    """None where nothing says so."""
    why: str
    sign: str = ""
    """What makes it serious, whatever is recorded in `serious`: of the words of `SIGNS` or `DEATHS`."""
    is_against: bool = False
    """It is recorded as not serious all the same."""


def grade_event(form: Form, casebook: Casebook, repeat: str, *, visit: str = "") -> EventGrade:
    """Return the grade that is recorded for a row of an events form, in its item `grade`."""
    version = form.terms if form.terms == VERSION else ""
    written = form_answers(form, casebook, visit=visit, repeat=repeat).get(GRADE)
    if written is None:
        return EventGrade(grade=None, version=version, why="No grade is recorded.")
    grade = _whole(written)
    if grade is None or not MILDEST <= grade <= FATAL:
        return EventGrade(grade=None, version=version, why=f"“{written}” is no grade from 1 to 5.")
    return EventGrade(grade=grade, version=version)


def _whole(written: object) -> int | None:
    """Return a whole number that is written as a code or computed; None for anything else."""
    try:
        number = float(str(written))
    except ValueError:
        return None
    return int(number) if number.is_integer() else None


def is_serious(form: Form, casebook: Casebook, repeat: str, *, visit: str = "") -> Seriousness:
    """Judge a row of an events form: by what came of it, by death as its grade or outcome, else by the answer.

    A sign of a serious event goes before an answer that it was none, and the reason says that the two disagree.
    """
    answers = form_answers(form, casebook, visit=visit, repeat=repeat)
    sign = next((why for item, why in SIGNS.items() if answers.get(item) is True), None)
    sign = sign or death_in(form, casebook, repeat, visit=visit)
    recorded = answers.get(SERIOUS)
    if sign is not None:
        against = ", though it is recorded as not serious" if recorded is False else ""
        why = f"Serious, since {sign}{against}."
        return Seriousness(is_serious=True, why=why, sign=sign, is_against=recorded is False)
    if isinstance(recorded, bool):
        return Seriousness(is_serious=recorded, why=f"Recorded as {'' if recorded else 'not '}serious.")
    return Seriousness(is_serious=None, why="It is not recorded whether the event was serious.")


def says_death(form: Form, item: str | None, value: str | None) -> bool:
    """Tell whether an answer of an events form says that the event was fatal."""
    if item == OUTCOME:
        return outcome_of(form.items.get(OUTCOME), value) == "fatal"
    return (item == "fatal" and value == "yes") or (item == GRADE and _whole(value) == FATAL)


def says_serious(form: Form, item: str | None, value: str | None) -> bool:
    """Tell whether an answer of an events form makes the event serious."""
    return value == "yes" if item in {SERIOUS, *SIGNS} else says_death(form, item, value)


def death_in(form: Form, casebook: Casebook, repeat: str, *, visit: str = "") -> str | None:
    """Return what says that a row of an events form was fatal, None where nothing does."""
    answers = form_answers(form, casebook, visit=visit, repeat=repeat)
    said = {**answers, "fatal": "yes" if answers.get("fatal") is True else None}
    said[OUTCOME] = casebook.value(form.id, OUTCOME, visit=visit, repeat=repeat)
    found = (item for item in DEATHS if said.get(item) is not None and says_death(form, item, str(said[item])))
    return next((DEATHS[item] for item in found), None)


def fatal_event(study: Study, casebook: Casebook) -> tuple[Form, Row] | None:
    """Return the first event of a participant that is recorded as fatal, None where there is none."""
    rows = ((form, row) for form in study.forms.values() if form.events for row in filled_rows(casebook, form.id))
    return next(((form, row) for form, row in rows if death_in(form, casebook, row.repeat, visit=row.visit)), None)


# ---- laboratory values ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A value that has a grade, with all that the grade hangs on."""

    participant: str
    visit: str
    value: str
    """Canonical, in the unit of the item: `43`, `<0.2`."""
    lower: float | None
    """Lower limit of normal of this participant on that day."""
    upper: float | None
    moment: Literal["before", "baseline", "after", ""]
    """Where it stands to the baseline; empty where nothing says so."""
    seqs: tuple[int, ...]
    """Entries of the value and of its limits: of sex and age too, where limits hang on these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A participant with what is asked again for every item."""

    casebook: Casebook
    anchor: date | None
    visits: tuple[str, ...]
    """Visits with answers, in the order of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The values of a graded item in one participant, and the one that is the baseline."""

    values: tuple[Measurement, ...]
    baseline: Measurement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaboratoryGrade:
    """The grade of a value, and what it is against that of the baseline."""

    item: str
    """`form.item`."""
    unit: str
    term: str
    version: str
    """List that the grade is of: it goes wherever the grade goes."""
    measured: Measurement
    least: int | None
    """Mildest grade that is possible by what is known; None where there is none at all."""
    most: int | None
    baseline: Measurement | None
    baseline_least: int | None
    baseline_most: int | None

    @property
    def seqs(self) -> tuple[int, ...]:
        """Return the entries of the value, and of the baseline that it is compared with."""
        base = self.baseline
        return (*self.measured.seqs, *(() if base is None or base is self.measured else base.seqs))

    @property
    def grade(self) -> int | None:
        """Return the grade, None where more than one is possible."""
        return self.least if self.least == self.most else None

    @property
    def baseline_grade(self) -> int | None:
        """Return the grade of the baseline, None where there is none or more than one is possible."""
        return self.baseline_least if self.baseline_least == self.baseline_most else None

    @property
    def change(self) -> int | None:
        """Return how many grades it is worse than the baseline, negative where it is better."""
        if self.grade is None or self.baseline_grade is None:
            return None
        return self.grade - self.baseline_grade

    @property
    def is_emergent(self) -> bool | None:
        """Tell whether it came after the baseline and is worse than it; None where that cannot be told."""
        if self.measured.moment in {"before", "baseline"}:
            return False
        is_worse = _is_worse((self.least, self.most), (self.baseline_least, self.baseline_most))
        return None if is_worse and self.measured.moment == "" else is_worse


Bounds = tuple[int | None, int | None]


def _is_worse(now: Bounds, before: Bounds) -> bool | None:
    """Tell whether a grade is worse than another, both known only to lie between two; None where it may be."""
    (least, most), (base_least, base_most) = now, before
    if least is None or most is None or base_least is None or base_most is None:
        return None
    return True if least > base_most else False if most <= base_least else None


def graded_items(study: Study) -> Iterator[tuple[Form, Item]]:
    """Yield the items of which the study file asks for grades, with their forms, in the order of the file."""
    for form in study.forms.values():
        yield from ((form, item) for item in form.items.values() if item.grade is not None)


def laboratory_grades(study: Study, casebooks: Iterable[Casebook]) -> tuple[LaboratoryGrade, ...]:
    """Grade all laboratory values of some participants, item by item: one or many, they are columns."""
    people = [
        Person(casebook=one, anchor=anchor_date(study, one), visits=visits_so_far(study, one)) for one in casebooks
    ]
    return tuple(
        grade
        for form, item in graded_items(study)
        for grade in _graded(form, item, [_followed(study, one, form, item) for one in people])
    )


def _followed(study: Study, person: Person, form: Form, item: Item) -> Followed:
    """Gather the values of an item over the visits, and choose the baseline by the plan's rule."""
    casebook, anchor = person.casebook, person.anchor
    visits = [visit for visit in person.visits if casebook.value(form.id, item.id, visit=visit) is not None]
    early = [visit for visit in baseline_visits(study, casebook, form, anchor) if visit in visits] if visits else []
    base = early[-1] if early else None
    limits = normal_limits(study, casebook, item)
    known = tuple(_limits_behind(study, casebook, item)) if visits else ()
    found = (
        _measurement(casebook, form, item, visit, limits, moment=_moment(study, casebook, visit, base, anchor))
        for visit in visits
    )
    values = tuple(replace(one, seqs=(*one.seqs, *known)) for one in found) if known else tuple(found)
    return Followed(values=values, baseline=next((one for one in values if one.visit == base), None))


def normal_limits(study: Study, casebook: Casebook, item: Item) -> tuple[float | None, float | None]:
    """Return the lower and upper limit of the study file for a participant, by sex and age where they differ."""
    sex, age = (_once(casebook, name) for name in (study.participants.sex, study.participants.age))
    years = None if age is None or limit_of(age) else number_of(age)
    lower, upper = (limit_for(limits, sex=sex, age=years) for limits in (item.lower, item.upper))
    return None if lower is None else float(lower), None if upper is None else float(upper)


def _limits_behind(study: Study, casebook: Casebook, item: Item) -> Iterator[int]:
    """Yield the entries of sex and age, each where a limit of the study file hangs on it."""
    asked = [needs(limits) for limits in (item.lower, item.upper)]
    for place, name in enumerate((study.participants.sex, study.participants.age)):
        form, _, of_person = (name or "").partition(".")
        answer = casebook.answers.get(Cell("", form, "", of_person))
        if answer is not None and answer.seq and any(one[place] for one in asked):
            yield answer.seq


def _once(casebook: Casebook, name: str | None) -> str | None:
    form, _, item = (name or "").partition(".")
    return casebook.value(form, item)


def _measurement(
    casebook: Casebook,
    form: Form,
    item: Item,
    visit: str,
    limits: tuple[float | None, float | None],
    *,
    moment: Literal["before", "baseline", "after", ""],
) -> Measurement:
    names = [item.id, *(name for name in (item.lower_item, item.upper_item) if name is not None)]
    answers = [casebook.answers.get(Cell(visit, form.id, "", name)) for name in names]
    recorded = [
        limit if name is None else _exact(casebook.value(form.id, name, visit=visit))
        for name, limit in zip((item.lower_item, item.upper_item), limits, strict=True)
    ]
    return Measurement(
        participant=casebook.participant,
        visit=visit,
        value=casebook.value(form.id, item.id, visit=visit) or "",
        lower=recorded[0],
        upper=recorded[1],
        moment=moment,
        seqs=tuple(answer.seq for answer in answers if answer is not None and answer.seq),
    )


def _exact(text: str | None) -> float | None:
    return None if text is None or limit_of(text) else number_of(text)


def _moment(
    study: Study, casebook: Casebook, visit: str, base: str | None, anchor: date | None
) -> Literal["before", "baseline", "after", ""]:
    """Tell where a visit stands to the baseline: after it by the plan where it has no date, open if nothing says so."""
    if visit == base:
        return "baseline"
    rule, planned = study.analysis.baseline, study.schedule.visits
    if rule.kind == "visit" and rule.visit is not None:
        return _order(planned[rule.visit].order, visit, rule.visit, study, casebook)
    day, here = _day(casebook, visit, anchor), planned.get(visit)
    if day is None and here is None:
        return ""
    is_after = day > 0 if day is not None else here is not None and here.day > 0
    if rule.kind == "flagged" and is_after:
        known = planned.get(base or "")
        return "" if base is None else _order(None if known is None else known.order, visit, base, study, casebook)
    return "after" if is_after else "before"


def _order(
    base_order: int | None, visit: str, base: str, study: Study, casebook: Casebook
) -> Literal["before", "after", ""]:
    """Tell where a visit stands to another: by the plan, or by the days on which both were, as far as it is known."""
    here = study.schedule.visits.get(visit)
    days = (casebook.visit_date(visit), casebook.visit_date(base))
    by_plan = None if here is None or base_order is None else here.order - base_order
    by_day = None if days[0] is None or days[1] is None else (days[0] - days[1]).days
    first, second = (by_plan, by_day) if study.analysis.baseline.kind == "visit" else (by_day, by_plan)
    apart = second if first is None else first
    return "" if apart is None else "after" if apart > 0 else "before"


def _day(casebook: Casebook, visit: str, anchor: date | None) -> int | None:
    on = casebook.visit_date(visit)
    return None if on is None or anchor is None else (on - anchor).days


def _graded(form: Form, item: Item, people: Sequence[Followed]) -> Iterator[LaboratoryGrade]:
    """Grade the values of an item, of all participants at once."""
    rows = [(one, person.baseline) for person in people for one in person.values]
    least, most = _ranges(item, rows)
    found = {
        (one.participant, one.visit): (_grade(low), _grade(high))
        for (one, _), low, high in zip(rows, least, most, strict=True)
    }
    for one, base in rows:
        low, high = found[one.participant, one.visit]
        base_low, base_high = (None, None) if base is None else found[base.participant, base.visit]
        yield LaboratoryGrade(
            item=f"{form.id}.{item.id}",
            unit=item.unit or "",
            term=graded_term(item.grade or ""),
            version=VERSION,
            measured=one,
            least=low,
            most=high,
            baseline=base,
            baseline_least=base_low,
            baseline_most=base_high,
        )


def _grade(number: float) -> int | None:
    return None if number != number else int(number)  # noqa: PLR0124 - only not-a-number differs from itself


def _ranges(
    item: Item, rows: Sequence[tuple[Measurement, Measurement | None]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mildest and the worst grade of each value; one beyond a limit may be anything beyond it."""
    import numpy as np

    from trialbook.instruments.ctcae_5 import grade_range

    shared = {
        "lower": _column(one.lower for one, _ in rows),
        "upper": _column(one.upper for one, _ in rows),
        "baseline": _column(None if base is None else _exact(base.value) for _, base in rows),
        "baseline_upper": _column(None if base is None else base.upper for _, base in rows),
    }
    ends = [_ends(one.value) for one, _ in rows]
    found = [
        grade_range(item.grade or "", {**shared, "value": _column(end[side] for end in ends)}, unit=item.unit)
        for side in (0, 1)
    ]
    return np.minimum(found[0].low, found[1].low), np.maximum(found[0].high, found[1].high)


def _column(numbers: Iterable[float | None]) -> NDArray[np.float64]:
    import numpy as np

    return np.array([np.nan if number is None else number for number in numbers], dtype=np.float64)


def _ends(value: str) -> tuple[float, float]:
    """Return the smallest and the largest number that a value can be: `<0.2` is anything from 0 to a little less."""
    from trialbook.instruments.ctcae_5 import LARGEST

    number, sign = number_of(value), limit_of(value)
    away = abs(number) * 1e-9
    return {
        "<": (0.0, number - away),
        "<=": (0.0, number),
        ">": (number + away, LARGEST),
        ">=": (number, LARGEST),
        "": (number, number),
    }[sign]
