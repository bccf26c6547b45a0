"""Data sets of two times on a grid: how many have the printed means, SDs and p, and agree with all that is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trialbook.analysis.appraisal import draws, paired
from trialbook.analysis.appraisal.findings import Pair
from trialbook.analysis.appraisal.grids import Bounds, Target, bounds_of, can_be, target_of
from trialbook.analysis.appraisal.model import Change, Divisor, Grid, first
from trialbook.analysis.appraisal.printed import RULES, Rule
from trialbook.analysis.appraisal.vectors import MOST, list_vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_PAIRS = 60_000_000
"""Data sets before, times data sets after, up to which every pair is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the data sets of a change, in steps of a grid."""

    change: Change
    grid: Grid
    participants: tuple[str, ...]
    before: Target
    after: Target
    before_bounds: list[Bounds]
    after_bounds: list[Bounds]
    change_bounds: list[Bounds]
    classes: tuple[int, ...]
    """Participants of the same class are alike in all that is said of them."""
    divisor: Divisor
    t: Pair | None
    """Interval of |t| behind the printed p; None where no p of a paired t test is printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairCount:
    """What was found on one grid. Sets that differ by swapping participants who are alike count once."""

    grid: Grid
    is_complete: bool
    """Every data set was looked at; otherwise `found` are those that were made on purpose, and `about` an estimate."""
    matching: int
    """Sets with the means and SDs that agree with the statements, whatever their p."""
    found: int
    """Of these, sets whose p is printed as it is."""
    about: float | None
    by_rule: dict[Rule, int]
    """Of the found ones, those whose means and SDs a rule prints so."""
    claims: tuple[int, ...]
    """Of the found ones, those in which each claim holds."""
    constant: int
    """Matching sets in which all changes are the same, so that there is no t."""
    examples: tuple[tuple[Pair, ...], ...]
    participants: tuple[str, ...]


def count_pairs(
    change: Change, grid: Grid, participants: Sequence[str], divisor: Divisor, rounding: Rule | None
) -> PairCount:
    """Count the data sets of a change on a grid: all where they can be listed, else examples and an estimate."""
    question = _question(change, grid, participants, divisor, rounding)
    if not all(all(can_be(target)) for target in (question.before, question.after)):
        return _count(question, None, is_complete=True)
    rows = _listed(question)
    if rows is not None:
        return _count(question, rows, is_complete=True)
    known = paired.known_of(change, divisor)
    return _count(question, _drawn(question, known), is_complete=False, about=_about(question, known))


def _question(
    change: Change, grid: Grid, participants: Sequence[str], divisor: Divisor, rounding: Rule | None
) -> Question:
    names = tuple(participants) if len(participants) == change.n else tuple(str(k + 1) for k in range(change.n))
    before, after, moved = (bounds_of(grid, change.statements, names, part) for part in ("before", "after", "change"))
    p = first(change.p)
    return Question(
        change=change,
        grid=grid,
        participants=names,
        before=target_of(change.before, grid, divisor, rounding),
        after=target_of(change.after, grid, divisor, rounding),
        before_bounds=before,
        after_bounds=after,
        change_bounds=moved,
        classes=_classes(change, names, list(zip(before, after, moved, strict=True))),
        divisor=divisor,
        t=paired.t_span(p, change.n) if p is not None and change.test == "paired t" else None,
    )


def _classes(change: Change, names: Sequence[str], bounds: Sequence[object]) -> tuple[int, ...]:
    sides = [tuple((name in claim.first, name in claim.second) for claim in change.claims) for name in names]
    alike = list(zip(bounds, sides, strict=True))
    return tuple(alike.index(one) for one in alike)


def _listed(question: Question) -> NDArray[np.int64] | None:
    """Return before and after of every set that matches, side by side; None where they are too many."""
    import numpy as np

    before = list_vectors(question.before, question.before_bounds, question.classes, is_sorted=True)
    if before is None:
        return None
    after = list_vectors(question.after, question.after_bounds, question.classes, is_sorted=False)
    if after is None or len(before) * len(after) > MOST_PAIRS:
        return None
    found, count = [np.zeros((0, 2 * question.before.n), dtype=np.int64)], 0
    for one, other in _joined(before, after):
        kept = _moves(question, other - one)
        found.append(np.hstack([one[kept], other[kept]]))
        count += len(found[-1])
        if count > MOST:
            return None
    return np.unique(_in_order(question, np.concatenate(found)), axis=0)


def _joined(
    before: NDArray[np.int64], after: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield every row before with every row after, one of the fewer at a time."""
    import numpy as np

    if len(after) <= len(before):
        yield from ((before, np.broadcast_to(row, before.shape)) for row in after)
    else:
        yield from ((np.broadcast_to(row, after.shape), after) for row in before)


def _moves(question: Question, moved: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which rows of changes agree with what is said of changes."""
    import numpy as np

    low = np.array([bound[0] for bound in question.change_bounds])
    high = np.array([bound[1] for bound in question.change_bounds])
    return np.asarray(((moved >= low) & (moved <= high)).all(1))


def _in_order(question: Question, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put participants of a class in the order of their values, so that swapped sets become the same row."""
    import numpy as np

    n, wide = question.before.n, question.grid.top + 1
    codes = rows[:, :n] * wide + rows[:, n:]
    for name in set(question.classes):
        places = [place for place, own in enumerate(question.classes) if own == name]
        codes[:, places] = np.sort(codes[:, places], axis=1)
    return np.hstack([codes // wide, codes % wide])


def _drawn(question: Question, known: paired.Known | None) -> NDArray[np.int64]:
    """Return sets that match, made on purpose with a correlation that gives the printed p."""
    import numpy as np

    wanted = (-1.0, 1.0)
    if known is not None and question.t is not None:
        low, high = paired.correlation(known, paired.sd_of_differences(known, question.t))
        wanted = (max(low, -1.0), min(high, 1.0))
    n = question.before.n
    if wanted[0] > wanted[1] or n < 3:
        return np.zeros((0, 2 * n), dtype=np.int64)
    before, after = draws.draw_pairs(
        (question.before, question.after), (question.before_bounds, question.after_bounds), wanted
    )
    kept = _moves(question, after - before)
    return np.unique(_in_order(question, np.hstack([before[kept], after[kept]])), axis=0)


def _about(question: Question, known: paired.Known | None) -> float | None:
    """Estimate how many sets match with their p: both shells, times the share of directions that lie near enough.

    Statements and the ends of the scale are left aside, and participants are told apart.
    """
    both = draws.volume(question.before) * draws.volume(question.after)
    if known is None or question.t is None or question.change.statements:
        return None
    middle = tuple((sum(span) / 2,) * 2 for span in (known.difference, known.before, known.after))
    centre = replace(known, difference=middle[0], before=middle[1], after=middle[2])
    low, high = paired.correlation(centre, paired.sd_of_differences(centre, question.t))
    return both * (_beyond(low, known.n) - _beyond(high, known.n))


def _beyond(r: float, n: int) -> float:
    """Return the share of pairs of directions with a correlation above r, of either sign."""
    if abs(r) >= 1:
        return 0.0 if r > 0 else 1.0
    return draws.share_beyond(r, n) if r >= 0 else 1 - draws.share_beyond(-r, n)


def _count(
    question: Question, rows: NDArray[np.int64] | None, *, is_complete: bool, about: float | None = None
) -> PairCount:
    """Count among matching rows those with the printed p, by rule and by claim, and keep examples."""
    import numpy as np

    n = question.before.n
    if rows is None:
        rows = np.zeros((0, 2 * n), dtype=np.int64)
    has_p, constant = _has_p(question, rows)
    found = rows[has_p]
    moved = found[:, n:] - found[:, :n]
    return PairCount(
        grid=question.grid,
        is_complete=is_complete,
        matching=len(rows),
        found=len(found),
        about=about,
        by_rule={rule: _printed_by(question, found, rule) for rule in RULES},
        claims=tuple(_holds(question, moved, index) for index in range(len(question.change.claims))),
        constant=int(constant.sum()),
        examples=_examples(question, found),
        participants=question.participants,
    )


def _has_p(question: Question, rows: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which rows have the printed p, and in which all changes are equal: t² = D² (n − 1) / (n Σd² − D²)."""
    import numpy as np

    n = question.before.n
    moved = rows[:, n:] - rows[:, :n]
    total = moved.sum(1)
    spread = n * (moved * moved).sum(1) - total * total
    constant = spread == 0
    if question.t is None:
        return np.ones(len(rows), dtype=bool), constant
    square = total.astype(float) ** 2 * (n - 1) / np.where(constant, 1, spread)
    low, high = question.t
    return ~constant & (square >= low * low) & (square <= high * high), constant


def _holds(question: Question, moved: NDArray[np.int64], index: int) -> int:
    """Count the sets in which a claim holds: each change of the first beyond each of the second."""
    claim = question.change.claims[index]
    first_ones, second_ones = (
        moved[:, [question.participants.index(name) for name in side]] for side in (claim.first, claim.second)
    )
    if not len(moved):
        return 0
    if claim.sign == ">":
        return int((first_ones.min(1) > second_ones.max(1)).sum())
    return int((first_ones.max(1) < second_ones.min(1)).sum())


def _printed_by(question: Question, rows: NDArray[np.int64], rule: Rule) -> int:
    """Count the sets whose means and SDs one rule prints as they stand."""
    import numpy as np

    n = question.before.n
    kept = np.ones(len(rows), dtype=bool)
    for moment, part in ((question.change.before, rows[:, :n]), (question.change.after, rows[:, n:])):
        strict = target_of(moment, question.grid, question.divisor, rule)
        total = part.sum(1)
        spread = n * (part * part).sum(1) - total * total
        kept &= (total >= strict.sums[0]) & (total <= strict.sums[1])
        kept &= (spread >= strict.spread[0]) & (spread <= strict.spread[1])
    return int(kept.sum())


def _examples(question: Question, rows: NDArray[np.int64]) -> tuple[tuple[Pair, ...], ...]:
    """Return the first, the middle and the last set, as values."""
    if not len(rows):
        return ()
    n = question.before.n
    places = dict.fromkeys((0, len(rows) // 2, len(rows) - 1))
    return tuple(tuple(_pair(question.grid, rows[place], who, n) for who in range(n)) for place in places)


def _pair(grid: Grid, row: NDArray[np.int64], who: int, n: int) -> Pair:
    return float(grid.value(int(row[who]))), float(grid.value(int(row[n + who])))
