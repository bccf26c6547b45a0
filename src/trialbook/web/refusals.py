"""Pages that say no, or that something went wrong: the same words whatever the reason, so that none leaks."""

from __future__ import annotations

import re
import sys

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language

from trialbook.errors import LedgerError, TrialbookError
from trialbook.web.saying import remedy, sentence

UNREACHABLE = frozenset({"LEDGER-12", "LEDGER-51"})
"""Codes of a database that was cut off."""
TYPED = re.compile(
    r"(?:answer|never|missing|reason)\..+|(?:visit|paper)_day|reason|text|words|why|remarks|meaning|topic|tasks"
)
"""Names of what people type into forms; passwords and codes are none of them."""


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what cannot be understood."""
    del exception
    return render(request, "error.html", {"status": 400}, status=400)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what may not be done."""
    del exception
    return render(request, "error.html", {"status": 403}, status=403)


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was made for another sign-in, with what was typed in it; or one that comes from elsewhere.

    A browser that goes back fetches the page anew, without what was typed. Of another site's form nothing is shown.
    """
    del reason
    host = request.get_host()
    is_own = request.headers.get("Origin") == f"{request.scheme}://{host}"
    asked = request.headers.get("Referer", "")
    shown = {
        "status": "expired",
        "typed": typed_in(request.POST) if is_own else [],
        "back": asked if is_own and url_has_allowed_host_and_scheme(asked, {host}) else "",
    }
    return render(request, "error.html", shown, status=403)


def typed_in(sent: QueryDict) -> list[tuple[str, str]]:
    """Return what was typed into a form that was sent, by the names of its boxes; a number stands with its unit."""
    found = []
    for name, values in sent.lists():
        unit = sent.get(name.replace("answer.", "unit.", 1), "") if name.startswith("answer.") else ""
        found += [(name, f"{value} {unit}".rstrip()) for value in values if value and TYPED.fullmatch(name)]
    return found


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what is not there, or not for the asker: the two look alike."""
    from trialbook.web.monitoring.log import note_refusal

    del exception
    note_refusal(request)
    return render(request, "error.html", {"status": 404}, status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer where the program itself failed, or the database behind it does not answer."""
    if is_unreachable(sys.exc_info()[1]):
        # without the request: who asks stands in the database, too
        page = render_to_string("unreachable.html", {"language": get_language()})
        return HttpResponse(page, status=503, headers={"Retry-After": "5", "Cache-Control": "no-store"})
    return render(request, "error.html", {"status": 500}, status=500)


def is_unreachable(error: BaseException | None) -> bool:
    """Tell whether a database that is reached by the network was cut off."""
    if isinstance(error, LedgerError):
        return any(one.code in UNREACHABLE for one in error.problems)
    return isinstance(error, OperationalError | InterfaceError) and connection.vendor == "postgresql"


def told(error: TrialbookError) -> list[dict[str, str]]:
    """Return the problems of an error for a page: place, sentence, remedy."""
    return [
        {
            "code": problem.code,
            "place": str(problem.place),
            "sentence": sentence(problem),
            "remedy": remedy(problem),
        }
        for problem in error.problems
    ]
