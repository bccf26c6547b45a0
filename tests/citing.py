"""Which tests name which numbers of a list: in their docstring, or through a requirement of the head of their file.

The lists are those of `asvs`, `requirements` and `web.behaviours`, each with the pattern of its own numbers.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

TESTS = Path(__file__).parent
HEADING = re.compile(r"\b[A-Z]+(?:-[A-Z]+)*-\d+\b")
"""Name of a requirement at the head of a file of tests."""


def named_in(source: str, number: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield each test of a module with each number that it names, by itself or through the head of the module."""
    tree = ast.parse(source)
    said = headings(ast.get_docstring(tree) or "", number)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            # `test_rating_02_...` names RATING-02
            words = f"{node.name.removeprefix('test_').upper().replace('_', '-')} {ast.get_docstring(node) or ''}"
            cited = (found for name in HEADING.findall(words) for found in said.get(name, ()))
            yield from ((node.name, found) for found in (*number.findall(words), *cited))


def headings(docstring: str, number: re.Pattern[str]) -> Mapping[str, list[str]]:
    """Return the numbers that each requirement of a module's head names."""
    parts = re.split(rf"^({HEADING.pattern}):", docstring, flags=re.MULTILINE)
    return {name: number.findall(words) for name, words in zip(parts[1::2], parts[2::2], strict=True)}


def tests_naming(number: re.Pattern[str]) -> Mapping[str, tuple[str, ...]]:
    """Return, for each number, the tests that name it: the file below the folder of tests, and the function."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted(TESTS.rglob("test_*.py")):
        for test, one in named_in(file.read_text(encoding="utf-8"), number):
            found[one].add(f"{file.relative_to(TESTS).as_posix()}::{test}")
    return {one: tuple(sorted(tests)) for one, tests in found.items()}


def files_naming(number: re.Pattern[str]) -> Mapping[str, tuple[str, ...]]:
    """Return, for each number, the files of the tests that name it, below the folder of tests."""
    named = tests_naming(number).items()
    return {one: tuple(sorted({test.partition("::")[0] for test in tests})) for one, tests in named}


def told(files: tuple[str, ...], reason: str) -> str:
    """Write the cell of a table that says which files show a row, and why none does or not all of it."""
    links = " · ".join(f"[{file}](../../tests/{file})" for file in files)
    return links + ("<br>" if links and reason else "") + reason
