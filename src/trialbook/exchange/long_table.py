"""A long table of numbers: one row a participant and visit. All of it is taken, or nothing and every reason why.

`tables.read_table` reads every file; a large plain CSV file is read by `long_columns`, with the same refusals.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from trialbook.analysis.bare import BareTable, Panel
from trialbook.errors import ImportRefused, Place, Problem
from trialbook.exchange.tables import Table, read_table, shorten
from trialbook.protocol.suggest import listed, suggest

if TYPE_CHECKING:
    from collections.abc import Callable

    Progress = Callable[[str, int, int], None]

LARGE = 1_000_000
"""Bytes from which on a plain CSV file is read in columns."""
MOST_TOLD = 20
"""Problems of one kind that are told; the others are counted."""
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
HAS_NO_ROWS = "TABLE-12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which columns hold what."""

    participant: str
    visit: str
    value: str
    baseline: str
    """The visit, as the file writes it."""
    by: str | None = None
    """Column whose levels are analysed one by one."""
    missing: tuple[str, ...] = ()
    """Texts in place of a value that say that there is none."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns, the one of the levels last."""
        return (self.participant, self.visit, self.value, *((self.by,) if self.by is not None else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A long table and what somebody should look at in it."""

    table: BareTable
    notes: tuple[Problem, ...]


@dataclass(slots=True)
class Findings:
    """What is wrong with a file: of every kind the first few with their rows, and how many there are."""

    file: str
    told: dict[str, list[Problem]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(
        self, code: str, line: int, header: str, /, *, level: Literal["error", "warning"] = "error", **values: str
    ) -> None:
        """Add one; beyond `MOST_TOLD` it is only counted."""
        self.counts[code] = self.counts.get(code, 0) + 1
        if self.counts[code] <= MOST_TOLD:
            place = Place(file=self.file, line=line, header=header)
            self.told.setdefault(code, []).append(Problem(code=code, place=place, values=values, level=level))

    def more(self, code: str, count: int) -> None:
        """Count some that were not even looked at."""
        self.counts[code] = self.counts.get(code, 0) + count

    def problems(self) -> tuple[Problem, ...]:
        """Return what is told, each kind with the count of the others; of a file that is refused the errors."""
        codes = [code for code, found in sorted(self.told.items()) if not self.refuse or found[0].level == "error"]
        return tuple(problem for code in codes for problem in self._kind(code))

    def _kind(self, code: str) -> Iterator[Problem]:
        yield from self.told[code]
        more = self.counts[code] - len(self.told[code])
        if more:
            values = {"count": f"{more:,}", "code": code}
            yield Problem(code="BARE-06", place=Place(file=self.file), values=values, level=self.told[code][0].level)

    @property
    def refuse(self) -> bool:
        """Tell whether anything is an error."""
        return any(problem.level == "error" for found in self.told.values() for problem in found)


def read_long(path: Path, wanted: Wanted, *, large: int = LARGE, progress: Progress | None = None) -> Read:
    """Read a CSV or Excel file; ImportRefused with every problem where it cannot be taken as it is.

    From `large` bytes on a plain CSV file is read the quick way.
    """
    if path.is_file() and path.stat().st_size >= large:
        from trialbook.exchange.long_columns import read_columns

        found = read_columns(path, wanted, progress)
        if found is not None:
            return found
    table, problems = read_table(path)
    told = tuple(problem for problem in problems if problem.code != HAS_NO_ROWS)
    if table is None:
        raise ImportRefused(told)
    wrong = header_problems(path.name, table.header, wanted)
    if wrong:
        raise ImportRefused((*told, *wrong))
    return _from_rows(table, wanted, told)


def header_problems(file: str, header: Sequence[str], wanted: Wanted) -> tuple[Problem, ...]:
    """Return a problem for every column that the file does not have, or that is asked for twice."""
    absent = tuple(
        Problem(
            code="BARE-01", place=Place(file=file, line=1),
            values={"column": name, "near": suggest(name, header), "columns": listed(header)},
        )
        for name in dict.fromkeys(wanted.columns)
        if name not in header
    )  # fmt: skip
    twice = {name for name in wanted.columns if wanted.columns.count(name) > 1}
    return (
        *absent,
        *(Problem(code="BARE-02", place=Place(file=file), values={"column": one}) for one in sorted(twice)),
    )


def number_of(text: str) -> float | None:
    """Return the number that a cell says, None where it says none or one beyond the range of a double."""
    if NUMBER.fullmatch(text) is None:
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def ordered(names: Iterable[str]) -> tuple[tuple[str, ...], Literal["as numbers", "as they first stand in the file"]]:
    """Order names by their numbers where all are numbers; else leave them as they first stand in the file."""
    found = tuple(names)
    numbers = {name: number_of(name) for name in found}
    if all(number is not None for number in numbers.values()):
        return tuple(sorted(found, key=lambda name: numbers[name] or 0.0)), "as numbers"
    return found, "as they first stand in the file"


def baseline_of(file: str, visits: Sequence[str], wanted: Wanted) -> str:
    """Return the visit that is the baseline, which may be the same number otherwise written; ImportRefused without."""
    if wanted.baseline in visits:
        return wanted.baseline
    number = number_of(wanted.baseline)
    same = [visit for visit in visits if number is not None and number_of(visit) == number]
    if len(same) == 1:
        return same[0]
    values = {"visit": wanted.baseline, "near": suggest(wanted.baseline, visits), "visits": listed(visits)}
    raise ImportRefused((Problem(code="BARE-07", place=Place(file=file, header=wanted.visit), values=values),))


def none_at_all(file: str, wanted: Wanted) -> ImportRefused:
    """Make the refusal of a file without any value."""
    return ImportRefused((Problem(code="BARE-08", place=Place(file=file, header=wanted.value)),))


def _from_rows(table: Table, wanted: Wanted, told: tuple[Problem, ...]) -> Read:
    """Sort the rows by level, visit and participant."""
    findings = Findings(table.name)
    panels, visits, rows = _sorted(table, wanted, findings)
    if findings.refuse:
        raise ImportRefused((*told, *findings.problems()))
    if not any(values for panel in panels for values in panel.values.values()):
        raise none_at_all(table.name, wanted)
    order, how = ordered(visits)
    baseline = baseline_of(table.name, order, wanted)
    _empty_baselines(table, wanted, baseline, findings)
    bare = BareTable(
        file=table.name, variable=wanted.value, visits=order, baseline=baseline, panels=panels,
        participants=len({code for panel in panels for code in panel.people}), rows=rows, by=wanted.by, ordered=how,
    )  # fmt: skip
    return Read(table=bare, notes=(*told, *findings.problems()))


def _sorted(table: Table, wanted: Wanted, findings: Findings) -> tuple[list[Panel], list[str], int]:
    """Return the panels, the visits as they first stand in the file, and the count of rows."""
    places = [table.header.index(name) for name in wanted.columns]
    levels: dict[str, dict[str, dict[str, float]]] = {}
    people: dict[str, dict[str, None]] = {}
    visits: dict[str, None] = {}
    seen: dict[tuple[str, ...], int] = {}
    absent = {"", *wanted.missing}
    for row in table.rows:
        participant, visit, text, *rest = [row.cells[place] for place in places]
        keys = (participant, visit, *rest)
        if "" in keys:
            _without_key(findings, row.number, keys, wanted)
            continue
        first = seen.setdefault(keys, row.number)
        if first != row.number:
            told_twice(findings, row.number, first, keys, wanted)
        visits[visit] = None
        level = rest[0] if rest else ""
        people.setdefault(level, {})[participant] = None
        if text not in absent:
            value = number_of(text)
            if value is None:
                findings.add("BARE-04", row.number, wanted.value, text=shorten(text))
            else:
                levels.setdefault(level, {}).setdefault(visit, {})[participant] = value
    panels = [Panel(level=name, people=tuple(who), values=levels.get(name, {})) for name, who in people.items()]
    return panels, list(visits), len(table.rows)


def _without_key(findings: Findings, line: int, keys: Sequence[str], wanted: Wanted) -> None:
    """Tell that a row does not say whose, at which visit or of what it is."""
    names = (wanted.participant, wanted.visit, wanted.by or "")
    empty = next(name for name, key in zip(names, keys, strict=False) if not key)
    findings.add("BARE-05", line, empty)


def told_twice(findings: Findings, line: int, first: int, keys: Sequence[str], wanted: Wanted) -> None:
    """Tell that a participant stands twice at a visit."""
    what = f" of {keys[2]}" if len(keys) > 2 else ""
    findings.add(
        "BARE-03", line, wanted.participant, participant=keys[0], visit=keys[1], what=what, first=str(first)
    )  # fmt: skip


def _empty_baselines(table: Table, wanted: Wanted, baseline: str, findings: Findings) -> None:
    """Warn of rows of the baseline that hold no value."""
    places = [table.header.index(name) for name in wanted.columns]
    absent = {"", *wanted.missing}
    for row in table.rows:
        participant, visit, text, *rest = [row.cells[place] for place in places]
        if visit == baseline and text in absent:
            findings.add("BARE-09", row.number, wanted.value, level="warning", **empty_baseline(participant, rest))


def empty_baseline(participant: str, level: Sequence[str]) -> dict[str, str]:
    """Return what the warning of an empty baseline names."""
    return {"participant": participant, "what": f" of {level[0]}" if level else ""}
