"""RAND-36: the same questions as SF-36 version 1, with RAND's scoring.

Hays RD, Sherbourne CD, Mazel RM. The RAND 36-Item Health Survey 1.0. Health Econ 1993;2:217-27.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Literal

from trialbook.instruments.base import Column, Columns, Instrument, mean_of, recoded
from trialbook.instruments.parameters import stated
from trialbook.instruments.short_form import HALF, LABELS, SCALES, questions, scale_score


@dataclass(frozen=True, slots=True, kw_only=True)
class RandParameters:
    """What the published scoring leaves open."""

    least: Literal["one", "half"] = stated(
        "one",
        "Fewest answered items of a scale: one, or half of them",
        why="RAND's scoring leaves unanswered items out and states no minimum; SF-36 asks for half of a scale.",
        choices=("one", "half"),
    )


STANDARD = RandParameters()


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


def score_rand_36(columns: Columns, parameters: RandParameters = STANDARD) -> dict[str, Column]:
    """Return the eight scales, each the mean of its answered items, 0 (worst) to 100 (best)."""
    values = {name: recoded(columns[name], table) for name, table in RECODES.items()}
    return {name: mean_of(values, items, at_least=_least(name, parameters)) for name, items in SCALES.items()}


def _least(scale: str, parameters: RandParameters) -> int:
    return 1 if parameters.least == "one" else HALF[scale]


def _gaps(scale: str, parameters: RandParameters) -> str:
    if parameters.least == "one":
        return "There is a value where at least one item of the scale is answered: the mean of those that are."
    few, whole = HALF[scale], len(SCALES[scale])
    return f"There is a value where at least {few} of the {whole} items are answered: the mean of those that are."


def rand_36(parameters: RandParameters) -> Instrument:
    """Make the survey with parameters."""
    return Instrument(
        id="rand-36",
        title="RAND 36-Item Health Survey 1.0",
        version="1.0",
        citation="Hays RD, Sherbourne CD, Mazel RM. The RAND 36-Item Health Survey 1.0. Health Econ 1993;2:217-27.",
        licence="RAND: the survey is free, without permission. Its wording is not shipped; take RAND's own form.",
        items=questions(),
        scores=tuple(
            scale_score(name, at_least=_least(name, parameters), gaps=_gaps(name, parameters)) for name in LABELS
        ),
        score=partial(score_rand_36, parameters=parameters),
        rules=(
            (
                "The items, and so the recorded answers, are those of `sf-36-v1`. Each answer becomes a number from 0 "
                "to 100 in even steps, and a scale is the mean of its items."
            ),
            (
                "It differs from `sf-36-v1` in pain and general health, and where answers are missing. There are no "
                "summaries: these are made of the scales of `sf-36-v1`."
            ),
        ),
        parameters=parameters,
        with_parameters=rand_36,
    )


RAND_36 = rand_36(STANDARD)
