"""The pages on participants in a real browser.

WEB-LIVE-01: no page on participants has a fault that axe finds, or is wider than a phone.
WEB-LIVE-02: the key `/` leads to the search from every page, arrow keys move in the grid.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_core_python.sync_playwright import Axe
from tests.web.browsing import at_an_address, chromium_page, sign_in
from tests.web.conftest import Served
from tests.web.followed import begin, day, fill, treated

pytestmark = pytest.mark.needs_chromium
PHONE = {"width": 390, "height": 844}
FIRST, SECOND = "/participants/P01/", "/participants/P02/"
OF_ONE = ("", "status/", "screening/", "visits/week 4/", "unscheduled/")
PAGES = ("/participants/", "/grid/", "/screen", f"{SECOND}screening/", *(FIRST + part for part in OF_ONE))


@pytest.fixture
def address(served: Served) -> Iterator[str]:
    """The address of the site of a study with two participants."""
    treated(served, ago=40)
    fill(served, "P01", "adverse_events", repeat="1", term="Cough", start=day(served, ago=10), grade="2")
    begin(served, "P02")
    served.browser("ida")  # before Playwright begins: Django's ORM is not to be used within its loop
    with at_an_address() as found:
        yield found


def test_axe_finds_nothing_and_a_phone_is_wide_enough(served: Served, address: str, chromium: str) -> None:
    """WEB-LIVE-01: in the dark, where colours are the hardest to get right."""
    with chromium_page(chromium, viewport=PHONE, has_touch=True, color_scheme="dark", reduced_motion="reduce") as page:
        sign_in(page, address, served.browser("ida"))
        for path in PAGES:
            page.goto(address + path)
            page.evaluate("for (const part of document.querySelectorAll('details:not(.who)')) part.open = true")
            found = [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page)["violations"]]
            assert found == [], path
            assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path


def test_keys(served: Served, address: str, chromium: str) -> None:
    """WEB-LIVE-02."""
    with chromium_page(chromium) as page:
        sign_in(page, address, served.browser("ida"))
        page.goto(f"{address}/participants/P01/")
        page.keyboard.press("/")
        page.wait_for_url("**/participants/#search")
        page.keyboard.type("p2")
        page.keyboard.press("Enter")
        page.wait_for_url("**/participants/P02/")
        page.goto(f"{address}/grid/")
        page.locator("table.grid td a").first.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/participants/P02/visits/week%204/")
