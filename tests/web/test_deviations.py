"""The page of deviations.

DEV-PAGE-01: every deviation of the analysis stands there, filtered by participant, site, group and status, linked.
DEV-PAGE-02: each is explained, with a status, as a note; nothing else changes.
DEV-PAGE-03: what a role or a site is not shown is neither listed nor counted.
DEV-PAGE-04: the file holds what the page shows, starts no formula, and is noted.
"""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import Any

import pytest
from tests.web.conftest import CUSTODIAN, Served
from tests.web.followed import day
from tests.web.treated import page, treat

from trialbook.capture.acts import enrol, enter, grant, screen
from trialbook.conduct.deviations import find_deviations
from trialbook.web.models import Look

PAGE = "/deviations/"


@pytest.fixture
def treated(served: Served) -> Served:
    """P01 with deviations of several kinds; P02 of site A came without consent."""
    treat(served)
    served.site.record(screen("P02", site="A"), by="ida")
    served.site.record(enrol("P02", on=day(served, ago=20)), by="ida")
    served.site.record(enter("P02", "visit", "date", day(served, ago=19), visit="baseline"), by="ida")
    return served


def found(served: Served, person: str = "mona", search: str = "") -> list[Any]:
    return [row for row, *_ in served.browser(person).get(PAGE + search).context["rows"]]


def links(served: Served, person: str = "mona") -> list[str]:
    html = page(served.browser(person), PAGE)
    return [unescape(one) for one in re.findall(r'href="(/deviations/one\?[^"]+)"', html)]


def test_dev_page_01_all_of_them(treated: Served) -> None:
    """DEV-PAGE-01: EDC-5.2.1, as they are judged, and no other."""
    site = treated.site
    every = [one for casebook in site.casebooks.values() for one in find_deviations(site.study, casebook, site.today())]
    assert every
    assert [row.found for row in found(treated, "ida")] == every
    assert {row.found.participant for row in found(treated, search="?participant=P02")} == {"P02"}
    assert {row.site for row in found(treated, search="?site=A")} == {"A"}
    assert {row.found.group for row in found(treated, search="?group=dose")} == {"dose"}
    assert found(treated, search="?status=settled") == []


def test_dev_page_01_links_lead_there(treated: Served) -> None:
    """DEV-PAGE-01: to visit, dose or criterion."""
    where = {row.line.where for row in found(treated, "ida") if row.line.where}
    assert where
    assert {treated.browser("ida").get(one).status_code for one in where} == {200}


def test_dev_page_02_explained(treated: Served) -> None:
    """DEV-PAGE-02: status and words, in the order in which they were said."""
    before = len(found(treated))
    address = links(treated)[0]
    client = treated.browser("mona")
    assert client.post(address, {"text": " ", "status": "explained", "request": "r1"}).status_code == 422
    assert client.post(address, {"text": "why", "status": "nonsense", "request": "r2"}).status_code == 422
    for number, (text, status) in enumerate((("The scale was broken", "explained"), ("It was mended", "settled"))):
        assert client.post(address, {"text": text, "status": status, "request": f"x{number}"}).status_code == 303
    shown = page(client, address)
    assert 0 < shown.index("The scale was broken") < shown.index("It was mended")
    assert len(found(treated)) == before
    assert [row.status for row in found(treated, search="?status=settled")] == ["settled"]
    assert client.get(PAGE + "one?participant=P99").status_code == 404


def test_dev_page_03_sites_and_roles(treated: Served) -> None:
    """DEV-PAGE-03: a monitor of site B sees none of A; blind roles have no page."""
    treated.site.record(grant("bob", "monitor", site="B"), by=CUSTODIAN)
    treated.site.record(grant("ann", "monitor", site="A"), by=CUSTODIAN)
    assert found(treated, "bob") == []
    assert {row.found.participant for row in found(treated, "ann")} == {"P02"}
    other = next(one for one in links(treated) if "P01" in one)
    assert treated.browser("ann").get(other).status_code == 404
    assert treated.browser("asa").get(PAGE).status_code == 404
    assert treated.browser(CUSTODIAN).get(PAGE).status_code == 404


def test_dev_page_04_the_file(treated: Served) -> None:
    """DEV-PAGE-04: what was said goes with it."""
    treated.browser("mona").post(links(treated)[0], {"text": "=1+1", "status": "explained", "request": "r1"})
    answer = treated.browser("mona").get(PAGE + "list.csv?status=explained")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(line["status"], line["explanation"], line["by"]) for line in lines] == [("explained", "'=1+1", "mona")]
    assert lines[0]["data"] == treated.site.study.identity.data
    assert Look.objects.filter(person="mona", note="deviations.csv: status explained").exists()
