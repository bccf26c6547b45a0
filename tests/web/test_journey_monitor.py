"""Monitor, data manager and custodian at their work, in real browsers, on a desktop and on a phone.

JOURNEY-10: the monitor sees what is missing, explains a deviation, asks, and compares with the source.
JOURNEY-11: the data manager imports a file: refused with its mistakes, mended, compared, accepted with a reason.
JOURNEY-12: the custodian reviews access, and says who could see what on a day.
JOURNEY-13: a picture of every page is kept; none is wider than the screen, axe-core finds nothing, and no browser
    complains.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.web.browsing import at_an_address
from tests.web.conftest import CUSTODIAN, PASSWORD, Served, account_of
from tests.web.treated import day, put, treat
from tests.web.walking import DESKTOP, PHONE, Walk, pictures_in, walk

from trialbook.capture.delegations import fold_staff

BAD = "participant,visit,enzymes.ck,enzymes.ldh\nP01,baseline,much,600\nP77,baseline,1,1\n"
GOOD = "participant,visit,enzymes.ck,enzymes.ldh\nP01,baseline,1850,600\n"


@pytest.fixture
def treated(served: Served) -> Served:
    """P01 under treatment, with a number out of its range; everybody has an account."""
    treat(served)
    put(served, "nora", "enzymes", {"ck": "30000", "ck_upper": "200"}, visit="baseline")
    for person in ("ida", "mona", "dan", CUSTODIAN):
        account_of(person)
    return served


def look(seen: Walk, page: Any, name: str) -> None:
    """Keep a picture of a page, on which axe-core finds nothing."""
    from axe_core_python.sync_playwright import Axe

    seen.picture(page, name)
    found = Axe().run(page, options={"resultTypes": ["violations"]})["violations"]
    assert not found, [f"{name}: {one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


def come(seen: Walk, person: str, **size: Any) -> Any:
    """Let a person sign in, in a browser of their own."""
    page = seen.page(**size)
    page.goto(f"{seen.address}/sign-in")
    page.fill("#id_code", person)
    page.fill("#id_password", PASSWORD)
    page.click("main >> button:text-is('Sign in')")
    page.wait_for_url(re.compile(r":\d+/$"))
    return page


def delegated(seen: Walk, ida: Any, since: str) -> None:
    """Delegate a task to the monitor, signed, and record a training."""
    ida.goto(f"{seen.address}/delegation/")
    ida.fill("#d-person", "mona")
    ida.select_option("#d-role", "monitor")
    ida.fill("#d-since", since)
    ida.fill("#d-tasks", "compares answers with their source")
    ida.fill("#d-password", PASSWORD)
    ida.click("text=Sign the delegation")
    ida.wait_for_selector("td:has-text('compares answers')")
    ida.fill("#t-person", "mona")
    ida.fill("#t-topic", "GCP")
    ida.fill("#t-version", "E6(R3)")
    ida.click("text=Record the training")
    ida.wait_for_selector("td:has-text('E6(R3)')")
    look(seen, ida, "delegation-signed")


def monitored(seen: Walk, mona: Any) -> None:
    """Go through what a monitor looks at, and explain a deviation."""
    look(seen, mona, "monitor-today")
    mona.click("text=missing in delegation and training")
    look(seen, mona, "monitor-delegation")
    mona.goto(f"{seen.address}/deviations/")
    look(seen, mona, "deviations")
    mona.click("text=look or explain >> nth=0")
    mona.fill("#text", "The pump stopped; the rest was thrown away.")
    mona.check("input[value=explained]")
    look(seen, mona, "deviation")
    mona.click("main form button:text-is('Save')")
    mona.wait_for_selector("ol.talk li")
    for place in ("quality/", "compared/", "queries/", "audit/", "participants/P01/visits/baseline/compare/"):
        mona.goto(f"{seen.address}/{place}")
        look(seen, mona, f"monitor-{place.strip('/').replace('/', '-')}")


def imported(seen: Walk, dan: Any) -> None:
    """Import a file: first with mistakes, then mended."""
    dan.goto(f"{seen.address}/imports/")
    look(seen, dan, "import")
    for name, text in (("wrong.csv", BAD), ("labs.csv", GOOD)):
        dan.goto(f"{seen.address}/imports/")
        dan.set_input_files("#files", {"name": name, "mimeType": "text/csv", "buffer": text.encode()})
        dan.click("text=Send and compare")
        dan.wait_for_selector(f"h1:has-text('{name}')")
        look(seen, dan, f"import-{name.removesuffix('.csv')}")
    assert (dan.inner_text("del"), dan.inner_text(".import-changes ins")) == ("30000", "1850")
    dan.fill("#reason", "source was corrected")
    dan.click("text=Record all 2 entries")
    dan.wait_for_selector("h1:has-text('Imported')")
    look(seen, dan, "import-done")


def reviewed(seen: Walk, carla: Any, today: str) -> None:
    """Review who may see what, and look back."""
    look(seen, carla, "custodian-today")
    carla.goto(f"{seen.address}/access/")
    look(seen, carla, "access")
    carla.fill("#remarks", "The statistician has no account yet; one is made on Monday.")
    carla.click("text=Record the review")
    carla.wait_for_selector("td:has-text('on Monday')")
    carla.fill("#on", today)
    carla.click("#t-past ~ form button")
    carla.wait_for_selector("td:has-text('only what is open to rate')")
    look(seen, carla, "access-on-a-day")
    for place in ("accounts", "account/mona", "audit/access/"):
        carla.goto(f"{seen.address}/{place}")
        look(seen, carla, f"custodian-{place.strip('/').replace('/', '-')}")


@pytest.mark.needs_chromium
@pytest.mark.parametrize(("name", "size"), [("desktop", DESKTOP), ("phone", PHONE)])
def test_their_days(treated: Served, chromium: str, tmp_path: Path, name: str, size: dict[str, Any]) -> None:
    """JOURNEY-10, JOURNEY-11, JOURNEY-12, JOURNEY-13."""
    pictures = pictures_in(tmp_path, f"monitor-{name}")
    with at_an_address() as address, walk(chromium, address, pictures) as seen:
        delegated(seen, come(seen, "ida", **size), day(treated, 30))
        monitored(seen, come(seen, "mona", **size))
        imported(seen, come(seen, "dan", **size))
        reviewed(seen, come(seen, CUSTODIAN, **size), day(treated, 0))
    assert treated.site.view().casebooks["P01"].value("enzymes", "ck", visit="baseline") == "1850"
    assert [one.by for one in fold_staff(treated.site.book.entries()).reviews] == [CUSTODIAN]
