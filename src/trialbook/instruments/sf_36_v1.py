"""SF-36 version 1: eight scales by Ware's scoring, and two summaries with the norms of the United States of 1990.

Ware JE, Sherbourne CD. The MOS 36-item short-form health survey (SF-36). I. Conceptual framework and item selection.
Med Care 1992;30:473-83. Summaries: Ware JE, Kosinski M, Keller SD. SF-36 Physical and Mental Health Summary Scales:
A User's Manual. Boston: The Health Institute, New England Medical Center, 1994.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialbook.instruments.base import Column, Columns, Instrument, Score, mean_of, recoded, rounded, sum_of
from trialbook.instruments.chinese import said
from trialbook.instruments.short_form import HALF, LABELS, SCALES, questions, scale_score
from trialbook.protocol.model import Derived

Recode = Mapping[float, float]


def _as_coded(best: int) -> Recode:
    return {float(code): float(code) for code in range(1, best + 1)}


def _turned(best: int) -> Recode:
    return {float(code): float(best + 1 - code) for code in range(1, best + 1)}


RECODES: Mapping[str, Recode] = MappingProxyType(
    {
        **dict.fromkeys(SCALES["pf"], _as_coded(3)),
        **dict.fromkeys((*SCALES["rp"], *SCALES["re"]), _as_coded(2)),
        "gh1": {1: 5.0, 2: 4.4, 3: 3.4, 4: 2.0, 5: 1.0},
        **dict.fromkeys(("gh2", "gh4", "sf2"), _as_coded(5)),
        **dict.fromkeys(("gh3", "gh5", "sf1"), _turned(5)),
        **dict.fromkeys(("vt3", "vt4", "mh1", "mh2", "mh4"), _as_coded(6)),
        **dict.fromkeys(("vt1", "vt2", "mh3", "mh5"), _turned(6)),
    }
)
"""Item -> code on the form -> value in the scale, of all but the two of pain, which depend on each other."""

PAIN: Recode = {1: 6.0, 2: 5.4, 3: 4.2, 4: 3.1, 5: 2.2, 6: 1.0}
HINDRANCE: Recode = {1: 5.0, 2: 4.0, 3: 3.0, 4: 2.0, 5: 1.0}
"""In the way of work, where there is pain; without any pain the answer 1 counts 6."""
HINDRANCE_ALONE: Recode = {1: 6.0, 2: 4.75, 3: 3.5, 4: 2.25, 5: 1.0}
"""Where the strength of pain is not answered; it then stands for both."""

LOWEST_AND_RANGE: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "pf": (10, 20), "rp": (4, 4), "bp": (2, 10), "gh": (5, 20),
        "vt": (4, 20), "sf": (2, 8), "re": (3, 3), "mh": (5, 25),
    }
)  # fmt: skip
"""Scale -> its lowest possible sum and how far the highest is above."""

NORMS_1990: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "pf": (84.52404, 22.89490),
        "rp": (81.19907, 33.79729),
        "bp": (75.49196, 23.55879),
        "gh": (72.21316, 20.16964),
        "vt": (61.05453, 20.86942),
        "sf": (83.59753, 22.37642),
        "re": (81.29467, 33.02717),
        "mh": (74.84212, 18.01189),
    }
)
"""Scale -> mean and standard deviation in the general population of the United States, 1990."""

WEIGHTS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "pcs": {
            "pf": 0.42402, "rp": 0.35119, "bp": 0.31754, "gh": 0.24954,
            "vt": 0.02877, "sf": -0.00753, "re": -0.19206, "mh": -0.22069,
        },
        "mcs": {
            "pf": -0.22999, "rp": -0.12329, "bp": -0.09731, "gh": -0.01571,
            "vt": 0.23534, "sf": 0.26876, "re": 0.43407, "mh": 0.48581,
        },
    }
)  # fmt: skip
"""Summary -> scale -> weight of its standardised value."""

ALL_ITEMS = tuple(item for items in SCALES.values() for item in items)
LEAST_ITEMS = sum(HALF.values())


def score_sf_36_v1(columns: Columns) -> dict[str, Column]:
    """Return eight scales (0 worst to 100 best), two summaries (mean 50, SD 10 in 1990) and the unofficial total."""
    values = {name: recoded(columns[name], table) for name, table in RECODES.items()} | _pain(columns)
    scales = {name: _scale(values, name) for name in SCALES}
    summaries = {name: summary(scales, name) for name in WEIGHTS}
    return scales | summaries | {"total_unofficial": mean_of(scales, tuple(SCALES), at_least=len(SCALES))}


def summary(scales: Columns, name: str) -> Column:
    """Return `pcs` or `mcs` of the eight scales; not-a-number where one of them is missing."""
    import numpy as np

    total: Column = np.full(np.shape(scales["pf"]), 50.0)
    for scale, weight in WEIGHTS[name].items():
        mean, deviation = NORMS_1990[scale]
        total += 10 * weight * (scales[scale] - mean) / deviation
    return total


def _pain(columns: Columns) -> dict[str, Column]:
    """Recode the two items of pain; where one is not answered, it takes the value of the other."""
    import numpy as np

    strength, hindrance = recoded(columns["bp1"], PAIN), recoded(columns["bp2"], HINDRANCE)
    is_free = (strength == PAIN[1]) & (hindrance == HINDRANCE[1])
    hindrance = np.where(is_free, 6.0, hindrance)
    alone = recoded(columns["bp2"], HINDRANCE_ALONE)
    no_strength, no_hindrance = np.isnan(strength), np.isnan(hindrance)
    return {
        "bp1": np.where(no_strength, alone, strength),
        "bp2": np.where(no_strength, alone, np.where(no_hindrance, strength, hindrance)),
    }


def _scale(values: Columns, name: str) -> Column:
    """Return a scale as percent of its range, the mean of the answered items standing in for each gap."""
    lowest, span = LOWEST_AND_RANGE[name]
    above = sum_of(values, SCALES[name], at_least=HALF[name]) - lowest
    return rounded(above * 100) / span


def _scale_gaps(name: str) -> str:
    least, whole = HALF[name], len(SCALES[name])
    if name == "bp":
        return "There is a value where at least 1 of the 2 items is answered; a single one stands for both."
    return f"There is a value where at least {least} of the {whole} items are answered; their mean fills each gap."


def _over_all(name: str, label: str, low: float, high: float, gaps: str) -> Score:
    derived = Derived(
        id=name,
        label=said(label),
        kind="instrument",
        of=ALL_ITEMS,
        at_least=LEAST_ITEMS,
        unit="score",
        decimals=1,
    )
    return Score(derived=derived, low=low, high=high, better="higher", gaps=gaps)


SUMMARY_GAPS = "There is a summary only where all eight scales have a value."

RULES = (
    (
        "The items stand in the order of the form, question 1 to 36: `gh1` is question 1, `ht` 2, `pf01` to `pf10` 3 "
        "to 12, `rp1` to `rp4` 13 to 16, `re1` to `re3` 17 to 19, `sf1` 20, `bp1` 21, `bp2` 22, `vt1` 23, `mh1` to "
        "`mh3` 24 to 26, `vt2` 27, `mh4` 28, `vt3` 29, `mh5` 30, `vt4` 31, `sf2` 32, `gh2` to `gh5` 33 to 36."
    ),
    (
        "Record the code of the printed form, as it is: that 1 is the best answer to some questions and the worst to "
        "others is settled by the scoring. The codes of each question follow the printed order of its answers: 1 is "
        "the best answer to questions 1, 20, 21, 22, 23, 26, 27, 30, 34 and 36, and the worst to all others that are "
        "scored."
    ),
    (
        "Ware's recoding: question 1 counts 5, 4.4, 3.4, 2, 1; questions 20, 34 and 36 are turned (6 minus the code), "
        "and 23, 26, 27 and 30 (7 minus the code). Question 21 counts 6, 5.4, 4.2, 3.1, 2.2, 1. Question 22 counts 5, "
        "4, 3, 2, 1, but 6 where there is no pain at all (1 in both). Where only question 22 is answered, it counts 6, "
        "4.75, 3.5, 2.25, 1 and stands for both questions of pain."
    ),
    "A scale is the sum of its items as percent of the way from the lowest to the highest sum possible.",
    (
        "A summary standardises the eight scales by mean and SD of the general population of the United States in "
        "1990, weights and adds them, times 10, plus 50: mean 50, SD 10. Its range is what the arithmetic allows; the "
        "best answers throughout give PCS 57.87 and MCS 62.14, the worst 20.14 and 17.34. A bad mental scale raises "
        "the PCS, and a bad physical one the MCS: that is how they were made."
    ),
    (
        "The two summaries: Ware JE, Kosinski M, Keller SD. SF-36 Physical and Mental Health Summary Scales: A User's "
        "Manual. Boston: The Health Institute, New England Medical Center, 1994."
    ),
    (
        "Version 1 only, with the norms of 1990, whatever the country and year of the study, so that numbers can be "
        "compared. Other norms, and version 2 with its other answers, would be other instruments."
    ),
    (
        "`total_unofficial` is the mean of the eight scales. The questionnaire has no total; papers that give one "
        "mostly mean this, but rarely say so. Its label says unofficial wherever it appears."
    ),
    "`ht`, health against a year ago, is recorded and is in no score.",
)

SF_36_V1 = Instrument(
    id="sf-36-v1",
    title="Short Form 36, version 1",
    version="1, summaries by the norms of the United States of 1990",
    citation="Ware JE, Sherbourne CD. The MOS 36-item short-form health survey (SF-36). I. Conceptual framework and "
    "item selection. Med Care 1992;30:473-83.",
    licence="The name SF-36, its forms and version 2 are licensed by their owner (QualityMetric); RAND's edition of "
    "the same questions is free. No wording is shipped.",
    items=questions(),
    scores=(
        *(scale_score(name, at_least=HALF[name], gaps=_scale_gaps(name)) for name in LABELS),
        _over_all("pcs", "Physical summary (PCS, US norms of 1990)", 1.73, 76.28, SUMMARY_GAPS),
        _over_all("mcs", "Mental summary (MCS, US norms of 1990)", -1.27, 80.74, SUMMARY_GAPS),
        _over_all(
            "total_unofficial",
            "Mean of the eight scales (unofficial total)",
            0,
            100,
            "There is an unofficial total only where all eight scales have a value.",
        ),
    ),
    score=score_sf_36_v1,
    rules=RULES,
)
