"""What stands around every page: the study, who acts, and the menu of their role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy

from trialbook.web.actor import Actor, grant_key
from trialbook.web.gate import allows
from trialbook.web.kept import KEPT
from trialbook.web.routes import BY_NAME

Named = tuple[tuple[str, object], ...]
"""Name of a route, and what the menu calls it."""

DAILY: Named = (
    ("today", gettext_lazy("Today")),
    ("participants", gettext_lazy("Participants")),
    ("grid", gettext_lazy("Visits")),
    ("signing", gettext_lazy("Signatures")),
    ("queries", gettext_lazy("Queries")),
    ("all-events", gettext_lazy("Adverse events")),
    ("recordings", gettext_lazy("Recordings")),
    ("calendar", gettext_lazy("Calendar")),
    ("accounts", gettext_lazy("Accounts")),
)
"""What the line of the menu names; who may not go there does not see it."""

FURTHER: tuple[tuple[object, Named], ...] = (
    (
        gettext_lazy("The study"),
        (
            ("study", gettext_lazy("Study")),
            ("amendments", gettext_lazy("Versions")),
            ("results", gettext_lazy("Report and data")),
            ("deviations", gettext_lazy("Deviations")),
            ("unblinding", gettext_lazy("Unblinding")),
        ),
    ),
    (
        gettext_lazy("The data"),
        (
            ("quality", gettext_lazy("Quality")),
            ("verified", gettext_lazy("Source")),
            ("audit", gettext_lazy("Audit trail")),
            ("imports", gettext_lazy("Import")),
        ),
    ),
    (
        gettext_lazy("The people"),
        (
            ("delegation", gettext_lazy("Delegation")),
            ("find-identity", gettext_lazy("Identities")),
            ("access", gettext_lazy("Access review")),
            ("access-log", gettext_lazy("Who came and went")),
            ("erasing", gettext_lazy("Erase")),
        ),
    ),
)
"""What stands behind “More”, in groups."""

LINE = 9
"""So many links stand in one line; a menu with no more has no “More”."""

Link = tuple[str, str, str]
"""Name of a route, its address, and what it is called in the language of the reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """The menu of a role."""

    daily: tuple[Link, ...]
    further: tuple[tuple[str, tuple[Link, ...]], ...]
    """What each group is called, and its links; a group without any is left out."""

    @property
    def every(self) -> tuple[Link, ...]:
        """All links, one after the other."""
        return (*self.daily, *(link for _, links in self.further for link in links))

    @property
    def hidden(self) -> frozenset[str]:
        """The routes that stand behind “More”."""
        return frozenset(name for _, links in self.further for name, _, _ in links)


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


def menu_of(actor: Actor) -> Menu:
    """Return the menu of an actor in the language of the reader."""
    groups = ((str(title), links_of(named, actor)) for title, named in FURTHER)
    menu = Menu(daily=links_of(DAILY, actor), further=tuple(group for group in groups if group[1]))
    return menu if len(menu.every) > LINE else Menu(daily=menu.every, further=())


def links_of(named: Named, actor: Actor) -> tuple[Link, ...]:
    """Return the links to the pages that a menu names to an actor."""
    return tuple((name, reverse(name), str(title)) for name, title in named if leads_to(name, actor))


def leads_to(name: str, actor: Actor) -> bool:
    """Tell whether the menu names a page: one that the actor may see, and for which the study has anything."""
    has_any = name != "recordings" or (
        any(form.recordings is not None for form in actor.study.forms.values())
        and (actor.may("register") or actor.may("release"))
    )
    if name == "unblinding":
        has_any = any(role.blind for role in actor.study.roles.values())
    return has_any and allows(BY_NAME[name], actor)
