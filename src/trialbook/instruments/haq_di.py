"""HAQ-DI: the disability index of the Health Assessment Questionnaire, with and without aids and help.

Bruce B, Fries JF. The Stanford Health Assessment Questionnaire: dimensions and practical applications. Health Qual Life
Outcomes 2003;1:20.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from trialbook.instruments.base import Column, Columns, Instrument, Score, answered, mean_of, recoded, worst_of
from trialbook.protocol.model import Derived, Item

TASKS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "dressing": (("clothes", "Clothes, with fasteners"), ("hair", "Washing the hair")),
        "arising": (("chair", "Up from a chair"), ("bed", "In and out of bed")),
        "eating": (("cut", "Cutting meat"), ("cup", "Lifting a full cup"), ("carton", "Opening a carton")),
        "walking": (("level", "Walking on level ground"), ("steps", "Climbing five steps")),
        "hygiene": (("wash", "Washing and drying the body"), ("bath", "Bath tub"), ("toilet", "Toilet")),
        "reach": (("up", "Fetching 2.3 kg from above the head"), ("down", "Picking up from the floor")),
        "grip": (("door", "Car door"), ("jar", "Jar opened before"), ("taps", "Taps")),
        "activities": (("errands", "Errands"), ("car", "In and out of a car"), ("chores", "Household chores")),
    }
)
"""Category -> its items, with our own short labels."""

CATEGORIES = tuple(TASKS)
AIDED = CATEGORIES[:-1]
"""Categories with aids; for activities there is only help."""

LEVELS: Mapping[str, str] = MappingProxyType({"0": "easy", "1": "some trouble", "2": "great trouble", "3": "cannot"})
DIFFICULTY = {float(code): float(code) for code in LEVELS}
USED = {0.0: 0.0, 1.0: 1.0}
NEEDED = 6
"""Fewest of the eight categories."""

DIFFICULTIES = tuple(f"{category}_{task}" for category, tasks in TASKS.items() for task, _ in tasks)
SUPPORTS = tuple(f"{name}_aid" for name in AIDED) + tuple(f"{name}_help" for name in CATEGORIES)

CATEGORY_GAPS = (
    "a category is the worst of its answered items, and the index the mean of the categories that have an answer, "
    "at least 6 of the 8."
)
SUPPORT_GAPS = (
    "An aid or help that is not answered counts as not used; "
    "where none of those 15 questions is answered, there is no standard index."
)


def score_haq_di(columns: Columns) -> dict[str, Column]:
    """Return the standard index and the one that leaves out aids and help, both 0 (best) to 3 (worst)."""
    import numpy as np

    worst = _worst(columns)
    support = {name: recoded(columns[name], USED) for name in SUPPORTS}
    index = mean_of(_lifted(worst, support), CATEGORIES, at_least=NEEDED)
    index[answered(support, SUPPORTS) == 0] = np.nan
    return {"di": index, "di_without_aids": mean_of(worst, CATEGORIES, at_least=NEEDED)}


def _worst(columns: Columns) -> dict[str, Column]:
    """Return the worst answered item of each category."""
    answers = {name: recoded(columns[name], DIFFICULTY) for name in DIFFICULTIES}
    return {name: worst_of(answers, [f"{name}_{task}" for task, _ in tasks]) for name, tasks in TASKS.items()}


def _lifted(worst: Columns, support: Columns) -> dict[str, Column]:
    """Raise each category to 2 where an aid or help was used; one without an answer stays so."""
    import numpy as np

    lifted = {}
    for name, values in worst.items():
        is_used = support[f"{name}_help"] == 1
        if name in AIDED:
            is_used |= support[f"{name}_aid"] == 1
        lifted[name] = np.where(is_used & (values < 2), 2.0, values)
    return lifted


def _items() -> Iterator[Item]:
    """Yield the questions in the order of the form: two pages, each with its aids and then its help."""
    for page in (CATEGORIES[:4], CATEGORIES[4:]):
        for category in page:
            yield from (_difficulty(f"{category}_{task}", label) for task, label in TASKS[category])
        yield from (_support(name, "aid") for name in page if name in AIDED)
        yield from (_support(name, "help") for name in page)


def _difficulty(name: str, label: str) -> Item:
    choices = {code: {"en": level} for code, level in LEVELS.items()}
    return Item(id=name, kind="choice", label={"en": label}, choices=choices)


def _support(category: str, kind: str) -> Item:
    words = {"aid": "aid used", "help": "help from a person"}
    return Item(id=f"{category}_{kind}", kind="yes_no", label={"en": f"{category.capitalize()}: {words[kind]}"})


def _score(name: str, label: str, of: tuple[str, ...], at_least: int, gaps: str) -> Score:
    derived = Derived(
        id=name, label={"en": label}, kind="instrument", of=of, at_least=at_least, unit="score", decimals=3
    )
    return Score(derived=derived, low=0, high=3, better="lower", gaps=gaps)


HAQ_DI = Instrument(
    id="haq-di",
    title="Health Assessment Questionnaire, disability index",
    citation="Bruce B, Fries JF. The Stanford Health Assessment Questionnaire: dimensions and practical applications. "
    "Health Qual Life Outcomes 2003;1:20.",
    items=tuple(_items()),
    scores=(
        _score(
            "di",
            "HAQ-DI",
            DIFFICULTIES + SUPPORTS,
            NEEDED + 1,
            f"{CATEGORY_GAPS.capitalize()} {SUPPORT_GAPS}",
        ),
        _score(
            "di_without_aids",
            "HAQ-DI without aids and help",
            DIFFICULTIES,
            NEEDED,
            f"Without aids and help too, {CATEGORY_GAPS}",
        ),
    ),
    score=score_haq_di,
)
