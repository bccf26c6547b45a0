"""A YAML 1.2 file as plain nodes: every scalar stays the text that was written, every node knows its line and column.

Nothing is guessed here (`no` is the word no, `1.10` keeps its zero): what a text means is decided by the
table in `grammar`. Tags, anchors and aliases are refused, so that a node stands where it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from trialbook.errors import Place, Problem

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.events import Event

LARGEST = 2_000_000
"""Bytes of the largest study file that is read; the shipped ones have less than 15 000."""
DEEPEST = 40
"""Levels of a file below which nothing is read; the language has 8."""
FOREIGN = {
    b"PK\x03\x04": "a spreadsheet, Word document or zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word document",
    b"%PDF": "a PDF document",
    b"{\\rtf": "an RTF document",
    b"SQLite format 3": "a database",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a compressed archive",
}
CONTROL = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff\\ufffe\\uffff]"
)
WIDE = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalarNode:
    """A single text, trimmed of blanks at its ends."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNode:
    """A list, in its order."""

    items: tuple[Node, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MapNode:
    """Keys with their values, in the order of the file; each key stands once."""

    pairs: tuple[tuple[ScalarNode, Node], ...]
    line: int
    column: int

    def get(self, key: str) -> Node | None:
        """Return the value of a key, None where the key is absent."""
        return next((value for name, value in self.pairs if name.text == key), None)


Node = ScalarNode | ListNode | MapNode


class Unreadable(Exception):  # noqa: N818 - carries a value, is no error of the program
    """Stops the reading of a file that cannot be read on; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file; Unreadable where it is none, or larger than `LARGEST` bytes."""
    here = Place(file=str(path))
    try:
        if path.is_dir():
            raise Unreadable(Problem(code="FILE-02", place=here))
        size = path.stat().st_size
        if size > LARGEST:
            values = {"size": f"{size / 1e6:.1f} MB", "largest": f"{LARGEST // 1_000_000} MB"}
            raise Unreadable(Problem(code="FILE-04", place=here, values=values))
        content = path.read_bytes()
    except FileNotFoundError:
        raise Unreadable(Problem(code="FILE-01", place=here)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Unreadable(Problem(code="FILE-03", place=here, values={"reason": reason})) from None
    return decode(content, here)


def decode(content: bytes, here: Place) -> str:
    """Return the text of UTF-8 bytes, without a byte order mark; Unreadable where they are something else."""
    for magic, kind in FOREIGN.items():
        if content.startswith(magic):
            raise Unreadable(Problem(code="FILE-06", place=here, values={"kind": kind}))
    if content.startswith(WIDE) or b"\x00" in content[:4]:
        raise Unreadable(Problem(code="FILE-07", place=here))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        place = Place(file=here.file, line=line, column=column)
        raise Unreadable(Problem(code="FILE-08", place=place)) from None


def parse_nodes(text: str, *, file: str) -> tuple[MapNode | None, tuple[Problem, ...]]:
    """Return the mapping at the top of a YAML text, or None with what stops the reading.

    A syntax error stands alone; keys that stand twice are all told.
    """
    try:
        top = _Builder(file=file, text=text).top()
    except Unreadable as stop:
        return None, (stop.problem,)
    twice = tuple(sorted(_twice(top, file), key=lambda problem: (problem.place.line, problem.place.column)))
    return (None, twice) if twice else (top, ())


def _twice(node: Node, file: str) -> Iterator[Problem]:
    """Yield a problem for every key that stands twice in one mapping."""
    if isinstance(node, ListNode):
        for item in node.items:
            yield from _twice(item, file)
    if isinstance(node, MapNode):
        keys = sorted((key for key, _ in node.pairs), key=lambda key: key.text)
        for name, same in groupby(keys, key=lambda key: key.text):
            first, *others = same
            for other in others:
                place = Place(file=file, line=other.line, column=other.column)
                yield Problem(code="FILE-11", place=place, values={"key": name, "line": str(first.line)})
        for _, value in node.pairs:
            yield from _twice(value, file)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Builder:
    """Builds nodes from the parser's events; depth is bounded, so no input exhausts the stack."""

    file: str
    text: str

    def top(self) -> MapNode:
        """Return the one mapping of the file."""
        self._refuse_control_characters()
        events = self._events()
        first = next(events, None)
        if first is None:
            raise Unreadable(Problem(code="FILE-05", place=Place(file=self.file)))
        node = self._node(first, events, 0)
        if isinstance(node, ScalarNode) and not node.text:
            raise self._stop("FILE-05", node.line, node.column)
        if not isinstance(node, MapNode):
            raise self._stop("FILE-14", node.line, node.column)
        if (more := next(events, None)) is not None:
            raise self._stop("FILE-16", *_position(more))
        return node

    def _refuse_control_characters(self) -> None:
        if found := CONTROL.search(self.text):
            line = self.text.count("\n", 0, found.start()) + 1
            column = found.start() - self.text.rfind("\n", 0, found.start())
            raise self._stop("FILE-09", line, column, character=f"U+{ord(found[0]):04X}")

    def _events(self) -> Iterator[Event]:
        """Yield the events of the content; those of stream and document say nothing here."""
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError
        from ruamel.yaml.events import DocumentEndEvent, DocumentStartEvent, StreamEndEvent, StreamStartEvent

        silent = (DocumentEndEvent, DocumentStartEvent, StreamEndEvent, StreamStartEvent)
        try:
            for event in YAML(typ="base", pure=True).parse(self.text):
                if not isinstance(event, silent):
                    yield event
        except MarkedYAMLError as error:
            raise self._syntax(error) from None
        except (YAMLError, ValueError, IndexError, AttributeError, TypeError) as error:
            # beside its own errors the parser leaks others on garbage, such as a %YAML directive without a number
            raise self._stop("FILE-10", 1, 1, reason=str(error).partition("\n")[0]) from None

    def _node(self, event: Event, events: Iterator[Event], depth: int) -> Node:
        """Return the node that begins with an event."""
        from ruamel.yaml.events import AliasEvent, MappingStartEvent, SequenceStartEvent

        line, column = _position(event)
        self._refuse_references(event, is_alias=isinstance(event, AliasEvent))
        if depth > DEEPEST:
            raise self._stop("FILE-13", line, column)
        if isinstance(event, MappingStartEvent):
            return MapNode(pairs=tuple(self._pairs(events, depth)), line=line, column=column)
        if isinstance(event, SequenceStartEvent):
            return ListNode(items=tuple(self._items(events, depth)), line=line, column=column)
        text = str(getattr(event, "value", "")).strip()
        if found := CONTROL.search(text):  # written as an escape in double quotes
            raise self._stop("FILE-09", line, column, character=f"U+{ord(found[0]):04X}")
        return ScalarNode(text=text, line=line, column=column)

    def _refuse_references(self, event: Event, *, is_alias: bool) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "ctag", None)
        for sign, found in (("*", is_alias), ("&", anchor), ("!", tag)):
            if found:
                raise self._stop("FILE-12", *_position(event), sign=sign)

    def _items(self, events: Iterator[Event], depth: int) -> Iterator[Node]:
        from ruamel.yaml.events import SequenceEndEvent

        while not isinstance(event := next(events), SequenceEndEvent):
            yield self._node(event, events, depth + 1)

    def _pairs(self, events: Iterator[Event], depth: int) -> Iterator[tuple[ScalarNode, Node]]:
        from ruamel.yaml.events import MappingEndEvent

        while not isinstance(event := next(events), MappingEndEvent):
            key = self._node(event, events, depth + 1)
            if not isinstance(key, ScalarNode):
                raise self._stop("FILE-17", key.line, key.column)
            yield key, self._node(next(events), events, depth + 1)

    def _stop(self, code: str, line: int, column: int, **values: str) -> Unreadable:
        return Unreadable(Problem(code=code, place=Place(file=self.file, line=line, column=column), values=values))

    def _syntax(self, error: MarkedYAMLError) -> Unreadable:
        """Say in plain words what the parser could not read."""
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reason = str(error.problem or error.context or "")
        if "'\\t'" in reason:
            return self._stop("FILE-15", line, column)
        plain = next((words for start, words in SYNTAX.items() if start in reason), None)
        begun = error.context_mark
        since = f" (begun on line {begun.line + 1})" if begun and begun.line + 1 != line else ""
        return self._stop("FILE-10", line, column, reason=(plain or reason) + since)


SYNTAX = {
    "mapping values are not allowed here": "a colon followed by a blank stands inside a text without quotes, or "
    "the line is indented more or less than its neighbours",
    "found unexpected end of stream": "a quotation mark is opened and never closed",
    "expected ',' or '}'": "a brace { is opened and not closed, or a comma is missing between two keys",
    "expected ',' or ']'": "a bracket [ is opened and not closed, or a comma is missing in a list",
    "expected <block end>": "the line is indented more or less than its neighbours, or a text goes on after its "
    "closing quotation mark",
    "expected the node content": "a value is missing, or a bracket is closed that was not opened",
    "could not find expected ':'": "a key without a colon, or a colon without a blank after it",
    "cannot start any token": "a text begins with a sign that needs quotes, such as @, % or `",
    "found unknown escape character": "a backslash in double quotes; use single quotes",
    "sequence entries are not allowed here": "a list with dashes must begin on a line of its own",
    "did not find expected": "the structure of the lines is not complete",
}


def _position(event: Event) -> tuple[int, int]:
    """Return the 1-based line and column of an event."""
    mark = event.start_mark
    return mark.line + 1, mark.column + 1
