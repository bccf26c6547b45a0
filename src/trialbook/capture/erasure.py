"""Erasing: the words of an entry are taken away, and what is left says who did it, when and why.

GDPR 17 gives a person a right to have words that identify them erased, ICH E6(R3) 4.2.2(b) asks that a record shows
who removed what: so the entry itself stays, with number, time, person and hashes, and the chain still holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from trialbook.capture.judging import Desk
from trialbook.capture.ledger import ANSWERS, Draft, Entry, cell_of

ERASED = "erased"
"""In the place of a missing-data code in an act that erases: the answer that stood is gone."""

ERASABLE = frozenset(
    {
        "enter", "correct", "clear", "note", "query", "answer_query", "close_query", "override", "freeze", "thaw",
        "lock", "unlock", "screen", "screen_fail", "enrol", "withdraw", "complete", "reinstate", "transfer", "erase",
        "keep_identity", "show_identity", "erase_identity",
    }
)  # fmt: skip
"""Acts whose entries can lose their words, and the ledger is read as before. Of the others the words are who may do
what, the plan, what a signature means, and how somebody was unblinded: without them nobody could judge the rest."""

SHORTEST = 4
"""Characters that words must have to be looked for elsewhere."""


def judge_erase(desk: Desk, asked: Draft) -> None:
    """Judge the erasing of the words of one entry; one that was erased before adds nothing.

    A freeze or lock does not stand in its way: the right of a person goes before the rest of a form.
    """
    entry = desk.state.entries.get(asked.about or 0)
    if entry is None:
        desk.refuse("ACT-60", asked, entry=str(asked.about))
    elif entry.act not in ERASABLE:
        desk.refuse("ACT-61", asked, entry=str(entry.seq), act=entry.act.replace("_", " "))
    elif repeats(asked.reason or "", entry):
        desk.refuse("ACT-62", asked, entry=str(entry.seq))
    elif not entry.is_erased:
        desk.record(replace(at_entry(entry), reason=asked.reason, missing=ERASED if stands(desk, entry) else None))


def at_entry(entry: Entry) -> Draft:
    """Return the act that erases an entry, with the address of what it erases and none of its words."""
    return Draft(
        act="erase", site=entry.site, participant=entry.participant, visit=entry.visit, form=entry.form,
        repeat=entry.repeat, item=entry.item, about=entry.seq,
    )  # fmt: skip


def stands(desk: Desk, entry: Entry) -> bool:
    """Tell whether an entry gives the answer that its cell has now."""
    if entry.act not in ANSWERS or entry.participant is None:
        return False
    answer = desk.standing(entry.participant, cell_of(entry))
    return answer is not None and answer.seq == entry.seq


def repeats(reason: str, entry: Entry) -> bool:
    """Tell whether a reason says again the very words that are to be erased."""
    said = reason.casefold()
    return any(words.casefold() in said for words in words_of(entry))


def words_of(entry: Entry) -> Iterator[str]:
    """Yield what an entry says in free words, if it is long enough to be known again."""
    for words in (entry.text, entry.value, entry.reason):
        if words is not None and len(words.strip()) >= SHORTEST:
            yield words.strip()


def also_saying(entries: Iterable[Entry], erased: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the other entries that say what these say: queries, reasons and corrections often repeat an answer.

    Compared without regard to case; words of fewer than four characters are not looked for.
    """
    chosen = tuple(erased)
    wanted = {words.casefold() for entry in chosen for words in words_of(entry)}
    numbers = {entry.seq for entry in chosen}
    return tuple(
        entry
        for entry in entries
        if entry.seq not in numbers and any(one in words.casefold() for words in words_of(entry) for one in wanted)
    )


def erased_by(entries: Iterable[Entry]) -> dict[int, Entry]:
    """Return the act that erased each entry, by the number of the entry that lost its words."""
    return {entry.about: entry for entry in entries if entry.act == "erase" and entry.about is not None}
