"""The verbs of the instruments: the catalogue, and the scoring of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialbook.cli.doors import print_problems
from trialbook.errors import Place, Problem, TrialbookError

if TYPE_CHECKING:
    from trialbook.instruments.catalogue import Scale


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
def instruments(name: str | None) -> None:
    """List the instruments, or show one with its items and rules.

    These are the published scales that a form of a study may name, and rules of response, which compare two moments.
    """
    from trialbook.cli.scales import print_catalogue, print_scale

    if name is None:
        print_catalogue()
    else:
        print_scale(_scale(name, ()))


@click.command()
@click.argument("name", metavar="NAME")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--csv", "out", type=click.Path(path_type=Path), help="Write every row to this CSV file.")
@click.option(
    "--id", "ids", multiple=True, metavar="COLUMN", help="A column that tells the rows apart; may be repeated."
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PARAM=VALUE",
    help="Set a parameter of the instrument; may be repeated.",
)
def score(name: str, file: Path, *, out: Path | None, ids: tuple[str, ...], settings: tuple[str, ...]) -> None:
    """Score a file of filled-in forms by the instrument NAME.

    FILE is a CSV or Excel file, a row a form, with the items as columns; a cell without an answer is empty, and a
    column may name its unit, as in `ck_base [ukat/L]`. Where a cell cannot be taken, nothing is scored.
    """
    from trialbook.cli.scales import print_scores
    from trialbook.exchange.score_file import score_file, to_csv
    from trialbook.folder import write_whole

    scale = _scale(name, settings)
    _keep_answers(file, out)
    scored = score_file(file, scale, ids=ids)
    print_problems(scored.notes)
    print_scores(scored)
    if out is not None:
        write_whole(out, to_csv(scored))
        click.echo(f"Wrote {out}")


def _scale(name: str, settings: tuple[str, ...]) -> Scale:
    """Find an instrument and set its parameters."""
    from trialbook.instruments.catalogue import find_scale

    pairs = [text.partition("=") for text in settings]
    unclear = next((text for text, pair in zip(settings, pairs, strict=True) if not pair[1]), None)
    if unclear is not None:
        raise click.BadParameter(f"{unclear} sets nothing; write PARAM=VALUE", param_hint="--set")
    found = find_scale(name, {key.strip(): value for key, _, value in pairs})
    if isinstance(found, tuple):
        raise TrialbookError(found)
    return found


def _keep_answers(file: Path, out: Path | None) -> None:
    """Refuse to write over the file that is scored."""
    if out is not None and out.resolve() == file.resolve():
        raise TrialbookError((Problem(code="SCORE-10", place=Place(file=file.name)),))
