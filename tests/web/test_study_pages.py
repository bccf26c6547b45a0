"""The pages of the study: the work of today, recruitment and completeness, schedule, calendar, codebook.

TODAY-01: the work of the acting role stands first; that of others on demand; a blind role is told of nothing.
TODAY-02: whoever keeps the study, or has no role, is told what they can do here.
STUDYPAGE-01: the study's page counts participants by status, and draws the enrolments with the same numbers in a table.
STUDYPAGE-02: the schedule of assessments has every form and visit.
CAL-01: the calendar has each visit on its day; a month that is none is this month.
CAL-02: a feed is read by its address alone, until it is withdrawn, the account is suspended, or the role is taken.
CAL-03: doses stand beside visits, given and planned, where the role is shown them; a day that passed is overdue.
CAL-04: a feed calls an unscheduled visit by its name, and invented data invented: in the calendar and in every event.
CODEBOOK-01: the codebook has every item that the role is shown, on the page and as PDF; what it is not shown is absent.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from tests.web.conftest import CUSTODIAN, Served, account_of

from trialbook.capture.acts import enrol, enter, grant, revoke, screen
from trialbook.web.drawing.recruitment import draw_recruitment


@pytest.fixture
def running(served: Served) -> Served:
    """A study with one participant whose first infusion was three weeks ago, and one in screening."""
    first = (served.site.today() - timedelta(days=21)).isoformat()
    for code in ("P01", "P02"):
        served.site.record(screen(code), by="ida")
    served.site.record(enrol("P01", on=first), by="ida")
    served.site.record(enter("P01", "infusion", "start", first, repeat="1"), by="ida")
    served.site.record(enter("P01", "visit", "date", first, visit="baseline"), by="nora")
    return served


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return re.sub(r"\s+", " ", answer.content.decode())


def test_today_01_the_work_of_the_role(running: Served) -> None:
    mine = text_of(running.browser("nora"), "/")
    assert "P01" in mine
    assert "overdue" in mine.lower() or "Open" in mine
    assert len(text_of(running.browser("nora"), "/?all=1")) > len(mine)
    assert "P01" not in text_of(running.browser("asa"), "/")


def test_today_02_without_a_role_of_the_study(running: Served) -> None:
    assert "You keep this study" in text_of(running.browser(CUSTODIAN), "/")
    assert "no role in this study" in text_of(running.browser("zoe"), "/")


def test_studypage_01_recruitment(running: Served) -> None:
    page = text_of(running.browser("ida"), "/study/")
    assert "<strong>1</strong>" in page
    assert "<polyline" in page
    assert "Enrolled by day" in page
    days = [running.site.today() - timedelta(days=back) for back in (30, 10, 10, 0)]
    drawn = draw_recruitment(days, planned=8, today=running.site.today())
    assert [count for _, count in drawn.table] == [1, 3, 4]
    assert drawn.stair.split()[-1].startswith(f"{float(drawn.right)},")


def test_studypage_02_schedule(running: Served) -> None:
    page = text_of(running.browser("ida"), "/study/schedule/")
    study = running.site.study
    for visit in study.schedule.visits.values():
        assert study.say(visit.label) in page


@pytest.mark.parametrize("month", ["", "?month=2026-13", "?month=9999-01", "?month=<script>"])
def test_cal_01_a_month_that_is_none(running: Served, month: str) -> None:
    page = text_of(running.browser("ida"), f"/calendar/{month}")
    assert 'class="' in page
    assert "<script>" not in page


def test_cal_01_visits_on_their_day(running: Served) -> None:
    day = running.site.today() - timedelta(days=21)
    page = text_of(running.browser("ida"), f"/calendar/?month={day:%Y-%m}")
    assert "P01" in page


def made_feed(served: Served) -> str:
    page = text_of_post(served.browser("ida"), "/calendar/feeds/make")
    found = re.search(r'value="http://[^/]+(/calendar/[^"]+\.ics)"', page)
    assert found is not None
    return found[1]


def text_of_post(client: Client, address: str) -> str:
    return client.post(address).content.decode()


def test_cal_02_feed(running: Served) -> None:
    address, stranger = made_feed(running), Client()
    answer = stranger.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert b"SUMMARY:P01" in answer.content
    assert stranger.get("/calendar/guessed.ics").status_code == 404
    running.browser("ida").post("/calendar/feeds/withdraw")
    assert stranger.get(address).status_code == 404


def events(feed: bytes) -> dict[str, str]:
    """Return summary -> description of the events of a feed."""
    from icalendar import Calendar

    found = Calendar.from_ical(feed.decode()).walk("VEVENT")
    return {str(one["summary"]): str(one.get("description", "")) for one in found}


def test_cal_03_doses(running: Served) -> None:
    first = running.site.today() - timedelta(days=21)
    page = text_of(running.browser("ida"), f"/calendar/?month={first:%Y-%m}")
    dose = "/participants/P01/doses/rituximab/"
    assert f'<a class="done" href="{dose}">P01 Rituximab, dose 1' in page
    second = first + timedelta(days=7)
    page = text_of(running.browser("ida"), f"/calendar/?month={second:%Y-%m}")
    assert f'<a class="overdue" href="{dose}">P01 Rituximab, dose 2' in page
    found = events(Client().get(made_feed(running)).content)
    assert [name for name in found if "dose" in name] == [f"P01 Rituximab, dose {number}" for number in (1, 2, 3, 4)]


def test_cal_03_doses_are_hidden_with_their_form(unopened: Served) -> None:
    file = unopened.folder / "study.yaml"
    text = file.read_text(encoding="utf-8").replace("except: [rating], rights", "except: [rating, infusion], rights", 1)
    file.write_text(text, encoding="utf-8")
    unopened.site.begin(CUSTODIAN)
    for person, role in (("ida", "investigator"), ("mona", "monitor")):
        unopened.site.record(grant(person, role), by=CUSTODIAN)
    today = unopened.site.today().isoformat()
    for act in (screen("P01"), enrol("P01", on=today), enter("P01", "infusion", "start", today, repeat="1")):
        unopened.site.record(act, by="ida")
    unopened.site.record(enter("P01", "visit", "date", today, visit="baseline"), by="ida")
    assert "P01 Rituximab, dose 1" in text_of(unopened.browser("ida"), "/calendar/")
    shown = text_of(unopened.browser("mona"), "/calendar/")
    assert "P01 Baseline" in shown
    assert "Rituximab, dose" not in shown


def test_cal_04_names_and_invented_data(running: Served) -> None:
    running.site.record(
        enter("P01", "visit", "date", running.site.today().isoformat(), visit="unscheduled-1"), by="nora"
    )
    feed = Client().get(made_feed(running), headers={"accept-language": "zh-hant"}).content
    found = events(feed)
    assert "P01 Unscheduled visit 1" in found
    assert b"unscheduled-1" not in feed


@pytest.mark.parametrize("data", ["real", "invented"])
def test_cal_04_invented_data_are_called_so(unopened: Served, data: str) -> None:
    file = unopened.folder / "study.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("data: real", f"data: {data}"), encoding="utf-8")
    unopened.site.begin(CUSTODIAN)
    unopened.site.record(grant("ida", "investigator"), by=CUSTODIAN)
    for act in (
        screen("P01"),
        enrol("P01", on="2026-01-10"),
        enter("P01", "visit", "date", "2026-01-10", visit="baseline"),
    ):
        unopened.site.record(act, by="ida")
    feed = Client().get(made_feed(unopened)).content
    is_invented = data == "invented"
    assert (b"(invented data)" in feed) == is_invented
    assert (b"X-WR-CALDESC:Invented data: no real participant." in feed) == is_invented
    assert all(("Invented data" in told) == is_invented for told in events(feed).values())


def test_cal_02_feed_dies_with_the_account_and_with_the_role(running: Served) -> None:
    address, account = made_feed(running), account_of("ida")
    account.suspended_at = running.site.now()
    account.save()
    assert Client().get(address).status_code == 404
    account.suspended_at = None
    account.save()
    assert Client().get(address).status_code == 200
    running.site.record(revoke("ida", "investigator", reason="left"), by=CUSTODIAN)
    assert Client().get(address).status_code == 404


def test_codebook_01_shows_what_the_role_is_shown(running: Served) -> None:
    whole, nurses = (text_of(running.browser(person), "/study/codebook/") for person in ("ida", "nora"))
    assert 'id="rating"' in whole
    assert 'id="rating"' not in nurses
    for item in running.site.study.forms["enzymes"].items:
        assert f"<code>{item}</code>" in nurses
    for address in ("/study/codebook/", "/study/codebook.pdf", "/study/forms.pdf", "/study/", "/calendar/"):
        assert running.browser("asa").get(address).status_code == 404


@pytest.mark.parametrize("name", ["codebook", "forms"])
def test_codebook_01_as_pdf(running: Served, name: str) -> None:
    first, second = (running.browser("ida").get(f"/study/{name}.pdf") for _ in range(2))
    assert first["Content-Type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-")
    assert first.content == second.content
