"""What the names under `values` of a scenario stand for, and which source answers each item of a form."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from trialbook.instruments import CATALOG
from trialbook.instruments.base import Score
from trialbook.protocol.model import Derived, Form, Item, Study
from trialbook.simulate.courses import STEADY, Bounds, Course, Spread
from trialbook.simulate.scenario import Motion, Scenario, ValueRule, course_of
from trialbook.simulate.scores import health_for, is_ranked, try_out
from trialbook.simulate.sources import (
    Choices,
    LaterDay,
    LongAgo,
    Numbers,
    Ratings,
    Scored,
    Source,
    Texts,
    ThatDay,
    codes_of,
    scale_of,
)

AGO = (30.0, 1826.0)
"""Days: one month to five years before screening."""
YES = 0.2
"""Share of yes where nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a name stands for."""

    name: str
    form: Form
    kind: Literal["item", "ratings", "score"]
    items: tuple[Item, ...]
    share: float = 1.0
    """1/n for a sum of n ratings."""


def target_of(study: Study, name: str) -> Target | None:
    """Return what `form.name` stands for; None where the study has no such name, or it cannot be drawn."""
    form_id, _, part = name.partition(".")
    form = study.forms.get(form_id)
    if form is None:
        return None
    if part in form.items:
        return Target(name=name, form=form, kind="item", items=(form.items[part],))
    if part in form.groups:
        return Target(name=name, form=form, kind="ratings", items=tuple(form.items[one] for one in form.groups[part]))
    return None if part not in form.derived else derived_target(form, form.derived[part])


def derived_target(form: Form, derived: Derived) -> Target | None:
    """Return the target of a derived number; None for a count, and for a score that says nothing of better or worse."""
    name, items = f"{form.id}.{derived.id}", tuple(form.items[one] for one in derived.of)
    if derived.kind in {"mean", "sum"}:
        share = 1 / len(items) if derived.kind == "sum" else 1.0
        return Target(name=name, form=form, kind="ratings", items=items, share=share)
    scores = CATALOG[form.instrument].scores if form.instrument is not None else ()
    score = next((one for one in scores if one.derived.id == derived.id), None)
    is_drawn = score is not None and derived.kind == "instrument" and is_ranked(form.instrument or "", score)
    return Target(name=name, form=form, kind="score", items=items) if is_drawn else None


def bounds_of(target: Target) -> Bounds:
    """Return what a target cannot go beyond by the study file: the scale of its items, or the range of its score."""
    if target.kind == "score":
        score = score_of(target)
        return Bounds(low=score.low, high=score.high)
    scale = scale_of(target.items[0])
    low, high = (None if bound is None else bound / target.share for bound in (scale.low, scale.high))
    return Bounds(low=low, high=high)


def score_of(target: Target) -> Score:
    """Return the score of an instrument that a target stands for."""
    name = target.name.partition(".")[2]
    return next(score for score in CATALOG[target.form.instrument or ""].scores if score.derived.id == name)


def sources_for(study: Study, scenario: Scenario, form: Form) -> tuple[Source, ...]:
    """Return the sources that answer the items of a form, each item by one, in the order of the form."""
    ruled = {name: rule for name, rule in scenario.values.items() if name.partition(".")[0] == form.id}
    found: dict[str, Source] = {}
    for name, rule in ruled.items():
        target = target_of(study, name)
        if target is not None:
            source = source_for(study, scenario, target, rule)
            found.update(dict.fromkeys((item.id for item in target.items), source))
    for source in (*group_sources(study, scenario, form, found), *score_sources(study, scenario, form, found)):
        found.update(dict.fromkeys(source.items, source))
    for item in form.items.values():
        if item.id not in found:
            rule = rule_for(study, form, item)
            target = Target(name=f"{form.id}.{item.id}", form=form, kind="item", items=(item,))
            found[item.id] = source_for(study, scenario, target, rule)
    return tuple({id(found[item]): found[item] for item in form.items}.values())


def group_sources(study: Study, scenario: Scenario, form: Form, found: Mapping[str, Source]) -> Iterator[Source]:
    """Yield a source for each group of ratings that nothing is said of."""
    for group, members in form.groups.items():
        if not found.keys() & set(members):
            target = target_of(study, f"{form.id}.{group}")
            if target is not None:
                yield source_for(study, scenario, target, no_rule())


def score_sources(study: Study, scenario: Scenario, form: Form, found: Mapping[str, Source]) -> Iterator[Source]:
    """Yield a source for the items of an instrument that nothing is said of: by the first score that can be drawn."""
    covered = set(found)
    for score in CATALOG[form.instrument].scores if form.instrument is not None else ():
        target = target_of(study, f"{form.id}.{score.derived.id}")
        if target is not None and not covered & set(score.derived.of):
            covered.update(score.derived.of)
            yield source_for(study, scenario, target, no_rule())


def rule_for(study: Study, form: Form, item: Item) -> ValueRule:
    """Return the rule of an item that the scenario says nothing of: who decides on a dose lets it be given."""
    decisions = {treatment.decision for treatment in study.treatments.values()}
    is_decision = f"{form.id}.{item.id}" in decisions
    return replace(no_rule(), weights=(("yes", 1.0), ("no", 0.0))) if is_decision else no_rule()


def no_rule() -> ValueRule:
    """Return the rule of what the scenario says nothing of."""
    return ValueRule(
        motion=Motion(baseline=None, course={}),
        by_type={},
        bounds=None,
        together=STEADY,
        noise=None,
        weights=(),
        ago=None,
        never=0.5,
    )


def source_for(study: Study, scenario: Scenario, target: Target, rule: ValueRule) -> Source:
    """Return the source that answers a target."""
    item = target.items[0]
    if target.kind == "item" and item.kind not in {"number", "vas"}:
        return word_source(target, rule)
    courses = courses_for(study, scenario, target, rule)
    if target.kind == "score":
        name = target.form.instrument or ""
        health = health_for(name, score_of(target))
        return Scored(name=target.name, asked=target.items, ranked=try_out(name).ranked, courses=courses, health=health)
    if target.kind == "ratings":
        scale = scale_of(item)
        noise = rule.noise if rule.noise is not None else ((scale.high or 10.0) - (scale.low or 0.0)) / 10
        return Ratings(name=target.name, rated=target.items, courses=courses, noise=noise, share=target.share)
    return Numbers(name=target.name, item=item, courses=courses)


def word_source(target: Target, rule: ValueRule) -> Source:
    """Return the source of an item that is no number."""
    item = target.items[0]
    if item.kind == "date":
        return date_source(target, rule)
    if item.kind == "text":
        words = f"Invented: {next(iter(item.label.values()), item.id)}"
        return Texts(item=item, weights=rule.weights or ((words, 1.0),))
    return Choices(name=target.name, item=item, weights=rule.weights or weights_of(item), together=rule.together)


def weights_of(item: Item) -> tuple[tuple[str, float], ...]:
    """Return weights for an item that nothing is said of: one yes in five, and choices that come first more often."""
    if item.kind == "yes_no":
        return (("yes", YES), ("no", 1 - YES))
    return tuple((code, 1 / place) for place, code in enumerate(codes_of(item), start=1))


def date_source(target: Target, rule: ValueRule) -> Source:
    """Return the source of a date: long ago, the day itself, or the end of what began on that day."""
    item, form = target.items[0], target.form
    if rule.ago is not None or (form.timing == "once" and not is_first_date(form, item)):
        return LongAgo(name=target.name, item=item, ago=rule.ago or AGO, never=rule.never)
    if form.timing == "any time" and not is_first_date(form, item):
        return LaterDay(item=item)
    if form.timing == "once" and (item.never or item.partial):
        return LongAgo(name=target.name, item=item, ago=AGO, never=rule.never)
    return ThatDay(item=item)


def is_first_date(form: Form, item: Item) -> bool:
    """Tell whether an item is the first date of its form."""
    return next((one.id for one in form.items.values() if one.kind == "date"), "") == item.id


def courses_for(study: Study, scenario: Scenario, target: Target, rule: ValueRule) -> Mapping[str, Course]:
    """Return the course of a target in each type of participants."""
    bounds = bounds_of(target)
    plain = Course(points=((0.0, plausible(target, bounds)),), bounds=rule.bounds or bounds, together=rule.together)
    return {kind: course_of(study, rule, kind, bounds) or plain for kind, _ in scenario.types}


def plausible(target: Target, bounds: Bounds) -> Spread:
    """Return a distribution for a number that nothing is said of.

    Two fifths up its scale; else in the middle of the limits of normal, or below an upper one; else in the middle of
    the expected range, or at a tenth of one that begins at 0; else about 100.
    """
    item = target.items[0]
    if bounds.low is not None and bounds.high is not None:
        return share_of(bounds.low, bounds.high, 0.4, 0.15)
    lower, upper = (next(iter(limits.values()), None) for limits in (item.lower, item.upper))
    if upper is not None and target.kind == "item":
        return share_of(0.4 * float(upper) if lower is None else float(lower), float(upper), 0.5, 0.2)
    low, high = item.expected_low, item.expected_high
    if low is not None and high is not None and low > 0:
        return middle_of(float(low), float(high))
    if high is not None:
        return Spread(kind="log", centre=float(high) / 10, width=1.4)
    return Spread(kind="log", centre=100.0, width=1.3)


def share_of(low: float, high: float, centre: float, width: float) -> Spread:
    """Return a normal distribution by its mean and SD as shares of a range."""
    return Spread(kind="normal", centre=low + centre * (high - low), width=width * (high - low))


def middle_of(low: float, high: float) -> Spread:
    """Return a log-normal distribution in the middle of a wide range, a normal one in that of a narrow range."""
    if high > 10 * low:
        centre = math.sqrt(low * high)
        return Spread(kind="log", centre=centre, width=(high / low) ** (1 / 12))
    return share_of(low, high, 0.5, 1 / 12)
