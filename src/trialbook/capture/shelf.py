"""The shelf: the casebooks of everybody kept current, so that a page need not read the whole ledger again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from types import MappingProxyType

from trialbook.capture.book import Book
from trialbook.capture.ledger import EMPTY, Entry, Head, fold, fold_study, head_of
from trialbook.capture.marks import StudyMarks
from trialbook.capture.people import People, fold_people
from trialbook.capture.versions import Versions, fold_versions
from trialbook.conduct.casebook import Casebook
from trialbook.errors import LedgerError, Problem
from trialbook.protocol.model import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything that stands at one moment; it never changes."""

    head: Head
    study: Study
    people: People
    casebooks: Mapping[str, Casebook]
    marks: StudyMarks
    """Freezes and locks of the study as a whole, and unblindings that concern no single participant."""
    versions: Versions = field(default_factory=Versions)
    """What was proposed, approved and adopted."""
    plans: Mapping[str, Study] = field(default_factory=lambda: MappingProxyType({}))
    """Site -> the study file in force there, where it is another one than `study`."""

    def study_of(self, site: str | None) -> Study:
        """Return the study file in force at a site."""
        return self.study.version_at(site, self.plans)


class Shelf:
    """What a ledger says now, read on from where it was read last. Open to all threads.

    `catch_up` first, then read: everything between two calls is of one moment. `view` gives that moment as a value,
    for a page that reads several things while others catch up.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._lock = Lock()
        self._view = nothing_yet(book.study)
        self.catch_up()

    def catch_up(self) -> View:
        """Take in what was recorded since the last call; LedgerError where that does not follow."""
        seen = self._view
        if self._book.reached() <= seen.head.count:
            return seen
        with self._lock:
            for fresh in self._book.chunks(self._view.head.count):
                if any(entry.act == "erase" for entry in fresh) and self._view.head != EMPTY:
                    self._view = self._anew()
                    break
                self._view = self._after(self._view, fresh)
            return self._view

    def put(self, saved: Sequence[Entry]) -> None:
        """Take in entries that were saved just now, where they follow what was read: they need not be read again.

        Where they do not, or one of them took words away, the next `catch_up` reads what the store holds.
        """
        with self._lock:
            head = self._view.head
            follows = bool(saved) and (saved[0].seq, saved[0].previous) == (head.count + 1, head.hash)
            if follows and not any(entry.act == "erase" for entry in saved):
                self._view = self._after(self._view, saved)

    def _anew(self) -> View:
        """Read the ledger from its beginning: words that were erased are gone from entries read before."""
        view = nothing_yet(self._view.study)
        for fresh in self._book.chunks():
            view = self._after(view, fresh)
        return view

    def _after(self, view: View, fresh: Sequence[Entry]) -> View:
        if fresh[0].previous != view.head.hash:
            raise LedgerError([Problem(code="LEDGER-35")])
        versions, study = fold_versions(fresh, view.versions), self._book.adopted(fresh) or view.study
        sites = {site: version for site, version in versions.sites.items() if version != study.fingerprint}
        plans = {site: self._book.version(version) for site, version in sorted(sites.items())}
        return View(
            head=head_of(fresh[-1]),
            study=study,
            versions=versions,
            plans=MappingProxyType(plans),
            people=fold_people(fresh, view.people),
            casebooks=MappingProxyType(fold(self._book.with_facts(fresh), view.casebooks)),
            marks=fold_study(fresh, view.marks),
        )

    @property
    def view(self) -> View:
        """Everything as of the last `catch_up`."""
        return self._view

    @property
    def head(self) -> Head:
        """How far the ledger was read."""
        return self._view.head

    @property
    def study(self) -> Study:
        """The study file in force."""
        return self._view.study

    @property
    def people(self) -> People:
        """Who holds which role."""
        return self._view.people

    @property
    def casebooks(self) -> Mapping[str, Casebook]:
        """The casebook of every participant, in the order of their first entry."""
        return self._view.casebooks

    def casebook(self, participant: str) -> Casebook | None:
        """Return the casebook of a participant, None where there is no such one."""
        return self._view.casebooks.get(participant)


def nothing_yet(study: Study) -> View:
    """Return what stands before the first entry."""
    return View(head=EMPTY, study=study, people=People(), casebooks=MappingProxyType({}), marks=StudyMarks())
