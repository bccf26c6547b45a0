"""Which participant is in which arm, as recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from trialbook.analysis.frames import Datasets
from trialbook.analysis.table_one import known_at_baseline

ARM = "arm"
"""Column of a selector that leaves the participants of one arm, or of several."""


def has_arms(datasets: Datasets) -> bool:
    """Tell whether the study file has two arms or more, and says where a participant's arm is recorded."""
    return len(datasets.study.arms) > 1 and datasets.study.participants.arm is not None


@lru_cache(maxsize=8)
def arm_of(datasets: Datasets) -> Mapping[str, str]:
    """Return participant -> arm; whose arm is not recorded is left out."""
    if not has_arms(datasets):
        return {}
    known = known_at_baseline(datasets, datasets.study.participants.arm or "")
    return {code: one.told[0].text for code, one in known.items() if one.told}


def in_arms(datasets: Datasets, who: Iterable[str], where: Sequence[tuple[str, str]]) -> list[str]:
    """Return those of the participants who are in the arms that a selector names; all where it names none."""
    wanted = {value for column, value in where if column == ARM}
    arms = arm_of(datasets) if wanted else {}
    return [code for code in who if not wanted or arms.get(code) in wanted]
