"""Erasing: the words of an entry are taken away, and what is left says who did it, when and why.

GDPR 17 gives a person a right to have words that identify them erased, ICH E6(R3) 4.2.2(b) asks that a record shows
who removed what: so the entry itself stays, with number, time, person and hashes, and the chain still holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from trialbook.capture.asking import SAFETY_ALERT
from trialbook.capture.judging import Desk
from trialbook.capture.ledger import ANSWERS, Draft, Entry, cell_of

ERASED = "erased"
"""In the place of a missing-data code in an act that erases: the answer that stood is gone."""

ERASABLE = frozenset(
    {
        "enter", "correct", "clear", "note", "query", "answer_query", "close_query", "override", "freeze", "thaw",
        "lock", "unlock", "screen", "screen_fail", "enrol", "withdraw", "complete", "reinstate", "transfer", "erase",
        "withdraw_consent", "restore_consent", "recording", "keep_identity", "show_identity", "erase_identity",
    }
)  # fmt: skip
"""Acts whose entries can lose their words, and the ledger is read as before. Of the others the words are who may do
what, the plan, what a signature means, and how somebody was unblinded: without them nobody could judge the rest."""

STATING = frozenset(
    {"screen_fail", "enrol", "withdraw", "complete", "withdraw_consent", "restore_consent", "recording", "erase"}
)
"""Acts whose `value` is a date or a scope: no free words, and the rest is read by it. Whoever erases such an entry says
it again, and so does whoever erases that."""

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
        missing = ERASED if stands(desk, entry) else None
        desk.record(replace(at_entry(entry), value=fact_of(entry), reason=asked.reason, missing=missing))


def at_entry(entry: Entry) -> Draft:
    """Return the act that erases an entry, with the address of what it erases and none of its words."""
    return Draft(
        act="erase", site=entry.site, participant=entry.participant, visit=entry.visit, form=entry.form,
        repeat=entry.repeat, item=entry.item, about=entry.seq,
    )  # fmt: skip


def fact_of(entry: Draft) -> str | None:
    """Return what an entry states beside free words, None where that is nothing: it outlives them."""
    is_alert = entry.act == "note" and entry.value == SAFETY_ALERT
    return entry.value if is_alert or entry.act in STATING else None


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
    for words in (entry.text, None if fact_of(entry) else entry.value, entry.reason):
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


# ---- what outlives the words ------------------------------------------------------------------------------------


def kept_facts(entries: Iterable[Entry]) -> dict[int, str]:
    """Return what erased entries stated, by their number, as the acts say that erased them.

    Such an act is later than its entry, and may be erased itself, by a still later one.
    """
    found: dict[int, str] = {}
    for entry in reversed([entry for entry in entries if entry.act == "erase"]):
        stated = entry.value or found.get(entry.seq)
        if entry.about is not None and stated is not None:
            found[entry.about] = stated
    return found


def with_facts(entries: Iterable[Entry], kept: Mapping[int, str]) -> Iterable[Entry]:
    """Return entries as the rest of the ledger is read by them: the erased ones with what they stated."""
    if not kept:
        return entries
    return (replace(entry, value=kept[entry.seq]) if entry.seq in kept else entry for entry in entries)


def read_whole(entries: Sequence[Entry]) -> Iterable[Entry]:
    """Return entries with what the erased ones stated, where the acts that erased them are among these entries."""
    return with_facts(entries, kept_facts(entries))
