"""Answers to instruments: which end of an item is the better one, and which health gives which score.

Nothing is known here of any instrument: both are found by scoring answers that are tried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from trialbook.instruments import CATALOG
from trialbook.instruments.base import Column, Columns, Instrument, Score
from trialbook.protocol.model import Item
from trialbook.simulate.sources import DAY_NOISE, ITEM_NOISE, Health, codes_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TRIALS = 50
"""Invented questionnaires that are scored at each health, each with another one of the opposite noise."""
LOWEST, HIGHEST, STEPS = -0.4, 1.4, 37
"""Range of health that is tried: beyond 0 and 1 nearly every item has its last answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What trying out an instrument has shown."""

    ranked: Mapping[str, tuple[str, ...]]
    """Item -> its answers from the worst to the best."""
    grid: Column
    """The health that was tried."""
    means: Columns
    """Score -> its mean at each health."""


def health_for(instrument: str, score: Score) -> Health:
    """Return the function from a score to the health that gives it on average.

    Scores that no health gives on average get the nearest one that does.
    """
    import numpy as np

    tried = try_out(instrument)
    sign = -1.0 if score.better == "lower" else 1.0
    rising = np.maximum.accumulate(sign * tried.means[score.derived.id])
    is_new = np.concatenate([[True], np.diff(rising) > 0])
    known, at = rising[is_new], tried.grid[is_new]

    def health(wanted: float) -> float:
        return float(np.interp(sign * wanted, known, at))

    return health


@lru_cache(maxsize=16)
def try_out(name: str) -> Tried:
    """Score many invented questionnaires at each health; their chance is always the same."""
    import numpy as np

    instrument = CATALOG[name]
    ranked = rank(instrument)
    grid = np.linspace(LOWEST, HIGHEST, STEPS)
    stream = np.random.Generator(np.random.PCG64(0))
    spread = float(np.hypot(ITEM_NOISE, DAY_NOISE))
    columns: dict[str, Column] = {}
    for item in instrument.items:
        codes = dict(zip(steps_of(item), coded(item), strict=True))
        values = np.array([codes[step] for step in ranked[item.id]])
        noise = spread * stream.standard_normal(TRIALS)
        health = grid[:, None] + np.concatenate([noise, -noise])
        places = np.clip(np.floor(health * len(values)), 0, len(values) - 1).astype(int)
        columns[item.id] = values[places].ravel()
    scores = instrument.score(columns)
    means = {score: column.reshape(STEPS, 2 * TRIALS).mean(axis=1) for score, column in scores.items()}
    return Tried(ranked=ranked, grid=grid, means=means)


def rank(instrument: Instrument) -> Mapping[str, tuple[str, ...]]:
    """Return the answers of each item from the worst to the best, for the first score that it belongs to.

    Each is tried at its two ends while all others stand at their first, middle and last answers; where the score does
    not tell the ends apart, the order of the item stays.
    """
    ranked = {item.id: steps_of(item) for item in instrument.items}
    open_ = set(ranked)
    for score in instrument.scores:
        items = tuple(item for item in instrument.items if item.id in open_ and item.id in score.derived.of)
        if score.better != "neither" and items:
            turned = is_turned(instrument, items, score)
            ranked |= {item.id: steps_of(item)[::-1] for item, turn in zip(items, turned, strict=True) if turn}
            open_ -= set(score.derived.of)
    return ranked


def is_turned(instrument: Instrument, items: tuple[Item, ...], score: Score) -> list[bool]:
    """Tell for each item whether its last answer is the worse one."""
    import numpy as np

    difference = np.sum([differences(instrument, items, score, place) for place in (0.0, 0.5, 1.0)], axis=0)
    return [bool(one > 0) if score.better == "lower" else bool(one < 0) for one in difference]


def differences(instrument: Instrument, items: tuple[Item, ...], score: Score, place: float) -> Column:
    """Return how much higher a score is with the last answer of each item than with the first, all others at a place.

    The place is a part of the way through their answers; a score that is not computed there tells no difference.
    """
    import numpy as np

    every = {item.id: coded(item) for item in instrument.items}
    rows = 2 * len(items)
    columns = {name: np.full(rows, codes[round(place * (len(codes) - 1))]) for name, codes in every.items()}
    for number, item in enumerate(items):
        columns[item.id][2 * number : 2 * number + 2] = every[item.id][[0, -1]]
    found = instrument.score(columns)[score.derived.id].reshape(-1, 2)
    return np.nan_to_num(found[:, 1] - found[:, 0])


def is_ranked(instrument: str, score: Score) -> bool:
    """Tell whether answers can be drawn by a score: it has a better end, and each item a first and a last answer."""
    items = (item for item in CATALOG[instrument].items if item.id in score.derived.of)
    return score.better != "neither" and all(
        item.kind in {"choice", "yes_no"} or (item.minimum is not None and item.maximum is not None) for item in items
    )


def steps_of(item: Item) -> tuple[str, ...]:
    """Return the answers of an item in the order in which it lists or counts them."""
    if item.kind in {"number", "vas"}:
        places = item.decimals or 0
        low, high = float(item.minimum or 0), float(10 if item.maximum is None else item.maximum)
        return tuple(f"{low + step / 10**places:.{places}f}" for step in range(round((high - low) * 10**places) + 1))
    return ("no", "yes") if item.kind == "yes_no" else codes_of(item)


def coded(item: Item) -> NDArray[np.float64]:
    """Return the answers of an item as the numbers that the instrument computes with; not-a-number for a word."""
    import numpy as np

    if item.kind == "yes_no":
        return np.array([0.0, 1.0])
    return np.array([number(step) for step in steps_of(item)])


def number(text: str) -> float:
    """Return a code as a number, not-a-number where it is a word."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
