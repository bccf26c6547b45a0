"""Screening in a rehearsal: answers are drawn anew until the criteria turn out as the fate of a participant says.

Only what a criterion asks for is drawn again, from the same distributions; where that finds nothing, from all answers
that an item has. So a team sees real failures of its own criteria, found by the rules of its own study file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from trialbook.conduct.answers import values_for
from trialbook.conduct.casebook import Answer, Cell
from trialbook.conduct.screening import assess_eligibility
from trialbook.protocol.model import Criterion, Form, Study
from trialbook.simulate.chance import happens, pick, shuffled, whole
from trialbook.simulate.story import Story

ROUNDS = 8
"""How often all criteria are gone through before a participant is taken as they are."""
GENTLE = 3
"""After so many rounds, answers are drawn one by one."""
TRIES = 12
"""How often one answer is then drawn, until it decides nothing against what is wanted."""
NATURAL = 5
"""After so many tries it is drawn from all answers that the item has."""
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+")


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that answers have to fulfil, or not, and the items that it asks for."""

    id: str
    wanted: bool
    items: frozenset[str]


def rules_of(study: Study, failing: Iterable[str]) -> tuple[Rule, ...]:
    """Return the criteria of a study, those in `failing` as not to be fulfilled."""
    failed = frozenset(failing)
    return tuple(
        Rule(criterion.id, criterion.id not in failed, items_of(study, criterion)) for criterion in study.criteria
    )


def items_of(study: Study, criterion: Criterion) -> frozenset[str]:
    """Return every item that a criterion asks for, as `form.item`."""
    dates = (spell.since for spell in (criterion.since, criterion.washout) if spell is not None)
    return items_in(study, (criterion.when or "", criterion.ask_when or "", *dates))


def items_in(study: Study, texts: Iterable[str]) -> frozenset[str]:
    """Return the items that conditions or names speak of, directly or through what is computed from them."""
    return frozenset(
        f"{form.id}.{item}"
        for text in texts
        for name in NAME.findall(text)
        for form, part in _parts(study, name)
        for item in _behind(form, part)
    )


def _parts(study: Study, name: str) -> Iterator[tuple[Form, str]]:
    """Yield the form of a name with what follows it, `baseline.` before it or not."""
    first, _, rest = name.partition(".")
    if first in study.forms:
        yield study.forms[first], rest
    elif rest.partition(".")[0] in study.forms:
        form, _, part = rest.partition(".")
        yield study.forms[form], part


def _behind(form: Form, part: str) -> tuple[str, ...]:
    """Return the items of a form that a name stands for."""
    part = part.removesuffix(".never")
    if part in form.derived:
        is_count = form.derived[part].kind == "count"
        return tuple(form.items) if is_count else form.derived[part].of
    return form.groups.get(part, (part,) if part in form.items else ())


def needed_items(study: Study) -> frozenset[str]:
    """Return the items on which a criterion, a dose or a day depends: nobody forgets these by chance."""
    treatments = study.treatments.values()
    conditions = [text for one in treatments for text in (one.decide_when, one.withhold_when, one.weight, one.height)]
    names = [name for one in treatments for name in (*one.needs_known, one.decision)]
    recorded = [
        f"{one.recorded.form}.{item}"
        for one in treatments
        if one.recorded is not None
        for item in study.forms[one.recorded.form].items
    ]
    texts = (*conditions, *names, *recorded, study.schedule.anchor.name, study.consent)
    criteria = (item for criterion in study.criteria for item in items_of(study, criterion))
    return frozenset({*items_in(study, (text for text in texts if text)), *criteria})


# ---- drawing again ----------------------------------------------------------------------------------------------


def settle(story: Story) -> Mapping[str, bool | None]:
    """Draw answers again until the criteria are as the fate says, and no dose is withheld; return how they are.

    A criterion that is not as it is wanted is first drawn anew as a whole, then answer by answer.
    """
    rules = rules_of(story.stage.study, story.fate.failing)
    found = judged(story)
    for number in range(1, ROUNDS + 1):
        off = [*(rule for rule in rules if found.get(rule.id) is not rule.wanted), *off_doses(story)]
        if not off:
            break
        for rule in off:
            if number <= GENTLE:
                draw_again(story, rule.items, f"{rule.id} {number}", is_flat=False)
            else:
                draw_one_by_one(story, rule, f"{rule.id} {number}")
        found = judged(story)
    for name in sorted(story.fate.unknown):
        found = leave_open(story, name, found)
    return found


def judged(story: Story, only: str = "") -> Mapping[str, bool | None]:
    """Return whether each criterion, or only one, is fulfilled on the day of enrolment, with the answers so far."""
    study = story.stage.alone(only) if only else story.stage.study
    eligibility = assess_eligibility(study, story.casebook, on=story.entering)
    return {assessment.criterion.id: assessment.fulfilled for assessment in eligibility.criteria}


def off_doses(story: Story) -> tuple[Rule, ...]:
    """Return the rules by which a dose would be withheld now."""
    study = story.stage.study
    texts = (treatment.withhold_when for treatment in study.treatments.values())
    withheld = (text for text in texts if text is not None and is_true(story, text))
    return tuple(Rule(text, wanted=True, items=items_in(study, (text,))) for text in withheld)


def is_true(story: Story, text: str) -> bool:
    """Tell whether a condition on a dose is true."""
    condition = story.stage.dose_condition(text)
    if condition is None:
        return False
    return condition.judge(values_for(story.stage.study, story.casebook, names=condition.names)) is True


def draw_again(story: Story, items: Iterable[str], place: str, *, is_flat: bool) -> None:
    """Draw some items again, wherever they are answered so far."""
    for form, ids in by_form(story, items):
        if form.repeating and form.timing == "once":
            fill_rows(story, form, place, is_flat=is_flat)
        else:
            _draw_items(story, form, ids, place, is_flat=is_flat)


def draw_one_by_one(story: Story, rule: Rule, place: str) -> None:
    """Take away what a criterion asks for, and draw it item by item, each again until nothing is decided against it."""
    units = [
        (form, {item})
        for form, ids in by_form(story, rule.items)
        for item in (
            sorted(ids)[:1] if form.repeating else shuffled(story.chance.stream("order", place, form.id), sorted(ids))
        )
    ]
    cells = [cell for cell in story.answers if f"{cell.form}.{cell.item}" in rule.items]
    places = {(cell.form, cell.visit, cell.repeat) for cell in cells}
    for cell in cells:
        if not story.stage.study.forms[cell.form].repeating:
            del story.answers[cell]
    for form, ids in units:
        for number in range(TRIES):
            name, is_flat = f"{place} {form.id} {sorted(ids)} {number}", number >= NATURAL
            if form.repeating and form.timing == "once":
                fill_rows(story, form, name, is_flat=is_flat)
            else:
                _draw_items(story, form, ids, name, is_flat=is_flat, places=places)
            if is_withheld(story, rule) is not rule.wanted:
                break


def is_withheld(story: Story, rule: Rule) -> bool | None:
    """Return the contrary of what a rule comes to, None where that is open."""
    if rule.id not in {criterion.id for criterion in story.stage.study.criteria}:
        return is_true(story, rule.id)
    fulfilled = judged(story, rule.id)[rule.id]
    return None if fulfilled is None else not fulfilled


def by_form(story: Story, items: Iterable[str]) -> Iterator[tuple[Form, set[str]]]:
    """Yield each form with those of some items that it holds."""
    wanted: dict[str, set[str]] = {}
    for name in items:
        form, _, item = name.partition(".")
        wanted.setdefault(form, set()).add(item)
    yield from ((story.stage.study.forms[name], wanted[name]) for name in sorted(wanted))


def _draw_items(
    story: Story,
    form: Form,
    items: set[str],
    place: str,
    *,
    is_flat: bool,
    places: Iterable[tuple[str, str, str]] = (),
) -> None:
    """Draw some items of a form again, and with them what is asked only now, or no longer."""
    filled = {(cell.form, cell.visit, cell.repeat) for cell in story.answers} | set(places)
    visits = story.stage.study.schedule.visits
    for _, visit, repeat in sorted(one for one in filled if one[0] == form.id):
        day = visits[visit].day if visit in visits else 0
        on = story.casebook.visit_date(visit) if visit else None
        at = replace(story.drawing(form, f"{place} {visit}{repeat}", day=day, on=on), round=place, is_flat=is_flat)
        open_ = {item for item in form.items if Cell(visit, form.id, repeat, item) not in story.answers} - items
        for source in story.stage.sources[form.id]:
            if items & set(source.items):
                for item in source.items:
                    story.answers.pop(Cell(visit, form.id, repeat, item), None)
        asked = {item for item in open_ if form.items[item].when is not None}
        story.fill(form, at, visit=visit, repeat=repeat, known=dict.fromkeys(open_ - asked))
        for item in form.items:
            if form.items[item].when is not None and not story.is_asked(form, item, visit, repeat):
                story.answers.pop(Cell(visit, form.id, repeat, item), None)


def fill_rows(story: Story, form: Form, place: str = "", *, is_flat: bool = False) -> None:
    """Fill in the rows of a repeating form that is answered once; no two rows say the same in its first choice."""
    for cell in [cell for cell in story.answers if cell.form == form.id]:
        del story.answers[cell]
    low, high = story.stage.scenario.rows.get(form.id, (1, 3))
    count = whole(story.chance.stream("rows", form.id, place), low, 2 * high if is_flat else high)
    key = next((item.id for item in form.items.values() if item.kind == "choice"), None)
    seen = set[str | None]()
    for number in range(1, 8 * count + 1):
        if len(seen) == count:
            break
        repeat = str(len(seen) + 1)
        at = story.drawing(form, f"{place} row {number}", day=0)
        story.fill(form, replace(at, round=f"{place} row {number}", is_flat=is_flat), repeat=repeat)
        said = repeat if key is None else story.casebook.value(form.id, key, repeat=repeat)
        if said in seen:
            for cell in story.cells(form, repeat=repeat):
                del story.answers[cell]
        seen.add(said)


def leave_open(story: Story, name: str, before: Mapping[str, bool | None]) -> Mapping[str, bool | None]:
    """Take away an answer so that a criterion cannot be judged and all others are as they were; return how they are."""
    items = next(rule.items for rule in rules_of(story.stage.study, ()) if rule.id == name)
    stream = story.chance.stream("open", name)
    cells = [cell for cell in story.answers if f"{cell.form}.{cell.item}" in items]
    for taken in (*([cell] for cell in shuffled(stream, cells)), cells):
        kept = {cell: story.answers[cell] for cell in taken}
        for cell in taken:
            unanswer(story, cell, is_coded=happens(stream, 0.5))
        if judged(story, name)[name] is None:
            now = judged(story)
            if all(now[other] is known for other, known in before.items() if other != name):
                return now
        restore(story, kept)
    return before


def restore(story: Story, kept: Mapping[Cell, Answer]) -> None:
    """Put answers back where they stood."""
    story.answers.update(kept)


def unanswer(story: Story, cell: Cell, *, is_coded: bool) -> None:
    """Mark an answer as missing, or leave its cell open where that is allowed."""
    study = story.stage.study
    form = study.forms[cell.form]
    is_needed = form.items[cell.item].required or form.complete == "all"
    if study.missing and (is_coded or is_needed):
        story.put(cell, pick(story.chance.stream("code", *cell), list(study.missing)))
    elif not is_needed:
        del story.answers[cell]


def why_not(study: Study, found: Mapping[str, bool | None]) -> str:
    """Say which criteria keep a participant from being enrolled; empty where none does."""
    words = []
    for criterion in study.criteria:
        fulfilled = found.get(criterion.id)
        if fulfilled is None:
            words.append(f"{criterion.id} unknown")
        elif not fulfilled:
            words.append(f"{criterion.id} {'not met' if criterion.kind == 'inclusion' else 'met'}")
    return ", ".join(words)
