"""Which rating of a blind role is open now: that of the last visit that took place, until it is complete."""

from __future__ import annotations

from datetime import date

from trialbook.conduct.casebook import Casebook, Cell
from trialbook.conduct.completeness import Asked
from trialbook.conduct.ratings import may_open
from trialbook.conduct.schedule import place_visits
from trialbook.protocol.model import Form, Study


def rated_forms(study: Study, role: str) -> tuple[Form, ...]:
    """Return the forms of visits that a blind role records in the room, in the order of the study file."""
    held = study.roles.get(role)
    if held is None or not held.blind:
        return ()
    live = (form for form in study.forms.values() if form.timing == "visits" and form.recordings is None)
    return tuple(form for form in live if form.id in held.records)


def open_visit(study: Study, casebook: Casebook, form: Form, today: date, *, asked: Asked | None = None) -> str | None:
    """Return the visit for which a form can be rated now, None where none can.

    Only the last visit that took place is open: one that was left out is not offered later, for two ratings that wait
    would tell how many visits there were. It opens when the forms that come before are complete (or an investigator
    has overridden them) and closes when every item that is asked has an answer, or the reason why it has none, or when
    it is frozen or locked. The casebook is not masked; what is returned is not to be shown to whoever rates.
    """
    judge = asked or Asked(study)
    placed = [visit for visit in place_visits(study, casebook, today) if visit.took_place and visit.plan is not None]
    dated = [visit for visit in placed if visit.date is not None and visit.date <= today]
    last = max(dated, key=lambda visit: (visit.date or date.min, placed.index(visit)), default=None)
    if last is None or casebook.status != "enrolled" or last.visit not in form.visits:
        return None
    if casebook.closed_by(Cell(last.visit, form.id, "", "")) is not None:
        return None
    is_waiting = may_open(study, casebook, form.id, last.visit, asked=judge)
    if is_waiting or not judge.form(form, casebook, last.visit):
        return None
    return last.visit if _lacks_something(form, casebook, last.visit, judge) else None


def _lacks_something(form: Form, casebook: Casebook, visit: str, asked: Asked) -> bool:
    """Tell whether an item that is asked has no answer yet, be it required or not: a rating is given whole."""
    return any(
        Cell(visit, form.id, "", item) not in casebook.answers and asked.item(form, item, casebook, visit, "")
        for item in form.items
    )
