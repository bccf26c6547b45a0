"""Who has which form open: a small table in this process or, where several serve one database, in that."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock

from django.db import connection

from trialbook.conduct.casebook import Cell

GONE = timedelta(seconds=60)
"""Without a sign of life for so long, somebody has left."""
MOST = 10_000

Open = tuple[str, Cell]
"""A participant, and the form with its visit and row; the item is empty."""


class Presence:
    """Open forms and the people at them; open to all threads."""

    def __init__(self) -> None:
        self._seen: dict[Open, dict[str, datetime]] = {}
        self._lock = Lock()

    def enter(self, form: Open, person: str, now: datetime) -> tuple[str, ...]:
        """Note that a person has a form open, and return who else has."""
        with self._lock:
            self._forget(now)
            people = self._seen.setdefault(form, {})
            people[person] = now
            return tuple(sorted(other for other in people if other != person))

    def leave(self, form: Open, person: str) -> None:
        """Note that a person has left a form."""
        with self._lock:
            self._seen.get(form, {}).pop(person, None)

    def _forget(self, now: datetime) -> None:
        """Forget who has gone; where there are too many forms, those opened first."""
        for form in list(self._seen):
            people = {person: at for person, at in self._seen[form].items() if now - at < GONE}
            if people:
                self._seen[form] = people
            else:
                del self._seen[form]
        while len(self._seen) > MOST:
            del self._seen[next(iter(self._seen))]


class SharedPresence:
    """The same for all processes that serve one database."""

    def enter(self, form: Open, person: str, now: datetime) -> tuple[str, ...]:
        """Note that a person has a form open, and return who else has."""
        from trialbook.web.models import OpenForm

        OpenForm.objects.filter(at__lt=now - GONE).delete()
        OpenForm.objects.update_or_create(form=key_of(form), person=person, defaults={"at": now})
        others = OpenForm.objects.filter(form=key_of(form)).exclude(person=person).order_by("person")
        return tuple(others.values_list("person", flat=True))

    def leave(self, form: Open, person: str) -> None:
        """Note that a person has left a form."""
        from trialbook.web.models import OpenForm

        OpenForm.objects.filter(form=key_of(form), person=person).delete()


def key_of(form: Open) -> str:
    """Return a form's key in the table: its hash."""
    return sha256(repr(form).encode()).hexdigest()


HERE, SHARED = Presence(), SharedPresence()


def presence() -> Presence | SharedPresence:
    """Return who has which form open, as far as this site can know: a file of accounts is served by one process."""
    return SHARED if connection.vendor == "postgresql" else HERE
