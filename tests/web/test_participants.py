"""The list of participants, the grid of all visits, and the way to screen a new one.

WEB-PART-01: the list shows each participant once with status, next visit, progress and open queries.
WEB-PART-02: a code can be looked for, and one that is typed in full leads to its participant.
WEB-PART-03: a new code is proposed by the pattern of the others; one that looks like another is refused.
WEB-PART-04: what a role is not shown is not there, and no count tells it.
"""

from __future__ import annotations

from urllib.parse import quote

import pytest
from tests.web.conftest import CUSTODIAN, Served
from tests.web.followed import begin, day, fill, make_eligible, rate, read, treated

from trialbook.capture.acts import grant, raise_query
from trialbook.web.following.codes import is_sought, next_code, the_one


def test_an_empty_study_says_what_to_do(served: Served) -> None:
    """WEB-PART-01: whoever may screen is led there, another role is told who may."""
    assert "Screen the first participant" in read(served, "ida", "/participants/")
    nurse = read(served, "nora", "/participants/")
    assert "Screen the first participant" not in nurse
    assert "your role cannot" in nurse


def test_list_tells_how_each_stands(served: Served) -> None:
    """WEB-PART-01: status, next visit in words and as a badge, and how far the visits are."""
    treated(served, ago=40)
    page = read(served, "ida", "/participants/")
    assert "P01 enrolled Week 4 overdue" in page
    assert "9 days overdue" in page
    assert "1 / 8" in page


def test_queries_are_counted(served: Served) -> None:
    """WEB-PART-01: an answer outside of its expected range raises a query, which the list counts."""
    treated(served)
    fill(served, "P01", "body", visit="baseline", weight="260")
    assert "1 query" in read(served, "nora", "/participants/")


def test_no_count_tells_a_query_on_a_hidden_form(served: Served) -> None:
    """WEB-PART-04, EDC-41: a query on the rating is not counted for a role that is never shown the rating."""
    treated(served)
    rate(served)
    served.site.record(raise_query("P01", "Is this so?", visit="baseline", form="rating"), by=CUSTODIAN)
    assert "query" not in read(served, "nora", "/participants/").replace("open queries", "")
    assert "Is this so?" not in read(served, "nora", "/participants/P01/")


def test_filters_and_orders(served: Served) -> None:
    """WEB-PART-02: by status, by what is open, by code."""
    treated(served, ago=40)
    begin(served, "P02")
    assert "P02" not in read(served, "ida", "/participants/?status=enrolled")
    assert "P02" not in read(served, "ida", "/participants/?standing=overdue")
    both = read(served, "ida", "/participants/?sort=status")
    assert both.index("P02") < both.index("P01")
    assert "Nobody fits" in read(served, "ida", "/participants/?q=zzz")
    assert "1 of 2" in read(served, "ida", "/participants/?q=02")


def test_a_code_in_full_leads_to_its_participant(served: Served) -> None:
    """WEB-PART-02: whatever the case."""
    begin(served, "P01")
    answer = served.browser("ida").get("/participants/?q=p01")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/participants/P01/")


def test_the_search_is_reached_from_every_page(served: Served) -> None:
    """WEB-PART-02: the menu names the list as what the key leads to; a blind role has neither."""
    begin(served)
    assert b"data-search" in served.browser("ida").get("/participants/P01/").content
    assert b"data-search" not in served.browser("asa").get("/").content


# ---- sites and roles --------------------------------------------------------------------------------------------


def test_a_site_sees_its_own(served: Served) -> None:
    """EDC-8: list, grid, page, search and refusal of a code tell nothing of another site."""
    served.site.record(grant("lea", "investigator", site="LEFT"), by=CUSTODIAN)
    begin(served, "L-01", site="LEFT")
    begin(served, "R-01", site="RIGHT")
    for path in ("/participants/", "/grid/"):
        page = read(served, "lea", path)
        assert "L-01" in page
        assert "R-01" not in page
        assert "RIGHT" not in page
    assert served.browser("lea").get("/participants/R-01/").status_code == 404
    refused = served.browser("lea").post("/screen", {"code": "R-01", "request": served.site.new_id()})
    assert refused.status_code == 422
    assert b"RIGHT" not in refused.content


@pytest.mark.parametrize(
    "path", ["/participants/", "/grid/", "/screen", "/participants/P01/", "/participants/P01/status/"]
)
def test_a_blind_role_is_let_nowhere(served: Served, path: str) -> None:
    """EDC-5, WEB-PART-04: every page on participants answers a blind role as if there were none."""
    begin(served)
    assert served.browser("asa").get(path).status_code == 404


def test_a_role_that_may_not_screen_adds_nobody(served: Served) -> None:
    """EDC-18: without the right to screen one can record forms, and not add a participant."""
    assert served.browser("nora").get("/screen").status_code == 404
    assert served.browser("nora").post("/screen", {"code": "P09"}).status_code == 404
    assert "P09" not in served.site.casebooks
    assert "new participant" not in read(served, "nora", "/participants/")


# ---- a new participant ------------------------------------------------------------------------------------------


def test_screening_begins_and_is_in_the_trail(served: Served) -> None:
    """EDC-18: adding a participant is recorded with who did it, and leads to the consent."""
    answer = served.browser("ida").post("/screen", {"code": "P01", "request": served.site.new_id()})
    assert answer.headers["Location"] == "/participants/P01/screening/"
    (entry,) = served.site.history(participant="P01")
    assert (entry.act, entry.by) == ("screen", "ida")


def test_a_double_is_refused(served: Served) -> None:
    """WEB-PART-03: the same code, or one that looks like it; what was typed stays."""
    begin(served, "P01")
    for code in ("P01", "p1"):
        answer = served.browser("ida").post("/screen", {"code": code, "request": served.site.new_id()})
        assert answer.status_code == 422
        assert f'value="{code}"' in answer.content.decode()
        assert "looks like “P01”" in answer.content.decode()
    assert len(served.site.history(participant="P01")) == 1


def test_a_resend_begins_once(served: Served) -> None:
    """WEB-PART-03: pressing twice is no double."""
    sent = {"code": "P01", "request": served.site.new_id()}
    answers = [served.browser("ida").post("/screen", sent).status_code for _ in range(2)]
    assert answers == [302, 302]
    assert len(served.site.history(participant="P01")) == 1


def test_a_code_corrected_before_the_answer_came(served: Served) -> None:
    """WEB-PART-03: another code or site under the same id is not answered as if it were the first."""
    ida, sent = served.browser("ida"), {"code": "P12", "site": "A", "request": served.site.new_id()}
    assert ida.post("/screen", sent).status_code == 302
    for other in ({"code": "P21"}, {"site": "B"}):
        assert ida.post("/screen", {**sent, **other}).status_code == 422
    assert list(served.site.casebooks) == ["P12"]


@pytest.mark.parametrize(
    ("codes", "proposed"),
    [
        ((), "001"),
        (("P01", "P02"), "P03"),
        (("INV-009",), "INV-010"),
        (("A1", "A2", "B7"), "A3"),
        (("Marta",), "001"),
        (("09", "9x"), "10"),
    ],
)
def test_next_code(codes: tuple[str, ...], proposed: str) -> None:
    """WEB-PART-03: one more than the highest of the commonest pattern."""
    assert next_code(codes, codes) == proposed


def test_next_code_is_free() -> None:
    """WEB-PART-03: a code that another site has, or that looks like it, is not proposed."""
    assert next_code(("P01",), ("P01", "p2", "P03")) == "P04"


def test_sought() -> None:
    """WEB-PART-02: part of a code finds it, the whole of it names it."""
    assert is_sought("INV-012", "inv-0")
    assert not is_sought("INV-012", "13")
    assert the_one(("P01", "P02"), " p2 ") == "P02"
    assert the_one(("P01",), "") is None


# ---- the grid ---------------------------------------------------------------------------------------------------


def test_grid_says_each_state_in_words(served: Served) -> None:
    """EDC-20: each visit with a letter, and what it means, that leads to the visit."""
    treated(served, ago=40)
    page = served.browser("ida").get("/grid/").content.decode()
    assert 'aria-label="P01, Baseline: planned for' in page
    assert "took place on" in page
    assert f'href="/participants/P01/visits/{quote("week 4")}/"' in page
    assert "overdue" in read(served, "ida", "/grid/")


def test_grid_and_today_tell_the_same_of_forms(served: Served) -> None:
    """EDC-20: a form in which nothing is answered is incomplete, though none of its items is required."""
    treated(served, ago=168)
    fill(served, "P01", "visit", visit="week 24", date=day(served))
    answers: tuple[dict[str, str], ...] = ({}, {"ck": "900", "ck_upper": "190"})
    told = []
    for given in answers:
        fill(served, "P01", "enzymes", visit="week 24", by="nora", **given)
        page = served.browser("nora").get("/grid/").content.decode()
        square = page.partition('aria-label="P01, Week 24: ')[2].partition('"')[0]
        today = read(served, "nora", "/").partition("Week 24")[2][:60]
        told.append(("forms incomplete" in square, "Muscle enzymes" in today))
    assert told == [(True, True), (False, False)]


def test_the_list_follows_what_is_recorded(served: Served) -> None:
    """WEB-PART-01: what is kept of a participant is made anew when something is recorded."""
    make_eligible(served)
    assert "screening" in read(served, "ida", "/participants/")
    served.browser("ida").post(
        "/participants/P01/screening/", {"step": "enrol", "on": day(served), "request": served.site.new_id()}
    )
    assert "P01 enrolled" in read(served, "ida", "/participants/")
