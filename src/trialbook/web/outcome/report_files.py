"""The report and the results as files, for a role: without free text, and before the cut without endpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trialbook.capture.book import Book
from trialbook.capture.ledger import Head
from trialbook.conduct.casebook import Casebook
from trialbook.protocol.model import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a report is made from, and for whom: everything of one moment."""

    book: Book
    study: Study
    """Without endpoints, where their results are closed."""
    plans: Mapping[str, Study]
    """Site -> its own version, likewise."""
    head: Head
    casebooks: Mapping[str, Casebook]
    """Not masked: the copy for the role is made from the whole document."""
    role: str
    now: datetime


def report_steps(wanted: Wanted, files: dict[str, bytes]) -> list[tuple[str, Callable[[], object]]]:
    """Return the steps by which the files are made; each puts what it makes among `files`."""
    kept: dict[str, Any] = {}
    return [
        ("analysis", lambda: kept.update(_analysed(wanted))),
        ("report", lambda: kept.update(_copied(wanted, kept))),
        ("results", lambda: files.update(_results(wanted, kept))),
        ("page and Word", lambda: files.update(_written(wanted, kept))),
    ]


def _analysed(wanted: Wanted) -> dict[str, Any]:
    from trialbook.analysis.frames import collect
    from trialbook.analysis.plan import run_plan
    from trialbook.web.outcome.wordless import wordless_columns

    versions = (wanted.study, *wanted.plans.values())
    datasets = collect(wanted.study, wordless_columns(versions, wanted.book.columns(wanted.head.count)), wanted.plans)
    return {"datasets": datasets, "analysis": run_plan(wanted.study, datasets)}


def _copied(wanted: Wanted, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document and the results that the role may have."""
    from trialbook.outcome import versions
    from trialbook.report.build import build_report
    from trialbook.report.copies import Reader, copy_for, results_for, sight_for
    from trialbook.web.outcome.wordless import wordless_entries

    entries = {entry.seq: entry for entry in wanted.book.entries() if entry.seq <= wanted.head.count}
    plain = wordless_entries((wanted.study, *wanted.plans.values()), entries)
    document = build_report(
        wanted.study, kept["analysis"], kept["datasets"], plain, head=wanted.head, program=versions(),
        generated_at=wanted.now, raster=True,
    )  # fmt: skip
    reader = Reader(trace="participants", role=wanted.role)
    sight = sight_for(reader, wanted.study, wanted.casebooks, plain)
    results = results_for(kept["analysis"].results, sight)
    return {"document": copy_for(document, reader, sight), "results": results}


def _results(wanted: Wanted, kept: Mapping[str, Any]) -> dict[str, bytes]:
    from trialbook.outcome import event_of
    from trialbook.render.to_ars import ars_json
    from trialbook.render.to_csv import results_csv

    study, results = wanted.study, kept["results"]
    return {
        "results.csv": results_csv(results, data=study.identity.data),
        "results.json": ars_json(results, event_of(study, wanted.head)),
    }


def _written(wanted: Wanted, kept: Mapping[str, Any]) -> dict[str, bytes]:
    from trialbook.report.files import files_of

    made = files_of(kept["document"], kept["results"], wanted.study, ["word"])
    return {name: content for name, content in made.items() if name != "results.csv"}
