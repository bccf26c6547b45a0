"""How long an answer to a blind role takes.

PACE-01: it leaves at a multiple of a step, whatever was done meanwhile, refusals and errors too; at once to others.
PACE-02: which ratings are open is found once, until something changes: a request does not look through hidden visits.
PACE-03: the step is a part of the settings that a site runs with, before everything else.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from tests.web.conftest import Served
from tests.web.histories import LITTLE, MUCH, VISIBLES, check_seen, tale
from tests.web.twin_study import STUDY
from tests.web.twins import make_stage, told

from trialbook.web import looking, settings
from trialbook.web.pace import Pace, until_next

STEP = 0.25


class Clock:
    """A clock that goes on by what is done, and by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """Tell the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Go on."""
        self.slept.append(seconds)
        self.now += seconds


def taken(clock: Clock, work: float, *, blind: bool | None) -> float:
    """Return how long an answer takes for which something is done that takes a while."""

    def answer(request: HttpRequest) -> HttpResponse:
        clock.now += work
        if blind is not None:
            request.actor = SimpleNamespace(is_blind=blind)  # type: ignore[attr-defined]
        return HttpResponse()

    begun = clock.now
    with override_settings(BLIND_STEP=STEP), patch("trialbook.web.pace.time", clock):
        Pace(answer)(HttpRequest())
    return clock.now - begun


@pytest.mark.parametrize(("work", "steps"), [(0, 1), (0.001, 1), (0.03, 1), (0.2499, 1), (0.25, 2), (0.3, 2), (1.9, 8)])
def test_pace_01_to_a_blind_role(work: float, steps: int) -> None:
    assert taken(Clock(), work, blind=True) == pytest.approx(steps * STEP)
    assert until_next(work, STEP) > 0


@pytest.mark.parametrize("blind", [False, None])
def test_pace_01_to_others(blind: bool | None) -> None:  # noqa: FBT001 - a case
    assert taken(Clock(), 0.03, blind=blind) == pytest.approx(0.03)


@pytest.mark.parametrize("path", ["/", "/ratings/P01/rating/", "/participants/P01/", "/nowhere/", "/keep-alive"])
def test_pace_01_on_the_site(served: Served, path: str) -> None:
    """PACE-01: every address of the real site, those that are refused too; nobody else waits."""
    waited: dict[str, list[float]] = {}
    for person in ("asa", "nora"):
        waited[person] = []
        browser = served.browser(person)
        clock = SimpleNamespace(monotonic=time.monotonic, sleep=waited[person].append)
        with override_settings(BLIND_STEP=60.0), patch("trialbook.web.pace.time", clock):
            browser.get(path)
    assert len(waited["asa"]) == 1
    assert 0 < waited["asa"][0] < 60
    assert waited["nora"] == []


def test_pace_02(migrated: Path, tmp_path: Path) -> None:
    """PACE-02: in two studies of which one is much larger; after the first look nothing is worked out."""
    stage = make_stage(tmp_path, migrated)
    for hidden in (LITTLE, MUCH):
        with told(stage, STUDY, tale(VISIBLES[0], hidden)) as site:
            check_seen(site.site, VISIBLES[0])
            browser = site.browser("asa")
            browser.get("/")
            assert counted("open_visit", lambda: browser.get("/ratings/P1/rating/")) == 0  # noqa: B023 - called at once


def counted(name: str, do: Callable[[], Any]) -> int:
    """Return how often a function of `looking` is called."""
    real, calls = getattr(looking, name), []

    def made(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        return real(*args, **kwargs)

    with patch.object(looking, name, made):
        do()
    return len(calls)


def test_pace_03() -> None:
    assert settings.BLIND_STEP > 0
    assert settings.MIDDLEWARE[0] == "trialbook.web.pace.Pace"
