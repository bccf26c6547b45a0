"""Double programming: which numbers of two runs, or of ours and another program's, differ, and by how much."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["only in A", "only in B", "value", "n", "unit"]
KINDS: tuple[Kind, ...] = ("value", "n", "unit", "only in A", "only in B")
"""In the order in which they are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a file says of one result."""

    value: float | str | None
    """None where the file says that there is none."""
    n: int | None = None
    """None where the file does not say."""
    unit: str | None = None
    """None where the file does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One result of which two files say different things."""

    id: str
    kind: Kind
    old: float | str | None
    """What A says: the value, the n or the unit; None where it says nothing or that there is none."""
    new: float | str | None
    absolute: float | None = None
    """B minus A, of two numbers."""
    relative: float | None = None
    """|B - A| over the larger of |A| and |B|."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What became of two files laid beside each other."""

    compared: int
    """Results that stand in both."""
    differences: tuple[Difference, ...]
    largest: float
    """Largest relative difference of two numbers that are equal by the relative tolerance alone."""

    @property
    def equal(self) -> bool:
        """Tell whether nothing differs."""
        return not self.differences

    def count(self, kind: Kind) -> int:
        """Count the differences of a kind."""
        return sum(difference.kind == kind for difference in self.differences)


def reconcile(
    a: Mapping[str, Claim], b: Mapping[str, Claim], *, tolerance: float = 1e-9, absolute: float = 1e-12
) -> Reconciled:
    """Compare what two files say of every result.

    Two numbers are equal where |B - A| is at most `tolerance` times the larger of |A| and |B|, or at most `absolute`.
    ValueError for a limit below zero.
    """
    if not (tolerance >= 0 and absolute >= 0):
        raise ValueError("a tolerance is not below zero")
    both = [name for name in a if name in b]
    found = [difference for name in both for difference in _differences(name, a[name], b[name], tolerance, absolute)]
    found += [Difference(id=name, kind="only in A", old=a[name].value, new=None) for name in a if name not in b]
    found += [Difference(id=name, kind="only in B", old=None, new=b[name].value) for name in b if name not in a]
    found.sort(key=lambda difference: KINDS.index(difference.kind))
    different = {difference.id for difference in found if difference.kind == "value"}
    equal = ((a[name].value, b[name].value) for name in both if name not in different)
    ratios = (relative(old, new) for old, new in equal if not _near(old, new, absolute))
    largest = max((ratio for ratio in ratios if ratio is not None), default=0.0)
    return Reconciled(compared=len(both), differences=tuple(found), largest=largest)


def relative(old: float | str | None, new: float | str | None) -> float | None:
    """Return |new - old| over the larger of both, None unless both are numbers."""
    if not isinstance(old, float | int) or not isinstance(new, float | int):
        return None
    scale = max(abs(old), abs(new))
    return abs(new / scale - old / scale) if scale else 0.0


def _differences(name: str, a: Claim, b: Claim, tolerance: float, absolute: float) -> Iterator[Difference]:
    """Yield in what two claims differ."""
    if not _same(a.value, b.value, tolerance, absolute):
        ratio = relative(a.value, b.value)
        gap = b.value - a.value if isinstance(a.value, float | int) and isinstance(b.value, float | int) else None
        gap = gap if gap is None or math.isfinite(gap) else None
        yield Difference(id=name, kind="value", old=a.value, new=b.value, absolute=gap, relative=ratio)
    if a.n is not None and b.n is not None and a.n != b.n:
        yield Difference(id=name, kind="n", old=a.n, new=b.n, absolute=b.n - a.n, relative=relative(a.n, b.n))
    if a.unit is not None and b.unit is not None and a.unit != b.unit:
        yield Difference(id=name, kind="unit", old=a.unit, new=b.unit)


def _same(old: float | str | None, new: float | str | None, tolerance: float, absolute: float) -> bool:
    """Tell whether two values are the same; a number is never the same as a text or as none."""
    ratio = relative(old, new)
    return old == new if ratio is None else ratio <= tolerance or _near(old, new, absolute)


def _near(old: float | str | None, new: float | str | None, absolute: float) -> bool:
    """Tell whether two numbers are equal by the absolute tolerance."""
    return isinstance(old, float | int) and isinstance(new, float | int) and abs(new - old) <= absolute
