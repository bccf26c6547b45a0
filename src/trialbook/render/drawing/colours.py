"""The colours of figures: names of the page's own, those of print, and hues told apart by the colour-blind and in grey.

Hues are of Okabe and Ito, Color Universal Design, 2008. Where two stand for two things, they differ in lightness too,
or by shape or dashes, so that a grey print still tells them apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PRINT: Mapping[str, str] = {
    "ink": "#000000",
    "soft": "#444444",
    "line": "#6b7681",
    "rule": "#b3bac1",
    "faint": "#e9ecee",
    "paper": "#ffffff",
    "accent": "#14508c",
    "limit": "#7a4700",
    "invented": "#a3123a",
}
"""Names that the page has, each with its colour on paper; on the page they follow light and dark."""
HUES: Mapping[str, str] = {
    "better": "#0072b2",
    "worse": "#e69f00",
    "given": "#56b4e9",
    "event": "#d55e00",
    "night": "#000000",
}
"""Colours that are the same on the page, in the dark and on paper."""
GOOD, BAD = "better", "worse"
VARIABLE = re.compile(r"var\(--([a-z]+)\)")


def colour(name: str) -> str:
    """Write a colour for the page; KeyError for a name that there is not."""
    return HUES[name] if name in HUES else f"var(--{name})" if PRINT[name] else ""


def on_paper(svg: str) -> str:
    """Put the colours of print in place of those of the page."""
    return VARIABLE.sub(lambda found: PRINT[found[1]], svg)


def grey(hex_colour: str) -> float:
    """Return how light a colour looks in grey, 0 to 100: L* of CIE 1976 (L*a*b*) from the luminance of sRGB."""
    parts = (int(hex_colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 116 * float(luminance ** (1 / 3)) - 16 if luminance > 0.008856 else 903.3 * luminance
