"""How wide the columns of a table stand on paper, in which size of letters, and whether the page is turned.

Widths are estimated from the letters as Arial has them; Word and others are then told fixed widths, so that the
table looks the same everywhere. Lengths are twips: twentieths of a point.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trialbook.render.inline import Code, Line
from trialbook.render.table import Spanner, Table
from trialbook.render.word_text import Names, spoken

PORTRAIT, LANDSCAPE = 9354, 13890
"""Width of the text on A4 with margins of 22.5 mm, upright and turned."""
SIZES = (8.5, 8.0, 7.5, 7.0)
"""Letters that a table may have, in points."""
BESIDE = 65
"""Blank on either side within a cell."""
INDENT = 150
"""Of the stub, a level."""
AIR = 1.25
"""A narrow table is stretched by at most this."""
LINES, LONG_LINES, LONG = 3, 6, 40
"""A text that may wrap is given room for at most so many lines before the letters shrink or the page is turned; one of
more than 40 ems for some more."""
LONGEST_WORD = 52
"""Letters after which a word may be broken: hashes, ids."""
WIDTHS = {
    0.222: "ijl'", 0.278: "ftI.,:;/\\!|[] \u00a0\u202f", 0.333: "r-()·", 0.5: "cksvxyzJ", 0.584: "+\u2212=<>±",
    0.722: "wCDHNRU&", 0.778: "GOQ", 0.833: "mM", 0.889: "%", 0.944: "W", 1.0: "→●○…",
}  # fmt: skip
"""Ems of Arial -> letters of that width; those not named are 0.556 if small, 0.667 if capital, 1 if East Asian."""
EM = {letter: width for width, letters in WIDTHS.items() for letter in letters}
MONO = "="
"""A letter of Arial that is as wide as those of code."""
BOLD = 1.08
"""How much wider bold letters are."""
SAFETY = 1.03
"""Other fonts that stand in for Arial are a little wider."""
NUMBER = re.compile("[<>]?[+\u2212-]?\\d[\\d\u202f]*")
"""What stands before the decimal point of a cell that begins with a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A table as it stands on paper."""

    widths: tuple[int, ...]
    """Of the stub and the columns."""
    size: float
    landscape: bool
    decimal: tuple[tuple[float, float] | None, ...]
    """For each column whose numbers stand with their points in one line: ems before and from the point, else None."""
    lines: int
    """Estimated lines of the body."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a column can do with, and what it would like; in ems."""

    enough: float
    want: float


def ems(words: str) -> float:
    """Estimate how wide words stand, in ems of Arial."""
    return SAFETY * sum(map(_em, words))


def parts_of(cell: str) -> tuple[float, float] | None:
    """Return how wide a cell is before and from the decimal point of the number it begins with; None without one."""
    found = NUMBER.match(cell)
    return (ems(found[0]), ems(cell[found.end() :])) if found else None


def fit(table: Table, names: Names) -> Fit:
    """Choose size, direction and widths: large letters and an upright page where the table allows it."""
    rows = [(row.stub, *row.cells) for row in table.body if not row.heading]
    cells = [[spoken(_as_wide(line), names) for line in row] for row in rows]
    columns: list[tuple[str, ...]] = list(zip(*cells, strict=True)) if cells else [()] * (len(table.columns) + 1)
    decimal = (None, *(_decimal(table.columns[place].align, column) for place, column in enumerate(columns[1:])))
    wishes = _under_spanners(list(_wishes(table, columns, decimal)), table.spanners)
    wishes = _under_headings(wishes, [spoken(row.stub, names) for row in table.body if row.heading])
    size, width = _chosen(wishes)
    widths = tuple(_shared(wishes, size, width))
    lines = sum(_lines(row, widths, size) for row in cells) + sum(row.heading for row in table.body)
    aligned = tuple(
        pair if pair is not None and sum(pair) <= _room(given, 1, size) else None
        for pair, given in zip(decimal, widths, strict=True)
    )
    return Fit(widths=widths, size=size, landscape=width == LANDSCAPE, decimal=aligned, lines=lines)


def _as_wide(line: Line) -> Line:
    """Return a line in which code, whose letters are all of one width, stands as so many letters as wide."""
    return tuple(Code(MONO * len(part.text)) if isinstance(part, Code) else part for part in line)


def _chosen(wishes: Sequence[Wish]) -> tuple[float, int]:
    """Return size of letters and width of page: the first that is enough for all columns, else the last."""
    tried = [(size, width) for width in (PORTRAIT, LANDSCAPE) for size in SIZES]
    enough = sum(wish.enough for wish in wishes)
    return next(((size, width) for size, width in tried if enough <= _room(width, len(wishes), size)), tried[-1])


def _room(width: int, columns: int, size: float) -> float:
    """Return how many ems of text stand in a width beside the blanks of the columns."""
    return (width - 2 * BESIDE * columns) / (size * 20)


def _em(letter: str) -> float:
    known = EM.get(letter)
    if known is not None:
        return known
    return 1.0 if ord(letter) >= 0x2E80 else 0.667 if letter.isupper() else 0.556


def _decimal(align: str, column: Sequence[str]) -> tuple[float, float] | None:
    found = [pair for cell in column if align != "left" and (pair := parts_of(cell)) is not None]
    return (max(before for before, _ in found), max(after for _, after in found)) if len(found) > 1 else None


def _wishes(
    table: Table, columns: Sequence[Sequence[str]], decimal: Sequence[tuple[float, float] | None]
) -> Iterator[Wish]:
    heads = (table.stub, *(column.label for column in table.columns))
    aligns = ("left", *(column.align for column in table.columns))
    indents = [row.level * INDENT / (SIZES[0] * 20) for row in table.body if not row.heading] or [0.0]
    for place, (head, align, column) in enumerate(zip(heads, aligns, columns, strict=True)):
        wish = _wrapping(column) if align == "left" else _whole(column, decimal[place])
        more = max(indents) if place == 0 else 0.0
        word, whole = _longest_word(head) * BOLD, ems(head) * BOLD
        yield Wish(
            enough=max(wish.enough + more, word, whole / LINES),
            want=max(wish.want + more, word, whole / 2),
        )  # fmt: skip


def _under_spanners(wishes: list[Wish], spanners: Sequence[Spanner]) -> tuple[Wish, ...]:
    """Let the columns below a spanner wish for its width together."""
    for spanner in spanners:
        places = range(spanner.first + 1, spanner.last + 2)
        lack = ems(spanner.label) * BOLD - sum(wishes[place].want for place in places)
        for place in places if lack > 0 else ():
            wishes[place] = replace(wishes[place], want=wishes[place].want + lack / len(places))
    return tuple(wishes)


def _under_headings(wishes: Sequence[Wish], headings: Sequence[str]) -> tuple[Wish, ...]:
    """Let all columns wish together for the width of the longest heading that spans them, as far as a page is wide."""
    longest = min(max(map(ems, headings), default=0.0) * BOLD, _room(PORTRAIT, len(wishes), SIZES[0]))
    lack = longest - sum(wish.want for wish in wishes)
    return tuple(replace(wish, want=wish.want + max(lack, 0.0) / len(wishes)) for wish in wishes)


def _wrapping(column: Sequence[str]) -> Wish:
    words, whole = max(map(_longest_word, column), default=0.0), max(map(ems, column), default=0.0)
    return Wish(max(words, min(whole, 6.0), whole / (LINES if whole < LONG else LONG_LINES)), whole)


def _whole(column: Sequence[str], decimal: tuple[float, float] | None) -> Wish:
    """A cell of numbers is not broken, unless it is as long as a sentence."""
    whole = max(map(ems, column), default=0.0)
    if whole > 16:
        return _wrapping(column)
    aligned = sum(decimal) if decimal is not None and sum(decimal) <= 1.25 * whole else 0.0
    return Wish(max(whole, aligned), max(whole, aligned))


def _longest_word(cell: str) -> float:
    return max((ems(word[:LONGEST_WORD]) for word in cell.split(" ")), default=0.0)


def _shared(wishes: Sequence[Wish], size: float, width: int) -> Iterator[int]:
    """Give each column what is enough, then what is left by what each would like; shrink evenly where it is short."""
    base = [wish.enough for wish in wishes]
    room = _room(width, len(wishes), size)
    if sum(base) > room:
        scale = room / sum(base)
        yield from (int(one * scale * size * 20) + 2 * BESIDE for one in base)
        return
    more = [wish.want - enough for wish, enough in zip(wishes, base, strict=True)]
    share = min(1.0, (room - sum(base)) / sum(more)) if sum(more) else 0.0
    given = [enough + share * one for enough, one in zip(base, more, strict=True)]
    air = min(AIR, room / sum(given))
    yield from (int(one * air * size * 20) + 2 * BESIDE for one in given)


def _lines(row: Sequence[str], widths: Sequence[int], size: float) -> int:
    return max(
        int(ems(cell) * size * 20 // max(1, width - 2 * BESIDE)) + 1 for cell, width in zip(row, widths, strict=True)
    )
