"""Formulas of a model.

MMRM-01: a formula holds names, +, *, :, 1 and 0; a * stands for all products; what it names twice counts once.
MMRM-02: what is no formula is refused with the place and what is known.
"""

from __future__ import annotations

import pytest

from trialbook.analysis.mmrm.formula import Formula, FormulaError, parse


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("y ~ visit", "y ~ visit"),
        ("FEV1 ~ RACE + SEX + ARMCD * AVISIT", "FEV1 ~ RACE + SEX + ARMCD + AVISIT + ARMCD:AVISIT"),
        ("y~a*b*c", "y ~ a + b + c + a:b + a:c + b:c + a:b:c"),
        ("y ~ a:b + b + b:a + a", "y ~ b + a + a:b"),
        ("y ~ a:a + 1", "y ~ a"),
        ("y ~ 0 + visit", "y ~ 0 + visit"),
        ("y ~ 1", "y ~ 1"),
        ("`change of it` ~ `base line` + größe", "`change of it` ~ `base line` + größe"),
        ("y ~ a:b*c", "y ~ c + a:b + a:b:c"),
    ],
)
def test_mmrm_01_a_formula_is_written_out(text: str, written: str) -> None:
    assert str(parse(text)) == written
    assert parse(written) == parse(text)


def test_mmrm_01_names_come_once() -> None:
    assert parse("y ~ a * b + c").names == ("a", "b", "c")
    assert parse("y ~ 0") == Formula(response="y", terms=(), intercept=False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is no formula"),
        ("y", "is no formula"),
        ("~ a", "is no formula"),
        ("y ~", "is no formula"),
        ("y ~ a +", "nothing beside a “+”"),
        ("y ~ a ** b", "nothing beside a “*”"),
        ("y ~ a : ", "nothing beside a “:”"),
        ("y ~ 2", "the number 2"),
        ("y ~ a:1", "a name on either side"),
        ("y ~ a b", "a name on either side"),
        ("y ~ log(a)", "at character 8, “(”"),
        ("y ~ a ~ b", "a name on either side"),
        ("y ~ __import__('os')", "at character"),
    ],
)
def test_mmrm_02_what_is_no_formula_is_refused(text: str, told: str) -> None:
    with pytest.raises(FormulaError, match=r"“") as problem:
        parse(text)
    assert told in str(problem.value)
