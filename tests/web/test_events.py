"""Adverse events: the list of a participant and of the study, filters, the reporting clock, help with grades.

EVENTS-01: grade, seriousness, relation, onset and end stand in words; what is not recorded is said to be not recorded.
EVENTS-02: a serious event has a deadline, counted from awareness or from when it was recorded as serious.
EVENTS-03: a serious or severe event is followed up until it is over; filters count and choose.
EVENTS-04: hostile texts are text; blind roles, and roles that do not see the form, get the same 404.
EVENTS-05: terms that are graded by number are found by their words, with the limits of each grade.
EVENTS-06: the deadline itself: in time to the day, late, running, passed, or reported on a day not known in full.
EVENTS-08: a serious event is followed up while its outcome is not final; an end that is a missing code is no end.
EVENTS-09: a fatal event is serious whatever is said of it, and no visit or dose is asked for after it.
EVENTS-10: a report of a day before the one on which it was known, or to come, is not in time; it stays on Today until
    it is mended, and is asked about when it is saved. A day of awareness that is to come does not count.
EVENTS-11: where nothing can be recorded, no link leads there: it is said who locked it and who may unlock it.
EVENTS-12: struck events, and those that are no longer serious, are told apart with who, when and why.
EVENTS-07: 24 hours are those that pass, also where the clocks of the sites change meanwhile.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.web.conftest import Served
from tests.web.test_saving import send, shown
from tests.web.treated import HOSTILE, day, page, put, treat, words

from trialbook.capture.acts import adopt, correct, lock, save_form, unlock, withdraw
from trialbook.conduct.moments import Days, days_of
from trialbook.conduct.reporting_clock import reporting_clock
from trialbook.folder import read_study
from trialbook.web.treatment.grade_words import find_terms

EVENTS = "/participants/P01/events/"


@pytest.fixture
def treated(served: Served) -> Served:
    treat(served)
    mild = {"term": f"Headache {HOSTILE}", "class": "Other", "start": day(served, 3), "grade": "1", "serious": "no"}
    put(served, "nora", "adverse_events", {**mild, "related": "yes", "end": day(served, 2)}, repeat="1")
    put(served, "nora", "adverse_events", {"term": "Pneumonia", "grade": "3", "serious": "yes"}, repeat="2")
    put(served, "nora", "adverse_events", {"term": "Rash"}, repeat="3")
    return served


def widen(served: Served, *items: str) -> None:
    """Adopt a version whose form of events asks for more."""
    study = served.folder / "study.yaml"
    before, after = study.read_text(encoding="utf-8").split("  adverse_events:\n    label", 1)
    asked = "".join(f"{item}\n      " for item in items)
    study.write_text(f"{before}  adverse_events:\n    label{after.replace('serious:', asked + 'serious:', 1)}", "utf-8")
    served.site.record(adopt(read_study(study), reason="safety"), by="carla")


def change(served: Served, item: str, text: str) -> None:
    served.site.record(correct("P01", "adverse_events", item, text, repeat="2", reason="misread"), by="nora")


def test_events_01_in_words(treated: Served) -> None:
    html = page(treated.browser("nora"), EVENTS)
    said = words(html)
    assert "not serious" in said
    assert "related: yes" in said
    assert f"{day(treated, 3)} → {day(treated, 2)}" in said
    assert "relation not recorded" in said
    assert "not graded" in said
    assert re.search(r">3</span>\s*Severe", html)
    assert 'href="/participants/P01/forms/adverse_events/rows/4/"' in html  # the next new row
    assert 'href="/participants/P01/forms/adverse_events/rows/2/"' in html


def test_events_01_a_grade_without_words_stands_once(treated: Served) -> None:
    """EVENTS-01: beside it the list that it is of, by its name."""
    study = treated.folder / "study.yaml"
    text = study.read_text(encoding="utf-8")
    first, last = text.index("      grade: {choice: {1: {en: Mild"), text.index("      serious: {choice: yes/no}")
    text = f"{text[:first]}      grade: {{choice: [1, 2, 3, 4, 5]}}\n{text[last:]}".replace(
        "terms: free", "terms: ctcae-5"
    )
    study.write_text(text, encoding="utf-8")
    treated.site.record(adopt(read_study(treated.folder), reason="grades by number"), by="carla")
    html = page(treated.browser("nora"), EVENTS)
    assert re.search(r'>3</span>\s*<span class="quiet">CTCAE 5<', html)


def test_events_02_the_deadline(treated: Served) -> None:
    said = words(page(treated.browser("ida"), EVENTS))
    aware = treated.site.now().astimezone().astimezone(tz=UTC)
    due = (aware + timedelta(hours=24 + 8)).strftime("%Y-%m-%d")  # the sites are in Hong Kong
    assert f"report it by {due}" in said
    assert "the form does not ask when it was reported" in said
    assert said.count("report it by") == 1


def test_events_02_awareness_and_report_of_the_form(treated: Served) -> None:
    widen(treated, "aware: {label: Known since, date: full}", "reported: {label: Reported, date: full}")
    put(treated, "nora", "adverse_events", {"aware": day(treated, 5)}, repeat="2")
    assert "report was due" in words(page(treated.browser("ida"), EVENTS + "?show=overdue"))
    put(treated, "nora", "adverse_events", {"reported": day(treated, 4)}, repeat="2")
    assert "reported in time" in words(page(treated.browser("ida"), EVENTS))
    change(treated, "reported", day(treated, 1))
    assert "reported late" in words(page(treated.browser("ida"), EVENTS))


def test_events_03_filters_and_follow_up(treated: Served) -> None:
    html = page(treated.browser("ida"), EVENTS + "?show=serious")
    assert "Pneumonia" in html
    assert "Headache" not in html
    assert "follow up until the outcome is known" in html
    everybody = page(treated.browser("nora"), "/events/?show=nonsense")
    assert "Rash" in everybody
    assert words(everybody).count("3 events") == 1
    put(treated, "nora", "adverse_events", {"end": day(treated, 0)}, repeat="2")
    assert "follow up until the outcome" not in page(treated.browser("ida"), EVENTS)


def test_events_04_hostile_texts_and_closed_doors(treated: Served) -> None:
    assert HOSTILE not in page(treated.browser("nora"), EVENTS)
    assert HOSTILE not in page(treated.browser("nora"), "/events/")
    for person in ("asa", "carla"):
        for address in (EVENTS, "/events/", "/events/terms/"):
            assert treated.browser(person).get(address).status_code == 404
    assert treated.browser("nora").get("/participants/P77/events/").status_code == 404


def test_events_05_terms(treated: Served) -> None:
    said = words(page(treated.browser("nora"), "/events/terms/?q=lymph"))
    assert "Lymphocyte count decreased" in said
    assert "below 0.8 10⁹/L" in said
    assert "CPK increased" not in said
    assert "it was fatal" in said
    nothing = page(treated.browser("nora"), f"/events/terms/?q={HOSTILE}")
    assert HOSTILE not in nothing
    assert "No term here begins with" in nothing


def test_events_05_grades_of_a_term() -> None:
    (found,) = find_terms("creat incr")
    assert found.grades[1] == "above 1.5 × the upper limit or 1.5 × the baseline"
    assert len(find_terms("")) == 13
    assert find_terms("Anemia")[0].grades[0] == "below the lower limit of normal"


@pytest.mark.parametrize(
    ("reported", "now", "state"),
    [
        (None, 3, "running"),
        (None, 25, "passed"),
        (days_of("2026-03-03"), 99, "reported"),
        (days_of("2026-03-04"), 99, "reported"),
        (days_of("2026-03-05"), 99, "reported late"),
        (days_of("2026-03"), 99, "report day open"),
        (Days(), 3, "running"),
    ],
)
def test_events_06_the_clock(reported: Days | None, now: int, state: str) -> None:
    aware = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
    clock = reporting_clock(aware, now=aware + timedelta(hours=now), reported=reported)
    assert clock.state == state
    assert clock.deadline == aware + timedelta(days=1)


def test_events_11_locked(treated: Served) -> None:
    """EVENTS-11: nor from the rows of the form."""
    rows = "/participants/P01/forms/adverse_events/"
    treated.site.record(lock("participant", participant="P01", reason="all checked"), by="dan")
    for address, offered in ((EVENTS, "Record an event"), (rows, "Add a row")):
        said = words(page(treated.browser("nora"), address))
        assert offered not in said
        assert "Locked by dan (Data manager)" in said
        assert "somebody who may lock has to unlock it first. Who may: Data manager." in said
    treated.site.record(unlock("participant", participant="P01", reason="an event was told"), by="dan")
    assert "Record an event" in words(page(treated.browser("nora"), EVENTS))


def test_events_12_struck_and_no_longer_serious(treated: Served) -> None:
    assert "no longer serious" not in words(page(treated.browser("ida"), EVENTS))
    change(treated, "serious", "no")
    cleared = {"term": "", "grade": "", "serious": ""}
    put(treated, "nora", "adverse_events", {"term": f"Fall {HOSTILE}", "serious": "yes", "grade": "2"}, repeat="4")
    reasons = dict.fromkeys(cleared, "wrong participant")
    treated.site.record(save_form("P01", "adverse_events", cleared, repeat="4", reasons=reasons), by="nora")
    html = page(treated.browser("ida"), EVENTS)
    said, today = words(html), day(treated, 0)
    assert HOSTILE not in html
    assert f"Pneumonia , row 2: no longer serious nora, {today}" in said
    assert ": misread" in said
    assert f", row 4: a serious event, struck nora, {today}" in said
    assert ": wrong participant" in said
    assert "Rash , row" not in said
    change(treated, "serious", "yes")
    assert "no longer serious nora" not in words(page(treated.browser("ida"), EVENTS))


OUTCOME = "outcome: {choice: {REC: Recovered, SEQ: Recovered with sequelae, RECING: Recovering, NOT: Not recovered, "
OUTCOME += "FATAL: Fatal, UNK: Unknown, OTH: Other}}"
FOLLOW, OVER = "follow up until the outcome is known", "not over"


@pytest.mark.parametrize(
    ("answers", "follow", "is_open"),
    [
        ({}, True, True),
        ({"end": "NK"}, True, True),
        ({"end": "2026-11-01"}, False, False),
        ({"outcome": "NOT"}, True, True),
        ({"outcome": "NOT", "end": "2026-11-01"}, True, False),
        ({"outcome": "RECING"}, True, True),
        ({"outcome": "UNK"}, True, True),
        ({"outcome": "NK"}, True, True),
        ({"outcome": "OTH"}, True, True),
        ({"outcome": "OTH", "end": "2026-11-01"}, False, False),
        ({"outcome": "REC"}, False, False),
        ({"outcome": "SEQ", "end": "NK"}, False, False),
        ({"outcome": "FATAL"}, False, False),
    ],
)
def test_events_08_until_the_outcome_is_final(
    treated: Served,
    answers: dict[str, str],
    follow: bool,  # noqa: FBT001 - expected
    is_open: bool,  # noqa: FBT001 - expected
) -> None:
    widen(treated, OUTCOME)
    put(treated, "nora", "adverse_events", answers, repeat="2")
    said = words(page(treated.browser("ida"), EVENTS + "?show=serious")).partition("Next")[2]
    assert (FOLLOW in said, OVER in said) == (follow, is_open)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"outcome": "FATAL", "grade": "3"}, "its outcome is death"),
        ({"grade": "5"}, "its grade is 5, death"),
        ({"fatal": "yes", "grade": "5"}, "it was fatal"),
    ],
)
def test_events_09_a_fatal_event(treated: Served, answers: dict[str, str], why: str) -> None:
    """EVENTS-09: its clock runs, the page says the contradiction, Today asks for the end, no dose is planned."""
    widen(treated, OUTCOME, "fatal: {choice: yes/no}")
    assert "Visit" in words(page(treated.browser("ida"), "/"))
    put(treated, "nora", "adverse_events", {"term": "Heart attack", "serious": "no", **answers}, repeat="4")
    for address in (EVENTS, "/events/?show=serious"):
        said = words(page(treated.browser("ida"), address))
        assert f"serious {why} though recorded as not serious" in said
        assert said.count("report it by") == 2
    html = page(treated.browser("ida"), "/")
    assert "Record the participant’s end: an event is recorded as fatal" in words(html)
    assert 'href="/participants/P01/status/"' in html
    assert "Report the serious event “Heart attack”" in words(html)
    assert "dose 3" not in words(html)
    assert "Overdue" not in words(html)
    said = words(page(treated.browser("ida"), "/participants/P01/doses/rituximab/"))
    assert "is recorded as fatal: no dose is planned" in said
    treated.site.record(withdraw("P01", on=day(treated, 0), why="death"), by="ida")
    assert "Record the participant’s end" not in words(page(treated.browser("ida"), "/"))


@pytest.mark.parametrize(
    ("reported", "known", "state", "is_ahead"),
    [
        ("2026-03-02", "2026-03-03", "reported before known", False),
        ("2020-01-01", "2026-03-03", "reported before known", False),
        ("2026-03-02", "2026-03", "reported", False),
        ("2026-02", "2026-03", "reported before known", False),
        ("2026-03-02", None, "reported", False),  # told before it was recorded
        ("2026-03-06", "2026-03-03", "reported ahead", False),
        ("2026-04", None, "reported ahead", False),
        ("2026-03-05", "2026-03-06", "reported late", True),
        (None, "2027-01-01", "passed", True),
    ],
)
def test_events_10_days_that_cannot_be(
    reported: str | None,
    known: str | None,
    state: str,
    is_ahead: bool,  # noqa: FBT001 - expected
) -> None:
    """EVENTS-10: looked at on the 5th of March."""
    aware = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
    now = aware + timedelta(days=2)
    clock = reporting_clock(aware, now=now, reported=days_of(reported), known=days_of(known))
    assert (clock.state, clock.is_known_ahead) == (state, is_ahead)


def test_events_10_until_it_is_mended(treated: Served) -> None:
    """EVENTS-10: on the page, on Today and beside the save; recorded all the same."""
    widen(treated, "aware: {label: Known since, date: full}", "reported: {label: Reported, date: full}")
    put(treated, "nora", "adverse_events", {"aware": day(treated, 2), "reported": day(treated, 5)}, repeat="2")
    said = words(page(treated.browser("ida"), EVENTS))
    assert "reported before it was known?" in said
    assert "reported in time" not in said
    asked = "The event is reported before the day on which it was known."
    row = "/participants/P01/forms/adverse_events/rows/2/"
    assert asked in words(page(treated.browser("nora"), row))
    (query,) = treated.site.casebooks["P01"].queries.values()
    assert (query.text.startswith(asked), query.status) == (True, "open")
    assert "Check the report of “Pneumonia”" in words(page(treated.browser("ida"), "/"))
    nora = treated.browser("nora")
    held = shown(nora, row)
    answer = send(nora, row, held, answer__reported=day(treated, -3), reason__reported="misread")
    said = words(page(nora, answer.headers["Location"]))
    assert "reported on a day to come? It is recorded; correct the day if it was mistyped." in said
    assert "Check the report of “Pneumonia”" in words(page(treated.browser("ida"), "/"))
    change(treated, "reported", day(treated, 1))
    assert "reported in time" in words(page(treated.browser("ida"), EVENTS))
    assert "Check the report" not in words(page(treated.browser("ida"), "/"))
    assert treated.site.casebooks["P01"].queries[query.seq].status == "closed"
    change(treated, "aware", day(treated, -9))
    said = words(page(treated.browser("ida"), EVENTS))
    assert "reported in time known since a day to come?" in said
    assert "Check the report of “Pneumonia”" in words(page(treated.browser("ida"), "/"))


@pytest.mark.parametrize(
    ("aware", "deadline"),
    [
        ("2026-10-24T14:00:00+02:00", "2026-10-25T13:00:00+01:00"),  # the night has an hour more
        ("2027-03-27T13:00:00+01:00", "2027-03-28T14:00:00+02:00"),  # and an hour less
        ("2026-10-25T02:30:00+02:00", "2026-10-26T01:30:00+01:00"),  # known in an hour that comes twice
        ("2027-03-27T02:30:00+01:00", "2027-03-28T03:30:00+02:00"),  # due in an hour that never comes
        ("2026-06-01T09:30:00+02:00", "2026-06-02T09:30:00+02:00"),
    ],
)
def test_events_07_over_a_change_of_summer_time(aware: str, deadline: str) -> None:
    zone = ZoneInfo("Europe/Stockholm")
    known = datetime.fromisoformat(aware).astimezone(zone)
    for minutes, state in ((24 * 60, "running"), (24 * 60 + 1, "passed")):
        now = (known.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(zone)
        clock = reporting_clock(known, now=now)
        assert (clock.state, clock.left) == (state, timedelta(minutes=24 * 60 - minutes))
        assert clock.deadline.isoformat() == deadline
