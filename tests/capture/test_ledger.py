"""The entry format, the chain and the fold.

LED-01: the bytes and hashes of an entry are those of the published vectors, computed without this program.
LED-02: every field of an entry but the hash is hashed, by itself or through the sealed content.
LED-03: a changed, missing, moved or added entry breaks the chain; what was erased by a recorded act does not.
LED-04: fold gives the latest answer of every cell; an act that is not known changes nothing and is kept.
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
    verify_chain,
)
from trialbook.conduct.casebook import Cell

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


def test_the_hash_is_sha_256() -> None:
    """LED-01: a digest is the SHA-256 in lower-case hexadecimal."""
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
