"""What an endpoint brings from outside or asks for beside its planned test: that it makes sense."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.errors import Problem
from trialbook.protocol.check_names import Names
from trialbook.protocol.model import Endpoint, Item
from trialbook.protocol.reading import KeyPath


def check_outcomes(names: Names) -> Iterator[Problem]:
    """Yield the mistakes of levels, reliabilities, limits at entry, times, the design and the test between arms."""
    for endpoint in names.study.endpoints.values():
        path = ("endpoints", endpoint.id)
        yield from _check_levels(endpoint, path, names)
        yield from _check_entry(endpoint, path, names)
        yield from _check_time(endpoint, path, names)
    yield from _check_design(names)
    yield from _check_between(names)


def _check_levels(endpoint: Endpoint, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield what keeps the answers to a choice from being followed over the visits as one level a visit."""
    if endpoint.levels is None:
        return
    here = (*path, "levels")
    yield from names.item(endpoint.levels, here)
    found = names.find(endpoint.levels)
    if found is None or names.is_broken(found[0].id, found[1]) or names.is_undated(found[0].id):
        return
    form, item = found
    if not isinstance(item, Item) or item.kind not in {"choice", "yes_no"} or item.several:
        yield names.problem("PLAN-50", here, item=endpoint.levels)
    elif form.timing != "visits":
        yield names.problem("PLAN-05", here, item=endpoint.levels, form=form.id, timing=form.timing)
    elif form.repeating:
        yield names.problem("PLAN-07", here, item=endpoint.levels, form=form.id)


def _check_entry(endpoint: Endpoint, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield a limit at entry of which nothing says how two measurements go together."""
    entry = endpoint.entry
    if entry is None or entry.correlation is not None or endpoint.reliability is not None:
        return
    if not names.is_unread(*path):
        yield names.problem("PLAN-51", (*path, "entry"), endpoint=endpoint.id)


def _check_time(endpoint: Endpoint, path: KeyPath, names: Names) -> Iterator[Problem]:
    """Yield a time that no visit can tell: a response needs a visit after day 0, a relapse one more after that."""
    if endpoint.time_to is None or not names.is_written(*path, "at") or names.is_unread(*path, "at"):
        return
    visits = names.study.schedule.visits
    later = [visit for visit in endpoint.visits if visits[visit].day > 0]
    needed = 1 if endpoint.time_to.event == "response" else 2
    if endpoint.visits and len(later) < needed:
        event = endpoint.time_to.event
        yield names.problem("PLAN-52", (*path, "time_to"), endpoint=endpoint.id, event=event, visits=str(needed))


def _check_design(names: Names) -> Iterator[Problem]:
    """Yield a design of no condition, and one that can have no number of participants."""
    design, path = names.study.analysis.design, ("analysis", "design")
    if design is None:
        return
    yield from names.endpoint(design.endpoint, (*path, "endpoint"))
    found = names.study.endpoints.get(design.endpoint)
    if found is not None and found.when is None and not names.is_unread("endpoints", found.id):
        yield names.problem("PLAN-53", (*path, "endpoint"), endpoint=found.id)
    if design.null >= design.target:
        yield names.problem("PLAN-54", (*path, "p1"))
    if design.alpha >= design.power:
        yield names.problem("PLAN-55", (*path, "alpha" if names.is_written(*path, "alpha") else "power"))


def _check_between(names: Names) -> Iterator[Problem]:
    """Yield a test between arms where there are none, or where it is not said who is in which."""
    study = names.study
    if study.analysis.between is None or names.is_unread("arms") or names.is_unread("participants"):
        return
    if len(study.arms) < 2 or study.participants.arm is None:
        yield names.problem("PLAN-56", ("analysis", "between"))


def check_primary_condition(names: Names) -> Iterator[Problem]:
    """Yield a primary comparison of a condition at a visit at which it is not judged."""
    plan, path = names.study.analysis, ("analysis", "primary", "at")
    found = names.study.endpoints.get(plan.primary_endpoint or "")
    if found is None or not found.visits or plan.primary_visit not in names.study.schedule.visits:
        return
    if plan.primary_visit not in found.visits:
        yield names.problem("PLAN-57", path, endpoint=found.id, visit=plan.primary_visit or "")
