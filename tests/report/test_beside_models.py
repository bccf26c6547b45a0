"""Imputation and Bayesian answers in the report.

SHELL-42: the imputed changes stand in a table of their own, reasons as footnotes, where the file asks; Methods say so.
SHELL-43: the posteriors stand in a table of their own, a row a prior, with the Bayes factor once a visit.
SHELL-44: levels stand against the baseline in a table of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from trialbook.render.document import Document
from trialbook.render.inline import plain
from trialbook.render.table import Table
from trialbook.report.beside_models import bayes_table, imputation_table
from trialbook.report.levels_compared import levels_table
from trialbook.report.methods import plan_line
from trialbook.report.run import Run


def rows_of(table: Table) -> list[tuple[str, ...]]:
    return [(plain(row.stub), *(plain(cell) for cell in row.cells)) for row in table.body if not row.heading]


def asking(plan: str, models: str) -> str:
    return plan.replace("missing: available cases", f"missing: available cases\n  sensitivity: [{models}]")


def test_imputation_of_the_report(
    plan: str, run: Run, carry_out: Callable[[str], Run], build: Callable[[Run], Document]
) -> None:
    """SHELL-42: each endpoint a group, each later visit a row; five participants are too few, and the table says so."""
    assert imputation_table(run) is None
    asked = carry_out(asking(plan, "imputation"))
    table = imputation_table(asked)
    assert table is not None
    assert [column.label for column in table.columns] == [
        "n", "Imputed", "Change (95\u202f% CI)", "p", "FMI", "Tipping point",
    ]  # fmt: skip
    assert all(len(row) == 7 for row in rows_of(table))
    assert any("cannot be learnt" in plain(note) or "needs more" in plain(note) for note in table.footnotes)
    assert "Rubin" in plain(plan_line(asked))
    assert "Rubin" not in plain(plan_line(run))
    assert build(asked)


def test_bayes_of_the_report(
    plan: str, run: Run, carry_out: Callable[[str], Run], build: Callable[[Run], Document]
) -> None:
    """SHELL-43: without a change that matters the flat prior, with it four."""
    assert bayes_table(run) is None
    asked = carry_out(asking(plan, "bayes"))
    table = bayes_table(asked)
    assert table is not None
    assert {row[0].rpartition(", ")[2] for row in rows_of(table)} == {"flat prior"}
    assert any("meaningful" in plain(note) for note in table.footnotes)
    matters = asking(plan, "bayes").replace("better: higher, decimals: 1", "better: higher, decimals: 1, meaningful: 1")
    four = bayes_table(carry_out(matters))
    assert four is not None
    power = [row for row in rows_of(four) if "week 8" in row[0].lower() and "(" in row[1]]
    assert {"sceptical prior", "enthusiastic prior", "weak prior"} <= {row[0].rpartition(", ")[2] for row in power}
    assert [bool(row[4]) for row in power[:4]] == [True, False, False, False]
    assert "posterior" in plain(plan_line(asked))
    assert build(replace(asked))


def test_levels_of_the_report(
    plan: str, run: Run, carry_out: Callable[[str], Run], build: Callable[[Run], Document]
) -> None:
    """SHELL-44: levels stand against the baseline in a table of their own, reasons as footnotes."""
    assert levels_table(run) is None
    rash = "      rash: {label: Rash, choice: {none: None, mild: Mild}}\n    derive:\n      power:"
    text = plan.replace("    derive:\n      power:", rash, 1)
    asked = carry_out(text.replace("\nanalysis:", "\n  rash: {levels: strength.rash, better: lower}\nanalysis:", 1))
    table = levels_table(asked)
    assert table is not None
    assert [row[0] for row in rows_of(table)] == ["Week 4", "Week 8"]
    assert any("No participant has an answer at both" in plain(note) for note in table.footnotes)
    assert build(asked)
