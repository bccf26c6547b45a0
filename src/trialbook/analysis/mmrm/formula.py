"""Formulas of a linear model, such as `FEV1 ~ RACE + SEX + ARMCD * AVISIT`: names, `+`, `*`, `:`, `1` and `0`.

`a:b` is the interaction of a and b, `a*b` stands for `a + b + a:b` (Wilkinson and Rogers 1973). The intercept is there
unless a `0` takes it out. A name with blanks stands between backticks. Nothing is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

TOKEN = re.compile(r"\s*(?:`(?P<quoted>[^`]+)`|(?P<name>[^\W\d][\w.]*)|(?P<number>\d+)|(?P<sign>[~+*:]))\s*")

Term = tuple[str, ...]
"""The names whose product a term is, in the order in which they are written."""


class FormulaError(ValueError):
    """A formula that cannot be read, or that names what the data do not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A response and the terms that explain it."""

    response: str
    terms: tuple[Term, ...]
    """Main effects before interactions of two, and these before those of three; else as written."""
    intercept: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names on the right, each once, as they come first."""
        return tuple(dict.fromkeys(name for term in self.terms for name in term))

    def __str__(self) -> str:
        """Write the formula out, every `*` expanded."""
        parts = [":".join(map(_quoted, term)) for term in self.terms]
        parts = parts if self.intercept else ["0", *parts]
        return f"{_quoted(self.response)} ~ {' + '.join(parts or ['1'])}"


def parse(text: str) -> Formula:
    """Read a formula; FormulaError where it is none."""
    tokens = list(_tokens(text))
    if len(tokens) < 3 or tokens[1] != ("sign", "~") or tokens[0][0] != "name":
        raise FormulaError(f"“{text}” is no formula: write the response, `~`, and the terms, as in `y ~ visit`.")
    terms: list[Term] = []
    intercept = True
    for part in _split(tokens[2:], "+", text):
        if len(part) == 1 and part[0][0] == "number":
            intercept = _constant(part[0][1], text)
        else:
            terms += _product(part, text)
    known = dict.fromkeys(sorted(_distinct(terms), key=len))
    return Formula(response=tokens[0][1], terms=tuple(known), intercept=intercept)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text):
        found = TOKEN.match(text, place)
        if found is None:
            raise FormulaError(
                f"“{text}” cannot be read at character {place + 1}, “{text[place]}”. Names, +, *, :, 1 and 0 are "
                "known; a name with other signs stands between backticks."
            )
        kind = found.lastgroup or ""
        yield ("name" if kind == "quoted" else kind), found[kind]
        place = found.end()


def _split(tokens: Sequence[tuple[str, str]], sign: str, text: str) -> Iterator[list[tuple[str, str]]]:
    """Cut at a sign; FormulaError where nothing stands between two of them."""
    part: list[tuple[str, str]] = []
    for token in (*tokens, ("sign", sign)):
        if token != ("sign", sign):
            part.append(token)
            continue
        if not part:
            raise FormulaError(f"“{text}” has nothing beside a “{sign}”.")
        yield part
        part = []


def _constant(number: str, text: str) -> bool:
    if number not in {"0", "1"}:
        raise FormulaError(f"“{text}” has the number {number}: only 1 (intercept) and 0 (none) are known.")
    return number == "1"


def _product(tokens: Sequence[tuple[str, str]], text: str) -> Iterator[Term]:
    """Expand `a*b*c` into every product of its parts."""
    parts = [_interaction(part, text) for part in _split(tokens, "*", text)]
    for size in range(1, len(parts) + 1):
        for chosen in combinations(parts, size):
            yield tuple(dict.fromkeys(name for part in chosen for name in part))


def _interaction(tokens: Sequence[tuple[str, str]], text: str) -> Term:
    names = list(_split(tokens, ":", text))
    if any(len(part) != 1 or part[0][0] != "name" for part in names):
        raise FormulaError(f"“{text}” needs a name on either side of every sign.")
    return tuple(dict.fromkeys(part[0][1] for part in names))


def _distinct(terms: Sequence[Term]) -> list[Term]:
    """Keep the first of terms that multiply the same names."""
    seen: dict[frozenset[str], Term] = {}
    for term in terms:
        seen.setdefault(frozenset(term), term)
    return list(seen.values())


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[^\W\d][\w.]*", name) else f"`{name}`"
