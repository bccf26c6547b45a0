"""ADAS-Cog with eleven items.

Requirements:
INST-01: the total is the sum of the eleven items, 0 to 70, higher is worse (Rosen, Mohs, Davis 1984).
INST-02: the total agrees with the sponsor's own in every record of a real trial.
INST-03: there is a total only where all eleven items are answered.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.instruments import CATALOG
from trialbook.instruments.adas_cog import ADAS_COG_11, IDS, score_adas_cog_11
from trialbook.instruments.base import Columns
from trialbook.protocol.values import Value, parse_value

REFEREE = Path(__file__).parents[1] / "referees" / "cdisc_adas_cog.csv"
WORST = {item.id: float(item.maximum or 0) for item in ADAS_COG_11.items}


def columns_of(rows: list[dict[str, float]]) -> Columns:
    return {name: np.array([row.get(name, np.nan) for row in rows]) for name in IDS}


def test_all_sixteen_totals_of_the_pilot_study() -> None:
    """INST-02."""
    with REFEREE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    answers = [{name: float(row[name]) for name in IDS} for row in rows]
    totals = score_adas_cog_11(columns_of(answers))["total"]
    assert totals.tolist() == [float(row["total"]) for row in rows]
    assert len(rows) == 16


def test_range_is_0_to_70() -> None:
    """INST-01."""
    totals = score_adas_cog_11(columns_of([dict.fromkeys(IDS, 0.0), WORST]))["total"]
    assert totals.tolist() == [0.0, 70.0]
    (score,) = ADAS_COG_11.scores
    assert (score.low, score.high, score.better) == (0, 70, "lower")
    assert len(ADAS_COG_11.items) == len(set(IDS)) == 11


@pytest.mark.parametrize("gap", IDS)
def test_any_gap_leaves_no_total(gap: str) -> None:
    """INST-03."""
    rows = [WORST, {name: worst for name, worst in WORST.items() if name != gap}]
    totals = score_adas_cog_11(columns_of(rows))["total"]
    assert totals[0] == 70
    assert np.isnan(totals[1])


ANSWERS = st.fixed_dictionaries({name: st.integers(0, int(worst)) for name, worst in WORST.items()})


@settings(deadline=None)
@given(answers=ANSWERS, order=st.permutations(IDS))
def test_total_stays_in_range_and_ignores_the_order_of_items(answers: dict[str, int], order: list[str]) -> None:
    """INST-01."""
    (total,) = score_adas_cog_11({name: np.array([float(answers[name])]) for name in order})["total"]
    assert total == sum(answers.values())
    assert 0 <= total <= 70


def test_catalogue_finds_it_by_name() -> None:
    """INST-01."""
    instrument = CATALOG["adas-cog-11"]
    assert [derived.id for derived in instrument.derived] == ["total"]
    assert instrument.derived[0].of == IDS
    assert "1984;141:1356" in instrument.citation


def test_an_answer_outside_of_an_item_is_refused() -> None:
    """INST-01."""
    recall = ADAS_COG_11.items[0]
    assert isinstance(parse_value(recall, "3.67", missing={}), Value)
    assert not isinstance(parse_value(recall, "11", missing={}), Value)
    assert recall.maximum == Decimal(10)
