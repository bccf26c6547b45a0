"""The parts of a line of text. A number is never bare text: it carries the id of its result, or its entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A result as it is shown; `result_id` leads to its row and from there to the entries."""

    result_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded value, or one derived from recorded values, as it is shown; `entries` are their numbers.

    Without any it leads nowhere, since what stands beside it does, and only says of what it tells.
    """

    entries: tuple[int, ...]
    text: str
    of: tuple[tuple[str, str], ...] | None = None
    """Participant and form of what the words tell, where that is not just what the entries say.

    A copy for a reader who may not see one of these hides the words; where it is None, one who may not see an entry.
    """


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Words that stand out."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """A name, hash or path that is read letter by letter."""

    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """The letter of a footnote."""

    text: str


@dataclass(frozen=True, slots=True)
class Reference:
    """`Table 2` or `Figure 1`, or the title of a section: the number is known when the document is whole."""

    to: str
    """Id of a table, figure or section of the document."""


Part = str | Number | Recorded | Emphasis | Code | Mark | Reference
Line = tuple[Part, ...]


def plain(line: Iterable[Part]) -> str:
    """Return the words of a line without anything that they lead to."""
    return "".join(
        part if isinstance(part, str) else part.to if isinstance(part, Reference) else part.text for part in line
    )


def numbers(line: Iterable[Part]) -> Iterator[Number]:
    """Yield the results that a line shows."""
    return (part for part in line if isinstance(part, Number))


def recorded(line: Iterable[Part]) -> Iterator[Recorded]:
    """Yield the recorded values that a line shows, and that lead to their entries."""
    return (part for part in line if isinstance(part, Recorded) and part.entries)


def join(lines: Iterable[Line], between: str = ", ", last: str | None = None) -> Line:
    """Put lines one after another: `a, b and c` with `last=" and "`."""
    given = tuple(lines)
    parts: list[Part] = []
    for place, line in enumerate(given):
        if place:
            parts.append(last if last is not None and place == len(given) - 1 else between)
        parts.extend(line)
    return tuple(parts)
