"""The record of data and software: from which files, by whom, up to which entry, by which versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice, pairwise

from trialbook.analysis.results import Result
from trialbook.capture.ledger import Entry, Head
from trialbook.capture.marks import RULE
from trialbook.protocol.unit_words import show_unit
from trialbook.render.document import Facts, Paragraph, Section
from trialbook.render.evidence import runs_of
from trialbook.render.inline import Code, Line
from trialbook.render.numbers import ABSENT, significant
from trialbook.render.table import Column, Row, Table
from trialbook.report.abstract import unwritten
from trialbook.report.run import Run
from trialbook.report.told import OPEN, leading
from trialbook.report.versions import versions_table

RECORDED_BY, IMPORTED_BY = "Recorded by", "Imported by"
"""Names of what tells of persons: copies of the report may leave it out."""
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
        (RECORDED_BY, (", ".join(sorted({entry.by for entry in run.entries.values()})) or "nobody",)),
        ("Report made", (f"{moment:%Y-%m-%d %H:%M} UTC",)),
        *taken_away(run.entries.values()),
        *((name, (version,)) for name, version in program.items()),
        ("To be written by the authors", (f"{'; '.join(unwritten(run)) or 'nothing'}.",)),
    )
    table = sources_table(run.entries.values())
    none = Paragraph(line=("No entry names a source file: everything was typed.",), kind="note")
    versions = versions_table(run)
    known = () if versions is None else (versions,)
    blocks = (Facts(pairs=pairs), *known, table if table.body else none)
    return Section(id="record", title="Data and software", blocks=blocks)


def taken_away(entries: Iterable[Entry]) -> Iterator[tuple[str, Line]]:
    """Yield how many entries lost their words, and how many participants moved to another site, where any did."""
    found = list(entries)
    erased = [entry for entry in found if entry.act == "erase"]
    answers = [entry for entry in erased if entry.missing is not None]
    moved = [entry for entry in found if entry.act == "transfer"]
    if erased:
        count = leading([entry.seq for entry in erased], str(len(erased)), OPEN)
        stood = leading([entry.seq for entry in answers], str(len(answers)), OPEN)
        words = " entries, since they identified a person; "
        yield "Erased", ("the words of ", *count, words, *stood, " were answers that stood")
    if moved:
        count = leading([entry.seq for entry in moved], str(len({entry.participant for entry in moved})), OPEN)
        yield "Moved to another site", (*count, " participants")


def sources_table(entries: Iterable[Entry]) -> Table:
    """Return the files from which entries were imported, with hashes and who imported them when."""
    found: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        if entry.source_file is not None and not entry.source_file.startswith(RULE):
            found.setdefault((entry.source_file, entry.source_hash or ""), entry)
    rows = (
        Row(stub=(file,), cells=((Code(content),), (entry.by,), (f"{entry.at[:19].replace('T', ' ')}",)))
        for (file, content), entry in found.items()
    )
    columns = (
        Column(label="SHA-256 of the file", align="left"),
        Column(label=IMPORTED_BY, align="left"),
        Column(label="First at (UTC)"),
    )
    return Table(
        id="table-sources", title="Source files", stub="File", columns=columns, body=tuple(rows), numbered=False
    )


def results_appendix(run: Run, behind: Mapping[str, tuple[int, ...]], index: Table | None = None) -> Section:
    """Return every result as a row that links lead to, with its entries by number; on paper the `index`."""
    labels = ("Set", "Value", "Unit", "n", "Method", "Role", "Remark", "Entries")
    left = {"Method", "Remark", "Entries", "Set"}
    columns = tuple(Column(label=label, align="left" if label in left else "right") for label in labels)
    rows = tuple(_result_row(run, row, behind.get(row.id, ())) for row in run.analysis.results)
    table = Table(
        id="table-results", title="All results", stub="Result", columns=columns, body=rows, numbered=False,
        source="The same rows stand in results.csv. Values at 12 significant digits; entries by number in the ledger.",
    )  # fmt: skip
    return Section(
        id="appendix", title="Appendix: all results", blocks=(table,), folded=True, paper=planned_appendix(run, index)
    )


def planned_appendix(run: Run, index: Table | None = None) -> Section:
    """Return what of the appendix stands on paper: the planned tests, and where all other results are."""
    rows = [
        row
        for row in run.analysis.results
        if row.role in {"primary", "planned"} and row.stat == "p" and row.value is not None
    ]
    where: Line = (
        "All results stand in results.csv, each with the id by which report.html and ",
        Code("trialbook trace"),
        " lead to the entries behind it. Here are the probabilities of the planned tests, unrounded"
        f"{' and before adjustment' if run.is_adjusted else ''}."
        if rows
        else " lead to the entries behind it.",
    )
    columns = (Column(label="p", align="right"), Column(label="n", align="right"), Column(label="Method", align="left"))
    body = (Row(stub=(Code(row.id),), cells=((_value(row),), (str(row.n or 0),), (row.method,))) for row in rows)
    table = Table(
        id="table-planned", title="Planned tests", stub="Result", columns=columns, body=tuple(body), numbered=False
    )
    blocks = (Paragraph(line=where), *((table,) if rows else ()), *((index,) if index is not None else ()))
    return Section(id="appendix", title="Appendix: where the numbers come from", blocks=blocks)


def brief(numbers: tuple[int, ...]) -> str:
    """Write entry numbers briefly: `3, 7-9` with an en dash; of very many runs the first, and how many follow."""
    # of half a million only the first are looked at
    ends = (at for at, (one, other) in enumerate(pairwise(numbers), 1) if other != one + 1)
    cut = next(islice(ends, MOST_RUNS - 1, None), len(numbers))
    shown = runs_of(numbers[:cut])
    words = ", ".join(str(first) if first == last else f"{first}{ABSENT}{last}" for first, last in shown)
    more = len(numbers) - cut
    return f"{words} and {more} more: trialbook trace" if more else words


def _result_row(run: Run, row: Result, entries: tuple[int, ...]) -> Row:
    cells = (
        run.set_label(row.analysis_set) if row.analysis_set else "",
        _value(row), show_unit(row.unit), "" if row.n is None else str(row.n), row.method, row.role,
        " ".join(part for part in (row.error, row.warning) if part), brief(entries),
    )  # fmt: skip
    return Row(stub=(Code(row.id),), cells=tuple((text,) if text else () for text in cells), anchor=row.id)


def _value(row: Result) -> str:
    return row.value if isinstance(row.value, str) else significant(row.value) if row.value is not None else ""
