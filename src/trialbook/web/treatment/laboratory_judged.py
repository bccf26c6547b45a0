"""Whether a laboratory value is clinically significant, and whether that was said of what stands there now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from trialbook.capture.ledger import ANSWERS, Entry, cell_of
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.flags import limits_of
from trialbook.protocol.model import Form, Item, Study

SUFFIXES = ("_significant", "_cs")
"""An item of this name beside a laboratory item says whether its value was clinically significant."""
JUDGED: Mapping[str, bool] = MappingProxyType({"significant": True, "not significant": False})
Changed = Literal["", "value", "limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Whether somebody found a value clinically significant."""

    is_significant: bool
    by: str
    at: str
    words: str
    changed: Changed
    """What is another than when it was said: the value, or its limits of normal; empty where it holds."""

    @property
    def is_of_this(self) -> bool:
        """Tell whether it was said of what stands there now."""
        return not self.changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was recorded of a participant, by which judgements are set against what they judged."""

    study: Study
    """The version in force."""
    casebook: Casebook
    entries: Mapping[Cell, Sequence[Entry]]
    """Of the participant, by cell, the first one first."""
    version: Callable[[str], Study]
    """Gives the version of the study with a fingerprint."""

    def of(self, cell: Cell) -> Sequence[Entry]:
        """Return the entries of a cell."""
        return self.entries.get(cell, ())


def by_cell(entries: Iterable[Entry]) -> dict[Cell, list[Entry]]:
    """Sort the entries of a participant that are about one item."""
    found: dict[Cell, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.item:
            found[cell_of(entry)].append(entry)
    return found


def judging_item(form: Form, item: Item) -> Item | None:
    """Return the item of the form that says whether a value is clinically significant, None where it has none."""
    return next((form.items[item.id + end] for end in SUFFIXES if item.id + end in form.items), None)


def judgement_of(told: Told, form: Form, item: Item, cell: Cell) -> Judgement | None:
    """Return whether a value was found significant: by the item that the form has for it, else by a note.

    Of a form that has the item, a note only says that its answer holds for a value or limits that were changed.
    """
    judge, note = judging_item(form, item), _noted(told, cell)
    if judge is None:
        return note
    said = _answered(told, item, cell, cell._replace(item=judge.id))
    if said is None or note is None or said.is_of_this or not note.is_of_this:
        return said
    return note if note.is_significant == said.is_significant else said


def sayable(form: Form, item: Item, judgement: Judgement | None) -> tuple[str, ...]:
    """Return what a note may say of a value that is to be judged.

    Where the form has an item for it, only that its answer holds; any other is corrected there.
    """
    if judging_item(form, item) is None:
        return tuple(JUDGED)
    if judgement is None or judgement.is_of_this:
        return ()
    return tuple(meaning for meaning, is_significant in JUDGED.items() if is_significant == judgement.is_significant)


def _noted(told: Told, cell: Cell) -> Judgement | None:
    notes = [entry for entry in told.of(cell) if entry.act == "note" and entry.value in JUDGED]
    if not notes:
        return None
    note, item = notes[-1], _item(told.study, cell)
    is_same = item is not None and note.about == told.casebook.answers[cell].seq
    return Judgement(
        is_significant=JUDGED[note.value or ""],
        by=note.by,
        at=note.at,
        words=note.text or "",
        changed=_changed(told, item, cell, note) if item is not None and is_same else "value",
    )


def _answered(told: Told, item: Item, cell: Cell, judge: Cell) -> Judgement | None:
    answer = told.casebook.answers.get(judge)
    if answer is None or answer.value not in {"yes", "no"}:
        return None
    entry = next((one for one in told.of(judge) if one.seq == answer.seq), None)
    changed: Changed = "" if entry is None else _changed(told, item, cell, entry)
    return Judgement(is_significant=answer.value == "yes", by=answer.by, at=answer.at, words="", changed=changed)


def _item(study: Study, cell: Cell) -> Item | None:
    form = study.forms.get(cell.form)
    return None if form is None else form.items.get(cell.item)


# ---- what it was said of ----------------------------------------------------------------------------------------


def _changed(told: Told, item: Item, cell: Cell, judged: Entry) -> Changed:
    """Say what is another than when a value was judged; what was first recorded later changes nothing."""
    then = _as_judged(told, _behind(told.study, item, cell), judged)
    now = told.casebook.answers[cell]
    if cell in then and (then[cell].value, then[cell].unit) != (now.value, now.unit):
        return "value"
    return "" if _has_same_limits(told, item, cell, then, judged) else "limits"


def _behind(study: Study, item: Item, cell: Cell) -> list[Cell]:
    """Return the cells of a value, of the limits of its day, and of the sex and age on which limits may hang."""
    own = [cell._replace(item=name) for name in (item.id, item.lower_item, item.upper_item) if name is not None]
    names = ((study.participants.sex or "").partition("."), (study.participants.age or "").partition("."))
    return [*own, *(Cell("", form, "", name) for form, _, name in names if name)]


def _as_judged(told: Told, cells: Sequence[Cell], judged: Entry) -> dict[Cell, Answer]:
    """Return what stood in cells when a judgement was recorded, that of the same save included.

    What the asker is not shown now, or what was first recorded later, counts as it stands now.
    """
    found: dict[Cell, Answer] = {}
    for cell in cells:
        known = [one for one in told.of(cell) if one.act in ANSWERS and _is_before(one, judged)]
        answer = told.casebook.answers.get(cell)
        if answer is not None:
            found[cell] = answer if not known or known[-1].act == "clear" else _answer(known[-1])
    return found


def _is_before(entry: Entry, judged: Entry) -> bool:
    return entry.seq <= judged.seq or entry.request == judged.request


def _answer(entry: Entry) -> Answer:
    return Answer(text=entry.text or "", value=entry.value, unit=entry.unit, missing=entry.missing, seq=entry.seq)


def _has_same_limits(told: Told, item: Item, cell: Cell, then: Mapping[Cell, Answer], judged: Entry) -> bool:
    """Tell whether the limits of a value are those by which it was judged, of the version of the study of then."""
    study = told.study if judged.study == told.study.fingerprint else told.version(judged.study)
    asked = _item(study, cell)
    if asked is None:
        return True
    before = limits_of(study, replace(told.casebook, answers={**told.casebook.answers, **then}), asked, cell)
    return before[:2] == limits_of(told.study, told.casebook, item, cell)[:2]
