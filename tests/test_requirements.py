"""The page of requirements: every row has a test that names it, or is the user's duty.

NEED-01: every requirement has a test, or is a duty (R27).
NEED-02: the page is what the tests say.
NEED-03: the duties are the three that no program can show alone.
"""

from __future__ import annotations

import pytest
from tests.citing import named_in
from tests.requirements import NUMBER, PAGE, REQUIREMENTS, SHIPPED, matrix, page, shown_by, still_open


def test_every_requirement_has_a_test() -> None:
    """NEED-01 (R27)."""
    assert still_open(shown_by()) == ()


def test_the_page_is_what_the_tests_say() -> None:
    """NEED-02: else `PYTHONPATH=. python tests/requirements.py` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()
    assert SHIPPED.read_text(encoding="utf-8") == matrix()


def test_the_duties_are_few() -> None:
    """NEED-03."""
    assert [one.number for one in REQUIREMENTS if one.duty] == ["R17", "R30", "R35"]
    assert len(REQUIREMENTS) == 52


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ('"""Head.\n\nA-1: what is shown (R07).\n"""\ndef test_a() -> None:\n    """A-1: x."""', {("test_a", "R07")}),
        ('"""Head.\n\nA-1: what is shown (R07).\n"""\ndef test_a() -> None:\n    """A-2: x."""', set()),
        ('def test_a() -> None:\n    """R07, R51: x. R53, R00, XR07."""', {("test_a", "R07"), ("test_a", "R51")}),
        ('def other() -> None:\n    """R07."""', set()),
    ],
)
def test_what_a_test_names(source: str, named: set[tuple[str, str]]) -> None:
    """NEED-01: a head that nobody cites, a function that is no test, and a number that there is not show nothing."""
    assert set(named_in(source, NUMBER)) == named
