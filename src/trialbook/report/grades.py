"""Table of laboratory grades: the grade at the baseline by the worst after it."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.analysis.grades import MISSING, UNKNOWN
from trialbook.render.table import Column, Row, Table
from trialbook.report.one_by_one import heading
from trialbook.report.run import Run, Stats

GRADES = "grades"
LEGEND = (
    "Of everybody who was enrolled: rows are grades at the baseline, columns the worst grade after it. Unknown: more "
    "than one grade is possible, as where a limit of normal is missing. Missing: no value. Blank: nobody. {method}."
)


def grades_table(run: Run) -> Table | None:
    """Return the shifts of every item that is graded; None where nothing is graded or nobody has a value."""
    names = dict.fromkeys(row.variable for row in run.quotes.of(GRADES) if row.stat == "n_participants")
    shifts = {name: _shifts(run, name) for name in names}
    worst = _in_order({after for found in shifts.values() for _, after in found})
    body = [row for name, found in shifts.items() for row in _rows(run, name, found, worst)]
    if not body:
        return None
    methods = dict.fromkeys(row.method.partition(",")[0] for row in run.quotes.of(GRADES))
    return Table(
        id="table-grades", title="Laboratory grades: baseline and worst after it", stub="Grade at the baseline",
        columns=tuple(Column(label=label.capitalize()) for label in worst), body=tuple(body),
        footnotes=((LEGEND.format(method="; ".join(methods)),),),
    )  # fmt: skip


def _shifts(run: Run, name: str) -> dict[tuple[str, str], Stats]:
    found: dict[tuple[str, str], Stats] = {}
    for row in run.quotes.of(GRADES, name):
        before, is_shift, after = row.level.partition(" to ")
        if is_shift:
            found.setdefault((before, after), {})[row.stat] = row
    return found


def _in_order(grades: set[str]) -> list[str]:
    """Sort grades by their number, those without one last."""
    last = {UNKNOWN: 1, MISSING: 2}
    return sorted(grades, key=lambda grade: (last.get(grade, 0), grade))


def _rows(run: Run, name: str, found: dict[tuple[str, str], Stats], worst: list[str]) -> Iterator[Row]:
    stats = {row.stat: row for row in run.quotes.of(GRADES, name) if not row.level}
    number = run.quotes.number
    yield Row(
        stub=(
            f"{heading(run, name)}: with both ", number(stats["n"]), ", worse ", number(stats["n_emergent"]),
            ", of these grade 3 or more ", number(stats["n_emergent_severe"]),
        ),
        heading=True,
    )  # fmt: skip
    for before in _in_order({one for one, _ in found}):
        cells = tuple(
            (number(row),) if (row := found.get((before, after), {}).get("n_participants")) else () for after in worst
        )
        yield Row(stub=(before.capitalize(),), level=1, cells=cells)
