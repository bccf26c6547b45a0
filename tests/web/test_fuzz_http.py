"""Whatever is sent to whatever address: no failure of the program, and nobody's data but one's own.

FUZZ-01: no request brings about an answer of 500, a traceback, or a redirect out of the site (ASVS-V16.5.1,
    ASVS-V2.2.1, ASVS-V3.7.2; ROUTE-03).
FUZZ-02: no answer tells somebody what another site, another role or another person has (ASVS-V8.2.2, ASVS-V8.2.3,
    ASVS-V8.4.1; R23).
FUZZ-03: every answer says what it is, is kept nowhere, and sets no cookie that scripts can read (ASVS-V4.1.1,
    ASVS-V14.3.2, ASVS-V3.3.4).
FUZZ-04: the test would tell: with the gate open it finds what leaks, and with a fault it finds the failure.

Requests are made by chance from every declared route, with names that are there and hostile ones, every method, and
bodies of every kind. `TRIALBOOK_FUZZ=10000 pytest tests/web/test_fuzz_http.py` sends ten thousand of each person.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.web.conftest import CUSTODIAN, Served, account_of
from tests.web.crawling import BODY, WIDELY, address

from trialbook.capture.acts import enrol, grant, note, save_form, screen
from trialbook.web.routes import ROUTES
from trialbook.web.site import Site

TIMES = int(os.environ.get("TRIALBOOK_FUZZ", "120"))
"""Requests of each person."""
IS_CAMPAIGN = "TRIALBOOK_FUZZ" in os.environ
MARKS: Mapping[str, str] = {"there": "CANARYTHERE", "enzymes": "CANARYENZYMES", "rating": "CANARYRATING"}
"""Where something stands -> the mark that stands there."""
HIDDEN: Mapping[str, tuple[str, ...]] = {
    "": (*MARKS.values(), "PZ9", "nina"),
    "olga": (*MARKS.values(), "PZ9", "nina"),
    "asa": (MARKS["there"], MARKS["enzymes"], "PZ9"),
    "nina": (MARKS["there"], MARKS["rating"], "PZ9"),
    "stan": (MARKS["rating"],),
    "ida": (MARKS["rating"],),
    CUSTODIAN: (MARKS["enzymes"], MARKS["rating"]),
}
"""Who asks -> what no answer may hold that they did not send; the first has not signed in, Olga has no role.

PZ9 is a participant of the other site whom nobody names.
"""
NAMES: Mapping[str, tuple[str, ...]] = {
    "participant": ("PA1", "PB1", "PX1", "pa1"), "visit": ("baseline", "week 4", "unscheduled-1"),
    "form": ("enzymes", "body", "visit", "rating", "haq", "adverse_events", "infusion", "consent"),
    "repeat": ("1", "2", "99999999"), "treatment": ("rituximab", "x"), "code": ("nina", "ida"), "number": ("1", "7"),
    "key": ("k1",), "version": ("0" * 64,), "token": ("t1",), "asked": ("r1",), "name": ("results.csv", "report.html"),
}  # fmt: skip
"""Argument of a route -> names of which some are there."""
BITING = (
    "", " ", "\x00", "%00", "..", "../../etc/passwd", "..~1..", "~", "~2", "\u202e", "\ufeff", "\U0001f489", "e\u0301",
    "<script>alert(1)</script>", "\"'>", "{{ 7*7 }}", "{% debug %}", "${7*7}", "%(x)s", "{0.__class__}", "=1+1",
    "' or 1=1 --", "\r\nSet-Cookie: a=b", "//evil.example", "javascript:alert(1)", "9" * 400, "-1", "1e999", "nan",
    "0x10", "\u0663", "2026-02-31", "9999-12-31", "0001-01-01", "x" * 5000, "a|b", "a&b=c", "[]", "null", "\u2028",
)  # fmt: skip
MARKS_SENT = st.sampled_from([*NAMES["participant"], *NAMES["visit"], *NAMES["form"], *BITING])
TEXT = st.one_of(MARKS_SENT, st.text(max_size=12), st.integers().map(str), st.dates().map(str))
FIELDS = sorted(
    {*BODY, *WIDELY.split(), "next", "month", "show", "before", "since", "until", "answer.ck", "seen", "do"}
)
PAIRS = st.dictionaries(st.one_of(st.sampled_from(FIELDS), st.text(max_size=8)), TEXT, max_size=6)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request."""

    method: str
    path: str
    body: Any = None
    kind: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> str:
        """Return everything that was sent, as a text."""
        return f"{self.path} {self.body!r} {self.headers}"


def addressed(route: Any, names: Mapping[str, str], asked: Mapping[str, str], junk: str) -> str:
    """Return an address of a route."""
    path = address(
        route, {name: quote(text.encode("utf-8", "replace"), safe="") or "-" for name, text in names.items()}
    )
    return path + junk + ("?" + urlencode(asked, errors="replace") if asked else "")


NAMED = st.fixed_dictionaries(
    {name: st.one_of(*[st.sampled_from(known)] * 3, TEXT) for name, known in NAMES.items()}
)  # three times in four a name that may be there
PATHS = st.builds(
    addressed,
    st.sampled_from([route for route in ROUTES if route.name not in {"sign-out", "change-password"}]),
    NAMED,
    st.one_of(st.just({}), PAIRS),
    st.sampled_from(["", "", "", "", "/", "//", "%00", "~"]),
)
UPLOADS = st.builds(
    lambda name, content, more: {**more, "file": SimpleUploadedFile(name or "x", content)},
    st.sampled_from(["a.csv", "a.xlsx", "../a.csv", "a.csv\x00.exe", "a.xml", "\u202evsc.a", "x" * 300 + ".csv"]),
    st.one_of(st.binary(max_size=60), st.sampled_from([b"participant,ck\nPA1,=1+1\n", b"PK\x03\x04", b"\xff\xfe\x00"])),
    PAIRS,
)
LIKELY = st.builds(lambda known, other: {**known, **other}, st.just(dict(BODY)), PAIRS)
BODIES = st.one_of(
    st.tuples(LIKELY, st.just("")),
    st.tuples(PAIRS, st.just("")),
    st.tuples(UPLOADS, st.just("")),
    st.tuples(
        st.one_of(st.binary(max_size=80), st.sampled_from([b'{"a":' * 2000, b"%ff=%", b"&" * 500, b"--y\r\n\r\n"])),
        st.sampled_from(["application/x-www-form-urlencoded", "multipart/form-data; boundary=y", "application/json",
                         "multipart/form-data", "text/xml", "application/x-www-form-urlencoded; charset=utf-7", "x"]),
    ),
)  # fmt: skip
HEADERS = st.dictionaries(
    st.sampled_from(["HX-Request", "Accept-Language", "Range", "If-None-Match", "X-Forwarded-For", "X-Forwarded-Host",
                     "Origin", "Referer", "X-HTTP-Method-Override", "Accept", "Authorization", "X-Original-URL"]),
    st.sampled_from(["true", "zh-hant", "x" * 3000, "bytes=0-", "127.0.0.1", "evil.example", "DELETE", "*"]),
    max_size=3,
)  # fmt: skip
ODD = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND")
REQUESTS = st.one_of(
    st.builds(Sent, st.just("GET"), PATHS, headers=HEADERS),
    st.builds(lambda path, body, more: Sent("POST", path, body[0], body[1], more), PATHS, BODIES, HEADERS),
    st.builds(Sent, st.sampled_from(ODD), PATHS, headers=HEADERS),
)


@pytest.fixture
def two(served: Served) -> Served:
    """Two sites with a participant each, and a mark in what some people may not see."""
    site = served.site
    site.record(grant("nina", "nurse", site="A"), by=CUSTODIAN)
    day = (site.today() - timedelta(days=10)).isoformat()
    for code, where in (("PA1", "A"), ("PB1", "B"), ("PZ9", "B")):
        site.record(screen(code, site=where), by="ida")
        site.record(save_form(code, "consent", {"date": day}), by="ida")
        site.record(enrol(code, on=day), by="ida")
        site.record(save_form(code, "visit", {"date": day}, visit="baseline"), by="ida")
    site.record(note(MARKS["there"], participant="PB1"), by="ida")
    site.record(note(MARKS["enzymes"], participant="PA1", visit="baseline", form="enzymes"), by="ida")
    site.record(note(MARKS["rating"], participant="PA1", visit="baseline", form="rating"), by=CUSTODIAN)
    return served


def signed_in(person: str) -> Client:
    """Return a browser of its own for a person, or of nobody."""
    client = Client(raise_request_exception=False)
    account_of("ida")
    if person:
        client.force_login(account_of(person), backend="django.contrib.auth.backends.ModelBackend")
    return client


def send(client: Client, sent: Sent) -> Any:
    """Send a request."""
    if isinstance(sent.body, bytes):
        return client.generic(sent.method, sent.path, sent.body, content_type=sent.kind, headers=sent.headers)
    if sent.method == "POST":
        return client.post(sent.path, sent.body, headers=sent.headers)
    return client.generic(sent.method, sent.path, headers=sent.headers)


def judge(person: str, sent: Sent, answer: Any) -> None:
    """Say what is wrong with an answer."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    answer.close()
    assert answer.status_code < 500, sent
    assert b"Traceback" not in body, sent
    told = sent.told()
    leaked = [mark for mark in HIDDEN[person] if mark.encode() in body and mark not in told]
    around = [body[max(0, body.find(mark.encode()) - 200) :][:300] for mark in leaked]
    assert leaked == [], (person, sent, around)
    check_headers(sent, answer, body)


def check_headers(sent: Sent, answer: Any, body: bytes) -> None:
    """Say what is wrong with the headers of an answer."""
    where = answer.headers.get("Location", "/")
    assert where.startswith(("/", "?")), sent
    assert not where.startswith(("//", "/\\")), sent
    assert not body or answer.headers["Content-Type"], sent
    assert answer.headers["Cache-Control"] == "no-store", sent
    assert all(cookie["httponly"] for cookie in answer.cookies.values()), sent


@pytest.mark.parametrize("person", HIDDEN)
def test_fuzz_01_whatever_is_sent(two: Served, person: str) -> None:
    """FUZZ-01, FUZZ-02, FUZZ-03."""
    del two
    fuzz(person, TIMES)


def fuzz(person: str, times: int) -> None:
    """Send as many requests as a person; AssertionError names those that bring about what must not be."""
    client = signed_in(person)
    wrong: list[str] = []

    @settings(
        max_examples=times,
        deadline=None,
        database=None,
        derandomize=not IS_CAMPAIGN,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(REQUESTS)
    def one(sent: Sent) -> None:
        if wrong:
            return
        # told at the end: what one request brings about hangs on those before it, and does not come again
        try:
            judge(person, sent, send(client, sent))
        except AssertionError as trouble:
            wrong.append(str(trouble)[:1500])

    one()
    if wrong:
        raise AssertionError(wrong[0])


def test_fuzz_04_an_open_gate_is_found(two: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """FUZZ-04: let in everywhere, and shown everything, somebody without a role sees what is not theirs."""
    del two
    monkeypatch.setattr("trialbook.web.gate.allows", lambda *_: True)
    monkeypatch.setattr("trialbook.web.looking.shown_to", lambda _actor, view: view.casebooks)
    with pytest.raises(AssertionError, match="olga"):
        fuzz("olga", 1500)


def test_fuzz_04_a_fault_is_found(two: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """FUZZ-04: where the program fails on a page, that is told."""
    del two
    monkeypatch.setattr(Site, "today", partial(divmod, 1, 0))
    with pytest.raises(AssertionError, match="path="):
        fuzz("ida", 500)
