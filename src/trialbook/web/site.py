"""The study as the site serves it: its ledger open for all threads, one writer, the clock of its sites."""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from trialbook.capture.acts import Act
from trialbook.capture.book import Book, Receipt
from trialbook.capture.ledger import Draft, Entry
from trialbook.capture.people import People
from trialbook.capture.shelf import Shelf, View, nothing_yet
from trialbook.capture.writer import Writer
from trialbook.conduct.casebook import Casebook
from trialbook.errors import LedgerError, Problem
from trialbook.folder import Doors, StudyFolder, open_existing, open_or_create, read_study
from trialbook.protocol.model import Study
from trialbook.web.operating.counting import COUNTS

WORDS = frozenset({"note", "query", "answer_query", "close_query"})
"""Acts that say something and change no answer."""
LONGEST_ID = 48


def now() -> datetime:
    """Return the time of the server, with its zone."""
    return datetime.now(UTC)  # noqa: TID251 - this is the door


def new_id() -> str:
    """Return an id by chance."""
    return str(uuid.uuid4())  # noqa: TID251 - this is the door


def has_other_words(act: Act, receipt: Receipt) -> bool:
    """Tell whether an act says something else than what was recorded under its request before."""
    recorded = {words_of(entry) for entry in receipt.entries}
    return any(draft.act in WORDS and words_of(draft) not in recorded for draft in act.asked)


def words_of(draft: Draft) -> tuple[str, ...]:
    """Return what an act of words, or its entry, says."""
    return tuple((part or "").strip() for part in (draft.act, draft.value, draft.text, draft.reason, draft.person))


def id_with_words(request: str, act: Act) -> str:
    """Return an id for words that are sent under one that was used for others: the same for the same words."""
    said = hashlib.sha256(repr([words_of(draft) for draft in act.asked]).encode()).hexdigest()
    return f"{request[:LONGEST_ID]}-{said[:12]}"


class Site:
    """One study folder, served; open to all threads."""

    def __init__(self, folder: StudyFolder) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._book: Book | None = None
        self._shelf: Shelf | None = None
        self._writer: Writer | None = None
        if folder.has_ledger:
            self._take(open_existing(folder, self._doors("site")))

    def _doors(self, by: str) -> Doors:
        return Doors(now=self.now, new_id=self.new_id, by=by)

    def _take(self, book: Book) -> None:
        self._book, self._shelf, self._writer = book, Shelf(book), Writer(book)

    # ---- what stands ------------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Tell whether the study has a ledger yet."""
        return self._book is not None

    @property
    def waiting(self) -> int:
        """How many saves wait for the writer."""
        return 0 if self._writer is None else self._writer.waiting

    @property
    def is_writing(self) -> bool:
        """Tell whether what is saved now would be recorded; before the ledger is opened, there is nothing to save."""
        return self._writer is None or self._writer.is_alive

    def view(self) -> View:
        """Return everything that stands now, as one moment; before the ledger is opened, the study file alone."""
        if self._shelf is None and self.folder.store:
            self._look_again()
        if self._shelf is not None:
            return self._shelf.catch_up()
        return nothing_yet(read_study(self.folder.path))

    @property
    def study(self) -> Study:
        """The study file in force; before the ledger is opened, the one in the folder."""
        return self.view().study

    @property
    def people(self) -> People:
        """Who holds which role."""
        return self.view().people

    @property
    def casebooks(self) -> Mapping[str, Casebook]:
        """Everything recorded, by participant; no page shows it unmasked: see `looking`."""
        return self.view().casebooks

    @property
    def book(self) -> Book:
        """The ledger; LedgerError where there is none yet."""
        if self._book is None:
            raise LedgerError([Problem(code="LEDGER-10", values={"file": self.folder.named})])
        return self._book

    def history(self, **cell: str) -> tuple[Entry, ...]:
        """Return every entry of a cell or of all that is given; see `Book.history`."""
        return self.book.history(**cell)

    # ---- what is done -----------------------------------------------------------------------------------------

    def _look_again(self) -> None:
        """Take the ledger that another process has opened in the database meanwhile."""
        with self._lock:
            if self._book is None and self.folder.has_ledger:
                self._take(open_existing(self.folder, self._doors("site")))

    def begin(self, person: str) -> None:
        """Open the ledger of a study that has none; the person becomes its custodian."""
        with self._lock:
            if self._book is None:
                self._take(open_or_create(self.folder, self._doors(person)))

    def record(self, act: Act, *, by: str, request: str | None = None, on_behalf_of: str | None = None) -> Receipt:
        """Judge and save an act, with those of others that wait; ActRefused and LedgerError as `Book.record`.

        Words that were changed before they were sent again are recorded too, under an id made of them.
        """
        if self._writer is None:
            raise LedgerError([Problem(code="LEDGER-10", values={"file": self.folder.named})])
        with COUNTS.save():
            receipt = self._writer.record(act, by=by, request=request, on_behalf_of=on_behalf_of)
        if request is None or not receipt.repeated or not has_other_words(act, receipt):
            return receipt
        return self._writer.record(act, by=by, request=id_with_words(request, act), on_behalf_of=on_behalf_of)

    def record_all(
        self, acts: Sequence[tuple[str | None, Act]], *, by: str, on_behalf_of: str | None = None
    ) -> tuple[Receipt, ...]:
        """Save several acts, each with its request, all of them or none; errors as `record`."""
        if self._writer is None:
            raise LedgerError([Problem(code="LEDGER-10", values={"file": self.folder.named})])
        with COUNTS.save():
            return self._writer.record_all(acts, by=by, on_behalf_of=on_behalf_of)

    def close(self) -> None:
        """Finish what is being saved and close the ledger."""
        with self._lock:
            if self._writer is not None:
                self._writer.close()
            if self._book is not None:
                self._book.close()
            self._book = self._shelf = self._writer = None

    # ---- clock and chance ---------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the time of the server, with its zone."""
        return now()

    def new_id(self) -> str:
        """Return an id by chance, for a request."""
        return new_id()

    def today(self) -> date:
        """Return the day that it is at the sites of the study."""
        study = self._shelf.study if self._shelf is not None else self.view().study
        return self.now().astimezone(ZoneInfo(study.identity.timezone)).date()


_SITES: dict[Path, Site] = {}
_OPENING = threading.Lock()


def site_at(path: Path) -> Site:
    """Return the site of a study folder, opened at the first call; the same for all threads of the process."""
    with _OPENING:
        if path not in _SITES:
            from django.conf import settings

            _SITES[path] = Site(StudyFolder(path, settings.STORE))
        return _SITES[path]


def close_sites() -> None:
    """Close every site that is open, at the end of the process."""
    with _OPENING:
        for site in _SITES.values():
            site.close()
        _SITES.clear()
