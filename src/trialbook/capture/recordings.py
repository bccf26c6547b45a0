"""Acts on recordings that are rated later: that there is one, and that they are released in an order made by chance."""

from __future__ import annotations

import re
from datetime import date

from trialbook.capture.answers import at_site
from trialbook.capture.judging import Desk
from trialbook.capture.ledger import Draft
from trialbook.conduct.recordings import is_due_for_rating
from trialbook.protocol.model import Form
from trialbook.protocol.suggest import listed

SEED = re.compile("[0-9a-f]{32,128}")


def judge_recording(desk: Desk, asked: Draft) -> None:
    """Judge that a visit was recorded; another day or file than the one that stands needs a reason."""
    form = recorded_form(desk, asked) if desk.is_known(asked) else None
    casebook = desk.casebook(asked.participant)
    if form is None or casebook is None:
        return
    if (asked.visit or "") not in form.visits:
        desk.refuse("CLIP-02", asked, visit=asked.visit or "", form=form.id, known=listed(form.visits))
        return
    if not is_day(asked.value) or not (asked.text or "").strip():
        desk.refuse("CLIP-03", asked, on=asked.value or "")
        return
    standing = casebook.recordings.get((asked.visit or "", form.id))
    if standing is None:
        desk.record(at_site(desk, asked))
    elif (standing.on, standing.file) != (asked.value, asked.text) and asked.reason is None:
        desk.refuse("CLIP-04", asked, on=standing.on, file=standing.file)
    elif (standing.on, standing.file) != (asked.value, asked.text):
        desk.record(at_site(desk, asked))


def judge_release(desk: Desk, asked: Draft) -> None:
    """Judge the release of a participant's recordings: once, when the study file's rule is met."""
    form = recorded_form(desk, asked) if desk.is_known(asked) else None
    casebook = desk.casebook(asked.participant)
    if form is None or casebook is None or form.recordings is None or form.id in casebook.releases:
        return
    if SEED.fullmatch(asked.value or "") is None:
        desk.refuse("CLIP-06", asked)
    elif not is_due_for_rating(form, casebook):
        desk.refuse("CLIP-05", asked, rule=form.recordings.rated)
    else:
        desk.record(at_site(desk, asked))


def recorded_form(desk: Desk, asked: Draft) -> Form | None:
    """Return the form that is rated from recordings, and refuse the draft where there is none."""
    form = desk.study.forms.get(asked.form or "")
    if form is not None and form.recordings is not None:
        return form
    known = [one.id for one in desk.study.forms.values() if one.recordings is not None]
    desk.refuse("CLIP-01", asked, form=asked.form or "", known=listed(known) or "none")
    return None


def is_day(text: str | None) -> bool:
    """Tell whether a text is a full date."""
    try:
        return len(text or "") == len("2026-03-14") and date.fromisoformat(text or "") is not None
    except ValueError:
        return False
