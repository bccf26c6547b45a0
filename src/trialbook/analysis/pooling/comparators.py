"""Published studies beside one's own, and what those of one disease give together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trialbook.analysis.pooling.shares import PooledShare, pool_shares

NOT_RANDOM = re.compile(r"\b(?:non|not|un|no|never|without)(?:\s+(?:an?|any|the)\b)?[\s\u2010-\u2015-]*random\w*")
"""Says in a design that nothing was allocated at random."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparator:
    """One published study as its paper prints it."""

    study: str
    disease: str
    regimen: str
    design: str
    n: int
    outcome: str
    result: str
    source: str
    responded: int | None = None
    """How many of `n` met the outcome, where the paper counts them."""
    pooled: bool = False
    """Whether the file marks it to be pooled with the others of its disease."""

    @property
    def is_controlled(self) -> bool:
        """Tell whether it had a control of its own, by random allocation: `non-randomised` says that it had none."""
        return "random" in NOT_RANDOM.sub("", self.design.casefold())

    @property
    def is_single(self) -> bool:
        """Tell whether it tells of one participant."""
        return self.n == 1

    @property
    def is_pooled(self) -> bool:
        """Tell whether its share of responders may be pooled: never that of a controlled study or of a single case."""
        return self.pooled and self.responded is not None and self.n > 1 and not self.is_controlled


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparators:
    """The published studies of a study's folder, in the order of the file, and what is pooled of them."""

    file: str
    studies: tuple[Comparator, ...]
    pooled: Mapping[str, PooledShare]
    """Disease -> share of responders of its studies that are pooled, where there are two or more."""


def by_disease(studies: Sequence[Comparator]) -> dict[str, tuple[Comparator, ...]]:
    """Return disease -> studies, both in the order of the file."""
    names = dict.fromkeys(one.disease for one in studies)
    return {name: tuple(one for one in studies if one.disease == name) for name in names}


def pool_beside(file: str, studies: Sequence[Comparator], *, confidence: float = 0.95) -> Comparators:
    """Pool the studies that are marked so and may be, each disease by itself, as counts: `pool_shares`."""
    found = {}
    for disease, those in by_disease(studies).items():
        given = [(one.study, one.responded or 0, one.n) for one in those if one.is_pooled]
        if len(given) > 1:
            events, sizes = [x for _, x, _ in given], [n for *_, n in given]
            found[disease] = pool_shares(events, sizes, labels=[name for name, *_ in given], confidence=confidence)
    return Comparators(file=file, studies=tuple(studies), pooled=found)
