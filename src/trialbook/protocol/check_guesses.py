"""Whether ratings of blind roles can be made as written: whole, from recordings, with guesses; and the planned cut."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.errors import Problem
from trialbook.protocol.check_blinding import records
from trialbook.protocol.check_names import Names
from trialbook.protocol.model import Form
from trialbook.protocol.suggest import listed


def check_guesses(names: Names) -> Iterator[Problem]:
    """Yield what is wrong with the ratings of blind roles, and with the planned cut of the data."""
    for form in names.study.forms.values():
        is_blind = any(role.blind and records(role, form) for role in names.study.roles.values())
        yield from _check_whole(form, names) if is_blind else ()
        yield from _check_recordings(form, names, is_blind=is_blind)
        yield from _check_guesses(form, names, is_blind=is_blind)
    yield from _check_cut(names)


def _check_whole(form: Form, names: Names) -> Iterator[Problem]:
    """Yield a warning where a rating counts as complete after its first answer: what waits for it opens too early."""
    is_asked_whole = form.complete == "all" or any(item.required for item in form.items.values())
    if form.timing == "visits" and not is_asked_whole:
        yield names.problem("BLIND-10", ("forms", form.id), "warning", form=form.id)


def _check_recordings(form: Form, names: Names, *, is_blind: bool) -> Iterator[Problem]:
    if form.recordings is not None and (form.timing != "visits" or form.repeating or not is_blind):
        yield names.problem("BLIND-11", ("forms", form.id, "recordings"), form=form.id)


def _check_guesses(form: Form, names: Names, *, is_blind: bool) -> Iterator[Problem]:
    """Yield guesses that nobody blind makes, and items that cannot hold them."""
    if form.guesses is None:
        return
    path = ("forms", form.id, "guesses")
    if not is_blind or form.timing != "visits" or form.repeating:
        yield names.problem("BLIND-12", path, form=form.id)
    week, arm = form.items.get(form.guesses.week or ""), form.items.get(form.guesses.treatment or "")
    if form.guesses.week is not None and (week is None or week.kind != "number" or week.unit != "week"):
        yield names.problem("BLIND-13", (*path, "week"), form=form.id, item=form.guesses.week)
    known = names.study.arms
    if form.guesses.treatment is not None and (arm is None or not set(known) <= set(arm.choices) or len(known) < 2):
        item, arms = form.guesses.treatment, listed(known) or "none"
        yield names.problem("BLIND-14", (*path, "treatment"), form=form.id, item=item, arms=arms)


def _check_cut(names: Names) -> Iterator[Problem]:
    plan, path = names.study.analysis, ("analysis", "cut")
    if plan.cut is None:
        return
    if plan.looks == "at any time":
        yield names.problem("LOOK-03", path)
    if plan.cut.visit is not None:
        yield from names.visit(plan.cut.visit, path)
        if plan.cut.visit in names.study.schedule.visits and not any(names.study.visit_forms(plan.cut.visit)):
            yield names.problem("LOOK-04", path, visit=plan.cut.visit)
        if names.study.identity.planned is None and not names.is_unread("study", "planned"):
            yield names.problem("LOOK-05", path, level="warning", visit=plan.cut.visit)
