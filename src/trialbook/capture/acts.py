"""Acts: everything that a person does and that is recorded.

An `Act` says what is asked. `ACTS` says for each name which right it needs, whether it needs a reason, and how it is
judged. `judge_act` is pure: study, state and act in; drafts or problems out. `Book.record` runs it inside the one
writer's transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from trialbook.capture.answers import at_site, form_of, is_visit, judge_answer
from trialbook.capture.judging import Desk, Judged, State, place_of
from trialbook.capture.ledger import Draft, read_draft
from trialbook.capture.people import CUSTODIAN, RIGHTS, Grant, Right, clashes, is_code, may
from trialbook.capture.statuses import judge_reinstate, judge_screen, judge_status
from trialbook.errors import Problem
from trialbook.protocol.model import Study
from trialbook.protocol.suggest import listed, suggest

UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, and halves of pairs: no UTF-8 file can hold them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody wants recorded, all of it or nothing."""

    name: str
    asked: tuple[Draft, ...]
    """In the person's own words: texts as typed, nothing parsed. `about` of an answer is the entry that they saw."""
    plan: Study | None = None
    """The study that `adopt` adopts."""

    @property
    def adopted(self) -> Study | None:
        """The study that is in force after the act; None where the act changes nothing in that."""
        return self.plan if self.name == "adopt" else None

    @property
    def participants(self) -> frozenset[str]:
        """Participants whom the act concerns."""
        return frozenset(draft.participant for draft in self.asked if draft.participant is not None)


@dataclass(frozen=True, slots=True)
class Kind:
    """What an act of one name needs, and how each of its drafts is judged."""

    right: Right
    needs_reason: Literal["never", "for a change", "always"]
    judge: Callable[[Desk, Draft], None]


# ---- asking -----------------------------------------------------------------------------------------------------


def open_ledger(person: str) -> Act:
    """Open a new ledger; the person becomes its custodian."""
    return Act(name="open", asked=(Draft(act="open", person=person, value=CUSTODIAN),))


def adopt(study: Study, *, reason: str | None = None) -> Act:
    """Adopt a study file, the first or a later version, with its full text."""
    draft = Draft(act="adopt", text=study.text, value=study.fingerprint, reason=blank(reason))
    return Act(name="adopt", plan=study, asked=(draft,))


def grant(person: str, role: str, *, site: str | None = None) -> Act:
    """Grant a role to a person, at one site or everywhere."""
    return Act(name="grant", asked=(Draft(act="grant", person=person, value=role, site=blank(site)),))


def revoke(person: str, role: str, *, reason: str, site: str | None = None) -> Act:
    """Take a role from a person."""
    draft = Draft(act="revoke", person=person, value=role, site=blank(site), reason=blank(reason))
    return Act(name="revoke", asked=(draft,))


def screen(participant: str, *, site: str | None = None, reason: str | None = None) -> Act:
    """Begin the casebook of a participant; with a reason, correct the site."""
    draft = Draft(act="screen", participant=participant, site=blank(site), reason=blank(reason))
    return Act(name="screen", asked=(draft,))


def screen_fail(participant: str, *, on: str | None = None, why: str | None = None, reason: str | None = None) -> Act:
    """Record that a participant was screened and not enrolled."""
    return left("screen_fail", participant, on=on, why=why, reason=reason)


def enrol(participant: str, *, on: str | None = None, reason: str | None = None) -> Act:
    """Record that a screened participant was enrolled."""
    return left("enrol", participant, on=on, why=None, reason=reason)


def withdraw(participant: str, *, on: str | None = None, why: str | None = None, reason: str | None = None) -> Act:
    """Record that an enrolled participant left the study before its end, and why."""
    return left("withdraw", participant, on=on, why=why, reason=reason)


def complete(participant: str, *, on: str | None = None, reason: str | None = None) -> Act:
    """Record that a participant completed the study."""
    return left("complete", participant, on=on, why=None, reason=reason)


def reinstate(participant: str, *, reason: str) -> Act:
    """Take back an end that was recorded by mistake."""
    return Act(name="reinstate", asked=(Draft(act="reinstate", participant=participant, reason=blank(reason)),))


def left(name: str, participant: str, *, on: str | None, why: str | None, reason: str | None) -> Act:
    """Ask for an act on a participant's status; `on` is its date as typed, `why` the cause of an end."""
    draft = Draft(act=name, participant=participant, value=blank(on), text=blank(why), reason=blank(reason))
    return Act(name=name, asked=(draft,))


def enter(
    participant: str, form: str, item: str, text: str, *, visit: str = "", repeat: str = "", unit: str | None = None
) -> Act:
    """Record the first answer of a cell."""
    return Act(
        name="enter",
        asked=(
            Draft(
                act="enter",
                participant=participant,
                visit=visit or None,
                form=form,
                repeat=repeat or None,
                item=item,
                text=text,
                unit=unit,
            ),
        ),
    )


def correct(  # noqa: PLR0913 - as `enter`, with the reason and the entry that was seen
    participant: str,
    form: str,
    item: str,
    text: str,
    *,
    reason: str,
    visit: str = "",
    repeat: str = "",
    unit: str | None = None,
    seen: int | None = None,
) -> Act:
    """Record another answer in the place of one that stands; `seen` is the number of the entry the person looked at."""
    asked = enter(participant, form, item, text, visit=visit, repeat=repeat, unit=unit).asked[0]
    return Act(name="correct", asked=(replace(asked, act="correct", reason=blank(reason), about=seen),))


def clear(
    participant: str, form: str, item: str, *, reason: str, visit: str = "", repeat: str = "", seen: int | None = None
) -> Act:
    """Take an answer away, because it should never have been there; what stood there stays in the ledger."""
    asked = enter(participant, form, item, "", visit=visit, repeat=repeat).asked[0]
    return Act(name="clear", asked=(replace(asked, act="clear", text=None, reason=blank(reason), about=seen),))


def note(text: str, *, participant: str | None = None, visit: str = "", form: str | None = None) -> Act:
    """Add a note to the study, a participant, a visit or a form."""
    draft = Draft(act="note", participant=participant, visit=visit or None, form=form, text=text)
    return Act(name="note", asked=(draft,))


def import_rows(asked: Iterable[Draft], *, reason: str | None = None) -> Act:
    """Record many answers and statuses at once, all or nothing.

    Each draft asks as the act of its name would (`IMPORTED` lists them), with the file, hash, row and column it came
    from. With a reason, an `enter` of another value than the one that stands is a correction.
    """
    why = blank(reason)
    rows = tuple(asked) if why is None else tuple(replace(draft, reason=draft.reason or why) for draft in asked)
    return Act(name="import_rows", asked=rows)


def blank(text: str | None) -> str | None:
    """Return None for a text that says nothing."""
    return text if text is not None and text.strip() else None


# ---- judging ----------------------------------------------------------------------------------------------------


def judge_act(act: Act, *, study: Study, state: State, by: str) -> Judged:
    """Decide what an act records, or say everything that stands against it; pure."""
    problems = tuple(unready(act, by))
    if problems:
        return Judged(problems=problems)
    role, problems = role_for(act, study=study, state=state, by=by)
    if problems:
        return Judged(problems=problems)
    desk = Desk(study=act.adopted or study, state=state)
    for draft in act.asked:
        ACTS[act.name].judge(desk, draft)
    if desk.problems:
        return Judged(problems=tuple(desk.problems), notes=tuple(desk.notes))
    return Judged(drafts=tuple(desk.drafts), notes=tuple(desk.notes), role=role)


def unready(act: Act, by: str) -> Iterator[Problem]:
    """Yield what is wrong with an act whatever the study says: a nameless person, no reason, an unkeepable text."""
    if not is_code(by):
        yield Problem(code="ACT-15", values={"what": "person", "code": printable(by)})
    for draft in act.asked:
        if ACTS[act.name].needs_reason == "always" and draft.reason is None:
            yield Problem(code="ACT-02", place=place_of(draft), values={"act": act.name})
        if not can_be_kept(draft):
            yield Problem(code="ACT-19", place=place_of(draft))


def can_be_kept(draft: Draft) -> bool:
    """Tell whether every text of a draft can be written as UTF-8 and read back: no NUL, no half of a pair."""
    return not any(isinstance(value, str) and UNKEEPABLE.search(value) for value in read_draft(draft))


def printable(text: str) -> str:
    """Write a text so that every character of it shows."""
    return text if text.isprintable() else ascii(text)


def role_for(act: Act, *, study: Study, state: State, by: str) -> tuple[str | None, tuple[Problem, ...]]:
    """Return the role that lets a person do all of an act, or a problem for what none of theirs reaches."""
    if act.name == "open":
        return CUSTODIAN, ()
    right = ACTS[act.name].right
    roles: dict[tuple[str | None, str | None], str | None] = {}
    for draft in act.asked:
        casebook = state.casebooks.get(draft.participant or "")
        where = (draft.form, draft.site if casebook is None else casebook.site)
        if where not in roles:
            roles[where] = may(state.people, by, right, study=study, form=where[0], site=where[1])
    custodians = listed(state.people.custodians())
    problems = tuple(
        Problem(code="ACT-01", values={"person": by, "doing": doing(right, *where), "custodians": custodians})
        for where, role in roles.items()
        if role is None
    )
    return next(iter(roles.values()), None), problems


def doing(right: Right, form: str | None, site: str | None) -> str:
    """Say what a right would let a person do, and where."""
    return RIGHTS[right] + (f" “{form}”" if right == "record" and form else "") + (f" at site {site}" if site else "")


def judge_open(desk: Desk, asked: Draft) -> None:
    """Judge the act that begins a ledger."""
    if desk.state.head.count:
        desk.refuse("ACT-22", asked)
    else:
        desk.record(asked)


def judge_adopt(desk: Desk, asked: Draft) -> None:
    """Judge the adoption of a study file; the one that is in force already adds nothing."""
    if not asked.text or not asked.value:
        desk.refuse("ACT-23", asked)
    elif not desk.state.fingerprint:
        desk.record(replace(asked, reason=None))
    elif asked.value != desk.state.fingerprint and asked.reason is None:
        desk.refuse("ACT-02", asked, act="adopt")
    elif asked.value != desk.state.fingerprint:
        desk.record(asked)


def judge_grant(desk: Desk, asked: Draft) -> None:
    """Judge the grant of a role; one that is held already adds nothing."""
    person, role = asked.person or "", asked.value or ""
    for what, code in (("person", person), ("site", asked.site)):
        if code is not None and not is_code(code):
            desk.refuse("ACT-15", asked, what=what, code=printable(code))
            return
    known = (CUSTODIAN, *desk.study.roles)
    other = clashes(desk.study, desk.state.people, person, role)
    if role not in known:
        desk.refuse("ACT-20", asked, role=role, near=suggest(role, known), known=listed(known))
    elif other is not None:
        desk.refuse("ACT-21", asked, person=person, role=role, other=other)
    elif Grant(person=person, role=role, site=asked.site) not in desk.state.people.grants:
        desk.record(asked)


def judge_revoke(desk: Desk, asked: Draft) -> None:
    """Judge the taking back of a role; one that is not held adds nothing, and the last custodian stays."""
    people = desk.state.people
    if Grant(person=asked.person or "", role=asked.value or "", site=asked.site) not in people.grants:
        return
    if asked.value == CUSTODIAN and len(people.custodians()) == 1:
        desk.refuse("ACT-24", asked, person=asked.person or "")
    else:
        desk.record(asked)


def judge_note(desk: Desk, asked: Draft) -> None:
    """Judge a note on the study or a part of it."""
    if asked.participant is not None and not desk.is_known(asked):
        return
    if asked.form is not None and form_of(desk.study, asked.form) is None:
        known = tuple(desk.study.forms)
        desk.refuse("ACT-04", asked, form=asked.form, near=suggest(asked.form, known), known=listed(known))
    elif asked.visit and not is_visit(desk.study, asked.visit):
        known = tuple(desk.study.schedule.visits)
        desk.refuse("ACT-06", asked, visit=asked.visit, near=suggest(asked.visit, known), known=listed(known))
    elif not asked.text or not asked.text.strip():
        desk.refuse("ACT-26", asked)
    else:
        desk.record(at_site(desk, asked))


def judge_imported(desk: Desk, asked: Draft) -> None:
    """Judge one row of an import as the act that it names."""
    if asked.act == "enter":
        judge_answer(desk, asked)
    elif asked.act in IMPORTED:
        ACTS[asked.act].judge(desk, without_cell(asked))
    else:
        desk.refuse("ACT-27", asked, act=asked.act, known=listed(IMPORTED))


def without_cell(asked: Draft) -> Draft:
    """Return the draft without what says nothing in an act on a participant as a whole."""
    return replace(
        asked, visit=None, form=None, repeat=None, item=None, person=None, about=None, unit=None, missing=None
    )


ACTS: Mapping[str, Kind] = MappingProxyType(
    {
        "open": Kind("set up", "never", judge_open),
        "adopt": Kind("set up", "for a change", judge_adopt),
        "grant": Kind("set up", "never", judge_grant),
        "revoke": Kind("set up", "always", judge_revoke),
        "screen": Kind("enrol", "for a change", judge_screen),
        "screen_fail": Kind("enrol", "for a change", judge_status),
        "enrol": Kind("enrol", "for a change", judge_status),
        "withdraw": Kind("enrol", "for a change", judge_status),
        "complete": Kind("enrol", "for a change", judge_status),
        "reinstate": Kind("enrol", "always", judge_reinstate),
        "enter": Kind("record", "never", judge_answer),
        "correct": Kind("record", "always", judge_answer),
        "clear": Kind("record", "always", judge_answer),
        "note": Kind("note", "never", judge_note),
        "import_rows": Kind("import", "for a change", judge_imported),
    }
)
"""Every act by its name."""

IMPORTED = ("screen", "screen_fail", "enrol", "withdraw", "complete", "enter")
"""Acts that the rows of an import may ask for."""
