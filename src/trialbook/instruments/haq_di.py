"""HAQ-DI: the disability index of the Health Assessment Questionnaire, with and without aids and help.

Bruce B, Fries JF. The Stanford Health Assessment Questionnaire: dimensions and practical applications. Health Qual Life
Outcomes 2003;1:20.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from trialbook.instruments.base import Column, Columns, Instrument, Score, answered, mean_of, recoded, worst_of
from trialbook.instruments.chinese import said
from trialbook.instruments.parameters import stated
from trialbook.protocol.model import Derived, Item


@dataclass(frozen=True, slots=True, kw_only=True)
class HaqParameters:
    """What sources disagree about in the HAQ-DI."""

    least_categories: int = stated(
        6,
        "Fewest of the eight categories with an answer",
        why="Stanford's rule is six, as far as is known; some instructions and programs allow only one to be missing.",
        choices=(6, 7, 8),
    )


STANDARD = HaqParameters()

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
DIFFICULTIES = tuple(f"{category}_{task}" for category, tasks in TASKS.items() for task, _ in tasks)
SUPPORTS = tuple(f"{name}_aid" for name in AIDED) + tuple(f"{name}_help" for name in CATEGORIES)

CATEGORY_GAPS = (
    "a category is the worst of its answered items, and the index the mean of the categories that have an answer, "
    "at least {least} of the 8."
)
SUPPORT_GAPS = (
    "An aid or help that is not answered counts as not used; "
    "where none of those 15 questions is answered, there is no standard index."
)


def score_haq_di(columns: Columns, parameters: HaqParameters = STANDARD) -> dict[str, Column]:
    """Return the standard index and the one that leaves out aids and help, both 0 (best) to 3 (worst)."""
    import numpy as np

    worst, least = _worst(columns), parameters.least_categories
    support = {name: recoded(columns[name], USED) for name in SUPPORTS}
    index = mean_of(_lifted(worst, support), CATEGORIES, at_least=least)
    index[answered(support, SUPPORTS) == 0] = np.nan
    return {"di": index, "di_without_aids": mean_of(worst, CATEGORIES, at_least=least)}


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
    choices = {code: said(level) for code, level in LEVELS.items()}
    return Item(id=name, kind="choice", label=said(label), choices=choices)


def _support(category: str, kind: str) -> Item:
    words = {"aid": "aid used", "help": "help from a person"}
    return Item(id=f"{category}_{kind}", kind="yes_no", label=said(f"{category.capitalize()}: {words[kind]}"))


def _score(name: str, label: str, of: tuple[str, ...], at_least: int, gaps: str) -> Score:
    derived = Derived(id=name, label=said(label), kind="instrument", of=of, at_least=at_least, unit="score", decimals=3)
    return Score(derived=derived, low=0, high=3, better="lower", gaps=gaps)


def haq_di(parameters: HaqParameters) -> Instrument:
    """Make the index with parameters."""
    least = parameters.least_categories
    gaps = CATEGORY_GAPS.format(least=least)
    return Instrument(
        id="haq-di",
        title="Health Assessment Questionnaire, disability index",
        version="2003, 20 tasks in 8 categories",
        citation="Bruce B, Fries JF. The Stanford Health Assessment Questionnaire: dimensions and practical "
        "applications. Health Qual Life Outcomes 2003;1:20.",
        licence="Stanford University. The form may usually be used unchanged with its citation; its wording is "
        "protected, and is not shipped.",
        items=tuple(_items()),
        scores=(
            _score("di", "HAQ-DI", DIFFICULTIES + SUPPORTS, least + 1, f"{gaps.capitalize()} {SUPPORT_GAPS}"),
            _score(
                "di_without_aids",
                "HAQ-DI without aids and help",
                DIFFICULTIES,
                least,
                f"Without aids and help too, {gaps}",
            ),
        ),
        score=partial(score_haq_di, parameters=parameters),
        rules=RULES,
        parameters=parameters,
        with_parameters=haq_di,
    )


RULES = (
    (
        "The answers are 0 easy, 1 some trouble, 2 great trouble, 3 cannot. The words before the first underscore are "
        "the category. A category is its worst item."
    ),
    (
        "In the standard index `di` a category in which an aid or another person's help was used counts at least 2: a "
        "0 or 1 becomes 2, a 3 stays 3. The index is the sum of the categories divided by how many there are, so with "
        "all eight it moves in steps of 0.125."
    ),
    (
        "A category of which only some items are answered has the worst of these. An aid or help without any answered "
        "item does not make an answer."
    ),
    (
        "The printed form has boxes to tick, so an empty one means not used. Here one `no` at least shows that the "
        "part was read: where it was left out altogether, only `di_without_aids` is given, so that the two are not "
        "taken for each other."
    ),
    (
        "A bath seat belongs to hygiene; sources disagree. An aid that the form does not list belongs to the category "
        "that the site judges it to serve."
    ),
    (
        "`di_without_aids` still takes the worst item. The version that takes means of items (Tomlin and others, J "
        "Rheumatol 1996;23:1524) is another instrument."
    ),
    (
        "Say in every report which of the two was used: in one cohort they were 0.17 apart (Khanna and others, J "
        "Rheumatol 2008;35:466)."
    ),
)

HAQ_DI = haq_di(STANDARD)
