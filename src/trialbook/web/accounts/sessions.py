"""How long a session lasts: until it is not used for a while, or for half a day, whichever ends first.

The time of the last use is written at most once a minute, since every write waits for the disk; a session therefore
ends between the idle time and one minute after it, never before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from trialbook.web import site
from trialbook.web.accounts.browsers import browser_named

BEGAN, SEEN, BROWSER = "began", "seen", "browser"
WRITE_EVERY = 60
"""Seconds."""

End = Literal["", "idle", "longest"]


def note_beginning(sender: object, request: HttpRequest, **more: object) -> None:
    """Write into a new session when it began, and in what browser."""
    del sender, more
    moment = int(site.now().timestamp())
    request.session[BEGAN] = request.session[SEEN] = moment
    request.session[BROWSER] = browser_named(request.headers.get("User-Agent", ""))


def end_of(session: SessionBase | Mapping[str, Any], now: datetime) -> End:
    """Say why a session has ended; empty while it has not. One that does not know when it began has ended."""
    moment = now.timestamp()
    if moment - session.get(BEGAN, 0) >= settings.ABSOLUTE_SECONDS:
        return "longest"
    return "idle" if moment - session.get(SEEN, 0) >= settings.IDLE_SECONDS + WRITE_EVERY else ""


def note_use(session: SessionBase, now: datetime) -> None:
    """Write that a session is used, unless that was written within the last minute."""
    moment = int(now.timestamp())
    if moment - session.get(SEEN, 0) >= WRITE_EVERY:
        session[SEEN] = moment


def seconds_left(session: SessionBase, now: datetime) -> int:
    """Return how many seconds a session lasts at least if it is not used from now on."""
    moment = now.timestamp()
    idle = session.get(SEEN, 0) + settings.IDLE_SECONDS - moment
    longest = session.get(BEGAN, 0) + settings.ABSOLUTE_SECONDS - moment
    return max(0, int(min(idle, longest)))
