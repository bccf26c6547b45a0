"""Sample study files, and instruments with invented items, so that a test needs no published questionnaire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from pathlib import Path

import pytest

from trialbook.errors import Problem
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Derived, Item, Study
from trialbook.protocol.read import parse_study
from trialbook.protocol.read_forms import Catalog
from trialbook.protocol.template import new_study_text

Read = Callable[[str], tuple[Study | None, tuple[Problem, ...]]]

SAMPLES = Path(__file__).parent / "samples"


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedScale:
    """An instrument of the tests."""

    title: str
    items: tuple[Item, ...]
    derived: tuple[Derived, ...]


def invented(title: str, *scores: str) -> InventedScale:
    """Return a scale of two items, one of them in a group, with some scores."""
    items = tuple(
        Item(id=name, kind="number", label={"en": name}, unit="score", maximum=Decimal(3), group=group)
        for name, group in (("first", None), ("pair.left", "pair"))
    )
    derived = tuple(
        Derived(id=score, label={"en": score}, kind="instrument", of=("first",), at_least=1, unit="score")
        for score in scores
    )
    return InventedScale(title=title, items=items, derived=derived)


INSTRUMENTS: Catalog = {
    **CATALOG,
    "disability": invented("Disability index", "index"),
    "eight-scales": invented("Eight scales", "physical", "mental", "total"),
}


@pytest.fixture(scope="session")
def read() -> Read:
    """Return a reader of study files that knows the invented instruments."""
    return lambda text: parse_study(text, file="study.yaml", catalog=INSTRUMENTS)


@pytest.fixture(scope="session")
def samples() -> Mapping[str, str]:
    """Return the texts of study files by name: the smallest, the new one, a whole trial, and those shipped."""
    studies = resources.files("trialbook") / "studies"
    names = ("infliximab_myositis", "xanomeline_four", "rituximab_polymyositis")
    return {
        **{name: (SAMPLES / f"{name}.yaml").read_text(encoding="utf-8") for name in ("minimal", "rituximab")},
        "template": new_study_text("starter", "A study: to begin with"),
        **{name: (studies / name / "study.yaml").read_text(encoding="utf-8") for name in names},
    }
