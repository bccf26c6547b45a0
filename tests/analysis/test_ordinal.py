"""Ordered levels over visits.

ORD-01: each visit counts every level and adds up from the first; who has no answer is counted apart.
ORD-02: better, worse and same are counted by pair, the tests are the exact ones, and turn with the better end.
ORD-03: the probability of better is that of all pairs by brute force, one half where nothing moves.
ORD-04: Tango's interval holds the difference, mirrors, and narrows with more pairs.
ORD-05: nobody, one participant, all the same and unknown levels give reasons or a plain refusal.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.analysis.exact import sign_flip, signed_rank
from trialbook.analysis.ordinal import count_levels, superiority, tango
from trialbook.analysis.proportions import clopper_pearson

LEVELS = ("none", "mild", "moderate", "severe")
answers = st.lists(st.tuples(st.sampled_from([*LEVELS, None]), st.sampled_from([*LEVELS, None])), max_size=14)


@given(answers)
def test_ord_01_counts_add_up(pairs: list[tuple[str | None, str | None]]) -> None:
    rows = count_levels({"start": [one for one, _ in pairs], "end": [two for _, two in pairs]}, LEVELS)
    assert len(rows) == 8
    for visit in ("start", "end"):
        of_visit = [row for row in rows if row.visit == visit]
        assert sum(row.count for row in of_visit) + of_visit[0].missing == len(pairs)
        assert of_visit[-1].cumulative == (1 if of_visit[0].n else None)
        for place, row in enumerate(of_visit):
            reached = sum(other.count for other in of_visit[: place + 1])
            assert row.interval == clopper_pearson(reached, row.n)


@given(answers)
def test_ord_02_pairs_and_tests(pairs: list[tuple[str | None, str | None]]) -> None:
    before, after = [one for one, _ in pairs], [two for _, two in pairs]
    found = superiority(before, after, LEVELS, better="earlier")
    steps = [LEVELS.index(a) - LEVELS.index(b) for a, b in pairs if a is not None and b is not None]
    assert (found.better, found.worse, found.same) == (
        sum(step > 0 for step in steps), sum(step < 0 for step in steps), sum(step == 0 for step in steps),
    )  # fmt: skip
    signs = [math.copysign(1, step) if step else 0 for step in steps]
    assert (found.sign.p, found.ranks.p) == (sign_flip(signs).p, signed_rank(steps).p)
    turned = superiority(before, after, LEVELS, better="later")
    assert (turned.better, turned.worse, turned.sign.p) == (found.worse, found.better, found.sign.p)
    if found.superiority is not None and turned.superiority is not None and turned.high is not None:
        assert found.superiority == pytest.approx(1 - turned.superiority)
        assert found.low == pytest.approx(1 - turned.high)


@given(answers)
def test_ord_03_superiority_by_pair(pairs: list[tuple[str | None, str | None]]) -> None:
    found = superiority([one for one, _ in pairs], [two for _, two in pairs], LEVELS, better="later")
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    shares = [(LEVELS.index(b) > LEVELS.index(a)) + (a == b) / 2 for a, b in known]
    expected = sum(shares) / len(shares) if shares else None
    assert found.superiority == pytest.approx(expected)
    assert found.low is None or found.high is None or 0 <= found.low <= (expected or 0) <= found.high <= 1


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_ord_04_tango(gained: int, lost: int, same: int) -> None:
    n = gained + lost + same
    if not n:
        return
    low, high = tango(gained, lost, n)
    assert -1 <= low <= (gained - lost) / n <= high <= 1
    assert tango(lost, gained, n) == pytest.approx((-high, -low), abs=1e-12)
    more = tango(4 * gained, 4 * lost, 4 * n)
    assert more[1] - more[0] < high - low


def test_ord_04_a_published_interval() -> None:
    """ORD-04: the cross-over of soft lenses, one of 44 pairs discordant: -0.118 to 0.059 (Tango 1998, section 6)."""
    assert tango(0, 1, 44) == pytest.approx((-0.118, 0.059), abs=5e-4)


def test_ord_05_nobody_one_and_all_the_same() -> None:
    nobody = superiority([None], ["mild"], LEVELS, better="earlier")
    assert (nobody.superiority, nobody.low, nobody.sign.p) == (None, None, None)
    assert nobody.reason == nobody.unmoved == "No participant has an answer at both visits."
    one = superiority(["severe"], ["mild"], LEVELS, better="earlier")
    assert (one.superiority, one.better, one.sign.p, one.sign.p_min) == (1.0, 1, 1.0, 1.0)
    same = superiority(["mild"] * 3, ["mild"] * 3, LEVELS, better="earlier")
    assert same.superiority == 0.5
    assert same.of_moved is None
    assert same.unmoved.startswith("Nobody moved")
    assert same.sign.reason


def test_ord_05_unknown_levels_and_counts() -> None:
    with pytest.raises(ValueError, match="not among the levels"):
        count_levels({"start": ["wild"]}, LEVELS)
    with pytest.raises(ValueError, match="not among the levels"):
        superiority(["wild"], ["mild"], LEVELS, better="later")
    with pytest.raises(ValueError, match="part of the pairs"):
        tango(3, 3, 5)
    assert [row.share for row in count_levels({"start": [None, None]}, LEVELS)] == [None] * 4
