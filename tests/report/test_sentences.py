"""Sentences of the Results.

SENTENCE-01: numbers in sentences are those of the tables.
SENTENCE-02: `statistically significant` stands only where the unrounded planned p is below the level.
SENTENCE-03: the direction is called an improvement only as far as the plan says which way is better.
SENTENCE-04: a study's own sentence takes the place of the program's, with results put in; an unknown id is REPORT-01,
    a sentence that stands nowhere is REPORT-02.
SENTENCE-05: what cannot be computed is said with its reason, and warnings are repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from trialbook.analysis.results import Analysis, Result, Results
from trialbook.render.document import Document
from trialbook.render.inline import numbers, plain
from trialbook.render.table import Table
from trialbook.report.build import ReportError
from trialbook.report.run import Run, run_of
from trialbook.report.sentences import direction, endpoint_lines, responder_line, sentence_problems
from trialbook.wording import remedy, sentence


def with_values(run: Run, values: dict[str, object]) -> Run:
    """Return the run with other values of some results."""
    rows = tuple(replace(row, **values[row.id]) if row.id in values else row for row in run.analysis.results)  # type: ignore[arg-type]
    analysis = Analysis(results=Results(rows), listings=run.analysis.listings)
    return run_of(run.study, analysis, run.datasets, run.entries)


def words(run: Run, endpoint: str) -> str:
    """Return what the Results say of an endpoint."""
    return " ".join(plain(line) for line in endpoint_lines(run, run.study.endpoints[endpoint]))


def test_sentences_agree_with_the_tables(run: Run, document: Document) -> None:
    """SENTENCE-01: each number of the sentences of an endpoint stands in a table with the same text."""
    tables = [block for block in document.blocks() if isinstance(block, Table)]
    tabled = {number for table in tables for line in table.lines() for number in numbers(line)}
    shown = {number for line in endpoint_lines(run, run.study.endpoints["power"]) for number in numbers(line)}
    told = {
        number
        for number in shown
        if run.quotes.rows[number.result_id].stat in {"n_pairs", "mean", "sd", "ci_low", "t", "df"}
    }
    assert len(told) >= 5
    assert told <= tabled


def test_a_significant_change(run: Run) -> None:
    """SENTENCE-02: four pairs that all gain between two and four points."""
    assert "Of the 5 participants analysed, 4 had values at both times." in words(run, "power")
    assert "By the paired t test the change was statistically significant" in words(run, "power")
    assert "an improvement, as higher is better" in words(run, "power")
    assert "Unlike the planned test, they are not below the planned level." in words(run, "power")


@pytest.mark.parametrize(
    ("told", "said"), [("yes", "was statistically significant"), ("no", "was not statistically significant")]
)
def test_the_verdict_is_that_of_the_unrounded_p(run: Run, told: str, said: str) -> None:
    """SENTENCE-02: 0.0499996 and 0.0500004 are written with the digits that tell them from the level."""
    p = 0.0499996 if told == "yes" else 0.0500004
    name = "change.power.week_8.enrolled"
    other = with_values(run, {f"{name}.p": {"value": p}, f"{name}.significant": {"value": told}})
    assert said in words(other, "power")
    assert f"p = {p}" in words(other, "power")


def test_no_verdict_where_none_was_computed(run: Run) -> None:
    """SENTENCE-02: a plan whose adjustment is not carried out judges nothing."""
    name = "change.power.week_8.enrolled.significant"
    other = with_values(run, {name: {"value": None, "error": "The plan asks for Holm."}})
    assert "whether that is significant is not judged. The plan asks for Holm." in words(other, "power")
    assert "statistically" not in words(other, "power")


@pytest.mark.parametrize(
    ("better", "value", "said"),
    [
        ("higher", 2.0, "improvement"),
        ("higher", -2.0, "worsening"),
        ("lower", -2.0, "improvement"),
        ("lower", 2.0, "worsening"),
        ("neither", 2.0, ""),
        ("higher", 0.0, "no change"),
    ],
)
def test_direction(run: Run, better: str, value: float, said: str) -> None:
    """SENTENCE-03: nothing is said where neither direction is better."""
    endpoint = replace(run.study.endpoints["power"], better=better)  # type: ignore[arg-type]
    row: Result = replace(run.quotes.rows["change.power.week_8.enrolled.mean"], value=value)
    assert said in direction(endpoint, row)
    assert (direction(endpoint, row) == "") == (said == "")


def test_everybody_analysed_has_both_values(plan: str, carry_out: Callable[[str], Run]) -> None:
    """SENTENCE-01: then one number says it."""
    assert "All 4 participants analysed had values at both times." in words(
        carry_out(plan.replace("set: enrolled", "set: completers")), "power"
    )


def test_endpoints_are_told_at_the_primary_visit(plan: str, carry_out: Callable[[str], Run]) -> None:
    """SENTENCE-01: all of them at the same one, though later visits have pairs too."""
    earlier = carry_out(plan.replace("{endpoint: power, at: week 8}", "{endpoint: power, at: week 4}"))
    assert earlier.focal_visit(earlier.study.endpoints["ck"]) == "week 4"


def test_own_sentences(plan: str, carry_out: Callable[[str], Run]) -> None:
    """SENTENCE-04: the number is quoted and leads to its result."""
    own = "  sentences:\n    power: 'Power rose by {change.power.week_8.enrolled.mean} points.'\n"
    run = carry_out(plan + own)
    (line,) = endpoint_lines(run, run.study.endpoints["power"])
    assert plain(line) == "Power rose by 3.25 points."
    assert [number.result_id for number in numbers(line)] == ["change.power.week_8.enrolled.mean"]
    assert not list(sentence_problems(run))


def test_wrong_sentences_are_problems(
    plan: str, carry_out: Callable[[str], Run], build: Callable[[Run], Document]
) -> None:
    """SENTENCE-04: both mistakes at once, with what was meant."""
    own = "  sentences:\n    power: 'It rose by {change.power.week_8.enroled.mean}.'\n    powr: 'Text'\n"
    with pytest.raises(ReportError) as told:
        build(carry_out(plan + own))
    assert [problem.code for problem in told.value.problems] == ["REPORT-01", "REPORT-02"]
    first, second = told.value.problems
    assert "change.power.week_8.enroled.mean" in sentence(first)
    assert "change.power.week_8.enrolled.mean" in remedy(first)
    assert "“power”" in remedy(second)


def test_what_cannot_be_computed_is_said(run: Run) -> None:
    """SENTENCE-05: with its reason; and a warning becomes a caution."""
    name = "change.power.week_8.enrolled"
    gone = {"value": None, "error": "All differences are equal."}
    assert "could not be made: all differences are equal." in words(with_values(run, {f"{name}.p": gone}), "power")
    none = with_values(run, {f"{name}.mean": {"value": None, "error": "No pair."}})
    assert "A change from baseline at week 8 cannot be given. No pair." in words(none, "power")
    warned = with_values(run, {f"{name}.p": {"warning": "Rounded this p is 0.05."}})
    assert "Caution: Rounded this p is 0.05." in words(warned, "power")


def test_a_responder_is_counted(run: Run) -> None:
    """SENTENCE-01: with denominator and percentage."""
    said = plain(responder_line(run, run.study.endpoints["strong"]))
    assert said.startswith("The condition held at week 8 for 3 of 4 participants (75\u202f%)")
