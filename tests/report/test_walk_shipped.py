"""From every number of every report back to its entries, and computed again from these.

WALK-05: each number that a report shows is computed again, the same, from the entries behind it, from who is in the
study and from when things happened.

Held for the three shipped studies of real participants and a rehearsal of four. Only the steps of the plan that gave a
number are carried out again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import UTC, datetime

import pytest

from trialbook.analysis import plan
from trialbook.analysis.frames import Datasets, from_casebooks
from trialbook.analysis.results import Result
from trialbook.capture.ledger import ANSWERS, Entry, fold, head_of
from trialbook.demo import SHIPPED, STUDIES, unpack
from trialbook.folder import Doors, StudyFolder, import_files, open_existing
from trialbook.outcome import comparators_of, rehearse
from trialbook.protocol.model import Study
from trialbook.report.build import build_report
from trialbook.report.run import run_of
from trialbook.report.trace import resolve

REHEARSED = "rehearsal of 4"
NEEDS_ALL_BEFORE = {"multiplicity", "tests"}
SHOWN_ONLY = {"courses", "listings"}


def doors() -> Doors:
    """Return a clock and a chance that stand still."""
    ids = iter(range(10**6))
    return Doors(now=lambda: datetime(2026, 3, 1, tzinfo=UTC), new_id=lambda: f"id-{next(ids)}", by="tester")


@pytest.fixture(scope="module", params=[*STUDIES, REHEARSED])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> StudyFolder:
    """Return each study with what is recorded of it."""
    where = StudyFolder(tmp_path_factory.mktemp("walked"))
    if request.param == REHEARSED:
        rehearse(SHIPPED / "rituximab_polymyositis", participants=4, seed=1, out=where.path)
        return where
    unpack(SHIPPED / request.param, where.path)
    files = sorted((where.path / "data").iterdir())
    import_files(where, files, where.path / "map.yaml", doors=doors())
    return where


def is_when(study: Study, entry: Entry) -> bool:
    """Tell whether an entry says when something happened."""
    form = study.forms.get(entry.form or "")
    item = None if form is None else form.items.get(entry.item or "")
    return (entry.form, entry.item) == ("visit", "date") or (item is not None and item.kind == "date")


def steps(datasets: Datasets, wanted: Collection[int] | None = None) -> Iterator[tuple[int, str, list[list[Result]]]]:
    """Carry out steps of the plan, all where none are named; yield number, name and the rows so far."""
    groups: list[list[Result]] = []
    for place, (label, step) in enumerate(plan._steps(datasets, groups, [])):  # noqa: SLF001 - a step at a time
        if label not in SHOWN_ONLY and (wanted is None or place in wanted):
            step()
            yield place, label, groups


def computed(datasets: Datasets, wanted: Collection[int]) -> dict[str, object]:
    """Return result -> value of some steps."""
    return {row.id: row.value for _, _, groups in steps(datasets, wanted) for group in groups for row in group}


def origins(datasets: Datasets) -> dict[str, set[int]]:
    """Return result -> the steps that give it."""
    found: dict[str, set[int]] = {}
    for place, label, groups in steps(datasets):
        needed = set(range(place + 1)) if label in NEEDS_ALL_BEFORE else {place}
        for row in (row for group in groups for row in group):
            found.setdefault(row.id, needed)
    return found


def test_every_number_of_every_report(folder: StudyFolder) -> None:
    """WALK-05."""
    with open_existing(folder, doors()) as book:
        study, entries = book.study, {entry.seq: entry for entry in book.entries()}
    datasets = from_casebooks(study, fold(entries.values()))
    analysis = plan.run_plan(study, datasets)
    run = run_of(study, analysis, datasets, entries)
    document = build_report(
        study, analysis, datasets, entries, head=head_of(entries[max(entries)]), program={"trialbook": "0"},
        generated_at=datetime(2026, 3, 1, tzinfo=UTC), beside=comparators_of(folder.comparators, study),
    )  # fmt: skip
    behind, given = resolve(datasets, analysis.results), origins(datasets)
    sharing: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for name in {number.result_id for number in document.numbers()}:
        sharing[behind[name]].append(name)
    always = {seq: one for seq, one in entries.items() if one.act not in ANSWERS or is_when(study, one)}
    other = set()
    for seqs, names in sharing.items():
        kept = sorted((always | {seq: entries[seq] for seq in seqs}).items())
        again = from_casebooks(study, fold(entry for _, entry in kept))
        values = computed(again, set().union(*(given[name] for name in names)))
        other |= {name for name in names if values.get(name, "absent") != run.quotes.rows[name].value}
    assert sum(map(len, sharing.values())) > 100
    assert sorted(other) == []
