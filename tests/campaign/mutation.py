"""Mutation: one small fault at a time is put into a copy of the core, and the tests of that part must notice it.

A fault is a comparison that is another one, `and` for `or`, a condition turned round, a constant that is off by one, a
statement that is left out, or a result that is not returned. One that nothing can notice, since it says the same in
other words, counts as survived: so 90 % and not all have to be killed.
"""

from __future__ import annotations

import ast
import copy
import os
import random  # noqa: TID251 - a sample, drawn with a seed
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
NEEDED = 0.9
"""Share of the faults that have to be noticed."""
AT_A_TIME, SECONDS = 1, 240

CORE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "capture/ledger.py": ("tests/capture/test_ledger.py", "tests/capture/test_verify.py"),
        "capture/store.py": ("tests/capture/test_store.py", "tests/capture/test_book.py"),
        "capture/acts.py": ("tests/acts",),
        "capture/judging.py": ("tests/acts",),
        "capture/seals.py": ("tests/acts/test_seals.py",),
        "conduct/blinding.py": ("tests/conduct/test_blinding.py", "tests/conduct/test_shown.py"),
        "conduct/dosing.py": ("tests/conduct/test_dosing.py",),
    }
)  # fmt: skip
"""Part of the program -> the tests that guard it."""

OTHER: Mapping[type[ast.cmpop], type[ast.cmpop]] = MappingProxyType(
    {
        ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
        ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A fault in a part of the program."""

    part: str
    line: int
    what: str
    source: str


def mutants(part: str, source: str) -> Iterator[Mutant]:
    """Yield every fault of one part, with the source that has it."""
    tree = ast.parse(source)
    places = [node for node in ast.walk(tree) if isinstance(node, ast.expr | ast.stmt)]
    for number, node in enumerate(places):
        for kind in kinds(node):
            other = copy.deepcopy(tree)
            twin = [one for one in ast.walk(other) if isinstance(one, ast.expr | ast.stmt)][number]
            change(twin, kind)
            yield Mutant(
                part=part, line=node.lineno, what=f"{kind}: {ast.unparse(node)[:60]}", source=ast.unparse(other)
            )


def kinds(node: ast.expr | ast.stmt) -> Iterator[str]:
    """Yield the faults that can be put into a node."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in OTHER:
        yield "another comparison"
    if isinstance(node, ast.BoolOp):
        yield "and for or"
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield "turned round"
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        yield "off by one"
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "the other"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom):
        yield "left out"
    if isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield "nothing returned"


def change(node: ast.expr | ast.stmt, kind: str) -> None:
    """Put a fault into a node."""
    if isinstance(node, ast.Compare):
        node.ops[0] = OTHER[type(node.ops[0])]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        node.test = ast.UnaryOp(op=ast.Not(), operand=node.test)
    elif isinstance(node, ast.Constant):
        node.value = not node.value if kind == "the other" else int(str(node.value)) + 1
    elif isinstance(node, ast.Expr):
        # a generator stays one
        node.value = ast.IfExp(test=ast.Constant(value=False), body=node.value, orelse=ast.Constant(value=None))
    elif isinstance(node, ast.Return):
        node.value = ast.Constant(value=None)


def shadow(to: Path) -> Path:
    """Make a copy of the program of links, in which one part can be another."""
    shutil.copytree(
        SOURCE / "trialbook", to / "trialbook", copy_function=os.symlink, ignore=shutil.ignore_patterns("__pycache__")
    )
    return to


def is_noticed(copy_of: Path, mutant: Mutant) -> bool:
    """Put a fault into the copy, run the tests of its part, and take it out again."""
    file = copy_of / "trialbook" / mutant.part
    file.unlink()
    file.write_text(mutant.source, encoding="utf-8")
    try:
        return not passes(copy_of, CORE[mutant.part])
    finally:
        file.unlink()
        file.symlink_to(SOURCE / "trialbook" / mutant.part)


def passes(copy_of: Path, tests: Sequence[str]) -> bool:
    """Tell whether tests pass with a copy of the program; one that never ends does not."""
    there = [test for test in tests if (ROOT / test).exists()]
    environment = {**os.environ, "PYTHONPATH": str(copy_of), "PYTHONDONTWRITEBYTECODE": "1"}
    line = [sys.executable, "-m", "pytest", "-q", "-x", "-n0", "--tb=no", *there]
    try:
        done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def drawn(count: int, parts: Sequence[str], seed: int = 2026) -> list[Mutant]:
    """Draw so many faults, as many of each part as can be."""
    chance, found = random.Random(seed), []  # noqa: S311 - a sample, not a secret
    for part in parts:
        every = list(mutants(part, (SOURCE / "trialbook" / part).read_text(encoding="utf-8")))
        found += chance.sample(every, min(len(every), max(1, count // len(parts))))
    return found


def survivors(count: int, parts: Sequence[str] = tuple(CORE)) -> tuple[int, list[Mutant], bool]:
    """Try so many faults; return how many were tried, which nobody noticed, and whether the copy passes without one."""
    with tempfile.TemporaryDirectory() as folder:
        copies = [shadow(Path(folder) / str(number)) for number in range(AT_A_TIME)]
        is_whole = all(passes(copies[0], CORE[part]) for part in parts)
        tried = drawn(count, parts)
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            shares = pool.map(
                lambda at: [one for one in tried[at::AT_A_TIME] if not is_noticed(copies[at], one)], range(AT_A_TIME)
            )
            return len(tried), [one for share in shares for one in share], is_whole


if __name__ == "__main__":
    total, left, whole = survivors(int(sys.argv[1]), sys.argv[2:] or tuple(CORE))
    told = [f"{one.part}:{one.line} {one.what}" for one in left]
    sys.stdout.write("\n".join([*told, f"{total - len(left)} of {total} noticed, whole: {whole}"]) + "\n")
