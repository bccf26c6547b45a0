"""Did you mean: the known name that a mistyped one stands for."""

from __future__ import annotations

from collections.abc import Iterable


def suggest(name: str, known: Iterable[str]) -> str:
    """Return `Did you mean “x”? ` where a known name is near, else an empty text."""
    near = nearest(name, known)
    return f"Did you mean “{near}”? " if near else ""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that a mistyped one stands for, None where none is near or it begins several alike."""
    from difflib import get_close_matches

    spelled, bare = {_bare(word): word for word in known}, _bare(name)
    if bare not in spelled and sum(word.startswith(bare) for word in spelled) > 1:
        return None
    near = get_close_matches(_bare(name)[:60], spelled, n=1, cutoff=0.6)
    return spelled[near[0]] if near else None


def _bare(name: str) -> str:
    """Drop what people mix up: case, blanks, dashes and underscores."""
    return "".join(character for character in name.casefold() if character not in " _-")


def listed(names: Iterable[str], most: int = 12) -> str:
    """List names for a remedy, the first `most` of them, and a last one left over too; `none` where there are none."""
    every = list(names)
    shown = every if len(every) == most + 1 else every[:most]
    more = f" and {len(every) - len(shown)} more" if len(every) > len(shown) else ""
    return ", ".join(shown) + more if every else "none"
