"""The record of data and software: from which files, by whom, up to which entry, by which versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from trialbook.analysis.results import Result
from trialbook.capture.ledger import Entry, Head
from trialbook.render.document import Facts, Paragraph, Section
from trialbook.render.evidence import runs_of
from trialbook.render.inline import Code, Line
from trialbook.render.numbers import ABSENT, significant
from trialbook.render.table import Column, Row, Table
from trialbook.report.run import Run

MOST_RUNS = 12
"""Runs of entry numbers in a row of the appendix; the panel and `trialbook trace` show all."""


def data_record(run: Run, *, head: Head, program: Mapping[str, str], generated_at: datetime) -> Section:
    """Return what the report was made from and by what."""
    moment = generated_at.astimezone(UTC)
    pairs: tuple[tuple[str, Line], ...] = (
        ("Study file", (Code(run.study.fingerprint), " (fingerprint: SHA-256 of its content without comments)")),
        ("Ledger", (f"{head.count} entries, the last of {head.at[:19].replace('T', ' ')} UTC",)),
        (
            "Head of the ledger",
            (Code(head.hash), " (kept elsewhere, it shows later that nothing was changed or cut off)"),
        ),
        ("Recorded by", (", ".join(sorted({entry.by for entry in run.entries.values()})) or "nobody",)),
        ("Report made", (f"{moment:%Y-%m-%d %H:%M} UTC",)),
        *((name, (version,)) for name, version in program.items()),
    )
    table = sources_table(run.entries.values())
    none = Paragraph(line=("No entry names a source file: everything was typed.",), kind="note")
    return Section(id="record", title="Data and software", blocks=(Facts(pairs=pairs), table if table.body else none))


def sources_table(entries: Iterable[Entry]) -> Table:
    """Return the files from which entries were imported, with hashes and who imported them when."""
    found: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        if entry.source_file is not None:
            found.setdefault((entry.source_file, entry.source_hash or ""), entry)
    rows = (
        Row(stub=(file,), cells=((Code(content),), (entry.by,), (f"{entry.at[:19].replace('T', ' ')}",)))
        for (file, content), entry in found.items()
    )
    columns = (
        Column(label="SHA-256 of the file", align="left"),
        Column(label="Imported by", align="left"),
        Column(label="First at (UTC)"),
    )
    return Table(
        id="table-sources", title="Source files", stub="File", columns=columns, body=tuple(rows), numbered=False
    )


def results_appendix(run: Run, behind: Mapping[str, tuple[int, ...]]) -> Section:
    """Return every result as a row that links lead to, with its entries by number."""
    labels = ("Set", "Value", "Unit", "n", "Method", "Role", "Remark", "Entries")
    left = {"Method", "Remark", "Entries", "Set"}
    columns = tuple(Column(label=label, align="left" if label in left else "right") for label in labels)
    rows = tuple(_result_row(run, row, behind.get(row.id, ())) for row in run.analysis.results)
    table = Table(
        id="table-results", title="All results", stub="Result", columns=columns, body=rows, numbered=False,
        source="The same rows stand in results.csv. Values at 12 significant digits; entries by number in the ledger.",
    )  # fmt: skip
    return Section(
        id="appendix", title="Appendix: all results", blocks=(table,), folded=True, paper=planned_appendix(run)
    )


def planned_appendix(run: Run) -> Section:
    """Return what of the appendix stands on paper: the planned tests, and where all other results are."""
    rows = [
        row
        for row in run.analysis.results
        if row.role in {"primary", "planned"} and row.stat == "p" and row.value is not None
    ]
    where: Line = (
        f"All {len(run.analysis.results)} results stand in results.csv, each with the id by which report.html and ",
        Code("trialbook trace"),
        " lead to the entries behind it. Here are the probabilities of the planned tests, unrounded."
        if rows
        else " lead to the entries behind it.",
    )
    columns = (Column(label="p", align="right"), Column(label="n", align="right"), Column(label="Method", align="left"))
    body = (Row(stub=(Code(row.id),), cells=((_value(row),), (str(row.n or 0),), (row.method,))) for row in rows)
    table = Table(
        id="table-planned", title="Planned tests", stub="Result", columns=columns, body=tuple(body), numbered=False
    )
    blocks = (Paragraph(line=where), table) if rows else (Paragraph(line=where),)
    return Section(id="appendix", title="Appendix: results of the planned tests", blocks=blocks)


def brief(numbers: tuple[int, ...]) -> str:
    """Write entry numbers briefly: `3, 7-9` with an en dash; of very many runs the first, and how many follow."""
    runs = runs_of(numbers)
    shown = runs[:MOST_RUNS]
    words = ", ".join(str(first) if first == last else f"{first}{ABSENT}{last}" for first, last in shown)
    more = sum(last - first + 1 for first, last in runs[MOST_RUNS:])
    return f"{words} and {more} more: trialbook trace" if more else words


def _result_row(run: Run, row: Result, entries: tuple[int, ...]) -> Row:
    cells = (
        run.set_label(row.analysis_set) if row.analysis_set else "",
        _value(row), row.unit, "" if row.n is None else str(row.n), row.method, row.role,
        " ".join(part for part in (row.error, row.warning) if part), brief(entries),
    )  # fmt: skip
    return Row(stub=(Code(row.id),), cells=tuple((text,) if text else () for text in cells), anchor=row.id)


def _value(row: Result) -> str:
    return row.value if isinstance(row.value, str) else significant(row.value) if row.value is not None else ""
