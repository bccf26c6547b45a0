"""The p of a change whose single values are printed, computed again by the test that is named."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from trialbook.analysis.appraisal.findings import Bar, Finding, Value, Verdict, finding, printed_bar
from trialbook.analysis.appraisal.model import Change, Paper, Path, Threshold, first
from trialbook.analysis.appraisal.printed import Printed
from trialbook.analysis.appraisal.tables import mean, variance
from trialbook.analysis.exact import sign_flip, signed_rank
from trialbook.analysis.student import two_sided_p

SLACK = 1e-12
"""How far beyond an end of a printed p a computed one may lie and still be on it."""
TESTS = ("paired t", "signed rank", "sign flip")


def has_columns(change: Change) -> bool:
    """Tell whether the single values of both times are printed."""
    return change.before.column is not None and change.after.column is not None


def recomputed_p(paper: Paper, change: Change, about: Path) -> Iterator[Finding]:
    """Yield whether the printed p comes from the single values; nothing where these were rounded themselves."""
    p = first(change.p)
    columns = [paper.columns[moment.column] for moment in (change.before, change.after) if moment.column is not None]
    if p is None or any(column.values_are != "exact" for column in columns):
        return
    gaps = gaps_of(columns[0].values, columns[1].values)
    tests = TESTS if change.test == "not stated" else (change.test,)
    found = {test: value for test in tests if (value := p_of(test, list(gaps.values()))) is not None}
    if not found:
        yield finding(paper, "APPR-45", "note", (*about, "p"), change.label, p=p, test=change.test)
        return
    fitting = [test for test, value in found.items() if p.span.low - SLACK <= value <= p.span.high + SLACK]
    test = fitting[0] if fitting else next(iter(found))
    code: str
    verdict: Verdict
    code, verdict = ("APPR-43", "consistent") if fitting else ("APPR-44", "impossible")
    made = finding(paper, code, verdict, (*about, "p"), change.label, p=p, exact=found[test], test=test, n=len(gaps))
    bars = (printed_bar(p), *(Bar(f"recomputed, {name}", value, value) for name, value in found.items()))
    yield replace(made, axis="p", bars=bars, line=("alpha", float(paper.alpha)))


def gaps_of(before: Mapping[str, Printed], after: Mapping[str, Printed]) -> dict[str, Fraction]:
    """Return after minus before of each participant who has both."""
    return {who: after[who].value - figure.value for who, figure in before.items() if who in after}


def p_of(test: str, gaps: list[Fraction]) -> float | None:
    """Return the two-sided p of a test of differences; None where they have none, as where all are alike."""
    if test == "signed rank":
        return signed_rank([float(gap) for gap in gaps]).p
    if test in {"sign flip", "sign test"}:
        signs = [Fraction((gap > 0) - (gap < 0)) for gap in gaps] if test == "sign test" else gaps
        return sign_flip([float(gap) for gap in signs]).p
    spread = variance(gaps, "n-1") if len(gaps) > 1 else Fraction(0)
    if not spread:
        return None
    return two_sided_p(float(mean(gaps)) / math.sqrt(spread / len(gaps)), len(gaps) - 1)


def appraise_threshold(paper: Paper, threshold: Threshold) -> Iterator[Finding]:
    """Yield who changed by a share of the value before and is not named, and who is named and did not."""
    about = ("thresholds", threshold.id)
    before, after = paper.columns[threshold.before].values, paper.columns[threshold.after].values
    changed = {who: 100 * gap / before[who].value for who, gap in gaps_of(before, after).items() if before[who].value}
    direction = 1 if threshold.direction == "rise" else -1
    met = [who for who, percent in changed.items() if direction * percent >= threshold.percent]
    missed = tuple(who for who in met if who not in threshold.named)
    wrong = tuple(who for who in threshold.named if who in changed and who not in met)
    bars = tuple(Bar(who, float(percent), float(percent), who in threshold.named) for who, percent in changed.items())
    level = (threshold.direction, float(direction * threshold.percent))
    for code, people in (("APPR-80", missed), ("APPR-81", wrong)):
        if people:
            made = finding(
                paper,
                code,
                "contradiction",
                (*about, "named"),
                threshold.label,
                direction=threshold.direction,
                limit=float(threshold.percent),
                **_people(people, changed),
            )
            yield replace(made, axis="change, %", bars=bars, line=level)
    if not missed and not wrong:
        made = finding(
            paper,
            "APPR-82",
            "consistent",
            about,
            threshold.label,
            direction=threshold.direction,
            limit=float(threshold.percent),
            count=len(met),
        )
        yield replace(made, axis="change, %", bars=bars, line=level)


def _people(people: tuple[str, ...], changed: Mapping[str, Fraction]) -> dict[str, Value]:
    return {"who": people, "percent": tuple(float(changed[who]) for who in people)}
