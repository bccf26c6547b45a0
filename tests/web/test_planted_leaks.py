"""Leaks planted on purpose: the blinding twins catch each of them.

PLANT-01: each way in which a site might give away what is hidden (id, order, date, title, count, message, export,
    audit, timing of availability, header, redirect, cookie, error, menu, calendar, search, prefilled answer, history)
    makes the two transcripts differ (reliability 4: how blinding leaks).
PLANT-02: the same requests of the site as it is make no difference; they are requests of the whole crawl.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import pytest
from tests.web.crawling import rates, waits
from tests.web.histories import LITTLE, MUCH, VISIBLES, crawl
from tests.web.plants import LOOKS, SENDS, WAITS
from tests.web.spoiling import Plant
from tests.web.test_blind_twins import EVERYTHING
from tests.web.twins import Stage, Step, Transcript, difference, make_stage

SEEN = tuple(
    Step(path=path)
    for path in (
        "/", "/ratings/P1/rating/", "/ratings/P2/rating/", "/ratings/P3/rating/", "/alerts/P3/", "/keep-alive",
        "/audit/", "/audit/trail.csv", "/participants/P1/form-history", "/calendar/", "/participants/", "/compared/",
    )
)  # fmt: skip
ASKED = Step(method="POST", path="/language", sent={"language": "en", "next": "/ratings/P3/rating/"})
STEPS: Mapping[str, tuple[Step, ...]] = {
    "looks": (*SEEN, ASKED), "sends": rates("P1"), "waits": waits("P2", hours=1),
}  # fmt: skip
"""The parts of the whole crawl that the plants are near."""
PLANTS = [
    *(("looks", name, plant) for name, plant in LOOKS.items()),
    *(("sends", name, plant) for name, plant in SENDS.items()),
    *(("waits", name, plant) for name, plant in WAITS.items()),
]


@pytest.fixture(scope="module")
def stage(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A stage for all plants."""
    return make_stage(tmp_path_factory.mktemp("plants"), migrated)


def pair(stage: Stage, steps: tuple[Step, ...], spoilt: Plant = nullcontext) -> tuple[Transcript, Transcript]:
    """Return what the assessor gets of two studies by a site that may be spoilt."""
    little = crawl(stage, VISIBLES[3], LITTLE, steps, spoilt=spoilt, name="little")
    return little, crawl(stage, VISIBLES[3], MUCH, steps, spoilt=spoilt, name="much")


@pytest.mark.parametrize(("near", "plant"), [plant[::2] for plant in PLANTS], ids=[plant[1] for plant in PLANTS])
def test_a_planted_leak_is_caught(stage: Stage, near: str, plant: Plant) -> None:
    """PLANT-01."""
    assert difference(*pair(stage, STEPS[near], plant)) != ""


@pytest.mark.parametrize("near", STEPS)
def test_without_a_plant_there_is_no_difference(stage: Stage, near: str) -> None:
    """PLANT-02."""
    assert difference(*pair(stage, STEPS[near])) == ""
    asked = {(step.method, step.path) for step in (*EVERYTHING, *rates("P1"), *waits("P2"))}
    assert {(step.method, step.path) for step in STEPS[near]} <= asked
