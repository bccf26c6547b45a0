"""The page of one participant: picture first, then visits, forms and the rest; and where they stand.

WEB-ONE-01: the picture shows courses, visits, doses and events on one time axis, and the same as a table.
WEB-ONE-02: nothing that a role is not shown is on the page, drawn, counted or named.
WEB-ONE-03: an end, its correction and its taking back are recorded with day, cause and reason.
WEB-ONE-04: a note is kept and shown with who wrote it.
"""

from __future__ import annotations

import re

import pytest
from tests.web.conftest import Served
from tests.web.followed import begin, day, fill, make_eligible, rate, read, status, treated

from trialbook.capture.acts import enrol, note

PAGE, STATUS = "/participants/P01/", "/participants/P01/status/"


def test_a_picture_of_everything(served: Served) -> None:
    """WEB-ONE-01: points lead to their forms, planned doses are hollow and given ones full, events are bars."""
    treated(served)
    fill(served, "P01", "adverse_events", repeat="1", term="Cough", start=day(served, ago=10), grade="2", serious="no")
    page = served.browser("ida").get(PAGE).content.decode()
    assert re.search(
        r'<a href="/participants/P01/visits/baseline/forms/enzymes/"[^>]*aria-label="Baseline: 1500 U/L', page
    )
    assert page.count('class="dose planned"') == 4 + 1
    assert page.count('class="dose given"') == 1 + 1
    assert 'class="bar grade-2"' in page
    assert "<desc>" in page
    assert "The same as a table" in page


def test_the_picture_holds_to_the_policy(served: Served) -> None:
    """WEB-ONE-01: no style, no script and no handler within the page."""
    treated(served)
    page = served.browser("ida").get(PAGE).content.decode()
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", page)


def test_limits_and_baseline_are_drawn(served: Served) -> None:
    """WEB-ONE-01: the laboratory's limit of the day, and the baseline of the plan."""
    treated(served, ago=40)
    fill(served, "P01", "visit", visit="week 4", date=day(served, ago=12))
    fill(served, "P01", "enzymes", visit="week 4", ck="300", ck_upper="190")
    page = served.browser("ida").get(PAGE).content.decode()
    assert 'class="limit"' in page
    assert 'class="point outside"' in page
    assert "1500 to 300 U/L" in page
    assert "−1200, better" in page


def test_a_hostile_text_is_only_a_text(served: Served) -> None:
    """WEB-ONE-01: what was typed cannot become a part of the page or of the picture."""
    treated(served)
    fill(served, "P01", "adverse_events", repeat="1", term='"><script>x</script>', start=day(served, ago=10))
    page = served.browser("ida").get(PAGE).content.decode()
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


def test_before_day_0_the_page_still_stands(served: Served) -> None:
    """WEB-ONE-01: somebody who is screened has visits as planned, and no dates yet."""
    begin(served)
    page = read(served, "ida", PAGE)
    assert "weeks as planned" in page
    assert "is not known yet: the first “Day of infusion” in “Rituximab infusion” sets it." in page


def test_what_took_place_before_day_0_is_drawn_so(served: Served) -> None:
    """WEB-ONE-01: it is not to come, and the list says what comes next and that it has no date yet."""
    make_eligible(served)
    served.site.record(enrol("P01", on=day(served)), by="ida")
    fill(served, "P01", "visit", visit="baseline", date=day(served))
    page = served.browser("ida").get(PAGE).content.decode()
    assert page.count('class="took-place"') == 2  # the mark, and its key in the legend
    listed = read(served, "ida", "/participants/")
    assert "Week 4 not dated yet planned for study day 28; day 0 is not known yet" in listed
    fill(served, "P01", "infusion", repeat="1", start=day(served), paracetamol="yes", given="620", reaction="no")
    page = served.browser("ida").get(PAGE).content.decode()
    assert page.count('class="took-place"') == 1
    assert "sets it" not in page


# ---- who is shown what ------------------------------------------------------------------------------------------


def test_a_nurse_is_not_told_that_there_is_a_rating(served: Served) -> None:
    """EDC-5, WEB-ONE-02: no column, no endpoint, no state, no count."""
    treated(served)
    rate(served)
    page = read(served, "nora", PAGE)
    assert "Muscle strength" not in page
    assert "Physician's global assessment" not in page
    assert "Proximal muscle power" not in page


def test_an_investigator_is_shown_ratings_after_the_last_visit(served: Served) -> None:
    """WEB-ONE-02: before, it is said that they come, and not whether there is one."""
    treated(served)
    before = read(served, "ida", PAGE)
    rate(served)
    assert read(served, "ida", PAGE) == before
    assert "Shown after the last visit: Proximal muscle power" in before
    served.browser("ida").post(
        STATUS, {"step": "withdraw", "on": day(served), "why": "moved away", "request": served.site.new_id()}
    )
    assert "Physician's global assessment 5" in read(served, "ida", PAGE)


def test_a_form_state_leads_to_its_form(served: Served) -> None:
    """EDC-20: no data, begun and complete, by word, in the grid of the participant."""
    treated(served)
    page = served.browser("nora").get(PAGE).content.decode()
    assert 'aria-label="Baseline, Muscle enzymes: complete"' in page
    assert 'aria-label="Baseline, Disability (HAQ): no data"' in page


def test_deviations_appear_by_themselves(served: Served) -> None:
    """EDC 5.2.1: a visit outside of its window is recorded as it was, and stands among the deviations."""
    treated(served, ago=60)
    fill(served, "P01", "visit", visit="week 4", date=day(served, ago=20))
    page = read(served, "ida", PAGE)
    assert "Week 4: took place after the last day of its window" in page
    assert "9 days late" in page


# ---- where they stand -------------------------------------------------------------------------------------------


def test_withdrawal_correction_and_taking_back(served: Served) -> None:
    """WEB-ONE-03: each is an entry of its own, and the reason stands with it."""
    treated(served)
    served.browser("ida").post(
        STATUS, {"step": "withdraw", "on": day(served, ago=3), "why": "moved away", "request": served.site.new_id()}
    )
    assert "withdrawn on" in read(served, "ida", PAGE)
    served.browser("ida").post(
        STATUS,
        {"step": "complete-again", "on": day(served), "reason": "wrong button", "request": served.site.new_id()},
    )
    assert status(served) == "completed"
    served.browser("ida").post(
        STATUS, {"step": "reinstate", "reason": "still in the study", "request": served.site.new_id()}
    )
    assert status(served) == "enrolled"
    reasons = [entry.reason for entry in served.site.history(participant="P01", item="") if entry.reason]
    assert reasons == ["wrong button", "still in the study"]


def test_a_correction_without_a_reason_is_refused(served: Served) -> None:
    """WEB-ONE-03: nothing is changed, and what was typed stays."""
    treated(served)
    answer = served.browser("ida").post(
        STATUS, {"step": "enrol-again", "on": "2020-01-01", "reason": " ", "request": served.site.new_id()}
    )
    assert answer.status_code == 422
    assert 'value="2020-01-01"' in answer.content.decode()
    assert served.site.casebooks["P01"].enrolled_on != "2020-01-01"


def test_a_step_of_another_status_is_refused(served: Served) -> None:
    """WEB-ONE-03: two people at once: the later one is told."""
    treated(served)
    served.browser("ida").post(STATUS, {"step": "reinstate", "reason": "x", "request": served.site.new_id()})
    assert status(served) == "enrolled"
    assert "another one by now" in read(served, "ida", STATUS)


@pytest.mark.parametrize("path", [STATUS, PAGE + "notes/"])
def test_a_participant_has_one_code_for_good(served: Served, path: str) -> None:
    """EDC-23: a code is not renamed, so that all data stay together: what is sent as a new one is ignored."""
    treated(served)
    served.browser("ida").post(path, {"code": "P99", "participant": "P99", "request": served.site.new_id()})
    assert set(served.site.casebooks) == {"P01"}


# ---- notes ------------------------------------------------------------------------------------------------------


def test_a_note_is_kept(served: Served) -> None:
    """WEB-ONE-04: with who wrote it; one without words is refused."""
    begin(served)
    served.browser("nora").post(PAGE + "notes/", {"text": "Came by taxi.", "request": served.site.new_id()})
    assert "Came by taxi. nora," in read(served, "ida", PAGE)
    assert served.browser("nora").post(PAGE + "notes/", {"text": "  "}).status_code == 422


def test_a_note_on_a_hidden_form_is_hidden(served: Served) -> None:
    """WEB-ONE-02: a note on the rating is shown to nobody who is not shown the rating."""
    treated(served)
    rate(served)
    served.site.record(note("Stronger than before.", participant="P01", visit="baseline", form="rating"), by="carla")
    assert "Stronger than before." not in read(served, "nora", PAGE)


# ---- pictures as such -------------------------------------------------------------------------------------------


def test_today_and_unknown_grades_are_drawn(served: Served) -> None:
    """WEB-ONE-01: an event without a grade says so; partial days are drawn as such."""
    treated(served)
    fill(served, "P01", "adverse_events", repeat="1", term="Cough", start=day(served, ago=10)[:7])
    page = served.browser("ida").get(PAGE).content.decode()
    assert 'class="bar grade-0 vague"' in page
    assert 'class="guide today"' in page
    assert "grade not recorded" in page
