"""How wide words are in the shipped font, so that nothing is cut off and nothing lies over another."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from functools import cache

from trialbook.render.fonts import WIDTHS

SIZE = 7.5
"""Points of the letters of a figure as printed; journals ask for 7 at least."""
SMALL = 7.0
WIDE = 1000
"""Width of letters that the Latin font has not, in thousandths of the size: those of Chinese and Japanese."""
HIGH, DEEP = 0.74, 0.22
"""How far letters reach above and below their line, as parts of the size."""


def width_of(text: str, size: float = SIZE) -> float:
    """Return the width of one line in points."""
    widths = _widths()
    return sum([widths.get(letter, WIDE) for letter in text]) * size / 1000


def shortened(text: str, room: float, size: float = SIZE) -> str:
    """Return the text, or its beginning with an ellipsis, so that it fits."""
    if width_of(text, size) <= room:
        return text
    for end in range(len(text) - 1, 0, -1):
        short = text[:end].rstrip(" ,;(") + "…"
        if width_of(short, size) <= room:
            return short
    return "…"


def wrapped(text: str, room: float, size: float = SIZE, *, most: int = 3) -> tuple[str, ...]:
    """Return the text in lines that fit; what is beyond the last line becomes an ellipsis."""
    letters = max(4, int(room / (width_of(text, size) / max(len(text), 1) or 1.0)))
    for count in range(letters + 3, 3, -1):
        lines = textwrap.wrap(text, count)
        if all(width_of(line, size) <= room for line in lines):
            break
    kept = lines[:most]
    if len(lines) > most:
        kept[-1] = shortened(kept[-1] + " " + lines[most], room, size)
    return tuple(shortened(line, room, size) for line in kept)


@cache
def _widths() -> Mapping[str, int]:
    given: dict[str, int] = json.loads(WIDTHS.read_text(encoding="utf-8"))
    return given
