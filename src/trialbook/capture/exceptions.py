"""Acts that make an exception visible: a form opened before its time, and what was hidden learned by somebody."""

from __future__ import annotations

from dataclasses import replace

from trialbook.capture.answers import at_site, find_form, is_addressed
from trialbook.capture.judging import Desk
from trialbook.capture.ledger import Draft
from trialbook.protocol.suggest import listed

UNBLINDINGS = ("planned", "emergency", "accidental")


def judge_override(desk: Desk, asked: Draft) -> None:
    """Judge that a form is opened before its time; where it waits for none, or was opened before, nothing is added."""
    form = find_form(desk, asked) if desk.is_known(asked) else None
    casebook = desk.casebook(asked.participant)
    if (
        form is None
        or casebook is None
        or not is_addressed(desk, replace(asked, repeat="1" if form.repeating else None))
    ):
        return
    if not form.after:
        desk.refuse("ACT-44", asked, form=form.id)
    elif (asked.visit or "", form.id) not in casebook.overrides and desk.is_open(asked):
        desk.record(at_site(desk, asked))


def judge_unblind(desk: Desk, asked: Draft) -> None:
    """Judge that somebody learned what was hidden: it is recorded whatever is locked."""
    if asked.participant is not None and not desk.is_known(asked):
        return
    if asked.value not in UNBLINDINGS:
        desk.refuse("ACT-45", asked, kind=asked.value or "", known=listed(UNBLINDINGS))
    elif not (asked.text or "").strip():
        desk.refuse("ACT-46", asked)
    else:
        desk.record(at_site(desk, asked))
