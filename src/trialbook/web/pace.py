"""When an answer leaves: to a blind role at a multiple of a step, so that its time does not tell how much work it was.

To find out which rating is open the site looks through hidden visits, of all participants. How long that takes would
tell whoever measures it how much there is. An answer that takes longer than a step leaves at the next one: it still
tells in how many steps it was made, and `ratings_for` keeps what it found so that one is enough.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from trialbook.web.actor import Actor


class Pace:
    """Middleware that lets answers to blind roles leave in even steps; it stands before everything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request, and wait where the role is blind."""
        begun = time.monotonic()
        answer = self._get_response(request)
        actor: Actor | None = getattr(request, "actor", None)
        if actor is not None and actor.is_blind and settings.BLIND_STEP:
            time.sleep(until_next(time.monotonic() - begun, settings.BLIND_STEP))
        return answer


def until_next(spent: float, step: float) -> float:
    """Return the seconds until the next multiple of a step, never none at all."""
    return (math.floor(spent / step) + 1) * step - spent
