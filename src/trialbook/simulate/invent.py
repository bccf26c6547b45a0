"""One invented participant: from the screening to the end, as steps that an invented team records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from trialbook.protocol.model import Form, Study
from trialbook.simulate.chance import Chance, happens, weighed, whole
from trialbook.simulate.eligibility import fill_rows, items_of, settle, why_not
from trialbook.simulate.fates import Fate
from trialbook.simulate.happenings import (
    enter_background,
    give_dose,
    plan_background_change,
    plan_events,
    plan_findings,
    plan_others,
)
from trialbook.simulate.pages import enter_page, forget, make_visit
from trialbook.simulate.story import Stage, Story
from trialbook.simulate.visits import Trip, count_incidents, dose_trips, on_day, trips

EARLIEST_LEAVING = 0.6
"""A participant to whom leaving is dealt leaves after this part of the study, so that there is something to see."""
VISIT, DOSE = 3, 4
"""What comes first on one day."""


def invent(stage: Stage, fate: Fate, seed: int) -> Story:
    """Invent a participant: everything that happens, and the steps by which it is recorded."""
    story = begin(stage, fate, Chance(seed, fate.number))
    screen(story)
    if story.casebook.status == "enrolled":
        live(story)
    return story


def begin(stage: Stage, fate: Fate, chance: Chance) -> Story:
    """Open the working paper of a participant, with the days of screening, enrolment and day 0."""
    study, scenario = stage.study, stage.scenario
    stream = chance.stream("days")
    screened = scenario.start + timedelta(days=round((fate.number - 1) * scenario.every) + whole(stream, 0, 2))
    first = min((visit.window.first for visit in study.schedule.visits.values()), default=0)
    anchor = screened + timedelta(days=max(2, -first + 1) + whole(stream, 0, 3))
    early = screened + timedelta(days=whole(stream, 0, 1))
    if is_known_at_once(study):
        anchor = early = screened
    entering = anchor if study.schedule.anchor.name == "enrolment" or early_visits(study) else early
    return Story(stage=stage, fate=fate, chance=chance, screened=screened, entering=entering, anchor=anchor)


def is_known_at_once(study: Study) -> bool:
    """Tell whether day 0 is a day that is recorded at the screening, such as that of consent."""
    form = study.forms.get(study.schedule.anchor.name.partition(".")[0])
    return form is not None and form.timing == "once"


def early_visits(study: Study) -> tuple[str, ...]:
    """Return the visits up to day 0 whose answers a criterion asks for: they come before enrolment."""
    forms = {item.partition(".")[0] for criterion in study.criteria for item in items_of(study, criterion)}
    return tuple(
        visit.id
        for visit in study.schedule.visits.values()
        if visit.day <= 0 and any(form.id in forms for form in study.visit_forms(visit.id))
    )


# ---- screening --------------------------------------------------------------------------------------------------


def screen(story: Story) -> None:
    """Screen a participant, answer what is asked once, and enrol them if the criteria let them in."""
    stage = story.stage
    story.add("screen", stage.cast.enroller())
    forms = once_forms(story)
    for form in forms:
        answer_once(story, form)
    early = [trip for trip in trips(story, 0) if trip.visit.id in early_visits(stage.study)]
    for trip in early:
        make_visit(story, trip, is_recorded=False)
    found = settle(story)
    for form in forms:
        enter_once(story, form)
    for trip in early:
        story.turn_to(on_day(story, trip.day))
        make_visit(story, trip, is_answered=True)
    story.turn_to(story.entering)
    decide(story, found)


def once_forms(story: Story) -> tuple[Form, ...]:
    """Return the forms answered once at the screening, the consent first."""
    study, later = story.stage.study, story.stage.scenario.at_end
    forms = [form for form in study.forms.values() if form.timing == "once" and form.id not in later]
    consent = (study.consent or "").partition(".")[0]
    return tuple(sorted(forms, key=lambda form: form.id != consent))


def answer_once(story: Story, form: Form) -> None:
    """Answer a form that is answered once, in one row or several."""
    if not story.stage.asked.form(form, story.casebook, ""):
        return
    if form.repeating:
        fill_rows(story, form)
    else:
        story.fill(form, story.drawing(form, "", day=0))
        forget(story, form)


def enter_once(story: Story, form: Form) -> None:
    """Record a form that is answered once."""
    for repeat in dict.fromkeys(cell.repeat for cell in story.answers if cell.form == form.id):
        enter_page(story, form, repeat=repeat)


def decide(story: Story, found: Mapping[str, bool | None]) -> None:
    """Enrol a participant, or record why not."""
    reasons = why_not(story.stage.study, found)
    if not reasons:
        story.stand("enrolled")
        return
    is_certain = any(not reason.endswith("unknown") for reason in reasons.split(", "))
    story.happened["screening failure" if is_certain else "unknown criterion"] += 1
    story.stand("screen failure", reasons)


# ---- from enrolment to the end ----------------------------------------------------------------------------------


def live(story: Story) -> None:
    """Lead an enrolled participant through visits and doses to the end."""
    last = max((visit.window.last for visit in story.stage.study.schedule.visits.values()), default=0)
    leaves = day_of_leaving(story, max(last, 1))
    planned = trips(story, last + story.stage.scenario.off[1] if leaves is None else leaves)
    count_incidents(story, planned, leaves)
    until = max([last if is_last_missed(story, planned) else 0, *(trip.day for trip in planned)])
    until = until if leaves is None else leaves
    early = set(early_visits(story.stage.study))
    for trip in (trip for trip in planned if trip.visit.id not in early):
        story.agenda.plan(on_day(story, trip.day), partial(make_visit, story, trip), rank=VISIT)
    doses = dose_trips(story, until)
    for dose in doses:
        story.agenda.plan(on_day(story, dose.day), partial(give_dose, story, dose), rank=DOSE)
    enter_background(story)
    plan_others(story, until)
    plan_events(story, until, tuple(sorted(trip.day for trip in planned if trip.day > 0)))
    plan_background_change(story, until)
    plan_findings(story, until, tuple(dose.day for dose in doses))
    run(story, until)
    end(story, is_leaving=leaves is not None)


def day_of_leaving(story: Story, last: int) -> int | None:
    """Return the study day on which the participant leaves before the end, None where they stay."""
    stream = story.chance.stream("leaving")
    leaves, share = happens(stream, story.stage.scenario.visits["leave"]), float(stream.random())
    if "leaving" in story.fate.sure:
        return max(1, round(last * (EARLIEST_LEAVING + (0.95 - EARLIEST_LEAVING) * share)))
    return max(1, round(last * share)) if leaves else None


def is_last_missed(story: Story, planned: tuple[Trip, ...]) -> bool:
    """Tell whether the last visit was missed, so that the end is the end of its window."""
    visits = [visit.id for visit in story.stage.study.schedule.visits.values() if not visit.optional]
    return not planned or planned[-1].visit.id not in visits[-1:]


def run(story: Story, until: int) -> None:
    """Let everything happen that is planned up to a study day, or until no first dose could be planned."""
    while not story.refusal and (entry := story.agenda.next(on_day(story, until))) is not None:
        day, do = entry
        story.turn_to(day)
        do()
    if not story.refusal:
        story.turn_to(on_day(story, until))


def end(story: Story, *, is_leaving: bool) -> None:
    """Record the end: what is asked then, mistakes still to be mended, and how the participant left."""
    for name in story.stage.scenario.at_end:
        form = story.stage.study.forms.get(name)
        if form is not None:
            answer_once(story, form)
            enter_once(story, form)
    for mend in tuple(story.mistakes):
        mend()
    if story.refusal:
        story.stand("withdrawn", f"No dose could be planned. {story.refusal}")
    elif is_leaving:
        story.happened["leaving"] += 1
        story.stand("withdrawn", weighed(story.chance.stream("reason"), story.stage.scenario.reasons))
    else:
        story.stand("completed")
