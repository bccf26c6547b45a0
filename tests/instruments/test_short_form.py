"""SF-36 version 1 and RAND-36: one form, two ways to score it.

Requirements:
INST-20: all worked examples come out, and the summaries of another program.
INST-21: a scale has a value where half of its items are answered (SF-36), or any (RAND-36); pain as published.
INST-22: the summaries and the unofficial total need all eight scales; a code that the form lacks is no answer.
INST-23: scales go from 0 to 100, higher is better, whatever the order of rows and items.
INST-24: the two scorings differ in pain and general health only, where nothing is missing, and in what follows
    from the two: both summaries and the unofficial total.
INST-25: whatever is no official number says so.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.instruments import CATALOG
from trialbook.instruments.base import Column, Instrument
from trialbook.instruments.rand_36 import RAND_36
from trialbook.instruments.sf_36_v1 import NORMS_1990, SF_36_V1, WEIGHTS, summary
from trialbook.instruments.short_form import QUESTIONS

REFEREE = Path(__file__).parent / "cases" / "instrument_cases.json"
EVERY = json.loads(REFEREE.read_text(encoding="utf-8"))
CASES = {case["id"]: case for case in EVERY if case["instrument"] == "SF-36"}
WHOLE_FORMS = [case for case in CASES.values() if "answers_q1_to_q36" in case["inputs"]]
IDS = tuple(name for name, _, _ in QUESTIONS)
CODES = {name: len(answers) for name, _, answers in QUESTIONS}
NUMBERS = {
    "pf": range(3, 13), "rp": range(13, 17), "bp": (21, 22), "gh": (1, 33, 34, 35, 36),
    "vt": (23, 27, 29, 31), "sf": (20, 32), "re": (17, 18, 19), "mh": (24, 25, 26, 28, 30),
}  # fmt: skip
"""Scale -> numbers of its questions, as the manuals list them."""
SCALES = tuple(NUMBERS)
BEST, WORST = (CASES[name]["inputs"]["answers_q1_to_q36"] for name in ("SF-36-001", "SF-36-002"))
MIDDLE = CASES["SF-36-003"]["inputs"]["answers_q1_to_q36"]
GAP = float("nan")
Form: TypeAlias = "list[int | None]"


def scores_of(instrument: Instrument, *forms: Form, order: tuple[str, ...] = IDS) -> dict[str, list[float | None]]:
    """Score forms, each with the answers of question 1 to 36; None is no answer, and no score."""
    columns = {name: np.array([GAP if form[n] is None else form[n] for form in forms], float) for n, name in
               enumerate(IDS)}  # fmt: skip
    found = instrument.score({name: columns[name] for name in order})
    return {name: [None if np.isnan(value) else float(value) for value in column] for name, column in found.items()}


def one_of(instrument: Instrument, form: Form) -> dict[str, float | None]:
    return {name: values[0] for name, values in scores_of(instrument, form).items()}


def without(form: Form, *numbers: int) -> Form:
    """Take answers out, by the number of the question."""
    return [None if number in numbers else answer for number, answer in enumerate(form, start=1)]


@pytest.mark.parametrize("case", WHOLE_FORMS, ids=lambda case: case["id"])
def test_worked_examples(case: dict[str, Any]) -> None:
    """INST-20."""
    form, expected = case["inputs"]["answers_q1_to_q36"], case["expected"]
    ware, rand = one_of(SF_36_V1, form), one_of(RAND_36, form)
    near = case["tolerance"]
    assert ware["pcs"] == pytest.approx(expected["pcs_1990"], abs=near)
    assert ware["mcs"] == pytest.approx(expected["mcs_1990"], abs=near)
    for scale, value in expected.get("ware", {}).items():
        assert ware[scale.lower()] == pytest.approx(value, abs=near)
    for scale, value in expected.get("rand", {}).items():
        assert rand[scale.lower()] == pytest.approx(value, abs=near)


@pytest.mark.parametrize("case", [CASES["SF-36-008"]], ids=lambda case: case["id"])
def test_rand_s_own_example_of_a_gap(case: dict[str, Any]) -> None:
    """INST-20, INST-21."""
    answers = {int(name[1:]): answer for name, answer in case["inputs"]["answers"].items()}
    found = one_of(RAND_36, [answers.get(number) for number in range(1, 37)])
    assert found.pop("vt") == pytest.approx(case["expected"]["VT"], abs=1e-9)
    assert set(found.values()) == {None}


@pytest.mark.parametrize("case", [CASES["SF-36-010"]], ids=lambda case: case["id"])
def test_summaries_of_scales(case: dict[str, Any]) -> None:
    """INST-20."""
    scales = {name.lower(): np.array([float(value)]) for name, value in case["inputs"]["scales"].items()}
    assert summary(scales, "pcs")[0] == pytest.approx(case["expected"]["pcs"], abs=1e-5)
    assert summary(scales, "mcs")[0] == pytest.approx(case["expected"]["mcs"], abs=1e-5)


def test_worked_examples_are_all_there() -> None:
    """INST-20."""
    assert [case["id"][-3:] for case in WHOLE_FORMS] == ["001", "002", "003", "004", "006", "007", "-JL"]
    assert CASES.keys() - {case["id"] for case in WHOLE_FORMS} == {"SF-36-008", "SF-36-010"}


def test_the_norm_population_is_at_50_and_one_sd_is_10() -> None:
    """INST-20: a scale one SD above its mean moves a summary by ten times its weight, up or down by its sign."""
    means: dict[str, Column] = {name: np.array([mean]) for name, (mean, _) in NORMS_1990.items()}
    for name, weights in WEIGHTS.items():
        assert summary(means, name).tolist() == [50.0]
        for scale, (mean, deviation) in NORMS_1990.items():
            moved = summary({**means, scale: np.array([mean + deviation])}, name)[0]
            assert moved == pytest.approx(50 + 10 * weights[scale], abs=1e-9)
    assert {scale for scale, weight in WEIGHTS["pcs"].items() if weight < 0} == {"sf", "re", "mh"}
    assert {scale for scale, weight in WEIGHTS["mcs"].items() if weight < 0} == {"pf", "rp", "bp", "gh"}


@pytest.mark.parametrize("instrument", [SF_36_V1, RAND_36], ids=lambda instrument: instrument.id)
@pytest.mark.parametrize("scale", SCALES)
def test_fewest_answers_of_a_scale(instrument: Instrument, scale: str) -> None:
    """INST-21."""
    needed = {"pf": 5, "rp": 2, "bp": 1, "gh": 3, "vt": 2, "sf": 1, "re": 2, "mh": 3}[scale]
    least = needed if instrument is SF_36_V1 else 1
    for answered in range(len(NUMBERS[scale]) + 1):
        found = one_of(instrument, without(BEST, *tuple(NUMBERS[scale])[answered:]))
        assert found[scale] == (100.0 if answered >= least else None)
    score = next(score for score in instrument.scores if score.derived.id == scale)
    assert score.derived.at_least == least
    assert score.derived.of == tuple(IDS[number - 1] for number in NUMBERS[scale])


@pytest.mark.parametrize(
    ("strength", "hindrance", "pain"),
    [
        (1, 1, 100), (2, 1, 84), (1, 2, 80), (3, 3, 52), (6, 5, 0), (6, 1, 40), (2, None, 88), (5, None, 24),
        (None, 1, 100), (None, 2, 75), (None, 3, 50), (None, 4, 25), (None, 5, 0), (None, None, None),
    ],
)  # fmt: skip
def test_pain(strength: int | None, hindrance: int | None, pain: float | None) -> None:
    """INST-21."""
    assert one_of(SF_36_V1, [*MIDDLE[:20], strength, hindrance, *MIDDLE[22:]])["bp"] == pain


@pytest.mark.parametrize(("answer", "ware", "rand"), [(1, 20, 20), (2, 17, 15), (3, 12, 10), (4, 5, 5), (5, 0, 0)])
def test_health_at_large_is_unevenly_spaced(answer: int, ware: float, rand: float) -> None:
    """INST-21: with the other four questions of the scale at their worst."""
    form = [answer, *MIDDLE[1:32], *WORST[32:]]
    assert one_of(SF_36_V1, form)["gh"] == ware
    assert one_of(RAND_36, form)["gh"] == rand


@pytest.mark.parametrize("scale", SCALES)
def test_without_one_scale_no_summary_and_no_total(scale: str) -> None:
    """INST-22."""
    found = one_of(SF_36_V1, without(MIDDLE, *NUMBERS[scale]))
    assert {name for name, value in found.items() if value is None} == {scale, "pcs", "mcs", "total_unofficial"}


@pytest.mark.parametrize("instrument", [SF_36_V1, RAND_36], ids=lambda instrument: instrument.id)
@pytest.mark.parametrize("number", range(1, 37))
def test_a_code_that_the_form_lacks_is_no_answer(instrument: Instrument, number: int) -> None:
    """INST-22."""
    gap = one_of(instrument, without(MIDDLE, number))
    for code in (0, -1, CODES[IDS[number - 1]] + 1):
        assert one_of(instrument, [*MIDDLE[: number - 1], code, *MIDDLE[number:]]) == gap


def test_best_and_worst_answers_give_the_ends() -> None:
    """INST-23."""
    for instrument in (SF_36_V1, RAND_36):
        found = scores_of(instrument, BEST, WORST)
        assert all(found[scale] == [100.0, 0.0] for scale in SCALES)
    assert scores_of(SF_36_V1, BEST, WORST)["total_unofficial"] == [100.0, 0.0]


def test_ends_of_the_summaries() -> None:
    """INST-23: best where the scales with weight above 0 are at 100 and the others at 0."""
    for score in SF_36_V1.scores:
        weights = WEIGHTS.get(score.derived.id)
        if weights is not None:
            high = {name: np.array([100.0 if weight > 0 else 0.0]) for name, weight in weights.items()}
            low = {name: 100 - value for name, value in high.items()}
            assert score.high - 0.01 < summary(high, score.derived.id)[0] <= score.high
            assert score.low <= summary(low, score.derived.id)[0] < score.low + 0.01


FORMS = st.tuples(*(st.none() | st.integers(1, CODES[name]) for name in IDS)).map(list)
FULL = st.tuples(*(st.integers(1, CODES[name]) for name in IDS)).map(list)


def slow_ware(form: Form) -> dict[str, float | None]:
    """Score one form by the tables of the manual, in fractions, question by question."""
    tens = {1: {1: 50, 2: 44, 3: 34, 4: 20, 5: 10}, 21: {1: 60, 2: 54, 3: 42, 4: 31, 5: 22, 6: 10}}
    values: dict[int, Fraction] = {}
    for number, answer in enumerate(form, start=1):
        if answer is not None and number != 22:
            turned = {20: 6, 34: 6, 36: 6, 23: 7, 27: 7, 26: 7, 30: 7}.get(number)
            plain = answer if turned is None else turned - answer
            values[number] = Fraction(tens[number][answer], 10) if number in tens else Fraction(plain)
    hindrance = form[21]
    if hindrance is None:
        values |= {22: values[21]} if 21 in values else {}
    elif 21 in values:
        values[22] = Fraction(6 if hindrance == form[20] == 1 else 6 - hindrance)
    else:
        values[21] = values[22] = 6 - Fraction(5, 4) * (hindrance - 1)
    found: dict[str, float | None] = {}
    highest = {"pf": 3, "rp": 2, "re": 2, "sf": 5, "gh": 5, "bp": 6, "vt": 6, "mh": 6}
    for scale, numbers in NUMBERS.items():
        known = [values[number] for number in numbers if number in values]
        enough = 2 * len(known) >= len(numbers)
        found[scale] = float((sum(known) / len(known) - 1) * 100 / (highest[scale] - 1)) if enough and known else None
    return found


def slow_rand(form: Form) -> dict[str, float | None]:
    """Score one form by the table of RAND's scoring page."""
    tables = {
        (1, 2, 20, 22, 34, 36): (100, 75, 50, 25, 0), tuple(range(3, 13)): (0, 50, 100),
        tuple(range(13, 20)): (0, 100), (21, 23, 26, 27, 30): (100, 80, 60, 40, 20, 0),
        (24, 25, 28, 29, 31): (0, 20, 40, 60, 80, 100), (32, 33, 35): (0, 25, 50, 75, 100),
    }  # fmt: skip
    by_number = {number: table for numbers, table in tables.items() for number in numbers}
    found: dict[str, float | None] = {}
    for scale, numbers in NUMBERS.items():
        answers = {number: form[number - 1] for number in numbers}
        known = [by_number[number][answer - 1] for number, answer in answers.items() if answer is not None]
        found[scale] = sum(known) / len(known) if known else None
    return found


def same(found: list[float | None], expected: list[float | None]) -> bool:
    return [value is None for value in found] == [value is None for value in expected] and np.allclose(
        np.array(found, float), np.array(expected, float), rtol=1e-13, atol=1e-12, equal_nan=True
    )


@settings(deadline=None)
@given(forms=st.lists(FORMS, min_size=1, max_size=3), order=st.permutations(IDS))
def test_agrees_with_the_manual_in_hand(forms: list[Form], order: list[str]) -> None:
    """INST-21, INST-23."""
    for instrument, slow in ((SF_36_V1, slow_ware), (RAND_36, slow_rand)):
        found = scores_of(instrument, *forms, order=tuple(order))
        assert all(same(found[scale], [slow(form)[scale] for form in forms]) for scale in SCALES)
        assert scores_of(instrument, *reversed(forms)) == {name: values[::-1] for name, values in found.items()}
        assert all(value is None or 0 <= value <= 100 for scale in SCALES for value in found[scale])


@settings(deadline=None)
@given(form=FULL)
def test_a_full_form_has_all_scores_in_range(form: Form) -> None:
    """INST-22, INST-23, INST-24."""
    found, rand = one_of(SF_36_V1, form), one_of(RAND_36, form)
    for score in SF_36_V1.scores:
        value = found[score.derived.id]
        assert value is not None
        assert score.low <= value <= score.high
        assert score.better == "higher"
    scales = [found[scale] or 0.0 for scale in SCALES]
    assert found["total_unofficial"] == pytest.approx(sum(scales) / 8, abs=1e-9)
    assert all(same([found[scale]], [rand[scale]]) for scale in set(SCALES) - {"bp", "gh"})


def test_health_against_a_year_ago_is_in_no_score() -> None:
    """INST-23."""
    other = [MIDDLE[0], 5, *MIDDLE[2:]]
    assert MIDDLE[1] != 5
    assert one_of(SF_36_V1, other) == one_of(SF_36_V1, MIDDLE)
    assert all("ht" not in score.derived.of for score in (*SF_36_V1.scores, *RAND_36.scores))


def test_the_scorings_differ_in_pain_and_general_health() -> None:
    """INST-24."""
    form = CASES["SF-36-007"]["inputs"]["answers_q1_to_q36"]
    assert (one_of(SF_36_V1, form)["bp"], one_of(RAND_36, form)["bp"]) == (72.0, 80.0)
    assert SF_36_V1.items == RAND_36.items


def from_scales(scales: dict[str, float | None]) -> dict[str, float]:
    """Return the two summaries and the unofficial total that follow from eight scales, by whichever scoring."""
    columns = {name: np.array([scales[name]], float) for name in SCALES}
    total = float(np.mean([columns[name][0] for name in SCALES]))
    return {name: float(summary(columns, name)[0]) for name in WEIGHTS} | {"total_unofficial": total}


@settings(deadline=None)
@given(form=FULL)
def test_the_scorings_differ_exactly_in_pain_general_health_and_what_follows(form: Form) -> None:
    """INST-24: with RAND's scales in the place of Ware's, a summary moves if and only if pain or health does."""
    ware, rand = one_of(SF_36_V1, form), one_of(RAND_36, form)
    of_ware, of_rand = from_scales(ware), from_scales(rand)
    assert all(of_ware[name] == pytest.approx(ware[name], abs=1e-9) for name in of_ware)
    moved = {name for name in SCALES if not same([ware[name]], [rand[name]])}
    assert moved <= {"bp", "gh"}
    shifts = {name: (rand[name] or 0.0) - (ware[name] or 0.0) for name in ("bp", "gh")}
    for name in WEIGHTS:
        follows = sum(10 * WEIGHTS[name][scale] * shift / NORMS_1990[scale][1] for scale, shift in shifts.items())
        assert of_rand[name] - of_ware[name] == pytest.approx(follows, abs=1e-9)
    assert of_rand["total_unofficial"] - of_ware["total_unofficial"] == pytest.approx(sum(shifts.values()) / 8)


@pytest.mark.parametrize(
    ("form", "moved"),
    [
        (BEST, set()),
        (MIDDLE, {"bp", "pcs", "mcs", "total_unofficial"}),
        ([2, *MIDDLE[1:]], {"bp", "gh", "pcs", "mcs", "total_unofficial"}),
    ],
)
def test_where_the_scorings_differ_so_do_the_summaries(form: Form, moved: set[str]) -> None:
    """INST-24: nowhere else."""
    ware, rand = one_of(SF_36_V1, form), one_of(RAND_36, form)
    rand |= from_scales(rand)
    assert {score for score in ware if not same([ware[score]], [rand[score]])} == moved


def test_what_is_not_official_says_so() -> None:
    """INST-25."""
    labels = {score.derived.id: score.derived.label["en"] for score in SF_36_V1.scores}
    assert "unofficial" in labels["total_unofficial"]
    assert all("US norms of 1990" in labels[name] for name in WEIGHTS)
    assert [score.derived.id for score in RAND_36.scores] == list(SCALES)
    assert CATALOG["sf-36-v1"] is SF_36_V1
