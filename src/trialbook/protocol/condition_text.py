"""The words of a condition: taken apart, and rewritten into the form that the CEL engine checks strictly.

All numbers of a study are doubles, and the engine compares a double with nothing but a double. So `form.ck > 5`
becomes `form.ck > 5.0`, `size(list)` a count that is a double, and `has(form.ck)` the name of a yes or no. Strings,
comments and the places in lists are left alone. Every change keeps the way back to the author's own characters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

Kind = Literal["string", "number", "name", "sign", "space"]

TOKEN = re.compile(
    r"""(?P<string>
          [bB]?[rR][bB]?(?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|"[^"\n]*"|'[^'\n]*')
        | [bB]?(?:\"\"\"(?:\\[\s\S]|[^\\])*?\"\"\"|'''(?:\\[\s\S]|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
      | (?P<number>0[xX][0-9a-fA-F]+[uU]?
          | (?:[0-9]+\.[0-9]+|\.[0-9]+)(?:[eE][-+]?[0-9]+)? | [0-9]+[eE][-+]?[0-9]+ | [0-9]+[uU]?)
      | (?P<name>[_a-zA-Z][_a-zA-Z0-9]*)
      | (?P<space>\s+|//[^\n]*)
      | (?P<sign>&&|\|\||==|!=|<=|>=|<>|[\s\S])""",
    re.VERBOSE,
)
WHOLE = re.compile(r"[0-9]+")

RESERVED = frozenset(
    {
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
        "namespace", "return", "var", "void", "while",
    }
)  # fmt: skip
"""Words that CEL keeps for later; a form may have such a name, so the engine is told the name with `_` behind it."""

KEYWORDS = frozenset({"in", "true", "false", "null"})
MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})
"""Functions of a list whose first argument names its members."""
MEMBERS = frozenset({*MACROS, "contains", "startsWith", "endsWith", "matches", "size"})
"""Functions written behind a dot."""
GLOBALS = frozenset({"size", "has", "date", "days_between", "ratio"})
"""Functions written in front of their brackets."""
KNOWN = "known_"
"""First part of the yes or no that stands for `has(form.item)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of a condition; `start` counts characters from 0."""

    kind: Kind
    text: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A name with its dots: `rating.proximal.all(`."""

    parts: tuple[str, ...]
    start: int
    first: int
    """Place of its first token."""
    last: int
    is_called: bool
    is_member: bool
    """A dot stands before it: `(...).size`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """What the engine reads, with the starts of its pieces here and in the author's text."""

    text: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]

    def origin(self, offset: int) -> int:
        """Return the author's 0-based character at which the piece under an offset of the rewritten text begins."""
        return self.origins[max(bisect_right(self.starts, offset) - 1, 0)] if self.origins else 0


def tokens_of(text: str) -> tuple[Token, ...]:
    """Take a condition apart, blanks and comments left out."""
    found = (Token(kind=_kind(match), text=match[0], start=match.start()) for match in TOKEN.finditer(text))
    return tuple(token for token in found if token.kind != "space")


def chains_of(tokens: Sequence[Token]) -> Iterator[Chain]:
    """Yield the names of a condition, dots joined; keywords are none."""
    place = 0
    while place < len(tokens):
        end = _chain_end(tokens, place)
        if end > place and tokens[place].text not in KEYWORDS:
            parts = tuple(token.text for token in tokens[place:end] if token.text != ".")
            yield Chain(
                parts=parts,
                start=tokens[place].start,
                first=place,
                last=end - 1,
                is_called=text_at(tokens, end) == "(",
                is_member=text_at(tokens, place - 1) == ".",
            )
        place = max(end, place + 1)


def members_named(tokens: Sequence[Token]) -> frozenset[str]:
    """Return the names that macros give to members of lists: the `g` of `all(g, g > 3)`."""
    return frozenset(
        tokens[place + 2].text
        for place in range(len(tokens) - 3)
        if tokens[place].text in MACROS and tokens[place + 1].text == "(" and tokens[place + 3].text == ","
    )


def engine_name(name: str) -> str:
    """Return a declared name as the engine is told it."""
    return ".".join(f"{part}_" if part in RESERVED else part for part in name.split("."))


def rewrite(text: str, names: Collection[str]) -> Rewritten:
    """Rewrite a condition for the engine; `names` are the declared ones, of which `has` may ask."""
    pieces = tuple(_pieces(tokens_of(text), names))
    lengths = [len(piece) + 1 for piece, _ in pieces]
    return Rewritten(
        text=" ".join(piece for piece, _ in pieces),
        starts=tuple(accumulate(lengths, initial=0))[: len(pieces)],
        origins=tuple(start for _, start in pieces),
    )


def _pieces(tokens: Sequence[Token], names: Collection[str]) -> Iterator[tuple[str, int]]:
    """Yield each token as the engine reads it, with its place in the author's text."""
    brackets: list[str] = []
    place = 0
    while place < len(tokens):
        token, after = tokens[place], _has_asked(tokens, place, names)
        if after is not None:
            name = "".join(part.text for part in tokens[place + 2 : after - 1])
            yield f"{KNOWN}.{engine_name(name)}", token.start
            place = after
            continue
        _follow(brackets, tokens, place)
        yield _rewritten(tokens, place, is_place="place" in brackets[-1:]), token.start
        place += 1


def _has_asked(tokens: Sequence[Token], place: int, names: Collection[str]) -> int | None:
    """Return the place behind a `has(form.item)` that begins here, None where there is none."""
    if tokens[place].text != "has" or text_at(tokens, place + 1) != "(" or text_at(tokens, place - 1) == ".":
        return None
    end = _chain_end(tokens, place + 2)
    name = "".join(token.text for token in tokens[place + 2 : end])
    return end + 1 if name in names and text_at(tokens, end) == ")" else None


def _follow(brackets: list[str], tokens: Sequence[Token], place: int) -> None:
    """Keep the open square brackets: a list as it is written, or the place of a member of one."""
    text = tokens[place].text
    if text == "[":
        before = tokens[place - 1] if place else None
        is_behind = before is not None and (before.kind in {"name", "string"} or before.text in {")", "]"})
        brackets.append("place" if is_behind and before is not None and before.text not in KEYWORDS else "list")
    elif text == "]" and brackets:
        brackets.pop()


def _rewritten(tokens: Sequence[Token], place: int, *, is_place: bool) -> str:
    token = tokens[place]
    if token.kind == "number" and WHOLE.fullmatch(token.text) and not is_place:
        return f"{token.text}.0"
    if token.kind != "name":
        return token.text
    if token.text == "size" and text_at(tokens, place + 1) == "(" and not is_place:
        return "size_"
    return engine_name(token.text)


def _chain_end(tokens: Sequence[Token], place: int) -> int:
    """Return the place behind the name that begins here; the same place where none does."""
    if place >= len(tokens) or tokens[place].kind != "name":
        return place
    end = place + 1
    while text_at(tokens, end) == "." and end + 1 < len(tokens) and tokens[end + 1].kind == "name":
        end += 2
    return end


def text_at(tokens: Sequence[Token], place: int) -> str:
    """Return the text of a token, empty outside of the condition."""
    return tokens[place].text if 0 <= place < len(tokens) else ""


def _kind(match: re.Match[str]) -> Kind:
    kinds: tuple[Kind, ...] = ("string", "number", "name", "space", "sign")
    return next(kind for kind in kinds if match[kind] is not None)
