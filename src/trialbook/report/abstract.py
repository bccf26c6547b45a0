"""The structured abstract, and the parts that only the authors can write: shown where the study file has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from trialbook.protocol.model import Endpoint, Treatment
from trialbook.render.document import Block, Facts, Figure, Paragraph, Section
from trialbook.render.inline import Emphasis, Line
from trialbook.render.numbers import show_share
from trialbook.render.table import Table
from trialbook.report.methods import TEST_NAMES
from trialbook.report.methods_outcomes import KINDS
from trialbook.report.phrases import in_sentence, listed, sentence
from trialbook.report.regimen import label
from trialbook.report.run import Run
from trialbook.report.sentences import own_line

AUTHORS = {
    "introduction": "Introduction", "discussion": "Discussion", "conclusion": "Conclusion of the abstract",
}  # fmt: skip
"""Sentences of the study file for what no program can write -> what each is called."""


def abstract(run: Run, results: Iterable[Line]) -> Section:
    """Return objective, methods and results in brief; a conclusion only where the authors wrote one."""
    own = own_line(run, "summary")
    lines = (own,) if own is not None else tuple(_lines(run, tuple(results)))
    return Section(id="summary", title="Abstract", blocks=tuple(Paragraph(line=line) for line in lines))


def _lines(run: Run, results: tuple[Line, ...]) -> Iterator[Line]:
    objective = own_line(run, "objective") or _objective(run)
    if objective:
        yield (Emphasis("Objective. "), *objective)
    yield (Emphasis("Methods. "), *(own_line(run, "abstract_methods") or method_line(run)))
    yield from ((Emphasis("Results. "), *line) if not place else line for place, line in enumerate(results))
    conclusion = own_line(run, "conclusion")
    if conclusion is not None:
        yield (Emphasis("Conclusion. "), *conclusion)


def _objective(run: Run) -> Line:
    said = run.say(run.study.identity.objective)
    return (sentence(said),) if said else ()


def method_line(run: Run) -> Line:
    """Say in brief what kind of study it was, of what, with which primary endpoint and test."""
    study = run.study
    planned = study.identity.planned
    size = f" planned for {planned} participants" if planned is not None else ""
    given = [in_sentence(label(run, one)) for one in study.treatments.values() if _is_studied(one)]
    of = f" of {listed(given)}" if given else ""
    parts = [f"This was an {study.identity.design} study{of}{',' if size else ''}{size}."]
    visits = len(study.schedule.visits)
    if visits > 1:
        parts.append(f"It had {visits} planned visits.")
    chosen = study.endpoints.get(study.analysis.primary_endpoint or "")
    if chosen is not None:
        parts.append(_primary(run, chosen))
    else:
        parts.append("The study file names no primary endpoint.")
    return (" ".join(parts),)


def _is_studied(one: Treatment) -> bool:
    return one.dose is not None


def _primary(run: Run, chosen: Endpoint) -> str:
    plan = run.study.analysis
    at = f" {run.at(plan.primary_visit)}" if plan.primary_visit else ""
    level = f"{plan.alpha.normalize():f}"
    test = f", compared with baseline by {TEST_NAMES[plan.test]} at the level of {level}" if chosen.source else ""
    design = plan.design if plan.design is not None and plan.design.endpoint == chosen.id else None
    limit = (
        f", judged by {KINDS[design.kind]} against a share of {show_share(design.null)}" if design is not None else ""
    )
    return f"The primary endpoint was {in_sentence(run.label(chosen))}{at}{test}{limit}."


def authored(run: Run, name: str) -> Section | None:
    """Return a section that the authors wrote in the study file; None where they did not."""
    own = own_line(run, name)
    return None if own is None else Section(id=name, title=AUTHORS[name], blocks=(Paragraph(line=own),))


def unwritten(run: Run) -> tuple[str, ...]:
    """Name the parts that only the authors can write and have not written."""
    given = run.study.report.sentences
    missing = [title for name, title in AUTHORS.items() if name not in given and "summary" not in given]
    return (*missing, *(() if _objective(run) or "objective" in given else ("Objective",)))


def overridden(run: Run, section: Section, name: str) -> Section:
    """Return a section with the study's own words in place of the program's; tables and figures stay."""
    own = own_line(run, name)
    if own is None:
        return section
    kept: tuple[Block, ...] = tuple(block for block in section.blocks if isinstance(block, Table | Figure | Facts))
    return replace(section, blocks=(Paragraph(line=own), *kept))


__all__ = ["abstract", "authored", "method_line", "overridden", "unwritten"]
