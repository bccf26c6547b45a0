"""What a model for repeated measures recovers of trials whose truth is known.

MMRM-24: estimates are unbiased, and 95 % intervals hold the truth as often as another program found, within the error
of so many trials; benchmarks/mmrm_recovery.py does the same with any number of trials.
MMRM-25: with one arm, every visit's mean free and nobody who comes back, the unstructured model is a sequence of
regressions (Anderson 1957).
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from trialbook.analysis import mmrm

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "mmrm_recovery.py"
TRIALS = 250


def script() -> ModuleType:
    """Load the long version."""
    spec = importlib.util.spec_from_file_location("mmrm_recovery", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mmrm_recovery"] = module
    spec.loader.exec_module(module)
    return module


LONG = script()


@pytest.mark.parametrize("name", ["C effect 0.6, all stay", "E no effect, MAR", "F effect 0.6, MAR"])
def test_mmrm_24_bias_and_coverage(name: str) -> None:
    scenario = LONG.SCENARIOS[name]
    found = LONG.recover(scenario, TRIALS, seed=20)["observed"]
    assert found.trials == TRIALS
    assert abs(found.bias) < 3.5 * found.spread / TRIALS**0.5
    error = (scenario.coverage * (1 - scenario.coverage) * (1 / TRIALS + 1 / 1000)) ** 0.5
    assert found.coverage == pytest.approx(scenario.coverage, abs=3.5 * error)
    if scenario.effect == 0:
        assert found.reject == pytest.approx(1 - found.coverage)


@pytest.mark.parametrize("seed", range(8))
def test_mmrm_25_monotone_dropout_is_a_sequence_of_regressions(seed: int) -> None:
    trial = LONG.trial(LONG.SCENARIOS["F effect 0.6, MAR"], np.random.default_rng(seed), people=30)
    fit = mmrm.fit("y ~ 0 + visit", trial, participant="participant", visit="visit", levels={"visit": LONG.VISITS})
    assert fit.structure == "us"
    values = np.full((30, 4), np.nan)
    for person, visit, y in zip(trial["participant"], trial["visit"], trial["y"], strict=True):
        values[person, LONG.VISITS.index(visit)] = y
    means = [values[:, 0].mean()]
    for visit in range(1, 4):
        stay = ~np.isnan(values[:, visit])
        before = np.column_stack([np.ones(stay.sum()), values[stay, :visit]])
        line = np.linalg.lstsq(before, values[stay, visit])[0]
        means.append(line @ np.array([1.0, *means]))
    assert [one.estimate for one in fit.coefficients] == pytest.approx(means, rel=1e-8)
