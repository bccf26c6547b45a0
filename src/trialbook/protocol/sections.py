"""Read a file whose sections lead to others, by a grammar of its own: a scenario, an appraisal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialbook.protocol.kinds import ById, Kind, Part, Section
from trialbook.protocol.nodes import MapNode, Node, ScalarNode
from trialbook.protocol.reading import KeyPath, Notes, Raw, take, take_part

Grammar = Mapping[str, Section]
"""Name of a section -> its keys."""


def read_section(node: Node, name: str, path: KeyPath, notes: Notes, grammar: Grammar) -> Raw:
    """Return every key of a section: its value, its default, or None; what is broken is noted."""
    section = grammar[name]
    if not isinstance(node, MapNode):
        return take_part(node, section, path, notes)
    inner = {key.name: key.kind for key in section.keys if leads_on(key.kind)}
    plain = tuple(pair for pair in node.pairs if pair[0].text not in inner)
    raw = take_part(MapNode(pairs=plain, line=node.line, column=node.column), section, path, notes)
    for key, value in node.pairs:
        if key.text in inner:
            notes.remember((*path, key.text), key)
            raw[key.text] = _read_inner(value, inner[key.text], (*path, key.text), notes, grammar)
    return raw


def empty_section(name: str, grammar: Grammar) -> Raw:
    """Return a section in which nothing is written: its defaults."""
    return read_section(MapNode(pairs=(), line=0, column=0), name, (), Notes(file=""), grammar)


def leads_on(kind: Kind) -> bool:
    """Tell whether a kind leads to another section."""
    return isinstance(kind, Part) or (isinstance(kind, ById) and isinstance(kind.of, Part))


def _read_inner(node: Node, kind: Kind, path: KeyPath, notes: Notes, grammar: Grammar) -> Any:  # noqa: ANN401 - as the grammar says
    """Return a section, or sections by name."""
    if isinstance(kind, Part):
        return read_section(node, kind.section, path, notes, grammar)
    if not isinstance(kind, ById) or not isinstance(kind.of, Part):
        raise TypeError(f"{kind} leads to no section")
    if not isinstance(node, MapNode):
        return take(node, kind, path, notes) or {}
    sections = {}
    for key, value in node.pairs:
        name = ScalarNode(text=key.text, line=key.line, column=key.column)
        if take(name, kind.key, (*path, key.text), notes) is not None:
            sections[key.text] = read_section(value, kind.of.section, (*path, key.text), notes, grammar)
    return sections
