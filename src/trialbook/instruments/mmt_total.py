"""Manual muscle testing of the whole body: 26 groups, with sums of axial, proximal and distal ones, 0 to 260.

Rider LG, Koziol D, Giannini EH, et al. Validation of manual muscle testing and a subset of eight muscles for adult and
juvenile idiopathic inflammatory myopathies. Arthritis Care Res 2010;62:465-72.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from math import ceil
from types import MappingProxyType

from trialbook.instruments.base import Column, Columns, Instrument, Score, sum_of
from trialbook.instruments.chinese import said
from trialbook.instruments.kendall import LICENCE, muscle, tested
from trialbook.instruments.mmt_8 import CITATION, SIDES
from trialbook.instruments.parameters import stated
from trialbook.protocol.model import Derived

AXIAL: tuple[tuple[str, str], ...] = (("neck_flexors", "Neck flexors"), ("neck_extensors", "Neck extensors"))
PROXIMAL: tuple[tuple[str, str], ...] = (
    ("trapezius", "Trapezius"),
    ("deltoid", "Deltoid"),
    ("biceps", "Biceps brachii"),
    ("gluteus_maximus", "Gluteus maximus"),
    ("gluteus_medius", "Gluteus medius"),
    ("iliopsoas", "Iliopsoas"),
    ("hamstrings", "Hamstrings"),
    ("quadriceps", "Quadriceps"),
)
DISTAL: tuple[tuple[str, str], ...] = (
    ("wrist_extensors", "Wrist extensors"),
    ("wrist_flexors", "Wrist flexors"),
    ("ankle_dorsiflexors", "Ankle dorsiflexors"),
    ("ankle_plantar_flexors", "Ankle plantar flexors"),
)


def _both(muscles: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((f"{name}_{side}", f"{label}, {side}") for name, label in muscles for side in SIDES)


REGIONS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {"axial": AXIAL, "proximal": _both(PROXIMAL), "distal": _both(DISTAL)}
)
"""Region -> its muscle groups."""

PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {region: tuple(name for name, _ in muscles) for region, muscles in REGIONS.items()}
)
IDS = tuple(name for names in PARTS.values() for name in names)
SUMS: Mapping[str, tuple[str, ...]] = MappingProxyType({**PARTS, "total": IDS})
LABELS: Mapping[str, str] = MappingProxyType(
    {"axial": "Axial strength", "proximal": "Proximal strength", "distal": "Distal strength", "total": "MMT total"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MmtTotalParameters:
    """What the publications leave open about groups that were not tested."""

    share_tested: float = stated(
        1.0,
        "Smallest share of the groups of a sum that must be tested; their mean stands in for the others",
        why="The publications ask for all groups. With fewer the sum is an estimate: say so, and say how many.",
        between=(0.5, 1),
    )


STANDARD = MmtTotalParameters()


def score_mmt_total(columns: Columns, parameters: MmtTotalParameters = STANDARD) -> dict[str, Column]:
    """Return the sums of the regions and of the whole body; grades 0 (worst) to 10 (best)."""
    grades = tested(columns, IDS)
    return {name: sum_of(grades, ids, at_least=_least(ids, parameters)) for name, ids in SUMS.items()}


def _least(ids: tuple[str, ...], parameters: MmtTotalParameters) -> int:
    return ceil(parameters.share_tested * len(ids))


def _score(name: str, parameters: MmtTotalParameters) -> Score:
    ids, least = SUMS[name], _least(SUMS[name], parameters)
    whole = f"all {len(ids)}" if least == len(ids) else f"at least {least} of the {len(ids)}"
    filled = "" if least == len(ids) else "; their mean fills each gap"
    derived = Derived(
        id=name, label=said(LABELS[name]), kind="instrument", of=ids, at_least=least, unit="score", decimals=0
    )
    gaps = f"There is a sum only where {whole} muscle groups are tested{filled}."
    return Score(derived=derived, low=0, high=10 * len(ids), better="higher", gaps=gaps)


def mmt_total(parameters: MmtTotalParameters) -> Instrument:
    """Make the test of the whole body with parameters."""
    return Instrument(
        id="mmt-total",
        title="Manual muscle testing of the whole body, 26 muscle groups",
        version="2010, 26 groups",
        citation=CITATION,
        licence=LICENCE,
        items=tuple(muscle(name, label) for muscles in REGIONS.values() for name, label in muscles),
        scores=tuple(_score(name, parameters) for name in SUMS),
        score=partial(score_mmt_total, parameters=parameters),
        rules=(
            (
                "Grades are Kendall's from 0 to 10; each sum is the plain sum of its groups: axial 0 to 20, proximal 0 "
                "to 160, distal 0 to 80, all 0 to 260."
            ),
            "A trace of contraction (T) is written 0, with a note; grades from 0 to 5 have the key that `mmt-8` gives.",
        ),
        parameters=parameters,
        with_parameters=mmt_total,
    )


MMT_TOTAL = mmt_total(STANDARD)
