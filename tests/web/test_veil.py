"""Numbers of entries on pages say nothing of how much is recorded.

VEIL-01: every number comes back as itself, and no two are written alike.
VEIL-02: what was never written for a number is no number: not an error, and nobody else's entry.
VEIL-03: numbers that follow each other look like chance, and look otherwise at another site.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from trialbook.web.veil import LENGTH, LETTERS, NONE, unveiled, veiled


@given(st.integers(1, 2**32 - 1))
def test_veil_01_there_and_back(number: int) -> None:
    assert unveiled(veiled(number)) == number


def test_veil_01_no_two_alike() -> None:
    assert len({veiled(number) for number in range(1, 3000)}) == 2999


@pytest.mark.parametrize("text", ["", NONE, "12", "9" * 400, "A" * LENGTH, "Y" * LENGTH, "２346789", "\x00" * LENGTH])
def test_veil_02_nothing(text: str) -> None:
    assert unveiled(text) == 0
    assert [veiled(number) for number in (0, -1, 2**32)] == [NONE] * 3


def test_veil_03_looks_like_chance() -> None:
    """Each sign of the next number is that of the one before about as often as by chance: once in 24."""
    found = [veiled(number) for number in range(1, 2401)]
    same = sum(one == other for pair in pairwise(found) for one, other in zip(*pair, strict=True))
    by_chance = LENGTH * 2399 / len(LETTERS)
    assert 0.7 * by_chance < same < 1.5 * by_chance
    with override_settings(SECRET_KEY="the key of another site"):  # noqa: S106 - of an invented site
        assert veiled(7) != found[6]
