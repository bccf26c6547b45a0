"""Match the nodes of a file with the grammar: values come out, problems and places are noted.

What is broken is noted once and left out, so that the rest of the file is still read and checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile
from typing import Any, TypeAlias

from trialbook.errors import Level, Place, Problem
from trialbook.protocol import kinds
from trialbook.protocol.grammar import SECTIONS
from trialbook.protocol.kinds import ById, Either, Key, Kind, Many, Part, Phrase, Section, Texts, Word
from trialbook.protocol.model import Assumption
from trialbook.protocol.nodes import ListNode, MapNode, Node, ScalarNode
from trialbook.protocol.suggest import listed, nearest, suggest

KeyPath = tuple[str, ...]
"""Keys from the top of the file; an element of a list is `[0]`."""
Value: TypeAlias = Any
"""What a node means: its kind in the grammar says which type it has, and the builders of the study rely on that."""
Raw = dict[str, Value]
"""A section as read: every key of its grammar, None where absent without a default or broken."""

WITH_UNIT = (kinds.DURATION, kinds.EITHER_SIDE, kinds.QUANTITY, kinds.TOLERANCE, kinds.DOSE_DAY, kinds.PERCENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What a reading gathers beside the values."""

    file: str
    languages: tuple[str, ...] = ("en",)
    places: dict[KeyPath, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    assumptions: list[Assumption] = field(default_factory=list)

    def add(self, code: str, path: KeyPath, level: Level = "error", **values: str) -> None:
        """Note a problem at the place of a key, or of the nearest key around it."""
        self.problems.append(Problem(code=code, place=place_of(self.places, path), values=values, level=level))

    def add_at(self, code: str, node: Node, **values: str) -> None:
        """Note a problem at a node."""
        self.problems.append(Problem(code=code, place=self._place(node), values=values))

    def remember(self, path: KeyPath, node: Node) -> None:
        """Remember where a key stands."""
        self.places[path] = self._place(node)

    def _place(self, node: Node) -> Place:
        return Place(file=self.file, line=node.line, column=node.column)


def place_of(places: Mapping[KeyPath, Place], path: KeyPath) -> Place:
    """Return the place of a key, or of the nearest key around it."""
    while path and path not in places:
        path = path[:-1]
    return places.get(path, Place())


def take(node: Node, kind: Kind, path: KeyPath, notes: Notes) -> Value:
    """Return what a node means as a value of this kind; an empty one where it is broken."""
    while (inner := _unwrap(node, path, notes)) is not node:
        node = inner
    match kind:
        case Phrase() | Word():
            return _take_scalar(node, kind, path, notes)
        case Texts():
            return _take_text(node, path, notes)
        case Many():
            return _take_many(node, kind, path, notes)
        case ById():
            return _take_by_id(node, kind, path, notes)
        case Part():
            return take_part(node, SECTIONS[kind.section], path, notes)
        case Either():
            return _take_either(node, kind, path, notes)


def _unwrap(node: Node, path: KeyPath, notes: Notes) -> Node:
    """Return X of `{is: X, assumed: why}`, noting the assumption."""
    if not isinstance(node, MapNode):
        return node
    inner, why = node.get("is"), node.get("assumed")
    if inner is None or why is None:
        return node
    for key, _ in node.pairs:
        if key.text not in {"is", "assumed"}:
            _unknown_key(key, "an assumed value", ("is", "assumed"), notes)
    _assume(why, inner, path, notes)
    return inner


def _assume(why: Node, value: Node, path: KeyPath, notes: Notes) -> None:
    """Note an assumption; `true` gives no reason, `false` says that it is none."""
    if not isinstance(why, ScalarNode) or not why.text:
        notes.add_at("STUDY-13", why)
    elif why.text != "false":
        where = ".".join(takewhile(lambda key: not key.startswith("["), path))
        reason = "" if why.text == "true" else " ".join(why.text.split())
        notes.assumptions.append(Assumption(where=where, value=flow(value), why=reason))


def flow(node: Node) -> str:
    """Write a node on one line, without what is marked `assumed`; of a text in several languages the first."""
    if isinstance(node, ScalarNode):
        return " ".join(node.text.split())
    if isinstance(node, ListNode):
        return ", ".join(flow(item) for item in node.items)
    pairs = [(key.text, value) for key, value in node.pairs if key.text != "assumed"]
    if "en" in dict(pairs) and all(_rule(kinds.LANGUAGE.pattern).fullmatch(name) for name, _ in pairs):
        return flow(pairs[0][1])
    return ", ".join(f"{name}: {flow(value)}" for name, value in pairs)


def _take_scalar(node: Node, kind: Phrase | Word, path: KeyPath, notes: Notes) -> Value:
    notes.remember(path, node)
    if not isinstance(node, ScalarNode):
        notes.add_at("STUDY-08", node, found=_shape(node), wanted=_wanted(kind), example=_example(kind))
        return None
    if not node.text:
        notes.add_at("STUDY-10", node, key=_named(path), wanted=_wanted(kind), example=_example(kind))
        return None
    text = " ".join(node.text.split())
    if isinstance(kind, Word):
        return _take_word(text, node, kind, notes)
    value = kind.parse(text) if _rule(kind.pattern).fullmatch(text) else None
    if value is None:
        bare = kind in WITH_UNIT and _rule(kinds.NUMBER.pattern).fullmatch(text)
        code = "STUDY-07" if bare else "STUDY-06"
        notes.add_at(code, node, text=_short(text), wanted=kind.name, example=kind.example)
    return value


def _take_word(text: str, node: ScalarNode, kind: Word, notes: Notes) -> str | None:
    if text in kind.options:
        return text
    guess = suggest(text, kind.options)
    notes.add_at("STUDY-09", node, text=_short(text), words=listed(kind.options), did_you_mean=guess)
    return None


@cache
def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _take_text(node: Node, path: KeyPath, notes: Notes) -> dict[str, str]:
    """Return a text by language; a plain string is in the first language of the study."""
    if not isinstance(node, MapNode):
        text = _take_scalar(node, kinds.LINE, path, notes)
        return {} if text is None else {notes.languages[0]: text}
    notes.places.setdefault(path, Place(file=notes.file, line=node.line, column=node.column))
    texts: dict[str, str] = {}
    for key, value in node.pairs:
        if key.text == "assumed":
            _assume(value, node, path, notes)
        elif key.text in notes.languages:
            texts[key.text] = take(value, kinds.LINE, (*path, key.text), notes) or ""
        else:
            notes.add_at("STUDY-14", key, text=_short(key.text), languages=listed(notes.languages))
    if notes.languages[0] not in texts:
        notes.add("STUDY-15", path, language=notes.languages[0])
    return texts


def _take_many(node: Node, kind: Many, path: KeyPath, notes: Notes) -> tuple[Value, ...]:
    """Return the elements that could be read."""
    if not isinstance(node, ListNode):
        one = take(node, kind.of, path, notes)
        return () if one is None else (one,)
    notes.places.setdefault(path, Place(file=notes.file, line=node.line, column=node.column))
    values = [take(item, kind.of, (*path, f"[{number}]"), notes) for number, item in enumerate(node.items)]
    return tuple(value for value in values if value is not None)


def _take_by_id(node: Node, kind: ById, path: KeyPath, notes: Notes) -> dict[str, Value]:
    if isinstance(node, ScalarNode) and not node.text:
        return {}
    if not isinstance(node, MapNode):
        notes.add_at(
            "STUDY-08", node, found=_shape(node), wanted="a mapping of names", example=kind.key.example + ": ..."
        )
        return {}
    values: dict[str, Value] = {}
    for key, value in node.pairs:
        if key.text == "assumed" and not kind.codes:
            _assume(value, node, path, notes)
            continue
        if not _rule(kind.key.pattern).fullmatch(key.text) or kind.key.parse(key.text) is None:
            notes.add_at("STUDY-12", key, text=_short(key.text), wanted=kind.key.name, example=kind.key.example)
            continue
        notes.remember((*path, key.text), key)
        values[key.text] = take(value, kind.of, (*path, key.text), notes)
    return values


def _take_either(node: Node, kind: Either, path: KeyPath, notes: Notes) -> Value:
    shapes = {ScalarNode: kind.scalar, ListNode: kind.items, MapNode: kind.mapping}
    of = shapes[type(node)]
    if of is not None:
        return take(node, of, path, notes)
    known = next(shape for shape in shapes.values() if shape is not None)
    notes.add_at("STUDY-08", node, found=_shape(node), wanted=_wanted(known), example=_example(known))
    return None


def take_part(node: Node, section: Section, path: KeyPath, notes: Notes) -> Raw:
    """Return every key of a section: its value, its default, or None."""
    if isinstance(node, ScalarNode) and not node.text:
        node = MapNode(pairs=(), line=node.line, column=node.column)
    if not isinstance(node, MapNode):
        keys = listed((key.name for key in section.keys), most=4)
        notes.add_at(
            "STUDY-08", node, found=_shape(node), wanted=f"a mapping with keys such as {keys}", example="key: value"
        )
        return empty_part(section)
    notes.places.setdefault(path, Place(file=notes.file, line=node.line, column=node.column))
    raw = empty_part(section)
    present = {key.text for key, _ in node.pairs}
    for name, value in node.pairs:
        if name.text == "assumed":
            _assume(value, node, path, notes)
        elif (key := section.key(name.text)) is None:
            meant = _unknown_key(name, section.title, tuple(key.name for key in section.keys), notes)
            present.update(_as_if_written(meant, name, path, notes))
        else:
            notes.remember((*path, name.text), name)
            raw[key.name] = take(value, key.kind, (*path, key.name), notes)
            _check_company(name, key, present, section, notes)
    _check_presence(section, present, path, notes)
    return raw


def empty_part(section: Section) -> Raw:
    """Return a section in which nothing is written: defaults, sections that have to be there, and None."""
    return {key.name: _absent(key) for key in section.keys}


def _absent(key: Key) -> Value:
    if key.default is not None:
        silent = Notes(file="")
        return take(ScalarNode(text=key.default, line=0, column=0), key.kind, (), silent)
    if isinstance(key.kind, Part) and key.required:
        return empty_part(SECTIONS[key.kind.section])
    return None


def _check_company(name: ScalarNode, key: Key, present: set[str], section: Section, notes: Notes) -> None:
    """Note a key that means nothing beside its neighbours."""
    if key.only_with and not present.intersection(key.only_with) and present.intersection(section.one_of):
        notes.add_at("STUDY-11", name, key=key.name, others=" or ".join(key.only_with))


def _check_presence(section: Section, present: set[str], path: KeyPath, notes: Notes) -> None:
    """Note keys that have to be there and are not, and keys of which one too many is there."""
    for key in section.keys:
        if key.name not in present and (key.required or present.intersection(key.needed_with)):
            notes.add("STUDY-03", path, key=key.name, what=_titled(section, path), doc=key.doc, example=example_of(key))
    kinds_there = [name for name in section.one_of if name in present]
    if section.one_of and len(kinds_there) != 1:
        code = "STUDY-05" if kinds_there else "STUDY-04"
        notes.add(code, path, what=_titled(section, path), keys=listed(kinds_there or section.one_of))


def _unknown_key(name: ScalarNode, what: str, known: tuple[str, ...], notes: Notes) -> str | None:
    """Note a key that the section does not have; return the one that is probably meant."""
    guess = suggest(name.text, known)
    notes.add_at("STUDY-02", name, key=_short(name.text), what=what, did_you_mean=guess, keys=listed(known, most=20))
    return nearest(name.text, known)


def _as_if_written(meant: str | None, name: ScalarNode, path: KeyPath, notes: Notes) -> Iterator[str]:
    """Take a mistyped key for the one that is meant, so that it is not also told as missing."""
    if meant is not None and (*path, meant) not in notes.places:
        notes.remember((*path, meant), name)
        yield meant


def example_of(key: Key) -> str:
    """Return a line that shows how a key is written."""
    return f"{key.name}: {_example(key.kind)}"


def _example(kind: Kind) -> str:  # noqa: PLR0911 - one return a kind
    match kind:
        case Phrase():
            return kind.example
        case Word():
            return kind.options[0]
        case Texts():
            return "a text"
        case Many():
            return f"[{_example(kind.of)}]"
        case ById():
            return f"{{{kind.key.example}: ...}}"
        case Part():
            return "{...}"
        case Either():
            return _example(next(shape for shape in (kind.scalar, kind.items, kind.mapping) if shape is not None))


def _wanted(kind: Kind) -> str:
    match kind:
        case Phrase():
            return kind.name
        case Word():
            return f"one of {listed(kind.options)}"
        case Many():
            return "a list"
        case Texts():
            return "a text"
        case _:
            return "a mapping"


def _shape(node: Node) -> str:
    if isinstance(node, ScalarNode):
        return f"the text “{_short(node.text)}”"
    return "a list" if isinstance(node, ListNode) else "a mapping"


def _titled(section: Section, path: KeyPath) -> str:
    return f"{section.title} “{path[-1]}”" if len(path) > 1 else section.title


def _named(path: KeyPath) -> str:
    return path[-1] if path else ""


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
