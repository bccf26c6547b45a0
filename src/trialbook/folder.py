"""A study's folder on disk: `study.yaml`, `ledger.db`, `report/`, and what is done with them as a whole."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from trialbook.errors import ImportRefused, LedgerError, Place, Problem, StudyFileError, TrialbookError

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.analysis.pooling.comparators import Comparators
    from trialbook.analysis.results import Analysis, Result, Results
    from trialbook.capture.acts import Act
    from trialbook.capture.book import Book, Receipt
    from trialbook.capture.ledger import Entry, Head
    from trialbook.capture.rows import Preview
    from trialbook.capture.verify import Verification
    from trialbook.protocol.amendments import Change
    from trialbook.protocol.model import Study
    from trialbook.report.copies import Reader
    from trialbook.report.files import Kind

STUDY_FILE = "study.yaml"
LEDGER_FILE = "ledger.db"
REPORT_FOLDER = "report"
SCENARIO_FILE = "scenario.yaml"
COMPARATORS_FILE = "comparators.csv"
REHEARSAL_FOLDER = "rehearsal"
HASH = re.compile("[0-9a-f]{64}")
LIBRARIES = ("trialbook", "cel-expr-python", "numpy", "polars", "scipy", "sqlalchemy", "typst")
"""Those whose version may change a number or a figure; named in the report."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Where a report was written, and how many results it shows."""

    page: Path
    results: Path
    numbers: int
    word: Path | None = None
    """Where the same report stands for Word, if it was asked for."""
    others: tuple[Path, ...] = ()
    """Where it stands as PDF, and its listings as RTF, if these were asked for."""
    figures: Path | None = None
    """Folder with each figure as a drawing and as a table of its data, if these were asked for."""
    moved: tuple[Path, ...] = ()
    """Where files of an earlier run are now that this one did not make."""
    note: str = ""
    """What the page leaves out because of its size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """The results of a plan, and where they were written."""

    study: Study
    results: Results
    table: Path
    document: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What a rehearsal made, and where it stands; every participant is invented."""

    folder: Path
    title: str
    scenario: str
    """File of the scenario; empty for the built-in one."""
    screened: int
    enrolled: int
    entries: int
    happened: Mapping[str, int]
    """Incidents by name."""
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """A result and the entries behind it."""

    study: Study
    result: Result
    entries: tuple[Entry, ...]


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

    With `sentences` those of the report are checked too: for that the plan is carried out on nobody.
    """
    from trialbook.instruments import CATALOG
    from trialbook.protocol.nodes import Unreadable, read_text
    from trialbook.protocol.read import parse_study

    file = study_file_of(path)
    try:
        study, problems = parse_study(read_text(file), file=str(file), catalog=CATALOG)
    except Unreadable as stop:
        return None, (stop.problem,)
    return study, (*problems, *(_sentences_wrong(study, file) if sentences and study is not None else ()))


def _sentences_wrong(study: Study, file: Path) -> tuple[Problem, ...]:
    """Return what is wrong with the sentences of the report, told from the results that the plan gives of nobody."""
    if not study.report.sentences:
        return ()
    from trialbook.analysis.frames import from_casebooks
    from trialbook.analysis.plan import run_plan
    from trialbook.report.sentences import named_problems

    rows = run_plan(study, from_casebooks(study, {})).results.by_id()
    return tuple(replace(one, place=replace(one.place, file=str(file))) for one in named_problems(study, rows))


def write_new_study(folder: Path, title: str) -> Path:
    """Write a commented study file into a folder that has none; StudyFileError where it has one."""
    from trialbook.protocol.template import new_study_text

    file = folder / STUDY_FILE
    if file.exists():
        raise StudyFileError([Problem(code="FOLDER-02", place=Place(file=str(file)))])
    write_whole(file, new_study_text(folder.resolve().name, title).encode())
    return file


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside its place first, then moved there."""
    path.parent.mkdir(parents=True, exist_ok=True)
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
    """Warn where the study file was changed since it was adopted: the ledger goes by the adopted one."""
    if where.study_file.exists():
        if where.study_file.read_bytes() == book.study.text.encode():
            return ()
        study, _ = check_study_file(where.study_file)
        if study is not None and study.fingerprint == book.study.fingerprint:
            return ()
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
) -> Imported:
    """Record what files say, all or nothing; ImportRefused carries every problem. `dry` records nothing."""
    preview = preview_files(where, files, map_file, doors)
    problems = preview.problems if dry else (*preview.problems, *preview.lacks(reason))
    if problems:
        # a map that names what only the changed study file has: the reason stands beside the problems
        raise ImportRefused([*problems, *(note for note in preview.notes if note.code == "FOLDER-05")])
    if dry or not preview.asked:
        return Imported(preview=preview)
    with open_or_create(where, doors) as book:
        receipt = book.record(preview.act(reason), by=doors.by)
    return Imported(preview=preview, recorded=receipt.entries)


def preview_files(where: StudyFolder, files: Sequence[Path], map_file: Path, doors: Doors) -> Preview:
    """Say what importing files would record; a study without a ledger gets none by this."""
    from trialbook.exchange.imports import preview_import

    if not where.has_ledger:
        return preview_import(read_study(where.study_file), {}, (), map_file=map_file, files=files)
    with open_existing(where, doors) as book:
        preview = preview_import(book.study, book.casebooks(), book.entries(), map_file=map_file, files=files)
        return replace(preview, notes=(*plan_in_force(where, book), *preview.notes))


def record(where: StudyFolder, act: Act, doors: Doors) -> Receipt:
    """Record one act; a study without a ledger gets one. ActRefused where the act may not be done."""
    with open_or_create(where, doors) as book:
        return book.record(act, by=doors.by)


def unknown_names(book: Book, participant: str, name: str | None) -> tuple[Problem, ...]:
    """Return a problem for a participant or a `form.item` that the ledger and the plan in force do not know."""
    from trialbook.protocol.suggest import listed, suggest

    casebooks, study = book.casebooks(), book.study
    names = {f"{form.id}.{item}" for form in study.forms.values() for item in form.items} | {"visit.date"}
    asked: list[tuple[str, str, Collection[str]]] = [("participant", participant, casebooks)]
    if name is not None and "." in name:
        asked.append(("item", name, names))
    elif name is not None:
        asked.append(("form", name, study.forms))
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


# ---- the report -------------------------------------------------------------------------------------------------


def moment_of(head: Head, as_of: int | str | None) -> int | str | None:
    """Return the number of the last entry of a moment; somebody may record between two readings of it."""
    return head.count or as_of


def analyse(
    book: Book, *, as_of: int | str | None = None, progress: Progress | None = None
) -> tuple[Datasets, Analysis]:
    """Carry out the plan in force on what is recorded, now or at a past moment by the plan of that moment."""
    from trialbook.analysis.frames import collect
    from trialbook.analysis.plan import run_plan

    moment = moment_of(book.head(as_of), as_of)
    study = book.study_at(moment)
    datasets = collect(study, book.columns(moment), book.plans_at(moment))
    return datasets, run_plan(study, datasets, progress=progress)


def write_results(
    book: Book, out: Path, *, as_of: int | str | None = None, progress: Progress | None = None
) -> Computed:
    """Compute the planned analysis and write `results.csv` and `results.json` into a folder, without a report."""
    from trialbook.render.to_ars import Event, ars_json
    from trialbook.render.to_csv import results_csv

    head = book.head(as_of)
    datasets, analysis = analyse(book, as_of=moment_of(head, as_of), progress=progress)
    study = datasets.study
    event = Event(
        id=study.identity.id,
        name=study.say(study.identity.title) or study.identity.id,
        data=study.identity.data,
        reason="SPECIFIED IN PROTOCOL",
        sets={one.id: study.say(one.label) for one in study.analysis.sets.values()},
        facts={
            "software": dict(versions()),
            "study_fingerprint": study.fingerprint,
            "ledger": {"entries": head.count, "hash": head.hash, "at": head.at},
        },
    )
    written = Computed(study=study, results=analysis.results, table=out / "results.csv", document=out / "results.json")
    write_whole(written.table, results_csv(analysis.results, data=study.identity.data))
    write_whole(written.document, ars_json(analysis.results, event))
    return written


def write_report(
    book: Book,
    out: Path,
    *,
    now: datetime,
    as_of: int | str | None = None,
    kinds: Collection[Kind] = (),
    reader: Reader | None = None,
    beside: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Compute the planned analysis and write `report.html`, `results.csv` and the kinds of files asked for.

    Files of an earlier run that this one does not make are moved to `earlier/`: somebody may have edited them. With a
    `reader` it is a copy that leads no further, and shows no more, than that reader may see. `beside` is the file of
    published studies, if the folder has one.
    """
    from trialbook.report.build import build_report
    from trialbook.report.copies import BY_SIZE, copy_for, results_for, sight_for
    from trialbook.report.files import FIGURES, NAMES, PAGE, RESULTS, files_of

    head = book.head(as_of)
    moment = moment_of(head, as_of)
    datasets, analysis = analyse(book, as_of=moment, progress=progress)
    if progress is not None:
        progress("writing the report", 0, 1)
    study = datasets.study
    entries = {entry.seq: entry for entry in book.entries() if entry.seq <= head.count}
    document = build_report(
        study, analysis, datasets, entries, head=head, program=versions(), generated_at=now, raster="word" in kinds,
        beside=comparators_of(beside, study),
    )  # fmt: skip
    reader = reader or BY_SIZE
    sight = sight_for(reader, study, book.casebooks(moment) if reader.role else {}, entries)
    document = copy_for(document, reader, sight)
    files = files_of(document, results_for(analysis.results, sight), study, kinds)
    aside = set_aside(out, files)
    for name, content in files.items():
        write_whole(out / name, content)
    if progress is not None:
        progress("report written", 1, 1)
    return Report(
        page=out / PAGE,
        results=out / RESULTS,
        numbers=len(analysis.results),
        word=out / NAMES["word"] if "word" in kinds else None,
        others=tuple(out / NAMES[kind] for kind in NAMES if kind in kinds and kind != "word"),
        figures=out / FIGURES if "figures" in kinds else None,
        moved=aside,
        note=document.evidence.note,
    )


def comparators_of(file: Path | None, study: Study) -> Comparators | None:
    """Return the published studies of a file, None where there is none; ImportRefused where it cannot be read."""
    if file is None or not file.is_file():
        return None
    from trialbook.analysis.pooling.comparators import pool_beside
    from trialbook.exchange.comparators_file import read_comparators

    return pool_beside(file.name, read_comparators(file), confidence=float(study.analysis.confidence))


def set_aside(out: Path, made: Collection[str]) -> tuple[Path, ...]:
    """Move the files of an earlier report that a new one does not make to `earlier/`, and return where they are.

    Each is named after its content: nothing there is ever written over.
    """
    from hashlib import sha256

    from trialbook.report.files import ALL_NAMES, FIGURE_FILES, FIGURES

    drawn = sorted(file for kind in FIGURE_FILES for file in (out / FIGURES).glob(kind))
    moved = []
    for file in (*(out / name for name in ALL_NAMES), *drawn):
        if file.is_file() and file.relative_to(out).as_posix() not in made:
            mark = sha256(file.read_bytes()).hexdigest()[:8]
            place = out / "earlier" / f"{file.stem}-{mark}{file.suffix}"
            place.parent.mkdir(exist_ok=True)
            moved.append(file.replace(place))
    return tuple(moved)


def rehearse(
    path: Path,
    *,
    participants: int,
    seed: int,
    scenario: Path | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
) -> Rehearsed:
    """Run invented participants through the acts of a study, into a folder of its own, and write its report.

    The same study, scenario, number and seed give the same bytes. StudyFileError where the study file or the scenario
    cannot be used, or the folder holds anything but an earlier rehearsal.
    """
    from trialbook.capture.book import Book
    from trialbook.simulate import rehearse as simulate
    from trialbook.simulate.cast import KEEPER
    from trialbook.simulate.copies import invented_copy
    from trialbook.simulate.place import built_beside
    from trialbook.simulate.scenario import built_in, read_scenario

    original, beside = read_study(path), study_file_of(path).parent / COMPARATORS_FILE
    file = scenario or beside_study(path)
    rules = built_in() if file is None else read_scenario(file, original)
    study = read_kept(invented_copy(original.text, file=str(study_file_of(path))))
    where = StudyFolder(out or study_file_of(path).parent / REHEARSAL_FOLDER)
    with built_beside(where.path) as made:
        told = simulate.invent_all(study, rules, participants=participants, seed=seed, progress=progress)
        clock = simulate.Clock(simulate.opening(rules, study))
        for name, text in simulate.papers(study, rules, told, seed=seed).items():
            write_whole(made / name, text.encode())
        if beside.is_file():
            write_whole(made / COMPARATORS_FILE, beside.read_bytes())
        ledger = StudyFolder(made).ledger
        with Book.create(ledger, study=study, by=KEEPER, now=clock, new_id=simulate.Ids(seed), read=read_kept) as book:
            simulate.record_all(book, clock, study, told, progress)
            words: tuple[Kind, ...] = ("word",)
            report = write_report(
                book, made / REPORT_FOLDER, now=clock.moment, kinds=words, beside=StudyFolder(made).comparators,
                progress=progress,
            )  # fmt: skip
            entries = book.head().count
    return Rehearsed(
        folder=where.path,
        title=study.say(study.identity.title),
        scenario="" if file is None else str(file),
        screened=len(told.stories),
        enrolled=told.enrolled,
        entries=entries,
        happened=told.happened,
        report=moved(report, where.report),
    )


def moved(report: Report, folder: Path) -> Report:
    """Return where a report stands after its folder was moved."""
    word = None if report.word is None else folder / report.word.name
    return replace(report, page=folder / report.page.name, results=folder / report.results.name, word=word)


def beside_study(path: Path) -> Path | None:
    """Return the scenario that stands beside a study file, None where there is none."""
    file = study_file_of(path).parent / SCENARIO_FILE
    return file if file.is_file() else None


def versions() -> Mapping[str, str]:
    """Return the versions of Python and of the libraries that the numbers and figures come from."""
    import platform
    from importlib.metadata import version

    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def trace_result(book: Book, name: str) -> Traced:
    """Lead a result back to its entries; TrialbookError where there is no such result."""
    from trialbook.protocol.suggest import suggest
    from trialbook.report.trace import entries_behind

    datasets, analysis = analyse(book)
    results = analysis.results.by_id()
    if name not in results:
        values = {"result": name, "near": suggest(name, results)}
        raise TrialbookError([Problem(code="FOLDER-06", values=values)])
    entries = {entry.seq: entry for entry in book.entries()}
    found = entries_behind(datasets, entries, results[name])
    return Traced(study=book.study, result=results[name], entries=found)
