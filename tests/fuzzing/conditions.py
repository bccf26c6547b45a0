"""Conditions: a text is compiled or refused; judged with answers it is true, false, unknown or a problem.

A missing answer makes a condition unknown at most: what is decided without it does not change when it comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tests.fuzzing.target import Check, Target, taken_out, told

SAMPLES: Mapping[str, tuple[object, ...]] = {
    "number": (57.0, 0.0, -1.5, 1e30, 5.0),
    "yes or no": (True, False),
    "text": ("F", "", "grade 2", "\u00e9", "x" * 60),
    "date": (date(2026, 3, 2), date(1, 1, 1), date(9999, 12, 31)),
    "numbers": ((1.0, 2.0), (), (5.0,)),
    "texts": (("aza",), (), ("mtx", "mmf")),
}
KINDS: Mapping[str, str] = {
    "f.ck": "number", "f.weak": "yes or no", "f.sex": "text", "f.note": "text", "f.start": "date", "f.end": "date",
    "f.power": "numbers", "f.drugs": "texts",
}  # fmt: skip


def answers_of(content: bytes) -> tuple[dict[str, object], dict[str, object]]:
    """Return answers to all names, and some of them; each byte decides about one."""
    every: dict[str, object] = {}
    some: dict[str, object] = {}
    for (name, kind), byte in zip(KINDS.items(), content.ljust(len(KINDS), b"\0"), strict=False):
        every[name] = SAMPLES[kind][byte // 2 % len(SAMPLES[kind])]
        if byte % 2:
            some[name] = every[name]
    return every, some


def prepare() -> Check:
    """Return what has to hold for a condition on the first lines, and answers made of the last one."""
    from trialbook.errors import Problem
    from trialbook.protocol.conditions import NameType, compile_condition

    names = {name: NameType(kind=kind) for name, kind in KINDS.items()}  # type: ignore[arg-type]  # kinds of the table

    def check(content: bytes) -> None:
        written, _, last = content.rpartition(b"\n")
        condition = compile_condition(written.decode("utf-8", "replace"), names)
        if isinstance(condition, Problem):
            told([condition])
            return
        every, some = answers_of(last)
        found, *before = (condition.judge(answers) for answers in (every, some, {}))
        told(one for one in (found, *before) if isinstance(one, Problem))
        assert all(one is None or isinstance(one, bool | Problem) for one in (found, *before))
        assert found is not None, "all is answered, and it is unknown"
        for one in before if "has" not in condition.text else ():
            assert one == found or not isinstance(one, bool), "a later answer changed what was decided without it"

    return check


def plant() -> None:
    """Let what the engine complains of go through as it is."""
    from trialbook.errors import Problem
    from trialbook.protocol import condition_problems, conditions
    from trialbook.protocol.condition_text import Rewritten

    whole = condition_problems.engine_problem

    def raised(text: str, rewritten: Rewritten, error: str) -> Problem:
        if text.strip():
            raise RuntimeError(error)
        return whole(text, rewritten, error)

    taken_out(conditions, "engine_problem", raised)


TARGET = Target(
    words="conditions, compiled and judged with all answers and with some",
    prepare=prepare,
    plant=plant,
    runs=2000,
    control=1000,
    longest=400,
    dictionary=(
        *KINDS,
        "PPPPPPPP",
        "dddddddd",
        "QbQbQbQb",
        "&&",
        "||",
        "==",
        "!=",
        ">=",
        "<=",
        " in [",
        "!",
        "? ",
        ": ",
        "has(",
        "size(",
        "date('2026-01-01')",
        "days_between(",
        "ratio(",
        ".exists(x, x > 1)",
        ".all(x, x == 'aza')",
        ".filter(x, x > 1)",
        ".map(x, x)",
        ".contains('a')",
        ".startsWith('g')",
        ".matches('(a+)+$')",
        ".matches('[')",
        "1e999",
        "0x10",
        "5u",
        "-1",
        "'F'",
        '"""',
        "r'",
        "b'",
        "true",
        "false",
        "null",
        "\\u0000",
        "//",
        "9223372036854775808",
        "timestamp('",
        "{",
        "}",
        "duration('1s')",
        "f.ck.x",
        "type(",
        "dyn(",
        "string(",
        "double('nan')",
        "int(",
        "bool('",
    ),
)
