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

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("instrument", CATALOG.values(), ids=lambda instrument: instrument.id)
def test_instrument_is_documented(instrument: Instrument) -> None:
    """INST-07."""
    page = (REFERENCE / "instruments.md").read_text(encoding="utf-8")
    words = " ".join(page.split())
    assert f"## {instrument.id}\n" in page
    assert instrument.citation in words
    for item in instrument.items:
        assert f"| `{item.id}` |" in page
        assert f"{item.minimum} to {item.maximum} |" in page
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
