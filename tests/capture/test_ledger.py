"""The entry format, the chain and the fold.

LED-01: the bytes and hashes of an entry are those of the published vectors, computed without this program.
LED-02: every field of an entry but the hash is hashed, by itself or through the sealed content.
LED-03: a changed, missing, moved or added entry breaks the chain; what was erased by a recorded act does not.
LED-04: fold gives the latest answer of every cell; an act that is not known changes nothing and is kept.
LED-05: fold gives the status of a participant, with the entry that gave it, after every act on it.
LED-06: fold gives what entries mark, under the names that they have there; a change makes void what was signed.
LED-07: what names no participant marks the study, and every casebook that is there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.capture import ledger
from trialbook.capture.ledger import (
    Draft,
    Entry,
    Head,
    Stamp,
    canonical,
    canonical_content,
    chain,
    digest,
    fold,
    fold_study,
    verify_chain,
)
from trialbook.capture.marks import StudyMarks
from trialbook.conduct.casebook import Answer, Casebook, Cell, Query, Seal

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "vectors" / "entry-v1.json").read_text(encoding="utf-8")
)["entries"]
ENTRIES = [Entry(**vector["entry"]) for vector in VECTORS]
STAMP = Stamp(
    at="2026-03-02T08:00:00.000000Z", by="nora", role="nurse", on_behalf_of=None, request="r", study="s", program="p"
)
SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def spelled(text: str) -> str:
    """Write a text as RFC 8785 does, sign by sign."""
    return '"' + "".join(SHORT.get(sign) or (f"\\u{ord(sign):04x}" if sign < " " else sign) for sign in text) + '"'


def written(values: Mapping[str, Any]) -> bytes:
    """Write an object as RFC 8785 does."""
    present = [(name, values[name]) for name in sorted(values) if values[name] is not None]
    parts = (f"{spelled(name)}:{spelled(value) if isinstance(value, str) else value}" for name, value in present)
    return ("{" + ",".join(parts) + "}").encode()


def chained(*drafts: Draft) -> list[Entry]:
    """Chain drafts into a ledger."""
    entries: list[Entry] = []
    for seq, draft in enumerate(drafts, start=1):
        previous = entries[-1].hash if entries else ledger.GENESIS
        entries.append(chain(draft, STAMP, seq=seq, previous=previous, salt=f"salt-{seq}"))
    return entries


def answered(*texts: str) -> list[Entry]:
    """Chain answers to one cell."""
    cell = {"participant": "P1", "visit": "week 4", "form": "enzymes", "item": "ck"}
    return chained(*(Draft(act="enter", text=text, value=text, **cell) for text in texts))  # type: ignore[arg-type]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_vectors(vector: dict[str, Any]) -> None:
    """LED-01: bytes and hashes, as the file has them and as worked out here by hand."""
    entry = Entry(**vector["entry"])
    assert canonical(entry).decode() == vector["bytes"]
    assert hashlib.sha256(vector["bytes"].encode()).hexdigest() == entry.hash
    sealed = {"reason", "salt", "source_file", "text", "value"}
    open_fields = {name: value for name, value in vector["entry"].items() if name not in {*sealed, "hash"}}
    assert written(open_fields).decode() == vector["bytes"]
    if vector["content_bytes"] is not None:
        assert canonical_content(entry).decode() == vector["content_bytes"]
        assert written({name: vector["entry"].get(name) for name in sealed}).decode() == vector["content_bytes"]
        assert hashlib.sha256(vector["content_bytes"].encode()).hexdigest() == entry.content


def test_the_vectors_show_every_field() -> None:
    """LED-01: one vector has all fields, so that none can be left out of the bytes unseen."""
    full = next(vector["entry"] for vector in VECTORS if "mode" in vector["entry"])
    assert set(full) == {field.name for field in fields(Entry)}


def test_the_explanation_names_every_field() -> None:
    """LED-01: docs/explanation/ledger.md tells the format field by field."""
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "ledger.md").read_text(encoding="utf-8")
    table = "".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| `"))
    assert {field.name for field in fields(Entry)} == set(table.replace("`", "").replace(",", "").split())


def test_the_vectors_are_a_chain() -> None:
    """LED-01, LED-03: they follow one another, the erased one and the act of a later program among them."""
    assert list(verify_chain(ENTRIES)) == []


@given(st.lists(st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.none()), min_size=3, max_size=3))
def test_any_text_is_hashed_as_the_standard_writes_it(texts: list[str | None]) -> None:
    """LED-01: for every text that a file can keep, the writer of the program and the one above agree."""
    values = dict(zip(("text", "value", "reason"), texts, strict=True))
    entry = chain(Draft(act="enter", **values), STAMP, seq=1, previous=ledger.GENESIS, salt="s")  # type: ignore[arg-type]
    assert entry.content == hashlib.sha256(written({**values, "salt": "s"})).hexdigest()


@pytest.mark.parametrize("name", [field.name for field in fields(Entry)])
def test_every_field_is_hashed(name: str) -> None:
    """LED-02: a change of any field of any entry is seen."""
    for place, entry in enumerate(ENTRIES):
        value = getattr(entry, name)
        if entry.is_erased and name in ledger.SEALED:
            continue
        other: Any = value + 1 if isinstance(value, int) else f"{value or ''}x"
        forged = [*ENTRIES[:place], replace(entry, **{name: other}), *ENTRIES[place + 1 :]]
        assert list(verify_chain(forged)), f"{name} of entry {entry.seq}"


def test_each_attack_has_its_problem() -> None:
    """LED-03: gap, foreign predecessor, changed field, changed words, words gone without an act."""
    entries = answered("1", "2", "3", "4")

    def codes(forged: list[Entry]) -> list[str]:
        return [problem.code for problem in verify_chain(forged)]

    assert codes(entries) == []
    assert codes([entries[0], *entries[2:]]) == ["LEDGER-30", "LEDGER-31"]
    assert codes([*entries[:2], *answered("1", "2", "5")[2:], entries[3]]) == ["LEDGER-31"]
    assert codes([entries[0], replace(entries[1], by="eve"), *entries[2:]]) == ["LEDGER-32"]
    assert codes([entries[0], replace(entries[1], text="9"), *entries[2:]]) == ["LEDGER-33"]
    erased = replace(entries[1], text=None, value=None, salt=None)
    assert codes([entries[0], erased, *entries[2:]]) == ["LEDGER-34"]
    assert codes([entries[1], entries[0]])[:2] == ["LEDGER-30", "LEDGER-31"]


def test_an_entry_is_erased_only_by_a_later_act() -> None:
    """LED-03: an act that speaks of an entry which is not yet there excuses nothing."""
    early = chained(Draft(act="erase", about=2), Draft(act="note", text="a name"))
    gone = [early[0], replace(early[1], text=None, salt=None)]
    assert [problem.code for problem in verify_chain(gone)] == ["LEDGER-34"]
    late = chained(Draft(act="note", text="a name"), Draft(act="erase", about=1))
    assert list(verify_chain([replace(late[0], text=None, salt=None), late[1]])) == []


def test_a_chain_goes_on_from_a_head() -> None:
    """LED-03: a part of a ledger is verified from the head before it, and only from that."""
    entries = answered("1", "2", "3")
    start = Head(count=1, hash=entries[0].hash, at=entries[0].at)
    assert list(verify_chain(entries[1:], start)) == []
    assert list(verify_chain(entries[1:], replace(start, hash="0" * 64)))
    assert list(verify_chain(entries[1:]))


def test_fold_keeps_an_act_that_it_does_not_know() -> None:
    """LED-04: a signature, or an answer in an act to come, changes neither answers nor status."""
    entries = answered("120")
    stranger = chain(
        Draft(act="transcribe", participant="P1", visit="week 4", form="enzymes", item="ck", value="7"),
        STAMP, seq=2, previous=entries[0].hash, salt="s",
    )  # fmt: skip
    assert fold([*entries, stranger]) == fold(entries)
    assert fold(ENTRIES)["P1"].status == "screening"


def test_fold_of_a_cleared_and_of_an_erased_answer() -> None:
    """LED-04: neither stands, and no older one comes back."""
    cell = {"participant": "P1", "form": "drugs", "repeat": "1", "item": "drug"}
    entries = chained(
        Draft(act="enter", text="a", value="a", **cell),  # type: ignore[arg-type]
        Draft(act="correct", text="b", value="b", about=1, reason="r", **cell),  # type: ignore[arg-type]
    )
    assert fold(entries)["P1"].answers[Cell("", "drugs", "1", "drug")].value == "b"
    assert not fold([entries[0], replace(entries[1], text=None, value=None, salt=None)])["P1"].answers
    assert not fold([*entries, replace(entries[1], seq=3, act="clear")])["P1"].answers


@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("xy"), st.sampled_from(["1", "2", None])), max_size=20),
    st.data(),
)
def test_fold_goes_on_where_it_stopped(steps: list[tuple[str, str, str | None]], data: st.DataObject) -> None:
    """LED-04: folding in two parts gives what folding at once gives, and the last entry of each cell stands."""
    drafts = [
        Draft(
            act="clear" if value is None else "enter", participant=person, form="f", item=item, text=value, value=value
        )
        for person, item, value in steps
    ]
    entries = chained(*drafts)
    cut = data.draw(st.integers(0, len(entries)))
    assert fold(entries[cut:], fold(entries[:cut])) == fold(entries)
    last = {(person, item): value for person, item, value in steps}
    folded = fold(entries)
    for (person, item), value in last.items():
        assert folded[person].value("f", item) == value


def test_times_are_utc() -> None:
    """LED-01: a clock in any zone writes UTC with microseconds; one without a zone is a mistake in the call."""
    moment = datetime(2026, 3, 2, 16, 0, 0, 5, tzinfo=timezone(timedelta(hours=8)))
    assert ledger.utc(moment) == "2026-03-02T08:00:00.000005Z"
    assert ledger.utc(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00.000000Z"
    with pytest.raises(ValueError, match="time zone"):
        ledger.utc(datetime(2026, 3, 2))  # noqa: DTZ001 - the mistake that is tested


def test_the_keys_are_sorted() -> None:
    """LED-01: in whatever order they are handed in; what is not there is not written."""
    assert ledger.canonical_json({"b": 1, "c": None, "a": "ä"}) == '{"a":"ä","b":1}'.encode()


def test_the_hash_is_sha_256() -> None:
    """LED-01: a digest is the SHA-256 in lower-case hexadecimal."""
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_program_writes_the_vectors() -> None:
    """LED-01: chained from its draft and stamp, each entry of the vectors comes out as it stands there."""
    written_by_it = [entry for entry in ENTRIES if not entry.is_erased]
    assert len(written_by_it) > 3
    for entry in written_by_it:
        draft = Draft(**{field.name: getattr(entry, field.name) for field in fields(Draft)})
        stamp = Stamp(**{field.name: getattr(entry, field.name) for field in fields(Stamp)})
        assert chain(draft, stamp, seq=entry.seq, previous=entry.previous, salt=entry.salt or "") == entry


def test_what_a_problem_of_the_chain_says() -> None:
    """LED-03: which entry, and which was expected in its place; the participant where an entry was changed."""
    entries = answered("1", "2", "3")
    gap, foreign = verify_chain([entries[0], entries[2]])
    assert (gap.values, foreign.values) == ({"entry": "3", "expected": "2"}, {"entry": "3"})
    (changed,) = verify_chain([replace(entries[0], by="eve")])
    assert (changed.values, changed.place.participant) == ({"entry": "1"}, "P1")


# ---- what the entries say ---------------------------------------------------------------------------------------

STORY: tuple[tuple[dict[str, Any], tuple[object, ...]], ...] = (
    ({"act": "screen", "site": "north"}, ("north", "screening", 1, None, None, None)),
    ({"act": "screen_fail", "value": "02-01", "text": "young"}, ("north", "screen failure", 2, None, "02-01", "young")),
    ({"act": "reinstate"}, ("north", "screening", 3, None, None, None)),
    ({"act": "enrol", "value": "02-02"}, ("north", "enrolled", 4, "02-02", None, None)),
    ({"act": "transfer", "site": "south"}, ("south", "enrolled", 4, "02-02", None, None)),
    ({"act": "transfer"}, ("south", "enrolled", 4, "02-02", None, None)),
    ({"act": "withdraw", "value": "03-01", "text": "moved"}, ("south", "withdrawn", 7, "02-02", "03-01", "moved")),
    ({"act": "enrol", "value": "02-03"}, ("south", "withdrawn", 7, "02-03", "03-01", "moved")),
    ({"act": "reinstate"}, ("south", "enrolled", 9, "02-03", None, None)),
    ({"act": "complete", "value": "04-01"}, ("south", "completed", 10, "02-03", "04-01", None)),
    ({"act": "enrol", "value": "02-04"}, ("south", "completed", 10, "02-04", "04-01", None)),
    ({"act": "an act to come"}, ("south", "completed", 10, "02-04", "04-01", None)),
)


def status(casebook: Casebook) -> tuple[object, ...]:
    """Return where a participant stands."""
    stands = (casebook.site, casebook.status, casebook.status_seq, casebook.enrolled_on)
    return (*stands, casebook.ended_on, casebook.end_reason)


def test_the_status_after_every_act() -> None:
    """LED-05: a day of enrolment that is put right later takes nobody back into the study."""
    entries = chained(*(Draft(participant="P1", **words) for words, _ in STORY))
    for place, (_, expected) in enumerate(STORY, start=1):
        assert status(fold(entries[:place])["P1"]) == expected, STORY[place - 1]


def test_who_gave_an_answer_and_who_first() -> None:
    """LED-04: a correction keeps who answered first; once the cell was empty, the next answer is the first again."""
    where: dict[str, Any] = {"participant": "P1", "visit": "week 4", "form": "enzymes", "item": "ck"}
    asked = (
        ("nora", Draft(act="enter", text="1,2", value="1.2", unit="U/L", **where)),
        ("ines", Draft(act="correct", missing="ND", about=1, reason="lost", **where)),
        ("ines", Draft(act="clear", about=2, **where)),
        ("ida", Draft(act="enter", value="3", **where)),
    )
    entries = [
        chain(draft, replace(STAMP, by=by), seq=seq, previous="", salt="s") for seq, (by, draft) in enumerate(asked, 1)
    ]
    cell, found = Cell("week 4", "enzymes", "", "ck"), [fold(entries[:place])["P1"].answers for place in (1, 2, 3, 4)]
    first = Answer(text="1,2", value="1.2", unit="U/L", seq=1, at=STAMP.at, by="nora", first_seq=1, first_by="nora")
    second = Answer(
        text="", value=None, missing="ND", seq=2, at=STAMP.at, by="ines", reason="lost", first_seq=1, first_by="nora"
    )
    last = Answer(text="", value="3", seq=4, at=STAMP.at, by="ida", first_seq=4, first_by="ida")
    assert [dict(one) for one in found] == [{cell: first}, {cell: second}, {}, {cell: last}]


def test_what_an_entry_marks() -> None:
    """LED-06: of a query raised by somebody, one raised by a rule, its end, and one of which nothing is said."""
    where: dict[str, Any] = {"participant": "P1", "visit": "week 4", "form": "enzymes", "item": "ck"}
    entries = chained(
        Draft(act="screen", participant="P1"),
        Draft(act="query", text="why?", value="120", person="ines", about=1, **where),
        Draft(act="query", text="high", source_file="rule expected", **where),
        Draft(act="query", participant="P1"),
        Draft(act="close_query", participant="P1", about=2, reason="clear"),
    )
    cell = Cell("week 4", "enzymes", "", "ck")
    by: dict[str, Any] = {"by": "nora", "at": STAMP.at}
    closed: dict[str, Any] = {
        "status": "closed",
        "closed_seq": 5,
        "closed_by": "nora",
        "closed_at": STAMP.at,
        "closed_why": "clear",
    }
    assert fold(entries)["P1"].queries == {
        2: Query(seq=2, cell=cell, text="why?", found="120", to="ines", about=1, **by, **closed),
        3: Query(seq=3, cell=cell, text="high", rule="expected", **by),
        4: Query(seq=4, cell=Cell("", "", "", ""), text="", **by),
    }


FORM: dict[str, Any] = {"participant": "P1", "visit": "week 4", "form": "enzymes"}
AFTERWARDS: tuple[tuple[Draft, frozenset[int]], ...] = (
    (Draft(act="enter", item="ck", value="1", **FORM), frozenset({2, 3})),
    (Draft(act="correct", item="ck", value="1", **FORM), frozenset({2, 3})),
    (Draft(act="clear", item="ck", **FORM), frozenset({2, 3})),
    (Draft(act="erase", item="ck", about=1, missing="erased", **FORM), frozenset({2, 3})),
    (Draft(act="erase", item="ck", about=1, **FORM), frozenset()),
    (Draft(act="query", item="ck", **FORM), frozenset()),
    (Draft(act="an act to come", item="ck", **FORM), frozenset()),
    (Draft(act="note", **FORM), frozenset()),
    (Draft(act="enter", participant="P1", form="drugs", item="drug", value="x"), frozenset({3})),
    (Draft(act="enter", participant="P2", visit="week 4", form="enzymes", item="ck", value="1"), frozenset()),
    (Draft(act="withdraw", participant="P1", value="03-01"), frozenset({3})),
    (Draft(act="transfer", participant="P1", site="south"), frozenset()),
    (Draft(act="screen", participant="P1", site="north"), frozenset({3})),
    (Draft(act="reinstate", participant="P1"), frozenset({3})),
)


@pytest.mark.parametrize(("draft", "void"), AFTERWARDS, ids=lambda one: getattr(one, "act", ""))
def test_what_makes_a_signature_void(draft: Draft, void: frozenset[int]) -> None:
    """LED-06: a change of what was signed, of a form or of a participant, and nothing else; a freeze stays."""
    entries = chained(
        Draft(act="screen", participant="P1"),
        Draft(act="sign", text="reviewed", value="hash", **FORM),
        Draft(act="sign", participant="P1"),
        Draft(act="freeze", participant="P1", reason="for the cut"),
        draft,
    )
    casebook = fold(entries)["P1"]
    assert {seq for seq, seal in casebook.seals.items() if not seal.is_valid} == void
    assert {seal.void_since for seal in casebook.seals.values()} == ({5, None} if void else {None})
    assert casebook.seals[2] == Seal(
        seq=2, kind="sign", level="form", cell=Cell("week 4", "enzymes", "", ""), meaning="reviewed", content="hash",
        by="nora", at=STAMP.at, role="nurse", void_since=5 if 2 in void else None,
    )  # fmt: skip
    assert fold(entries[4:], fold(entries[:4])) == fold(entries)


def test_what_marks_the_study() -> None:
    """LED-07: a freeze reaches every casebook that is there, and is taken from each; others' acts reach none."""
    entries = chained(
        Draft(act="screen", participant="P1"),
        Draft(act="freeze", participant="P1"),
        Draft(act="lock", reason="the end"),
        Draft(act="unblind", value="emergency", text="ines", reason="a fall"),
        Draft(act="grant", person="nora", value="nurse"),
        Draft(act="screen", participant="P2"),
        Draft(act="unblind", participant="P2", value="emergency"),
        Draft(act="unlock", about=3),
    )

    def seals(until: int) -> dict[str, list[int]]:
        return {code: list(casebook.seals) for code, casebook in fold(entries[:until]).items()}

    assert [seals(until) for until in (2, 5, 7, 8)] == [
        {"P1": [2]}, {"P1": [2, 3]}, {"P1": [2, 3], "P2": []}, {"P1": [2], "P2": []},
    ]  # fmt: skip
    study = fold_study(entries[:7], StudyMarks())
    assert [(seal.seq, seal.kind, seal.level, seal.meaning) for seal in study.seals.values()] == [
        (3, "lock", "study", "the end")
    ]
    assert [(one.seq, one.kind, one.who, one.reason) for one in study.unblindings] == [
        (4, "emergency", "ines", "a fall")
    ]
    assert fold_study(entries[7:], study) == replace(study, seals={})
    assert fold_study([replace(entries[2], role=None)], StudyMarks()).seals[3].role == ""


def test_an_entry_without_its_predecessors() -> None:
    """LED-04: an answer of a participant whose screening is not there still stands."""
    (entry,) = answered("120")
    casebook = fold([entry])["P1"]
    assert (casebook.participant, casebook.status_seq, casebook.value("enzymes", "ck", visit="week 4")) == (
        "P1", 1, "120",
    )  # fmt: skip
