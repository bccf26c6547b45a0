"""What foreign files say, row by row, and what recording it would change: the values of an import."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trialbook.capture.acts import Act, import_rows
from trialbook.capture.ledger import Draft
from trialbook.conduct.casebook import Answer
from trialbook.errors import Problem
from trialbook.protocol.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One answer that a file gives, and where it stands there."""

    participant: str
    visit: str = ""
    encounter: str = ""
    """Foreign name of an unscheduled visit, which has no number yet; then `visit` is empty."""
    form: str
    repeat: str = ""
    item: str
    text: str
    """As in the file, codes replaced by the study's own."""
    unit: str | None = None
    source_file: str
    source_hash: str
    source_row: int
    header: str
    """Name of the column."""
    visit_header: str = ""
    """Name of the column that told the encounter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """One fact on a participant's status that a file gives."""

    participant: str
    act: str
    """`screen`, `enrol`, `complete` or `withdraw`."""
    on: str | None = None
    """Date as in the file."""
    why: str | None = None
    source_file: str
    source_hash: str
    source_row: int
    header: str | None = None
    """Name of the column that holds the date, or else the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file of an import."""

    name: str
    sha256: str
    rows: int
    sheet: str | None = None
    unused: tuple[str, ...] = ()
    """Columns that the map does not mention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An answer that a file gives otherwise than it is recorded."""

    draft: Draft
    old: Answer | None
    """None where the answer was cleared after an earlier import."""
    new: Value
    by_hand: bool
    """The recorded answer came from a person, not from a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """A status that a file gives otherwise than it is recorded."""

    draft: Draft
    old: str
    """What is recorded, in words: `withdrawn 2013-11-05`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an import would record. With a problem, it records nothing."""

    files: tuple[SourceFile, ...] = ()
    new: int = 0
    """Answers to cells that are empty."""
    same: int = 0
    """Answers that are recorded already."""
    blank: int = 0
    """Cells that say nothing."""
    changes: tuple[Change, ...] = ()
    """Corrections: they need a reason."""
    kept: tuple[Change, ...] = ()
    """Answers that a person changed after they were imported, while the file stayed as it was: not touched."""
    statuses: tuple[Draft, ...] = ()
    """New facts on the status of participants."""
    status_changes: tuple[StatusChange, ...] = ()
    """They need a reason, too."""
    status_kept: tuple[StatusChange, ...] = ()
    asked: tuple[Draft, ...] = ()
    """All that would be recorded, in order."""
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    """What ought to be looked at, and stops nothing; level `warning`."""

    @property
    def needs_reason(self) -> bool:
        """Tell whether something recorded would change."""
        return bool(self.changes or self.status_changes)

    def lacks(self, reason: str | None) -> tuple[Problem, ...]:
        """Return the problem that something recorded would change without a reason; none where all is well."""
        if not self.needs_reason or (reason is not None and reason.strip()):
            return ()
        count = len(self.changes) + len(self.status_changes)
        return (Problem(code="IMPORT-01", values={"count": str(count)}),)

    def act(self, reason: str | None = None) -> Act:
        """Return the act that records all of it; the reason goes to what changes something, and only there."""
        changed = {id(change.draft) for change in self.changes} | {id(change.draft) for change in self.status_changes}
        return import_rows(replace(draft, reason=reason) if id(draft) in changed else draft for draft in self.asked)
