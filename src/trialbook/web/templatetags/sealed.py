"""What other pages include about seals and queries of a form, a visit, a participant or an item."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from trialbook.conduct.casebook import Cell
from trialbook.web.accounts.models import Account
from trialbook.web.forms.sheet import language_of
from trialbook.web.looking import casebook_for
from trialbook.web.request import StudyRequest
from trialbook.web.treatment.query_rows import queries_at
from trialbook.web.treatment.seal_rows import seal_row

register = template.Library()


@register.filter
def called(code: str) -> str:
    """Return the name of the person with a code, as their account has it; empty where it has none."""
    return Account.objects.filter(code=code).values_list("name", flat=True).first() or ""


@register.inclusion_tag("seal.html", takes_context=True)
def seal(context: Context, participant: str, visit: str = "", form: str = "") -> dict[str, Any]:
    """Show whether a form, a visit or a participant is signed, changed since, frozen or locked."""
    request: StudyRequest = context["request"]
    casebook = casebook_for(request, participant)
    language = language_of(request.actor.study, request.LANGUAGE_CODE)
    row = seal_row(request.actor, casebook, Cell(visit, form, "", ""), language)
    checks = [
        one
        for one in casebook.seals.values()
        if one.kind == "countersign" and (one.cell.visit, one.cell.form) == (visit, form)
    ]
    return {
        "study": request.actor.study,
        "row": row,
        "checks": checks if form else [],
        "may_sign": row.waits_for(request.actor),
        "may_close": request.actor.may("freeze", form or None) or request.actor.may("lock", form or None),
    }


@register.inclusion_tag("queries_on.html", takes_context=True)
def queries_on(
    context: Context, participant: str, visit: str = "", form: str = "", repeat: str = "", item: str = ""
) -> dict[str, Any]:
    """Show the queries on an item, or on a form, that are not closed, and where one is raised."""
    request: StudyRequest = context["request"]
    casebook, cell = casebook_for(request, participant), Cell(visit, form, repeat, item)
    return {
        "participant": participant,
        "cell": cell,
        "queries": queries_at(request.actor, casebook, cell),
        "may_ask": request.actor.may("query", form or None),
    }
