"""The pages of a blind assessor.

RATING-01: a rating opens when the forms before it are complete, at the last visit that took place, and closes when it
    is complete (EDC 5.2.2: questionnaires before the assessor's form).
RATING-02: the assessor sees participant code and form: every page is the same bytes whatever the visit, its date, the
    number of visits, the laboratory, other people's work (EDC 5.2.3: no byte about dosing, events or earlier visits).
RATING-03: every other page of the site answers as if it did not exist, in the same bytes for what is there and is not.
RATING-04: an alert goes one way: it is a note for those who are not blind.
RATING-05: what cannot be a value is told at its item; what speaks of others' work is not told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from django.http import HttpResponse
from tests.web.conftest import CUSTODIAN, PEOPLE, Served
from tests.web.crawling import address

from trialbook.capture.acts import enrol, enter, grant, screen
from trialbook.web.routes import ROUTES

STUDY = """
trialbook: 1
study: {id: blind-study, title: Blind study, design: open-label single-arm, data: invented, objective: to test}
roles:
  investigator: {sees: everything, records: [lab], signs: [form], rights: [enrol]}
  nurse: {sees: everything, except: [rating], records: [diary]}
  assessor: {blind: true, records: [rating]}
  statistician: {sees: [data]}
visits:
  anchor: enrolment
  window: 3 days either side
  planned:
    baseline: {day: 0}
    week 4: {}
    week 8: {}
forms:
  diary: {label: Diary, at: [baseline, week 4, week 8], items: {days: {label: Days, number: count, required: true}}}
  lab: {label: Laboratory, at: [baseline, week 8], items: {ck: {label: Creatine kinase, number: U/L}}}
  rating:
    label: Muscle power
    at: [baseline, week 4, week 8]
    after: [diary]
    items:
      left: {label: Left, number: score, scale: 0 to 10, required: true}
      right: {label: Right, number: score, scale: 0 to 10}
"""
RATING = "/ratings/P1/rating/"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a small study with a blind role."""
    made = tmp_path / "study"
    made.mkdir()
    (made / "study.yaml").write_text(STUDY, encoding="utf-8")
    return made


def begin(served: Served, participant: str = "P1", *, days_ago: int = 60) -> None:
    day = (served.site.today() - timedelta(days=days_ago)).isoformat()
    served.site.record(screen(participant), by="ida")
    served.site.record(enrol(participant, on=day), by="ida")


def come(served: Served, visit: str, *, days_ago: int, participant: str = "P1", ready: bool = True) -> None:
    day = (served.site.today() - timedelta(days=days_ago)).isoformat()
    served.site.record(enter(participant, "visit", "date", day, visit=visit), by="nora")
    if ready:
        served.site.record(enter(participant, "diary", "days", "3", visit=visit), by="nora")


def rate(served: Served, *answers: tuple[str, str]) -> HttpResponse:
    client = served.browser("asa")
    page = client.get(RATING).content.decode()
    found = re.search(r'name="request" value="([^"]+)"', page)
    sent = {f"answer.{item}": text for item, text in answers}
    made = {"request": found[1] if found else "none", "items": "left right", **sent}
    answer: HttpResponse = client.post(RATING, made)  # type: ignore[assignment]
    return answer


def test_rating_01_opens_after_the_questionnaires_and_closes(served: Served) -> None:
    """R47."""
    begin(served)
    assessor = served.browser("asa")
    assert assessor.get(RATING).status_code == 404
    come(served, "baseline", days_ago=60, ready=False)
    assert assessor.get(RATING).status_code == 404
    served.site.record(enter("P1", "diary", "days", "3", visit="baseline"), by="nora")
    assert assessor.get(RATING).status_code == 200
    assert b"P1" in assessor.get("/").content
    assert rate(served, ("left", "5"), ("right", "6")).status_code == 302
    assert assessor.get(RATING).status_code == 404
    assert b"P1: " not in assessor.get("/").content.replace(b"The rating of P1", b"")
    found = served.site.casebooks["P1"]
    assert found.value("rating", "left", visit="baseline") == "5"


def test_rating_01_is_open_until_every_item_is_rated(served: Served) -> None:
    """R47."""
    begin(served)
    come(served, "baseline", days_ago=60)
    assert rate(served, ("left", "5")).status_code == 302
    assert served.browser("asa").get(RATING).status_code == 200
    assert rate(served, ("left", "5"), ("right", "6")).status_code == 302
    assert served.browser("asa").get(RATING).status_code == 404


def test_rating_01_only_the_last_visit_is_open(served: Served) -> None:
    begin(served)
    come(served, "baseline", days_ago=60)
    come(served, "week 4", days_ago=32)
    assert rate(served, ("left", "5"), ("right", "6")).status_code == 302
    assert served.browser("asa").get(RATING).status_code == 404
    found = served.site.casebooks["P1"]
    assert found.value("rating", "left", visit="week 4") == "5"
    assert found.value("rating", "left", visit="baseline") is None


def test_rating_01_a_page_that_was_open_when_the_next_visit_came(served: Served) -> None:
    begin(served)
    come(served, "baseline", days_ago=60)
    served.browser("asa").get(RATING)
    come(served, "week 4", days_ago=32)
    sent = {"request": "late", "items": "left right", "answer.left": "5", "answer.right": "5"}
    answer = served.browser("asa").post(RATING, sent)
    assert answer.status_code == 422
    assert served.site.casebooks["P1"].value("rating", "left", visit="week 4") is None


def test_rating_01_sent_again_with_more_after_a_lost_answer(served: Served) -> None:
    begin(served)
    come(served, "baseline", days_ago=60)
    served.browser("asa").get(RATING)
    first = {"request": "r1", "items": "left right", "answer.left": "5"}
    assert served.browser("asa").post(RATING, first).status_code == 302
    for _ in range(2):
        assert served.browser("asa").post(RATING, {**first, "answer.right": "6"}).status_code in {302, 404}
    assert served.site.casebooks["P1"].value("rating", "right", visit="baseline") == "6"


# ---- twins ------------------------------------------------------------------------------------------------------

CHANGING = re.compile(rb'(name="(?:csrfmiddlewaretoken|request)" value="|"token": "|"seconds": )[^",]+')
"""Tokens that are chance, and the seconds until a session ends."""


def pages(served: Served, paths: Sequence[str]) -> list[tuple[str, int, bytes, tuple[tuple[str, str], ...]]]:
    """Return what the assessor gets, without the tokens that are chance."""
    client = served.browser("asa")
    found = []
    for path in paths:
        answer = client.get(path)
        headers = tuple(sorted((name, value) for name, value in answer.items() if name != "Date"))
        found.append((path, answer.status_code, CHANGING.sub(rb"\1", answer.content), headers))
    return found


def addresses() -> list[str]:
    """Return an address for every route, with names that are there and names that are not."""
    parts = {"participant": "P1", "visit": "week 4", "form": "diary", "repeat": "1", "treatment": "drug", "number": "1"}
    found = []
    for route in ROUTES:
        path = address(route, parts)
        found += [path, path.replace("P1", "P9")]
    return found


def one(served: Served) -> None:
    """At the baseline, with one visit and little else."""
    begin(served, days_ago=0)
    come(served, "baseline", days_ago=0)


def other(served: Served) -> None:
    """At week 8, with three visits, a laboratory value, a missed rating, and another participant without a rating."""
    begin(served)
    begin(served, "P2")
    for visit, days_ago in (("baseline", 60), ("week 4", 32), ("week 8", 4)):
        come(served, visit, days_ago=days_ago)
    served.site.record(enter("P1", "lab", "ck", "4711", visit="week 8"), by="ida")


def test_rating_02_twins(served: Served) -> None:
    paths = ["/", RATING, "/alerts/P1/", *addresses()]
    one(served)
    first = pages(served, paths)
    begin_anew(served)
    other(served)
    for mine, theirs in zip(first, pages(served, paths), strict=True):
        assert mine == theirs


def begin_anew(served: Served) -> None:
    """Put an empty ledger in the place of the one that is served."""
    served.site.close()
    for file in served.folder.glob("ledger.db*"):
        file.unlink()
    served.site.begin(CUSTODIAN)
    for person in ("ida", "nora", "asa"):
        served.site.record(grant(person, PEOPLE[person]), by=CUSTODIAN)


def test_rating_03_nothing_else_is_there(served: Served) -> None:
    other(served)
    client = served.browser("asa")
    own = {"today", "rating", "alert", "choose-role", "choose-language"}
    for route in ROUTES:
        if route.needs == "participants":
            path = address(route, {"participant": "P1", "number": "1"}, "P1")
            answer = client.get(path)
            assert answer.status_code == 404, (route.name, answer.status_code)
            assert CHANGING.sub(rb"\1", answer.content) == CHANGING.sub(
                rb"\1", client.get(path.replace("P1", "P9")).content.replace(b"P9", b"P1")
            )
        assert (
            route.needs in {"nothing", "invitation"}
            or not route.blind
            or route.name in own
            or (route.view.startswith("accounts."))
        ), route.name


def test_rating_04_an_alert_is_a_note(served: Served) -> None:
    one(served)
    client = served.browser("asa")
    assert b"empty alert" in client.post("/alerts/P1/", {"text": " "}).content
    assert client.post("/alerts/P1/", {"text": "swollen arm", "request": "a1"}).status_code == 302
    (noted,) = [entry for entry in served.site.history(participant="P1") if entry.act == "note"]
    assert "swollen arm" in (noted.text or "")
    assert client.get("/alerts/P9/").status_code == 404


def test_rating_05_refusals(served: Served) -> None:
    one(served)
    answer = rate(served, ("left", "11"), ("right", "x"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="11"' in page
    assert "baseline" not in page.lower()
    served.site.record(enter("P1", "rating", "left", "4", visit="baseline"), by="asa")
    changed = rate(served, ("left", "5"), ("right", "6"))
    assert changed.status_code == 422
    assert "4" in changed.content.decode()
