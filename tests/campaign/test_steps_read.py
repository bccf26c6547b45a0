"""What steps of the campaign make of what they are told.

CAMP-03: lost saves, slow ones, few ones, and what cannot be read are trouble.
"""

from __future__ import annotations

import pytest
from tests.campaign.people import read

SAID = """acknowledged 442, lost {lost}; load 1.0
site: 442 saves, median 12.4 ms, p99 {p99} ms
bare writer: 504 saves, median 4.4 ms, p99 60.0 ms
saves a second: site 22.1, bare writer 25.2; ratio {share}
"""


@pytest.mark.parametrize(
    ("lost", "p99", "share", "trouble"),
    [(0, 100.0, 0.9, 0), (2, 100.0, 0.9, 2), (0, 151.0, 0.9, 1), (0, 100.0, 0.4, 1)],
)
def test_what_people_met(lost: int, p99: float, share: float, trouble: int) -> None:
    """CAMP-03."""
    found = read(SAID.format(lost=lost, p99=p99, share=share), 30, is_whole=True)
    assert (found.trouble, found.is_sharp, found.tried) == (trouble, True, 30)
    assert read("", 30, is_whole=True).trouble == 1
    assert read(SAID.format(lost=0, p99=1.0, share=1.0), 30, is_whole=False, wrong="x").trouble == 1
