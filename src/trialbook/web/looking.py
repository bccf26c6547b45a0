"""What a page may look at: casebooks masked for who asks. No page reads a casebook any other way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter, itemgetter

from django.http import Http404

from trialbook.capture.shelf import View
from trialbook.conduct.blinding import mask
from trialbook.conduct.casebook import CLOSING, Casebook
from trialbook.conduct.completeness import Asked
from trialbook.conduct.findings import rules_of
from trialbook.conduct.rating_now import open_visit, rated_forms
from trialbook.conduct.recordings import next_clips, recorded_forms
from trialbook.protocol.model import Form, Study
from trialbook.web.actor import Actor, at_plan
from trialbook.web.kept import Kept, masked
from trialbook.web.request import StudyRequest

OPEN = Kept(16384)
"""Participant and form -> the visit that can be rated now."""


def casebook_for(request: StudyRequest, participant: str) -> Casebook:
    """Return a participant's casebook as the asker may see it.

    404 where there is none, or where the asker's site or role does not reach it: the two look alike.
    """
    casebook = request.view.casebooks.get(participant)
    if casebook is None or not request.actor.reaches(casebook) or not request.actor.sees_participants():
        raise Http404
    return masked(actor_at(request, casebook).study, casebook, request.actor.role)


def actor_at(request: StudyRequest, casebook: Casebook) -> Actor:
    """Return the asker with the plan that is in force at a participant's site: by it the participant is judged."""
    return at_plan(request.actor, request.view, casebook)


def plan_at(request: StudyRequest, participant: str) -> Study:
    """Return the plan that is in force where a participant is."""
    casebook = request.view.casebooks.get(participant)
    return request.actor.study if casebook is None else actor_at(request, casebook).study


def by_plan(
    request: StudyRequest, casebooks: Mapping[str, Casebook]
) -> tuple[tuple[Actor, Mapping[str, Casebook]], ...]:
    """Return casebooks by the plan in force where they are, each with the asker at that plan: their own first."""
    found: dict[str, tuple[Actor, dict[str, Casebook]]] = {request.actor.study.fingerprint: (request.actor, {})}
    for code, casebook in casebooks.items():
        actor = actor_at(request, casebook)
        found.setdefault(actor.study.fingerprint, (actor, {}))[1][code] = casebook
    return tuple(found.values())


def casebooks_for(request: StudyRequest) -> Mapping[str, Casebook]:
    """Return every casebook that the asker may see, by participant, in order of code."""
    return shown_to(request.actor, request.view)


def shown_to(actor: Actor, view: View) -> Mapping[str, Casebook]:
    """Return every casebook that an actor may see, by participant, in order of code."""
    if not actor.sees_participants():
        return {}
    reached = [
        (code, casebook)
        for code, casebook in sorted(view.casebooks.items(), key=itemgetter(0))
        if actor.reaches(casebook)
    ]
    return {code: masked(view.study_of(casebook.site), casebook, actor.role) for code, casebook in reached}


def counted_for(request: StudyRequest) -> Mapping[str, Casebook]:
    """Return the casebooks of which the asker is told counts: what they are shown, or all, unmasked, for a custodian.

    A custodian sets the study up and is shown no participant; how many an amendment touches has to be known to them.
    """
    actor, view = request.actor, request.view
    if actor.is_custodian:
        return {code: casebook for code, casebook in view.casebooks.items() if actor.reaches(casebook)}
    return shown_to(actor, view)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A rating that a blind role can give now."""

    casebook: Casebook
    """Masked: the open form alone. Where a recording is rated, its code stands in the place of the participant's."""
    form: Form
    study: Study
    """The plan in force at the participant's site."""
    visit: str
    """Never to be shown."""
    participant: str
    """Whose rating it is; not to be shown where `casebook` has another code."""


def ratings_for(request: StudyRequest) -> Iterator[Rating]:
    """Yield the ratings that are open now for the asker's role, in order of participant."""
    actor, view = request.actor, request.view
    if any(seal.kind in CLOSING for seal in view.marks.seals.values()):
        return
    for casebook in sorted(view.casebooks.values(), key=attrgetter("participant")):
        if actor.reaches(casebook):
            yield from _live_for(request, view.study_of(casebook.site), casebook)
    yield from _recorded_for(request, Asked(actor.study))


def _live_for(request: StudyRequest, study: Study, casebook: Casebook) -> Iterator[Rating]:
    """Yield the ratings of a participant that are given in the room, by the plan of their site."""
    role, today, asked = request.actor.role, request.site.today(), rules_of(study).asked
    for form in rated_forms(study, role or ""):
        # kept, so that a request does not look through the visits of everybody: see `pace`
        visit = OPEN.of(
            (casebook.participant, form.id), (study, casebook, today),
            lambda form=form: open_visit(study, casebook, form, today, asked=asked),  # type: ignore[misc]
        )  # fmt: skip
        if visit is not None:
            shown = mask(study, casebook, role, visit=visit)
            yield Rating(casebook=shown, form=form, study=study, visit=visit, participant=casebook.participant)


def _recorded_for(request: StudyRequest, asked: Asked) -> Iterator[Rating]:
    """Yield the recordings that are offered now for the asker's role, known by their codes alone."""
    actor = request.actor
    held = actor.study.roles.get(actor.role or "")
    reached = [one for one in request.view.casebooks.values() if actor.reaches(one)]
    records = held.records if held is not None and held.blind else ()
    for form in recorded_forms(actor.study):
        for clip in next_clips(actor.study, form, reached, asked=asked) if form.id in records else ():
            visit = clip.recording.visit
            shown = mask(actor.study, request.view.casebooks[clip.participant], actor.role, visit=visit)
            mine = {cell: answer for cell, answer in shown.answers.items() if cell.form == form.id}
            known = replace(shown, participant=clip.code, answers=mine)
            yield Rating(casebook=known, form=form, study=actor.study, visit=visit, participant=clip.participant)


def rating_for(request: StudyRequest, participant: str, form: str) -> Rating | None:
    """Return the rating of a participant that is open now, None where there is none for the asker."""
    every = ratings_for(request)
    return next((one for one in every if (one.casebook.participant, one.form.id) == (participant, form)), None)
