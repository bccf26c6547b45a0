"""Appraisal files that cannot be used: every mistake at once, with its place.

APPR-E: a figure stays as it is printed.
APPR-F: what is named is there, and a figure can be such a figure; else each mistake is told with line and column.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from trialbook.analysis.appraisal import parse_appraisal
from trialbook.cli import main
from trialbook.wording import remedy, sentence
from trialbook.wording.appraisal import FILE_PROBLEMS

HEAD = "trialbook-appraisal: 1\ntitle: A paper\nsource: Here\nn: 4\n"
WRONG = {
    "APPR-01": "columns: {a: {values: {1: 3, 9: 4}}}",
    "APPR-02": "summaries: {a: {column: b, mean: 3}}",
    "APPR-03": "summaries: {a: {mean: 3, grids: {1: whole points}}}",
    "APPR-04": "summaries: {a: {mean: 3, statements: [each after >= 2]}}",
    "APPR-05": "shares: {a: {count: 5, of: 4}}",
    "APPR-06": "participants: [A, B, C]",
    "APPR-07": "primary: y\nchanges: {x: {p: 0.2}}",
    "APPR-08": "summaries: {a: {mean: 3, scale: 0 to 10, grids: {3: threes}}}",
    "APPR-09": "summaries: {a: {n: 3, mean: 3, statements: [2 >= 2]}}",
}


@pytest.mark.parametrize("code", FILE_PROBLEMS)
def test_every_mistake(code: str) -> None:
    """APPR-F."""
    paper, problems = parse_appraisal(HEAD + WRONG[code], file="paper.yaml")
    assert paper is None
    assert [problem.code for problem in problems] == [code]
    assert problems[0].place.line
    assert sentence(problems[0])
    assert remedy(problems[0])


def test_all_at_once() -> None:
    """APPR-F: a misspelled key, a figure that is none, and a test that nobody knows."""
    body = "summaries: {a: {maen: 3}}\nshares: {a: {count: x, of: 4}}\nchanges: {x: {p: 1.2, test: t}}\n"
    _, problems = parse_appraisal(HEAD + body, file="paper.yaml")
    assert [(problem.code, problem.place.line) for problem in problems] == [
        ("STUDY-02", 5), ("STUDY-06", 6), ("STUDY-06", 7), ("STUDY-09", 7),
    ]  # fmt: skip


def test_an_sd_of_one_value() -> None:
    """APPR-F."""
    _, problems = parse_appraisal(HEAD + "summaries: {a: {n: 1, mean: 3, sd: 1}}", file="paper.yaml")
    assert [problem.code for problem in problems] == ["APPR-05"]


def test_the_verb_tells_the_place(tmp_path: Path) -> None:
    """APPR-F."""
    path = tmp_path / "paper.yaml"
    path.write_text(HEAD + WRONG["APPR-02"], encoding="utf-8")
    done = CliRunner().invoke(main, ["appraise", str(path)])
    assert done.exit_code == 2
    assert "paper.yaml:5" in done.output


def test_figures_stay_as_printed() -> None:
    """APPR-E."""
    text = HEAD + "changes: {x: {before: {mean: {abstract: 5.30, text: 5.3}}, p: <0.001}}"
    paper, problems = parse_appraisal(text, file="paper.yaml")
    assert paper is not None, problems
    change = paper.changes["x"]
    assert [figure.text for figure in change.before.mean.values()] == ["5.30", "5.3"]
    assert [figure.decimals for figure in change.before.mean.values()] == [2, 1]
    assert change.p["printed"].span.high == Fraction(1, 1000)
