"""Findings about changes: can means, SDs and p stand together, what do they imply, and which data sets have them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from trialbook.analysis.appraisal import paired
from trialbook.analysis.appraisal.findings import Bar, Finding, Rows, Value, Verdict, count_bar, finding, printed_bar
from trialbook.analysis.appraisal.model import Change, Claim, Paper, Path, first
from trialbook.analysis.appraisal.pairs import PairCount, count_pairs
from trialbook.analysis.appraisal.printed import Printed
from trialbook.analysis.appraisal.recomputed import has_columns, recomputed_p
from trialbook.analysis.appraisal.summaries import appraise_moment, divisors, places_agree, rules_needed
from trialbook.analysis.exact import smallest_p

KNIFE_EDGE = 0.9
"""A correlation from which on two measurements of the same participants would have to be almost proportional."""
EXACT_TESTS = ("signed rank", "sign flip", "sign test")
MOST_BITS = 40
"""Participants above which the steps of an exact p are finer than any that is printed."""


def appraise_change(paper: Paper, change: Change) -> Iterator[Finding]:
    """Yield what is found about one change."""
    about = ("changes", change.id)
    for name, moment in (("before", change.before), ("after", change.after)):
        yield from appraise_moment(paper, moment, (*about, name), f"{change.label}, {moment.label}")
        if moment.column is None:
            yield from rules_needed(
                paper, moment, change.grids, (*about, name, "mean"), f"{change.label}, {moment.label}"
            )
    yield from places_agree(paper, change.p, (*about, "p"), f"{change.label}: p")
    yield from _p_alone(paper, change, about)
    if has_columns(change):
        yield from recomputed_p(paper, change, about)
    else:
        yield from _together(paper, change, about)
        for grid in change.grids:
            yield from _on_grid(
                paper, change, about, count_pairs(change, grid, paper.participants, divisors(paper)[0], paper.rounding)
            )
    yield from _words(paper, change, about)


# ---- p on its own -----------------------------------------------------------------------------------------------


def _p_alone(paper: Paper, change: Change, about: Path) -> Iterator[Finding]:
    """Yield whether an exact test can give the printed p at all; else the t behind it where nothing else is printed."""
    p = first(change.p)
    if p is None:
        return
    least = smallest_p(change.n)
    if change.test in EXACT_TESTS and not _on_steps(p, change.n):
        made = finding(
            paper, "APPR-41", "impossible", (*about, "p"), change.label, p=p, test=change.test, least=least, n=change.n
        )
        yield replace(made, axis="p", bars=(printed_bar(p), Bar("smallest exact p", least, least)))
    elif change.test == "not stated" and float(p.span.high) < least:
        made = finding(paper, "APPR-42", "possible only if", (*about, "p"), change.label, p=p, least=least, n=change.n)
        yield replace(made, axis="p", bars=(printed_bar(p), Bar("smallest exact p", least, least)))
    if change.test == "paired t" and not p.sign and not (change.before.mean or has_columns(change)) and change.n > 1:
        low, high = paired.t_span(p, change.n)
        root = math.sqrt(change.n)
        made = finding(
            paper, "APPR-40", "note", (*about, "p"), change.label, p=p, t=(low, high), d=(low / root, high / root)
        )
        yield replace(made, axis="p", bars=(printed_bar(p, "printed p"),), line=("alpha", float(paper.alpha)))


def _on_steps(p: Printed, n: int) -> bool:
    """Tell whether a multiple of 2 / 2^n is printed like this; each exact two-sided p of n pairs is one."""
    if n > MOST_BITS:
        return True
    steps = 2 ** (n - 1)
    low, high = math.ceil(p.span.low * steps), math.floor(p.span.high * steps)
    return bool(max(1, low) <= high)


# ---- means, SDs and p together ----------------------------------------------------------------------------------


def _together(paper: Paper, change: Change, about: Path) -> Iterator[Finding]:
    p = first(change.p)
    divisor = divisors(paper)[0]
    known = paired.known_of(change, divisor)
    if p is None or known is None or change.test not in {"paired t", "not stated"}:
        return
    can_be = paired.attainable_p(known)
    printed = float(p.span.low), float(p.span.high)
    bars = (printed_bar(p, "printed p"), Bar("p with these means and SDs", *can_be))
    level = ("alpha", float(paper.alpha))
    if printed[1] < can_be[0] or printed[0] > can_be[1]:
        if change.test == "paired t":
            made = finding(paper, "APPR-51", "impossible", (*about, "p"), change.label, p=p, attainable=can_be)
            yield replace(made, axis="p", bars=bars, line=level)
        return
    yield replace(_implied(paper, change, about, known, p), axis="p", bars=bars, line=level)
    if change.called == "significant" and printed[0] < paper.alpha <= printed[1]:
        made = _undecided(paper, change, about, known, p)
        yield replace(made, axis="p", bars=bars, line=level)


def _implied(paper: Paper, change: Change, about: Path, known: paired.Known, p: Printed) -> Finding:
    """Return what means, SDs and p imply for the SD of the differences and the correlation."""
    can_be = paired.attainable_p(known)
    t = paired.t_span(p, change.n)
    low, high = paired.sd_of_differences(known, t)
    r = paired.correlation(known, (low, high))
    exact = paired.nominal(change, divisors(paper)[0]) or known
    t_exact = paired.t_of(float(p.value), change.n)
    at = paired.sd_of_differences(exact, (t_exact, t_exact))
    facts: dict[str, Value] = {
        "p": p, "sd": (low, high), "r": (max(r[0], -1.0), min(r[1], 1.0)), "t": t, "attainable": can_be,
        "sd_at": at[0], "r_at": paired.correlation(exact, at)[0], "t_at": t_exact, "n": change.n,
    }  # fmt: skip
    is_edge = r[0] >= KNIFE_EDGE or not (can_be[0] <= p.span.low and p.span.high <= can_be[1])
    code: str
    verdict: Verdict
    code, verdict = ("APPR-52", "possible only if") if is_edge else ("APPR-50", "consistent")
    return finding(paper, code, verdict, (*about, "p"), change.label, **facts)


def _undecided(paper: Paper, change: Change, about: Path, known: paired.Known, p: Printed) -> Finding:
    """Return what would have to hold for a p that is printed on the level to be below it."""
    alpha = float(paper.alpha)
    least, _ = paired.attainable_p(known)
    exact = paired.nominal(change, divisors(paper)[0]) or known
    facts: dict[str, Value] = {
        "p": p, "alpha": alpha, "words": change.words, "least": least, "r": paired.least_r_for(known, alpha),
        "r_at": paired.least_r_for(exact, alpha), "attainable": paired.attainable_p(known),
    }  # fmt: skip
    code: str
    verdict: Verdict
    code, verdict = ("APPR-53", "possible only if") if least < alpha else ("APPR-54", "contradiction")
    return finding(paper, code, verdict, (*about, "called"), change.label, **facts)


# ---- data sets --------------------------------------------------------------------------------------------------


def _on_grid(paper: Paper, change: Change, about: Path, count: PairCount) -> Iterator[Finding]:
    p = first(change.p) if change.test == "paired t" else None
    facts: dict[str, Value] = {
        "grid": count.grid.label, "step": count.grid.step, "found": count.found, "matching": count.matching,
        "constant": count.constant, "p": p or "", "half_up": count.by_rule["half up"],
        "half_even": count.by_rule["half even"], "statements": tuple(one.text for one in change.statements),
        "about": count.about or 0.0,
    }  # fmt: skip
    code, verdict = _grid_code(count, is_only=len(change.grids) == 1)
    rows = Rows(count.participants, count.examples, (change.before.label, change.after.label))
    made = finding(paper, code, verdict, (*about, "grids"), change.label, **facts)
    bars = (count_bar("with these means and SDs", count.matching), count_bar("and with this p", count.found))
    yield replace(made, axis="data sets", bars=bars, rows=rows if count.examples else None)
    if count.is_complete and count.found:
        for claim, holds in zip(change.claims, count.claims, strict=True):
            yield _claim(paper, change, about, count, claim, holds)


def _claim(paper: Paper, change: Change, about: Path, count: PairCount, claim: Claim, holds: int) -> Finding:
    """Return in how many of the data sets with all figures the words about single participants hold."""
    verdict: Verdict = "consistent" if holds == count.found else "possible only if" if holds else "contradiction"
    made = finding(
        paper, "APPR-65", verdict, (*about, "claims"), change.label, words=claim.words, first=claim.first,
        second=claim.second, holds=holds, sign=claim.sign, found=count.found, grid=count.grid.label,
    )  # fmt: skip
    bars = (count_bar("with all figures", count.found), count_bar("in which the words hold", holds))
    return replace(made, axis="data sets", bars=bars)


def _grid_code(count: PairCount, *, is_only: bool) -> tuple[str, Verdict]:
    if not count.is_complete:
        return ("APPR-63", "consistent") if count.found else ("APPR-64", "note")
    if count.found:
        return "APPR-62", "consistent"
    code = "APPR-61" if count.matching else "APPR-60"
    return code, "impossible" if is_only else "possible only if"


# ---- words ------------------------------------------------------------------------------------------------------


def _words(paper: Paper, change: Change, about: Path) -> Iterator[Finding]:
    """Yield where the words of a paper go beyond its p."""
    p, alpha = first(change.p), paper.alpha
    if p is None or change.called is None:
        return
    bars = (printed_bar(p, "printed p"),)
    facts: dict[str, Value] = {"p": p, "alpha": float(alpha), "words": change.words}
    code = ""
    verdict: Verdict = "contradiction"
    if change.called == "trend" and p.span.low >= alpha:
        code, verdict = "APPR-56", "overstated"
    elif change.called == "significant" and p.span.low >= alpha:
        code = "APPR-55"
    elif change.called == "not significant" and p.span.high < alpha:
        code = "APPR-57"
    if code:
        made = finding(paper, code, verdict, (*about, "called"), change.label, **facts)
        yield replace(made, axis="p", bars=bars, line=("alpha", float(alpha)))
