"""The verbs that keep a study safe: back it up, restore it, archive it, and keep its head elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trialbook.cli.doors import doors, folder_at, print_problems
from trialbook.cli.options import STUDY, Named

if TYPE_CHECKING:
    from trialbook.folder import StudyFolder


@click.command()
@STUDY
@click.option(
    "--to",
    type=Named(path_type=Path),
    metavar="DIR",
    help="Where (default: as site.toml says, else backups, in the study).",
)
@click.option(
    "--keep",
    default="",
    metavar="HOW MANY",
    help="Default: as site.toml says, else daily=7,weekly=4,monthly=12; a part may be left out.",
)
@click.option(
    "--identities",
    type=Named(path_type=Path),
    metavar="DIR",
    help="Another place, for the list that ties codes to persons; without it as site.toml says, else left out.",
)
def backup(study: Path, to: Path | None, keep: str, identities: Path | None) -> None:
    """Back up a study, also while its site records.

    The copy is restored and compared before it counts; earlier ones that are not kept are taken away then.
    """
    from trialbook.keeping.backup import take_backup
    from trialbook.web.serving import accounts_of

    where = folder_at(study)
    asked = as_planned(where, to, keep, identities)
    run = take_backup(where, doors("backup"), **asked, accounts=accounts_of(where))
    click.echo(f"Backed up to {run.to}: {run.count} entries, restored and verified.")
    click.echo(f"Head: {run.hash}")
    for name in run.removed:
        click.echo(f"Taken away, as newer ones stand for it: {name}")
    if Path(run.to).resolve().is_relative_to(where.path.resolve()):
        click.echo("It is on the disk of the study. A disk that fails takes it along: name another place with --to.")


def as_planned(where: StudyFolder, to: Path | None, keep: str, identities: Path | None) -> dict[str, Any]:
    """Return where a backup goes and what is kept: as asked, else as the site does it by itself."""
    from trialbook.keeping.rotation import Keep, more_of, parse_keep
    from trialbook.keeping.schedule import Plan, identities_for
    from trialbook.web.accounts.policy import read_policy

    plan = read_policy(where.path).backup or Plan()
    planned = where.path / plan.to
    if to is None or to.resolve() == planned.resolve():
        rule, place = plan.keep, identities or identities_for(where, plan)
    else:
        # elsewhere nothing goes that either of the two would keep
        rule, place = more_of(plan.keep, Keep()), identities
    return {"to": to or planned, "keep": parse_keep(keep) if keep else rule, "identities": place}


@click.command()
@click.argument("source", type=click.Path(path_type=Path), metavar="BACKUP")
@click.option("--to", type=Named(path_type=Path), required=True, metavar="STUDY", help="A folder with nothing in it.")
@click.option("--store", default="", metavar="ADDRESS", help="A prepared PostgreSQL database for ledger and accounts.")
def restore(source: Path, to: Path, store: str) -> None:
    """Restore a study from a backup or an archive.

    Nothing is overwritten; it is verified before and after. The settings of its site are kept aside, so that nothing
    done in the copy reaches the study that it was copied from.
    """
    from trialbook.keeping.restoring import restore as restored
    from trialbook.web.serving import accounts_into

    done = restored(source, to, doors("restore"), store=store, accounts=accounts_into(store))
    if done.manifest.data == "invented":
        click.echo("INVENTED DATA: no person of this study is real.")
    click.echo(f"Restored to {done.folder}: {done.manifest.title}")
    click.echo(f"{done.head.count} entries, {done.participants} participants, as of {done.head.at}; verified.")
    click.echo(f"Head: {done.head.hash}")
    if done.aside is not None:
        click.echo(f"Its settings are kept aside in {done.aside}, and are not in force: they lead to ledger, backups,")
        click.echo("heads and keys of the study that was copied. Read them, and write what holds here into site.toml.")
    if store:
        click.echo("site.toml names its database. TRIALBOOK_STORE may hold the password, and must name the same one.")
    click.echo("Its backups go to a place of their own: not where those of the study go that was copied.")
    if not done.has_accounts:
        click.echo("There are no accounts in it: “trialbook serve” makes the first one anew.")


@click.command()
@STUDY
@click.argument("out", type=Named(path_type=Path), metavar="OUT.zip")
def archive(study: Path, out: Path) -> None:
    """Write all of a study into one zip file.

    `restore` makes a working study of it; it can be read without this program, too.
    """
    from trialbook.keeping.archive import archive as archived

    where = folder_at(study)
    done = archived(where, out, doors("archive"), sign_ins=sign_ins_of(where))
    print_problems(done.without)
    for name in done.left_out:
        click.echo(f"Left out, as it may hold secrets: {name}")
    click.echo(f"Archived to {done.file}: {done.manifest.head.count} entries, {len(done.manifest.files)} files.")
    click.echo(f"Head: {done.manifest.head.hash}")


@click.command()
@STUDY
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it to a page (.pdf), a text (.txt), or .json."
)
def head(study: Path, out: Path | None) -> None:
    """Show how far the ledger reaches, to be kept elsewhere.

    Printed or mailed, it shows later with `verify --head` that nothing before was changed.
    """
    from trialbook.keeping.head_sheet import head_text, keep_head

    found = keep_head(folder_at(study), out, doors("head"))
    click.echo(head_text(found) if out is None else f"Wrote {out}. Keep it away from this machine.")


def sign_ins_of(where: StudyFolder) -> bytes | None:
    """Return the log of sign-ins of a study's site as CSV; None where it never had a site."""
    from trialbook.web.accounts.policy import read_policy
    from trialbook.web.serving import ACCOUNTS_FILE, NEAR_NAMES, enter_django

    file = where.path / ACCOUNTS_FILE
    if not where.store and (not file.is_file() or not file.stat().st_size):
        return None
    enter_django(where, read_policy(where.path), NEAR_NAMES)
    from trialbook.web.accounts.log_csv import sign_ins_csv
    from trialbook.web.databases import has_table

    return sign_ins_csv() if has_table("accounts_signin") else None
