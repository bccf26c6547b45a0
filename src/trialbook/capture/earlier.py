"""What earlier imports gave, so that a file that is imported again does not undo what people corrected since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from trialbook.capture.ledger import Draft, Entry, cell_of
from trialbook.capture.marks import MARKS
from trialbook.conduct.casebook import Cell

Spot = tuple[str, Cell]
"""A participant and a cell; for an act on the participant's status, a cell that names only the act.

The two ways in which a participant ends share one: a file that said the one and then the other has changed its word.
"""

ENDS = frozenset({"complete", "withdraw"})


@dataclass(frozen=True, slots=True)
class Earlier:
    """For every cell that a file ever gave, the last entry from each file."""

    entries: Mapping[Spot, Mapping[str, Entry]] = field(default_factory=lambda: MappingProxyType({}))

    def last(self, draft: Draft) -> Entry | None:
        """Return what the same file gave last, or else any file; None where no file ever did."""
        by_file = self.entries.get(spot_of(draft))
        if not by_file:
            return None
        return by_file.get(draft.source_file or "") or max(by_file.values(), key=lambda entry: entry.seq)

    def gave(self, draft: Draft, seq: int) -> bool:
        """Tell whether the entry of this number came from a file."""
        return any(entry.seq == seq for entry in self.entries.get(spot_of(draft), {}).values())


def spot_of(draft: Draft) -> Spot:
    """Return which cell, or which status of a participant, a draft or entry speaks of."""
    if draft.item is not None:
        return draft.participant or "", cell_of(draft)
    return draft.participant or "", Cell("", "", "", "end" if draft.act in ENDS else draft.act)


def earlier_imports(entries: Iterable[Entry]) -> Earlier:
    """Gather what files gave from the entries of a ledger, in their order."""
    found: dict[Spot, dict[str, Entry]] = {}
    for entry in entries:
        # a rule names itself as the source of its queries, which are no answers of a file
        if entry.source_file is not None and entry.participant is not None and entry.act not in MARKS:
            found.setdefault(spot_of(entry), {})[entry.source_file] = entry
    return Earlier(found)
