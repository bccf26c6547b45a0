"""What happens to a participant besides the visits: doses, background drugs, adverse events, what turns out later."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from trialbook.conduct.casebook import Cell
from trialbook.conduct.dosing import DosePlan, plan_dose
from trialbook.conduct.safety import says_death
from trialbook.protocol.model import DoseRecord, Form, Item, Treatment
from trialbook.simulate.chance import happens, pick, shuffled, weighed, whole
from trialbook.simulate.eligibility import draw_again, judged, restore, rules_of
from trialbook.simulate.fates import background
from trialbook.simulate.pages import enter_page, forget
from trialbook.simulate.scenario import Drug
from trialbook.simulate.sources import codes_of, write_day, write_number
from trialbook.simulate.story import Story
from trialbook.simulate.visits import DoseTrip, on_day
from trialbook.wording import sentence

LATER = "Found when the sources were read again"
TERM = "term"
"""Item of a form of adverse events that names the event; the report counts it."""
REACTION = "Infusion reaction"
RETRIES = 40
"""How often answers are drawn that might show somebody not to have been eligible."""


# ---- doses ------------------------------------------------------------------------------------------------------


def give_dose(story: Story, trip: DoseTrip) -> None:
    """Give a dose as it is planned on the day, or as an incident has it, and record it; a refused dose is not given."""
    record = trip.treatment.recorded
    if record is None:
        return
    form = story.stage.study.forms[record.form]
    plan = plan_dose(story.stage.study, story.casebook, trip.treatment.id, on=story.today)
    if not isinstance(plan, DosePlan):
        story.happened["refused dose"] += 1
        if trip.number == 1:
            story.refusal = " ".join(sentence(problem) for problem in plan.problems)
        return
    repeat = story.next_row(form)
    at = story.drawing(form, f"dose {repeat}", day=trip.day)
    story.fill(form, at, repeat=repeat, known=dose_row(story, trip, record, form, plan))
    enter_page(story, form, repeat=repeat)
    for incident in sorted(trip.incidents):
        story.happened[incident] += 1
    if "reaction" in trip.incidents and record.reaction is not None:
        for events in (form for form in story.stage.study.forms.values() if form.events):
            enter_event(story, events, REACTION, story.today)


def dose_row(story: Story, trip: DoseTrip, record: DoseRecord, form: Form, plan: DosePlan) -> dict[str, str | None]:
    """Return what is known of a dose: its day and amount, and each thing that may go wrong with it."""
    wrong = trip.incidents
    stream = story.chance.stream("given", trip.treatment.id, str(trip.number))
    known: dict[str | None, str | None] = {
        record.dose: given(form.items.get(record.dose or ""), plan, wrong, float(stream.random())),
        record.premedication: yes_no(is_yes="no premedication" not in wrong),
        record.interrupted: yes_no(is_yes="interrupted dose" in wrong),
        record.incomplete: yes_no(is_yes="incomplete dose" in wrong),
        record.reaction: yes_no(is_yes="reaction" in wrong),
        record.reserve: reserve_of(form, record) if "reaction" in wrong else None,
        record.end: None,
        record.start: story.today.isoformat(),
    }
    return {item: text for item, text in known.items() if item is not None}


def given(item: Item | None, plan: DosePlan, incidents: frozenset[str], share: float) -> str | None:
    """Return the amount that is given: the planned one; a part of it; or a quarter more or less."""
    if item is None:
        return None
    amount = float(plan.dose)
    if "incomplete dose" in incidents:
        amount *= 0.3 + 0.5 * share
    elif "other amount" in incidents:
        amount *= 0.75 if share < 0.5 else 1.25
    return write_number(item, amount) if incidents & {"incomplete dose", "other amount"} else f"{plan.dose:f}"


def reserve_of(form: Form, record: DoseRecord) -> str | None:
    """Return the first drug of reserve that can be recorded."""
    item = form.items.get(record.reserve or "")
    return None if item is None else next(iter(codes_of(item)), None)


def yes_no(*, is_yes: bool) -> str:
    """Write a yes or no."""
    return "yes" if is_yes else "no"


# ---- background drugs -------------------------------------------------------------------------------------------


def enter_background(story: Story) -> None:
    """Record which background drugs a participant takes at enrolment, and since when."""
    for treatment, record in background(story.stage.study):
        for drug, dose in taken(story, treatment, record):
            stream = story.chance.stream("since", treatment.id, drug)
            days = round(60 * 15 ** float(stream.random()))
            item = story.stage.study.forms[record.form].items[record.start]
            since = write_day(item, story.screened - timedelta(days=days), is_old=item.partial and days > 365)
            enter_drug(story, record, drug, dose, since)


def taken(story: Story, treatment: Treatment, record: DoseRecord) -> list[tuple[str, Decimal | None]]:
    """Return the background drugs of a participant with their daily doses."""
    stream = story.chance.stream("background", treatment.id)
    drugs = known_drugs(story, record)
    chosen = [drug for drug in drugs if happens(stream, drug.taken)]
    return [(drug.name, pick(stream, drug.doses) if drug.doses else None) for drug in chosen]


def known_drugs(story: Story, record: DoseRecord) -> tuple[Drug, ...]:
    """Return the drugs of the scenario that a form can record; without any, its choices, the first the likeliest."""
    item = story.stage.study.forms[record.form].items[record.drug or ""]
    drugs = tuple(drug for drug in story.stage.scenario.drugs if item.kind == "text" or drug.name in item.choices)
    if drugs:
        return drugs
    names = codes_of(item) if item.kind == "choice" else ("Invented drug",)
    return tuple(Drug(name=name, taken=0.9 / place, doses=()) for place, name in enumerate(names, start=1))


def enter_drug(story: Story, record: DoseRecord, drug: str, dose: Decimal | None, since: str) -> str:
    """Record that a drug is taken at a dose since a day; return the row."""
    form = story.stage.study.forms[record.form]
    repeat = story.next_row(form)
    known: dict[str | None, str | None] = {record.drug: drug, record.start: since, record.end: None}
    if dose is not None:
        known[record.dose] = f"{dose:f}"
    at = story.drawing(form, f"drug {repeat}", day=0)
    story.fill(form, at, repeat=repeat, known={item: text for item, text in known.items() if item is not None})
    enter_page(story, form, repeat=repeat)
    return repeat


def plan_background_change(story: Story, until: int) -> None:
    """Plan that a background drug is changed on some day, as often as the scenario says."""
    stream = story.chance.stream("change")
    is_changed = happens(stream, story.stage.scenario.changed)
    for _, record in background(story.stage.study):
        if record.dose is not None and (is_changed or "background change" in story.fate.sure):
            day = whole(stream, min(7, until), max(7, until - 7))
            how = weighed(stream, (("dose", 3.0), ("stopped", 1.0), ("started", 1.0)))
            story.agenda.plan(on_day(story, day), partial(change_drug, story, record, how))
            return


def change_drug(story: Story, record: DoseRecord, how: str) -> None:
    """Change the dose of a background drug, stop it, or begin another one, and record that."""
    form = story.stage.study.forms[record.form]
    rows = [cell.repeat for cell in story.answers if (cell.form, cell.item) == (form.id, record.start)]
    names = {repeat: story.casebook.value(form.id, record.drug or "", repeat=repeat) or "" for repeat in rows}
    others = [drug for drug in known_drugs(story, record) if drug.name not in names.values()]
    stream = story.chance.stream("changed")
    if (how == "started" or not rows) and others:
        drug = pick(stream, others)
        dose = pick(stream, drug.doses) if drug.doses else None
        enter_drug(story, record, drug.name, dose, story.today.isoformat())
    elif rows:
        stop_or_change(story, record, pick(stream, rows), is_stopped=how == "stopped")
    else:
        return
    story.happened["background change"] += 1


def stop_or_change(story: Story, record: DoseRecord, repeat: str, *, is_stopped: bool) -> None:
    """End a row of a background drug, and begin another with one and a half times its dose unless it is stopped."""
    form = story.stage.study.forms[record.form]
    drug = story.casebook.value(form.id, record.drug or "", repeat=repeat) or ""
    dose = Decimal(story.casebook.value(form.id, record.dose or "", repeat=repeat) or 0)
    if record.end is not None:
        cell = Cell("", form.id, repeat, record.end)
        story.put(cell, (story.today - timedelta(days=1)).isoformat())
        story.enter([cell], story.stage.cast.recorder(form))
    if not is_stopped:
        enter_drug(story, record, drug, dose * Decimal("1.5"), story.today.isoformat())


# ---- adverse events ---------------------------------------------------------------------------------------------


def plan_events(story: Story, until: int, contacts: tuple[int, ...]) -> None:
    """Plan adverse events up to a study day; each is recorded when the participant comes next, or at the end."""
    scenario = story.stage.scenario
    for form in (form for form in story.stage.study.forms.values() if form.events):
        stream = story.chance.stream("events", form.id)
        count = int(stream.poisson(scenario.events / 100 * until / 7))
        count = max(count, int(story.is_due("adverse event")))
        for _ in range(count):
            day = whole(stream, 0, max(0, until - 1))
            term = weighed(stream, scenario.terms)
            told = next((contact for contact in contacts if contact >= day), until)
            story.happened["adverse event"] += 1
            story.agenda.plan(
                on_day(story, told),
                partial(enter_event, story, form, term, on_day(story, day)),
                rank=7,
            )


def enter_event(story: Story, form: Form, term: str, began: date) -> None:
    """Record an adverse event; a choice that reads as the event does is taken."""
    repeat = story.next_row(form)
    known: dict[str, str | None] = {item.id: term for item in form.items.values() if term in item.choices}
    named = form.items.get(TERM)
    if named is not None and named.kind == "text":
        known[TERM] = term
    day = (began - story.anchor).days
    at = story.drawing(form, f"event {repeat}", day=day, on=began, until=story.today)
    story.fill(form, at, repeat=repeat, known=known)
    survive(story, form, repeat)
    enter_page(story, form, repeat=repeat)


def survive(story: Story, form: Form, repeat: str) -> None:
    """Draw another answer for each that says death: whoever is invented comes to visits and doses afterwards."""
    for cell in story.cells(form, repeat=repeat):
        item, drawn = form.items[cell.item], story.answers[cell]
        others = [code for code in codes_of(item) if not says_death(form, item.id, code)]
        if others and says_death(form, item.id, drawn.value):
            story.put(cell, pick(story.chance.stream("survived", form.id, repeat, item.id), others))


# ---- forms that can be filled in at any time --------------------------------------------------------------------


def plan_others(story: Story, until: int) -> None:
    """Plan the forms that can be filled in at any time and are neither events nor doses nor background drugs."""
    study = story.stage.study
    recorded = {treatment.recorded.form for treatment in study.treatments.values() if treatment.recorded is not None}
    anchored = study.schedule.anchor.name.partition(".")[0]
    for form in study.forms.values():
        if form.timing != "any time" or form.events or form.id in recorded:
            continue
        stream = story.chance.stream("other", form.id)
        low, high = story.stage.scenario.rows.get(form.id, (0, 2))
        days = sorted(whole(stream, 0, max(0, until - 1)) for _ in range(whole(stream, low, high)))
        rows = [0, *days[1:]] if form.id == anchored else days if form.repeating else days[:1]
        for day in rows:
            story.agenda.plan(on_day(story, day), partial(enter_other, story, form, day), rank=4)


def enter_other(story: Story, form: Form, day: int) -> None:
    """Fill in a form that can be filled in at any time; an amount in the unit of a planned dose is that dose."""
    repeat = story.next_row(form)
    doses = [treatment.dose for treatment in story.stage.study.treatments.values() if treatment.dose is not None]
    is_anchor = story.stage.study.schedule.anchor.name.partition(".")[0] == form.id
    known: dict[str, str | None] = {
        item.id: f"{dose.amount:f}"
        for dose in doses
        for item in form.items.values()
        if is_anchor and item.kind == "number" and item.unit == dose.unit
    }
    if not story.stage.asked.form(form, story.casebook, ""):
        return
    story.fill(form, story.drawing(form, f"other {repeat}", day=day), repeat=repeat, known=known)
    forget(story, form, repeat=repeat)
    enter_page(story, form, repeat=repeat)


# ---- what turns out later ---------------------------------------------------------------------------------------


def plan_findings(story: Story, until: int, treated: tuple[int, ...]) -> None:
    """Plan what turns out after enrolment: a criterion that was not met, a consent of a later day."""
    scenario, stream = story.stage.scenario, story.chance.stream("findings")
    is_ineligible, is_late = happens(stream, scenario.ineligible), happens(stream, scenario.late_consent)
    day = min(max(until - 1, 0), max(treated, default=0) + whole(stream, 2, 10))
    if story.stage.study.criteria and (is_ineligible or "ineligible" in story.fate.sure):
        story.agenda.plan(on_day(story, day), partial(find_ineligible, story))
    if story.stage.study.consent is not None and (is_late or "late consent" in story.fate.sure):
        story.agenda.plan(on_day(story, day), partial(find_late_consent, story))


def find_late_consent(story: Story) -> None:
    """Correct the day of consent to the one after the first contact as a participant."""
    form, _, item = (story.stage.study.consent or "").partition(".")
    cell = Cell("", form, "", item)
    dates = (story.casebook.visit_date(visit) for visit in story.casebook.visits())
    first = min((day for day in dates if day is not None), default=story.anchor)
    story.put(cell, (min(first, story.anchor) + timedelta(days=1)).isoformat())
    by = story.stage.cast.recorder(story.stage.study.forms[form])
    story.correct(cell, story.answers[cell].text, by, LATER)
    story.happened["late consent"] += 1


def find_ineligible(story: Story) -> None:
    """Correct answers so that a criterion turns out not to have been met."""
    study = story.stage.study
    stream = story.chance.stream("ineligible")
    before = dict(story.answers)
    able = [one.id for one in study.criteria if story.stage.scenario.fails.of(one.id)] or [
        one.id for one in study.criteria
    ]
    for name in shuffled(stream, able):
        rule = next(rule for rule in rules_of(study, (name,)) if rule.id == name)
        items = [item for item in sorted(rule.items) if not study.forms[item.partition(".")[0]].repeating]
        for number in range(RETRIES if items else 0):
            draw_again(story, items, f"later {name} {number}", is_flat=True)
            changed = [cell for cell, answer in story.answers.items() if before.get(cell) != answer]
            if judged(story, name)[name] is False and before.keys() == story.answers.keys():
                for cell in changed:
                    by = story.stage.cast.recorder(study.forms[cell.form])
                    story.correct(cell, story.answers[cell].text, by, LATER)
                story.happened["ineligible"] += 1
                return
            story.answers.clear()
            restore(story, before)
