"""Conditions: a study's rules in the Common Expression Language, with three answers: true, false and unknown.

A missing answer is left out, and `&&` and `||` absorb it in either order; only a value that is not there makes a
condition unknown, any other failure is a Problem. `docs/reference/conditions.md` is the user's page of this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from trialbook.errors import Problem
from trialbook.protocol.condition_names import (
    BUILT_IN,
    DATE,
    NUMBER,
    NUMBERS,
    TEXT,
    TEXTS,
    YES_NO,
    NameType,
    Where,
    names_for,
)
from trialbook.protocol.condition_problems import engine_problem, plain_reason, plain_type, problem_of, problems_before
from trialbook.protocol.condition_text import KNOWN, Token, chains_of, engine_name, rewrite, text_at, tokens_of

__all__ = [
    "BUILT_IN",
    "DATE",
    "NUMBER",
    "NUMBERS",
    "TEXT",
    "TEXTS",
    "YES_NO",
    "Condition",
    "NameType",
    "Where",
    "compile_condition",
    "names_for",
]

UNKNOWN = 'UNKNOWN: No value with name "'
"""How the engine begins to say that an answer it needs is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition that was checked and can be judged."""

    text: str
    names: Mapping[str, NameType]
    """The names it uses."""
    program: Any = field(repr=False, compare=False)

    def judge(self, values: Mapping[str, object]) -> bool | Problem | None:
        """Judge the condition: true, false, None for unknown; a Problem where it cannot be worked out.

        `values` holds the answers by name; a name that is absent or None is an answer that is missing.
        """
        given = {name: value for name in self.names if (value := values.get(name)) is not None}
        known = {engine_name(name): _for_engine(self.names[name], value) for name, value in given.items()}
        known |= {f"{KNOWN}.{engine_name(name)}": name in given for name in self.names}
        found = self.program.eval(data=known)
        if found.type().name() != "ERROR":
            return bool(found.value())
        why = str(found.value())
        return None if why.startswith(UNKNOWN) else problem_of("COND-08", self.text, why=plain_reason(why))


def compile_condition(text: str, names: Mapping[str, NameType]) -> Condition | Problem:
    """Check a condition against the names that can be used where it stands.

    The Problem has no place of its own: its sentence counts characters of the condition from 1.
    """
    tokens = tokens_of(text)
    problem = next(problems_before(text, tokens, names), None)
    if problem is not None:
        return problem
    used = {name: names[name] for name in _used(tokens, names)}
    rewritten, environment = rewrite(text, names), _environment(used)
    try:
        program = environment.compile(rewritten.text)
    except RuntimeError as error:
        return engine_problem(text, rewritten, str(error))
    if program.return_type().name() != "BOOL":
        return problem_of("COND-06", text, type=plain_type(program.return_type().name().lower()))
    wrong = next(_wrong_patterns(environment, tokens), None)
    if wrong is not None:
        return problem_of("COND-08", text, why=wrong)
    return Condition(text=text, names=used, program=program)


def _wrong_patterns(environment: Any, tokens: tuple[Token, ...]) -> Iterator[str]:  # noqa: ANN401
    """Yield what is wrong with the patterns of `matches`, which the engine reads only when it judges."""
    for place, token in enumerate(tokens):
        if token.kind == "string" and text_at(tokens, place - 2) == "matches" and text_at(tokens, place - 1) == "(":
            tried = environment.compile(f"''.matches({token.text})").eval(data={})
            if tried.type().name() == "ERROR":
                yield plain_reason(str(tried.value()))


def _used(tokens: tuple[Token, ...], names: Mapping[str, NameType]) -> Iterator[str]:
    """Yield the declared names that a condition uses, each once."""
    found = (chain.parts[:-1] if chain.is_called else chain.parts for chain in chains_of(tokens))
    yield from dict.fromkeys(".".join(parts) for parts in found if ".".join(parts) in names)


def _environment(used: Mapping[str, NameType]) -> Any:  # noqa: ANN401 - the engine's classes are not typed
    from cel_expr_python import cel

    kinds = {
        "number": cel.Type.DOUBLE,
        "yes or no": cel.Type.BOOL,
        "text": cel.Type.STRING,
        "date": cel.Type.TIMESTAMP,
        "numbers": cel.Type.List(cel.Type.DOUBLE),
        "texts": cel.Type.List(cel.Type.STRING),
    }
    variables = {engine_name(name): kinds[known.kind] for name, known in used.items()}
    variables |= {f"{KNOWN}.{engine_name(name)}": cel.Type.BOOL for name in used}
    return cel.NewEnv(variables=variables, functions=_functions(cel))


def _functions(cel: Any) -> list[Any]:  # noqa: ANN401
    """Declare the functions that the language has beyond the engine's own."""
    kind = cel.Type
    listed = kind.List(kind.DYN)
    shapes: list[tuple[str, list[Any], Any, bool, Callable[..., object]]] = [
        ("size_", [listed], kind.DOUBLE, False, _count),
        ("size_", [listed], kind.DOUBLE, True, _count),
        ("size_", [kind.STRING], kind.DOUBLE, False, _count),
        ("size_", [kind.STRING], kind.DOUBLE, True, _count),
        ("ratio", [kind.DOUBLE, kind.DOUBLE], kind.DOUBLE, False, _ratio),
        ("date", [kind.STRING], kind.TIMESTAMP, False, _day),
        ("days_between", [kind.TIMESTAMP, kind.TIMESTAMP], kind.DOUBLE, False, _days_between),
    ]
    declared: dict[str, list[Any]] = {}
    for place, (name, parameters, gives, is_member, impl) in enumerate(shapes):
        overload = cel.Overload(
            id=f"{name}_{place}", return_type=gives, parameters=parameters, is_member=is_member, impl=impl
        )
        declared.setdefault(name, []).append(overload)
    return [cel.FunctionDecl(name, overloads) for name, overloads in declared.items()]


def _count(of: list[object] | str) -> float:
    return float(len(of))


def _ratio(above: float, below: float) -> float:
    return above / below


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _days_between(first: datetime, second: datetime) -> float:
    return float((second - first).days)


def _for_engine(known: NameType, value: Any) -> object:  # noqa: ANN401 - an answer of any kind
    if known.kind == "number":
        return float(value)
    if known.kind == "numbers":
        return [float(part) for part in value]
    if known.kind == "date":
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return list(value) if known.kind == "texts" else value
