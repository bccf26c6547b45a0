"""What the report says of the record that it was made from.

RECORD-01: R13: how many entries lost their words, and how many of them were answers that stood; nothing where none did.
RECORD-02: how many participants moved to another site; like those of RECORD-01, this count leads to its entries.
RECORD-03: the source files are those from which entries were imported; the rule that raised a query is none.
"""

from __future__ import annotations

from trialbook.capture.ledger import Draft, Stamp, chain
from trialbook.render.inline import plain, recorded
from trialbook.report.record import sources_table, taken_away

STAMP = Stamp(
    at="2026-03-02T08:00:00.000000Z", by="carla", role=None, on_behalf_of=None, request="r", study="s", program="p"
)


def told(*drafts: Draft) -> dict[str, str]:
    """Return what is told of these entries."""
    entries = [chain(draft, STAMP, seq=seq, previous="0" * 64, salt="s") for seq, draft in enumerate(drafts, 1)]
    return {name: plain(line) for name, line in taken_away(entries)}


def test_what_was_erased() -> None:
    """RECORD-01."""
    answer = Draft(act="enter", participant="P1", form="f", item="x", text="a name")
    assert told(answer) == {}
    found = told(answer, Draft(act="erase", about=1, missing="erased"), Draft(act="note"), Draft(act="erase", about=3))
    assert found["Erased"] == "the words of 2 entries, since they identified a person; 1 were answers that stood"


def test_who_moved() -> None:
    """RECORD-02: twice is one participant."""
    moves = [Draft(act="transfer", participant="P1", site=site) for site in "BA"]
    assert told(*moves) == {"Moved to another site": "1 participants"}


def test_what_was_taken_away_leads_to_its_entries() -> None:
    """RECORD-01, RECORD-02: each count to the acts behind it."""
    drafts = (
        Draft(act="erase", about=1, missing="erased"), Draft(act="erase", about=3),
        Draft(act="transfer", participant="P1", site="B"), Draft(act="transfer", participant="P1", site="A"),
    )  # fmt: skip
    entries = [chain(draft, STAMP, seq=seq, previous="0" * 64, salt="s") for seq, draft in enumerate(drafts, 1)]
    led = {name: [(part.text, part.entries) for part in recorded(line)] for name, line in taken_away(entries)}
    assert led == {"Erased": [("2", (1, 2)), ("1", (1,))], "Moved to another site": [("1", (3, 4))]}


def test_the_source_files() -> None:
    """RECORD-03."""
    drafts = (
        Draft(act="query", participant="P1", source_file="rule expected", text="900?"),
        Draft(act="enter", participant="P1", form="f", item="x", text="1", source_file="ward.csv", source_hash="ab"),
    )
    entries = [chain(draft, STAMP, seq=seq, previous="0" * 64, salt="s") for seq, draft in enumerate(drafts, 1)]
    assert [row.stub for row in sources_table(entries).body] == [("ward.csv",)]
