"""The page of a form: what it shows, to whom, and what it says while it is filled in.

EDC-5: what a role may see and record of a form, links and addresses obey alike.
EDC-8: who acts for a site reaches only the participants of that site.
EDC-12: branching shows the same items wherever it is judged.
EDC-14: what cannot be a value is caught while it is typed.
EDC-15: a value outside the range warns with the limits.
EDC-20: the state of a form is told.
EDC-33: a form of a visit needs its visit, a row its form.
EDC-41: nothing of what a role does not see leaks.
SITE-01: what people typed is text, never markup.
SITE-02: strange forms, addresses and inputs break nothing.
SITE-03: a derived number is computed from what is typed, never typed and never stale (EDC 5.2.5).
"""

from __future__ import annotations

import re
import time
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from tests.web.conftest import Served

from trialbook.capture.acts import Act, grant, save_form, screen

BASE = "/participants/P01"
ENZYMES = f"{BASE}/visits/baseline/forms/enzymes/"
SCREENING = f"{BASE}/forms/screening/"


@pytest.fixture
def study(served: Served) -> Served:
    """A study with one participant."""
    served.site.record(screen("P01"), by="carla")
    return served


def text_of(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status
    return unescape(answer.content.decode())


def enter(study: Served, act: Act, by: str = "nora") -> None:
    study.site.record(act, by=by)


def checked(browser: Client, form: str, answers: dict[str, str], *, visit: str = "", **more: str) -> str:
    """Return what the site says of a form while it is filled in."""
    sent = {f"answer.{item}": text for item, text in answers.items()}
    place = {"at_form": form, "at_visit": visit, "items": " ".join(answers)}
    answer = browser.post(f"{BASE}/form-check", {**place, **sent, **more})
    assert answer.status_code == 200
    return unescape(answer.content.decode())


# ---- what is shown ----------------------------------------------------------------------------------------------


def test_every_item_has_a_label_its_unit_range_decimals_and_codes(study: Served) -> None:
    page = text_of(study.browser("nora"), ENZYMES)
    assert "Creatine kinase" in page
    assert "Expected 50 to 3000" in page
    assert "Whole number" in page
    assert 'value="ukat/L"' in page
    assert "Not done (ND)" in page


def test_every_form_of_the_study_can_be_shown(study: Served) -> None:
    for form in study.site.study.forms.values():
        place = f"/visits/{form.visits[0]}" if form.timing == "visits" else ""
        for person in ("ida", "nora"):
            answer = study.browser(person).get(f"{BASE}{place}/forms/{form.id}/")
            assert answer.status_code in {200, 404}, form.id


def test_the_date_of_the_visit_stands_at_the_head(study: Served) -> None:
    nora = study.browser("nora")
    assert 'name="visit_day"' in text_of(nora, ENZYMES)
    enter(study, save_form("P01", "visit", {"date": "2026-03-02"}, visit="baseline"))
    page = text_of(nora, ENZYMES)
    assert 'name="visit_day"' not in page
    assert "Visit on 2 March 2026" in page
    assert "/visits/baseline/forms/visit/" in page


def test_the_visit_itself_is_a_form(study: Served) -> None:
    assert "Date of the visit" in text_of(study.browser("nora"), f"{BASE}/visits/unscheduled-1/forms/visit/")


def test_the_state_is_told(study: Served) -> None:
    """EDC-20: no data, begun, complete."""
    ida = study.browser("ida")
    assert "nothing entered yet" in text_of(ida, SCREENING)
    enter(study, save_form("P01", "screening", {"age": "44"}), by="ida")
    assert "1 answer missing" in text_of(ida, SCREENING)
    enter(study, save_form("P01", "screening", {"sex": "M"}), by="ida")
    assert "complete, 6 optional answers left" in text_of(ida, SCREENING)


def test_a_number_keeps_the_unit_in_which_it_was_typed(study: Served) -> None:
    enter(study, save_form("P01", "enzymes", {"ck": "4.3"}, visit="baseline", units={"ck": "ukat/L"}))
    page = text_of(study.browser("nora"), ENZYMES)
    assert 'name="answer.ck" value="4.3"' in page
    assert '<option value="ukat/L" selected>' in page
    assert "258 U/L (typed: 4.3 ukat/L)" in page
    assert '<p class="hint" id="hint-ck">Expected 0 to 333 µkat/L</p>' in page
    assert 'U/L · Whole number|Expected 0 to 333 µkat/L"' in page


def test_rows_stand_in_a_table_and_the_next_number_was_never_used(study: Served) -> None:
    enter(study, save_form("P01", "adverse_events", {"term": "Headache"}, repeat="1"))
    enter(study, save_form("P01", "adverse_events", {"term": "Cough"}, repeat="2"))
    enter(study, save_form("P01", "adverse_events", {"term": ""}, repeat="2", reasons="it is P02's"))
    page = text_of(study.browser("nora"), f"{BASE}/forms/adverse_events/")
    assert "Headache" in page
    assert "Cough" not in page
    assert f"{BASE}/forms/adverse_events/rows/3/" in page


# ---- who sees what ----------------------------------------------------------------------------------------------


def test_a_form_that_a_role_does_not_see_is_not_there(study: Served) -> None:
    """EDC-5, EDC-41: the nurse is told nothing of the rating."""
    nora = study.browser("nora")
    for address in ("visits/baseline/forms/rating/", "form-history?form=rating&visit=baseline&item=global"):
        assert nora.get(f"{BASE}/{address}").status_code == 404
    posted = nora.post(f"{BASE}/visits/baseline/forms/rating/", {"items": "global", "answer.global": "3"})
    assert posted.status_code == 404


def test_an_unreleased_rating_is_not_there_for_the_investigator(study: Served) -> None:
    """EDC-41: what waits for its release leaks neither by the form nor by its history."""
    ida = study.browser("ida")
    assert ida.get(f"{BASE}/visits/baseline/forms/rating/").status_code == 404
    assert ida.get(f"{BASE}/form-history?form=rating&visit=baseline&item=global").status_code == 404


def test_who_only_reads_a_form_cannot_send_it(study: Served) -> None:
    """EDC-5: the nurse reads the characteristics, and the address refuses what she may not record."""
    nora = study.browser("nora")
    page = text_of(nora, SCREENING)
    assert "does not record it" in page
    assert "<form id" not in page
    assert nora.post(SCREENING, {"items": "age", "answer.age": "44"}).status_code == 404
    assert not study.site.casebooks["P01"].answers


@pytest.mark.parametrize("person", ["asa", "carla"])
def test_no_form_is_open_to_blind_and_unseeing_roles(study: Served, person: str) -> None:
    """EDC-41: not even that there is a participant of this code."""
    for code in ("P01", "P99"):
        assert study.browser(person).get(f"/participants/{code}/visits/baseline/forms/enzymes/").status_code == 404


def test_a_grant_for_one_site_reaches_only_its_participants(study: Served) -> None:
    """EDC-8."""
    study.site.record(screen("P02", site="north"), by="carla")
    study.site.record(grant("nils", "nurse", site="north"), by="carla")
    nils = study.browser("nils")
    assert nils.get("/participants/P02/visits/baseline/forms/enzymes/").status_code == 200
    assert nils.get(ENZYMES).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        f"{BASE}/visits/baseline/forms/nothing/",
        f"{BASE}/visits/never/forms/enzymes/",
        f"{BASE}/forms/enzymes/",
        f"{BASE}/visits/baseline/forms/screening/",
        f"{BASE}/visits/baseline/forms/enzymes/rows/1/",
        f"{BASE}/forms/adverse_events/rows/%00/",
        "/participants/%00/visits/baseline/forms/enzymes/",
        f"{BASE}/form-history?form=enzymes&visit=baseline&item=%00",
        f"{BASE}/saved/%00?form=nothing",
    ],
)
def test_an_address_without_a_form_is_none(study: Served, address: str) -> None:
    """EDC-33, SITE-02: a form of the visits needs its visit, a row its form."""
    assert study.browser("nora").get(address).status_code == 404


# ---- while it is filled in --------------------------------------------------------------------------------------


def test_a_wrong_type_is_caught_at_once(study: Served) -> None:
    """EDC-14: a comma is refused while it is typed."""
    said = checked(study.browser("nora"), "enzymes", {"ck": "4,3", "ldh": "x"}, visit="baseline")
    assert "has a comma" in said
    assert "is not a number" in said


def test_an_unexpected_value_warns_with_its_limits(study: Served) -> None:
    """EDC-15."""
    said = checked(study.browser("nora"), "enzymes", {"ldh": "30000"}, visit="baseline")
    assert "50 to 3000" in said
    assert "wrong" not in said.replace("Where it is wrong", "")


def test_an_edit_check_speaks_at_its_item(study: Served) -> None:
    said = checked(study.browser("nora"), "enzymes", {"ck": "19000", "ck_upper": "100"}, visit="baseline")
    assert "Is the unit right?" in said


def test_branching_follows_what_is_typed(study: Served) -> None:
    """EDC-12: the same condition as at save says what is asked; nothing is recorded."""
    ida = study.browser("ida")
    answers = {"sex": "F", "pregnant": "", "lactating": ""}
    assert 'data-hidden=""' in checked(ida, "screening", answers)
    assert 'data-hidden="pregnant lactating"' in checked(ida, "screening", {**answers, "sex": "M"})
    assert not study.site.casebooks["P01"].answers


def test_what_would_be_hidden_with_its_answer_is_asked_about(study: Served) -> None:
    """EDC-13: it is shown, not hidden."""
    enter(study, save_form("P01", "screening", {"sex": "F", "pregnant": "no"}), by="ida")
    said = checked(study.browser("ida"), "screening", {"sex": "M", "pregnant": "no", "lactating": ""})
    assert 'data-doomed="pregnant"' in said
    assert 'data-hidden="lactating"' in said


def test_a_derived_number_follows_what_is_typed(study: Served) -> None:
    """SITE-03."""
    nora = study.browser("nora")
    haq = study.site.study.forms["haq"]
    answers = {item.id: next(iter(item.choices), "no") for item in haq.items.values()}
    said = checked(nora, "haq", answers, visit="baseline")
    assert re.search(r'id="derived-di"[^>]*>0', said)
    assert re.search(r'id="derived-di"[^>]*>–', checked(nora, "haq", dict.fromkeys(answers, ""), visit="baseline"))


def test_two_people_in_one_form_are_told(study: Served) -> None:
    study.site.record(grant("nils", "nurse"), by="carla")
    where = f"{BASE}/form-presence?form=enzymes&visit=baseline"
    assert "nora" not in text_of(study.browser("nils"), where)
    assert "nils has this form open, too" in text_of(study.browser("nora"), where)
    assert "has this form" not in text_of(study.browser("nora"), where.replace("baseline", "week 4"))


# ---- strange things ---------------------------------------------------------------------------------------------

HOSTILE = """
trialbook: 1
study: {id: hostile, title: "<b>H</b>", design: open-label single-arm, data: invented, languages: [en]}
roles: {nurse: {sees: everything, records: [odd, big, after]}}
visits: {anchor: enrolment, planned: {baseline: {day: 0, window: 3 days either side}}}
missing: {"<ND>": "<i>not</i> \\"done\\""}
forms:
  odd:
    label: "<script>alert('form')</script>"
    at: once
    items:
      quoted: {label: "\\"><script>alert(1)</script>", text: line, help: "<img src=x onerror=alert(2)>"}
      picked: {label: "it's", choice: {"a\\"b": "<b>bold</b>", "c": "d"}}
      muscles: {label: Muscles & more, groups: [biceps, triceps], scale: 0 to 10, decimals: 0, required: true}
      day: {date: full}
      many: {choice: [One, Two, Three], several: true}
      grand: {vas: 0 to 10, decimals: 1}
      told: {text: paragraph}
  after:
    label: Afterwards
    at: once
    after: [odd]
    items: {ok: {choice: yes/no}}
  big:
    label: Large
    at: once
    items:
"""


@pytest.fixture
def hostile(folder: Path, request: pytest.FixtureRequest) -> Served:
    """A study whose texts try to be markup, with a form of 4,000 items."""
    items = "".join(f"      i{n}: {{number: mg, expected: 0 to 10}}\n" for n in range(4000))
    (folder / "study.yaml").write_text(HOSTILE + items, encoding="utf-8")
    served: Served = request.getfixturevalue("served")
    served.site.record(screen("P01"), by="carla")
    return served


def test_texts_of_the_study_are_never_markup(hostile: Served) -> None:
    """SITE-01: labels, helps, choices and codes."""
    page = hostile.browser("nora").get(f"{BASE}/forms/odd/").content.decode()
    for markup in ("<script>alert", "<img", "<b>", "<i>"):
        assert markup not in page
    assert "&lt;script&gt;alert(&#x27;form&#x27;)" in page


def test_answers_are_never_markup(hostile: Served) -> None:
    """SITE-01: in inputs, in histories, in tables."""
    nora = hostile.browser("nora")
    hostile.site.record(save_form("P01", "odd", {"quoted": '"><script>alert(3)</script>'}), by="nora")
    for address in (f"{BASE}/forms/odd/", f"{BASE}/form-history?form=odd&item=quoted"):
        page = nora.get(address).content.decode()
        assert "<script>alert" not in page
        assert "alert(3)" in page


def test_ratings_stand_in_a_table_with_dots_in_their_names(hostile: Served) -> None:
    page = text_of(hostile.browser("nora"), f"{BASE}/forms/odd/")
    assert '<table class="ratings' in page
    assert 'name="answer.muscles.biceps"' in page
    assert 'id="in-muscles--biceps"' in page


def test_a_form_that_waits_says_for_what(hostile: Served) -> None:
    page = text_of(hostile.browser("nora"), f"{BASE}/forms/after/")
    assert "comes first and is not complete" in page
    assert "<form id" not in page


def test_a_form_of_4000_items_is_shown(hostile: Served) -> None:
    """SITE-02."""
    began = time.perf_counter()
    page = hostile.browser("nora").get(f"{BASE}/forms/big/").content.decode()
    assert page.count('name="answer.i') == 4000
    assert time.perf_counter() - began < 20


def test_strange_checks_break_nothing(hostile: Served) -> None:
    """SITE-02: unknown items, NUL, halves of pairs, huge texts."""
    nora = hostile.browser("nora")
    answers = {"quoted": "a\x00b", "told": "x" * 50_000, "muscles.biceps": "٣", "day": "2026-13-45", "many": "One;Nine"}
    said = checked(nora, "odd", {**answers, "unknown": "1"}, others="\x00", seen="quoted:x day:99999999999999999999")
    assert said.count('class="wrong"') == 5
