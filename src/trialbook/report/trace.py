"""The way back: from a result to its cells, and from a cell to its entries, with person, time, reason and source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache, lru_cache, partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from trialbook.analysis.datasets import Datasets, entries_of, select
from trialbook.analysis.results import Result, Results, Selector
from trialbook.capture.ledger import ANSWERS, Entry
from trialbook.conduct.withdrawing import DATA_USE, read_scope
from trialbook.protocol.model import Derived, Endpoint
from trialbook.render.evidence import DerivedValue, Evidence, Fact, every_entry
from trialbook.report.run import Run, as_mappings
from trialbook.report.shown import entry_value, form_label, item_label

ACTS = {
    "enter": "entered", "correct": "corrected", "clear": "cleared", "screen": "screened", "enrol": "enrolled",
    "screen_fail": "not enrolled after screening", "withdraw": "left the study", "complete": "completed the study",
    "reinstate": "status corrected", "override": "opened before its time", "unblind": "unblinded",
    "look": "looked at early", "withdraw_consent": "consent withdrawn", "note": "noted",
}  # fmt: skip
"""Acts of the ledger in the words of the report; any other stands as it is."""


class CellKey(NamedTuple):
    """The cell that an entry answers; entries of one cell are its history."""

    participant: str | None
    visit: str | None
    form: str | None
    repeat: str | None
    item: str | None


def resolve(datasets: Datasets, results: Results) -> dict[str, tuple[int, ...]]:
    """Return the entry numbers behind every result; a selector that many results share is resolved once."""
    known: dict[Selector, tuple[int, ...]] = {}
    for row in results:
        if row.source not in known:
            known[row.source] = entries_of(datasets, row.source)
    return {row.id: known[row.source] for row in results}


def entries_behind(datasets: Datasets, entries: Mapping[int, Entry], result: Result) -> tuple[Entry, ...]:
    """Return the entries behind one result, in the order of the ledger."""
    return tuple(entries[seq] for seq in entries_of(datasets, result.source))


def by_participant(datasets: Datasets, selector: Selector) -> dict[str, tuple[int, ...]]:
    """Return the entry numbers behind a selector, apart for each participant."""
    found: dict[str, list[int]] = {}
    frame = select(datasets, selector).select("participant", "seq").drop_nulls()
    for participant, seq in frame.iter_rows():
        found.setdefault(participant, []).append(seq)
    return {participant: tuple(sorted(set(seqs))) for participant, seqs in found.items()}


def evidence_of(run: Run, behind: Mapping[str, tuple[int, ...]], others: Iterable[int]) -> Evidence:
    """Gather the entries behind results and other shown values, and the history of their cells."""
    shown = every_entry(behind).union(others)
    cells = {key for seq in shown if seq in run.entries and (key := key_of(run.entries[seq])).item is not None}
    answers = {seq: entry for seq, entry in run.entries.items() if seq in shown or entry.act in ANSWERS}
    facts = (entry for seq, entry in sorted(answers.items()) if seq in shown or key_of(entry) in cells)
    zone = ZoneInfo(run.study.identity.timezone)
    derived = derived_values(run)
    return Evidence(
        zone=run.study.identity.timezone,
        facts=tuple(facts_of(run, facts, zone)),
        behind=behind,
        derived=derived,
        variables={row.id: row.variable for row in run.analysis.results if row.variable in derived},
        visits=("", *(run.visit_label(visit) for visit in run.study.schedule.visits)),
    )


def key_of(entry: Entry) -> CellKey:
    """Name the cell that an entry answers."""
    return CellKey(entry.participant, entry.visit, entry.form, entry.repeat, entry.item)


def facts_of(run: Run, entries: Iterable[Entry], zone: ZoneInfo) -> Iterator[Fact]:
    """Write entries for readers; what many of them share is worked out once."""
    visit = cache(run.visit_label)
    form, item = cache(partial(form_label, run.study)), cache(partial(item_label, run.study))
    values: dict[tuple[str | None, ...], str] = {}
    for entry in entries:
        at, local = times_of(entry.at, zone)
        said = (entry.form, entry.item, entry.value, entry.unit, entry.missing)
        value = values.get(said)
        if value is None:
            value = values[said] = entry_value(run.study, entry)
        yield Fact(
            seq=entry.seq,
            participant=entry.participant or "",
            visit=visit(entry.visit or ""),
            form=form(entry.form),
            repeat=entry.repeat or "",
            item=item(entry.form, entry.item),
            act=ACTS.get(entry.act, entry.act),
            text=_text(entry),
            value=value,
            by=_person(entry),
            at=at,
            local=local,
            reason=entry.reason or "",
            file=entry.source_file or "",
            row="" if entry.source_row is None else str(entry.source_row),
            column=entry.source_column or "",
            visit_id=entry.visit or "",
            cell=f"{entry.form or ''}.{entry.item or ''}",
        )


@lru_cache(maxsize=1024)
def times_of(at: str, zone: ZoneInfo) -> tuple[str, str]:
    """Write a moment in UTC and, where the study keeps another time, in that; entries of one act share it."""
    moment = datetime.fromisoformat(at)
    local = "" if zone.key == "UTC" else f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    return f"{moment:%Y-%m-%d %H:%M:%S}", local


def _text(entry: Entry) -> str:
    """Return what was typed; not why somebody withdrew the use of their data, which is of no use any more."""
    if entry.is_erased:
        return "(erased)"
    is_end = entry.act == "withdraw_consent" and read_scope(entry.value or "")[1] == DATA_USE
    return "" if is_end else entry.text or ""


def _person(entry: Entry) -> str:
    role = f" ({entry.role})" if entry.role else ""
    return f"{entry.by}{role}, for {entry.on_behalf_of}" if entry.on_behalf_of else f"{entry.by}{role}"


def derived_values(run: Run) -> dict[str, tuple[DerivedValue, ...]]:
    """Return the values of every endpoint that is computed from several answers."""
    derived = (endpoint for endpoint in run.followed() if isinstance(run.source(endpoint), Derived))
    return {endpoint.id: tuple(_derived(run, endpoint)) for endpoint in derived}


def _derived(run: Run, endpoint: Endpoint) -> Iterable[DerivedValue]:
    for row, cells in as_mappings(run.listing(f"course.{endpoint.id}")):
        if isinstance(row["value"], float | int):
            yield DerivedValue(
                participant=str(row["participant"]),
                visit=run.visit_label(str(row["visit"] or "")),
                text=run.written(endpoint, row["value"]),
                entries=cells,
            )
