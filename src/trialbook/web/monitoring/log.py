"""The log of what was taken out of the site, and of looks that were refused: each line written as it happens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db import DatabaseError
from django.http import HttpRequest

from trialbook.web import site
from trialbook.web.accounts.log import address_of
from trialbook.web.actor import Actor, grant_key
from trialbook.web.models import Look

LONGEST = 300
AGAIN = timedelta(minutes=1)
"""The same refused look of a person is written once in this time: a page that is loaded anew fills no log."""


def note_export(request: HttpRequest, actor: Actor, what: str, asked: Mapping[str, str]) -> None:
    """Write that somebody took a file out, and what they asked for; raises where it cannot be written."""
    told = ", ".join(f"{name} {text}" for name, text in asked.items() if text)
    _write(request, actor, Look.What.EXPORT, f"{what}: {told}" if told else what)


def note_refusal(request: HttpRequest) -> None:
    """Write that somebody who is signed in asked for what is not there for them; the answer says nothing of it."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or not actor.person or request.resolver_match is None:
        return
    asked = f"{request.method} {request.path}"[:LONGEST]
    since = site.now() - AGAIN
    try:
        again = Look.objects.filter(person=actor.person, what=Look.What.REFUSED, note=asked, at__gte=since)
        if not again.exists():
            _write(request, actor, Look.What.REFUSED, asked)
    except DatabaseError:
        # the answer to who is refused must not hang on whether it could be noted
        return


def _write(request: HttpRequest, actor: Actor, what: Look.What, note: str) -> None:
    held = "" if actor.grant is None else grant_key(actor.grant).rstrip("@")
    Look.objects.create(person=actor.person, grant=held, what=what, address=address_of(request), note=note[:LONGEST])
