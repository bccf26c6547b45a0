"""What an appraisal file says of a paper: tables of single participants, summaries, changes, counts, and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from trialbook.analysis.appraisal.printed import Printed, Rule
from trialbook.errors import Place

Sign = Literal["=", "<", ">", "<=", ">="]
Part = Literal["value", "before", "after", "change"]
Exactness = Literal["exact", "rounded", "truncated", "rounded or truncated"]
Divisor = Literal["n-1", "n"]
"""What the sum of squares is divided by before the root is taken."""
Test = Literal["paired t", "signed rank", "sign flip", "sign test", "not stated"]
Called = Literal["significant", "trend", "not significant"]
Path = tuple[str, ...]
PRINTED_NOWHERE: Mapping[str, Printed] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is said of single participants: `2, 3 after = 10`; nobody named means each."""

    who: tuple[str, ...]
    part: Part
    sign: Sign
    number: Fraction
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is said of some participants against others: every change of the first beyond every one of the second."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    sign: Literal["<", ">"]
    words: str
    """As the paper says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Values that can occur: `low`, `low + step`, ... up to `high`."""

    low: Fraction
    high: Fraction
    step: Fraction
    label: str

    @property
    def top(self) -> int:
        """The number of steps from the lowest value to the highest."""
        return int((self.high - self.low) / self.step)

    def value(self, steps: int) -> Fraction:
        """Return the value that is so many steps above the lowest."""
        return self.low + steps * self.step


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A printed value for each of several participants."""

    id: str
    label: str
    where: str
    values_are: Exactness
    values: Mapping[str, Printed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Names printed for each participant, and how often other places of the paper count them."""

    id: str
    label: str
    where: str
    values: Mapping[str, tuple[str, ...]]
    counted: Mapping[str, Mapping[str, int]]
    """Place -> name -> how many participants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Mean and SD of one variable at one time; each by the place where it is printed."""

    label: str
    n: int
    mean: Mapping[str, Printed] = field(default_factory=lambda: PRINTED_NOWHERE)
    sd: Mapping[str, Printed] = field(default_factory=lambda: PRINTED_NOWHERE)
    column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A variable that is summarised once."""

    id: str
    label: str
    moment: Moment
    grids: tuple[Grid, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A variable of the same participants at two times, with the p of the difference."""

    id: str
    label: str
    n: int
    before: Moment
    after: Moment
    p: Mapping[str, Printed]
    test: Test
    called: Called | None = None
    words: str = ""
    grids: tuple[Grid, ...] = ()
    statements: tuple[Statement, ...] = ()
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many, perhaps with a percentage, perhaps with words about how rare it is."""

    id: str
    label: str
    count: int
    of: int
    percent: Mapping[str, Printed] = field(default_factory=lambda: PRINTED_NOWHERE)
    words: str = ""
    at_most: Decimal = Decimal("0.1")
    """Largest share of which such words could be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Parts that are said to make up a whole."""

    id: str
    label: str
    of: int
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """Participants who are said to have changed by a share of their first value."""

    id: str
    label: str
    before: str
    after: str
    direction: Literal["rise", "fall"]
    percent: Fraction
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper as the appraisal file gives it."""

    file: str
    title: str
    source: str
    licence: str
    n: int
    participants: tuple[str, ...]
    divisor: Divisor | None
    """None: either."""
    rounding: Rule | None
    """None: any."""
    alpha: Decimal
    primary: str | None
    """None: the file does not say; `none`: the paper names no primary endpoint."""
    columns: Mapping[str, Column]
    lists: Mapping[str, Lists]
    summaries: Mapping[str, Summary]
    changes: Mapping[str, Change]
    shares: Mapping[str, Share]
    totals: Mapping[str, Total]
    thresholds: Mapping[str, Threshold]
    places: Mapping[Path, Place] = field(default_factory=lambda: MappingProxyType({}))


def first(printed: Mapping[str, Printed]) -> Printed | None:
    """Return the figure as it is printed first, None where it is printed nowhere."""
    return next(iter(printed.values()), None)
