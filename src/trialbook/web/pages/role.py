"""In which role a person acts, and in which language they read."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from trialbook.web.accounts.models import Account
from trialbook.web.actor import grant_key
from trialbook.web.request import StudyRequest


@require_POST
def choose_role(request: StudyRequest) -> HttpResponse:
    """Act in another of one's own roles from now on, and after the next sign-in."""
    asked = request.POST.get("grant", "")
    if asked in {grant_key(grant) for grant in request.actor.grants}:
        request.session["grant"] = asked
        Account.objects.filter(code=request.actor.person).update(acts_as=asked)
    return redirect("today")


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Read the site in another language from now on."""
    back = request.POST.get("next", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    answer = redirect(back if is_ours else "/")
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 60 * 60,
            secure=settings.IS_TLS,
            httponly=True,
            samesite="Lax",
        )
    return answer
