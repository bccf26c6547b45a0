"""Measure the shape of the code and fail where it leaves the plan: run by `make lint`.

Counted are lines that are neither blank, comment nor docstring.
"""

from __future__ import annotations

import ast
import io
import statistics
import sys
import tokenize
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "trialbook"
MEDIAN, NINE_IN_TEN, LONG, LONG_SHARE, LONGEST = 7, 24, 50, 0.01, 80
LARGEST_FILE, MEAN_FILE = 500, 130
EMPTY_NAMES = {"utils", "helpers", "manager", "handler", "service", "data", "misc", "common"}


@dataclass(frozen=True, slots=True)
class Measured:
    """Lengths of the functions and files under the source folder, each with its place."""

    functions: list[tuple[int, str]]
    files: list[tuple[int, str]]


def code_lines(text: str) -> set[int]:
    """Return the numbers of the lines that hold code."""
    ignored = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in ignored:
            lines.update(range(token.start[0], token.end[0] + 1))
    return lines


def docstring_lines(tree: ast.AST) -> set[int]:
    """Return the numbers of the lines of docstrings, those below a field included."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def measure(folder: Path) -> Measured:
    """Measure every file below a folder."""
    measured = Measured([], [])
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        lines = code_lines(text) - docstring_lines(tree)
        where = str(path.relative_to(folder.parent))
        measured.files.append((len(lines), where))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                own = lines & set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
                measured.functions.append((len(own), f"{where}:{node.lineno} {node.name}"))
    return measured


def complaints(measured: Measured) -> list[str]:
    """List where the code leaves the plan."""
    sizes = sorted(size for size, _ in measured.functions)
    median, p90 = statistics.median(sizes), sizes[int(len(sizes) * 0.9)]
    share = sum(size > LONG for size in sizes) / len(sizes)
    mean_file = statistics.mean(size for size, _ in measured.files)
    sys.stdout.write(
        f"{len(sizes)} functions: median {median:.0f} lines, nine in ten under {p90 + 1}, over {LONG}: {share:.1%}; "
        f"{len(measured.files)} files: mean {mean_file:.0f}, largest {max(measured.files)[0]}\n"
    )
    found = [
        f"{where}: {size} lines, the longest may have {LONGEST}" for size, where in measured.functions if size > LONGEST
    ]
    found += [
        f"{where}: {size} lines, a file ends before {LARGEST_FILE}"
        for size, where in measured.files
        if size > LARGEST_FILE
    ]
    found += [f"{where}: a name that says nothing" for _, where in measured.files if Path(where).stem in EMPTY_NAMES]
    limits = (
        (median <= MEDIAN, f"the median function has {median:.0f} lines, not {MEDIAN}"),
        (p90 <= NINE_IN_TEN, f"one function in ten has more than {p90 - 1} lines, not {NINE_IN_TEN}"),
        (share <= LONG_SHARE, f"{share:.1%} of the functions have more than {LONG} lines, not {LONG_SHARE:.0%}"),
        (mean_file <= MEAN_FILE, f"the mean file has {mean_file:.0f} lines, not {MEAN_FILE}"),
    )
    return found + [text for holds, text in limits if not holds]


if __name__ == "__main__":
    found = complaints(measure(SOURCE))
    sys.stdout.writelines(f"  {line}\n" for line in found)
    sys.exit(bool(found))
