"""The gate of the site: every request meets it, and what is not allowed by name is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy

from trialbook.web.actor import Actor, actor_of, at_plan, grant_key
from trialbook.web.kept import KEPT
from trialbook.web.request import StudyRequest
from trialbook.web.routes import BY_NAME, Route
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
        return self._get_response(request)

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


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Return what every template may name: the study, the actor, and what the menu shows them."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {}
    return {
        "study": actor.study,
        "study_title": actor.study.say(actor.study.identity.title, request.LANGUAGE_CODE),
        "is_invented": actor.study.identity.data == "invented",
        "actor": actor,
        "grants": [(grant_key(grant), grant) for grant in actor.grants],
        "menu": KEPT.of(("menu", actor.role, get_language()), (actor.study,), lambda: menu_of(actor)),
    }


def menu_of(actor: Actor) -> list[tuple[str, str, str]]:
    """Return the menu of a role in the language of the reader: name of the route, address, what it is called."""
    return [(name, reverse(name), str(title)) for name, title in MENU if name in BY_NAME and leads_to(name, actor)]


def leads_to(name: str, actor: Actor) -> bool:
    """Tell whether the menu names a page: one that the actor may see, and for which the study has anything."""
    has_any = name != "recordings" or (
        any(form.recordings is not None for form in actor.study.forms.values())
        and (actor.may("register") or actor.may("release"))
    )
    if name == "unblinding":
        has_any = any(role.blind for role in actor.study.roles.values())
    return has_any and allows(BY_NAME[name], actor)


MENU: tuple[tuple[str, object], ...] = (
    ("today", gettext_lazy("Today")),
    ("participants", gettext_lazy("Participants")),
    ("grid", gettext_lazy("Visits")),
    ("signing", gettext_lazy("Signatures")),
    ("queries", gettext_lazy("Queries")),
    ("all-events", gettext_lazy("Adverse events")),
    ("study", gettext_lazy("Study")),
    ("amendments", gettext_lazy("Versions")),
    ("calendar", gettext_lazy("Calendar")),
    ("results", gettext_lazy("Report and data")),
    ("recordings", gettext_lazy("Recordings")),
    ("unblinding", gettext_lazy("Unblinding")),
    ("verified", gettext_lazy("Source")),
    ("quality", gettext_lazy("Quality")),
    ("deviations", gettext_lazy("Deviations")),
    ("imports", gettext_lazy("Import")),
    ("delegation", gettext_lazy("Delegation")),
    ("audit", gettext_lazy("Audit trail")),
    ("find-identity", gettext_lazy("Identities")),
    ("accounts", gettext_lazy("Accounts")),
    ("access", gettext_lazy("Access review")),
    ("access-log", gettext_lazy("Who came and went")),
    ("erasing", gettext_lazy("Erase")),
)
"""Name of a route -> what the menu calls it; who may not go there does not see it."""
