"""The edges that a study of four participants meets: every method gives a number or a reason, never a warning.

EDGE-01: no pair, one pair, two pairs, one change for all, no change at all, a value that is missing, and changes that
are nearly constant beside large values: what each method says is fixed here, one by one.
EDGE-03: the same as a bare table: every row has a number or a reason; of a missing value the pair is left out.
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
from trialbook.analysis.bare import Asked, BareTable, Panel, analyse_bare
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


TOLD: dict[str, tuple[int, float | str, float | str]] = {
    "all fall": (4, 0.0319, 0.125),
    "two": (2, 0.0903, 0.5),
    "one": (1, change.ONE_PAIR, 1.0),
    "none": (0, change.NO_PAIR, exact.NO_DIFFERENCE),
    "constant change": (4, change.NO_VARIANCE, 0.125),
    "no change": (4, change.NO_VARIANCE, exact.ALL_ZERO),
    "one missing": (3, 0.0942, 0.25),
    "near constant": (4, change.NO_VARIANCE, 0.125),
}
"""Edge -> pairs, p of the t test and of the sign flips, or what is said in their place."""


@pytest.mark.parametrize("edge", TOLD)
def test_edge_03_a_bare_table(edge: str) -> None:
    visit, base = EDGES[edge]
    at = {"0": base, "1": visit} if base else {"0": [5.0], "1": []}
    values = {
        name: {f"P{place}": one for place, one in enumerate(some) if not math.isnan(one)} for name, some in at.items()
    }
    people = tuple(dict.fromkeys(code for found in values.values() for code in found))
    panel = Panel(level="", people=people, values=values)
    table = BareTable(
        file="t.csv", variable="ck", visits=("0", "1"), baseline="0", panels=(panel,), rows=0,
        participants=len(people), ordered="as numbers",
    )  # fmt: skip
    rows = analyse_bare(table, Asked()).by_id()
    assert all((row.value is None) == bool(row.error) for row in rows.values())
    pairs, *expected = TOLD[edge]
    assert rows["change.ck.1.n_pairs"].value == pairs
    for name, wanted in zip(("change.ck.1.p", "sign_flip.ck.1.p"), expected, strict=True):
        if isinstance(wanted, str):
            assert rows[name].error.startswith(wanted)
        else:
            assert rows[name].value == pytest.approx(wanted, abs=5e-5)


anything = st.one_of(
    st.floats(), st.sampled_from([0.0, 1.0, -1.0, 1e8, 1e8 + 1, 1e-300]), st.integers(-20, 20).map(float)
)


@pytest.mark.parametrize("method", [name for name in METHODS if name not in {"gmr", "geometric"}])
@given(pairs=st.lists(st.tuples(anything, anything), max_size=9))
@settings(max_examples=80)
def test_edge_02_whatever_the_numbers(method: str, pairs: list[tuple[float, float]]) -> None:
    found = METHODS[method]([after for after, _ in pairs], [before for _, before in pairs])
    assert all(math.isfinite(number) for number in numbers(found)), found
