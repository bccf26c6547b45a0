"""Free text taken out of what a report is made from: nobody knows what people typed into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from trialbook.capture.columns import Columns
from trialbook.capture.ledger import Entry
from trialbook.protocol.model import Study

LEFT_OUT = "(words left out)"
TERM = "term"
"""Item of a form of adverse events by which these are counted: it stays."""
WHY = frozenset({"override", "unblind", "withdraw_consent"})


def words(*versions: Study) -> frozenset[tuple[str, str]]:
    """Return the items, as form and item, that hold free text by any version; the terms of adverse events are none."""
    return frozenset(
        (form.id, item.id)
        for study in versions
        for form in study.forms.values()
        for item in form.items.values()
        if item.kind == "text" and not (form.events and item.id == TERM)
    )


def wordless_columns(versions: Sequence[Study], columns: Columns) -> Columns:
    """Return what is recorded with every free text taken out, and every reason of an end, but those of looks."""
    free, answers = words(*versions), columns.answers
    is_free = [place in free for place in zip(answers["form"], answers["item"], strict=True)]
    texts = {name: _hidden(answers[name], is_free) for name in ("text", "value")}
    ends = [text and LEFT_OUT for text in columns.statuses["end_reason"]]
    told = dict(columns.exceptions)
    if told:
        is_why = [act in WHY for act in told["act"]]
        told |= {name: _hidden(told[name], is_why) for name in ("who", "reason")}
    return replace(
        columns, answers={**answers, **texts}, statuses={**columns.statuses, "end_reason": ends}, exceptions=told
    )


def _hidden(values: Sequence[object], is_hidden: Sequence[bool]) -> list[object]:
    return [LEFT_OUT if hide and value else value for value, hide in zip(values, is_hidden, strict=True)]


def wordless_entries(versions: Sequence[Study], entries: Mapping[int, Entry]) -> dict[int, Entry]:
    """Return the entries without free text: answers of text items, reasons, notes and queries."""
    free = words(*versions)
    return {seq: _wordless(entry, is_free=_place(entry) in free) for seq, entry in entries.items()}


def _place(entry: Entry) -> tuple[str, str]:
    return entry.form or "", entry.item or ""


def _wordless(entry: Entry, *, is_free: bool) -> Entry:
    if entry.act in {"look", "adopt", "propose", "discard", "open"}:
        return entry
    reason = entry.reason and LEFT_OUT
    if is_free or entry.item is None:
        return replace(entry, text=entry.text and LEFT_OUT, value=LEFT_OUT if is_free else entry.value, reason=reason)
    return replace(entry, reason=reason)
