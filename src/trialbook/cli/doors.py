"""What every verb needs at its door: the clock, the chance and the person, days as typed, and problems as sentences."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialbook.errors import Problem

if TYPE_CHECKING:
    from datetime import date

    from trialbook.capture.acts import Act
    from trialbook.capture.book import Book
    from trialbook.folder import Doors, StudyFolder


def folder_at(study: Path, *, moving: bool = False) -> StudyFolder:
    """Find the folder of a study and where its ledger is kept: `TRIALBOOK_STORE`, `store` in site.toml, or the file.

    LedgerError where these do not agree; `moving` for the one verb that has a ledger in two places.
    """
    from dataclasses import replace

    from trialbook.folder import folder_of

    where, written = folder_of(study), ""
    if (where.path / "site.toml").is_file():
        from trialbook.web.accounts.policy import read_policy

        written = read_policy(where.path).store
    told = os.environ.get("TRIALBOOK_STORE", "")
    if not told and not written:
        return where
    from trialbook.capture.stores import one_store

    return replace(where, store=one_store(told, written, None if moving else where.ledger))


def record(study: Path, act: Act, by: str | None) -> None:
    """Record one act, and print what became of it."""
    from trialbook.folder import record as recorded
    from trialbook.terminal import print_receipt

    receipt = recorded(folder_at(study), act, doors(by))
    print_receipt(receipt)
    print_problems(receipt.notes)


def doors(by: str | None) -> Doors:
    """Make the clock, the chance and the person that all below is handed."""
    import uuid
    from datetime import UTC, datetime

    from trialbook.folder import Doors

    def now() -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the door

    def new_id() -> str:
        return str(uuid.uuid4())  # noqa: TID251 - this is the door

    if by is not None and not by.strip():
        raise click.BadParameter("it names nobody", param_hint="--by")
    return Doors(now=now, new_id=new_id, by=by or person_here())


def look_at_results(book: Book, what: str, clock: Doors, reason: str | None) -> None:
    """Make sure that the ledger is whole and its results may be seen; say so where an earlier look was recorded."""
    from trialbook.capture.early_looks import look_at_results as looked_at

    book.refuse_damaged()
    if looked_at(book, what, by=clock.by, reason=reason, today=book.study.local_day(clock.now())):
        click.echo("Recorded: results were looked at before the planned cut of the data.", err=True)


def day_of(text: str, option: str) -> date:
    """Read a day given on the command line."""
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text} is no date; write it as 2026-03-14", param_hint=option) from error


def stop_for(problems: Sequence[Problem]) -> None:
    """Print problems and leave, where there are any."""
    print_problems(problems)
    if problems:
        sys.exit(1)


def moment(text: str | None) -> int | str | None:
    """Read a past moment: the number of an entry, or a time as text."""
    return int(text) if text is not None and text.isdecimal() else text


def person_here() -> str:
    """Return the name of who is logged in; asks for --by where the machine does not know."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise click.UsageError("This machine does not say who you are. Name the person with --by.") from error


def print_problems(problems: Sequence[Problem]) -> None:
    """Print each problem with its place, its sentence and its remedy, to standard error."""
    from trialbook.wording import remedy, sentence

    for problem in problems:
        place = f"{problem.place}: " if str(problem.place) else ""
        click.echo(f"{place}{problem.level} {problem.code}: {sentence(problem)}\n    {remedy(problem)}", err=True)
    count = len(problems)
    if count > 1:
        click.echo(f"{count} problems in all.", err=True)
