"""Mean strength of named muscle groups from 0 to 10: proximal and axial apart, as small trials of myositis report it.

Mok CC, Ho LY, To CH. Rituximab for refractory polymyositis: an open-label prospective study. J Rheumatol
2007;34:1864-8. Neither MMT-8 nor a total: the groups differ, and it is a mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from trialbook.instruments.base import Column, Columns, Instrument, Score, mean_of
from trialbook.instruments.chinese import said
from trialbook.instruments.kendall import LICENCE, muscle, tested
from trialbook.instruments.parameters import stated
from trialbook.protocol.model import Derived

PROXIMAL: tuple[tuple[str, str], ...] = (
    ("shoulder_abductors", "Shoulder abductors"),
    ("shoulder_adductors", "Shoulder adductors"),
    ("biceps", "Biceps"),
    ("triceps", "Triceps"),
    ("hip_flexors", "Hip flexors"),
    ("hip_extensors", "Hip extensors"),
    ("hip_abductors", "Hip abductors"),
    ("hip_adductors", "Hip adductors"),
    ("knee_flexors", "Knee flexors"),
    ("knee_extensors", "Knee extensors"),
)
AXIAL: tuple[tuple[str, str], ...] = (("neck", "Neck"), ("trunk", "Trunk"))
OF_PROXIMAL, OF_AXIAL = (tuple(name for name, _ in muscles) for muscles in (PROXIMAL, AXIAL))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsParameters:
    """What the publication leaves open."""

    least_proximal: int = stated(
        8,
        "Fewest tested groups of the ten proximal ones",
        why="The publication does not say what it did where a group could not be tested.",
        between=(5, 10),
    )
    least_axial: int = stated(2, "Fewest tested groups of the two axial ones", why="Likewise.", between=(1, 2))


STANDARD = GroupsParameters()


def score_mmt_groups(columns: Columns, parameters: GroupsParameters = STANDARD) -> dict[str, Column]:
    """Return the mean grade of the proximal and of the axial groups, 0 (worst) to 10 (best)."""
    grades = tested(columns, OF_PROXIMAL + OF_AXIAL)
    return {
        "proximal": mean_of(grades, OF_PROXIMAL, at_least=parameters.least_proximal),
        "axial": mean_of(grades, OF_AXIAL, at_least=parameters.least_axial),
    }


def _score(name: str, label: str, ids: tuple[str, ...], least: int) -> Score:
    derived = Derived(id=name, label=said(label), kind="instrument", of=ids, at_least=least, unit="score", decimals=1)
    gaps = f"There is a mean where at least {least} of the {len(ids)} muscle groups are tested: the mean of those."
    return Score(derived=derived, low=0, high=10, better="higher", gaps=gaps)


def mmt_groups(parameters: GroupsParameters) -> Instrument:
    """Make the two means with parameters."""
    return Instrument(
        id="mmt-groups",
        title="Mean strength of proximal and axial muscle groups",
        version="2007, ten proximal and two axial groups",
        citation="Mok CC, Ho LY, To CH. Rituximab for refractory polymyositis: an open-label prospective study. J "
        "Rheumatol 2007;34:1864-8.",
        licence=LICENCE,
        items=tuple(muscle(name, label) for name, label in (*PROXIMAL, *AXIAL)),
        scores=(
            _score("proximal", "Proximal muscle power", OF_PROXIMAL, parameters.least_proximal),
            _score("axial", "Axial muscle power", OF_AXIAL, parameters.least_axial),
        ),
        score=partial(score_mmt_groups, parameters=parameters),
        rules=(
            "The mean of the groups that were tested, proximal and axial ones apart, on Kendall's grades from 0 to 10.",
            "It is neither MMT-8 nor a total of manual muscle testing: do not compare it with theirs.",
            "Other lists of groups are written in the study file, with `groups` and `mean_of`.",
        ),
        parameters=parameters,
        with_parameters=mmt_groups,
    )


MMT_GROUPS = mmt_groups(STANDARD)
