"""Figures as pictures for paper, of invented data, and of many participants.

FIGURE-07: a picture is drawn only when asked for, at 300 dots an inch, no wider than a column, in the colours of print.
FIGURE-08: every drawing of invented data says so in each panel, on the page and on paper; of real data, none.
FIGURE-09: of more than 30 participants lines are thin and alike, without names, and the drawing stays small.
FIGURE-10: visits that are called by their week stand on the axis as numbers, unless two would be the same.
FIGURE-11: the whole report stands in a Word file with every figure and table of the page that is not folded.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import docx
import pytest
from PIL import Image

from trialbook.capture.ledger import head_of
from trialbook.render.document import Document, Figure
from trialbook.render.drawing.colours import PRINT
from trialbook.render.drawing.to_png import to_png
from trialbook.render.paper import on_paper
from trialbook.render.table import Table
from trialbook.render.to_docx import to_docx
from trialbook.report.build import build_report
from trialbook.report.courses import Course, Panel, Point, panel_of
from trialbook.report.figures import draw
from trialbook.report.flow import boxes_of, participant_flow
from trialbook.report.flow_drawing import svg_of
from trialbook.report.run import Run


def panel(run: Run, endpoint: str = "power") -> Panel:
    """Return the panel of an endpoint."""
    found = panel_of(run, run.study.endpoints[endpoint])
    assert found is not None
    return found


def crowd(run: Run, count: int) -> Panel:
    """Return a panel of so many participants: every fourth left, every tenth has but one value."""
    given = panel(run)
    courses = []
    for place in range(count):
        points = tuple(Point(x=tick.x, value=place % 11 + at, entries=(1,)) for at, tick in enumerate(given.ticks))
        shown = points[:1] if place % 10 == 0 else points[:2] if place % 4 == 0 else points
        courses.append(Course(participant=f"INV-{place}", points=shown, in_set=place % 5 != 0, left=place % 4 == 0))
    return replace(given, courses=tuple(courses))


def colours(png: bytes) -> set[str]:
    """Return the colours of a picture that cover more than a few dots."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    found = image.getcolors(1 << 24) or []
    return {f"#{red:02x}{green:02x}{blue:02x}" for count, (red, green, blue) in found if count > 40}  # type: ignore[misc]


@pytest.fixture(scope="module")
def printed(run: Run) -> Document:
    """Return the report with pictures."""
    return build_report(
        run.study, run.analysis, run.datasets, run.entries, head=head_of(run.entries[max(run.entries)]),
        program={"trialbook": "0.1.0"}, generated_at=datetime(2026, 3, 9, 12, 0, tzinfo=UTC), raster=True,
    )  # fmt: skip


def test_pictures_only_when_asked_for(document: Document, printed: Document) -> None:
    """FIGURE-07: drawing them takes time that the page does not need."""
    assert not any(one.png for one in document.blocks() if isinstance(one, Figure))
    assert all(one.png for one in printed.blocks() if isinstance(one, Figure))
    assert [one.svg for one in printed.blocks() if isinstance(one, Figure)] == [
        one.svg for one in document.blocks() if isinstance(one, Figure)
    ]


@pytest.mark.parametrize("endpoints", [("power",), ("power", "ck")])
def test_pictures_fit_a_page(run: Run, endpoints: tuple[str, ...]) -> None:
    """FIGURE-07: 300 dots an inch, two columns of a journal wide, and the colours of print on white."""
    png = to_png(draw([panel(run, name) for name in endpoints], run.quotes, "f", invented=True))
    image = Image.open(io.BytesIO(png))
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert image.width == pytest.approx(174 / 25.4 * 300, abs=2)
    assert {"#ffffff", PRINT["ink"], PRINT["accent"], PRINT["invented"]} <= colours(png)


def test_the_same_picture(run: Run) -> None:
    """FIGURE-07: twice the same bytes, and no word of the program that drew it."""
    drawn = draw([panel(run)], run.quotes, "f", invented=True)
    first = to_png(drawn)
    assert to_png(drawn) == first
    assert "Software" not in Image.open(io.BytesIO(first)).info


def test_every_drawing_says_that_data_are_invented(run: Run) -> None:
    """FIGURE-08: each panel for itself, since it may be cut out; nothing of it in drawings of real data."""
    panels = [panel(run, "power"), panel(run, "ck")]
    drawn = draw(panels, run.quotes, "f", invented=True)
    assert len(re.findall(r'<text [^>]*fill="var\(--invented\)"[^>]*>Invented data<', drawn)) == 2
    assert "Invented" not in draw(panels, run.quotes, "f", invented=False)
    assert PRINT["invented"] not in colours(to_png(draw(panels, run.quotes, "f", invented=False)))
    boxes = tuple(boxes_of(run))
    assert PRINT["invented"] in colours(to_png(svg_of(boxes, invented=True)))
    assert PRINT["invented"] not in colours(to_png(svg_of(boxes, invented=False)))
    real = replace(run, study=replace(run.study, identity=replace(run.study.identity, data="real")))
    told = [figure.svg for one in (run, real) if (figure := participant_flow(one)) is not None]
    assert [svg.count(">Invented data<") for svg in told] == [1, 0]


def test_many_participants(run: Run) -> None:
    """FIGURE-09: 200 of them in less than 60 kB; means on top; a mark for who left or has one value."""
    few, many = crowd(run, 30), crowd(run, 200)
    drawn = draw([many], run.quotes, "f", invented=True)
    assert len(drawn) < 60_000
    assert "INV-" not in drawn
    assert "INV-7<" in draw([crowd(run, 16)], run.quotes, "f", invented=True)
    assert "stroke-dasharray" in draw([few], run.quotes, "f", invented=True)
    assert "stroke-dasharray" not in drawn
    bundle = re.search(r'<g fill="none" [^>]*stroke-opacity="0.45">(.*?)</g>', drawn)
    assert bundle is not None
    assert bundle[1].count("<path") == 180
    assert drawn.index("stroke-opacity") < drawn.index('stroke="var(--accent)"')
    unmarked = replace(many, courses=tuple(replace(one, left=False) for one in many.courses if len(one.points) > 1))
    bare = draw([unmarked], run.quotes, "f", invented=True)
    alone, left = 20, 50
    assert drawn.count("<circle ") - bare.count("<circle ") == alone
    assert drawn.count('stroke-width="1"') - bare.count('stroke-width="1"') == left


def test_weeks_on_the_axis(plan: str, carry_out: Callable[[str], Run]) -> None:
    """FIGURE-10: what stands in brackets is left to the table."""
    named = plan.replace("week 8: {}", "week 8: {label: Week 8 (end)}")
    assert [tick.short for tick in panel(carry_out(named)).ticks] == ["Base", "4", "8"]
    twice = plan.replace("week 8: {}", "week 8: {label: Week 4 (again)}")
    assert [tick.short for tick in panel(carry_out(twice)).ticks] == ["Base", "Week 4", "Week 4 (again)"]


def test_the_whole_report_in_word(printed: Document) -> None:
    """FIGURE-11."""
    word = docx.Document(io.BytesIO(to_docx(printed)))
    blocks = list(on_paper(printed).blocks())
    figures = [one for one in blocks if isinstance(one, Figure)]
    assert len(word.inline_shapes) == len(figures) > 3
    captions = [one.text for one in word.paragraphs if one.style is not None and "aption" in str(one.style.name)]
    labels = printed.labels()
    numbered = [f"{labels[one.id]}. {one.title}" for one in blocks if isinstance(one, Table) and one.numbered]
    assert [one for one in captions if one.startswith("Table")] == numbered
    assert [one.partition(".")[0] for one in captions if one.startswith("Figure")] == [
        labels[one.id] for one in figures
    ]
    assert all(section.header.paragraphs[0].text.count("Invented data") == 1 for section in word.sections)
    assert any("change.power.week_8.enrolled.p" in cell.text for one in word.tables for cell in one.columns[0].cells)
    assert word.paragraphs[0].text == printed.title
