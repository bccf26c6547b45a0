"""Acts on consent: withdrawn from treatment or to the use of data, and given again.

Neither waits for a lock to be opened: what somebody may not do any more with the data of a person holds from the day on
which it is known.
"""

from __future__ import annotations

from dataclasses import replace

from trialbook.capture.judging import Desk, at_cell
from trialbook.capture.ledger import ANSWERS, Draft
from trialbook.capture.statuses import DAY
from trialbook.conduct.casebook import Casebook
from trialbook.conduct.withdrawing import SCOPES, TREATMENT, Scope, data_use_ended, read_scope, written
from trialbook.errors import Problem
from trialbook.protocol.suggest import listed
from trialbook.protocol.values import parse_value


def judge_consent_withdrawn(desk: Desk, asked: Draft) -> None:
    """Judge that a participant withdrew from treatment, or the consent to the use of data; again it adds nothing."""
    casebook = desk.casebook(asked.participant)
    on, scope = read_scope(asked.value or "")
    if casebook is None or scope is None:
        _refuse(desk, asked, scope)
        return
    if scope == TREATMENT and not casebook.was_enrolled:
        desk.refuse("ACT-17", asked, act="withdraw from treatment", status=casebook.status)
        return
    day = parse_value(DAY, on, missing={}) if on else None
    if isinstance(day, Problem):
        desk.problems.append(at_cell(day, asked))
        return
    value = written(None if day is None else day.value, scope)
    _record(desk, replace(asked, value=value, text=asked.text or None, site=casebook.site), casebook, scope)


def _record(desk: Desk, wanted: Draft, casebook: Casebook, scope: Scope) -> None:
    standing = casebook.withdrawn_from.get(scope)
    if standing is None:
        desk.record(replace(wanted, reason=None))
        return
    told = (written(standing.on, scope), standing.why or None)
    asked = (wanted.value if read_scope(wanted.value or "")[0] else told[0], wanted.text or told[1])
    if asked == told:
        return
    if wanted.reason is None:
        desk.refuse("ACT-18", wanted, old=f"withdrawn {told[0]}", new=f"withdrawn {asked[0]}")
    else:
        desk.record(replace(wanted, value=asked[0], text=asked[1], about=standing.seq))


def judge_consent_restored(desk: Desk, asked: Draft) -> None:
    """Judge that a consent is given again, or was withdrawn by mistake; where it stands, nothing is added."""
    casebook = desk.casebook(asked.participant)
    _, scope = read_scope(asked.value or "")
    if casebook is None or scope is None:
        _refuse(desk, asked, scope)
    elif scope in casebook.withdrawn_from:
        desk.record(replace(asked, value=scope, site=casebook.site, about=casebook.withdrawn_from[scope].seq))


def _refuse(desk: Desk, asked: Draft, scope: Scope | None) -> None:
    if desk.is_known(asked) and scope is None:
        desk.refuse("ACT-87", asked, scope=ascii(asked.value or "").strip("'"), known=listed(SCOPES))


def tell_unused(desk: Desk) -> None:
    """Note once for each participant that what is recorded now goes into no data set."""
    for code in dict.fromkeys(draft.participant for draft in desk.drafts if draft.act in ANSWERS):
        casebook = desk.casebook(code)
        ended = None if casebook is None else data_use_ended(casebook)
        if ended is not None:
            values = {"participant": code or "", "day": ended.on or "a day not recorded"}
            first = next(draft for draft in desk.drafts if draft.participant == code)
            desk.notes.append(at_cell(Problem(code="ACT-88", values=values, level="warning"), first))
