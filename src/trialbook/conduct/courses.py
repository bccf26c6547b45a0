"""The course of an endpoint in one participant: its values over the visits, its baseline, its limits of normal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from trialbook.conduct.answers import baseline_visits, form_answers, visits_so_far
from trialbook.conduct.casebook import Casebook, Cell
from trialbook.conduct.completeness import begun_rows
from trialbook.conduct.safety import normal_limits
from trialbook.conduct.schedule import anchor_date, visit_day
from trialbook.errors import Problem
from trialbook.protocol.model import Derived, Endpoint, Form, Item, Study
from trialbook.protocol.units import convert
from trialbook.protocol.values import show_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What an endpoint was at one visit."""

    visit: str
    on: date | None
    """Day of the visit, None where it is not recorded to the day."""
    day: int | None
    """That day as study day; None where one of the two is not known."""
    value: float | None
    """In the unit of the course; None where the answer is not exact."""
    text: str
    """The answer in the words of the study file; empty for a number that is computed."""
    lower: float | None = None
    """Lower limit of normal on that day."""
    upper: float | None = None
    is_baseline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All values of an endpoint in one participant, in the order of time."""

    endpoint: Endpoint
    form: str
    unit: str
    points: tuple[Point, ...]
    levels: tuple[str, ...] = ()
    """Codes of the choices, where levels are followed: a value is a place in this order."""

    @property
    def exact(self) -> tuple[Point, ...]:
        """Return the points with a value."""
        return tuple(point for point in self.points if point.value is not None)

    @property
    def baseline(self) -> Point | None:
        """Return the point that the plan takes as baseline."""
        return next((point for point in self.points if point.is_baseline), None)


def is_followed(endpoint: Endpoint) -> bool:
    """Tell whether an endpoint has a value at visits; a responder or a time to something has none."""
    return endpoint.source is not None or endpoint.levels is not None


def form_of_endpoint(endpoint: Endpoint) -> str:
    """Return the form that an endpoint is read from; empty where it has no one source."""
    return (endpoint.source or endpoint.levels or "").partition(".")[0]


Read = Callable[[Form, str], Mapping[str, object]]
"""Gives the exact answers of a form at a visit."""


def reader_of(casebook: Casebook) -> Read:
    """Return what reads each form of a participant at each visit once, for several endpoints."""
    known: dict[tuple[str, str], Mapping[str, object]] = {}

    def read(form: Form, visit: str) -> Mapping[str, object]:
        if (form.id, visit) not in known:
            known[form.id, visit] = form_answers(form, casebook, visit=visit)
        return known[form.id, visit]

    return read


def endpoint_course(study: Study, casebook: Casebook, endpoint_id: str, *, read: Read | None = None) -> Course:
    """Return the course of an endpoint; KeyError where there is none of this name.

    The baseline is the last value of the visits that the plan's rule allows. `read` may be handed in where several
    endpoints are followed.
    """
    endpoint = study.endpoints[endpoint_id]
    form_id, _, name = (endpoint.source or endpoint.levels or "").partition(".")
    form = study.forms.get(form_id)
    if form is None or form.repeating or form.timing != "visits":
        return Course(endpoint=endpoint, form=form_id, unit="", points=())
    asked = study.item(f"{form_id}.{name}")
    points = tuple(_points(study, casebook, form, asked, read or reader_of(casebook)))
    return Course(
        endpoint=endpoint,
        form=form_id,
        unit=endpoint.unit or asked.unit or "",
        points=_in_unit(_with_baseline(study, casebook, form, points), asked, endpoint.unit),
        levels=tuple(asked.choices) if isinstance(asked, Item) else (),
    )


def _points(study: Study, casebook: Casebook, form: Form, asked: Item | Derived, read: Read) -> Iterator[Point]:
    anchor = anchor_date(study, casebook)
    normal = normal_limits(study, casebook, asked) if isinstance(asked, Item) else (None, None)
    for visit in visits_so_far(study, casebook):
        answers = read(form, visit) if begun_rows(form, casebook, visit) else {}
        text = _text(study, casebook, form, asked, visit)
        value = _number(asked, answers.get(asked.id))
        if value is None and not text:
            continue
        on = visit_day(casebook, visit)
        lower, upper = _limits(form, asked, answers, normal)
        day = None if on is None or anchor is None else (on - anchor).days
        yield Point(visit=visit, on=on, day=day, value=value, text=text, lower=lower, upper=upper)


def _text(study: Study, casebook: Casebook, form: Form, asked: Item | Derived, visit: str) -> str:
    """Return a recorded answer in words; a missing-data code stands as it is."""
    if isinstance(asked, Derived):
        return ""
    answer = casebook.answers.get(Cell(visit, form.id, "", asked.id))
    if answer is None:
        return ""
    if answer.value is None:
        return study.say(study.missing.get(answer.missing or "", {})) or answer.missing or ""
    return show_value(asked, answer.value, language=study.identity.languages[0])


def _number(asked: Item | Derived, value: object) -> float | None:
    """Return an exact answer as a number: a choice by its place."""
    if isinstance(asked, Item) and asked.kind == "choice":
        codes = tuple(asked.choices)
        return float(codes.index(value)) if isinstance(value, str) and value in codes else None
    return float(value) if isinstance(value, int | float | Decimal) else None


Limits = tuple[float | None, float | None]


def _limits(form: Form, asked: Item | Derived, answers: Mapping[str, object], normal: Limits) -> Limits:
    """Return the limits of normal on one day: those that the laboratory gave, or those of the study file."""
    if isinstance(asked, Derived):
        return None, None
    given = tuple(
        _number(form.items[name], answers.get(name)) if name else None for name in (asked.lower_item, asked.upper_item)
    )
    return given[0] if asked.lower_item else normal[0], given[1] if asked.upper_item else normal[1]


def _with_baseline(study: Study, casebook: Casebook, form: Form, points: tuple[Point, ...]) -> tuple[Point, ...]:
    early = baseline_visits(study, casebook, form, anchor_date(study, casebook))
    known = {point.visit for point in points if point.value is not None}
    base = next((visit for visit in reversed(early) if visit in known), None)
    return tuple(replace(point, is_baseline=point.visit == base) for point in points)


def _in_unit(points: tuple[Point, ...], asked: Item | Derived, unit: str | None) -> tuple[Point, ...]:
    """Return the points in the unit that the endpoint asks for; as recorded where that cannot be done."""
    given = asked.unit
    if unit is None or given is None or unit == given:
        return points

    def converted(number: float | None) -> float | None:
        mass = asked.molar_mass if isinstance(asked, Item) else None
        found = None if number is None else convert(Decimal(repr(number)), given, unit, molar_mass=mass)
        return None if found is None or isinstance(found, Problem) else float(found)

    return tuple(
        replace(
            point, value=converted(point.value), lower=converted(point.lower), upper=converted(point.upper), text=""
        )
        for point in points
    )
