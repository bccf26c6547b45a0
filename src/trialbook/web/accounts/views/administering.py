"""What a custodian does with the accounts of others. What somebody may do is granted by acts in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from trialbook.capture.acts import Act, grant, revoke
from trialbook.capture.ledger import Entry
from trialbook.capture.people import CUSTODIAN
from trialbook.errors import TrialbookError
from trialbook.web import site
from trialbook.web.accounts.codes import new_code
from trialbook.web.accounts.forms import AccountForm, ReasonForm
from trialbook.web.accounts.log import note
from trialbook.web.accounts.models import Account, SignIn, What
from trialbook.web.accounts.opened import opened_by
from trialbook.web.accounts.second import has_second, remove_second
from trialbook.web.accounts.trying import forget_wrong, is_shut
from trialbook.web.accounts.views.sessions import end_for
from trialbook.web.actor import grant_key
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest

ONE_TIME = timedelta(hours=72)
"""How long a one-time code can be used."""

MOST_LINES = 50

Done = HttpResponseBase | None


@require_http_methods(["GET"])
def accounts(request: StudyRequest) -> HttpResponseBase:
    """List every account, how it stands, and the roles of its person; and who holds a role without an account."""
    people, every = request.site.people, list(Account.objects.order_by("code"))
    rows = [(one, sorted(people.of(one.code), key=str)) for one in every]
    without = sorted({held.person for held in people.grants} - {one.code for one in every})
    return render(request, "accounts/accounts.html", {"rows": rows, "without": without})


@require_http_methods(["GET", "POST"])
def new_account(request: StudyRequest) -> HttpResponseBase:
    """Make an account; its first password is a code that the custodian hands over."""
    known = tuple(sorted({held.person for held in request.site.people.grants}))
    form = AccountForm(request.POST or None, known=known, initial={"code": request.GET.get("code", "")})
    if request.method == "POST" and form.is_valid():
        given, one_time = form.cleaned_data, new_code(4)
        try:
            with transaction.atomic():
                made = Account.objects.create_user(
                    given["code"],
                    one_time,
                    name=given["name"],
                    expires_on=given["expires_on"],
                    one_time_until=site.now() + ONE_TIME,
                )
        except IntegrityError:
            form.add_error("code", _("There is such an account already; choose another code."))
        else:
            note(request, made.code, What.MADE, by=request.actor.person, remark=last_day(made.expires_on))
            return handed_over(request, made, one_time)
    return render(request, "accounts/new_account.html", {"form": form})


@require_http_methods(["GET", "POST"])
def account(request: StudyRequest, code: str) -> HttpResponseBase:
    """Show an account, and do with it what its buttons say."""
    found = Account.objects.filter(code=code).first()
    if found is None:
        raise Http404
    problems: list[dict[str, str]] = []
    if request.method == "POST":
        do = DOINGS.get(request.POST.get("do", ""))
        if do is None:
            raise Http404
        try:
            return do(request, found) or redirect("account", code=code)
        except TrialbookError as error:
            problems = told(error)
    return render(request, "accounts/account.html", facts(request, found, problems))


def facts(request: StudyRequest, found: Account, problems: list[dict[str, str]]) -> dict[str, object]:
    """Return what the page of an account shows."""
    now, people = site.now(), request.site.people
    is_self = found.code == request.actor.person
    return {
        "account": found,
        "is_self": is_self,
        "opened": () if is_self else opened_by(found),
        "is_shut": is_shut(request, found.code),
        "has_second": has_second(found),
        "held": sorted(people.of(found.code), key=str),
        "history": grant_history(request, found.code),
        "form": ReasonForm(roles=roles_of(request, found), prefix="grant"),
        "sites": sites_of(request),
        "lines": SignIn.objects.filter(code=found.code)[:MOST_LINES],
        "problems": problems,
        "today": now,
    }


def grant_history(request: StudyRequest, code: str) -> list[Entry]:
    """Return every entry that granted this person a role or took one away, the last first."""
    wide = request.site.history(participant="", item="")
    return [entry for entry in reversed(wide) if entry.person == code and entry.act in {"open", "grant", "revoke"}]


def roles_of(request: StudyRequest, found: Account) -> list[tuple[str, str]]:
    """Return the roles that can be granted, each with its title; those that the person holds everywhere come last."""
    held = {grant.role for grant in request.site.people.of(found.code) if grant.site is None}
    every = [*titles_of(request).items(), (CUSTODIAN, _("custodian: accounts, roles and the study file"))]
    return sorted(every, key=lambda role: role[0] in held)


def titles_of(request: StudyRequest) -> dict[str, str]:
    """Return what each role of the study file is called."""
    study = request.site.study
    return {role.id: study.say(role.label, request.LANGUAGE_CODE) or role.id for role in study.roles.values()}


def sites_of(request: StudyRequest) -> list[str]:
    """Return the sites that the study knows: of its participants, and of what was granted."""
    of_casebooks = {casebook.site for casebook in request.site.casebooks.values()}
    return sorted(filter(None, of_casebooks | {held.site for held in request.site.people.grants}))


# ---- what its buttons do ----------------------------------------------------------------------------------------


def suspend(request: StudyRequest, found: Account) -> Done:
    """Close an account until somebody lifts it; its sessions end at once, and its roles stay in the ledger."""
    if found.code == request.actor.person:
        messages.error(request, _("You cannot suspend your own account; ask another custodian."))
    elif found.suspended_at is None:
        found.suspended_at = site.now()
        keep(request, found, What.SUSPENDED, ["suspended_at"], remark=request.POST.get("reason", ""))
        messages.success(request, _("%(code)s is suspended and signed out.") % {"code": found.code})
    return None


def lift(request: StudyRequest, found: Account) -> Done:
    """Open a suspended account again."""
    if found.suspended_at is not None:
        found.suspended_at = None
        keep(request, found, What.LIFTED, ["suspended_at"], remark=request.POST.get("reason", ""))
        messages.success(request, _("%(code)s may sign in again.") % {"code": found.code})
    return None


def expire(request: StudyRequest, found: Account) -> Done:
    """Set or take away the last day of an account."""
    text = request.POST.get("expires_on", "")
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        messages.error(request, _("“%(text)s” is no date; write it as 2026-03-14.") % {"text": text})
        return None
    if day is not None and day < request.site.today() and found.code == request.actor.person:
        messages.error(request, _("You cannot close your own account; ask another custodian."))
    elif day != found.expires_on:
        remark = f"{last_day(found.expires_on)} -> {last_day(day)}"
        found.expires_on = day
        keep(request, found, What.EXPIRY, ["expires_on"], remark=remark)
        messages.success(request, _("The last day of %(code)s was changed.") % {"code": found.code})
    return None


def open_again(request: StudyRequest, found: Account) -> Done:
    """Open an account at once that wrong tries have shut."""
    forget_wrong(found.code)
    note(request, found.code, What.OPENED, by=request.actor.person)
    messages.success(request, _("%(code)s may try again.") % {"code": found.code})
    return None


def reset_password(request: StudyRequest, found: Account) -> Done:
    """Replace a password by a one-time code; the second factor stays."""
    one_time = new_code(4)
    found.set_password(one_time)
    found.one_time_until = site.now() + ONE_TIME
    keep(request, found, What.PASSWORD_RESET, ["password", "one_time_until"])
    return handed_over(request, found, one_time)


def reset_second(request: StudyRequest, found: Account) -> Done:
    """Take a lost second factor away; its owner sets up a new one, and signs in anew everywhere."""
    with transaction.atomic():
        remove_second(found)
        found.generation += 1
        keep(request, found, What.SECOND_RESET, ["generation"])
    messages.success(request, _("%(code)s has no second factor now.") % {"code": found.code})
    return None


def end_sessions(request: StudyRequest, found: Account) -> Done:
    """End sessions of somebody, who signs in anew there."""
    end_for(request, found)
    return None


def give(request: StudyRequest, found: Account) -> Done:
    """Grant a role, by an act with its reason."""
    form = ReasonForm(request.POST, roles=roles_of(request, found), prefix="grant")
    if not form.is_valid():
        messages.error(request, _("Choose a role and say why it is granted."))
        return None
    told_by = form.cleaned_data
    if found.code == request.actor.person and request.actor.grant is not None:
        # who gets a further role goes on in the one in which they act, and chooses the other when they want it
        request.session["grant"] = grant_key(request.actor.grant)
    asked = grant(found.code, told_by["role"], site=told_by["site"] or None)
    act = Act(name="grant", asked=tuple(replace(one, reason=told_by["reason"]) for one in asked.asked))
    values = {"role": title_of(request, told_by["role"]), "person": found.code}
    record(request, act, _("%(role)s granted to %(person)s.") % values)
    return None


def take(request: StudyRequest, found: Account) -> Done:
    """Revoke a role, by an act with its reason."""
    posted = request.POST
    role = posted.get("role", "")
    values = {"role": title_of(request, role), "person": found.code}
    act = revoke(found.code, role, reason=posted.get("reason", ""), site=posted.get("site") or None)
    record(request, act, _("%(role)s taken from %(person)s.") % values)
    return None


def title_of(request: StudyRequest, role: str) -> str:
    """Return what a role is called."""
    return _("custodian").capitalize() if role == CUSTODIAN else titles_of(request).get(role, role)


DOINGS: Mapping[str, Callable[[StudyRequest, Account], Done]] = MappingProxyType(
    {
        "suspend": suspend,
        "lift": lift,
        "expire": expire,
        "open": open_again,
        "reset password": reset_password,
        "reset second factor": reset_second,
        "end sessions": end_sessions,
        "grant": give,
        "revoke": take,
    }
)
"""Name of a button -> what it does."""


def record(request: StudyRequest, act: Act, said: str) -> None:
    """Record an act of the custodian, and say what it did."""
    receipt = request.site.record(act, by=request.actor.person, request=request.POST.get("request") or None)
    if receipt.entries:
        messages.success(request, said)
    else:
        messages.info(request, _("That stands there already."))


def keep(request: StudyRequest, found: Account, what: What, changed: Collection[str], *, remark: str = "") -> None:
    """Save the fields of an account that changed and no other, and write into the log who changed what.

    The account was read when the request came in: what somebody else changed since stays.
    """
    with transaction.atomic():
        found.save(update_fields=changed)
        note(request, found.code, what, by=request.actor.person, remark=remark)


def handed_over(request: StudyRequest, found: Account, one_time: str) -> HttpResponseBase:
    """Show a one-time code, this once."""
    return render(request, "accounts/handed_over.html", {"account": found, "one_time": one_time, "hours": 72})


def last_day(day: date | None) -> str:
    """Write the last day of an account."""
    return "no end" if day is None else day.isoformat()
