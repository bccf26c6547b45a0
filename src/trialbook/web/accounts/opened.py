"""Where an account is signed in: its sessions one by one, and how they are ended.

A page names a session by a keyed hash of its key: who reads the page, or what is sent, cannot use the session.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.utils.crypto import constant_time_compare, salted_hmac

from trialbook.web import site
from trialbook.web.accounts.models import Account, OpenSession
from trialbook.web.accounts.sessions import BEGAN, BROWSER, SEEN, end_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session that lasts."""

    number: str
    """By which pages name it."""
    began: datetime
    used: datetime
    """When it was used last; written at most once a minute."""
    browser: str
    """Empty where it is none that is known."""
    is_this: bool
    """The one that asks."""

    def __str__(self) -> str:
        """Name it for the log."""
        return f"{self.browser or 'unknown browser'}, since {self.began:%Y-%m-%d %H:%M}"


def number_of(key: str) -> str:
    """Return the name of a session on pages."""
    made = salted_hmac("trialbook.accounts.opened", key, secret=settings.SECRET_KEY, algorithm="sha256")
    return made.hexdigest()[:32]


def opened_by(account: Account, this: str | None = None) -> tuple[Opened, ...]:
    """Return the sessions of an account that last, the one used last first; `this` is the key of the one that asks."""
    found = [shown(row, told, this) for row, told in lasting(account)]
    return tuple(sorted(found, key=lambda one: (one.is_this, one.used, one.began), reverse=True))


def lasting(account: Account) -> Iterator[tuple[OpenSession, dict[str, object]]]:
    """Yield each session of an account that a request could still use, and what it holds."""
    now, wanted = site.now(), account.get_session_auth_hash()
    for row in OpenSession.objects.filter(account=account, expire_date__gt=now):
        told = row.get_decoded()
        if constant_time_compare(str(told.get(HASH_SESSION_KEY, "")), wanted) and not end_of(told, now):
            yield row, told


def shown(row: OpenSession, told: dict[str, object], this: str | None) -> Opened:
    """Return what is shown of a session."""
    began, used = (datetime.fromtimestamp(int(str(told.get(name, 0))), UTC) for name in (BEGAN, SEEN))
    return Opened(
        number=number_of(row.session_key),
        began=began,
        used=used,
        browser=str(told.get(BROWSER, "")),
        is_this=row.session_key == this,
    )


def end(account: Account, numbers: Collection[str]) -> tuple[Opened, ...]:
    """End sessions of an account; return those that lasted until now. Their next request is that of a stranger."""
    gone = [(row, shown(row, told, None)) for row, told in lasting(account)]
    gone = [(row, one) for row, one in gone if one.number in numbers]
    OpenSession.objects.filter(pk__in=[row.pk for row, _one in gone], account=account).delete()
    return tuple(one for _row, one in gone)
