"""What an amendment would change: every participant judged by the plan in force and by the new one.

Nothing recorded is touched by an amendment. What changes is how it is judged; that is shown here beforehand, change by
change. See `judgements` for why it is what is found afterwards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from types import MappingProxyType

from trialbook.conduct.casebook import Casebook
from trialbook.conduct.deviations import AGAINST
from trialbook.conduct.judgements import NO_VISIT, Judgement, Key, judge_casebook
from trialbook.conduct.reconsent import Demand
from trialbook.protocol.amendments import Change, compare_studies
from trialbook.protocol.model import Item, Study

ALIKE = 0.6
"""How alike the ids of two items of a kind must be to be taken for one that was renamed; 1 is the same."""

WORDS_ONLY = frozenset({"label", "rating", "help", "group_labels", "title", "objective"})
"""Last parts of a path: what only says something, and by which nothing is judged."""

ORDER = re.compile(r"schedule\.visits\..*\.order")

NO_PLANS: Mapping[str, Study] = MappingProxyType({})

Demands = Callable[[str | None], Demand | None]
"""Site -> the demand to consent again that holds there."""


def no_demand(_site: str | None) -> Demand | None:
    """Ask nobody to consent again."""
    return None


Step = Callable[[int, int], None]
"""Called with how many participants are judged, and how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One thing that the new plan says otherwise of a participant."""

    participant: str
    site: str | None
    key: Key
    before: str
    """What the plan in force says; empty where it says nothing."""
    after: str
    seqs: tuple[int, ...] = ()
    answer: str = ""
    """The answer as typed, where it speaks of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One change of the plan, and what follows from it."""

    change: Change
    shifts: tuple[Shift, ...]

    @property
    def participants(self) -> tuple[str, ...]:
        """Whom it touches."""
        return tuple(dict.fromkeys(one.participant for one in self.shifts))

    @property
    def visits(self) -> int:
        """How many visits of participants it touches."""
        return len({(one.participant, one.key.visit) for one in self.shifts if one.key.visit})

    @property
    def values(self) -> int:
        """How many answers it touches."""
        return len({(one.participant, seq) for one in self.shifts for seq in one.seqs})


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """An item that was taken out while one that looks like it was added; the answers stay under the old name."""

    form: str
    old: str
    new: str
    answers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """All that changes with an amendment."""

    effects: tuple[Effect, ...]
    """In the order of the plan; a change that touches nothing recorded has no shifts."""
    other: tuple[Shift, ...]
    """What follows from several changes together, or indirectly."""
    renamed: tuple[Renamed, ...]
    judged: int
    """Participants who were judged."""

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """Everything that is judged otherwise, each once, by participant."""
        every = dict.fromkeys((*(one for effect in self.effects for one in effect.shifts), *self.other))
        return tuple(sorted(every, key=lambda one: (one.participant, one.key)))

    def counts(self) -> Mapping[str, int]:
        """Count what is judged otherwise, by aspect."""
        return Counter(one.key.aspect for one in self.shifts)


def foresee(
    old: Study,
    new: Study,
    casebooks: Iterable[Casebook],
    today: date,
    *,
    plans: Mapping[str, Study] = NO_PLANS,
    asked: tuple[Demands, Demands] = (no_demand, no_demand),
    step: Step | None = None,
) -> Consequences:
    """Judge every participant by both plans on a day, and return what differs, by the change from which it follows.

    `plans` holds the plans in force at sites where it is not `old`; `asked` says who is asked to consent again, now and
    then.
    """
    changes, books = listed_changes(old, new), tuple(casebooks)
    shifts: list[Shift] = []
    for number, casebook in enumerate(books):
        if step is not None:
            step(number, len(books))
        now, then = (demands(casebook.site) for demands in asked)
        before = judge_casebook(old.version_at(casebook.site, plans), casebook, today, demand=now)
        shifts += shifts_of(casebook, before, judge_casebook(new, casebook, today, demand=then))
    effects, other = by_change(changes, shifts)
    renamed = tuple(renamed_items(old, new, books))
    return Consequences(effects=effects, other=other, renamed=renamed, judged=len(books))


def listed_changes(old: Study, new: Study) -> tuple[Change, ...]:
    """Return what differs, without the places of visits in their order that follow from one added or taken out."""
    changes = compare_studies(old, new)
    is_counted_anew = old.schedule.visits.keys() != new.schedule.visits.keys()
    kept = [one for one in changes if not (is_counted_anew and ORDER.fullmatch(one.where))]
    return tuple(merged_windows(kept))


def merged_windows(changes: Iterable[Change]) -> Iterator[Change]:
    """Yield changes, those of the first and the last day of one window as one."""
    waiting: Change | None = None
    for one in changes:
        window = one.where.removesuffix(".last")
        if waiting is not None and waiting.where == f"{window}.first" and one.where != window:
            before, after = (f"{waiting.before} to {one.before}", f"{waiting.after} to {one.after}")
            yield Change(kind="changed", where=window, before=before, after=after)
            waiting = None
            continue
        if waiting is not None:
            yield waiting
        waiting = one if one.where.endswith("window.first") else None
        if waiting is None:
            yield one
    if waiting is not None:
        yield waiting


def shifts_of(casebook: Casebook, before: Mapping[Key, Judgement], after: Mapping[Key, Judgement]) -> Iterator[Shift]:
    """Yield what two plans say otherwise of a participant."""
    texts = {answer.seq: answer.text for answer in casebook.answers.values()}
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        if (old and old.says) != (new and new.says):
            told = new or old
            seqs = told.seqs if told is not None else ()
            yield Shift(
                participant=casebook.participant, site=casebook.site, key=key, seqs=seqs,
                before="" if old is None else old.says, after="" if new is None else new.says,
                answer=texts.get(seqs[0], "") if len(seqs) == 1 else "",
            )  # fmt: skip


# ---- from which change it follows -------------------------------------------------------------------------------


def by_change(changes: Iterable[Change], shifts: Iterable[Shift]) -> tuple[tuple[Effect, ...], tuple[Shift, ...]]:
    """Give every shift to the changes from which it follows; return those too that follow from none alone."""
    changes = tuple(changes)
    found: dict[str, list[Shift]] = {change.where: [] for change in changes}
    judging = [change.where for change in changes if change.where.rpartition(".")[2] not in WORDS_ONLY]
    other: list[Shift] = []
    known: dict[tuple[Key, bool], tuple[str, ...]] = {}
    for shift in shifts:
        is_visit = NO_VISIT in {shift.before, shift.after}
        if (shift.key, is_visit) not in known:
            known[shift.key, is_visit] = causes_of(shift.key, judging, by_visit=is_visit)
        causes = known[shift.key, is_visit]
        for where in causes:
            found[where].append(shift)
        if not causes:
            other.append(shift)
    effects = tuple(Effect(change=change, shifts=tuple(found[change.where])) for change in changes)
    return effects, tuple(other)


def causes_of(key: Key, changes: Iterable[str], *, by_visit: bool = False) -> tuple[str, ...]:
    """Return the changes from which a shift follows: those of the nearest part of the plan that it speaks of.

    With `by_visit` that is the visit: it was added or taken out.
    """
    paths = tuple(changes)
    for part in (f"schedule.visits.{key.visit}",) if by_visit else parts_of(key):
        found = tuple(where for where in paths if _touches(part, where))
        if found:
            return found
    return ()


def parts_of(key: Key) -> Iterator[str]:
    """Yield the parts of the plan that a judgement speaks of, the nearest first."""
    if key.aspect in {"criterion", "eligibility"}:
        yield f"criteria.{key.name}" if key.name else "criteria"
    if key.aspect == "dose" or key.name.startswith(("dose:", "constancy:")):
        yield f"treatments.{key.name.split(' ')[0]}" if key.aspect == "dose" else "treatments"
    if key.name.startswith("eligibility:"):
        yield "criteria"
    if key.aspect == "consent":
        yield "amendments.consent"
    if key.form and key.name.startswith("check "):
        yield f"forms.{key.form}.checks.{key.name.removeprefix('check ')}"
    if key.form and key.item and key.aspect != "deviation":
        yield f"forms.{key.form}.items.{key.item}"
        yield f"forms.{key.form}.derived.{key.item}"
    if key.form:
        yield f"forms.{key.form}"
    yield from _parts_beside(key)
    if key.visit:
        yield f"schedule.visits.{key.visit}"
        yield "schedule"


def _parts_beside(key: Key) -> Iterator[str]:
    """Yield what a judgement rests on beside its own part: a dose against a result on other forms, limits on sex."""
    if key.name.removeprefix("dose: ") in AGAINST.values():
        yield "forms"
    if key.aspect == "laboratory":
        yield "participants"


def _touches(part: str, where: str) -> bool:
    """Tell whether a change lies in a part of the plan, or the part in what was changed."""
    return where == part or where.startswith(f"{part}.") or part.startswith(f"{where}.")


# ---- renamed ----------------------------------------------------------------------------------------------------


def renamed_items(old: Study, new: Study, casebooks: tuple[Casebook, ...]) -> Iterator[Renamed]:
    """Yield the items that look renamed: one was taken out, and one of its kind was added that is called much alike."""
    for form in old.forms.values():
        if form.id not in new.forms:
            continue
        later = new.forms[form.id].items
        added = [item for name, item in later.items() if name not in form.items]
        for item in (item for name, item in form.items.items() if name not in later):
            like = max(added, key=lambda one: _likeness(item, one), default=None)
            if like is not None and _likeness(item, like) >= ALIKE:
                held = sum((cell.form, cell.item) == (form.id, item.id) for one in casebooks for cell in one.answers)
                yield Renamed(form=form.id, old=item.id, new=like.id, answers=held)


def _likeness(old: Item, new: Item) -> float:
    """Return how alike two items are: 0 for other kinds, 1 for the same label or unit and standard name."""
    if old.kind != new.kind:
        return 0.0
    if old.label == new.label or (old.loinc is not None and old.loinc == new.loinc):
        return 1.0
    return SequenceMatcher(None, old.id, new.id).ratio()
