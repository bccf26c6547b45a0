"""What every published scale gives: items, scores computed from columns of answers, and a stated rule for gaps.

A column holds one number a row (participant and visit), not-a-number where there is no answer: choice codes that
are numerals stand as numbers, yes as 1 and no as 0. So one function scores four participants or a million rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from trialbook.instruments.chinese import said
from trialbook.instruments.parameters import NONE
from trialbook.protocol.model import Derived, Item, Text

if TYPE_CHECKING:
    import numpy as np
    from _typeshed import DataclassInstance
    from numpy.typing import NDArray

# texts, so that reading a study file that names an instrument does not wait for numpy
Column: TypeAlias = "NDArray[np.float64]"
Columns: TypeAlias = "Mapping[str, Column]"


NO_LEVELS: Mapping[int, Text] = MappingProxyType({})
"""Of a score that is an amount and no class."""

WHOLE = 1e14
"""Whole numbers below have no more than 14 digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One number that an instrument gives, what it means, and what happens to gaps."""

    derived: Derived
    low: float
    high: float
    better: Literal["higher", "lower", "neither"]
    gaps: str
    """The rule for unanswered items, in a sentence for the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A published scale or calculator. Labels of items are our own short words, not the wording of the form."""

    id: str
    title: str
    version: str
    """Edition of the scale and of its rules, as far as these have editions."""
    citation: str
    licence: str
    """What is known of who owns it, in sentences; not legal advice."""
    items: tuple[Item, ...]
    scores: tuple[Score, ...]
    score: Callable[[Columns], dict[str, Column]]
    """Columns of item id to columns of score id, of the same length, by `parameters`."""
    rules: tuple[str, ...] = ()
    """How it is computed, and what was decided where published sources are silent or disagree: a sentence each."""
    parameters: DataclassInstance = NONE
    """What may be set, as it is set in this instrument; those of the catalogue have the defaults."""
    with_parameters: Callable[[Any], Instrument] | None = None
    """Makes the same instrument with other parameters; None where there are none."""

    @property
    def derived(self) -> tuple[Derived, ...]:
        """Return the scores as derived numbers of a form, in order."""
        return tuple(score.derived for score in self.scores)


def rating(name: str, label: str, highest: int, *, decimals: int = 0) -> Item:
    """Return an item that is rated from 0 to `highest`, with no unit."""
    return Item(
        id=name,
        kind="number",
        label=said(label),
        unit="score",
        minimum=Decimal(0),
        maximum=Decimal(highest),
        decimals=decimals,
    )


def stacked(columns: Columns, ids: Sequence[str]) -> NDArray[np.float64]:
    """Return the named columns as an array of items by rows; KeyError where one is absent."""
    import numpy as np

    return np.stack([np.asarray(columns[name], dtype=np.float64) for name in ids])


def recoded(column: Column, table: Mapping[float, float]) -> Column:
    """Return what a table gives for each code; not-a-number for a gap, and for a code that the item does not have."""
    import numpy as np

    codes = np.asarray(column, dtype=np.float64)
    values: Column
    if all(code == value for code, value in table.items()):
        is_known = np.zeros(codes.shape, dtype=bool)
        for code in table:
            is_known |= codes == code
        values = np.where(is_known, codes, np.nan)
        return values
    values = np.full(codes.shape, np.nan)
    for code, value in table.items():
        np.putmask(values, codes == code, value)
    return values


def within(column: Column, low: float, high: float) -> Column:
    """Return the values of a scale; not-a-number for a gap, and for a number that the scale does not have."""
    import numpy as np

    values = np.asarray(column, dtype=np.float64)
    kept: Column = np.where((values >= low) & (values <= high), values, np.nan)
    return kept


def answered(columns: Columns, ids: Sequence[str]) -> NDArray[np.intp]:
    """Count the answered items of each row."""
    import numpy as np

    count: NDArray[np.intp] = np.sum(~np.isnan(stacked(columns, ids)), axis=0, dtype=np.intp)
    return count


def rounded(values: Column) -> Column:
    """Round to 14 significant digits, so that a sum of decimals is theirs: 9.1 + 8.2 + 6.7 is 24, not a little less."""
    import numpy as np

    done: Column = np.array(values, dtype=np.float64)
    odd = np.isfinite(done) & ((done != np.rint(done)) | (np.abs(done) >= WHOLE))
    if odd.any():
        # few different sums come of many forms, and writing a number as text is slow
        different, places = np.unique(done[odd], return_inverse=True)
        done[odd] = np.array([float(f"{value:.14g}") for value in different])[places]
    return done


def mean_of(columns: Columns, ids: Sequence[str], *, at_least: int) -> Column:
    """Return the mean of the answered items of each row; not-a-number where fewer than `at_least` (1 or more)."""
    import numpy as np

    values, count = stacked(columns, ids), answered(columns, ids)
    total = rounded(np.nansum(values, axis=0))
    mean: Column = np.full(total.shape, np.nan)
    np.divide(total, count, out=mean, where=count >= max(at_least, 1))
    return mean


def sum_of(columns: Columns, ids: Sequence[str], *, at_least: int) -> Column:
    """Return the sum of the items of each row, the mean of the answered ones standing in for each gap.

    Not-a-number where fewer than `at_least` are answered; with all of them required it is the plain sum.
    """
    import numpy as np

    values, count = stacked(columns, ids), answered(columns, ids)
    total = rounded(np.nansum(values, axis=0))
    gaps = count < len(ids)
    total[gaps] = rounded(mean_of(columns, ids, at_least=at_least)[gaps] * len(ids))
    return total


def answered_sum_of(columns: Columns, ids: Sequence[str], *, at_least: int) -> Column:
    """Return the sum of the answered items of each row, gaps counting nothing; not-a-number below `at_least` (1)."""
    import numpy as np

    total = rounded(np.nansum(stacked(columns, ids), axis=0))
    total[answered(columns, ids) < max(at_least, 1)] = np.nan
    return total


def worst_of(columns: Columns, ids: Sequence[str]) -> Column:
    """Return the largest answered item of each row; not-a-number where none is answered."""
    import numpy as np

    largest: Column = np.fmax.reduce(stacked(columns, ids), axis=0)
    return largest


def derive(derived: Derived, columns: Columns) -> Column:
    """Compute a mean or a sum that a study file derives; ValueError for a number that an instrument gives."""
    rules = {"mean": mean_of, "sum": sum_of if derived.gaps == "prorated" else answered_sum_of}
    if derived.kind not in rules:
        raise ValueError(f"{derived.id!r} is computed by its instrument")
    return rules[derived.kind](columns, derived.of, at_least=derived.at_least)
