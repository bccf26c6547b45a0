"""The copy of a study file that a rehearsal works with: the same file, in which the data are invented."""

from __future__ import annotations

import re

from trialbook.errors import Place, Problem, StudyFileError
from trialbook.protocol.nodes import MapNode, Node, ScalarNode, parse_nodes

INVENTED = "invented"
HEAD = "# A rehearsal made by `trialbook rehearse`: every participant is invented, and nobody is to be enrolled here.\n"
LINE_END = re.compile("\r\n|\r|\n")
"""What ends a line for a reader of YAML 1.2."""
WRITTEN = re.compile(r"'[^']*'|\"[^\"]*\"|[A-Za-z]+")
"""A word, in quotes or not."""


def invented_copy(text: str, *, file: str) -> str:
    """Return the text of a study file with `data: invented` and a line at its head; all else stays as it is.

    StudyFileError where the file does not say in a word whether its data are real.
    """
    place = place_of_data(text, file=file)
    begin = start_of(text, place.line, place.column)
    found = WRITTEN.match(text, begin)
    if found is None or found[0].strip("'\"") != place.text:
        raise StudyFileError([unclear(file, place)])
    return HEAD + text[:begin] + INVENTED + text[found.end() :]


def place_of_data(text: str, *, file: str) -> ScalarNode:
    """Return the word that says whether the data are real, with its place in the text."""
    top, problems = parse_nodes(text, file=file)
    if top is None:
        raise StudyFileError(problems)
    study = top.get("study")
    node: Node | None = study.get("data") if isinstance(study, MapNode) else None
    if isinstance(node, MapNode):
        node = node.get("is")
    if not isinstance(node, ScalarNode) or node.text not in {"real", INVENTED}:
        raise StudyFileError([unclear(file, node)])
    return node


def unclear(file: str, node: Node | None) -> Problem:
    """Say that a file does not tell in one place whether its data are real."""
    place = Place(file=file) if node is None else Place(file=file, line=node.line, column=node.column)
    return Problem(code="SCEN-22", place=place)


def start_of(text: str, line: int, column: int) -> int:
    """Return where a 1-based line and column stand in a text."""
    begin = 0
    for _ in range(line - 1):
        found = LINE_END.search(text, begin)
        begin = len(text) if found is None else found.end()
    return begin + column - 1


def is_rehearsal(text: str) -> bool:
    """Tell whether a study file is the copy of a rehearsal."""
    if not text.startswith(HEAD):
        return False
    try:
        return place_of_data(text, file="").text == INVENTED
    except StudyFileError:
        return False
