"""The quality of the data: built-in checks with counts, list and file; findings excluded and taken in again.

QUALITY-01: each built-in check finds what its rule says, and no more.
QUALITY-02: outliers follow the stated rule (Tukey's outer fences), and few numbers have none.
QUALITY-03: a finding is excluded with a reason and taken in again, by who closes queries; totals follow.
QUALITY-04: what the role is not shown is neither listed nor counted.
QUALITY-05: the file holds what the page counts, its cells start no formula, and that it was taken is noted.
"""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import Any

import pytest
from tests.web.conftest import CUSTODIAN, Served
from tests.web.treated import day, page, put, treat, words

from trialbook.capture.acts import correct
from trialbook.capture.asking import override, raise_query
from trialbook.web.models import Look
from trialbook.web.monitoring.outliers import fences
from trialbook.web.monitoring.quality import ORDER

QUALITY, FILE = "/quality/", "/quality/findings.csv"


@pytest.fixture
def treated(served: Served) -> Served:
    return treat(served)


def counts(served: Served, person: str = "dan", search: str = "") -> dict[str, tuple[int, int]]:
    """Return check -> how many it found, and how many are excluded."""
    found: Any = served.browser(person).get(QUALITY + search).context["checks"]
    return {check: (count, excluded) for check, _, _, count, excluded in found}


def listed(served: Served, check: str, person: str = "dan", show: str = "") -> list[str]:
    """Return the addresses of the findings of a check."""
    html = page(served.browser(person), f"{QUALITY}?check={check}&show={show}")
    return [unescape(found) for found in re.findall(r'href="(/quality/finding\?[^"]+)"', html)]


@pytest.mark.parametrize(
    ("check", "form", "answers", "visit"),
    [
        ("blank", "adverse_events", {"class": "Infection"}, ""),
        ("range", "enzymes", {"ck": "50000"}, "baseline"),
        ("unit", "enzymes", {"ck": "10 ukat/L"}, "baseline"),
        ("future", "visit", {"date": "2199-01-01"}, "week 4"),
        ("undated", "enzymes", {"ck": "400"}, "week 4"),
        ("not begun", "visit", {"date": "2026-01-01"}, "week 4"),
    ],
)
def test_quality_01_what_it_finds(treated: Served, check: str, form: str, answers: dict[str, str], visit: str) -> None:
    """EDC-38: built-in checks list blanks, ranges, units, dates, with counts."""
    before = counts(treated)[check][0]
    put(treated, "nora", form, answers, visit=visit, repeat="" if visit else "1")
    found = counts(treated)[check][0]
    assert found > before
    assert len(listed(treated, check)) == found


def test_quality_01_filled_but_not_asked(treated: Served) -> None:
    """EDC-38: hidden but filled."""
    assert counts(treated)["hidden"] == (0, 0)
    put(treated, "ida", "screening", {"sex": "F", "pregnant": "no"})
    before = counts(treated)["hidden"][0]
    treated.site.record(correct("P01", "screening", "sex", "M", reason="misread"), by="ida")
    assert counts(treated)["hidden"][0] > before


def test_quality_01_queries_by_age(treated: Served) -> None:
    """EDC-38, EDC-42: queries that are not closed, by age."""
    before = counts(treated)["query"][0]
    treated.site.record(raise_query("P01", "Is this right?", form="body", visit="baseline"), by="mona")
    assert counts(treated)["query"][0] == before + 1
    said = words(page(treated.browser("dan"), f"{QUALITY}?check=query"))
    assert f"0 to 6 days: {before + 1}" in said
    assert "Is this right?" in said


def test_quality_02_outliers() -> None:
    """EDC-38: outliers by a stated rule; R: quantile(x, c(.25, .75), type = 7)."""
    assert fences([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 100]) == (3.25 - 13.5, 7.75 + 13.5)
    assert fences([1.0] * 9) is None
    assert fences([1.0] * 20) is None


def test_quality_03_excluded_and_reinstated(treated: Served) -> None:
    """EDC-40: one finding is excluded with a reason and later reinstated; totals follow."""
    put(treated, "nora", "enzymes", {"ck": "50000"}, visit="baseline")
    (address,) = listed(treated, "range")
    browser = treated.browser("dan")
    assert browser.post(address, {"reason": " "}).status_code == 422
    assert browser.post(address, {"reason": "confirmed by phone", "request": "one"}).status_code == 303
    assert counts(treated)["range"] == (0, 1)
    assert "dan: confirmed by phone" in words(page(browser, f"{QUALITY}?check=range&show=excluded"))
    assert browser.post(address, {"reason": "look again", "request": "two"}).status_code == 303
    assert counts(treated)["range"] == (1, 0)
    browser.post(address, {"reason": "confirmed", "request": "three"})
    treated.site.record(correct("P01", "enzymes", "ck", "60000", visit="baseline", reason="misread"), by="nora")
    assert counts(treated)["range"] == (1, 0)  # another answer is another finding


def test_quality_03_only_who_may(treated: Served) -> None:
    put(treated, "nora", "enzymes", {"ck": "50000"}, visit="baseline")
    (address,) = listed(treated, "range")
    for person, status in (("nora", 404), ("asa", 404), (CUSTODIAN, 404), ("mona", 303)):
        assert treated.browser(person).post(address, {"reason": "fine"}).status_code == status
    assert treated.browser("dan").get("/quality/finding?check=range&participant=P77").status_code == 404


def test_quality_04_hidden_is_not_counted(treated: Served) -> None:
    """EDC-41: who is not shown a form is not told that a finding in it exists."""
    before = {person: counts(treated, person) for person in ("dan", "mona", "nora", "ida")}
    treated.site.record(override("P01", "baseline", "rating", reason="ill"), by="ida")
    put(treated, "asa", "rating", {"global": "4.4"}, visit="baseline")
    treated.site.record(raise_query("P01", "why", form="rating", visit="baseline"), by=CUSTODIAN)
    assert {person: counts(treated, person) for person in before} == before
    assert treated.browser("asa").get(QUALITY).status_code == 404
    assert treated.browser("asa").get(FILE).status_code == 404


def test_quality_05_the_file(treated: Served) -> None:
    """EDC-38: the findings as CSV."""
    put(treated, "nora", "enzymes", {"ck": "50000"}, visit="baseline")
    put(treated, "ida", "visit", {"date": day(treated, 2)}, visit="week 4")
    treated.site.record(raise_query("P01", "=1+1", form="body", visit="baseline"), by="mona")
    text = treated.browser("dan").get(FILE).content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {check: sum(row["check"] == check for row in rows) for check in ORDER} == {
        check: count for check, (count, _) in counts(treated).items()
    }
    assert "'=1+1" in {row["details"] for row in rows}
    line = Look.objects.first()
    assert line is not None
    assert line.note == "quality.csv"
