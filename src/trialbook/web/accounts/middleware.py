"""What stands before every page: the first run, the end of a session, and what an account has to do first."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from trialbook.web import site
from trialbook.web.accounts.log import note
from trialbook.web.accounts.models import Account, What
from trialbook.web.accounts.second import has_second, needs_second
from trialbook.web.accounts.sessions import end_of, note_use

Answer = Callable[[HttpRequest], HttpResponseBase]

ALWAYS_OPEN = frozenset({"first-run", "choose-language", "keep-alive", "sign-out"})
"""Pages that work before the first account, and while an account has something to do first."""


class Timeouts:
    """Middleware that ends sessions, and leads to what has to be done before anything else."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """End a session whose time is over; note the use of any other."""
        if request.user.is_authenticated:
            self._judge(request, request.user)
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Answer, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> HttpResponseBase | None:
        """Lead to the first run, or to what the account has to do first."""
        del view, args, kwargs
        name = request.resolver_match.url_name if request.resolver_match is not None else None
        first = first_page(request)
        return None if first is None or name in {*ALWAYS_OPEN, first} else redirect(first)

    def _judge(self, request: HttpRequest, account: Account) -> None:
        now = site.now()
        end = end_of(request.session, now)
        if end:
            note(request, account.code, What.TIMED_OUT, remark=end)
            logout(request)
            messages.info(request, ended(end))
        elif not (request.method == "GET" and request.path == "/keep-alive"):
            note_use(request.session, now)


def first_page(request: HttpRequest) -> str | None:
    """Return the name of the page that has to come first, None where none has to."""
    account = request.user
    if not account.is_authenticated:
        return None if Account.objects.exists() else "first-run"
    if account.one_time_until is not None:
        return "change-password"
    return "set-up-second-factor" if needs_second(request) and not has_second(account) else None


def ended(end: str) -> str:
    """Say why a session ended, and what comes next."""
    if end == "idle":
        why = _("You were signed out after %(minutes)s minutes without use.") % {"minutes": settings.IDLE_SECONDS // 60}
    else:
        hours = settings.ABSOLUTE_SECONDS // 3600
        why = _("You were signed out, since no session lasts longer than %(hours)s hours.") % {"hours": hours}
    return why + " " + _("Sign in, and you come back to the same page.")
