"""Read a wording file: YAML with line and column, and every mistake told at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from trialbook.errors import Place, Problem
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Item, Study
from trialbook.protocol.nodes import ListNode, MapNode, Node, ScalarNode, parse_nodes
from trialbook.protocol.suggest import listed, suggest
from trialbook.web.wordings import (
    FormWords,
    Permission,
    Question,
    Screen,
    codes_of,
    is_line,
    items_of,
    names_in,
    needs_permission,
)

LANGUAGE = "1"
"""Version of the language of wording files."""

KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "the file": (
            "trialbook-wording", "instrument", "form", "language", "version", "source", "permission", "title",
            "instructions", "recall", "notice", "declined", "choices", "items", "screens",
        ),
        "permission": ("granted_by", "on", "covers"),
        "an item": ("text", "choices", "low", "high", "hint"),
        "a screen": ("stem", "items"),
    }
)  # fmt: skip
"""Every key of the language, by where it stands."""


def parse_words(
    text: str, *, file: str, name: str, language: str, study: Study
) -> tuple[FormWords | None, tuple[Problem, ...]]:
    """Read the text of a wording file whose name says what it words in which language; never raises."""
    top, problems = parse_nodes(text, file=file)
    if top is None:
        return None, problems
    items = items_of(name, study)
    if items is None:
        known = names_in(study)
        values = {"name": name, "near": suggest(name, known), "known": listed(known)}
        return None, (Problem(code="WORDS-02", place=Place(file=file, line=1, column=1), values=values),)
    reader = Reader(file=file, name=name, items=items, study=study)
    words = reader.words(top, language, hashlib.sha256(text.encode()).hexdigest())
    in_order = sorted(reader.problems, key=lambda problem: (problem.place.line or 0, problem.place.column or 0))
    return (None if in_order else words), tuple(in_order)


class Reader:
    """Takes the nodes of one file apart; what cannot be read is added to `problems`."""

    def __init__(self, *, file: str, name: str, items: Mapping[str, Item], study: Study) -> None:
        self.file = file
        self.name = name
        self.items = items
        self.study = study
        self.problems: list[Problem] = []

    def words(self, top: MapNode, language: str, digest: str) -> FormWords:
        """Read the file as a whole."""
        values = self.keys(top, "the file")
        self._check_names(top, values, language)
        lists = {key.text: self.answers(node, key.text) for key, node in self.pairs(values.get("choices"), "choices")}
        questions = self._questions(top, values.get("items"), lists)
        return FormWords(
            name=self.name,
            language=language,
            title=self.filled(top, values, "title"),
            version=self._of_licensed(top, values, "version"),
            source=self._of_licensed(top, values, "source"),
            permission=self._permission(top, values),
            instructions=self.text(values.get("instructions"), "instructions"),
            recall=self.text(values.get("recall"), "recall"),
            notice=self.text(values.get("notice"), "notice"),
            declined=self._declined(values.get("declined")),
            questions=MappingProxyType(questions),
            screens=tuple(self._screens(values.get("screens"), questions)),
            file=self.file,
            digest=digest,
        )

    # ---- nodes --------------------------------------------------------------------------------------------------

    def fault(self, code: str, node: Node, /, **values: str) -> None:
        """Add a problem at a node."""
        place = Place(file=self.file, line=node.line, column=node.column)
        self.problems.append(Problem(code=code, place=place, values=values))

    def keys(self, node: Node, where: str) -> dict[str, Node]:
        """Return the values of a mapping by key, after telling the unknown ones."""
        known = KEYS[where]
        found = list(self.pairs(node, where))
        for key, _ in found:
            if key.text not in known:
                near = suggest(key.text, known)
                self.fault("WORDS-03", key, where=where.capitalize(), key=key.text, near=near, known=listed(known, 20))
        return {key.text: value for key, value in found if key.text in known}

    def pairs(self, node: Node | None, what: str) -> Iterator[tuple[ScalarNode, Node]]:
        """Yield keys and values of a mapping; nothing where it is absent or something else."""
        if isinstance(node, MapNode):
            yield from node.pairs
        elif node is not None:
            self.fault("WORDS-04", node, what=what.capitalize(), expected="a mapping of keys and values")

    def text(self, node: Node | None, what: str) -> str:
        """Return a text, empty where it is absent or something else."""
        if isinstance(node, ScalarNode):
            return node.text
        if node is not None:
            self.fault("WORDS-04", node, what=what, expected="a text")
        return ""

    def filled(self, around: Node, values: Mapping[str, Node], key: str) -> str:
        """Return the text of a key that must not be empty."""
        text = self.text(values.get(key), key)
        if not text and not isinstance(values.get(key), ListNode | MapNode):
            self.fault("WORDS-05", values.get(key, around), what=key)
        return text

    def _of_licensed(self, top: Node, values: Mapping[str, Node], key: str) -> str:
        """Return the text of a key that must not be empty for a published instrument."""
        return self.filled(top, values, key) if self.name in CATALOG else self.text(values.get(key), key)

    def answers(self, node: Node, what: str) -> dict[str, str]:
        """Return codes with their answers; an empty one is told."""
        found = {key.text: (self.text(value, key.text), value) for key, value in self.pairs(node, what)}
        for code, (text, value) in found.items():
            if not text and isinstance(value, ScalarNode):
                self.fault("WORDS-05", value, what=f"{what}, answer {code}")
        return {code: text for code, (text, _) in found.items()}

    # ---- the head of the file -----------------------------------------------------------------------------------

    def _check_names(self, top: MapNode, values: Mapping[str, Node], language: str) -> None:
        """Tell where the file speaks of something else than its name does."""
        own = "instrument" if self.name in CATALOG else "form"
        for key, named in (("trialbook-wording", LANGUAGE), (own, self.name), ("language", language)):
            node = values.get(key)
            said = self.filled(top, values, key)
            if node is not None and said and said != named:
                self.fault("WORDS-14", node, key=key, said=said, named=named)

    def _permission(self, top: MapNode, values: Mapping[str, Node]) -> Permission | None:
        """Read who permitted the use; told where the licence asks for it and it is not said."""
        node = values.get("permission")
        found = self.keys(node, "permission") if node is not None else {}
        given = {key: self.text(found.get(key), key) for key in KEYS["permission"]}
        if given["on"] and not is_day(given["on"]):
            self.fault("WORDS-11", found["on"], text=given["on"])
        if given["granted_by"] and given["on"]:
            return Permission(**given)
        if needs_permission(self.name):
            self.fault("WORDS-10", node or top, name=self.name, licence=CATALOG[self.name].licence)
        return None

    def _declined(self, node: Node | None) -> str | None:
        """Read the missing-data code of an answer that somebody prefers not to give."""
        code = self.text(node, "declined")
        if node is not None and code and code not in self.study.missing:
            self.fault("WORDS-15", node, code=code, known=listed(self.study.missing))
        return code or None

    # ---- items and screens --------------------------------------------------------------------------------------

    def _questions(
        self, top: MapNode, node: Node | None, lists: Mapping[str, Mapping[str, str]]
    ) -> dict[str, Question]:
        """Read the words of every item; absent and unknown ones are told."""
        found = dict(self.pairs(node, "items"))
        questions: dict[str, Question] = {}
        for key, value in found.items():
            if key.text in self.items:
                questions[key.text] = self._question(key, value, lists)
            else:
                near = suggest(key.text, self.items)
                known = listed(self.items)
                self.fault("WORDS-07", key, item=key.text, name=self.name, near=near, known=known)
        absent = [item for item in self.items if item not in questions]
        if absent:
            self.fault("WORDS-06", node or top, count=str(len(absent)), items=listed(absent))
        return questions

    def _question(self, key: ScalarNode, node: Node, lists: Mapping[str, Mapping[str, str]]) -> Question:
        """Read the words of one item."""
        item = self.items[key.text]
        values = self.keys(node, "an item")
        if not self.text(values.get("text"), "text"):
            self.fault("WORDS-05", values.get("text", key), what=key.text)
        choices = self._choices(key, values.get("choices"), lists)
        ends = [self.text(values.get(end), end) for end in ("low", "high")]
        if is_line(self.name, item) and not all(ends):
            self.fault("WORDS-13", key, item=key.text)
        return Question(
            text=self.text(values.get("text"), "text"),
            choices=choices,
            low=ends[0],
            high=ends[1],
            hint=self.text(values.get("hint"), "hint"),
        )

    def _choices(self, key: ScalarNode, node: Node | None, lists: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
        """Read the answers of an item, or the list that it names; they have to match its codes."""
        codes = codes_of(self.items[key.text])
        if isinstance(node, ScalarNode) and node.text not in lists:
            near = suggest(node.text, lists)
            self.fault("WORDS-09", node, name=node.text, near=near, known=listed(lists))
            return {}
        given: Mapping[str, str] = {}
        if node is not None:
            given = lists[node.text] if isinstance(node, ScalarNode) else self.answers(node, key.text)
        absent, unknown = [code for code in codes if code not in given], [code for code in given if code not in codes]
        if absent or unknown:
            values = {"absent": listed(absent), "unknown": listed(unknown), "codes": listed(codes)}
            self.fault("WORDS-08", node or key, item=key.text, **values)
        return MappingProxyType({code: given[code] for code in codes if code in given})

    def _screens(self, node: Node | None, questions: Mapping[str, Question]) -> Iterator[Screen]:
        """Yield the screens in the order of the form: those that the file makes, and one for each other item."""
        if node is not None and not isinstance(node, ListNode):
            self.fault("WORDS-04", node, what="screens", expected="a list of screens")
        made: dict[str, Screen] = {}
        taken: set[str] = set()
        for entry in node.items if isinstance(node, ListNode) else ():
            screen = self._screen(entry, taken, questions)
            made.update({screen.items[0]: screen} if screen is not None else {})
        for item in self.items:
            if item in made or item not in taken:
                yield made.get(item, Screen(items=(item,)))

    def _screen(self, node: Node, taken: set[str], questions: Mapping[str, Question]) -> Screen | None:
        """Read one screen; None where its items cannot stand together."""
        values = self.keys(node, "a screen")
        listing = values.get("items")
        nodes = listing.items if isinstance(listing, ListNode) else ()
        items = tuple(self.text(one, "items") for one in nodes)
        why = self._against(items, taken, questions)
        if why:
            self.fault("WORDS-12", listing or node, item=next(iter(items), ""), why=why)
            return None
        taken.update(items)
        return Screen(items=items, stem=self.text(values.get("stem"), "stem"))

    def _against(self, items: tuple[str, ...], taken: set[str], questions: Mapping[str, Question]) -> str:
        """Say why items cannot stand on one screen; empty where they can."""
        order = list(self.items)
        unknown = [item for item in items if item not in self.items]
        if not items:
            return "it has no items"
        if unknown:
            return f"{listed(unknown)} is no item"
        if taken & set(items) or len(set(items)) < len(items):
            return "an item stands on two screens"
        start = order.index(items[0])
        if tuple(order[start : start + len(items)]) != items:
            return "its items do not follow each other in the form"
        if any(item not in questions for item in items):
            return "an item of it has no words"
        return ""


def is_day(text: str) -> bool:
    """Tell whether a text is a day of the calendar, `2026-03-14`."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
