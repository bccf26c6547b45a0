"""A bare long table without a study: each level described at every visit, and compared with its baseline.

The rows are those of a study's plan, by the same functions. Where participants are many, numbers are computed of whole
columns at once (`columns`), and what counts patterns of signs is refused with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Literal, NamedTuple

from trialbook.analysis.compare import Comparison, Pairs, compare, summary_stats
from trialbook.analysis.course import Course
from trialbook.analysis.describe import METHOD, describe
from trialbook.analysis.exact import DRAW_WORK, DRAWS
from trialbook.analysis.results import EVERY_ENDPOINT, Result, Results, Selector, bind
from trialbook.analysis.rows import Heading, Stat, distinct, together
from trialbook.analysis.sensitivity import beside

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.float64]

Test = Literal["paired t", "signed rank", "sign flip"]
TESTS: tuple[Test, ...] = ("paired t", "sign flip", "signed rank")
FEW = 400
"""Pairs up to which a comparison is made as in a study; beyond, signed ranks are never counted exactly."""
MOST_NAMED = 20
"""Participants named in a warning; the others are counted."""
MOST_DECIMALS = 6
LOOKED_AT = 100
"""Participants whose values tell how many decimals a variable has."""
NO_BASELINE = "Without a baseline and so no pair: {n} ({names})."


class Paired(NamedTuple):
    """The pairs of one visit."""

    visit: list[float] | Column
    base: list[float] | Column
    lacking: Sequence[str]
    """Participants with a value and no baseline, the first `MOST_NAMED`."""
    n_lacking: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The values of one level, of a handful of participants: visit -> participant -> value."""

    level: str
    people: Sequence[str]
    """Whoever has a row of this level, in the order of the file."""
    values: Mapping[str, Mapping[str, float]]

    def at(self, visit: str) -> list[float] | Column:
        """Return the values of a visit in the order of the participants."""
        found = self.values.get(visit, {})
        return [found[code] for code in self.people if code in found]

    def paired(self, visit: str, baseline: str) -> Paired:
        """Pair the values of a visit with the baseline by participant."""
        base, found = self.values.get(baseline, {}), self.values.get(visit, {})
        both = [(found[code], base[code]) for code in self.people if code in found and code in base]
        lacking = [code for code in self.people if code in found and code not in base]
        return Paired([one for one, _ in both], [one for _, one in both], lacking[:MOST_NAMED], len(lacking))

    def some(self) -> Iterator[float]:
        """Yield the values of the first participants."""
        first = set(self.people[:LOOKED_AT])
        return (value for found in self.values.values() for code, value in found.items() if code in first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense:
    """The values of one level, of many participants."""

    level: str
    people: Sequence[str]
    visits: tuple[str, ...]
    matrix: NDArray[np.float64]
    """Shape (visits, participants), not-a-number where there is no value."""

    def at(self, visit: str) -> list[float] | Column:
        """Return the values of a visit in the order of the participants."""
        import numpy as np

        row = self.matrix[self.visits.index(visit)]
        found: Column = row[~np.isnan(row)]
        return found

    def paired(self, visit: str, baseline: str) -> Paired:
        """Pair the values of a visit with the baseline by participant."""
        import numpy as np

        after, before = (self.matrix[self.visits.index(name)] for name in (visit, baseline))
        is_there, has_base = ~np.isnan(after), ~np.isnan(before)
        both, lacking = is_there & has_base, np.flatnonzero(is_there & ~has_base)
        names = [self.people[place] for place in lacking[:MOST_NAMED].tolist()]
        return Paired(after[both], before[both], names, lacking.size)

    def some(self) -> Iterator[float]:
        """Yield the values of the first participants."""
        return (value for value in self.matrix[:, :LOOKED_AT].ravel().tolist() if value == value)  # noqa: PLR0124 - nan


@dataclass(frozen=True, slots=True, kw_only=True)
class BareTable:
    """A long table, read and found in order."""

    file: str
    variable: str
    """Name of the column of values: the variable where there is no level."""
    visits: tuple[str, ...]
    """In the order in which they are analysed."""
    baseline: str
    panels: Sequence[Panel | Dense]
    participants: int
    rows: int
    by: str | None = None
    """Name of the column of levels."""
    ordered: Literal["as numbers", "as they first stand in the file"]
    """How the visits were ordered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of a bare table beyond descriptions: the terms of its comparisons."""

    test: Test = "paired t"
    """The test that was chosen beforehand; the others are sensitivity analyses."""
    alpha: Decimal = Decimal("0.05")
    confidence: Decimal = Decimal("0.95")
    seed: int | None = None
    """Of random patterns of signs, where all are too many to be counted; None where none are to be drawn."""
    set: str = ""
    """Everybody."""
    multiplicity: str = "none"
    primary_endpoint: str | None = None
    primary_visit: str | None = None

    @property
    def sensitivity(self) -> tuple[Test, ...]:
        """Return the other tests."""
        return tuple(test for test in TESTS if test != self.test)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """What is compared."""

    id: str
    log: bool = False


def analyse_bare(table: BareTable, asked: Asked, *, progress: Callable[[str, int, int], None] | None = None) -> Results:
    """Describe and compare every level, in the order of the table; ValueError where the baseline is no visit of it."""
    found: list[Result] = []
    for done, panel in enumerate(table.panels):
        if progress is not None:
            progress(panel.level or table.variable, done, len(table.panels))
        found += _level(table, panel, asked)
    if progress is not None:
        progress("analysed", len(table.panels), len(table.panels))
    return bind(distinct([*found, *_tests(found, asked)]))


def _level(table: BareTable, panel: Panel | Dense, asked: Asked) -> Iterator[Result]:
    """Give the rows of one level: descriptions, then comparisons."""
    name, decimals = panel.level or table.variable, decimals_of(panel.some())
    course = Course(variable=name, unit="", decimals=decimals, visits={})
    for visit in table.visits:
        yield from _described(panel.at(visit), course, visit, len(panel.people))
    for visit in table.visits[table.visits.index(table.baseline) + 1 :]:
        yield from _compared(panel.paired(visit, table.baseline), course, visit, asked)


def decimals_of(values: Iterable[float]) -> int:
    """Return the most decimals with which any of the values is written shortest, at most `MOST_DECIMALS`."""
    most = 0
    for value in values:
        text = repr(value)
        after = 0 if text.endswith(".0") else len(text) - text.find(".") - 1 if "e" not in text else MOST_DECIMALS
        most = max(most, after)
        if most >= MOST_DECIMALS:
            return MOST_DECIMALS
    return most


def _described(values: list[float] | Column, course: Course, visit: str, size: int) -> list[Result]:
    source = Selector(frame="observations", variable=course.variable, visits=(visit,), analysis_set="")
    heading = Heading(
        analysis="describe", variable=course.variable, visit=visit, n=len(values), method=METHOD, source=source
    )
    if len(values) <= FEW:
        return heading.rows(summary_stats(describe(_listed(values), size=size), course.decimals))
    import numpy as np

    from trialbook.analysis.columns import describe_column

    return heading.rows(summary_stats(describe_column(np.asarray(values), size=size), course.decimals))


def _listed(values: list[float] | Column) -> list[float]:
    """Return numbers as a list."""
    return values if isinstance(values, list) else values.tolist()


def _compared(found: Paired, course: Course, visit: str, asked: Asked) -> Iterator[Result]:
    """Give the rows of a comparison, the first with a warning that names who has no baseline."""
    endpoint, none = Variable(id=course.variable), Pairs(visit=(), base=(), flaws=())
    comparison = Comparison(plan=asked, endpoint=endpoint, course=course, visit=visit, pairs=none, seed=asked.seed)
    for row in _rows(comparison, found):
        if found.n_lacking and row.stat == "n_pairs":
            more = ["…"] if found.n_lacking > len(found.lacking) else []
            note = NO_BASELINE.format(n=f"{found.n_lacking:,}", names=", ".join([*found.lacking, *more]))
            yield replace(row, warning=together(row.warning, note))
        else:
            yield row


def _rows(comparison: Comparison, found: Paired) -> Iterator[Result]:
    """Compare pairs as a study does, as long as they are few or random patterns were asked for; else in columns."""
    n = len(found.visit)
    if n <= FEW or (comparison.seed is not None and n * DRAWS <= DRAW_WORK):
        pairs = Pairs(visit=tuple(_listed(found.visit)), base=tuple(_listed(found.base)), flaws=())
        paired = replace(comparison, pairs=pairs)
        return chain(compare(paired), beside(paired))
    import numpy as np

    from trialbook.analysis.bare_columns import compare_columns

    return compare_columns(comparison, np.asarray(found.visit), np.asarray(found.base), few=FEW)


def _tests(rows: Sequence[Result], asked: Asked) -> list[Result]:
    """Count the tests that were made, and those whose unrounded p lies below the level."""
    made = [row.value for row in rows if row.stat == "p" and row.role == "planned" and isinstance(row.value, float)]
    below = sum(Decimal(p) < asked.alpha for p in made)
    heading = Heading(
        analysis="tests", variable="all", unit="tests", n=len(made),
        method=f"tests by {asked.test} that gave a p; level {asked.alpha}, each test for itself",
        source=Selector(frame="observations", variable=EVERY_ENDPOINT, analysis_set="", paired=True),
    )  # fmt: skip
    return heading.rows([Stat(name="n", value=len(made)), Stat(name="n_below_alpha", value=below)])
