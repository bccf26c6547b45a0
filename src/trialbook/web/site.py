"""The study as the site serves it: its ledger open for all threads, one writer, the clock of its sites."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from django.utils.crypto import salted_hmac

from trialbook.capture.acts import Act
from trialbook.capture.book import Book, Receipt
from trialbook.capture.ledger import Entry, cell_of, read_draft
from trialbook.capture.people import People, is_code
from trialbook.capture.shelf import Shelf, View, nothing_yet
from trialbook.capture.writer import Writer
from trialbook.conduct.casebook import Casebook
from trialbook.errors import LedgerError, Place, Problem
from trialbook.folder import Doors, StudyFolder, open_existing, open_or_create, read_study
from trialbook.protocol.model import Study
from trialbook.web.operating.counting import COUNTS

OWN_ID = frozenset({"save_form", "import_rows", "screen"})
"""Acts under the id of their request as it was sent: the answers of a form are compared one by one, an import is found
by its id, and a code may be counted anew when its form is sent again."""
LONGEST_ID = 48
"""Characters of an id that a page gives; what is made of it has room behind them."""


def now() -> datetime:
    """Return the time of the server, with its zone."""
    return datetime.now(UTC)  # noqa: TID251 - this is the door


def new_id() -> str:
    """Return an id by chance."""
    return str(uuid.uuid4())  # noqa: TID251 - this is the door


def has_other_answers(act: Act, receipt: Receipt) -> bool:
    """Tell whether a form holds an answer that is not among those that were recorded."""
    recorded = {(cell_of(one), one.text or "", unit) for one in receipt.entries for unit in (None, one.unit)}
    return any((cell_of(draft), draft.text or "", draft.unit) not in recorded for draft in act.asked)


def id_for(request: str | None, act: Act) -> str | None:
    """Return the id under which an act is saved: the same for the same, another for anything else.

    One that cannot be an id is left as it is, to be refused.
    """
    if request is None or act.name in OWN_ID or not is_code(request):
        return request
    return id_with_words(request, act)


def id_with_words(request: str, act: Act) -> str:
    """Return an id made of a request and of everything that an act says.

    Which answers a form was shown beside, `about`, says nothing: the same is sent again when more stands there. Keyed,
    so that words that are erased later cannot be guessed from it.
    """
    drafts = (replace(draft, about=None) if draft.act == "save_form" else draft for draft in act.asked)
    said = repr([act.name, *map(read_draft, drafts)])
    return f"{request[:LONGEST_ID]}-{salted_hmac('trialbook.request', said, algorithm='sha256').hexdigest()[:12]}"


class Site:
    """One study folder, served; open to all threads."""

    def __init__(self, folder: StudyFolder) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._book: Book | None = None
        self._shelf: Shelf | None = None
        self._writer: Writer | None = None
        self.damage: tuple[Problem, ...] = ()
        """What the last check of the ledger found."""
        if folder.has_ledger:
            self._take(open_existing(folder, self._doors("site")))

    def _doors(self, by: str) -> Doors:
        return Doors(now=self.now, new_id=self.new_id, by=by)

    def _take(self, book: Book) -> None:
        shelf = Shelf(book)
        self._book, self._shelf, self._writer = book, shelf, Writer(book, saved=shelf.put)

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

    def refuse_damaged(self) -> None:
        """Refuse a ledger that fails its own check; its LedgerError names no participant."""
        try:
            self.book.refuse_damaged()
        except LedgerError as error:
            # whoever asks may be one who sees the participants of another site alone
            self.damage = tuple(replace(problem, place=Place()) for problem in error.problems)
            raise LedgerError(self.damage) from error
        self.damage = ()

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
        """Judge and save an act, with those of others that wait; errors and what is sent again as `record_all`."""
        return self.record_all([(request, act)], by=by, on_behalf_of=on_behalf_of)[0]

    def record_all(
        self, acts: Sequence[tuple[str | None, Act]], *, by: str, on_behalf_of: str | None = None
    ) -> tuple[Receipt, ...]:
        """Save several acts, each with its request, all of them or none; ActRefused and LedgerError as `Book.record`.

        What was changed before it was sent again, words or answers, is recorded too, under an id made of it; the
        receipt is then that of the change.
        """
        writer = self._writer
        if writer is None:
            raise LedgerError([Problem(code="LEDGER-10", values={"file": self.folder.named})])
        with COUNTS.save():
            asked = [(id_for(request, act), act) for request, act in acts]
            receipts = writer.record_all(asked, by=by, on_behalf_of=on_behalf_of)
        more = {
            place: (id_with_words(request, act), act)
            for place, ((request, act), receipt) in enumerate(zip(acts, receipts, strict=True))
            if request is not None and act.name == "save_form" and receipt.repeated and has_other_answers(act, receipt)
        }
        if not more:
            return receipts
        later = dict(zip(more, writer.record_all([*more.values()], by=by, on_behalf_of=on_behalf_of), strict=True))
        changed = {place: receipt for place, receipt in later.items() if receipt.entries}
        return tuple(changed.get(place, receipt) for place, receipt in enumerate(receipts))

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
        return study.local_day(self.now())


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
