"""Endpoints, analysis and report: everything that will be computed can be, and no choice is left to a default."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.errors import Problem
from trialbook.protocol.check_names import Names
from trialbook.protocol.check_outcomes import check_outcomes, check_primary_condition
from trialbook.protocol.check_units import check_conversion, check_unit
from trialbook.protocol.model import Derived, Endpoint, Form, Item
from trialbook.protocol.reading import KeyPath
from trialbook.protocol.suggest import listed

ENROLLED = "enrolled"
"""The analysis set in which participants and adverse events are counted."""

TO_STATE = ("primary", "test", "missing")
"""Keys of the analysis whose default would change a result, and so have none that is silent."""


def check_plan(names: Names) -> Iterator[Problem]:
    """Yield the mistakes of the sections `endpoints`, `analysis` and `report`, conditions apart."""
    for endpoint in names.study.endpoints.values():
        yield from _check_endpoint(endpoint, ("endpoints", endpoint.id), names)
    yield from _check_stated(names)
    yield from _check_strategy(names)
    yield from _check_sets(names)
    yield from _check_baseline(names)
    yield from _check_primary(names)
    yield from check_outcomes(names)
    yield from check_primary_condition(names)
    yield from _check_table_1(names)
    for number, figure in enumerate(names.study.report.figures):
        for endpoint_id in figure.endpoints:
            yield from _check_figure(endpoint_id, ("report", "figures", f"[{number}]"), names)


def _check_endpoint(endpoint: Endpoint, path: KeyPath, names: Names) -> Iterator[Problem]:
    if endpoint.source is not None:
        yield from names.item(endpoint.source, (*path, "from"))
        found = names.find(endpoint.source)
        if found is not None and not names.is_broken(found[0].id, found[1]):
            yield from _check_source(endpoint, *found, path, names)
    elif endpoint.when is not None and not names.is_written(*path, "at"):
        yield names.problem("PLAN-06", path, endpoint=endpoint.id)


def _check_source(
    endpoint: Endpoint, form: Form, item: Item | Derived, path: KeyPath, names: Names
) -> Iterator[Problem]:
    """Yield what keeps an item from being followed over the visits as one number a visit."""
    here, source = (*path, "from"), endpoint.source or ""
    if isinstance(item, Derived) and item.kind == "count":
        yield names.problem("PLAN-39", here, item=source)
        return
    if isinstance(item, Item) and item.kind not in {"number", "vas"}:
        yield names.problem("PLAN-04", here, item=source)
        return
    if form.timing != "visits" and not names.is_undated(form.id):
        yield names.problem("PLAN-05", here, item=source, form=form.id, timing=form.timing)
    elif form.repeating and form.timing == "visits":
        yield names.problem("PLAN-07", here, item=source, form=form.id)
    measured = _measured(item)
    for key, unit in (("unit", endpoint.unit), ("also", endpoint.also)):
        if unit is not None and unit != measured.unit and names.is_written(*path, key):
            yield from check_conversion(measured, unit, (*path, key), names)
    if endpoint.meaningful is not None and endpoint.better == "neither":
        yield names.problem("PLAN-42", (*path, "meaningful"), endpoint=endpoint.id)
    if endpoint.unit is not None and names.is_written(*path, "unit"):
        yield from check_unit(endpoint.unit, (*path, "unit"), names)
        if endpoint.unit != measured.unit and not names.is_written(*path, "decimals"):
            yield names.problem("PLAN-24", path, endpoint=endpoint.id, unit=endpoint.unit)


def _measured(item: Item | Derived) -> Item:
    """Return a derived number as if it were an item: what counts here is its unit."""
    return item if isinstance(item, Item) else Item(id=item.id, kind="number", label=item.label, unit=item.unit)


def _check_stated(names: Names) -> Iterator[Problem]:
    """Yield the choices that the file leaves open though results depend on them."""
    if not names.study.endpoints:
        return
    if not names.is_written("analysis"):
        yield names.problem("PLAN-08", ("endpoints",))
        return
    for key in TO_STATE:
        if not names.is_written("analysis", key):
            examples = {"primary": f"{{endpoint: {next(iter(names.study.endpoints))}, at: ...}} or none"}
            example = examples.get(key, "paired t" if key == "test" else "available cases")
            yield names.problem("PLAN-09", ("analysis",), key=key, example=example)


def _check_strategy(names: Names) -> Iterator[Problem]:
    """Yield a warning where nothing but withdrawal can tell when treatment ended, and values depend on it."""
    strategy = names.study.analysis.intercurrent
    is_recorded = any(one.recorded is not None for one in names.study.treatments.values())
    if strategy != "treatment policy" and not is_recorded:
        yield names.problem("PLAN-43", ("analysis", "intercurrent"), level="warning", choice=strategy)


def _check_sets(names: Names) -> Iterator[Problem]:
    plan, path = names.study.analysis, ("analysis", "set")
    if plan.set not in plan.sets:
        known = listed(plan.sets)
        yield names.problem("PLAN-02", path, name=plan.set, known=known)
    elif len(plan.sets) > 1 and not names.is_written(*path):
        yield names.problem("PLAN-10", ("analysis", "sets"), sets=listed(plan.sets))
    for found in plan.sets.values():
        here = ("analysis", "sets", found.id)
        if (found.who == "condition") != names.is_written(*here, "when") and names.is_written(*here, "who"):
            yield names.problem("PLAN-11", here, set=found.id)
        if found.id == ENROLLED and found.who != ENROLLED:
            yield names.problem("PLAN-23", here)
    if plan.test in plan.sensitivity:
        yield names.problem("PLAN-12", ("analysis", "sensitivity"), test=plan.test)
    if plan.missing in plan.sensitivity_missing:
        yield names.problem("PLAN-44", ("analysis", "sensitivity"), rule=plan.missing)


def _followed(names: Names) -> Iterator[tuple[Endpoint, Form]]:
    """Yield the endpoints that are followed, with their forms, as far as these were read."""
    for endpoint in names.study.endpoints.values():
        found = names.find(endpoint.source or "")
        if found is not None and found[0].visits and not names.is_undated(found[0].id):
            yield endpoint, found[0]


def _at_baseline(names: Names) -> Iterator[tuple[str, Form, KeyPath]]:
    """Yield what needs a baseline, its form and its place: endpoints that are followed, Table 1 of visit forms."""
    for endpoint, form in _followed(names):
        yield endpoint.id, form, ("analysis", "baseline")
    for number, name in enumerate(names.study.report.table_1):
        found = names.find(name)
        if found is not None and found[0].visits and not names.is_undated(found[0].id):
            yield name, found[0], ("report", "table_1", f"[{number}]")


def _check_baseline(names: Names) -> Iterator[Problem]:
    rule, path = names.study.analysis.baseline, ("analysis", "baseline")
    if not names.is_written(*path):
        return
    if rule.visit is not None:
        yield from names.visit(rule.visit, path)
    flagged = [form.id for form in names.study.forms.values() if rule.flag in form.items]
    if rule.flag is not None and not any(names.study.forms[form].items[rule.flag].kind == "yes_no" for form in flagged):
        yield names.problem("PLAN-13", path, flag=rule.flag)
        return
    visits = names.study.schedule.visits
    for name, form, here in _at_baseline(names):
        if rule.visit in visits and rule.visit not in form.visits:
            yield names.problem("PLAN-17", here, endpoint=name, form=form.id, visit=rule.visit or "")
        elif rule.kind == "last before anchor" and all(visits[visit].window.first > 0 for visit in form.visits):
            yield names.problem("PLAN-18", here, endpoint=name, form=form.id)
        elif rule.flag is not None and rule.flag not in form.items:
            yield names.problem("PLAN-19", here, "warning", endpoint=name, form=form.id, flag=rule.flag)


def _check_primary(names: Names) -> Iterator[Problem]:
    plan, path = names.study.analysis, ("analysis", "primary")
    if plan.primary_endpoint is not None:
        yield from names.endpoint(plan.primary_endpoint, (*path, "endpoint"))
    if plan.primary_visit is None:
        return
    yield from names.visit(plan.primary_visit, (*path, "at"))
    for endpoint, form in _followed(names):
        is_due = plan.primary_visit in form.visits or plan.primary_visit not in names.study.schedule.visits
        if endpoint.id == plan.primary_endpoint and not is_due:
            yield names.problem("PLAN-20", (*path, "at"), endpoint=endpoint.id, form=form.id, visit=plan.primary_visit)


def _check_table_1(names: Names) -> Iterator[Problem]:
    for number, name in enumerate(names.study.report.table_1):
        path = ("report", "table_1", f"[{number}]")
        yield from names.item(name, path)
        found = names.find(name)
        if found is None or names.is_broken(found[0].id, found[1]):
            continue
        form, item = found
        if isinstance(item, Derived) and item.kind == "count":
            yield names.problem("PLAN-39", path, item=name)
        elif isinstance(item, Item) and item.kind == "date":
            yield names.problem("PLAN-40", path, item=name)
        elif not names.is_undated(form.id) and (form.timing == "any time" or (form.repeating and form.visits)):
            yield names.problem("PLAN-41", path, item=name, form=form.id)


def _check_figure(endpoint: str, path: KeyPath, names: Names) -> Iterator[Problem]:
    yield from names.endpoint(endpoint, path)
    found = names.study.endpoints.get(endpoint)
    if found is not None and (found.when is not None or found.levels is not None):
        yield names.problem("PLAN-22", path, endpoint=endpoint)
