"""Pictures that the server draws.

DRAW-01: every text and address is escaped.
DRAW-02: the axis names a few weeks, and puts each day within the width.
DRAW-03: the scale writes at least two round numbers, and puts every number within the height.
DRAW-04: bars that would lie on each other get lanes of their own.
DRAW-05: nothing in a picture asks for a style or a script.
"""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.web.drawing.axis import axis_for, names
from trialbook.web.drawing.course import Dot, Panel, draw_course
from trialbook.web.drawing.happenings import Bar, Mark, draw_bars, draw_marks
from trialbook.web.drawing.scale import scale_for, ticks_of
from trialbook.web.drawing.svg import picture, tag

AXIS = axis_for([-7, 199], date(2026, 2, 12), date(2026, 5, 1))
HOSTILE = '"><script>x</script>&'


def test_escaped() -> None:
    """DRAW-01."""
    drawn = picture(HOSTILE, HOSTILE, tag("text", HOSTILE, class_=HOSTILE), height=10)
    assert "<script" not in drawn
    assert ET.fromstring(drawn).find("title").text == HOSTILE  # type: ignore[union-attr]  # noqa: S314 - our own


def test_axis() -> None:
    """DRAW-02: some weeks, none beyond the ends; today where it lies on the axis."""
    assert AXIS.weeks() == (0, 4, 8, 12, 16, 20, 24, 28)
    assert AXIS.today == 78
    assert names(AXIS, lambda day: day.isoformat()).count("<text") == 16
    assert axis_for([0, 10], None, date(2026, 5, 1)).date_of(0) is None
    assert axis_for([0, 3000], None, date(2026, 5, 1)).weeks()[-1] <= 3000 // 7


@given(days=st.lists(st.integers(-5000, 5000), min_size=1), day=st.integers(-10_000, 10_000))
def test_axis_holds_every_day(days: list[int], day: int) -> None:
    """DRAW-02: whatever the days, a place within the width and not too many names."""
    axis = axis_for(days, date(2026, 1, 1), date(2026, 1, 1))
    assert 0 <= axis.at(day) <= 1
    assert len(axis.weeks()) <= 12


@given(numbers=st.lists(st.floats(-1e12, 1e12), max_size=8), is_log=st.booleans())
def test_scale_holds_every_number(numbers: list[float], is_log: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    """DRAW-03: nothing fails, nothing leaves the picture."""
    scale = scale_for(numbers, height=90, is_log=is_log)
    assert all(0 <= scale.at(number) <= 90 for number in (*numbers, *ticks_of(scale)))
    assert len(ticks_of(scale)) <= 12


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0.3, 4.3, (2.0, 4.0)), (21.0, 23.5, (21.0, 22.0, 23.0)), (0.0, 100.0, (0.0, 100.0)), (7.5, 8.5, (7.5, 8.0, 8.5))],
)
def test_round_numbers(low: float, high: float, ticks: tuple[float, ...]) -> None:
    """DRAW-03."""
    assert ticks_of(scale_for([low, high], height=90)) == ticks


def test_log_scale() -> None:
    """DRAW-03: ten times as much is as far at the bottom as at the top."""
    scale = scale_for([10, 1000], height=90, is_log=True)
    assert scale.at(10) - scale.at(100) == pytest.approx(scale.at(100) - scale.at(1000), abs=0.2)


def test_lanes() -> None:
    """DRAW-04."""
    bars = [
        Bar(first=first, last=last, kind="grade-1", text="1", label="Cough")
        for first, last in ((0, 50), (10, 20), (80, 90))
    ]
    heights = re.findall(r'<rect[^>]* y="(\d+)"', draw_bars(AXIS, "Events", "3 events.", bars))
    assert heights == ["2", "20", "2"]


def test_marks_differ_by_shape() -> None:
    """DRAW-05: not by colour alone; given doses stand above planned ones."""
    drawn = draw_marks(
        AXIS,
        "Visits",
        "",
        [Mark(day=day, kind=kind, label=kind) for day, kind in enumerate(("in", "late", "missed", "given", "planned"))],
    )
    assert drawn.index("dose planned") < drawn.index("dose given")
    assert (
        len(
            {
                re.sub(r' class="[^"]*"', "", part)
                for part in re.findall(r"<(?:circle r=\"5.5\"|path|rect|line)[^>]*>", drawn)
            }
        )
        >= 4
    )


def test_nothing_but_classes() -> None:
    """DRAW-05."""
    dots = tuple(
        Dot(day=day, value=float(value), label="x", upper=3.0, is_baseline=day == 0) for day, value in ((0, 1), (28, 4))
    )
    drawn = draw_course(AXIS, Panel(label="CK", told="", dots=dots, baseline=1.0, matters=0.5), str)
    assert not re.search(r"style=|<script|\bon\w+=", drawn)
    assert {"point base", "point outside", "limit", "baseline", "matters"} <= set(re.findall(r'class="([^"]+)"', drawn))
