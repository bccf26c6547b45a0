"""IMACS definition of improvement: three of six measures better by a fifth, and not too many worse.

Rider LG, Giannini EH, Brunner HI, et al. International consensus on preliminary definitions of improvement in adult
and juvenile myositis. Arthritis Rheum 2004;50:2281-90.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Literal

from trialbook.instruments.base import NO_LEVELS, Column, Columns, Score, within
from trialbook.instruments.chinese import said
from trialbook.instruments.core_set import (
    GLOBALS,
    HAQ_HIGHEST,
    LARGEST,
    VAS_LENGTH,
    enzyme,
    function,
    global_scale,
    strength,
)
from trialbook.instruments.parameters import stated
from trialbook.instruments.response import Judged, Mask, Response, of_both, reasons
from trialbook.protocol.model import Derived, Text

MEASURES = (*GLOBALS, "haq", "enzyme", "mmt")
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "phga": "physician's assessment",
        "ptga": "participant's assessment",
        "extramuscular": "activity outside of muscle",
        "haq": "HAQ-DI",
        "enzyme": "muscle enzyme",
        "mmt": "muscle strength",
    }
)

BETTER, WORSE = 20.0, 25.0
"""Per cent of the measure's own baseline; the ends count."""
LEAST_BETTER, MOST_WORSE = 3, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DoiParameters:
    """What sources leave open about the definition of improvement."""

    mmt_highest: int = stated(
        80,
        "Highest total of the muscle test that was used",
        why="Any of three tests may be used; a total above it is refused. The definition itself does not use it.",
        choices=(80, 150, 260),
    )
    zero_baseline: Literal["counted", "missing"] = stated(
        "counted",
        "What a baseline of 0 does",
        why="Per cent of 0 is not defined, and the publication is silent. `counted`: 0 to 0 is unchanged, 0 to more is "
        "worse (muscle strength: better). `missing`: the measure is missing.",
        choices=("counted", "missing"),
    )
    missing: Literal["open", "neither"] = stated(
        "open",
        "What a missing measure does",
        why="The publication is silent. `open`: it may turn out either way, so there is an answer only where that "
        "changes nothing. `neither`: it counts neither as better nor as worse.",
        choices=("open", "neither"),
    )


STANDARD = DoiParameters()
CERTAIN = "There is an answer only where it is the same however missing measures turn out."
ANSWERS: Mapping[int, Text] = MappingProxyType({0: said("Not met"), 1: said("Met")})


def judge_doi(base: Columns, now: Columns, parameters: DoiParameters = STANDARD) -> Judged:
    """Return whether improvement is met, and how many measures are better and worse.

    Columns: `phga`, `ptga`, `extramuscular` in cm, `haq`, `mmt`, and one `enzyme` in the same unit at both moments.
    """
    import numpy as np

    changes = relative_changes(base, now, parameters)
    gaps = {name: np.isnan(change) for name, change in changes.items()}
    better = np.sum([change >= BETTER for change in changes.values()], axis=0)
    worse = np.sum([change <= -WORSE for change in changes.values()], axis=0)
    missing = np.sum(list(gaps.values()), axis=0)
    open_ = missing if parameters.missing == "open" else np.zeros_like(missing)
    is_weaker = changes["mmt"] <= -WORSE
    may_be_weaker = is_weaker | (gaps["mmt"] & (open_ > 0))
    # no turn is worse than all gaps worse, and none better than all gaps better
    surely = (better >= LEAST_BETTER) & (worse + open_ <= MOST_WORSE) & ~may_be_weaker
    perhaps = (better + open_ >= LEAST_BETTER) & (worse <= MOST_WORSE) & ~is_weaker
    is_begun = missing < len(MEASURES)
    met = np.where(surely == perhaps, surely.astype(float), np.nan)
    scores = {"met": met, "improved": better.astype(float), "worse": worse.astype(float)}
    columns = {name: np.where(is_begun, column, np.nan) for name, column in scores.items()}
    parts = {f"{LABELS[name]} has no change from its baseline": gap for name, gap in gaps.items()}
    why = reasons(parts, opening="Not computable, because ")
    return Judged(columns=columns, why=np.where(np.isnan(columns["met"]), why, _counted(parts, columns["met"])))


def relative_changes(base: Columns, now: Columns, parameters: DoiParameters = STANDARD) -> dict[str, Column]:
    """Return the improvement of each measure in per cent of its baseline; below 0 where it is worse.

    A worsening from a baseline of 0 is -100, an improvement of strength from 0 is 100. Rounded to 9 decimals, so that
    a fifth is a fifth.
    """
    import numpy as np

    highest = {**dict.fromkeys(GLOBALS, VAS_LENGTH), "haq": HAQ_HIGHEST, "mmt": float(parameters.mmt_highest)}
    found = {}
    for name in MEASURES:
        before, after = (within(side[name], 0, highest.get(name, LARGEST)) for side in (base, now))
        fall = after - before if name == "mmt" else before - after
        relative = np.divide(100 * fall, before, out=np.full(fall.shape, np.nan), where=before > 0)
        if parameters.zero_baseline == "counted":
            relative = np.where(before == 0, 100 * np.sign(fall), relative)
        found[name] = np.round(relative, 9)
    return found


def _counted(parts: Mapping[str, Mask], met: Column) -> Column:
    """Say what is missing in a row that has an answer all the same."""
    import numpy as np

    found: Column = np.where(np.isnan(met), "", reasons(parts, opening="The answer stands, although "))
    return found


def _score(name: str, label: str, high: float, gap: str, levels: Mapping[int, Text] = NO_LEVELS) -> Score:
    of = of_both(*MEASURES)
    derived = Derived(
        id=name, label=said(label), kind="instrument", of=of, at_least=1, unit="score", decimals=0, levels=levels
    )
    return Score(derived=derived, low=0, high=high, better="neither" if name == "worse" else "higher", gaps=gap)


def definition_of_improvement(parameters: DoiParameters) -> Response:
    """Make the definition with parameters."""
    certain = CERTAIN if parameters.missing == "open" else "A missing measure counts neither as better nor as worse."
    begun = "There is a number where one measure has a change; missing ones are not counted."
    return Response(
        id="imacs-doi",
        title="IMACS definition of improvement, myositis",
        version="2004, preliminary",
        citation="Rider LG, Giannini EH, Brunner HI, et al. International consensus on preliminary definitions of "
        "improvement in adult and juvenile myositis. Arthritis Rheum 2004;50:2281-90.",
        licence="Published definition; the numbers are facts. Cite the publication.",
        measures=(
            *(global_scale(name, label) for name, label in GLOBALS.items()),
            function(),
            enzyme("enzyme", "Muscle enzyme, the same one throughout"),
            strength(parameters.mmt_highest),
        ),
        scores=(
            _score("met", "Improvement", 1, certain, levels=ANSWERS),
            _score("improved", "Measures that are better by 20 per cent", 6, begun),
            _score("worse", "Measures that are worse by 25 per cent", 6, begun),
        ),
        judge=partial(judge_doi, parameters=parameters),
        rules=(
            (
                "Met where at least 3 of the 6 measures are better by at least 20 per cent of their own baseline, no "
                "more than 2 are worse by at least 25 per cent, and muscle strength is not among the worse."
            ),
            "Per cent of the baseline here, per cent of the whole range in `tis-2016`: the two are not to be mixed.",
        ),
        parameters=parameters,
        with_parameters=definition_of_improvement,
    )


IMACS_DOI = definition_of_improvement(STANDARD)
