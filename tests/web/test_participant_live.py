"""The pages on participants in a real browser.

WEB-LIVE-01: no page on participants has a fault that axe finds, or is wider than a phone.
WEB-LIVE-02: the key `/` leads to the search from every page, arrow keys move in the grid.
WEB-LIVE-03: every printed page says of which study and participant it is, and that data are invented; none is cut.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from tests.web.browsing import at_an_address, chromium_page, sign_in
from tests.web.conftest import STUDIES, Served
from tests.web.followed import begin, day, fill, treated

pytestmark = pytest.mark.needs_chromium
PHONE = {"width": 390, "height": 844}
FIRST, SECOND = "/participants/P01/", "/participants/P02/"
OF_ONE = ("", "status/", "screening/", "visits/week 4/", "unscheduled/")
PAGES = ("/participants/", "/grid/", "/screen", f"{SECOND}screening/", *(FIRST + part for part in OF_ONE))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The seed study with invented data, so that pages say so."""
    found = Path(shutil.copytree(STUDIES / "rituximab_polymyositis", tmp_path / "study"))
    study = found / "study.yaml"
    study.write_text(study.read_text(encoding="utf-8").replace("  data: real", "  data: invented"), encoding="utf-8")
    return found


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


PRINTED = (FIRST, f"{FIRST}doses/rituximab/sheet/")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs poppler-utils: make test-deps")
@pytest.mark.parametrize("path", PRINTED)
def test_every_printed_page_is_labelled(served: Served, address: str, chromium: str, tmp_path: Path, path: str) -> None:
    """WEB-LIVE-03: on low paper, so that there are several pages; a table is as wide as the paper."""
    with chromium_page(chromium) as page:
        sign_in(page, address, served.browser("ida"))
        page.goto(address + path)
        page.pdf(path=tmp_path / "printed.pdf", width="148mm", height="90mm")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 700, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= 700
    text = subprocess.run(
        ["pdftotext", tmp_path / "printed.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    pages = text.split("\f")[:-1]
    assert len(pages) > 1
    heads = [" ".join(one.split())[:90] for one in pages]
    label = "Invented data: no real participant. rituximab-polymyositis · P01"
    assert [one for one in heads if not one.startswith(label)] == []


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
