"""Table 1: the participants at baseline, summarised, and one by one where they are few."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.analysis.derive import derive_baseline, derive_values
from trialbook.analysis.results import Result
from trialbook.protocol.model import Derived, Item
from trialbook.render.inline import Line, Recorded
from trialbook.render.numbers import ABSENT, show, show_unit
from trialbook.render.table import Column, Row, Spanner, Table
from trialbook.report.flow import set_size
from trialbook.report.quote import Notes, cell, footnotes, mean_sd, spread
from trialbook.report.run import Run
from trialbook.report.shown import entry_text
from trialbook.report.trace import by_participant

LEGEND = "n: participants with a value. SD: standard deviation. Percentages are of the participants with a value."
AT_BASELINE = "What was measured at visits is the value at baseline."
MOST_SHOWN = 24
"""Participants are shown one by one up to this number."""
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
        footnotes=((f"{LEGEND} {AT_BASELINE}",), *footnotes(notes)),
    )


def table_each(run: Run) -> Table | None:
    """Return one row a participant with the recorded values of Table 1; None where there are too many or none."""
    names = [name for name in run.study.report.table_1 if any(run.quotes.of("baseline", name))]
    people = run.datasets.participants.get_column("participant").to_list()
    if not names or not 0 < len(people) <= MOST_SHOWN:
        return None
    values = {name: _recorded(run, name) for name in names}
    rows = (
        Row(stub=(person,), cells=tuple(values[name].get(person, (ABSENT,)) for name in names)) for person in people
    )
    return Table(
        id="table-participants",
        title="Participants one by one",
        stub="Participant",
        columns=tuple(
            Column(label=_heading(run, name), align="left" if _is_words(run, name) else "right") for name in names
        ),
        body=tuple(rows),
        footnotes=((f"{ABSENT} no value recorded. {AT_BASELINE} Each value leads to its entries.",),),
    )


def heading(run: Run, name: str) -> tuple[str, str]:
    """Return label and written unit of an item or derived number."""
    item = run.study.item(name)
    return run.say(item.label) or item.id, show_unit(item.unit or "")


def _heading(run: Run, name: str) -> str:
    label, unit = heading(run, name)
    return f"{label} ({unit})" if unit else label


def _is_words(run: Run, name: str) -> bool:
    item = run.study.item(name)
    return isinstance(item, Item) and item.kind not in {"number", "vas"}


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
        stub=(_heading(run, name),),
        cells=tuple(part for one in sets for part in cells(run, _stats(rows, one, ""), notes)),
    )
    for level in _in_order(run, name, levels):
        shares = tuple(part for one in sets for part in ((), _share(run, _stats(rows, one, level)), ()))
        yield Row(stub=(_level_label(run, name, level),), level=1, cells=shares)


def _stats(rows: list[Result], analysis_set: str, level: str) -> dict[str, Result]:
    return {row.stat: row for row in rows if row.analysis_set == analysis_set and row.level == level}


def _numeric(run: Run, stats: dict[str, Result], notes: Notes) -> tuple[Line, Line, Line]:
    get = stats.get
    middle = get("median")
    limits = spread(run.quotes, get("min"), get("max"))
    centre = (run.quotes.number(middle), " (", *limits, ")") if middle is not None and limits else (ABSENT,)
    return cell(run.quotes, get("n"), notes), mean_sd(run.quotes, get("mean"), get("sd"), notes), centre


def _counted(run: Run, stats: dict[str, Result], notes: Notes) -> tuple[Line, Line, Line]:
    """Say only how many have an answer: levels follow in rows of their own, texts and dates stand in the next table."""
    return cell(run.quotes, stats.get("n"), notes), (), ()


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
    return {"yes": "Yes", "no": "No"}.get(level, level)


def _recorded(run: Run, name: str) -> dict[str, Line]:
    """Return what each participant has, as recorded; for a derived number, as it was derived."""
    item = run.study.item(name)
    if isinstance(item, Derived):
        return _derived(run, name, item.decimals if item.decimals is not None else 1)
    behind: dict[str, tuple[int, ...]] = {}
    for selector in dict.fromkeys(row.source for row in run.quotes.of("baseline", name) if not row.level):
        behind |= by_participant(run.datasets, selector)
    return {person: _entries_line(run, entries) for person, entries in behind.items()}


def _entries_line(run: Run, entries: tuple[int, ...]) -> Line:
    return (Recorded(entries, "; ".join(entry_text(run.study, run.entries[seq]) for seq in entries)),)


def _derived(run: Run, name: str, decimals: int) -> dict[str, Line]:
    bases = derive_baseline(run.datasets, derive_values(run.datasets, name), name)
    found = bases.select("participant", "base", "base_seqs").drop_nulls().iter_rows()
    return {person: (Recorded(tuple(sorted(entries)), show(base, decimals)),) for person, base, entries in found}
