"""The writer: one thread that records for everybody, in the order in which they asked, many acts in one save.

Threads that each wait for the file starve one another; a queue does not, and what waits together is saved together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from trialbook.capture.asking import Act
from trialbook.capture.book import Book, Receipt
from trialbook.capture.ledger import Entry
from trialbook.errors import ActRefused, LedgerError, Problem

MOST = 64
"""Acts that are saved together at most."""

UNTIDY = 64
"""Saves after which the store is tidied up, as soon as nobody asks for a while: by that it holds up no save."""
LULL = 0.02
"""Seconds."""

Ask = tuple[str | None, Act]
"""The id of a request, and what it asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Acts of one person that wait to be recorded, all of them or none."""

    acts: Sequence[Ask]
    by: str
    on_behalf_of: str | None
    done: Future[tuple[Receipt, ...]] = field(default_factory=Future)


class Writer:
    """Records for all threads; nobody else may record through the same book meanwhile.

    `saved` is told of all entries that were saved together, before those are who wait for them. The thread is started
    by the first act. Make a writer in the process that uses it: no thread survives a fork.
    """

    def __init__(self, book: Book, *, saved: Callable[[Sequence[Entry]], None] | None = None) -> None:
        self._book, self._saved = book, saved
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._is_closed = False
        self._untidy = 0

    def record(self, act: Act, *, by: str, request: str | None = None, on_behalf_of: str | None = None) -> Receipt:
        """Record an act as `Book.record` does, and wait until it is saved.

        ActRefused where this act is refused, LedgerError where the file could not be written: then nothing of what was
        saved together was, or after LEDGER-12 nobody knows.
        """
        return self.record_all([(request, act)], by=by, on_behalf_of=on_behalf_of)[0]

    def record_all(self, acts: Sequence[Ask], *, by: str, on_behalf_of: str | None = None) -> tuple[Receipt, ...]:
        """Record several acts of one person, each with its request, all of them or none; errors as `record`."""
        job = Job(acts=acts, by=by, on_behalf_of=on_behalf_of)
        with self._lock:
            if self._is_closed:
                raise LedgerError([Problem(code="LEDGER-23")])
            self._start()
            self._jobs.put(job)
        return job.done.result()

    @property
    def waiting(self) -> int:
        """How many acts, or sets of them, wait to be saved; those that are being saved left out."""
        return self._jobs.qsize()

    @property
    def is_alive(self) -> bool:
        """Tell whether an act that is asked for now would be recorded."""
        return not self._is_closed and (self._thread is None or self._thread.is_alive())

    def close(self) -> None:
        """Record what waits, and end the thread; later acts are refused."""
        with self._lock:
            if not self._is_closed and self._thread is not None:
                self._jobs.put(None)
            self._is_closed = True
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._live, name="trialbook writer", daemon=True)
            self._thread.start()

    def _live(self) -> None:
        """Record until told to end."""
        while True:
            jobs, is_last = self._waiting()
            if jobs:
                self._save(jobs)
            if is_last:
                return

    def _waiting(self) -> tuple[list[Job], bool]:
        """Wait for an act, and return it with those that wait behind it; and whether there will be none after them."""
        jobs: list[Job] = []
        job = self._next()
        while job is not None:
            jobs.append(job)
            if len(jobs) == MOST:
                return jobs, False
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return jobs, False
        return jobs, True

    def _next(self) -> Job | None:
        """Wait for an act, and use the time to tidy the store up where that is due."""
        if self._untidy >= UNTIDY:
            try:
                return self._jobs.get(timeout=LULL)
            except Empty:
                self._untidy = 0
                # everything is saved: what cannot be done now is tried at the next lull, or told by a save
                with suppress(Exception):
                    self._book.tidy()
        return self._jobs.get()

    def _save(self, jobs: Sequence[Job]) -> None:
        """Save acts together, and tell everybody what became of theirs once that is certain."""
        self._untidy += 1
        try:
            answers = self._record_all(jobs)
        except LedgerError as error:
            for job in jobs:
                job.done.set_exception(LedgerError(error.problems))
        except BaseException as error:  # noqa: BLE001 - whoever waits has to be answered, whatever happened
            self._save_apart(jobs, error)
        else:
            self._tell_saved(answers)
            for job, answer in zip(jobs, answers, strict=True):
                tell(job, answer)

    def _tell_saved(self, answers: Sequence[tuple[Receipt, ...] | ActRefused]) -> None:
        """Pass on what was recorded now."""
        if self._saved is None:
            return
        # it is saved, whatever comes of this, and those who wait have to be answered
        with suppress(Exception):
            receipts = [receipt for answer in answers if not isinstance(answer, ActRefused) for receipt in answer]
            self._saved([entry for one in receipts if not one.repeated for entry in one.entries])

    def _record_all(self, jobs: Sequence[Job]) -> list[tuple[Receipt, ...] | ActRefused]:
        """Record jobs in one save; one that is refused records nothing, and the others are recorded."""
        if len(jobs) == 1:
            return [self._record(jobs[0])]
        with self._book.together():
            return [self._record(job) for job in jobs]

    def _record(self, job: Job) -> tuple[Receipt, ...] | ActRefused:
        try:
            if len(job.acts) == 1:
                return self._record_each(job)
            with self._book.together():
                return self._record_each(job)
        except ActRefused as refused:
            return refused

    def _record_each(self, job: Job) -> tuple[Receipt, ...]:
        return tuple(
            self._book.record(act, by=job.by, request=request, on_behalf_of=job.on_behalf_of)
            for request, act in job.acts
        )

    def _save_apart(self, jobs: Sequence[Job], error: BaseException) -> None:
        """Find by saving one by one on whose act the program failed; the others are recorded."""
        if len(jobs) == 1:
            jobs[0].done.set_exception(error)
            return
        for job in jobs:
            self._save([job])


def tell(job: Job, answer: tuple[Receipt, ...] | ActRefused) -> None:
    """Give somebody who waits the answer to their acts."""
    if isinstance(answer, ActRefused):
        job.done.set_exception(answer)
    else:
        job.done.set_result(answer)
