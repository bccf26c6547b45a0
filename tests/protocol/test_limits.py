"""Limits of normal by sex and age.

LIM-01: a limit of a sex goes before one of all, one of some ages before one of all ages.
LIM-02: where sex or age is not known, there is a limit only where it is the same for everybody whom it could be.
LIM-03: ages are completed years; groups that overlap, and ages the wrong way round, are found.
LIM-04: the table of terms and the codes are sound: terms with versions, check digits.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.protocol.graded_terms import GRADED_TERMS, graded_term, with_version
from trialbook.protocol.limits import limit_for, needs, overlapping, parse_group
from trialbook.protocol.loinc import CODES, code_of, has_check_digit
from trialbook.protocol.units import is_unit

CK = {key: Decimal(limit) for key, limit in {"F": 170, "M 18 to 59": 200, "M from 60": 190, "all 0 to 17": 150}.items()}


@pytest.mark.parametrize(
    ("sex", "age", "limit"),
    [
        ("F", 30.0, 170), ("F", None, 170), ("M", 59.9, 200), ("M", 60.0, 190), ("M", 17.9, 150), ("M", None, None),
        (None, 30.0, None), (None, 12.0, None), ("X", 30.0, None), ("M", float("nan"), None), ("M", -1.0, None),
    ],
)  # fmt: skip
def test_whose_limit(sex: str | None, age: float | None, limit: int | None) -> None:
    """LIM-01, LIM-02, LIM-03: a girl has the limit of women, since a sex goes before an age."""
    assert limit_for(CK, sex=sex, age=age) == limit


def test_what_is_the_same_for_all_needs_no_sex() -> None:
    """LIM-02."""
    assert limit_for({"all": Decimal(4)}, sex=None, age=None) == 4
    assert limit_for({"F": Decimal(4), "M": Decimal(4)}, sex=None, age=None) == 4
    assert limit_for({"F": Decimal(4)}, sex=None, age=None) is None
    assert limit_for({"all from 18": Decimal(4)}, sex=None, age=None) is None
    assert limit_for({}, sex="F", age=3.0) is None


@given(sex=st.sampled_from(["F", "M", None]), age=st.one_of(st.none(), st.integers(0, 120).map(float)))
def test_knowing_less_gives_no_other_limit(sex: str | None, age: float | None) -> None:
    """LIM-02."""
    for known in ("F", "M") if sex is None else (sex,):
        less = limit_for(CK, sex=sex, age=age)
        assert less is None or less == limit_for(CK, sex=known, age=30.0 if age is None else age)


def test_groups() -> None:
    """LIM-03."""
    assert [parse_group(text) for text in ("F 60 to 18", "X", "F 18", "M over 60", "")] == [None] * 5
    assert overlapping(CK) is None
    assert overlapping({**CK, "M 59 to 60": Decimal(1)}) == ("M 18 to 59", "M 59 to 60")
    assert needs(CK) == (True, True)
    assert needs({"all": Decimal(1)}) == (False, False)


def test_codes_and_terms() -> None:
    """LIM-04."""
    assert all(has_check_digit(code) for code in CODES)
    assert code_of("2157-6") == "2157-6"
    assert [code_of(f"2157-{digit}") for digit in "012345789"] == [None] * 9
    assert all(is_unit(code.unit) for code in CODES.values() if code.unit)
    assert all(with_version(term) == f"ctcae-5 {term}" == with_version(f"ctcae-5  {term}") for term in GRADED_TERMS)
    assert graded_term("ctcae-5 CPK increased") == "CPK increased"
    assert with_version("CTCAE 6 CPK increased") is None
