"""Results in the shape of CDISC's Analysis Results Standard.

ARS-01: every object has the members that the standard's JSON Schema 1.0 asks for, and no others; what it has no place
        for stands under a key of its own at the root.
ARS-02: every id that is named exists once.
ARS-03: every result stands in the event and in our own rows, with raw value, unit, n, warning, error and source.
ARS-04: the same results give the same bytes.
"""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from trialbook.analysis.results import Results
from trialbook.demo import SHIPPED
from trialbook.folder import Doors, StudyFolder, import_files, open_existing
from trialbook.outcome import analyse
from trialbook.render.to_ars import Event, ars_json

Json = dict[str, Any]

MEMBERS: Mapping[str, tuple[set[str], set[str]]] = {
    "Analysis": (
        {"id", "name", "reason", "purpose", "methodId"},
        {"version", "dataset", "variable", "analysisSetId", "dataSubsetId", "orderedGroupings", "results"},
    ),
    "AnalysisMethod": ({"id", "name", "operations"}, {"description", "label"}),
    "Operation": ({"id", "name", "order"}, {"description", "label", "resultPattern"}),
    "OperationResult": ({"operationId"}, {"rawValue", "formattedValue", "resultGroups"}),
    "ResultGroup": ({"groupingId"}, {"groupId", "groupValue"}),
    "AnalysisSet": ({"id", "name", "level", "order"}, {"label", "description", "condition"}),
    "DataSubset": ({"id", "name", "level", "order"}, {"label", "description", "condition"}),
    "GroupingFactor": ({"id", "name", "dataDriven"}, {"groupingVariable", "groupingDataset", "groups"}),
    "OrderedGroupingFactor": ({"order", "groupingId", "resultsByGroup"}, set()),
    "WhereClauseCondition": (set(), {"dataset", "variable", "comparator", "value"}),
    "ListOfContents": ({"name", "contentsList"}, {"label", "description"}),
    "OrderedListItem": ({"name", "level", "order"}, {"analysisId", "label", "sublist"}),
}
"""Class of the standard -> members that it requires, others that it allows (as far as they are written here).

From the class definitions of the model, github.com/cdisc-org/analysis-results-standard, version 1.0 of 2024.
"""
PURPOSES = {"PRIMARY OUTCOME MEASURE", "SECONDARY OUTCOME MEASURE", "EXPLORATORY OUTCOME MEASURE"}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Return the results of a shipped study."""
    name, ids = "xanomeline_four", itertools.count(1)
    folder = Path(shutil.copytree(SHIPPED / name, tmp_path_factory.mktemp("ars") / name))
    doors = Doors(now=lambda: datetime(2026, 3, 2, tzinfo=UTC), new_id=lambda: f"id-{next(ids)}", by="carla")
    import_files(StudyFolder(folder), sorted((folder / "data").iterdir()), folder / "map.yaml", doors=doors)
    with open_existing(StudyFolder(folder), doors) as book:
        return analyse(book)[1].results


@pytest.fixture(scope="module")
def event() -> Event:
    """Return what these results are of."""
    return Event(
        id="x4", name="Four", data="real", reason="SPECIFIED IN PROTOCOL", sets={"enrolled": "Everybody enrolled"},
        facts={"software": {"python": "3"}},
    )  # fmt: skip


@pytest.fixture(scope="module")
def document(results: Results, event: Event) -> Json:
    """Return results.json as it is read."""
    read: Json = json.loads(ars_json(results, event))
    return read


def objects(document: Json) -> Iterator[tuple[str, Json]]:
    """Yield every object of the event with its class."""
    yield "ListOfContents", document["mainListOfContents"]
    yield from (("OrderedListItem", one) for one in document["mainListOfContents"]["contentsList"]["listItems"])
    for kind, key in (("AnalysisSet", "analysisSets"), ("DataSubset", "dataSubsets")):
        for one in document[key]:
            yield kind, one
            if "condition" in one:
                yield "WhereClauseCondition", one["condition"]
    yield from (("GroupingFactor", one) for one in document["analysisGroupings"])
    for method in document["methods"]:
        yield "AnalysisMethod", method
        yield from (("Operation", one) for one in method["operations"])
    for analysis in document["analyses"]:
        yield "Analysis", analysis
        yield from (("OrderedGroupingFactor", one) for one in analysis.get("orderedGroupings", ()))
        for result in analysis["results"]:
            yield "OperationResult", result
            yield from (("ResultGroup", one) for one in result.get("resultGroups", ()))


def test_ars_01_members(document: Json) -> None:
    seen = set()
    for kind, one in objects(document):
        required, allowed = MEMBERS[kind]
        assert required <= one.keys() <= required | allowed, kind
        seen.add(kind)
    assert seen == MEMBERS.keys()
    assert {"id", "name", "mainListOfContents"} <= document.keys()


def test_ars_01_words_and_types(document: Json) -> None:
    for kind, one in objects(document):
        if kind == "Analysis":
            assert one["purpose"]["controlledTerm"] in PURPOSES
            assert one["reason"] == {"controlledTerm": "SPECIFIED IN PROTOCOL"}
        if kind == "OperationResult":
            assert all(isinstance(one[name], str) for name in ("rawValue", "formattedValue") if name in one)
    assert any(one["purpose"]["controlledTerm"].startswith("PRIMARY") for one in document["analyses"])


def test_ars_02_ids(document: Json) -> None:
    methods = {one["id"] for one in document["methods"]}
    operations = [one["id"] for method in document["methods"] for one in method["operations"]]
    sets, subsets, groupings = (
        {one["id"] for one in document[key]} for key in ("analysisSets", "dataSubsets", "analysisGroupings")
    )
    analyses = [one["id"] for one in document["analyses"]]
    assert len(set(operations)) == len(operations)
    assert len(set(analyses)) == len(analyses)
    for one in document["analyses"]:
        assert one["methodId"] in methods
        assert one.get("analysisSetId", next(iter(sets))) in sets
        assert one.get("dataSubsetId", next(iter(subsets))) in subsets
        assert {result["operationId"] for result in one["results"]} <= set(operations)
        assert {factor["groupingId"] for factor in one.get("orderedGroupings", ())} <= groupings
    listed = [one["analysisId"] for one in document["mainListOfContents"]["contentsList"]["listItems"]]
    assert listed == analyses


def test_ars_03_every_result(document: Json, results: Results) -> None:
    rows = document["trialbook"]["results"]
    assert [row["id"] for row in rows] == [row.id for row in results]
    assert sum(len(one["results"]) for one in document["analyses"]) == len(results)
    for row, wanted in zip(rows, results, strict=True):
        assert (row["unit"], row["n"], row["warning"], row["error"]) == (
            wanted.unit, wanted.n, wanted.warning, wanted.error,
        )  # fmt: skip
        assert row["source"]["variable"] == wanted.source.variable
        if isinstance(wanted.value, float):
            assert row["value"] == pytest.approx(wanted.value, rel=1e-11)
        else:
            assert row["value"] == wanted.value
    assert document["trialbook"]["data"] == "real"
    assert document["trialbook"]["software"] == {"python": "3"}


def test_ars_03_a_result_is_found_from_its_row(document: Json) -> None:
    """ARS-03: analysis, operation and groups lead from our row to one result of the event."""
    analyses = {one["id"]: one for one in document["analyses"]}
    for row in document["trialbook"]["results"]:
        found = [one for one in analyses[row["analysisId"]]["results"] if one["operationId"] == row["operationId"]]
        assert found
        if row["value"] is None:
            assert all("rawValue" not in one for one in found if len(found) == 1)
        elif isinstance(row["value"], float):
            assert any(float(one.get("rawValue", "nan")) == row["value"] for one in found)


def test_ars_04_the_same_bytes(results: Results, event: Event) -> None:
    assert ars_json(results, event) == ars_json(tuple(results), event)
