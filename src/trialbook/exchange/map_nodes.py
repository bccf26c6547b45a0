"""The keys of a map file, and how its nodes are read; what does not fit is told with line and column."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from trialbook.errors import Place, Problem
from trialbook.exchange.mapping import Reading, StatusName
from trialbook.protocol.nodes import ListNode, MapNode, Node, ScalarNode
from trialbook.protocol.suggest import listed, suggest

LANGUAGE = "1"
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}

KEYS: Mapping[str, tuple[str, ...]] = {
    "the map": ("trialbook-map", "study", "participant", "visit", "blank", "files"),
    "a file": (
        "file", "sheet", "separator", "header row", "participant", "visit", "repeat", "blank", "decimal", "screen",
        "enrol", "complete", "withdraw", "columns", "long", "ignore",
    ),
    "participant": ("column", "pattern"),
    "visit": ("column", "codes", "unscheduled"),
    "a column": ("to", "into", "split", "visit", "unit", "codes", "blank", "repeat", "decimal"),
    "a part": ("to", "visit", "unit", "codes", "blank", "decimal"),
    "long": ("name", "value", "unit", "items", "ignore", "blank", "decimal"),
    "an item": ("to", "visit", "unit", "codes", "blank", "decimal"),
    "unit": ("column", "codes"),
    "screen": ("where", "unless", "date", "or"),
    "enrol": ("where", "unless", "date", "or"),
    "complete": ("where", "unless", "date", "or"),
    "withdraw": ("where", "unless", "date", "or", "reason"),
    "reason": ("first of",),
}  # fmt: skip
"""Every key of the language, by where it stands."""

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "the map": ("trialbook-map", "study", "files"),
    "a file": ("file",),
    "participant": ("column",),
    "a part": ("to",),
    "an item": ("to",),
    "long": ("name", "value", "items"),
    "unit": ("column",),
    "reason": ("first of",),
}

STATUSES: tuple[StatusName, ...] = ("screen", "enrol", "complete", "withdraw")


class Nodes:
    """Takes nodes apart; what cannot be read is added to `problems`."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def place(self, node: Node) -> Place:
        """Return where a node stands."""
        return Place(file=self.file, line=node.line, column=node.column)

    def fault(self, code: str, node: Node, **values: str) -> None:
        """Add a problem at a node."""
        self.problems.append(Problem(code=code, place=self.place(node), values=values))

    def keys(self, node: Node, where: str) -> dict[str, Node]:
        """Return the values of a mapping by key, after telling unknown and absent keys."""
        if not isinstance(node, MapNode):
            self.fault("MAP-03", node, what=where, expected="keys with values, such as {column: VISIT}")
            return {}
        for name, _ in node.pairs:
            if name.text not in KEYS[where]:
                near = suggest(name.text, KEYS[where])
                self.fault("MAP-01", name, key=name.text, where=where, near=near, known=listed(KEYS[where], 20))
        values = {key.text: value for key, value in node.pairs if key.text in KEYS[where]}
        for key in REQUIRED.get(where, ()):
            if key not in values:
                self.fault("MAP-02", node, key=key, where=where)
        return values

    def text(self, node: Node | None, what: str) -> str | None:
        """Return a single text, None where the key is absent or holds something else."""
        if node is None:
            return None
        if not isinstance(node, ScalarNode) or not node.text:
            self.fault("MAP-03", node, what=what, expected="a single text")
            return None
        return node.text

    def texts(self, node: Node | None, what: str) -> tuple[str, ...]:
        """Return one text or a list of them."""
        if node is None:
            return ()
        nodes = node.items if isinstance(node, ListNode) else (node,)
        return tuple(text for item in nodes if (text := self.text(item, what)) is not None)

    def pairs(self, node: Node | None, what: str) -> dict[str, tuple[ScalarNode, Node]]:
        """Return the entries of a mapping whose keys are the user's own."""
        if node is None:
            return {}
        if not isinstance(node, MapNode):
            self.fault("MAP-03", node, what=what, expected="keys with values")
            return {}
        return {key.text: (key, value) for key, value in node.pairs}

    def codes(self, node: Node | None) -> Mapping[str, str]:
        """Return foreign texts with what they stand for."""
        found = {name: self.text(value, "codes") for name, (_, value) in self.pairs(node, "codes").items()}
        return {name: text for name, text in found.items() if text is not None}

    def word(self, node: Node | None, what: str, known: Collection[str]) -> str | None:
        """Return a text that must be one of a few words."""
        text = self.text(node, what)
        if node is not None and text is not None and text not in known:
            self.fault("MAP-04", node, what=what, text=text, known=listed(f"“{word}”" for word in known))
            return None
        return text

    def reading(self, values: Mapping[str, Node], under: Reading) -> Reading:
        """Return how texts are read here, given how they are read around it; the codes are this place's own."""
        decimal = self.word(values.get("decimal"), "decimal", ("comma", "point"))
        return Reading(
            blank=under.blank + self.texts(values.get("blank"), "blank"),
            codes=self.codes(values.get("codes")),
            decimal_comma=under.decimal_comma if decimal is None else decimal == "comma",
        )
