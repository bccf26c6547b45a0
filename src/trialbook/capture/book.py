"""The book of a study: what was adopted, who may do what, and what happened; read from and recorded into its ledger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Self

from trialbook import __version__
from trialbook.capture.acts import FOLLOWING, Act, adopt, judge_act, open_ledger
from trialbook.capture.columns import Columns, read_columns
from trialbook.capture.erasure import kept_facts, read_whole, with_facts
from trialbook.capture.judging import Judged, State
from trialbook.capture.ledger import (
    ANSWERS,
    EMPTY,
    Draft,
    Entry,
    Head,
    Stamp,
    cell_of,
    chain,
    fold,
    fold_study,
    head_of,
    utc,
    verify_chain,
)
from trialbook.capture.marks import RULE, under
from trialbook.capture.people import People, fold_people, is_code, likeness
from trialbook.capture.store import CHUNK, PATIENCE, Asked, Transaction
from trialbook.capture.stores import new_store, open_store
from trialbook.capture.verify import Verification, verify_store
from trialbook.capture.versions import VERSION_ACTS, Versions, fold_versions, version_for, version_of
from trialbook.conduct.casebook import Casebook
from trialbook.errors import ActRefused, LedgerError, Problem
from trialbook.protocol.model import Study

if TYPE_CHECKING:
    from trialbook.capture.file import Store
    from trialbook.capture.server import ServerStore

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

TRAIL = 500
"""Entries of the trail that are read at a time."""

Reader = Callable[[str], Study]
"""Reads the text of a study file that the ledger keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an act recorded."""

    entries: tuple[Entry, ...]
    """None where everything asked stood there already."""
    repeated: bool = False
    """The request had been answered before, with these entries; nothing was recorded now."""
    notes: tuple[Problem, ...] = ()
    """What was recorded and ought to be looked at: a number outside of the expected range."""


class Book:
    """A study's ledger, open for recording and reading.

    `record` is to be called by one thread at a time; other programs may record into the same file meanwhile. Reading
    is open to all threads.
    """

    def __init__(
        self, store: Store | ServerStore, *, now: Callable[[], datetime], new_id: Callable[[], str], read: Reader
    ) -> None:
        self._store = store
        self._now = now
        self._new_id = new_id
        self._read = read
        self._studies: dict[str, Study] = {}
        self._texts: dict[str, str] = {}
        self._state = State()
        self._shared: Transaction | None = None

    @classmethod
    def create(
        cls,
        where: Path | str,
        *,
        study: Study,
        by: str,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        read: Reader | None = None,
    ) -> Book:
        """Open a new ledger with its first study file; whoever does becomes its custodian.

        `read` is needed only where another program may adopt a later version while this book is open.
        LedgerError where the file is there already or cannot be made, ActRefused where the study has no text.
        """
        with new_store(where, new_id()) as store:
            made = cls(store, now=now, new_id=new_id, read=read or unreadable)
            made._begin(study, by)
        return cls.open(where, now=now, new_id=new_id, read=knowing(study, read or unreadable))

    @classmethod
    def open(
        cls,
        where: Path | str,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        read: Reader,
        patience: float = PATIENCE,
    ) -> Book:
        """Open a ledger; `patience` is how many seconds to wait while another program writes.

        LedgerError where the file is none, is damaged, or is not protected as it should be.
        """
        store = open_store(where, patience=patience)
        book = cls(store, now=now, new_id=new_id, read=read)
        try:
            with store.reading() as transaction:
                check_tail(transaction)
                book._catch_up(transaction)
        except BaseException:
            book.close()
            raise
        return book

    def __enter__(self) -> Self:
        """Use the book in a `with` statement, which closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the book."""
        self.close()

    def close(self) -> None:
        """Close the ledger's file."""
        self._store.close()

    # ---- recording ----------------------------------------------------------------------------------------------

    def record(self, act: Act, *, by: str, request: str | None = None, on_behalf_of: str | None = None) -> Receipt:
        """Judge an act against the ledger as it is now, and append what it records: all of it or nothing.

        A request that was recorded before is answered with its first receipt. ActRefused where the act may not be
        done, LedgerError where the file could not be written; after LEDGER-12 it is not known whether the act was
        recorded: open the book again and ask again with the same request.
        """
        with self._writing() as transaction:
            receipt = self._settle(transaction, act, by=by, request=request, on_behalf_of=on_behalf_of)
        if not receipt.repeated:
            self._absorb(receipt.entries)
        if any(entry.act == "erase" for entry in receipt.entries):
            self._read_anew()
        return receipt

    def _read_anew(self) -> None:
        """Forget what this book remembers and read it again: words were erased from what it had read."""
        if self._shared is not None:
            self._state = State()
            self._catch_up(self._shared)
            return
        with self._store.reading() as transaction:
            self._state = State()
            self._catch_up(transaction)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Save everything that a `with` statement records at once at its end: all of it or nothing.

        Each act is judged against the ledger with those before it; other programs wait until the end. To save a
        thousand acts one by one takes a thousand times as long as to save them together. Inside another such `with`
        this part alone is undone where anything in it is raised.
        """
        before = self._state
        if self._shared is not None:
            try:
                with self._shared.part():
                    yield
            except BaseException:
                self._state = before
                raise
            return
        try:
            with self._store.writing() as transaction:
                self._catch_up(transaction)
                self._shared = transaction
                yield
        except BaseException:
            self._state = before
            raise
        finally:
            self._shared = None

    @contextmanager
    def _writing(self) -> Iterator[Transaction]:
        """Give the transaction that is shared, in which nobody else can record, or one for a single act."""
        if self._shared is not None:
            yield self._shared
            return
        with self._store.writing() as transaction:
            self._catch_up(transaction)
            yield transaction

    def _begin(self, study: Study, by: str) -> None:
        request = self._new_id()
        self._studies[study.fingerprint] = study
        with self._store.writing() as transaction:
            for act in (open_ledger(by), adopt(study)):
                judged = judge_act(act, study=study, state=self._state, by=by)
                stamp = self._stamp(judged, by=by, request=request, fingerprint=study.fingerprint, on_behalf_of=None)
                self._absorb(self._append(transaction, judged, stamp))

    def _settle(
        self, transaction: Transaction, act: Act, *, by: str, request: str | None, on_behalf_of: str | None
    ) -> Receipt:
        """Answer one act inside the writer's transaction; nothing is written where it is refused."""
        for what, code in (("person", on_behalf_of), ("request", request)):
            if code is not None and not is_code(code):
                raise ActRefused([Problem(code="ACT-15", values={"what": what, "code": ascii(code)})])
        known = () if request is None else tuple(transaction.of_request(request))
        if known and request is not None:
            return repeated(act, known, by=by, request=request)
        state = self._state_for(transaction, act)
        version = version_for(act, state)
        judged = judge_act(act, study=self._study_of(version), state=state, by=by)
        if act.adopted is not None:
            self._studies.setdefault(act.adopted.fingerprint, act.adopted)
        fingerprint = version if act.adopted is None else act.adopted.fingerprint
        made = request or self._new_id()
        stamp = self._stamp(judged, by=by, request=made, fingerprint=fingerprint, on_behalf_of=on_behalf_of)
        return Receipt(entries=self._append(transaction, judged, stamp), notes=judged.notes)

    def _stamp(self, judged: Judged, *, by: str, request: str, fingerprint: str, on_behalf_of: str | None) -> Stamp:
        return Stamp(
            at=utc(self._now()),
            by=by,
            role=judged.role,
            on_behalf_of=on_behalf_of,
            request=request,
            study=fingerprint,
            program=__version__,
        )

    def _append(self, transaction: Transaction, judged: Judged, stamp: Stamp) -> tuple[Entry, ...]:
        if judged.problems:
            raise ActRefused(judged.problems)
        entries: list[Entry] = []
        seq, previous = self._state.head.count, self._state.head.hash
        for draft in judged.drafts:
            seq += 1
            entry = chain(draft, stamp, seq=seq, previous=previous, salt=self._new_id())
            entries.append(entry)
            previous = entry.hash
        transaction.append(entries)
        erased = [entry.about for entry in entries if entry.act == "erase" and entry.about is not None]
        if erased:
            transaction.erase(erased)
        return tuple(entries)

    # ---- what is known of the ledger ----------------------------------------------------------------------------

    def _catch_up(self, transaction: Transaction) -> None:
        """Take in what was recorded since this book last looked; LedgerError where that does not follow."""
        known = self._state.head
        if transaction.head() == (known.count, known.hash, known.at):
            return
        last = head_of(transaction.last())
        if known == EMPTY:
            self._absorb(list(transaction.study_wide()))
        else:
            fresh = list(transaction.entries(after=known.count))
            self._absorb(fresh, broken=tuple(verify_chain(fresh, known)) if fresh else (Problem(code="LEDGER-35"),))
            if any(entry.act == "erase" for entry in fresh):
                self._state = State()
                self._absorb(list(transaction.study_wide()))
        self._state = replace(self._state, head=last)

    def _absorb(self, fresh: Sequence[Entry], *, broken: Sequence[Problem] = ()) -> None:
        """Take entries that are in the file into what this book remembers; LedgerError where they do not follow."""
        if broken:
            raise LedgerError(broken)
        if not fresh:
            return
        state = self._state
        versions = fold_versions(fresh, state.versions)
        self._learn(fresh)
        began = {
            likeness(entry.participant): entry.participant
            for entry in fresh
            if entry.item is None and entry.participant
        }
        concerned = [entry for entry in fresh if entry.participant is None or entry.participant in state.casebooks]
        self._state = State(
            head=head_of(fresh[-1]),
            fingerprint=versions.everywhere,
            versions=versions,
            people=fold_people(fresh, state.people),
            marks=fold_study(fresh, state.marks),
            codes={**state.codes, **began} if began else state.codes,
            casebooks=MappingProxyType(fold(concerned, state.casebooks)),
        )

    def _state_for(self, transaction: Transaction, act: Act) -> State:
        """Return the state with the casebooks of everybody whom the act concerns."""
        state = self._state
        named: Iterable[str] = state.codes.values() if act.concerns_all else act.participants
        if act.name == "erase":
            asked = [draft.about for draft in act.asked if draft.about is not None]
            state = replace(state, entries={entry.seq: entry for entry in transaction.numbered(asked)})
            named = {entry.participant for entry in state.entries.values() if entry.participant is not None}
        wanted = [code for code in sorted(named) if state.codes.get(likeness(code)) == code]
        unread = [code for code in wanted if code not in state.casebooks]
        if unread:
            until = state.head.count
            read = [fold(read_whole(list(transaction.of_participant(code, until=until)))) for code in unread]
            folded = {code: under(casebook, state.marks) for one in read for code, casebook in one.items()}
            state = replace(state, casebooks=MappingProxyType({**state.casebooks, **folded}))
            self._state = replace(state, entries=MappingProxyType({}))
        return state

    def _study_of(self, fingerprint: str) -> Study:
        if fingerprint not in self._studies:
            self._studies[fingerprint] = self._read(self._texts[fingerprint])
        return self._studies[fingerprint]

    # ---- reading ------------------------------------------------------------------------------------------------

    @property
    def study(self) -> Study:
        """The study file in force, as this book last saw the ledger."""
        return self._study_of(self._state.fingerprint)

    @property
    def people(self) -> People:
        """Who holds which role, as this book last saw the ledger."""
        return self._state.people

    @property
    def versions(self) -> Versions:
        """What was proposed, approved and adopted, as this book last saw the ledger."""
        return self._state.versions

    def versions_at(self, as_of: int | str | None) -> Versions:
        """Return what was proposed, approved and adopted at a moment."""
        with self._store.reading() as transaction:
            entries = list(transaction.study_wide(until=number_at(transaction, as_of)))
        self._learn(entries)
        return fold_versions(entries)

    def study_at(self, as_of: int | str | None, *, site: str | None = None) -> Study:
        """Return the study file that was in force at a moment, at a site or where none has its own version.

        LedgerError where none was yet.
        """
        fingerprint = self.versions_at(as_of).of(site)
        if not fingerprint:
            raise LedgerError([Problem(code="LEDGER-18", values={"moment": str(as_of)})])
        return self._study_of(fingerprint)

    def plans_at(self, as_of: int | str | None = None) -> dict[str, Study]:
        """Return the versions of single sites in force at a moment, where they differ from that of the whole study."""
        versions = self.versions_at(as_of)
        own = {site: one for site, one in sorted(versions.sites.items()) if one != versions.everywhere}
        return {site: self._study_of(one) for site, one in own.items()}

    def version(self, fingerprint: str) -> Study:
        """Return a version of the study that was adopted once; KeyError where there is none."""
        return self._study_of(fingerprint)

    def adopted(self, entries: Iterable[Entry]) -> Study | None:
        """Return the study file that these entries adopt last for the whole study, None where they adopt none."""
        adopted = self._learn(entries)
        return self._study_of(adopted[-1]) if adopted else None

    def _learn(self, entries: Iterable[Entry]) -> list[str]:
        """Keep the texts of versions that entries adopt; return those that are adopted for the whole study."""
        adopted = [entry for entry in entries if entry.act == "adopt"]
        self._texts.update((entry.study, entry.text or "") for entry in adopted)
        return [entry.study for entry in adopted if entry.site is None]

    def people_at(self, as_of: int | str | None) -> People:
        """Return who held which role at a moment."""
        with self._store.reading() as transaction:
            return fold_people(transaction.study_wide(until=number_at(transaction, as_of)))

    def casebooks(self, as_of: int | str | None = None) -> dict[str, Casebook]:
        """Return the casebook of every participant, now or at a past moment.

        A moment is the number of an entry, or a UTC time or day as text: then it is the last entry whose time is not
        later. LedgerError where the text is no time.
        """
        with self._store.reading() as transaction:
            kept = kept_facts(transaction.erasures())
            return fold(with_facts(transaction.entries(until=number_at(transaction, as_of)), kept))

    def columns(self, as_of: int | str | None = None) -> Columns:
        """Return all current answers and statuses as columns, now or at a past moment.

        An answer whose words were erased, and after which none was given, stands there with the code `erased`.
        """
        with self._store.reading() as transaction:
            return read_columns(transaction, number_at(transaction, as_of), self.adopted)

    def entries(self, seqs: Iterable[int] | None = None, *, after: int = 0) -> Iterator[Entry]:
        """Yield entries in order: all of them, those numbered above `after`, or those with the given numbers."""
        if seqs is not None:
            with self._store.reading() as transaction:
                yield from list(transaction.numbered(sorted(set(seqs))))
            return
        for chunk in self.chunks(after):
            yield from chunk

    def with_facts(self, entries: Sequence[Entry]) -> Iterable[Entry]:
        """Return entries with what the erased ones stated beside free words, wherever they were erased."""
        if not any(entry.is_erased and entry.item is None for entry in entries):
            return entries
        with self._store.reading() as transaction:
            return list(with_facts(entries, kept_facts(transaction.erasures())))

    def tidy(self) -> None:
        """Do what the store would otherwise do during a save."""
        self._store.tidy()

    def reached(self) -> int:
        """Return the number of the last entry in the store, by the quickest way."""
        return self._store.reached()

    def chunks(self, after: int = 0) -> Iterator[list[Entry]]:
        """Yield the entries numbered above `after`, some at a time.

        Each chunk is read in a transaction of its own, so that a slow reader keeps none open.
        """
        while chunk := self._chunk(after):
            yield chunk
            after = chunk[-1].seq

    def _chunk(self, after: int) -> list[Entry]:
        with self._store.reading() as transaction:
            return list(transaction.entries(after=after, until=after + CHUNK))

    def recorded(self, request: str) -> tuple[Entry, ...]:
        """Return the entries that were recorded under the id of a request."""
        with self._store.reading() as transaction:
            return tuple(transaction.of_request(request))

    def history(
        self,
        *,
        participant: str | None = None,
        visit: str | None = None,
        form: str | None = None,
        repeat: str | None = None,
        item: str | None = None,
    ) -> tuple[Entry, ...]:
        """Return every entry of a value, or of all that is given, in order: who, when, what, why.

        None leaves a part open; an empty text asks for entries without it.
        """
        parts = {"participant": participant, "visit": visit, "form": form, "repeat": repeat, "item": item}
        wanted = {name: value or None for name, value in parts.items() if value is not None}
        with self._store.reading() as transaction:
            return tuple(transaction.of_cell(wanted))

    def trail(self, asked: Asked, *, before: str | None = None) -> Iterator[Entry]:
        """Yield the entries that are asked for, the newest first; `before` is the hash of the entry to go on after.

        Read some at a time, each in a transaction of its own; nothing where no entry has this hash.
        """
        with self._store.reading() as transaction:
            last = None if before is None else transaction.number_of(before) or 0
        while last is None or last > 1:
            with self._store.reading() as transaction:
                found = transaction.trail(asked, before=last, most=TRAIL)
            yield from found
            last = found[-1].seq if len(found) == TRAIL else 0

    def head(self, as_of: int | str | None = None) -> Head:
        """Return how far the ledger reaches now, or reached at a past moment."""
        with self._store.reading() as transaction:
            if as_of is None:
                return head_of(transaction.last())
            until = number_at(transaction, as_of)
            return head_of(next(iter(transaction.numbered([until])), None))

    def verify(self, head: Head | None = None) -> Verification:
        """Verify the ledger, against a head kept outside where one is given."""
        return verify_store(self._store, head)

    def refuse_damaged(self) -> None:
        """Refuse a ledger that fails its own check, before anything is published from it.

        LedgerError carries what the check found. What happened can be recorded all the same.
        """
        found = self.verify()
        if not found.ok:
            raise LedgerError([problem for problem in found.problems if problem.level == "error"])


def check_tail(transaction: Transaction) -> None:
    """Make sure that there is a last entry and that it is as it was written; LedgerError where not."""
    last = transaction.last()
    if last is None:
        raise LedgerError([Problem(code="LEDGER-16", values={"file": transaction.file})])
    problems = tuple(verify_chain([last], Head(count=last.seq - 1, hash=last.previous, at="")))
    if problems and not last.is_erased:
        raise LedgerError(problems)


def repeated(act: Act, known: tuple[Entry, ...], *, by: str, request: str) -> Receipt:
    """Answer a request that was recorded before; ActRefused where its id was used for something else."""
    asked = {subject_of(draft) for draft in act.asked}
    recorded = {subject_of(entry) for entry in known if not (entry.source_file or "").startswith(RULE)}
    if known[0].by != by or not recorded <= asked:
        raise ActRefused([Problem(code="ACT-25", values={"request": request})])
    return Receipt(entries=known, repeated=True)


def subject_of(draft: Draft) -> tuple[object, ...]:
    """Return what an act or its entry is about: a query by its number, everything else by its kind and its address."""
    if draft.act == "erase":
        return draft.act, draft.about
    if draft.act in FOLLOWING:
        return draft.act, draft.participant, draft.about
    if draft.act in VERSION_ACTS:
        return draft.act, draft.site, version_of(draft)
    kind = "answer" if draft.act in {*ANSWERS, "save_form"} else draft.act
    return kind, draft.participant, draft.person, cell_of(draft)


def number_at(transaction: Transaction, as_of: int | str | None) -> int:
    """Return the number of the last entry at a moment; LedgerError where a text is no time."""
    last = head_of(transaction.last()).count
    if as_of is None:
        return last
    if isinstance(as_of, int) and as_of > last:
        raise LedgerError([Problem(code="LEDGER-17", values={"moment": str(as_of)})])
    if isinstance(as_of, int):
        return max(0, as_of)
    return transaction.number_at(moment_of(as_of))


def moment_of(text: str) -> str:
    """Return a time as entries write it: a day means its end, a time without a zone is UTC."""
    try:
        moment = datetime.fromisoformat(text if DAY.match(text) else "")
    except ValueError as error:
        raise LedgerError([Problem(code="LEDGER-17", values={"moment": text})]) from error
    if DAY.fullmatch(text):
        moment = moment.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return utc(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))


def knowing(study: Study, read: Reader) -> Reader:
    """Return a reader that knows the text of a study that was read already."""
    return lambda text: study if text == study.text else read(text)


def unreadable(text: str) -> Study:
    """Refuse to read a study file that another program adopted, in a book that was not given a reader."""
    raise LedgerError([Problem(code="LEDGER-20", values={"size": str(len(text))})])
