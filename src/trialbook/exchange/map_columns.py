"""Read what the columns of a file mean: `columns`, `long`, and the targets, units and parts in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trialbook.exchange.map_nodes import Nodes
from trialbook.exchange.mapping import COUNT, ColumnRule, LongRule, Reading, Target, UnitRule
from trialbook.protocol.nodes import ListNode, Node, ScalarNode


def read_columns(nodes: Nodes, node: Node | None, under: Reading) -> Iterator[ColumnRule]:
    """Read the columns of a file."""
    for key, value in nodes.pairs(node, "columns").values():
        rule = _column(nodes, key, value, under)
        if rule is not None:
            yield rule


def _column(nodes: Nodes, key: ScalarNode, node: Node, under: Reading) -> ColumnRule | None:
    """Read `form.item`, or what a column holds in full."""
    values: dict[str, Node] = {"to": node} if isinstance(node, ScalarNode) else nodes.keys(node, "a column")
    if not values:
        return None
    reading = nodes.reading(values, under)
    split = nodes.text(values.get("split"), "split")
    if isinstance(values.get("split"), ScalarNode) and split is None:
        return None
    counted = nodes.word(values.get("repeat"), "repeat", (COUNT,)) == COUNT
    _shape(nodes, key, values)
    return ColumnRule(
        place=nodes.place(key),
        header=key.text,
        targets=tuple(_column_targets(nodes, values, reading)),
        split=split,
        counted=counted,
        reading=Reading(blank=reading.blank),
    )


def _shape(nodes: Nodes, key: ScalarNode, values: Mapping[str, Node]) -> None:
    """Tell where `to`, `into`, `split` and `repeat` do not go together."""
    has = {name: name in values for name in ("to", "into", "split", "repeat")}
    if has["to"] == has["into"]:
        nodes.fault("MAP-07", key, column=key.text, why="it needs either `to` or `into`")
    elif has["into"] and not has["split"]:
        nodes.fault("MAP-07", key, column=key.text, why="`into` needs `split`, the text between the parts")
    elif has["split"] and not has["into"] and not has["repeat"]:
        nodes.fault("MAP-07", key, column=key.text, why="`split` needs `into`, or `repeat: count`")
    elif has["into"] and has["repeat"]:
        nodes.fault("MAP-07", key, column=key.text, why="`into` and `repeat: count` do not go together")


def _column_targets(nodes: Nodes, values: Mapping[str, Node], reading: Reading) -> Iterator[Target]:
    """Read the one target of a column, or those of its parts."""
    if "to" in values:
        target = _target(nodes, values, reading)
        if target is not None:
            yield target
        return
    into = values.get("into")
    if into is None:
        return
    if not isinstance(into, ListNode):
        nodes.fault("MAP-03", into, what="into", expected="a list of parts, such as [{to: form.item, visit: week 4}]")
        return
    for part in into.items:
        inner: dict[str, Node] = {"to": part} if isinstance(part, ScalarNode) else nodes.keys(part, "a part")
        target = _target(nodes, inner, nodes.reading(inner, reading))
        if target is not None:
            yield target


def _target(nodes: Nodes, values: Mapping[str, Node], reading: Reading, unit: UnitRule | None = None) -> Target | None:
    """Read which item is answered, at which visit and in which unit."""
    node = values.get("to")
    text = nodes.text(node, "to")
    if node is None or text is None:
        return None
    form, dot, item = text.partition(".")
    if not dot or not item:
        nodes.fault("MAP-03", node, what="to", expected="an item, written form.item")
        return None
    own = _unit(nodes, values["unit"]) if "unit" in values else unit
    visit = nodes.text(values.get("visit"), "visit")
    return Target(place=nodes.place(node), form=form, item=item, visit=visit, unit=own, reading=reading)


def _unit(nodes: Nodes, node: Node) -> UnitRule | None:
    """Read `U/L`, or a column with codes."""
    if isinstance(node, ScalarNode):
        return UnitRule(place=nodes.place(node), fixed=node.text) if node.text else None
    values = nodes.keys(node, "unit")
    column = nodes.text(values.get("column"), "column")
    return UnitRule(place=nodes.place(node), column=column, codes=nodes.codes(values.get("codes")))


def read_long(nodes: Nodes, node: Node, under: Reading) -> LongRule | None:
    """Read which column names the item and which holds its value."""
    values = nodes.keys(node, "long")
    reading = nodes.reading(values, under)
    unit = _unit(nodes, values["unit"]) if "unit" in values else None
    items: dict[str, Target] = {}
    for name, (_, value) in nodes.pairs(values.get("items"), "items").items():
        inner: dict[str, Node] = {"to": value} if isinstance(value, ScalarNode) else nodes.keys(value, "an item")
        target = _target(nodes, inner, nodes.reading(inner, reading), unit)
        if target is not None:
            items[name] = target
    names, value_column = nodes.texts(values.get("name"), "name"), nodes.text(values.get("value"), "value")
    ignore = frozenset(nodes.texts(values.get("ignore"), "ignore"))
    for name in ignore & set(items):
        nodes.fault("MAP-08", values["ignore"], name=name)
    if not names or value_column is None:
        return None
    return LongRule(place=nodes.place(node), names=names, value=value_column, items=items, ignore=ignore)
