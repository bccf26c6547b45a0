"""What stands before everything else: every request is counted, and the health of the site needs nothing below."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from trialbook.web.operating.counting import COUNTS, Asked
from trialbook.web.operating.pages import health, live, may_measure, metrics

LOG = logging.getLogger("trialbook.requests")
FIRST: Mapping[str, Callable[[HttpRequest], HttpResponse]] = {"/health": health, "/health/live": live}
"""Answered before sessions, accounts and ledger are asked for, so that they can say that one of those fails."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SAFE = frozenset({"GET", "HEAD"})


class Watched:
    """Middleware that counts requests and writes a line for each; paths, people and addresses are not looked at."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request, and count it."""
        begun = time.monotonic()
        COUNTS.begin()
        status = 500
        try:
            response = self._answer(request)
            status = response.status_code
            return response
        finally:
            asked = Asked(route=name_of(request), method=method_of(request), status=status)
            COUNTS.end(asked, time.monotonic() - begun)
            tell(asked, time.monotonic() - begun)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in SAFE:
            if request.path in FIRST:
                return FIRST[request.path](request)
            if request.path == "/metrics" and may_measure(request):
                return metrics(request)
        return self._get_response(request)


def name_of(request: HttpRequest) -> str:
    """Return the name of the route that a request met; `static` for a file of the site, empty for none."""
    match = request.resolver_match
    if match is not None:
        return match.url_name or ""
    if request.path in FIRST or request.path == "/metrics":
        return request.path.strip("/").replace("/", "-")
    return "static" if request.path.startswith("/static/") else ""


def method_of(request: HttpRequest) -> str:
    """Return the method of a request; `other` for one that is made up, so that nobody makes up numbers."""
    return request.method if request.method in METHODS else "other"


def tell(asked: Asked, seconds: float) -> None:
    """Write a line of the log of requests."""
    more = {"route": asked.route, "method": asked.method, "status": asked.status, "seconds": round(seconds, 4)}
    LOG.info("%s %s %s", asked.method, asked.route or "-", asked.status, extra={"told": more})
