"""Grades of laboratory values by the Common Terminology Criteria for Adverse Events, version 5.0.

National Cancer Institute. Common Terminology Criteria for Adverse Events (CTCAE) version 5.0, 27 November 2017. Grades
are 0 (not beyond the limit) to 4; what only a clinician can tell (transfusion, danger to life, death) is no part of
them. A grade that hangs on something unknown is given only where it comes out the same however that may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from trialbook.errors import Problem
from trialbook.instruments.base import Column, Columns
from trialbook.instruments.parameters import stated
from trialbook.protocol.graded_terms import graded_term
from trialbook.protocol.units import convert, parse_unit, spelled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Mask: TypeAlias = "NDArray[np.bool_]"

TITLE = "Common Terminology Criteria for Adverse Events (CTCAE), version 5.0"
CITATION = f"National Cancer Institute. {TITLE}. 27 November 2017."
LICENCE = "A work of the government of the United States. Its terms are MedDRA's, which has a licence of its own."

ROUNDING = 1e-12
"""Relative difference below which a value lies on an edge: 3 times 0.7 is 2.1 on paper, and a little less in binary."""
LARGEST = 1e30
"""Beyond this no number is a measurement."""
COLUMNS = ("value", "lower", "upper", "baseline", "baseline_upper")


@dataclass(frozen=True, slots=True, kw_only=True)
class CtcaeParameters:
    """What the text of the criteria leaves open, or programs read differently."""

    baseline_edge: Literal["at least", "above"] = stated(
        "at least",
        "Where grade 1 begins, counted from an abnormal baseline",
        why="The text prints 1.5-3.0 (aminotransferases) and 2.0-2.5 (alkaline phosphatase, GGT) times the baseline, "
        "so the lower number belongs to grade 1. Some programs take only what is above it.",
        choices=("at least", "above"),
    )
    without_baseline: Literal["unknown", "as normal"] = stated(
        "unknown",
        "What is done where no baseline is known",
        why="The text does not say. `unknown`: no grade where the baseline could change it. `as normal`: graded by the "
        "limit of normal alone.",
        choices=("unknown", "as normal"),
    )


STANDARD = CtcaeParameters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """The edges of a term: a value on an edge has the lower of two grades."""

    below: Mapping[str, tuple[str, ...]] | None = None
    """Unit -> numbers below which grades 2, 3, 4 begin; grade 1 begins below the lower limit of normal."""
    above: tuple[float, ...] = ()
    """Multiples of the upper limit of normal above which grades 1, 2, 3, 4 begin."""
    instead: tuple[float, ...] = ()
    """Multiples of the baseline in place of these, where the baseline is above normal."""
    is_inclusive: bool = False
    """Whether the first of `instead` belongs to grade 1 itself."""
    beside: tuple[tuple[float, int], ...] = ()
    """Multiples of any baseline above which there is at least this grade: the worse of the two counts."""


def _cells(*edges: str) -> Criterion:
    return Criterion(below=MappingProxyType({"10^9/L": edges}))


_LIVER = (1.0, 3.0, 5.0, 20.0)
_BILE = (1.0, 2.5, 5.0, 20.0)
_TRANSAMINASE = Criterion(above=_LIVER, instead=(1.5, *_LIVER[1:]), is_inclusive=True)
_CHOLESTASIS = Criterion(above=_BILE, instead=(2.0, *_BILE[1:]), is_inclusive=True)

CRITERIA: Mapping[str, Criterion] = MappingProxyType(
    {
        "Alanine aminotransferase increased": _TRANSAMINASE,
        "Alkaline phosphatase increased": _CHOLESTASIS,
        "Anemia": Criterion(
            below=MappingProxyType({"g/dL": ("10", "8"), "g/L": ("100", "80"), "mmol/L": ("6.2", "4.9")})
        ),
        "Aspartate aminotransferase increased": _TRANSAMINASE,
        "Blood bilirubin increased": Criterion(above=(1.0, 1.5, 3.0, 10.0), instead=(1.0, 1.5, 3.0, 10.0)),
        "Blood lactate dehydrogenase increased": Criterion(above=(1.0,)),
        "CPK increased": Criterion(above=(1.0, 2.5, 5.0, 10.0)),
        "Creatinine increased": Criterion(above=(1.0, 1.5, 3.0, 6.0), beside=((1.5, 2), (3.0, 3))),
        "GGT increased": _CHOLESTASIS,
        "Lymphocyte count decreased": _cells("0.8", "0.5", "0.2"),
        "Neutrophil count decreased": _cells("1.5", "1", "0.5"),
        "Platelet count decreased": _cells("75", "50", "25"),
        "White blood cell decreased": _cells("3", "2", "1"),
    }
)
"""Term -> its edges. Haemoglobin in mmol/L is that of one chain, as the criteria print it."""

RULES = (
    (
        "An edge belongs to the milder grade: creatine kinase of exactly 5 times the upper limit is grade 2, "
        "lymphocytes of exactly 0.8 × 10^9/L are grade 1. Values are not rounded to significant digits before they are "
        "compared."
    ),
    (
        "A baseline is normal where it is not above the upper limit of normal of its own day. For aminotransferases, "
        "alkaline phosphatase, GGT and bilirubin an abnormal baseline takes the place of the limit; for creatinine the "
        "worse of both counts; for creatine kinase the text knows no baseline, so that active myositis begins high."
    ),
    "A number below which a grade begins counts whatever the laboratory’s lower limit is.",
    "Grade 3 of anaemia by transfusion, and grades 4 and 5 of it, are clinical and never come of the number.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRange:
    """The mildest and the worst grade that each value can have; not-a-number both where there is no value."""

    low: Column
    high: Column

    @property
    def grade(self) -> Column:
        """Return the grade where only one is possible, else not-a-number."""
        import numpy as np

        grade: Column = np.where(self.low == self.high, self.low, np.nan)
        return grade


def grades(term: str, columns: Columns, *, unit: str | None = None, parameters: CtcaeParameters = STANDARD) -> Column:
    """Return the grade of each value, 0 to 4, not-a-number where it cannot be told; see `grade_range`."""
    return grade_range(term, columns, unit=unit, parameters=parameters).grade


def grade_range(
    term: str, columns: Columns, *, unit: str | None = None, parameters: CtcaeParameters = STANDARD
) -> GradeRange:
    """Return between which grades each value lies.

    Columns, all of one length: `value`, and where known `lower`, `upper`, `baseline` and `baseline_upper`, the upper
    limit at the baseline; without that column it is `upper`. All stand in `unit`, or in the first unit of the term.
    `term` may begin with its version. KeyError for an unknown term, ValueError for a unit that does not fit it.
    """
    import numpy as np

    criterion = CRITERIA[graded_term(term)]
    value = _measured(columns["value"], lowest=0)
    blank: Column = np.full(value.shape, np.nan)
    known = {name: _measured(columns.get(name, blank)) for name in COLUMNS[1:-1]}
    known["baseline_upper"] = _measured(columns.get("baseline_upper", known["upper"]))
    if criterion.below is not None:
        low, high = _below(value, known["lower"], edges_in(criterion, unit))
    else:
        low, high = _above(value, known, criterion, parameters)
    is_gap = np.isnan(value)
    return GradeRange(low=np.where(is_gap, np.nan, low), high=np.where(is_gap, np.nan, high))


def edges_in(criterion: Criterion, unit: str | None) -> tuple[float, ...]:
    """Return the numbers of a term in a unit; ValueError for one into which they cannot be converted."""
    printed = criterion.below or {}
    chosen = unit or next(iter(printed))
    for own, edges in printed.items():
        if parse_unit(spelled(own)) == parse_unit(spelled(chosen)):
            return tuple(float(edge) for edge in edges)
    for own, edges in printed.items():
        found = [convert(Decimal(edge), own, chosen) for edge in edges]
        numbers = tuple(float(edge) for edge in found if not isinstance(edge, Problem))
        if len(numbers) == len(edges):
            return numbers
    raise ValueError(f"the grades are printed in {', '.join(printed)}, which is not converted to {chosen!r}")


def _measured(column: Column, *, lowest: float = 5e-30) -> Column:
    """Return a column with not-a-number for what cannot be a measurement; a limit or a baseline is above 0."""
    import numpy as np

    numbers = np.asarray(column, dtype=np.float64)
    found: Column = np.where((numbers >= lowest) & (numbers <= LARGEST), numbers, np.nan)
    return found


def _below(value: Column, lower: Column, edges: tuple[float, ...]) -> tuple[Column, Column]:
    """Grade what falls: grade 2 and worse by the number alone, grade 1 by the lower limit of normal."""
    import numpy as np

    passed = sum((value < edge * (1 - ROUNDING)).astype(float) for edge in edges)
    mild = (value < lower * (1 - ROUNDING)).astype(float)
    worse = np.where(passed > 0, passed + 1.0, 0.0)
    low = np.maximum(worse, mild)
    return low, np.where((worse == 0) & np.isnan(lower), 1.0, low)


def _above(
    value: Column, known: Mapping[str, Column], criterion: Criterion, parameters: CtcaeParameters
) -> tuple[Column, Column]:
    """Grade what rises, by the upper limit of normal and, where the term has such a rule, by the baseline."""
    by_limit = _open(value, _passed(value, known["upper"], criterion.above), known["upper"], len(criterion.above))
    if criterion.instead:
        return _instead(value, known, criterion, by_limit, parameters)
    if criterion.beside:
        return _beside(value, known["baseline"], criterion, by_limit, parameters)
    return by_limit


def _passed(value: Column, reference: Column, edges: tuple[float, ...], *, from_first: bool = False) -> Column:
    """Count the multiples of a reference that a value is above; with `from_first` the first is passed when reached."""
    import numpy as np

    passed: Column = np.zeros(value.shape)
    for place, edge in enumerate(edges):
        is_reached = from_first and place == 0
        end = edge * reference * (1 - ROUNDING if is_reached else 1 + ROUNDING)
        passed += (value >= end) if is_reached else (value > end)
    return passed


def _open(value: Column, found: Column, reference: Column, worst: int) -> tuple[Column, Column]:
    """Return a grade as a range: any grade where the reference is not known, of a value above 0."""
    import numpy as np

    is_unknown = np.isnan(reference)
    return np.where(is_unknown, 0.0, found), np.where(is_unknown & (value > 0), float(worst), found)


def _instead(
    value: Column,
    known: Mapping[str, Column],
    criterion: Criterion,
    by_limit: tuple[Column, Column],
    parameters: CtcaeParameters,
) -> tuple[Column, Column]:
    """Grade by the limit where the baseline was normal, by the baseline where not, by both where that is open."""
    import numpy as np

    baseline, at_baseline = known["baseline"], known["baseline_upper"]
    is_normal = baseline <= at_baseline * (1 + ROUNDING)
    is_abnormal = baseline > at_baseline * (1 + ROUNDING)
    if parameters.without_baseline == "as normal":
        is_normal |= np.isnan(baseline)
    from_first = criterion.is_inclusive and parameters.baseline_edge == "at least"
    found = _passed(value, baseline, criterion.instead, from_first=from_first)
    # an abnormal baseline of unknown size lies above its limit: the grade is at most that of a baseline just above it
    most = _open(value, _passed(value, at_baseline, criterion.instead), at_baseline, len(criterion.above))[1]
    is_gap = np.isnan(baseline)
    low, high = np.where(is_gap, 0.0, found), np.where(is_gap, most, found)
    low = np.where(is_normal, by_limit[0], np.where(is_abnormal, low, np.minimum(low, by_limit[0])))
    high = np.where(is_normal, by_limit[1], np.where(is_abnormal, high, np.maximum(high, by_limit[1])))
    return low, high


def _beside(
    value: Column,
    baseline: Column,
    criterion: Criterion,
    by_limit: tuple[Column, Column],
    parameters: CtcaeParameters,
) -> tuple[Column, Column]:
    """Grade by limit and baseline, and take the worse."""
    import numpy as np

    found: Column = np.zeros(value.shape)
    for edge, grade in criterion.beside:
        found = np.where(value > edge * baseline * (1 + ROUNDING), float(grade), found)
    worst = max(grade for _, grade in criterion.beside)
    low, high = _open(value, found, baseline, worst)
    if parameters.without_baseline == "as normal":
        high = np.where(np.isnan(baseline), 0.0, high)
    return np.maximum(low, by_limit[0]), np.maximum(high, by_limit[1])
