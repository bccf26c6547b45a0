"""Codes of participants: the next one by the pattern of those there are, and which ones somebody looks for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from trialbook.capture.people import likeness

NUMBERED = re.compile(r"(?P<before>.*?)(?P<number>[0-9]{1,12})(?P<after>[^0-9]*)")
FIRST = "001"


def next_code(own: Iterable[str], taken: Collection[str]) -> str:
    """Propose a code: one more than the highest of the commonest pattern, that looks like none of `taken`."""
    found = [match for code in own if (match := NUMBERED.fullmatch(code)) is not None]
    if not found:
        return _free("", 1, len(FIRST), "", taken)
    patterns = [(match["before"], match["after"]) for match in found]
    before, after = max(dict.fromkeys(patterns), key=patterns.count)
    alike = [match["number"] for match in found if (match["before"], match["after"]) == (before, after)]
    highest = max(alike, key=int)
    return _free(before, int(highest) + 1, len(highest), after, taken)


def _free(before: str, number: int, width: int, after: str, taken: Collection[str]) -> str:
    used = {likeness(code) for code in taken}
    while likeness(code := f"{before}{number:0{width}d}{after}") in used:
        number += 1
    return code


def is_sought(code: str, asked: str) -> bool:
    """Tell whether a code holds what somebody typed, whatever the case and the width of the characters."""
    wanted = " ".join(asked.casefold().split())
    return not wanted or wanted in code.casefold() or likeness(asked) == likeness(code)


def the_one(codes: Iterable[str], asked: str) -> str | None:
    """Return the code that somebody typed in full; None where there is none."""
    return next((code for code in codes if asked.strip() and likeness(code) == likeness(asked)), None)
