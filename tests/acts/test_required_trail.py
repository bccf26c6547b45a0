"""What the requirements ask of the trail that no single act shows.

TRAIL-01: one changed answer of thirty is one entry, whether the others are sent along or not (R02).
TRAIL-02: where a check fails, first answer, question and correction stand in the history, in this order (R08).
TRAIL-03: signature, verification, query, freeze, lock, unblinding and a grant are entries like
    answers: who, in which role, when, by which request, in the chain (R12).
"""

from __future__ import annotations

from pathlib import Path

from tests.acts.test_seals import CK, PLACES, fill, signing
from tests.conftest import STUDY, Site, read_text

from trialbook.capture.acts import (
    correct,
    enter,
    freeze,
    grant,
    lock,
    raise_query,
    save_form,
    unblind,
    verify_source,
)
from trialbook.capture.book import Book

MANY = 30
THIRTY = "\n  panel:\n    at: [baseline]\n    by: nurse\n    items:\n" + "".join(
    f"      value{number}: {{label: Value {number}, number: g/L}}\n" for number in range(MANY)
)


def test_one_of_thirty(tmp_path: Path) -> None:
    """TRAIL-01."""
    text = STUDY.replace("\n  strength:\n", f"{THIRTY}  strength:\n", 1).replace(
        "enzymes, drugs]", "enzymes, drugs, panel]"
    )
    answers = {f"value{number}": str(number) for number in range(MANY)}
    with Site(tmp_path, read_text(text)).create() as book:
        assert len(book.record(save_form("P1", "panel", answers, visit="baseline"), by="nora").entries) == MANY
        for changed in ({**answers, "value7": "70"}, {"value7": "71"}):
            act = save_form("P1", "panel", changed, visit="baseline", reasons={"value7": "misread"})
            (entry,) = book.record(act, by="nora").entries
            assert (entry.act, entry.item, entry.value) == ("correct", "value7", changed["value7"])
        kept = [entry.value for entry in book.history(participant="P1", item="value7")]
    assert kept == ["7", "70", "71"]


def test_a_check_that_fails(house: Book) -> None:
    """TRAIL-02."""
    house.record(enter("P1", "enzymes", "ck", "5000", visit="baseline"), by="nora")
    house.record(correct("P1", "enzymes", "ck", "500", visit="baseline", reason="a nought too many"), by="nora")
    told = [(one.act, one.value, one.reason) for one in house.history(participant="P1", form="enzymes", item="ck")]
    assert [act for act, _, _ in told] == ["enter", "query", "correct", "close_query"]
    assert (told[0][1], told[2][1:]) == ("5000", ("500", "a nought too many"))


def test_what_is_done_is_recorded_like_a_value(house: Book) -> None:
    """TRAIL-03."""
    fill(house)
    done = (
        (raise_query("P1", "Is that right?", form="enzymes", visit="week 4", item="ck"), "mona", "query"),
        (verify_source("P1", [CK]), "mona", "verify_source"),
        (signing(house), "ines", "sign"),
        (freeze("form", **PLACES["form"]), "dan", "freeze"),
        (unblind("emergency", "the physician on call", reason="anaphylaxis", participant="P1"), "ines", "unblind"),
        (grant("nina", "nurse"), "carla", "grant"),
        (lock("form", **PLACES["form"], reason="cut"), "dan", "lock"),
    )
    for number, (act, by, name) in enumerate(done):
        before = house.head().count
        (entry,) = house.record(act, by=by, request=f"r-{number}").entries
        assert (entry.seq, entry.act, entry.by, entry.request) == (before + 1, name, by, f"r-{number}")
        assert entry.role
        assert entry.at.endswith("Z")
        assert list(house.entries())[-1] == entry
    assert house.verify().ok
