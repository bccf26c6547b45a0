"""The whole catalogue under one roof: find a scale or a rule of response by name, set it, and score columns by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from trialbook.errors import Problem
from trialbook.instruments import CATALOG, RESPONSES
from trialbook.instruments.base import Columns, Instrument
from trialbook.instruments.parameters import changed
from trialbook.instruments.response import Judged, Reasons, Response
from trialbook.protocol.suggest import listed, suggest

Scale: TypeAlias = Instrument | Response


def every_scale() -> tuple[Scale, ...]:
    """Return instruments and rules of response, each in the order of their names."""
    return (*CATALOG.values(), *RESPONSES.values())


def find_scale(name: str, settings: Mapping[str, str]) -> Scale | tuple[Problem, ...]:
    """Return what is called `name`, with parameters as somebody typed them; the problems where there is none."""
    known: Mapping[str, Scale] = {**CATALOG, **RESPONSES}
    if name not in known:
        values = {"name": name, "did_you_mean": suggest(name, known), "known": listed(known, most=30)}
        return (Problem(code="SCORE-01", values=values),)
    scale = known[name]
    if not settings:
        return scale
    chosen = changed(scale.parameters, settings, of=scale.id)
    if isinstance(chosen, tuple) or scale.with_parameters is None:
        return chosen if isinstance(chosen, tuple) else scale
    return scale.with_parameters(chosen)


def may_lack(scale: Scale) -> frozenset[str]:
    """Return the items whose columns a file need not have."""
    return scale.may_lack if isinstance(scale, Response) else frozenset()


def compute(scale: Scale, columns: Columns) -> Judged:
    """Score rows by any scale: columns of scores, and for each row why one is not computable."""
    if isinstance(scale, Response):
        return scale.score(columns)
    scores = scale.score(columns)
    return Judged(columns=scores, why=_gaps(scale, columns, scores))


def _gaps(instrument: Instrument, columns: Columns, scores: Columns) -> Reasons:
    """Say for each row which scores it lacks, and of how many answers they would have been made."""
    import numpy as np

    lacking = np.stack([np.isnan(scores[score.derived.id]) for score in instrument.scores])
    why: Reasons = np.full(lacking.shape[1], "", dtype=object)
    rows = np.flatnonzero(lacking.any(axis=0))
    for score, lacks in zip(instrument.scores, lacking[:, rows], strict=True):
        there = np.sum([~np.isnan(columns[name][rows]) for name in score.derived.of], axis=0)[lacks]
        whole = len(score.derived.of)
        texts = np.array(
            [f"{score.derived.id} from {count} of {whole} answers; " for count in range(whole + 1)], object
        )
        why[rows[lacks]] += texts[there]
    opening = "Not computable: "
    why[rows] = [opening + text.removesuffix("; ") for text in why[rows]]
    return why
