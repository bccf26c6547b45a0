"""Acts that seal: sign, check as the second person, verify against the source, freeze, lock, and open again.

Planning may refuse, recording what happened never does: what is locked is opened with a reason, and locked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from trialbook.capture.answers import at_site, find_form, find_item, is_addressed, is_visit
from trialbook.capture.asking import Act
from trialbook.capture.judging import WHAT, Desk
from trialbook.capture.ledger import Draft, cell_of
from trialbook.capture.marks import level_of
from trialbook.conduct.casebook import Casebook, Cell, Seal
from trialbook.conduct.content import content_of, lies_in
from trialbook.protocol.suggest import listed, suggest

LEVELS = ("form", "visit", "participant", "study")
ABOVE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "form": ("form", "visit", "participant"),
        "visit": ("visit", "participant"),
        "participant": ("participant",),
        "study": ("participant",),
    }
)
"""What is locked -> what a signature may speak of that covers it."""
OPENS: Mapping[str, str] = MappingProxyType({"thaw": "freeze", "unlock": "lock"})


# ---- places -----------------------------------------------------------------------------------------------------


def is_sealable(desk: Desk, act: Act, asked: Draft) -> bool:
    """Tell whether a draft names what its level says, in this study; refuse it where not."""
    level = "study" if asked.participant is None else level_of(cell_of(asked))
    if act.level not in LEVELS or level != act.level or (asked.participant is None and (asked.form or asked.visit)):
        desk.refuse("ACT-37", asked, level=act.level, known=listed(LEVELS))
        return False
    if asked.participant is None:
        return True
    return desk.is_known(asked) and is_in_study(desk, asked)


def is_in_study(desk: Desk, asked: Draft) -> bool:
    """Tell whether the study has the form and the visit of a draft, and refuse it where not."""
    if asked.form is not None:
        form = find_form(desk, asked)
        # all rows of a form together are one place
        return form is not None and is_addressed(desk, asked if asked.repeat or not form.repeating else row_of(asked))
    if asked.visit is None or is_visit(desk.study, asked.visit):
        return True
    known = desk.study.schedule.visits
    desk.refuse("ACT-06", asked, visit=asked.visit, near=suggest(asked.visit, known), known=listed(known))
    return False


def row_of(asked: Draft) -> Draft:
    """Return a draft that names a row, for judging the rest of its address."""
    return replace(asked, repeat="1")


def answers_in(casebook: Casebook, place: Cell) -> list[Cell]:
    """Return the cells of a place that have an answer."""
    return [cell for cell in casebook.answers if lies_in(cell, place)]


# ---- signatures -------------------------------------------------------------------------------------------------


def judge_sign(desk: Desk, act: Act) -> None:
    """Judge a signature: of what the person looked at, which must be what stands."""
    for asked in act.asked:
        if asked.participant is None or act.level == "study":
            desk.refuse("ACT-37", asked, level=act.level, known=listed(LEVELS[:3]))
        elif is_sealable(desk, act, asked) and desk.is_open(asked, only="lock"):
            sign_place(desk, asked)


def sign_place(desk: Desk, asked: Draft) -> None:
    """Sign a place; the same signature again adds nothing."""
    casebook, place = desk.casebook(asked.participant), cell_of(asked)
    if casebook is None:
        return
    if not (asked.text or "").strip():
        desk.refuse("ACT-38", asked)
    elif place.form and not answers_in(casebook, place):
        desk.refuse("ACT-39", asked)
    elif asked.value != content_of(desk.study, casebook, place):
        desk.refuse("ACT-40", asked)
    elif not any(is_again(seal, asked, desk.by) for seal in casebook.seals.values()):
        desk.record(at_site(desk, asked))


def is_again(seal: Seal, asked: Draft, by: str) -> bool:
    """Tell whether a person has signed this before, with this meaning, and nothing changed since."""
    same = (seal.kind, seal.cell, seal.by, seal.meaning) == (asked.act, cell_of(asked), by, asked.text)
    return same and seal.is_valid


def judge_countersign(desk: Desk, asked: Draft) -> None:
    """Judge the check of a second person: not by somebody who recorded any of it."""
    casebook = desk.casebook(asked.participant) if desk.is_known(asked) else None
    if casebook is None or not is_in_study(desk, asked) or not desk.is_open(asked, only="lock"):
        return
    answers = [casebook.answers[cell] for cell in answers_in(casebook, cell_of(asked))]
    recorders = {name for answer in answers for name in (answer.by, answer.first_by)}
    if not answers:
        desk.refuse("ACT-39", asked)
    elif desk.by in recorders:
        desk.refuse("ACT-41", asked, person=desk.by)
    elif not (asked.text or "").strip():
        desk.refuse("ACT-38", asked)
    else:
        desk.record(at_site(desk, asked, about=max(answer.seq for answer in answers)))


def judge_verified(desk: Desk, asked: Draft) -> None:
    """Judge that an answer was compared with its source; the same answer again adds nothing."""
    casebook = desk.casebook(asked.participant) if desk.is_known(asked) else None
    if casebook is None or find_item(desk, asked) is None or not is_addressed(desk, asked):
        return
    answer = casebook.answers.get(cell_of(asked))
    if answer is None:
        desk.refuse("ACT-39", asked)
    elif not casebook.is_verified(cell_of(asked)) and desk.is_open(asked, only="lock"):
        desk.record(at_site(desk, asked, about=answer.seq))


# ---- freeze and lock --------------------------------------------------------------------------------------------


def judge_closing(desk: Desk, act: Act) -> None:
    """Judge a freeze or a lock; what is closed so already stays as it is."""
    for asked in act.asked:
        if is_sealable(desk, act, asked) and own_seal(desk, asked, asked.act) is None:
            if asked.act == "freeze" and not desk.is_open(asked, only="lock"):
                continue
            lacking = list(unfinished(desk, asked)) if asked.act == "lock" and asked.reason is None else []
            for code, count in lacking:
                desk.refuse(code, asked, count=str(count), what=WHAT[act.level])
            if not lacking:
                desk.record(at_site(desk, asked))


def judge_opening(desk: Desk, act: Act) -> None:
    """Judge the end of a freeze or a lock; the act names what was closed, not a part of it."""
    for asked in act.asked:
        if not is_sealable(desk, act, asked):
            continue
        seal = own_seal(desk, asked, OPENS[asked.act])
        if seal is not None:
            desk.record(at_site(desk, asked, about=seal.seq))
        elif desk.closing(asked) is not None:
            desk.is_open(asked)


def own_seal(desk: Desk, asked: Draft, kind: str) -> Seal | None:
    """Return the freeze or lock of exactly what a draft names."""
    casebook = desk.casebook(asked.participant)
    seals = desk.state.marks.seals if asked.participant is None else {} if casebook is None else casebook.seals
    level = "study" if asked.participant is None else level_of(cell_of(asked))
    wanted = (kind, level, cell_of(asked))
    return next((one for one in seals.values() if (one.kind, one.level, one.cell) == wanted), None)


def unfinished(desk: Desk, asked: Draft) -> Iterator[tuple[str, int]]:
    """Yield why something cannot be locked without a reason: queries that are not closed, signatures that lack."""
    everybody = desk.state.casebooks.values() if asked.participant is None else [desk.casebook(asked.participant)]
    concerned = [casebook for casebook in everybody if casebook is not None]
    queries = sum(has_open(casebook, cell_of(asked)) for casebook in concerned)
    if queries:
        yield "ACT-42", queries
    level = "study" if asked.participant is None else level_of(cell_of(asked))
    unsigned = sum(is_unsigned(desk, casebook, cell_of(asked), level) for casebook in concerned)
    if unsigned:
        yield "ACT-43", unsigned


def has_open(casebook: Casebook, place: Cell) -> int:
    """Count the queries about a place that are not closed."""
    return sum(query.status != "closed" and lies_in(query.cell, place) for query in casebook.queries.values())


def is_unsigned(desk: Desk, casebook: Casebook, place: Cell, level: str) -> bool:
    """Tell whether what is to be locked waits for a signature that a role of the study gives."""
    signed = {word for role in desk.study.roles.values() for word in role.signs}
    if not signed.intersection(ABOVE[level]) or (level == "study" and not casebook.was_enrolled):
        return False
    return not any(seal.kind == "sign" and seal.is_valid and seal.covers(place) for seal in casebook.seals.values())
