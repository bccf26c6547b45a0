"""Consent given again, where a version of the study file asks for it.

AMEND-30: who consented before the version took effect at their site, by its approval, is told to consent again.
AMEND-31: who consented since then, has not consented yet, or has left the study is not.
AMEND-32: it waits in the list of today of who records it, and is told on the pages of the participant.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.web.conftest import CUSTODIAN, Served
from tests.web.test_amendments import amended, page

from trialbook.capture.acts import adopt, enrol, save_form, screen, withdraw
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.reconsent import Demand, must_consent_again

DEMAND = Demand(version="f" * 64, since=date(2026, 11, 1), items=("again.date", "consent.date"))
FORM = """  again:
    label: Renewed consent
    by: investigator
    at: any time
    repeating: true
    items:
      date: {label: Day of it, date: full}
"""
AGAIN = (
    ("  screening:\n    label: {en: Char", FORM + "  screening:\n    label: {en: Char"),
    ("records: [consent,", "records: [again, consent,"),
    ("report:\n", "amendments: {consent_again: again.date}\nreport:\n"),
)


def book(*days: str, status: str = "enrolled") -> Casebook:
    """Return a casebook with a first consent and those given again."""
    cells = [Cell("", "consent", "", "date"), *(Cell("", "again", str(row), "date") for row in range(len(days)))]
    answers = {cell: Answer(text=day, value=day) for cell, day in zip(cells, days, strict=False)}
    return Casebook(participant="P", status=status, answers=answers)  # type: ignore[arg-type]  # a word of the list


@pytest.mark.parametrize(
    ("casebook", "must"),
    [
        (book("2026-10-31"), True),
        (book("2026-11-01"), False),
        (book("2026-10-01", "2026-11-05"), False),
        (book("2026-10-01", "2026-10-05"), True),
        (book("2026-10"), False),
        (book(), False),
        (book("2026-10-31", status="withdrawn"), False),
    ],
)
def test_who_must(casebook: Casebook, *, must: bool) -> None:
    """AMEND-30, AMEND-31."""
    assert must_consent_again(casebook, DEMAND) is must
    assert not must_consent_again(casebook, None)


def test_it_is_told_where_the_participant_is_met(served: Served) -> None:
    """AMEND-30, AMEND-31, AMEND-32: until it is recorded; a later version that asks nothing does not end it."""
    site, today = served.site, served.site.today()
    for code, ago in (("P01", 30), ("P02", 1), ("P03", 30)):
        day = (today - timedelta(days=ago)).isoformat()
        site.record(screen(code), by="ida")
        site.record(save_form(code, "consent", {"date": day}), by="ida")
        site.record(enrol(code, on=day), by="ida")
    site.record(withdraw("P03", on=today.isoformat()), by="ida")
    words = "asks for a new one"
    assert words not in page(served, "ida", "/participants/P01/")
    approved = (today - timedelta(days=3)).isoformat()
    new = amended(served, *AGAIN)
    site.record(adopt(new, reason="amendment 1", approved=approved), by=CUSTODIAN)
    told = [code for code in ("P01", "P02", "P03") if words in page(served, "ida", f"/participants/{code}/")]
    assert told == ["P01"]
    assert words in page(served, "ida", "/participants/P01/screening/")
    assert "Renewed consent" in page(served, "ida", "/")
    site.record(adopt(amended(served, AGAIN[2][::-1]), reason="amendment 2"), by=CUSTODIAN)
    assert words in page(served, "ida", "/participants/P01/")
    site.record(save_form("P01", "again", {"date": today.isoformat()}, repeat="1"), by="ida")
    assert words not in page(served, "ida", "/participants/P01/")
    assert "Renewed consent" not in page(served, "ida", "/")
