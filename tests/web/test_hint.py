"""What a form says beside a number of which range is expected.

HINT-01: in another unit the range is rounded inwards: no number within it is refused or queried.
HINT-02: a unit is called the same in the range, beside the input and among the units to choose from.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.protocol.model import Item, Quantity
from trialbook.protocol.values import Value, parse_value
from trialbook.web.forms.questions import units_of
from trialbook.web.forms.words import hint

AGE = Item(
    id="age",
    kind="number",
    label={"en": "What is measured"},
    unit="year",
    accepts=("month",),
    minimum=Decimal(0),
    expected_low=Decimal(12),
    expected_high=Decimal("17.99"),
)
VITAMIN = Item(
    id="vitd",
    kind="number",
    label={"en": "What is measured"},
    unit="nmol/L",
    accepts=("ng/mL",),
    molar_mass=Quantity(amount=Decimal("400.6"), unit="g/mol"),
    expected_low=Decimal(48),
    expected_high=Decimal(250),
)


def test_the_range_in_another_unit_is_rounded_inwards() -> None:
    """HINT-01: 216 months are 18 years, which is queried."""
    assert hint(AGE, "month") == "Possible at least 0 months · Expected 144 to 215 months"
    assert hint(VITAMIN, "ng/mL") == "Expected 19.3 to 100 ng/mL"


@settings(max_examples=60, deadline=None)
@given(
    low=st.decimals(min_value="0.01", max_value=2000, places=2),
    width=st.decimals(min_value="0.01", max_value=5, places=2),
)
@pytest.mark.parametrize("end", [0, 1])
def test_what_the_range_promises_is_not_queried(end: int, low: Decimal, width: Decimal) -> None:
    """HINT-01: of narrow ranges, too."""
    item = Item(
        id="x",
        kind="number",
        label={},
        unit="kg",
        accepts=("lb",),
        expected_low=low,
        expected_high=low * (1 + width / 100),
    )
    text = hint(item, "lb").removeprefix("Expected ").removesuffix(" lb").replace("\N{NARROW NO-BREAK SPACE}", "")
    found = parse_value(item, text.split(" to ")[end], unit="lb")
    assert isinstance(found, Value)
    assert found.queries == ()


@pytest.mark.parametrize(("language", "words"), [("en", "months"), ("zh-hant", "個月")])
def test_a_unit_has_one_name(language: str, words: str) -> None:
    """HINT-02."""
    with override(language):
        assert units_of(AGE, "month")[1].label == words
        assert hint(AGE, "month").endswith(f" {words}")
