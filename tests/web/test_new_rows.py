"""New rows of a repeating form: each takes a number that was never used, and two people who add one lose nothing.

NEWROW-01: wherever a new row begins, it takes a number in which nothing was ever recorded, be it cleared since.
NEWROW-02: two people who each add a row are both stored, whole, in rows of their own; the second is told.
NEWROW-03: what is sent again, and what was typed after it, stays in the row in which it was stored.
NEWROW-04: a new row is saved elsewhere only where nothing was there when its page was made.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from tests.web.conftest import Served
from tests.web.test_saving import send, shown
from tests.web.treated import put

from trialbook.capture.acts import grant, save_form, screen
from trialbook.web.pages import form as form_page
from trialbook.web.treatment.event_rows import EventRow, Reading, event_rows

BASE = "/participants/P01"
ROWS = f"{BASE}/forms/adverse_events/"
EVENTS = f"{BASE}/events/"
TAKEN = "Row 1 was taken meanwhile by nils; yours is row 2."
REASON = {"why__clear": "wrong participant"}


@pytest.fixture
def study(served: Served) -> Served:
    """A study with one participant and a second nurse."""
    served.site.record(screen("P01"), by="carla")
    served.site.record(grant("nils", "nurse"), by="carla")
    return served


def row(number: int) -> str:
    return f"{ROWS}rows/{number}/"


def stored(study: Served, number: int, form: str = "adverse_events") -> dict[str, str | None]:
    """Return what stands in a row."""
    answers = study.site.casebooks["P01"].answers
    return {cell.item: one.value for cell, one in answers.items() if (cell.form, cell.repeat) == (form, str(number))}


def following(browser: Client, answer: Any) -> str:
    """Return the page that follows a save."""
    assert answer.status_code == 303, answer.content.decode()
    return unescape(browser.get(answer.headers["Location"]).content.decode())


def both(study: Served, first: dict[str, str], second: dict[str, str]) -> str:
    """Let two nurses open the same new row and save it one after the other; return what the second is shown."""
    nora, nils = study.browser("nora"), study.browser("nils")
    pages = shown(nils, row(1)), shown(nora, row(1))
    following(nils, send(nils, row(1), pages[0], **first))
    return following(nora, send(nora, row(1), pages[1], **second))


# ---- a number that was never used -------------------------------------------------------------------------------


def struck(study: Served) -> None:
    """Record a serious event in row 1 and clear it."""
    nora = study.browser("nora")
    following(nora, send(nora, row(1), shown(nora, row(1)), answer__term="Sepsis", answer__serious="yes"))
    following(nora, send(nora, row(1), shown(nora, row(1)), do="clear", **REASON))
    assert stored(study, 1) == {}


def test_an_event_begins_in_a_row_that_was_never_used(study: Served) -> None:
    """NEWROW-01: on the page of events and on that of the rows."""
    struck(study)
    for page in (EVENTS, ROWS):
        assert f'href="{row(2)}"' in study.browser("nora").get(page).content.decode()


def events_of(study: Served) -> list[EventRow]:
    site = study.site
    reading = Reading(
        study=site.study,
        language=None,
        now=site.now(),
        history=lambda who, form, at: site.history(participant=who, visit="", form=form, repeat=at.repeat),
    )
    return list(event_rows(reading, site.casebooks["P01"], (site.study.forms["adverse_events"],)))


def test_the_clock_of_a_new_event_is_its_own(study: Served) -> None:
    """NEWROW-01: of a struck event nothing is left in the deadline of the next."""
    struck(study)
    nora = study.browser("nora")
    page = nora.get(EVENTS).content.decode()
    new = page.split("Record an event")[0].rpartition('href="')[2].partition('"')[0]
    following(nora, send(nora, new, shown(nora, new), answer__term="Meningitis", answer__serious="yes"))
    (event,) = events_of(study)
    (entry,) = study.site.history(participant="P01", form="adverse_events", item="serious", repeat=event.repeat)
    assert event.clock is not None
    assert event.clock.aware == datetime.fromisoformat(entry.at)


def test_a_dose_begins_in_a_row_that_was_never_used(study: Served) -> None:
    """NEWROW-01."""
    form = study.site.study.treatments["rituximab"].recorded_in
    item = next(name for name, one in study.site.study.forms[form].items.items() if one.kind == "date")
    study.site.record(save_form("P01", form, {item: "2026-03-02"}, repeat="1"), by="nora")
    study.site.record(save_form("P01", form, {item: ""}, repeat="1", reasons={item: "mistyped"}), by="nora")
    page = study.browser("nora").get(f"{BASE}/doses/rituximab/").content.decode()
    assert f"/forms/{form}/rows/2/" in page
    assert f"/forms/{form}/rows/1/" not in page


# ---- two people -------------------------------------------------------------------------------------------------


def test_two_who_add_a_row_are_both_stored(study: Served) -> None:
    """NEWROW-02: what differs, and what only one of them answered."""
    page = both(
        study,
        {"answer__term": "Itching", "answer__serious": "no"},
        {"answer__term": "Infarction", "answer__serious": "yes", "answer__grade": "4"},
    )
    assert TAKEN in page
    assert stored(study, 1) == {"term": "Itching", "serious": "no"}
    assert stored(study, 2) == {"term": "Infarction", "serious": "yes", "grade": "4"}


@pytest.mark.parametrize("second", [{"answer__term": "Itching"}, {"answer__grade": "2"}])
def test_the_same_words_or_other_items_are_another_row(study: Served, second: dict[str, str]) -> None:
    """NEWROW-02: two events may be called the same, and nothing is put together of two halves."""
    assert TAKEN in both(study, {"answer__term": "Itching"}, second)
    assert stored(study, 1) == {"term": "Itching"}
    assert stored(study, 2) == {name.removeprefix("answer__"): text for name, text in second.items()}


def test_any_repeating_form(study: Served) -> None:
    """NEWROW-02."""
    forms = study.site.study.forms.values()
    form = next(one for one in forms if one.repeating and not one.events and "nurse" in one.by)
    item = next(iter(form.items.values()))
    nora, nils = study.browser("nora"), study.browser("nils")
    place = f"{BASE}/forms/{form.id}/rows/1/"
    pages = shown(nils, place), shown(nora, place)
    for who, held in zip((nils, nora), pages, strict=True):
        text = next(iter(item.choices), "2026-03-02" if item.kind == "date" else "1")
        following(who, send(who, place, held, **{f"answer__{item.id}": text}))
    assert stored(study, 1, form.id) == stored(study, 2, form.id) != {}


def test_a_row_that_was_struck_meanwhile_is_not_used_again(study: Served) -> None:
    """NEWROW-01, NEWROW-02: somebody filled it and cleared it while the page was open."""
    nora = study.browser("nora")
    held = shown(nora, row(1))
    put(study, "nils", "adverse_events", {"term": "Sepsis"}, repeat="1")
    study.site.record(save_form("P01", "adverse_events", {"term": ""}, repeat="1", reasons={"term": "no"}), by="nils")
    assert TAKEN in following(nora, send(nora, row(1), held, answer__term="Rash"))
    assert (stored(study, 1), stored(study, 2)) == ({}, {"term": "Rash"})


def test_what_is_wrong_in_it_is_told_in_the_row_that_it_gets(study: Served) -> None:
    """NEWROW-02: the page that comes back is that of the row, and says so."""
    nora = study.browser("nora")
    held = shown(nora, row(1))
    put(study, "nils", "adverse_events", {"term": "Itching"}, repeat="1")
    answer = send(nora, row(1), held, answer__term="Rash", answer__start="yesterday")
    page = unescape(answer.content.decode())
    assert (answer.status_code, TAKEN in page, f'action="{row(2)}"' in page) == (422, True, True)
    assert 'value="yesterday"' in page
    assert "Itching" not in page


def test_somebody_is_quicker_between_the_look_and_the_save(study: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """NEWROW-02: the ledger itself refuses the row, although the two answered different items."""
    plain, quicker = form_page.save_typed, [{"term": "Itching"}, {"term": "Cough"}]

    def late(*asked: Any) -> Any:
        if quicker:
            put(study, "nils", "adverse_events", quicker.pop(0), repeat=asked[1].repeat)
        return plain(*asked)

    nora = study.browser("nora")
    held = shown(nora, row(1))
    monkeypatch.setattr(form_page, "save_typed", late)
    page = following(nora, send(nora, row(1), held, answer__grade="4"))
    assert "Row 1 was taken meanwhile by nils; yours is row 3." in page
    assert [stored(study, number) for number in (1, 2, 3)] == [{"term": "Itching"}, {"term": "Cough"}, {"grade": "4"}]


def test_many_at_once(study: Served) -> None:
    """NEWROW-02: four pages of the same new row, sent at the same moment."""
    browsers = [study.browser(person) for person in ("nora", "nils")] * 2
    pages = [shown(browser, row(1)) for browser in browsers]

    def sent(number: int) -> int:
        try:
            answer = send(browsers[number], row(1), pages[number], answer__term=f"Event {number}")
            return int(answer.status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(sent, range(4))) == {303}
    assert sorted(stored(study, number)["term"] or "" for number in range(1, 5)) == [f"Event {n}" for n in range(4)]


# ---- sent again -------------------------------------------------------------------------------------------------


def test_a_row_that_is_sent_again_is_stored_once(study: Served) -> None:
    """NEWROW-03: in its own row, and in another one; what was added since is added there."""
    nora = study.browser("nora")
    held = shown(nora, row(1))
    put(study, "nils", "adverse_events", {"term": "Itching"}, repeat="1")
    for _ in range(2):
        assert TAKEN in following(nora, send(nora, row(1), held, answer__term="Rash"))
    assert TAKEN in following(nora, send(nora, row(1), held, answer__term="Rash", answer__grade="2"))
    assert (stored(study, 2), stored(study, 3)) == ({"term": "Rash", "grade": "2"}, {})
    assert len(study.site.history(participant="P01", form="adverse_events", repeat="2")) == 2


def test_a_page_is_told_in_which_row_its_save_is(study: Served) -> None:
    """NEWROW-03: the script of a page whose save had no answer, or that was typed in since."""
    nora = study.browser("nora")
    held = shown(nora, row(1))
    put(study, "nils", "adverse_events", {"term": "Itching"}, repeat="1")
    told = nora.post(row(1), {**held, "answer.term": "Rash"}, headers={"accept": "application/json"}).json()
    assert (told["address"], told["row"]) == (row(2), "2")
    fate = nora.get(f"{BASE}/saved/{held['request']}?form=adverse_events&repeat=1&visit=").json()
    assert (fate["stored"], fate["address"], fate["row"]) == (True, row(2), "2")
    later = {**held, "new": "", "request": fate["request"], "seen": fate["seen"], "answer.term": "Rash"}
    following(nora, nora.post(row(2), {**later, "answer.grade": "3"}))
    assert stored(study, 2) == {"term": "Rash", "grade": "3"}


def test_a_draft_that_is_brought_back_gets_a_row_of_its_own(study: Served) -> None:
    """NEWROW-02: the browser puts everything typed over the page as it stands now, hidden inputs too."""
    nora = study.browser("nora")
    draft = {**shown(nora, row(1)), "answer.term": "Rash"}
    put(study, "nils", "adverse_events", {"term": "Itching", "grade": "1"}, repeat="1")
    now = shown(nora, row(1))
    assert now["new"] == ""
    checked = nora.post(f"{BASE}/form-check", {**now, **draft}).content.decode()
    assert 'data-changed=""' in checked
    assert TAKEN in following(nora, nora.post(row(1), {**now, **draft}))
    assert (stored(study, 1), stored(study, 2)) == ({"term": "Itching", "grade": "1"}, {"term": "Rash"})


# ---- rows that are not new --------------------------------------------------------------------------------------


def test_a_row_that_stood_there_is_corrected_in_place(study: Served) -> None:
    """NEWROW-04: two who correct the same row are asked, as in any form; a struck row that is opened is that row."""
    put(study, "nils", "adverse_events", {"term": "Itching"}, repeat="1")
    nora = study.browser("nora")
    held = shown(nora, row(1))
    study.site.record(
        save_form("P01", "adverse_events", {"term": "Rash"}, repeat="1", reasons={"term": "typo"}), by="nils"
    )
    answer = send(nora, row(1), held, answer__term="Cough", reason__term="it was that")
    assert (answer.status_code, stored(study, 2)) == (422, {})
    following(nora, send(nora, row(1), shown(nora, row(1)), do="clear", **REASON))
    following(nora, send(nora, row(1), shown(nora, row(1)), answer__term="Cough"))
    assert (stored(study, 1), stored(study, 2)) == ({"term": "Cough"}, {})
