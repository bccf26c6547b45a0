"""The gate of the site: every request meets it, and what is not allowed by name is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from trialbook.web.actor import Actor, actor_of, at_plan
from trialbook.web.request import StudyRequest
from trialbook.web.routes import BY_NAME, Route
from trialbook.web.saying import READ
from trialbook.web.site import site_at

Answer = Callable[[HttpRequest], HttpResponseBase]


class Gate:
    """Middleware that says who asks, and refuses what the route does not allow them."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Give the request its site and its actor, and answer it."""
        asked = cast("StudyRequest", request)
        asked.site = site_at(settings.STUDY_FOLDER)
        asked.view = asked.site.view()
        asked.actor = actor_for(asked)
        token = READ.set(asked.actor.study)
        try:
            return self._get_response(request)
        finally:
            READ.reset(token)

    def process_view(
        self, request: HttpRequest, view: Answer, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> HttpResponseBase | None:
        """Refuse what the route does not allow; a route that is not declared is refused to everybody."""
        del view, args
        match = request.resolver_match
        route = BY_NAME.get(match.url_name or "") if match is not None else None
        if route is None:
            raise Http404
        asked = cast("StudyRequest", request)
        if not asked.actor.is_blind:  # to a blind role no address may tell by which version a participant is judged
            named = asked.view.casebooks.get(str(kwargs.get("participant", "")))
            asked.actor = at_plan(asked.actor, asked.view, named)
            READ.set(asked.actor.study)
        if route.needs in {"nothing", "invitation"} or request.path.startswith(settings.STATIC_URL):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("sign-in"))
        if not allows(route, asked.actor):
            return redirect("today") if route.name == "choose-role" else refuse()
        return None


def refuse() -> HttpResponseBase:
    """Refuse as if nothing were there."""
    raise Http404


def allows(route: Route, actor: Actor) -> bool:
    """Tell whether a route lets an actor in who has signed in."""
    if actor.is_blind and not route.blind:
        return False
    match route.needs:
        case "nothing" | "account" | "invitation":
            return True
        case "participants":
            return actor.sees_participants()
        case "results":
            return actor.sees_results() or actor.sees_data()
        case "versions":
            return actor.may("set up") or actor.may("approve") or actor.sees_participants()
        case right:
            return actor.may(right)


def actor_for(request: StudyRequest) -> Actor:
    """Return who asks: nobody in particular before they have signed in."""
    person = request.user.get_username() if request.user.is_authenticated else ""
    chosen = request.session.get("grant") if person else None
    return at_plan(actor_of(request.view.study, request.view.people, person, chosen), request.view)
