"""Answers to instruments that give the score that was drawn.

SIM-25: the better end of each item is found by scoring, for instruments in which codes run either way.
SIM-26: invented questionnaires have the wanted mean score, within what their chance allows.
SIM-27: every answer is one of the item's.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from trialbook.instruments import CATALOG
from trialbook.protocol.model import Study
from trialbook.simulate.chance import Chance
from trialbook.simulate.scenario import built_in
from trialbook.simulate.scores import coded, health_for, is_ranked, steps_of, try_out
from trialbook.simulate.sources import DAY_NOISE, ITEM_NOISE, Draw, answer_at
from trialbook.simulate.targets import sources_for

BETTER_FIRST = {"gh1", "gh3", "gh5", "vt1", "vt2", "mh3", "mh5", "sf1", "bp1", "bp2"}
"""Questions of the SF-36 whose code 1 is the best answer (Ware and Sherbourne 1992)."""


def test_directions() -> None:
    """SIM-25."""
    ranked = try_out("sf-36-v1").ranked
    scored = {item.id for item in CATALOG["sf-36-v1"].items} - {"ht"}
    assert {item for item in scored if ranked[item][-1] == "1"} == BETTER_FIRST
    assert all(order[0] in {"3", "yes"} for order in try_out("haq-di").ranked.values())
    assert try_out("adas-cog-11").ranked["naming"][-1] == "0"


SCORES = [(name, score) for name in CATALOG for score in CATALOG[name].scores if is_ranked(name, score)]


@pytest.mark.parametrize(("name", "score"), SCORES, ids=lambda one: one if isinstance(one, str) else one.derived.id)
def test_the_wanted_mean(name: str, score: object) -> None:
    """SIM-26: in the middle of what can be reached; 1 in 1 000 000 false alarms, and 2 % of the range for the grid."""
    instrument = CATALOG[name]
    wanted_score = next(one for one in instrument.scores if one is score)
    means = try_out(name).means[wanted_score.derived.id]
    wanted = float((means.min() + means.max()) / 2)
    health = health_for(name, wanted_score)(wanted)
    stream = np.random.Generator(np.random.PCG64(11))
    columns = {}
    for item in instrument.items:
        codes = dict(zip(steps_of(item), coded(item), strict=True))
        noise = np.hypot(ITEM_NOISE, DAY_NOISE) * stream.standard_normal(400)
        columns[item.id] = np.array([codes[answer_at(try_out(name).ranked[item.id], health + one)] for one in noise])
    found = instrument.score(columns)[wanted_score.derived.id]
    slack = 0.02 * (wanted_score.high - wanted_score.low)
    assert abs(found.mean() - wanted) < 4.9 * found.std(ddof=1) / np.sqrt(400) + slack


def test_answers_are_those_of_the_items(small: Study) -> None:
    """SIM-27."""
    form = small.forms["haq"]
    chance = Chance(1, 1)
    for source in sources_for(small, built_in(), form):
        at = Draw(
            chance=chance, stream=chance.stream("x"), kind="all", day=0, on=date(2026, 1, 1), until=date(2026, 1, 1)
        )
        for item, answer in source.draw(at).items():
            assert answer in (form.items[item].choices or ("yes", "no"))
