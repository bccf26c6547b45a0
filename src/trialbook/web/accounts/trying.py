"""Every try to prove who one is: counted by django-axes, so that wrong ones shut the account for a while.

What is handed to django-axes is a bare request: it would keep whatever else was posted. The code of the account
reaches it as a keyed digest, since people type passwords into the wrong box.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.utils import reset
from django.contrib.auth import authenticate
from django.http import HttpRequest

from trialbook.capture.people import LONGEST_CODE, likeness
from trialbook.web.accounts.codes import digest_of
from trialbook.web.accounts.log import note
from trialbook.web.accounts.models import Account, What

KEPT = ("REMOTE_ADDR", "SERVER_NAME", "SERVER_PORT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of a try."""

    account: Account | None = None
    is_shut: bool = False
    """Too many wrong tries: not even looked at."""


def counted_as(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return the name under which django-axes counts tries for an account; `AXES_USERNAME_CALLABLE`."""
    del request
    told = credentials or {}
    return counter_of(str(told.get("code") or told.get("username") or ""))


def counter_of(code: str) -> str:
    """Return the name under which tries for a code are counted."""
    return digest_of("tries", likeness(code).encode().hex())


def bare(request: HttpRequest) -> HttpRequest:
    """Return a request with nothing but where it came from."""
    made = HttpRequest()
    made.method, made.path = "POST", request.path
    made.META = {name: request.META[name] for name in KEPT if name in request.META}
    return made


def try_password(request: HttpRequest, code: str, password: str) -> Tried:
    """Try a code and a password; an account that is unknown, closed or shut is not told from a wrong password."""
    known = code_if_known(code)
    if is_shut(request, code):
        note(request, known, What.SHUT)
        return Tried(is_shut=True)
    found = authenticate(bare(request), username=code[:LONGEST_CODE], password=password)
    if found is None:
        note(request, known, What.WRONG_PASSWORD)
        return Tried(is_shut=is_shut(request, code))
    return Tried(account=found)


def count_wrong(request: HttpRequest, code: str) -> None:
    """Count a wrong second factor as a wrong password is."""
    AxesProxyHandler.user_login_failed(sender=__name__, credentials={"code": code}, request=bare(request))


def is_shut(request: HttpRequest, code: str) -> bool:
    """Tell whether an account, or a code without one, is shut after wrong tries."""
    allowed: bool = AxesProxyHandler.is_allowed(bare(request), {"code": code[:LONGEST_CODE]})
    return not allowed


def forget_wrong(code: str) -> None:
    """Begin to count from zero."""
    reset(username=counter_of(code))


def code_if_known(code: str) -> str:
    """Return the code of the account that is meant; empty where there is none."""
    found = Account.objects.filter(likeness=likeness(code)).first()
    return "" if found is None else found.code


def confirm_password(request: HttpRequest, password: str) -> bool:
    """Tell whether whoever is signed in knows their password: before a signature. Wrong ones count as at sign-in."""
    account = request.user
    if not account.is_authenticated or account.one_time_until is not None:
        return False
    tried = try_password(request, account.code, password)
    if tried.account is None:
        return False
    forget_wrong(account.code)
    note(request, account.code, What.CONFIRMED)
    return tried.account.pk == account.pk
