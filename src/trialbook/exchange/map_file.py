"""Read a map file: YAML with line and column, every mistake told at once, everything checked against the study."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from trialbook.errors import Problem
from trialbook.exchange.map_check import check_map
from trialbook.exchange.map_columns import read_columns, read_long
from trialbook.exchange.map_nodes import LANGUAGE, SEPARATORS, STATUSES, Nodes
from trialbook.exchange.mapping import (
    Condition,
    FileRule,
    ImportMap,
    ParticipantRule,
    Reading,
    StatusName,
    StatusRule,
    VisitRule,
)
from trialbook.protocol.model import Study
from trialbook.protocol.nodes import MapNode, Node, ScalarNode, Unreadable, parse_nodes, read_text

ABSENCE = frozenset({"MAP-10", "MAP-12", "MAP-18", "MAP-19"})
"""Problems of what a map does not say."""


def read_map(path: Path, study: Study) -> tuple[ImportMap | None, tuple[Problem, ...]]:
    """Read a map file for a study; without a map, the problems say why, each with its line and column."""
    try:
        text = read_text(path)
    except Unreadable as refused:
        return None, (refused.problem,)
    return parse_map(text, file=str(path), study=study)


def parse_map(text: str, *, file: str, study: Study) -> tuple[ImportMap | None, tuple[Problem, ...]]:
    """Read the text of a map file for a study."""
    top, problems = parse_nodes(text, file=file)
    if top is None:
        return None, problems
    nodes = Nodes(file)
    parsed = _map(nodes, top)
    found = [*nodes.problems, *(check_map(parsed, study) if parsed is not None else ())]
    if nodes.problems:
        # what could not be read is not absent as well
        found = [problem for problem in found if problem.code not in ABSENCE]
    in_order = tuple(sorted(found, key=lambda problem: (problem.place.line or 0, problem.place.column or 0)))
    return (None, in_order) if found else (parsed, ())


def _map(nodes: Nodes, top: MapNode) -> ImportMap | None:
    """Read the top of the file."""
    values = nodes.keys(top, "the map")
    if "trialbook-map" in values:
        nodes.word(values["trialbook-map"], "trialbook-map", (LANGUAGE,))
    participant = _participant(nodes, values["participant"]) if "participant" in values else None
    visit = _visit(nodes, values["visit"], None) if "visit" in values else None
    under = Reading(blank=nodes.texts(values.get("blank"), "blank"))
    files = [
        rule
        for _, (key, node) in nodes.pairs(values.get("files"), "files").items()
        if (rule := _file_rule(nodes, key, node, participant, visit, under)) is not None
    ]
    study = nodes.text(values.get("study"), "study")
    place = nodes.place(values.get("study", top))
    return None if study is None else ImportMap(place=place, study=study, files=tuple(files))


def _file_rule(
    nodes: Nodes,
    key: ScalarNode,
    node: Node,
    participant: ParticipantRule | None,
    visit: VisitRule | None,
    under: Reading,
) -> FileRule | None:
    """Read how one file is read."""
    values = nodes.keys(node, "a file")
    own = _participant(nodes, values["participant"]) if "participant" in values else participant
    if own is None and not nodes.problems:
        nodes.fault("MAP-05", key, file=key.text)
    name = nodes.text(values.get("file"), "file")
    if own is None or name is None:
        return None
    reading = nodes.reading(values, under)
    separator = nodes.word(values.get("separator"), "separator", SEPARATORS)
    return FileRule(
        place=nodes.place(key),
        key=key.text,
        file=name,
        participant=own,
        sheet=nodes.text(values.get("sheet"), "sheet"),
        separator=None if separator is None else SEPARATORS[separator],
        header_row=_row(nodes, values.get("header row")),
        visit=_visit(nodes, values["visit"], visit) if "visit" in values else None,
        repeat=nodes.text(values.get("repeat"), "repeat"),
        reading=reading,
        columns=tuple(read_columns(nodes, values.get("columns"), reading)),
        long=read_long(nodes, values["long"], reading) if "long" in values else None,
        statuses=tuple(_status(nodes, act, values[act]) for act in STATUSES if act in values),
        ignore=frozenset(nodes.texts(values.get("ignore"), "ignore")),
    )


def _row(nodes: Nodes, node: Node | None) -> int:
    """Return the row that names the columns."""
    text = nodes.text(node, "header row")
    if node is None or text is None:
        return 1
    if not re.fullmatch(r"[1-9][0-9]{0,5}", text):
        nodes.fault("MAP-03", node, what="header row", expected="the number of a row, such as 3")
        return 1
    return int(text)


def _participant(nodes: Nodes, node: Node) -> ParticipantRule | None:
    """Read `USUBJID` or `{column: USUBJID, pattern: ...}`."""
    if isinstance(node, ScalarNode):
        return ParticipantRule(place=nodes.place(node), column=node.text) if node.text else None
    values = nodes.keys(node, "participant")
    column = nodes.text(values.get("column"), "column")
    pattern = _pattern(nodes, values["pattern"]) if "pattern" in values else None
    return None if column is None else ParticipantRule(place=nodes.place(node), column=column, pattern=pattern)


def _pattern(nodes: Nodes, node: Node) -> re.Pattern[str] | None:
    """Compile a pattern with one part in brackets."""
    text = nodes.text(node, "pattern")
    if text is None:
        return None
    try:
        compiled = re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        nodes.fault("MAP-06", node, pattern=text, why=f"it cannot be read ({error})")
        return None
    if compiled.groups != 1:
        nodes.fault("MAP-06", node, pattern=text, why=f"it has {compiled.groups} parts in brackets")
        return None
    return compiled


def _visit(nodes: Nodes, node: Node, above: VisitRule | None) -> VisitRule | None:
    """Read `week 4`, or a column with codes; a file's rule takes what it leaves out from the map's."""
    if isinstance(node, ScalarNode):
        return VisitRule(place=nodes.place(node), fixed=node.text)
    values = nodes.keys(node, "visit")
    inherited = above or VisitRule(place=nodes.place(node))
    column = nodes.text(values.get("column"), "column") or inherited.column
    if column is None:
        nodes.fault("MAP-02", node, key="column", where="visit")
        return None
    unscheduled = nodes.texts(values.get("unscheduled"), "unscheduled")
    return VisitRule(
        place=nodes.place(node),
        column=column,
        codes=nodes.codes(values.get("codes")) or inherited.codes,
        codes_place=nodes.place(values["codes"]) if "codes" in values else inherited.codes_place,
        unscheduled=unscheduled or inherited.unscheduled,
    )


def _status(nodes: Nodes, act: StatusName, node: Node) -> StatusRule:
    """Read `every row`, or which rows say it, with date and reason."""
    if isinstance(node, ScalarNode):
        nodes.word(node, act, ("every row",))
        return StatusRule(place=nodes.place(node), act=act, every_row=True)
    values = nodes.keys(node, act)
    return StatusRule(
        place=nodes.place(node),
        act=act,
        every_row=not {"where", "unless"} & set(values),
        where=tuple(_conditions(nodes, values.get("where"))),
        unless=tuple(_conditions(nodes, values.get("unless"))),
        date=nodes.texts(values.get("date"), "date") + nodes.texts(values.get("or"), "or"),
        reason=_reason(nodes, values["reason"]) if "reason" in values else (),
    )


def _conditions(nodes: Nodes, node: Node | None) -> Iterator[Condition]:
    """Read columns with the texts that they must hold."""
    for column, (key, value) in nodes.pairs(node, "where").items():
        yield Condition(place=nodes.place(key), column=column, texts=nodes.texts(value, "where"))


def _reason(nodes: Nodes, node: Node) -> tuple[str, ...]:
    """Read a column, or several of which the first that is not blank is taken."""
    if isinstance(node, ScalarNode):
        return nodes.texts(node, "reason")
    return nodes.texts(nodes.keys(node, "reason").get("first of"), "first of")
