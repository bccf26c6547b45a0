"""How the site is spoilt for as long as a `with` statement lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern

from trialbook.capture.ledger import Entry
from trialbook.conduct.casebook import Casebook
from trialbook.web.request import StudyRequest
from trialbook.web.routes import BY_NAME
from trialbook.web.urls import urlpatterns

Plant = Callable[[], AbstractContextManager[None]]
View = Callable[..., HttpResponseBase]


def raw(request: StudyRequest, participant: str) -> Casebook:
    """Return a casebook as it lies there, unmasked."""
    return request.view.casebooks[participant]


def own(request: StudyRequest) -> list[Entry]:
    """Return every entry of the person who asks."""
    return [entry for entry in request.site.history() if entry.by == request.actor.person]


@contextmanager
def served_by(name: str, view: View, *, opened: bool = True) -> Iterator[None]:
    """Let a route be answered by another view, open to a blind role."""
    found = [pattern for pattern in urlpatterns if isinstance(pattern, URLPattern) and pattern.name == name]
    route = replace(BY_NAME[name], needs="account", blind=True) if opened else BY_NAME[name]
    with ExitStack() as held:
        held.enter_context(patch.dict(BY_NAME, {name: route}))
        for one in found:
            held.enter_context(patch.object(one, "callback", view))
        yield


def ending(text: Callable[[StudyRequest], object]) -> Callable[..., HttpResponse]:
    """Return a `render` that writes something at the end of a page."""
    from django.shortcuts import render

    def made(request: StudyRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = render(request, *args, **kwargs)
        answer.content += f"<!-- {text(request)} -->".encode()
        return answer

    return made
