"""What a page may look at: casebooks masked for who asks. No page reads a casebook any other way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter, itemgetter

from django.http import Http404

from trialbook.capture.shelf import View
from trialbook.conduct.blinding import mask
from trialbook.conduct.casebook import Casebook
from trialbook.conduct.completeness import Asked
from trialbook.conduct.rating_now import open_visit, rated_forms
from trialbook.protocol.model import Form
from trialbook.web.actor import Actor
from trialbook.web.kept import masked
from trialbook.web.request import StudyRequest


def casebook_for(request: StudyRequest, participant: str) -> Casebook:
    """Return a participant's casebook as the asker may see it.

    404 where there is none, or where the asker's site or role does not reach it: the two look alike.
    """
    casebook = request.view.casebooks.get(participant)
    if casebook is None or not request.actor.reaches(casebook) or not request.actor.sees_participants():
        raise Http404
    return masked(request.actor.study, casebook, request.actor.role)


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
    return {code: masked(actor.study, casebook, actor.role) for code, casebook in reached}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A rating that a blind role can give now."""

    casebook: Casebook
    """Masked: the open form alone."""
    form: Form
    visit: str
    """Never to be shown."""


def ratings_for(request: StudyRequest) -> Iterator[Rating]:
    """Yield the ratings that are open now for the asker's role, in order of participant."""
    actor, today, asked = request.actor, request.site.today(), Asked(request.actor.study)
    for casebook in sorted(request.view.casebooks.values(), key=attrgetter("participant")):
        for form in rated_forms(actor.study, actor.role or "") if actor.reaches(casebook) else ():
            visit = open_visit(actor.study, casebook, form, today, asked=asked)
            if visit is not None:
                shown = mask(actor.study, casebook, actor.role, visit=visit)
                yield Rating(casebook=shown, form=form, visit=visit)


def rating_for(request: StudyRequest, participant: str, form: str) -> Rating | None:
    """Return the rating of a participant that is open now, None where there is none for the asker."""
    every = ratings_for(request)
    return next((one for one in every if (one.casebook.participant, one.form.id) == (participant, form)), None)
