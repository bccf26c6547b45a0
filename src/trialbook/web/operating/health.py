"""Whether the site can serve now: its ledger, its accounts, its writer; and whether its backups come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection

from trialbook.errors import TrialbookError
from trialbook.keeping.log import begun, last_good
from trialbook.keeping.schedule import LATE, runs_of
from trialbook.web.site import Site, site_at


def here() -> Site:
    """Return the site of this process."""
    return site_at(settings.STUDY_FOLDER)


def is_ledger_read() -> bool:
    """Tell whether the ledger answers; before it is opened for the first time, the study file."""
    site = here()
    if site.is_open:
        site.book.head()
    return site.view() is not None


def are_accounts_read() -> bool:
    """Tell whether the database of accounts answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM accounts_account LIMIT 1")
    return True


def is_writer_alive() -> bool:
    """Tell whether what is saved now would be recorded."""
    return here().is_writing


CHECKS: Mapping[str, Callable[[], bool]] = {
    "ledger": is_ledger_read,
    "accounts": are_accounts_read,
    "writer": is_writer_alive,
}
"""Name -> check: what has to be so for the site to serve."""


def failing() -> tuple[str, ...]:
    """Return the names of the checks that fail now."""
    return tuple(name for name, check in CHECKS.items() if not holds(check))


def holds(check: Callable[[], bool]) -> bool:
    """Tell whether a check holds; one that cannot be carried out does not."""
    try:
        return check()
    except (TrialbookError, DatabaseError, OSError):
        return False


# ---- backups ----------------------------------------------------------------------------------------------------


def backup_age(now: datetime) -> timedelta | None:
    """Return how old the last sound backup is, by the plan of the site where it has one; None where there is none."""
    good = last_good(runs_of(settings.STUDY_FOLDER, settings.POLICY.backup))
    return None if good is None else now - begun(good)


def is_backup_late(now: datetime) -> bool | None:
    """Tell whether a backup is overdue; None where the site makes none, or the ledger is not yet open."""
    plan = settings.POLICY.backup
    if plan is None or not here().is_open:
        return None
    age = backup_age(now)
    return age is None or age > LATE * plan.every
