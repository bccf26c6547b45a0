"""What OWASP's standard for the security of web applications asks for, our answer, and the tests that show it.

Rows of the Application Security Verification Standard 5.0 by their numbers, in our own words: level 2 whole, level 3
for authorisation, logging and formulas in spreadsheets. A test shows a row where its docstring names it
(`ASVS-V6.2.1`), or where it names a requirement of the head of its file that does. Writes the page of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tests.asvs_rows import CHAPTERS, ROWS, WHOLE
from tests.citing import TESTS, files_naming, told

PAGE = TESTS.parent / "docs" / "reference" / "security.md"
NUMBER = re.compile(r"\bASVS-V(\d+\.\d+\.\d+)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Something that is asked for."""

    number: str
    level: int
    words: str
    reason: str = ""
    """Why no test shows it, or not all of it."""

    @property
    def chapter(self) -> int:
        """Number of its chapter."""
        return int(self.number.partition(".")[0])


def rows(text: str = ROWS) -> tuple[Row, ...]:
    """Read the rows: number, level, words, and behind a bar the reason."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        number, level, said = line.split(" ", 2)
        words, _, reason = said.partition(" | ")
        found.append(Row(number=number, level=int(level), words=words, reason=reason))
    return tuple(found)


@cache
def shown_by() -> Mapping[str, tuple[str, ...]]:
    """Return, for each number, the files of the tests that name it, below the folder of tests."""
    return files_naming(NUMBER)


def unanswered(shown: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the rows that have neither a test nor a reason."""
    return [one.number for one in rows() if one.number not in shown and not one.reason]


def page() -> str:
    """Return the page of the table."""
    shown, lines = shown_by(), [HEAD]
    for number, title in CHAPTERS.items():
        lines += [f"\n## {number} {title}\n"]
        if number in WHOLE:
            lines += [WHOLE[number]]
            continue
        lines += ["| | level | what is asked for | answer |", "|---|---|---|---|"]
        lines += [line(one, shown.get(one.number, ())) for one in rows() if one.chapter == number]
    return "\n".join(lines) + "\n"


def line(one: Row, files: tuple[str, ...]) -> str:
    """Return the line of one row."""
    return f"| {one.number} | {one.level} | {one.words} | {told(files, one.reason)} |"


HEAD = """# Security of the site, row by row

What the [OWASP Application Security Verification Standard 5.0](https://github.com/OWASP/ASVS) asks of a web
application: level 2 whole; of level 3 what concerns authorisation, logging, and formulas in spreadsheets. Numbers are
those of the standard, words are ours: read there what is meant exactly. A row has a test that fails where the site does
not do it, or says why it has none, or what is left to whoever runs the site. This is a list of what the program does,
made by its own test run; nobody else has assessed it. `grep -rn "ASVS-V6.2.1" tests` finds the tests of a row. Written
by `PYTHONPATH=. python tests/asvs.py`; a test fails where this page is behind."""

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
