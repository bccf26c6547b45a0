"""Figures: courses, drawing, participant flow.

FIGURE-01: the same inputs draw the same bytes.
FIGURE-02: a drawing holds no address and no colour but those of the page; its numbers are links to results.
FIGURE-03: hostile labels stay text, and no formula is read into them.
FIGURE-04: those who left end with a mark; limits, scale and summary are those of the plan and the results.
FIGURE-05: names stand apart; visits that would stand too close stand evenly.
FIGURE-06: every number of a figure stands in its table, linked.
FIGURE-07: where the study file says how large a change matters, a line shows from where on it does.
FIGURE-24: panels below one another share their axis of visits, and each mean stands at its visit.
FIGURE-25: the flow says at which visit how many have values, and of how many the primary condition can be told.
FIGURE-26: who left and is analysed comes in the flow from those enrolled, not from those who completed.
FIGURE-27: numbers of an axis that are very large or very small are written as powers of ten.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from trialbook.protocol.model import FigurePlan
from trialbook.render.document import Document, Figure
from trialbook.render.drawing.axis import plain_number
from trialbook.render.drawing.marks import Box, Sheet, Spot, Stroke, Word, apart
from trialbook.render.inline import numbers, plain, recorded
from trialbook.report.courses import panel_of
from trialbook.report.figures import draw, sheet_of
from trialbook.report.flow import boxes_of, flow_table, participant_flow
from trialbook.report.flow_drawing import sheet_of as flow_sheet
from trialbook.report.run import Run
from trialbook.report.sections import alt_text, figure_of


def test_same_bytes(run: Run) -> None:
    """FIGURE-01: twice the same, and without any drawing library."""
    panel = panel_of(run, run.study.endpoints["power"])
    assert panel is not None
    first = draw([panel], run.quotes, "figure-power", invented=True)
    assert draw([panel], run.quotes, "figure-power", invented=True) == first
    code = "import sys, trialbook.report.sections; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_drawing_fits_the_page(run: Run) -> None:
    """FIGURE-02: colours of the page, links instead of addresses, text as text."""
    panel = panel_of(run, run.study.endpoints["power"])
    assert panel is not None
    svg = draw([panel], run.quotes, "figure-power", invented=True)
    assert svg.startswith("<svg ")
    assert not re.findall(r"http|xmlns|<metadata|<!DOCTYPE|font-family|fill: #0[1-6]|\bdate\b", svg)
    assert set(re.findall(r"var\((--\w+)\)", svg)) >= {"--ink", "--line", "--accent"}
    links = re.findall(r'<a class="n" href="#([^"]+)"', svg)
    assert "describe.power.week_8.enrolled.n" in links
    assert "change.power.week_8.enrolled.p" in links
    assert ">Week<" in svg


def test_hostile_labels(run: Run) -> None:
    """FIGURE-03: a dollar begins no formula, an element stays text."""
    endpoint = replace(run.study.endpoints["power"], label={"en": "<script>x</script> $\\frac{ 力"})
    panel = panel_of(run, endpoint)
    assert panel is not None
    svg = draw([panel], run.quotes, "f", invented=True)
    assert "<script" not in svg
    assert "$\\frac{ 力" in svg


def test_what_a_panel_shows(run: Run) -> None:
    """FIGURE-04: participant 5 left; kinase spans more than a decade and a half; both limits are there."""
    panel = panel_of(run, run.study.endpoints["ck"])
    assert panel is not None
    assert [course.participant for course in panel.courses if course.left] == ["5"]
    assert [len(course.points) for course in panel.courses] == [3, 3, 3, 3, 2]
    assert panel.log
    assert [tick.short for tick in panel.ticks] == ["Base", "4", "8"]
    assert panel.limits == (("women ≤ 170", 170.0), ("men ≤ 200", 200.0))
    assert panel.summary["week 8"]["median"].value == pytest.approx(205.0)
    assert not panel_of(run, replace(run.study.endpoints["ck"], log=False)).log  # type: ignore[union-attr]


def test_where_a_change_begins_to_matter(plan: str, carry_out: Callable[[str], Run]) -> None:
    """FIGURE-07: a line at the level that the results hold, named and sourced in the caption; none without the key."""
    said = "better: higher, decimals: 1, meaningful: {is: 2, source: A paper}}"
    run = carry_out(plan.replace("better: higher, decimals: 1}", said))
    panel = panel_of(run, run.study.endpoints["power"])
    assert panel is not None
    assert panel.meaningful is not None
    assert panel.meaningful.id.startswith("meaningful.power.")
    figure, other = (figure_of(run, FigurePlan(id=name, endpoints=(name,))) for name in ("power", "ck"))
    assert figure is not None
    assert other is not None
    assert ">matters<" in figure.svg
    assert "Power 2 (A paper)" in "".join(map(str, figure.caption))
    assert "matters" not in other.svg


def test_a_baseline_that_is_no_visit(plan: str, carry_out: Callable[[str], Run]) -> None:
    """FIGURE-04: chosen by rule, it stands at day 0 with the entries behind it."""
    dated = plan.replace("baseline: visit baseline", "baseline: last before anchor")
    run = carry_out(dated)
    panel = panel_of(run, run.study.endpoints["ck"])
    assert panel is not None
    assert (panel.ticks[0].visit, panel.ticks[0].x) == ("", 0.0)
    first = panel.courses[0].points[0]
    assert (first.x, first.value, len(first.entries)) == (0.0, 4000.0, 1)


def test_panels_below_one_another_share_their_axis(plan: str, carry_out: Callable[[str], Run]) -> None:
    """FIGURE-24: kinase at two visits below power at three; alone, its two means stand beside the values."""
    run = carry_out(
        plan.replace(
            "label: Serum enzymes\n    at: [baseline, week 4, week 8]",
            "label: Serum enzymes\n    at: [baseline, week 8]",
        )
    )
    power, kinase = (panel_of(run, run.study.endpoints[name]) for name in ("power", "ck"))
    assert power is not None
    assert kinase is not None
    base, means = places(sheet_of([power, kinase], run.quotes, invented=True))
    assert {name: (len(xs), len(set(xs))) for name, xs in means.items()} == {
        "Baseline": (2, 1), "Week 4": (1, 1), "Week 8": (2, 1),
    }  # fmt: skip
    assert set(base) == set(means["Baseline"])
    base, means = places(sheet_of([kinase], run.quotes, invented=True))
    assert not set(base) & set(means["Baseline"])


def places(sheet: Sheet) -> tuple[list[float], dict[str, list[float]]]:
    """Return where the word of the baseline stands, and the squares of the summary by visit."""
    squares: dict[str, list[float]] = {}
    for mark in (mark for mark in sheet.marks if isinstance(mark, Spot) and mark.shape == "square"):
        squares.setdefault(mark.title, []).append(round(mark.x, 6))
    return [round(mark.x, 6) for mark in sheet.marks if isinstance(mark, Word) and mark.text == "Base"], squares


def test_names_stand_apart() -> None:
    """FIGURE-05: in order, and as little moved as need be."""
    placed = apart([10.0, 10.0, 50.0, 11.0], 9.0)
    assert sorted(placed)[1] - min(placed) == pytest.approx(9.0, abs=1e-3)
    assert placed[2] == 50.0
    assert placed[0] < placed[1] < placed[3]


def test_close_visits_stand_evenly(run: Run) -> None:
    """FIGURE-05: a second visit four weeks after the first would cover it over four years."""
    schedule = run.study.schedule
    late = {**schedule.visits, "week 8": replace(schedule.visits["week 8"], day=1400)}
    other = replace(run, study=replace(run.study, schedule=replace(schedule, visits=late)))
    panel = panel_of(other, run.study.endpoints["power"])
    assert panel is not None
    places = [tick.x for tick in panel.ticks]
    assert places[1] - places[0] == places[2] - places[1]


def test_numbers_of_a_figure(run: Run, document: Document) -> None:
    """FIGURE-06: participants' values lead to entries, the thick line's to results; words say the same."""
    figures = [block for block in document.blocks() if isinstance(block, Figure)]
    assert {"figure-flow", "figure-power", "figure-power_ck"} <= {figure.id for figure in figures}
    table = next(figure.table for figure in figures if figure.title == "Power")
    assert [plain(row.stub) for row in table.body] == [
        "1",
        "2",
        "3",
        "4",
        "5",
        "n",
        "Mean",
        "SD",
        "Median",
        "Lower quartile",
        "Upper quartile",
        "p",
    ]
    assert all(value.entries for row in table.body for cell in row.cells for value in recorded(cell))
    shown = {number.result_id for row in table.body for cell in row.cells for number in numbers(cell)}
    panel = panel_of(run, run.study.endpoints["power"])
    assert panel is not None
    linked = set(re.findall(r'href="#([^"]+)"', draw([panel], run.quotes, "x", invented=True))) - {""}
    assert {link for link in linked if "." in link} <= shown
    assert "Power, means: Baseline 3.00; Week 4 4.40; Week 8 6.25." in alt_text(run, [panel])


def test_nothing_to_draw(run: Run) -> None:
    """FIGURE-04: an endpoint without values gives no figure."""
    bare = replace(run, analysis=replace(run.analysis, listings={}))
    plan = run.study.report.figures[0]
    assert figure_of(bare, plan) is None


def test_participant_flow(run: Run) -> None:
    """FIGURE-02, FIGURE-06: boxes with linked numbers, the reason beside the way down, and a table."""
    flow = participant_flow(run)
    assert flow is not None
    assert [plain(box.lines[0]) for box in boxes_of(run)] == [
        "Enrolled (n = 5)",
        "Completed (n = 4)",
        "Analysed (n = 5)",
    ]
    assert [plain(line) for box in boxes_of(run) for line in box.side] == ["Left the study (n = 1)", "· moved away (1)"]
    assert 'href="#disposition.withdrawn.moved_away.n"' in flow.svg
    assert {"Withdrawn: moved away", "Analysis set: Completers"} <= {plain(row.stub) for row in flow.table.body}


def test_the_flow_names_the_visit_of_its_numbers(plan: str, carry_out: Callable[[str], Run]) -> None:
    """FIGURE-25: five have a value at week 4 and four at week 8; the primary endpoint stands there, a condition too."""
    primary = "{endpoint: power, at: week 8}"
    strong = carry_out(plan.replace(primary, "{endpoint: strong, at: week 8}"))
    at_week_4 = carry_out(plan.replace(primary, "{endpoint: power, at: week 4}"))
    assert [plain(line) for line in list(boxes_of(strong))[-1].lines[2:]] == [
        "Judged at week 8:", "· Strong at the end: 4",
        "Values at baseline and at week 8:", "· Power: 4", "· Creatine kinase: 4",
    ]  # fmt: skip
    assert "Values at baseline and at week 4:" in [plain(line) for line in list(boxes_of(at_week_4))[-1].lines]
    told = {plain(row.stub): plain(row.cells[0]) for row in flow_table(strong).body}
    assert told["Judged at week 8: Strong at the end"] == "4"


@pytest.mark.parametrize(("chosen", "ends"), [("enrolled", 1), ("completers", 0)])
def test_the_way_of_those_who_left(plan: str, carry_out: Callable[[str], Run], chosen: str, ends: int) -> None:
    """FIGURE-26: four of five completed; the five analysed come from the first box, the four from the second."""
    boxes = tuple(boxes_of(carry_out(plan.replace("set: enrolled", f"set: {chosen}"))))
    drawn = flow_sheet(boxes, invented=True).marks
    frames = [mark for mark in drawn if isinstance(mark, Box)][:4]
    enrolled, completed = frames[0], frames[2]
    ways = [mark.places for mark in drawn if isinstance(mark, Stroke)]
    down = [way for way in ways if way[0] == (completed.x + completed.width / 2, completed.y + completed.height)]
    past = [way for way in ways if len(way) == 3 and way[0] == (enrolled.x, enrolled.y + enrolled.height / 2)]
    assert (len(past), len(down)) == (ends, 1 - ends)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (250_000.0, "250\u202f000"), (1e6, "10⁶"), (1e11, "10¹¹"), (2.5e9, "2.5×10⁹"), (-3e7, "−3×10⁷"),
        (0.0001, "0.0001"), (2e-5, "2×10⁻⁵"),
    ],
)  # fmt: skip
def test_numbers_of_an_axis(value: float, text: str) -> None:
    """FIGURE-27: the label of 10¹¹ leaves the panel its room."""
    assert plain_number(value) == text
