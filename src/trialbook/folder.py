"""A study's folder on disk: its `study.yaml` and its ledger, and what is done with them as a whole."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from trialbook.errors import ImportRefused, LedgerError, Place, Problem, StudyFileError, TrialbookError

if TYPE_CHECKING:
    from trialbook.capture.acts import Act
    from trialbook.capture.book import Book, Receipt
    from trialbook.capture.ledger import Entry, Head
    from trialbook.capture.rows import Preview
    from trialbook.capture.verify import Verification
    from trialbook.protocol.amendments import Change
    from trialbook.protocol.model import Study

STUDY_FILE = "study.yaml"
LEDGER_FILE = "ledger.db"
REPORT_FOLDER = "report"
SCENARIO_FILE = "scenario.yaml"
COMPARATORS_FILE = "comparators.csv"
REHEARSAL_FOLDER = "rehearsal"
HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The clock, the chance and the person, made in a door of the program and handed in."""

    now: Callable[[], datetime]
    new_id: Callable[[], str]
    by: str


@dataclass(frozen=True, slots=True)
class StudyFolder:
    """Where the files of one study stand."""

    path: Path
    store: str = field(default="", repr=False)
    """Address of the database that holds the ledger; empty where it is the file in the folder."""

    @property
    def study_file(self) -> Path:
        """The plan."""
        return self.path / STUDY_FILE

    @property
    def ledger(self) -> Path:
        """What happened, where it is kept in a file."""
        return self.path / LEDGER_FILE

    @property
    def place(self) -> Path | str:
        """Where the ledger is kept: its file, or the address of its database."""
        return self.store or self.ledger

    @property
    def named(self) -> str:
        """The place of the ledger as it may be told, without a password."""
        from trialbook.capture.stores import named

        return named(self.place)

    @property
    def has_ledger(self) -> bool:
        """Tell whether anything was recorded.

        LedgerError where a database cannot be reached, or the file was moved into one that nobody names here: to begin
        another ledger beside it would let the study go on in two places.
        """
        if self.store:
            from trialbook.capture.stores import holds_ledger

            return holds_ledger(self.store)
        if self.ledger.exists():
            return True
        from trialbook.capture.moving import aside_of

        aside = aside_of(self.ledger)
        if aside.exists():
            values = {"file": str(self.ledger), "aside": str(aside)}
            raise LedgerError([Problem(code="LEDGER-61", values=values)])
        return False

    @property
    def report(self) -> Path:
        """What came of it."""
        return self.path / REPORT_FOLDER

    @property
    def comparators(self) -> Path:
        """Published studies that the report shows beside this one; need not be there."""
        return self.path / COMPARATORS_FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import would have recorded, and what it did."""

    preview: Preview
    recorded: tuple[Entry, ...] = ()
    """Empty for a mere preview, and where everything stood there already."""


# ---- the study file ---------------------------------------------------------------------------------------------


def folder_of(path: Path) -> StudyFolder:
    """Find the folder of a study, given the folder or the study file in it; StudyFileError where there is none."""
    if path.is_file():
        return StudyFolder(path.parent)
    if not path.is_dir():
        raise StudyFileError([Problem(code="FOLDER-01", place=Place(file=str(path)))])
    return StudyFolder(path)


def study_file_of(path: Path) -> Path:
    """Find the study file of a folder, or take the file itself."""
    return path / STUDY_FILE if path.is_dir() else path


def read_study(path: Path | str) -> Study:
    """Read a study file, or the one of a folder; StudyFileError carries every problem found."""
    from trialbook.instruments import CATALOG
    from trialbook.protocol.read import read_study as read

    return read(study_file_of(Path(path)), catalog=CATALOG)


def read_kept(text: str) -> Study:
    """Read a study file that a ledger keeps; StudyFileError where it cannot be read."""
    from trialbook.instruments import CATALOG
    from trialbook.protocol.read import read_adopted

    return read_adopted(text, file="the study file in the ledger", catalog=CATALOG)


def check_study_file(path: Path, *, sentences: bool = False) -> tuple[Study | None, tuple[Problem, ...]]:
    """Read a study file, or the one of a folder; return the study, where there is one, and every problem.

    With `sentences` those of the report are checked too, for which the plan is carried out on nobody, and the number of
    participants that the design needs.
    """
    from trialbook.instruments import CATALOG
    from trialbook.protocol.nodes import Unreadable, read_text
    from trialbook.protocol.read import parse_study

    file = study_file_of(path)
    try:
        study, problems = parse_study(read_text(file), file=str(file), catalog=CATALOG)
    except Unreadable as stop:
        return None, (stop.problem,)
    further = _computed_wrong(study) if sentences and study is not None else ()
    return study, (*problems, *(replace(one, place=replace(one.place, file=str(file))) for one in further))


def _computed_wrong(study: Study) -> tuple[Problem, ...]:
    """Return what only computing tells: a design for another number, sentences that name no result."""
    from trialbook.analysis.decision import size_problems

    return (*size_problems(study), *_sentences_wrong(study))


def _sentences_wrong(study: Study) -> tuple[Problem, ...]:
    """Return what is wrong with the sentences of the report, told from the results that the plan gives of nobody."""
    if not study.report.sentences:
        return ()
    from trialbook.analysis.frames import from_casebooks
    from trialbook.analysis.plan import run_plan
    from trialbook.report.sentences import named_problems

    rows = run_plan(study, from_casebooks(study, {})).results.by_id()
    return tuple(named_problems(study, rows))


def write_new_study(folder: Path, title: str) -> Path:
    """Write a commented study file into a folder that has none; StudyFileError where it has one."""
    from trialbook.protocol.template import new_study_text

    file = folder / STUDY_FILE
    if file.exists():
        raise StudyFileError([Problem(code="FOLDER-02", place=Place(file=str(file)))])
    write_whole(file, new_study_text(folder.resolve().name, title).encode())
    return file


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside its place first, then moved there.

    A link stays one: what it leads to is written. What is no file, a pipe or `/dev/stdout`, is written into. OSError
    names the path as it was given.
    """
    is_new = not path.parent.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:
                stream.write(content)
        else:
            _write_beside(target_of(path), content)
    except OSError as error:
        if is_new:
            with suppress(OSError):
                path.parent.rmdir()
        error.filename = str(path)
        raise


def target_of(path: Path) -> Path:
    """Return the file that a link leads to, the path itself where it is none; OSError where links lead in a circle."""
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return target


def _write_beside(path: Path, content: bytes) -> None:
    # named after the process, so that two that write at once do not meet; `tempfile` would load a dozen libraries
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.chmod(0o644)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


# ---- the ledger -------------------------------------------------------------------------------------------------


def open_book(path: Path | str, doors: Doors) -> Book:
    """Open the ledger of a study's folder, or begin it with the study file that stands there."""
    return open_or_create(folder_of(Path(path)), doors)


def open_existing(where: StudyFolder, doors: Doors) -> Book:
    """Open the ledger of a study; LedgerError where nothing has been recorded yet."""
    from trialbook.capture.book import Book

    if not where.has_ledger:
        read_study(where.study_file)
        raise LedgerError([Problem(code="FOLDER-03", place=Place(file=where.named))])
    book = Book.open(where.place, now=doors.now, new_id=doors.new_id, read=read_kept)
    try:
        refuse_another_study(where, book)
    except BaseException:
        book.close()
        raise
    return book


def refuse_another_study(where: StudyFolder, book: Book) -> None:
    """Refuse a database that holds another study than the folder: an address is easily taken for another's."""
    if not where.store or not where.study_file.exists():
        return
    if where.study_file.read_bytes() == book.study.text.encode():
        return
    told, _ = check_study_file(where.study_file)
    if told is not None and told.identity.id != book.study.identity.id:
        values = {"file": where.named, "study": book.study.identity.id, "folder": told.identity.id}
        raise LedgerError([Problem(code="LEDGER-54", values=values)])


def open_or_create(where: StudyFolder, doors: Doors) -> Book:
    """Open the ledger of a study, or begin it: whoever begins it becomes its custodian."""
    from trialbook.capture.book import Book

    if where.has_ledger:
        return open_existing(where, doors)
    study = read_study(where.study_file)
    try:
        return Book.create(where.place, study=study, by=doors.by, now=doors.now, new_id=doors.new_id, read=read_kept)
    except LedgerError:
        if not where.has_ledger:
            raise
        # another program began it in this very moment
        return open_existing(where, doors)


def plan_in_force(where: StudyFolder, book: Book) -> tuple[Problem, ...]:
    """Tell where the study file was changed since it was adopted, or is that of another study.

    The ledger goes by the adopted one.
    """
    if where.study_file.exists():
        if where.study_file.read_bytes() == book.study.text.encode():
            return ()
        study, _ = check_study_file(where.study_file)
        if study is not None and study.fingerprint == book.study.fingerprint:
            return ()
        if study is not None and study.identity.id != book.study.identity.id:
            values = {"old": book.study.identity.id, "new": study.identity.id}
            return (Problem(code="FOLDER-10", place=Place(file=str(where.study_file)), values=values),)
    return (Problem(code="FOLDER-05", place=Place(file=str(where.study_file)), level="warning"),)


def adopt_study_file(where: StudyFolder, book: Book, *, reason: str | None, by: str) -> tuple[Change, ...]:
    """Adopt the study file as it stands now; return what it changes. Nothing recorded is touched."""
    from trialbook.capture.acts import adopt
    from trialbook.protocol.amendments import compare_studies

    old, new = book.study, read_study(where.study_file)
    if new.fingerprint == old.fingerprint:
        return ()
    book.record(adopt(new, reason=reason), by=by)
    return tuple(compare_studies(old, new))


def import_files(
    where: StudyFolder,
    files: Sequence[Path],
    map_file: Path,
    *,
    doors: Doors,
    reason: str | None = None,
    dry: bool = False,
    is_large: bool = False,
) -> Imported:
    """Record what files say, all or nothing; ImportRefused carries every problem. `dry` records nothing.

    More than one import usually takes is refused, unless it `is_large` on purpose.
    """
    preview = preview_files(where, files, map_file, doors, is_large=is_large)
    problems = preview.problems if dry else (*preview.problems, *preview.lacks(reason))
    if problems:
        # a map that names what only the changed study file has: the reason stands beside the problems
        raise ImportRefused([*problems, *(note for note in preview.notes if note.code in {"FOLDER-05", "FOLDER-10"})])
    if dry or not preview.asked:
        return Imported(preview=preview)
    with open_or_create(where, doors) as book:
        receipt = book.record(preview.act(reason), by=doors.by)
    return Imported(preview=preview, recorded=receipt.entries)


def preview_files(
    where: StudyFolder, files: Sequence[Path], map_file: Path, doors: Doors, *, is_large: bool = False
) -> Preview:
    """Say what importing files would record; a study without a ledger gets none by this."""
    from trialbook.exchange.imports import preview_import

    if not where.has_ledger:
        study = read_study(where.study_file)
        return preview_import(study, {}, (), map_file=map_file, files=files, is_large=is_large)
    with open_existing(where, doors) as book:
        preview = preview_import(
            book.study, book.casebooks(), book.entries(), map_file=map_file, files=files, is_large=is_large
        )
        return replace(preview, notes=(*plan_in_force(where, book), *preview.notes))


def record(where: StudyFolder, act: Act, doors: Doors) -> Receipt:
    """Record one act; a study without a ledger gets one. ActRefused where the act may not be done."""
    with open_or_create(where, doors) as book:
        return book.record(act, by=doors.by)


def unknown_names(
    book: Book, participant: str, name: str | None, *, visit: str | None = None, repeat: str | None = None
) -> tuple[Problem, ...]:
    """Return a problem for each name that neither the ledger nor the plan in force knows.

    They are those of a participant, of a form or a `form.item`, of a visit and of a row. A row is known where anything
    was recorded of it; where a participant has none, none is unknown.
    """
    from trialbook.capture.answers import is_visit
    from trialbook.protocol.suggest import listed, suggest

    casebooks, study = book.casebooks(), book.study
    cells = casebooks[participant].answers if participant in casebooks else ()
    names = {f"{form.id}.{item}" for form in study.forms.values() for item in form.items} | {"visit.date"}
    asked: list[tuple[str, str, Collection[str]]] = [("participant", participant, casebooks)]
    if name is not None and "." in name:
        asked.append(("item", name, names))
    elif name is not None:
        asked.append(("form", name, study.forms))
    if visit and not is_visit(study, visit):
        asked.append(("visit", visit, dict.fromkeys([*study.schedule.visits, *(cell.visit for cell in cells)])))
    rows = {cell.repeat for cell in cells if cell.repeat and (name or cell.form).split(".")[0] == cell.form}
    if repeat and rows:
        asked.append(("row", repeat, rows))
    return tuple(
        Problem(
            code="FOLDER-07", values={"what": what, "name": one, "near": suggest(one, known), "known": listed(known)}
        )
        for what, one, known in asked
        if one not in known
    )


def treatment_of(study: Study, name: str | None) -> str:
    """Return the treatment that is meant: the named one, or the only one with a dose; TrialbookError where none is."""
    from trialbook.protocol.suggest import listed, suggest

    dosed = [treatment.id for treatment in study.treatments.values() if treatment.dose is not None]
    if name is None and len(dosed) == 1:
        return dosed[0]
    if name is not None and name in study.treatments:
        return name
    values = {"name": name or "", "near": suggest(name or "", dosed), "known": listed(dosed)}
    raise TrialbookError([Problem(code="FOLDER-08" if dosed else "FOLDER-09", values=values)])


def read_head(path: Path) -> Head:
    """Read a head that was kept elsewhere; LedgerError where the file is none."""
    import json

    from trialbook.capture.ledger import Head

    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        head = Head(count=int(kept["count"]), hash=str(kept["hash"]), at=str(kept["at"]))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise LedgerError([Problem(code="FOLDER-04", place=Place(file=str(path)))]) from error
    if head.count < 1 or HASH.fullmatch(head.hash) is None:
        raise LedgerError([Problem(code="FOLDER-04", place=Place(file=str(path)))])
    return head


def write_head(path: Path, head: Head) -> None:
    """Write a head to a file that is to be kept elsewhere."""
    import json

    content = {"count": head.count, "hash": head.hash, "at": head.at}
    write_whole(path, (json.dumps(content, indent=2) + "\n").encode())


def verify_ledger(where: StudyFolder, head: Head | None) -> Verification:
    """Verify the ledger of a study, however damaged; LedgerError where there is none.

    Where a head was kept elsewhere there was a ledger: that it is gone is a loss, not a beginning.
    """
    from trialbook.capture.verify import verify_place

    if not where.has_ledger and head is not None:
        values = {"count": str(head.count), "at": head.at, "entries": "0"}
        raise LedgerError([Problem(code="LEDGER-39", place=Place(file=where.named), values=values)])
    if not where.has_ledger:
        read_study(where.study_file)
        raise LedgerError([Problem(code="FOLDER-03", place=Place(file=where.named))])
    return verify_place(where.place, head)
