"""Minimal important differences: the smallest changes that matter, as published, each with its population and source.

They differ between populations, methods and directions, so none is a default: a study file writes the one that it holds
to. They are for the change of one person; a mean change of a group beyond one says little of its members.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from trialbook.instruments.base import Column

ROUNDING = 1e-9
"""Part of a difference that a change may lack and still be as large: 0.85 - 0.2 is 0.65 on paper, less in binary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where numbers were published."""

    citation: str
    population: str
    confidence: Literal["one source", "from memory"]
    """`from memory`: not seen in print by those who entered the numbers, so to be confirmed before use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportantDifference:
    """One published number."""

    id: str
    measure: str
    """What was measured, in our own words."""
    amount: float
    source: Source
    kind: Literal["points", "percent of baseline"] = "points"
    scores: tuple[tuple[str, str], ...] = ()
    """Instrument and score of the catalogue that it is held against; none where it is another scale, or not sure."""
    worse: float | None = None
    """The number for a worsening, where that is another one."""
    note: str = ""


ALMACKENZIE = Source(
    citation="Almackenzie M, et al. Clin Exp Rheumatol 2026;44:279, abstract; anchored",
    population="Myositis, 105 participants",
    confidence="one source",
)
IMACS_GLOBAL = Source(
    citation="PMC3748930, Table 1",
    population="Myositis, consensus of experts",
    confidence="one source",
)
IMACS = Source(
    citation="Rider LG, et al. J Rheumatol 2003;30:603-17",
    population="Myositis, consensus of experts",
    confidence="from memory",
)
COMMON = Source(
    citation="The number most often cited for HAQ-DI, of a page of the web",
    population="Rheumatoid arthritis",
    confidence="one source",
)
WARD = Source(
    citation="Ward MM, et al. Ann Rheum Dis 2015, PMC4216638; with a specificity of 80 %",
    population="Rheumatoid arthritis",
    confidence="one source",
)
PSORIATIC = Source(
    citation="Table of differences, J Rheumatol, highwire 22278",
    population="Psoriatic arthritis",
    confidence="one source",
)

DISABILITY = (("haq-di", "di"), ("haq-di", "di_without_aids"))
MARK = (("vas-10", "value"),)
EIGHT = tuple(
    (form, scale) for form in ("sf-36-v1", "rand-36") for scale in ("pf", "rp", "bp", "gh", "vt", "sf", "re", "mh")
)
WITHOUT_SCALE = "It is not stated whether the total goes to 80 or to 150."


def _percent(measure: str, amount: float, source: Source, *, name: str) -> ImportantDifference:
    return ImportantDifference(id=name, measure=measure, amount=amount, source=source, kind="percent of baseline")


_ROWS = (
    ImportantDifference(
        id="phga-myositis", measure="Physician's global assessment, 0 to 10", amount=1.1, source=ALMACKENZIE,
        scores=MARK,
    ),
    ImportantDifference(
        id="ptga-myositis", measure="Participant's global assessment, 0 to 10", amount=1.84, source=ALMACKENZIE,
        scores=MARK,
    ),
    ImportantDifference(
        id="extramuscular-myositis", measure="Activity outside of muscle, 0 to 10", amount=0.85, source=ALMACKENZIE,
        scores=MARK,
    ),
    ImportantDifference(
        id="haq-myositis", measure="HAQ disability index", amount=0.65, source=ALMACKENZIE, scores=DISABILITY
    ),
    ImportantDifference(
        id="mmt-8-myositis", measure="Manual muscle testing, eight groups", amount=3.7, source=ALMACKENZIE,
        note=WITHOUT_SCALE,
    ),
    ImportantDifference(
        id="tis-myositis", measure="Total Improvement Score", amount=23.7, source=ALMACKENZIE,
        scores=(("tis-2016", "tis"),),
    ),
    _percent("Physician's or participant's global assessment", 20, IMACS_GLOBAL, name="global-percent"),
    _percent("Manual muscle testing", 15, IMACS, name="mmt-percent"),
    _percent("HAQ disability index", 15, IMACS, name="haq-percent"),
    _percent("Muscle enzyme", 30, IMACS, name="enzyme-percent"),
    _percent("Activity outside of muscle", 20, IMACS, name="extramuscular-percent"),
    ImportantDifference(
        id="haq-ra-common", measure="HAQ disability index", amount=0.22, source=COMMON, scores=DISABILITY
    ),
    ImportantDifference(id="haq-ra", measure="HAQ disability index", amount=0.375, source=WARD, scores=DISABILITY),
    ImportantDifference(id="ptga-ra", measure="Participant's global assessment, 0 to 100", amount=18, source=WARD),
    ImportantDifference(id="pain-ra", measure="Pain, 0 to 100", amount=20, source=WARD),
    ImportantDifference(
        id="haq-psa-low", measure="HAQ disability index", amount=0.13, source=PSORIATIC, scores=DISABILITY
    ),
    ImportantDifference(
        id="haq-psa-high", measure="HAQ disability index", amount=0.3, source=PSORIATIC, scores=DISABILITY
    ),
    ImportantDifference(id="vas-psa", measure="Visual analogue scale, 0 to 100", amount=10, source=PSORIATIC),
    ImportantDifference(
        id="sf-36-scale-psa", measure="SF-36, one of eight scales", amount=5, source=PSORIATIC, scores=EIGHT, worse=2.5
    ),
    ImportantDifference(
        id="sf-36-component-psa", measure="SF-36, physical or mental component", amount=2.5, source=PSORIATIC,
        scores=(("sf-36-v1", "pcs"), ("sf-36-v1", "mcs")), worse=0.8,
    ),
)  # fmt: skip

IMPORTANT_DIFFERENCES: Mapping[str, ImportantDifference] = MappingProxyType({row.id: row for row in _ROWS})
"""Id -> number. For PCS and MCS in myositis none was found."""


def differences_for(instrument: str, score: str) -> tuple[ImportantDifference, ...]:
    """Return what was published for a score of the catalogue, in the order of the table."""
    return tuple(row for row in IMPORTANT_DIFFERENCES.values() if (instrument, score) in row.scores)


def is_meaningful(improvement: Column, amount: float) -> Column:
    """Return 1 where an improvement (positive is better) is as large as an amount or larger, 0 where not.

    Not-a-number for a gap. ValueError for an amount that is not above 0.
    """
    import numpy as np

    if not amount > 0:
        raise ValueError(f"a difference that matters is a number above 0, not {amount!r}")
    change = np.asarray(improvement, dtype=np.float64)
    found: Column = np.where(np.isnan(change), np.nan, (change >= amount * (1 - ROUNDING)).astype(float))
    return found
