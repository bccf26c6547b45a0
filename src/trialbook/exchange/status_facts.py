"""Which rows of a table say that a participant was screened or enrolled, completed the study or left it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from trialbook.capture.rows import StatusRow
from trialbook.errors import Problem
from trialbook.exchange.mapping import Condition, StatusRule

if TYPE_CHECKING:
    from trialbook.exchange.facts import Line, TableReader


def read_statuses(table: TableReader, lines: Sequence[Line]) -> None:
    """Add the statuses that the rows state, problems where they cannot be told, notes on conditions never met."""
    for rule in table.rule.statuses:
        for line in lines:
            _read_row(table, rule, line)
        for condition in (*rule.where, *rule.unless):
            held = {line.cell(condition.column) for line in lines}
            for text in condition.texts:
                if lines and text not in held:
                    values = {"column": condition.column, "text": text, "file": table.table.name}
                    table.facts.notes.append(
                        Problem(code="IMPORT-30", place=condition.place, values=values, level="warning")
                    )


def _read_row(table: TableReader, rule: StatusRule, line: Line) -> None:
    """Add what one row states by one rule."""
    verdict = _verdict(table, rule, line)
    if verdict is None:
        columns = dict.fromkeys(condition.column for condition in (*rule.where, *rule.unless))
        table.fault("IMPORT-16", line, " and ".join(columns), act=rule.act)
    if not verdict:
        return
    dated, on = _first(table, line, rule.date)
    if rule.date and on is None:
        table.fault("IMPORT-17", line, rule.date[0], act=rule.act)
        return
    reasoned, why = _first(table, line, rule.reason)
    table.facts.statuses.append(
        StatusRow(
            participant=line.participant,
            act=rule.act,
            on=on,
            why=why,
            source_file=table.table.name,
            source_hash=table.table.sha256,
            source_row=line.row.number,
            header=dated or reasoned,
        )
    )


def _verdict(table: TableReader, rule: StatusRule, line: Line) -> bool | None:
    """Tell whether a rule holds for a row, None where a blank cell leaves it open."""
    where = [_holds(table, condition, line) for condition in rule.where]
    unless = [_holds(table, condition, line) for condition in rule.unless]
    if False in where or True in unless:
        return False
    return None if None in (*where, *unless) else True


def _holds(table: TableReader, condition: Condition, line: Line) -> bool | None:
    """Tell whether a column holds one of the texts, None where the file gives nothing.

    A text that only this column's answers call blank (`No` events) is a text like others here.
    """
    text = line.cell(condition.column)
    if text in condition.texts:
        return True
    return None if table.is_blank(text, table.rule.reading) else False


def _first(table: TableReader, line: Line, columns: Iterable[str]) -> tuple[str | None, str | None]:
    """Return the first column that is not blank, and its text."""
    for column in columns:
        text = line.cell(column)
        if not table.is_blank(text, table.blank_in(column)):
            return column, text
    return None, None
