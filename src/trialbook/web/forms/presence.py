"""Who has which form open: a small table in this process, forgotten with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

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


PRESENCE = Presence()
"""Of this process; the site is served by one."""
