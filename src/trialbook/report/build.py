"""Build the report: from study, results, rows and entries to one document in which nothing was typed again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from trialbook.analysis.frames import Datasets
from trialbook.analysis.results import Analysis
from trialbook.capture.ledger import Entry, Head
from trialbook.errors import TrialbookError
from trialbook.protocol.model import Study
from trialbook.render.document import Document, Section
from trialbook.report import sections
from trialbook.report.deviations import deviations
from trialbook.report.exposure import background, treatments
from trialbook.report.limits import assumptions, limits
from trialbook.report.methods import methods
from trialbook.report.record import data_record, results_appendix
from trialbook.report.run import Run, run_of
from trialbook.report.screening import screening
from trialbook.report.sentences import sentence_problems
from trialbook.report.shown import LANGUAGE
from trialbook.report.trace import evidence_of, resolve


class ReportError(TrialbookError):
    """The report cannot be written as the study file asks."""

    exit_code = 6


def build_report(
    study: Study,
    analysis: Analysis,
    datasets: Datasets,
    entries: Mapping[int, Entry],
    *,
    head: Head,
    program: Mapping[str, str],
    generated_at: datetime,
    raster: bool = False,
) -> Document:
    """Return the report. `entries` are those of the ledger by number, `program` versions of software by name.

    With `raster` the figures are also drawn as pictures, for documents that cannot hold a drawing.

    ReportError carries every sentence of the study file that names a result which is not there.
    """
    run = run_of(study, analysis, datasets, entries, raster=raster)
    problems = tuple(sentence_problems(run))
    if problems:
        raise ReportError(problems)
    behind = resolve(datasets, analysis.results)
    parts = (
        sections.summary(run),
        methods(run),
        results_section(run),
        assumptions(run),
        limits(run),
        data_record(run, head=head, program=program, generated_at=generated_at),
        results_appendix(run, behind),
    )
    return _document(run, parts, behind, head, program)


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
    from trialbook.render.document import block_lines
    from trialbook.render.inline import recorded

    return {
        seq
        for block in section.blocks
        for line in block_lines(block)
        for value in recorded(line)
        for seq in value.entries
    }
