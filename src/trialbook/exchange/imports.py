"""Files and a map become the preview of one import: everything read, compared with the ledger, nothing recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from trialbook.capture.earlier import earlier_imports
from trialbook.capture.imports import plan_import
from trialbook.capture.ledger import Entry
from trialbook.capture.rows import Preview, Row, SourceFile, StatusRow
from trialbook.conduct.casebook import Casebook
from trialbook.errors import Place, Problem
from trialbook.exchange.facts import Counts, read_facts
from trialbook.exchange.map_file import read_map
from trialbook.exchange.mapping import FileRule, ImportMap
from trialbook.exchange.tables import Table, read_table
from trialbook.protocol.model import Study
from trialbook.protocol.suggest import listed, suggest

MOST_CELLS = 500_000
"""Cells that one import reads; each takes up to 4 kB of memory and a tenth of a millisecond until it is recorded."""


@dataclass(slots=True, kw_only=True)
class Extract:
    """What all files of an import say."""

    files: list[SourceFile] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    statuses: list[StatusRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    blank: int = 0


def preview_import(
    study: Study,
    casebooks: Mapping[str, Casebook],
    entries: Iterable[Entry],
    *,
    map_file: Path,
    files: Sequence[Path],
    is_large: bool = False,
) -> Preview:
    """Read a map and the files it knows, and say what importing them would record.

    `entries` are those of the ledger; they tell what earlier imports gave. With any problem, nothing may be recorded;
    more than `MOST_CELLS` are one, unless it `is_large` on purpose.
    """
    import_map, problems = read_map(map_file, study)
    if import_map is None:
        return Preview(problems=problems)
    extract = rows_from(study, import_map, files, is_large=is_large)
    planned = plan_import(
        study,
        casebooks,
        extract.rows,
        extract.statuses,
        earlier=earlier_imports(entries),
        files=tuple(extract.files),
        whole=not extract.problems,
    )
    problems, notes = (*extract.problems, *planned.problems), (*extract.notes, *planned.notes)
    return replace(planned, blank=extract.blank, problems=problems, notes=notes)


def rows_from(study: Study, import_map: ImportMap, files: Sequence[Path], *, is_large: bool = False) -> Extract:
    """Read what the files say, in the order of the map, whatever the order of the files."""
    extract = Extract()
    by_name = _by_name(import_map, files, extract)
    counts: Counts = {}
    cells = 0
    for rule in import_map.files:
        path = by_name.get(rule.file.casefold())
        table = None if path is None else _table(path, rule, extract)
        if table is None:
            continue
        cells += len(table.rows) * len(rule.used_columns())
        if cells > MOST_CELLS and not is_large:
            values = {"most": f"{MOST_CELLS:,}"}
            extract.problems.append(Problem(code="IMPORT-34", place=Place(file=table.name), values=values))
            break
        facts = read_facts(study, rule, table, counts)
        extract.rows += facts.rows
        extract.statuses += facts.statuses
        extract.problems += facts.problems
        extract.notes += facts.notes
        extract.blank += facts.blank
    left = [rule.file for rule in import_map.files if rule.file.casefold() not in by_name]
    if left and by_name:
        extract.notes.append(Problem(code="IMPORT-32", values={"files": listed(left, 30)}, level="warning"))
    return extract


def _by_name(import_map: ImportMap, files: Sequence[Path], extract: Extract) -> dict[str, Path]:
    """Return the files by their names, after telling those that the map does not know or that are given twice."""
    known = {rule.file.casefold(): rule.file for rule in import_map.files}
    found: dict[str, Path] = {}
    for path in files:
        name, place = path.name.casefold(), Place(file=str(path))
        if name not in known:
            values = {"near": suggest(path.name, known.values()), "known": listed(known.values(), 30)}
            extract.problems.append(Problem(code="IMPORT-19", place=place, values=values))
        elif name in found and found[name] != path:
            values = {"other": str(found[name])}
            extract.problems.append(Problem(code="IMPORT-20", place=place, values=values))
        else:
            found[name] = path
    return found


def _table(path: Path, rule: FileRule, extract: Extract) -> Table | None:
    """Read one table, and note what of it is not used."""
    table, problems = read_table(path, sheet=rule.sheet, separator=rule.separator, header_row=rule.header_row)
    if table is None:
        extract.problems += problems
        return None
    extract.notes += problems
    mentioned = {*rule.used_columns(), *rule.ignore}
    unused = tuple(name for name in table.header if name not in mentioned)
    extract.files.append(
        SourceFile(name=table.name, sha256=table.sha256, rows=len(table.rows), sheet=table.sheet, unused=unused)
    )
    if rule.sheet is None and table.other_sheets:
        values = {"sheet": table.sheet or "", "others": listed(f"“{name}”" for name in table.other_sheets)}
        extract.notes.append(Problem(code="IMPORT-31", place=Place(file=table.name), values=values, level="warning"))
    return table
