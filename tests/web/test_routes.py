"""Every address, for everybody: who may not gets the same answer whether what they ask for is there or not.

ROUTE-01: a role gets the routes that its rights name, and no other (ASVS 8.2.1; reliability 6, HTTP: route x role x
    object).
    (ASVS-V8.2.1)
ROUTE-02: what is not allowed, or belongs to another site, answers 404 in the same bytes and headers as a name that
    does not exist (ASVS 8.2.2; reliability 4: existence oracles).
    (ASVS-V8.2.2, ASVS-V8.4.1, ASVS-V16.5.1)
ROUTE-03: nothing that is not allowed records anything (ASVS 8.3.1), and nobody brings about an answer of 500.
    (ASVS-V8.3.1, ASVS-V3.5.3)
ROUTE-04: every change asks for the token of the site (ASVS 3.5.1), and no change is made by GET (3.5.3).
    (ASVS-V3.5.1, ASVS-V3.5.3)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.web.conftest import CUSTODIAN, Served, account_of
from tests.web.crawling import address as written

from trialbook.capture.acts import enrol, grant, save_form, screen
from trialbook.capture.asking import raise_query
from trialbook.web.invitations.models import Invitation
from trialbook.web.routes import ROUTES, Route

HERE, THERE, NOWHERE = "PA1", "PB1", "PX1"
"""A participant of site A, one of site B, and a code that nobody has; as long as each other."""
PERSONS = ("ida", "nina", "stan", CUSTODIAN, "asa", "olga")
"""Investigator, nurse of site A, statistician, custodian, assessor, somebody without a role."""
SEE = frozenset({"ida", "nina", "stan"})
MAY: Mapping[str, frozenset[str]] = {
    "nothing": frozenset(PERSONS),
    "invitation": frozenset(PERSONS),
    "account": frozenset(PERSONS),
    "participants": SEE,
    "set up": frozenset({CUSTODIAN}),
    "enrol": frozenset({"ida", CUSTODIAN}),
    "identify": frozenset(),
    "erase": frozenset({CUSTODIAN}),
    "note": frozenset({"ida", "nina", CUSTODIAN}),
    "results": SEE,
    "register": frozenset({"ida", "nina", CUSTODIAN}),
    "release": frozenset({"ida", CUSTODIAN}),
    "unblind": frozenset({"ida", CUSTODIAN}),
    "import": frozenset({CUSTODIAN}),
    "review access": frozenset({CUSTODIAN}),
    "delegate": frozenset({"ida"}),
    "versions": SEE | {CUSTODIAN},
    "approve": frozenset({CUSTODIAN}),
}
"""What a route needs -> who of the seed study has it, written down from the study file."""
FOR_ASSESSORS = frozenset({"today", "choose-role", "rating", "alert"})
"""Names of the routes of the study that are open to a blind role."""
CHANGING = re.compile(rb'(name="(?:csrfmiddlewaretoken|request)" value="|"token": "|"seconds": )[^",]+')
"""Tokens that are chance, and the seconds until a session ends."""


@dataclass(frozen=True, slots=True)
class Got:
    """An answer without what is chance and without the name that was asked for."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]


def body(served: Served) -> dict[str, Any]:
    """Return a body that says something to every page, under an id of its own."""
    return {
        "request": served.site.new_id(), "words": "w", "text": "w", "reason": "w", "do": "answer", "on": "2026-01-10",
        "date": "2026-01-10", "form": "haq", "item": "", "visit": "baseline", "items": "weight height", "place": "//",
        "answer.weight": "60", "answer.height": "160", "language": "en", "to": "off", "step": "withdraw", "why": "w",
        "meaning": "no", "agree": "yes", "code": "new", "seen": "0", "level": "participant",
    }  # fmt: skip


def address(route: Route, participant: str, number: int) -> str:
    """Return an address of a route; every name but the participant's is there."""
    parts = {
        "participant": participant, "visit": "baseline", "form": "haq" if "visit" in route.path else "consent",
        "repeat": "1", "treatment": "rituximab", "code": "nina" if participant == HERE else "ninx", "asked": "a1",
        "token": "t1", "key": "k1", "name": "x.csv", "number": str(number), "version": "0" * 64,
    }  # fmt: skip
    if "ratings/" in route.path:
        parts["form"] = "rating"
    if "rows/" in route.path:
        parts["form"] = "infusion"
    return written(route, parts)


def got(client: Client, path: str, sent: dict[str, Any] | None = None) -> Got:
    """Ask for a path, or send something there."""
    answer: Any = client.get(path) if sent is None else client.post(path, sent)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    answer.close()
    told = tuple(sorted((name, plain(value.encode()).decode()) for name, value in answer.items() if name != "Date"))
    return Got(answer.status_code, plain(CHANGING.sub(rb"\1", content)), told)


def plain(content: bytes) -> bytes:
    """Take out the names that differ between what is there and what is not."""
    return re.sub(rb"P[ABX]1|nin[ax]|invitations/\w{7}|queries/\w{7}|delegation/\w{7}", b"NAME", content)


Two = tuple[Served, int, int]


@pytest.fixture
def two(served: Served) -> Two:
    """Two sites with a participant each; the numbers of a query and of an invitation of the one of site A."""
    site = served.site
    site.record(grant("nina", "nurse", site="A"), by=CUSTODIAN)
    begun = (site.today() - timedelta(days=10)).isoformat()
    for code, where in ((HERE, "A"), (THERE, "B")):
        site.record(screen(code, site=where), by="ida")
        site.record(save_form(code, "consent", {"date": begun}), by="ida")
        site.record(enrol(code, on=begun), by="ida")
        site.record(save_form(code, "visit", {"date": begun}, visit="baseline"), by="ida")
    asked = site.record(raise_query(HERE, "Is that right?", form="visit", visit="baseline"), by="ida")
    made = Invitation.objects.create(
        way="link", participant=HERE, visit="baseline", forms=["haq"], language="en", request="made", made_by="nina",
        made_at=site.now(), valid_until=site.now() + timedelta(days=1),
    )  # fmt: skip
    return served, asked.entries[0].seq, made.pk


def is_let_in(route: Route, person: str) -> bool:
    """Tell whether a person may ask for a route, by the table above."""
    is_own = route.view.startswith("accounts.") or route.needs in {"nothing", "invitation"}
    if person == "asa" and not is_own:
        return route.name in FOR_ASSESSORS
    return person in MAY[route.needs]


def routes() -> Iterator[Route]:
    """Yield every route, the way out last."""
    yield from sorted(ROUTES, key=lambda route: route.name == "sign-out")


def signed_in(person: str, *, is_checked: bool = False) -> Client:
    """Return a browser of its own for a person."""
    client = Client(enforce_csrf_checks=is_checked)
    client.force_login(account_of(person), backend="django.contrib.auth.backends.ModelBackend")
    return client


def acts_of(served: Served, person: str) -> list[str]:
    """Return what a person did to any participant, notes left out."""
    mine = (entry for entry in served.site.book.entries() if entry.by == person and entry.participant)
    return [entry.act for entry in mine if entry.act != "note"]


REACHED: Mapping[str, frozenset[str]] = {
    "ida": frozenset({HERE, THERE}), "stan": frozenset({HERE, THERE}), "nina": frozenset({HERE})
}  # fmt: skip
"""Who is shown which participants."""


@dataclass(frozen=True, slots=True)
class Three:
    """The answers of a route for a participant of site A, one of site B, and one who is not there."""

    here: Got
    there: Got
    nowhere: Got


def asked(two: Two, client: Client, route: Route, *, sends: bool) -> Three:
    """Ask for a route three times, the last time with a number that nothing has; once where it names nothing."""
    served, number = two[0], number_for(two, route)
    named = ((HERE, number), (THERE, number), (NOWHERE, int("9" * len(str(number)))))
    answers = []
    for code, one in named if "<" in route.path else named[:1]:
        if client.session.get("_messages"):
            client.get("/x")  # shows what messages wait, so that they stand in no answer that is compared
        answers.append(got(client, address(route, code, one), body(served) if sends else None))
    return Three(answers[0], answers[-2 % len(answers)], answers[-1])


def number_for(two: Two, route: Route) -> int:
    """Return the number of something that is there."""
    _served, query, invitation = two
    return query if "queries" in route.path else invitation


def judge(route: Route, person: str, found: Three) -> None:
    """Say what is wrong with the answers of a route to a person."""
    reached = REACHED.get(person, frozenset())
    assert max(found.here.status, found.there.status, found.nowhere.status) < 500, route.name
    if not is_let_in(route, person):
        assert found.here.status == 404, route.name
        assert found.here == found.there == found.nowhere, route.name
    elif "<code:participant>" in route.path:
        assert found.nowhere.status in {404, 405}, route.name
        assert HERE in reached or found.here == found.nowhere, route.name
        assert THERE in reached or found.there == found.nowhere, route.name
    elif route.name == "invitation-withdraw":
        assert HERE in reached or found.here == found.nowhere, route.name


@pytest.mark.parametrize("person", PERSONS)
def test_route_01_to_04_every_route_for_every_role(two: Two, person: str) -> None:
    """ROUTE-01, -02, -03, -04: what is refused looks as if it were not there; to look records nothing."""
    account_of("nina")
    client, before = signed_in(person), two[0].site.view().head
    for route in routes():
        judge(route, person, asked(two, client, route, sends=False))
    assert two[0].site.view().head == before
    for route in routes():
        judge(route, person, asked(two, client, route, sends=True))
    assert person in {"ida", "nina"} or acts_of(two[0], person) == []


def test_route_02_who_has_not_signed_in(two: Two) -> None:
    """ROUTE-02: a stranger is asked to sign in, whatever they guess, and learns nothing by it."""
    account_of("nina")
    client = Client()
    for route in routes():
        for sends in (False, True):
            found = asked(two, client, route, sends=sends)
            assert found.here == found.there == found.nowhere, route.name
            if route.needs not in {"nothing", "invitation"}:
                assert found.here.status == 302, route.name
                assert dict(found.here.headers)["Location"].startswith("/sign-in?next="), route.name


def test_route_04_every_change_asks_for_the_token(two: Two) -> None:
    """ROUTE-04: without the token of the site nothing is changed."""
    client, before = signed_in("ida", is_checked=True), two[0].site.view().head
    for route in routes():
        sent = got(client, address(route, HERE, number_for(two, route)), body(two[0]))
        assert sent.status in {403, 404}, route.name
    assert client.get("/participants/").status_code == 200
    assert two[0].site.view().head == before
