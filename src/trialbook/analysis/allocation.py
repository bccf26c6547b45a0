"""Which participant is in which arm, as recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from trialbook.analysis.frames import Datasets
from trialbook.analysis.results import ARM
from trialbook.analysis.rows import Heading
from trialbook.analysis.table_one import known_at_baseline

__all__ = ["ARM", "arm_of", "by_arm", "has_arms", "in_arms", "of_arm"]


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


def by_arm(datasets: Datasets, who: Sequence[str]) -> dict[str, Sequence[str]]:
    """Return arm -> participants; all under an empty one where there are no arms, or nobody knows who is in which."""
    if not has_arms(datasets):
        return {"": who}
    return {arm: in_arms(datasets, who, ((ARM, arm),)) for arm in datasets.study.arms}


def of_arm(heading: Heading, arm: str) -> Heading:
    """Return the heading of the same rows in one arm; as it is where no arm is named."""
    if not arm:
        return heading
    source = replace(heading.source, where=(*heading.source.where, (ARM, arm)))
    return replace(heading, group=arm, source=source)


def in_arms(datasets: Datasets, who: Iterable[str], where: Sequence[tuple[str, str]]) -> list[str]:
    """Return those of the participants who are in the arms that a selector names; all where it names none."""
    wanted = {value for column, value in where if column == ARM}
    arms = arm_of(datasets) if wanted else {}
    return [code for code in who if not wanted or arms.get(code) in wanted]
