"""What a scenario says, held against the study: names that are not there, distributions that cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trialbook.protocol.model import Item, Study
from trialbook.protocol.reading import KeyPath, Notes
from trialbook.protocol.suggest import listed, suggest
from trialbook.simulate.courses import Bounds, fits
from trialbook.simulate.fates import background, possible
from trialbook.simulate.scenario import Motion, Scenario, ValueRule, changed
from trialbook.simulate.sources import codes_of
from trialbook.simulate.targets import Target, bounds_of, target_of

OF_NUMBERS = ("baseline", "course", "by_type", "bounds", "noise")


def check_scenario(scenario: Scenario, study: Study, notes: Notes) -> None:
    """Note everything in a scenario that the study does not bear out."""
    names_known(notes, "SCEN-01", ("screening", "fails"), scenario.fails.each, (one.id for one in study.criteria))
    names_known(notes, "SCEN-01", ("screening", "unknown"), scenario.unknown.each, (one.id for one in study.criteria))
    check_forms(scenario, study, notes)
    check_drugs(scenario, study, notes)
    if scenario.once is not None:
        names_known(notes, "SCEN-10", ("at_least", "once"), scenario.once, possible(study))
    covered: dict[tuple[str, str], str] = {}
    for name, rule in scenario.values.items():
        target = target_of(study, name)
        if target is None:
            notes.add("SCEN-02", ("values", name), name=name, near=suggest(name, drawable(study)))
            continue
        check_overlap(target, covered, notes)
        check_value(scenario, study, target, rule, notes)


def names_known(notes: Notes, code: str, path: KeyPath, names: Iterable[str], known: Iterable[str]) -> None:
    """Note each name that is not known."""
    every = tuple(known)
    for name in names:
        if name not in every:
            notes.add(code, (*path, name), name=name, near=suggest(name, every), known=listed(every))


def drawable(study: Study) -> Iterator[str]:
    """Yield every name that `values` can have."""
    for form in study.forms.values():
        names = (f"{form.id}.{name}" for name in (*form.items, *form.groups, *form.derived))
        yield from (name for name in names if target_of(study, name) is not None)


def check_forms(scenario: Scenario, study: Study, notes: Notes) -> None:
    """Note forms at the end that are not answered once, and rows of forms that do not repeat."""
    once = [form.id for form in study.forms.values() if form.timing == "once"]
    repeating = [form.id for form in study.forms.values() if form.repeating]
    names_known(notes, "SCEN-03", ("at_end",), scenario.at_end, once)
    names_known(notes, "SCEN-04", ("rows",), scenario.rows, repeating)


def check_drugs(scenario: Scenario, study: Study, notes: Notes) -> None:
    """Note background drugs that no form of the study can record."""
    items = [study.forms[record.form].items[record.drug or ""] for _, record in background(study)]
    if any(item.kind == "text" for item in items):
        return
    choices = [code for item in items for code in item.choices]
    names_known(notes, "SCEN-05", ("background", "drugs"), (drug.name for drug in scenario.drugs), choices)


def check_overlap(target: Target, covered: dict[tuple[str, str], str], notes: Notes) -> None:
    """Note a value of which another one says the same items."""
    for item in target.items:
        other = covered.setdefault((target.form.id, item.id), target.name)
        if other != target.name:
            notes.add(
                "SCEN-06", ("values", target.name), name=target.name, other=other, item=f"{target.form.id}.{item.id}"
            )
            return


def check_value(scenario: Scenario, study: Study, target: Target, rule: ValueRule, notes: Notes) -> None:
    """Note keys that mean nothing for this kind of item, choices and types that are not there, and distributions."""
    item = target.items[0]
    path: KeyPath = ("values", target.name)
    allowed = keys_for(target, item)
    for key in (*OF_NUMBERS, "weights", "ago", "never", "together"):
        if (*path, key) in notes.places and key not in allowed:
            notes.add("SCEN-07", (*path, key), key=key, name=target.name, keys=listed(allowed))
    if rule.weights and item.kind in {"choice", "yes_no"}:
        names_known(notes, "SCEN-08", (*path, "weights"), (code for code, _ in rule.weights), codes_of(item))
    if rule.weights and not any(weight for _, weight in rule.weights):
        notes.add("SCEN-09", (*path, "weights"))
    names_known(notes, "SCEN-11", (*path, "by_type"), rule.by_type, (kind for kind, _ in scenario.types))
    if "baseline" in allowed:
        check_motion(study, target, rule, rule.motion, path, notes)
        for kind in rule.by_type:
            check_motion(study, target, rule, rule.of_type(kind), (*path, "by_type", kind), notes)


def keys_for(target: Target, item: Item) -> tuple[str, ...]:
    """Return the keys that say something of a target."""
    if target.kind == "ratings":
        return (*OF_NUMBERS, "together")
    if target.kind == "score" or item.kind in {"number", "vas"}:
        return ("baseline", "course", "by_type", "bounds", "together")
    if item.kind == "date":
        return ("ago", "never") if item.never else ("ago",)
    return ("weights", "together") if item.kind != "text" else ("weights",)


def check_motion(study: Study, target: Target, rule: ValueRule, motion: Motion, path: KeyPath, notes: Notes) -> None:
    """Note a course without a baseline, visits that are not there, and distributions that cannot be."""
    later = tuple(visit.id for visit in study.schedule.visits.values() if visit.day > 0)
    names_known(notes, "SCEN-12", (*path, "course"), motion.course, later)
    if motion.baseline is None:
        if motion.course or not rule.by_type:
            notes.add("SCEN-13", path, name=target.name)
        return
    bounds = rule.bounds or bounds_of(target)
    points = {"baseline": motion.baseline, **{name: changed(motion.baseline, to) for name, to in motion.course.items()}}
    for name, spread in points.items():
        place = (*path, name) if name == "baseline" else (*path, "course", name)
        if spread.kind != motion.baseline.kind:
            notes.add("SCEN-14", place, name=target.name)
        elif not fits(spread, bounds):
            notes.add("SCEN-15", place, name=target.name, centre=f"{spread.centre:g}", bounds=written(bounds))


def written(bounds: Bounds) -> str:
    """Write bounds for a reader."""
    low, high = ("any number" if bound is None else f"{bound:g}" for bound in (bounds.low, bounds.high))
    return f"{low} to {high}"
