"""What befalls whom: the incidents that a scenario deals out before chance has its say, and the types of participants.

Both depend on the seed and on who comes as which number, so that a participant is the same however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trialbook.protocol.model import DoseRecord, Form, Study, Treatment
from trialbook.simulate.chance import Chance, happens, pick, shuffled, weighed
from trialbook.simulate.scenario import Scenario, Shares

OF_SCREENING = ("screening failure", "unknown criterion")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What is settled of a participant before anything happens."""

    number: int
    """In the order of screening, from 1 on."""
    kind: str
    """Type, if enrolled."""
    failing: frozenset[str]
    """Criteria that are not to be fulfilled."""
    unknown: frozenset[str]
    """Criteria that are not to be known."""
    sure: frozenset[str]
    """Incidents that happen whatever chance says, if enrolled."""


def fate_of(study: Study, scenario: Scenario, seed: int, *, number: int, enrolled: int) -> Fate:
    """Settle the fate of the next who is screened, after so many were enrolled."""
    whole = Chance(seed)
    own = Chance(seed, number)
    sure = dict(screened_surely(study, scenario, whole)).get(number)
    failing, unknown = frozenset[str](), frozenset[str]()
    if sure is None:
        failing, unknown = chance_criteria(study, scenario, own)
    elif sure == OF_SCREENING[0]:
        failing = one_criterion(study, scenario.fails, own)
    elif sure == OF_SCREENING[1]:
        unknown = one_criterion(study, scenario.unknown, own)
    return Fate(
        number=number,
        kind=kind_of(scenario, whole, enrolled),
        failing=failing,
        unknown=unknown,
        sure=frozenset(dealt(study, scenario, whole, enrolled)),
    )


def chance_criteria(study: Study, scenario: Scenario, own: Chance) -> tuple[frozenset[str], frozenset[str]]:
    """Draw which criteria a participant does not fulfil, and which cannot be judged, each criterion on its own."""
    stream = own.stream("criteria")
    failing, unknown = set[str](), set[str]()
    for criterion in study.criteria:
        fails = happens(stream, scenario.fails.of(criterion.id))
        is_open = happens(stream, scenario.unknown.of(criterion.id))
        if fails:
            failing.add(criterion.id)
        elif is_open:
            unknown.add(criterion.id)
    return frozenset(failing), frozenset(unknown)


def one_criterion(study: Study, shares: Shares, own: Chance) -> frozenset[str]:
    """Return one criterion, by the shares of all."""
    stream = own.stream("criteria")
    each = [(criterion.id, shares.of(criterion.id)) for criterion in study.criteria]
    if any(share for _, share in each):
        return frozenset({weighed(stream, each)})
    return frozenset({pick(stream, [criterion.id for criterion in study.criteria])})


def screened_surely(study: Study, scenario: Scenario, whole: Chance) -> Iterator[tuple[int, str]]:
    """Yield the numbers of those who surely are not enrolled, each with why: before the last of the first enrolled."""
    wanted = [name for name in sure_incidents(study, scenario) if name in OF_SCREENING]
    places = list(range(1, scenario.first + len(wanted)))
    yield from zip(shuffled(whole.stream("not enrolled"), places), wanted, strict=False)


def dealt(study: Study, scenario: Scenario, whole: Chance, enrolled: int) -> Iterator[str]:
    """Yield the incidents that are dealt to the next who is enrolled, in turn among the first."""
    wanted = [name for name in sure_incidents(study, scenario) if name not in OF_SCREENING]
    order = shuffled(whole.stream("dealt"), range(scenario.first))
    yield from (name for place, name in enumerate(wanted) if order[place % scenario.first] == enrolled)


def kind_of(scenario: Scenario, whole: Chance, enrolled: int) -> str:
    """Return the type of the next who is enrolled: each block of as many as the weights sum to holds exactly these."""
    block = [kind for kind, weight in scenario.types for _ in range(round(weight))]
    number, place = divmod(enrolled, len(block))
    return shuffled(whole.stream("types", str(number)), block)[place]


# ---- what can happen --------------------------------------------------------------------------------------------


def sure_incidents(study: Study, scenario: Scenario) -> tuple[str, ...]:
    """Return the incidents that a scenario deals out: those it names, or all that can happen in the study."""
    return possible(study) if scenario.once is None else scenario.once


def possible(study: Study) -> tuple[str, ...]:
    """Return the incidents that can happen in a study, in the order of the grammar."""
    return (*_of_criteria(study), *_of_visits(study), "leaving", *_of_doses(study), *_of_forms(study))


def _of_criteria(study: Study) -> Iterator[str]:
    if study.criteria:
        yield from (*OF_SCREENING, "ineligible")
    if study.consent is not None:
        yield "late consent"


def _of_visits(study: Study) -> Iterator[str]:
    later = [visit for visit in study.schedule.visits.values() if visit.day > 0]
    if later:
        yield from ("early visit", "late visit")
    if any(not visit.optional for visit in later):
        yield "missed visit"


def _of_doses(study: Study) -> Iterator[str]:
    records = [record for treatment in dosed(study) if (record := treatment.recorded) is not None]
    has_several = any((treatment.times or len(treatment.days)) > 1 for treatment in dosed(study))
    items: dict[str, list[str | None]] = {
        "interrupted dose": [record.interrupted for record in records],
        "incomplete dose": [record.incomplete for record in records],
        "other amount": [record.dose for record in records],
        "no premedication": [record.premedication for record in records],
        "reaction": [record.reaction for record in records],
    }
    yield from (name for name, recorded in items.items() if any(recorded))
    yield from ("late dose", "missed dose") if has_several else ()
    if any(background(study)):
        yield "background change"


def _of_forms(study: Study) -> Iterator[str]:
    forms = study.forms.values()
    at_visits = [form for form in forms if form.timing == "visits"]
    if any(form.events for form in forms):
        yield "adverse event"
    if at_visits:
        yield from ("missing answer", "correction")
    if any(waits_for(study, form) for form in at_visits):
        yield "rating first"
    if any(form.same_rater and len(form.visits) > 1 for form in at_visits):
        yield "other rater"


def waits_for(study: Study, form: Form) -> tuple[str, ...]:
    """Return the forms that come before a form at one of its visits."""
    return tuple(
        name for name in form.after if name in study.forms and set(study.forms[name].visits) & set(form.visits)
    )


def dosed(study: Study) -> tuple[Treatment, ...]:
    """Return the treatments whose doses are planned and recorded."""
    return tuple(
        treatment
        for treatment in study.treatments.values()
        if treatment.recorded is not None and treatment.dose is not None and (treatment.first or treatment.days)
    )


def background(study: Study) -> Iterator[tuple[Treatment, DoseRecord]]:
    """Yield the classes of background drugs that are recorded."""
    for treatment in study.treatments.values():
        if treatment.recorded is not None and treatment.recorded.drug is not None:
            yield treatment, treatment.recorded
