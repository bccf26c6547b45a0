"""The verb that shows what a later version of the study file would change, and puts it into force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialbook.cli.doors import doors, folder_at, print_problems
from trialbook.cli.options import BY, REASON, STUDY

if TYPE_CHECKING:
    from trialbook.capture.book import Book
    from trialbook.capture.foreseeing import Foreseen
    from trialbook.folder import Doors
    from trialbook.protocol.model import Study


@click.command()
@STUDY
@click.argument("new_file", type=click.Path(path_type=Path), metavar="NEWFILE")
@click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path), metavar="FILE", help="Write every value it touches."
)
@click.option("--adopt", "adopts", is_flag=True, help="Put it into force, with --reason.")
@click.option(
    "--discard", "discards", is_flag=True, help="Give it up, with --reason, where it was sent to the site and waits."
)
@REASON
@click.option("--site", metavar="SITE", help="Only at this site (default: everywhere).")
@click.option("--approved", metavar="YYYY-MM-DD", help="Day on which the ethics committee approved it.")
@click.option("--approved-by", "said", default="", metavar="TEXT", help="Which committee, and its reference.")
@BY
def amend(
    study: Path,
    new_file: Path,
    *,
    csv_file: Path | None,
    adopts: bool,
    discards: bool,
    reason: str | None,
    site: str | None,
    approved: str | None,
    said: str,
    by: str | None,
) -> None:
    """Show what a later version of the study file changes, and whom and what it touches.

    With --adopt it takes effect; what is recorded stays as it is. With --discard a version that waits is given up.
    """
    if adopts and discards:
        raise click.UsageError("--adopt and --discard are two decisions: choose one.")
    from trialbook.capture.acts import adopt
    from trialbook.cli.amending_shown import print_foreseen
    from trialbook.folder import open_existing, read_study

    who, later = doors(by), read_study(new_file)
    if discards:
        _discard(study, later, who, reason)
        return
    with open_existing(folder_at(study), who) as book:
        foreseen = _foreseen(book, later, who, site=site, approved=approved)
        print_foreseen(foreseen)
        _write(foreseen, csv_file)
        if not adopts:
            print_problems([one for one in foreseen.problems if one.code != "ACT-01"])
            return
        act = adopt(later, reason=reason, site=site, approved=approved, said=said)
        entries = book.record(act, by=who.by).entries
    where = f"at site {site}" if site else "everywhere"
    click.echo(f"Adopted {where}; recorded: {len(entries)} entries." if entries else "It is in force there already.")


def _discard(study: Path, later: Study, who: Doors, reason: str | None) -> None:
    """Give up a version that waits."""
    from trialbook.capture.acts import discard
    from trialbook.folder import open_existing

    with open_existing(folder_at(study), who) as book:
        entries = book.record(discard(later.fingerprint, reason=reason or ""), by=who.by).entries
    click.echo("Discarded; its text stays in the ledger." if entries else "It was discarded already.")


def _foreseen(book: Book, later: Study, who: Doors, *, site: str | None, approved: str | None) -> Foreseen:
    """Judge everybody by both plans, with a bar where that takes long."""
    from trialbook.capture.foreseeing import foresee_version
    from trialbook.capture.shelf import Shelf
    from trialbook.progress import progress_bar

    view = Shelf(book).view
    with progress_bar() as tell:

        def step(done: int, total: int) -> None:
            tell("judging by both plans", done, total)

        today = view.study_of(site).local_day(who.now())
        return foresee_version(
            view, later, today, by=who.by, site=site, approved=approved, version=book.version, step=step
        )


def _write(foreseen: Foreseen, file: Path | None) -> None:
    """Write every touched value, where that is asked for."""
    if file is None:
        return
    from trialbook.exchange.consequence_file import consequences_csv
    from trialbook.folder import write_whole

    write_whole(file, consequences_csv(foreseen.consequences, data=foreseen.new.identity.data))
    click.echo(f"Every value that it touches: {file}")
