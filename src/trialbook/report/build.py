"""Build the report: from study, results, rows and entries to one document in which nothing was typed again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from trialbook.analysis.frames import Datasets
from trialbook.analysis.pooling.comparators import Comparators
from trialbook.analysis.results import Analysis
from trialbook.capture.ledger import Entry, Head
from trialbook.errors import TrialbookError
from trialbook.protocol.model import Study
from trialbook.render.document import Document, Section
from trialbook.report import sections
from trialbook.report.abstract import authored, overridden
from trialbook.report.blinding import blinding
from trialbook.report.checklist import checklist
from trialbook.report.comparators import comparators
from trialbook.report.deviations import deviations
from trialbook.report.exposure import background, treatments
from trialbook.report.limits import assumptions, limits
from trialbook.report.methods import methods
from trialbook.report.numbers_index import index_table
from trialbook.report.rasters import with_pictures
from trialbook.report.record import data_record, results_appendix
from trialbook.report.run import Run, run_of
from trialbook.report.screening import screening
from trialbook.report.sentences import sentence_problems
from trialbook.report.shown import LANGUAGE
from trialbook.report.trace import evidence_of, resolve


class ReportError(TrialbookError):
    """The report cannot be written as the study file asks."""

    exit_code = 6


def build_report(  # noqa: PLR0913 - all that a report is made from
    study: Study,
    analysis: Analysis,
    datasets: Datasets,
    entries: Mapping[int, Entry],
    *,
    head: Head,
    program: Mapping[str, str],
    generated_at: datetime,
    raster: bool = False,
    beside: Comparators | None = None,
) -> Document:
    """Return the report. `entries` are those of the ledger by number, `program` versions of software by name.

    With `raster` the figures are also drawn as pictures, for documents that cannot hold a drawing.

    `beside` are published studies that the report shows side by side.

    ReportError carries every sentence of the study file that names a result which is not there.
    """
    run = run_of(study, analysis, datasets, entries, raster=raster)
    problems = tuple(sentence_problems(run))
    if problems:
        raise ReportError(problems)
    behind = resolve(datasets, analysis.results)
    told = tuple(written(run, beside))
    present = {section.id for part in told for section in part.walk()} | {"record"}
    told = (
        *told,
        checklist(run, present),
        data_record(run, head=head, program=program, generated_at=generated_at),
    )
    parts = (*told, results_appendix(run, behind, index_table(run, told, behind)))
    return _document(run, with_pictures(parts) if raster else parts, behind, head, program)


def written(run: Run, beside: Comparators | None) -> Iterator[Section]:
    """Yield what a journal prints, in its order; parts that only authors can write where the study file has them."""
    found = (
        sections.summary(run),
        authored(run, "introduction"),
        methods_section(run),
        results_section(run),
        comparators(run, beside) if beside is not None else None,
        authored(run, "discussion"),
        overridden(run, assumptions(run), "assumptions"),
        overridden(run, limits(run), "limits"),
    )
    return (section for section in found if section is not None)


def methods_section(run: Run) -> Section:
    """Return the Methods, with the study's own words where it has them."""
    whole = methods(run)
    parts = (overridden(run, part, f"methods_{part.id.removesuffix('-methods')}") for part in whole.sections)
    return replace(whole, sections=tuple(parts))


def results_section(run: Run) -> Section:
    """Return the Results, in the order of a manuscript."""
    parts = (
        sections.participants(run),
        screening(run),
        sections.baseline(run),
        treatments(run),
        background(run),
        sections.endpoints(run),
        sections.events(run),
        deviations(run),
        blinding(run),
    )
    return Section(id="results", title="Results", sections=tuple(part for part in parts if part is not None))


def _document(
    run: Run, parts: tuple[Section, ...], behind: Mapping[str, tuple[int, ...]], head: Head, program: Mapping[str, str]
) -> Document:
    study = run.study
    shown = {seq for section in parts for one in section.walk() for seq in _recorded(one)}
    version = program.get("trialbook", "")
    what = f"the {study.identity.design} study {study.identity.id}"
    return Document(
        study=study.identity.id,
        title=run.say(study.identity.title) or study.identity.id,
        subtitle=f"Report of {what}, at entry {head.count} of its ledger",
        language=LANGUAGE,
        notice=sections.notice(run),
        sections=parts,
        evidence=evidence_of(run, behind, shown),
        foot=f"Made by trialbook {version} from study file {study.fingerprint[:12]} and ledger head {head.hash[:12]}.",
        meta={"generator": f"trialbook {version}".strip()},
    )


def _recorded(section: Section) -> set[int]:
    from trialbook.render.document import Figure, block_lines
    from trialbook.render.inline import recorded

    drawn = {seq for block in section.blocks if isinstance(block, Figure) for seq in block.behind}
    return drawn | {
        seq
        for block in section.blocks
        for line in block_lines(block)
        for value in recorded(line)
        for seq in value.entries
    }
