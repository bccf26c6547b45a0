"""Appraise a paper: every finding about its printed figures, in the order of its file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trialbook.analysis.appraisal.changes import EXACT_TESTS, appraise_change
from trialbook.analysis.appraisal.counts import appraise_lists, appraise_share, appraise_total
from trialbook.analysis.appraisal.findings import Bar, Finding, finding, printed_bar
from trialbook.analysis.appraisal.model import Paper, first
from trialbook.analysis.appraisal.recomputed import appraise_threshold
from trialbook.analysis.appraisal.summaries import appraise_summary
from trialbook.analysis.exact import smallest_p


def appraise(paper: Paper) -> tuple[Finding, ...]:
    """Return all that is found about a paper."""
    return tuple(_findings(paper))


def _findings(paper: Paper) -> Iterator[Finding]:
    for summary in paper.summaries.values():
        yield from appraise_summary(paper, summary)
    for lists in paper.lists.values():
        yield from appraise_lists(paper, lists)
    for change in paper.changes.values():
        yield from appraise_change(paper, change)
    for threshold in paper.thresholds.values():
        yield from appraise_threshold(paper, threshold)
    for share in paper.shares.values():
        yield from appraise_share(paper, share)
    for total in paper.totals.values():
        yield from appraise_total(paper, total)
    yield from _whole(paper)


def _whole(paper: Paper) -> Iterator[Finding]:
    """Yield what holds for the paper as a whole: its primary endpoint, and what exact tests could show at its size."""
    tested = [change for change in paper.changes.values() if change.p]
    if paper.primary == "none" and tested:
        labels = tuple(change.label for change in tested)
        by_chance = 1 - (1 - float(paper.alpha)) ** len(tested)
        made = finding(
            paper,
            "APPR-90",
            "note",
            ("primary",),
            "Primary endpoint",
            tested=labels,
            count=len(tested),
            chance_percent=100 * by_chance,
        )
        bars = tuple(printed_bar(p, change.label) for change in tested for p in (first(change.p),) if p is not None)
        yield replace(made, axis="p", bars=bars, line=("alpha", float(paper.alpha)))
    for n in dict.fromkeys(change.n for change in tested if change.test not in EXACT_TESTS):
        least = smallest_p(n)
        if least >= paper.alpha:
            made = finding(paper, "APPR-91", "note", ("n",), "Exact tests", n=n, least=least, alpha=float(paper.alpha))
            yield _with_sizes(made, n, float(paper.alpha))


def _with_sizes(made: Finding, n: int, alpha: float) -> Finding:
    bars = tuple(Bar(f"n = {size}", smallest_p(size), smallest_p(size), size == n) for size in range(n, 8))
    return replace(made, axis="smallest two-sided p of an exact test", bars=bars, line=("alpha", alpha))
