"""Published studies beside one's own, from the file to the report.

BESIDE-01: the shipped file is read; each disease is pooled by itself, without the controlled trial and single cases.
BESIDE-02: every mistake of the file is told with its row; nothing is taken then.
BESIDE-03: the section shows all studies with their sources, the controlled trial beside any pooling, and that
    publication bias cannot be assessed.
BESIDE-04: what is said not to be pooled is not, whatever the file marks: a study with random allocation, a single case.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.report.conftest import PLAN, run_for

from trialbook.analysis.pooling.comparators import Comparator, by_disease, pool_beside
from trialbook.analysis.pooling.shares import pool_shares
from trialbook.demo import SHIPPED
from trialbook.errors import ImportRefused
from trialbook.exchange.comparators_file import NEEDED, read_comparators
from trialbook.render.inline import plain
from trialbook.report.comparators import beside_lines, comparators

FILE = SHIPPED / "rituximab_polymyositis" / "comparators.csv"
HEAD = ",".join((*NEEDED, "responded", "pooled"))


def test_the_shipped_file() -> None:
    """BESIDE-01: 161 of 195 stand apart; 2 of 3, 2 of 8 and 11 of 16 are pooled."""
    studies = read_comparators(FILE)
    found = pool_beside(FILE.name, studies)
    together = found.pooled["Polymyositis and dermatomyositis together"]
    again = pool_shares([2, 2, 11], [3, 8, 16])
    assert (together.share, together.ci_low) == (again.share, again.ci_low)
    assert "Oddis 2013" not in together.labels
    assert set(found.pooled) == {"Dermatomyositis", "Polymyositis and dermatomyositis together"}
    assert list(by_disease(studies)) == [*found.pooled, "Antisynthetase syndrome"]


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ("study,n\na,3", ["REPORT-05"]),
        (f"{HEAD}\na,PM,r,open,three,x,y,z,,yes", ["REPORT-06"]),
        (f"{HEAD}\na,PM,r,open,3,x,y,z,4,yes\nb,,r,open,3,x,y,z,1,maybe", ["REPORT-06"] * 3),
    ],
)
def test_mistakes(rows: str, codes: list[str], tmp_path: Path) -> None:
    """BESIDE-02: a column too few, a word for a number, more than n, an empty cell, neither yes nor no."""
    path = tmp_path / "comparators.csv"
    path.write_text(rows + "\n", encoding="utf-8")
    with pytest.raises(ImportRefused) as caught:
        read_comparators(path)
    assert [problem.code for problem in caught.value.problems] == codes


def test_what_is_said() -> None:
    """BESIDE-03: log-rank p of the placebo phase, one single case, too few for bias."""
    beside = pool_beside(FILE.name, read_comparators(FILE))
    said = [plain(line) for line in beside_lines(beside)]
    assert any("log-rank p = 0.74" in line and "not pooled" in line for line in said)
    assert any(line.startswith("One single case is named") for line in said)
    assert said[-1] == "Publication bias cannot be assessed from eight studies."
    section = comparators(run_for(PLAN.replace("BASELINE", "visit baseline")), beside)
    (table,) = (block for block in section.blocks if hasattr(block, "body"))
    assert sum(not row.heading for row in table.body) == len(beside.studies)
    assert all(all(plain(cell) for cell in row.cells) for row in table.body if not row.heading)


def study_of(design: str, *, n: int = 8, responded: int | None = 4, pooled: bool = True) -> Comparator:
    """Return a published study of this design."""
    return Comparator(
        study=f"{design} {n}", disease="Dermatomyositis", regimen="r", design=design, n=n, outcome="o", result="4 of 8",
        source="s", responded=responded, pooled=pooled,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("design", "is_controlled"),
    [
        ("randomised, double blind", True), ("Randomized crossover", True), ("non-blinded, randomised", True),
        ("no placebo; randomised to two doses", True), ("open-label, non-randomised", False), ("nonrandomized", False),
        ("Non\u2013randomised", False), ("not randomised", False), ("not a randomised study", False),
        ("without any randomisation", False), ("open label", False),
    ],
)  # fmt: skip
def test_which_had_a_control(design: str, *, is_controlled: bool) -> None:
    """BESIDE-04: what says that nothing was allocated at random had no control."""
    assert study_of(design).is_controlled == is_controlled


def test_what_is_said_is_what_was_pooled() -> None:
    """BESIDE-04: a randomised study and a single case are named and not pooled, though marked so."""
    open_ones = [study_of("open-label, non-randomised"), study_of("case series", n=9)]
    marked = [study_of("randomised", n=20), study_of("single case", n=1, responded=1)]
    uncounted = study_of("open label", n=10, responded=None)
    unmarked = study_of("open label", n=11, pooled=False)
    beside = pool_beside("comparators.csv", [*open_ones, *marked, uncounted, unmarked])
    (pooled,) = beside.pooled.values()
    assert list(pooled.labels) == [one.study for one in open_ones]
    said = [plain(line) for line in beside_lines(beside)]
    assert [one for one in said if "so not pooled" in one] == [
        "With a control of its own, and so not pooled: randomised 20, o: 4 of 8.",
    ]  # fmt: skip
    assert "One single case is named and not pooled: cases that went well are published more often." in said
    assert pool_beside("comparators.csv", [open_ones[0], *marked]).pooled == {}
