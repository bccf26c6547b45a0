"""Who gets which fate: types in blocks, incidents dealt out, criteria by chance.

FATE-01: of as many enrolled as the weights of the types sum to, exactly so many are of each type.
FATE-02: each incident that can happen is dealt once among the first enrolled, those of the screening before the last.
FATE-03: what can happen in a study is what its file has; nothing is dealt that is not asked for.
FATE-04: criteria fail and stay unknown as often as the scenario says, each on its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from scipy.special import ndtri
from tests.simulate.conftest import STUDIES, Scene

from trialbook.folder import read_study
from trialbook.protocol.model import Study
from trialbook.simulate.fates import OF_SCREENING, Fate, fate_of, possible
from trialbook.simulate.grammar import INCIDENTS
from trialbook.simulate.scenario import Scenario


def fates(study: Study, scenario: Scenario, seed: int, count: int) -> Iterator[tuple[Fate, bool]]:
    """Yield fates in the order of screening, as if nobody but those who are to fail did; and who is enrolled."""
    enrolled = 0
    for number in range(1, count + 1):
        fate = fate_of(study, scenario, seed, number=number, enrolled=enrolled)
        is_in = not fate.failing and not fate.unknown
        yield fate, is_in
        enrolled += is_in


def test_types_come_in_blocks(small: Study, scene: Scene) -> None:
    """FATE-01."""
    scenario = scene("types: {full: 2, modest: 3}")
    kinds = [fate.kind for fate, is_in in fates(small, scenario, 5, 120) if is_in]
    for begin in range(0, len(kinds) // 5 * 5, 5):
        assert Counter(kinds[begin : begin + 5]) == {"full": 2, "modest": 3}
    assert len({tuple(kinds[begin : begin + 5]) for begin in range(0, 50, 5)}) > 2


@pytest.mark.parametrize("seed", range(6))
def test_each_incident_is_dealt_once(seed: int, small: Study, scene: Scene) -> None:
    """FATE-02."""
    scenario = scene("screening: {fails: 5 %, unknown: 5 %}\nat_least: {enrolled: 3}")
    every = list(fates(small, scenario, seed, 40))
    taken = [fate for fate, is_in in every if is_in][:3]
    dealt = Counter(name for fate in taken for name in fate.sure)
    assert dealt == Counter(name for name in possible(small) if name not in OF_SCREENING)
    before = [fate for fate, is_in in every if not is_in and fate.number < taken[-1].number]
    assert any(fate.failing for fate in before)
    assert any(fate.unknown for fate in before)
    assert not any(fate.sure for fate, is_in in every if is_in and fate.number > taken[-1].number)


def test_what_can_happen(small: Study, scene: Scene) -> None:
    """FATE-03."""
    assert set(possible(small)) == set(INCIDENTS)
    plain = set(possible(read_study(STUDIES / "infliximab_myositis")))
    assert plain == {
        "early visit", "late visit", "missed visit", "leaving", "adverse event", "missing answer", "correction",
    }  # fmt: skip
    quiet = scene("screening: {fails: 0 %, unknown: 0 %}\nat_least: {once: none}")
    assert not any(fate.sure or not is_in for fate, is_in in fates(small, quiet, 1, 40))


def test_criteria_fail_as_often_as_said(small: Study, scene: Scene) -> None:
    """FATE-04: 2000 fates; 1 in 1000 false alarms among all six counts."""
    said = {"I1": 0.02, "I2": 0.1, "E2": 0.3}
    scenario = scene("screening: {fails: {I1: 2 %, I2: 10 %, E2: 30 %}, unknown: 7 %}\nat_least: {once: none}")
    drawn = [fate for fate, _ in fates(small, scenario, 3, 2000)]
    bound = float(ndtri(1 - 0.001 / 12))
    for name, share in said.items():
        expected = {"failing": share, "unknown": (1 - share) * 0.07}
        for what, wanted in expected.items():
            count = sum(name in getattr(fate, what) for fate in drawn)
            assert abs(count - 2000 * wanted) < bound * (2000 * wanted * (1 - wanted)) ** 0.5, (name, what)
