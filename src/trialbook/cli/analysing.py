"""The verbs of the statistics: carry out the plan, or analyse a bare table; lay two sets of results side by side."""

from __future__ import annotations

import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from click.core import ParameterSource

from trialbook.cli.doors import doors, folder_at, look_at_results, moment, print_problems
from trialbook.cli.options import AS_OF, LOOK
from trialbook.errors import Place, Problem, TrialbookError

if TYPE_CHECKING:
    from trialbook.analysis.bare import Asked
    from trialbook.analysis.reconcile import Reconciled
    from trialbook.exchange.long_table import Wanted

TESTS = ("paired t", "sign flip", "signed rank")
NEEDED = {"participant": "--id", "visit": "--visit", "value": "--value", "baseline": "--baseline"}
"""Parameter -> option that a bare table cannot do without."""
OF_A_TABLE = (*NEEDED, "by", "missing", "test", "confidence", "alpha", "seed", "csv_out")
OF_A_STUDY = ("out", "as_of", "reason")


def share(ctx: click.Context, param: click.Parameter, value: str) -> Decimal:
    """Read a share between nothing and all, as it was typed; click's own error where it is none."""
    try:
        found = Decimal(value)
    except InvalidOperation as error:
        raise click.BadParameter(f"{value} is no number", ctx, param) from error
    if not 0 < found < 1:
        raise click.BadParameter(f"{value} does not lie between 0 and 1", ctx, param)
    return found


FILE = click.Path(path_type=Path)


@click.command()
@click.argument("study", required=False, type=FILE, metavar="[STUDY]")
@click.option("--out", type=FILE, metavar="DIR", help="Of a study: folder to write into (default: its report/).")
@AS_OF
@LOOK
@click.option("--data", type=FILE, metavar="FILE", help="A long table, CSV or Excel, in place of a study.")
@click.option("--id", "participant", metavar="COLUMN", help="Column that tells the participants apart.")
@click.option("--visit", metavar="COLUMN", help="Column of the visits.")
@click.option("--value", metavar="COLUMN", help="Column of the numbers.")
@click.option("--baseline", metavar="LABEL", help="The visit that later ones are compared with.")
@click.option("--by", metavar="COLUMN", help="Column whose levels (parameters, arms) are each analysed by themselves.")
@click.option(
    "--missing", multiple=True, metavar="TEXT", help="Text that stands for no value, such as NA; may be repeated."
)
@click.option(
    "--test", type=click.Choice(TESTS), default=TESTS[0], show_default=True, metavar="TEST",
    help="Chosen beforehand: paired t, sign flip or signed rank; the others are sensitivity analyses.",
)  # fmt: skip
@click.option(
    "--confidence",
    callback=share,
    metavar="SHARE",
    default="0.95",
    show_default=True,
    help="Confidence of the intervals.",
)
@click.option("--alpha", callback=share, metavar="SHARE", default="0.05", show_default=True, help="Level of the test.")
@click.option("--seed", type=int, metavar="N", help="Draw patterns of signs at random where all are too many to count.")
@click.option("--csv", "csv_out", type=FILE, metavar="OUT", help="Write every result to this CSV file.")
@click.pass_context
def analyse(
    ctx: click.Context,
    study: Path | None,
    *,
    out: Path | None,
    as_of: str | None,
    reason: str | None,
    data: Path | None,
    participant: str | None,
    visit: str | None,
    value: str | None,
    baseline: str | None,
    by: str | None,
    missing: tuple[str, ...],
    test: Literal["paired t", "sign flip", "signed rank"],
    confidence: Decimal,
    alpha: Decimal,
    seed: int | None,
    csv_out: Path | None,
) -> None:
    """Carry out the plan of STUDY, or analyse a bare table.

    Of a study: writes results.csv and results.json into DIR, without a report. Of a table, a row a participant and
    visit: --data FILE --id COLUMN --visit COLUMN --value COLUMN --baseline LABEL; --csv OUT writes every result.
    """
    if study is not None and data is None:
        _refuse(ctx, OF_A_TABLE, "The plan of a study says how it is analysed; this is for --data: {options}.")
        _of_study(study, out, as_of, reason)
    elif data is not None and study is None:
        _refuse(ctx, OF_A_STUDY, "This is for a study, and a table is written with --csv: {options}.")
        absent = [option for name, option in NEEDED.items() if ctx.params[name] is None]
        if absent:
            raise click.UsageError(f"A table also needs {', '.join(absent)}.")
        from trialbook.analysis.bare import Asked
        from trialbook.exchange.long_table import Wanted

        wanted = Wanted(
            participant=participant or "", visit=visit or "", value=value or "", baseline=baseline or "", by=by,
            missing=missing,
        )  # fmt: skip
        _of_table(data, wanted, Asked(test=test, alpha=alpha, confidence=confidence, seed=seed), csv_out)
    else:
        raise click.UsageError("Name either a study, or a table with --data.")


@click.command()
@click.argument("a", type=FILE, metavar="A")
@click.argument("b", type=FILE, metavar="B")
@click.option(
    "--tolerance", type=click.FloatRange(0), metavar="SHARE", default=1e-9, show_default=True,
    help="Relative difference up to which two numbers are equal.",
)  # fmt: skip
@click.option(
    "--absolute", type=click.FloatRange(0), metavar="NUMBER", default=1e-12, show_default=True,
    help="Absolute difference up to which they are equal whatever their size.",
)  # fmt: skip
@click.option(
    "--map", "maps", multiple=True, metavar="ID=COLUMN",
    help="What a column of B holds: the result id, with the names of other columns of B in braces; may be repeated.",
)  # fmt: skip
@click.option("--csv", "csv_out", type=FILE, metavar="OUT", help="Write every difference to this CSV file.")
def reconcile(
    a: Path, b: Path, *, tolerance: float, absolute: float, maps: tuple[str, ...], csv_out: Path | None
) -> None:
    """Tell which numbers of two results differ.

    A and B are each a results.csv, or B is the CSV of another program and --map says what its columns hold, as in
    --map 'change.{PARAM}.{VISIT}.mean=mean_change'; --map 'change.{PARAM}.{VISIT}.mean=mean_change,n_pairs' also says
    where n stands. Leaves with 0 where nothing differs, and with 1 where something does.
    """
    from trialbook.analysis.reconcile import reconcile as compared
    from trialbook.cli.results_shown import print_reconciled
    from trialbook.exchange.results_file import pairs_to_reconcile

    _keep(csv_out, a, b)
    ours, theirs, left = pairs_to_reconcile(a, b, maps)
    found = compared(ours, theirs, tolerance=tolerance, absolute=absolute)
    print_reconciled(found, left)
    if csv_out is not None:
        _write_differences(found, csv_out)
    if not found.equal:
        sys.exit(1)


def _refuse(ctx: click.Context, names: tuple[str, ...], sentence: str) -> None:
    """Refuse options that mean nothing here."""
    options = {param.name: param.opts[0] for param in ctx.command.params}
    typed = [options[name] for name in names if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if typed:
        raise click.UsageError(sentence.format(options=", ".join(typed)))


def _of_study(study: Path, out: Path | None, as_of: str | None, reason: str | None) -> None:
    from trialbook.cli.results_shown import print_summary
    from trialbook.folder import open_existing, plan_in_force
    from trialbook.outcome import write_results
    from trialbook.progress import progress_bar

    where, clock = folder_at(study), doors(None)
    with open_existing(where, clock) as book, progress_bar() as progress:
        look_at_results(book, "all results", clock, reason)
        print_problems(plan_in_force(where, book))
        written = write_results(book, out or where.report, as_of=moment(as_of), progress=progress)
    print_summary(written.results, written.study.analysis)
    click.echo(f"{len(written.results)} results. Wrote {written.table} and {written.document}")


def _of_table(data: Path, wanted: Wanted, asked: Asked, csv_out: Path | None) -> None:
    from trialbook.analysis.bare import analyse_bare
    from trialbook.cli.results_shown import print_bare, print_summary
    from trialbook.exchange.long_table import read_long
    from trialbook.progress import progress_bar

    _keep(csv_out, data)
    with progress_bar() as progress:
        read = read_long(data, wanted, progress=progress)
        results = analyse_bare(read.table, asked, progress=progress)
    print_problems(read.notes)
    print_bare(read.table)
    print_summary(results, asked)
    if csv_out is not None:
        from trialbook.folder import write_whole
        from trialbook.render.to_csv import results_csv

        write_whole(csv_out, results_csv(results, data=None))
        click.echo(f"{len(results)} results. Wrote {csv_out}")


def _write_differences(found: Reconciled, out: Path) -> None:
    from trialbook.folder import write_whole
    from trialbook.render.to_csv import differences_csv

    write_whole(out, differences_csv(found.differences))
    click.echo(f"Wrote {out}")


def _keep(out: Path | None, *sources: Path) -> None:
    """Refuse to write over a file that is read."""
    for source in sources:
        if out is not None and out.resolve() == source.resolve():
            raise TrialbookError((Problem(code="BARE-11", place=Place(file=source.name)),))
