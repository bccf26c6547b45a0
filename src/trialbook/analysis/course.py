"""The course of an endpoint: its values by visit and participant, ready to be described and compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from trialbook.analysis.results import BASELINE, BEYOND_LIMIT, SEVERAL

if TYPE_CHECKING:
    import polars as pl

    from trialbook.analysis.frames import Datasets
    from trialbook.protocol.model import Endpoint

FLAWS: Mapping[str, str] = {
    BEYOND_LIMIT: "{n} known only to lie beyond a limit (such as <0.2), left out: no rule for such values is planned.",
    SEVERAL: "{n} left out where one visit holds several records of the form.",
}


class Point(NamedTuple):
    """What is known of one participant at one visit."""

    value: float | None
    flaw: str
    base: float | None
    base_flaw: str
    change: float | None
    seqs: tuple[int, ...]
    base_seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """An endpoint, or an item of Table 1, followed over the visits."""

    variable: str
    unit: str
    decimals: int
    frame: pl.DataFrame | None = None
    """`derive.ENDPOINT_FIELDS`; None for a bare table, of which only numbers are known."""
    visits: Mapping[str, Mapping[str, Point]]
    """Visit -> participant -> point; under `BASELINE` the values that the baseline rule chose."""
    undated: frozenset[str] = frozenset()
    """Participants whose baseline was placed on or before day 0 by the plan, since it has no study day."""

    def at(self, visit: str, who: Iterable[str]) -> list[Point]:
        """Return what is known at a visit of those of the participants who have something, in their order."""
        known = self.visits.get(visit, {})
        return [known[code] for code in who if code in known]


def course_of(datasets: Datasets, endpoint: Endpoint) -> Course:
    """Follow an endpoint that is a number."""
    source = endpoint.source or ""
    unit = endpoint.unit or datasets.study.item(source).unit or ""
    return follow(datasets, source, variable=endpoint.id, unit=unit, decimals=endpoint.decimals)


@lru_cache(maxsize=256)
def follow(datasets: Datasets, source: str, *, variable: str, unit: str, decimals: int) -> Course:
    """Follow a `form.item` or `form.derived`; worked out once for the same datasets."""
    from trialbook.analysis.derive import derive_baseline, derive_change, derive_values

    values = derive_values(datasets, source, unit)
    bases = derive_baseline(datasets, values, source)
    frame = derive_change(datasets, values, bases)
    visits: dict[str, dict[str, Point]] = {}
    names = ("visit", "participant", "value", "flaw", "base", "base_flaw", "change", "seqs", "base_seqs")
    for visit, participant, *rest, seqs, base_seqs in frame.select(names).iter_rows():
        value, flaw, base, base_flaw, change = rest
        visits.setdefault(visit, {})[participant] = Point(
            value, flaw, base, base_flaw, change, _known(seqs), _known(base_seqs)
        )
    visits[BASELINE] = {
        participant: Point(base, flaw, base, flaw, None, _known(seqs), _known(seqs))
        for participant, base, flaw, seqs in bases.select("participant", "base", "base_flaw", "base_seqs").iter_rows()
    }
    by_plan = bases.filter(bases["base_day"].is_null())["participant"]
    undated = frozenset(by_plan) if datasets.study.analysis.baseline.kind == "last before anchor" else frozenset()
    return Course(variable=variable, unit=unit, decimals=decimals, frame=frame, visits=visits, undated=undated)


def _known(seqs: Iterable[int | None] | None) -> tuple[int, ...]:
    """Return the entries that there are: none behind what was written by hand."""
    return tuple(seq for seq in seqs or () if seq is not None)


def left_out(flaws: Iterable[str]) -> str:
    """Say how many values were left out, and why; empty where none was."""
    found = list(flaws)
    counts = {flaw: found.count(flaw) for flaw in FLAWS if flaw in found}
    return " ".join(FLAWS[flaw].format(n=f"{n} value{'s' * (n > 1)}") for flaw, n in counts.items())
