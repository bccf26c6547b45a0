"""Grades of laboratory values: the baseline grade by the worst later one, and what is worse than the baseline.

Of everybody who was ever enrolled, in study files that ask for grades; the decisions are those of `conduct.safety`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from trialbook.analysis.frames import judged_books
from trialbook.analysis.listings import Row, listing
from trialbook.analysis.results import Listing, Result, Selector
from trialbook.analysis.rows import Heading, Stat
from trialbook.analysis.sets import ENROLLED, members
from trialbook.conduct.safety import LaboratoryGrade, graded_items, laboratory_grades

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.conduct.casebook import Casebook

GRADES, EMERGENT = "laboratory_grades", "emergent_grades"
SEVERE = 3
UNKNOWN, MISSING = "unknown", "missing"
"""In place of a grade: more than one is possible; there is no value."""
LISTED = (
    "participant", "item", "term", "version", "visit", "moment", "value", "unit", "lower", "upper", "grade",
    "baseline_grade", "change", "emergent", "shift",
)  # fmt: skip
METHOD = "{version}, {term}: grade at the baseline, and the worst after it; {parameters}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What became of the grade of an item in one participant."""

    baseline: str
    """A grade, `unknown` or `missing`."""
    worst: str
    """Likewise, the worst after the baseline."""
    is_emergent: bool | None
    """Whether any grade after the baseline was worse; None where that cannot be told."""
    is_severe: bool | None
    """Whether any of these was at least grade 3."""

    @property
    def level(self) -> str:
        """Write both grades, as the level of a result."""
        return f"{self.baseline} to {self.worst}"


def has_grades(datasets: Datasets) -> bool:
    """Tell whether the study file asks for any grade; other studies load nothing for it."""
    return next(graded_items(datasets.study), None) is not None


@lru_cache(maxsize=4)
def grades_of(datasets: Datasets) -> tuple[LaboratoryGrade, ...]:
    """Return the grade of every laboratory value of everybody who was ever enrolled; worked out once."""
    known, who = judged_books(datasets), members(datasets).of(ENROLLED)
    if not datasets.plans:
        return laboratory_grades(datasets.study, (known[code] for code in who))
    by_version: dict[str, list[Casebook]] = {}
    for book in (known[code] for code in who):
        by_version.setdefault(datasets.plan_of(book.site).fingerprint, []).append(book)
    versions = datasets.versions
    found = [grade for plan in versions for grade in laboratory_grades(plan, by_version.get(plan.fingerprint, ()))]
    names = dict.fromkeys(f"{form.id}.{item.id}" for plan in versions for form, item in graded_items(plan))
    items, people = ({name: place for place, name in enumerate(some)} for some in (names, who))
    return tuple(sorted(found, key=lambda one: (items[one.item], people[one.measured.participant])))


def shift_of(grades: Sequence[LaboratoryGrade]) -> Shift:
    """Return the shift of one item in one participant, from the grades of all of its values."""
    later = [grade for grade in grades if grade.measured.moment == "after"]
    base = next((grade for grade in grades if grade.measured.moment == "baseline"), None)
    return Shift(
        baseline=MISSING if base is None else _written(base.least, base.most),
        worst=_worst(later),
        is_emergent=_any(grade.is_emergent for grade in later),
        is_severe=_any(_is_severe(grade) for grade in later),
    )


def _written(least: int | None, most: int | None) -> str:
    return UNKNOWN if least is None or least != most else str(least)


def _worst(later: Sequence[LaboratoryGrade]) -> str:
    """Write the worst of several grades, each of which lies between two."""
    if not later:
        return MISSING
    if any(grade.least is None for grade in later):
        return UNKNOWN
    return _written(max(grade.least or 0 for grade in later), max(grade.most or 0 for grade in later))


def _is_severe(grade: LaboratoryGrade) -> bool | None:
    """Tell whether a grade is worse than the baseline and at least 3."""
    if grade.is_emergent is False or (grade.most is not None and grade.most < SEVERE):
        return False
    return True if grade.is_emergent and grade.least is not None and grade.least >= SEVERE else None


def _any(answers: Iterator[bool | None]) -> bool | None:
    """Return true where one is, false where all are; None where it hangs on what is not known."""
    known = list(answers)
    return True if True in known else None if None in known or not known else False


@lru_cache(maxsize=4)
def _shifts(datasets: Datasets) -> dict[str, dict[str, Shift]]:
    """Return item -> participant -> shift; participants without any value are left out."""
    found: dict[str, dict[str, list[LaboratoryGrade]]] = {}
    for grade in grades_of(datasets):
        found.setdefault(grade.item, {}).setdefault(grade.measured.participant, []).append(grade)
    return {item: {code: shift_of(one) for code, one in people.items()} for item, people in found.items()}


def count_grades(datasets: Datasets) -> Iterator[Result]:
    """Count the participants of every shift that occurs, and those whose grade became worse, item by item."""
    if not has_grades(datasets):
        return
    from trialbook.instruments.ctcae_5 import STANDARD, TITLE
    from trialbook.instruments.parameters import written

    who = members(datasets).of(ENROLLED)
    for form, item in graded_items(datasets.study):
        name = f"{form.id}.{item.id}"
        term = (item.grade or "").partition(" ")[2]
        method = METHOD.format(version=TITLE, term=term, parameters=written(STANDARD))
        yield from _counted(name, method, _shifts(datasets).get(name, {}), who)


def _counted(name: str, method: str, shifts: dict[str, Shift], who: Sequence[str]) -> Iterator[Result]:
    both = [shift for shift in shifts.values() if MISSING not in (shift.baseline, shift.worst)]
    source = Selector(frame="listing", variable=GRADES, analysis_set=ENROLLED, where=(("item", name),))
    heading = Heading(
        analysis="grades", variable=name, analysis_set=ENROLLED, in_id=False, unit="participants", n=len(both),
        method=method, source=source,
    )  # fmt: skip
    told = {"n_emergent": [one.is_emergent for one in both], "n_emergent_severe": [one.is_severe for one in both]}
    yield from heading.rows([Stat(name="n", value=len(both)), Stat(name="missing", value=len(who) - len(both))])
    for stat, answers in told.items():
        unknown = answers.count(None)
        warning = f"Of {unknown} more it cannot be told." if unknown else ""
        yield heading.row(Stat(name=stat, value=answers.count(True), warning=warning))
    for level in sorted({shift.level for shift in shifts.values()}):
        here = replace(heading, level=level, source=replace(source, where=(*source.where, ("shift", level))))
        yield here.row(Stat(name="n_participants", value=sum(shift.level == level for shift in shifts.values())))


@lru_cache(maxsize=4)
def list_grades(datasets: Datasets) -> Listing:
    """List every value that is graded, with its limits of normal and the grade of the baseline beside its own."""
    return listing(GRADES, LISTED, [_row(datasets, grade) for grade in grades_of(datasets)])


def list_emergent(datasets: Datasets) -> Listing:
    """List the values that are worse than the grade of the baseline, and certainly of grade 3 or more."""
    rows = [_row(datasets, grade) for grade in grades_of(datasets) if _is_severe(grade)]
    return listing(EMERGENT, LISTED, rows)


def grade_listings(datasets: Datasets) -> Iterator[Listing]:
    """Yield both listings, where the study file asks for grades."""
    if has_grades(datasets):
        yield from (list_grades(datasets), list_emergent(datasets))


def _row(datasets: Datasets, grade: LaboratoryGrade) -> tuple[Row, Sequence[int]]:
    one = grade.measured
    cells = (
        one.participant, grade.item, grade.term, grade.version, one.visit, one.moment, one.value, grade.unit,
        one.lower, one.upper, grade.grade, grade.baseline_grade, grade.change,
        None if grade.is_emergent is None else int(grade.is_emergent),
        _shifts(datasets)[grade.item][one.participant].level,
    )  # fmt: skip
    return cells, grade.seqs
