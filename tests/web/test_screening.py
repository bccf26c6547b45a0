"""The page of screening: consent, criteria one by one, verdict, decision.

WEB-SCR-01: consent comes first, with every answer of its form.
WEB-SCR-02: each criterion stands with its outcome and the answers behind it, each linked to its item.
WEB-SCR-03: enrolling somebody who is not certainly eligible asks for a word, is recorded, and is a deviation.
WEB-SCR-04: a screen failure is recorded with day and cause.
WEB-SCR-05: the forms of screening lead on, one to the next, and back to the screening.
WEB-SCR-06: open is also what is complete by itself while a criterion or a dose waits for an answer of it; once nothing
    is waited for, the verdict comes next.
WEB-SCR-07: forms of which something is awaited, and that are left so, do not lead to each other for ever.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.web.conftest import CUSTODIAN, Served
from tests.web.followed import begin, consent, day, fill, make_eligible, read, status

from trialbook.capture.acts import grant

PAGE = "/participants/P01/screening/"


def decide(served: Served, person: str = "ida", **sent: str) -> object:
    """Send a decision."""
    return served.browser(person).post(PAGE, {"request": served.site.new_id(), **sent})


def test_consent_comes_first(served: Served) -> None:
    """WEB-SCR-01: before it, the page says so and leads to its form."""
    begin(served)
    page = served.browser("ida").get(PAGE).content.decode()
    assert page.index("Informed consent") < page.index("Age 18 years or over")
    assert 'href="/participants/P01/forms/consent/"' in page
    assert "not recorded yet" in page
    consent(served, "P01")
    given = served.site.today() - timedelta(days=60)
    assert f"Date of consent {given.day} {given:%B %Y}" in read(served, "ida", PAGE)


def test_criteria_stand_in_the_order_of_the_protocol(served: Served) -> None:
    """WEB-SCR-02: nothing answered, nothing known."""
    begin(served)
    page = read(served, "ida", PAGE)
    places = [page.index(f" {name} ") for name in ("I1", "I2", "I3", "I4", "I5", "E1", "E2", "E3", "E4")]
    assert places == sorted(places)
    assert page.count("cannot be decided yet") == 9
    assert "not decided yet" in page


def test_a_reason_leads_to_its_item(served: Served) -> None:
    """WEB-SCR-02: the answer in words, and the place where it is recorded."""
    make_eligible(served)
    page = served.browser("ida").get(PAGE).content.decode()
    assert 'href="/participants/P01/forms/screening/#item-age"' in page
    assert 'id="item-age"' in served.browser("ida").get("/participants/P01/forms/screening/").content.decode()
    text = read(served, "ida", PAGE)
    assert "Age : 54 years" in text
    assert "Other autoimmune disease : No" in text
    assert "Last major surgery : Never" in text
    assert ": no " not in text
    assert "Verdict eligible" in text


def test_an_unmet_criterion_is_named(served: Served) -> None:
    """WEB-SCR-02: the verdict says which one keeps out."""
    make_eligible(served)
    fill(served, "P01", "screening", age="17")
    page = read(served, "ida", PAGE)
    assert "Verdict not eligible" in page
    assert "Not fulfilled: I1." in page


def test_the_eligible_are_enrolled(served: Served) -> None:
    """WEB-SCR-03: without another question."""
    make_eligible(served)
    decide(served, step="enrol", on=day(served))
    assert served.site.casebooks["P01"].enrolled_on == day(served)


def test_who_is_not_eligible_is_enrolled_with_a_word(served: Served) -> None:
    """WEB-SCR-03, EDC 5.2.1: first nothing is recorded; with the word it is, and the deviation appears by itself."""
    make_eligible(served)
    fill(served, "P01", "screening", age="17")
    asked = served.browser("ida").post(PAGE, {"step": "enrol", "on": day(served), "request": served.site.new_id()})
    assert asked.status_code == 422
    assert b"Nothing was recorded yet" in asked.content
    assert status(served) == "screening"
    decide(served, step="enrol", on=day(served), known="yes")
    assert status(served) == "enrolled"
    assert "Enrolled, and a criterion speaks against it" in read(served, "ida", "/participants/P01/")


def test_screen_failure_has_day_and_cause(served: Served) -> None:
    """WEB-SCR-04: and nothing can be decided after it."""
    begin(served)
    decide(served, step="screen_fail", on=day(served), why="muscle biopsy refused")
    casebook = served.site.casebooks["P01"]
    assert (casebook.status, casebook.end_reason) == ("screen failure", "muscle biopsy refused")
    decide(served, step="enrol", on=day(served), known="yes")
    assert status(served) == "screen failure"
    assert "Decision" not in read(served, "ida", PAGE)


def test_a_wrong_day_is_told_and_kept(served: Served) -> None:
    """WEB-SCR-03: what was typed stays on the page."""
    make_eligible(served)
    answer = served.browser("ida").post(
        PAGE, {"step": "enrol", "on": "the 3rd", "known": "yes", "request": served.site.new_id()}
    )
    assert answer.status_code == 422
    assert 'value="the 3rd"' in answer.content.decode()


def test_a_resend_is_recorded_once(served: Served) -> None:
    """WEB-SCR-03: pressing twice enrols once."""
    make_eligible(served)
    sent = {"step": "enrol", "on": day(served), "request": served.site.new_id()}
    for _ in range(2):
        served.browser("ida").post(PAGE, sent)
    assert [entry.act for entry in served.site.history(participant="P01", item="")].count("enrol") == 1


@pytest.mark.parametrize("person", ["nora", CUSTODIAN, "stan"])
def test_who_may_not_enrol_is_not_asked(served: Served, person: str) -> None:
    """EDC-5, EDC-18: a role without the right decides nothing, by page or by link."""
    make_eligible(served)
    if person != CUSTODIAN:
        assert "Decision" not in read(served, person, PAGE)
    served.browser(person).post(PAGE, {"step": "enrol", "on": day(served), "request": served.site.new_id()})
    assert status(served) == "screening"


def test_one_form_of_screening_leads_to_the_next(served: Served) -> None:
    """WEB-SCR-05: Save leads on to the next form that is still open, and every form leads back to the screening."""
    begin(served)
    form = "/participants/P01/forms/consent/"
    page = served.browser("ida").get(form).content.decode()
    assert f'href="{PAGE}"' in page
    assert "Save and next form" in page
    sent = {"request": served.site.new_id(), "items": "date", "answer.date": day(served), "do": "next"}
    there = served.browser("ida").post(form, sent)["Location"]
    assert there.startswith("/participants/P01/forms/screening/?saved=")
    rows = served.browser("ida").get("/participants/P01/forms/prior/").content.decode()
    assert "Next form" in rows
    assert (
        "Save and next form" not in served.browser("ida").get("/participants/P01/forms/prior/rows/1/").content.decode()
    )


def test_a_form_that_a_criterion_waits_for_is_offered_again(served: Served) -> None:
    """WEB-SCR-06: it is complete by itself, and an answer on which a criterion hangs was left out."""
    make_eligible(served)
    fill(served, "P01", "serology", hbsag="NEG", anti_hbc="NEG")
    fill(served, "P01", "activity", weakness="")
    page = read(served, "ida", PAGE)
    assert "complete a criterion waits for 1 answer" in page
    form = "/participants/P01/forms/eligibility/"
    assert "Save and next form" in served.browser("ida").get(form).content.decode()
    assert onward(served, form, "E3", "no").startswith("/participants/P01/forms/activity/?saved=")
    assert onward(served, "/participants/P01/forms/activity/", "weakness", "yes") == PAGE


def test_the_last_form_of_screening_leads_to_the_verdict(served: Served) -> None:
    """WEB-SCR-06: a form for which no criterion and no dose waits is passed over; what was saved is told there."""
    make_eligible(served)
    assert onward(served, "/participants/P01/forms/biopsy/", "lipid", "NORMAL").startswith(
        "/participants/P01/forms/serology/?saved="
    )
    fill(served, "P01", "serology", hbsag="NEG", anti_hbc="NEG")
    assert "Save and back to the screening" in read(served, "ida", "/participants/P01/forms/eligibility/")
    assert "Back to the screening" in read(served, "ida", "/participants/P01/forms/prior/")
    assert onward(served, "/participants/P01/forms/eligibility/", "E3", "yes") == PAGE
    page = read(served, "ida", PAGE)
    assert "Saved at" in page
    assert "Verdict not eligible" in page


def test_what_is_left_open_leads_on_to_the_verdict(served: Served) -> None:
    """WEB-SCR-07: both lack an optional answer, such as one of the laboratory; each is offered, and neither twice."""
    make_eligible(served)
    fill(served, "P01", "activity", weakness="")
    fill(served, "P01", "serology", hbsag="NEG")
    activity, serology = (f"/participants/P01/forms/{form}/" for form in ("activity", "serology"))
    assert onward(served, "/participants/P01/forms/screening/", "age", "55").startswith(f"{activity}?")
    assert onward(served, activity, "ck", "1668").startswith(f"{serology}?")
    assert "Save and next form" in read(served, "ida", serology)
    assert onward(served, serology, "hbsag", "POS") == PAGE
    assert onward(served, serology, "anti_hbc", "NEG").startswith(f"{activity}?")
    assert onward(served, activity, "ck", "1669") == PAGE


def onward(served: Served, form: str, item: str, answer: str) -> str:
    """Save one answer, and return where the button to the next form leads."""
    sent = {"request": served.site.new_id(), "items": item, f"answer.{item}": answer, "do": "next"}
    return str(served.browser("ida").post(form, {**sent, f"reason.{item}": "typed wrongly"})["Location"])


ASKS = """\
    E8: {text: Enzymes normal, when: 'enzymes.ck < 100.0'}
    E9: {text: Methotrexate within 4 weeks, washout: {since: last background_drugs.start, at_least: 4 weeks}}
"""


def test_every_form_that_a_criterion_asks_is_listed(unopened: Served) -> None:
    """WEB-SCR-05: those of a visit and of any time too, with their state; a form of later visits is not."""
    file = unopened.folder / "study.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("  exclusion:\n", f"  exclusion:\n{ASKS}", 1), encoding="utf-8")
    unopened.site.begin(CUSTODIAN)
    unopened.site.record(grant("ida", "investigator"), by=CUSTODIAN)
    begin(unopened)
    listed = read(unopened, "ida", PAGE).partition("Forms of screening")[2].partition("Decision")[0]
    assert "Muscle enzymes (Baseline) no data" in listed
    assert "Immunosuppressive agents no data" in listed
    assert "(Week 4)" not in listed
    assert "Infusion" not in listed
    fill(unopened, "P01", "enzymes", visit="baseline", ck="1500", ck_upper="190", ldh="600", sgot="80")
    assert "Muscle enzymes (Baseline) complete" in read(unopened, "ida", PAGE)


def test_after_screening_a_form_stands_alone(served: Served) -> None:
    """WEB-SCR-05: once it is decided, no form outside of visits leads on to another."""
    make_eligible(served)
    decide(served, step="enrol", on=day(served))
    page = served.browser("ida").get("/participants/P01/forms/screening/").content.decode()
    assert "Save and next form" not in page
    assert f'href="{PAGE}"' not in page
