"""The planned tests together.

ADJ-01: the family is every planned test; its p are adjusted as by hand, and judged after that.
ADJ-02: a test without a p has its reason, and is not counted.
ADJ-03: in a fixed sequence the primary test comes first.
ADJ-04: without adjustment nothing is added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from trialbook.analysis.adjusted import adjust_rows
from trialbook.analysis.compare import NOT_YET
from trialbook.analysis.results import Result, Role, Selector
from trialbook.analysis.rows import Heading, Stat
from trialbook.protocol.model import Study

Small = Callable[..., Study]


def rows_of(*tests: tuple[str, Role, float | None]) -> list[Result]:
    """Write the rows of tests: visit, role and p."""
    found = []
    for visit, role, p in tests:
        heading = Heading(
            analysis="change", variable="ck", visit=visit, role=role, method="a test",
            source=Selector(frame="observations", variable="ck"),
        )  # fmt: skip
        found += heading.rows(
            [
                Stat(name="mean", value=1.0),
                Stat(name="p", value=p, error="" if p is not None else "One pair."),
                Stat(name="p_adjusted", value=None, error=NOT_YET),
                Stat(name="significant", value=None, error=NOT_YET),
            ]
        )
    return found


def adjusted(study: Study, method: str, *tests: tuple[str, Role, float | None]) -> dict[str, Result]:
    changes: dict[str, Any] = {"multiplicity": method}
    plan = replace(study.analysis, **changes)
    return {row.id.removeprefix("change.ck."): row for row in adjust_rows(rows_of(*tests), plan)}


THREE: tuple[tuple[str, Role, float | None], ...] = (
    ("a", "planned", 0.02), ("b", "primary", 0.04), ("c", "planned", 0.01), ("d", "sensitivity", 0.001),
)  # fmt: skip


@pytest.mark.parametrize(
    ("method", "p", "verdicts"),
    [
        ("holm", [0.04, 0.04, 0.03], ["yes", "yes", "yes"]),
        ("hochberg", [0.04, 0.04, 0.03], ["yes", "yes", "yes"]),
        ("fixed sequence", [0.04, 0.04, 0.04], ["yes", "yes", "yes"]),
    ],
)
def test_adj_01_by_hand(small: Small, method: str, p: list[float], verdicts: list[str]) -> None:
    rows = adjusted(small(), method, *THREE)
    assert [rows[f"{visit}.p_adjusted"].value for visit in "abc"] == pytest.approx(p)
    assert [rows[f"{visit}.significant"].value for visit in "abc"] == verdicts
    assert rows["d.p_adjusted"].error == NOT_YET  # not a planned test: nothing is adjusted for it
    assert "3 planned tests that gave a p" in rows["a.p_adjusted"].method
    assert rows["a.significant"].method == "unrounded adjusted p < 0.05, two-sided"
    assert rows["a.mean"].value == 1


def test_adj_02_a_test_without_a_p(small: Small) -> None:
    rows = adjusted(small(), "holm", ("a", "planned", 0.03), ("b", "planned", None), ("c", "planned", 0.04))
    assert [rows[f"{visit}.p_adjusted"].value for visit in "abc"] == [0.06, None, 0.06]
    assert rows["b.p_adjusted"].error == rows["b.significant"].error == "One pair."
    assert rows["a.significant"].value == "no"
    assert rows["a.p_adjusted"].method.endswith("2 planned tests that gave a p; 1 more gave no p")


def test_adj_03_the_primary_test_opens_the_sequence(small: Small) -> None:
    rows = adjusted(small(), "fixed sequence", ("a", "planned", 0.001), ("b", "primary", 0.2))
    assert [rows[f"{visit}.p_adjusted"].value for visit in "ab"] == [0.2, 0.2]
    stopped = adjusted(small(), "fixed sequence", ("a", "planned", 0.001), ("b", "primary", None))
    assert "the sequence ends there" in stopped["a.significant"].error


def test_adj_01_a_p_that_rounds_onto_the_level(small: Small) -> None:
    rows = adjusted(small(), "holm", ("a", "planned", 0.0249), ("b", "planned", 0.9))
    assert "Rounded this p is 0.05" in rows["a.p_adjusted"].warning


def test_adj_04_no_adjustment(small: Small) -> None:
    rows = rows_of(*THREE)
    assert adjust_rows(rows, small().analysis) == rows
