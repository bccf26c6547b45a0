"""A questionnaire on a phone that loses its connection, in a real Chromium.

WAIT-01: without a connection the question stays, says so, and what was answered is sent again until it is saved.
WAIT-02: an answer of the server that never came: the same is sent again, stored once; sent off twice is thanked once.
WAIT-03: a way back waits too. WAIT-04: a page that was refused is shown as the server words it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.web.asked import make_link, ready
from tests.web.browsing import at_an_address, chromium_page
from tests.web.conftest import Served

pytestmark = pytest.mark.needs_chromium
PHONE = {"width": 390, "height": 844}
TOLD = "#waiting:not([hidden])"


@pytest.fixture
def address(served: Served) -> Iterator[str]:
    """Serve the study at an address of this machine."""
    ready(served, words=("haq-di",))
    with at_an_address() as found:
        yield found


def entries(served: Served) -> int:
    """Count what is recorded of the questionnaire."""
    return len(served.site.history(participant="P01", form="haq"))


def begin(page: Any, address: str, code: str) -> None:
    """Open a link as a participant does."""
    page.goto(f"{address}/q#{code}")
    page.click("text=Begin")
    page.wait_for_selector(".way")


def lose(route: Any) -> None:
    """Let the server have what is sent, and lose its answer once."""
    route.fetch(max_redirects=0)
    route.abort("connectionreset")


def test_no_connection(served: Served, address: str, chromium: str) -> None:
    """WAIT-01, WAIT-03: on the way forth and back; Chinese for who answers in Chinese."""
    code = make_link(served, "haq")
    with chromium_page(chromium, viewport=PHONE, has_touch=True) as page:
        begin(page, address, code)
        page.click("text=Next")
        page.wait_for_selector("fieldset.asked")
        here = page.url
        page.locator("fieldset.asked label").first.click()
        page.context.set_offline(True)
        page.click("text=Next")
        page.wait_for_selector(TOLD)
        assert "sent again by itself" in page.inner_text("#waiting")
        assert (page.url, page.locator("fieldset.asked input:checked").count(), entries(served)) == (here, 1, 0)
        page.context.set_offline(False)
        page.wait_for_url(lambda url: url != here)
        once = entries(served)
        assert once
        there = page.url
        page.context.set_offline(True)
        page.click("text=Back")
        page.wait_for_selector(TOLD)
        assert page.url == there
        page.context.set_offline(False)
        page.wait_for_url(here)
        assert page.locator("fieldset.asked input:checked").count() == 1
    assert entries(served) == once


def test_an_answer_that_never_came(served: Served, address: str, chromium: str) -> None:
    """WAIT-02: of a step, and of the end."""
    code = make_link(served, "haq")
    with chromium_page(chromium, viewport=PHONE) as page:
        begin(page, address, code)
        page.click("text=Next")
        page.wait_for_selector("fieldset.asked")
        here = page.url
        page.locator("fieldset.asked label").first.click()
        page.route("**/q/**", lose, times=1)
        page.click("text=Next")
        page.wait_for_selector(TOLD)
        page.wait_for_url(lambda url: url != here, timeout=20_000)
        once = entries(served)
        page.goto(f"{address}/q/review")
        page.route("**/q/finish", lose, times=1)
        page.click("text=Send off")
        page.wait_for_url("**/q/thanks", timeout=20_000)
    told = [entry.text or "" for entry in served.site.history(participant="P01") if entry.act == "note"]
    assert (once, sum("finished by the participant" in text for text in told)) == (1, 1)


def test_what_is_refused(served: Served, address: str, chromium: str) -> None:
    """WAIT-04: a code that is wrong is told once, and a number beyond the line where it was typed."""
    code = make_link(served, "patient_global")
    with chromium_page(chromium, viewport=PHONE) as page:
        page.goto(f"{address}/q#wrong")
        with page.expect_navigation():
            page.click("text=Begin")
        assert "/q/begin" in page.url
        begin(page, address, code)
        page.click("summary:has-text('number')")
        page.fill(".vas-typed input", "42")
        page.evaluate("document.querySelector('form').noValidate = true")
        page.click("text=Next")
        page.wait_for_selector("#told")
    assert served.site.history(participant="P01", item="global") == ()
