"""What comes of a study: its results, its report, a rehearsal of it, and the way from a result to the entries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from trialbook.errors import Problem, TrialbookError
from trialbook.folder import (
    COMPARATORS_FILE,
    REHEARSAL_FOLDER,
    REPORT_FOLDER,
    SCENARIO_FILE,
    StudyFolder,
    read_kept,
    read_study,
    study_file_of,
    write_whole,
)

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.analysis.pooling.comparators import Comparators
    from trialbook.analysis.results import Analysis, Result, Results
    from trialbook.capture.book import Book
    from trialbook.capture.ledger import Entry, Head
    from trialbook.protocol.model import Study
    from trialbook.render.to_ars import Event
    from trialbook.report.copies import Reader
    from trialbook.report.files import Kind

LIBRARIES = ("trialbook", "cel-expr-python", "numpy", "polars", "scipy", "sqlalchemy", "typst")
"""Those whose version may change a number or a figure; named in the report."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""


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
    from trialbook.render.to_ars import ars_json
    from trialbook.render.to_csv import results_csv

    head = book.head(as_of)
    datasets, analysis = analyse(book, as_of=moment_of(head, as_of), progress=progress)
    study = datasets.study
    written = Computed(study=study, results=analysis.results, table=out / "results.csv", document=out / "results.json")
    write_whole(written.table, results_csv(analysis.results, data=study.identity.data))
    write_whole(written.document, ars_json(analysis.results, event_of(study, head)))
    return written


def event_of(study: Study, head: Head) -> Event:
    """Return what `results.json` says of a run: of which study, from how much of its ledger, and by what programs."""
    from trialbook.render.to_ars import Event

    return Event(
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
