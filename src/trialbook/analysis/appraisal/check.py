"""Check that what an appraisal file names is there, and that its figures can be such figures at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trialbook.analysis.appraisal.model import Change, Grid, Moment, Paper, Path, Summary
from trialbook.protocol.reading import Notes
from trialbook.protocol.suggest import listed, suggest


def check_paper(paper: Paper, notes: Notes) -> None:
    """Note every name that leads nowhere and every figure that cannot be."""
    if len(set(paper.participants)) != paper.n:
        notes.add("APPR-06", ("participants",), count=str(len(set(paper.participants))), n=str(paper.n))
    for path, name in _people(paper):
        if name not in paper.participants:
            near = suggest(name, paper.participants)
            notes.add("APPR-01", path, name=name, near=near, known=listed(paper.participants))
    for path, name in _columns(paper):
        if name not in paper.columns:
            notes.add("APPR-02", path, name=name, near=suggest(name, paper.columns), known=listed(paper.columns))
    if paper.primary not in {None, "none", *paper.changes}:
        near = suggest(str(paper.primary), paper.changes)
        notes.add("APPR-07", ("primary",), name=str(paper.primary), near=near, known=listed(paper.changes))
    _check_figures(paper, notes)


def _check_figures(paper: Paper, notes: Notes) -> None:
    """Check the figures of every part."""
    for summary in paper.summaries.values():
        _check_measured(summary, ("summaries", summary.id), notes, paper)
        _check_moment(summary.moment, ("summaries", summary.id), notes)
    for change in paper.changes.values():
        _check_measured(change, ("changes", change.id), notes, paper)
        _check_moment(change.before, ("changes", change.id, "before"), notes)
        _check_moment(change.after, ("changes", change.id, "after"), notes)
    for share in paper.shares.values():
        if share.count > share.of:
            notes.add("APPR-05", ("shares", share.id, "count"), what=f"{share.count} of {share.of}")


def _people(paper: Paper) -> Iterator[tuple[Path, str]]:
    yield from ((path, name) for path, names in _groups(paper) for name in names)


def _groups(paper: Paper) -> Iterator[tuple[Path, Iterable[str]]]:
    for column in paper.columns.values():
        yield ("columns", column.id, "values"), column.values
    for one in paper.lists.values():
        yield ("lists", one.id, "values"), one.values
    for threshold in paper.thresholds.values():
        yield ("thresholds", threshold.id, "named"), threshold.named
    for summary in paper.summaries.values():
        for statement in summary.statements:
            yield ("summaries", summary.id, "statements"), statement.who
    for change in paper.changes.values():
        for statement in change.statements:
            yield ("changes", change.id, "statements"), statement.who
        for claim in change.claims:
            yield ("changes", change.id, "claims"), (*claim.first, *claim.second)


def _columns(paper: Paper) -> Iterator[tuple[Path, str]]:
    for summary in paper.summaries.values():
        if summary.moment.column:
            yield ("summaries", summary.id, "column"), summary.moment.column
    for change in paper.changes.values():
        for name, moment in (("before", change.before), ("after", change.after)):
            if moment.column:
                yield ("changes", change.id, name, "column"), moment.column
    for threshold in paper.thresholds.values():
        yield ("thresholds", threshold.id, "before"), threshold.before
        yield ("thresholds", threshold.id, "after"), threshold.after


def _check_measured(part: Summary | Change, path: Path, notes: Notes, paper: Paper) -> None:
    """Check grids, statements and n of a summary or a change."""
    has_scale, has_grids = (((*path, key) in notes.places) for key in ("scale", "grids"))
    if has_scale != has_grids:
        there, absent = ("scale", "grids") if has_scale else ("grids", "scale")
        notes.add("APPR-03", (*path, there), there=there, absent=absent)
    for grid in part.grids:
        if not _fits(grid):
            notes.add("APPR-08", (*path, "grids"), step=str(grid.step), low=str(grid.low), high=str(grid.high))
    n = part.n if isinstance(part, Change) else part.moment.n
    for statement in part.statements:
        if (statement.part == "value") == isinstance(part, Change):
            parts = "before, after or change" if isinstance(part, Change) else "value"
            notes.add("APPR-04", (*path, "statements"), text=statement.text, parts=parts)
        if statement.who and n != paper.n:
            notes.add("APPR-09", (*path, "statements"), text=statement.text, n=str(n), all=str(paper.n))


def _fits(grid: Grid) -> bool:
    return ((grid.high - grid.low) / grid.step).denominator == 1


def _check_moment(moment: Moment, path: Path, notes: Notes) -> None:
    for sd in moment.sd.values():
        if sd.value < 0:
            notes.add("APPR-05", (*path, "sd"), what=f"an SD of {sd.text}")
        if moment.n < 2:
            notes.add("APPR-05", (*path, "sd"), what="an SD of a single value")
