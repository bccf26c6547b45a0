"""Kendall's grades of muscle strength: 0 to 10, and the key from grades of 0 to 5 with their half steps.

Kendall FP, McCreary EK, Provance PG. Muscles: testing and function. 4th ed. Baltimore: Williams and Wilkins, 1993; the
key is printed on the form of manual muscle testing of the International Myositis Assessment and Clinical Studies Group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from trialbook.instruments.base import Column, Columns, rating, recoded
from trialbook.instruments.chinese import said
from trialbook.protocol.model import Item

GRADES: Mapping[float, float] = MappingProxyType({float(grade): float(grade) for grade in range(11)})

KENDALL: Mapping[str, str] = MappingProxyType(
    {
        "0": "0", "1": "T", "2-": "1", "2": "2", "2+": "3", "3-": "4",
        "3": "5", "3+": "6", "4-": "7", "4": "8", "4+": "9", "5": "10",
    }
)  # fmt: skip
"""Grade from 0 to 5 -> Kendall's from 0 to 10, by the key of the form; T, a trace of contraction, has no number."""

TRACE = "T"
LICENCE = (
    "The forms are published by the United States National Institutes of Health; Kendall's chart of grades is "
    "copyrighted. No form is shipped."
)
KEY = ", ".join(f"{grade} is {of_ten}" for grade, of_ten in KENDALL.items())
HELP = f"Grades from 0 to 5 are not doubled: {KEY}. A trace of contraction (T) is written 0, with a note."


@dataclass(frozen=True, slots=True, kw_only=True)
class Grades:
    """Grades as numbers from 0 to 10, and which of them were a trace."""

    of_ten: Column
    """Not-a-number where the text is no grade."""
    is_trace: Column
    """1 where a trace of contraction counts 0, else 0: keep it beside the number."""


def from_five(texts: Sequence[str]) -> Grades:
    """Read grades from 0 to 5 (`4+`, `3-`) as numbers from 0 to 10; both kinds of minus sign are taken."""
    import numpy as np

    found = [KENDALL.get(text.strip().replace("\N{MINUS SIGN}", "-"), "") for text in texts]
    numbers = {grade: float(grade) for grade in KENDALL.values() if grade != TRACE} | {TRACE: 0.0, "": np.nan}
    return Grades(
        of_ten=np.array([numbers[grade] for grade in found], dtype=np.float64),
        is_trace=np.array([float(grade == TRACE) for grade in found]),
    )


def muscle(name: str, label: str) -> Item:
    """Return the grade of one muscle group as an item, with the key to grades of the other scale."""
    return replace(rating(name, label, 10), help=said(HELP))


def tested(columns: Columns, ids: Sequence[str]) -> dict[str, Column]:
    """Return the grades of some groups; not-a-number for a gap, and for what is no grade."""
    return {name: recoded(columns[name], GRADES) for name in ids}
