"""Pages as a team fills them in: in their order, with answers that are missing and mistakes that are mended later."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from trialbook.conduct.casebook import VISIT_FORM, Cell
from trialbook.protocol.model import Form, Item
from trialbook.simulate.cast import is_for
from trialbook.simulate.chance import happens, pick, whole
from trialbook.simulate.eligibility import unanswer
from trialbook.simulate.fates import waits_for
from trialbook.simulate.sources import codes_of, decimals_of, scale_of
from trialbook.simulate.story import Story
from trialbook.simulate.visits import Trip

if TYPE_CHECKING:
    import numpy as np

WHY = "Mistyped; corrected from the source"
SLOWEST = 5
"""Days after which a mistake is found at the latest."""


def make_visit(story: Story, trip: Trip, *, is_answered: bool = False, is_recorded: bool = True) -> None:
    """Answer the forms of a visit, and record them; the two can be done apart where answers have to be settled."""
    visit = trip.visit.id
    forms = forms_of(story, trip)
    if not is_answered:
        story.put(Cell(visit, VISIT_FORM, "", "date"), (story.anchor + timedelta(days=trip.day)).isoformat())
        for form in forms:
            answer_page(story, form, trip)
    if not is_recorded:
        return
    story.enter([Cell(visit, VISIT_FORM, "", "date")], story.stage.cast.receiver(forms))
    for form in ordered(story, forms, is_reversed="rating first" in trip.incidents):
        rows = dict.fromkeys(cell.repeat for cell in story.answers if (cell.form, cell.visit) == (form.id, visit))
        is_other = form.same_rater and "other rater" in trip.incidents
        by = story.stage.cast.other_rater(form) if is_other else None
        for repeat in rows:
            enter_page(story, form, visit=visit, repeat=repeat, by=by)


def forms_of(story: Story, trip: Trip) -> tuple[Form, ...]:
    """Return the forms that are due at a visit, in the order of the study file."""
    return tuple(story.stage.study.visit_forms(trip.visit.id))


def ordered(story: Story, forms: tuple[Form, ...], *, is_reversed: bool) -> tuple[Form, ...]:
    """Return forms so that none comes before one that it waits for; reversed, those that wait come first."""
    study = story.stage.study
    depth: dict[str, int] = {}

    def deep(form: Form, above: tuple[str, ...] = ()) -> int:
        if form.id not in depth:
            others = (study.forms[name] for name in waits_for(study, form) if name not in above)
            depth[form.id] = max((1 + deep(other, (*above, form.id)) for other in others), default=0)
        return depth[form.id]

    return tuple(sorted(forms, key=lambda form: -deep(form) if is_reversed else deep(form)))


def answer_page(story: Story, form: Form, trip: Trip) -> None:
    """Answer a form at a visit, where it is asked; a repeating one in a few rows."""
    visit = trip.visit.id
    if not story.stage.asked.form(form, story.casebook, visit):
        return
    low, high = story.stage.scenario.rows.get(form.id, (1, 3)) if form.repeating else (1, 1)
    on = story.anchor + timedelta(days=trip.day)
    for number in range(1, whole(story.chance.stream("rows", form.id, visit), low, high) + 1):
        repeat = str(number) if form.repeating else ""
        at = story.drawing(form, f"{visit} {repeat}", day=trip.day if trip.is_off else trip.visit.day, on=on)
        story.fill(form, at, visit=visit, repeat=repeat)
        forget(story, form, visit=visit, repeat=repeat)


def forget(story: Story, form: Form, *, visit: str = "", repeat: str = "") -> None:
    """Mark answers as missing, or leave them open, as often as the scenario says; never those that are needed."""
    stream = story.chance.stream("missing", form.id, visit, repeat)
    cells = [cell for cell in story.cells(form, visit=visit, repeat=repeat) if can_be_missing(story, form, cell)]
    gone = [cell for cell in cells if happens(stream, story.stage.scenario.missing)]
    if not gone and cells and visit and story.stage.study.schedule.visits[visit].day > 0:
        gone = [pick(stream, cells)] if story.is_due("missing answer") else []
    story.happened["missing answer"] += len(gone)
    for cell in gone:
        unanswer(story, cell, is_coded=happens(stream, 0.5))


def can_be_missing(story: Story, form: Form, cell: Cell) -> bool:
    """Tell whether an answer may be missing: nothing depends on it, and it may be left open or has a code for that."""
    if f"{form.id}.{cell.item}" in story.stage.needed or form.items[cell.item].kind == "date":
        return False
    is_asked_for = form.items[cell.item].required or form.complete == "all"
    return bool(story.stage.study.missing) or not is_asked_for


def enter_page(story: Story, form: Form, *, visit: str = "", repeat: str = "", by: str | None = None) -> None:
    """Record a filled-in form as one act; some answers mistyped, to be corrected on a later day."""
    who = by or story.stage.cast.recorder(form)
    cells = story.cells(form, visit=visit, repeat=repeat)
    wrong = mistakes(story, form, cells) if story.casebook.status == "enrolled" else {}
    story.enter(cells, who, is_for=is_for(form), wrong=wrong)
    stream = story.chance.stream("found", form.id, visit, repeat)
    for cell in wrong:
        plan_correction(story, cell, story.today + timedelta(days=whole(stream, 1, SLOWEST)), who)


def plan_correction(story: Story, cell: Cell, day: date, who: str) -> None:
    """Plan that a mistake is found on a day, or at the end where that comes first."""
    text = story.answers[cell].text

    def mend() -> None:
        if mend in story.mistakes:
            story.mistakes.remove(mend)
            story.correct(cell, text, who, WHY)

    story.mistakes.append(mend)
    story.agenda.plan(day, mend, rank=0)


def mistakes(story: Story, form: Form, cells: list[Cell]) -> dict[Cell, str]:
    """Return what is typed wrongly at first, as often as the scenario says."""
    wrong: dict[Cell, str] = {}
    if not cells:
        return wrong
    stream = story.chance.stream("mistyped", *cells[0][:3])
    able = [cell for cell in cells if story.answers[cell].value is not None and can_be_missing(story, form, cell)]
    chosen = [cell for cell in able if happens(stream, story.stage.scenario.corrected)]
    if not chosen and able and cells[0].visit and story.is_due("correction"):
        chosen = [pick(stream, able)]
    for cell in chosen:
        text = mistyped(form.items[cell.item], story.answers[cell].text, stream)
        if text is not None:
            wrong[cell] = text
            story.happened["correction"] += 1
    return wrong


def mistyped(item: Item, text: str, stream: np.random.Generator) -> str | None:
    """Return an answer that somebody might type in place of the right one; None where there is no other."""
    if item.kind in {"choice", "yes_no"}:
        others = [code for code in codes_of(item) if code != text]
        return pick(stream, others) if others else None
    if item.kind == "text":
        return f"{text} (unclear)"
    if item.kind not in {"number", "vas"}:
        return None
    places = decimals_of(item, float(text))
    step = Decimal(whole(stream, 1, 9)).scaleb(-places)
    bounds = scale_of(item)
    for other in (Decimal(text) + step, Decimal(text) - step):
        if bounds.cut(float(other)) == float(other) and other >= 0:
            return f"{other:.{places}f}"
    return None
