"""A table of published studies.

POOLF-01: studies, numbers and decimals are read, capitals or not; an empty cell is a number that is not printed.
POOLF-02: what is no study, no number and no count is refused, all of it, with its rows.
POOLF-03: what is pooled follows from the columns, or is said; columns without a use are told.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.analysis.pooling.studies import Effect
from trialbook.errors import ImportRefused
from trialbook.exchange.pool_file import StudiesRead, read_studies
from trialbook.wording import remedy, sentence

CHANGES = "Study,N,Change,SD,source\nA,4,-1971.25,1239,x\nB,6,-1440,,y\n"
MEANS = "study,n,base mean,base_sd,visit_mean,visit_sd,r\nA,4,10,2,8,2,0.5\nB,5,11,2,9,3,0.5\n"


def read(folder: Path, text: str, effect: Effect | None = None) -> StudiesRead:
    path = folder / "studies.csv"
    path.write_text(text, encoding="utf-8")
    return read_studies(path, effect=effect)


def refused(folder: Path, text: str, effect: Effect | None = None) -> list[tuple[str, int | None]]:
    with pytest.raises(ImportRefused) as caught:
        read(folder, text, effect)
    assert all(len(sentence(problem)) > 10 and len(remedy(problem)) > 10 for problem in caught.value.problems)
    return [(problem.code, problem.place.line) for problem in caught.value.problems]


def test_poolf_01_changes(tmp_path: Path) -> None:
    found = read(tmp_path, CHANGES)
    assert found.studies.labels == ("A", "B")
    assert found.studies.columns == {"n": (4.0, 6.0), "change": (-1971.25, -1440.0), "sd": (1239.0, None)}
    assert (found.effect, found.studies.decimals, found.unused) == ("change", 2, ("source",))


def test_poolf_02_all_at_once(tmp_path: Path) -> None:
    text = "study,n,events\nA,4,5\nA,3,x\n,3,2\nC,,1\nD,2.5,1\nE,0,0\n"
    assert refused(tmp_path, text) == [
        ("POOL-07", 2), ("POOL-04", 3), ("POOL-02", 3), ("POOL-03", 4), ("POOL-07", 6), ("POOL-07", 7),
    ]  # fmt: skip
    assert [code for code, _ in refused(tmp_path, "")] == ["TABLE-05"]


@pytest.mark.parametrize(
    ("text", "effect", "code"),
    [
        ("name,n,events\nA,4,2\n", None, "POOL-01"), ("study,size,events\nA,4,2\n", None, "POOL-01"),
        ("study,n,change\nA,4,2\n", "change", "POOL-01"), (CHANGES, "ratio", "POOL-06"), (MEANS, "share", "POOL-06"),
        ("study,n,events,change,sd\nA,4,2,1,1\n", None, "POOL-05"),
    ],
)  # fmt: skip
def test_poolf_03_what_the_columns_do_not_say(tmp_path: Path, text: str, effect: Effect | None, code: str) -> None:
    assert refused(tmp_path, text, effect) == [(code, 1)]


def test_poolf_03_effects_of_means_and_of_both(tmp_path: Path) -> None:
    assert read(tmp_path, MEANS).effect == "change"
    assert read(tmp_path, MEANS, "ratio").studies.columns["base_mean"] == (10.0, 11.0)
    both = read(tmp_path, "study,n,events,change,sd\nA,4,2,1,1\n", "share")
    assert (both.effect, both.unused) == ("share", ("change", "sd"))
