"""Leaks planted at the head of every page, on pages opened by mistake, and in when something opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any
from unittest.mock import patch

from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from tests.web.spoiling import Plant, own, raw, served_by
from tests.web.twins import NOW

from trialbook.conduct.casebook import Casebook
from trialbook.conduct.rating_now import open_visit
from trialbook.protocol.model import Form, Study
from trialbook.web import frame, headers, looking, site
from trialbook.web.kept import Kept
from trialbook.web.pages import rating
from trialbook.web.request import StudyRequest


def headed(name: str, text: Callable[[StudyRequest], str]) -> Plant:
    """Return a plant that gives every answer a header."""

    @contextmanager
    def plant() -> Iterator[None]:
        real = headers.Headers.__call__

        def made(self: headers.Headers, request: StudyRequest) -> HttpResponseBase:
            answer = real(self, request)
            if hasattr(request, "view"):
                answer.headers[name] = text(request)
            return answer

        with patch.object(headers.Headers, "__call__", made):
            yield

    return plant


def menu(more: Callable[[StudyRequest], dict[str, Any]]) -> Plant:
    """Return a plant that changes what every page shows at its head."""

    @contextmanager
    def plant() -> Iterator[None]:
        from django.template.engine import Engine

        def made(request: StudyRequest) -> dict[str, Any]:
            found = frame.page_context(request)
            return {**found, **more(request)} if found else found

        for engine in [Engine.get_default()]:
            kept = engine.template_context_processors
            spoilt = tuple(made if one is frame.page_context else one for one in kept)
            with patch.dict(engine.__dict__, {"template_context_processors": spoilt}):
                yield

    return plant


def asked_of_me(request: StudyRequest) -> dict[str, Any]:
    """The menu counts open queries."""
    every = (query for casebook in request.view.casebooks.values() for query in casebook.queries.values())
    return {"menu": frame.Menu(daily=(("today", "/", f"Today ({len(list(every))})"),), further=())}


def versioned(request: StudyRequest) -> dict[str, Any]:
    """The name of the study has the number of its version."""
    versions = [entry for entry in request.site.history() if entry.act == "adopt"]
    study = request.actor.study
    return {"study": replace(study, identity=replace(study.identity, id=f"twins-{len(versions)}"))}


# ---- other pages, opened by mistake -----------------------------------------------------------------------------


def opened(name: str, told: Callable[[StudyRequest], object]) -> Plant:
    """Return a plant that opens a page to the assessor; it shows what one might think harmless."""

    @contextmanager
    def plant() -> Iterator[None]:
        def view(request: StudyRequest, **_: object) -> HttpResponse:
            return HttpResponse(str(told(request)))

        with served_by(name, view):
            yield

    return plant


def own_trail(request: StudyRequest) -> object:
    """The audit trail of one's own acts, by number."""
    return [entry.seq for entry in own(request)]


def own_file(request: StudyRequest) -> object:
    """A file of one's own answers, without visit and date: its length tells how many."""
    return "\n".join(f"{entry.item},{entry.value}" for entry in own(request) if entry.item)


def own_history(request: StudyRequest) -> object:
    """The history of the items of the rating, without visit, person and time."""
    return [(entry.item, entry.text) for entry in request.site.history(participant="P1") if entry.form == "rating"]


def own_calendar(request: StudyRequest) -> object:
    """The calendar of those who can be rated: days alone."""
    return [raw(request, one.casebook.participant).enrolled_on for one in looking.ratings_for(request)]


def found_codes(request: StudyRequest) -> object:
    """Codes of participants that begin as what is typed."""
    return [code for code in request.view.casebooks if code.startswith(request.GET.get("q", "P"))]


def is_complete(request: StudyRequest) -> object:
    """Whether there is anything to be verified, as a yes or no."""
    return any(casebook.verified for casebook in request.view.casebooks.values())


@contextmanager
def beating() -> Iterator[None]:
    """The heartbeat of the page says whether anything changed."""

    def view(request: StudyRequest) -> JsonResponse:
        return JsonResponse({"changed": request.view.head.hash if request.user.is_authenticated else ""})

    with served_by("keep-alive", view):
        yield


def shut(error: type[Exception]) -> Plant:
    """Return a plant in which a rating that is closed answers in another way than one of nobody."""

    @contextmanager
    def plant() -> Iterator[None]:
        def view(request: StudyRequest, participant: str, form: str) -> HttpResponse:
            if participant in request.view.casebooks and looking.rating_for(request, participant, form) is None:
                raise error
            return rating.rating(request, participant, form)

        with served_by("rating", view):
            yield

    return plant


@contextmanager
def alerts() -> Iterator[None]:
    """An alert can be sent of everybody who is in the study."""

    def view(request: StudyRequest, participant: str) -> HttpResponse:
        if participant not in request.view.casebooks:
            raise Http404
        return HttpResponse("An alert")

    with served_by("alert", view):
        yield


@contextmanager
def back() -> Iterator[None]:
    """A change of the language leads back, but to no page that there is not."""

    def view(request: StudyRequest) -> HttpResponseBase:
        asked = request.POST.get("next", "")
        return redirect(asked if any(f"/{code}/" in asked for code in request.view.casebooks) else "/")

    with served_by("choose-language", view):
        yield


# ---- when something opens ---------------------------------------------------------------------------------------


def timed(is_open: Callable[[str, Casebook, float], bool]) -> Plant:
    """Return a plant in which it hangs on what is hidden when on a day a rating is open; minutes since `NOW`."""

    @contextmanager
    def plant() -> Iterator[None]:
        real = open_visit

        def made(study: Study, casebook: Casebook, form: Form, today: date, **more: Any) -> str | None:
            visit = real(study, casebook, form, today, **more)
            minutes = (site.now() - NOW).total_seconds() / 60
            return visit if visit is not None and is_open(visit, casebook, minutes) else None

        with patch.object(looking, "open_visit", made), patch.object(looking, "OPEN", Kept(0)):
            yield

    return plant
