"""A person of one site sees that site only.

SITE-01: R23, EDC-8: two studies that differ only in what another site recorded (participants, visits, laboratory,
    queries, notes, seals, deviations, moves) give a person of this site the same bytes over every declared route,
    searches, downloads and errors included; so do counts, the calendar, the audit trail and the page of the study.
SITE-02: the comparison can fail: leaks that are planted at the borders of a site are all caught.
SITE-03: R24: what another site has looks like what is nowhere.
SITE-04: whoever holds roles at two sites sees the site of the role in which they act.

SITE-06: a page of a new participant that is sent twice begins one casebook, although a counted code is made anew.
SITE-05: what another site records in between moves no number that this one is shown: numbers of entries are veiled.
    The marks of entries in the audit trail are hashes over all that was before, and differ.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied
from tests.web import twins
from tests.web.conftest import CUSTODIAN
from tests.web.crawling import KNOWN, address, words
from tests.web.twins import NOW, Stage, Step, Teller, Transcript, crawled, difference, make_stage

from trialbook.capture.acts import enrol, freeze, grant, note, raise_query, save_form, screen, transfer, withdraw
from trialbook.capture.codes import check_character
from trialbook.web import looking
from trialbook.web.actor import Actor
from trialbook.web.routes import ROUTES
from trialbook.web.veil import PATTERN

STUDY = """
trialbook: 1
study: {id: two-sites, title: Two sites, design: open-label single-arm, data: invented, objective: to test, planned: 4}
participants: {codes: counted}
roles:
  investigator: {sees: everything, records: [diary, lab, events], signs: [form], rights: [enrol], identities: true}
  nurse: {sees: everything, records: [diary]}
  statistician: {sees: [data, results]}
  monitor: {sees: everything, rights: [query, close query, verify]}
  data_manager: {sees: everything, rights: [query, close query, freeze, lock, import]}
visits:
  anchor: enrolment
  window: 3 days either side
  planned: {baseline: {day: 0}, week 4: {}}
forms:
  diary: {label: Diary, at: [baseline, week 4], items: {days: {number: count, expected: 0 to 9}, words: {text: line}}}
  lab: {label: Laboratory, at: [baseline, week 4], items: {ck: {label: Creatine kinase, number: U/L}}}
  events:
    label: Adverse events
    at: any time
    repeating: true
    adverse_events: {terms: free}
    items: {term: {text: line, required: true}, start: {date: partial}}
"""
SIMPLE = STUDY.replace("    adverse_events: {terms: free}\n", "")
STAFF = {"ida": "investigator", "nora": "nurse", "stan": "statistician", "mona": "monitor", "dan": "data_manager"}


def code(site: str, number: int) -> str:
    """Return the code of a participant."""
    payload = f"{site}-{number:03d}-"
    return payload + check_character(payload)


PA, PB, NOBODY = code("A", 1), code("B", 1), code("B", 9)


def come(teller: Teller, site: str, number: int, *, by: str, ago: int) -> None:
    """Let a participant come to the baseline, with a query, a note and a laboratory value."""
    who, day = code(site, number), (NOW - timedelta(days=ago)).date().isoformat()
    teller.did(by, screen(who, site=site))
    teller.did(by, enrol(who, on=day))
    teller.did(by, save_form(who, "visit", {"date": day}, visit="baseline"))
    teller.did(by, save_form(who, "diary", {"days": str(number + 8), "words": f"{site} says"}, visit="baseline"))
    teller.did(by, save_form(who, "lab", {"ck": "4711"}, visit="baseline"))
    teller.did(by, save_form(who, "events", {"term": f"cough {site}", "start": day}, repeat="1"))
    teller.did(by, raise_query(who, f"of {site}?", form="lab", visit="baseline"))
    teller.did(by, note(f"note {site}", participant=who))


def here(teller: Teller) -> None:
    """Tell what happened at site A, the same in both stories; what the sites share is told before."""
    for person, role in STAFF.items():
        teller.did(CUSTODIAN, grant(person, role, site="A"))
    teller.did(CUSTODIAN, grant("iris", "investigator", site="B"))
    teller.did(CUSTODIAN, grant("olga", "investigator", site="B"))
    come(teller, "A", 1, by="ida", ago=20)
    come(teller, "A", 2, by="ida", ago=50)


def quiet(teller: Teller) -> None:
    """Nothing happens at site B."""
    here(teller)


def busy(teller: Teller) -> None:
    """Much happens at site B."""
    here(teller)
    for number, ago in ((1, 10), (2, 80), (3, 30)):
        come(teller, "B", number, by="iris", ago=ago)
    teller.did("iris", withdraw(code("B", 2), on=(NOW - timedelta(days=3)).date().isoformat(), why="moved away"))
    teller.did(CUSTODIAN, freeze("participant", participant=PB, why="for a look"))
    teller.did(CUSTODIAN, transfer(code("B", 3), "C", reason="moved house"))


def mixed(teller: Teller) -> None:
    """Much happens at site B, before, between and after what happens at site A."""
    for person, role in STAFF.items():
        teller.did(CUSTODIAN, grant(person, role, site="A"))
    teller.did(CUSTODIAN, grant("iris", "investigator", site="B"))
    teller.did(CUSTODIAN, grant("olga", "investigator", site="B"))
    came = teller.doors.moment
    come(teller, "A", 1, by="ida", ago=20)
    between = teller.doors.moment
    come(teller, "B", 1, by="iris", ago=10)
    teller.doors.moment = between  # what site A did is to have the same times in both stories
    come(teller, "A", 2, by="ida", ago=50)
    assert teller.doors.moment - between == between - came
    come(teller, "B", 2, by="iris", ago=80)


def steps() -> Iterator[Step]:
    """Yield a look at every route for a participant of this site, of the other one, and for one who is nowhere."""
    for route, participant in itertools.product(ROUTES, (PA, PB, NOBODY)):
        if "sign-out" not in route.path:
            parts = {**KNOWN, "participant": participant, "visit": "baseline", "form": "diary", "number": "14"}
            yield Step(path=address(route, parts))
    yield from words((PA, PB, NOBODY))


WHOLE = tuple({str(step): step for step in steps()}.values())
"""Every step once."""
PART = tuple(step for step in WHOLE if "?" not in step.path and NOBODY not in step.path)
"""The looks alone."""
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|"token": "[^"]+"|name="request" value="[^"]+"')


@pytest.fixture(scope="module")
def stage(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A stage for all pairs."""
    return make_stage(tmp_path_factory.mktemp("sites"), migrated)


@pytest.fixture(autouse=True)
def countable() -> Iterator[None]:
    """Let the ids in the ledger be counted, so that its hashes are the same as far as it is the same."""
    numbers = itertools.count()

    def new_id() -> str:
        return f"id-{next(numbers):08d}"

    with patch("trialbook.web.site.new_id", new_id):
        yield


def told(stage: Stage, story: Callable[[Teller], None], person: str, asked_for: tuple[Step, ...]) -> Transcript:
    """Return what somebody gets, with ids counted anew."""
    numbers = itertools.count()
    with patch("trialbook.web.site.new_id", lambda: f"id-{next(numbers):08d}"):
        return crawled(stage, SIMPLE, story, person, asked_for)


@pytest.mark.parametrize(("person", "asked"), [("ida", WHOLE), ("dan", PART[::2]), ("mona", PART[1::2])])
def test_site_01_twins(stage: Stage, person: str, asked: tuple[Step, ...]) -> None:
    first, second = (told(stage, story, person, asked) for story in (quiet, busy))
    assert difference(first, second) == ""
    assert {got.status for got in first} >= {200, 404}
    assert not any(got.status >= 500 for got in (*first, *second))
    shown = b"".join(got.body for got in first)
    assert PA.encode() in shown


MARKS = re.compile(rb"\b[0-9a-f]{8,64}\b")
"""Hashes, and the marks made of them."""


def by_appearance(transcript: Transcript) -> list[tuple[int, str, bytes]]:
    """Return answers with every veiled number replaced by the place at which it came first, and without marks.

    A number looks like chance: what can be told of it is where else the same one stands.
    """
    places: dict[bytes, bytes] = {}

    def place(found: re.Match[bytes]) -> bytes:
        return places.setdefault(found[0], b"number-%d" % len(places))

    numbers = re.compile(rb"\b" + PATTERN.encode() + rb"\b")
    return [
        (got.status, str(dict(got.headers).get("Location", "")), numbers.sub(place, MARKS.sub(b"", got.body)))
        for got in transcript
    ]


@pytest.mark.parametrize("person", ["ida", "mona"])
def test_site_05_no_number_moves(stage: Stage, person: str) -> None:
    some = tuple(
        Step(path=address(route, {**KNOWN, "participant": participant, "visit": "baseline", "form": form}))
        for route, participant, form in itertools.product(ROUTES, (PA, code("A", 2)), ("diary", "lab"))
        if "sign-out" not in route.path and "<veiled:" not in route.path
    )
    more = (Step(path=path) for path in ("/queries/?show=all", "/quality/?check=query"))
    asked = (*{step.path: step for step in some}.values(), *more)
    first, second = (by_appearance(told(stage, story, person, asked)) for story in (here, mixed))
    for step, mine, theirs in zip(asked, first, second, strict=True):
        apart = (pair for pair in zip(mine[2].split(b"\n"), theirs[2].split(b"\n"), strict=False) if pair[0] != pair[1])
        assert mine == theirs, (step, next(apart, None))
    assert any(b"number-3" in body for _, _, body in first)


def test_site_05_the_comparison_can_fail(stage: Stage) -> None:
    asked = (Step(path=f"/participants/{code('A', 2)}/visits/baseline/"),)
    with patch("trialbook.web.templatetags.shown.veil", SimpleNamespace(veiled=str)):
        first, second = (by_appearance(told(stage, story, "ida", asked)) for story in (here, mixed))
    assert first != second


@contextmanager
def everywhere() -> Iterator[None]:
    """Let a role reach every site."""
    with patch.object(Actor, "reaches", lambda _self, _casebook: True):
        yield


@contextmanager
def oracle() -> Iterator[None]:
    """Refuse what another site has in another way than what is nowhere."""
    real = looking.casebook_for

    def spoiled(request: Any, participant: str) -> Any:
        casebook = request.view.casebooks.get(participant)
        if casebook is not None and not request.actor.reaches(casebook):
            raise PermissionDenied
        return real(request, participant)

    with patch("trialbook.web.following.seen.casebook_for", spoiled):
        yield


@contextmanager
def whole_trail() -> Iterator[None]:
    """Show the audit trail of everybody."""
    from trialbook.web.monitoring import trail_seen

    with (
        patch.object(trail_seen.Sight, "narrowed", lambda _self, asked: asked),
        patch.object(trail_seen.Sight, "shows", lambda _self, _entry: True),
    ):
        yield


@contextmanager
def counted() -> Iterator[None]:
    """Say in a header how much the ledger holds."""
    from trialbook.web import gate

    real = gate.Gate.__call__

    def spoiled(self: Any, request: Any) -> Any:
        answer = real(self, request)
        answer.headers["ETag"] = f'"{request.view.head.count}"'
        return answer

    with patch.object(gate.Gate, "__call__", spoiled):
        yield


@contextmanager
def next_of_all() -> Iterator[None]:
    """Count the participants of all sites on the page of the study."""
    with patch("trialbook.web.pages.participants.casebooks_for", lambda request: request.view.casebooks):
        yield


@pytest.mark.parametrize("plant", [everywhere, oracle, whole_trail, counted, next_of_all])
def test_site_02_a_planted_leak_is_caught(stage: Stage, plant: Callable[[], AbstractContextManager[None]]) -> None:
    names = {"participants", "participant", "audit"}
    some = tuple(
        Step(path=address(route, {**KNOWN, "participant": participant}))
        for route, participant in itertools.product(ROUTES, (PA, PB, NOBODY))
        if route.name in names
    )
    assert difference(told(stage, quiet, "ida", some), told(stage, busy, "ida", some)) == ""
    with plant():
        assert difference(told(stage, quiet, "ida", some), told(stage, busy, "ida", some)) != ""


def test_site_03_another_site_looks_like_nowhere(stage: Stage) -> None:
    asked = tuple(
        Step(path=address(route, {**KNOWN, "participant": participant}))
        for route, participant in itertools.product(ROUTES, (PB, NOBODY))
        if "<code:participant>" in route.path
    )
    got = told(stage, busy, "ida", asked)
    for theirs, nowhere in zip(got[::2], got[1::2], strict=True):
        assert theirs.status == nowhere.status
        mine, other = TOKEN.sub(b"", theirs.body), TOKEN.sub(b"", nowhere.body)
        assert mine.replace(PB.encode(), b"") == other.replace(NOBODY.encode(), b""), theirs.step.path


def test_site_04_one_role_at_a_time(stage: Stage) -> None:
    def both(teller: Teller) -> None:
        busy(teller)
        teller.did(CUSTODIAN, grant("nora", "nurse", site="B"))

    first, _, second = told(
        stage, both, "nora",
        (
            Step(path="/participants/"),
            Step(method="POST", path="/role", sent={"grant": "nurse@B"}),
            Step(path="/participants/"),
        ),
    )  # fmt: skip
    assert (PA.encode() in first.body, PB.encode() in first.body) == (True, False)
    assert (PA.encode() in second.body, PB.encode() in second.body) == (False, True)


def test_site_06_a_counted_code_sent_twice(stage: Stage) -> None:
    """SITE-06: by somebody of all sites, who names the site on the page; the answer was lost."""

    def story(teller: Teller) -> None:
        teller.did(CUSTODIAN, grant("ida", "investigator"))

    with twins.told(stage, SIMPLE, story) as made:
        sent = {"code": PA, "site": "B", "request": "r-1"}
        answers = [made.browser("ida").post("/screen", sent) for _ in range(2)]
        assert [answer.headers["Location"] for answer in answers] == [f"/participants/{PB}/screening/"] * 2
        assert list(made.site.casebooks) == [PB]
