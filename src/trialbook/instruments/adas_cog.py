"""ADAS-Cog: the cognitive part of the Alzheimer's Disease Assessment Scale, with its eleven original items.

Rosen WG, Mohs RC, Davis KL. A new rating scale for Alzheimer's disease. Am J Psychiatry 1984;141:1356-64.
"""

from __future__ import annotations

from trialbook.instruments.base import Column, Columns, Instrument, Score, rating, sum_of
from trialbook.instruments.chinese import said
from trialbook.protocol.model import Derived

ITEMS: tuple[tuple[str, str, int], ...] = (
    ("word_recall", "Word recall", 10),
    ("naming", "Naming objects and fingers", 5),
    ("commands", "Following commands", 5),
    ("construction", "Constructional praxis", 5),
    ("ideation", "Ideational praxis", 5),
    ("orientation", "Orientation", 8),
    ("word_recognition", "Word recognition", 12),
    ("spoken_language", "Spoken language", 5),
    ("comprehension", "Comprehension", 5),
    ("word_finding", "Word finding", 5),
    ("instructions", "Remembering instructions", 5),
)
"""Item, our own short label, and its worst score; 0 is best. The worst scores add up to 70."""

FROM_TRIALS = ("word_recall", "word_recognition")
"""Means of several trials, so these may have decimals."""

IDS = tuple(name for name, _, _ in ITEMS)


def score_adas_cog_11(columns: Columns) -> dict[str, Column]:
    """Return the total, 0 (best) to 70 (worst), of the rows in which all eleven items are answered."""
    return {"total": sum_of(columns, IDS, at_least=len(IDS))}


ADAS_COG_11 = Instrument(
    id="adas-cog-11",
    title="Alzheimer's Disease Assessment Scale, cognitive part, 11 items",
    version="1984, the eleven original items",
    citation="Rosen WG, Mohs RC, Davis KL. A new rating scale for Alzheimer's disease. "
    "Am J Psychiatry 1984;141:1356-64.",
    licence="Published scale; its test materials have owners. See to the licence of the materials you use.",
    items=tuple(rating(name, label, worst, decimals=2 if name in FROM_TRIALS else 0) for name, label, worst in ITEMS),
    scores=(
        Score(
            derived=Derived(
                id="total",
                label=said("ADAS-Cog total"),
                kind="instrument",
                of=IDS,
                at_least=len(IDS),
                unit="score",
            ),
            low=0,
            high=70,
            better="lower",
            gaps="There is a total only where all 11 items are answered.",
        ),
    ),
    score=score_adas_cog_11,
    rules=(
        "`total` is the sum of the eleven items.",
        (
            "It agrees with the sponsor's own total in all sixteen records of the shipped study `xanomeline_four`. "
            "Later versions of the scale add items (delayed recall, mazes, cancellation); they are not part of this "
            "total."
        ),
    ),
)
