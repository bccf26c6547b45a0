"""The trail as CSV: as it was recorded, one row an entry, safe to open with a spreadsheet program."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice

from trialbook.capture.ledger import ANSWERS
from trialbook.render.to_csv import cell
from trialbook.web.monitoring.trail_seen import Seen

PLAIN = (
    "at", "by", "role", "on_behalf_of", "act", "site", "participant", "visit", "form", "repeat", "item",
)  # fmt: skip
AFTER = (
    "text", "unit", "missing", "person", "reason", "mode", "source_file", "source_hash", "source_row", "source_column",
    "study", "program", "hash",
)  # fmt: skip
HEAD = ("data", *PLAIN, "old_value", "value", *AFTER)
ROWS = 500


class Line:
    """Gives back what is written to it."""

    def write(self, text: str) -> str:
        """Return a text."""
        return text


def trail_csv(found: Iterator[Seen], data: str) -> Iterator[bytes]:
    """Yield the trail as CSV, UTF-8, some rows at a time; `data` says in every row whether it is real or invented."""
    writer = csv.writer(Line(), lineterminator="\n")
    yield str(writer.writerow(HEAD)).encode()
    while some := list(islice(found, ROWS)):
        yield "".join(str(writer.writerow(row_of(seen, data))) for seen in some).encode()


def row_of(seen: Seen, data: str) -> list[str]:
    """Return one row; a hash of what was signed and the text of a study file are not written."""
    entry, about = seen.entry, seen.about
    is_change = about is not None and entry.act in ANSWERS
    old = (about.value if about.missing is None else about.missing) if is_change and about is not None else None
    value = None if entry.act == "sign" else entry.value
    kept = {name: getattr(entry, name) for name in (*PLAIN, *AFTER)}
    if entry.act in {"adopt", "propose"}:
        kept["text"] = None
    cells = (*(kept[name] for name in PLAIN), old, value, *(kept[name] for name in AFTER))
    return [data, *map(cell, cells)]
