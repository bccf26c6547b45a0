"""A request as the pages see it: with the site, and with who asks."""

from __future__ import annotations

from django.http import HttpRequest

from trialbook.capture.shelf import View
from trialbook.web.actor import Actor
from trialbook.web.site import Site


class StudyRequest(HttpRequest):
    """A request that has passed the gate."""

    site: Site  # type: ignore[assignment]  # the name is that of a part of Django that is not installed here
    view: View
    """Everything that stood when the request came in; pages look at participants through `looking` only."""
    actor: Actor
    """For a route that is open to everybody: somebody without a role."""
