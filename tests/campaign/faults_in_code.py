"""Small faults that are put into a part of the program, one at a time, as compiled code.

A fault is a comparison that is another one, `and` for `or`, a condition turned round, a constant that is off by one, a
yes that is a no, another arithmetic, a statement that is left out, or a result that is not returned.

Not put in is what can be known to change nothing that the program does: what compiles to the same code, annotations,
and decorators (flags of dataclasses are the business of the type checker, sizes of caches only of speed).
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import CodeType, MappingProxyType, ModuleType

SOURCE = Path(__file__).parents[2] / "src"

OTHER: Mapping[type[ast.cmpop], type[ast.cmpop]] = MappingProxyType(
    {
        ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
        ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    }
)  # fmt: skip
OTHER_SUM: Mapping[type[ast.operator], type[ast.operator]] = MappingProxyType(
    {
        ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
        ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult,
    }
)  # fmt: skip
Place = ast.expr | ast.stmt | ast.comprehension


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault in a part of the program."""

    part: str
    line: int
    statement: int
    """Line on which the statement begins that has the fault."""
    what: str
    whole: CodeType
    """The part with the fault."""
    path: tuple[str, ...]
    """Names that lead from the module to the function that has it; empty where the part has to be imported anew."""
    code: CodeType
    """That function, or the part."""

    def __str__(self) -> str:
        """Say where it is and what."""
        return f"{self.part}:{self.line} {self.what}"


@dataclass(frozen=True)
class Part:
    """A part of the program, as it stands."""

    name: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        """Return what it says."""
        return ast.parse(self.source)

    @cached_property
    def code(self) -> CodeType:
        """Return it compiled."""
        return self.compiled()

    def compiled(self) -> CodeType:
        """Compile the tree as it is now."""
        return compile(self.tree, self.file, "exec", dont_inherit=True)

    @property
    def file(self) -> str:
        """Return where it stands."""
        return str(SOURCE / "trialbook" / self.name)


def part_named(name: str) -> Part:
    """Read a part of the program."""
    return Part(name, (SOURCE / "trialbook" / name).read_text(encoding="utf-8"))


def faults(part: Part) -> Iterator[Fault]:
    """Yield every fault of a part that is another program."""
    for node, statement in places(part.tree, 1):
        for kind in kinds(node):
            line, told = getattr(node, "lineno", statement), ast.unparse(node)[:60]
            kept = dict(vars(node))
            change(node, kind)
            whole = part.compiled()
            vars(node).update(kept)
            if whole == part.code:
                continue
            path, code = changed(part.code, whole)
            yield Fault(
                part=part.name,
                line=line,
                statement=statement,
                what=f"{kind}: {told}",
                whole=whole,
                path=path,
                code=code,
            )


def places(node: ast.AST, statement: int) -> Iterator[tuple[Place, int]]:
    """Yield what can have a fault, with the line on which its statement begins."""
    if isinstance(node, ast.stmt):
        statement = node.lineno
    if isinstance(node, Place):
        yield node, statement
    for name, held in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for one in held if isinstance(held, list) else [held]:
            if isinstance(one, ast.AST):
                yield from places(one, statement)


def kinds(node: Place) -> Iterator[str]:
    """Yield the faults that can be put into a node."""
    if isinstance(node, ast.Compare) and type(node.ops[-1]) in OTHER:
        yield "another comparison"
        if len(node.ops) > 1:
            yield "another first comparison"
    if isinstance(node, ast.BoolOp):
        yield "and for or"
    if isinstance(node, ast.comprehension) and node.ifs:
        yield "turned round"
    if isinstance(node, ast.If | ast.IfExp | ast.While) and ast.unparse(node.test) != "TYPE_CHECKING":
        yield "turned round"
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OTHER_SUM:
        yield "another sum"
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield "the other" if isinstance(node.value, bool) else "off by one"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom):
        yield "left out"
    if isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield "nothing returned"


def change(node: Place, kind: str) -> None:
    """Put a fault into a node; what it held before is not touched."""
    if isinstance(node, ast.Compare):
        at = 0 if "first" in kind else len(node.ops) - 1
        node.ops = [OTHER[type(op)]() if place == at else op for place, op in enumerate(node.ops)]
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.BinOp | ast.AugAssign):
        node.op = OTHER_SUM[type(node.op)]()
    elif isinstance(node, ast.comprehension):
        node.ifs = [turned(node.ifs[0]), *node.ifs[1:]]
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        node.test = turned(node.test)
    elif isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else int(str(node.value)) + 1
    else:
        leave_out(node)


def turned(condition: ast.expr) -> ast.expr:
    """Return the opposite of a condition."""
    return ast.copy_location(ast.UnaryOp(op=ast.Not(), operand=condition), condition)


def leave_out(node: Place) -> None:
    """Let a statement do nothing, or return nothing; a generator stays one."""
    nothing = ast.copy_location(ast.Constant(value=None), node)
    if isinstance(node, ast.Expr):
        never = ast.copy_location(ast.Constant(value=False), node)
        node.value = ast.copy_location(ast.IfExp(test=never, body=node.value, orelse=nothing), node)
    elif isinstance(node, ast.Return):
        node.value = nothing


# ---- which function has it --------------------------------------------------------------------------------------


def changed(before: CodeType, after: CodeType) -> tuple[tuple[str, ...], CodeType]:
    """Return the way to the one function that is another, and it; no way and the whole where more than that is."""
    path: tuple[str, ...] = ()
    whole = after
    while True:
        old, new = parts_of(before), parts_of(after)
        if len(old) != len(new) or bare(before) != bare(after):
            return (), whole
        differing = [(one, other) for one, other in zip(old, new, strict=True) if one != other]
        if len(differing) != 1:
            return (), whole
        before, after = differing[0]
        path = (*path, after.co_name)
        if after.co_flags & inspect.CO_NEWLOCALS:
            # a lambda in a table has no name by which it could be reached
            is_reached = after.co_name.isidentifier() and before.co_freevars == after.co_freevars
            return (path, after) if is_reached else ((), whole)


def parts_of(code: CodeType) -> list[CodeType]:
    """Return the functions and classes within a piece of code."""
    return [one for one in code.co_consts if isinstance(one, CodeType)]


def bare(code: CodeType) -> CodeType:
    """Return a piece of code without what is within it."""
    return code.replace(co_consts=tuple(None if isinstance(one, CodeType) else one for one in code.co_consts))


def plant(module: ModuleType, part: Part, fault: Fault) -> bool:
    """Put a fault into a module that is loaded; False where its function cannot be reached from there."""
    held: object = module
    for name in fault.path:
        held = unwrapped(vars(held).get(name))
    old = code_at(part.code, fault.path)
    if old is None or getattr(held, "__code__", None) != old:
        return False
    held.__code__ = fault.code  # type: ignore[attr-defined]  # a function, as it has code
    return True


def unwrapped(held: object) -> object:
    """Return the function behind a property, a method of a class or a wrapper."""
    if isinstance(held, property | staticmethod | classmethod):
        held = held.fget if isinstance(held, property) else held.__func__
    while hasattr(held, "__wrapped__"):
        held = held.__wrapped__
    return held


def code_at(code: CodeType, path: tuple[str, ...]) -> CodeType | None:
    """Return the code to which a way leads, None where it is not one way."""
    for name in path:
        named = [one for one in parts_of(code) if one.co_name == name]
        if len(named) != 1:
            return None
        code = named[0]
    return code
