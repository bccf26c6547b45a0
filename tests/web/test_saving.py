"""Saving a form in the browser: what is recorded, what is refused, and that nothing typed is lost.

EDC-13: before a rule takes an answer away the person is asked; it goes only with their word and a reason.
EDC-14: what cannot be a value is refused, all of it at once and at its items.
    (ASVS-V2.2.1, ASVS-V2.2.2)
EDC-15: a value outside the range is kept unchanged, and a query is raised.
    (ASVS-V2.2.3)
EDC-19: a form that is left without saving leaves no trace.
EDC-20: the state of the form is told after the save.
EDC-21: a chosen answer can be cleared, and the clearing is recorded.
EDC-22: clearing a form records every value that was taken away.
EDC-24: what was typed from paper is recorded as typed by staff on behalf of the participant.
EDC-32: an empty input takes no answer away without a reason; one that was not sent touches nothing.
EDC-34: a closed form takes no answers.
    (ASVS-V2.3.2)
EDC-35: a correction needs a reason, and the history shows it.
EDC-45: who signed stands on the form, and a later change makes the signature void.
EDC-43: every line of a history has time, person and value.
SAVE-01: the same request is stored once.
    (ASVS-V2.3.3)
SAVE-02: whose answer stands is asked where two people changed the same one.
    (ASVS-V2.3.4)
SAVE-03: a page whose save had no answer can ask what became of it.
SAVE-04: strange inputs are refused or recorded, never a failure.
    (ASVS-V2.2.2, ASVS-V15.3.7)
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from tests.web.conftest import Served

from trialbook.capture.acts import grant, lock, revoke, save_form, screen, sign
from trialbook.capture.ledger import Entry
from trialbook.conduct.casebook import Cell
from trialbook.conduct.content import content_of
from trialbook.web.veil import veiled

BASE = "/participants/P01"
ENZYMES = f"{BASE}/visits/baseline/forms/enzymes/"
SCREENING = f"{BASE}/forms/screening/"
HAQ = f"{BASE}/visits/baseline/forms/haq/"
EVENT = f"{BASE}/forms/adverse_events/rows/1/"


@pytest.fixture
def study(served: Served) -> Served:
    """A study with one participant and a second nurse."""
    served.site.record(screen("P01"), by="carla")
    served.site.record(grant("nils", "nurse"), by="carla")
    return served


def shown(browser: Client, address: str) -> dict[str, str]:
    """Return what the inputs of a page hold, as a browser without JavaScript would send them back."""
    page = browser.get(address).content.decode()
    form = page[page.index('<form id="entry"') :]
    held: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r' name="([^"]+)"', tag), re.search(r' value="([^"]*)"', tag)
        is_choice = 'type="radio"' in tag or 'type="checkbox"' in tag
        if name and (not is_choice or " checked" in tag):
            held[unescape(name[1])] = unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        held[unescape(name)] = unescape(chosen[1]) if chosen else held.get(name, "")
        if not chosen and name.startswith("unit."):
            held[name] = ""
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        held[unescape(name)] = unescape(text)
    return held


def send(browser: Client, address: str, held: dict[str, str], **changes: str) -> Any:
    """Send a page back with changes; `answer__ck` stands for `answer.ck`."""
    return browser.post(address, {**held, **{name.replace("__", "."): text for name, text in changes.items()}})


def saved(study: Served, person: str, address: str, **changes: str) -> str:
    """Open a page, fill it in, save it, and return the page that follows."""
    browser = study.browser(person)
    answer = send(browser, address, shown(browser, address), **changes)
    assert answer.status_code == 303, answer.content.decode()
    return unescape(browser.get(answer.headers["Location"]).content.decode())


def refused(study: Served, person: str, address: str, **changes: str) -> str:
    """Open a page, fill it in, be refused, and return the page that comes back."""
    browser = study.browser(person)
    answer = send(browser, address, shown(browser, address), **changes)
    assert answer.status_code == 422
    return unescape(answer.content.decode())


def entries(study: Served, **cell: str) -> tuple[Entry, ...]:
    return study.site.history(participant="P01", **cell)


def value(study: Served, form: str, item: str, visit: str = "", repeat: str = "") -> str | None:
    return study.site.casebooks["P01"].value(form, item, visit=visit, repeat=repeat)


# ---- what is recorded -------------------------------------------------------------------------------------------


def test_what_is_typed_is_recorded_with_its_state(study: Served) -> None:
    """EDC-20."""
    page = saved(study, "ida", SCREENING, answer__age="44", answer__sex="F")
    assert "2 answers entered" in page
    assert "complete" in page
    assert value(study, "screening", "age") == "44"
    assert {entry.mode for entry in entries(study, form="screening")} == {"keyboard"}


def test_a_page_that_is_only_looked_at_leaves_no_trace(study: Served) -> None:
    """EDC-19: shown and checked, then left."""
    before = study.site.book.head()
    browser = study.browser("nora")
    held = shown(browser, ENZYMES)
    browser.post(f"{BASE}/form-check", {**held, "answer.ck": "200"})
    assert study.site.book.head() == before


def test_a_number_in_another_unit_is_converted_and_kept_as_typed(study: Served) -> None:
    saved(study, "nora", ENZYMES, answer__ck="4.3", unit__ck="ukat/L")
    answer = study.site.casebooks["P01"].answers[Cell("baseline", "enzymes", "", "ck")]
    assert (answer.text, answer.unit) == ("4.3 ukat/L", "U/L")
    assert saved(study, "nora", ENZYMES).count("Nothing had changed") == 1


def test_the_date_of_the_visit_is_saved_along(study: Served) -> None:
    saved(study, "nora", ENZYMES, answer__ck="200", visit_day="2026-03-02")
    assert value(study, "visit", "date", "baseline") == "2026-03-02"
    assert value(study, "enzymes", "ck", "baseline") == "200"


def test_a_wrong_date_of_the_visit_keeps_the_form_back_too(study: Served) -> None:
    page = refused(study, "nora", ENZYMES, answer__ck="200", visit_day="2026-02-31")
    assert "There is no such day" in page
    assert 'value="2026-02-31"' in page
    assert not study.site.casebooks["P01"].answers


def test_never_and_parts_of_dates_are_answers(study: Served) -> None:
    saved(study, "ida", SCREENING, never__last_surgery="never", answer__last_live_vaccine="2024-03")
    assert value(study, "screening", "last_surgery") == "never"
    assert value(study, "screening", "last_live_vaccine") == "2024-03"


def test_several_choices_and_missing_codes_are_answers(study: Served) -> None:
    address = f"{BASE}/forms/infusion/rows/1/"
    browser = study.browser("nora")
    held = {**shown(browser, address), "answer.start": "2026-03-02", "answer.reaction": "yes", "missing.given": "NK"}
    answer = browser.post(address, {**held, "answer.reserve": ["Antihistamine", "Corticosteroid"]})
    assert answer.status_code == 303
    assert value(study, "infusion", "reserve", repeat="1") == "Antihistamine;Corticosteroid"
    assert study.site.casebooks["P01"].answers[Cell("", "infusion", "1", "given")].missing == "NK"


def test_all_others_can_be_marked_missing_at_once(study: Served) -> None:
    saved(study, "nora", ENZYMES, answer__ck="200", others="ND")
    answers = study.site.casebooks["P01"].answers
    codes = {cell.item: answer.missing for cell, answer in answers.items()}
    assert codes == {"ck": None, "ck_upper": "ND", "ldh": "ND", "sgot": "ND"}


def test_what_is_not_asked_is_not_marked_missing(study: Served) -> None:
    saved(study, "ida", SCREENING, answer__sex="M", others="NK")
    assert Cell("", "screening", "", "pregnant") not in study.site.casebooks["P01"].answers


def test_save_and_next_leads_to_the_next_open_form(study: Served) -> None:
    answer = send(study.browser("nora"), ENZYMES, shown(study.browser("nora"), ENZYMES), answer__ck="1", do="next")
    assert answer.headers["Location"].startswith(f"{BASE}/visits/baseline/forms/blood/?saved=")
    assert "Muscle enzymes: Saved" in unescape(study.browser("nora").get(answer.headers["Location"]).content.decode())


def test_what_a_dose_waits_for_comes_next(study: Served) -> None:
    """WEB-SCR-06: the form of height and weight is complete without the height, without which no dose is planned."""
    blood = f"{BASE}/visits/baseline/forms/blood/"
    body = f"{BASE}/visits/baseline/forms/body/"
    saved(study, "nora", body, answer__weight="70")
    nora = study.browser("nora")
    answer = send(nora, blood, shown(nora, blood), answer__haemoglobin="140", do="next")
    assert answer.headers["Location"].startswith(body)
    saved(study, "nora", body, answer__weight="70", answer__height="170")
    answer = send(nora, blood, shown(nora, blood), answer__alt="20", do="next")
    assert "/forms/haq/" in answer.headers["Location"]


def test_rows_are_saved_one_by_one(study: Served) -> None:
    saved(study, "nora", EVENT, answer__term="Headache")
    saved(study, "nora", EVENT.replace("/1/", "/2/"), answer__term="Cough")
    assert value(study, "adverse_events", "term", repeat="2") == "Cough"
    assert value(study, "adverse_events", "term", repeat="1") == "Headache"


# ---- what is refused --------------------------------------------------------------------------------------------


def test_everything_wrong_is_told_at_once_and_all_is_kept(study: Served) -> None:
    """EDC-14: the right answer is kept on the page too, and nothing is recorded."""
    page = refused(study, "nora", ENZYMES, answer__ck="4,3", answer__ldh="much", answer__sgot="40")
    assert page.count('class="wrong"') == 2
    assert 'value="4,3"' in page
    assert 'name="answer.sgot" value="40"' in page
    assert not study.site.casebooks["P01"].answers


def test_an_unexpected_value_is_kept_and_asked_about(study: Served) -> None:
    """EDC-15: unchanged, with a query that the page shows."""
    page = saved(study, "nora", ENZYMES, answer__ldh="30000")
    assert value(study, "enzymes", "ldh", "baseline") == "30000"
    assert [query.cell.item for query in study.site.casebooks["P01"].queries.values()] == ["ldh"]
    assert re.search(r"Query \w{7}: 30000", page)


def test_an_answer_and_a_code_together_are_not_taken(study: Served) -> None:
    assert "Leave one of the two" in refused(study, "nora", ENZYMES, answer__ck="4", missing__ck="ND")


# ---- corrections ------------------------------------------------------------------------------------------------


def test_a_correction_needs_a_reason(study: Served) -> None:
    """EDC-35."""
    saved(study, "nora", ENZYMES, answer__ck="200")
    assert "“200” is recorded here" in refused(study, "nora", ENZYMES, answer__ck="300")
    page = saved(study, "nora", ENZYMES, answer__ck="300", why__ck="misread or mistyped", reason__ck="a 2 for a 3")
    assert "1 corrected" in page
    assert entries(study, item="ck")[-1].reason == "misread or mistyped: a 2 for a 3"


def test_one_reason_may_stand_for_all(study: Served) -> None:
    """EDC-35."""
    saved(study, "nora", ENZYMES, answer__ck="200", answer__ldh="300")
    changes = {"answer.ck": "201", "answer.ldh": "301", "why.": "source was corrected"}
    browser = study.browser("nora")
    assert browser.post(ENZYMES, {**shown(browser, ENZYMES), **changes}).status_code == 303
    assert {entry.reason for entry in entries(study, form="enzymes") if entry.act == "correct"} == {
        "source was corrected"
    }


def test_a_chosen_answer_can_be_cleared(study: Served) -> None:
    """EDC-21: with a reason, and it stays in the history."""
    saved(study, "ida", SCREENING, answer__sex="F")
    assert "no reason is given" in refused(study, "ida", SCREENING, answer__sex="")
    assert "1 cleared" in saved(study, "ida", SCREENING, answer__sex="", reason__sex="it is P02's")
    assert [entry.act for entry in entries(study, item="sex")] == ["enter", "clear"]


def test_what_was_not_sent_is_not_touched(study: Served) -> None:
    """EDC-32: an input that the browser left out is no empty answer."""
    saved(study, "nora", ENZYMES, answer__ck="200")
    browser = study.browser("nora")
    held = shown(browser, ENZYMES)
    del held["answer.ck"]
    held["items"] = "ldh"
    assert browser.post(ENZYMES, {**held, "answer.ldh": "300"}).status_code == 303
    assert value(study, "enzymes", "ck", "baseline") == "200"


def test_clearing_a_form_records_every_value(study: Served) -> None:
    """EDC-22: with one reason; the form has no data again."""
    saved(study, "nora", ENZYMES, answer__ck="200", answer__ldh="300")
    assert "no reason is given" in refused(study, "nora", ENZYMES, do="clear")
    page = saved(study, "nora", ENZYMES, do="clear", reason__clear="it is P02's")
    assert "2 cleared" in page
    assert "nothing entered yet" in page
    assert not study.site.casebooks["P01"].answers


def test_clearing_a_row_leaves_the_others(study: Served) -> None:
    """EDC-22."""
    saved(study, "nora", EVENT, answer__term="Headache")
    saved(study, "nora", EVENT.replace("/1/", "/2/"), answer__term="Cough")
    saved(study, "nora", EVENT, do="clear", reason__clear="entered twice")
    assert {cell.repeat for cell in study.site.casebooks["P01"].answers} == {"2"}


# ---- branching --------------------------------------------------------------------------------------------------


def test_an_answer_that_would_be_hidden_goes_only_with_word_and_reason(study: Served) -> None:
    """EDC-13."""
    saved(study, "ida", SCREENING, answer__sex="F", answer__pregnant="no")
    male = {"answer__sex": "M", "reason__sex": "misread"}
    assert "not asked any more" in refused(study, "ida", SCREENING, **male)
    assert "Say in a few words why" in refused(study, "ida", SCREENING, **male, drop__pregnant="yes")
    assert value(study, "screening", "pregnant") == "no"
    saved(study, "ida", SCREENING, **male, drop__pregnant="yes", reason__pregnant="asked in error")
    assert entries(study, item="pregnant")[-1].reason == "asked in error"
    assert value(study, "screening", "sex") == "M"


def test_what_was_typed_and_is_not_asked_is_not_lost_silently(study: Served) -> None:
    """EDC-13: nor recorded."""
    changes = {"answer__sex": "M", "answer__pregnant": "yes"}
    assert "not asked any more" in refused(study, "ida", SCREENING, **changes)
    saved(study, "ida", SCREENING, **changes, drop__pregnant="yes")
    assert value(study, "screening", "pregnant") is None


# ---- sent twice, two people, unknown fate -----------------------------------------------------------------------


def test_a_form_that_is_sent_twice_is_stored_once(study: Served) -> None:
    """SAVE-01: a double click."""
    browser = study.browser("nora")
    held = shown(browser, ENZYMES)
    for _ in range(3):
        assert send(browser, ENZYMES, held, answer__ck="200", visit_day="2026-03-02").status_code == 303
    assert len(entries(study, item="ck")) == 1
    assert len(entries(study, form="visit")) == 1


def test_what_was_typed_after_a_resent_request_is_recorded(study: Served) -> None:
    """SAVE-01: an answer that came to the same page later is not lost behind its request id."""
    browser = study.browser("nora")
    held = shown(browser, ENZYMES)
    send(browser, ENZYMES, held, answer__ck="200")
    assert send(browser, ENZYMES, held, answer__ck="200", answer__ldh="300").status_code == 303
    assert value(study, "enzymes", "ldh", "baseline") == "300"


def test_more_that_is_sent_again_is_stored_once_and_told(study: Served) -> None:
    """SAVE-01: the page says what the later sending recorded; what it changes without a reason is refused."""
    browser = study.browser("nora")
    held = shown(browser, ENZYMES)
    send(browser, ENZYMES, held, answer__ck="200")
    answers = [send(browser, ENZYMES, held, answer__ck="200", answer__ldh="300") for _ in range(2)]
    assert len({answer["Location"] for answer in answers}) == 1
    assert "1 answer entered" in browser.get(answers[0]["Location"]).content.decode()
    assert len(entries(study, item="ck")) == len(entries(study, item="ldh")) == 1
    assert send(browser, ENZYMES, held, answer__ck="201").status_code == 422
    assert send(browser, ENZYMES, held, answer__ck="200", unit__ck="ukat/L").status_code == 422


def test_two_people_are_asked_whose_answer_stands(study: Served) -> None:
    """SAVE-02: theirs beside yours; nothing of yours is recorded before you say so."""
    nora, nils = study.browser("nora"), study.browser("nils")
    held = shown(nora, ENZYMES)
    send(nils, ENZYMES, shown(nils, ENZYMES), answer__ck="111")
    answer = send(nora, ENZYMES, held, answer__ck="222", answer__ldh="300")
    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Recorded meanwhile by nils" in page
    assert 'name="answer.ck" value="222"' in page
    assert value(study, "enzymes", "ldh", "baseline") is None


@pytest.mark.parametrize(("choice", "stands"), [("theirs", "111"), ("mine", "222")])
def test_what_the_second_says_stands(study: Served, choice: str, stands: str) -> None:
    """SAVE-02."""
    nora, nils = study.browser("nora"), study.browser("nils")
    held = shown(nora, ENZYMES)
    send(nils, ENZYMES, shown(nils, ENZYMES), answer__ck="111")
    page = send(nora, ENZYMES, held, answer__ck="222").content.decode()
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen is not None
    again = {**held, "seen": seen[1], "disputed": "ck", "answer.ck": "222"}
    assert send(nora, ENZYMES, again).status_code == 422
    more = {"resolve__ck": choice, "reason__ck": "measured again"}
    assert send(nora, ENZYMES, again, **more).status_code == 303
    assert value(study, "enzymes", "ck", "baseline") == stands


def test_what_the_second_did_not_touch_is_the_first_ones(study: Served) -> None:
    """SAVE-02: nobody is asked about what they did not change."""
    saved(study, "nora", ENZYMES, answer__ck="100")
    nora = study.browser("nora")
    held = shown(nora, ENZYMES)
    saved(study, "nils", ENZYMES, answer__ck="111", reason__ck="misread")
    assert send(nora, ENZYMES, held, answer__ldh="300").status_code == 303
    assert value(study, "enzymes", "ck", "baseline") == "111"
    assert value(study, "enzymes", "ldh", "baseline") == "300"


def test_a_page_can_ask_what_became_of_its_save(study: Served) -> None:
    """SAVE-03: nobody else can."""
    nora = study.browser("nora")
    held = shown(nora, ENZYMES)
    asked = f"{BASE}/saved/{held['request']}?form=enzymes&visit=baseline"
    assert nora.get(asked).json() == {"stored": False}
    send(nora, ENZYMES, held, answer__ck="200")
    told = nora.get(asked).json()
    assert told["stored"]
    assert told["seen"].startswith("ck:")
    assert study.browser("nils").get(asked).json() == {"stored": False}


def test_a_script_is_told_where_to_go_on(study: Served) -> None:
    """SAVE-03: saved by fetch."""
    nora = study.browser("nora")
    held = {**shown(nora, ENZYMES), "answer.ck": "200"}
    told = nora.post(ENZYMES, held, headers={"Accept": "application/json"}).json()
    assert told["next"].startswith(f"{ENZYMES}?saved=")
    assert told["request"] != held["request"]
    standing = study.site.casebooks["P01"].answers[Cell("baseline", "enzymes", "", "ck")]
    assert f"ck:{veiled(standing.seq)} " in told["seen"]
    again = {**held, "request": told["request"], "seen": told["seen"], "answer.ck": "210", "reason.": "misread"}
    assert nora.post(ENZYMES, again).status_code == 303


# ---- paper ------------------------------------------------------------------------------------------------------


def test_what_is_typed_from_paper_says_so(study: Served) -> None:
    """EDC-24: by the nurse, on behalf of the participant, with the date on the paper."""
    assert "the date that stands on the paper" in refused(study, "nora", HAQ, answer__dressing_hair="0", paper="yes")
    saved(study, "nora", HAQ, answer__dressing_hair="0", paper="yes", paper_day="2026-03-01")
    found = [entry for entry in entries(study, form="haq") if entry.act == "enter"]
    assert {(entry.by, entry.on_behalf_of, entry.mode) for entry in found} == {("nora", "P01", "paper")}
    assert [entry.text for entry in entries(study, form="haq") if entry.act == "note"] == [
        "typed from paper that is dated 2026-03-01"
    ]


# ---- history ----------------------------------------------------------------------------------------------------


def test_a_history_tells_first_value_corrections_who_when_and_why(study: Served) -> None:
    """EDC-43: in the time of the sites, with the role, as a part of the form or a page of its own."""
    saved(study, "nora", ENZYMES, answer__ck="200")
    saved(study, "ida", ENZYMES, answer__ck="300", reason__ck="misread")
    address = f"{BASE}/form-history?form=enzymes&visit=baseline&item=ck"
    for headers in ({}, {"HX-Request": "true"}):
        page = unescape(study.browser("nora").get(address, headers=headers).content.decode())
        assert re.search(
            r"entered</strong>.*200 U/L.*nora \(\w+\).*typed.*corrected</strong>.*300 U/L", page, re.DOTALL
        )
        assert "misread" in page
        assert ("<h1>" in page) == (not headers)


# ---- seals ------------------------------------------------------------------------------------------------------


def test_a_closed_form_is_read_only(study: Served) -> None:
    """EDC-34: it says who and when, and what to do; what is sent all the same is refused."""
    browser = study.browser("nora")
    held = shown(browser, ENZYMES)
    study.site.record(lock("participant", participant="P01", reason="all checked"), by="carla")
    page = unescape(browser.get(ENZYMES).content.decode())
    assert "Locked by carla" in page
    assert '<form id="entry"' not in page
    assert send(browser, ENZYMES, held, answer__ck="200").status_code == 422
    assert value(study, "enzymes", "ck", "baseline") is None


def test_a_signed_form_is_corrected_only_on_purpose(study: Served) -> None:
    """EDC-45: it shows who signed; a correction says first that the signature becomes void, and then that it is."""
    saved(study, "ida", ENZYMES, answer__ck="200")
    nora, place = study.browser("nora"), Cell("baseline", "enzymes", "", "")
    held = shown(nora, ENZYMES)
    content = content_of(study.site.study, study.site.casebooks["P01"], place)
    act = sign("P01", "form", "reviewed", content=content, visit="baseline", form="enzymes")
    study.site.record(act, by="ida")
    page = unescape(nora.get(ENZYMES).content.decode())
    assert "Signed by ida" in page
    assert '<form id="entry"' not in page
    assert "becomes void" not in page
    answer = send(nora, ENZYMES, held, answer__ldh="300")
    assert "makes the signature void" in unescape(answer.content.decode())
    assert send(nora, ENZYMES, shown(nora, ENZYMES + "?correct"), answer__ldh="300").status_code == 303
    assert "is void: something was changed since" in unescape(nora.get(ENZYMES).content.decode())


# ---- strange things ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a\x00b", "x" * 10_001, "\u202egnp", "\ud800".encode("utf-8", "surrogatepass")])
def test_what_cannot_be_kept_is_refused_and_shown_again(study: Served, text: str | bytes) -> None:
    """SAVE-04: NUL, huge, turned round; a half of a pair is no UTF-8 and becomes a sign for it."""
    browser = study.browser("nora")
    answer = browser.post(EVENT, {**shown(browser, EVENT), "answer.term": text})
    assert answer.status_code in {303, 422}
    assert all("\ud800" not in (entry.text or "") for entry in entries(study))


def test_a_reason_with_a_hidden_character_is_refused(study: Served) -> None:
    """SAVE-04."""
    saved(study, "nora", ENZYMES, answer__ck="200")
    page = refused(study, "nora", ENZYMES, answer__ck="300", reason__ck="be\x00cause")
    assert "no file can keep" in page


def test_an_empty_page_is_no_failure(study: Served) -> None:
    """SAVE-04: nothing sent records nothing."""
    before = study.site.book.head().count
    assert study.browser("nora").post(ENZYMES, {}).status_code == 303
    assert study.browser("nora").post(ENZYMES, {"items": "ck", "answer.ck": ""}).status_code == 303
    assert study.site.book.head().count == before


def test_more_inputs_than_allowed_are_refused_whole(study: Served) -> None:
    """SAVE-04: nothing of them is recorded."""
    sent = {f"x{number}": "1" for number in range(30_000)}
    answer = study.browser("nora").post(ENZYMES, {**sent, "items": "ck", "answer.ck": "1"})
    assert answer.status_code == 400
    assert not study.site.casebooks["P01"].answers


def test_a_save_refused_by_nobodys_right_records_nothing(study: Served) -> None:
    """EDC-34, EDC-35: the right that was taken back while the page was open."""
    nora = study.browser("nora")
    held = shown(nora, ENZYMES)
    study.site.record(revoke("nora", "nurse", reason="left"), by="carla")
    assert send(nora, ENZYMES, held, answer__ck="200").status_code == 404
    assert not study.site.casebooks["P01"].answers


def test_answers_recorded_elsewhere_meanwhile_keep_their_reasons(study: Served) -> None:
    """SAVE-02: an import or the command line counts as somebody else."""
    nora = study.browser("nora")
    held = shown(nora, ENZYMES)
    study.site.record(save_form("P01", "enzymes", {"ck": "111"}, visit="baseline"), by="nils")
    assert send(nora, ENZYMES, held, answer__ldh="300").status_code == 303
    assert value(study, "enzymes", "ck", "baseline") == "111"
