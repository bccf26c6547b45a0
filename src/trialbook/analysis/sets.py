"""Analysis sets: who is analysed (ICH E9), in the order of the participants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from trialbook.analysis.frames import books
from trialbook.conduct.answers import values_for
from trialbook.conduct.casebook import EVER_ENROLLED
from trialbook.conduct.schedule import anchor_date
from trialbook.errors import Problem
from trialbook.protocol.conditions import Where, compile_condition, names_for

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.conduct.casebook import Casebook
    from trialbook.protocol.model import AnalysisSet

ENROLLED = "enrolled"
"""Name under which selectors know everybody who was ever enrolled, where the plan has no set of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Whom a condition holds for, and for whom an answer that it needs is missing."""

    true: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The participants of every analysis set of the plan."""

    sets: Mapping[str, tuple[str, ...]]
    unknown: Mapping[str, tuple[str, ...]]
    """Set -> participants of whom nobody can tell whether they belong to it; they are left out."""

    def of(self, name: str) -> tuple[str, ...]:
        """Return the participants of a set; KeyError where there is none of that name."""
        return self.sets[name]


@lru_cache(maxsize=8)
def members(datasets: Datasets) -> Members:
    """Work out who belongs to each analysis set: of those ever enrolled, by status or by a condition."""
    sets: dict[str, tuple[str, ...]] = {ENROLLED: enrolled(datasets)}
    unknown: dict[str, tuple[str, ...]] = {}
    for planned in datasets.study.analysis.sets.values():
        found = _judged(datasets, planned)
        sets[planned.id], unknown[planned.id] = found.true, found.unknown
    return Members(sets=sets, unknown=unknown)


def _judged(datasets: Datasets, planned: AnalysisSet) -> Judged:
    if planned.who == "enrolled":
        return Judged(true=enrolled(datasets), unknown=())
    if planned.who == "completed":
        return Judged(true=with_status(datasets, ("completed",)), unknown=())
    return judge(datasets, planned.when or "false", "set")


@lru_cache(maxsize=32)
def judge(datasets: Datasets, when: str, where: Where, visit: str = "") -> Judged:
    """Judge a condition for all ever enrolled, at a visit where one is named; what cannot be judged is unknown."""
    who = enrolled(datasets)
    condition = compile_condition(when, names_for(datasets.study, where))
    if isinstance(condition, Problem):
        return Judged(true=(), unknown=who)
    study, known = datasets.study, books(datasets)

    def answer(book: Casebook) -> bool | Problem | None:
        anchor = anchor_date(datasets.plan_of(book.site), book)
        return condition.judge(values_for(study, book, visit=visit, anchor=anchor, names=condition.names))

    answers = {code: answer(known[code]) for code in who}
    return Judged(
        true=tuple(code for code in who if answers[code] is True),
        unknown=tuple(code for code in who if answers[code] is not True and answers[code] is not False),
    )


def enrolled(datasets: Datasets) -> tuple[str, ...]:
    """Return everybody who was ever enrolled."""
    return with_status(datasets, EVER_ENROLLED)


def with_status(datasets: Datasets, statuses: tuple[str, ...]) -> tuple[str, ...]:
    """Return the participants whose status is one of these."""
    import polars as pl

    return tuple(datasets.participants.filter(pl.col("status").is_in(statuses))["participant"])
