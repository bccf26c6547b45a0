"""The fonts that are shipped, one for all letters and a small Latin one: figures and PDF look the same everywhere."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
FAMILY = "Trialbook Sans TC"
FONT = FOLDER / "TrialbookSansTC-Regular.otf"
LATIN_FAMILY = "Trialbook Sans"
LATIN_WEB = FOLDER / "TrialbookSans-Regular.woff2"
"""The Latin letters of the same font, for embedding in a page; `docs/reference/latin_font.py` makes it."""
WIDTHS = FOLDER / "widths.json"
"""Letter -> width in thousandths of the size."""
