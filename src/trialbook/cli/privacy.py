"""The verb that erases: words that identify a person, or the identity that is kept apart."""

from __future__ import annotations

from pathlib import Path

import click

from trialbook.cli.doors import doors, folder_at, print_problems
from trialbook.cli.options import BY, REASON, STUDY


@click.command()
@STUDY
@click.argument("entries", type=int, nargs=-1, metavar="ENTRIES...")
@click.option("--identity", metavar="PARTICIPANT", help="Erase who this participant is, in the list kept apart.")
@REASON
@BY
def erase(study: Path, entries: tuple[int, ...], *, identity: str | None, reason: str | None, by: str | None) -> None:
    """Erase the words of entries for good, with --reason.

    The entries themselves stay, and the ledger still verifies. ENTRIES are numbers, as `trialbook history` shows them.
    """
    if bool(entries) == (identity is not None):
        raise click.UsageError("Name the entries to erase, or a participant with --identity.")
    if identity is not None:
        erase_who(study, identity, reason=reason or "", by=by)
    else:
        erase_words(study, entries, reason=reason or "", by=by)


def erase_words(study: Path, entries: tuple[int, ...], *, reason: str, by: str | None) -> None:
    """Erase the words of entries, and name the others that say the same."""
    from trialbook.capture.acts import erase as erasing
    from trialbook.capture.erasure import also_saying
    from trialbook.folder import open_existing
    from trialbook.terminal import print_receipt

    who = doors(by)
    with open_existing(folder_at(study), who) as book:
        also = also_saying(book.entries(), tuple(book.entries(entries)))
        receipt = book.record(erasing(entries, reason=reason), by=who.by)
    print_receipt(receipt)
    print_problems(receipt.notes)
    if also:
        click.echo("The same words stand in: " + ", ".join(f"entry {entry.seq} ({entry.act})" for entry in also) + ".")
    if receipt.entries:
        click.echo("Reports, exports and backups made before still hold the words: make them anew, or destroy them.")


def erase_who(study: Path, participant: str, *, reason: str, by: str | None) -> None:
    """Erase the identity of a participant, after the act that says so is recorded."""
    import secrets

    from trialbook.capture.acts import erase_identity
    from trialbook.capture.identities import IDENTITIES_FILE, Vault
    from trialbook.capture.identities import erase_identity as destroy
    from trialbook.errors import LedgerError, Problem
    from trialbook.folder import record
    from trialbook.web.accounts.policy import read_policy

    where = folder_at(study)
    keys = read_policy(where.path).identity_keys
    if not keys:
        raise LedgerError([Problem(code="IDENT-09")])
    record(where, erase_identity(participant, reason=reason), doors(by))
    vault = Vault(file=where.path / IDENTITIES_FILE, keys=where.path / keys, chance=secrets.token_bytes)
    is_gone = destroy(vault, participant)
    click.echo("The identity is erased." if is_gone else "No identity was kept; that it was to be erased is recorded.")
