"""What an appraisal finds: a verdict, a code whose sentence stands in the catalogue, the numbers, and what to draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from trialbook.analysis.appraisal.model import Paper, Path
from trialbook.analysis.appraisal.printed import Printed
from trialbook.errors import Place

Verdict = Literal["consistent", "possible only if", "impossible", "contradiction", "overstated", "note"]
ALARMS: tuple[Verdict, ...] = ("impossible", "contradiction")
"""Verdicts that no paper gets whose figures are right."""
Pair = tuple[float, float]
Value = str | int | float | Fraction | Printed | Pair | tuple[str, ...] | tuple[float, ...]
"""What a sentence names: words, counts, numbers, printed figures, intervals, lists of words."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a picture: an interval, or a single value where both ends are the same."""

    label: str
    low: float
    high: float
    is_printed: bool = False
    is_count: bool = False
    """It begins at 0, and only its end is told."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Data sets: for each participant a value, or two."""

    participants: tuple[str, ...]
    sets: tuple[tuple[tuple[float, ...], ...], ...]
    """Set -> participant -> value or before and after."""
    times: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding about one figure, or about figures together."""

    code: str
    verdict: Verdict
    about: Path
    """Keys of the file, from its top."""
    label: str
    place: Place
    facts: Mapping[str, Value] = field(default_factory=dict)
    axis: str = ""
    """What the bars measure."""
    bars: tuple[Bar, ...] = ()
    line: tuple[str, float] | None = None
    """A level across the bars."""
    rows: Rows | None = None


def finding(paper: Paper, code: str, verdict: Verdict, about: Path, label: str, /, **facts: Value) -> Finding:
    """Make a finding at the place of a key of the file."""
    return Finding(code=code, verdict=verdict, about=about, label=label, place=place_of(paper, about), facts=facts)


def place_of(paper: Paper, path: Path) -> Place:
    """Return where a key stands, or the nearest key around it."""
    while path and path not in paper.places:
        path = path[:-1]
    return paper.places.get(path, Place(file=paper.file))


def printed_bar(figure: Printed, label: str = "printed") -> Bar:
    """Return the bar of all values that would be printed like this."""
    return Bar(label, float(figure.span.low), float(figure.span.high), is_printed=True)


def count_bar(label: str, count: int, *, is_printed: bool = False) -> Bar:
    """Return the bar of a count."""
    return Bar(label, 0, count, is_printed=is_printed, is_count=True)
