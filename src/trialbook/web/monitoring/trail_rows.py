"""The trail in words: what each entry did, what stood there before, who, when, how and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext

from trialbook.capture.ledger import ANSWERS, Entry, cell_of
from trialbook.conduct.casebook import Answer
from trialbook.conduct.withdrawing import read_scope
from trialbook.protocol.model import Study
from trialbook.web.forms.history import MARK, source_of, way
from trialbook.web.forms.phrases import note_words
from trialbook.web.forms.words import local_time, role_label
from trialbook.web.monitoring.act_words import act_word
from trialbook.web.monitoring.trail_seen import Seen
from trialbook.web.treatment.event_rows import words_of
from trialbook.web.treatment.query_rows import place_words

SPEAK_OF_WORDS = frozenset({"answer_query", "close_query", "reassign_query"})
"""Acts beside which the words of the entry that they speak of stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailRow:
    """One entry as a reader reads it."""

    at: str
    who: str
    role: str
    behalf: str
    act: str
    participant: str
    place: str
    old: str
    new: str
    words: str
    why: str
    mode: str
    source: str
    mark: str
    seq: int


def trail_row(study: Study, seen: Seen, language: str | None) -> TrailRow:
    """Return an entry in words."""
    entry = seen.entry
    return TrailRow(
        at=local_time(study, entry.at),
        who=entry.by,
        role=role_label(study, entry.role, language),
        behalf=entry.on_behalf_of or "",
        act=act_word(entry.act, entry.value),
        participant=entry.participant or "",
        place=place_words(study, cell_of(entry), language),
        old=old_value(study, seen, language),
        new=value_of(study, entry, language) if entry.act in ANSWERS else "",
        words=" · ".join(said(study, seen, language)),
        why=entry.reason or "",
        mode=way(entry),
        source=source_of(entry),
        mark=entry.hash[:MARK],
        seq=entry.seq,
    )


def old_value(study: Study, seen: Seen, language: str | None) -> str:
    """Return what stood in the cell before; empty for a first answer."""
    is_change = seen.entry.act in ANSWERS and seen.about is not None
    return value_of(study, seen.about, language) if is_change and seen.about is not None else ""


def value_of(study: Study, entry: Entry, language: str | None) -> str:
    """Return the answer that an entry gave in words; what is not in the study any more as it was typed."""
    if entry.is_erased:
        return gettext("(erased)")
    if entry.act == "clear":
        return gettext("(empty)")
    form = study.forms.get(entry.form or "")
    item = None if form is None else form.items.get(entry.item or "")
    answer = Answer(text=entry.text or "", value=entry.value, unit=entry.unit, missing=entry.missing)
    if item is None:
        return entry.text or entry.missing or entry.value or ""
    return words_of(study, item, {item.id: answer}, language)


def said(study: Study, seen: Seen, language: str | None) -> Iterator[str]:
    """Yield the words of an act that is no answer: of a query, a note, a signature, a grant."""
    entry = seen.entry
    if entry.act in ANSWERS:
        return
    if entry.act in {"adopt", "propose"}:
        yield (entry.value or "")[:MARK]
        return
    if entry.act == "approve":
        yield (entry.source_hash or "")[:MARK]
    if entry.person:
        yield entry.person
    if entry.act == "transfer" and entry.site:
        yield entry.site
    if entry.act in {"grant", "revoke", "open"}:
        yield role_label(study, entry.value, language)
    elif entry.act in {"withdraw_consent", "restore_consent"}:
        yield from filter(None, read_scope(entry.value or "")[:1])
    elif entry.value and entry.act not in {"sign", "query", "note"}:
        yield entry.value
    if entry.text:
        yield _words(entry.act, entry.text)
    yield from _about(study, seen, language)


def _words(act: str, text: str) -> str:
    if act == "note":
        return note_words(text)
    return gettext(text) if act == "sign" else text


def _about(study: Study, seen: Seen, language: str | None) -> Iterator[str]:
    """Yield the words of the entry that an act speaks of: the query that is answered, the value that was compared."""
    if seen.about is None:
        return
    if seen.entry.act in SPEAK_OF_WORDS and seen.about.text:
        yield gettext("query: %(words)s") % {"words": seen.about.text}
    elif seen.about.act in ANSWERS:
        yield value_of(study, seen.about, language)
