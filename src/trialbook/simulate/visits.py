"""When the visits and doses of an invented participant take place, and which go wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from trialbook.conduct.regimen import PlannedDose, number_of_doses, plan_dose_day
from trialbook.protocol.model import Form, Study, Treatment, Visit
from trialbook.simulate.chance import happens, pick, shuffled, whole
from trialbook.simulate.fates import dosed, waits_for
from trialbook.simulate.story import Story

LATEST_DOSE = 5
"""Most days by which a late dose misses its window."""
ON_THE_DAY = 0.7
"""Share of doses that are given on the very day that is planned."""
OF_VISITS = ("early visit", "late visit", "missed visit")
OF_DOSES = (
    "late dose", "missed dose", "interrupted dose", "incomplete dose", "other amount", "no premedication", "reaction",
)  # fmt: skip
SHARES: Mapping[str, str] = {
    "early visit": "early", "late visit": "late", "missed visit": "missed", "late dose": "late",
    "missed dose": "missed", "interrupted dose": "interrupted", "incomplete dose": "incomplete",
    "other amount": "other_amount", "no premedication": "no_premedication", "reaction": "reaction",
}  # fmt: skip
"""Incident -> the share of the scenario that it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A visit that takes place."""

    visit: Visit
    day: int
    """Study day."""
    incidents: frozenset[str]
    """`rating first`, `other rater`, and how it lies in its window."""

    @property
    def is_off(self) -> bool:
        """Tell whether it takes place outside of its window; within it is as good as on its planned day."""
        return not self.visit.window.first <= self.day <= self.visit.window.last


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseTrip:
    """A dose that is given."""

    treatment: Treatment
    number: int
    """Which dose was planned for about this day, from 1 on."""
    day: int
    incidents: frozenset[str]


# ---- visits -----------------------------------------------------------------------------------------------------


def trips(story: Story, until: int) -> tuple[Trip, ...]:
    """Return the visits that take place up to a study day, in order of their days."""
    study = story.stage.study
    fates = visit_fates(story, until)
    ratings = rating_fates(story, fates)
    found: list[Trip] = []
    before = (story.entering - story.anchor).days
    for visit in study.schedule.visits.values():
        fate = fates[visit.id]
        if fate in {"missed visit", "left out"}:
            continue
        day = day_of(story, visit, fate, before)
        if day > until:
            break
        trip = Trip(visit=visit, day=day, incidents=frozenset(ratings.get(visit.id, ())))
        found.append(replace(trip, incidents=trip.incidents | {fate}) if fate and trip.is_off else trip)
        before = max(before, day)
    return tuple(found)


def count_incidents(story: Story, planned: tuple[Trip, ...], leaves: int | None) -> None:
    """Count what goes wrong with visits, those that are missed before the participant leaves included."""
    story.happened.update(incident for trip in planned for incident in trip.incidents)
    visits = story.stage.study.schedule.visits.values()
    done = {trip.visit.id for trip in planned}
    for visit in visits:
        is_over = leaves is None or visit.window.last < leaves
        if visit.id not in done and not visit.optional and is_over:
            story.happened["missed visit"] += 1


def visit_fates(story: Story, until: int) -> dict[str, str]:
    """Return what becomes of each visit: an incident, `left out` of an optional one, or nothing."""
    stream = story.chance.stream("visits")
    shares = story.stage.scenario.visits
    fates = dict.fromkeys(story.stage.study.schedule.visits, "")
    later = [visit for visit in story.stage.study.schedule.visits.values() if visit.day > 0]
    for visit in later:
        share = float(stream.random())
        for incident in OF_VISITS:
            if 0 <= share < shares[SHARES[incident]]:
                fates[visit.id] = incident
            share -= shares[SHARES[incident]]
        if visit.optional and happens(stream, 0.5):
            fates[visit.id] = "left out"
    deal_out(story, OF_VISITS, [visit.id for visit in later if visit.window.last < until and not visit.optional], fates)
    return fates


def deal_out(story: Story, incidents: tuple[str, ...], places: list[str], fates: dict[str, str]) -> None:
    """Give the incidents that are dealt to the participant each a place of its own, as far as there are places."""
    wanted = [name for name in incidents if name in story.fate.sure and name not in fates.values()]
    free = [place for place in places if not fates[place]]
    fates.update(zip(shuffled(story.chance.stream("dealt", incidents[0]), free), wanted, strict=False))


def rating_fates(story: Story, fates: Mapping[str, str]) -> dict[str, set[str]]:
    """Return at which visits a rating comes first, or somebody else rates."""
    scenario, forms = story.stage.scenario, tuple(story.stage.study.forms.values())
    found: dict[str, set[str]] = {}
    for incident, share, places in (
        ("rating first", scenario.rating_first, [visit for form in forms for visit in waiting_visits(story, form)]),
        ("other rater", scenario.other_rater, [visit for form in forms for visit in rated_visits(form)]),
    ):
        stream = story.chance.stream(incident)
        open_ = [visit for visit in dict.fromkeys(places) if fates[visit] not in {"missed visit", "left out"}]
        chosen = [visit for visit in open_ if happens(stream, share)]
        if incident in story.fate.sure and not chosen and open_:
            chosen = [pick(stream, open_[: max(1, len(open_) // 2)])]
        for visit in chosen:
            found.setdefault(visit, set()).add(incident)
    return found


def waiting_visits(story: Story, form: Form) -> tuple[str, ...]:
    """Return the visits at which a form waits for others."""
    others = [story.stage.study.forms[name].visits for name in waits_for(story.stage.study, form)]
    return tuple(visit for visit in form.visits if any(visit in visits for visits in others))


def rated_visits(form: Form) -> tuple[str, ...]:
    """Return the visits at which another could rate than at the first."""
    return form.visits[1:] if form.same_rater else ()


def day_of(story: Story, visit: Visit, fate: str, before: int) -> int:
    """Return the study day of a visit: about its planned day, or before or after its window."""
    stream = story.chance.stream("day", visit.id)
    low, high = story.stage.scenario.off
    by = whole(stream, low, high)
    if fate == "late visit":
        return visit.window.last + max(0, min(by, room_after(story.stage.study, visit)))
    if fate == "early visit":
        return max(visit.window.first - by, before + 1, 1)
    width = (visit.window.last - visit.window.first) / 5
    day = round(visit.day + width * float(stream.standard_normal()))
    return max(visit.window.first, min(visit.window.last, day), min(before, visit.window.last))


def room_after(study: Study, visit: Visit) -> int:
    """Return how many days there are between a window and that of the next visit that begins after it."""
    later = [other.window.first for other in study.schedule.visits.values() if other.window.first > visit.window.last]
    return min(later, default=visit.window.last + 100) - visit.window.last - 1


# ---- doses ------------------------------------------------------------------------------------------------------


def dose_trips(story: Story, until: int) -> tuple[DoseTrip, ...]:
    """Return the doses that are given up to a study day, of all treatments whose doses are recorded."""
    found = (trip for treatment in dosed(story.stage.study) for trip in _doses(story, treatment, until))
    return tuple(trip for trip in found if trip.day <= until)


def _doses(story: Story, treatment: Treatment, until: int) -> Iterator[DoseTrip]:
    planned = tuple(planned_doses(treatment, story.anchor, until))
    fates = {dose.number: chance_of_dose(story, treatment, dose.number) for dose in planned}
    later = [dose.number for dose in planned if dose.number > 1]
    places = shuffled(story.chance.stream("dealt doses", treatment.id), later) or [1]
    wanted = [name for name in OF_DOSES if name in story.fate.sure and not any(name in one for one in fates.values())]
    for place, name in enumerate(wanted):
        fates[places[place % len(places)]].add(name)
    before = -1
    for dose in planned:
        incidents = fates[dose.number]
        if "missed dose" in incidents and dose.number > 1:
            story.happened["missed dose"] += 1
            continue
        day = max(before + 1, _dose_day(story, treatment, dose, is_late="late dose" in incidents))
        before = day
        yield DoseTrip(treatment=treatment, number=dose.number, day=day, incidents=frozenset(incidents))


def planned_doses(treatment: Treatment, anchor: date, until: int) -> Iterator[PlannedDose]:
    """Yield the planned doses of a treatment up to a study day."""
    most = number_of_doses(treatment) or max(1, until + 1)
    for number in range(1, most + 1):
        dose = plan_dose_day(treatment, number, anchor)
        if dose.day is None or dose.day > until:
            return
        yield dose


def chance_of_dose(story: Story, treatment: Treatment, number: int) -> set[str]:
    """Return what chance lets happen at a dose, each incident on its own; the first is never missed or late."""
    stream = story.chance.stream("dose", treatment.id, str(number))
    drawn = {name: happens(stream, story.stage.scenario.doses[SHARES[name]]) for name in OF_DOSES}
    return {name for name, is_so in drawn.items() if is_so and (number > 1 or name not in OF_DOSES[:2])}


def _dose_day(story: Story, treatment: Treatment, dose: PlannedDose, *, is_late: bool) -> int:
    """Return the study day of a dose."""
    stream = story.chance.stream("dose day", treatment.id, str(dose.number))
    day = dose.day or 0
    window = dose.window
    if dose.number == 1 or window is None:
        return day
    if is_late:
        return window.last + whole(stream, 1, LATEST_DOSE)
    return day if happens(stream, ON_THE_DAY) else whole(stream, window.first, window.last)


def on_day(story: Story, day: int) -> date:
    """Return the date of a study day."""
    return story.anchor + timedelta(days=day)
