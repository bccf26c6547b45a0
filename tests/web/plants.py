"""Leaks planted on the paths of a blind assessor: each spoils real code of the site in one way.

A plant is a function that spoils the site as long as a `with` statement lasts. What it gives away is taken from where
the code at that place could take it: the casebooks that are not masked, the ledger, the logs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from tests.web.planted_pages import (
    alerts,
    asked_of_me,
    back,
    beating,
    found_codes,
    headed,
    is_complete,
    menu,
    opened,
    own_calendar,
    own_file,
    own_history,
    own_trail,
    shut,
    timed,
    versioned,
)
from tests.web.spoiling import Plant, ending, own, raw
from tests.web.twin_study import VISITS

from trialbook.conduct.blinding import NOW as OPEN
from trialbook.conduct.blinding import mask
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.protocol.model import Study
from trialbook.web import looking, refusals, site
from trialbook.web.forms.sheet import Sheet
from trialbook.web.looking import Rating
from trialbook.web.models import Look
from trialbook.web.pages import rating
from trialbook.web.request import StudyRequest
from trialbook.web.site import Site

# ---- the page, its title, its list ------------------------------------------------------------------------------


@contextmanager
def hidden_id() -> Iterator[None]:
    """The hidden id of a form is made of the number of the last entry."""
    with patch.object(Site, "new_id", lambda self: f"r-{self.view().head.count}"):
        yield


@contextmanager
def title() -> Iterator[None]:
    """The title of a rating names the visit."""
    real = rating.sheet_of

    def made(request: StudyRequest, found: Rating) -> Sheet:
        sheet = real(request, found)
        label = {"en": f"{request.actor.study.say(found.form.label)} {found.visit}"}
        return replace(sheet, form=replace(sheet.form, label=label))

    with patch.object(rating, "sheet_of", made):
        yield


def listed(change: Callable[[StudyRequest, list[Rating]], list[Rating]]) -> Plant:
    """Return a plant that changes which ratings are listed, or in which order."""

    @contextmanager
    def plant() -> Iterator[None]:
        real = looking.ratings_for

        def made(request: StudyRequest) -> Iterator[Rating]:
            return iter(change(request, list(real(request))))

        with patch.object(rating, "ratings_for", made):
            yield

    return plant


def by_visit(request: StudyRequest, found: list[Rating]) -> list[Rating]:
    """The list is in order of the visit."""
    del request
    return sorted(found, key=lambda one: VISITS.index(one.visit))


def by_entry(request: StudyRequest, found: list[Rating]) -> list[Rating]:
    """The list is in order of what was recorded last."""
    return sorted(
        found, key=lambda one: -max(a.seq or 0 for a in raw(request, one.casebook.participant).answers.values())
    )


def missed(request: StudyRequest, found: list[Rating]) -> list[Rating]:
    """A rating that was left out is offered, too."""
    more = [
        replace(one, visit=cell.visit)
        for one in found
        for cell in raw(request, one.casebook.participant).answers
        if cell.form == "visit" and cell.visit in VISITS and cell.visit != one.visit
    ]
    return [*found, *more]


def badge(request: StudyRequest, found: list[Rating]) -> list[Rating]:
    """The label says that it is another participant's first rating, by a star."""
    del request
    first = {one.casebook.participant for one in found if one.visit == VISITS[0]}
    return [
        replace(one, form=replace(one.form, label={"en": "Muscle power *"}))
        if one.casebook.participant in first
        else one
        for one in found
    ]


@contextmanager
def date_shown() -> Iterator[None]:
    """The list ends with the dates of the visits."""

    def dates(request: StudyRequest) -> object:
        return [
            raw(request, one.casebook.participant).answers[Cell(one.visit, "visit", "", "date")].text
            for one in looking.ratings_for(request)
        ]

    with patch.object(rating, "render", ending(dates)):
        yield


@contextmanager
def count() -> Iterator[None]:
    """The page counts the ratings that were given."""
    with patch.object(
        rating, "render", ending(lambda request: len([one for one in own(request) if one.form == "rating"]))
    ):
        yield


@contextmanager
def participants() -> Iterator[None]:
    """The page says how many participants there are."""
    with patch.object(rating, "render", ending(lambda request: len(request.view.casebooks))):
        yield


@contextmanager
def reading() -> Iterator[None]:
    """The page reads the history of every visit of those who can be rated, and shows none of it."""

    def read(request: StudyRequest) -> str:
        for one in looking.ratings_for(request):
            for visit in raw(request, one.participant).visits():
                request.site.history(participant=one.participant, visit=visit)
        return ""

    with patch.object(rating, "render", ending(read)):
        yield


@contextmanager
def looking_up() -> Iterator[None]:
    """The page looks up in the accounts who came for each participant, and shows none of it."""

    def look(request: StudyRequest) -> str:
        for code in request.view.casebooks:
            Look.objects.filter(note__contains=code).exists()
        return ""

    with patch.object(rating, "render", ending(look)):
        yield


# ---- the form ---------------------------------------------------------------------------------------------------


def masked_as(change: Callable[[Casebook, Casebook, str], Mapping[Cell, Answer]]) -> Plant:
    """Return a plant in which the mask lets through what it should not."""

    @contextmanager
    def plant() -> Iterator[None]:
        real = mask

        def made(study: Study, casebook: Casebook, role: str | None, *, visit: str | None = None) -> Casebook:
            shown = real(study, casebook, role, visit=visit)
            return replace(shown, answers=MappingProxyType(dict(change(shown, casebook, visit or ""))))

        with patch.object(looking, "mask", made):
            yield

    return plant


def prefilled(shown: Casebook, casebook: Casebook, visit: str) -> Mapping[Cell, Answer]:
    """The form is filled in with what was rated before."""
    del visit
    before = {
        Cell(OPEN, "rating", "", cell.item): Answer(text=answer.text, value=answer.value)
        for cell, answer in casebook.answers.items()
        if cell.form == "rating"
    }
    return {**before, **shown.answers}


def corrected(shown: Casebook, casebook: Casebook, visit: str) -> Mapping[Cell, Answer]:
    """An answer says that it was another one at first."""
    return {
        cell: replace(answer, text=answer.text + ("*" if was_corrected(casebook, cell, visit) else ""))
        for cell, answer in shown.answers.items()
    }


def was_corrected(casebook: Casebook, cell: Cell, visit: str) -> bool:
    """Tell whether an answer stands in the place of another."""
    answer = casebook.answers[replace_visit(cell, visit)]
    return answer.first_seq not in {None, answer.seq}


def replace_visit(cell: Cell, visit: str) -> Cell:
    """Return the cell of a visit for the one that is shown."""
    return cell._replace(visit=visit)


def who_rated(shown: Casebook, casebook: Casebook, visit: str) -> Mapping[Cell, Answer]:
    """An answer says who gave it."""
    return {
        cell: replace(answer, text=f"{answer.text} {casebook.answers[replace_visit(cell, visit)].by}")
        for cell, answer in shown.answers.items()
    }


@contextmanager
def order() -> Iterator[None]:
    """The items come in the order in which they were answered."""
    real = rating.sheet_of

    def made(request: StudyRequest, found: Rating) -> Sheet:
        sheet, casebook = real(request, found), raw(request, found.casebook.participant)
        answered = [cell.item for cell in casebook.answers if (cell.visit, cell.form) == (found.visit, "rating")]
        names = dict.fromkeys([*answered, *sheet.form.items])
        return replace(sheet, form=replace(sheet.form, items={name: sheet.form.items[name] for name in names}))

    with patch.object(rating, "sheet_of", made):
        yield


@contextmanager
def suggested() -> Iterator[None]:
    """Reasons to choose from are those that anybody gave before."""

    def made(study: Study) -> tuple[str, ...]:
        from django.conf import settings

        del study
        return tuple({entry.reason: 1 for entry in site.site_at(settings.STUDY_FOLDER).history() if entry.reason})

    with patch.object(rating, "common_reasons", made):
        yield


# ---- what is said after something was sent ----------------------------------------------------------------------


@contextmanager
def message() -> Iterator[None]:
    """The message after a save tells how many answers were saved until now."""
    from django.conf import settings

    real = messages.success

    def said(request: StudyRequest, text: str) -> None:
        real(request, f"{text} {len(site.site_at(settings.STUDY_FOLDER).history())} saved")

    with patch.object(messages, "success", said):
        yield


@contextmanager
def error_text() -> Iterator[None]:
    """What stands against an answer is told with the visit."""
    real = rating.show

    def shown(request: StudyRequest, sheet: Sheet, *args: Any) -> HttpResponse:
        answer = real(request, sheet, *args)
        if answer.status_code == rating.REFUSED:
            answer.content += str(request.session.get("ratings")).encode()
        return answer

    with patch.object(rating, "show", shown):
        yield


def answered(change: Callable[[StudyRequest, Rating, HttpResponse], None]) -> Plant:
    """Return a plant that changes the answer to a rating that was sent."""

    @contextmanager
    def plant() -> Iterator[None]:
        real = rating.save_rating

        def made(request: StudyRequest, found: Rating, sheet: Sheet) -> HttpResponse:
            answer = real(request, found, sheet)
            change(request, found, answer)
            return answer

        with patch.object(rating, "save_rating", made):
            yield

    return plant


def goes_to_visit(request: StudyRequest, found: Rating, answer: HttpResponse) -> None:
    """After a save one is led to the visit."""
    del request
    answer.headers["Location"] = f"/?visit={found.visit}"


def sets_cookie(request: StudyRequest, found: Rating, answer: HttpResponse) -> None:
    """A cookie keeps which visit was rated last."""
    del request
    answer.set_cookie("last", found.visit)


@contextmanager
def refused_id() -> Iterator[None]:
    """The page of what is not there has a number: of its line in the log that all share."""
    with patch.object(refusals, "render", ending(lambda _request: Look.objects.count())):
        yield


LOOKS: Mapping[str, Plant] = {
    "hidden id from the ledger": hidden_id,
    "title of the page": title,
    "order of the list by visit": listed(by_visit),
    "order of the list by entry": listed(by_entry),
    "a missed rating is offered": listed(missed),
    "a badge on the first rating": listed(badge),
    "date of the visit": date_shown,
    "count of ratings": count,
    "count of participants": participants,
    "time to read the ledger": reading,
    "time to read the accounts": looking_up,
    "an earlier rating filled in": masked_as(prefilled),
    "history of an answer": masked_as(corrected),
    "who answered": masked_as(who_rated),
    "order of the items": order,
    "number of a refusal": refused_id,
    "ETag": headed("ETag", lambda request: f'"{request.view.head.hash[:8]}"'),
    "Last-Modified": headed("Last-Modified", lambda request: str(request.site.history()[-1].at)),
    "length of the page": headed("X-Length", lambda request: str(len(request.view.casebooks))),
    "queries counted in the menu": menu(asked_of_me),
    "version of the study": menu(versioned),
    "audit trail": opened("audit", own_trail),
    "export": opened("audit-csv", own_file),
    "history": opened("form-history", own_history),
    "calendar": opened("calendar", own_calendar),
    "search": opened("participants", found_codes),
    "a yes or no": opened("verified", is_complete),
    "heartbeat": beating,
    "403 in the place of 404": shut(PermissionDenied),
    "500 in the place of 404": shut(RuntimeError),
    "whom an alert can be sent of": alerts,
    "where the language leads back": back,
    "opens where the visit is in its window": timed(lambda visit, casebook, _: visit != "week 12" or not casebook.site),
}
"""What leaks -> how the site is spoilt: seen by a look at pages."""
SENDS: Mapping[str, Plant] = {
    "message after a save": message,
    "text of an error": error_text,
    "redirect after a save": answered(goes_to_visit),
    "cookie": answered(sets_cookie),
    "suggested reasons": suggested,
}
"""Seen when a rating is given."""
WAITS: Mapping[str, Plant] = {
    "opens later at later visits": timed(lambda visit, _, minutes: minutes >= 10 * VISITS.index(visit)),
    "closes earlier where there was an override": timed(lambda _, book, minutes: minutes < 20 or not book.overrides),
}
"""Seen as the day goes on."""
