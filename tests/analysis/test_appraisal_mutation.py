"""Appraisal by mutation: summaries of invented data, as they are and with one figure altered beyond rounding.

APPR-K: of 40 generated summaries, 20 consistent and 20 altered, no false alarm and at least 18 of the altered named.

Three kinds take turns. Every single value is printed; or those of the first time only; or none, and the grid alone
speaks. Which figure is altered is drawn: a mean, an SD, the p, a percentage, a count, a single value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from trialbook.analysis.appraisal import ALARMS, Finding, appraise, parse_appraisal
from trialbook.analysis.student import two_sided_p

SEED = 20070901
KINDS = ("all", "first", "none")


@dataclass(frozen=True)
class Summarised:
    """A paper of one change, with what it prints as texts."""

    kind: str
    n: int
    before: dict[str, str]
    after: dict[str, str]
    figures: dict[str, str]

    def text(self) -> str:
        """Write the appraisal file."""
        printed = {"all": ("a", "b"), "first": ("a",), "none": ()}[self.kind]
        columns = [
            f"  {name}: {written(values)}"
            for name, values in (("a", self.before), ("b", self.after))
            if name in printed
        ]
        part = {name: f", column: {name}" if name in printed else "" for name in "ab"}
        f = self.figures
        return "\n".join(
            [
                f"trialbook-appraisal: 1\ntitle: Invented\nsource: None\nn: {self.n}\nsd: n-1",
                *(["columns:", *columns] if columns else []),
                "changes:\n  x:",
                f"    before: {{mean: {f['mean before']}, sd: {f['sd before']}{part['a']}}}",
                f"    after: {{mean: {f['mean after']}, sd: {f['sd after']}{part['b']}}}",
                f"    p: {f['p']}",
                "    scale: 0 to 12\n    grids: {1: whole points}",
                f"shares: {{better: {{count: {f['better']}, of: {self.n}, percent: {f['percent']}}}}}",
                f"totals: {{all: {{of: {self.n}, parts: {{better: {f['better']}, other: {f['other']}}}}}}}",
            ]
        )


def written(values: dict[str, str]) -> str:
    """Write a column."""
    return "{values: {" + ", ".join(f"{who}: {text}" for who, text in values.items()) + "}}"


def generated(kind: str, rng: np.random.Generator) -> Summarised:
    """Summarise invented data: four to six participants, scores from 0 to 12."""
    while True:
        n = int(rng.integers(4, 7))
        before = rng.integers(1, 9, n)
        after = np.clip(before + rng.integers(-1, 5, n), 0, 12)
        gaps = after - before
        if gaps.std() and before.std() and after.std() and gaps.sum():
            break
    t = gaps.mean() * math.sqrt(n) / gaps.std(ddof=1)
    better = int((gaps > 0).sum())
    figures = {
        "mean before": f"{before.mean():.2f}", "sd before": f"{before.std(ddof=1):.2f}",
        "mean after": f"{after.mean():.2f}", "sd after": f"{after.std(ddof=1):.2f}",
        "p": f"{two_sided_p(float(t), n - 1):.3f}", "better": str(better), "other": str(n - better),
        "percent": f"{100 * better / n:.0f}",
    }  # fmt: skip
    names = [str(who + 1) for who in range(n)]
    first, second = ({who: str(value) for who, value in zip(names, values, strict=True)} for values in (before, after))
    return Summarised(kind, n, first, second, figures)


def altered(made: Summarised, rng: np.random.Generator) -> tuple[Summarised, str]:
    """Alter one printed figure by at least three units of its last digit."""
    cells = {"all": ["cell before", "cell after"], "first": ["cell before"], "none": []}[made.kind]
    which = str(rng.choice([*made.figures, *cells]))
    off = int(rng.integers(3, 12)) * int(rng.choice([-1, 1]))
    if which.startswith("cell"):
        values = dict(made.before if which == "cell before" else made.after)
        who = str(rng.choice(list(values)))
        values[who] = str((int(values[who]) + abs(off)) % 13)
        return (replace(made, before=values) if which == "cell before" else replace(made, after=values)), which
    text = made.figures[which]
    decimals = len(text.partition(".")[2])
    value = float(text) + off / 10**decimals
    if which == "p":
        value = float(text) + (0.03 if float(text) < 0.5 else -0.03)
    if which in {"better", "other"}:
        value = (int(text) + 1) % (made.n + 1)
    return replace(made, figures={**made.figures, which: f"{abs(value):.{decimals}f}"}), which


def alarms(made: Summarised) -> list[Finding]:
    paper, problems = parse_appraisal(made.text(), file="invented.yaml")
    assert paper is not None, [(problem.code, problem.values, made.text()) for problem in problems]
    return [found for found in appraise(paper) if found.verdict in ALARMS]


def test_no_false_alarm() -> None:
    """APPR-K."""
    rng = np.random.default_rng(SEED)
    assert [alarms(generated(KINDS[turn % 3], rng)) for turn in range(20)] == [[]] * 20


def test_altered_figures_are_named() -> None:
    """APPR-K."""
    rng = np.random.default_rng(SEED + 1)
    every = [altered(generated(KINDS[turn % 3], rng), rng) for turn in range(20)]
    unnamed = [(made.kind, which) for made, which in every if not names(alarms(made), which)]
    assert len(unnamed) <= 2, unnamed


def names(found: list[Finding], which: str) -> bool:
    """Tell whether an alarm stands at the altered figure, or at those with which it cannot stand together."""
    what, _, time = which.partition(" ")
    if what in {"better", "other", "percent"}:
        return any(one.about[0] in {"shares", "totals"} for one in found)
    at = {one.about[2] for one in found if one.about[0] == "changes"}
    return bool(at & {time, "p", "grids"})


@pytest.mark.parametrize("kind", KINDS)
def test_many_without_alarm(kind: str) -> None:
    """APPR-K: and of 60 more, none is called impossible."""
    rng = np.random.default_rng(SEED + 2)
    assert [alarms(generated(kind, rng)) for _ in range(20)] == [[]] * 20
