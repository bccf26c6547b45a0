"""The audit trail: what was recorded, searched, taken out as a file; who came and went.

AUDIT-01: every entry that the role is shown, the newest first, with old and new value, reason, way and source.
AUDIT-02: an entry about what the role is not shown is not there, and neither count nor page tells of it.
    (ASVS-V8.2.3)
AUDIT-03: it is searched by participant, visit, form, item, person, act and time; a page goes on after an entry.
AUDIT-04: the file holds exactly what is searched for, its cells start no formula, and that it was taken is noted.
    (ASVS-V1.2.10)
AUDIT-05: sign-ins, files taken out and refused looks are shown to who has the right to set up, and never changed.
    (ASVS-V16.2.1, ASVS-V16.3.1, ASVS-V16.3.2, ASVS-V16.3.3, ASVS-V16.4.2)
AUDIT-06: blind roles have no such page, and nobody can change anything on it.
"""

from __future__ import annotations

import csv
import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction
from tests.web.conftest import CUSTODIAN, Served
from tests.web.treated import HOSTILE, page, put, treat, words

from trialbook.capture.acts import correct, note, override, raise_query
from trialbook.web.models import Look
from trialbook.web.monitoring.trail_search import read_search

TRAIL, FILE, ACCESS = "/audit/", "/audit/trail.csv", "/audit/access/"


@pytest.fixture
def treated(served: Served) -> Served:
    return treat(served)


def taken(served: Served, person: str, search: str = "") -> list[dict[str, str]]:
    """Take the trail out as a file and read it."""
    answer: Any = served.browser(person).get(FILE + search)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_audit_01_who_when_what_why(treated: Served) -> None:
    """R01, R10, EDC-43: every line has time, person, act and value; a change shows old and new and why."""
    treated.site.record(
        correct("P01", "body", "weight", "55", visit="baseline", reason=f"misread {HOSTILE}", mode="paper"), by="nora"
    )
    html = page(treated.browser("mona"), f"{TRAIL}?act=correct")
    said = words(html)
    assert "corrected P01 Baseline · Height and weight · Weight 54.5 kg 55 kg misread" in said
    assert "nora nurse" in said.casefold()
    assert "from paper" in said
    assert HOSTILE not in html
    row = words(page(treated.browser("mona"), TRAIL)).split("Why and how")[1]
    assert row.index("corrected") < row.index("entered")


def test_audit_02_hidden_is_not_there(treated: Served) -> None:
    """EDC-41, EDC-44: what the role is not shown is not in the trail, and leaves no gap to count."""
    before = {person: words(page(treated.browser(person), TRAIL)) for person in ("mona", "nora", "ida")}
    files = {person: taken(treated, person) for person in before}
    treated.site.record(override("P01", "baseline", "rating", reason="ill"), by="ida")
    put(treated, "asa", "rating", {"global": "4.4"}, visit="baseline")
    treated.site.record(raise_query("P01", "why", form="rating", visit="baseline"), by=CUSTODIAN)
    for person, shown in before.items():
        assert words(page(treated.browser(person), TRAIL)) == shown
        assert taken(treated, person) == files[person]
        assert "Nothing of this kind was recorded" in page(treated.browser(person), f"{TRAIL}?form=rating")
    assert page(treated.browser("mona"), f"{TRAIL}?person=asa&act=enter").count("<tr>") == 0


@pytest.mark.parametrize(
    ("search", "count"),
    [
        ("participant=P01&visit=baseline&form=body", 2),
        ("item=weight", 1),
        ("participant=P77", 0),
        ("person=iris", 1),
        ("act=grant", 7),
        ("since=2999-01-01T00:00", 0),
        ("until=1999-01-01T00:00", 0),
        ("since=1999-01-01T00:00&until=2999-01-01&act=enrol", 1),
    ],
)
def test_audit_03_searched(treated: Served, search: str, count: int) -> None:
    """EDC-43: it filters by visit, person, participant, form, act and time."""
    assert page(treated.browser("mona"), f"{TRAIL}?{search}").split("<tbody>")[-1].count("<tr>") == count
    assert len(taken(treated, "mona", f"?{search}")) == count


def test_audit_03_a_time_that_is_none(treated: Served) -> None:
    said = page(treated.browser("mona"), f"{TRAIL}?since=yesterday", 422)
    assert "The time is not understood" in said
    assert treated.browser("mona").get(f"{FILE}?until=99999").status_code == 422
    assert treated.browser("mona").get(f"{TRAIL}?until=0001-01-01T00:00").status_code in {200, 422}


def test_audit_03_an_hour_that_comes_twice() -> None:
    """Where the clocks change, a search begins with the first and ends with the second."""
    typed = {"since": "2026-10-25T02:30", "until": "2026-10-25T02:30"}
    asked = read_search(typed, ZoneInfo("Europe/Stockholm")).asked
    assert asked is not None
    assert (asked.since, asked.until) == ("2026-10-25T00:30:00.000000Z", "2026-10-25T01:30:59.999999Z")


def test_audit_03_pages_go_on_after_an_entry(treated: Served) -> None:
    """EDC-43: what is recorded while one reads moves nothing to another page."""
    for number in range(120):
        treated.site.record(note(f"note {number}."), by="nora")
    first = treated.browser("mona").get(f"{TRAIL}?act=note").context
    assert [row.words for row in first["rows"]] == [f"note {number}." for number in range(119, 19, -1)]
    treated.site.record(note("one more"), by="nora")
    second = treated.browser("mona").get(f"{TRAIL}?{first['older']}").context
    assert [row.words for row in second["rows"]] == [f"note {number}." for number in range(19, -1, -1)]
    assert not second["older"]
    assert "Nothing of this kind" in page(treated.browser("mona"), f"{TRAIL}?before=nonsense")


def test_audit_04_safe_cells_and_noted(treated: Served) -> None:
    """R10, EDC-43, EDC-6: what is taken out starts no formula, and that it was taken out is in the log."""
    for text in ("=1+1", "+SUM(A1)", "-SUM(A1)", "@now", "\tx", "\rx", "plain, but =1"):
        treated.site.record(note(text), by="nora")
    texts = [row["text"] for row in taken(treated, "mona", "?act=note")]
    assert texts == ["plain, but =1", "'\nx", "'\tx", "'@now", "'-SUM(A1)", "'+SUM(A1)", "'=1+1"]
    line = Look.objects.first()
    assert line is not None
    assert (line.person, line.what, line.note) == ("mona", "export", "trail.csv: act note")
    assert all(row["data"] == "real" for row in taken(treated, "mona"))


def test_audit_05_who_came_and_went(treated: Served) -> None:
    """R11, R45, EDC-43, EDC-44: exports and refused looks are seen by who sets up; no line is changed or deleted."""
    taken(treated, "mona")
    for address in ("/accounts", "/participants/P99/"):
        assert treated.browser("mona").get(address).status_code == 404
    said = words(page(treated.browser(CUSTODIAN), f"{ACCESS}?log=looks"))
    assert "mona monitor File taken out trail.csv" in said
    assert "Look refused GET /participants/P99/" in said
    assert "Look refused GET /accounts" in said
    assert "Nothing of this kind" in page(treated.browser(CUSTODIAN), f"{ACCESS}?log=looks&person=nora")
    assert "Account" in words(page(treated.browser(CUSTODIAN), ACCESS))
    with pytest.raises(TypeError):
        Look.objects.all()[0].delete()
    for change in ("UPDATE web_look SET person = 'x'", "DELETE FROM web_look"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_audit_05_the_same_refused_look_once(treated: Served) -> None:
    for _ in range(3):
        treated.browser("mona").get("/accounts")
    assert Look.objects.filter(what="refused").count() == 1


def test_audit_06_not_for_the_blind(treated: Served) -> None:
    """EDC-44: invisible without the right, and nobody can edit it."""
    for address in (TRAIL, FILE):
        assert treated.browser("asa").get(address).status_code == 404
        assert treated.browser(CUSTODIAN).get(address).status_code == 404
        assert treated.browser("mona").post(address).status_code == 405
    for person in ("mona", "dan", "ida", "asa", "stan"):
        assert treated.browser(person).get(ACCESS).status_code == 404


def test_audit_02_a_site_sees_its_own(served: Served) -> None:
    """EDC-8: somebody of one site sees the entries of that site's participants."""
    from trialbook.capture.acts import grant, screen

    for code, site in (("A1", "north"), ("B1", "south")):
        served.site.record(screen(code, site=site), by=CUSTODIAN)
    served.site.record(grant("nell", "monitor", site="north"), by=CUSTODIAN)
    served.site.record(grant("sam", "monitor", site="south"), by=CUSTODIAN)
    rows = taken(served, "nell")
    assert {row["participant"] for row in rows} == {"", "A1"}
    assert "sam" not in {row["person"] for row in rows}
