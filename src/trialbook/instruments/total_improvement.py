"""Total Improvement Score: the response criteria of ACR and EULAR of 2016 for myositis, 0 to 100.

Aggarwal R, Rider LG, Ruperto N, et al. 2016 American College of Rheumatology/European League Against Rheumatism
criteria for minimal, moderate, and major clinical response in adult dermatomyositis and polymyositis. Ann Rheum Dis
2017;76:792-801. Table of levels: Rider LG, Aggarwal R, Pistorio A, et al. Ann Rheum Dis 2017;76:782-91, Table 3.
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
    ENZYMES,
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
from trialbook.instruments.response import Judged, Mask, Reasons, Response, at, gaps, of_both, reasons
from trialbook.protocol.model import Derived, Text

FROM_MEMORY = "The publications say only that the range is a multiple of the upper limit of normal; not confirmed."


@dataclass(frozen=True, slots=True, kw_only=True)
class TisParameters:
    """What sources leave open about the Total Improvement Score."""

    mmt_highest: int = stated(
        80,
        "Highest total of the muscle test that was used",
        why="Any of three tests may be used: eight groups of one side, of both sides, or the whole body. With a total "
        "above the default the row is refused, so that the wrong one is noticed.",
        choices=(80, 150, 260),
    )
    ck_range: float = stated(15.0, "Range of creatine kinase, × upper limit", why=FROM_MEMORY, between=(1, 100))
    aldolase_range: float = stated(6.0, "Range of aldolase, × upper limit", why=FROM_MEMORY, between=(1, 100))
    alt_range: float = stated(
        3.0, "Range of alanine aminotransferase, × upper limit", why=FROM_MEMORY, between=(1, 100)
    )
    ast_range: float = stated(
        3.0, "Range of aspartate aminotransferase, × upper limit", why=FROM_MEMORY, between=(1, 100)
    )
    ldh_range: float = stated(3.0, "Range of lactate dehydrogenase, × upper limit", why=FROM_MEMORY, between=(1, 100))
    missing: Literal["refuse", "zero"] = stated(
        "refuse",
        "What a missing measure does",
        why="The criteria do not say. `refuse`: no score without all six. `zero`: it counts 0, where both the "
        "physician's assessment and muscle strength are there; the row then says so.",
        choices=("refuse", "zero"),
    )
    minimal: float = stated(
        20.0,
        "Lowest score of minimal improvement",
        why="Adults 20, 40, 60; juvenile dermatomyositis 30, 45, 70.",
        between=(0, 100),
    )
    moderate: float = stated(40.0, "Lowest score of moderate improvement", why="See `minimal`.", between=(0, 100))
    major: float = stated(60.0, "Lowest score of major improvement", why="See `minimal`.", between=(0, 100))


STANDARD = TisParameters()

POINTS: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "phga": (0, 7.5, 15, 17.5, 20),
        "ptga": (0, 2.5, 5, 7.5, 10),
        "mmt": (0, 10, 20, 27.5, 32.5),
        "haq": (0, 5, 7.5, 7.5, 10),
        "enzyme": (0, 2.5, 5, 7.5, 7.5),
        "extramuscular": (0, 7.5, 12.5, 15, 20),
    }
)
"""Measure -> points of the five levels of change; the highest add up to 100."""

CUTS, MMT_CUTS = (5.0, 15.0, 25.0, 40.0), (2.0, 10.0, 20.0, 30.0)
"""Upper ends of the levels, in per cent of the measure's range; an end belongs to the lower level."""

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "phga": "physician's assessment",
        "ptga": "participant's assessment",
        "mmt": "muscle strength",
        "haq": "HAQ-DI",
        "enzyme": "muscle enzyme",
        "extramuscular": "activity outside of muscle",
    }
)

CATEGORIES: Mapping[int, Text] = MappingProxyType(
    {0: said("None"), 1: said("Minimal"), 2: said("Moderate"), 3: said("Major")}
)
NEEDED = ("phga", "mmt")
"""Without these there is no score, whatever missing measures do: the rule of the IMACS calculator."""
SMALLEST_LIMIT = 0.001
"""U/L; no upper limit of normal is 0."""


def judge_tis(base: Columns, now: Columns, parameters: TisParameters = STANDARD) -> Judged:
    """Return the score, its category, the points of each measure, and which enzyme was followed.

    Columns: `phga`, `ptga`, `extramuscular` in cm, `haq`, `mmt`, each enzyme and, with the earlier moment, its upper
    limit as `ck_upper` ... in U/L. Enzymes and limits that are absent count as not measured.
    """
    import numpy as np

    chosen = choose_enzyme(base, now)
    changes = percent_changes(base, now, parameters)
    points = {name: _points(name, change) for name, change in changes.items()}
    missing = {name: np.isnan(column) for name, column in points.items()}
    there = np.sum([~gap for gap in missing.values()], axis=0).astype(float)
    is_given = _is_given(missing, parameters)
    total = np.where(is_given, np.nansum(list(points.values()), axis=0), np.nan)
    scores = {
        "tis": total,
        "category": _category(total, parameters),
        **{f"{name}_points": column for name, column in points.items()},
        "measures": np.where(there > 0, there, np.nan),
        "enzyme": chosen.which,
    }
    return Judged(columns=scores, why=_why(base, now, missing, chosen, is_given, parameters))


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The enzyme that is followed in each row."""

    which: Column
    """1 for the first of `ENZYMES` ...; not-a-number where none can be chosen."""
    base: Column
    now: Column
    upper: Column
    is_unranked: Mask
    """An enzyme was measured before that has no upper limit, so that the most abnormal is not known."""


def choose_enzyme(base: Columns, now: Columns) -> Followed:
    """Choose in each row the enzyme that is the highest multiple of its upper limit before; the first of equals."""
    import numpy as np

    like = base["phga"]
    before, after, upper = (
        np.stack([within(gaps(side, name.format(one), like), low, LARGEST) for one in ENZYMES])
        for side, name, low in ((base, "{}", 0.0), (now, "{}", 0.0), (base, "{}_upper", SMALLEST_LIMIT))
    )
    ratio = np.divide(before, upper, out=np.full(before.shape, np.nan), where=~np.isnan(before) & ~np.isnan(upper))
    is_unranked = np.any(~np.isnan(before) & np.isnan(upper), axis=0)
    is_known = ~is_unranked & np.any(~np.isnan(ratio), axis=0)
    place = np.argmax(np.where(np.isnan(ratio), -1.0, ratio), axis=0)
    rows = np.arange(place.size)
    return Followed(
        which=np.where(is_known, place + 1.0, np.nan),
        base=np.where(is_known, before[place, rows], np.nan),
        now=np.where(is_known, after[place, rows], np.nan),
        upper=np.where(is_known, upper[place, rows], np.nan),
        is_unranked=is_unranked,
    )


def percent_changes(base: Columns, now: Columns, parameters: TisParameters = STANDARD) -> dict[str, Column]:
    """Return the improvement of each measure in per cent of its range, not of its baseline; below 0 where it is worse.

    Rider and others 2017, Table 3, footnote: (before - now) by range, for strength (now - before) by range.
    """
    import numpy as np

    ranges = {**dict.fromkeys(GLOBALS, VAS_LENGTH), "haq": HAQ_HIGHEST, "mmt": float(parameters.mmt_highest)}
    found = {}
    for name, highest in ranges.items():
        before, after = within(base[name], 0, highest), within(now[name], 0, highest)
        fall = after - before if name == "mmt" else before - after
        found[name] = 100 * fall / highest
    one = choose_enzyme(base, now)
    multiples = np.array([getattr(parameters, f"{name}_range") for name in ENZYMES])
    factor = multiples[np.nan_to_num(one.which, nan=1.0).astype(int) - 1]
    found["enzyme"] = 100 * (one.base - one.now) / (factor * one.upper)
    # half a centimetre of ten is 5 per cent, not a little more
    return {name: np.round(found[name], 9) for name in POINTS}


def _points(name: str, change: Column) -> Column:
    """Return the points of a change; not-a-number for none."""
    import numpy as np

    level = np.searchsorted(MMT_CUTS if name == "mmt" else CUTS, np.nan_to_num(change), side="left")
    points: Column = np.where(np.isnan(change), np.nan, np.array(POINTS[name])[level])
    return points


def _is_given(missing: Mapping[str, Mask], parameters: TisParameters) -> Mask:
    """Tell in which rows there is a score."""
    import numpy as np

    needed = NEEDED if parameters.missing == "zero" else tuple(missing)
    given: Mask = ~np.any([missing[name] for name in needed], axis=0)
    return given


def _category(total: Column, parameters: TisParameters) -> Column:
    import numpy as np

    steps = (parameters.minimal, parameters.moderate, parameters.major)
    level = np.sum([np.nan_to_num(total, nan=-1.0) >= step for step in steps], axis=0)
    category: Column = np.where(np.isnan(total), np.nan, level)
    return category


def _why(
    base: Columns,
    now: Columns,
    missing: Mapping[str, Mask],
    chosen: Followed,
    is_given: Mask,
    parameters: TisParameters,
) -> Reasons:
    """Say why there is no score, or which measures count 0 for want of a value."""
    import numpy as np

    highest = {**dict.fromkeys(GLOBALS, VAS_LENGTH), "haq": HAQ_HIGHEST, "mmt": float(parameters.mmt_highest)}
    parts: dict[str, Mask] = {}
    for name, top in highest.items():
        for moment, side in (("before", base), ("now", now)):
            parts[f"{LABELS[name]} is missing {moment}"] = np.isnan(within(side[name], 0, top))
    no_choice = np.isnan(chosen.which)
    parts["a muscle enzyme was measured that has no upper limit of normal"] = chosen.is_unranked
    parts["no muscle enzyme was measured before"] = no_choice & ~chosen.is_unranked
    for place, (_, label) in enumerate(ENZYMES.items(), start=1):
        parts[f"{label.lower()}, the enzyme that is followed, is missing now"] = (chosen.which == place) & np.isnan(
            chosen.now
        )
    count = np.array([f" ({number} of 6 measures)" for number in range(7)], dtype=object)
    there = count[6 - np.sum(list(missing.values()), axis=0)]
    refused = reasons(parts, opening="Not computable, because ", closing=there)
    counted = reasons(parts, opening="Counted as 0: ", closing=there)
    return np.where(is_given, counted, refused)


def _score(
    name: str, label: str, of: tuple[str, ...], high: float, gap: str, levels: Mapping[int, Text] = NO_LEVELS
) -> Score:
    derived = Derived(
        id=name,
        label=said(label),
        kind="instrument",
        of=of,
        at_least=len(of),
        unit="score",
        decimals=1,
        levels=levels,
    )
    return Score(derived=derived, low=0, high=high, better="neither" if levels else "higher", gaps=gap)


FOLLOWED: Mapping[int, Text] = MappingProxyType(
    {place: said(label) for place, label in enumerate(ENZYMES.values(), start=1)}
)
UPPERS = tuple(f"{name}_upper" for name in ENZYMES)
OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **{name: of_both(name) for name in (*GLOBALS, "haq", "mmt")},
        "enzyme": (*of_both(*ENZYMES), *UPPERS),
    }
)
RULES_FOR_GAPS: Mapping[str, str] = MappingProxyType(
    {
        "refuse": "There is a score only where all six measures are there at both moments.",
        "zero": "A missing measure counts 0; there is a score where the physician's assessment and muscle strength are "
        "there at both moments.",
    }
)
ALL = tuple(name for names in OF.values() for name in names)


def _scores(parameters: TisParameters) -> tuple[Score, ...]:
    """Describe the scores."""
    rule = RULES_FOR_GAPS[parameters.missing]
    both = "There are points only where the measure is there at both moments."
    points = (
        _score(f"{name}_points", f"Points, {label}", OF[name], max(POINTS[name]), both)
        for name, label in LABELS.items()
    )
    return (
        _score("tis", "Total Improvement Score", ALL, 100, rule),
        _score("category", "Improvement", ALL, 3, rule, levels=CATEGORIES),
        *points,
        _score("measures", "Measures that are there, of six", ALL, 6, "There is a number where one measure is there."),
        _score(
            "enzyme",
            "Enzyme that is followed",
            (*(at(name, "base") for name in ENZYMES), *UPPERS),
            5,
            "There is one where every enzyme that was measured before has an upper limit.",
            levels=FOLLOWED,
        ),
    )


def total_improvement(parameters: TisParameters) -> Response:
    """Make the score with parameters."""
    return Response(
        id="tis-2016",
        title="Total Improvement Score, ACR/EULAR 2016, myositis",
        version="2016, adults",
        citation="Aggarwal R, Rider LG, Ruperto N, et al. 2016 American College of Rheumatology/European League "
        "Against Rheumatism criteria for minimal, moderate, and major clinical response in adult dermatomyositis and "
        "polymyositis. Ann Rheum Dis 2017;76:792-801.",
        licence="Published criteria; the numbers are facts. Cite the publication.",
        measures=(
            *(global_scale(name, label) for name, label in GLOBALS.items()),
            function(),
            strength(parameters.mmt_highest),
            *(enzyme(name, label) for name, label in ENZYMES.items()),
        ),
        once=tuple(
            enzyme(f"{name}_upper", f"{label}, upper limit of normal", lowest=str(SMALLEST_LIMIT))
            for name, label in ENZYMES.items()
        ),
        optional=(*ENZYMES, *UPPERS),
        scores=_scores(parameters),
        judge=partial(judge_tis, parameters=parameters),
        rules=RULES,
        parameters=parameters,
        with_parameters=total_improvement,
    )


RULES = (
    (
        "The change of a measure is taken in per cent of its whole range, not of its baseline: 10 cm for the three "
        "assessments, 3 for HAQ-DI, the highest total for muscle strength, a multiple of the upper limit for the "
        "enzyme."
    ),
    "Changes up to 5, 15, 25, 40 per cent and above (muscle strength: 2, 10, 20, 30) give points: "
    + "; ".join(f"{LABELS[name]} {', '.join(f'{one:g}' for one in points)}" for name, points in POINTS.items())
    + ". An end belongs to the lower level, and a worsening gives 0.",
    (
        "The enzyme is the one that is the highest multiple of its upper limit before, and it is followed throughout. "
        "The publication says “most abnormal”; that this means the multiple is our reading. Of equal ones the first "
        "counts."
    ),
    (
        "Percentages are rounded to 9 decimals before they are put into a level. An eighth of HAQ-DI is 4.2 per cent, "
        "and gives no points. Without activity outside of muscle at baseline the score cannot pass 80."
    ),
)

TIS_2016 = total_improvement(STANDARD)
