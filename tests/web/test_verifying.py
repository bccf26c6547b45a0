"""Comparison with the source in the browser.

VERIFY-01: the answers of a visit, or of no visit, are ticked and recorded as one act by who has the right.
VERIFY-02: another answer in its place makes a comparison void, and page and table say so.
VERIFY-03: what was changed while one looked is not recorded as compared.
VERIFY-04: shares are told per participant and visit, and leave out what the role is not shown.
"""

from __future__ import annotations

import re

import pytest
from tests.web.conftest import CUSTODIAN, Served
from tests.web.treated import page, put, treat, words

from trialbook.capture.acts import correct
from trialbook.capture.asking import lock, override
from trialbook.conduct.casebook import Cell

BASELINE, ONCE, TABLE = "/participants/P01/visits/baseline/compare/", "/participants/P01/compare/", "/compared/"
WEIGHT = Cell("baseline", "body", "", "weight")


@pytest.fixture
def treated(served: Served) -> Served:
    return treat(served)


def ticks(served: Served, address: str = BASELINE, person: str = "mona") -> list[str]:
    return re.findall(r'name="agrees" value="([^"]+)"', page(served.browser(person), address))


def compare(served: Served, *codes: str, address: str = BASELINE, person: str = "mona") -> tuple[int, str]:
    """Send ticks off."""
    answer = served.browser(person).post(address, {"agrees": codes, "request": served.site.new_id()})
    return answer.status_code, words(answer.content.decode())


def test_verify_01_one_act(treated: Served) -> None:
    """EDC-42: values are marked verified, several as one act."""
    count = treated.site.view().head.count
    found = ticks(treated)
    assert len(found) == 3  # the day of the visit, weight, height
    assert compare(treated, *found)[0] == 303
    marks = treated.site.view().casebooks["P01"].verified
    assert treated.site.view().head.count == count + 3
    assert {mark.by for mark in marks.values()} == {"mona"}
    assert len({entry.request for entry in treated.site.book.entries(after=count)}) == 1
    assert ticks(treated) == []
    assert "3 of 3" in words(page(treated.browser("mona"), BASELINE))
    assert compare(treated, *ticks(treated, ONCE)[:2], address=ONCE)[0] == 303


def test_verify_01_only_who_may(treated: Served) -> None:
    code = ticks(treated)[0]
    for person in ("nora", "dan", "asa", "stan", "ida"):
        assert compare(treated, code, person=person)[0] == 404
    assert ticks(treated, person="nora") == []
    assert "Tick what you compared" in compare(treated)[1]
    assert compare(treated, "1/baseline/rating//global")[0] == 422
    for address in ("/participants/P99/compare/", "/participants/P01/visits/nothing/compare/"):
        assert treated.browser("mona").get(address).status_code == 404
    treated.site.record(lock("study", reason="end"), by=CUSTODIAN)
    assert ticks(treated) == []


def test_verify_02_a_change_makes_it_void(treated: Served) -> None:
    """EDC-42: a later change voids a comparison visibly."""
    compare(treated, *ticks(treated))
    treated.site.record(correct("P01", "body", "weight", "55", visit="baseline", reason="misread"), by="nora")
    said = words(page(treated.browser("mona"), BASELINE))
    assert "changed since it was compared mona," in said
    assert "2 of 3 66 % 1 changed since" in words(page(treated.browser("nora"), TABLE))
    assert compare(treated, *ticks(treated))[0] == 303
    assert treated.site.view().casebooks["P01"].is_verified(WEIGHT)


def test_verify_03_changed_while_looking(treated: Served) -> None:
    found = ticks(treated)
    treated.site.record(correct("P01", "body", "weight", "55", visit="baseline", reason="misread"), by="nora")
    status, said = compare(treated, *found)
    assert status == 422
    assert "changed meanwhile" in said
    assert not treated.site.view().casebooks["P01"].verified


def test_verify_04_hidden_is_not_counted(treated: Served) -> None:
    """EDC-41: what the role is not shown is neither listed nor counted."""
    before = [words(page(treated.browser("mona"), one)) for one in (TABLE, BASELINE)]
    treated.site.record(override("P01", "baseline", "rating", reason="ill"), by="ida")
    put(treated, "asa", "rating", {"global": "4.4"}, visit="baseline")
    assert [words(page(treated.browser("mona"), one)) for one in (TABLE, BASELINE)] == before
    assert treated.browser("asa").get(TABLE).status_code == 404
