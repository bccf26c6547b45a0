"""Methods: what was assessed when, in which order, by whom and blind to what, and by which published scales."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from trialbook.protocol.model import Derived, Form, Role
from trialbook.render.document import Block, Facts, Items, Paragraph
from trialbook.render.inline import Line
from trialbook.render.table import Column, Row, Table
from trialbook.report.phrases import day, in_sentence, listed, several
from trialbook.report.run import Run

if TYPE_CHECKING:
    from trialbook.instruments.base import Instrument

RELEASED = {
    "at once": "",
    "after last visit": " What was rated was shown to others only after the participant\u2019s last visit.",
    "at lock": " What was rated was shown to others only after the record was locked.",
}
KINDS = {"mean": "mean", "sum": "sum"}
GAPS = {
    ("sum", "prorated"): "; in place of each gap the mean of the answered ones is added (prorated)",
    ("sum", "left out"): "; a gap adds nothing",
}
"""Kind of a number and its rule for unanswered items -> what Methods says of these."""


def schedule(run: Run) -> Iterator[Block]:
    """Yield what study day 0 is, and the table of visits and forms."""
    anchor = run.study.schedule.anchor
    if anchor.name == "enrolment":
        start = "the day of enrolment"
    else:
        item = run.study.item(anchor.name)
        start = f"the {anchor.which} recorded date of “{run.say(item.label) or item.id}”"
    words = f"Study day 0 was {start}. A value counts for its visit also where the visit was outside its window; "
    yield Paragraph(line=(f"{words}such visits are listed as deviations. The table shows what was due when.",))
    yield schedule_table(run)
    others = (("Once", _forms_timed(run, "once")), ("At any time", _forms_timed(run, "any time")))
    line = " ".join(f"{when}: {forms}." for when, forms in others if forms)
    if line:
        yield Paragraph(line=(line,), kind="note")


def schedule_table(run: Run) -> Table:
    """Return visits with day and window against the forms due at them."""
    forms = [form for form in run.study.forms.values() if form.timing == "visits"]
    visits = list(run.study.schedule.visits.values())
    rows = (
        Row(
            stub=(run.visit_label(visit.id) + (" (optional)" if visit.optional else ""),),
            cells=(
                (day(visit.day),),
                (_window(visit.window.first, visit.window.last),),
                *(("●",) if visit.id in form.visits else () for form in forms),
            ),
        )
        for visit in visits
    )
    labels = ("Day", "Window, days", *(form_name(run, form) for form in forms))
    return Table(
        id="table-schedule", title="Visits and assessments", stub="Visit",
        columns=tuple(Column(label=label) for label in labels), body=tuple(rows), footnotes=(("● due",),),
        numbered=False,
    )  # fmt: skip


def assessors(run: Run) -> Iterator[Block]:
    """Yield who assessed what, in which order, and who was blind to what; nothing where the study file says nothing."""
    lines = [*_order_lines(run), *_rater_lines(run), *_blind_lines(run)]
    if lines:
        yield Items(lines=tuple(lines))


def _order_lines(run: Run) -> Iterator[Line]:
    for form in run.study.forms.values():
        if form.after:
            first = listed([f"“{form_name(run, run.study.forms[name])}”" for name in form.after])
            are = several(len(form.after), "was", "were")
            yield (f"Where due at the same visit, {first} {are} completed before “{form_name(run, form)}” was opened.",)


def _rater_lines(run: Run) -> Iterator[Line]:
    for form in run.study.forms.values():
        if form.same_rater:
            who = f" by the {listed([_role_name(run, name) for name in form.by], 'or')}" if form.by else ""
            same = f"“{form_name(run, form)}” was recorded{who}, by the same person at all visits of a participant"
            yield (f"{same}; a change is a deviation.{RELEASED[form.release]}",)


def _blind_lines(run: Run) -> Iterator[Line]:
    for role in run.study.roles.values():
        if role.blind:
            yield (f"The {_role_name(run, role.id)} was blind. {_shown_to(run, role)}",)


def _shown_to(run: Run, role: Role) -> str:
    from trialbook.conduct.blinding import may_see

    seen = (form for form in run.study.forms.values() if may_see(run.study, role.id, form.id))
    forms = listed([f"“{form_name(run, form)}”" for form in seen])
    hidden = "no earlier rating, no medical record, no laboratory result, no treatment and no number of the visit"
    return f"By the plan this role is shown {forms} of the visit of that moment and nothing else: {hidden}."


def instruments(run: Run) -> Iterator[Block]:
    """Yield the published scales with citation and rule for gaps, and the study's own numbers with theirs."""
    used = tuple(_used(run))
    pairs: list[tuple[str, Line]] = []
    for form, known in used:
        said = f"{known.title} ({known.version}). {known.citation} {_gaps(run, known)}"
        pairs.append((form_name(run, form), (said,)))
    for form, one in _own(run):
        pairs.append((run.say(one.label) or one.id, (_rule(run, form, one),)))
    if pairs:
        yield Facts(pairs=tuple(pairs))
    if used:
        yield scoring_table(run, used)


def _used(run: Run) -> Iterator[tuple[Form, Instrument]]:
    from trialbook.instruments import CATALOG

    found = ((form, CATALOG.get(form.instrument or "")) for form in run.study.forms.values())
    return ((form, known) for form, known in found if known is not None)


def scoring_table(run: Run, used: tuple[tuple[Form, Instrument], ...]) -> Table:
    """Return by which rules each published scale is scored, folded."""
    body: list[Row] = []
    for form, known in ((form, known) for form, known in used if known.rules):
        body.append(Row(stub=(form_name(run, form),), heading=True))
        rules = enumerate(known.rules, 1)
        body += [Row(stub=(str(place),), level=1, cells=((rule.replace("`", ""),),)) for place, rule in rules]
    return Table(
        id="table-scoring", title="Rules by which the published scales were scored", stub="Scale",
        columns=(Column(label="Rule", align="left"),), body=tuple(body), numbered=False, folded=True,
    )  # fmt: skip


def _gaps(run: Run, known: Instrument) -> str:
    """Write the rules for unanswered items, each once with the scores that follow it."""
    rules: dict[str, list[str]] = {}
    for score in known.scores:
        rules.setdefault(score.gaps, []).append(run.say(score.derived.label) or score.derived.id)
    if len(rules) == 1:
        return f"Gaps: {next(iter(rules))}"
    return "Gaps: " + " ".join(f"{listed(names)}: {rule}" for rule, names in rules.items() if rule)


def _own(run: Run) -> Iterator[tuple[Form, Derived]]:
    for form in run.study.forms.values():
        yield from ((form, one) for one in form.derived.values() if one.kind in KINDS)


def _rule(run: Run, form: Form, one: Derived) -> str:
    of = f"{KINDS[one.kind].capitalize()} of {len(one.of)} answers of “{form_name(run, form)}”: "
    of += listed(list(_parts(run, form, one)))
    if one.at_least >= len(one.of):
        return f"{of}; all answered."
    return f"{of}; at least {one.at_least} of them answered{GAPS.get((one.kind, one.gaps), '')}."


def _parts(run: Run, form: Form, one: Derived) -> Iterator[str]:
    """Yield what a number is computed from; ratings behind the name of their group."""
    known = (form.items[name] for name in one.of if name in form.items)
    for group, items in groupby(known, key=lambda item: item.group or ""):
        names = [in_sentence(run.say(item.label_below) or item.id) for item in items]
        whole = in_sentence(run.say(form.group_labels.get(group, {})))
        yield from [f"{whole} ({', '.join(names)})"] if whole else names


def form_name(run: Run, form: Form) -> str:
    """Name a form."""
    return run.say(form.label) or form.id


def _role_name(run: Run, name: str) -> str:
    role: Mapping[str, Role] = run.study.roles
    return in_sentence((run.say(role[name].label) if name in role else "") or name.replace("_", " "))


def _forms_timed(run: Run, timing: str) -> str:
    return ", ".join(in_sentence(form_name(run, form)) for form in run.study.forms.values() if form.timing == timing)


def _window(first: int, last: int) -> str:
    return day(first) if first == last else f"{day(first)} to {day(last)}"
