"""Drawn answers: each can be typed, and ratings keep the mean that was drawn.

SIM-20: ratings of a group lie on their scale, and their mean is the drawn one but for one rounding.
SIM-21: a number is written within the scale and in the decimals of its item.
SIM-22: whatever is drawn for an item of whatever kind is an answer to it, by the rules that judge what people type.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.errors import Problem
from trialbook.protocol.model import Item, Study
from trialbook.protocol.values import parse_value
from trialbook.simulate.chance import Chance
from trialbook.simulate.courses import Bounds
from trialbook.simulate.scenario import built_in
from trialbook.simulate.sources import Draw, around, rounded_together, write_number
from trialbook.simulate.targets import sources_for

noises = st.lists(st.floats(-5, 5), min_size=1, max_size=10)


@given(st.floats(0, 10), noises)
def test_noise_keeps_the_mean(mean: float, noise: list[float]) -> None:
    """SIM-20."""
    values = around(mean, noise, Bounds(low=0, high=10))
    assert sum(values) / len(values) == pytest.approx(mean, abs=1e-9)
    assert all(-1e-9 <= value <= 10 + 1e-9 for value in values)


@given(st.lists(st.floats(0, 10), min_size=1, max_size=12), st.floats(0, 1, exclude_max=True))
def test_rounding_keeps_the_sum(values: list[float], start: float) -> None:
    """SIM-20: each becomes a neighbouring whole number, and the sum a neighbouring one of the sum."""
    rounded = rounded_together(values, 1, start)
    assert all(one == int(one) and abs(one - value) < 1 + 1e-6 for one, value in zip(rounded, values, strict=True))
    assert abs(sum(rounded) - sum(values)) < 1 + 1e-6


def test_rounding_is_fair() -> None:
    """SIM-20: over all beginnings the expectation is kept."""
    starts = [(place + 0.5) / 1000 for place in range(1000)]
    drawn = [rounded_together([2.3, 9.75, 0.0], 1, start) for start in starts]
    assert [sum(column) / 1000 for column in zip(*drawn, strict=True)] == pytest.approx([2.3, 9.75, 0.0], abs=0.002)


@given(st.floats(-50, 50), st.sampled_from([None, 0, 1, 3]))
def test_numbers_are_written_on_their_scale(value: float, decimals: int | None) -> None:
    """SIM-21."""
    item = Item(id="x", kind="number", label={}, unit="kg", minimum=Decimal(-3), maximum=Decimal(40), decimals=decimals)
    text = write_number(item, value)
    assert -3 <= float(text) <= 40
    assert decimals is None or len(text.partition(".")[2]) == decimals
    assert not isinstance(parse_value(item, text), Problem)


@pytest.mark.parametrize("is_flat", [False, True])
def test_whatever_is_drawn_is_an_answer(small: Study, shipped: Study, *, is_flat: bool) -> None:
    """SIM-22."""
    for study in (small, shipped):
        scenario = built_in()
        for form in study.forms.values():
            sources = sources_for(study, scenario, form)
            assert sorted(item for source in sources for item in source.items) == sorted(form.items)
            for number in range(20):
                chance = Chance(3, number)
                day = date(2026, 3, 2)
                at = Draw(
                    chance=chance, stream=chance.stream(form.id), kind="all", day=number * 10 - 5.0, on=day,
                    until=day + timedelta(days=9), is_flat=is_flat,
                )  # fmt: skip
                drawn = {item: text for source in sources for item, text in source.draw(at).items()}
                wrong = [
                    item for item, text in drawn.items() if isinstance(parse_value(form.items[item], text), Problem)
                ]
                assert wrong == []
