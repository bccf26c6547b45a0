"""Match the nodes of an appraisal file with its grammar, as a study file is matched with its own."""

from __future__ import annotations

from typing import Any

from trialbook.analysis.appraisal.grammar import SECTIONS
from trialbook.protocol.kinds import ById, Kind, Part
from trialbook.protocol.nodes import MapNode, Node, ScalarNode
from trialbook.protocol.reading import KeyPath, Notes, Raw, take, take_part


def read_section(node: Node, name: str, path: KeyPath, notes: Notes) -> Raw:
    """Return every key of a section: its value, its default, or None; what is broken is noted."""
    section = SECTIONS[name]
    if not isinstance(node, MapNode):
        return take_part(node, section, path, notes)
    inner = {key.name: key.kind for key in section.keys if _leads_on(key.kind)}
    plain = tuple(pair for pair in node.pairs if pair[0].text not in inner)
    raw = take_part(MapNode(pairs=plain, line=node.line, column=node.column), section, path, notes)
    for key, value in node.pairs:
        if key.text in inner:
            notes.remember((*path, key.text), key)
            raw[key.text] = _read_inner(value, inner[key.text], (*path, key.text), notes)
    return raw


def _leads_on(kind: Kind) -> bool:
    return isinstance(kind, Part) or (isinstance(kind, ById) and isinstance(kind.of, Part))


def _read_inner(node: Node, kind: Kind, path: KeyPath, notes: Notes) -> Any:  # noqa: ANN401 - as the grammar says
    """Return a section, or sections by name."""
    if isinstance(kind, Part):
        return read_section(node, kind.section, path, notes)
    if not isinstance(kind, ById) or not isinstance(kind.of, Part):
        raise TypeError(f"{kind} leads to no section")
    if not isinstance(node, MapNode):
        return take(node, kind, path, notes) or {}
    sections = {}
    for key, value in node.pairs:
        name = ScalarNode(text=key.text, line=key.line, column=key.column)
        if take(name, kind.key, (*path, key.text), notes) is not None:
            sections[key.text] = read_section(value, kind.of.section, (*path, key.text), notes)
    return sections
