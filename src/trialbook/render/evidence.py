"""The evidence behind a document: for each result its entries, and each entry as it is shown, held once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

SAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
"""Letters that could end a script element or a line of a script, in JSON's own spelling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One entry of the ledger as a reader sees it; words, not codes. Empty where there is nothing to say."""

    seq: int
    participant: str
    visit: str
    form: str
    repeat: str
    item: str
    act: str
    text: str
    """As it was typed or imported."""
    value: str
    """What it was taken to mean, with its unit."""
    by: str
    at: str
    """UTC, to the second."""
    local: str
    """The same moment in the time zone of the study."""
    reason: str
    file: str
    row: str
    column: str
    visit_id: str
    cell: str
    """Form and item by their ids. With participant, visit and row they tell cells apart; words may be the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedValue:
    """A value that was computed from several answers of one participant at one visit."""

    participant: str
    visit: str
    text: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a reader may ask of each number."""

    zone: str
    """Time zone of the study."""
    facts: tuple[Fact, ...]
    """Every entry behind a number, and every earlier entry of the same cells, in the order of the ledger."""
    behind: Mapping[str, tuple[int, ...]]
    """Result id -> numbers of the entries that it was computed from."""
    derived: Mapping[str, tuple[DerivedValue, ...]]
    """Variable of a result -> its derived values."""
    variables: Mapping[str, str]
    """Result id -> variable, where the variable has derived values."""
    visits: tuple[str, ...] = ()
    """Labels of the visits, in order."""
    note: str = ""
    """What a copy leaves out, for its readers; empty where nothing is left out."""


GROUPS = (
    ("participant",), ("visit", "visit_id"), ("form", "item", "cell"), ("repeat",), ("act",), ("text", "value"),
    ("by",), ("at", "local"), ("reason",), ("file", "row", "column"),
)  # fmt: skip
"""All that is said of an entry beside its number; what goes together stands in one table."""


def to_json(evidence: Evidence) -> str:
    """Return the evidence as JSON that may stand in a script element: every text and every list of entries once.

    Facts stand column by column, each with a table of what it says: by whom, when, at which visit.
    """
    lists: dict[tuple[int, ...], int] = {}
    results = {
        name: [lists.setdefault(entries, len(lists)), evidence.variables.get(name, "")]
        for name, entries in evidence.behind.items()
    }
    content = {
        "zone": evidence.zone,
        "visits": evidence.visits,
        "note": evidence.note,
        "fields": GROUPS,
        "seqs": steps_of(fact.seq for fact in evidence.facts),
        "facts": [_column(group, evidence.facts) for group in GROUPS],
        "results": results,
        "derived": {name: _derived(values) for name, values in evidence.derived.items()},
        "lists": [steps_of(entries) for entries in lists],
    }
    return _compact(content).translate(SAFE)


def every_entry(behind: Mapping[str, tuple[int, ...]]) -> set[int]:
    """Return the numbers of the entries behind any result; a list that many results share is looked at once."""
    return set[int]().union(*{id(entries): entries for entries in behind.values()}.values())


def runs_of(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return first and last of each run of neighbouring numbers: `7-9` in place of `7, 8, 9`."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def steps_of(numbers: Iterable[int]) -> list[int]:
    """Return ascending numbers as steps from one to the next; of neighbours, how many follow, as a negative number."""
    steps: list[int] = []
    last = 0
    for first, end in runs_of(numbers):
        steps += (first - last, first - end) if end > first else (first - last,)
        last = end
    return steps


def _column(group: tuple[str, ...], facts: Sequence[Fact]) -> list[object]:
    """Return the table of what facts say in some fields, and where each stands in it.

    A negative number stands for so many that follow as they did before: what came after the same one the last time, or
    the same again. Forms are filled in item by item, so most do.
    """
    table: dict[object, int] = {}
    after: dict[int, int] = {}
    column: list[int] = []
    last, expected = -1, 0
    for said in map(attrgetter(*group), facts):
        place = table.setdefault(said, len(table))
        if place == after.get(last, last):
            expected += 1
        else:
            column += (-expected, place) if expected else (place,)
            expected = 0
        after[last] = last = place
    rows = table if len(group) > 1 else ([said] for said in table)
    return [list(zip(*rows, strict=True)), [*column, -expected] if expected else column]


def _derived(values: Iterable[DerivedValue]) -> list[list[object]]:
    return [[value.participant, value.visit, value.text, steps_of(value.entries)] for value in values]


def _compact(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
