"""The questionnaires of a visit as staff see them: how they stand, the tablet handed over, links made and withdrawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from trialbook.capture.people import role_gives
from trialbook.conduct.blinding import shown_forms
from trialbook.conduct.casebook import Casebook
from trialbook.errors import TrialbookError
from trialbook.protocol.model import Form
from trialbook.web.forms.words import local_time
from trialbook.web.invitations.codes import digest_of, new_secret
from trialbook.web.invitations.models import Invitation
from trialbook.web.invitations.standing import (
    ALIVE,
    IN_STUDY,
    TABLET_FOR,
    Moment,
    Standing,
    closed_forms,
    moment_of,
    questionnaires_of,
    self_words,
    standing_of,
    state_of,
    tell,
)
from trialbook.web.looking import casebook_for, casebooks_for
from trialbook.web.pages.questionnaire import keep_device
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest
from trialbook.web.saying import listed
from trialbook.web.wordings import FormWords

VALID_FOR: Mapping[str, tuple[timedelta, object]] = {
    "1": (timedelta(days=1), _("1 day")),
    "3": (timedelta(days=3), _("3 days")),
    "7": (timedelta(days=7), _("7 days")),
    "14": (timedelta(days=14), _("14 days")),
}
STATES: Mapping[str, tuple[object, str]] = {
    "waiting": (_("not opened yet"), "note"),
    "open": (_("opened, not finished"), "warn"),
    "finished": (_("used"), "good"),
    "expired": (_("expired"), ""),
    "withdrawn": (_("withdrawn"), ""),
    "left": (_("shut: the participant is in the study no more"), ""),
    "off": (_("shut: its questionnaires are not open to participants any more"), ""),
}
"""State of an invitation -> its words and its colour."""
ONLY_HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An invitation as a page lists it."""

    invitation: Invitation
    forms: str
    state: object
    colour: str
    is_alive: bool
    may_withdraw: bool


def questionnaires(request: StudyRequest, participant: str, visit: str) -> HttpResponse:
    """Show how the questionnaires of a visit stand, and the ways in which the participant can answer them."""
    casebook, forms = asked_here(request, participant, visit)
    return page(request, casebook, forms, visit)


def page(
    request: StudyRequest,
    casebook: Casebook,
    forms: tuple[Form, ...],
    visit: str,
    problems: list[dict[str, str]] | None = None,
) -> HttpResponse:
    """Render the questionnaires of a visit."""
    now = moment_of(request.site, casebook.participant)
    standings = tuple(standing_of(now, casebook, form, visit) for form in forms)
    mine = [standing for standing in standings if request.actor.may("record", standing.form.id)]
    rows = Invitation.objects.filter(participant=casebook.participant, visit=visit).order_by("-made_at")
    context = {
        "participant": casebook.participant,
        "visit": visit,
        "visit_label": label_of(request, visit),
        "standings": [(one, say(request, one.form), [named(tag) for tag in one.languages]) for one in standings],
        "languages": [(language, named(language)) for language in languages_of(mine)],
        "preset": preset(request, casebook.participant, languages_of(mine)),
        "mine": mine,
        "others": roles_for([one for one in standings if one not in mine], request),
        "is_in_study": casebook.status in IN_STUDY,
        "valid_for": [(key, words) for key, (_time, words) in VALID_FOR.items()],
        "rows": [row_of(request, now, invitation) for invitation in rows],
        "request_id": request.site.new_id(),
        "problems": problems,
    }
    return render(request, "invitation_questionnaires.html", context, status=409 if problems else 200)


def roles_for(standings: list[Standing], request: StudyRequest) -> tuple[str, ...]:
    """Return the roles that hand over what is open to the participant, in the order of the study file."""
    study = request.actor.study
    forms = [one.form.id for one in standings if one.languages and one.state != "finished"]
    return tuple(role for role in study.roles if any(role_gives(study, role, "record", form=form) for form in forms))


def asked_here(request: StudyRequest, participant: str, visit: str) -> tuple[Casebook, tuple[Form, ...]]:
    """Return the casebook and the questionnaires of a planned visit that the asker is shown; 404 where none is."""
    casebook = casebook_for(request, participant)
    study = request.actor.study
    if visit not in study.schedule.visits:
        raise Http404
    forms = questionnaires_of(study, casebook, visit)
    shown = shown_forms(study, casebook, request.actor.role)
    return casebook, tuple(form for form in forms if form.id in shown)


def label_of(request: StudyRequest, visit: str) -> str:
    """Return the label of a planned visit for the reader."""
    study = request.actor.study
    planned = study.schedule.visits.get(visit)
    return visit if planned is None else study.say(planned.label, tag_of(request))


def say(request: StudyRequest, form: Form) -> str:
    """Return the label of a form for the reader."""
    return request.actor.study.say(form.label, tag_of(request))


def tag_of(request: StudyRequest) -> str:
    """Return the tag by which the study file calls the language of the reader."""
    code = request.LANGUAGE_CODE.casefold()
    return next((tag for tag in request.actor.study.identity.languages if tag.casefold() == code), code)


def languages_of(standings: list[Standing]) -> tuple[str, ...]:
    """Return the languages in which an unfinished questionnaire is open."""
    unfinished = (standing for standing in standings if standing.state != "finished")
    return tuple(dict.fromkeys(language for standing in unfinished for language in standing.languages))


def preset(request: StudyRequest, participant: str, languages: Sequence[str]) -> str:
    """Return the language that stands there first: of the participant's last questionnaire, else of the reader."""
    last = Invitation.objects.filter(participant=participant).order_by("-made_at").first()
    wanted = (*(() if last is None else (last.language,)), tag_of(request))
    return next((tag for tag in wanted if tag in languages), "")


def named(tag: str) -> str:
    """Name a language as its readers do; its tag where nobody knows it."""
    try:
        return str(get_language_info(tag.casefold())["name_local"])
    except KeyError:
        return tag


# ---- making an invitation ---------------------------------------------------------------------------------------


@require_POST
def hand_over(request: StudyRequest, participant: str, visit: str) -> HttpResponse:
    """Hand the tablet to the participant: the questionnaires open, and the person who did it is signed out."""
    made = make(request, participant, visit, Invitation.TABLET, TABLET_FOR)
    if isinstance(made, HttpResponse):
        return made
    invitation, secret = made
    close_other_tablets(request, invitation)
    logout(request)
    return keep_device(redirect("questionnaire"), secret, invitation)


@require_POST
def make_link(request: StudyRequest, participant: str, visit: str) -> HttpResponse:
    """Make a one-time link and show it once: afterwards nobody can read it any more, only its hash is kept."""
    time, _words = VALID_FOR.get(request.POST.get("valid", ""), VALID_FOR["3"])
    made = make(request, participant, visit, Invitation.LINK, time)
    if isinstance(made, HttpResponse):
        return made
    invitation, secret = made
    start = request.build_absolute_uri(reverse("questionnaire-open"))
    context = {
        "invitation": invitation,
        "participant": participant,
        "visit": visit,
        "visit_label": label_of(request, visit),
        "start": start,
        "code": secret,
        "address": f"{start}#{secret}",
        "drawing": drawing_of(f"{start}#{secret}"),
        "is_only_here": request.get_host().rsplit(":", 1)[0] in ONLY_HERE,
        "is_open_wire": not request.is_secure(),
    }
    return render(request, "invitation_made.html", context)


def make(
    request: StudyRequest, participant: str, visit: str, way: str, time: timedelta
) -> tuple[Invitation, str] | HttpResponse:
    """Make an invitation and note it in the ledger; the page with what stands against it where it cannot be made."""
    casebook, forms = asked_here(request, participant, visit)
    language = request.POST.get("language", "")
    chosen = tuple(chosen_forms(request, participant, forms, language))
    sent = request.POST.get("request", "")
    if not chosen or casebook.status not in IN_STUDY:
        messages.error(request, gettext("Nothing was made: choose at least one questionnaire that is open."))
        return page(request, casebook, forms, visit)
    if not sent or Invitation.objects.filter(request=sent).exists():
        messages.error(request, gettext("This was made already, and its address is shown only once. Make another."))
        return redirect("questionnaires", participant, visit)
    secret = new_secret()
    invitation = saved(request, casebook, visit, chosen, way=way, language=language, time=time, secret=secret)
    try:
        study = request.actor.study
        until = local_time(study, invitation.valid_until)
        tell(request.site, invitation, f"made, valid until {until}.", by=request.actor.person, request=sent)
    except TrialbookError as error:
        invitation.delete()
        return page(request, casebook, forms, visit, told(error))
    return invitation, secret


def chosen_forms(request: StudyRequest, participant: str, forms: tuple[Form, ...], language: str) -> Iterator[str]:
    """Yield the forms that were ticked, that the asker may record, and that are open in the language."""
    ticked, now = set(request.POST.getlist("form")), moment_of(request.site, participant)
    for form in forms:
        is_allowed = form.id in ticked and request.actor.may("record", form.id)
        if is_allowed and isinstance(self_words(now, form, language), FormWords):
            yield form.id


def saved(
    request: StudyRequest,
    casebook: Casebook,
    visit: str,
    forms: tuple[str, ...],
    *,
    way: str,
    language: str,
    time: timedelta,
    secret: str,
) -> Invitation:
    """Keep an invitation with the hash of its secret; a tablet is open from the beginning."""
    now, digest, is_link = request.site.now(), digest_of(secret), way == Invitation.LINK
    return Invitation.objects.create(
        way=way,
        participant=casebook.participant,
        visit=visit,
        forms=list(forms),
        language=language,
        request=request.POST["request"][:64],
        token=digest if is_link else None,
        device=None if is_link else digest,
        made_by=request.actor.person,
        made_at=now,
        valid_until=now + time,
        opened_at=None if is_link else now,
        used_at=None if is_link else now,
    )


def close_other_tablets(request: StudyRequest, invitation: Invitation) -> None:
    """Withdraw tablets that were handed over for the same visit before: this one takes their place."""
    Invitation.objects.filter(
        way=Invitation.TABLET,
        participant=invitation.participant,
        visit=invitation.visit,
        finished_at__isnull=True,
        withdrawn_at__isnull=True,
    ).exclude(pk=invitation.pk).update(withdrawn_at=request.site.now(), withdrawn_by=request.actor.person)


def drawing_of(address: str) -> SafeString:
    """Draw an address as a QR code: dark on light whatever the theme, without any style in it."""
    import segno

    drawn = segno.make(address, error="m").svg_inline(
        border=4, light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return mark_safe(drawn)  # noqa: S308 - made of squares by segno


# ---- what was made ----------------------------------------------------------------------------------------------


def row_of(request: StudyRequest, now: Moment, invitation: Invitation) -> Row:
    """Describe an invitation to the reader."""
    study, state = request.actor.study, state_of(now, invitation)
    words, colour = STATES[state]
    forms = [study.forms[name] for name in invitation.forms if name in study.forms]
    if state in ALIVE and (closed := closed_forms(now, invitation)):
        gone = gettext("one that is not in the plan any more")
        shut = listed(say(request, study.forms[name]) if name in study.forms else gone for name in closed)
        words = gettext("%(state)s; shut: %(forms)s") % {"state": words, "forms": shut}
    return Row(
        invitation=invitation,
        forms=listed(say(request, form) for form in forms),
        state=words,
        colour=colour,
        is_alive=state in ALIVE,
        may_withdraw=state in ALIVE and any(request.actor.may("record", form.id) for form in forms),
    )


def invitations(request: StudyRequest) -> HttpResponse:
    """List every invitation of the participants whom the asker sees, the newest first."""
    now = moment_of(request.site)
    shown = Invitation.objects.filter(participant__in=list(casebooks_for(request))).order_by("-made_at")
    rows = [(row_of(request, now, one), label_of(request, one.visit)) for one in shown if sees_all(request, one)]
    return render(request, "invitation_list.html", {"rows": rows, "request_id": request.site.new_id()})


def sees_all(request: StudyRequest, invitation: Invitation) -> bool:
    """Tell whether the asker is shown every form of an invitation now: one that is held back counts as hidden."""
    study = request.actor.study
    shown = shown_forms(study, casebook_for(request, invitation.participant), request.actor.role)
    return all(form in shown for form in invitation.forms if form in study.forms)


@require_POST
def withdraw_invitation(request: StudyRequest, number: int) -> HttpResponse:
    """Withdraw an invitation: it opens nothing any more, and the answers given so far are kept."""
    invitation = Invitation.objects.filter(pk=number).first()
    if invitation is None or invitation.participant not in casebooks_for(request):
        raise Http404
    row = row_of(request, moment_of(request.site, invitation.participant), invitation)
    if not row.may_withdraw:
        raise Http404
    try:
        sent = request.POST.get("request") or request.site.new_id()
        tell(request.site, invitation, "withdrawn.", by=request.actor.person, request=sent)
    except TrialbookError as error:
        messages.error(request, " ".join(one["sentence"] for one in told(error)))
        return redirect("questionnaires", invitation.participant, invitation.visit)
    invitation.withdrawn_at, invitation.withdrawn_by = request.site.now(), request.actor.person
    invitation.save(update_fields=["withdrawn_at", "withdrawn_by"])
    messages.success(request, gettext("Withdrawn. It opens nothing any more; answers given so far are kept."))
    return redirect("questionnaires", invitation.participant, invitation.visit)
