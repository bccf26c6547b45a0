"""What is wrong with a condition, in the words of a study team: found before the engine reads it, or by the engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from trialbook.errors import Problem
from trialbook.protocol.condition_names import NameType
from trialbook.protocol.condition_text import (
    GLOBALS,
    MACROS,
    MEMBERS,
    Chain,
    Rewritten,
    Token,
    chains_of,
    members_named,
    text_at,
    tokens_of,
)

MOST_CHARACTERS = 2000
MOST_MACROS = 3

INSTEAD: Mapping[str, str] = {
    "and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||", "NOT": "!", "=": "==", "<>": "!=", "&": "&&",
    "|": "||", "≥": ">=", "≤": "<=", "≠": "!=", "“": '"', "”": '"', "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{MINUS SIGN}": "-",
}  # fmt: skip
"""What people write, and how it is written here."""


def problems_before(text: str, tokens: tuple[Token, ...], names: Mapping[str, NameType]) -> Iterator[Problem]:
    """Yield what is wrong that the engine would not say, or not so plainly."""
    if len(text) > MOST_CHARACTERS or _macros(tokens) > MOST_MACROS:
        yield problem_of("COND-09", text)
    for place, token in enumerate(tokens):
        yield from _odd_token(text, tokens, place, token)
    for chain in chains_of(tokens):
        yield from _odd_name(text, chain, names, members_named(tokens))
        yield from _odd_choices(text, tokens, chain, names)


def _macros(tokens: tuple[Token, ...]) -> int:
    return sum(token.text in MACROS and text_at(tokens, place + 1) == "(" for place, token in enumerate(tokens))


def _odd_token(text: str, tokens: tuple[Token, ...], place: int, token: Token) -> Iterator[Problem]:
    column = str(token.start + 1)
    if token.text in INSTEAD and not (text_at(tokens, place - 1) == "." or text_at(tokens, place + 1) == "."):
        yield problem_of("COND-10", text, found=token.text, instead=INSTEAD[token.text], column=column)
    elif token.text in {'"', "'"}:
        yield problem_of("COND-01", text, column=column, why="a quote is opened and not closed")
    elif token.text == "null":
        yield problem_of("COND-07", text)
    elif token.text == "/" and not _is_safe_divisor(tokens, place + 1):
        yield problem_of("COND-13", text, column=column)
    elif token.text == "date" and text_at(tokens, place + 1) == "(" and not _is_day(tokens, place + 2):
        yield problem_of("COND-12", text, column=column)


def _is_safe_divisor(tokens: tuple[Token, ...], place: int) -> bool:
    number = text_at(tokens, place)
    return re.fullmatch(r"[0-9]+(\.[0-9]+)?", number) is not None and float(number) > 0


def _is_day(tokens: tuple[Token, ...], place: int) -> bool:
    quoted = re.fullmatch(r"""(["'])([0-9]{4}-[0-9]{2}-[0-9]{2})\1""", text_at(tokens, place))
    if quoted is None or text_at(tokens, place + 1) != ")":
        return False
    try:
        date.fromisoformat(quoted[2])
    except ValueError:
        return False
    return True


def _odd_name(text: str, chain: Chain, names: Mapping[str, NameType], members: frozenset[str]) -> Iterator[Problem]:
    parts = chain.parts[:-1] if chain.is_called else chain.parts
    is_behind_dot = chain.is_member or bool(parts)
    if chain.is_called and chain.parts[-1] not in (MEMBERS if is_behind_dot else GLOBALS):
        functions = ", ".join(sorted(MEMBERS | GLOBALS))
        yield problem_of("COND-04", text, name=chain.parts[-1], functions=functions)
    name = ".".join(parts)
    if name and not chain.is_member and parts[0] not in members and name not in names:
        yield _unknown_name(text, name, names)


def _unknown_name(text: str, name: str, names: Iterable[str]) -> Problem:
    from difflib import get_close_matches

    close = get_close_matches(name, names, n=1)
    return problem_of("COND-02", text, name=name, near=close[0]) if close else problem_of("COND-03", text, name=name)


def _odd_choices(
    text: str, tokens: tuple[Token, ...], chain: Chain, names: Mapping[str, NameType]
) -> Iterator[Problem]:
    name = ".".join(chain.parts)
    known = names.get(name)
    if known is None or not known.choices:
        return
    for token in _compared(tokens, chain):
        code = token.text[1:-1]
        if token.text[0] in "\"'" and "\\" not in code and code not in known.choices:
            yield problem_of("COND-11", text, name=name, code=code, choices=", ".join(known.choices))


def _compared(tokens: tuple[Token, ...], chain: Chain) -> Iterator[Token]:
    """Yield the strings that stand on the other side of `==`, `!=` or `in`."""
    behind, before = text_at(tokens, chain.last + 1), text_at(tokens, chain.first - 1)
    others = [tokens[chain.last + 2]] if behind in {"==", "!="} and chain.last + 2 < len(tokens) else []
    others += [tokens[chain.first - 2]] if before in {"==", "!=", "in"} and chain.first > 1 else []
    if behind == "in" and text_at(tokens, chain.last + 2) == "[":
        for token in tokens[chain.last + 3 :]:
            if token.text == "]":
                break
            others.append(token)
    yield from (token for token in others if token.kind == "string")


ERROR = re.compile(r"ERROR: <input>:(?P<line>-?\d+):(?P<column>-?\d+): (?P<what>.*)")
OVERLOAD = re.compile(r"found no matching overload for '(?P<operator>.+?)' applied to '(?P<types>.*)'")
UNDECLARED = re.compile(r"undeclared reference to '(?P<name>.*?)'")
OPERATORS: Mapping[str, str] = {"@in": "in", "size_": "size", "_[_]": "[ ]", "_?_:_": "? :", "!_": "!", "-_": "-"}
TYPES: Mapping[str, str] = {
    "double": "a number", "int": "a number", "uint": "a number ending in u", "string": "a text",
    "bool": "a yes or no", "timestamp": "a date", "google.protobuf.Timestamp": "a date", "list": "a list",
    "list(double)": "a list of numbers", "list<double>": "a list of numbers", "list<string>": "a list of texts",
    "list<bool>": "a list of yes and no", "list(string)": "a list of texts", "list(bool)": "a list of yes and no",
    "bytes": "bytes", "duration": "a length of time", "google.protobuf.Duration": "a length of time", "map": "a map",
}  # fmt: skip


def engine_problem(text: str, rewritten: Rewritten, error: str) -> Problem:
    """Turn the first complaint of the engine's checker into a Problem."""
    found = ERROR.search(error)
    if found is None or int(found["line"]) < 1:
        return problem_of("COND-09", text)
    column = _column(rewritten, int(found["line"]), int(found["column"]), len(text))
    undeclared = UNDECLARED.search(found["what"])
    if undeclared is not None:
        return problem_of("COND-03", text, name=undeclared["name"])
    overload = OVERLOAD.search(found["what"])
    if overload is None:
        return problem_of("COND-01", text, column=str(column), why=_why(text, column, found["what"]))
    operator = OPERATORS.get(overload["operator"], overload["operator"].strip("_"))
    types = " and ".join(plain_type(part) for part in _split_types(overload["types"][1:-1]))
    return problem_of("COND-05", text, column=str(column), operator=operator, types=types)


def _column(rewritten: Rewritten, line: int, column: int, end: int) -> int:
    """Return the author's 1-based character for a line and column of the engine."""
    lines = rewritten.text.split("\n")
    offset = sum(len(part) + 1 for part in lines[: line - 1]) + column - 1
    return end + 1 if offset >= len(rewritten.text) else rewritten.origin(offset) + 1


def _why(text: str, column: int, what: str) -> str:
    if "'<EOF>'" in what and "missing ')'" in what:
        return "a closing bracket is missing"
    if column > len(text):
        return "it ends too early"
    token = next((token.text for token in tokens_of(text) if token.start == column - 1), text[column - 1])
    return f"“{token}” does not fit here"


def _split_types(listed: str) -> list[str]:
    """Split `(double, list(string))` at the commas that stand outside of inner brackets."""
    return re.findall(r"[^,()\s]+(?:\([^)]*\))?", listed)


def plain_type(name: str) -> str:
    """Name a type of the engine."""
    return TYPES.get(name, name)


def plain_reason(why: str) -> str:
    """Shorten the engine's reason to its own words, without the class of the failure."""
    reason = re.sub(r"^[A-Z_]+: ", "", why)
    known = {"float division by zero": "a ratio has zero below the line"}
    return known.get(reason, reason[:200])


def problem_of(code: str, text: str, /, **values: str) -> Problem:
    """Make a Problem that shows the condition on one line, shortened."""
    shown = text if len(text) <= 120 else f"{text[:120]}…"
    return Problem(code=code, values={"condition": " ".join(shown.split()), **values})
