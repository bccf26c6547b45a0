"""Whether an adverse event began under treatment: told from its start and study day 0, as far as these are recorded."""

from __future__ import annotations

from datetime import date
from typing import Literal

Emergent = Literal["yes", "no", "unknown"]


def emergent(start: str | None, anchor: date | None) -> Emergent:
    """Tell whether an event began on or after study day 0; a partial date only where every day of it agrees.

    `start` is an ISO date, or its year, or its year and month.
    """
    if not start or anchor is None:
        return "unknown"
    limit = anchor.isoformat()
    known = limit[: len(start)]
    if start != known:
        return "yes" if start > known else "no"
    return "yes" if len(start) == len(limit) or limit.endswith(_first(len(start))) else "unknown"


def _first(known: int) -> str:
    """Return how the first day ends of a year, or of a month, of which so many letters are known."""
    return "-01-01" if known == 4 else "-01"
