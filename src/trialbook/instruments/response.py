"""What every published rule of response gives: measures at two moments, scores of the change, and why there is none.

A row is a participant: `base` holds the columns of the earlier moment, `now` those of the later one. What is asked
once, such as a laboratory's upper limit, stands with the earlier one. A study file may compare any two visits so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from trialbook.instruments.base import Column, Columns, Score
from trialbook.instruments.parameters import NONE
from trialbook.protocol.model import Item

if TYPE_CHECKING:
    import numpy as np
    from _typeshed import DataclassInstance
    from numpy.typing import NDArray

Reasons: TypeAlias = "NDArray[np.object_]"
Mask: TypeAlias = "NDArray[np.bool_]"

WORDS: Mapping[str, str] = {"base": "before", "now": "now"}
"""The two moments, as the name of a column and its label end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Scores of many rows, and for each row why something is not computable, or what to know about it."""

    columns: dict[str, Column]
    why: Reasons
    """A sentence a row; empty where there is nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A published rule that compares two moments. Labels are our own short words."""

    id: str
    title: str
    version: str
    citation: str
    licence: str
    measures: tuple[Item, ...]
    """Asked at both moments."""
    once: tuple[Item, ...] = ()
    """Asked once, with the earlier moment."""
    optional: tuple[str, ...] = ()
    """Measures and items of `once` that a site may not have: their columns may be absent."""
    scores: tuple[Score, ...]
    judge: Callable[[Columns, Columns], Judged]
    """Columns before and now, by measure, to scores and reasons, by `parameters`."""
    rules: tuple[str, ...] = ()
    parameters: DataclassInstance = NONE
    with_parameters: Callable[[Any], Response] | None = None

    @property
    def items(self) -> tuple[Item, ...]:
        """Return every question of a row, both moments in one: `phga_base`, `phga_now` ..."""
        pairs = (_at(item, moment) for item in self.measures for moment in WORDS)
        return (*pairs, *self.once)

    @property
    def may_lack(self) -> frozenset[str]:
        """Return the names among `items` whose columns may be absent."""
        once = {item.id for item in self.once}
        return frozenset(self.optional) & once | frozenset(of_both(*(set(self.optional) - once)))

    def score(self, columns: Columns) -> Judged:
        """Judge rows in which both moments stand side by side, by the names of `items`."""
        once = {item.id: columns[item.id] for item in self.once if item.id in columns}
        base, now = (_side(self.measures, columns, moment) for moment in WORDS)
        return self.judge({**base, **once}, now)


def at(name: str, moment: str) -> str:
    """Return the name of a measure's column at a moment, `base` or `now`."""
    return f"{name}_{moment}"


def of_both(*names: str) -> tuple[str, ...]:
    """Return the names of the columns of some measures at both moments."""
    return tuple(at(name, moment) for name in names for moment in WORDS)


def reasons(parts: Mapping[str, Mask], *, opening: str, closing: Reasons | None = None) -> Reasons:
    """Write for each row the parts that hold of it, as one sentence; nothing where none holds."""
    import numpy as np

    holds = np.stack(list(parts.values()))
    patterns, places = np.unique(holds, axis=1, return_inverse=True)
    texts = [_sentence(opening, [part for part, is_so in zip(parts, pattern, strict=True) if is_so])
             for pattern in patterns.T]  # fmt: skip
    found: Reasons = np.array([*texts, ""], dtype=object)[:-1][np.ravel(places)]
    return found if closing is None else np.where(found == "", found, found + closing)


def gaps(columns: Columns, name: str, like: Column) -> Column:
    """Return a column, or one of gaps where it is absent."""
    import numpy as np

    return np.asarray(columns[name], dtype=np.float64) if name in columns else np.full(np.shape(like), np.nan)


def _sentence(opening: str, parts: list[str]) -> str:
    return f"{opening}{'; '.join(parts)}" if parts else ""


def _side(measures: tuple[Item, ...], columns: Columns, moment: str) -> dict[str, Column]:
    return {item.id: columns[at(item.id, moment)] for item in measures if at(item.id, moment) in columns}


def _at(item: Item, moment: str) -> Item:
    label = {"en": f"{item.label['en']}, {WORDS[moment]}"}
    return replace(item, id=at(item.id, moment), label=label)
