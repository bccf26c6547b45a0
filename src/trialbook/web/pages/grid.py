"""The whole study at a glance: participants by visits, each state as a letter with its word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from trialbook.conduct.casebook import VISIT_FORM, Casebook
from trialbook.conduct.schedule import PlacedVisit
from trialbook.web.drawing.svg import join, tag
from trialbook.web.following.summary import Summary
from trialbook.web.following.words import OVERDUE, STATUS, TOOK_PLACE, VISIT, Word, address, visit_word, visit_words
from trialbook.web.forms.sheet import language_of, visit_name
from trialbook.web.kept import KEPT
from trialbook.web.looking import actor_at
from trialbook.web.pages.participants import ORDERS, choices, is_wanted, query_of, summaries, wanted_by
from trialbook.web.request import StudyRequest
from trialbook.web.saying import clauses

ON_A_PAGE = 200
EMPTY = SafeString("–")
"""At a visit that the plan of the participant's site does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A participant over all visits."""

    code: str
    status: Word
    squares: SafeString
    """A cell for each visit."""
    others: int
    """Visits that nobody planned."""


@require_safe
def grid(request: StudyRequest) -> HttpResponse:
    """Show participants by visits, filtered and sorted as the list is."""
    if not request.actor.sees(VISIT_FORM):
        raise Http404
    wanted, every = wanted_by(request), summaries(request)
    chosen = sorted((one for one in every if is_wanted(one, wanted)), key=ORDERS[wanted.sort])
    page = Paginator(chosen, ON_A_PAGE).get_page(request.GET.get("page"))
    named = tuple(columns(request, (one.casebook for one in chosen)))
    context = {
        "visits": [name for _, name in named],
        "lines": tuple(lines(request, page.object_list, named)),
        "page": page,
        "wanted": wanted,
        "total": len(every),
        "found": len(chosen),
        "query": query_of(request),
        "legend": legend(every),
        "has_sums": any(one.unscheduled for one in chosen),
        **choices(every),
    }
    return render(request, "grid.html", context)


def lines(request: StudyRequest, shown: Iterable[Summary], named: Sequence[tuple[str, str]]) -> Iterator[Line]:
    """Yield the participants of a page of the grid; `named` are its columns."""
    today, role = request.site.today(), request.actor.role
    for one in shown:
        key = ("grid", one.casebook.participant, role, request.LANGUAGE_CODE)
        yield KEPT.of(key, (one, str(named), today), partial(_line, one, named, today))


def columns(request: StudyRequest, casebooks: Iterable[Casebook]) -> Iterator[tuple[str, str]]:
    """Yield the visits with their names: those of the asker's plan, then those that only another site's plan has."""
    language = language_of(request.actor.study, request.LANGUAGE_CODE)
    known: set[str] = set()
    plans = {actor.study.fingerprint: actor.study for actor in (actor_at(request, one) for one in casebooks)}
    for study in (request.actor.study, *plans.values()):
        for visit in study.schedule.visits:
            if visit not in known:
                known.add(visit)
                yield visit, visit_name(study, visit, language)


def _line(one: Summary, named: Sequence[tuple[str, str]], today: date) -> Line:
    at = {placed.visit: placed for placed in one.planned}
    return Line(
        code=one.casebook.participant,
        status=STATUS[one.casebook.status],
        squares=join(
            tag("td", _square(one, at[visit], name, today) if visit in at else EMPTY) for visit, name in named
        ),
        others=len(one.unscheduled),
    )


def _square(one: Summary, placed: PlacedVisit, name: str, today: date) -> SafeString:
    """Draw a participant at a visit: a letter that leads there, and that says itself in words."""
    word, code = word_of(one, placed), one.casebook.participant
    lacks = " lacks" if one.lacking.get(placed.visit) else ""
    return tag(
        "a",
        word.letter,
        class_=f"square {word.badge}{lacks}",
        href=address("visit", code, placed.visit),
        aria_label=f"{code}, {name}: {_words(one, placed, today, word)}",
    )


def word_of(one: Summary, placed: PlacedVisit) -> Word:
    """Return how a visit stands; one that is overdue can still be made up for."""
    return visit_word(placed, is_overdue=any(plan.visit == placed.visit for plan in one.overdue))


def _words(one: Summary, placed: PlacedVisit, today: date, word: Word) -> str:
    said = visit_words(placed, today, is_overdue=word is OVERDUE)
    return clauses((said, gettext("forms incomplete"))) if one.lacking.get(placed.visit) else said


def legend(every: Iterable[Summary]) -> list[tuple[Word, int]]:
    """Return the states that there are, each with how many visits are in it."""
    known = (*VISIT.values(), TOOK_PLACE, OVERDUE)
    counted = Counter(known.index(word_of(one, placed)) for one in every for placed in one.planned)
    return [(known[place], counted[place]) for place in sorted(counted)]
