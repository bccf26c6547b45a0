"""The verbs of the results: the report, the way back from a number, the demonstration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialbook.cli.doors import doors, folder_at, look_at_results, moment, print_problems
from trialbook.cli.options import AS_OF, BY, LOOK, STUDY

if TYPE_CHECKING:
    from trialbook.report.copies import Trace
    from trialbook.report.files import Kind


FEW_FILES = 4
"""Moved files that are told one by one."""
TRACES = ("none", "results", "participants", "full")


@click.command()
@STUDY
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write into (default: report/ of the study).")
@click.option("--word", is_flag=True, help="Also write report.docx, for Word.")
@click.option("--pdf", is_flag=True, help="Also write report.pdf.")
@click.option("--rtf", is_flag=True, help="Also write listings.rtf: what was recorded, row by row.")
@click.option("--figures", is_flag=True, help="Also write figures/: each figure as SVG for print, and its data as CSV.")
@click.option("--all", "everything", is_flag=True, help="Write all of these.")
@click.option("--for", "role", metavar="ROLE", help="A copy without what this role of the study file may not see.")
@click.option(
    "--trace", "depth", type=click.Choice(TRACES), metavar="DEPTH",
    help="How far numbers lead: none, results, participants or full (default: full, as long as the page stays quick).",
)  # fmt: skip
@AS_OF
@LOOK
@BY
def report(
    study: Path, out: Path | None, *, word: bool, pdf: bool, rtf: bool, figures: bool, everything: bool,
    role: str | None, depth: Trace | None, as_of: str | None, reason: str | None, by: str | None,
) -> None:  # fmt: skip
    """Compute the planned analysis and write the report.

    Writes report.html and results.csv. A copy for a role, or with numbers that lead less far, gets a folder of its own.
    """
    from trialbook.folder import open_existing, plan_in_force
    from trialbook.outcome import write_report
    from trialbook.progress import progress_bar
    from trialbook.report.copies import Reader

    where, clock = folder_at(study), doors(by)
    asked: dict[Kind, bool] = {"word": word, "pdf": pdf, "rtf": rtf, "figures": figures}
    kinds = [kind for kind, is_asked in asked.items() if is_asked or everything]
    reader = Reader(trace=depth, role=role)
    with open_existing(where, clock) as book, progress_bar() as progress:
        look_at_results(book, "the whole report", clock, reason)
        print_problems(plan_in_force(where, book))
        written = write_report(
            book, out or where.report / copy_folder(role, depth), now=clock.now(), as_of=moment(as_of), kinds=kinds,
            reader=reader, beside=where.comparators, progress=progress,
        )  # fmt: skip
    for line in (*moved_lines(written.moved), *((written.note,) if written.note and depth is None else ())):
        click.echo(line)
    made = (written.page, *((written.word,) if written.word else ()), *written.others)
    made = (*made, *((written.figures,) if written.figures else ()))
    click.echo(f"{written.numbers} results. Open {' or '.join(str(path) for path in reversed(made))}")


def moved_lines(moved: Sequence[Path]) -> Iterator[str]:
    """Yield where files of an earlier run are now; of many only in which folder."""
    if len(moved) > FEW_FILES:
        yield f"{len(moved)} files of an earlier run, which this one did not make, are now in {moved[0].parent}"
        return
    for place in moved:
        yield f"A file of an earlier run, which this one did not make, is now {place}"


def copy_folder(role: str | None, depth: Trace | None) -> str:
    """Return the folder of a copy within that of the report; the report itself stands in no further folder."""
    capped = "" if depth in {None, "full"} else f"trace-{depth}"
    named = "" if role is None else f"for-{role}"
    return "-".join(part for part in ("copy", named, capped) if part) if named or capped else "."


@click.command()
@STUDY
@click.argument("result", metavar="RESULT-ID")
@click.option("--all-digits", is_flag=True, help="Write the number with every digit that it was computed to.")
@LOOK
@BY
def trace(study: Path, result: str, *, all_digits: bool, reason: str | None, by: str | None) -> None:
    """Lead a number of the report back to its entries."""
    from trialbook.folder import open_existing
    from trialbook.outcome import trace_result
    from trialbook.terminal import print_trace

    clock = doors(by)
    with open_existing(folder_at(study), clock) as book:
        look_at_results(book, f"the result {result}", clock, reason)
        print_trace(trace_result(book, result), all_digits=all_digits)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@BY
def demo(folder: Path, by: str | None) -> None:
    """Run the shipped real studies to their reports, in DIR."""
    from trialbook.demo import run_demo
    from trialbook.progress import progress_bar
    from trialbook.terminal import print_demo

    with progress_bar() as progress:
        written = run_demo(folder, doors(by), progress)
    print_demo(written)
