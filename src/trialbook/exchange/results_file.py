"""Results in a file: our own results.csv, or the CSV of another program whose columns somebody named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trialbook.analysis.reconcile import Claim
from trialbook.errors import ImportRefused, Place, Problem
from trialbook.exchange.long_table import number_of
from trialbook.exchange.tables import Table, read_table, shorten
from trialbook.protocol.suggest import listed, suggest

LARGEST = 500_000_000
"""Bytes of a file of results."""
NAMED = re.compile(r"\{([^{}]*)\}")
NONE = ("", "NA", "NaN", "nan", ".", "None", "null")
"""What programs write where there is no number."""
MOST_TOLD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What one column of a foreign file holds."""

    template: str
    """Id of the result, with the names of columns in braces."""
    value: str
    """Column of the number."""
    n: str | None = None
    """Column of its n."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the columns that the id is made of."""
        return tuple(NAMED.findall(self.template))

    def id_of(self, row: Mapping[str, str]) -> str:
        """Return the id of a row's result, blanks as `_` as in every id."""
        return NAMED.sub(lambda found: row[found[1]], self.template).replace(" ", "_")

    def covers(self, name: str) -> bool:
        """Tell whether an id is of the form of the template."""
        pieces = re.split(NAMED.pattern, self.template.replace(" ", "_"))[::2]
        return re.fullmatch(".+".join(map(re.escape, pieces)), name) is not None


def pairs_to_reconcile(a: Path, b: Path, maps: Sequence[str]) -> tuple[dict[str, Claim], dict[str, Claim], int]:
    """Read two files of results; return what each says, and how many results of A the map does not speak of.

    ImportRefused with every problem of either file.
    """
    mapped = [parse_map(text) for text in maps]
    ours, wrong = _claims(a, ())
    theirs, also = _claims(b, mapped)
    if wrong or also:
        raise ImportRefused((*wrong, *also))
    if not mapped:
        return ours, theirs, 0
    known = {name: claim for name, claim in ours.items() if any(one.covers(name) for one in mapped)}
    # an empty cell of a wide table is no result, unless ours has one there
    said = {name: claim for name, claim in theirs.items() if claim.value is not None or name in known}
    return known, said, len(ours) - len(known)


def parse_map(text: str) -> Mapped:
    """Read `ID=COLUMN` or `ID=COLUMN,N-COLUMN`; ImportRefused where it is neither."""
    template, sign, columns = text.rpartition("=")
    value, _, n = columns.partition(",")
    if not (sign and template.strip() and value.strip()):
        raise ImportRefused((Problem(code="RECON-01", values={"text": text}),))
    return Mapped(template=template.strip(), value=value.strip(), n=n.strip() or None)


def _claims(path: Path, mapped: Sequence[Mapped]) -> tuple[dict[str, Claim], tuple[Problem, ...]]:
    """Return what a file says by id, and what is wrong with it."""
    table, problems = read_table(path, largest=LARGEST)
    if table is None:
        return {}, problems
    columns = [column for one in mapped for column in (*one.parts, one.value, *((one.n,) if one.n else ()))]
    wrong = [
        Problem(
            code="RECON-02", place=Place(file=table.name, line=1),
            values={"column": name, "near": suggest(name, table.header), "columns": listed(table.header)},
        )
        for name in dict.fromkeys(columns or ("id", "value"))
        if name not in table.header
    ]  # fmt: skip
    if wrong:
        return {}, tuple(wrong)
    return _collected(table, _foreign(table, mapped) if mapped else _own(table))


def _collected(
    table: Table, rows: Iterator[tuple[int, str, str, str, Claim | None]]
) -> tuple[dict[str, Claim], tuple[Problem, ...]]:
    """Index claims by id; tell of ids that stand twice, and of texts where a number should stand."""
    found: dict[str, Claim] = {}
    wrong: list[Problem] = []
    for line, name, column, text, claim in rows:
        place = Place(file=table.name, line=line, header=column)
        if claim is None:
            wrong.append(Problem(code="RECON-03", place=place, values={"text": shorten(text)}))
        elif name in found:
            wrong.append(Problem(code="RECON-04", place=place, values={"id": name}))
        else:
            found[name] = claim
    more = len(wrong) - MOST_TOLD
    if more > 0:
        values = {"count": f"{more:,}"}
        wrong = [*wrong[:MOST_TOLD], Problem(code="RECON-05", place=Place(file=table.name), values=values)]
    return found, tuple(wrong)


def _own(table: Table) -> Iterator[tuple[int, str, str, str, Claim | None]]:
    """Yield what a results.csv says."""
    for row in table.rows:
        cells = dict(zip(table.header, row.cells, strict=True))
        text, words = cells["value"], cells.get("text", "")
        value: float | str | None = number_of(text) if text else words or None
        n, unit = cells.get("n", ""), cells.get("unit")
        claim = Claim(value=value, n=int(n) if n.isdecimal() else None, unit=unit)
        yield row.number, cells["id"], "value", text, None if text and value is None else claim


def _foreign(table: Table, mapped: Sequence[Mapped]) -> Iterator[tuple[int, str, str, str, Claim | None]]:
    """Yield what the columns of another program say."""
    for row in table.rows:
        cells = dict(zip(table.header, row.cells, strict=True))
        for one in mapped:
            text, many = cells[one.value], cells[one.n] if one.n else ""
            value, n = number_of(text), number_of(many)
            claim = None if value is None and text not in NONE else Claim(value=value, n=None if n is None else int(n))
            yield row.number, one.id_of(cells), one.value, text, claim
