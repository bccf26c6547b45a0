"""The font that is shipped for letters beyond the Latin ones: figures and PDF look the same on every machine."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
FAMILY = "Trialbook Sans TC"
FONT = FOLDER / "TrialbookSansTC-Regular.otf"
