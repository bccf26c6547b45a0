"""The map of files that say by their headers what their columns mean: `participant`, `visit`, `row`, `form.item`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from trialbook.errors import Place, Problem
from trialbook.exchange.tables import Table, read_table
from trialbook.protocol.model import Form, Study

PARTICIPANT, VISIT, ROW = "participant", "visit", "row"
UNIT = " unit"
"""After the name of an item: the column that holds its unit."""
VISIT_DATE = "visit.date"


def plain_map(study: Study, files: Sequence[Path]) -> tuple[str, tuple[Problem, ...]]:
    """Return the text of a map for files with plain headers, or what stands against one."""
    problems: list[Problem] = []
    rules: list[str] = []
    for number, path in enumerate(files, start=1):
        table, found = read_table(path)
        if table is None:
            problems += found
            continue
        against = tuple(_against(study, table))
        problems += against
        if not against:
            rules.append(_rule(study, table, number))
    head = f"trialbook-map: 1\nstudy: {quoted(study.identity.id)}\nfiles:\n"
    return head + "".join(rules), tuple(problems)


def participants_in(files: Iterable[Path]) -> frozenset[str]:
    """Return the codes in the column `participant` of files with plain headers."""
    tables = (read_table(path)[0] for path in files)
    return frozenset(
        row.cells[table.header.index(PARTICIPANT)].strip()
        for table in tables
        if table is not None and PARTICIPANT in table.header
        for row in table.rows
    )


def headers_for(study: Study, forms: Iterable[Form]) -> list[str]:
    """Return the header of a file for some forms: what `plain_map` understands."""
    wanted = list(forms)
    kinds = {form.timing for form in wanted}
    first = [PARTICIPANT, *([VISIT] if "visits" in kinds else []), *([ROW] if any(f.repeating for f in wanted) else [])]
    dated = [VISIT_DATE] if "visits" in kinds else []
    del study
    return [*first, *dated, *(f"{form.id}.{item}" for form in wanted for item in form.items)]


def _against(study: Study, table: Table) -> Iterator[Problem]:
    """Yield what a plain file lacks: who, at which visit, in which row of a form with rows."""
    here, names = Place(file=table.name, line=1), set(table.header)
    forms = [study.forms[name] for name in dict.fromkeys(_forms(study, table.header))]
    if PARTICIPANT not in names:
        yield Problem(code="SERVE-44", place=here)
    if not forms and VISIT_DATE not in names:
        yield Problem(code="SERVE-45", place=here)
    visited = [form.id for form in forms if form.timing == "visits"] + [VISIT_DATE] * (VISIT_DATE in names)
    if visited and VISIT not in names:
        yield Problem(code="SERVE-46", place=here, values={"form": visited[0]})
    repeating = [form.id for form in forms if form.repeating]
    if repeating and ROW not in names:
        yield Problem(code="SERVE-47", place=here, values={"form": repeating[0]})
    for name in table.header:
        form, _, item = name.removesuffix(UNIT).partition(".")
        if form in study.forms and item and item not in study.forms[form].items:
            yield Problem(code="SERVE-48", place=Place(file=table.name, line=1, header=name), values={"form": form})


def _forms(study: Study, header: Iterable[str]) -> Iterator[str]:
    """Yield the forms that the columns of a file belong to."""
    yield from (form for name in header if (form := name.partition(".")[0]) in study.forms and "." in name)


def _rule(study: Study, table: Table, number: int) -> str:
    """Write how one file is read."""
    lines = [f"  file{number}:", f"    file: {quoted(table.name)}", f"    participant: {PARTICIPANT}"]
    forms = [study.forms[name] for name in _forms(study, table.header)]
    if VISIT in table.header and (VISIT_DATE in table.header or any(form.timing == "visits" for form in forms)):
        lines.append(f"    visit: {{column: {VISIT}, codes: {_visit_names(study)}}}")
    if ROW in table.header and any(form.repeating for form in forms):
        lines.append(f"    repeat: {ROW}")
    lines.append("    columns:")
    lines += [f"      {quoted(name)}: {_column(name, table.header)}" for name in table.header if _is_item(study, name)]
    return "\n".join(lines) + "\n"


def _is_item(study: Study, name: str) -> bool:
    form, _, item = name.partition(".")
    return name == VISIT_DATE or (form in study.forms and item in study.forms[form].items)


def _column(name: str, header: Iterable[str]) -> str:
    unit = name + UNIT
    return f"{{to: {quoted(name)}, unit: {{column: {quoted(unit)}}}}}" if unit in header else f"{{to: {quoted(name)}}}"


def _visit_names(study: Study) -> str:
    """Write the names of visits beside their ids: a person writes either."""
    visits = study.schedule.visits.values()
    names = {text: one.id for one in visits for text in one.label.values() if text not in study.schedule.visits}
    return quoted(names)


def quoted(value: object) -> str:
    """Write a text or a mapping as JSON, which YAML reads."""
    return json.dumps(value, ensure_ascii=False)
