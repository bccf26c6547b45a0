"""Methods: what was given and how, and what had to stay constant, in sentences from the study file."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.protocol.model import Treatment
from trialbook.render.document import Block, Paragraph
from trialbook.render.inline import Emphasis, Line
from trialbook.render.numbers import MINUS
from trialbook.report.phrases import (
    capital,
    condition,
    counted,
    duration,
    in_sentence,
    listed,
    named,
    quantity,
    several,
    spanned,
    speed,
)
from trialbook.report.run import Run

UNIT_OF_SURFACE, UNIT_OF_WEIGHT = "/m2", "/kg"


def treatment(run: Run) -> Iterator[Block]:
    """Yield a paragraph for each treatment, and for each class that had to stay constant."""
    for one in run.study.treatments.values():
        is_constant = bool(one.constant_from or one.constant_to)
        said = [words for words in (_constant(run, one) if is_constant else _given(run, one)) if words]
        line = tuple(part for place, words in enumerate(said) for part in ((" ",) if place else ()) + words)
        yield Paragraph(line=(Emphasis(f"{label(run, one)}. "), *line))


def label(run: Run, one: Treatment) -> str:
    """Name a treatment."""
    return run.say(one.label) or capital(one.id.replace("_", " "))


def _given(run: Run, one: Treatment) -> Iterator[Line]:
    """Yield the sentences on a study treatment, from the dose to what withholds it."""
    yield _regimen(one)
    yield _computed(run, one)
    yield _vials(one)
    yield _infusion(one)
    yield (f"Before each dose: {listed(one.before_each)}.",) if one.before_each else ()
    if one.on_reaction_only:
        reserve = capital(listed(one.on_reaction_only))
        are = "were" if len(one.on_reaction_only) > 1 else "was"
        yield (f"{reserve} {are} not given beforehand but kept for participants who reacted to an infusion.",)
    yield _known(run, one)
    yield from _decided(run, one)


def _regimen(one: Treatment) -> Line:
    parts = [quantity(one.dose)] if one.dose else []
    parts += [f"by {one.route} infusion" if one.infuse_first else f"by the {one.route} route"] if one.route else []
    parts += [f"on study {several(len(one.days), 'day')} {_days(one)}"] if one.days else []
    parts += [f"for the first time on study {one.first}"] if one.first else []
    if one.every and one.times:
        parts.append(f"then every {duration(one.every)}, {counted(one.times)} {several(one.times, 'dose')} in all")
    elif one.every or one.times:
        parts.append(f"every {duration(one.every)}" if one.every else f"{one.times} times")
    within = f", each within {spanned(one.window)} of its planned day" if one.window else ""
    return (f"Participants were given {', '.join(parts)}{within}.",) if parts else ()


def _days(one: Treatment) -> str:
    return listed([name.removeprefix("day ").replace("-", MINUS) for name in one.days])


def _computed(run: Run, one: Treatment) -> Line:
    """Say from what a dose per kg or per square metre was computed, and how it was rounded."""
    if one.dose is None or not one.dose.unit.endswith((UNIT_OF_SURFACE, UNIT_OF_WEIGHT)):
        return (f"The dose was rounded to {quantity(one.round_to)}.",) if one.round_to else ()
    sources = [in_sentence(named(run, name).strip("“”")) for name in (one.weight, one.height) if name]
    latest = f", from the latest {listed(sources)} recorded on the day of the dose or before it" if sources else ""
    by = f" by the formula of {formula(one.body_surface)}" if one.body_surface else ""
    of = f"the body surface{by}" if one.dose.unit.endswith(UNIT_OF_SURFACE) else "the body weight"
    rounded = f", and rounded to {quantity(one.round_to)}" if one.round_to else ", unrounded"
    rounded += f", at most {quantity(one.cap)}" if one.cap else ""
    return (f"The dose was computed from {of}{latest}{rounded}.",)


def formula(name: str) -> str:
    """Name a formula of the body surface by its authors, with the citation."""
    from trialbook.instruments.body_surface import FORMULAS

    known = FORMULAS.get(name)
    return f"{known.title} ({known.citation})" if known else name


def _vials(one: Treatment) -> Line:
    if not one.vials:
        return ()
    return (f"It was drawn from vials of {listed([quantity(vial) for vial in one.vials])}.",)


def _infusion(one: Treatment) -> Line:
    if one.infuse_first is None:
        return ()
    if one.infuse_later is None:
        return (f"Every infusion {speed(one.infuse_first)}.",)
    return (f"The first infusion {speed(one.infuse_first)}; each later one {speed(one.infuse_later)}.",)


def _known(run: Run, one: Treatment) -> Line:
    names = [named(run, name) for name in one.needs_known]
    return (f"No dose was planned before {listed(names)} {several(len(names), 'was', 'were')} known.",) if names else ()


def _decided(run: Run, one: Treatment) -> Iterator[Line]:
    if one.decide_when:
        where = f", recorded as {named(run, one.decision)}" if one.decision else ""
        yield ("Where ", *condition(run, one.decide_when), f", the decision of an investigator came first{where}.")
    if one.withhold_when:
        yield ("No dose was planned where ", *condition(run, one.withhold_when), ".")


def _constant(run: Run, one: Treatment) -> Iterator[Line]:
    """Yield what had to stay as it was, from when to when, and what counts as a change."""
    first, last = (moment(run, name) for name in (one.constant_from or "enrolment", one.constant_to or ""))
    until = f" to {last}" if last else " to the end of the study"
    what = f"Drugs of the class {one.drug_class}" if one.drug_class else "These drugs"
    yield (f"{what} that a participant took at entry went on; their doses had to stay the same from {first}{until}.",)
    yield ("A drug that was started, stopped or given at another daily dose in this time is a deviation.",)


def moment(run: Run, name: str) -> str:
    """Name a visit, or the enrolment, inside a sentence."""
    return run.at(name).removeprefix("at ") if name in run.study.schedule.visits else name
