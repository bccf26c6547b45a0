"""What somebody tries who wants more than they may, or whose connection is bad: the site holds.

ATTACK-01: nothing that is sent brings about an answer of 500, and no redirect leads out of the site.
    (ASVS-V3.7.2, ASVS-V2.2.1, ASVS-V16.5.1)
ATTACK-02: what is sent under a name that the page does not have is not recorded: another person, another mode.
    (ASVS-V15.3.3, ASVS-V8.3.1)
ATTACK-03: a save of which the answer was lost is stored once; what was typed since is recorded too, or not called so.
    (ASVS-V2.3.3, ASVS-V2.3.4)
ATTACK-04: under a lock no door changes an answer.
    (ASVS-V2.3.1)
ATTACK-05: what a role is not shown is in no page, list, file or part of a page.
    (ASVS-V8.2.3, ASVS-V15.3.1)
ATTACK-06: sessions end with what they rest on; no host but its own; nothing is kept; nothing too large is read.
    (ASVS-V3.4.3, ASVS-V3.4.4, ASVS-V3.4.6, ASVS-V14.2.2, ASVS-V14.3.2, ASVS-V7.4.2, ASVS-V8.3.2, ASVS-V5.2.1)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from time import process_time
from typing import Any

import pytest
from django.test import Client, override_settings
from tests.web.asked import FORMS, HERE, make_link, opened, ready, sent
from tests.web.conftest import CUSTODIAN, PASSWORD, Served, account_of
from tests.web.crawling import address
from tests.web.treated import page, treat

from trialbook.capture.acts import enrol, note, save_form, screen
from trialbook.capture.asking import Act, complete, freeze, lock, override, raise_query, revoke
from trialbook.errors import ActRefused
from trialbook.web.routes import ROUTES

OUTWARDS = ("//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "x", "today", "%", "?")
HUGE = 10**30


# ---- ATTACK-01 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", OUTWARDS)
def test_attack_01_no_way_out_by_redirect(served: Served, target: str) -> None:
    """ATTACK-01: after signing in, and after choosing a language, one stays within the site."""
    account_of("nora")
    stranger = Client()
    chosen: Any = stranger.post("/language", {"next": target, "language": "en"})
    entered: Any = stranger.post("/sign-in", {"code": "nora", "password": PASSWORD, "next": target})
    again: Any = served.browser("ida").get("/sign-in", {"next": target})
    for answer in (chosen, entered, again):
        assert answer.status_code == 302
        assert answer["Location"].startswith(("/", "?")), answer["Location"]
        assert not answer["Location"].startswith(("//", "/\\"))


def test_attack_01_numbers_beyond_any(served: Served) -> None:
    """ATTACK-01: a number that no table holds is nobody's number."""
    nurse = served.browser("nora")
    assert nurse.post(f"/invitations/{HUGE}/withdraw").status_code == 404
    treat(served)
    assert nurse.get(f"/participants/P01/queries/{HUGE}/").status_code == 404
    assert nurse.get(f"/participants/P01/visits/unscheduled-{'9' * 6000}/").status_code == 404
    assert nurse.get(f"/participants/P01/visits/unscheduled-{'9' * 6000}/forms/body/").status_code < 500


def test_attack_01_a_long_id_twice(served: Served) -> None:
    """ATTACK-01: an invitation under an id that is too long is refused, the second time too."""
    ready(served)
    body = {"request": "r" * 80, "form": list(FORMS), "language": "en"}
    for _ in range(2):
        assert served.browser("nora").post(f"{HERE}link", body).status_code < 500


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "9999", "0001-01"])
def test_attack_01_days_at_the_ends_of_the_calendar(served: Served, day: str) -> None:
    """ATTACK-01: a day that nobody lived is refused or shown, and breaks no page."""
    treat(served)
    nurse, doctor = served.browser("nora"), served.browser("ida")
    for path, sent_there in (
        ("/participants/P01/visits/week 4/", {"date": day}),
        ("/participants/P01/visits/unscheduled-1/", {"date": day}),
        ("/participants/P01/status/", {"step": "complete", "on": day}),
    ):
        assert doctor.post(path, {**sent_there, "request": served.site.new_id()}).status_code < 500, path
    for path in ("/participants/P01/doses/rituximab/", "/participants/P01/screening/"):
        assert nurse.get(path, {"on": day}).status_code < 500, path
    try_days(served, day)
    for path in looked_at():
        answer: Any = doctor.get(path)
        assert answer.status_code < 500, path
        answer.close()


def try_days(served: Served, day: str) -> None:
    """Record a day in every item that holds one, where the ledger lets it stand."""
    for form, item, where in (
        ("background_drugs", "start", {"repeat": "1"}),
        ("activity", "since", {}),
        ("screening", "last_surgery", {}),
        ("adverse_events", "start", {"repeat": "1"}),
        ("infusion", "start", {"repeat": "3"}),
        ("visit", "date", {"visit": "week 8"}),
        ("consent", "date", {}),
    ):
        try:
            put_reason(served, form, {item: day}, **where)
        except ActRefused:
            continue


def put_reason(served: Served, form: str, answers: dict[str, str], *, visit: str = "", repeat: str = "") -> None:
    served.site.record(save_form("P01", form, answers, visit=visit, repeat=repeat, reasons="tried"), by="ida")


def looked_at() -> Iterator[str]:
    """Yield an address of every route that can be looked at, of P01."""
    parts = {
        "participant": "P01", "visit": "baseline", "form": "body", "repeat": "1", "treatment": "rituximab",
        "code": "nora", "asked": "a1", "token": "t1", "number": "1", "key": "k",
    }  # fmt: skip
    for route in ROUTES:
        if route.name != "sign-out":
            yield address(route, parts)


# ---- ATTACK-02 --------------------------------------------------------------------------------------------------


def test_attack_02_on_behalf_of_only_where_participants_answer(served: Served) -> None:
    """ATTACK-02: what a nurse measured is not recorded as the participant's own word."""
    treat(served)
    sent_there = {"items": "ck", "answer.ck": "400", "paper": "1", "paper_day": "2026-01-10", "request": "r1"}
    served.browser("nora").post("/participants/P01/visits/baseline/forms/enzymes/", sent_there)
    made = [entry for entry in served.site.history(participant="P01", form="enzymes") if entry.item == "ck"]
    assert [entry.on_behalf_of for entry in made] == [None]


def test_attack_02_a_role_that_one_does_not_hold(served: Served) -> None:
    """ATTACK-02: nobody acts in a role by naming it."""
    nurse = served.browser("nora")
    nurse.post("/role", {"grant": "investigator@"})
    assert "investigator" not in page(nurse, "/").split("who-menu")[0]


# ---- ATTACK-03 --------------------------------------------------------------------------------------------------


def rated(served: Served) -> Client:
    """Let P01 wait for a rating; return the assessor's browser."""
    treat(served)
    served.site.record(override("P01", "baseline", "rating", reason="nobody was there"), by="ida")
    return served.browser("asa")


def test_attack_03_two_ratings_in_two_tabs(served: Served) -> None:
    """ATTACK-03: a rating that is open beside another one can be saved."""
    assessor = rated(served)
    served.site.record(screen("P02"), by="ida")
    served.site.record(enrol("P02", on=(served.site.today() - timedelta(days=3)).isoformat()), by="ida")
    day = (served.site.today() - timedelta(days=2)).isoformat()
    served.site.record(save_form("P02", "visit", {"date": day}, visit="baseline"), by="nora")
    served.site.record(override("P02", "baseline", "rating", reason="nobody was there"), by="ida")
    assert assessor.get("/ratings/P01/rating/").status_code == 200
    assert assessor.get("/ratings/P02/rating/").status_code == 200
    first = {"request": "r1", "items": "axial.neck", "answer.axial.neck": "5"}
    assert assessor.post("/ratings/P01/rating/", first).status_code == 302
    assert served.site.casebooks["P01"].value("rating", "axial.neck", visit="baseline") == "5"


@pytest.mark.parametrize("path", ["notes/", "queries/new/"])
def test_attack_03_words_changed_before_they_are_sent_again(served: Served, path: str) -> None:
    """ATTACK-03: other words under the id of a save whose answer was lost are recorded too, and each once."""
    treat(served)
    for words in ("first", "second", "second", "first"):
        made = {"text": words, "words": words, "request": "r1"}
        assert served.browser("ida").post(f"/participants/P01/{path}", made).status_code in {302, 303}
    said = [entry.text for entry in served.site.history(participant="P01") if entry.act in {"note", "query"}]
    assert [text for text in said if text in {"first", "second"}] == ["first", "second"]


# ---- ATTACK-04 --------------------------------------------------------------------------------------------------


SEALS = (lock("study", reason="the study is over"), freeze("study", why="data review"))


@pytest.mark.parametrize("seal", SEALS, ids=lambda act: act.name)
def test_attack_04_a_link_that_is_opened_after_the_lock(served: Served, seal: Act) -> None:
    """ATTACK-04: the participant reads that it is shut, or that nothing was saved; nothing changes."""
    ready(served)
    code, open_code = make_link(served), make_link(served)
    phone = opened(open_code)
    before = dict(served.site.casebooks["P01"].answers)
    served.site.record(seal, by="dan")
    late = Client().post("/q/begin", {"code": code})
    assert late.status_code < 500
    path = phone.get("/q/now").headers.get("Location", "/q/now")
    answer = sent(phone, path, what="next")
    assert answer.status_code in {302, 422, 503}
    for more in ("/q/review", "/q/finish", "/q/thanks"):
        assert phone.get(more).status_code < 500
    assert phone.post("/q/finish", {}).status_code < 500
    assert dict(served.site.casebooks["P01"].answers) == before


# ---- ATTACK-05 --------------------------------------------------------------------------------------------------

CANARY = "CANARY"


def with_canaries(served: Served) -> None:
    """Leave a mark in everything that can be said about a rating."""
    assessor = rated(served)
    assessor.get("/ratings/P01/rating/")
    served.site.record(save_form("P01", "rating", {"axial.neck": "5"}, visit="baseline"), by="asa")
    served.site.record(
        save_form("P01", "rating", {"axial.neck": "9"}, visit="baseline", reasons=f"{CANARY}reason"), by="asa"
    )
    served.site.record(raise_query("P01", f"{CANARY}query", form="rating", visit="baseline"), by=CUSTODIAN)
    served.site.record(
        raise_query("P01", f"{CANARY}item", form="rating", visit="baseline", item="axial.neck"), by=CUSTODIAN
    )
    served.site.record(note(f"{CANARY}note", participant="P01", visit="baseline", form="rating"), by=CUSTODIAN)


@pytest.mark.parametrize("person", ["nora", "ida", "stan", "mona", "dan"])
def test_attack_05_nothing_of_a_rating_is_anywhere(served: Served, person: str) -> None:
    """ATTACK-05: neither the nurse nor, before its release, anybody else learns what is said of a rating."""
    with_canaries(served)
    browser = served.browser(person)
    place = {"form": "rating", "visit": "baseline", "item": "axial.neck", "place": "baseline/rating/"}
    for path in looked_at():
        for asked in ({}, {**place, "show": "all"}, {"all": "1", "show": "open", "act": "correct"}):
            answer: Any = browser.get(path, asked)
            said = b"".join(answer.streaming_content) if answer.streaming else answer.content
            answer.close()
            assert CANARY.encode() not in said, (path, asked)
            assert answer.status_code < 500, path


def test_attack_05_the_marks_would_be_found(served: Served) -> None:
    """ATTACK-05: once the participant's end is recorded, the investigator is shown what was said of the rating."""
    with_canaries(served)
    served.site.record(complete("P01", on=served.site.today().isoformat()), by="ida")
    trail = page(served.browser("ida"), "/audit/")
    for mark in ("reason", "query", "item", "note"):
        assert f"{CANARY}{mark}" in trail


# ---- sessions, headers, hosts -----------------------------------------------------------------------------------


def test_attack_06_a_session_ends_with_what_it_rests_on(served: Served) -> None:
    """ATTACK-06: a role that is taken back shows nothing at the next click; a closed account is signed out."""
    treat(served)
    nurse = served.browser("nora")
    assert nurse.get("/participants/P01/").status_code == 200
    served.site.record(revoke("nora", "nurse", reason="left the ward"), by=CUSTODIAN)
    assert nurse.get("/participants/P01/").status_code == 404
    account = account_of("nora")
    account.suspended_at = served.site.now()
    account.save()
    assert nurse.get("/participants/P01/").status_code == 302


def test_attack_06_another_host_is_not_answered(served: Served) -> None:
    """ATTACK-06: under a name that is not the site's own, nothing is told."""
    with override_settings(ALLOWED_HOSTS=["localhost"]):
        answer = served.browser("ida").get("/participants/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert b"evil.example" not in answer.content


@pytest.mark.parametrize("path", ["/", "/participants/", "/x", "/keep-alive", "/sign-in", "/q", "/calendar/t.ics"])
def test_attack_06_nothing_is_kept_by_a_browser(served: Served, path: str) -> None:
    """ATTACK-06: no answer is kept on the way, guessed at, framed, or told to another site."""
    answer: Any = served.browser("nora").get(path)
    wanted = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"}
    assert {name: answer[name] for name in wanted} == wanted
    assert "'unsafe" not in answer["Content-Security-Policy"]


def test_attack_06_too_much_and_unreadable(served: Served) -> None:
    """ATTACK-06: what is too large, or no form at all, is refused with a page of our own."""
    treat(served)
    doctor = served.browser("ida")
    where = "/participants/P01/notes/"
    assert doctor.post(where, {"text": "x" * (3 * 1024 * 1024)}).status_code == 400
    assert doctor.post(where, {f"a{number}": "" for number in range(25_001)}).status_code == 400
    broken = doctor.post(where, b"--x", content_type="multipart/form-data; boundary=y")
    assert broken.status_code < 500


HOSTILE = ("\x00", "\u202e", "=1+1", "<script>alert(1)</script>", "{{ 7*7 }}", "x" * 100_000, "\ud7ff\uffff", "%0d%0a")


def test_attack_01_texts_that_bite(served: Served) -> None:
    """ATTACK-01: a text is stored and shown as text, or refused; in a spreadsheet it is no formula."""
    treat(served)
    doctor = served.browser("ida")
    for text in HOSTILE:
        for path, said in bitten(text):
            assert doctor.post(f"/participants/P01/{path}", {**said, "request": text[:70]}).status_code < 500, path
            assert doctor.post(f"/participants/P01/{path}", said).status_code < 500, path
    for number, path in enumerate(looked_at()):
        text = HOSTILE[number % len(HOSTILE)][:2000]
        answer: Any = doctor.get(path, {"q": text, "show": text, "month": text, "page": text, "before": text})
        shown = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answer.close()
        assert answer.status_code < 500, path
        assert path.endswith(".csv") or b"<script>alert" not in shown, path
        assert not path.endswith(".csv") or not re.search(rb'(?m)(^|,|")=1', shown), path


def test_attack_01_a_long_text_costs_no_more_than_it_is(served: Served) -> None:
    """ATTACK-01: 100,000 signs where numbers of entries are expected took 77 s before: nobody holds up others."""
    treat(served)
    began = process_time()
    sent_there = {"items": "histology", "answer.histology": "fibres", "seen": f"histology:{'x' * 100_000}"}
    served.browser("ida").post("/participants/P01/forms/biopsy/", sent_there)
    assert process_time() - began < 5


def bitten(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield where a text can be typed, and what is sent with it."""
    yield "notes/", {"text": text}
    yield "queries/new/", {"words": text, "to": text}
    yield "queries/new/", {"words": text}
    yield "forms/history/", {"items": "within_3_months", "answer.within_3_months": text}
    yield "forms/biopsy/", {"items": "histology", "answer.histology": text, "others": text, "seen": f"histology:{text}"}
    yield "status/", {"step": "complete", "on": text, "why": text}
    yield "laboratory/judge", {"visit": text, "form": "enzymes", "item": text, "words": text}
