"""The terms of the CTCAE that can be graded from a measured number: which limit of normal and which units each needs.

Only what a study file has to know; `instruments.ctcae_5` has the grades. A grade is written with the version of the
list, since versions differ: `ctcae-5 CPK increased`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

VERSION = "ctcae-5"


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedTerm:
    """What an item has to have so that it can be graded."""

    limit: Literal["lower", "upper"]
    """The limit of normal beyond which grades begin."""
    units: tuple[str, ...] = ()
    """Units in which the list prints its numbers; none where it prints multiples of a limit."""


_CELLS = GradedTerm(limit="lower", units=("10^9/L",))
_MULTIPLES = GradedTerm(limit="upper")

GRADED_TERMS: Mapping[str, GradedTerm] = MappingProxyType(
    {
        "Alanine aminotransferase increased": _MULTIPLES,
        "Alkaline phosphatase increased": _MULTIPLES,
        "Anemia": GradedTerm(limit="lower", units=("g/dL", "g/L", "mmol/L")),
        "Aspartate aminotransferase increased": _MULTIPLES,
        "Blood bilirubin increased": _MULTIPLES,
        "Blood lactate dehydrogenase increased": _MULTIPLES,
        "CPK increased": _MULTIPLES,
        "Creatinine increased": _MULTIPLES,
        "GGT increased": _MULTIPLES,
        "Lymphocyte count decreased": _CELLS,
        "Neutrophil count decreased": _CELLS,
        "Platelet count decreased": _CELLS,
        "White blood cell decreased": _CELLS,
    }
)
"""Term, in the words of the list -> what grading it needs."""


def graded_term(written: str) -> str:
    """Return the term of `ctcae-5 CPK increased`, or of `CPK increased`."""
    return written.removeprefix(f"{VERSION} ")


def with_version(text: str) -> str | None:
    """Return a term with the version of its list in front; None for another version."""
    term = graded_term(" ".join(text.split()))
    return None if term.casefold().startswith(("ctcae-", "ctcae ")) else f"{VERSION} {term}"
