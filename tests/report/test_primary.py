"""The primary endpoint in abstract and Results, of whatever kind it is.

SHELL-36: the abstract tells the primary endpoint that the study file names, with its share, interval and tests.
SHELL-37: in the Results the primary endpoint comes first, told at its own visit.
SHELL-38: a primary endpoint of which nothing is recorded is said to be so; no other stands in its place.
SHELL-39: where another number is planned than the design needs, both are told as what they are, and `check` warns.
SHELL-40: what is said of the planned design is what its verdict rests on: of more than planned, and of a stop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from trialbook.capture.ledger import Draft
from trialbook.folder import check_study_file
from trialbook.render.document import Document, Paragraph, Section
from trialbook.render.inline import Line, numbers, plain
from trialbook.render.table import Table
from trialbook.report.run import Run

PLAN = """
trialbook: 1
study: {id: asked, title: Asked, design: DESIGN, data: invented}
ARMS
visits:
  anchor: enrolment
  window: 3 days either side
  planned: {start: {day: 0}, week 4: {}, week 8: {}}
forms:
  lot: {at: once, items: {arm: {choice: {a: Usual, b: Drug}}}}
  test:
    at: [start, week 4, week 8]
    items:
      score: {number: score, scale: 0 to 100, decimals: 0}
      rest: {number: score, scale: 0 to 100, decimals: 0}
      grade: {choice: {none: None, mild: Mild, severe: Severe}}
endpoints:
  score: {from: test.score, better: higher}
  rest: {from: test.rest, better: higher}
  grade: {levels: test.grade, better: lower, label: Grade of weakness}
  good: {when: 'test.score >= 50.0', at: [start, week 4, week 8], label: Fifty or more}
analysis:
  baseline: visit start
  primary: {endpoint: PRIMARY, at: week 4}
  test: paired t
  missing: available cases
  design: {endpoint: good, kind: single stage, p0: 10 %, p1: 60 %}
"""
SCORES = {"1": (30, 55, None), "2": (35, 40, None), "3": (20, 25, None), "4": (40, 60, None)}


def carried(carry_out: Callable[..., Run], primary: str, *, arms: bool = False) -> Run:
    text = PLAN.replace("PRIMARY", primary).replace("DESIGN", f"open-label {'parallel' if arms else 'single-arm'}")
    text = text.replace(
        "ARMS", "arms: {a: {label: Usual}, b: {label: Drug}}\nparticipants: {arm: lot.arm}" if arms else ""
    )
    return carry_out(text, drafts())


def answer(code: str, item: str, value: str, visit: str = "", unit: str | None = None) -> Draft:
    form, _, name = item.partition(".")
    return Draft(
        act="enter", participant=code, visit=visit, form=form, repeat="", item=name, text=value, value=value, unit=unit
    )


def drafts(scores: Mapping[str, Sequence[int | None]] = SCORES) -> Iterator[Draft]:
    for code, row in scores.items():
        yield Draft(act="screen", participant=code)
        yield Draft(act="enrol", participant=code, value="2026-01-05")
        yield answer(code, "lot.arm", "ab"[int(code) % 2])
        for visit, score in zip(("start", "week 4", "week 8"), row, strict=True):
            if score is not None:
                grade = "none" if score >= 60 else "mild" if score >= 40 else "severe"
                yield answer(code, "test.score", str(score), visit, "score")
                yield answer(code, "test.grade", grade, visit)


def section(document: Document, name: str) -> Section:
    return next(one for part in document.sections for one in part.walk() if one.id == name)


def lines(part: Section) -> list[Line]:
    return [block.line for block in part.blocks if isinstance(block, Paragraph)]


def said(part: Section) -> str:
    return " ".join(plain(line) for line in lines(part)).replace("\u202f", " ")


@pytest.fixture(name="document", scope="module")
def document_fixture(carry_out: Callable[..., Run], build: Callable[[Run], Document]) -> Document:
    return build(carried(carry_out, "good"))


def test_shell_36_a_condition_in_the_abstract(document: Document) -> None:
    told = said(section(document, "summary"))
    assert "The primary endpoint was fifty or more at week 4, judged by a single stage" in told
    assert (
        "Fifty or more at week 4. The condition held at week 4 for 2 of 4 participants (50 %, 95 % CI 7 to 93 %)"
        in told
    )
    # P(X >= 2) of four at 0.1 is 0.0523
    assert "The exact binomial test of a share above 10 % gave p = 0.052, one-sided." in told
    assert "is open" in told
    assert "Since the baseline 2 gained it and 0 lost it (McNemar’s exact test, p = 0.500)." in told
    assert "Score" not in told
    assert "paired t" not in told


def test_shell_36_its_numbers_lead_back(document: Document) -> None:
    found = {one.result_id for line in lines(section(document, "summary")) for one in numbers(line)}
    assert {"responder.good.week_4.enrolled.n", "binomial.good.week_4.enrolled.p_greater"} <= found


def test_shell_36_levels(carry_out: Callable[..., Run], build: Callable[[Run], Document]) -> None:
    told = said(section(build(carried(carry_out, "grade")), "summary"))
    assert "Grade of weakness at week 4. Of 4 participants: None 1, Mild 2, Severe 1; since the baseline 0 are" in told


@pytest.mark.parametrize(
    ("primary", "words"),
    [
        ("score", "The mean change at week 4, with the number"),
        ("good", "It held for 1 of 2 in Usual and 1 of 2 in Drug."),
    ],
)
def test_shell_36_by_arm(
    carry_out: Callable[..., Run], build: Callable[[Run], Document], primary: str, words: str
) -> None:
    told = said(section(build(carried(carry_out, primary, arms=True)), "summary"))
    assert words in told
    assert "cannot be given" not in told


def test_shell_37_first_in_the_results(document: Document) -> None:
    parts = [one.id for one in section(document, "endpoints").sections]
    assert parts[:3] == ["endpoint-good", "endpoint-score", "endpoint-grade"]
    assert "The condition held at week 4 for 2 of 4" in said(section(document, "endpoint-good"))


def test_shell_37_another_condition_where_it_can_be_told(
    carry_out: Callable[..., Run], build: Callable[[Run], Document]
) -> None:
    part = section(build(carried(carry_out, "score")), "endpoint-good")
    assert "The condition held at week 4 for 2 of 4" in said(part)


def test_shell_38_nothing_of_it(carry_out: Callable[..., Run], build: Callable[[Run], Document]) -> None:
    told = said(section(build(carried(carry_out, "rest")), "summary"))
    assert "No value of the primary endpoint is recorded." in told
    assert "Score" not in told


@pytest.mark.parametrize("planned", ["", "6", "12", "5"])
def test_shell_39_another_number_than_the_design_needs(
    carry_out: Callable[..., Run], build: Callable[[Run], Document], tmp_path: Path, planned: str
) -> None:
    text = PLAN.replace("PRIMARY", "good").replace("DESIGN", "open-label single-arm").replace("ARMS", "")
    text = text.replace("data: invented", f"data: invented, planned: {planned}" if planned else "data: invented")
    document, agrees = build(carry_out(text, drafts())), planned in {"", "6"}
    told = said(section(document, "statistics"))
    assert ("The number of participants follows from a single stage" in told) == agrees
    assert (f"That design is for 6 participants, and {planned} were planned" in told) != agrees
    labels = [plain(row.stub) for row in table(document, "table-design-good").body]
    assert labels[0] == ("Participants planned" if agrees else "Participants that the design needs")
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    _, problems = check_study_file(tmp_path, sentences=True)
    assert [(one.code, one.level) for one in problems] == ([] if agrees else [("REPORT-07", "warning")])


OF_MORE = (
    "The design is for 6 participants; of the 9 judged 4 are needed by the exact test of the same level, "
    "a limit that is"
)
OF_FEWER = "Of 4 participants it can be told; the design is for 6: its level and power are not those planned."
STOPS = (
    "By the design the study stops for futility after the first stage: of the first 2 participants the condition held "
    "for 0; to go on it has to hold for more than 0."
)


@pytest.mark.parametrize(
    ("kind", "held", "words"),
    [
        ("single stage", "000100", "The limit of the design, 3 of its 6, is not reached."),
        ("single stage", "1110", f"The limit of the design, 3 of its 6, is reached. {OF_FEWER}"),
        # P(X >= 3) of nine at 0.1 is 0.0530, of four or more 0.0083
        ("single stage", "000111000", f"{OF_MORE} not reached."),
        ("single stage", "000111100", f"{OF_MORE} reached."),
        ("simon optimal", "10101000", "The limit of the design, 3 of its 8, is reached."),
        (
            "simon optimal",
            "101010000",
            "3 of its 8, is reached; since 9 are judged, it has not the level and power planned.",
        ),
        ("simon optimal", "00111111", STOPS),
    ],
)
def test_shell_40_the_planned_design(
    carry_out: Callable[..., Run], build: Callable[[Run], Document], kind: str, held: str, words: str
) -> None:
    text = PLAN.replace("PRIMARY", "good").replace("DESIGN", "open-label single-arm").replace("ARMS", "")
    scores = {str(place): (30, 60 if one == "1" else 40, None) for place, one in enumerate(held, 1)}
    told = said(section(build(carry_out(text.replace("single stage", kind), drafts(scores))), "summary"))
    assert words in told
    assert ("one-sided, which takes no account of the first stage." in told) == (kind != "single stage")


def test_shell_40_a_stop_before_all_of_the_first_stage_are_judged(
    carry_out: Callable[..., Run], build: Callable[[Run], Document]
) -> None:
    """SHELL-40: one of the first eight is not judged yet, and could not change it: more than three are needed."""
    text = PLAN.replace("PRIMARY", "good").replace("DESIGN", "open-label single-arm").replace("ARMS", "")
    text = text.replace("single stage, p0: 10 %", "simon optimal, p0: 30 %")
    scores = {str(place): (30, score, None) for place, score in enumerate((60, 40, 40, 60, 40, 40, 40, None), 1)}
    told = said(section(build(carry_out(text, drafts(scores))), "summary"))
    assert "of the first 8 participants (7 judged) the condition held for 2; to go on" in told


def table(document: Document, name: str) -> Table:
    every = (block for part in document.sections for one in part.walk() for block in one.blocks)
    return next(block for block in every if isinstance(block, Table) and block.id == name)
