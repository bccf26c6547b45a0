"""Result rows.

RES-01: an id is made of the parts that are not empty, blanks as underscores.
RES-02: an id stands once.
RES-03: a frame of results keeps numbers and texts apart.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trialbook.analysis.datasets import Datasets
from trialbook.analysis.plan import run_plan
from trialbook.analysis.results import bind, result_id, to_frame


def test_res_01_ids() -> None:
    assert result_id("change", "ck", "", "week 4", "", "enrolled", "p") == "change.ck.week_4.enrolled.p"


def test_res_02_and_03_bind_and_frame(shipped: Callable[[str], Datasets]) -> None:
    datasets = shipped("infliximab_myositis")
    results = run_plan(datasets.study, datasets).results
    with pytest.raises(ValueError, match="stands twice"):
        bind(results, results)
    frame = to_frame(results)
    assert frame.height == len(results)
    assert frame["value"].count() + frame["text"].count() + (frame["error"] != "").sum() == frame.height
