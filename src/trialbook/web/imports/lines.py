"""A comparison in words: what would be new, changed, kept, and what stands against it, line by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from trialbook.capture.ledger import Draft, cell_of
from trialbook.capture.rows import Change, Preview, StatusChange
from trialbook.errors import Problem
from trialbook.protocol.model import Study
from trialbook.render.to_csv import cell as safe
from trialbook.web.imports.comparing import key_of
from trialbook.web.monitoring.act_words import act_word
from trialbook.web.saying import remedy, sentence
from trialbook.web.treatment.query_rows import place_words

HEAD = ("data", "what", "participant", "visit", "form", "row", "item", "recorded", "in_file", "file", "line", "column",
        "problem", "remedy")  # fmt: skip
NEW, CHANGED, KEPT, REFUSED, LOOK = (
    gettext_noop("new"), gettext_noop("changed"), gettext_noop("kept as it is"), gettext_noop("refused"),
    gettext_noop("to look at"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One answer or status of the files."""

    what: str
    draft: Draft
    place: str
    old: str
    new: str
    by_hand: bool = False
    """What is recorded came from a person, not from a file."""
    key: str = ""
    """Of a change: by which its reason is told."""


def changed_lines(study: Study, preview: Preview, language: str | None) -> Iterator[Line]:
    """Yield what would change."""
    changes: tuple[Change | StatusChange, ...] = (*preview.changes, *preview.status_changes)
    for change in changes:
        yield _line(study, change, language, what=CHANGED, key=key_of(change.draft))


def kept_lines(study: Study, preview: Preview, language: str | None) -> Iterator[Line]:
    """Yield what a person changed since the file gave it, and what stays."""
    changes: tuple[Change | StatusChange, ...] = (*preview.kept, *preview.status_kept)
    for change in changes:
        yield _line(study, change, language, what=KEPT)


def new_lines(study: Study, preview: Preview, language: str | None) -> Iterator[Line]:
    """Yield what would be recorded where nothing stands."""
    changed = {id(one.draft) for one in preview.changes} | {id(one.draft) for one in preview.status_changes}
    for draft in preview.asked:
        if id(draft) not in changed:
            yield Line(what=NEW, draft=draft, place=_place(study, draft, language), old="", new=_said(draft))


def _line(study: Study, change: Change | StatusChange, language: str | None, *, what: str, key: str = "") -> Line:
    if isinstance(change, StatusChange):
        old, by_hand = change.old, False
    else:
        old, by_hand = "" if change.old is None else change.old.text, change.by_hand
    place = _place(study, change.draft, language)
    return Line(what=what, draft=change.draft, place=place, old=old, new=_said(change.draft), by_hand=by_hand, key=key)


def _place(study: Study, draft: Draft, language: str | None) -> str:
    return place_words(study, cell_of(draft), language) if draft.item is not None else act_word(draft.act, draft.value)


def _said(draft: Draft) -> str:
    """Return what a file says: the answer with its unit, or the date and reason of a status."""
    if draft.item is not None:
        return " ".join(part for part in (draft.text, draft.unit) if part)
    return ", ".join(part for part in (draft.value, draft.text) if part)


def as_csv(study: Study, preview: Preview, language: str | None) -> str:
    """Return a comparison as CSV; no cell of it starts a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEAD)
    for kind, problems in ((REFUSED, preview.problems), (LOOK, preview.notes)):
        writer.writerows(_problem_cells(study, kind, one) for one in problems)
    for lines in (changed_lines, kept_lines, new_lines):
        writer.writerows(_cells(study, one) for one in lines(study, preview, language))
    return stream.getvalue()


def _cells(study: Study, line: Line) -> list[object]:
    one = line.draft
    told = (one.participant, one.visit, one.form, one.repeat, one.item, line.old, line.new, one.source_file)
    said = (*(safe(part or "") for part in told), one.source_row or "", safe(one.source_column or ""), "", "")
    return [study.identity.data, gettext(line.what), *said]


def _problem_cells(study: Study, kind: str, problem: Problem) -> list[object]:
    at = problem.place
    told = (at.participant, at.visit, at.form, at.repeat, at.item, "", "", at.file)
    said = (*(safe(part or "") for part in told), at.line or "", safe(at.header or ""))
    words = (safe(sentence(problem)), safe(remedy(problem)))
    return [study.identity.data, gettext(kind), *said, *words]
