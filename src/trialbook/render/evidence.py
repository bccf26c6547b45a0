"""The evidence behind a document: for each result its entries, and each entry as it is shown, held once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
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


FIELDS = tuple(field.name for field in fields(Fact) if field.name != "seq")
"""All that is said of an entry beside its number."""


def to_json(evidence: Evidence) -> str:
    """Return the evidence as JSON that may stand in a script element: every text and every list of entries once.

    Facts stand column by column, since neighbours are alike: by whom, when, at which visit.
    """
    texts: dict[str, int] = {"": 0}
    lists: dict[tuple[int, ...], int] = {}
    results = {
        name: [lists.setdefault(entries, len(lists)), evidence.variables.get(name, "")]
        for name, entries in evidence.behind.items()
    }
    content = {
        "zone": evidence.zone,
        "visits": evidence.visits,
        "fields": FIELDS,
        "seqs": _flat(fact.seq for fact in evidence.facts),
        "facts": [_column(name, evidence.facts, texts) for name in FIELDS],
        "results": results,
        "derived": {name: _derived(values) for name, values in evidence.derived.items()},
        "lists": [_flat(entries) for entries in lists],
        "texts": list(texts),
    }
    return _compact(content).translate(SAFE)


def runs_of(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return first and last of each run of neighbouring numbers: `7-9` in place of `7, 8, 9`."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _column(name: str, facts: Sequence[Fact], texts: dict[str, int]) -> list[int]:
    """Return the places of a field's texts; a negative number repeats the one before it so often."""
    column: list[int] = []
    last, again = -1, 0
    for text in map(attrgetter(name), facts):
        place = texts.setdefault(text, len(texts))
        if place == last:
            again += 1
            continue
        column += (-again, place) if again else (place,)
        last, again = place, 0
    return [*column, -again] if again else column


def _derived(values: Iterable[DerivedValue]) -> list[list[object]]:
    return [[value.participant, value.visit, value.text, _flat(value.entries)] for value in values]


def _flat(numbers: Iterable[int]) -> list[int]:
    """Return first and count of each run of neighbouring numbers, one after another."""
    return [part for first, last in runs_of(numbers) for part in (first, last - first + 1)]


def _compact(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
