"""The first run: nobody has an account yet, and whoever started the site makes the first."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from trialbook.errors import TrialbookError
from trialbook.web.accounts.codes import digest_of
from trialbook.web.accounts.forms import FirstRunForm
from trialbook.web.accounts.log import note
from trialbook.web.accounts.models import Account, StartCode, What
from trialbook.web.accounts.second import is_near
from trialbook.web.accounts.views.entering import let_in
from trialbook.web.databases import alone
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def first_run(request: StudyRequest) -> HttpResponseBase:
    """Make the first account, a custodian; with the start code, or for a study without ledger from the own machine."""
    if Account.objects.exists():
        return redirect("sign-in")
    form = first_form(request)
    problems: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        if not may_begin(request, form.cleaned_data.get("start", "")):
            note(request, "", What.FIRST_RUN, remark="wrong start code")
            form.add_error("start", _("This is not the start code. It is shown in the terminal, anew at each start."))
        else:
            try:
                return begin(request, form.cleaned_data)
            except TrialbookError as error:
                problems = told(error)
    context = {"form": form, "problems": problems, "custodians": custodians_of(request)}
    return render(request, "accounts/first_run.html", context)


def first_form(request: StudyRequest) -> FirstRunForm:
    """Return the form of the first account; the start code is not asked for where it is not needed."""
    custodians = custodians_of(request)
    given = {"start": request.GET.get("start", "")}
    given["code"] = custodians[0] if len(custodians) == 1 else ""
    form = FirstRunForm(request.POST or None, initial=given)
    if not needs_code(request):
        del form.fields["start"]
    form.fields["code"].widget.attrs["data-proposed"] = True
    if not form.is_bound:
        first_empty = next(name for name in form.fields if not given.get(name))
        form.fields[first_empty].widget.attrs["autofocus"] = True
    if custodians:
        form.fields["code"].help_text = _("Custodian of this study: %(codes)s.") % {"codes": ", ".join(custodians)}
    return form


def custodians_of(request: StudyRequest) -> tuple[str, ...]:
    """Return who is custodian of a ledger that exists; nobody where there is none."""
    return request.site.people.custodians() if request.site.is_open else ()


def needs_code(request: StudyRequest) -> bool:
    """Tell whether the start code is needed: from afar, and to take the place of a custodian of the ledger."""
    return request.site.is_open or not is_near(request)


def may_begin(request: StudyRequest, start: str) -> bool:
    """Tell whether whoever asks may make the first account."""
    if not needs_code(request):
        return True
    kept = StartCode.objects.order_by("-made_at").first()
    return kept is not None and constant_time_compare(kept.digest, digest_of("start", start))


def begin(request: StudyRequest, told_by: dict[str, Any]) -> HttpResponseBase:
    """Make the first account, open the ledger where there is none, and let its person in."""
    code, custodians = told_by["code"], custodians_of(request)
    if custodians and code not in custodians:
        raise TrialbookError([not_custodian(code, custodians)])
    with alone(), transaction.atomic():
        if Account.objects.exists():
            return redirect("sign-in")
        made = Account.objects.create_user(code, told_by["new"], name=told_by["name"])
        StartCode.objects.all().delete()
        if not request.site.is_open:
            request.site.begin(code)
    note(request, code, What.FIRST_RUN)
    return let_in(request, made, "/")


def not_custodian(code: str, custodians: tuple[str, ...]) -> Any:  # noqa: ANN401 - a Problem
    """Say that the ledger knows other custodians."""
    from trialbook.errors import Problem
    from trialbook.protocol.suggest import listed

    return Problem(code="SERVE-04", values={"person": code, "custodians": listed(custodians)})
