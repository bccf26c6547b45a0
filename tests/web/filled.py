"""Wording files filled in with invented words, as a site would fill them in."""

from __future__ import annotations

from pathlib import Path

from trialbook.instruments import CATALOG
from trialbook.web.wording_template import empty_file


def fill(empty: str) -> str:
    """Fill every empty text in with an invented one that names the item or the key."""
    return "\n".join(filled_line(line) for line in empty.splitlines()) + "\n"


def filled_line(line: str) -> str:
    """Fill in one line."""
    if line.startswith("#"):
        return line.removeprefix("# ") if line.startswith("# declined:") else line
    key = line.strip().partition(":")[0].strip('"')
    line = line.replace('  on: ""', '  on: "2026-01-05"').replace('granted_by: ""', 'granted_by: "An invented owner"')
    line = line.replace('low: ""', 'low: "Invented low"').replace('high: ""', 'high: "Invented high"')
    return line.replace('""', f'"Invented words of {key}"')


def word_study(folder: Path, *names: str, language: str = "en") -> None:
    """Put filled-in wordings into the folder of a study."""
    (folder / "wordings").mkdir(exist_ok=True)
    for name in names:
        text = fill(empty_file(name, {item.id: item for item in CATALOG[name].items}, language=language))
        (folder / "wordings" / f"{name}.{language}.yaml").write_text(text, encoding="utf-8")
