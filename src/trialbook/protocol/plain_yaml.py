"""Write nested texts as YAML that reads well: short mappings on one line, quotes only where they are needed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

Tree = str | list["Tree"] | dict[str, "Tree"]

WIDTH = 110
BEGINS = r"(?:[^\W_]|[(/<]|-[0-9])"
"""Signs with which no YAML reader takes a text for anything else."""
IN_BLOCK = re.compile(BEGINS + r"(?:[^\s:#\"=&|!]|:(?! |$)|#| (?![ #]))*")
IN_FLOW = re.compile(BEGINS + r"(?:[^\s:#,\[\]{}\"=&|!]|:(?![ ,\[\]{}]|$)|#| (?![ #]))*")


def write_yaml(tree: Mapping[str, Tree]) -> str:
    """Write a mapping as the text of a file; a blank line stands between its keys."""
    return "\n\n".join("\n".join(_lines(key, value, 0)) for key, value in tree.items()) + "\n"


def write_scalar(text: str) -> str:
    """Write a text so that it can stand behind a colon, with quotes only where they are needed."""
    return _scalar(text, IN_BLOCK)


def _lines(key: str, value: Tree, level: int) -> Iterator[str]:
    """Yield the lines of a key: one, where they fit and the key is not one of the sections."""
    begin = f"{'  ' * level}{_scalar(key, IN_FLOW)}:"
    line = f"{begin} {_block(value)}"
    if isinstance(value, str) or not value or (level > 0 and len(line) <= WIDTH):
        yield line
    elif isinstance(value, dict):
        yield begin
        for name, inner in value.items():
            yield from _lines(name, inner, level + 1)
    else:
        yield begin
        for item in value:
            yield f"{'  ' * (level + 1)}- {_block(item)}"


def _block(value: Tree) -> str:
    """Write a value behind a colon or a dash."""
    return write_scalar(value) if isinstance(value, str) else _flow(value)


def _flow(value: Tree) -> str:
    """Write a value within brackets or braces."""
    if isinstance(value, str):
        return _scalar(value, IN_FLOW)
    if isinstance(value, list):
        return f"[{', '.join(_flow(item) for item in value)}]"
    return f"{{{', '.join(f'{_scalar(key, IN_FLOW)}: {_flow(inner)}' for key, inner in value.items())}}}"


def _scalar(text: str, plain: re.Pattern[str]) -> str:
    """Write a text without quotes where that is safe, else in single quotes, else with escapes in double quotes."""
    if not text.isprintable():
        return f'"{"".join(_escaped(character) for character in text)}"'
    if plain.fullmatch(text) and not text.endswith(" "):
        return text
    return "'" + text.replace("'", "''") + "'"


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
