"""Freeze and lock, and open again, in the browser.

SEAL-01: forms, visits, participants and the study are frozen, thawed, locked and unlocked by who has the right.
SEAL-02: opening needs a reason; a lock with something open needs one; neither tells of what is not shown.
SEAL-03: several at once: for each participant all or nothing, and the page tells how far it is.
SEAL-04: who closed it stands on the form, and the page filters and leads there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from tests.web.conftest import CUSTODIAN, Served
from tests.web.treated import page, put, treat, words

from trialbook.capture.acts import enrol, raise_query, screen
from trialbook.errors import ActRefused
from trialbook.web.errands import Errands

SEALING, STUDY = "/sealing/", "/sealing/study"
BODY, CONSENT = "P01/baseline/body/", "P01//consent/"


@pytest.fixture
def treated(served: Served) -> Served:
    return treat(served)


def ask(served: Served, doing: str, *places: str, reason: str = "", level: str = "form", person: str = "dan") -> str:
    """Tick places and send them off; return what the page says that comes of it."""
    sent = {"do": doing, "place": places, "reason": reason, "level": level, "request": served.site.new_id()}
    answer = served.browser(person).post(SEALING, sent)
    if answer.status_code == 303:
        answer = served.browser(person).get(answer.headers["Location"])
    return words(answer.content.decode()) if answer.status_code != 404 else "404"


def closings(served: Served, code: str = "P01") -> list[tuple[str, str]]:
    return [(seal.kind, seal.level) for seal in served.site.view().casebooks[code].seals.values()]


def test_seal_01_every_level(treated: Served) -> None:
    """EDC-46: forms are locked from the page that lists them; what is locked takes no change."""
    assert "Done for 1 participant" in ask(treated, "freeze", BODY, CONSENT)
    assert closings(treated) == [("freeze", "form"), ("freeze", "form")]
    with pytest.raises(ActRefused):
        put(treated, "nora", "body", {"weight": "60"}, visit="baseline")
    assert "Done" in ask(treated, "thaw", BODY, CONSENT, reason="more to enter")
    assert "Done" in ask(treated, "lock", "P01/baseline//", level="visit", reason="no signature is planned")
    assert "Done" in ask(treated, "freeze", "P01///", level="participant")
    assert closings(treated) == [("lock", "visit"), ("freeze", "participant")]
    assert "Done" in ask(treated, "unlock", "P01/baseline//", level="visit", reason="a value was forgotten")


def test_seal_01_ticked_anew_before_the_answer_came(treated: Served) -> None:
    """SEAL-01: other forms, sent under the same id, are done too; the same ones once."""
    dan, sent = treated.browser("dan"), {"do": "freeze", "level": "form", "reason": "", "request": "r-1"}
    for place in (BODY, CONSENT, CONSENT):
        assert dan.post(SEALING, {**sent, "place": (place,)}).status_code == 303
    assert closings(treated) == [("freeze", "form"), ("freeze", "form")]


def test_seal_01_the_study(treated: Served) -> None:
    browser = treated.browser("dan")
    assert browser.post(STUDY, {"do": "freeze", "request": treated.site.new_id()}).status_code == 303
    assert "frozen dan" in words(page(browser, SEALING))
    assert closings(treated) == [("freeze", "study")]
    assert browser.post(STUDY, {"do": "thaw"}).status_code == 422
    assert browser.post(STUDY, {"do": "thaw", "reason": "done"}).status_code == 303
    assert closings(treated) == []


def test_seal_01_only_who_may(treated: Served) -> None:
    for person in ("mona", "nora", "asa", "stan", "ida", CUSTODIAN):
        assert treated.browser(person).get(SEALING).status_code == 404
        assert treated.browser(person).post(STUDY, {"do": "lock", "reason": "x"}).status_code == 404
        assert ask(treated, "freeze", BODY, person=person) == "404"
    for place in ("P01/baseline/rating/", "P77///", "P01/week 4/body/", "nonsense", "P01/a"):
        assert ask(treated, "freeze", place) == "404"
    assert ask(treated, "freeze", BODY, "P01/baseline//") == "404"  # levels are not mixed
    assert closings(treated) == []


def test_seal_02_reasons(treated: Served) -> None:
    ask(treated, "freeze", BODY)
    assert "Say why it is opened again" in ask(treated, "thaw", BODY)
    assert "Choose what is to be done" in ask(treated, "erase", BODY)
    assert "Tick what is meant" in ask(treated, "freeze")
    said = ask(treated, "lock", BODY)
    assert "P01: nothing was changed Something is open in it" in said
    assert "Done" in ask(treated, "lock", BODY, reason="signed on paper")
    said = words(page(treated.browser("dan"), f"{SEALING}?show=locked"))
    assert "locked dan," in said
    assert "signed on paper" in said


def test_seal_02_nothing_of_what_is_hidden(treated: Served) -> None:
    """EDC-41: a refusal does not count queries in forms that the role is not shown."""
    before = ask(treated, "lock", "P01///", level="participant")
    treated.site.record(raise_query("P01", "why", form="rating", visit="baseline"), by=CUSTODIAN)
    assert ask(treated, "lock", "P01///", level="participant") == before


def test_seal_03_all_or_nothing_for_each(treated: Served) -> None:
    """EDC-46: of one participant either all is locked or nothing; another one's refusal stops nobody."""
    for code in ("P02", "P03"):
        treated.site.record(screen(code), by=CUSTODIAN)
        treated.site.record(enrol(code, on="2026-01-01"), by=CUSTODIAN)
    ask(treated, "lock", "P02///", level="participant", reason="ended")
    said = ask(treated, "freeze", "P01///", "P02///", "P03///", level="participant")
    assert "3 of 3 participants" in said
    assert "Done for 2 participants" in said
    assert "P02: nothing was changed" in said
    assert closings(treated, "P03") == [("freeze", "participant")]
    assert closings(treated, "P02") == [("lock", "participant")]


def test_seal_03_progress(treated: Served) -> None:
    """EDC-46: while it is at work the page says how far it is; asked again it is not begun again."""
    gate, calls = threading.Event(), list[int]()
    errands = Errands()
    steps: list[tuple[str, Callable[[], object]]] = [
        ("P01", lambda: calls.append(1)),
        ("P02", gate.wait),
        ("P03", lambda: calls.append(3)),
    ]
    errand = errands.begin("k", "dan", steps)
    assert not errand.wait(0.05)
    assert (errand.count, errand.total, errand.is_over) == (1, 3, False)
    assert errands.begin("k", "dan", steps) is errand
    assert errands.of("mona", "k") is None
    gate.set()
    assert errand.wait(5)
    assert calls == [1, 3]
    # of another process, or forgotten: the list says what is left
    assert treated.browser("dan").get("/sealing/work/nothing/").headers["Location"] == "/sealing/"


def test_seal_03_the_same_request_twice(treated: Served) -> None:
    sent = {"do": "freeze", "place": BODY, "level": "form", "request": "once"}
    for _ in range(2):
        assert treated.browser("dan").post(SEALING, sent).status_code == 303
    assert closings(treated) == [("freeze", "form")]


def test_seal_04_on_the_form_and_filtered(treated: Served) -> None:
    """EDC-46: one screen shows the lock of every form, filters it and jumps to it; the form tells who."""
    ask(treated, "freeze", BODY)
    html = page(treated.browser("dan"), f"{SEALING}?show=frozen")
    assert 'href="/participants/P01/visits/baseline/forms/body/"' in html
    assert "/participants/P01/forms/consent/" not in html
    assert "There is nothing of this kind" in page(treated.browser("dan"), f"{SEALING}?show=locked")
    assert "frozen dan" in words(page(treated.browser("nora"), "/participants/P01/visits/baseline/forms/body/"))
    assert 'href="/sealing/"' in page(treated.browser("dan"), "/signatures/")
    assert 'href="/sealing/"' not in page(treated.browser("mona"), "/signatures/")
