"""What the invented participants of a rehearsal are like: a `Scenario`, read from its file for a study."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from trialbook.errors import Problem, StudyFileError
from trialbook.protocol.model import Study
from trialbook.protocol.nodes import MapNode, Unreadable, parse_nodes, read_text
from trialbook.protocol.reading import Notes, Raw
from trialbook.protocol.sections import empty_section, read_section
from trialbook.simulate.courses import STEADY, Bounds, Course, Spread
from trialbook.simulate.grammar import INCIDENTS, SECTIONS, days_of

NOTHING: Mapping[str, Any] = MappingProxyType({})
Weights = tuple[tuple[str, float], ...]
Change = tuple[str, float] | Spread

REASONS: Weights = (("Consent withdrawn", 2), ("Moved away", 1), ("Lack of effect", 1))
TERMS: Weights = (
    ("Headache", 3), ("Fatigue", 3), ("Common cold", 2), ("Nausea", 2), ("Dizziness", 1), ("Rash", 1),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """A share for each of several names, or one for all of them."""

    each: Mapping[str, float]
    all: float = 0.0

    def of(self, name: str) -> float:
        """Return the share of a name."""
        return self.each.get(name, self.all)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drug:
    """A background drug: who takes it, and in which daily doses."""

    name: str
    taken: float
    doses: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """A distribution at baseline, and what becomes of it at named visits."""

    baseline: Spread | None
    course: Mapping[str, Change]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRule:
    """How something is answered, as the scenario says it; None and empty where it does not."""

    motion: Motion
    by_type: Mapping[str, Motion]
    bounds: Bounds | None
    together: float
    noise: float | None
    weights: Weights
    ago: tuple[float, float] | None
    never: float

    def of_type(self, name: str) -> Motion:
        """Return what holds for one type of participants."""
        own = self.by_type.get(name)
        if own is None:
            return self.motion
        return Motion(baseline=own.baseline or self.motion.baseline, course=own.course or self.motion.course)

    def motions(self) -> Iterator[Motion]:
        """Yield what holds for all, and for each type that differs."""
        yield self.motion
        yield from (self.of_type(name) for name in self.by_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole scenario; shares are from 0 to 1, times in days."""

    start: date
    every: float
    fails: Shares
    unknown: Shares
    visits: Mapping[str, float]
    """`early`, `late`, `missed`, `leave`."""
    off: tuple[int, int]
    reasons: Weights
    doses: Mapping[str, float]
    """`late`, `missed`, `interrupted`, `incomplete`, `other_amount`, `no_premedication`, `reaction`."""
    drugs: tuple[Drug, ...]
    changed: float
    events: float
    """In 100 participant-weeks."""
    terms: Weights
    missing: float
    corrected: float
    rating_first: float
    other_rater: float
    ineligible: float
    late_consent: float
    first: int
    """How many enrolled the incidents of `once` are dealt out among."""
    once: tuple[str, ...] | None
    """None: all that can happen in the study."""
    types: Weights
    at_end: tuple[str, ...]
    rows: Mapping[str, tuple[int, int]]
    values: Mapping[str, ValueRule]
    text: str = ""
    """The file as it was written; empty for the built-in scenario."""


def built_in() -> Scenario:
    """Return the scenario of an empty file: every key has its default, and no treatment has an effect."""
    return build(empty_section("file", SECTIONS))


def read_scenario(path: Path, study: Study) -> Scenario:
    """Read a scenario file for a study; StudyFileError carries every problem found."""
    from trialbook.simulate.scenario_check import check_scenario

    try:
        text = read_text(path)
    except Unreadable as stop:
        raise StudyFileError([stop.problem]) from None
    scenario, notes, stops = parse_scenario(text, file=str(path))
    if scenario is None:
        raise StudyFileError(stops)
    check_scenario(scenario, study, notes)
    problems = sorted(notes.problems, key=lambda problem: (problem.place.line or 0, problem.place.column or 0))
    if problems:
        raise StudyFileError(problems)
    return scenario


def parse_scenario(text: str, *, file: str) -> tuple[Scenario | None, Notes, tuple[Problem, ...]]:
    """Return the scenario as far as it could be read, what was noted, and what stopped the reading."""
    top, stops = parse_nodes(text, file=file)
    notes = Notes(file=file)
    if top is None:
        return None, notes, stops
    return replace(build(read_top(top, notes)), text=text), notes, ()


def read_top(top: MapNode, notes: Notes) -> Raw:
    """Return the keys of the file, a section that is broken as if it were not there."""
    return read_section(top, "file", (), notes, SECTIONS)


def build(raw: Raw) -> Scenario:
    """Put the sections together."""
    part = {
        name: raw[name] or empty_section(name, SECTIONS)
        for name in ("screening", "visits", "doses", "background", "events", "answers", "ratings", "at_least")
    }
    screening, visits, answers, ratings = part["screening"], part["visits"], part["answers"], part["ratings"]
    return Scenario(
        start=raw["start"] or date(2026, 1, 5),
        every=days_of(raw["every"]),
        fails=shares(screening["fails"]),
        unknown=shares(screening["unknown"]),
        ineligible=screening["ineligible"] or 0.0,
        late_consent=screening["late_consent"] or 0.0,
        visits={name: visits[name] or 0.0 for name in ("early", "late", "missed", "leave")},
        off=visits["off"] or (1, 1),
        reasons=weights(visits["reasons"]) or REASONS,
        doses={name: share or 0.0 for name, share in part["doses"].items()},
        drugs=tuple(drugs(part["background"]["drugs"] or {})),
        changed=part["background"]["changed"] or 0.0,
        events=part["events"]["rate"] or 0.0,
        terms=weights(part["events"]["terms"]) or TERMS,
        missing=answers["missing"] or 0.0,
        corrected=answers["corrected"] or 0.0,
        rating_first=ratings["first"] or 0.0,
        other_rater=ratings["other_rater"] or 0.0,
        first=part["at_least"]["enrolled"] or 1,
        once=incidents(part["at_least"]["once"]),
        types=weights(raw["types"]) or (("all", 1.0),),
        at_end=tuple(raw["at_end"] or ()),
        rows=raw["rows"] or {},
        values={name: value_rule(rule) for name, rule in (raw["values"] or {}).items()},
    )


def shares(written: float | Mapping[str, float] | None) -> Shares:
    """Return one share for all, or those of the names that the file gives."""
    if isinstance(written, Mapping):
        return Shares(each={name: share for name, share in written.items() if share is not None})
    return Shares(each={}, all=written or 0.0)


def weights(written: Mapping[str, float | None] | None) -> Weights:
    """Return the weights that could be read."""
    return tuple((name, weight) for name, weight in (written or {}).items() if weight is not None)


def drugs(written: Mapping[str, Raw]) -> Iterable[Drug]:
    """Yield the background drugs."""
    for name, raw in written.items():
        yield Drug(name=name, taken=raw["taken"] or 0.0, doses=tuple(raw["dose"] or ()))


def incidents(written: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Return the incidents that are dealt out; None where the file does not say, so that all are."""
    return None if written is None else tuple(name for name in dict.fromkeys(written) if name in INCIDENTS)


def value_rule(raw: Raw) -> ValueRule:
    """Return the rule for the answers of one item, group, derived number or score."""
    return ValueRule(
        motion=motion(raw),
        by_type={name: motion(own) for name, own in (raw["by_type"] or {}).items()},
        bounds=raw["bounds"],
        together=STEADY if raw["together"] is None else raw["together"],
        noise=raw["noise"],
        weights=weights(raw["weights"]),
        ago=raw["ago"],
        never=raw["never"] or 0.0,
    )


def motion(raw: Raw) -> Motion:
    """Return the distributions of a value or of one type."""
    course = {visit: change for visit, change in (raw["course"] or {}).items() if change is not None}
    return Motion(baseline=raw["baseline"], course=course)


def course_of(study: Study, rule: ValueRule, kind: str, bounds: Bounds) -> Course | None:
    """Return the course of a value in one type of participants, None where the scenario gives no distribution."""
    own = rule.of_type(kind)
    if own.baseline is None:
        return None
    baseline = own.baseline
    days = {visit: study.schedule.visits[visit].day for visit in own.course if visit in study.schedule.visits}
    later = sorted((float(day), changed(baseline, own.course[visit])) for visit, day in days.items() if day > 0)
    return Course(points=((0.0, baseline), *later), bounds=rule.bounds or bounds, together=rule.together)


def changed(baseline: Spread, change: Change) -> Spread:
    """Return the distribution at a visit: as it is written, or the baseline moved or multiplied."""
    if isinstance(change, Spread):
        return change
    word, amount = change
    return baseline.moved(amount) if word == "shift" else baseline.times(amount)
