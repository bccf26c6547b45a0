"""What the participant sees: one question at a time, then what they answered, then thanks. Nothing else of the study.

These pages are open to whoever holds the secret of an invitation. They share nothing with the pages of staff: no
menu, no name, no code of the participant, no score; the browser is known by a cookie of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, override
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from trialbook.conduct.casebook import Cell
from trialbook.errors import ActRefused, LedgerError, Problem
from trialbook.protocol.common_names import joined
from trialbook.protocol.typed_numbers import label_of
from trialbook.protocol.values import show_value
from trialbook.web.forms.presence import presence
from trialbook.web.invitations.codes import digest_of, guesses, new_secret
from trialbook.web.invitations.models import Invitation
from trialbook.web.invitations.standing import ALIVE, Moment, closed_forms, journey_of, moment_of, state_of, tell
from trialbook.web.invitations.steps import Journey, Shown, Step, saving, sent_answers, shown_items
from trialbook.web.request import StudyRequest
from trialbook.web.saying import listed, remedy, sentence

COOKIE = "__Host-questionnaire" if settings.IS_TLS else "questionnaire"
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HIDES = "ACT-30"
"""Refusal of an answer by which other answers would not be asked any more."""

WRITTEN = frozenset({"VALUE-02", "VALUE-03", "VALUE-06", "VALUE-14", "VALUE-15", "VALUE-16"})
"""Refusals of the way in which something is written: their remedy helps whoever typed it."""

View = Callable[..., HttpResponse]
Sent = Mapping[str, Sequence[str]]


# ---- the browser that holds an invitation -----------------------------------------------------------------------


def keep_device(answer: HttpResponse, secret: str, invitation: Invitation) -> HttpResponse:
    """Let the browser keep the secret by which it goes on, as long as the invitation is valid."""
    answer.set_cookie(
        COOKIE,
        secret,
        expires=invitation.valid_until,
        path="/",
        secure=settings.IS_TLS,
        httponly=True,
        samesite="Lax",
    )
    return answer


def held_by(request: StudyRequest) -> Invitation | None:
    """Return the invitation that was opened in this browser, None where there is none."""
    secret = request.COOKIES.get(COOKIE, "")
    return Invitation.objects.filter(device=digest_of(secret)).first() if secret else None


def for_holder(view: View) -> View:
    """Open a page only to the browser in which an invitation that is alive was opened, in its language."""

    @wraps(view)
    def opened(request: StudyRequest, *args: object, **rest: object) -> HttpResponse:
        invitation = held_by(request)
        now = moment_of(request.site, "" if invitation is None else invitation.participant)
        if invitation is None or state_of(now, invitation) not in ALIVE:
            return redirect("questionnaire-open")
        with override(ui_language(invitation.language)):
            return view(request, invitation, now, *args, **rest)

    return opened


def ui_language(tag: str) -> str:
    """Return the language of the site's own words for a language of a questionnaire: English where there is none."""
    return next((code for code, _ in settings.LANGUAGES if code.casefold() == tag.casefold()), "en")


# ---- opening a link ---------------------------------------------------------------------------------------------


@require_GET
def open_page(request: StudyRequest) -> HttpResponse:
    """Ask for the code of a link; a browser takes it from behind the # of the address, which no server is sent."""
    invitation = held_by(request)
    now = moment_of(request.site, "" if invitation is None else invitation.participant)
    state = "" if invitation is None else state_of(now, invitation)
    context = {"may_go_on": state in ALIVE, "is_off": state == "off"}
    if invitation is None or state != "off":
        return render(request, "questionnaire_open.html", context)
    with override(ui_language(invitation.language)):
        return render(request, "questionnaire_open.html", {**context, **frame(invitation)})


@sensitive_post_parameters("code")
@require_POST
def begin(request: StudyRequest) -> HttpResponse:
    """Open a link in this browser, and in no other from now on."""
    now, address = request.site.now(), str(request.META.get("REMOTE_ADDR", ""))
    if guesses().are_too_many(address, now):
        return shut(request, gettext("Too many codes were wrong. Wait a quarter of an hour and try again."), 429)
    invitation = Invitation.objects.filter(token=digest_of(request.POST.get("code", ""))).first()
    if invitation is None:
        guesses().note(address, now)
        return shut(request)
    if state_of(moment_of(request.site, invitation.participant), invitation) not in ALIVE:
        return shut(request)
    if invitation.opened_at is not None:
        held = held_by(request)
        return redirect("questionnaire") if held == invitation else shut(request)
    return claimed(request, invitation)


def claimed(request: StudyRequest, invitation: Invitation) -> HttpResponse:
    """Give the link to this browser; of two that open it at once, the first has it."""
    secret, now = new_secret(), request.site.now()
    free = Invitation.objects.filter(pk=invitation.pk, opened_at__isnull=True)
    if not free.update(opened_at=now, used_at=now, device=digest_of(secret)):
        return shut(request)
    tell(
        request.site,
        invitation,
        "opened by the participant.",
        by=invitation.made_by,
        request=request.site.new_id(),
        is_own=True,
    )
    return keep_device(redirect("questionnaire"), secret, invitation)


def shut(request: StudyRequest, why: str = "", status: int = 410) -> HttpResponse:
    """Say that a link does not open: the same words whether it never was, was used, has expired or was withdrawn."""
    return render(request, "questionnaire_shut.html", {"why": why}, status=status)


# ---- the questions ----------------------------------------------------------------------------------------------


@require_GET
@for_holder
def resume(request: StudyRequest, invitation: Invitation, now: Moment) -> HttpResponse:
    """Begin, or go on where the participant was."""
    del request
    journey = journey_of(now, invitation)
    number = journey.first_open()
    return redirect("questionnaire-review") if number is None else redirect("questionnaire-step", number)


@for_holder
def step(request: StudyRequest, invitation: Invitation, now: Moment, number: int) -> HttpResponse:
    """Show one step, or take its answers and go on to the next."""
    journey = journey_of(now, invitation)
    if number not in journey.numbers():
        return redirect("questionnaire")
    here = At(request=request, invitation=invitation, now=now, journey=journey, number=number)
    come(here)
    if request.method == "POST":
        return taken(here)
    return step_page(here, left="open" in request.GET and bool(journey.open_items(here.step)))


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """Where the participant is."""

    request: StudyRequest
    invitation: Invitation
    now: Moment
    journey: Journey
    number: int

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return self.journey.steps[self.number]


def come(here: At) -> None:
    """Let staff who open the same form see that the participant is at it."""
    opened = (here.invitation.participant, Cell(here.invitation.visit, here.step.form.id, "", ""))
    presence().enter(opened, here.invitation.participant, here.request.site.now())


@require_GET
@for_holder
def stay(request: StudyRequest, invitation: Invitation, now: Moment, number: int) -> HttpResponse:
    """Take a sign of life of the page of a step."""
    journey = journey_of(now, invitation)
    if number in journey.numbers():
        come(At(request=request, invitation=invitation, now=now, journey=journey, number=number))
    return HttpResponse(status=204)


def taken(here: At) -> HttpResponse:
    """Save what was answered on a step; go on, or ask again what is to become of what was left open."""
    sent: Sent = dict(here.request.POST.lists())
    if here.step.screen is None:
        return onwards(here.number, here.journey)
    what = here.request.POST.get("what", "")
    declined = here.step.words.declined if what == "decline" else None
    act = saving(here.journey, here.step, sent, declined=declined, clears_hidden=what == "clear")
    sent_id = here.request.POST.get("request", "")
    try:
        here.request.site.record(
            act,
            by=here.invitation.made_by,
            request=sent_id if ID.fullmatch(sent_id) else None,
            on_behalf_of=here.invitation.participant,
        )
    except (ActRefused, LedgerError) as error:
        return refused(here, sent, error)
    here.invitation.used_at = here.request.site.now()
    here.invitation.save(update_fields=["used_at"])
    after = journey_of(moment_of(here.request.site, here.invitation.participant), here.invitation)
    if after.open_items(here.step) and what != "leave":
        # shown by an address of its own, so that the browser's way back asks for nothing to be sent again
        return redirect(reverse("questionnaire-step", args=[here.number]) + "?open")
    return onwards(here.number, after)


def onwards(number: int, journey: Journey) -> HttpResponse:
    """Go to the step after this one, or to what was answered."""
    following = journey.after(number)
    return redirect("questionnaire-review") if following is None else redirect("questionnaire-step", following)


def refused(here: At, sent: Sent, error: ActRefused | LedgerError) -> HttpResponse:
    """Show a step again with what was sent, and say why it was not saved; nothing of the study is named."""
    codes = {problem.code for problem in error.problems}
    if codes == {HIDES}:
        return step_page(here, sent=sent, hides=True)
    told = (as_read(here, problem) for problem in error.problems if problem.code.startswith("VALUE-"))
    wrong = [f"{sentence(one)} {remedy(one) if one.code in WRITTEN else ''}".rstrip() for one in told]
    return step_page(here, sent=sent, wrong=wrong, is_failure=not wrong)


def as_read(here: At, problem: Problem) -> Problem:
    """Return a problem that names the question as the participant reads it, not as the study file does."""
    stem, tag = "" if here.step.screen is None else here.step.screen.stem, here.invitation.language
    shown = ((one.item, one.question.text) for one in shown_items(here.journey, here.step))
    asked = {label_of(item): joined({tag: stem}, {tag: text}, (tag,))[tag] if stem else text for item, text in shown}
    item = problem.values.get("item", "")
    return replace(problem, values={**problem.values, **({"item": asked[item]} if item in asked else {})})


def step_page(
    here: At,
    *,
    sent: Sent | None = None,
    left: bool = False,
    hides: bool = False,
    wrong: Sequence[str] = (),
    is_failure: bool = False,
) -> HttpResponse:
    """Render one step."""
    numbers = here.journey.numbers()
    same = is_failure and sent is not None
    context = {
        "step": here.step,
        "words": here.step.words,
        "items": shown_items(here.journey, here.step, None if sent is None else sent_answers(here.step, sent)),
        "place": numbers.index(here.number) + 1,
        "count": len(numbers),
        "number": here.number,
        "before": here.journey.before(here.number),
        "left": left,
        "hides": hides,
        "wrong": wrong,
        "is_failure": is_failure,
        # what became of a failed save is not known: sent again with the same id it is stored once
        "request_id": here.request.POST.get("request") if same else here.request.site.new_id(),
        "is_less": bool(closed_forms(here.now, here.invitation)),
        **frame(here.invitation),
    }
    status = 422 if wrong or hides else 503 if is_failure else 200
    return render(here.request, "questionnaire_step.html", context, status=status)


def frame(invitation: Invitation) -> dict[str, Any]:
    """Return what every page of the questions needs."""
    return {"tag": invitation.language, "is_tablet": invitation.way == Invitation.TABLET}


# ---- the end ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """An item as it is shown before the end."""

    number: int
    text: str
    stem: str
    answer: str


@require_GET
@for_holder
def review(request: StudyRequest, invitation: Invitation, now: Moment) -> HttpResponse:
    """Show what was answered, before it is sent off; a mark on a line is shown as made, not as a number."""
    journey = journey_of(now, invitation)
    forms = [
        (journey.steps[numbers[0]].words.title, [row for number in numbers for row in reviewed(journey, number)])
        for numbers in by_form(journey)
    ]
    is_open = any(not row.answer for _, rows in forms for row in rows)
    context = {"forms": forms, "is_open": is_open, "request_id": request.site.new_id(), **frame(invitation)}
    context["is_less"] = bool(closed_forms(now, invitation))
    last = next(iter(reversed(journey.numbers())), None)
    return render(request, "questionnaire_review.html", {**context, "before": last})


def by_form(journey: Journey) -> list[list[int]]:
    """Return the numbers of the steps that are shown, form by form."""
    grouped: dict[str, list[int]] = {}
    for number in journey.numbers():
        grouped.setdefault(journey.steps[number].form.id, []).append(number)
    return list(grouped.values())


def reviewed(journey: Journey, number: int) -> list[Reviewed]:
    """Return the items of a step with their answers in words."""
    here = journey.steps[number]
    stem = here.screen.stem if here.screen is not None else ""
    return [
        Reviewed(number=number, text=item.question.text, stem=stem, answer=in_words(item))
        for item in shown_items(journey, here)
    ]


def in_words(shown: Shown) -> str:
    """Write an answer as the participant gave it, empty where it is open."""
    if shown.answer is None:
        return ""
    if shown.answer.missing is not None:
        return gettext("No answer, as you wish")
    if shown.is_line:
        return gettext("Marked on the line")
    if shown.question.choices:
        return listed(text for code, text in shown.question.choices.items() if code in shown.chosen)
    return show_value(shown.item, shown.answer.value or "")


@require_POST
def finish(request: StudyRequest) -> HttpResponse:
    """Send the questionnaires off, once: sent again because no answer came, it leads where the first led."""
    invitation = held_by(request)
    if invitation is not None and invitation.finished_at is not None:
        return redirect("questionnaire-thanks")
    return sent_off(request)


@for_holder
def sent_off(request: StudyRequest, invitation: Invitation, now: Moment) -> HttpResponse:
    """Send the questionnaires off: the invitation is used, and nothing can be changed by it any more."""
    sent_id = request.POST.get("request", "")
    try:
        tell(
            request.site,
            invitation,
            "finished by the participant.",
            by=invitation.made_by,
            request=sent_id if ID.fullmatch(sent_id) else request.site.new_id(),
            is_own=True,
        )
    except (ActRefused, LedgerError):
        return redirect("questionnaire-review")
    invitation.finished_at = invitation.used_at = now.at
    invitation.save(update_fields=["finished_at", "used_at"])
    for form in invitation.forms:
        presence().leave((invitation.participant, Cell(invitation.visit, form, "", "")), invitation.participant)
    return redirect("questionnaire-thanks")


@require_GET
def thanks(request: StudyRequest) -> HttpResponse:
    """Thank the participant; nothing leads from here into the study without a password."""
    invitation = held_by(request)
    context = {} if invitation is None else frame(invitation)
    with override(ui_language(context.get("tag", "en"))):
        return render(request, "questionnaire_thanks.html", context)


@require_POST
def give_back(request: StudyRequest) -> HttpResponse:
    """Take the tablet back: the browser forgets the participant, and whoever wants more has to sign in."""
    invitation = held_by(request)
    if invitation is None or invitation.way != Invitation.TABLET:
        return redirect("questionnaire-open")
    answer = redirect("questionnaires", invitation.participant, invitation.visit)
    answer.delete_cookie(COOKIE, path="/", samesite="Lax")
    return answer
