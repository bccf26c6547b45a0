"""Published studies beside one's own, and what those of one disease give together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trialbook.analysis.pooling.shares import PooledShare, pool_shares


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
    """Whether it is pooled with the others of its disease."""

    @property
    def is_controlled(self) -> bool:
        """Tell whether it had a control of its own, by random allocation."""
        return "random" in self.design.casefold()


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
    """Pool the studies that are marked so, each disease by itself, as counts: `pool_shares`."""
    found = {}
    for disease, those in by_disease(studies).items():
        chosen = [(one.study, one.responded, one.n) for one in those if one.pooled]
        given = [(name, x, n) for name, x, n in chosen if x is not None]
        if len(given) > 1:
            events, sizes = [x for _, x, _ in given], [n for *_, n in given]
            found[disease] = pool_shares(events, sizes, labels=[name for name, *_ in given], confidence=confidence)
    return Comparators(file=file, studies=tuple(studies), pooled=found)
