"""What a page may look at: casebooks masked for who asks. No page reads a casebook any other way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter, itemgetter

from django.http import Http404

from trialbook.capture.shelf import View
from trialbook.conduct.blinding import mask
from trialbook.conduct.casebook import CLOSING, Casebook
from trialbook.conduct.findings import rules_of
from trialbook.conduct.rating_now import open_visit, rated_forms
from trialbook.conduct.recordings import Clip, next_clips, recorded_forms, waiting_clips
from trialbook.protocol.model import Form, Study
from trialbook.web.actor import Actor, at_plan, other_plans
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
    view = request.view
    reached = [one for one in view.casebooks.values() if request.actor.reaches(one)]
    if not any(seal.kind in CLOSING for seal in view.marks.seals.values()):
        for casebook in sorted(reached, key=attrgetter("participant")):
            yield from _live_for(request, view.study_of(casebook.site), casebook)
    yield from _recorded_for(request, reached)  # what was held until the lock is rated after it


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


def _recorded_for(request: StudyRequest, reached: Iterable[Casebook]) -> Iterator[Rating]:
    """Yield the recordings that are offered now for the asker's role, known by their codes alone.

    Each by the plan of its site; those of a form wait in one line, whatever plan they are rated by.
    """
    actor, view = request.actor, request.view
    plans = (actor.study, *other_plans(actor, view).values())
    lines: dict[str, list[Clip]] = {form.id: [] for plan in plans for form in recorded_forms(plan)}
    for casebook in reached:
        study = view.study_of(casebook.site)
        for form in recorded_forms(study):
            if _rates(study, actor.role, form):
                lines[form.id] += waiting_clips(form, casebook, rules_of(study).asked)
    for clip in (one for line in lines.values() for one in next_clips(line)):
        yield _recorded(request, clip)


def _rates(study: Study, role: str | None, form: Form) -> bool:
    """Tell whether a blind role records a form."""
    held = study.roles.get(role or "")
    return held is not None and held.blind and form.id in held.records


def _recorded(request: StudyRequest, clip: Clip) -> Rating:
    """Return the rating of a recording: its code stands for the participant, and the answers are of its form alone."""
    casebook, visit = request.view.casebooks[clip.participant], clip.recording.visit
    study = request.view.study_of(casebook.site)
    shown = mask(study, casebook, request.actor.role, visit=visit)
    mine = {cell: answer for cell, answer in shown.answers.items() if cell.form == clip.form}
    known = replace(shown, participant=clip.code, answers=mine)
    form = study.forms[clip.form]
    return Rating(casebook=known, form=form, study=study, visit=visit, participant=clip.participant)


def rating_for(request: StudyRequest, participant: str, form: str) -> Rating | None:
    """Return the rating of a participant that is open now, None where there is none for the asker."""
    every = ratings_for(request)
    return next((one for one in every if (one.casebook.participant, one.form.id) == (participant, form)), None)
