"""Grades of laboratory values by CTCAE version 5.0.

Requirements:
CTCAE-01: all worked examples come out.
CTCAE-02: an edge belongs to the milder grade, also where a multiple is not exact in binary.
CTCAE-03: a grade is worse or the same, the further a value lies beyond the limit.
CTCAE-04: there is a grade exactly where it is the same however an unknown limit or baseline could turn out.
CTCAE-05: no number, and no gap, raises an error or a warning; a grade is one of the term's.
CTCAE-06: the grade does not hang on the unit; a unit that does not fit is refused.
CTCAE-07: the terms are those of the study file, and all stand in the reference with their version.
CTCAE-08: what sources read differently may be set.
CTCAE-09: the library that converts units is not loaded for values in the units of the list.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trialbook.instruments.ctcae_5 import (
    COLUMNS,
    CRITERIA,
    RULES,
    STANDARD,
    TITLE,
    Criterion,
    CtcaeParameters,
    grade_range,
    grades,
)
from trialbook.protocol.graded_terms import GRADED_TERMS, VERSION

CASE_FILE = Path(__file__).parent / "cases" / "safety_cases.json"
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "grades.md"
ALL_CASES = [case for case in json.loads(CASE_FILE.read_text(encoding="utf-8")) if case["instrument"] == "CTCAE5"]
CASES = [case for case in ALL_CASES if not case["variant"].startswith("Infusion")]
TERMS: Mapping[str, tuple[str, ...]] = {
    "Lymphocyte count decreased": ("Lymphocyte count decreased",),
    "CPK increased": ("CPK increased",),
    "ALT increased / AST increased": ("Alanine aminotransferase increased", "Aspartate aminotransferase increased"),
    "ALP increased / GGT increased": ("Alkaline phosphatase increased", "GGT increased"),
    "Blood bilirubin increased": ("Blood bilirubin increased",),
    "Creatinine increased": ("Creatinine increased",),
    "White blood cell decreased": ("White blood cell decreased",),
    "Neutrophil count decreased": ("Neutrophil count decreased",),
    "Platelet count decreased": ("Platelet count decreased",),
    "Anemia (laboratory part only)": ("Anemia",),
    "Blood LDH increased": ("Blood lactate dehydrogenase increased",),
}
"""Variant of a case -> terms that it is an example of."""
NAN = float("nan")
FALLING = [name for name, criterion in CRITERIA.items() if criterion.below is not None]
DIFFERENT = tuple({criterion: name for name, criterion in CRITERIA.items() if criterion.below is None}.values())
"""Terms whose rules differ; those of cells differ in numbers only."""
POSITIVE = st.floats(0.01, 1000).map(lambda number: float(f"{number:.3g}"))
MAYBE = st.one_of(st.none(), POSITIVE)


def one(term: str, unit: str | None = None, parameters: CtcaeParameters = STANDARD, /, **known: float | None) -> float:
    columns = {name: np.array([NAN if number is None else number]) for name, number in known.items()}
    return float(grades(term, columns, unit=unit, parameters=parameters)[0])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_examples(case: dict[str, Any]) -> None:
    """CTCAE-01."""
    known = {key.split("_")[0].replace("lln", "lower").replace("uln", "upper"): n for key, n in case["inputs"].items()}
    expected = case["expected"]["grade"]
    for term in TERMS[case["variant"]]:
        assert one(term, **known) == pytest.approx(NAN if expected is None else expected, nan_ok=True)


def test_worked_examples_are_all_there() -> None:
    """CTCAE-01."""
    assert len(ALL_CASES) == 67
    assert len(CASES) == 63
    assert {name for names in TERMS.values() for name in names} == set(CRITERIA)


@pytest.mark.parametrize("term", DIFFERENT)
@given(upper=POSITIVE)
def test_an_edge_belongs_to_the_milder_grade(term: str, upper: float) -> None:
    """CTCAE-02: 3 times 0.7 is 2.1, whatever a computer makes of it."""
    baseline = 1e9 if CRITERIA[term].beside else upper
    for grade, multiple in enumerate(CRITERIA[term].above):
        edge = float(f"{multiple * upper:.12g}")
        assert one(term, value=edge, upper=upper, baseline=baseline) == grade
        assert one(term, value=edge * 1.001, upper=upper, baseline=baseline) == grade + 1


def test_aminotransferase_at_three_times_the_limit() -> None:
    """CTCAE-02."""
    term = "Alanine aminotransferase increased"
    assert one(term, value=2.1, upper=0.7, baseline=0.5) == 1
    assert one(term, value=2.1000001, upper=0.7, baseline=0.5) == 2
    assert one(term, value=3 * 0.7, upper=0.7, baseline=0.5) == 1


@pytest.mark.parametrize("term", [*DIFFERENT, "Anemia", "Lymphocyte count decreased"])
@given(values=st.lists(st.floats(0, 2000), min_size=2), known=st.tuples(MAYBE, MAYBE, MAYBE, MAYBE))
def test_further_is_not_milder(term: str, values: list[float], known: tuple[float | None, ...]) -> None:
    """CTCAE-03."""
    values.sort(reverse=term in FALLING)
    columns = {"value": np.array(values)}
    for name, number in zip(COLUMNS[1:], known, strict=True):
        columns[name] = np.full(len(values), NAN if number is None else number)
    found = grade_range(term, columns)
    for side in (found.low, found.high):
        assert all(before <= after for before, after in itertools.pairwise(side))


def by_hand(criterion: Criterion, value: float, known: Mapping[str, float]) -> int:
    """Grade one value with everything known, in plain steps."""
    if criterion.below is not None:
        edges = [float(edge) for edge in criterion.below["10^9/L" if "10^9/L" in criterion.below else "g/dL"]]
        worse = sum(value < edge for edge in edges)
        return worse + 1 if worse else int(value < known["lower"])
    if criterion.instead and known["baseline"] > known["baseline_upper"]:
        ratio = value / known["baseline"]
        first = ratio >= criterion.instead[0] if criterion.is_inclusive else ratio > criterion.instead[0]
        return int(first) + sum(ratio > edge for edge in criterion.instead[1:])
    grade = sum(value / known["upper"] > edge for edge in criterion.above)
    beside = [worst for edge, worst in criterion.beside if value / known["baseline"] > edge]
    return max([grade, *beside])


AROUND = (0.011, 0.31, 0.49, 0.99, 1.01, 1.51, 2.01, 2.51, 3.01, 5.01, 6.01, 10.01, 20.01, 1000.0)
"""What an unknown number is tried as, in parts of the known ones: on both sides of every edge."""


def used(term: str) -> tuple[str, ...]:
    """Return what a grade can hang on beside the value."""
    if term in FALLING:
        return ("lower",)
    criterion = CRITERIA[term]
    return COLUMNS[2:] if criterion.instead else COLUMNS[2:4] if criterion.beside else COLUMNS[2:3]


@pytest.mark.parametrize("term", [*DIFFERENT, "Anemia", "Lymphocyte count decreased"])
@given(value=POSITIVE, known=st.tuples(MAYBE, MAYBE, MAYBE))
def test_a_grade_where_nothing_can_change_it(term: str, value: float, known: tuple[float | None, ...]) -> None:
    """CTCAE-04."""
    told = dict(zip(used(term), known, strict=False))
    fixed = {name: number for name, number in told.items() if number is not None}
    unknown = [name for name in told if name not in fixed]
    assume(not is_on_edge(term, value, fixed))
    parts = AROUND if len(unknown) < 3 else AROUND[::4]
    tried = sorted({number * part for number in (value, *fixed.values()) for part in (*parts, *(1 / x for x in parts))})
    every = {
        by_hand(CRITERIA[term], value, {**fixed, **dict(zip(unknown, trial, strict=True))})
        for trial in itertools.product(tried, repeat=len(unknown))
    }
    found = one(term, value=value, **told)
    assert found == every.pop() if len(every) == 1 else np.isnan(found)


def is_on_edge(term: str, value: float, known: Mapping[str, float]) -> bool:
    """Tell whether binary arithmetic decides."""
    criterion = CRITERIA[term]
    edges = {*criterion.above, *criterion.instead, *(edge for edge, _ in criterion.beside), 1.0}
    numbers = [value, *known.values()]
    return any(abs(a / (b * edge) - 1) < 1e-9 for a in numbers for b in known.values() for edge in edges)


ANY_NUMBER = st.floats(allow_nan=True, allow_infinity=True)


@pytest.mark.parametrize("term", CRITERIA)
@given(rows=st.lists(st.tuples(*(ANY_NUMBER for _ in COLUMNS)), max_size=5))
def test_no_number_is_too_odd(term: str, rows: list[tuple[float, ...]]) -> None:
    """CTCAE-05."""
    columns = dict(zip(COLUMNS, np.array(rows, dtype=float).reshape(len(rows), len(COLUMNS)).T, strict=True))
    found = grades(term, columns)
    worst = max(len(CRITERIA[term].above), *(len(edges) + 1 for edges in (CRITERIA[term].below or {"": ()}).values()))
    assert found.shape == (len(rows),)
    assert all(np.isnan(grade) or grade in range(worst + 1) for grade in found)
    assert np.isnan(found[~(columns["value"] >= 0)]).all()


@pytest.mark.parametrize(
    ("term", "unit", "value", "lower", "grade"),
    [
        ("Anemia", "g/L", 100, 120, 1), ("Anemia", "g/L", 99, 120, 2), ("Anemia", "mmol/L", 6.2, 7.4, 1),
        ("Anemia", "mmol/L", 4.8, 7.4, 3), ("Anemia", "mg/dL", 9999, 12000, 2), ("Anemia", "mg/dL", 10000, 12000, 1),
        ("Lymphocyte count decreased", "/mm3", 800, 1000, 1), ("Lymphocyte count decreased", "10*3/uL", 0.19, 1, 4),
        ("Platelet count decreased", "/uL", 24999, 150000, 4), ("Platelet count decreased", "10*9/L", 25, 150, 3),
    ],
)  # fmt: skip
def test_units(term: str, unit: str, value: float, lower: float, grade: int) -> None:
    """CTCAE-06."""
    assert one(term, unit, value=value, lower=lower) == grade


@pytest.mark.parametrize(("term", "unit"), [("Anemia", "U/L"), ("Platelet count decreased", "%"), ("Anemia", "foo")])
def test_a_unit_that_does_not_fit(term: str, unit: str) -> None:
    """CTCAE-06."""
    with pytest.raises(ValueError, match="not converted"):
        one(term, unit, value=1.0)


def test_the_study_file_has_these_terms() -> None:
    """CTCAE-07."""
    assert set(CRITERIA) == set(GRADED_TERMS)
    for name, criterion in CRITERIA.items():
        assert (GRADED_TERMS[name].limit == "lower") == (criterion.below is not None)
        assert GRADED_TERMS[name].units == tuple(criterion.below or ())
    assert one(f"{VERSION} CPK increased", value=5, upper=1) == 2
    with pytest.raises(KeyError):
        one("ctcae-6 CPK increased", value=5, upper=1)


@pytest.mark.parametrize("term", CRITERIA)
def test_the_reference_has_the_numbers(term: str) -> None:
    """CTCAE-07."""
    page = PAGE.read_text(encoding="utf-8")
    assert TITLE in page
    assert all(rule in " ".join(page.split()) for rule in RULES)
    row = next(line for line in page.splitlines() if line.startswith(f"| {term} |"))
    criterion = CRITERIA[term]
    multiples = (*criterion.above[1:], *criterion.instead, *(edge for edge, _ in criterion.beside))
    printed = [edge for edges in (criterion.below or {}).values() for edge in edges]
    assert [edge for edge in (*printed, *(f"{edge:g}" for edge in multiples)) if edge not in row] == []


def test_what_may_be_set() -> None:
    """CTCAE-08."""
    alt, edge = "Alanine aminotransferase increased", {"value": 120.0, "upper": 40.0, "baseline": 80.0}
    assert one(alt, **edge) == 1
    assert one(alt, None, CtcaeParameters(baseline_edge="above"), **edge) == 0
    for term in (alt, "Creatinine increased"):
        assert np.isnan(one(term, value=130.0, upper=100.0))
        assert one(term, None, CtcaeParameters(without_baseline="as normal"), value=130.0, upper=100.0) == 1


def test_a_column_is_its_rows() -> None:
    """CTCAE-05: and an empty column stays one."""
    rng = np.random.default_rng(5)
    columns = {name: rng.lognormal(4, 1, 200) for name in COLUMNS}
    for term in CRITERIA:
        rows = [one(term, **{name: float(column[row]) for name, column in columns.items()}) for row in range(200)]
        assert grades(term, columns).tolist() == pytest.approx(rows, nan_ok=True)
    assert grades("CPK increased", {"value": np.array([])}).shape == (0,)


def test_slow_imports_wait() -> None:
    """CTCAE-09."""
    script = (
        "import sys; from trialbook.instruments.ctcae_5 import grades; assert 'numpy' not in sys.modules;"
        "import numpy as np; grades('Anemia', {'value': np.ones(2)}, unit='g/L'); sys.exit('pint' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
