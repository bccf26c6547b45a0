"""What people do with their own account."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_otp import login as note_device

from trialbook.web import site
from trialbook.web.accounts import second
from trialbook.web.accounts.forms import NewPassword, PasswordForm, SecondForm
from trialbook.web.accounts.log import note
from trialbook.web.accounts.models import Account, What
from trialbook.web.accounts.sessions import seconds_left
from trialbook.web.accounts.trying import confirm_password


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponseBase:
    """Let somebody choose a new password; a one-time code has to be replaced before anything else."""
    account = signed_in(request)
    is_one_time = account.one_time_until is not None
    form = (NewPassword if is_one_time else PasswordForm)(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():
        if is_one_time or confirm_password(request, form.cleaned_data["current"]):
            return new_password(request, account, form.cleaned_data["new"])
        form.add_error("current", _("This is not your password."))
    return render(request, "accounts/change_password.html", {"form": form, "is_one_time": is_one_time})


def new_password(request: HttpRequest, account: Account, password: str) -> HttpResponseBase:
    """Take a new password; every other session of the account ends."""
    account.set_password(password)
    account.one_time_until = None
    account.save(update_fields=["password", "one_time_until"])  # a suspension that came meanwhile stays
    update_session_auth_hash(request, account)
    note(request, account.code, What.PASSWORD_CHANGED)
    messages.success(request, _("The new password holds. You are signed out everywhere else."))
    return redirect("today")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def set_up_second_factor(request: HttpRequest) -> HttpResponseBase:
    """Let somebody add a second factor, replace it, or make new recovery codes."""
    account = signed_in(request)
    form = SecondForm(request.POST or None)
    if request.method == "POST":
        if second.has_second(account) and not confirm_password(request, request.POST.get("password", "")):
            messages.error(request, _("This is not your password."))
        elif "codes" in request.POST:
            return shown_codes(request, account)
        elif form.is_valid():
            if second.confirm_device(account, form.cleaned_data["second"]):
                return set_up(request, account)
            form.add_error("second", _("This code is not right. Look whether the clock of your phone is right."))
    planned = second.planned_device(account)
    return render(
        request,
        "accounts/set_up_second_factor.html",
        {
            "form": form,
            "picture": mark_safe(second.picture_of(planned)),  # noqa: S308 - drawn by us, of our own text
            "key": second.spelled(planned),
            "has_second": second.has_second(account),
            "left": account.recovery_codes.filter(used_at=None).count(),
        },
    )


def set_up(request: HttpRequest, account: Account) -> HttpResponseBase:
    """Take a confirmed second factor into use, and show its recovery codes."""
    note_device(request, second.device_of(account))
    request.session.cycle_key()
    note(request, account.code, What.SECOND_SET_UP)
    return shown_codes(request, account)


def shown_codes(request: HttpRequest, account: Account) -> HttpResponseBase:
    """Show new recovery codes, this once."""
    if not second.has_second(account):
        return redirect("set-up-second-factor")
    codes = second.new_recovery_codes(account)
    note(request, account.code, What.CODES_MADE)
    return render(request, "accounts/recovery_codes.html", {"codes": codes})


@require_http_methods(["GET", "POST"])
def keep_alive(request: HttpRequest) -> HttpResponseBase:
    """Tell who is signed in and for how long; a POST counts as use of the session, a GET does not.

    The token lets a page that was open all the while be sent by the same person after they signed in again.
    """
    account = request.user
    if not account.is_authenticated:
        return JsonResponse({"person": "", "seconds": 0, "token": ""})
    left = seconds_left(request.session, site.now())
    return JsonResponse({"person": account.code, "seconds": left, "token": get_token(request)})


def signed_in(request: HttpRequest) -> Account:
    """Return the account of a page that is open to accounts only."""
    account = request.user
    if not account.is_authenticated:
        raise PermissionDenied
    return account
