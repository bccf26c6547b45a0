"""Names in templates: of roles as the study file says them, of rights and ways of giving a drug in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from django import template
from django.utils.translation import get_language, gettext_lazy

from trialbook.protocol.model import Study
from trialbook.web.following.words import role_name
from trialbook.web.forms.sheet import language_of
from trialbook.web.forms.words import local_time

register = template.Library()

RIGHTS: Mapping[str, object] = MappingProxyType(
    {
        "enrol": gettext_lazy("enrol"),
        "import": gettext_lazy("import"),
        "query": gettext_lazy("query"),
        "answer query": gettext_lazy("answer queries"),
        "close query": gettext_lazy("close queries"),
        "countersign": gettext_lazy("countersign"),
        "verify": gettext_lazy("compare with the source"),
        "freeze": gettext_lazy("freeze"),
        "lock": gettext_lazy("lock"),
        "override": gettext_lazy("override"),
        "unblind": gettext_lazy("unblind"),
        "approve": gettext_lazy("approve versions"),
        "look": gettext_lazy("look at results early"),
        "release": gettext_lazy("release recordings"),
        "delegate": gettext_lazy("delegate"),
        "review access": gettext_lazy("review access"),
        "set up": gettext_lazy("set the study up"),
        "record": gettext_lazy("record"),
        "sign": gettext_lazy("sign"),
        "register": gettext_lazy("register recordings"),
    }
)
"""Right -> what it is called; a right that is not named here is called by its own word."""

ROUTES: Mapping[str, object] = MappingProxyType(
    {
        "intravenous": gettext_lazy("intravenous"),
        "oral": gettext_lazy("oral"),
        "subcutaneous": gettext_lazy("subcutaneous"),
        "intramuscular": gettext_lazy("intramuscular"),
        "topical": gettext_lazy("topical"),
        "inhaled": gettext_lazy("inhaled"),
    }
)
"""Way in which a drug is given -> what it is called; another one stays as the study file has it."""


@register.filter
def route_words(route: str) -> str:
    """Say in which way a drug is given."""
    return str(ROUTES.get(route.casefold(), route))


@register.filter
def role_title(role: str | None, study: Study) -> str:
    """Return what a role is called in the language of the reader."""
    return role_name(study, role, language_of(study, get_language())) if role else ""


@register.filter
def clock(at: str | datetime | None, study: Study) -> str:
    """Write a moment on the clock of the sites, with its zone; its first ten characters are the day."""
    return local_time(study, at) if at else ""


@register.filter
def right_words(rights: Iterable[str]) -> str:
    """Write rights, separated by commas."""
    return ", ".join(str(RIGHTS.get(right, right)) for right in rights)
