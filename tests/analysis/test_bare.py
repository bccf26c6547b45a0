"""A bare long table.

BARE-01: its numbers are those of a study's plan on the same values.
BARE-02: many participants in columns give the rows that a few give, with the same ids.
BARE-03: who has a value and no baseline is no pair, and is named.
BARE-04: the order of rows, and other names of participants, change nothing.
BARE-05: shifting all values shifts no change; scaling scales it and leaves t and p.
BARE-06: beyond what can be counted an exact test says so; patterns are drawn at random only when asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis import bare
from trialbook.analysis.bare import Asked, BareTable, Dense, Panel, analyse_bare, decimals_of
from trialbook.analysis.datasets import Datasets
from trialbook.analysis.plan import run_plan
from trialbook.analysis.results import Result

Values = Mapping[str, Mapping[str, float]]
"""Visit -> participant -> value."""


def table(panel: Panel | Dense, *visits: str) -> BareTable:
    """Return a table of one panel, the first visit being the baseline."""
    return BareTable(
        file="t.csv", variable="ck", visits=visits, baseline=visits[0], panels=(panel,), rows=0,
        participants=len(panel.people), ordered="as numbers",
    )  # fmt: skip


def few(values: Values, *, level: str = "") -> BareTable:
    """Return a table of a handful of participants."""
    people = tuple(dict.fromkeys(code for found in values.values() for code in found))
    return table(Panel(level=level, people=people, values=values), *values)


def many(values: Values, *, level: str = "") -> BareTable:
    """Return the same table in columns."""
    people = tuple(dict.fromkeys(code for found in values.values() for code in found))
    matrix = np.array([[found.get(code, np.nan) for code in people] for found in values.values()])
    return table(Dense(level=level, people=people, visits=tuple(values), matrix=matrix), *values)


def by_id(asked: BareTable, **options: object) -> dict[str, Result]:
    """Analyse a table."""
    return dict(analyse_bare(asked, Asked(**options)).by_id())  # type: ignore[arg-type]


def followed(*lists: Sequence[float]) -> dict[str, dict[str, float]]:
    """Return values of visits 0, 1 ... of participants A, B ..."""
    return {str(v): {chr(65 + i): float(value) for i, value in enumerate(found)} for v, found in enumerate(lists)}


def test_bare_01_a_study_on_the_same_values(shipped: Callable[[str], Datasets]) -> None:
    """BARE-01: every endpoint of a shipped study: description, change, tests and sizes, to the last bit."""
    datasets = shipped("infliximab_myositis")
    study, analysis = datasets.study, run_plan(datasets.study, datasets)
    seen: set[str] = set()
    for endpoint in (one for one in study.endpoints.values() if one.source is not None):
        rows = (
            dict(zip(listing.columns, row, strict=True))
            for name, listing in analysis.listings.items()
            for row in listing.rows
            if name == f"course.{endpoint.id}"
        )
        values: dict[str, dict[str, float]] = {}
        for cells in (cells for cells in rows if cells["in_set"] and isinstance(cells["value"], float)):
            values.setdefault(str(cells["visit"]), {})[str(cells["participant"])] = float(cells["value"] or 0)
        found = analyse_bare(few(values, level=endpoint.id), Asked(alpha=study.analysis.alpha))
        planned = {
            (row.analysis, row.visit, row.stat): row
            for row in analysis.results
            if row.variable == endpoint.id and row.analysis_set == study.analysis.set and not row.level
        }
        for row in (row for row in found if row.stat not in {"missing", "significant"} and row.analysis != "tests"):
            wanted = planned[row.analysis, row.visit, row.stat]
            assert (row.value, row.n, row.error) == (wanted.value, wanted.n, wanted.error)
            assert row.method == wanted.method
            seen.add(row.analysis)
    assert {"describe", "change", "sign_flip", "signed_rank", "hodges_lehmann", "effect_size"} <= seen


def test_bare_02_columns_give_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    values = followed([10, 12, 9, 14, 11.5], [7, 8, 8, 14], [10, 12, 9, 14, 11.5], [1, 2])
    values["3"]["F"] = 8.0
    one = by_id(few(values))
    monkeypatch.setattr(bare, "FEW", 3)
    other = by_id(many(values))
    assert by_id(few(values)) == other
    assert list(one) == list(other)
    for name, wanted in one.items():
        found = other[name]
        ranked = wanted.analysis == "hodges_lehmann" and wanted.visit in {"1", "2"}
        counted = ranked or (wanted.analysis in {"sign_flip", "signed_rank"} and wanted.visit == "1")
        if counted and wanted.stat != "p_min":
            assert found.value is None
            assert "Not computed beyond 3 pairs" in found.error
        elif isinstance(wanted.value, float):
            assert found.value == pytest.approx(wanted.value, rel=1e-12)
        else:
            assert (found.value, found.error) == (wanted.value, wanted.error)
        for field in ("n", "decimals", "role", "unit", *(() if ranked else ("method",))):
            assert getattr(found, field) == getattr(wanted, field), field


@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=5, max_size=30))
@settings(max_examples=40)
def test_bare_02_columns_below_the_limit_give_equal_results(rows: list[list[int]]) -> None:
    """BARE-02: with few pairs the columns hand over to the same functions: equal to the last bit."""
    values = {str(v): {f"p{i}": row[v] / 4 for i, row in enumerate(rows) if row[v] % 5} for v in range(3)}
    if len(values["0"]) < 2:
        return
    assert by_id(few(values)) == by_id(many(values))


def test_bare_03_without_a_baseline_no_pair() -> None:
    values = {"0": {"A": 1.0, "B": 2.0}, "1": {"A": 2.0, "C": 9.0, "B": 4.0}}
    row = by_id(few(values))["change.ck.1.n_pairs"]
    assert (row.value, row.warning) == (2, "Without a baseline and so no pair: 1 (C).")
    assert by_id(many(values))["change.ck.1.n_pairs"] == row
    crowd = {"0": {"A": 1.0}, "1": {f"p{i:02}": 1.0 for i in range(30)}}
    assert by_id(few(crowd))["change.ck.1.n_pairs"].warning.endswith("p18, p19, …).")


@given(st.lists(st.tuples(*[st.integers(0, 90)] * 3), min_size=2, max_size=9), st.data())
@settings(max_examples=30)
def test_bare_04_order_and_names(rows: list[tuple[int, int, int]], data: st.DataObject) -> None:
    values = {str(v): {f"p{i}": row[v] / 10 for i, row in enumerate(rows)} for v in range(3)}
    order = data.draw(st.permutations(range(len(rows))))
    turned = {visit: {f"x{i}": found[f"p{i}"] for i in order} for visit, found in values.items()}
    assert by_id(few(values)) == by_id(few(turned))


@given(
    st.lists(st.tuples(st.integers(-900, 900), st.integers(-900, 900)), min_size=3, max_size=12),
    st.integers(-1000, 1000),
    st.sampled_from([2, 4, 0.5, -1]),
)
@settings(max_examples=50)
def test_bare_05_shift_and_scale(rows: list[tuple[int, int]], shift: int, scale: float) -> None:
    plain = by_id(few({str(v): {f"p{i}": float(row[v]) for i, row in enumerate(rows)} for v in (0, 1)}))
    moved = {str(v): {f"p{i}": scale * row[v] + shift for i, row in enumerate(rows)} for v in (0, 1)}
    other = by_id(few(moved))
    mean, p = "change.ck.1.mean", "change.ck.1.p"
    assert other[mean].value == pytest.approx(scale * float(plain[mean].value or 0), rel=1e-9, abs=1e-9)
    for name in (p, "sign_flip.ck.1.p", "signed_rank.ck.1.p"):
        assert other[name].error == plain[name].error
        if isinstance(plain[name].value, float):
            assert other[name].value == pytest.approx(plain[name].value, rel=1e-9)


def test_bare_06_random_patterns_only_when_asked_for() -> None:
    chance = np.random.default_rng(3)
    base = {f"p{i}": float(x) for i, x in enumerate(chance.normal(10, 1, 500).round(9))}
    values = {"0": base, "1": {code: value + float(chance.normal(0.01, 1)) for code, value in base.items()}}
    row = by_id(many(values))["sign_flip.ck.1.p"]
    assert row.value is None
    assert "Not computed beyond 400 pairs; here are 500." in row.error
    drawn = by_id(many(values), seed=5)["sign_flip.ck.1.p"]
    assert isinstance(drawn.value, float)
    assert "99999 random patterns of signs, seed 5" in drawn.method
    assert drawn == by_id(many(values), seed=5)["sign_flip.ck.1.p"]
    assert by_id(many(values), test="sign flip")["sign_flip.ck.1.significant"].error.startswith("Not computed")


def test_bare_01_the_chosen_test_and_the_tests_made() -> None:
    found = by_id(few(followed([10, 12, 9, 14], [7, 8, 8, 9], [9, 9, 9, 9])), test="sign flip")
    assert found["sign_flip.ck.1.p"].role == "planned"
    assert found["change.ck.1.p"].role == "sensitivity"
    assert found["tests.all.n"].value == 2
    assert found["sign_flip.ck.1.p_min"].value == 0.125


@pytest.mark.parametrize(
    ("values", "decimals"), [([1.0, 20.0], 0), ([1.5, 2.25], 2), ([], 0), ([1e-9], 6), ([1e22], 6), ([0.1 + 0.2], 6)]
)
def test_bare_01_decimals_as_recorded(values: list[float], decimals: int) -> None:
    assert decimals_of(values) == decimals
