"""From numbers to result rows: a heading says what all rows of a cell share, a statistic what each adds."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from trialbook.analysis.results import Result, Role, Selector, result_id

OUT_OF_RANGE = "The numbers are too large to compute with."


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat:
    """One statistic of a cell."""

    name: str
    value: float | str | None
    decimals: int | None = None
    """Decimals for display; None for a count or a text."""
    n: int | None = None
    unit: str | None = None
    """None: the unit of the heading."""
    method: str | None = None
    role: Role | None = None
    warning: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What the statistics of a cell share."""

    analysis: str
    variable: str
    source: Selector
    method: str
    level: str = ""
    visit: str = ""
    group: str = ""
    """Arm, or two of them compared; empty for all."""
    analysis_set: str = ""
    in_id: bool = True
    """Whether the analysis set is part of the id."""
    unit: str = ""
    role: Role = "descriptive"
    n: int | None = None
    warning: str = ""

    def rows(self, stats: Iterable[Stat]) -> list[Result]:
        """Write one result for each statistic; ValueError as for one."""
        name = self._name()
        return [self._row(stat, name) for stat in stats]

    def row(self, stat: Stat) -> Result:
        """Write one result; ValueError for a value without a number that gives no reason, or with both."""
        return self._row(stat, self._name())

    def _name(self) -> str:
        """Return what the ids of all rows begin with."""
        named = self.analysis_set if self.in_id else ""
        return result_id(self.analysis, self.variable, self.level, self.visit, self.group, named)

    def _row(self, stat: Stat, name: str) -> Result:
        value, error = _finite(stat)
        if (value is None) != bool(error):
            raise ValueError(f"{self.analysis} {self.variable} {stat.name}: a value or a reason, not both")
        return Result(
            id=result_id(name, stat.name),
            analysis=self.analysis,
            analysis_set=self.analysis_set,
            group=self.group,
            variable=self.variable,
            level=self.level,
            visit=self.visit,
            stat=stat.name,
            value=value,
            unit=self.unit if stat.unit is None else stat.unit,
            method=self.method if stat.method is None else stat.method,
            n=self.n if stat.n is None else stat.n,
            role=stat.role or self.role,
            source=self.source,
            decimals=stat.decimals,
            warning=together(self.warning, stat.warning),
            error=error,
        )


def _finite(stat: Stat) -> tuple[float | str | None, str]:
    """Return value and error, an infinite number as an error, and no minus before a zero."""
    if not isinstance(stat.value, float):
        return stat.value, stat.error
    if not math.isfinite(stat.value):
        return None, stat.error or OUT_OF_RANGE
    return stat.value + 0.0, stat.error


def together(*sentences: str) -> str:
    """Join the sentences that say something, each once."""
    return " ".join(dict.fromkeys(sentence for sentence in sentences if sentence))


def distinct(rows: Iterable[Result]) -> list[Result]:
    """Number ids that would stand twice (`week 4` and `week_4`), so that each leads to one result."""
    from dataclasses import replace

    seen: dict[str, int] = {}
    found: list[Result] = []
    for row in rows:
        name = row.id
        while name in seen:
            seen[row.id] += 1
            name = f"{row.id}~{seen[row.id]}"
        seen[name] = 1
        found.append(row if name == row.id else replace(row, id=name))
    return found
