"""Codes of participants.

CODE-01: R50: a code by chance tells neither site nor order, and is nobody else's at any site.
CODE-02: the check character is that of ISO/IEC 7064 MOD 37,36; one wrong character is always noticed.
CODE-03: a code that is counted goes on at its site, whatever other sites have.
CODE-04: where the study makes codes, another one is refused; `.` and `..` are no codes anywhere.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import STUDY, Site, read_text

from trialbook.capture.acts import screen
from trialbook.capture.codes import CLEAR, LETTERS, check_character, is_checked, is_of_the_study, made_code
from trialbook.capture.people import is_code
from trialbook.errors import ActRefused

RANDOM = read_text(STUDY + "participants: {codes: random}\n")
COUNTED = read_text(STUDY + "participants: {codes: counted}\n")
GENERATOR = np.random.default_rng(7)


def chance(below: int) -> int:
    """Return a whole number below another, the same in every run."""
    return int(GENERATOR.integers(below))


def test_the_published_vector() -> None:
    """CODE-02: the example of the Global Release Identifier (IFPI, GRid Standard 2.1), which uses this system."""
    assert check_character("A12425GABC1234002") == "M"
    assert is_checked("A1-2425G-ABC1234002-M")


@given(st.text(alphabet=LETTERS, min_size=1, max_size=10), st.data())
def test_a_wrong_character_is_noticed(payload: str, data: st.DataObject) -> None:
    """CODE-02: any, in any place."""
    code = payload + check_character(payload)
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from([one for one in LETTERS if one != code[place]]))
    assert is_checked(code)
    assert not is_checked(code[:place] + other + code[place + 1 :])


def test_by_chance() -> None:
    """CODE-01: two thousand codes are all different, clear to read, and in no order."""
    made: list[str] = []
    for _ in range(2000):
        made.append(made_code(RANDOM, "A", made, chance))
    assert len(set(made)) == len(made)
    assert all(set(code) <= set(CLEAR) and is_of_the_study(RANDOM, code, None) for code in made)
    rises = sum(one < next_one for one, next_one in pairwise(made))
    assert 900 < rises < 1100


def test_counted() -> None:
    """CODE-03: at site B the first is the first."""
    taken = ["A-001-" + check_character("A-001-"), "A-014-" + check_character("A-014-")]
    assert made_code(COUNTED, "A", taken, chance).startswith("A-015-")
    assert made_code(COUNTED, "B", taken, chance).startswith("B-001-")
    assert made_code(COUNTED, None, taken, chance).startswith("001-")
    assert not is_of_the_study(COUNTED, taken[0], "B")


@pytest.mark.parametrize("code", [".", ".."])
def test_codes_that_no_address_can_hold(code: str) -> None:
    """CODE-04: a browser makes another page of them."""
    assert not is_code(code)


def test_another_code_is_refused(tmp_path: Path) -> None:
    """CODE-04: with a sentence; a made one is taken."""
    site = Site(tmp_path, RANDOM)
    with pytest.raises(ActRefused) as told:
        site.create()
    assert [problem.code for problem in told.value.problems] == ["ACT-63"]
    with site.open() as book:
        code = made_code(RANDOM, None, (), chance)
        assert book.record(screen(code), by="ines").entries
        with pytest.raises(ActRefused):
            book.record(screen(code[1:] + code[0]), by="ines")
