"""Acts: everything that a person does and that is recorded.

An `Act` says what is asked. `ACTS` says for each name which right it needs, whether it needs a reason, and how it is
judged. `judge_act` is pure: study, state and act in; drafts or problems out. `Book.record` runs it inside the one
writer's transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from trialbook.capture.amending import judge_adopt, judge_approve, judge_discard, judge_propose
from trialbook.capture.answers import at_site, form_of, is_visit, judge_answer
from trialbook.capture.asking import (
    Act,
    adopt,
    answer_query,
    approve,
    clear,
    close_query,
    complete,
    correct,
    countersign,
    discard,
    enrol,
    enter,
    erase,
    erase_identity,
    freeze,
    grant,
    import_rows,
    keep_identity,
    lock,
    look,
    note,
    open_ledger,
    override,
    propose,
    raise_query,
    reassign_query,
    register_recording,
    reinstate,
    release_recordings,
    restore_consent,
    revoke,
    save_form,
    screen,
    screen_fail,
    show_identity,
    sign,
    thaw,
    transfer,
    unblind,
    unlock,
    verify_source,
    withdraw,
    withdraw_consent,
)
from trialbook.capture.delegations import judge_delegate, judge_end, judge_review, judge_train
from trialbook.capture.erasure import judge_erase
from trialbook.capture.exceptions import judge_override, judge_unblind
from trialbook.capture.forms import judge_form
from trialbook.capture.identifying import judge_identity
from trialbook.capture.judging import Desk, Judged, State, place_of
from trialbook.capture.ledger import MODES, Draft, cell_of, read_draft
from trialbook.capture.looks import judge_look
from trialbook.capture.marks import level_of
from trialbook.capture.people import CUSTODIAN, RIGHTS, Grant, Right, clashes, is_code, may, printable
from trialbook.capture.queries import ask_by_rules, judge_followed, judge_raised
from trialbook.capture.recordings import judge_recording, judge_release
from trialbook.capture.seals import judge_closing, judge_countersign, judge_opening, judge_sign, judge_verified
from trialbook.capture.statuses import judge_reinstate, judge_screen, judge_status, tell_withdrawn
from trialbook.capture.transfers import judge_transfer
from trialbook.capture.withdrawing import judge_consent_restored, judge_consent_withdrawn, tell_unused
from trialbook.conduct.casebook import Level
from trialbook.errors import Problem
from trialbook.protocol.model import Study
from trialbook.protocol.suggest import listed, suggest

__all__ = [
    "ACTS",
    "IMPORTED",
    "Act",
    "Kind",
    "adopt",
    "answer_query",
    "approve",
    "clear",
    "close_query",
    "complete",
    "correct",
    "countersign",
    "discard",
    "enrol",
    "enter",
    "erase",
    "erase_identity",
    "freeze",
    "grant",
    "import_rows",
    "judge_act",
    "judge_imported",
    "keep_identity",
    "lock",
    "look",
    "note",
    "open_ledger",
    "override",
    "propose",
    "raise_query",
    "reassign_query",
    "register_recording",
    "reinstate",
    "release_recordings",
    "restore_consent",
    "revoke",
    "save_form",
    "screen",
    "screen_fail",
    "show_identity",
    "sign",
    "thaw",
    "transfer",
    "unblind",
    "unlock",
    "verify_source",
    "withdraw",
    "withdraw_consent",
]

UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, and halves of pairs: no UTF-8 file can hold them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What an act of one name needs, and how each of its drafts is judged."""

    right: Right
    needs_reason: Literal["never", "for a change", "where something is open", "always"]
    judge: Callable[[Desk, Draft], None] | None = None
    judge_whole: Callable[[Desk, Act], None] | None = None
    """Judges all drafts of an act together, where they hang on each other."""


# ---- judging ----------------------------------------------------------------------------------------------------


def judge_act(act: Act, *, study: Study, state: State, by: str) -> Judged:
    """Decide what an act records, or say everything that stands against it; pure."""
    problems = tuple(unready(act, by))
    if problems:
        return Judged(problems=problems)
    role, problems = role_for(act, study=study, state=state, by=by)
    if problems:
        return Judged(problems=problems)
    mode = "import" if act.name == "import_rows" else None
    desk = Desk(study=act.adopted or act.proposed or study, state=state, before=study, by=by, role=role, mode=mode)
    judge(desk, act)
    if not desk.problems:
        ask_by_rules(desk, act)
        tell_withdrawn(desk)
        tell_unused(desk)
    if desk.problems:
        told = desk.told(desk.problems)
        return Judged(problems=told, notes=tuple(desk.notes))
    return Judged(drafts=tuple(desk.drafts), notes=tuple(desk.notes), role=role)


def judge(desk: Desk, act: Act) -> None:
    """Judge every draft of an act, one by one or together."""
    kind = ACTS[act.name]
    if kind.judge_whole is not None:
        kind.judge_whole(desk, act)
    if kind.judge is not None:
        for draft in act.asked:
            kind.judge(desk, draft)


def unready(act: Act, by: str) -> Iterator[Problem]:
    """Yield what is wrong with an act whatever the study says: a nameless person, no reason, an unkeepable text."""
    if not is_code(by):
        yield Problem(code="ACT-15", values={"what": "person", "code": printable(by)})
    for draft in act.asked:
        if ACTS[act.name].needs_reason == "always" and draft.reason is None:
            yield Problem(code="ACT-02", place=place_of(draft), values={"act": act.name})
        if not can_be_kept(draft):
            yield Problem(code="ACT-19", place=place_of(draft))
        if draft.mode not in {None, *MODES}:
            values = {"mode": printable(draft.mode or ""), "known": listed(MODES)}
            yield Problem(code="ACT-29", place=place_of(draft), values=values)


def can_be_kept(draft: Draft) -> bool:
    """Tell whether every text of a draft can be written as UTF-8 and read back: no NUL, no half of a pair."""
    return not any(isinstance(value, str) and UNKEEPABLE.search(value) for value in read_draft(draft))


def role_for(act: Act, *, study: Study, state: State, by: str) -> tuple[str | None, tuple[Problem, ...]]:
    """Return the role that lets a person do all of an act, or a problem for what none of theirs reaches."""
    if act.name == "open":
        return CUSTODIAN, ()
    roles: dict[Need, str | None] = {}
    for draft in act.asked:
        need = need_of(act, draft, state, by)
        if need not in roles:
            right, form, site, level = need
            roles[need] = may(state.people, by, right, study=study, form=form, site=site, level=level)
    custodians = listed(state.people.custodians())
    problems = tuple(
        Problem(code="ACT-01", values={"person": by, "doing": doing(*need[:3]), "custodians": custodians})
        for need, role in roles.items()
        if role is None
    )
    return next(iter(roles.values()), None), problems


Need = tuple[Right, str | None, str | None, Level]
"""A right, and the form, site and level for which it is needed."""


def need_of(act: Act, draft: Draft, state: State, by: str) -> Need:
    """Return what a draft needs; one that follows a query needs it for the form of the query."""
    casebook = state.casebooks.get(draft.participant or "")
    site = draft.site if casebook is None else casebook.site
    query = None if casebook is None or draft.act not in FOLLOWING else casebook.queries.get(draft.about or 0)
    right = ACTS[act.name].right
    if query is None:
        return right, draft.form, site, level_of(cell_of(draft))
    is_own = query.by == by and not query.rule
    return "query" if is_own and right == "close query" else right, query.cell.form or None, site, "form"


def doing(right: Right, form: str | None, site: str | None) -> str:
    """Say what a right would let a person do, and where."""
    names_form = form is not None and right not in {"set up", "enrol", "import", "note"}
    return RIGHTS[right] + (f" “{form}”" if names_form else "") + (f" at site {site}" if site else "")


def judge_open(desk: Desk, asked: Draft) -> None:
    """Judge the act that begins a ledger."""
    if desk.state.head.count:
        desk.refuse("ACT-22", asked)
    else:
        desk.record(asked)


def judge_grant(desk: Desk, asked: Draft) -> None:
    """Judge the grant of a role; one that is held already adds nothing."""
    person, role = asked.person or "", asked.value or ""
    if not desk.accepts(asked, person=person, site=asked.site):
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
    """Judge the taking back of a role; one that is not held adds nothing, and the last custodian stays.

    Who is custodian at one site can adopt and grant nothing for the study: they do not stand in for its last one.
    """
    grant, grants = Grant(person=asked.person or "", role=asked.value or "", site=asked.site), desk.state.people.grants
    if grant not in grants:
        return
    others = (one for one in grants - {grant} if one.role == CUSTODIAN and (one.site is None or grant.site is not None))
    if grant.role == CUSTODIAN and not any(others):
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
    judge_one = ACTS[asked.act].judge if asked.act in IMPORTED else None
    if asked.act == "enter":
        judge_answer(desk, asked)
    elif judge_one is not None:
        judge_one(desk, without_cell(asked))
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
        "propose": Kind("set up", "never", judge_propose),
        "discard": Kind("set up", "always", judge_discard),
        "approve": Kind("approve", "for a change", judge_approve),
        "adopt": Kind("set up", "for a change", judge_adopt),
        "grant": Kind("set up", "never", judge_grant),
        "revoke": Kind("set up", "always", judge_revoke),
        "screen": Kind("enrol", "for a change", judge_screen),
        "screen_fail": Kind("enrol", "for a change", judge_status),
        "enrol": Kind("enrol", "for a change", judge_status),
        "withdraw": Kind("enrol", "for a change", judge_status),
        "withdraw_consent": Kind("enrol", "for a change", judge_consent_withdrawn),
        "restore_consent": Kind("enrol", "always", judge_consent_restored),
        "complete": Kind("enrol", "for a change", judge_status),
        "reinstate": Kind("enrol", "always", judge_reinstate),
        "enter": Kind("record", "never", judge_answer),
        "correct": Kind("record", "always", judge_answer),
        "clear": Kind("record", "always", judge_answer),
        "save_form": Kind("record", "for a change", judge_whole=judge_form),
        "raise_query": Kind("query", "never", judge_raised),
        "answer_query": Kind("answer query", "never", judge_followed),
        "reassign_query": Kind("query", "never", judge_followed),
        "close_query": Kind("close query", "always", judge_followed),
        "sign": Kind("sign", "never", judge_whole=judge_sign),
        "countersign": Kind("countersign", "never", judge_countersign),
        "verify_source": Kind("verify", "never", judge_verified),
        "freeze": Kind("freeze", "never", judge_whole=judge_closing),
        "thaw": Kind("freeze", "always", judge_whole=judge_opening),
        "lock": Kind("lock", "where something is open", judge_whole=judge_closing),
        "unlock": Kind("lock", "always", judge_whole=judge_opening),
        "override": Kind("override", "always", judge_override),
        "unblind": Kind("unblind", "always", judge_unblind),
        "look": Kind("look", "always", judge_look),
        "register_recording": Kind("register", "for a change", judge_recording),
        "release_recordings": Kind("release", "never", judge_release),
        "transfer": Kind("enrol", "always", judge_transfer),
        "erase": Kind("erase", "always", judge_erase),
        "keep_identity": Kind("identify", "never", judge_identity),
        "show_identity": Kind("identify", "always", judge_identity),
        "erase_identity": Kind("erase", "always", judge_identity),
        "note": Kind("note", "never", judge_note),
        "delegate": Kind("delegate", "never", judge_delegate),
        "end_delegation": Kind("delegate", "always", judge_end),
        "train": Kind("delegate", "never", judge_train),
        "review_access": Kind("review access", "never", judge_review),
        "import_rows": Kind("import", "for a change", judge_imported),
    }
)
"""Every act by its name."""

FOLLOWING = frozenset({"answer_query", "close_query", "reassign_query"})
"""Acts that name a query by its number."""

IMPORTED = ("screen", "screen_fail", "enrol", "withdraw", "complete", "enter")
"""Acts that the rows of an import may ask for."""
