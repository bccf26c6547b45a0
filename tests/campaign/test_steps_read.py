"""What steps of the campaign make of what they are told.

CAMP-01: a fault is put into every comparison, condition, constant, call and result, and each is another program.
CAMP-02: a fault that the tests of a part notice is killed; the copy is whole again afterwards.
CAMP-03: lost saves, slow ones, few ones, and what cannot be read are trouble.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.campaign import mutation
from tests.campaign.mutation import Mutant, drawn, is_noticed, mutants, shadow
from tests.campaign.people import read

SOURCE = """
def judge(a, b):
    check(a)
    if a < 3 and b is None:
        return a
    return True
"""
SAID = """acknowledged 442, lost {lost}; load 1.0
site: 442 saves, median 12.4 ms, p99 {p99} ms
bare writer: 504 saves, median 4.4 ms, p99 60.0 ms
saves a second: site 22.1, bare writer 25.2; ratio {share}
"""


def test_every_fault() -> None:
    """CAMP-01."""
    found = list(mutants("x.py", SOURCE))
    told = sorted({one.what.partition(":")[0] for one in found})
    assert told == [
        "and for or", "another comparison", "left out", "nothing returned", "off by one", "the other", "turned round",
    ]  # fmt: skip
    whole = ast.unparse(ast.parse(SOURCE))
    assert all(one.source != whole for one in found)
    assert len({one.source for one in found}) == len(found) == 8
    assert len(drawn(4, ["conduct/blinding.py", "conduct/dosing.py"])) == 4


def test_a_fault_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CAMP-02: one that everybody would see, and one that says the same in other words."""
    copy = shadow(tmp_path / "copy")
    monkeypatch.setattr(mutation, "CORE", {"conduct/rating_now.py": ("tests/conduct/test_rating_now.py",)})
    source = (mutation.SOURCE / "trialbook/conduct/rating_now.py").read_text(encoding="utf-8")
    fault = source.replace("visit.date <= today", "visit.date < today")
    assert fault != source
    for text, is_killed in ((fault, True), (source + "\n", False)):
        mutant = Mutant(part="conduct/rating_now.py", line=1, what="", source=text)
        assert is_noticed(copy, mutant) == is_killed
        assert (copy / "trialbook/conduct/rating_now.py").read_text(encoding="utf-8") == source


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
