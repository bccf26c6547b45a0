"""All participants: a list to search, filter and sort, and the way to screen a new one."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from trialbook.capture.acts import screen
from trialbook.capture.codes import is_of_the_study, made_code
from trialbook.capture.people import likeness
from trialbook.conduct.schedule import PlacedVisit, PlannedVisit
from trialbook.errors import ActRefused, LedgerError, Problem, TrialbookError
from trialbook.web.following.codes import is_sought, next_code, the_one
from trialbook.web.following.summary import Summary, summary_of
from trialbook.web.following.words import OVERDUE, STATUS, VISIT, Word, visit_words
from trialbook.web.forms.sheet import language_of, visit_name
from trialbook.web.looking import actor_at, casebooks_for, plan_at
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest

Standing = Literal["overdue", "due", "queries", "incomplete"]
STANDINGS: Mapping[str, object] = MappingProxyType(
    {
        "overdue": gettext_lazy("a visit is overdue"),
        "due": gettext_lazy("a visit is due"),
        "incomplete": gettext_lazy("a form is incomplete"),
        "queries": gettext_lazy("with open queries"),
    }
)
SORTS: Mapping[str, object] = MappingProxyType(
    {
        "code": gettext_lazy("code"),
        "next": gettext_lazy("next visit"),
        "status": gettext_lazy("status"),
        "progress": gettext_lazy("progress"),
        "queries": gettext_lazy("open queries"),
    }
)
ON_A_PAGE = 200
MOST_TYPED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to see of the list."""

    code: str
    status: str
    site: str
    standing: str
    sort: str

    @property
    def is_filtered(self) -> bool:
        """Tell whether anybody may be left out."""
        return bool(self.code or self.status or self.site or self.standing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A participant as the list shows them."""

    code: str
    site: str
    status: Word
    is_screening: bool
    visit: str
    """Name of the next visit; empty where there is none."""
    word: Word | None
    when: str
    done: int
    expected: int
    lacking: int
    queries: int


@require_safe
def participants(request: StudyRequest) -> HttpResponse:
    """List the participants; a code that is typed in full leads to its participant."""
    wanted = wanted_by(request)
    every = summaries(request)
    found = the_one((one.casebook.participant for one in every), wanted.code) if wanted.code else None
    if found is not None:
        return redirect("participant", found)
    chosen = sorted((one for one in every if is_wanted(one, wanted)), key=ORDERS[wanted.sort])
    page = Paginator(chosen, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "lines": tuple(lines(request, page.object_list)),
        "page": page,
        "wanted": wanted,
        "total": len(every),
        "found": len(chosen),
        "query": query_of(request),
        **choices(every),
        "may_enrol": request.actor.may("enrol"),
    }
    return render(request, "participants.html", context)


def summaries(request: StudyRequest) -> list[Summary]:
    """Return everybody whom the asker is shown, in order of code."""
    role, today = request.actor.role, request.site.today()
    return [
        summary_of(actor_at(request, casebook).study, casebook, role, today)
        for casebook in casebooks_for(request).values()
    ]


def wanted_by(request: StudyRequest) -> Wanted:
    """Read from an address what somebody wants to see; what is not known counts as nothing."""
    asked = request.GET
    standing, sort = asked.get("standing", ""), asked.get("sort", "")
    return Wanted(
        code=asked.get("q", "").strip()[:MOST_TYPED],
        status=asked.get("status", ""),
        site=asked.get("site", ""),
        standing=standing if standing in STANDINGS else "",
        sort=sort if sort in SORTS else "code",
    )


def query_of(request: StudyRequest) -> str:
    """Return the query of the address without the number of the page."""
    asked = request.GET.copy()
    asked.pop("page", None)
    return asked.urlencode()


def choices(every: Iterable[Summary]) -> dict[str, object]:
    """Return what the list can be filtered and sorted by."""
    known = [one.casebook for one in every]
    statuses = {casebook.status for casebook in known}
    return {
        "statuses": [(status, word.text) for status, word in STATUS.items() if status in statuses],
        "sites": sorted({casebook.site for casebook in known if casebook.site}),
        "standings": STANDINGS.items(),
        "sorts": SORTS.items(),
    }


def is_wanted(one: Summary, wanted: Wanted) -> bool:
    """Tell whether a participant is among those that somebody wants to see."""
    casebook = one.casebook
    is_among = wanted.status in {"", casebook.status} and wanted.site in {"", casebook.site}
    return is_among and is_sought(casebook.participant, wanted.code) and STANDS[wanted.standing](one)


STANDS: Mapping[str, Callable[[Summary], bool]] = MappingProxyType(
    {
        "": lambda _one: True,
        "overdue": lambda one: bool(one.overdue),
        "due": lambda one: bool(one.due or one.overdue),
        "incomplete": lambda one: bool(one.lacking),
        "queries": lambda one: bool(one.queries),
    }
)


def _by_code(one: Summary) -> tuple[int, str, str]:
    code = likeness(one.casebook.participant)
    return (len(code) if code.isdigit() else 0, code, one.casebook.participant)


def _by_next(one: Summary) -> tuple[date, tuple[int, str, str]]:
    plan = one.next[1] if one.next is not None else None
    return (plan.last if plan is not None and plan.last is not None else date.max), _by_code(one)


ORDERS: Mapping[str, Callable[[Summary], tuple[object, ...]]] = MappingProxyType(
    {
        "code": _by_code,
        "next": _by_next,
        "status": lambda one: (list(STATUS).index(one.casebook.status), _by_code(one)),
        "progress": lambda one: (-one.done / max(one.expected, 1), _by_code(one)),
        "queries": lambda one: (-len(one.queries), _by_code(one)),
    }
)


def lines(request: StudyRequest, shown: Iterable[Summary]) -> Iterator[Line]:
    """Yield the participants of a page of the list."""
    language, today = language_of(request.actor.study, request.LANGUAGE_CODE), request.site.today()
    for one in shown:
        casebook, coming = one.casebook, one.next
        study = plan_at(request, casebook.participant)
        yield Line(
            code=casebook.participant,
            site=casebook.site or "",
            status=STATUS[casebook.status],
            is_screening=casebook.status == "screening",
            visit=visit_name(study, coming[1].visit, language) if coming is not None else "",
            word=None if coming is None else word_of(coming[0]),
            when=""
            if coming is None
            else visit_words(placed_of(one, coming[1]), today, is_overdue=coming[0] == "overdue"),
            done=one.done,
            expected=one.expected,
            lacking=sum(one.lacking.values()),
            queries=len(one.queries),
        )


def word_of(kind: str) -> Word:
    """Return the badge of the next visit: `overdue`, `due`, `coming` or `no anchor`."""
    return {"overdue": OVERDUE, "due": VISIT["due"], "coming": VISIT["coming"], "no anchor": VISIT["no anchor"]}[kind]


def placed_of(one: Summary, plan: PlannedVisit) -> PlacedVisit:
    """Return how a planned visit stands."""
    return next(placed for placed in one.planned if placed.visit == plan.visit)


# ---- a new participant ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def new_participant(request: StudyRequest) -> HttpResponse:
    """Begin the casebook of somebody who is screened; a code that is there already, or looks like one, is refused."""
    if not request.actor.sees_participants():
        raise Http404
    if request.method == "POST":
        try:
            return _begin(request)
        except (ActRefused, LedgerError) as error:
            return _ask(request, error)
    return _ask(request)


def _begin(request: StudyRequest) -> HttpResponse:
    site = _site_of(request)
    code = request.POST.get("code", "").strip()
    if request.actor.study.participants.codes == "counted" and not is_of_the_study(request.actor.study, code, site):
        code = offered_code(request, ())
    sent = request.POST.get("request") or None
    try:
        receipt = request.site.record(screen(code, site=site), by=request.actor.person, request=sent)
    except ActRefused as error:
        like, begun = the_one(request.view.casebooks, code), _begun(request, sent, site)
        if begun is None:
            raise ActRefused([_doubled(code, like)] if like is not None else error.problems) from error
        code = begun
    else:
        if not receipt.entries or receipt.entries[0].site != site:
            raise ActRefused([_doubled(code, the_one(request.view.casebooks, code))])
    messages.success(request, gettext("Screening of %(code)s has begun. Record the consent first.") % {"code": code})
    return redirect("screening", code)


def _doubled(code: str, like: str | None) -> Problem:
    return Problem(code="ACT-16", values={"participant": code, "like": like or code})


def _begun(request: StudyRequest, sent: str | None, site: str | None) -> str | None:
    """Return whose casebook was begun when the same page was sent before, as a counted code is another one by now.

    Other codes are as they were typed: another one, sent under the same id, is no repetition.
    """
    if sent is None or request.actor.study.participants.codes != "counted":
        return None
    known = (one for one in request.site.book.recorded(sent) if one.act == "screen" and one.site == site)
    return next((one.participant for one in known if one.by == request.actor.person), None)


def _site_of(request: StudyRequest) -> str | None:
    """Return the site of a new participant: that of the role, where it is granted for one."""
    held = request.actor.grant.site if request.actor.grant is not None else None
    return held or request.POST.get("site", "").strip() or None


def offered_code(request: StudyRequest, own: Iterable[str]) -> str:
    """Return a code that nobody has, as the study file says how codes are made.

    Where somebody of all sites begins at a site that counts, the code is made anew for the site that they name.
    """
    study, held = request.actor.study, request.actor.grant
    if study.participants.codes == "typed":
        return next_code(own, request.view.casebooks)
    site = request.POST.get("site", "").strip() or request.GET.get("site", "").strip()
    own_site = held.site if held is not None else None
    return made_code(study, own_site or site, request.view.casebooks, secrets.randbelow)


def _ask(request: StudyRequest, error: TrialbookError | None = None) -> HttpResponse:
    own = casebooks_for(request)
    context = {
        "problems": told(error) if error is not None else (),
        "code": request.POST.get("code", "") if error is not None else offered_code(request, own),
        "codes": request.actor.study.participants.codes,
        "site": request.POST.get("site", "") if error is not None else "",
        "own_site": request.actor.grant.site if request.actor.grant is not None else None,
        "sites": sorted({casebook.site for casebook in own.values() if casebook.site}),
        "request_id": request.site.new_id(),
    }
    return render(request, "new_participant.html", context, status=422 if error is not None else 200)
