"""The page of one visit: planned day and window, the true day, the forms in their order.

WEB-VIS-01: the day on which a visit took place is recorded as it was, and judged against its window.
WEB-VIS-02: the forms stand in the order of the study file with their state, who fills them in, and why one is not open.
WEB-VIS-03: a visit that nobody planned gets the next free number.
"""

from __future__ import annotations

from tests.web.conftest import Served
from tests.web.followed import begin, day, fill, read, treated

from trialbook.conduct.casebook import VISIT_FORM, Cell
from trialbook.web.veil import veiled

WEEK_4 = "/participants/P01/visits/week 4/"


def dated(served: Served, path: str = WEEK_4, person: str = "nora", **sent: str) -> int:
    """Send the day of a visit, and return the status of the answer."""
    sent = {"request": served.site.new_id(), "seen": "0", **sent}
    status: int = served.browser(person).post(path, sent).status_code
    return status


def test_a_visit_is_planned_in_words(served: Served) -> None:
    """WEB-VIS-01: window, and how many days are left or over."""
    treated(served, ago=28)
    assert "3 days left" in read(served, "nora", WEEK_4)
    assert "planned for" in read(served, "nora", WEEK_4)
    assert "in 25 days" in read(served, "nora", WEEK_4.replace("4", "8"))


def test_a_late_visit_is_recorded_as_it_was(served: Served) -> None:
    """EDC 5.2.1, WEB-VIS-01: the true day is taken, judged as late, and listed as a deviation."""
    treated(served, ago=40)
    assert dated(served, date=day(served, ago=4)) == 302
    page = read(served, "nora", WEEK_4)
    assert "5 days late" in page
    assert "took place after the last day of its window" in page


def test_a_visit_before_day_0_took_place(served: Served) -> None:
    """WEB-VIS-01: while day 0 is not known nothing is judged, and what took place is called so."""
    begin(served)
    path = "/participants/P01/visits/baseline/"
    assert "Baseline P01 not dated yet" in read(served, "nora", path)
    assert dated(served, path, date=day(served)) == 302
    assert "Baseline P01 took place" in read(served, "nora", path)


def test_a_correction_of_the_day_needs_a_reason(served: Served) -> None:
    """WEB-VIS-01: the first day stays in the history."""
    treated(served, ago=40)
    dated(served, date=day(served, ago=12))
    seen = veiled(served.site.casebooks["P01"].answers[Cell("week 4", VISIT_FORM, "", "date")].seq)
    assert dated(served, date=day(served, ago=11), seen=seen) == 422
    assert dated(served, date=day(served, ago=11), seen=seen, reason="typed wrongly") == 302
    assert [entry.act for entry in served.site.history(participant="P01", visit="week 4")] == ["enter", "correct"]


def test_two_people_are_told(served: Served) -> None:
    """WEB-VIS-01: who did not see the day that stands by now does not overwrite it."""
    treated(served, ago=40)
    dated(served, date=day(served, ago=12))
    assert dated(served, date=day(served, ago=11), seen="0", reason="typed wrongly") == 422


def test_a_page_sent_again(served: Served) -> None:
    """WEB-VIS-01: with the same day it is recorded once; with another one it is not said to be recorded."""
    treated(served, ago=40)
    first = {"date": day(served, ago=12), "request": "r-1"}
    assert [dated(served, **first), dated(served, **first)] == [302, 302]
    assert [entry.act for entry in served.site.history(participant="P01", visit="week 4")] == ["enter"]
    assert dated(served, **{**first, "date": day(served, ago=11)}) == 422


def test_forms_stand_in_their_order(served: Served) -> None:
    """WEB-VIS-02: with their state and who fills them in."""
    treated(served)
    page = read(served, "nora", "/participants/P01/visits/baseline/")
    names = ("Height and weight", "Disability (HAQ)", "Patient's global", "Muscle enzymes", "Blood count")
    places = [page.index(name) for name in names]
    assert places == sorted(places)
    assert "Muscle enzymes complete" in page
    assert "filled in by: participant, nurse" in page.casefold()


def test_why_a_form_is_not_open_yet(served: Served) -> None:
    """EDC 5.2.2, WEB-VIS-02: a form that waits for others names them, and has no link."""
    treated(served)
    page = served.browser("ida").get("/participants/P01/visits/baseline/").content.decode()
    assert "forms/rating/" not in page
    assert "Muscle strength" in page
    assert "shown after the last visit" in page


def test_a_nurse_does_not_learn_of_the_rating(served: Served) -> None:
    """EDC-5: a form that the role is never shown is not named."""
    treated(served)
    assert "Muscle strength" not in read(served, "nora", "/participants/P01/visits/baseline/")


def test_an_unscheduled_visit_gets_the_next_number(served: Served) -> None:
    """WEB-VIS-03: by its day; the forms of visits can be recorded at it."""
    treated(served)
    assert "Unscheduled visit 1" in read(served, "nora", "/participants/P01/unscheduled/")
    assert dated(served, "/participants/P01/visits/unscheduled-1/", date=day(served)) == 302
    page = read(served, "nora", "/participants/P01/visits/unscheduled-1/")
    assert "not planned; took place on" in page
    assert "Muscle enzymes" in page
    assert "Unscheduled visit 2" in read(served, "nora", "/participants/P01/unscheduled/")


def test_one_number_is_not_given_twice(served: Served) -> None:
    """WEB-VIS-03: of two people at once the second is told, and gets the next number."""
    treated(served)
    dated(served, "/participants/P01/visits/unscheduled-1/", date=day(served))
    again = {"request": served.site.new_id(), "seen": "0", "date": day(served, ago=1)}
    answer = served.browser("ida").post("/participants/P01/visits/unscheduled-1/", again)
    assert answer.status_code == 422
    assert served.site.casebooks["P01"].visit_date("unscheduled-1").isoformat() == day(served)  # type: ignore[union-attr]


def test_no_such_visit(served: Served) -> None:
    """WEB-VIS-01: neither planned nor recorded: the same as if the role did not see it."""
    begin(served)
    for visit in ("week 5", "unscheduled-3", "x"):
        assert served.browser("ida").get(f"/participants/P01/visits/{visit}/").status_code == 404
    assert served.browser("asa").get(WEEK_4).status_code == 404


def test_who_records_no_form_dates_no_visit(served: Served) -> None:
    """EDC-5: a role that reads all the same records nothing."""
    treated(served)
    assert dated(served, person="stan", date=day(served)) == 404
    assert "Record the date" not in read(served, "stan", WEEK_4)


def test_a_form_not_due_can_be_recorded(served: Served) -> None:
    """WEB-VIS-02: what happened can always be recorded, also a form that was not planned at the visit."""
    treated(served)
    fill(served, "P01", "body", visit="week 4", weight="61", height="165")
    assert "Height and weight complete" in read(served, "nora", WEEK_4)
