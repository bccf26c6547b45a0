"""A drawing as a picture for paper: 300 dots an inch at the size at which it stands there."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from trialbook.render.fonts import FAMILY, FONT

DOTS = 300
"""An inch, as printed."""
COLUMN = 6.3
"""Inches of text across a page of A4: no picture is wider."""
SHRUNK = COLUMN / 7.6
"""From the size on a screen to that on paper: letters of the same size in every figure."""
WIDER_ALPHABETS = (
    FAMILY, "Noto Sans CJK TC", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans TC", "Noto Sans",
    "Microsoft JhengHei", "Microsoft YaHei", "PingFang TC", "Hiragino Sans", "Yu Gothic", "Malgun Gothic",
    "WenQuanYi Zen Hei", "Droid Sans Fallback", "Arial Unicode MS", "Segoe UI",
)  # fmt: skip
"""Fonts for letters that matplotlib's own has not: the shipped one, then others where the machine has them."""
SETTINGS = {
    "text.parse_math": False, "font.size": 9.5, "axes.linewidth": 0.8, "axes.formatter.useoffset": False,
    "axes.unicode_minus": True, "axes.spines.top": False, "axes.spines.right": False,
}  # fmt: skip
"""What every drawing has, whatever the user's own settings of matplotlib are."""


@dataclass(frozen=True, slots=True)
class Raster:
    """The size of a drawing in inches, as it is drawn."""

    width: float
    height: float

    @property
    def dots(self) -> float:
        """Dots for an inch of the drawing that make 300 an inch where it stands on paper."""
        return DOTS * min(SHRUNK, COLUMN / self.width)


def raster(size: Raster, draw: Callable[[Any], None]) -> bytes:
    """Return what `draw` puts on a figure of matplotlib as PNG; the same bytes on one machine."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import fontManager

    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # no font of this machine has the letter: it is drawn as a box
        mpl.rcdefaults()
        if FAMILY not in fontManager.get_font_names():
            fontManager.addfont(FONT)
        mpl.rcParams.update({**SETTINGS, "font.family": fonts(fontManager.get_font_names())})
        figure = Figure(figsize=(size.width, size.height), dpi=size.dots, facecolor="white")
        FigureCanvasAgg(figure)
        draw(figure)
        stream = io.BytesIO()
        figure.savefig(stream, format="png", metadata={"Software": None}, pil_kwargs={"dpi": (DOTS, DOTS)})
    return stream.getvalue()


def fonts(installed: Iterable[str]) -> list[str]:
    """Return matplotlib's own font and, of those for wider alphabets, the ones that are installed."""
    known = set(installed)
    return ["DejaVu Sans", *(name for name in WIDER_ALPHABETS if name in known)]
