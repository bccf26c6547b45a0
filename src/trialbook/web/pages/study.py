"""The study at a glance: recruitment, how complete the visits are, what is late, and the schedule of assessments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy

from trialbook.conduct.casebook import Casebook
from trialbook.conduct.completeness import VisitGrid, visit_grid
from trialbook.conduct.schedule import VisitState, full_date
from trialbook.protocol.model import Study
from trialbook.protocol.outline import grid
from trialbook.web.drawing.recruitment import Recruitment, draw_recruitment
from trialbook.web.looking import by_plan, casebooks_for
from trialbook.web.request import StudyRequest

STATES: Mapping[VisitState, tuple[object, str]] = {
    "in": (gettext_lazy("in the window"), "good"),
    "early": (gettext_lazy("early"), "warn"),
    "late": (gettext_lazy("late"), "warn"),
    "unscheduled": (gettext_lazy("unscheduled"), "note"),
    "no date": (gettext_lazy("without a date"), "warn"),
    "missed": (gettext_lazy("missed"), "bad"),
    "due": (gettext_lazy("due now"), "note"),
    "coming": (gettext_lazy("coming"), ""),
    "no anchor": (gettext_lazy("day 0 not known yet"), ""),
    "not expected": (gettext_lazy("not expected"), ""),
}
"""State of a visit -> its words and its colour."""

FUNNEL = (
    ("screening", gettext_lazy("in screening")),
    ("screen failure", gettext_lazy("not enrolled")),
    ("enrolled", gettext_lazy("in the study")),
    ("completed", gettext_lazy("completed")),
    ("withdrawn", gettext_lazy("withdrawn")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """How the participants stand at one planned visit."""

    label: str
    parts: tuple[tuple[object, str, int], ...]
    """Words, colour, number of participants."""
    gaps: int
    """Required items that were asked there and are not answered."""


def study(request: StudyRequest) -> HttpResponse:
    """Show how the study stands today."""
    casebooks = casebooks_for(request)
    expected = {code: casebook for code, casebook in casebooks.items() if casebook.status != "screen failure"}
    today = request.site.today()
    standings = [(actor.study, visit_grid(actor.study, some, today)) for actor, some in by_plan(request, expected)]
    context = {
        "funnel": tuple(_funnel(casebooks)),
        "screened": len(casebooks),
        "enrolled": sum(casebook.was_enrolled for casebook in casebooks.values()),
        "recruitment": recruitment_of(request, casebooks),
        "visits": tuple(_visits(request, standings)),
        "missing": sum(standing.missing(required=True) for _, standing in standings),
    }
    return render(request, "study.html", context)


def schedule(request: StudyRequest) -> HttpResponse:
    """Show the schedule of assessments."""
    outline = grid(request.actor.study, language=request.LANGUAGE_CODE, translate=gettext)
    return render(request, "schedule.html", {"outline": outline})


def _funnel(casebooks: Mapping[str, Casebook]) -> Iterator[tuple[object, int]]:
    counted = Counter(casebook.status for casebook in casebooks.values())
    return ((words, counted[status]) for status, words in FUNNEL if counted[status])  # type: ignore[index]


def recruitment_of(request: StudyRequest, casebooks: Mapping[str, Casebook]) -> Recruitment | None:
    """Draw the enrolments over time, None where none has a date."""
    dates: list[date] = []
    for casebook in casebooks.values():
        day = full_date(casebook.enrolled_on)
        if day is not None:
            dates.append(day)
    if not dates:
        return None
    return draw_recruitment(sorted(dates), planned=request.actor.study.identity.planned, today=request.site.today())


def _visits(request: StudyRequest, standings: Sequence[tuple[Study, VisitGrid]]) -> Iterator[VisitRow]:
    """Yield every visit of the plans that are in force anywhere, each participant counted by the plan of their site."""
    plans = {visit: plan for plan, standing in reversed(standings) for visit in standing.visits}
    for visit in dict.fromkeys(visit for _, standing in standings for visit in standing.visits):
        counted = sum((Counter(standing.states_at(visit)) for _, standing in standings), Counter[VisitState]())
        rows = (row for _, standing in standings for row in standing.rows)
        yield VisitRow(
            label=plans[visit].say(plans[visit].schedule.visits[visit].label, request.LANGUAGE_CODE) or visit,
            parts=tuple((words, colour, counted[state]) for state, (words, colour) in STATES.items() if counted[state]),
            gaps=sum(gap.required for row in rows for gap in row.gaps_at(visit)),
        )
