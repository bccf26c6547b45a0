"""The site for people whose browser runs no scripts: the core of a day's work, in a real Chromium with scripts off.

NOSCRIPT-01: sign in, look at what is due, save the form of a visit, record a dose and an adverse event, correct one.
NOSCRIPT-02: language, role and filters change by forms that a browser sends by itself; nothing needs a script.
NOSCRIPT-04: a form that was open while one signed in anew is refused with a way back, and nothing typed is lost.
NOSCRIPT-03: what a script would do while a form is filled in (hidden questions, histories) is reachable all the same.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.web.browsing import at_an_address, chromium_page
from tests.web.conftest import CUSTODIAN, PASSWORD, Served, account_of
from tests.web.treated import day, treat

from trialbook.capture.acts import grant, screen

pytestmark = pytest.mark.needs_chromium
SAVED = "p.message strong:has-text('Saved at')"


@pytest.fixture
def study(served: Served) -> Served:
    """A participant in the middle of treatment; the nurse is also a monitor."""
    treat(served)
    served.site.record(screen("P02"), by="ida")
    served.site.record(grant("nora", "monitor"), by=CUSTODIAN)
    account_of("nora")
    return served


def saved(page: Any, **answers: str) -> None:
    """Fill in items of the form that is open, and save it."""
    for item, text in answers.items():
        choice = page.locator(f"input[type=radio][name='answer.{item}'][value='{text}']")
        if choice.count():
            choice.check()
        else:
            page.fill(f"#in-{item}", text)
    page.click("button[value=save]")
    page.wait_for_selector(SAVED)


def test_a_day_without_scripts(study: Served, chromium: str) -> None:
    """NOSCRIPT-01, NOSCRIPT-02, NOSCRIPT-03."""
    with at_an_address() as address, chromium_page(chromium, java_script_enabled=False) as page:
        page.set_default_timeout(15_000)
        signed_in(page, address)
        visit_form(page, address)
        dose(study, page, address)
        event(study, page, address)
        chosen(page, address)
    casebook = study.site.casebooks["P01"]
    assert casebook.value("enzymes", "ck", visit="baseline") == "1600"
    assert casebook.value("infusion", "given", repeat="3") == "580"
    assert casebook.value("adverse_events", "term", repeat="1") == "Fever"


def test_a_form_from_before_the_sign_in(study: Served, chromium: str) -> None:
    """NOSCRIPT-04."""
    form = "/participants/P01/visits/baseline/forms/enzymes/"
    with at_an_address() as address, chromium_page(chromium, java_script_enabled=False) as page:
        page.set_default_timeout(15_000)
        signed_in(page, address)
        page.goto(address + form)
        page.fill("#in-ck", "1500")
        page.context.clear_cookies()
        signed_in(page.context.new_page(), address)
        page.click("button[value=save]")
        page.wait_for_selector("h1:has-text('This form has expired')")
        assert "DEBUG" not in page.content()
        assert page.locator("dl.facts").inner_text().split() == ["answer.ck", "1500", "U/L"]
        with page.expect_popup() as opened:
            page.click("main >> text=Open the form anew")
        saved(opened.value, ck="1500")
    assert study.site.casebooks["P01"].value("enzymes", "ck", visit="baseline") == "1500"


def signed_in(page: Any, address: str) -> None:
    """Sign in with the password, act as nurse, and see what is due."""
    page.goto(f"{address}/")
    page.fill("#id_code", "nora")
    page.fill("#id_password", PASSWORD)
    page.click("main >> button:text-is('Sign in')")
    page.wait_for_selector("h1:has-text('Today')")
    act_as(page, "Nurse")
    assert "P01" in page.inner_text("main")


def act_as(page: Any, role: str) -> None:
    """Change the role in the menu below one's code."""
    page.click("details.who summary")
    page.select_option("#grant", label=role)
    page.click("details.who button:text-is('Change')")
    assert role in page.inner_text("details.who summary")


def visit_form(page: Any, address: str) -> None:
    """Save the form of a visit, be told what is wrong with a change, correct it, and read its history."""
    page.goto(f"{address}/participants/P01/visits/baseline/forms/enzymes/")
    saved(page, ck="1500", ck_upper="190", ldh="500")
    page.fill("#in-ck", "1600")
    page.click("button[value=save]")
    assert "Not saved: this stands against it" in page.inner_text("main")
    assert page.input_value("#in-ck") == "1600"
    page.fill("input[name='reason.ck']", "misread")
    page.click("button[value=save]")
    page.wait_for_selector(SAVED)
    page.click("#item-ck summary:has-text('History')")
    page.click("#item-ck >> text=All that was recorded here")
    assert "misread" in page.inner_text("main")


def dose(study: Served, page: Any, address: str) -> None:
    """Follow the dose of today from its plan to the form, where a question hangs on another answer."""
    page.goto(f"{address}/participants/P01/doses/rituximab/")
    page.fill("#on", day(study, 0))
    page.click("button:text-is('Work out')")
    page.click("text=Record a dose")
    saved(page, start=day(study, 0), paracetamol="yes", given="580", reaction="yes")
    page.check("input[type=checkbox][name='answer.reserve'] >> nth=0")
    page.click("button[value=save]")
    page.wait_for_selector(SAVED)


def event(study: Served, page: Any, address: str) -> None:
    """Record an adverse event from the participant's list of them."""
    page.goto(f"{address}/participants/P01/events/")
    page.click("main a.button >> nth=0")
    saved(page, term="Fever", start=day(study, 1), grade="2", serious="no")
    page.goto(f"{address}/participants/P01/events/")
    assert "Fever" in page.inner_text("main")


def chosen(page: Any, address: str) -> None:
    """Filter the participants, change the role and the language."""
    page.goto(f"{address}/participants/")
    page.locator("main form[method=get] select").first.select_option(label="screening")
    page.locator("main form[method=get] button").first.click()
    assert "P02" in page.inner_text("main table")
    assert "P01" not in page.inner_text("main table")
    act_as(page, "Monitor")
    page.click("details.who summary")
    page.locator("details.who form[action$='/language'] button").first.click()
    page.wait_for_selector("html[lang=zh-hant]")
    assert "監測者" in page.inner_text("details.who summary")
