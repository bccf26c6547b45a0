"""Let multiple imputation recover what invented trials hold: bias, coverage and type I error.

Usage: imputation_recovery.py [TRIALS] [SEED] [PEOPLE]. The trials are those of mmrm_recovery.py; told is the change at
week 28 by Rubin's rules with Barnard and Rubin's degrees of freedom. `gaps` takes away, besides, each value before a
participant's last one with probability 0.08. Tables too small to impute are counted, not replaced.
"""

from __future__ import annotations

import sys

import numpy as np
from mmrm_recovery import SCENARIOS, VISITS, Scenario, trial

from trialbook.analysis import imputation


def table_of(scenario: Scenario, rng: np.random.Generator, people: int, gaps: float) -> list[list[float | None]]:
    """Invent a trial and lay it out, None where nobody measured."""
    long = trial(scenario, rng, people)
    found: list[list[float | None]] = [[None] * len(VISITS) for _ in range(people)]
    for who, visit, value in zip(long["participant"], long["visit"], long["y"], strict=True):
        found[int(str(who))][VISITS.index(str(visit))] = float(str(value))
    for row in found:
        last = max((place for place, value in enumerate(row) if value is not None), default=0)
        for place in range(last):
            if rng.random() < gaps:
                row[place] = None
    return found


def recover(scenario: Scenario, trials: int, seed: int, people: int, gaps: float) -> str:
    """Impute many trials, and tell what they give in one line."""
    rng = np.random.default_rng(seed)
    tables = [table_of(scenario, rng, people, gaps) for _ in range(trials)]
    found = [imputation.change_at(imputation.impute(table, seed=place), 3) for place, table in enumerate(tables)]
    told = [
        (one.estimate, one.ci_low, one.ci_high, one.p)
        for one in found
        if one.estimate is not None and one.ci_low is not None and one.ci_high is not None and one.p is not None
    ]
    estimates = np.array([one for one, *_ in told])
    covered = np.mean([low <= scenario.effect <= high for _, low, high, _ in told])
    reject = np.mean([p < 0.05 for *_, p in told])
    return (
        f"{estimates.mean() - scenario.effect:+.3f} | {estimates.std():.3f} | {covered:.3f} | {reject:.3f} | "
        f"{trials - len(told)}"
    )


def main() -> None:
    trials, seed, people = (int(given) for given in (*sys.argv[1:], *("2000", "1", "20")[len(sys.argv) - 1 :]))
    for gaps in (0.0, 0.08):
        print("scenario | bias | SD of estimates | coverage | p < 0.05 | not imputed")
        for name, scenario in SCENARIOS.items():
            print(f"{name}{', gaps' if gaps else ''} | {recover(scenario, trials, seed, people, gaps)}", flush=True)


if __name__ == "__main__":
    main()
