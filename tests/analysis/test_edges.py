"""The edges that a study of four participants meets: every method gives a number or a reason, never a warning.

EDGE-01: no pair, one pair, two pairs, one change for all, no change at all, a value that is missing, and changes that
are nearly constant beside large values: what each method says is fixed here, one by one.
EDGE-02: whatever the numbers, nothing is infinite or no number, and no exception leaves a method.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis import change, exact, hodges_lehmann
from trialbook.analysis.change import geometric_ratio, on_grid, paired_t, step
from trialbook.analysis.effect_size import ONE_DEGREE, d_av, d_b, d_z, g_av, g_z
from trialbook.analysis.percent_change import geometric_percent, mean_of_percents, percent_of_means

Pairs = tuple[list[float], list[float]]
NAN = math.nan

EDGES: dict[str, Pairs] = {
    "all fall": ([7, 8, 8, 9], [10, 12, 9, 14]),
    "two": ([7, 8], [10, 12]),
    "one": ([7], [10]),
    "none": ([], []),
    "constant change": ([8, 10, 7, 12], [10, 12, 9, 14]),
    "no change": ([10, 12, 9, 14], [10, 12, 9, 14]),
    "one missing": ([7, 8, 8, 9], [10, 12, 9, NAN]),
    "near constant": ([1e8 + 1, 1e8 + 2, 1e8 + 3, 1e8 + 4 + 1e-7], [1e8, 1e8 + 1, 1e8 + 2, 1e8 + 3]),
    "tiny": ([1e-160, 3e-160, 4e-160], [2e-160, 1e-160, 0.0]),
    "large": ([9e307, 9e307], [0, 0]),
    "huge": ([1e308, -1e308, 4.0], [-1e308, 1e308, 0.0]),
}

METHODS: dict[str, Callable[[list[float], list[float]], Any]] = {
    "t": paired_t,
    "flip": lambda visit, base: exact.sign_flip(on_grid(visit, base), grid=step(visit, base), seed=1, draws=999),
    "rank": lambda visit, base: exact.signed_rank(on_grid(visit, base), seed=1, draws=999),
    "pratt": lambda visit, base: exact.signed_rank(on_grid(visit, base), zeros="ranked", seed=1, draws=999),
    "hl": lambda visit, base: hodges_lehmann.pseudomedian(on_grid(visit, base)),
    "d_z": d_z,
    "g_z": lambda visit, base: g_z(d_z(visit, base)),
    "d_av": d_av,
    "g_av": lambda visit, base: g_av(d_av(visit, base)),
    "d_b": d_b,
    "gmr": geometric_ratio,
    "percents": mean_of_percents,
    "means": percent_of_means,
    "geometric": geometric_percent,
}

ONE_CHANGE, FEW = change.NO_VARIANCE, "No exact signed-rank 95 % interval exists below n = 6."
SAID: dict[str, dict[str, str]] = {
    "all fall": {"t": "", "flip": "", "rank": "", "hl": FEW, "d_z": "", "g_z": "", "gmr": ""},
    "two": {"t": "", "flip": "", "hl": FEW, "d_z": "", "g_z": ONE_DEGREE, "g_av": ONE_DEGREE, "gmr": ""},
    "one": {"t": change.ONE_PAIR, "flip": "", "hl": FEW, "d_z": change.ONE_PAIR, "d_av": change.ONE_PAIR,
            "gmr": change.ONE_PAIR, "percents": change.ONE_PAIR, "means": ""},
    "none": {**dict.fromkeys(("t", "d_z", "d_av", "d_b", "gmr", "percents", "means"), change.NO_PAIR),
             **dict.fromkeys(("flip", "rank", "hl"), exact.NO_DIFFERENCE)},
    "constant change": {"t": ONE_CHANGE, "flip": "", "rank": "", "d_z": ONE_CHANGE, "d_av": "", "d_b": "", "gmr": ""},
    "no change": {"t": ONE_CHANGE, "flip": exact.ALL_ZERO, "rank": exact.ALL_ZERO, "d_z": ONE_CHANGE, "d_av": "",
                  "gmr": ONE_CHANGE},
    "one missing": {**dict.fromkeys(("t", "d_z", "d_av", "d_b", "percents", "means"), change.NO_NUMBER),
                    **dict.fromkeys(("flip", "rank", "hl"), exact.NO_NUMBER)},
    "near constant": {"t": change.NO_VARIANCE, "d_z": change.NO_VARIANCE, "flip": "", "rank": "", "hl": FEW},
    "tiny": {"t": change.TOO_SMALL, "d_z": change.TOO_SMALL, "flip": "", "rank": ""},
    "huge": {"t": change.OUT_OF_RANGE, "d_z": change.OUT_OF_RANGE, "flip": exact.NO_NUMBER, "hl": exact.NO_NUMBER},
    "large": {"t": change.OUT_OF_RANGE, **dict.fromkeys(("flip", "rank", "hl"), exact.OUT_OF_RANGE)},
}  # fmt: skip


@pytest.mark.parametrize(
    ("edge", "method", "reason"), [(e, m, why) for e, said in SAID.items() for m, why in said.items()]
)
def test_edge_01_what_is_said(edge: str, method: str, reason: str) -> None:
    found = METHODS[method](*EDGES[edge])
    assert found.reason.startswith(reason)
    assert bool(found.reason) == bool(reason)


def test_edge_01_four_falls() -> None:
    """EDGE-01: the numbers that there are: p 0.125 by both exact tests, the smallest that four can give."""
    visit, base = EDGES["all fall"]
    for name in ("flip", "rank", "pratt"):
        found = METHODS[name](visit, base)
        assert (found.p, found.p_min, found.p_less, found.p_greater) == (0.125, 0.125, 0.0625, 1.0)


def numbers(found: Any) -> Iterator[float]:
    """Yield every number of a value."""
    for field in fields(found):
        value = getattr(found, field.name)
        if isinstance(value, float | int):
            yield value


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("edge", EDGES)
def test_edge_02_finite_or_nothing(edge: str, method: str) -> None:
    found = METHODS[method](*EDGES[edge])
    assert all(math.isfinite(number) for number in numbers(found))


anything = st.one_of(
    st.floats(), st.sampled_from([0.0, 1.0, -1.0, 1e8, 1e8 + 1, 1e-300]), st.integers(-20, 20).map(float)
)


@pytest.mark.parametrize("method", [name for name in METHODS if name not in {"gmr", "geometric"}])
@given(pairs=st.lists(st.tuples(anything, anything), max_size=9))
@settings(max_examples=80)
def test_edge_02_whatever_the_numbers(method: str, pairs: list[tuple[float, float]]) -> None:
    found = METHODS[method]([after for after, _ in pairs], [before for _, before in pairs])
    assert all(math.isfinite(number) for number in numbers(found)), found
