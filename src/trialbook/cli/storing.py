"""The verbs of a ledger in PostgreSQL: make its place ready as the owner, and carry a ledger there or back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialbook.cli.doors import doors, folder_at
from trialbook.cli.options import STUDY

if TYPE_CHECKING:
    from trialbook.capture.server import Reader
    from trialbook.folder import StudyFolder

ADDRESS = "postgresql://NAME:PASSWORD@HOST/DATABASE"


@click.command(name="prepare-store")
@click.argument("address", metavar="OWNER-ADDRESS")
@click.option("--writer", required=True, metavar="ROLE", help="The role as which trialbook reads and appends.")
@click.option(
    "--reader",
    "readers",
    multiple=True,
    metavar="ROLE[=SITE]",
    help="A role that reads the entries of one site, or all; may be given again.",
)
def prepare_store(address: str, *, writer: str, readers: tuple[str, ...]) -> None:
    """Make a PostgreSQL database ready for a ledger, once.

    OWNER-ADDRESS is postgresql://OWNER@HOST/DATABASE: who owns the tables is not who writes. The roles have to be
    there.
    """
    from trialbook.capture.server import prepare
    from trialbook.capture.stores import named

    is_new = prepare(address, writer=writer, readers=[reader_of(one) for one in readers])
    done = "Prepared" if is_new else "It was prepared before; readers were added to"
    click.echo(f"{done} {named(address)}.")
    click.echo(f"Give trialbook the address with the role {writer} as TRIALBOOK_STORE; keep the owner's to yourself.")


def reader_of(told: str) -> Reader:
    """Read a role and, after a sign of equality, the site whose entries it reads."""
    from trialbook.capture.server import Reader

    role, _, site = told.partition("=")
    return Reader(role=role, site=site or None)


@click.command()
@STUDY
@click.option("--to", required=True, metavar="ADDRESS|FILE", help=f"{ADDRESS}, prepared; or a file that is not there.")
def move(study: Path, to: str) -> None:
    """Carry a study's ledger into a database, or back into a file.

    Every entry as it is, counted, compared and verified on both sides. A file is then called ledger.moved.db.
    """
    from trialbook.capture.moving import move_ledger
    from trialbook.capture.stores import is_address, named
    from trialbook.progress import progress_bar

    source = source_of(folder_at(study, moving=True), to)
    place = to if is_address(to) else Path(to)
    with progress_bar() as progress:
        done = move_ledger(source, place, mark=doors("move").new_id(), progress=progress)
    click.echo(f"Moved {done.head.count} entries from {named(source)} to {named(place)}; both sides verified.")
    click.echo(f"Head: {done.head.hash}")
    if done.kept is not None:
        click.echo(f"The file is now {done.kept}: keep it, and record nothing in it.")
        click.echo("From now on set TRIALBOOK_STORE, or `store` in site.toml, to the address.")
    else:
        click.echo("Let the owner take the writer's right away there, so that nothing goes on in two places:")
        click.echo("    REVOKE INSERT ON ledger.entry FROM the writer;")
        click.echo("Then unset TRIALBOOK_STORE, and `store` in site.toml.")


def source_of(where: StudyFolder, to: str) -> Path | str:
    """Return where a ledger is moved from; LedgerError where there is none."""
    from trialbook.capture.stores import is_address
    from trialbook.errors import LedgerError, Problem

    if where.store and where.store != to:
        return where.store
    if is_address(to) and where.ledger.exists():
        return where.ledger
    what = str(where.ledger) if is_address(to) else "neither TRIALBOOK_STORE nor site.toml names a database"
    raise LedgerError([Problem(code="LEDGER-57", values={"what": what})])
