"""What the report says of tests that are adjusted for each other.

ADJ-05: the planned tests below the level are counted by their adjusted p, and the adjustment is named.
ADJ-06: a sensitivity analysis, which is not adjusted, is laid beside the planned p before its adjustment.
ADJ-07: where p decides by its adjusted value, both are told; a figure says that its p is not adjusted.
ADJ-08: Methods say which tests are adjusted for each other.
ADJ-09: where a design is planned for an endpoint, its test is the planned one of it, and keeps its own level.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from trialbook.analysis.results import Analysis, Results
from trialbook.render.document import Figure
from trialbook.render.inline import plain
from trialbook.report.conditions import changed_table
from trialbook.report.limits import tests_lines as count_lines
from trialbook.report.methods import statistics
from trialbook.report.run import Run, run_of
from trialbook.report.sections import figures
from trialbook.report.sentences import endpoint_lines

Carry = Callable[[str], Run]


def adjusted(plan: str, carry_out: Carry, method: str = "holm", test: str = "test: paired t") -> Run:
    return carry_out(plan.replace("test: paired t", f"{test}\n  multiplicity: {method}"))


def with_p(run: Run, values: Mapping[str, float | str]) -> Run:
    rows = tuple(replace(row, value=values[row.id]) if row.id in values else row for row in run.analysis.results)
    analysis = Analysis(results=Results(rows), listings=run.analysis.listings)
    return run_of(run.study, analysis, run.datasets, run.entries)


def said(run: Run, endpoint: str) -> str:
    return " ".join(plain(line) for line in endpoint_lines(run, run.study.endpoints[endpoint]))


@pytest.mark.parametrize(
    ("method", "level", "own", "ending"),
    [
        ("holm", "0.019", 1, "1 gave a p below the level after adjustment by Holm’s method."),
        ("hochberg", "0.019", 1, "1 gave a p below the level after adjustment by Hochberg’s method."),
        ("fixed sequence", "0.005", 0, "0 gave a p below the level in the fixed sequence."),
    ],
)
def test_adj_05_the_adjusted_ones_are_counted(
    plan: str, carry_out: Carry, method: str, level: str, own: int, ending: str
) -> None:
    """ADJ-05: the planned p are 0.0046, 0.0065, 0.083 and 0.11, the adjusted ones of power 0.0185 and 0.0196."""
    run = adjusted(plan.replace("p < 0.05", f"p < {level}"), carry_out, method)
    planned = [row.value for row in run.analysis.results if row.stat == "p" and row.role != "sensitivity"]
    assert sum(isinstance(p, float) and p < float(level) for p in planned) == own + 1
    assert run.quotes.rows["tests.all.n_below_alpha"].value == own
    assert "each test for itself" not in run.quotes.rows["tests.all.n"].method
    (line,) = count_lines(run)
    assert plain(line) == f"4 planned tests were made; {ending}"


def test_adj_05_without_adjustment_by_chance(run: Run) -> None:
    (line,) = count_lines(run)
    assert plain(line).endswith("without adjustment for the number of tests: such a p also comes by chance alone.")


NAME, BESIDE = "change.power.week_8.enrolled", "sign_flip.power.week_8.enrolled.p"


@pytest.mark.parametrize(
    ("planned", "beside", "words"),
    [
        (0.03, 0.03, ""),
        (0.03, 0.06, "Unlike the planned test before adjustment, it is not below the planned level."),
        (0.06, 0.03, "Unlike the planned test before adjustment, it is below the planned level."),
        (0.06, 0.06, ""),
    ],
)
def test_adj_06_like_with_like(plan: str, carry_out: Carry, planned: float, beside: float, words: str) -> None:
    """ADJ-06: adjusted to 0.4 none of these is below the level."""
    run = adjusted(plan, carry_out, test="test: paired t\n  sensitivity: [sign flip]")
    values: dict[str, float | str] = {
        f"{NAME}.p": planned,
        f"{NAME}.p_adjusted": 0.4,
        f"{NAME}.significant": "no",
        BESIDE: beside,
    }
    told = said(with_p(run, values), "power")
    assert words in told
    assert ("Unlike" in told) == bool(words)


def test_adj_07_both_are_told(plan: str, carry_out: Carry) -> None:
    run = adjusted(plan, carry_out)
    told = said(with_p(run, {f"{NAME}.p": 0.022, f"{NAME}.p_adjusted": 0.333, f"{NAME}.significant": "no"}), "power")
    assert "not statistically significant at the planned level of 0.05" in told
    assert "p = 0.022, adjusted 0.333)" in told
    assert "adjusted p of the planned test" in told
    assert "the planned p" not in told
    captions = [plain(figure.caption) for _, figure in figures(run)]
    assert all("; p: planned test against baseline, not adjusted for the number of tests." in one for one in captions)


def test_adj_07_one_p_where_nothing_is_adjusted(run: Run) -> None:
    assert "adjusted" not in said(run, "power")
    assert not any("adjusted" in plain(one.caption) for _, one in figures(run) if isinstance(one, Figure))


def test_adj_08_the_family(plan: str, carry_out: Carry, run: Run) -> None:
    def methods(one: Run) -> str:
        return " ".join(plain(block.line) for block in statistics(one) if hasattr(block, "line"))

    told = methods(adjusted(plan, carry_out))
    assert "The family holds the 4 planned tests that gave a p, of all endpoints at all compared visits." in told
    assert "Sensitivity analyses are not adjusted." in told
    assert "the unrounded adjusted p of this planned test" in told
    assert "family" not in methods(run)


@pytest.mark.parametrize(("kind", "role"), [("single stage", "primary"), ("simon optimal", "sensitivity")])
def test_adj_09_the_test_of_the_design(plan: str, carry_out: Carry, kind: str, role: str) -> None:
    design = f"  design: {{endpoint: strong, kind: {kind}, p0: 10 %, p1: 60 %}}\nreport:"
    asked = plan.replace("{endpoint: power, at: week 8}", "{endpoint: strong, at: week 8}")
    run = adjusted(asked.replace("at: week 8, label: Strong", "at: [baseline, week 8], label: Strong").replace(
        "\nreport:", f"\n{design}"), carry_out)  # fmt: skip
    assert run.quotes.rows["binomial.strong.week_8.enrolled.p_greater"].role == role
    assert run.quotes.rows["mcnemar.strong.week_8.enrolled.p"].role == "sensitivity"
    (line,) = count_lines(run)
    assert plain(line).startswith("Beside the exact binomial test of the design 4 planned") == (role == "primary")


def test_adj_07_the_tables_too(plan: str, carry_out: Carry, run: Run) -> None:
    """ADJ-07: McNemar's test is the planned one of a condition; those of visits that are not planned have none."""
    asked = plan.replace("{endpoint: power, at: week 8}", "{endpoint: strong, at: week 8}")
    asked = asked.replace("at: week 8, label: Strong", "at: [baseline, week 4, week 8], label: Strong")
    holm = adjusted(asked, carry_out)
    table = changed_table(holm, holm.study.endpoints["strong"])
    assert table is not None
    assert [column.label for column in table.columns][-3:] == ["mid-P", "least p", "adjusted p"]
    assert [plain(row.cells[-1]) != "" for row in table.body] == [False, True]
    assert changed_table(run, run.study.endpoints["strong"]) is None
