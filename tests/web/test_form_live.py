"""A form in a real Chromium: live checks, leaving, lost connections, two people, fingers and keys.

EDC-13: the person is asked before an answer is hidden with what it holds. EDC-14, EDC-15: caught and warned while it is
filled in. EDC-19: leaving offers save, discard and stay; discard leaves no trace. EDC-2: a session that ends loses
nothing typed. SAVE-01: a double click stores once. SAVE-03: offline, and an answer that never came. LIVE-01: axe finds
nothing. LIVE-02: Enter sends no form by accident. LIVE-03: what was typed is seen by nobody who signs in later.
LIVE-04: what has the focus is never hidden behind the bar with the buttons. LIVE-05: what is typed takes the place of a
proposed code. LIVE-06: who was signed out, and signs in again in a window beside this one, saves what was typed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.web.browsing import at_an_address, chromium_page, sign_in
from tests.web.conftest import PASSWORD, Served, account_of

from trialbook.capture.acts import grant, save_form, screen

pytestmark = pytest.mark.needs_chromium
BASE = "/participants/P01"
ENZYMES = f"{BASE}/visits/baseline/forms/enzymes/"
SCREENING = f"{BASE}/forms/screening/"
PHONE = {"width": 390, "height": 844}
TABLET = {"width": 820, "height": 1180}
DESKTOP = {"width": 1280, "height": 900}
BEHIND = """(() => {
  const at = document.activeElement, bar = document.querySelector(".sticky");
  if (bar.contains(at)) return null;
  const box = at.getBoundingClientRect();
  const isSeen = box.top >= 0 && box.bottom <= bar.getBoundingClientRect().top + 1;
  return isSeen ? "" : `${at.name || at.tagName} ${at.value || ""}`;
})()"""
"""What has the focus, where the bar hides any of it; nothing where all is seen, null once the bar itself has it."""
SAVE = "button[value=save]"


@pytest.fixture
def address(served: Served) -> Iterator[str]:
    """Serve a study with one participant at an address of this machine."""
    served.site.record(screen("P01"), by="carla")
    served.site.record(grant("nils", "nurse"), by="carla")
    for person in ("nora", "nils", "ida"):
        account_of(person)
        served.browser(person)  # before Playwright begins: Django's ORM is not to be used within its loop
    with at_an_address() as found:
        yield found


def fill(page: Any, item: str, text: str) -> None:
    """Type an answer and leave its input."""
    page.fill(f"#in-{item}", text)
    page.locator(f"#in-{item}").blur()


def value(served: Served, item: str) -> str | None:
    return served.site.casebooks["P01"].value("enzymes", item, visit="baseline")


def test_a_form_from_first_key_to_correction(served: Served, address: str, chromium: str) -> None:
    """EDC-14, EDC-15, EDC-19, SAVE-01, LIVE-02: a nurse's way through one form."""
    with chromium_page(chromium, viewport=PHONE, has_touch=True) as page:
        sign_in(page, address, served.browser("nora"))
        page.goto(address + ENZYMES)
        fill(page, "ldh", "30000")
        page.wait_for_selector("#said-ldh .look")
        fill(page, "ck", "4,3")
        page.wait_for_selector("#said-ck .wrong")
        page.locator("#in-ck").press("Enter")
        assert page.evaluate("document.activeElement.name") == "answer.ck_upper"
        page.click("ol.crumbs a")
        assert page.evaluate("document.getElementById('leave').open")
        page.click("[data-leave=stay]")
        page.click(SAVE)
        page.wait_for_selector(".problems")
        assert page.input_value("#in-ck") == "4,3"
        fill(page, "ck", "200")
        page.dblclick(SAVE)
        page.wait_for_url("**saved=**")
        assert "2 answers entered" in page.inner_text("#main .message")
        fill(page, "ck", "300")
        page.wait_for_selector("#why-ck.is-needed[open]")
        page.fill("input[name='reason.ck']", "misread")
        page.keyboard.press("Control+s")
        page.wait_for_selector("text=1 corrected")
        page.locator("#item-ck details.history summary").click()
        page.wait_for_selector("#item-ck .lines")
        assert "misread" in page.inner_text("#item-ck .told")
    assert value(served, "ck") == "300"


def test_enter_leads_from_question_to_question(served: Served, address: str, chromium: str) -> None:
    """LIVE-02: from boxes, choices and ticks, answered or not; Save has the focus at last, and nothing is sent."""
    before = served.site.book.head()
    with chromium_page(chromium, viewport=DESKTOP) as page:
        sign_in(page, address, served.browser("ida"))
        page.goto(address + SCREENING)
        page.focus("#in-age")
        assert entered(page) == ["sex", "duration", "other_autoimmune", "malignancy", "last_surgery"]
        page.locator("input[name='never.last_surgery']").press("Space")
        assert entered(page) == ["last_live_vaccine", "pregnant", "lactating", "anti_jo_1", "do"]
        page.check("input[name='answer.sex'][value=M]")
        page.locator("#item-pregnant").wait_for(state="hidden")
        page.focus("#in-age")
        assert entered(page, 1) == ["sex"]
        assert page.evaluate("document.activeElement.value") == "M"
        assert entered(page, 6)[-2:] == ["last_live_vaccine", "anti_jo_1"]
    assert served.site.book.head() == before


def entered(page: Any, times: int = 5) -> list[str]:
    """Press Enter so often; return the item, or the name, of what has the focus after each."""
    names = []
    for _ in range(times):
        page.keyboard.press("Enter")
        names.append(page.evaluate("document.activeElement.name").removeprefix("answer."))
    return names


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_the_focus_is_never_behind_the_bar(served: Served, address: str, chromium: str, size: dict[str, int]) -> None:
    """LIVE-04 (WCAG 2.4.11): by keyboard through the longest form."""
    with chromium_page(chromium, viewport=size, reduced_motion="reduce") as page:
        sign_in(page, address, served.browser("ida"))
        page.goto(address + SCREENING)
        page.focus("#in-age")
        hidden = []
        for _ in range(60):
            page.keyboard.press("Tab")
            told = page.evaluate(BEHIND)
            if told is None:
                break
            hidden += [told] if told else []
        else:
            pytest.fail("the bar was never reached")
        assert hidden == []


def test_a_proposed_code_is_typed_over(served: Served, address: str, chromium: str) -> None:
    """LIVE-05: the box has the focus; typing at once, or after a click into it, replaces what is proposed."""
    with chromium_page(chromium, viewport=DESKTOP) as page:
        sign_in(page, address, served.browser("ida"))
        page.goto(f"{address}/screen")
        proposed = page.input_value("#code")
        page.keyboard.type("P07")
        assert (proposed != "", page.input_value("#code")) == (True, "P07")
        page.goto(f"{address}/screen")
        page.click("h1")
        page.click("#code")
        page.keyboard.type("P08")
        assert page.input_value("#code") == "P08"
        page.click("#code")
        page.keyboard.type("9")
        assert sorted(page.input_value("#code")) == sorted("P089")


def test_discarding_leaves_no_trace(served: Served, address: str, chromium: str) -> None:
    """EDC-19."""
    before = served.site.book.head()
    with chromium_page(chromium, viewport=PHONE) as page:
        sign_in(page, address, served.browser("nora"))
        page.goto(address + ENZYMES)
        fill(page, "ck", "200")
        page.click("ol.crumbs a")
        page.click("[data-leave=discard]")
        page.wait_for_url(f"**{BASE}/**")
        page.goto(address + ENZYMES)
        assert page.input_value("#in-ck") == ""
    assert served.site.book.head() == before


def test_a_lost_connection_loses_nothing(served: Served, address: str, chromium: str) -> None:
    """SAVE-03: the page says so, keeps it, and saves by itself when the connection is back."""
    with chromium_page(chromium, viewport=PHONE) as page:
        sign_in(page, address, served.browser("nora"))
        page.goto(address + ENZYMES)
        fill(page, "ck", "200")
        page.context.set_offline(True)
        page.click(SAVE)
        page.wait_for_selector("#unsaved:has-text('Not saved yet')")
        page.wait_for_function("!document.getElementById('doing').textContent")
        assert page.input_value("#in-ck") == "200"
        page.context.set_offline(False)
        page.wait_for_url("**saved=**", timeout=20_000)
    assert value(served, "ck") == "200"


def test_an_answer_that_never_came_is_looked_up(served: Served, address: str, chromium: str) -> None:
    """SAVE-03: it was stored, once, and the page finds that out."""

    def lose(route: Any) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    with chromium_page(chromium, viewport=PHONE) as page:
        sign_in(page, address, served.browser("nora"))
        page.goto(address + ENZYMES)
        page.route(f"**{ENZYMES}", lose)
        fill(page, "ck", "200")
        page.click(SAVE)
        page.wait_for_selector("#unsaved:has-text('not known whether')")
        page.wait_for_url("**saved=**", timeout=20_000)
    assert len(served.site.history(participant="P01", item="ck")) == 1


def test_a_reload_brings_it_back_for_the_same_person_only(served: Served, address: str, chromium: str) -> None:
    """EDC-2, LIVE-03: after a time-out, too; whoever signs in next sees nothing of it."""
    with chromium_page(chromium, viewport=PHONE) as page:
        page.on("dialog", lambda dialog: dialog.accept())
        sign_in(page, address, served.browser("nora"))
        page.goto(address + ENZYMES)
        with page.expect_response("**/form-check"):
            fill(page, "ck", "200")
        page.wait_for_function("Object.keys(sessionStorage).some((name) => name.startsWith('trialbook form nora'))")
        page.reload()
        page.wait_for_selector("#unsaved:has-text('brought back')")
        assert page.input_value("#in-ck") == "200"
        sign_in(page, address, served.browser("nils"))
        page.goto(address + ENZYMES)
        assert page.input_value("#in-ck") == ""
        assert not page.evaluate(
            "Object.keys(sessionStorage).filter((name) => name.startsWith('trialbook form')).length"
        )
    assert value(served, "ck") is None


def test_signed_in_again_in_a_window_beside(served: Served, address: str, chromium: str) -> None:
    """LIVE-06 (EDC-2): this page was visible all the while; somebody else who signs in there saves nothing here."""
    with chromium_page(chromium, viewport=DESKTOP) as page:
        sign_in(page, address, served.browser("nora"))
        page.goto(address + ENZYMES)
        fill(page, "ck", "200")
        beside = page.context.new_page()
        signed_in_anew(beside, address, "nils")
        page.click(SAVE)
        page.wait_for_selector("#unsaved:has-text('signed out')")
        assert page.input_value("#in-ck") == "200"
        signed_in_anew(beside, address, "nora")
        assert page.evaluate("document.visibilityState") == "visible"
        page.click(SAVE)
        page.wait_for_url("**saved=**")
    assert [entry.text for entry in served.site.history(participant="P01", item="ck")] == ["200"]


def signed_in_anew(page: Any, address: str, person: str) -> None:
    """Sign out, and in again with the password."""
    page.goto(address)
    page.evaluate("document.querySelector('form[action=\"/sign-out\"]').submit()")
    page.wait_for_selector("input[name=password]")
    page.fill("input[name=code]", person)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("details.who")


def test_branching_hides_and_asks(served: Served, address: str, chromium: str) -> None:
    """EDC-12, EDC-13: what is empty is hidden at once, what holds an answer is asked about."""
    served.site.record(save_form("P01", "screening", {"sex": "F", "pregnant": "no"}), by="ida")
    with chromium_page(chromium, viewport=PHONE) as page:
        sign_in(page, address, served.browser("ida"))
        page.goto(address + SCREENING)
        assert page.locator("#item-lactating").is_visible()
        page.check("input[name='answer.sex'][value=M]")
        page.wait_for_selector("#doom-pregnant:not([hidden])")
        assert page.locator("#item-lactating").is_hidden()
        page.check("input[name='answer.sex'][value=F]")
        page.wait_for_selector("#item-lactating:not([data-not-asked])")


def test_one_tap_marks_all_others(served: Served, address: str, chromium: str) -> None:
    with chromium_page(chromium, viewport=PHONE) as page:
        sign_in(page, address, served.browser("nora"))
        page.goto(address + ENZYMES)
        fill(page, "ck", "200")
        page.select_option("#others-code", "ND")
        assert page.input_value("select[name='missing.ldh']") == "ND"
        assert page.input_value("select[name='missing.ck']") == ""


def violations(page: Any) -> list[tuple[str, list[str]]]:
    """Return the rules of accessibility that a page breaks, with what breaks them."""
    from axe_core_python.sync_playwright import Axe

    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in Axe().run(page)["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(served: Served, address: str, chromium: str, scheme: str) -> None:
    """LIVE-01: questions, ratings, rows, histories, refusals, on a phone."""
    served.site.record(save_form("P01", "enzymes", {"ck": "200", "ldh": "30000"}, visit="baseline"), by="nora")
    served.site.record(save_form("P01", "adverse_events", {"term": "Headache"}, repeat="1"), by="nora")
    pages = [
        ENZYMES, f"{BASE}/forms/adverse_events/", f"{BASE}/forms/adverse_events/rows/1/", SCREENING,
        f"{BASE}/visits/baseline/forms/haq/", f"{BASE}/form-history?form=enzymes&visit=baseline&item=ck",
    ]  # fmt: skip
    with chromium_page(chromium, viewport=PHONE, color_scheme=scheme, reduced_motion="reduce") as page:
        sign_in(page, address, served.browser("nora"))
        for where in pages if scheme == "light" else pages[:2]:
            page.goto(address + where)
            assert violations(page) == [], where
        page.goto(address + ENZYMES)
        fill(page, "ck", "x")
        page.click(SAVE)
        page.wait_for_selector(".problems")
        assert violations(page) == []
