"""The whole catalogue: what holds of every instrument and every rule of response.

Requirements:
INST-40: everything is found by its name; an unknown name is told with the nearest; so is an unknown parameter.
INST-41: scores stay in their range; order of items does not matter; a row alone is the same as among many.
INST-42: one more missing item never gives a score from nothing, and a row without answers has no score.
INST-43: a row that lacks a score says which, and of how many answers it would have been made.
INST-44: every instrument says its version and licence, and every parameter its default, what it may be, and why.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.errors import Problem
from trialbook.instruments import CATALOG, RESPONSES
from trialbook.instruments.base import Instrument
from trialbook.instruments.catalogue import Scale, compute, every_scale, find_scale, may_lack
from trialbook.instruments.eular_acr_2017 import EULAR_ACR_2017
from trialbook.instruments.parameters import NONE, changed, parameters_of, written
from trialbook.instruments.response import Response
from trialbook.protocol.model import Item
from trialbook.wording import remedy, sentence

GAP = float("nan")
Row: TypeAlias = "dict[str, float]"
ALL = pytest.mark.parametrize("scale", every_scale(), ids=lambda scale: scale.id)
CLASSED = ("bohan-peter", "eular-acr-2017", "imacs-doi")
"""These tell bounds and counts, which begin with the first answer."""


def answers(item: Item) -> st.SearchStrategy[float]:
    """Draw an answer that the item takes."""
    if item.kind == "yes_no":
        return st.sampled_from([0.0, 1.0])
    if item.choices:
        return st.sampled_from([float(code) for code in item.choices])
    low, high = float(item.minimum or 0), float(1000 if item.maximum is None else item.maximum)
    steps = 10 ** (item.decimals or 0)
    return st.integers(int(np.ceil(low * steps)), int(high * steps)).map(lambda step: step / steps)


def rows_of(scale: Scale) -> st.SearchStrategy[Row]:
    """Draw rows with gaps, few of them more often than many."""
    share = st.sampled_from([0, 0, 1, 3, len(scale.items)])
    whole = st.fixed_dictionaries({item.id: answers(item) for item in scale.items})
    gaps = share.flatmap(lambda most: st.lists(st.sampled_from([item.id for item in scale.items]), max_size=most))
    return st.tuples(whole, gaps).map(lambda pair: pair[0] | dict.fromkeys(pair[1], GAP))


def scores_of(scale: Scale, *rows: Row, order: tuple[str, ...] | None = None) -> dict[str, list[float]]:
    names = order or tuple(item.id for item in scale.items)
    found = compute(scale, {name: np.array([row[name] for row in rows]) for name in names})
    return {name: column.tolist() for name, column in found.columns.items()}


@ALL
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_range_order_and_company(scale: Scale, data: st.DataObject) -> None:
    """INST-41."""
    rows = data.draw(st.lists(rows_of(scale), min_size=1, max_size=3))
    order = data.draw(st.permutations([item.id for item in scale.items]))
    found = scores_of(scale, *rows, order=tuple(order))
    for score in scale.scores:
        column = np.array(found[score.derived.id])
        assert np.all(np.isnan(column) | ((column >= score.low) & (column <= score.high)))
    for place, row in enumerate(rows):
        alone = [column[0] for column in scores_of(scale, row).values()]
        assert np.array_equal(alone, [column[place] for column in found.values()], equal_nan=True)


@ALL
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_a_gap_more_gives_no_score_from_nothing(scale: Scale, data: st.DataObject) -> None:
    """INST-42."""
    row = data.draw(rows_of(scale))
    gone = data.draw(st.sampled_from([item.id for item in scale.items]))
    full, less = scores_of(scale, row), scores_of(scale, row | {gone: GAP})
    if scale.id not in CLASSED and not gone.endswith("_upper"):
        assert all(np.isnan(less[name][0]) or not np.isnan(full[name][0]) for name in full if name != "enzyme")


@ALL
def test_nothing_gives_nothing(scale: Scale) -> None:
    """INST-42: and says so."""
    names = [item.id for item in scale.items]
    found = compute(scale, {name: np.full(3, GAP) for name in names})
    assert list(found.columns) == [score.derived.id for score in scale.scores]
    assert all(np.isnan(column).all() and column.shape == (3,) for column in found.columns.values())
    assert all(str(why).startswith("Not computable") for why in found.why)


def test_a_gap_is_told_in_its_row() -> None:
    """INST-43."""
    haq = CATALOG["haq-di"]
    row = {item.id: 0.0 for item in haq.items}
    rows = [row, row | {name: GAP for name in row if name.startswith(("grip", "reach", "arising"))}]
    found = compute(haq, {name: np.array([one[name] for one in rows]) for name in row})
    assert found.why.tolist() == [
        "",
        "Not computable: di from 22 of 35 answers; di_without_aids from 13 of 20 answers",
    ]


@ALL
def test_every_scale_is_complete(scale: Scale) -> None:
    """INST-44."""
    items = [item.id for item in scale.items]
    assert len(items) == len(set(items))
    assert may_lack(scale) <= set(items)
    assert scale.version
    assert all(text.endswith(".") for text in (scale.citation, scale.licence, *scale.rules))
    for score in scale.scores:
        assert score.low < score.high
        assert score.gaps.endswith(".")
        assert set(score.derived.of) <= set(items)
        assert all(score.low <= level <= score.high for level in score.derived.levels)
    for one in parameters_of(scale.parameters):
        assert one.value == one.default
        assert one.why.endswith(".")
        assert one.choices or one.low <= float(one.default) <= one.high > one.low
    assert (scale.with_parameters is None) == (scale.parameters is NONE)


@ALL
def test_made_again_with_its_defaults_it_is_the_same(scale: Scale) -> None:
    """INST-44."""
    settings_ = {one.name: str(one.default) for one in parameters_of(scale.parameters)}
    again = find_scale(scale.id, settings_)
    assert isinstance(again, Instrument | Response)
    assert (again.items, again.scores, again.parameters) == (scale.items, scale.scores, scale.parameters)


def refused(name: str, **settings_: str) -> tuple[Problem, ...]:
    found = find_scale(name, settings_)
    assert isinstance(found, tuple)
    assert all(len(sentence(problem)) > 15 and len(remedy(problem)) > 10 for problem in found)
    return found


def test_names_are_found_or_told_with_the_nearest() -> None:
    """INST-40."""
    assert find_scale("haq-di", {}) is CATALOG["haq-di"]
    assert find_scale("tis-2016", {}) is RESPONSES["tis-2016"]
    (problem,) = refused("haq")
    assert problem.code == "SCORE-01"
    assert remedy(problem).startswith("Did you mean “haq-di”?")


@pytest.mark.parametrize(
    ("name", "setting", "code"),
    [
        ("haq-di", {"least_categoris": "7"}, "SCORE-05"), ("adas-cog-11", {"least": "7"}, "SCORE-05"),
        ("haq-di", {"least_categories": "5"}, "SCORE-06"), ("haq-di", {"least_categories": "six"}, "SCORE-06"),
        ("tis-2016", {"ck_range": "nan"}, "SCORE-06"), ("tis-2016", {"ck_range": "-1"}, "SCORE-06"),
        ("tis-2016", {"missing": "0"}, "SCORE-06"), ("mmt-8", {"least_tested": "7.5"}, "SCORE-06"),
    ],
)  # fmt: skip
def test_what_cannot_be_set_is_told(name: str, setting: dict[str, str], code: str) -> None:
    """INST-40."""
    assert [problem.code for problem in refused(name, **setting)] == [code]


def test_all_settings_are_told_at_once() -> None:
    """INST-40."""
    assert [problem.code for problem in refused("tis-2016", ck_range="x", colour="red")] == ["SCORE-06", "SCORE-05"]


def test_settings_are_kept_with_the_result() -> None:
    """INST-44."""
    scale = find_scale("tis-2016", {"mmt_highest": "150", "ck_range": "12.5"})
    assert isinstance(scale, Response)
    assert written(scale.parameters).startswith("mmt_highest=150; ck_range=12.5; aldolase_range=6.0; ")
    assert written(NONE) == ""
    assert changed(EULAR_ACR_2017.parameters, {"middle": "5.3"}, of="x") == replace_middle()


def replace_middle() -> object:
    return replace(EULAR_ACR_2017.parameters, middle=5.3)


@pytest.mark.parametrize(("least", "index"), [("6", 1.0), ("7", None), ("8", None)])
def test_fewest_categories_of_haq(least: str, index: float | None) -> None:
    """INST-44: a parameter changes the score and the sentence about gaps."""
    scale = find_scale("haq-di", {"least_categories": least})
    assert isinstance(scale, Instrument)
    row = {item.id: 1.0 if item.kind == "choice" else 0.0 for item in scale.items}
    row |= {name: GAP for name in row if name.startswith(("grip", "reach"))}
    (found,) = scores_of(scale, row)["di"]
    assert (None if np.isnan(found) else found) == index
    assert f"at least {least} of the 8" in scale.scores[0].gaps


def test_half_of_a_scale_may_be_asked_of_rand_36() -> None:
    """INST-44."""
    one, half = CATALOG["rand-36"], find_scale("rand-36", {"least": "half"})
    assert isinstance(half, Instrument)
    row = {item.id: GAP for item in one.items} | {"vt1": 3.0, "sf1": 1.0}
    assert scores_of(one, row)["vt"] == [60.0]
    assert np.isnan(scores_of(half, row)["vt"][0])
    assert scores_of(half, row)["sf"] == [100.0]
    assert "at least 2 of the 4 items" in next(s.gaps for s in half.scores if s.derived.id == "vt")


def test_sf_36_by_rand_rules_differs_in_pain_and_general_health_only() -> None:
    """INST-41: where every question is answered."""
    ware, rand = CATALOG["sf-36-v1"], CATALOG["rand-36"]
    stream = np.random.default_rng(36)
    columns = {item.id: stream.integers(1, len(item.choices) + 1, 500).astype(float) for item in ware.items}
    first, second = ware.score(columns), rand.score(columns)
    differs = {name for name in second if not np.allclose(first[name], second[name])}
    assert differs == {"bp", "gh"}
