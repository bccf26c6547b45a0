"""Blinding twins over HTTP: two studies that differ in what is hidden give the same answers, byte by byte.

TWIN-01: whatever hypothesis invents that a blind assessor must not know (weeks, dates and number of visits, doses,
    laboratory, events, queries, notes, seals, unblindings, overrides, other participants, other people's and their own
    earlier ratings, grants, versions of the study, sign-ins), they get the same: status, headers, cookies, bodies.
TWIN-02: that holds for every declared route and every way of asking, while nothing is recorded, while a rating is
    given with every mistake on the way, and as the day goes on (EDC 5.2.3; R43, R44).
TWIN-03: nobody brings about an answer of 500 by it.
TWIN-09: the databases of accounts and of the ledger are asked as many statements; the guess of week and treatment is a
    part of the stories and of the crawl.
TWIN-04: the crawl asks every declared route, with names that are there and names that are not.
TWIN-05: two stories that differ in what may be seen are told apart: the comparison can fail.
TWIN-07: nor does an address tell by which version of the study a site works.
TWIN-08: a rating that is frozen or locked is not offered.
TWIN-06: the seed study, too: opened at the baseline, or by an override at the last visit.

`TRIALBOOK_TWINS=1000 pytest tests/web/test_blind_twins.py -k generated` compares as many pairs, by chance.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

import pytest
from django.urls import resolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.web.conftest import CUSTODIAN, STUDIES
from tests.web.crawling import addresses, gets, posts, rates, waits, whole_crawl
from tests.web.histories import HIDDEN, LITTLE, MUCH, VISIBLES, Course, Hidden, Open, begin, crawl, finish
from tests.web.twin_study import PERSONS, STUDY, day
from tests.web.twins import (
    NOW,
    Stage,
    Step,
    Story,
    Teller,
    Transcript,
    crawled,
    difference,
    make_stage,
)

from trialbook.capture.acts import Act, adopt, enrol, enter, freeze, grant, lock, override, screen
from trialbook.protocol.read import parse_study
from trialbook.web.routes import ROUTES

PAIRS = int(os.environ.get("TRIALBOOK_TWINS", "100"))
"""How many pairs are compared, a quarter of them for each of what may be seen."""
IS_CAMPAIGN = "TRIALBOOK_TWINS" in os.environ
EVERYTHING = (*whole_crawl("P1", "P3"), *posts("P1", "P3"))
PARTS = 16
"""Of the whole crawl one part is asked of each pair, and all of it of a campaign and of the fixed pair."""


@pytest.fixture(scope="module")
def stage(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A stage for all pairs."""
    return make_stage(tmp_path_factory.mktemp("twins"), migrated)


def part(number: int) -> tuple[Step, ...]:
    """Return a part of the whole crawl, and a rating given in the middle of it."""
    asked = EVERYTHING[number::PARTS]
    return (*asked[::2], *rates("P1"), *asked[1::2], *waits("P2", hours=1)[::2])


@cache
def reference(stage: Stage, visible: int, number: int) -> Transcript:
    """Return what the assessor gets where the least has happened; equal to it means equal to each other."""
    return crawl(stage, VISIBLES[visible], LITTLE, part(number))


PART = st.integers(0, PARTS - 1) if IS_CAMPAIGN else st.integers(0, 3)
"""In the ordinary run four parts for each of what may be seen: a reference is crawled once."""


@pytest.mark.parametrize("visible", range(len(VISIBLES)))
@settings(
    max_examples=max(1, PAIRS // len(VISIBLES)),
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(number=PART, hidden=HIDDEN)
def test_generated_twins_are_equal(stage: Stage, visible: int, number: int, hidden: Hidden) -> None:
    """TWIN-01, TWIN-02, TWIN-09."""
    asked = number if IS_CAMPAIGN else 4 * visible + number
    mine = reference(stage, visible, asked)
    assert difference(mine, crawl(stage, VISIBLES[visible], hidden, part(asked))) == ""


def test_a_whole_crawl_of_two_studies_is_equal(stage: Stage) -> None:
    """TWIN-02, TWIN-03, TWIN-09."""
    asked = EVERYTHING if IS_CAMPAIGN else tuple(gets("P1", "P3"))
    steps = (*asked, *rates("P1"), *waits("P2", hours=2))
    mine = crawl(stage, VISIBLES[3], LITTLE, steps)
    assert difference(mine, crawl(stage, VISIBLES[3], MUCH, steps)) == ""
    assert [got.step for got in mine if got.status >= 500] == []
    guessed = [(got.step.method, got.status) for got in mine[len(asked) :] if got.step.path == "/ratings/P1/guess/"]
    mistaken, saved = [("GET", 200), ("POST", 422)], [("GET", 200), ("POST", 302)]
    assert guessed == [*mistaken, *saved, *saved, ("GET", 404)]


def test_every_route_is_asked() -> None:
    """TWIN-04."""
    asked = {resolve(path).url_name for path in addresses("P1")}
    assert asked == {route.name for route in ROUTES}
    assert {step.path for step in EVERYTHING if step.method == "GET"} >= set(addresses("P1", "P3"))
    assert {step.path for step in EVERYTHING if step.method == "POST"} >= set(addresses("P1", "P3")) - {"/sign-out"}


@pytest.mark.parametrize("other", [1, 2, 3])
def test_what_may_be_seen_is_told_apart(stage: Stage, other: int) -> None:
    """TWIN-05."""
    steps = (Step(path="/"), Step(path="/ratings/P1/rating/"))
    mine = crawl(stage, VISIBLES[0], LITTLE, steps)
    assert difference(mine, crawl(stage, VISIBLES[other], LITTLE, steps)) != ""
    assert difference(mine, crawl(stage, VISIBLES[0], LITTLE, steps[:1])) == "2 answers against 1"


def elsewhere(teller: Teller, *, is_adopted: bool) -> None:
    """Tell of one who can be rated at site South, and of one at North, where another version is adopted, or not."""
    for person, role in PERSONS.items():
        teller.did(CUSTODIAN, grant(person, role))
    begin(teller, "P1", Course(site="South"))
    teller.did("ida", screen("P3", site="North"))
    if is_adopted:
        text = STUDY.replace("data: invented", "data: real").replace("Invented twins", "Twins")
        study, _ = parse_study(text.replace("label: Muscle power", "label: Power"), file="study.yaml")
        assert study is not None
        teller.did(CUSTODIAN, adopt(study, reason="Another version", site="North"))
    finish(teller, Open("P1"), Course(site="South"))


def test_no_address_tells_the_version_of_a_site(stage: Stage) -> None:
    """TWIN-07: who cannot be rated now is not looked up, not even for what stands at the head of a page."""
    steps = tuple(Step(path=path) for path in addresses("P1", "P3"))
    first, second = (partial(elsewhere, is_adopted=told) for told in (False, True))
    mine = crawled(stage, STUDY, first, "asa", steps)
    assert difference(mine, crawled(stage, STUDY, second, "asa", steps)) == ""


@pytest.mark.parametrize("closing", [freeze, lock])
def test_a_rating_that_is_closed_is_not_offered(stage: Stage, closing: Callable[..., Act]) -> None:
    """TWIN-08: frozen or locked, by the form, the participant or the study, it looks as one that was never open."""
    steps = (Step(path="/"), Step(path="/ratings/P1/rating/"), Step(path="/alerts/P1/"))

    def closed(teller: Teller, **where: str) -> None:
        elsewhere(teller, is_adopted=False)
        level = {"form": "form", "participant": "participant"}.get(next(reversed(where), ""), "study")
        teller.did("mona", closing(level, **where, **{"why" if closing is freeze else "reason": "to look"}))

    def never(teller: Teller) -> None:
        for person, role in PERSONS.items():
            teller.did(CUSTODIAN, grant(person, role))
        begin(teller, "P1", Course(site="South"))

    mine = crawled(stage, STUDY, never, "asa", steps)
    form = partial(closed, participant="P1", visit="baseline", form="rating")
    for where in (form, partial(closed, participant="P1"), closed):
        assert difference(mine, crawled(stage, STUDY, where, "asa", steps)) == ""


# ---- the seed study ---------------------------------------------------------------------------------------------

SEED = STUDIES / "rituximab_polymyositis" / "study.yaml"
HERE: Mapping[str, str] = {"ida": "investigator", "nora": "nurse", "asa": "assessor", "mona": "monitor"}


def seed(visit: str, weeks: int, *, others: int) -> Story:
    """Return a story of the seed study: one participant at a visit, and others before their first."""

    def story(teller: Teller) -> None:
        for person, role in HERE.items():
            teller.did(CUSTODIAN, grant(person, role))
        for code in ("P1", *(f"P{3 + number}" for number in range(others))):
            teller.did("ida", screen(code))
        infused = NOW - timedelta(weeks=weeks, days=1)
        teller.did("ida", enrol("P1", on=day(infused - timedelta(days=3))))
        if weeks:
            teller.did("nora", enter("P1", "infusion", "start", day(infused), repeat="1"))
        teller.did("nora", enter("P1", "enzymes", "ck", str(100 * weeks + 60), visit=visit))
        teller.did("nora", enter("P1", "visit", "date", day(NOW - timedelta(hours=weeks)), visit=visit))
        teller.did("ida", override("P1", visit, "rating", reason="The questionnaires were lost"))

    return story


def test_the_seed_study_has_twins_too(stage: Stage) -> None:
    """TWIN-06."""
    steps = tuple(Step(path=step.path) for step in rates("P1") if step.method == "GET") + tuple(
        Step(path=path) for path in addresses("P1")
    )
    text = SEED.read_text(encoding="utf-8")
    mine = crawled(stage, text, seed("baseline", 0, others=0), "asa", steps)
    assert b"P1" in mine[0].body
    assert difference(mine, crawled(stage, text, seed("week 28", 28, others=3), "asa", steps)) == ""
