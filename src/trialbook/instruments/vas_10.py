"""A visual analogue scale of ten centimetres: one mark, 0 no activity, 10 the worst.

Rider LG, Giannini EH, Harris-Love M, et al. Defining clinical improvement in adult and juvenile myositis. J Rheumatol
2003;30:603-17. Used for the global assessments of the physician and of the participant, and for pain.
"""

from __future__ import annotations

from trialbook.instruments.base import Column, Columns, Instrument, Score, within
from trialbook.instruments.chinese import said
from trialbook.instruments.core_set import VAS_LENGTH, global_scale
from trialbook.protocol.model import Derived


def score_vas_10(columns: Columns) -> dict[str, Column]:
    """Return the mark in centimetres, 0 (best) to 10 (worst)."""
    return {"value": within(columns["mark"], 0, VAS_LENGTH)}


VAS_10 = Instrument(
    id="vas-10",
    title="Visual analogue scale of ten centimetres",
    version="0 to 10 cm",
    citation="Rider LG, Giannini EH, Harris-Love M, et al. Defining clinical improvement in adult and juvenile "
    "myositis. J Rheumatol 2003;30:603-17.",
    licence="A plain scale, in nobody's ownership; printed forms may have owners.",
    items=(global_scale("mark", "Mark on the line"),),
    scores=(
        Score(
            derived=Derived(
                id="value",
                label=said("Mark, 0 to 10"),
                kind="instrument",
                of=("mark",),
                at_least=1,
                unit="score",
                decimals=1,
            ),
            low=0,
            high=VAS_LENGTH,
            better="lower",
            gaps="There is a value where there is a mark.",
        ),
    ),
    score=score_vas_10,
    rules=(
        "Measured in centimetres from the end of no activity, to the millimetre; `70 mm` is 7. Higher is worse.",
        "Some forms have five boxes from 0 to 4 beside the line: these are another scale.",
    ),
)
