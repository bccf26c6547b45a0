"""The accounts carried between the database of a site and a file: for backups of a study in PostgreSQL, and back.

The file is the `people.db` that a site without a database has: the same tables, made by the same migrations. Sessions,
and who has which form open, are left behind: whoever is restored signs in anew.
"""

# ruff: noqa: SLF001 - what Django documents of a table begins with a dash below

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.utils import DatabaseError

from trialbook.capture.copying import APART, on_disk
from trialbook.errors import LedgerError, Place, Problem
from trialbook.web.accounts.models import Account
from trialbook.web.databases import accounts_in, alone, held_still

FILE = "carried"
"""Django's name for the file while it is open."""

CARRIED = ("accounts", "invitations", "web", "otp_totp", "axes")
"""The parts of the site whose rows are carried; Django's own tables hold nothing of people."""

LEFT = frozenset({"accounts.opensession", "web.openform"})
"""What ends with the process or the day."""

AT_A_TIME = 500


def copy_accounts(to: Path) -> bool:
    """Copy the accounts of the site's database, as they are at one moment, into a new file; False where none is.

    LedgerError where the database does not answer.
    """
    try:
        bring_up_to_date()
        with held_still():
            if not has_accounts(DEFAULT_DB_ALIAS):
                return False
            to.parent.mkdir(mode=0o700, exist_ok=True)
            to.touch(mode=APART, exist_ok=False)
            with opened(to), transaction.atomic(using=FILE):
                carry(DEFAULT_DB_ALIAS, FILE)
    except DatabaseError as error:
        raise LedgerError([unreadable(to, error)]) from error
    finally:
        connections.close_all()
    on_disk(to)
    return True


@contextmanager
def accounts_from(file: Path) -> Iterator[None]:
    """Carry the accounts of a file into the site's database, for good once the `with` ends without an error.

    LedgerError where it has accounts already, or does not answer. The file is brought up to date by it.
    """
    try:
        bring_up_to_date()
        with opened(file), transaction.atomic():
            if Account.objects.exists():
                raise LedgerError([Problem(code="KEEP-15")])
            carry(FILE, DEFAULT_DB_ALIAS)
            count_on(DEFAULT_DB_ALIAS)
            yield
    except DatabaseError as error:
        raise LedgerError([unreadable(file, error)]) from error
    finally:
        connections.close_all()


def bring_up_to_date() -> None:
    """Let the site's database have the tables of this version."""
    with alone():
        call_command("migrate", verbosity=0, interactive=False)


def unreadable(file: Path, error: DatabaseError) -> Problem:
    """Return the problem of accounts that cannot be carried."""
    reason = str(error).strip().partition("\n")[0]
    return Problem(code="KEEP-16", place=Place(file=str(file)), values={"reason": reason})


@contextmanager
def opened(file: Path) -> Iterator[None]:
    """Let Django have a file of accounts open, its tables as this version makes them."""
    told = connections.configure_settings({DEFAULT_DB_ALIAS: {}, FILE: accounts_in("", file)})[FILE]
    told["OPTIONS"]["init_command"] = "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL;"
    connections.databases[FILE] = told
    try:
        call_command("migrate", database=FILE, verbosity=0, interactive=False)
        yield
    finally:
        connections[FILE].close()
        del connections[FILE]
        del connections.databases[FILE]


def carried_models() -> tuple[type[models.Model], ...]:
    """Return the tables that are carried; what they refer to is checked at the end of a transaction."""
    every = (model for name in CARRIED for model in apps.get_app_config(name).get_models())
    return tuple(one for one in every if not one._meta.proxy and one._meta.label_lower not in LEFT)


def has_accounts(alias: str) -> bool:
    """Tell whether anybody has an account there."""
    is_there = Account._meta.db_table in connections[alias].introspection.table_names()
    return is_there and Account.objects.using(alias).exists()


def carry(source: str, to: str) -> None:
    """Copy every row, with the number it has."""
    for model in carried_models():
        rows: Any = model._base_manager.using(source).order_by("pk").iterator(chunk_size=AT_A_TIME)
        if is_stamped(model):
            for row in rows:
                # as it was: not with the moment of the copy
                row.save_base(raw=True, using=to, force_insert=True)
        else:
            while some := list(islice(rows, AT_A_TIME)):
                model._base_manager.using(to).bulk_create(some)


def is_stamped(model: type[models.Model]) -> bool:
    """Tell whether a table writes the time of saving into a row by itself."""
    return any(getattr(one, "auto_now", False) or getattr(one, "auto_now_add", False) for one in model._meta.fields)


def count_on(alias: str) -> None:
    """Let the next row of each table have the next number."""
    statements = connections[alias].ops.sequence_reset_sql(no_style(), list(carried_models()))
    with connections[alias].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
