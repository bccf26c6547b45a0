"""Saves of several kinds for the fault harnesses, each with a request id of its own and a known number of entries."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from tests.conftest import STUDY, Site, read_text

from trialbook.capture.acts import Act, enter, import_rows, note
from trialbook.capture.book import Book
from trialbook.capture.ledger import Draft

MARK = "save-"


def site_in(folder: Path) -> Site:
    """Return a place for a ledger."""
    folder.mkdir(parents=True, exist_ok=True)
    return Site(folder, read_text(STUDY))


def act_of(number: int) -> tuple[Act, str]:
    """Return the save with this number, and who does it: a row of two answers, an answer, or a long note."""
    if number % 7 == 3:
        return note("A letter of " + "many words " * (40 * (number % 5)), participant="P1"), "ines"
    if number % 3 == 1:
        return enter("P1", "enzymes", "ck", f"{number}", visit=f"unscheduled-{1000 + number}"), "nora"
    first = Draft(
        act="enter", participant="P1", form="drugs", repeat=f"{number}", source_file="f", source_row=2, item="drug",
        text=f"drug {number}",
    )  # fmt: skip
    rows = [first, replace(first, item="start", text="2026")]
    return import_rows(rows), "carla"


def request_of(number: int) -> str:
    """Return the request id of a save."""
    return f"{MARK}{number}"


def size_of(number: int) -> int:
    """Return how many entries a save has."""
    return 1 if number % 7 == 3 or number % 3 == 1 else 2


def save(book: Book, number: int) -> None:
    """Save, and wait until it is saved."""
    act, by = act_of(number)
    book.record(act, by=by, request=request_of(number))


def saved(book: Book) -> Counter[int]:
    """Return how many entries of each save the ledger holds."""
    mine = (entry.request for entry in book.entries() if entry.request.startswith(MARK))
    return Counter(int(request.removeprefix(MARK)) for request in mine)


def halves(found: Counter[int]) -> list[int]:
    """Return the saves that stand there in part, or more than once."""
    return [number for number, entries in found.items() if entries != size_of(number)]
