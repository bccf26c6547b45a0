"""Keep, show and erase who a participant is: what the ledger says of it.

WHO-01: R51: each look at an identity is an act with a reason, by a role that the study file lets see identities.
WHO-02: R49: the ledger never says who: whatever is handed in as text or value is left out.
WHO-03: R13: erasing an identity is an act of the custodian, who cannot see it; it needs a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import CUSTODIAN, STUDY, Site, read_text

from trialbook.capture.acts import Act, erase_identity, grant, keep_identity, show_identity
from trialbook.capture.book import Book
from trialbook.capture.ledger import Draft
from trialbook.errors import ActRefused

KNOWING = read_text(
    STUDY.replace("signs: [form, visit]}", "signs: [form, visit], identities: true}").replace(
        "blind: true,", "blind: true, identities: true,"
    )
)


@pytest.fixture
def knowing(tmp_path: Path) -> Iterator[Book]:
    """A book whose investigator may see who participants are."""
    with Site(tmp_path, KNOWING).create() as book:
        book.record(grant("iris", "investigator", site="B"), by=CUSTODIAN)
        yield book


def refusal(book: Book, act: Act, by: str) -> str:
    """Return the code for which an act is refused."""
    with pytest.raises(ActRefused) as told:
        book.record(act, by=by)
    return told.value.problems[0].code


def test_it_works(knowing: Book) -> None:
    """WHO-01: participant, person, reason."""
    knowing.record(keep_identity("P1"), by="ines")
    (look,) = knowing.record(show_identity("P1", reason="to call about a result"), by="ines").entries
    assert (look.act, look.participant, look.by) == ("show_identity", "P1", "ines")
    assert look.reason == "to call about a result"
    (gone,) = knowing.record(erase_identity("P1", reason="asked for it"), by=CUSTODIAN).entries
    assert (gone.act, gone.participant, gone.by) == ("erase_identity", "P1", CUSTODIAN)
    assert knowing.verify().problems == ()


@pytest.mark.parametrize("person", [CUSTODIAN, "nora", "amir", "stan", "iris"])
def test_it_needs_the_right(knowing: Book, person: str) -> None:
    """WHO-01: neither custodian nor a blind role, whatever the file says of it, nor another site's people."""
    for act in (keep_identity("P1"), show_identity("P1", reason="curious")):
        assert refusal(knowing, act, person) == "ACT-01"


def test_it_needs_a_reason(knowing: Book) -> None:
    """WHO-01, WHO-03."""
    assert refusal(knowing, show_identity("P1", reason=" "), "ines") == "ACT-02"
    assert refusal(knowing, erase_identity("P1", reason=""), CUSTODIAN) == "ACT-02"
    assert refusal(knowing, erase_identity("P1", reason="asked"), "ines") == "ACT-01"
    assert refusal(knowing, keep_identity("P8"), CUSTODIAN) == "ACT-01"


def test_nothing_of_it_gets_into_the_ledger(knowing: Book) -> None:
    """WHO-02: even where a page hands it in by mistake."""
    asked = Draft(act="keep_identity", participant="P1", text="Ada Lovelace", value="1815-12-10")
    (entry,) = knowing.record(Act(name="keep_identity", asked=(asked,)), by="ines").entries
    assert (entry.text, entry.value) == (None, None)
