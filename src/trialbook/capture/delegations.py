"""Who was delegated which task from when to when, who was trained in what, when access was reviewed (ICH GCP 4.1.5).

The entries `delegate`, `end_delegation`, `train` and `review_access` say so; people are named by their codes. A role
that is held without a delegation, or without the training that the study file asks for, is a finding, and stops nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from trialbook.capture.judging import Desk, at_cell
from trialbook.capture.ledger import Draft, Entry
from trialbook.capture.people import Grant, People, role_gives
from trialbook.errors import Problem
from trialbook.protocol.model import Item, Study
from trialbook.protocol.suggest import listed, suggest
from trialbook.protocol.values import parse_value

DAY = Item(id="on", kind="date", label={"en": "Date"})
ACCESS_ACTS = frozenset({"delegate", "end_delegation", "train", "review_access"})
"""Acts whose entries this module reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """Tasks that were delegated to a person, with the role in which they do them."""

    seq: int
    person: str
    role: str
    tasks: str
    since: date
    site: str | None = None
    by: str = ""
    """Who delegated, and signed for it."""
    at: str = ""
    until: date | None = None
    """Last day; None while no end is recorded."""
    ended_by: str = ""
    why: str = ""

    def holds_on(self, day: date) -> bool:
        """Tell whether the tasks are delegated on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """That a person was trained."""

    seq: int
    person: str
    topic: str
    version: str
    """Of the protocol, manual or course; empty where nobody said."""
    on: date
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """That somebody looked through who may see and do what."""

    seq: int
    by: str
    at: str
    """UTC, as in the ledger."""
    remarks: str
    seen: str
    """Hash of the list that was looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLog:
    """Everything of delegation, training and review that a ledger holds, in its order."""

    delegations: tuple[Delegation, ...] = ()
    trainings: tuple[Training, ...] = ()
    reviews: tuple[Review, ...] = ()


GapKind = Literal["not delegated", "not trained", "trained later", "no role"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What is missing for a role that a person holds, or a delegation without its role."""

    kind: GapKind
    person: str
    role: str
    site: str | None = None
    topic: str = ""
    on: date | None = None
    """Of what was trained too late: the day."""


# ---- what the entries say ---------------------------------------------------------------------------------------


def fold_staff(entries: Iterable[Entry]) -> StaffLog:
    """Return the delegations, trainings and reviews that entries tell of; an end that names no delegation ends none."""
    delegations: dict[int, Delegation] = {}
    trainings: list[Training] = []
    reviews: list[Review] = []
    for entry in entries:
        day, _, rest = (entry.value or "").partition(" ")
        if entry.act == "review_access":
            reviews.append(
                Review(seq=entry.seq, by=entry.by, at=entry.at, remarks=entry.text or "", seen=entry.value or "")
            )
        elif entry.act in ACCESS_ACTS and not entry.is_erased:
            _take(delegations, trainings, entry, date.fromisoformat(day), rest)
    return StaffLog(delegations=tuple(delegations.values()), trainings=tuple(trainings), reviews=tuple(reviews))


def _take(delegations: dict[int, Delegation], trainings: list[Training], entry: Entry, day: date, rest: str) -> None:
    """Take in one entry; `rest` is what stands behind its day: a role, or the version of what was trained."""
    who, said = entry.person or "", entry.text or ""
    if entry.act == "delegate":
        delegations[entry.seq] = Delegation(
            seq=entry.seq, person=who, role=rest, tasks=said, since=day, site=entry.site, by=entry.by, at=entry.at
        )
    elif entry.act == "train":
        trainings.append(
            Training(seq=entry.seq, person=who, topic=said, version=rest, on=day, by=entry.by, at=entry.at)
        )
    elif (ended := delegations.get(entry.about or 0)) is not None and ended.person == who:
        delegations[ended.seq] = replace(ended, until=day, ended_by=entry.by, why=entry.reason or "")


# ---- what is missing --------------------------------------------------------------------------------------------


def gaps(study: Study, people: People, log: StaffLog, today: date) -> Iterator[Gap]:
    """Yield what is missing on a day, by person and role.

    Who holds the right `delegate` takes tasks by themselves, and needs none delegated; the custodian's role is no task
    of the study.
    """
    for held in sorted(people.grants, key=lambda one: (one.person, one.role, one.site or "")):
        if held.role in study.roles:
            yield from _of_grant(study, held, log, today)
    roles = {(held.person, held.role) for held in people.grants}
    for one in log.delegations:
        if one.holds_on(today) and (one.person, one.role) not in roles:
            yield Gap(kind="no role", person=one.person, role=one.role, site=one.site)


def _of_grant(study: Study, held: Grant, log: StaffLog, today: date) -> Iterator[Gap]:
    """Yield what is missing for one role that a person holds."""
    mine = [
        one
        for one in log.delegations
        if (one.person, one.role) == (held.person, held.role) and one.site in {None, held.site} and one.holds_on(today)
    ]
    if not mine and not role_gives(study, held.role, "delegate"):
        yield Gap(kind="not delegated", person=held.person, role=held.role, site=held.site)
    for topic in study.roles[held.role].training:
        days = [one.on for one in log.trainings if one.person == held.person and is_about(one.topic, topic)]
        if min(days, default=date.max) > today:
            yield Gap(kind="not trained", person=held.person, role=held.role, site=held.site, topic=topic)
        elif mine and min(days) > min(one.since for one in mine):
            yield Gap(
                kind="trained later", person=held.person, role=held.role, site=held.site, topic=topic, on=min(days)
            )


def is_about(topic: str, wanted: str) -> bool:
    """Tell whether two topics are the same, however their letters are written."""
    return " ".join(topic.split()).casefold() == " ".join(wanted.split()).casefold()


def review_is_due(log: StaffLog, today: date, *, days: int) -> bool:
    """Tell whether nobody reviewed access within so many days."""
    return not log.reviews or (today - datetime.fromisoformat(log.reviews[-1].at).date()).days > days


# ---- judging ----------------------------------------------------------------------------------------------------


def judge_delegate(desk: Desk, asked: Draft) -> None:
    """Judge that tasks are delegated: to whom, in which role, from which day."""
    _, role = _parts(asked)
    known = tuple(desk.study.roles)
    if not desk.accepts(asked, person=asked.person or "", site=asked.site):
        return
    if role not in known:
        desk.refuse("ACT-20", asked, role=role, near=suggest(role, known), known=listed(known))
    elif not (asked.text or "").strip():
        desk.refuse("ACT-70", asked)
    else:
        _record(desk, asked)


def judge_end(desk: Desk, asked: Draft) -> None:
    """Judge that a delegation ended on a day."""
    if asked.about is None or asked.about > desk.state.head.count:
        desk.refuse("ACT-71", asked)
    elif desk.accepts(asked, person=asked.person or "", site=asked.site):
        _record(desk, asked)


def judge_train(desk: Desk, asked: Draft) -> None:
    """Judge that a person was trained on a day."""
    if not (asked.text or "").strip():
        desk.refuse("ACT-72", asked)
    elif desk.accepts(asked, person=asked.person or "", site=asked.site):
        _record(desk, asked)


def judge_review(desk: Desk, asked: Draft) -> None:
    """Judge that access was reviewed: it is recorded as it was said."""
    desk.record(asked)


def _parts(asked: Draft) -> tuple[str, str]:
    """Return the day of a draft, and what stands behind it."""
    day, _, rest = (asked.value or "").partition(" ")
    return day, rest.strip()


def _record(desk: Desk, asked: Draft) -> None:
    """Record a draft whose value begins with a day, once the day is understood."""
    day, rest = _parts(asked)
    read = parse_value(DAY, day, missing={})
    if isinstance(read, Problem):
        desk.problems.append(at_cell(read, asked))
    else:
        desk.record(replace(asked, value=f"{read.value} {rest}".strip()))
