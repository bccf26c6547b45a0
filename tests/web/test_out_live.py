"""Report and data, and recordings, in Chromium: by the statistician, the investigator, the nurse and the assessor.

OUT-LIVE-01: a statistician makes a report and data and fetches them, before and after a look by who may.
OUT-LIVE-02: axe-core finds nothing on these pages, light and dark, on a phone and a desktop; none is too wide.
OUT-LIVE-03: a recording is registered, released, and rated under its code; no page of the rater names more.
Pictures go to the folder that TRIALBOOK_PICTURES names.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.web.browsing import at_an_address
from tests.web.conftest import Served
from tests.web.hidden import STUDY, finish
from tests.web.test_accessible import look
from tests.web.walking import DESKTOP, PHONE, Walk, pictures_in, walk

pytestmark = pytest.mark.needs_chromium


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a small study with a cut and with recordings."""
    made = tmp_path / "study"
    made.mkdir()
    (made / "study.yaml").write_text(STUDY, encoding="utf-8")
    return made


def sign_in(served: Served, *people: str) -> None:
    """Sign people in before a browser runs, in whose thread Django asks no database."""
    for person in people:
        served.browser(person)


def signed_in(seen: Walk, served: Served, person: str, **options: Any) -> Any:
    """Open a browser of a person who has signed in."""
    page = seen.page(**options, reduced_motion="reduce", accept_downloads=True)
    cookies = served.browser(person).cookies.values()
    page.context.add_cookies([{"name": one.key, "value": one.value, "url": seen.address} for one in cookies])
    return page


def fetch(page: Any, button: str, name: str) -> bytes:
    """Make files and fetch one of them."""
    page.click(f"button:has-text('{button}')")
    link = page.locator(f"a.button:has-text('{name}')")
    link.wait_for(timeout=60_000)
    with page.expect_download() as fetched:
        link.click()
    return Path(fetched.value.path()).read_bytes()


def test_out_live_statistician(served: Served, chromium: str, tmp_path: Path) -> None:
    """OUT-LIVE-01, OUT-LIVE-02."""
    finish(served, "P1")
    sign_in(served, "stan", "ida")
    with at_an_address() as address, walk(chromium, address, pictures_in(tmp_path, "out")) as seen:
        stan, ida = signed_in(seen, served, "stan", **DESKTOP), signed_in(seen, served, "ida", **PHONE)
        stan.goto(f"{address}/results/")
        seen.picture(stan, "results-closed")
        assert b"power" not in fetch(stan, "Make the report", "results.csv")
        seen.picture(stan, "results-made")
        assert look(stan, "", stan.url) == []
        stan.goto(f"{address}/results/")
        assert fetch(stan, "Make the data", "data.zip").startswith(b"PK")
        ida.goto(f"{address}/results/")
        seen.picture(ida, "results-look")
        ida.check("input[type=radio][value=report]")
        ida.fill("#reason", "The board asked for it")
        assert b"power" in fetch(ida, "Record the look", "results.csv")
        for who in (stan, ida):
            assert look(who, address, "/results/") == []
        seen.picture(stan, "results-looked")


def test_out_live_recordings(served: Served, chromium: str, tmp_path: Path) -> None:
    """OUT-LIVE-02, OUT-LIVE-03."""
    finish(served, "P1")
    finish(served, "P2")
    sign_in(served, "ida", "nora", "asa")
    with at_an_address() as address, walk(chromium, address, pictures_in(tmp_path, "out")) as seen:
        ida, nora = signed_in(seen, served, "ida", **DESKTOP), signed_in(seen, served, "nora", **PHONE)
        asa = signed_in(seen, served, "asa", **PHONE)
        assert look(nora, address, "/participants/P1/visits/baseline/recordings/clip/") == []
        seen.picture(nora, "recording")
        assert look(nora, address, "/recordings/") == []
        ida.goto(f"{address}/recordings/")
        ida.click("button:has-text('Release these')")
        ida.click("details summary:has-text('Codes of what is released')")
        seen.picture(ida, "recordings-released")
        assert look(ida, address, "/recordings/") == []
        asa.goto(address)
        seen.picture(asa, "ratings")
        asa.click("a.button:has-text('Getting up')")
        asa.fill("[name='answer.rise']", "3")
        seen.picture(asa, "rating-of-a-recording")
        assert "P1" not in asa.content()
        asa.click("button:has-text('Save the rating')")
        asa.wait_for_url(f"{address}/")
        rated = [book.value("clip", "rise", visit=visit) for book in served.site.casebooks.values()
                 for visit in ("baseline", "week 4", "week 8")]  # fmt: skip
        assert rated.count("3") == 1
