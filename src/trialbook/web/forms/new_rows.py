"""New rows: each takes a number that no row ever had, also where somebody else was quicker."""

from __future__ import annotations

from django.utils.translation import gettext

from trialbook.capture.ledger import Entry
from trialbook.web.forms.history import entries_of, rows_ever
from trialbook.web.forms.rows import next_row
from trialbook.web.forms.saving import fresh
from trialbook.web.forms.sheet import Sheet
from trialbook.web.forms.typed import Typed
from trialbook.web.request import StudyRequest
from trialbook.web.site import Site


def new_row(site: Site, participant: str, form: str, visit: str = "") -> str:
    """Return the number of a new row: one in which nothing was ever recorded, be it cleared since."""
    return next_row(rows_ever(site.history(participant=participant, visit=visit, form=form)))


def is_new(site: Site, sheet: Sheet) -> bool:
    """Tell whether a sheet is a row in which nothing was ever recorded."""
    return bool(sheet.repeat) and not entries_of(site, sheet)


def where_saved(request: StudyRequest, sheet: Sheet, typed: Typed, asked: str) -> Sheet:
    """Return the row, as it stands now, in which a page is saved that began a new one.

    It is its own, unless somebody was quicker, or the same person with another page: then it is the next that was never
    used. What is sent again stays where it was recorded. Any other page is saved where it is.
    """
    if not (sheet.repeat and typed.is_new):
        return sheet
    entries = entries_of(request.site, sheet.at(""))
    own = row_of_request(entries, asked, request.actor.person)
    used = set(rows_ever(entries))
    return fresh(request, sheet.at(own or (next_row(used) if sheet.repeat in used else sheet.repeat)))


def row_of_request(entries: tuple[Entry, ...], asked: str, person: str) -> str:
    """Return the row in which a request of a person was recorded, empty where none was."""
    own = (one for one in entries if one.repeat is not None and one.by == person)
    return next((one.repeat or "" for one in own if one.request == asked or is_made_of(one.request, asked)), "")


def is_made_of(request: str, asked: str) -> bool:
    """Tell whether an id was made of a request that was sent again with more."""
    return bool(asked) and request.startswith(f"{asked}-")


def taken_words(site: Site, sheet: Sheet, saved: Sheet) -> str:
    """Say that a page is saved in another row than it began, and who has that one; empty where it is not."""
    if saved.repeat == sheet.repeat:
        return ""
    said = {"row": sheet.repeat, "mine": saved.repeat, "person": next(iter(entries_of(site, sheet))).by}
    return gettext("Row %(row)s was taken meanwhile by %(person)s; yours is row %(mine)s.") % said
