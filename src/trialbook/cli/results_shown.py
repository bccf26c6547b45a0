"""How results look in a terminal: a line a variable and visit, with numbered remarks below; plain text, at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from trialbook.exchange.tables import shorten
from trialbook.render.numbers import settled, show, show_p, show_plain, show_share, show_signed, significant

if TYPE_CHECKING:
    from trialbook.analysis.bare import BareTable
    from trialbook.analysis.reconcile import Difference, Reconciled
    from trialbook.analysis.results import Result
    from trialbook.analysis.terms import Terms

MOST_LINES = 60
"""Lines that are shown; the CSV has all."""
MOST_DIFFERENCES = 40
LONGEST = 160
"""Signs of a remark; a list of participants may be long, and the CSV has it whole."""
SHOWN = ("describe", "change", "sign_flip", "signed_rank")
HEAD = (
    "variable",
    "visit",
    "n",
    "mean",
    "SD",
    "pairs",
    "change",
    "{level} CI",
    "t",
    "p",
    "sign flip p",
    "ranks p",
    "least p",
    "remark",
)
WIDE = ("W", "F")
"""East Asian widths that take two columns."""

Cells = dict[tuple[str, str], "Result"]


class Remarks:
    """Sentences, each numbered once in the order in which they come up."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def of(self, rows: Iterable[Result | None]) -> str:
        """Return the numbers of what is said of these results."""
        sentences = [text for row in rows if row is not None for text in (row.error, row.warning) if text]
        return " ".join(str(self.numbers.setdefault(one, len(self.numbers) + 1)) for one in dict.fromkeys(sentences))


def print_bare(table: BareTable) -> None:
    """Print what was read, and in which order the visits stand."""
    levels = "" if table.by is None else f", {len(table.panels):,} levels of {table.by}"
    click.echo(f"{table.file}: {table.rows:,} rows, {table.participants:,} participants{levels}.")
    click.echo(f"{table.variable}, compared with the baseline {table.baseline}, visit minus baseline, by participant.")
    click.echo(f"Visits, ordered {table.ordered}: {', '.join(table.visits)}.")


def print_summary(results: Iterable[Result], plan: Terms) -> None:
    """Print a line for every variable and visit of the analysis set of the plan, then how many tests were made."""
    rows = tuple(results)
    found = _lines(rows, plan.set)
    remarks = Remarks()
    heads = [head.format(level=show_share(plan.confidence)) for head in HEAD]
    shown = [_line(*key, cells, remarks) for key, cells in list(found.items())[:MOST_LINES]]
    print_columns(heads, shown, left=(0, 1))
    if len(found) > MOST_LINES:
        click.echo(f"… and {len(found) - MOST_LINES:,} more lines.")
    for sentence, number in remarks.numbers.items():
        click.echo(f"{number:>4}  {shorten(sentence, LONGEST)}")
    made = {row.stat: row for row in rows if row.analysis == "tests"}
    if "n" in made and "n_below_alpha" in made:
        n, below = (show_plain(float(made[stat].value or 0)) for stat in ("n", "n_below_alpha"))
        chosen = getattr(plan, "between", None) or plan.test
        adjusted = "" if plan.multiplicity == "none" else f" after adjustment ({plan.multiplicity})"
        click.echo(
            f"Tests made: {n}; below {plan.alpha}{adjusted}: {below}. "
            f"Chosen beforehand: {chosen}; the others are sensitivity."
        )


def print_reconciled(found: Reconciled, left: int) -> None:
    """Print the differences of two results, and what was compared."""
    heads = ("result", "what", "A", "B", "B − A", "relative")
    print_columns(heads, [difference_cells(one) for one in found.differences[:MOST_DIFFERENCES]], left=(0, 1))
    if len(found.differences) > MOST_DIFFERENCES:
        click.echo(f"… and {len(found.differences) - MOST_DIFFERENCES:,} more.")
    counts = [f"{found.count(kind):,} {words}" for kind, words in WORDS.items() if found.count(kind)]  # type: ignore[arg-type]
    click.echo(f"{found.compared:,} results compared: {', '.join(counts) or 'no difference'}.")
    if left:
        click.echo(f"{left:,} results of A are not what --map names, and were not compared.")
    click.echo(f"Largest relative difference among those taken as equal: {found.largest:.1e}.")


WORDS = {
    "value": "with another value", "n": "with another n", "unit": "with another unit",
    "only in A": "only in A", "only in B": "only in B",
}  # fmt: skip


def difference_cells(one: Difference) -> tuple[str, ...]:
    """Write a difference for its columns."""
    relative = "" if one.relative is None else f"{one.relative:.2e}"
    absolute = "" if one.absolute is None else f"{one.absolute:.6g}"
    old, new = (_said(value, one.kind) for value in (one.old, one.new))
    return one.id, WORDS[one.kind], old, new, absolute, relative


def _said(value: float | str | None, kind: str) -> str:
    if value is None:
        return "" if kind.startswith("only") else "no value"
    return value if isinstance(value, str) else significant(float(value))


def _lines(rows: Sequence[Result], analysis_set: str) -> dict[tuple[str, str], Cells]:
    """Sort the results that are shown by variable (and arm) and visit."""
    found: dict[tuple[str, str], Cells] = {}
    for row in rows:
        if row.analysis in SHOWN and row.analysis_set == analysis_set and not row.level and row.visit:
            name = f"{row.variable} ({row.group})" if row.group else row.variable
            found.setdefault((name, row.visit), {})[row.analysis, row.stat] = row
    order = {name: place for place, name in enumerate(dict.fromkeys(variable for variable, _ in found))}
    return dict(sorted(found.items(), key=lambda item: order[item[0][0]]))


def _line(variable: str, visit: str, cells: Cells, remarks: Remarks) -> tuple[str, ...]:
    """Write one line, with the numbers of its remarks."""
    low, high = (number(cells.get(("change", end))) for end in ("ci_low", "ci_high"))
    shown = [cells.get(("change", stat)) for stat in ("n_pairs", "mean", "t", "p")]
    exact = [cells.get((test, "p")) for test in ("sign_flip", "signed_rank")]
    least = cells.get(("sign_flip", "p_min"))
    described = [cells.get(("describe", stat)) for stat in ("n", "mean", "sd")]
    return (
        variable, visit, *(number(row) for row in described),
        number(shown[0]), number(shown[1], signed=True), f"{low} to {high}" if low and high else "",
        number(shown[2]), *(p_of(row) for row in (shown[3], *exact, least)),
        remarks.of([*described, *shown, *exact]),
    )  # fmt: skip


def number(row: Result | None, *, signed: bool = False) -> str:
    """Write the number of a result with its decimals, nothing where there is none."""
    if row is None or row.value is None or isinstance(row.value, str):
        return ""
    value = float(row.value)
    if row.decimals is None:
        return show_plain(value)
    shown = settled(value, row.decimals)
    return show_signed(shown, row.decimals) if signed else show(shown, row.decimals)


def p_of(row: Result | None) -> str:
    """Write a p, nothing where there is none."""
    return show_p(row.value) if row is not None and isinstance(row.value, float) else ""


def print_columns(heads: Sequence[str], lines: Sequence[Sequence[str]], *, left: Sequence[int]) -> None:
    """Print lines under their heads, as wide as they need; a column without any text is left out."""
    if not lines:
        return
    kept = [place for place in range(len(heads)) if any(line[place] for line in lines)]
    widths = {place: max(width_of(line[place]) for line in (heads, *lines)) for place in kept}
    for line in (heads, *lines):
        cells = (_padded(line[place], widths[place], to_left=place in left) for place in kept)
        click.echo("  ".join(cells).rstrip())


def width_of(text: str) -> int:
    """Return how many columns a text takes."""
    if text.isascii():
        return len(text)
    signs = (sign for sign in text if not unicodedata.combining(sign))
    return sum(2 if unicodedata.east_asian_width(sign) in WIDE else 1 for sign in signs)


def _padded(text: str, width: int, *, to_left: bool) -> str:
    blank = " " * (width - width_of(text))
    return text + blank if to_left else blank + text
