"""MMT-8: strength of eight muscle groups by hand, of one side of the body or of both.

Rider LG, Koziol D, Giannini EH, et al. Validation of manual muscle testing and a subset of eight muscles for adult and
juvenile idiopathic inflammatory myopathies. Arthritis Care Res 2010;62:465-72.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from trialbook.instruments.base import Column, Columns, Instrument, Score, sum_of
from trialbook.instruments.chinese import said
from trialbook.instruments.kendall import LICENCE, muscle, tested
from trialbook.instruments.parameters import stated
from trialbook.protocol.model import Derived

CITATION = (
    "Rider LG, Koziol D, Giannini EH, et al. Validation of manual muscle testing and a subset of eight "
    "muscles for adult and juvenile idiopathic inflammatory myopathies. Arthritis Care Res 2010;62:465-72."
)
NECK = ("neck_flexors", "Neck flexors")
PAIRED: tuple[tuple[str, str], ...] = (
    ("deltoid", "Deltoid"),
    ("biceps", "Biceps brachii"),
    ("wrist_extensors", "Wrist extensors"),
    ("gluteus_maximus", "Gluteus maximus"),
    ("gluteus_medius", "Gluteus medius"),
    ("quadriceps", "Quadriceps"),
    ("ankle_dorsiflexors", "Ankle dorsiflexors"),
)
SIDES = ("right", "left")
MUSCLES = (NECK, *PAIRED)
OF_BOTH = (NECK, *((f"{name}_{side}", f"{label}, {side}") for name, label in PAIRED for side in SIDES))
IDS, IDS_OF_BOTH = (tuple(name for name, _ in muscles) for muscles in (MUSCLES, OF_BOTH))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mmt8Parameters:
    """What the publications leave open about groups that were not tested."""

    least_tested: int = stated(
        8,
        "Fewest tested muscle groups; the mean of these stands in for the others",
        why="The publications ask for all groups. With fewer the total is an estimate: say so, and say how many.",
        between=(4, 8),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MmtBothParameters:
    """What the publications leave open about groups that were not tested."""

    least_tested: int = stated(
        15,
        "Fewest tested muscle groups; the mean of these stands in for the others",
        why="The publications ask for all groups. With fewer the total is an estimate: say so, and say how many.",
        between=(8, 15),
    )


STANDARD, STANDARD_BOTH = Mmt8Parameters(), MmtBothParameters()


def score_mmt_8(columns: Columns, parameters: Mmt8Parameters = STANDARD) -> dict[str, Column]:
    """Return the sum of the eight grades, 0 (worst) to 80 (best), of the rows in which enough are tested."""
    return {"total": sum_of(tested(columns, IDS), IDS, at_least=parameters.least_tested)}


def score_mmt_8_both(columns: Columns, parameters: MmtBothParameters = STANDARD_BOTH) -> dict[str, Column]:
    """Return the sum of fifteen grades, the neck and seven groups a side, 0 (worst) to 150 (best)."""
    return {"total": sum_of(tested(columns, IDS_OF_BOTH), IDS_OF_BOTH, at_least=parameters.least_tested)}


def _total(ids: tuple[str, ...], label: str, least: int) -> Score:
    whole = f"all {len(ids)}" if least == len(ids) else f"at least {least} of the {len(ids)}"
    filled = "" if least == len(ids) else "; their mean fills each gap"
    derived = Derived(
        id="total", label=said(label), kind="instrument", of=ids, at_least=least, unit="score", decimals=0
    )
    gaps = f"There is a total only where {whole} muscle groups are tested{filled}."
    return Score(derived=derived, low=0, high=10 * len(ids), better="higher", gaps=gaps)


RULES = (
    (
        "Grades are Kendall's from 0 to 10, and `total` is their plain sum. A grade between two whole numbers is no "
        "grade, and gives no total."
    ),
    (
        "Kendall's T (a trace of contraction) has no number: write 0, and keep the T in a note. Grades on the scale "
        "from 0 to 5 are not to be doubled: 0 is 0, 1 is T, 2− is 1, 2 is 2, 2+ is 3, 3− is 4, 3 is 5, 3+ is 6, 4− is "
        "7, 4 is 8, 4+ is 9, 5 is 10. The help of each item says so."
    ),
    "A list of other muscle groups is not an MMT-8: write it as a form of its own, with `groups` and a mean.",
)


def mmt_8(parameters: Mmt8Parameters) -> Instrument:
    """Make the test of one side with parameters."""
    return Instrument(
        id="mmt-8",
        title="Manual muscle testing of eight muscle groups, one side",
        version="2010, one side",
        citation=CITATION,
        licence=LICENCE,
        items=tuple(muscle(name, label) for name, label in MUSCLES),
        scores=(_total(IDS, "MMT-8 total", parameters.least_tested),),
        score=partial(score_mmt_8, parameters=parameters),
        rules=("One side is tested, the right one unless it cannot be.", *RULES),
        parameters=parameters,
        with_parameters=mmt_8,
    )


def mmt_8_both(parameters: MmtBothParameters) -> Instrument:
    """Make the test of both sides with parameters."""
    return Instrument(
        id="mmt-8-both",
        title="Manual muscle testing of eight muscle groups, both sides",
        version="2010, both sides",
        citation=CITATION,
        licence=LICENCE,
        items=tuple(muscle(name, label) for name, label in OF_BOTH),
        scores=(_total(IDS_OF_BOTH, "MMT-8 total of both sides", parameters.least_tested),),
        score=partial(score_mmt_8_both, parameters=parameters),
        rules=("Seven muscle groups are tested on both sides, and the neck counts once.", *RULES),
        parameters=parameters,
        with_parameters=mmt_8_both,
    )


MMT_8, MMT_8_BOTH = mmt_8(STANDARD), mmt_8_both(STANDARD_BOTH)
