"""The verbs of the results: the report, the way back from a number, the demonstration."""

from __future__ import annotations

from pathlib import Path

import click

from trialbook.cli.doors import doors, moment, print_problems
from trialbook.cli.options import AS_OF, BY, STUDY


@click.command()
@STUDY
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write into (default: report/ of the study).")
@click.option("--word", is_flag=True, help="Also write report.docx, for Word.")
@AS_OF
def report(study: Path, out: Path | None, *, word: bool, as_of: str | None) -> None:
    """Compute the planned analysis and write the report.

    Writes report.html and results.csv.
    """
    from trialbook.folder import folder_of, open_existing, plan_in_force, write_report
    from trialbook.progress import progress_bar

    where = folder_of(study)
    clock = doors(None)
    with open_existing(where, clock) as book, progress_bar() as progress:
        print_problems(plan_in_force(where, book))
        written = write_report(
            book, out or where.report, now=clock.now(), as_of=moment(as_of), word=word, progress=progress
        )
    click.echo(f"{written.numbers} results. Open {written.word or written.page}")


@click.command()
@STUDY
@click.argument("result", metavar="RESULT-ID")
def trace(study: Path, result: str) -> None:
    """Lead a number of the report back to its entries."""
    from trialbook.folder import folder_of, open_existing, trace_result
    from trialbook.terminal import print_trace

    with open_existing(folder_of(study), doors(None)) as book:
        print_trace(trace_result(book, result))


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
