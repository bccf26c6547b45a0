"""The line of a visual analogue scale, and the pages around it, in a real Chromium.

VAS-01: no mark and no value until the line is touched; a touch puts the mark where the finger is. VAS-02: the first key
makes the mark and arrows move it, and how it was made is recorded. VAS-03: the value is not shown; a number can be
typed instead, and without the script typing is the way. VAS-04: the line is 100 mm long where the screen was measured,
and on paper. ASK-06: targets are 48 px or larger; axe finds nothing; no request leaves this machine. LINK-06: the code
behind the # leaves the address before the page does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.web.asked import HERE, hand_over, make_link, ready
from tests.web.browsing import at_an_address, chromium_page, sign_in
from tests.web.conftest import Served

pytestmark = pytest.mark.needs_chromium
TABLET = {"width": 820, "height": 1180}
MM = 96 / 25.4
"""CSS pixels of a millimetre."""


@pytest.fixture
def address(served: Served) -> Iterator[str]:
    """Serve the study at an address of this machine."""
    ready(served, words=("haq-di",))
    with at_an_address() as found:
        yield found


def violations(page: Any) -> list[str]:
    """Return the rules of accessibility that a page breaks."""
    from axe_core_python.sync_playwright import Axe

    return [found["id"] for found in Axe().run(page)["violations"]]


def cookie_of(served: Served, *forms: str) -> dict[str, str]:
    """Hand a tablet over and return its cookie."""
    client = hand_over(served, *forms)
    return {"name": "questionnaire", "value": client.cookies["questionnaire"].value}


def move(page: Any, button: str) -> None:
    """Press a button and wait for the page that it leads to."""
    with page.expect_navigation():
        page.click(button)


def modes(served: Served) -> list[tuple[str | None, str | None]]:
    """Return value and mode of every entry of the line."""
    found = served.site.history(participant="P01", form="patient_global", item="global")
    return [(entry.value, entry.mode) for entry in found]


def test_the_line(served: Served, address: str, chromium: str) -> None:
    """VAS-01, VAS-02, VAS-03, ASK-06: untouched, touched, by keys, typed."""
    cookie = cookie_of(served, "patient_global")
    with chromium_page(chromium, viewport=TABLET, has_touch=True) as page:
        page.context.add_cookies([{**cookie, "url": address}])
        page.goto(f"{address}/q/now")
        value = page.locator(".vas-value")
        assert (value.input_value(), page.locator(".vas-mark").is_visible()) == ("", False)
        assert page.locator(".vas-slider").get_attribute("aria-valuetext") == "no mark yet"
        assert violations(page) == []
        move(page, "text=Next")
        assert page.locator("#told").is_visible()

        box = page.locator(".vas-track").bounding_box()
        page.touchscreen.tap(box["x"] + 0.63 * box["width"], box["y"] + box["height"] / 2)
        assert (value.input_value(), page.locator(".vas-mark").is_visible()) == ("6.3", True)
        assert "6.3" not in page.inner_text("main")
        assert violations(page) == []
        page.click("text=Take the mark away")
        assert (value.input_value(), page.locator(".vas-mark").is_visible()) == ("", False)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        assert value.input_value() == "0.1"
        move(page, "text=Next")
        page.go_back()
        page.click("text=Type a number instead")
        page.fill("#typed-global", "7.5")
        assert value.input_value() == ""
        move(page, "text=Next")
        assert "7.5" not in page.inner_text("main")
    assert modes(served) == [("0.1", "keyboard"), ("7.5", "keyboard")]


@pytest.mark.parametrize(("key", "value"), [("ArrowUp", "0.0"), ("ArrowLeft", "10.0"), ("5", "5.0"), ("End", "10.0")])
def test_the_first_key(key: str, value: str, served: Served, address: str, chromium: str) -> None:
    """VAS-02: an arrow begins at the end from which it comes, a digit at its tenth."""
    cookie = cookie_of(served, "patient_global")
    with chromium_page(chromium) as page:
        page.context.add_cookies([{**cookie, "url": address}])
        page.goto(f"{address}/q/now")
        page.locator(".vas-slider").focus()
        page.keyboard.press("Tab")
        assert page.locator(".vas-value").input_value() == ""
        page.keyboard.press("Shift+Tab")
        page.keyboard.press(key)
        assert page.locator(".vas-value").input_value() == value


def test_without_the_script(served: Served, address: str, chromium: str) -> None:
    """VAS-03: a number is typed, with the words of both ends beside it."""
    cookie = cookie_of(served, "patient_global")
    with chromium_page(chromium, java_script_enabled=False) as page:
        page.context.add_cookies([{**cookie, "url": address}])
        page.goto(f"{address}/q/now")
        assert "0: very well. 10: very badly." in page.inner_text("main")
        page.fill("#typed-global", "2.5")
        page.click("text=Next")
        assert page.url.endswith("/q/review")
    assert modes(served) == [("2.5", "keyboard")]


def test_a_measured_screen(served: Served, address: str, chromium: str) -> None:
    """VAS-04: 100 mm by the bank card that was held against the screen; never wider than the page."""
    cookie = cookie_of(served, "patient_global")
    with chromium_page(chromium, viewport=TABLET) as page:
        page.context.add_cookies([{**cookie, "url": address}])
        page.goto(f"{address}/q/now")
        page.evaluate("localStorage.setItem('trialbook-px-per-mm', '5.2')")
        page.reload()
        assert page.locator(".vas-track").bounding_box()["width"] == pytest.approx(520, abs=1)
        page.evaluate("localStorage.setItem('trialbook-px-per-mm', '12')")
        page.reload()
        assert page.locator(".vas-track").bounding_box()["width"] < TABLET["width"]


def test_targets_are_large(served: Served, address: str, chromium: str) -> None:
    """ASK-06: every answer and button of a question, on a phone and on a tablet."""
    cookie = cookie_of(served, "haq")
    with chromium_page(chromium, viewport={"width": 390, "height": 844}) as page:
        page.context.add_cookies([{**cookie, "url": address}])
        page.goto(f"{address}/q/now")
        move(page, "text=Next")
        for size in ({"width": 390, "height": 844}, TABLET):
            page.set_viewport_size(size)
            boxes = [one.bounding_box() for one in page.locator(".answers label, button, .button").all()]
            assert len(boxes) >= 7
            assert all(box["height"] >= 48 and box["width"] >= 48 for box in boxes)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(page) == []
        page.locator(".answers input").first.focus()
        page.keyboard.press("ArrowDown")
        move(page, "text=Next")
    entry = served.site.history(participant="P01", form="haq", item="dressing_clothes")[0]
    assert (entry.value, entry.mode) == ("1", "keyboard")


def test_the_code_leaves_the_address(served: Served, address: str, chromium: str) -> None:
    """LINK-06: taken from behind the #, put into the form, and gone from address and history."""
    code = make_link(served, "haq")
    with chromium_page(chromium, viewport={"width": 390, "height": 844}) as page:
        asked: list[tuple[str, str]] = []
        page.on("request", lambda request: asked.append((request.url, request.headers.get("referer", ""))))
        page.goto(f"{address}/q#{code}")
        assert code not in page.url
        assert violations(page) == []
        move(page, "text=Begin")
        assert "/q/step/" in page.url
    assert not any(code in url + referer for url, referer in asked)


def test_pages_of_staff(served: Served, address: str, chromium: str) -> None:
    """ASK-06, VAS-04: axe finds nothing on the pages of staff, and the line on paper is 100 mm long."""
    make_link(served, "haq")
    client = served.browser("nora")
    with chromium_page(chromium, viewport=TABLET) as page:
        sign_in(page, address, client)
        for path in (HERE, "/wordings/", "/invitations/", "/participants/P01/visits/week%2012/paper/"):
            page.goto(f"{address}{path}")
            assert (path, violations(page)) == (path, [])
        page.emulate_media(media="print")
        assert page.locator(".vas-line").bounding_box()["width"] == pytest.approx(100 * MM, abs=0.1)
