"""A result: one statistic a row, with the way back to the cells it was computed from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

Frame = Literal["participants", "observations", "events", "listing"]
Role = Literal["primary", "planned", "sensitivity", "descriptive"]

FIELDS = (
    "id", "analysis", "analysis_set", "group", "variable", "level", "visit", "stat",
    "unit", "method", "n", "role", "decimals", "warning", "error",
)  # fmt: skip
"""Fields of a result that stand in `results.csv`; its value follows, as number or as text."""
BASELINE = "baseline value"
"""Level of a result, and visit of a selector, for the baseline where the plan's rule does not name a visit.

Not `baseline`: that may be the id of a visit whose values are not the baseline.
"""
BEYOND_LIMIT = "beyond a limit"
SEVERAL = "several records"
"""Why a value that was recorded is no number: words of the column `flaw`, empty for a number."""
ARM = "arm"
"""Column of a selector that leaves the participants of one arm, or of several."""
EVERY_ENDPOINT = "every endpoint"
"""Variable of a selector for all endpoints at all visits that are compared with the baseline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Which rows of which frame a result was computed from; `datasets.select` resolves it to cells."""

    frame: Frame
    variable: str
    """Endpoint id, `form.item`, `status`, an events form id, `EVERY_ENDPOINT`, or the id of a listing."""
    visits: tuple[str, ...] = ()
    """Visits whose rows count, none for all; `BASELINE` for the values that the baseline rule chose."""
    analysis_set: str = "enrolled"
    """Set of the plan; `enrolled` is whoever was ever enrolled, where the plan names no such set; empty for all."""
    paired: bool = False
    """Only participants with both a baseline and a value at the visit, and both of their rows."""
    whole: bool = False
    """Of events every answer of their rows, where what was counted hangs on more than the term."""
    where: tuple[tuple[str, str], ...] = ()
    """Further equalities, column -> value: a level, an arm, a participant; those of one column are alternatives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One statistic."""

    id: str
    """Stable: the non-empty parts analysis, variable, level, visit, group, set and stat; see `result_id`."""
    analysis: str
    """`disposition`, `baseline`, `describe`, `change`, `events` ..."""
    analysis_set: str
    group: str
    """Arm, or empty for all."""
    variable: str
    level: str
    """A category of the variable, or empty."""
    visit: str
    stat: str
    """`n`, `mean`, `sd`, `median`, `min`, `max`, `n_pairs`, `t`, `df`, `p`, `ci_low` ..."""
    value: float | str | None
    unit: str
    method: str
    """What was computed, in words: `paired t test, two-sided`."""
    n: int | None
    role: Role
    source: Selector
    decimals: int | None
    """Decimals for display; None where the value is a count or a text."""
    warning: str = ""
    error: str = ""
    """Why there is no value."""


@dataclass(frozen=True, slots=True)
class Results:
    """All results of a run, in a fixed order, found by id."""

    rows: tuple[Result, ...]

    def __iter__(self) -> Iterator[Result]:
        """Yield every result in order."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Count the results."""
        return len(self.rows)

    def by_id(self) -> Mapping[str, Result]:
        """Index the results by id."""
        return {row.id: row for row in self.rows}


def result_id(*parts: str) -> str:
    """Join the non-empty parts of an id with dots, blanks as `_`."""
    return ".".join(part.replace(" ", "_") for part in parts if part)


def bind(*groups: Iterable[Result]) -> Results:
    """Put results together in the order given; ValueError where an id stands twice."""
    rows = tuple(row for group in groups for row in group)
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise ValueError(f"result id {row.id!r} stands twice")
        seen.add(row.id)
    return Results(rows)


def to_frame(results: Results) -> pl.DataFrame:
    """Return one row a result: the columns of `results.csv`, numbers not yet formatted."""
    import polars as pl

    columns: dict[str, list[object]] = {name: [getattr(row, name) for row in results] for name in FIELDS}
    columns["value"] = [row.value if isinstance(row.value, float | int) else None for row in results]
    columns["text"] = [row.value if isinstance(row.value, str) else None for row in results]
    return pl.DataFrame(columns, schema_overrides={"value": pl.Float64, "text": pl.String, "n": pl.Int64})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Rows of recorded or derived values, each with the entries behind it: courses, adverse events, deviations."""

    id: str
    """`course.ck`, `adverse_events`, `screening`, `exposure.rituximab`, `deviations`, `baseline_alternatives` ..."""
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | int | None, ...], ...]
    cells: tuple[tuple[int, ...], ...]
    """For each row the sequence numbers of its entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What a run of the plan gives: statistics, and the rows that figures and listings show."""

    results: Results
    listings: Mapping[str, Listing]
