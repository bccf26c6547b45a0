"""Did you mean: the known name that a mistyped one stands for."""

from __future__ import annotations

from collections.abc import Iterable


def suggest(name: str, known: Iterable[str]) -> str:
    """Return `Did you mean “x”? ` where a known name is near, else an empty text."""
    near = nearest(name, known)
    return f"Did you mean “{near}”? " if near else ""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that a mistyped one stands for, None where none is near."""
    from difflib import get_close_matches

    spelled = {_bare(word): word for word in known}
    near = get_close_matches(_bare(name)[:60], spelled, n=1, cutoff=0.6)
    return spelled[near[0]] if near else None


def _bare(name: str) -> str:
    """Drop what people mix up: case, blanks, dashes and underscores."""
    return "".join(character for character in name.casefold() if character not in " _-")


def listed(names: Iterable[str], most: int = 12) -> str:
    """List names for a remedy, the first `most` of them; `none` where there are none."""
    every = list(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more if every else "none"
