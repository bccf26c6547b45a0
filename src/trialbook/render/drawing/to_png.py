"""A drawing as a picture for paper, set by typst from the same SVG with the shipped fonts and none of the machine."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from trialbook.render.drawing.to_svg import to_file
from trialbook.render.fonts import FOLDER

DOTS = 300
"""An inch, as printed."""
POINTS = 72
HANDS = 2
"""Threads: the pictures of a report are half of the time that its Word file takes."""
SOURCE = """
#set page(margin: 0pt)
#for one in json(bytes(sys.inputs.figures)) {
  page(width: one.width * 1pt, height: one.height * 1pt, image(bytes(one.svg), format: "svg", width: 100%))
}
"""
VIEW = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def to_pngs(svgs: Sequence[str]) -> tuple[bytes, ...]:
    """Return the picture of each drawing at 300 dots an inch of paper, on white; a unit of its box is a point."""
    with ThreadPoolExecutor(HANDS) as pool:
        parts = list(pool.map(_pictured, [svgs[hand::HANDS] for hand in range(HANDS)]))
    return tuple(parts[place % HANDS][place // HANDS] for place in range(len(svgs)))


def _pictured(svgs: Sequence[str]) -> list[bytes]:
    """Return the pictures of some drawings; typst lets other threads compute meanwhile."""
    import typst

    if not svgs:
        return []
    given = json.dumps([_described(svg) for svg in svgs])
    made = typst.compile(
        SOURCE.encode(), format="png", ppi=float(DOTS), font_paths=[FOLDER], ignore_system_fonts=True,
        sys_inputs={"figures": given},
    )  # type: ignore[call-overload]  # fmt: skip  # its own types want paths and text to be of one kind
    pictures = made if isinstance(made, list) else [made]
    return [with_dots(bytes(picture)) for picture in pictures]


def to_png(svg: str) -> bytes:
    """Return the picture of one drawing."""
    return to_pngs((svg,))[0]


def _described(svg: str) -> dict[str, str | float]:
    found = VIEW.search(svg)
    if found is None:
        raise ValueError("a drawing names its size")
    return {"svg": to_file(svg), "width": float(found[1]), "height": float(found[2])}


def with_dots(png: bytes) -> bytes:
    """Say in the picture how many dots an inch has, so that others place it at its size (chunk pHYs of PNG)."""
    import struct
    import zlib

    metre = round(DOTS / 0.0254)
    content = b"pHYs" + struct.pack(">IIB", metre, metre, 1)
    chunk = struct.pack(">I", 9) + content + struct.pack(">I", zlib.crc32(content))
    end_of_head = 8 + 25
    return png if b"pHYs" in png[:200] else png[:end_of_head] + chunk + png[end_of_head:]
