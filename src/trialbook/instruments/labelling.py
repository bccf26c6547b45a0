"""What the labelling of a drug asks for before each dose, to be told where a protocol departs from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelling:
    """A drug as its product information describes it; nothing here is advice."""

    premedication: tuple[str, ...]
    """Drugs or classes given before each dose, in lower case."""
    source: str


LABELLING: Mapping[str, Labelling] = MappingProxyType(
    {
        "rituximab": Labelling(
            premedication=("paracetamol", "antihistamine"),
            source="product information of rituximab: an antipyretic and an antihistamine before each infusion",
        )
    }
)
"""Name of the drug -> its labelling."""


def labelling_of(names: Iterable[str]) -> Labelling | None:
    """Return the labelling of the drug that one of these names begins with or is, None for any other."""
    words = {word.strip(",;:()") for name in names for word in name.casefold().replace("_", " ").split()}
    return next((labelling for drug, labelling in LABELLING.items() if drug in words), None)
