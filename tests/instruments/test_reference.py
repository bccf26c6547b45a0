"""The reference pages of instruments and conditions.

Requirements:
INST-07: every instrument, item and score of the catalogue stands in the reference.
RULE-07: every function, and every first part of a built-in name, stands in the reference of conditions.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.instruments import CATALOG
from trialbook.instruments.base import Instrument
from trialbook.protocol.condition_text import GLOBALS, MEMBERS
from trialbook.protocol.conditions import BUILT_IN
from trialbook.protocol.model import Item

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def answers_of(item: Item) -> str:
    """Write the answers of an item as the page does."""
    if item.kind == "yes_no":
        return "yes, no"
    codes = tuple(item.choices) or (str(item.minimum), str(item.maximum))
    return f"{codes[0]} to {codes[-1]}"


@pytest.mark.parametrize("instrument", CATALOG.values(), ids=lambda instrument: instrument.id)
def test_instrument_is_documented(instrument: Instrument) -> None:
    """INST-07."""
    page = (REFERENCE / "instruments.md").read_text(encoding="utf-8")
    words = " ".join(page.split())
    assert f"## {instrument.id}\n" in page
    assert instrument.citation in words
    for item in instrument.items:
        assert f"| `{item.id}` |" in page
        row = next(
            line for line in page[page.index(f"## {instrument.id}\n") :].splitlines() if f"| `{item.id}` |" in line
        )
        assert row.endswith(f"| {answers_of(item)} |")
    for score in instrument.scores:
        assert f"| `{score.derived.id}` | {score.low:g} to {score.high:g} | {score.better} |" in page
        assert score.gaps.removeprefix("There").rstrip(".") in words


@pytest.mark.parametrize("name", sorted(GLOBALS | MEMBERS))
def test_function_is_documented(name: str) -> None:
    """RULE-07."""
    page = (REFERENCE / "conditions.md").read_text(encoding="utf-8")
    assert f"{name}(" in page


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_name_is_documented(name: str) -> None:
    """RULE-07."""
    assert f"`{name}." in (REFERENCE / "conditions.md").read_text(encoding="utf-8")
