"""Results as JSON in the shape of CDISC's Analysis Results Standard 1.0: a reporting event with analyses and methods.

The standard has no place for n, unit, warning, error, source and software; these stand beside the event under the key
`trialbook`, which its schema allows at the root and nowhere else. Each of these rows names its analysis and operation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from trialbook.analysis.results import Result, result_id
from trialbook.render.numbers import show, significant

Json = dict[str, object]

PURPOSES = {
    "primary": "PRIMARY OUTCOME MEASURE",
    "planned": "SECONDARY OUTCOME MEASURE",
    "sensitivity": "EXPLORATORY OUTCOME MEASURE",
    "descriptive": "EXPLORATORY OUTCOME MEASURE",
}
"""Role -> purpose; of an analysis with several roles the first in this order counts."""
FACTORS = {"group": "Group", "level": "Level"}
"""Field of a result -> name of the grouping that tells the results of one analysis apart."""
SET, SUBSET, METHOD, FACTOR = "Set", "Subset", "Method", "Grouping"
"""Beginnings of the ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What the results are of."""

    id: str
    name: str
    data: Literal["real", "invented"]
    reason: Literal["SPECIFIED IN PROTOCOL", "DATA DRIVEN"]
    sets: Mapping[str, str]
    """Analysis sets: id -> label."""
    facts: Mapping[str, object]
    """What else tells where they come from: software, fingerprint of the study, head of the ledger."""


def ars_json(results: Iterable[Result], event: Event) -> bytes:
    """Return `results.json`: UTF-8, indented, numbers at 12 significant digits as in `results.csv`."""
    rows = tuple(results)
    document: Json = {
        "id": event.id,
        "name": event.name,
        "version": 1,
        "mainListOfContents": _contents(rows),
        "analysisSets": [_set(event, name, place) for place, name in enumerate(_distinct("analysis_set", rows), 1)],
        "dataSubsets": [_subset(visit, place) for place, visit in enumerate(_distinct("visit", rows), start=1)],
        "analysisGroupings": [_grouping(name) for name in FACTORS if _distinct(name, rows)],
        "methods": _methods(rows),
        "analyses": [_analysis(name, group, event) for name, group in _analyses(rows).items()],
        "trialbook": {"data": event.data, **event.facts, "results": [_row(row) for row in rows]},
    }
    return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _distinct(name: str, rows: Sequence[Result]) -> list[str]:
    """Return the values of a field that say something, in their order."""
    return [value for value in dict.fromkeys(getattr(row, name) for row in rows) if value]


def analysis_of(row: Result) -> str:
    """Return the id of the analysis that a result belongs to: what all statistics of a variable at a visit share."""
    return result_id(row.analysis, row.variable, row.visit, row.analysis_set)


def operation_of(row: Result) -> str:
    """Return the id of the operation that gave a result."""
    return result_id(METHOD, row.analysis, row.stat)


def _analyses(rows: Sequence[Result]) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for row in rows:
        found.setdefault(analysis_of(row), []).append(row)
    return found


def _contents(rows: Sequence[Result]) -> Json:
    items = [
        {"name": name, "level": 1, "order": order, "analysisId": name}
        for order, name in enumerate(_analyses(rows), start=1)
    ]
    return {"name": "All analyses", "contentsList": {"listItems": items}}


def _set(event: Event, name: str, order: int) -> Json:
    """Write an analysis set; who belongs to it says the study file."""
    return {"id": result_id(SET, name), "name": event.sets.get(name, name), "label": name, "level": 1, "order": order}


def _subset(visit: str, order: int) -> Json:
    """Write a visit as the subset of the rows that are of it."""
    condition = {"dataset": "observations", "variable": "visit", "comparator": "EQ", "value": [visit]}
    return {"id": result_id(SUBSET, visit), "name": visit, "level": 1, "order": order, "condition": condition}


def _grouping(name: str) -> Json:
    return {"id": result_id(FACTOR, name), "name": FACTORS[name], "groupingVariable": name, "dataDriven": True}


def _methods(rows: Sequence[Result]) -> list[Json]:
    """Write a method for each kind of analysis, its statistics as operations."""
    found: dict[str, dict[str, Result]] = {}
    for row in rows:
        found.setdefault(row.analysis, {}).setdefault(row.stat, row)
    return [
        {
            "id": result_id(METHOD, analysis),
            "name": analysis,
            "operations": [
                {"id": operation_of(row), "name": stat, "order": order, "description": row.method}
                for order, (stat, row) in enumerate(stats.items(), start=1)
            ],
        }
        for analysis, stats in found.items()
    ]


def _analysis(name: str, rows: Sequence[Result], event: Event) -> Json:
    first, roles = rows[0], {row.role for row in rows}
    factors = [factor for factor in FACTORS if any(getattr(row, factor) for row in rows)]
    found: Json = {
        "id": name,
        "name": name,
        "version": 1,
        "reason": {"controlledTerm": event.reason},
        "purpose": {"controlledTerm": next(term for role, term in PURPOSES.items() if role in roles)},
        "methodId": result_id(METHOD, first.analysis),
        "dataset": first.source.frame,
        "variable": first.variable,
    }
    if first.analysis_set:
        found["analysisSetId"] = result_id(SET, first.analysis_set)
    if first.visit:
        found["dataSubsetId"] = result_id(SUBSET, first.visit)
    if factors:
        found["orderedGroupings"] = [
            {"order": order, "groupingId": result_id(FACTOR, factor), "resultsByGroup": True}
            for order, factor in enumerate(factors, start=1)
        ]
    found["results"] = [_result(row) for row in rows]
    return found


def _result(row: Result) -> Json:
    """Write what the standard has a place for; a statistic without a value has no raw value."""
    found: Json = {"operationId": operation_of(row)}
    groups = [
        {"groupingId": result_id(FACTOR, factor), "groupValue": getattr(row, factor)}
        for factor in FACTORS
        if getattr(row, factor)
    ]
    if groups:
        found["resultGroups"] = groups
    if isinstance(row.value, str):
        found |= {"rawValue": row.value, "formattedValue": row.value}
    elif row.value is not None:
        found |= {"rawValue": significant(row.value), "formattedValue": show(row.value, row.decimals or 0)}
        if row.decimals is None and row.value != int(row.value):
            found["formattedValue"] = significant(row.value)
    return found


def _row(row: Result) -> Json:
    """Write the whole of a result, with the analysis and operation that it stands under."""
    value = float(significant(row.value)) if isinstance(row.value, float) else row.value
    return {
        "id": row.id, "analysisId": analysis_of(row), "operationId": operation_of(row), "value": value,
        "unit": row.unit, "n": row.n, "method": row.method, "role": row.role, "decimals": row.decimals,
        "warning": row.warning, "error": row.error, "source": _source(row),
    }  # fmt: skip


def _source(row: Result) -> Json:
    """Write which rows of which frame the result was computed from."""
    source = row.source
    return {
        "frame": source.frame, "variable": source.variable, "visits": list(source.visits),
        "analysis_set": source.analysis_set, "paired": source.paired, "where": [list(pair) for pair in source.where],
    }  # fmt: skip
