"""The reference pages of instruments and conditions.

Requirements:
INST-07: every instrument and rule of response, with its items, scores, rules and parameters, stands in the reference.
RULE-07: every function, and every first part of a built-in name, stands in the reference of conditions.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.instruments.catalogue import Scale, every_scale
from trialbook.instruments.parameters import parameters_of
from trialbook.protocol.condition_text import GLOBALS, MEMBERS
from trialbook.protocol.conditions import BUILT_IN

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def page_of(name: str) -> str:
    """Return what the reference says of one instrument."""
    page = (REFERENCE / "instruments.md").read_text(encoding="utf-8")
    return page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("scale", every_scale(), ids=lambda scale: scale.id)
def test_instrument_is_documented(scale: Scale) -> None:
    """INST-07."""
    page = page_of(scale.id)
    for text in (scale.citation, scale.version, scale.licence, *scale.rules):
        assert text.replace("|", "\\|") in page
    for item in scale.items:
        assert f"\n| `{item.id}` | {next(iter(item.label.values()))}" in page
    for score in scale.scores:
        assert f"| `{score.derived.id}` | {score.low:g} to {score.high:g} | {score.better} |" in page
        assert f": {score.gaps}\n" in page
    for one in parameters_of(scale.parameters):
        assert f"| `{one.name}` | {one.label} | {one.may_be} | {one.default} | {one.why} |" in page


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("haq-di", "| `grip_taps` | Taps | 0 to 3 |"),
        ("vas-10", "| `mark` | Mark on the line | 0 to 10 cm (or mm) |"),
        ("tis-2016", "| `ck_now` | Creatine kinase, now; the column may be absent | from 0 U/L (or ukat/L) |"),
        ("eular-acr-2017", "| `biopsy` | Muscle biopsy was made | yes, no |"),
    ],
)
def test_answers_are_told(name: str, row: str) -> None:
    """INST-07."""
    assert f"\n{row}\n" in page_of(name)


@pytest.mark.parametrize("name", sorted(GLOBALS | MEMBERS))
def test_function_is_documented(name: str) -> None:
    """RULE-07."""
    page = (REFERENCE / "conditions.md").read_text(encoding="utf-8")
    assert f"{name}(" in page


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_name_is_documented(name: str) -> None:
    """RULE-07."""
    assert f"`{name}." in (REFERENCE / "conditions.md").read_text(encoding="utf-8")
