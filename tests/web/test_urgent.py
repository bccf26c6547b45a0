"""What stands on the list of today beside visits, forms and doses that are due.

URGENT-01: a serious event is told to everybody who is shown it, with its deadline, until its report is recorded.
URGENT-02: an alert of an assessor stands there for four weeks, and no query that waits for somebody is left unsaid.
URGENT-03: a dose that the plan refuses says why; to nobody who is not shown what speaks against it.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.web.conftest import Served
from tests.web.treated import HOSTILE, day, page, put, treat, words

from trialbook.capture.acts import adopt, correct, raise_query
from trialbook.capture.asking import alert
from trialbook.folder import read_study

TODAY = "/"
REPORT = "Report the serious event “Pneumonia”"


@pytest.fixture
def treated(served: Served) -> Served:
    return treat(served)


def today_of(served: Served, person: str) -> str:
    return words(page(served.browser(person), TODAY))


def test_urgent_01_a_serious_event(treated: Served) -> None:
    """URGENT-01: one that is not serious, or not judged, is none."""
    for row, (term, serious) in enumerate([("Pneumonia", "yes"), ("Headache", "no"), ("Rash", "")], 1):
        answers = {"term": term, "grade": "3"} | ({"serious": serious} if serious else {})
        put(treated, "nora", "adverse_events", answers, repeat=str(row))
    for person in ("nora", "ida"):
        said = today_of(treated, person)
        assert said.count("Report the serious event") == 1
        assert f"{REPORT} by {(treated.site.now() + timedelta(hours=24 + 8)):%Y-%m-%d}" in said
    assert 'href="/participants/P01/forms/adverse_events/rows/1/"' in page(treated.browser("nora"), TODAY)


def adopt_with(served: Served, item: str) -> None:
    """Adopt a version whose form of events asks for one thing more."""
    study = served.folder / "study.yaml"
    before, after = study.read_text(encoding="utf-8").split("  adverse_events:\n    label", 1)
    after = after.replace("serious:", f"{item}: {{date: full}}\n      serious:", 1)
    study.write_text(f"{before}  adverse_events:\n    label{after}", encoding="utf-8")
    served.site.record(adopt(read_study(study), reason="safety"), by="carla")


def test_urgent_01_until_it_is_reported(treated: Served) -> None:
    """URGENT-01: overdue ones stay; where no form can say that it was reported, for four weeks."""
    put(treated, "nora", "adverse_events", {"term": "Pneumonia", "serious": "yes"}, repeat="1")
    adopt_with(treated, "aware")
    put(treated, "nora", "adverse_events", {"aware": day(treated, 7)}, repeat="1")
    said = today_of(treated, "ida")
    assert said.index("Overdue") < said.index(REPORT) < said.index("Due now")
    longer = correct("P01", "adverse_events", "aware", day(treated, 40), repeat="1", reason="misread")
    treated.site.record(longer, by="nora")
    assert REPORT not in today_of(treated, "ida")
    adopt_with(treated, "reported")
    assert REPORT in today_of(treated, "ida")
    put(treated, "nora", "adverse_events", {"reported": day(treated, 0)}, repeat="1")
    assert REPORT not in today_of(treated, "ida")


def test_urgent_02_alerts(treated: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """URGENT-02: hostile words are words."""
    treated.site.record(alert("P01", f"Safety alert of the assessor: swollen arm {HOSTILE}"), by="asa")
    html = page(treated.browser("ida"), TODAY)
    assert "P01 : Safety alert of the assessor: swollen arm" in words(html)
    assert HOSTILE not in html
    assert "swollen arm" not in page(treated.browser("asa"), TODAY)
    monkeypatch.setattr("trialbook.web.treatment.urgent.LATELY", timedelta(0))
    assert "swollen arm" not in today_of(treated, "ida")


def test_urgent_02_queries(treated: Served) -> None:
    """URGENT-02: each person is told of their own."""
    assert "waits for you" not in today_of(treated, "nora")
    treated.site.record(raise_query("P01", "Is this right?", form="body", item="weight", visit="baseline"), by="ida")
    assert "1 query waits for you" in today_of(treated, "nora")


def test_urgent_03_a_dose_that_is_refused(treated: Served) -> None:
    """URGENT-03: it stays on the list, since somebody has to settle it."""
    said = today_of(treated, "ida")
    assert "Rituximab, dose 3" in said
    assert "withheld" not in said
    treated.site.record(correct("P01", "serology", "hbsag", "POS", reason="misread"), by="ida")
    said = today_of(treated, "ida")
    assert "Rituximab, dose 3 The dose is withheld, since “HBsAg” = “Positive”." in said
    assert '<a href="/participants/P01/doses/rituximab/">' in page(treated.browser("ida"), TODAY)
