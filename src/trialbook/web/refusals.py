"""Pages that say no, or that something went wrong: the same words whatever the reason, so that none leaks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from trialbook.errors import TrialbookError
from trialbook.wording import remedy, sentence


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what cannot be understood."""
    del exception
    return render(request, "error.html", {"status": 400}, status=400)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what may not be done."""
    del exception
    return render(request, "error.html", {"status": 403}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what is not there, or not for the asker: the two look alike."""
    from trialbook.web.monitoring.log import note_refusal

    del exception
    note_refusal(request)
    return render(request, "error.html", {"status": 404}, status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer where the program itself failed."""
    return render(request, "error.html", {"status": 500}, status=500)


def told(error: TrialbookError) -> list[dict[str, str]]:
    """Return the problems of an error for a page: place, sentence, remedy."""
    return [
        {
            "code": problem.code,
            "place": str(problem.place),
            "sentence": sentence(problem, gettext),
            "remedy": remedy(problem, gettext),
        }
        for problem in error.problems
    ]
