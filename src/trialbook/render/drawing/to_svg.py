"""Write a sheet as an `svg` element for the page, or as a file of its own for print."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import escape

from trialbook.render.drawing.colours import colour, on_paper
from trialbook.render.drawing.letters import SIZE
from trialbook.render.drawing.marks import NOWHERE, Area, Box, Bundle, Mark, Sheet, Spot, Stroke, Way, Word
from trialbook.render.evidence import runs_of
from trialbook.render.fonts import FAMILY, LATIN_FAMILY

if TYPE_CHECKING:
    from trialbook.render.drawing.marks import Places

ON_SCREEN = 1.6
"""Pixels of the page for a point of paper."""
MOST_TITLE = 120
HATCH = "hatch"


def to_svg(sheet: Sheet, name: str) -> str:
    """Return the element for the page: its colours, numbers as links; `name` tells its ids from those of others."""
    width, height = (_n(ON_SCREEN * one) for one in (sheet.width, sheet.height))
    size = f'width="{width}" height="{height}" viewBox="0 0 {_n(sheet.width)} {_n(sheet.height)}"'
    inside = "".join([_mark(mark, name) for mark in sheet.marks])
    millimetres = _n(sheet.width * 25.4 / 72)
    head = f'<svg class="drawn" style="--paper-width:{millimetres}mm" {size} font-size="{SIZE}">'
    return f"{head}{_hatch(sheet, name)}{inside}</svg>"


def to_file(svg: str) -> str:
    """Return the same drawing as a file of its own, in the colours of print and the shipped font."""
    fonts = f"xmlns=\"http://www.w3.org/2000/svg\" font-family=\"'{LATIN_FAMILY}', '{FAMILY}', sans-serif\""
    return on_paper(svg).replace("<svg", f"<svg {fonts}", 1)


def _hatch(sheet: Sheet, name: str) -> str:
    if not any(isinstance(mark, Box) and mark.hatched for mark in sheet.marks):
        return ""
    line = f'<path d="M0 3L3 0" stroke="{colour("ink")}" stroke-width=".5"/>'
    return f'<pattern id="{HATCH}-{escape(name)}" width="3" height="3" patternUnits="userSpaceOnUse">{line}</pattern>'


def _mark(mark: Mark, name: str) -> str:
    match mark:
        case Word():
            return _led(mark.way, "", _word(mark))
        case Stroke():
            dashes = f' stroke-dasharray="{" ".join(map(_n, mark.dashes))}"' if mark.dashes else ""
            ink = f'stroke="{colour(mark.colour)}" stroke-width="{_n(mark.width)}"{dashes}'
            return f'<path d="{_path(mark.places)}" fill="none" {ink}/>'
        case Bundle():
            lines = "".join(f'<path d="{_path(places)}"/>' for places in mark.lines)
            ink = f'stroke="{colour(mark.colour)}" stroke-width="{_n(mark.width)}" stroke-opacity="{_n(mark.opacity)}"'
            return f'<g fill="none" {ink}>{lines}</g>'
        case Box():
            return _led(mark.way, mark.title, _box(mark, name))
        case Area():
            return f'<path d="{_path(mark.places)}z" fill="{colour(mark.fill)}" fill-opacity="{_n(mark.opacity)}"/>'
        case Spot():
            return _led(mark.way, mark.title, _spot(mark))


def _led(way: Way, title: str, drawn: str) -> str:
    """Make a mark a link to its result or entries; the table beneath is the way for the keyboard."""
    said = f"<title>{escape(title[:MOST_TITLE])}</title>" if title else ""
    if way == NOWHERE:
        return f"<g>{said}{drawn}</g>" if said else drawn
    if way.result:
        return f'<a class="n" href="#{quote(way.result, safe="")}" tabindex="-1">{said}{drawn}</a>'
    entries = " ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs_of(way.entries))
    return f'<a class="n v" href="#entries" data-e="{entries}" tabindex="-1">{said}{drawn}</a>'


def _word(word: Word) -> str:
    more = f' font-size="{_n(word.size)}"' if word.size != SIZE else ""
    more += f' text-anchor="{word.anchor}"' if word.anchor != "start" else ""
    more += ' font-style="italic"' if word.slanted else ""
    more += f' transform="rotate(-90 {_n(word.x)} {_n(word.y)})"' if word.turned else ""
    return (
        f'<text x="{_n(word.x)}" y="{_n(word.y)}" fill="{colour(word.colour)}"{more}>{escape(_kept(word.text))}</text>'
    )


def _kept(text: str) -> str:
    """Keep the blanks at both ends, which a page would drop."""
    bare = text.strip(" ")
    return (
        "\u00a0" * (len(text) - len(text.lstrip(" ")))
        + bare
        + "\u00a0" * (len(text) - len(text.rstrip(" "))) * bool(bare)
    )


def _box(box: Box, name: str) -> str:
    place = f'x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}"'
    fill = f"url(#{HATCH}-{escape(name)})" if box.hatched else colour(box.fill) if box.fill else "none"
    seen = f' fill-opacity="{_n(box.opacity)}"' if box.opacity != 1 else ""
    under = f'<rect {place} fill="{colour(box.fill)}"{seen}/>' if box.hatched and box.fill else ""
    return f'{under}<rect {place} fill="{fill}"{"" if box.hatched else seen}{_edge(box.edge, box.line)}/>'


def _edge(edge: str, width: float) -> str:
    return f' stroke="{colour(edge)}" stroke-width="{_n(width)}"' if edge else ""


def _spot(spot: Spot) -> str:
    x, y, half = spot.x, spot.y, spot.size / 2
    ink = f'fill="{colour(spot.fill) if spot.fill else "none"}"{_edge(spot.edge, spot.line)}'
    if spot.shape == "circle":
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(half)}" {ink}/>'
    if spot.shape in {"cross", "plus"}:
        return f'<path d="{_crossed(spot)}" fill="none"{_edge(spot.edge or spot.fill, max(spot.line, 1.0))}/>'
    corners: dict[str, Places] = {
        "square": ((x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)),
        "diamond": ((x, y - 1.25 * half), (x + 1.25 * half, y), (x, y + 1.25 * half), (x - 1.25 * half, y)),
        "up": ((x, y - half), (x + 1.1 * half, y + half), (x - 1.1 * half, y + half)),
        "down": ((x, y + half), (x + 1.1 * half, y - half), (x - 1.1 * half, y - half)),
        "bar": (
            (x - 0.3 * half, y - half),
            (x + 0.3 * half, y - half),
            (x + 0.3 * half, y + half),
            (x - 0.3 * half, y + half),
        ),
    }
    return f'<path d="{_path(corners[spot.shape])}z" {ink}/>'


def _crossed(spot: Spot) -> str:
    x, y, half = spot.x, spot.y, spot.size / 2
    if spot.shape == "plus":
        return _path(((x - half, y), (x + half, y))) + _path(((x, y - half), (x, y + half)))
    return _path(((x - half, y - half), (x + half, y + half))) + _path(((x - half, y + half), (x + half, y - half)))


def _path(places: Places) -> str:
    return "M" + "L".join([f"{_n(x)} {_n(y)}" for x, y in places])


def _n(value: float) -> str:
    """Write a length with at most two decimals."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
