"""The table of conditions: expression, answers, expected. The names it uses stand in `condition_names.csv`.

Requirements:
RULE-01: a condition is true, false or unknown; a missing answer is absorbed by && and || in either order.
RULE-02: a condition that cannot be right is refused when it is read, even in a branch that is never reached.
RULE-03: whole numbers may be written; numbers inside of texts and comments are left alone.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from trialbook.errors import Problem
from trialbook.protocol.conditions import NameType, compile_condition
from trialbook.wording import COND, remedy, sentence

HERE = Path(__file__).parent
ANSWERS = {True: "true", False: "false", None: "unknown"}


def table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def names() -> dict[str, NameType]:
    rows = table("condition_names.csv")
    return {
        row["name"]: NameType(kind=row["kind"], choices=tuple(filter(None, row["choices"].split(";"))))  # type: ignore[arg-type]
        for row in rows
    }


NAMES = names()
ROWS = table("conditions.csv")


def values(answers: str) -> dict[str, object]:
    given: dict[str, object] = json.loads(answers)
    return {
        name: date.fromisoformat(str(value)) if NAMES[name].kind == "date" else value for name, value in given.items()
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['expression'][:60]} {row['answers'][:40]}")
def test_row(row: dict[str, str]) -> None:
    """RULE-01, RULE-02, RULE-03."""
    condition = compile_condition(row["expression"], NAMES)
    found = condition if isinstance(condition, Problem) else condition.judge(values(row["answers"]))
    if isinstance(found, Problem):
        assert sentence(found)
        assert remedy(found)
        assert found.code == row["expected"], sentence(found)
    else:
        assert ANSWERS[found] == row["expected"]


def test_table_shows_every_answer_and_every_problem() -> None:
    """RULE-01, RULE-02."""
    expected = Counter(row["expected"] for row in ROWS)
    assert set(expected) == {*ANSWERS.values(), *COND}
    assert min(expected["true"], expected["false"], expected["unknown"]) >= 10
    assert len(ROWS) >= 60
