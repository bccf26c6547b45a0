"""Coming in and going out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as note_device

from trialbook.web import site
from trialbook.web.accounts import second
from trialbook.web.accounts.forms import SecondForm, SignInForm
from trialbook.web.accounts.log import note
from trialbook.web.accounts.models import Account, What
from trialbook.web.accounts.trying import count_wrong, is_shut, try_password

WAITING = "waiting"
"""Key of the session under which somebody waits between password and second factor."""

PATIENCE = 300
"""Seconds that they may wait there."""

BACKEND = "django.contrib.auth.backends.ModelBackend"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Ask for code and password; whether an account exists is never told."""
    target = safe_target(request)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        tried = try_password(request, form.cleaned_data["code"], form.cleaned_data["password"])
        if tried.account is not None:
            return go_on(request, tried.account, target)
        form.add_error(None, shut_words() if tried.is_shut else wrong_words())
    elif request.user.is_authenticated:
        return redirect(target)
    return render(request, "accounts/sign_in.html", {"form": form, "next": target})


def go_on(request: HttpRequest, account: Account, target: str) -> HttpResponseBase:
    """Let somebody in whose password was right, or ask for their second factor first."""
    if not second.has_second(account):
        return let_in(request, account, target)
    request.session.flush()
    request.session[WAITING] = {
        "account": account.pk,
        "hash": account.get_session_auth_hash(),
        "since": int(site.now().timestamp()),
        "next": target,
    }
    return redirect("second-factor")


def let_in(request: HttpRequest, account: Account, target: str) -> HttpResponseBase:
    """Begin a session, with a new key, in the role that its person chose last."""
    login(request, account, backend=BACKEND)
    if account.acts_as:
        request.session["grant"] = account.acts_as
    note(request, account.code, What.SIGNED_IN)
    return redirect(target)


@sensitive_post_parameters("second")
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponseBase:
    """Ask for the second factor of somebody whose password was right a moment ago."""
    waiting: dict[str, Any] = request.session.get(WAITING) or {}
    account = waiting_account(waiting)
    if account is None:
        request.session.pop(WAITING, None)
        return redirect("sign-in")
    form = SecondForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if is_shut(request, account.code):
            return turned_away(request, account)
        by = second.accepts(account, form.cleaned_data["second"], waiting)
        if by:
            return second_was_right(request, account, by, waiting["next"])
        if wrong_second(request, account, waiting):
            return turned_away(request, account)
        form.add_error("second", _("This code is not right at this moment. Type the one that your app shows now."))
    return render(request, "accounts/second_factor.html", {"form": form})


def waiting_account(waiting: dict[str, Any]) -> Account | None:
    """Return who waits for the second factor; None where that was too long ago, or changed meanwhile."""
    if not waiting or site.now().timestamp() - waiting["since"] > PATIENCE:
        return None
    found = Account.objects.filter(pk=waiting["account"]).first()
    if found is None or not constant_time_compare(waiting["hash"], found.get_session_auth_hash()):
        return None
    return found if found.is_active else None


def second_was_right(request: HttpRequest, account: Account, by: str, target: str) -> HttpResponseBase:
    """Begin the session of somebody whose second factor was right."""
    request.session.pop(WAITING, None)
    answer = let_in(request, account, target)
    note_device(request, second.device_of(account))
    if by == "recovery":
        left = account.recovery_codes.filter(used_at=None).count()
        note(request, account.code, What.RECOVERY_USED, remark=f"{left} left")
        messages.warning(request, _("You used a recovery code; %(left)s are left.") % {"left": left})
    return answer


def wrong_second(request: HttpRequest, account: Account, waiting: dict[str, Any]) -> bool:
    """Count a wrong second factor; tell whether it shut the account."""
    note(request, account.code, What.WRONG_SECOND)
    count_wrong(request, account.code)
    request.session[WAITING] = waiting
    return is_shut(request, account.code)


def turned_away(request: HttpRequest, account: Account) -> HttpResponseBase:
    """Send somebody back to the beginning whose account was shut."""
    note(request, account.code, What.SHUT)
    request.session.flush()
    messages.error(request, shut_words())
    return redirect("sign-in")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End the session; with `everywhere`, every session of the account."""
    account = request.user
    if account.is_authenticated:
        if "everywhere" in request.POST:
            account.generation += 1
            account.save(update_fields=["generation"])
            note(request, account.code, What.SIGNED_OUT_EVERYWHERE)
        else:
            note(request, account.code, What.SIGNED_OUT)
        logout(request)
        messages.success(request, _("You are signed out."))
    return redirect("sign-in")


def safe_target(request: HttpRequest) -> str:
    """Return the address within the site to go to after signing in."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    is_here = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_here and wanted.startswith("/") else "/"


def wrong_words() -> str:
    """Say that a try failed, in the same words whatever the cause."""
    return _("The code or the password is wrong, or the account is closed. If you are sure of both, ask a custodian.")


def shut_words() -> str:
    """Say that there were too many tries, in the same words whether or not there is such an account."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return _(
        "Too many wrong tries. After %(minutes)s minutes the account opens again by itself; a custodian can do it now."
    ) % {"minutes": minutes}
