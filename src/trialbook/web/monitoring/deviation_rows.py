"""Deviations as the asker is shown them, and what was said about each: an explanation and a status, kept as notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy

from trialbook.capture.asking import Act
from trialbook.capture.ledger import Draft, Entry
from trialbook.capture.store import Asked
from trialbook.conduct.deviations import KINDS, Deviation
from trialbook.web.following.seen import see
from trialbook.web.following.tables import DeviationLine, deviation_line, shown_deviations
from trialbook.web.kept import KEPT
from trialbook.web.looking import casebooks_for
from trialbook.web.request import StudyRequest

Status = Literal["open", "explained", "followed up", "settled"]
STATUSES: Mapping[Status, object] = {
    "open": gettext_lazy("open"),
    "explained": gettext_lazy("explained"),
    "followed up": gettext_lazy("being followed up"),
    "settled": gettext_lazy("settled"),
}
"""Status -> what it is called; a deviation of which nobody said anything is open."""
BADGES: Mapping[Status, str] = {"open": "warn", "explained": "note", "followed up": "note", "settled": "good"}
NOTED = "deviation "
"""Begins the value of a note about a deviation; status, group and kind follow."""
GROUPS: Mapping[str, object] = {
    "visit": gettext_lazy("visits"),
    "eligibility": gettext_lazy("eligibility"),
    "consent": gettext_lazy("consent"),
    "dose": gettext_lazy("doses"),
    "constancy": gettext_lazy("constant treatment"),
    "order": gettext_lazy("order of forms"),
    "rater": gettext_lazy("raters"),
    "blinding": gettext_lazy("blinding"),
}
"""Group of deviations -> what it is called."""
Key = tuple[str, str, str, str, str, str]
"""Participant, group, kind, visit, form, row: one raises each kind at most once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationRow:
    """A deviation in words, with what was said about it last."""

    found: Deviation
    site: str
    line: DeviationLine
    status: Status
    note: Entry | None

    @property
    def key(self) -> Key:
        """What tells it from others."""
        return key_of(self.found)


def key_of(found: Deviation) -> Key:
    """Return what tells a deviation from others."""
    return found.participant, found.group, found.kind, found.visit, found.form, found.repeat


def deviation_rows(request: StudyRequest) -> list[DeviationRow]:
    """Return every deviation that the asker is shown, by participant and in the order of the groups."""
    notes = _notes(request)
    return [row for code in casebooks_for(request) for row in _of_participant(request, code, notes)]


def _of_participant(request: StudyRequest, code: str, notes: Mapping[Key, Entry]) -> list[DeviationRow]:
    seen = see(request, code)
    made_from = (seen.study, seen.casebook, seen.today, request.LANGUAGE_CODE)
    lines = KEPT.of(
        ("deviations", code, request.actor.role, request.LANGUAGE_CODE),
        made_from,
        lambda: [(found, deviation_line(seen, found)) for found in shown_deviations(seen)],
    )
    return [
        DeviationRow(
            found=found,
            site=seen.casebook.site or "",
            line=line,
            status=_status(note := notes.get(key_of(found))),
            note=note,
        )
        for found, line in lines
    ]


def _notes(request: StudyRequest) -> Mapping[Key, Entry]:
    """Return the last note about each deviation."""
    head = request.view.head.hash
    return KEPT.of("deviation notes", (head,), lambda: _read_notes(request))


def _read_notes(request: StudyRequest) -> Mapping[Key, Entry]:
    last: dict[Key, Entry] = {}
    for entry in request.site.book.trail(Asked(equal={"act": "note"})):
        value = entry.value or ""
        if value.startswith(NOTED):
            _, group, kind = value.removeprefix(NOTED).split("/", 2)
            place = (entry.visit or "", entry.form or "", entry.repeat or "")
            last.setdefault((entry.participant or "", group, kind, *place), entry)
    return last


def _status(note: Entry | None) -> Status:
    told = "" if note is None else (note.value or "").removeprefix(NOTED).partition("/")[0]
    return next((status for status in STATUSES if status == told), "open")


def explanation(found: Deviation, status: Status, text: str) -> Act:
    """Return the act that says something about a deviation: a note about its visit or form."""
    draft = Draft(
        act="note", participant=found.participant, visit=found.visit or None, form=found.form or None,
        repeat=found.repeat or None, text=text, value=f"{NOTED}{status}/{found.group}/{found.kind}",
    )  # fmt: skip
    return Act(name="note", asked=(draft,))


def meaning_of(found: Deviation) -> str:
    """Return what a deviation of this kind is."""
    return KINDS[found.group][found.kind]
