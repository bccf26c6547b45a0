"""EULAR/ACR classification of 2017: how probable an inflammatory myopathy is, and which, from weighted findings.

Lundberg IE, Tjärnlund A, Bottai M, et al. 2017 European League Against Rheumatism/American College of Rheumatology
classification criteria for adult and juvenile idiopathic inflammatory myopathies and their major subgroups. Ann Rheum
Dis 2017;76:1955-64. Weights: Bottai M, Tjärnlund A, Santoni G, et al. RMD Open 2017;3:e000507. A finding that is not
known is not taken for absent: each score has a least and a most, and a class is told only where both agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from types import MappingProxyType

from trialbook.instruments.base import NO_LEVELS, Column, Columns, Instrument, Score, answered, recoded, stacked, within
from trialbook.instruments.chinese import said
from trialbook.instruments.parameters import stated
from trialbook.instruments.response import Mask
from trialbook.protocol.model import Derived, Item, Text

WEIGHTS: Mapping[str, tuple[str, float, float]] = MappingProxyType(
    {
        "proximal_upper": ("Objective weakness, proximal, arms", 0.7, 0.7),
        "proximal_lower": ("Objective weakness, proximal, legs", 0.8, 0.5),
        "neck_flexors": ("Neck flexors weaker than extensors", 1.9, 1.6),
        "leg_proximal": ("Legs: proximal weaker than distal", 0.9, 1.2),
        "heliotrope": ("Heliotrope rash", 3.1, 3.2),
        "gottron_papules": ("Gottron's papules", 2.1, 2.7),
        "gottron_sign": ("Gottron's sign", 3.3, 3.7),
        "dysphagia": ("Dysphagia or oesophageal dysmotility", 0.7, 0.6),
        "anti_jo1": ("Anti-Jo-1 antibody", 3.9, 3.8),
        "enzymes": ("CK, LDH, AST or ALT above the upper limit", 1.3, 1.4),
    }
)
"""Finding -> our own label, its weight without and with a biopsy."""

BIOPSY_WEIGHTS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "endomysial": ("Biopsy: mononuclear cells around fibres", 1.7),
        "perimysial": ("Biopsy: mononuclear cells perimysial or perivascular", 1.2),
        "perifascicular": ("Biopsy: perifascicular atrophy", 1.9),
        "rimmed_vacuoles": ("Biopsy: rimmed vacuoles", 3.1),
    }
)
FOR_SUBGROUP: Mapping[str, str] = MappingProxyType(
    {
        "finger_flexors": "Weakness of finger flexors",
        "no_response": "No response to treatment",
    }
)
"""Without weight; they tell inclusion body myositis."""

ONSET_18: tuple[float, float] = (1.3, 1.5)
ONSET_40: tuple[float, float] = (2.1, 2.2)
"""Weight of an onset from 18 to under 40 years, and from 40 on, without and with a biopsy; younger has none."""

SKIN = ("heliotrope", "gottron_papules", "gottron_sign")
WEAK = ("proximal_upper", "proximal_lower", "neck_flexors", "leg_proximal")
FINDINGS, OF_BIOPSY = tuple(WEIGHTS), tuple(BIOPSY_WEIGHTS)
YES_NO_IDS = (*FINDINGS, "biopsy", *OF_BIOPSY, *FOR_SUBGROUP)
IDS = ("onset", *YES_NO_IDS)
NO_OR_YES = {0.0: 0.0, 1.0: 1.0}
OLDEST = 120

CUTS: tuple[tuple[float, float, float], ...] = ((5.3, 5.5, 7.5), (6.5, 6.7, 8.7))
"""Lowest score of possible, probable and definite, without and with a biopsy."""
PROBABLE = 2

CATEGORIES: Mapping[int, Text] = MappingProxyType(
    {0: said("Not IIM"), 1: said("Possible"), 2: said("Probable"), 3: said("Definite")}
)
NOT_IIM, PM, DM, ADM, IBM, JDM, JUVENILE = range(7)
SUBGROUPS: Mapping[int, Text] = MappingProxyType(
    {
        NOT_IIM: said("Not probable, so none"),
        PM: said("Polymyositis, with necrotising myopathy"),
        DM: said("Dermatomyositis"),
        ADM: said("Amyopathic dermatomyositis"),
        IBM: said("Inclusion body myositis"),
        JDM: said("Juvenile dermatomyositis"),
        JUVENILE: said("Juvenile myositis, other"),
    }
)

FROM_MEMORY = "Not confirmed in print; fits the published cut-offs. The class does not depend on it."


@dataclass(frozen=True, slots=True, kw_only=True)
class IimParameters:
    """What sources leave open about the classification."""

    middle: float = stated(
        5.33, "Score without a biopsy at which the probability is a half", why=FROM_MEMORY, between=(0, 20)
    )
    middle_biopsy: float = stated(
        6.49, "Score with a biopsy at which the probability is a half", why=FROM_MEMORY, between=(0, 20)
    )


STANDARD = IimParameters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The least and the most that something can still be, as columns."""

    least: Column
    most: Column

    def where_same(self) -> Column:
        """Return the value where nothing can change it; not-a-number where it is open."""
        import numpy as np

        same: Column = np.where(self.least == self.most, self.least, np.nan)
        return same


def score_eular_acr_2017(columns: Columns, parameters: IimParameters = STANDARD) -> dict[str, Column]:
    """Return both scores with their bounds, and by the one that applies class, probability and subgroup.

    Which one applies is what `biopsy` says. Columns: `onset` in years, all others no (0) or yes (1).
    """
    import numpy as np

    known = {name: recoded(columns[name], NO_OR_YES) for name in YES_NO_IDS}
    onset = within(columns["onset"], 0, OLDEST)
    without, with_biopsy = (_sum(known, onset, place) for place in (0, 1))
    had = known["biopsy"]
    applied = Bounds(least=_by(had, without.least, with_biopsy.least), most=_by(had, without.most, with_biopsy.most))
    classes = Bounds(
        least=_lower(had, _class(without.least, 0), _class(with_biopsy.least, 1)),
        most=_upper(had, _class(without.most, 0), _class(with_biopsy.most, 1)),
    )
    chances = (
        probability(without.where_same(), parameters.middle),
        probability(with_biopsy.where_same(), parameters.middle_biopsy),
    )
    had_none = had == 0
    scores = {
        "no_biopsy": without.where_same(),
        "no_biopsy_least": without.least,
        "no_biopsy_most": without.most,
        "with_biopsy": np.where(had_none, np.nan, with_biopsy.where_same()),
        "with_biopsy_least": np.where(had_none, np.nan, with_biopsy.least),
        "with_biopsy_most": np.where(had_none, np.nan, with_biopsy.most),
        "score": applied.where_same(),
        "probability": _by(had, *chances),
        "class_least": classes.least,
        "class_most": classes.most,
        "class": classes.where_same(),
        "subgroup": _subgroup(known, onset, classes),
    }
    is_begun = (answered(known, YES_NO_IDS) > 0) | ~np.isnan(onset)
    return {name: np.where(is_begun, values, np.nan) for name, values in scores.items()}


def probability(score: Column, middle: float) -> Column:
    """Return the probability of an inflammatory myopathy: 1 / (1 + exp(middle - score)), for display."""
    import numpy as np

    chance: Column = 1 / (1 + np.exp(middle - np.asarray(score, dtype=np.float64)))
    return chance


def _sum(known: Columns, onset: Column, place: int) -> Bounds:
    """Return the least and most sum of weights: `place` 0 without, 1 with a biopsy; to one decimal."""
    import numpy as np

    weights = {name: (without, with_biopsy)[place] for name, (_, without, with_biopsy) in WEIGHTS.items()}
    if place:
        weights |= {name: weight for name, (_, weight) in BIOPSY_WEIGHTS.items()}
    age = np.where(onset >= 40, ONSET_40[place], np.where(onset >= 18, ONSET_18[place], 0.0))
    least: Column = np.array(age, dtype=np.float64)
    most: Column = np.where(np.isnan(onset), ONSET_40[place], least)
    for name, weight in weights.items():
        least += weight * np.nan_to_num(known[name], nan=0.0)
        most += weight * np.nan_to_num(known[name], nan=1.0)
    least, most = np.round(least, 1), np.round(most, 1)
    return Bounds(least=least, most=most)


def _class(score: Column, place: int) -> Column:
    """Return 0 to 3 by the published cut-offs of the score."""
    import numpy as np

    level: Column = np.searchsorted(CUTS[place], score, side="right").astype(np.float64)
    return level


def _by(had: Column, without: Column, with_biopsy: Column) -> Column:
    """Take the one that applies; not-a-number where it is not known whether there was a biopsy."""
    import numpy as np

    taken: Column = np.where(had == 1, with_biopsy, np.where(had == 0, without, np.nan))
    return taken


def _lower(had: Column, without: Column, with_biopsy: Column) -> Column:
    import numpy as np

    low: Column = np.where(np.isnan(had), np.minimum(without, with_biopsy), _by(had, without, with_biopsy))
    return low


def _upper(had: Column, without: Column, with_biopsy: Column) -> Column:
    import numpy as np

    high: Column = np.where(np.isnan(had), np.maximum(without, with_biopsy), _by(had, without, with_biopsy))
    return high


def _subgroup(known: Columns, onset: Column, classes: Bounds) -> Column:
    """Return the subgroup that alone is possible; not-a-number where several are."""
    import numpy as np

    unknown_age = np.isnan(onset)
    adult, child = unknown_age | (onset >= 18), unknown_age | (onset < 18)
    skin, no_skin = _any(known, SKIN)
    weak, not_weak = _any(known, WEAK)
    # where no biopsy was made none shows vacuoles
    vacuoles = np.where(known["biopsy"] == 0, 0.0, known["rimmed_vacuoles"])
    fingers, unmoved = known["finger_flexors"], known["no_response"]
    ibm = ((fingers != 0) & (unmoved != 0)) | (vacuoles != 0)
    no_ibm = ((fingers != 1) | (unmoved != 1)) & (vacuoles != 1)
    may_be, may_not_be = classes.most >= PROBABLE, classes.least < PROBABLE
    possible = {
        NOT_IIM: may_not_be,
        PM: adult & no_skin & no_ibm & may_be,
        DM: adult & skin & weak & may_be,
        ADM: adult & skin & not_weak & may_be,
        IBM: adult & no_skin & ibm & may_be,
        JDM: child & skin & may_be,
        JUVENILE: child & no_skin & may_be,
    }
    chances = np.stack(list(possible.values()))
    found: Column = np.where(chances.sum(axis=0) == 1, chances.argmax(axis=0).astype(np.float64), np.nan)
    return found


def _any(known: Columns, ids: tuple[str, ...]) -> tuple[Mask, Mask]:
    """Tell whether one of some findings can be there, and whether all can be absent."""
    import numpy as np

    values = stacked(known, ids)
    there: Mask = np.any(values != 0, axis=0)
    absent: Mask = np.all(values != 1, axis=0)
    return there, absent


def _score(
    name: str, label: str, of: tuple[str, ...], high: float, gap: str, levels: Mapping[int, Text] = NO_LEVELS
) -> Score:
    decimals = 0 if levels else {"probability": 3}.get(name, 1)
    derived = Derived(
        id=name,
        label=said(label),
        kind="instrument",
        of=of,
        at_least=1,
        unit="score",
        decimals=decimals,
        levels=levels,
    )
    return Score(derived=derived, low=0, high=high, better="neither", gaps=gap)


def _highest(place: int) -> float:
    weights = [(without, with_biopsy)[place] for _, without, with_biopsy in WEIGHTS.values()]
    extra = [weight for _, weight in BIOPSY_WEIGHTS.values()] if place else []
    return round(sum(weights) + sum(extra) + ONSET_40[place], 1)


OF_SCORE = ("onset", *FINDINGS)
OF_BOTH = (*OF_SCORE, "biopsy", *OF_BIOPSY)
EVERY = "There is a score where nothing that is not answered can change it."
BOUND = "There is a value where anything is answered; what is not answered may turn out either way."
BIOPSY_BOUND = f"{BOUND[:-1]}; none where no biopsy was made."
CERTAIN = "There is a value only where it is the same however unanswered items turn out."


def _items() -> tuple[Item, ...]:
    onset = Item(
        id="onset",
        kind="number",
        label=said("Age at the first symptom"),
        unit="year",
        minimum=Decimal(0),
        maximum=Decimal(OLDEST),
        decimals=0,
    )
    labels = {name: both[0] for name, both in WEIGHTS.items()} | {"biopsy": "Muscle biopsy was made"}
    labels |= {name: label for name, (label, _) in BIOPSY_WEIGHTS.items()} | dict(FOR_SUBGROUP)
    return (onset, *(Item(id=name, kind="yes_no", label=said(label)) for name, label in labels.items()))


def _scores() -> tuple[Score, ...]:
    """Describe the scores."""
    plain, with_biopsy = _highest(0), _highest(1)
    return (
        _score("no_biopsy", "Score without a biopsy", OF_SCORE, plain, EVERY),
        _score("no_biopsy_least", "Score without a biopsy, least possible", OF_SCORE, plain, BOUND),
        _score("no_biopsy_most", "Score without a biopsy, most possible", OF_SCORE, plain, BOUND),
        _score("with_biopsy", "Score with a biopsy", OF_BOTH, with_biopsy, EVERY),
        _score("with_biopsy_least", "Score with a biopsy, least possible", OF_BOTH, with_biopsy, BIOPSY_BOUND),
        _score("with_biopsy_most", "Score with a biopsy, most possible", OF_BOTH, with_biopsy, BIOPSY_BOUND),
        _score("score", "Score that applies", OF_BOTH, with_biopsy, f"{EVERY[:-1]}, and `biopsy` is answered."),
        _score(
            "probability",
            "Probability of inflammatory myopathy",
            OF_BOTH,
            1,
            f"{EVERY[:-1]}, and `biopsy` is answered.",
        ),
        _score("class_least", "Lowest class that can still come out", OF_BOTH, 3, BOUND, levels=CATEGORIES),
        _score("class_most", "Highest class that can still come out", OF_BOTH, 3, BOUND, levels=CATEGORIES),
        _score("class", "Class", OF_BOTH, 3, CERTAIN, levels=CATEGORIES),
        _score("subgroup", "Subgroup", IDS, 6, CERTAIN, levels=SUBGROUPS),
    )


def classification(parameters: IimParameters) -> Instrument:
    """Make the classification with parameters."""
    return Instrument(
        id="eular-acr-2017",
        title="EULAR/ACR classification of inflammatory myopathies",
        version="2017",
        citation="Lundberg IE, Tjärnlund A, Bottai M, et al. 2017 European League Against Rheumatism/American College "
        "of Rheumatology classification criteria for adult and juvenile idiopathic inflammatory myopathies and their "
        "major subgroups. Ann Rheum Dis 2017;76:1955-64.",
        licence="Published criteria; the weights are facts, the wording of the tables is the publishers'. Labels here "
        "are our own.",
        items=_items(),
        scores=_scores(),
        score=partial(score_eular_acr_2017, parameters=parameters),
        rules=RULES,
        parameters=parameters,
        with_parameters=classification,
    )


RULES = (
    "The weights of what is there are added, to one decimal. Without a biopsy and with one they differ: "
    f"onset from 18 to under 40 years {ONSET_18[0]} and {ONSET_18[1]}, from 40 on {ONSET_40[0]} and {ONSET_40[1]}, "
    "younger none; "
    + "; ".join(f"`{name}` {both[1]} and {both[2]}" for name, both in WEIGHTS.items())
    + "; with a biopsy only "
    + ", ".join(f"`{name}` {weight}" for name, (_, weight) in BIOPSY_WEIGHTS.items())
    + ".",
    (
        "Class by the score, not by the probability: possible from 5.3 (with a biopsy 6.5), probable from 5.5 (6.7), "
        "definite from 7.5 (8.7). The rounded constants of the probability would put 5.3, 5.5 and 7.5 on the other "
        "side of 50, 55 and 90 per cent. Exactly 5.3 is possible, as the publication has it; some secondary sources "
        "differ."
    ),
    (
        "Subgroup from probable on. Onset under 18 years: juvenile dermatomyositis with a skin sign (heliotrope rash, "
        "Gottron's papules or sign), else another juvenile myositis. From 18 on with a skin sign: dermatomyositis with "
        "one of the four weaknesses, amyopathic dermatomyositis without; without a skin sign: inclusion body myositis "
        "with rimmed vacuoles, or with weak finger flexors and no response to treatment, else polymyositis."
    ),
    (
        "The criteria hold only where no other disease explains the findings better; that is for the investigator. "
        "Without a skin sign a biopsy is expected."
    ),
)

EULAR_ACR_2017 = classification(STANDARD)
