"""A new row in a real Chromium, where somebody else is quicker: what is typed gets a row of its own.

NEWROW-02: with a draft that a reload brings back. NEWROW-03: what is typed while a save is under way goes on in the row
that it got; the next page says which.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.web.browsing import chromium_page, sign_in
from tests.web.conftest import Served
from tests.web.test_form_live import DESKTOP, SAVE, address, fill
from tests.web.treated import put

pytestmark = pytest.mark.needs_chromium
__all__ = ["address"]
ROW = "/participants/P01/forms/adverse_events/rows/1/"
TAKEN = "Row 1 was taken meanwhile by nils; yours is row 2."


def stored(served: Served, number: int) -> dict[str, str | None]:
    answers = served.site.casebooks["P01"].answers
    return {cell.item: one.value for cell, one in answers.items() if cell.repeat == str(number)}


def test_a_draft_gets_a_row_of_its_own(served: Served, address: str, chromium: str) -> None:
    with chromium_page(chromium, viewport=DESKTOP) as page:
        sign_in(page, address, served.browser("nora"))
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(address + ROW)
        fill(page, "term", "Infarction")
        put(served, "nils", "adverse_events", {"term": "Itching", "grade": "1"}, repeat="1")
        page.reload()
        page.wait_for_selector("#unsaved:not([hidden])")
        assert page.input_value("#in-term") == "Infarction"
        page.click(SAVE)
        page.wait_for_url("**/rows/2/**")
        assert TAKEN in page.inner_text("#main")
        page.reload()
        assert page.input_value("#in-term") == "Infarction"
        assert page.locator("#unsaved").is_hidden()
    assert (stored(served, 1), stored(served, 2)) == ({"term": "Itching", "grade": "1"}, {"term": "Infarction"})


def test_what_is_typed_meanwhile_goes_on_in_that_row(
    served: Served,
    address: str,
    chromium: str,
) -> None:
    held: list[Any] = []
    with chromium_page(chromium, viewport=DESKTOP) as page:
        sign_in(page, address, served.browser("nora"))
        page.goto(address + ROW)
        put(served, "nils", "adverse_events", {"term": "Itching"}, repeat="1")
        page.route(
            "**/rows/1/", lambda route: held.append(route) if route.request.method == "POST" else route.continue_()
        )
        page.fill("#in-term", "Infarction")
        page.click(SAVE)
        page.wait_for_function("document.getElementById('entry').getAttribute('aria-busy') === 'true'")
        page.check("input[name='answer.grade'][value='4']")
        held[0].continue_()
        page.wait_for_url("**/rows/2/")
        assert page.get_attribute("#entry", "action") == "/participants/P01/forms/adverse_events/rows/2/"
        page.click(SAVE)
        page.wait_for_url("**saved=**")
        assert TAKEN in page.inner_text("#main")
    assert (stored(served, 1), stored(served, 2)) == ({"term": "Itching"}, {"term": "Infarction", "grade": "4"})
