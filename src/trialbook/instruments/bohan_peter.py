"""The criteria of Bohan and Peter: how certain polymyositis or dermatomyositis is, from five findings.

Bohan A, Peter JB. Polymyositis and dermatomyositis. N Engl J Med 1975;292:344-7 and 403-7. A finding or an exclusion
that is not known is not taken for absent: the class is told only where all ways in which it could turn out agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialbook.instruments.base import Column, Columns, Instrument, Score, answered, recoded, stacked
from trialbook.instruments.chinese import said
from trialbook.protocol.model import Derived, Item, Text

FINDINGS: Mapping[str, str] = MappingProxyType(
    {
        "weakness": "Symmetric weakness of proximal muscles",
        "enzymes": "Muscle enzymes raised",
        "emg": "Electromyogram of a myopathy",
        "biopsy": "Muscle biopsy compatible",
    }
)
"""Criteria A to D, which are counted, with our own short labels."""

RASH = "rash"
"""Criterion E, which makes it dermatomyositis."""

EXCLUSIONS: Mapping[str, str] = MappingProxyType(
    {
        "neurological": "Neurological or neuromuscular disease",
        "dystrophy": "Muscular dystrophy",
        "infection": "Infection or granulomatous disease of muscle",
        "metabolic": "Metabolic or endocrine muscle disease",
        "myasthenia": "Myasthenia gravis",
    }
)
"""Any of these explains the findings in another way, and leaves no class."""

COUNTED, EXCLUDING = tuple(FINDINGS), tuple(EXCLUSIONS)
IDS = (*COUNTED, RASH, *EXCLUDING)
NO_OR_YES = {0.0: 0.0, 1.0: 1.0}
PROBABLE = 2

CLASSES: Mapping[int, Text] = MappingProxyType(
    {0: said("None"), 1: said("Possible"), 2: said("Probable"), 3: said("Definite")}
)
KINDS: Mapping[int, Text] = MappingProxyType({0: said("Neither"), 1: said("Polymyositis"), 2: said("Dermatomyositis")})
ANSWERS: Mapping[int, Text] = MappingProxyType({0: said("No"), 1: said("Yes")})


def score_bohan_peter(columns: Columns) -> dict[str, Column]:
    """Return how many findings there are, the worst and best class that can still come out, and what is certain.

    The class rises with each finding and with the rash, and falls to none with an exclusion. So the worst class is that
    of all unknown findings absent and unknown exclusions present, and the best that of the contrary.
    """
    import numpy as np

    known = {name: recoded(columns[name], NO_OR_YES) for name in IDS}
    found, rash = _bounds(known, COUNTED, "sum"), _bounds(known, (RASH,), "sum")
    excluded = _bounds(known, EXCLUDING, "any")
    least = _class(found[0], rash[0], excluded[1])
    most = _class(found[1], rash[1], excluded[0])
    is_kind_known = (most == 0) | ((least > 0) & (rash[0] == rash[1]))
    scores = {
        "criteria": np.where(answered(known, COUNTED) > 0, found[0], np.nan),
        "excluded": _where_same(*excluded),
        "least": least,
        "most": most,
        "class": _where_same(least, most),
        "kind": np.where(is_kind_known, np.where(most == 0, 0.0, 1.0 + rash[0]), np.nan),
        "at_least_probable": _where_same(_is_probable(least), _is_probable(most)),
    }
    is_begun = answered(known, IDS) > 0
    return {name: np.where(is_begun, values, np.nan) for name, values in scores.items()}


def _bounds(known: Columns, ids: tuple[str, ...], rule: str) -> tuple[Column, Column]:
    """Return how many of some items are certainly answered with yes, and how many can be; `any`: at most one."""
    import numpy as np

    values = stacked(known, ids)
    low = np.nansum(values, axis=0)
    high = low + np.isnan(values).sum(axis=0)
    return (low, high) if rule == "sum" else (np.minimum(low, 1.0), np.minimum(high, 1.0))


def _class(found: Column, rash: Column, excluded: Column) -> Column:
    """Return the class: without a rash possible from two findings on; the rash counts as much as one more."""
    import numpy as np

    classes: Column = np.where(excluded > 0, 0.0, np.clip(found - 1 + rash, 0.0, 3.0))
    return classes


def _is_probable(classes: Column) -> Column:
    """Return 1 for a class that is probable or definite, else 0."""
    return (classes >= PROBABLE).astype(float)


def _where_same(low: Column, high: Column) -> Column:
    """Return the value on which both ends agree; not-a-number where it is open."""
    import numpy as np

    same: Column = np.where(low == high, low, np.nan)
    return same


def _item(name: str, label: str) -> Item:
    return Item(id=name, kind="yes_no", label=said(label))


def _score(name: str, label: str, of: tuple[str, ...], gaps: str, levels: Mapping[int, Text]) -> Score:
    derived = Derived(
        id=name,
        label=said(label),
        kind="instrument",
        of=of,
        at_least=1,
        unit="score",
        decimals=0,
        levels=levels,
    )
    high = max(levels, default=len(COUNTED))
    return Score(derived=derived, low=0, high=high, better="neither", gaps=gaps)


ANY_ANSWER = "There is a value where anything is answered; what is not answered may turn out either way."

BOHAN_PETER = Instrument(
    id="bohan-peter",
    title="Criteria of Bohan and Peter for polymyositis and dermatomyositis",
    version="1975",
    citation="Bohan A, Peter JB. Polymyositis and dermatomyositis. N Engl J Med 1975;292:344-7 and 403-7.",
    licence="Published criteria; their wording is the publisher's. Labels here are our own.",
    items=(
        *(_item(name, label) for name, label in FINDINGS.items()),
        _item(RASH, "Typical rash of dermatomyositis"),
        *(_item(name, label) for name, label in EXCLUSIONS.items()),
    ),
    scores=(
        _score(
            "criteria",
            "Findings that are there, of the four without the rash",
            COUNTED,
            "There is a number where at least 1 of the 4 is answered; what is not answered does not count.",
            {},
        ),
        _score(
            "excluded",
            "Another disease explains it",
            EXCLUDING,
            "There is an answer where one exclusion is there, or all 5 are known not to be.",
            ANSWERS,
        ),
        _score("least", "Worst class that can still come out", IDS, ANY_ANSWER, CLASSES),
        _score("most", "Best class that can still come out", IDS, ANY_ANSWER, CLASSES),
        _score(
            "class",
            "Class",
            IDS,
            "There is a class only where it is the same however unanswered items turn out.",
            CLASSES,
        ),
        _score(
            "kind",
            "Which disease",
            IDS,
            "There is a value only where some class, or none, is certain, and with a class the rash is known.",
            KINDS,
        ),
        _score(
            "at_least_probable",
            "Probable or definite",
            IDS,
            "There is an answer only where it is the same however unanswered items turn out.",
            ANSWERS,
        ),
    ),
    score=score_bohan_peter,
    rules=(
        (
            "The first four items are the findings, the last five exclude. Without the rash 4 findings are definite, 3 "
            "probable, 2 possible polymyositis; with it 4 or 3 are definite, 2 probable, 1 possible dermatomyositis; "
            "fewer are none. Any exclusion leaves no class."
        ),
        (
            "What is not answered is not taken for absent: `least` and `most` are the worst and the best class over "
            "all ways in which the unknown items could turn out, exclusions included. So three findings are enough for "
            "`at_least_probable` before the biopsy is read, and none is while an exclusion is not answered."
        ),
        (
            "A criterion of eligibility should ask for `class`, `kind` or `at_least_probable`: these are unknown until "
            "nothing can change them. `least`, `most` and `criteria` move as answers come in."
        ),
        "What counts as raised, myopathic, compatible or typical is for the investigator: there are no numbers.",
        "The criteria do not tell inclusion body myositis from polymyositis. Say so among the limits of the report.",
    ),
)
