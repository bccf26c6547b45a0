"""MMT-8: strength of eight muscle groups by hand, of one side of the body.

Rider LG, Koziol D, Giannini EH, et al. Validation of manual muscle testing and a subset of eight muscles for adult and
juvenile idiopathic inflammatory myopathies. Arthritis Care Res 2010;62:465-72.
"""

from __future__ import annotations

from trialbook.instruments.base import Column, Columns, Instrument, Score, rating, recoded, sum_of
from trialbook.protocol.model import Derived

MUSCLES: tuple[tuple[str, str], ...] = (
    ("neck_flexors", "Neck flexors"),
    ("deltoid", "Deltoid"),
    ("biceps", "Biceps brachii"),
    ("wrist_extensors", "Wrist extensors"),
    ("gluteus_maximus", "Gluteus maximus"),
    ("gluteus_medius", "Gluteus medius"),
    ("quadriceps", "Quadriceps"),
    ("ankle_dorsiflexors", "Ankle dorsiflexors"),
)

IDS = tuple(name for name, _ in MUSCLES)
GRADES = {float(grade): float(grade) for grade in range(11)}


def score_mmt_8(columns: Columns) -> dict[str, Column]:
    """Return the sum of the eight grades, 0 (worst) to 80 (best), of the rows in which all are tested."""
    grades = {name: recoded(columns[name], GRADES) for name in IDS}
    return {"total": sum_of(grades, IDS, at_least=len(IDS))}


MMT_8 = Instrument(
    id="mmt-8",
    title="Manual muscle testing of eight muscle groups, one side",
    citation="Rider LG, Koziol D, Giannini EH, et al. Validation of manual muscle testing and a subset of eight "
    "muscles for adult and juvenile idiopathic inflammatory myopathies. Arthritis Care Res 2010;62:465-72.",
    items=tuple(rating(name, label, 10) for name, label in MUSCLES),
    scores=(
        Score(
            derived=Derived(
                id="total",
                label={"en": "MMT-8 total"},
                kind="instrument",
                of=IDS,
                at_least=len(IDS),
                unit="score",
                decimals=0,
            ),
            low=0,
            high=80,
            better="higher",
            gaps="There is a total only where all 8 muscle groups are tested.",
        ),
    ),
    score=score_mmt_8,
)
