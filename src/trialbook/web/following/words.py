"""How things stand, in words and as a badge: participants, visits, forms, spans of days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from trialbook.capture.people import CUSTODIAN
from trialbook.conduct.casebook import ParticipantStatus
from trialbook.conduct.filling import Filling
from trialbook.conduct.schedule import PlacedVisit, PlannedVisit, VisitState, full_date
from trialbook.protocol.model import Study
from trialbook.protocol.typed_dates import NEVER
from trialbook.web.forms.questions import key_of
from trialbook.web.forms.sheet import address_of
from trialbook.web.saying import clauses


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A state in a word, with the class of its badge and the one letter of a narrow table."""

    text: object
    badge: str = ""
    letter: str = ""


STATUS: Mapping[ParticipantStatus, Word] = MappingProxyType(
    {
        "screening": Word(text=gettext_lazy("screening"), badge="note"),
        "screen failure": Word(text=gettext_lazy("screen failure")),
        "enrolled": Word(text=gettext_lazy("enrolled"), badge="good"),
        "completed": Word(text=gettext_lazy("completed")),
        "withdrawn": Word(text=gettext_lazy("withdrawn"), badge="warn"),
    }
)

VISIT: Mapping[VisitState, Word] = MappingProxyType(
    {
        "in": Word(text=gettext_lazy("in its window"), badge="good", letter="●"),
        "early": Word(text=gettext_lazy("early"), badge="warn", letter="E"),
        "late": Word(text=gettext_lazy("late"), badge="warn", letter="L"),
        "no date": Word(text=gettext_lazy("no date"), badge="warn", letter="?"),
        "no anchor": Word(text=gettext_lazy("not dated yet"), letter="–"),
        "missed": Word(text=gettext_lazy("missed"), badge="bad", letter="×"),
        "due": Word(text=gettext_lazy("due"), badge="note", letter="D"),
        "coming": Word(text=gettext_lazy("to come"), letter="·"),
        "not expected": Word(text=gettext_lazy("not expected"), letter="–"),
        "unscheduled": Word(text=gettext_lazy("unscheduled"), badge="note", letter="U"),
    }
)
TOOK_PLACE = Word(text=gettext_lazy("took place"), badge="note", letter="●")
"""A visit that took place while day 0 is not known: it cannot be judged yet."""
OVERDUE = Word(text=gettext_lazy("overdue"), badge="bad", letter="!")
"""A visit whose window has passed, and that can still be made up for: none after it has taken place."""

FILLING: Mapping[Filling, Word] = MappingProxyType(
    {
        "no data": Word(text=gettext_lazy("no data"), letter="–"),
        "begun": Word(text=gettext_lazy("begun"), badge="warn", letter="B"),
        "complete": Word(text=gettext_lazy("complete"), badge="good", letter="C"),
        "not asked": Word(text=gettext_lazy("not asked"), letter="·"),
    }
)


def address(name: str, *codes: str, anchor: str = "") -> str | None:
    """Return the address of a page; None where this site has no such page."""
    try:
        return reverse(name, args=codes) + (f"#{anchor}" if anchor else "")
    except NoReverseMatch:
        return None


def form_address(participant: str, form: str, *, visit: str = "", repeat: str = "", item: str = "") -> str | None:
    """Return where a form, or a row of one, or an item on it, is filled in; None where this site has no such page."""
    try:
        return address_of(participant, form, visit, repeat) + (f"#item-{key_of(item)}" if item else "")
    except NoReverseMatch:
        return None


# ---- names of the study file ------------------------------------------------------------------------------------


def form_name(study: Study, form: str, language: str | None = None) -> str:
    """Return what the study file calls a form."""
    plan = study.forms.get(form)
    return (study.say(plan.label, language) if plan is not None else "") or form


def role_name(study: Study, role: str, language: str | None = None) -> str:
    """Return what the study file calls a role."""
    if role in {"participant", CUSTODIAN}:
        return gettext("participant") if role == "participant" else gettext("custodian")
    held = study.roles.get(role)
    return (study.say(held.label, language) if held is not None else "") or role


def prose(value: str) -> str:
    """Write a yes, a no or a date as prose does: in the reader's language, a day in full."""
    day = full_date(value)
    said = {"yes": gettext("Yes"), "no": gettext("No"), NEVER: gettext("Never")}
    return said.get(value, value) if day is None else day_words(day)


# ---- days -------------------------------------------------------------------------------------------------------


def day_words(day: date) -> str:
    """Write a day."""
    return date_format(day, gettext("j F Y"))


def short_day(day: date) -> str:
    """Write a day without its year, shortened."""
    return date_format(day, gettext("j M"))


def span_words(first: date, last: date) -> str:
    """Write the days from one to another: `2 to 9 March 2026`."""
    if first == last:
        return day_words(last)
    is_short = not (get_language() or "").startswith("zh")
    start = day_words(first)
    if is_short and (first.year, first.month) == (last.year, last.month):
        start = date_format(first, "j")
    elif is_short and first.year == last.year:
        start = date_format(first, "j F")
    return gettext("%(first)s to %(last)s") % {"first": start, "last": day_words(last)}


def days_words(count: int) -> str:
    """Write a number of days."""
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": count}


# ---- a visit in a sentence --------------------------------------------------------------------------------------


def plan_words(plan: PlannedVisit | None) -> str:
    """Say for when a visit is planned."""
    if plan is None:
        return gettext("not planned")
    if plan.first is None or plan.last is None:
        return gettext("planned for study day %(day)s; day 0 is not known yet") % {"day": plan.day}
    return gettext("planned for %(span)s") % {"span": span_words(plan.first, plan.last)}


def day_0_words(study: Study, language: str | None = None) -> str:
    """Say what sets day 0, for somebody of whom it is not known yet."""
    anchor = study.schedule.anchor
    if anchor.name == "enrolment":
        return gettext("Day 0, from which visits are counted, is the day of enrolment; it is not known yet.")
    form, _, item = anchor.name.partition(".")
    said = (
        gettext("Day 0, from which visits are counted, is not known yet: the first “%(item)s” in “%(form)s” sets it.")
        if anchor.which == "first"
        else gettext(
            "Day 0, from which visits are counted, is not known yet: the last “%(item)s” in “%(form)s” sets it."
        )
    )
    label = study.say(study.item(anchor.name).label, language)
    return said % {"form": form_name(study, form, language), "item": label or item}


def visit_word(placed: PlacedVisit, *, is_overdue: bool) -> Word:
    """Return how a visit stands; one that is overdue can still be made up for."""
    if is_overdue:
        return OVERDUE
    return TOOK_PLACE if placed.state == "no anchor" and placed.took_place else VISIT[placed.state]


def visit_words(placed: PlacedVisit, today: date, *, is_overdue: bool = False) -> str:
    """Say when a visit is planned, when it took place, and how the two go together."""
    plan = placed.plan
    if placed.state == "unscheduled":
        return gettext("not planned; took place on %(day)s") % {"day": _on(placed.date)}
    parts = [plan_words(plan)]
    if placed.took_place:
        parts.append(gettext("took place on %(day)s") % {"day": _on(placed.date)})
    parts.append(_judged(placed, plan, today, is_overdue=is_overdue))
    return clauses(part for part in parts if part)


def short_words(placed: PlacedVisit, today: date, *, is_overdue: bool = False) -> str:
    """Say when a visit took place where that is all there is to say, else as `visit_words`."""
    if placed.state in {"in", "unscheduled"}:
        return _on(placed.date)
    if placed.state in {"missed", "not expected"} and not is_overdue:
        return plan_words(placed.plan)
    return visit_words(placed, today, is_overdue=is_overdue)


def _on(day: date | None) -> str:
    return gettext("a day that is not recorded in full") if day is None else day_words(day)


def _judged(placed: PlacedVisit, plan: PlannedVisit | None, today: date, *, is_overdue: bool) -> str:
    off = days_words(abs(placed.off))
    if placed.state in {"early", "late"}:
        return (gettext("%(days)s early") if placed.state == "early" else gettext("%(days)s late")) % {"days": off}
    if is_overdue and plan is not None and plan.last is not None:
        return gettext("%(days)s overdue") % {"days": days_words((today - plan.last).days)}
    if placed.state == "coming" and plan is not None and plan.first is not None:
        return gettext("in %(days)s") % {"days": days_words((plan.first - today).days)}
    if placed.state == "due" and plan is not None and plan.last is not None:
        left = (plan.last - today).days
        return gettext("today is the last day") if left == 0 else gettext("%(days)s left") % {"days": days_words(left)}
    return str(VISIT[placed.state].text) if placed.state not in {"no anchor", "no date"} else ""
