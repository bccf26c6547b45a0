"""Addresses of the forms and participants that the pages of treatment speak of."""

from __future__ import annotations

from trialbook.protocol.model import Form
from trialbook.web.forms.sheet import address_if_any
from trialbook.web.forms.sheet import address_of as form_address


def address_of(form: Form, participant: str, *, visit: str = "", repeat: str = "") -> str | None:
    """Return the address of a filled-in form or row; None where a form of the visits is meant without one."""
    if form.timing == "visits" and not visit:
        return None
    return form_address(
        participant, form.id, visit if form.timing == "visits" else "", repeat if form.repeating else ""
    )


def participant_page(participant: str) -> str:
    """Return the address of a participant's own page; empty where the site has none."""
    return address_if_any("participant", participant=participant)
