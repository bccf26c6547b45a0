"""RAND-36: the same questions as SF-36 version 1, with RAND's scoring.

Hays RD, Sherbourne CD, Mazel RM. The RAND 36-Item Health Survey 1.0. Health Econ 1993;2:217-27.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialbook.instruments.base import Column, Columns, Instrument, mean_of, recoded
from trialbook.instruments.short_form import LABELS, SCALES, questions, scale_score


def _spread(codes: int) -> dict[float, float]:
    """Spread the codes 1, 2, 3 ... evenly over 0 to 100."""
    return {float(code): 100.0 * (code - 1) / (codes - 1) for code in range(1, codes + 1)}


def _turned(codes: int) -> dict[float, float]:
    return {code: 100.0 - value for code, value in _spread(codes).items()}


RECODES: Mapping[str, Mapping[float, float]] = MappingProxyType(
    {
        **dict.fromkeys(SCALES["pf"], _spread(3)),
        **dict.fromkeys((*SCALES["rp"], *SCALES["re"]), _spread(2)),
        **dict.fromkeys(("gh1", "gh3", "gh5", "sf1", "bp2"), _turned(5)),
        **dict.fromkeys(("gh2", "gh4", "sf2"), _spread(5)),
        **dict.fromkeys(("bp1", "vt1", "vt2", "mh3", "mh5"), _turned(6)),
        **dict.fromkeys(("vt3", "vt4", "mh1", "mh2", "mh4"), _spread(6)),
    }
)
"""Item -> code on the form -> 0 (worst) to 100 (best)."""

GAPS = "There is a value where at least one item of the scale is answered: the mean of those that are."


def score_rand_36(columns: Columns) -> dict[str, Column]:
    """Return the eight scales, each the mean of its answered items, 0 (worst) to 100 (best)."""
    values = {name: recoded(columns[name], table) for name, table in RECODES.items()}
    return {name: mean_of(values, items, at_least=1) for name, items in SCALES.items()}


RAND_36 = Instrument(
    id="rand-36",
    title="RAND 36-Item Health Survey 1.0",
    citation="Hays RD, Sherbourne CD, Mazel RM. The RAND 36-Item Health Survey 1.0. Health Econ 1993;2:217-27.",
    items=questions(),
    scores=tuple(scale_score(name, at_least=1, gaps=GAPS) for name in LABELS),
    score=score_rand_36,
)
