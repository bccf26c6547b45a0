"""Short phrases: every one that is written is read back; everything else is refused.

PHRASE-01: what is written is read back as it was.
PHRASE-02: an amount without its unit, or a range the wrong way round, is no phrase.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.protocol import phrases
from trialbook.protocol.model import Anchor, BaselineRule, Duration, Quantity, Window

AMOUNTS = st.decimals(min_value=Decimal("0.001"), max_value=Decimal(999999), places=3)


@given(count=st.integers(1, 9999), unit=st.sampled_from(("minute", "hour", "day", "week", "month", "year")))
def test_durations(count: int, unit: str) -> None:
    """PHRASE-01."""
    duration = phrases.parse_duration(f"{count} {unit}s")
    assert duration is not None
    assert phrases.parse_duration(phrases.write_duration(duration)) == duration
    assert phrases.parse_either_side(f"{phrases.write_duration(duration)} either side") == duration


@given(amount=AMOUNTS, unit=st.sampled_from(("mg", "mg/m2", "10^9/L", "%")))
def test_quantities(amount: Decimal, unit: str) -> None:
    """PHRASE-01."""
    quantity = Quantity(amount=amount, unit=unit)
    assert phrases.parse_quantity(phrases.write_quantity(quantity)) == quantity


@given(low=st.decimals(-999, 0, places=2), width=AMOUNTS)
def test_ranges(low: Decimal, width: Decimal) -> None:
    """PHRASE-01, PHRASE-02."""
    assert phrases.parse_range(phrases.write_range(low, low + width)) == (low, low + width)
    assert phrases.parse_range(phrases.write_range(low + width, low)) is None


@given(before=st.integers(0, 9999), after=st.integers(0, 9999))
def test_tolerances(before: int, after: int) -> None:
    """PHRASE-01."""
    window = Window(first=-before, last=after)
    assert phrases.parse_tolerance(phrases.write_tolerance(window)) == window


@given(first=st.integers(-999, 999), length=st.integers(0, 500))
def test_the_planned_day_is_the_nearest_to_day_0(first: int, length: int) -> None:
    """PHRASE-01."""
    window = Window(first=first, last=first + length)
    assert phrases.parse_days(f"{window.first} to {window.last}") == window
    days = range(window.first, window.last + 1)
    assert phrases.planned_day(window) == min(days, key=abs)


@given(alpha=st.decimals(Decimal("0.000001"), Decimal("0.999999"), places=6))
def test_levels(alpha: Decimal) -> None:
    """PHRASE-01."""
    assert phrases.parse_alpha(phrases.write_alpha(alpha)) == alpha
    assert phrases.parse_percent(phrases.write_percent(1 - alpha)) == 1 - alpha


@pytest.mark.parametrize(
    "anchor", [Anchor(which="first", name="enrolment"), Anchor(which="last", name="infusion.start")]
)
def test_anchors(anchor: Anchor) -> None:
    """PHRASE-01."""
    assert phrases.parse_anchor(phrases.write_anchor(anchor)) == anchor


@pytest.mark.parametrize(
    "rule",
    [
        BaselineRule(kind="visit", visit="week 0"),
        BaselineRule(kind="flagged", flag="is_baseline"),
        BaselineRule(kind="last before anchor"),
    ],
)
def test_baselines(rule: BaselineRule) -> None:
    """PHRASE-01."""
    assert phrases.parse_baseline(phrases.write_baseline(rule)) == rule


@pytest.mark.parametrize(
    ("parse", "texts"),
    [
        (
            phrases.parse_duration,
            ("4", "4weeks", "4  weeks", "0 weeks", "-1 week", "4 fortnights", "1.5 weeks", "٤ weeks"),
        ),
        (phrases.parse_quantity, ("375", "mg", "0 mg", "-5 mg", "375 mg m2", "1e3 mg")),
        (phrases.parse_range, ("0-10", "0 to", "10", "5 to 5", "a to b")),
        (phrases.parse_days, ("", "1.5", "4 to 1", "day 4")),
        (phrases.parse_tolerance, ("3", "3 days", "1 month either side", "3 days before", "-3 days either side")),
        (phrases.parse_either_side, ("1 day", "1 either side", "1 day either side of it")),
        (phrases.parse_at_least, ("8", "8 of", "9 of 8", "0 of 8")),
        (phrases.parse_alpha, ("0.05", "p < 0.05", "p < 0.0, two-sided", "p < 5, two-sided", "p < 0.05, one-sided")),
        (phrases.parse_percent, ("95", "0 %", "100 %")),
        (phrases.parse_anchor, ("infusion.start", "first infusion", "second infusion.start")),
        (phrases.parse_baseline, ("baseline", "visit ", "last", "flagged a.b")),
    ],
)
def test_anything_else_is_none(parse: Callable[[str], object], texts: tuple[str, ...]) -> None:
    """PHRASE-02."""
    assert [text for text in texts if parse(text) is not None] == []


@given(count=st.integers(1, 500))
def test_at_least(count: int) -> None:
    """PHRASE-01."""
    assert phrases.parse_at_least(f"{count} of 500") == (count, 500)
    assert phrases.parse_at_least("all") == "all"


def test_duration_is_kept_as_it_was_written() -> None:
    """PHRASE-01: 4 weeks stay 4 weeks and do not become 28 days."""
    assert phrases.parse_duration("4 weeks") == Duration(count=4, unit="week")
    assert phrases.write_duration(Duration(count=1, unit="day")) == "1 day"
