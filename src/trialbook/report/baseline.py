"""Table 1: the participants at baseline, summarised."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.analysis.results import Result
from trialbook.protocol.model import Derived, Item
from trialbook.render.inline import Line
from trialbook.render.numbers import ABSENT
from trialbook.render.table import Column, Row, Spanner, Table
from trialbook.report.flow import set_size
from trialbook.report.one_by_one import AT_BASELINE, heading
from trialbook.report.quote import Notes, centre, counted, footnotes, mean_sd
from trialbook.report.run import Run

LEGEND = "n: participants with a value. SD: standard deviation. Percentages are of the participants with a value."
PER_SET = ("n", "Mean ± SD, or n (%)", "Median (range)")


def table_one(run: Run) -> Table | None:
    """Return the characteristics of each analysis set; None where the study file names none."""
    names = [name for name in run.study.report.table_1 if any(run.quotes.of("baseline", name))]
    if not names:
        return None
    sets = [
        name for name in run.study.analysis.sets if any(row.analysis_set == name for row in run.quotes.of("baseline"))
    ]
    notes: Notes = {}
    body = tuple(row for name in names for row in _characteristic(run, name, sets, notes))
    return Table(
        id="table-baseline",
        title="Characteristics of the participants",
        stub="Characteristic",
        columns=tuple(Column(label=label) for _ in sets for label in PER_SET),
        spanners=tuple(_spanner(run, name, place) for place, name in enumerate(sets)),
        body=body,
        footnotes=((f"{LEGEND} {AT_BASELINE}{_texts(run, names)}",), *footnotes(notes)),
    )


def _texts(run: Run, names: list[str]) -> str:
    items = (run.study.item(name) for name in names)
    is_any = any(isinstance(item, Item) and item.kind == "text" for item in items)
    return " Texts are counted here and stand word for word below." if is_any else ""


def _spanner(run: Run, name: str, place: int) -> Spanner:
    size = set_size(run, name)
    words = f"{run.set_label(name)} (n = {run.quotes.text(size)})" if size else run.set_label(name)
    return Spanner(label=words, first=len(PER_SET) * place, last=len(PER_SET) * place + len(PER_SET) - 1)


def _characteristic(run: Run, name: str, sets: list[str], notes: Notes) -> Iterator[Row]:
    rows = list(run.quotes.of("baseline", name))
    levels = list(dict.fromkeys(row.level for row in rows if row.level))
    is_number = any(row.stat == "mean" for row in rows)
    cells = _numeric if is_number else _counted
    yield Row(
        stub=(heading(run, name),),
        cells=tuple(part for one in sets for part in cells(run, _stats(rows, one, ""), notes)),
    )
    if not any(row.stat == "n" and row.value for row in rows if not row.level):
        return
    for level in _in_order(run, name, levels):
        shares = tuple(part for one in sets for part in ((), _share(run, _stats(rows, one, level)), ()))
        yield Row(stub=(_level_label(run, name, level),), level=1, cells=shares)


def _stats(rows: list[Result], analysis_set: str, level: str) -> dict[str, Result]:
    return {row.stat: row for row in rows if row.analysis_set == analysis_set and row.level == level}


def _numeric(run: Run, stats: dict[str, Result], notes: Notes) -> tuple[Line, Line, Line]:
    get, middle = stats.get, centre(run.quotes, stats, notes) or (ABSENT,)
    return counted(run.quotes, get("n"), notes), mean_sd(run.quotes, get("mean"), get("sd"), notes), middle


def _counted(run: Run, stats: dict[str, Result], notes: Notes) -> tuple[Line, Line, Line]:
    """Say only how many have an answer: levels follow in rows of their own, texts and dates stand in the next table."""
    return counted(run.quotes, stats.get("n"), notes), (), ()


def _share(run: Run, stats: dict[str, Result]) -> Line:
    """Write `9/13 (69 %)`."""
    n, percent = stats.get("n"), stats.get("percent")
    if n is None:
        return (ABSENT,)
    of: Line = (f"/{percent.n}",) if percent is not None and percent.n is not None else ()
    share: Line = (" (", run.quotes.number(percent), ")") if percent is not None and percent.value is not None else ()
    return (run.quotes.number(n), *of, *share)


def _in_order(run: Run, name: str, levels: list[str]) -> list[str]:
    item = run.study.item(name)
    planned = list(item.choices) if isinstance(item, Item) else []
    return [level for level in planned if level in levels] + [level for level in levels if level not in planned]


def _level_label(run: Run, name: str, level: str) -> str:
    item = run.study.item(name)
    if isinstance(item, Item) and level in item.choices:
        return run.say(item.choices[level])
    if isinstance(item, Derived) and level.isdecimal() and int(level) in item.levels:
        return run.say(item.levels[int(level)])
    return {"yes": "Yes", "no": "No"}.get(level, level)
