# ruff: noqa: INP001 - a script, no part of a package
"""Make the small Latin font of the figures from the shipped font: fewer letters, the raised ones it lacks, its widths.

Run where fonttools and brotli are installed: `python docs/reference/latin_font.py`. The same font gives the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

FONTS = Path(__file__).parents[2] / "src" / "trialbook" / "render" / "fonts"
SOURCE, FAMILY, FILE = FONTS / "TrialbookSansTC-Regular.otf", "Trialbook Sans", "TrialbookSans-Regular"
WANTED = {
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x370, 0x400),
    *range(0x2010, 0x2040),
    0x20AC,
    0x2103,
    0x2122,
    *range(0x2190, 0x2194),
    0x2206,
    0x2211,
    0x2212,
    0x221A,
    0x221E,
    0x2248,
    0x2260,
    0x2264,
    0x2265,
    0x25A0,
    0x25B2,
    0x25CF,
    0x25CB,
}
RAISED = {
    0x2070: "0",
    0xB9: "1",
    0xB2: "2",
    0xB3: "3",
    0x2074: "4",
    0x2075: "5",
    0x2076: "6",
    0x2077: "7",
    0x2078: "8",
    0x2079: "9",
    0x207B: "\u2212",
}
NARROW = {0x2026: (".", 3, 0), 0xB7: (".", 1, 280)}
"""Letters that are as wide as a Chinese one in the font: made of so many others, raised."""
SPACES = {0x2002: 500, 0x2003: 1000, 0x2009: 160, 0x202F: 140}
SIZE, HEIGHT = 0.6, 340
"""Of a raised letter, as part of the plain one, and how far it is raised."""


FULL, BEARING = 1000, 55
"""Width of a Chinese letter, and the blank beside a sign that is made narrower."""


def outline(source: Any, glyph: str, *, size: float = 1.0, height: float = 0.0) -> Any:  # noqa: ANN401 - fonttools is untyped
    """Return the outline of a letter in quadratic curves, made smaller and raised."""
    pen = TTGlyphPen(None)
    source[glyph].draw(TransformPen(Cu2QuPen(pen, 0.6, reverse_direction=True), (size, 0, 0, size, 0, height)))
    return pen.glyph()


def trimmed(source: Any, glyph: str, width: int) -> tuple[Any, int]:  # noqa: ANN401
    """Return outline and width of a letter; of a sign as wide as a Chinese letter without the blank about it."""
    bounds = BoundsPen(source)
    source[glyph].draw(bounds)
    if width < FULL or bounds.bounds is None:
        return outline(source, glyph), width
    left, _, right, _ = bounds.bounds
    pen = TTGlyphPen(None)
    source[glyph].draw(TransformPen(Cu2QuPen(pen, 0.6, reverse_direction=True), (1, 0, 0, 1, BEARING - left, 0)))
    return pen.glyph(), round(right - left) + 2 * BEARING


def repeated(source: Any, known: dict[int, str], letter: str, count: int, height: float) -> Any:  # noqa: ANN401
    """Return a letter so many times side by side, raised."""
    pen = TTGlyphPen(None)
    for number in range(count):
        glyph = source[known[ord(letter)]]
        glyph.draw(TransformPen(Cu2QuPen(pen, 0.6, reverse_direction=True), (1, 0, 0, 1, number * glyph.width, height)))
    return pen.glyph()


def main() -> None:
    """Write both files of the font and the table of its widths."""
    given = TTFont(SOURCE)
    letters, widths, known = given.getGlyphSet(), given["hmtx"], given.getBestCmap()
    glyphs, wide = {".notdef": outline(letters, ".notdef")}, {".notdef": 1000}
    names = {code: f"u{code:04X}" for code in sorted({code for code in WANTED if code in known} | {*RAISED, *SPACES})}
    for code, name in names.items():
        if code in SPACES:
            glyphs[name], wide[name] = TTGlyphPen(None).glyph(), SPACES[code]
        elif code in RAISED:
            base = known[ord(RAISED[code])]
            glyphs[name] = outline(letters, base, size=SIZE, height=HEIGHT)
            wide[name] = round(SIZE * widths[base][0])
        elif code in NARROW:
            glyphs[name], wide[name] = repeated(letters, known, *NARROW[code]), NARROW[code][1] * widths[known[46]][0]
        else:
            glyphs[name], wide[name] = trimmed(letters, known[code], widths[known[code]][0])
    made = FontBuilder(1000, isTTF=True)
    made.setupGlyphOrder([".notdef", *names.values()])
    made.setupCharacterMap(names)
    made.setupGlyf(glyphs)
    made.setupHorizontalMetrics(
        {name: (wide[name], glyphs[name].xMin if glyphs[name].numberOfContours else 0) for name in wide}
    )
    made.setupHorizontalHeader(ascent=880, descent=-120)
    copyright_line = str(given["name"].getDebugName(0))
    made.setupNameTable(
        {
            "copyright": copyright_line,
            "familyName": FAMILY,
            "styleName": "Regular",
            "psName": FILE,
            "uniqueFontIdentifier": FILE,
            "fullName": FAMILY,
            "version": "Version 1.000",
            "licenseDescription": "SIL Open Font License, Version 1.1",
            "licenseInfoURL": "http://scripts.sil.org/OFL",
        }
    )
    made.setupOS2(
        sTypoAscender=880, sTypoDescender=-120, usWinAscent=1000, usWinDescent=300, sxHeight=543, sCapHeight=733
    )
    made.setupPost()
    made.font["head"].created = made.font["head"].modified = given["head"].modified
    made.font.recalcTimestamp = False
    made.save(FONTS / f"{FILE}.ttf")
    made.font.flavor = "woff2"
    made.save(FONTS / f"{FILE}.woff2")
    table = {chr(code): wide[name] for code, name in names.items()}
    (FONTS / "widths.json").write_text(json.dumps(table, ensure_ascii=True, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
