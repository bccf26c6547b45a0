"""Rows of one table become answers and statuses, as the map says; what cannot be told for certain is a problem."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from trialbook.capture.answers import form_of
from trialbook.capture.rows import Row, StatusRow
from trialbook.errors import Place, Problem
from trialbook.exchange.mapping import COUNT, ColumnRule, FileRule, LongRule, Reading, Target
from trialbook.exchange.status_facts import read_statuses
from trialbook.exchange.tables import Table, TableRow, shorten
from trialbook.protocol.model import Form, Item, Study
from trialbook.protocol.suggest import listed, suggest
from trialbook.protocol.units import WITHOUT_UNIT

FORMULA_ERRORS = frozenset(
    {
        "#CALC!",
        "#DIV/0!",
        "#FIELD!",
        "#GETTING_DATA",
        "#N/A",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#REF!",
        "#SPILL!",
        "#VALUE!",
    }
)
COMMA_NUMBER = re.compile(r"(?:[<>≤≥]=?\s*)?[-+\N{MINUS SIGN}]?[0-9]+(?:,[0-9]+)?(?:\s[^.,]*)?")
WHOLE = re.compile(r"([0-9]+)\.0+")
NUMBERS = frozenset({"number", "vas"})

Counts = dict[tuple[str, str, str], int]
"""Participant, visit (or encounter) and form -> rows of a repeating form that were counted so far."""


class When(NamedTuple):
    """At which visit the answers of a row were given."""

    visit: str = ""
    encounter: str = ""


@dataclass(slots=True, kw_only=True)
class Facts:
    """What a table says, and what stands against it."""

    rows: list[Row] = field(default_factory=list)
    statuses: list[StatusRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    blank: int = 0


class Line:
    """One row of the table while it is read."""

    def __init__(self, table: TableReader, row: TableRow) -> None:
        self.table = table
        self.row = row
        self.participant = ""
        self._when: When | None = None
        self._repeat: str | None = None
        self._asked_when = self._asked_repeat = False
        self.counted: dict[tuple[str, str, str], int] = {}

    def cell(self, column: str) -> str:
        """Return the text of a column."""
        return self.row.cells[self.table.index[column]]

    def when(self) -> When | None:
        """Return the visit of the row, None where it cannot be told; asked once, so told once."""
        if not self._asked_when:
            self._asked_when, self._when = True, self.table.when(self)
        return self._when

    def repeat(self) -> str | None:
        """Return which row of a repeating form this is, None where it cannot be told."""
        if not self._asked_repeat:
            self._asked_repeat, self._repeat = True, self.table.repeat(self)
        return self._repeat


class TableReader:
    """Reads one table by the rules of its file."""

    def __init__(self, study: Study, rule: FileRule, table: Table, counts: Counts) -> None:
        self.study, self.rule, self.table, self.counts = study, rule, table, counts
        self.index = {name: column for column, name in enumerate(table.header)}
        self.facts = Facts()
        self.aims = {id(target): self._aim(target) for target in rule.targets()}
        self._once: dict[tuple[str, str], int] = {}
        self._times: Counter[tuple[str, str]] = Counter()
        self._blanks = {column.header: column.reading for column in rule.columns}

    def read(self) -> Facts:
        """Read every row, unless the map names a column that the table does not have."""
        absent = list(self._absent_columns())
        if absent:
            self.facts.problems += absent
            return self.facts
        lines = [line for row in self.table.rows if (line := self._line(row)) is not None]
        for line in lines:
            for column in self.rule.columns:
                self._column(line, column)
            if self.rule.long is not None:
                self._long(line, self.rule.long)
            self.counts.update(line.counted)
        read_statuses(self, lines)
        self._tell_times()
        return self.facts

    # ---- telling ------------------------------------------------------------------------------------------------

    def fault(self, code: str, line: Line, header: str | None, /, **values: str) -> None:
        """Add a problem at a row and column."""
        place = Place(file=self.table.name, line=line.row.number, header=header, participant=line.participant or None)
        self.facts.problems.append(Problem(code=code, place=place, values=values))

    def fault_once(self, code: str, line: Line, header: str, text: str, /, **values: str) -> None:
        """Add a problem that a text causes wherever it stands: at its first row, with the number of rows."""
        self._times[code, text] += 1
        if (code, text) not in self._once:
            self._once[code, text] = len(self.facts.problems)
            self.fault(code, line, header, text=shorten(text), **values)

    def _tell_times(self) -> None:
        """Write into problems that are told once how many rows they concern."""
        for key, index in self._once.items():
            problem = self.facts.problems[index]
            self.facts.problems[index] = replace(problem, values={**problem.values, "rows": str(self._times[key])})

    def _absent_columns(self) -> Iterator[Problem]:
        """Yield the columns that the map names and the table does not have, at their place in the map."""
        for name, place in self.rule.used_columns().items():
            if name not in self.index:
                near, known = suggest(name, self.table.header), listed(self.table.header, 40)
                values = {"column": name, "file": self.table.name, "near": near, "known": known}
                yield Problem(code="IMPORT-06", place=place, values=values)

    # ---- who, when, which row -----------------------------------------------------------------------------------

    def _line(self, row: TableRow) -> Line | None:
        """Begin a row with its participant; None where it names none."""
        line, rule = Line(self, row), self.rule.participant
        text = line.cell(rule.column)
        if self.is_blank(text, self.rule.reading):
            self.fault("IMPORT-07", line, rule.column)
            return None
        match = None if rule.pattern is None else rule.pattern.fullmatch(text)
        if rule.pattern is not None and (match is None or not match[1]):
            self.fault("IMPORT-08", line, rule.column, text=shorten(text), pattern=rule.pattern.pattern)
            return None
        line.participant = unicodedata.normalize("NFC", text if match is None else match[1])
        return line

    def when(self, line: Line) -> When | None:
        """Tell the visit of a row."""
        rule = self.rule.visit
        if rule is None or rule.column is None:
            return When("" if rule is None else rule.fixed or "")
        text = line.cell(rule.column)
        if self.is_blank(text, self.rule.reading):
            self.fault("IMPORT-09", line, rule.column)
            return None
        visit = rule.codes.get(text, text)
        if visit in self.study.schedule.visits:
            return When(visit)
        if rule.is_unscheduled(text):
            return When("", text)
        known = (*rule.codes, *self.study.schedule.visits)
        self.fault_once("IMPORT-10", line, rule.column, text, near=suggest(text, known))
        return None

    def repeat(self, line: Line) -> str | None:
        """Tell which row of a repeating form a row is; `1.0` is row 1."""
        column = self.rule.repeat
        if column is None or column == COUNT:
            return None
        text = line.cell(column)
        if self.is_blank(text, self.rule.reading):
            self.fault("IMPORT-11", line, column)
            return None
        whole = WHOLE.fullmatch(text)
        return text if whole is None else whole[1]

    # ---- answers ------------------------------------------------------------------------------------------------

    def _column(self, line: Line, column: ColumnRule) -> None:
        """Read the answer, or the answers, in one cell."""
        text = line.cell(column.header)
        if self.is_blank(text, column.reading):
            self.facts.blank += 1
            return
        parts = [text] if column.split is None else [part.strip() for part in text.split(column.split)]
        if column.counted:
            for number, part in enumerate(parts):
                self._answer(line, column.targets[0], column.header, part, number=number)
        elif len(parts) != len(column.targets):
            counts = {"parts": str(len(parts)), "expected": str(len(column.targets)), "split": column.split or ""}
            self.fault("IMPORT-13", line, column.header, text=shorten(text), **counts)
        else:
            for target, part in zip(column.targets, parts, strict=True):
                self._answer(line, target, column.header, part)

    def _long(self, line: Line, rule: LongRule) -> None:
        """Read the one answer of a row, told by its name."""
        texts = [line.cell(column) for column in rule.names]
        name = " ".join(text for text in texts if not self.is_blank(text, self.rule.reading))
        if name in rule.items:
            self._answer(line, rule.items[name], rule.value, line.cell(rule.value))
        elif name not in rule.ignore:
            near = suggest(name, (*rule.items, *rule.ignore))
            self.fault_once("IMPORT-14", line, " and ".join(rule.names), name, near=near)

    def _answer(self, line: Line, target: Target, header: str, text: str, *, number: int | None = None) -> None:
        """Add one answer; `number` counts the parts of a cell that are rows of a repeating form."""
        form, item = self.aims[id(target)]
        reading = target.reading
        if self.is_blank(text, reading):
            self.facts.blank += 1
            return
        if text in FORMULA_ERRORS:
            self.fault("IMPORT-12", line, header, text=text)
            return
        when = self._when(line, target, form)
        repeat = "" if when is None else self._row(line, form, when, number)
        read = self._text(line, item, reading, header, text)
        unit = self._unit(line, target, item, text)
        if when is None or repeat is None or read is None or unit is None:
            return
        row = Row(
            participant=line.participant,
            visit=when.visit,
            encounter=when.encounter,
            form=target.form,
            repeat=repeat,
            item=target.item,
            text=read,
            unit=unit or None,
            source_file=self.table.name,
            source_hash=self.table.sha256,
            source_row=line.row.number,
            header=header,
            visit_header=(self.rule.visit.column or "") if self.rule.visit is not None else "",
        )
        self.facts.rows.append(row)

    def _aim(self, target: Target) -> tuple[Form, Item]:
        """Return the form and item of a target; `map_check` has found them."""
        form = form_of(self.study, target.form)
        if form is None:
            raise KeyError(target.form)
        return form, form.items[target.item]

    def _when(self, line: Line, target: Target, form: Form) -> When | None:
        """Return the visit of an answer: none for a form without visits, the map's own, or the row's."""
        if form.timing != "visits":
            return When()
        return line.when() if target.visit is None else When(target.visit)

    def _row(self, line: Line, form: Form, when: When, number: int | None) -> str | None:
        """Return which row of a repeating form is answered, empty for another form."""
        if not form.repeating:
            return ""
        if number is None and self.rule.repeat != COUNT:
            return line.repeat()
        key = (line.participant, when.visit or when.encounter, form.id)
        row = self.counts.get(key, 0) + (number or 0) + 1
        line.counted[key] = max(line.counted.get(key, 0), row)
        return str(row)

    def _text(self, line: Line, item: Item, reading: Reading, header: str, text: str) -> str | None:
        """Return the text in the study's own words, None where its decimal sign cannot be told."""
        if text in reading.codes:
            return reading.codes[text]
        if not reading.decimal_comma or item.kind not in NUMBERS or text in self.study.missing:
            return text
        if "." in text:
            self.fault("IMPORT-18", line, header, text=shorten(text))
            return None
        return text.replace(",", ".") if COMMA_NUMBER.fullmatch(text) else text

    def _unit(self, line: Line, target: Target, item: Item, text: str) -> str | None:
        """Return the unit of a number, empty where nothing tells one, None where the cell that should is blank."""
        rule = target.unit
        if rule is None or item.kind not in NUMBERS:
            return ""
        if rule.column is None:
            return rule.fixed or ""
        unit = line.cell(rule.column)
        if not self.is_blank(unit, self.rule.reading):
            return rule.codes.get(unit, unit)
        if item.unit in WITHOUT_UNIT or text in self.study.missing:
            return ""
        self.fault("IMPORT-15", line, rule.column, item=f"{target.form}.{target.item}", text=shorten(text))
        return None

    def blank_in(self, column: str) -> Reading:
        """Return how blank cells of a column are told."""
        return self._blanks.get(column, self.rule.reading)

    @staticmethod
    def is_blank(text: str, reading: Reading) -> bool:
        """Tell whether a cell says nothing."""
        return not text or text in reading.blank


def read_facts(study: Study, rule: FileRule, table: Table, counts: Counts) -> Facts:
    """Read what a table says; `counts` is shared by the tables of one import."""
    return TableReader(study, rule, table, counts).read()
