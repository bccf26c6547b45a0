"""What an act is judged against, and what comes of it; the working paper between the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from trialbook.capture.ledger import ANSWERS, EMPTY, Draft, Head, cell_of, follow
from trialbook.capture.people import People, likeness
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.errors import Place, Problem
from trialbook.protocol.model import Study
from trialbook.protocol.suggest import suggest

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is recorded so far, as far as an act needs it."""

    head: Head = EMPTY
    fingerprint: str = ""
    """Fingerprint of the study file in force; empty before the first is adopted."""
    people: People = field(default_factory=People)
    codes: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Every participant's code by its `likeness`."""
    casebooks: Mapping[str, Casebook] = field(default_factory=lambda: MappingProxyType({}))
    """At least those of the participants whom the act names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What an act records, or why it records nothing."""

    drafts: tuple[Draft, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    """What was recorded as it is and ought to be looked at; level `warning`."""
    role: str | None = None
    """Role by which the person might do it."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """The working paper of one act: the state with what the act records so far laid over it."""

    study: Study
    state: State
    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    casebooks: dict[str, Casebook] = field(default_factory=dict)
    answers: dict[str, dict[Cell, Answer]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)

    def casebook(self, participant: str | None) -> Casebook | None:
        """Return the casebook of a participant, without the answers that this act gives."""
        if participant is None:
            return None
        return self.casebooks.get(participant) or self.state.casebooks.get(participant)

    def standing(self, participant: str, cell: Cell) -> Answer | None:
        """Return the answer that stands in a cell."""
        if participant in self.answers:
            return self.answers[participant].get(cell)
        casebook = self.casebook(participant)
        return None if casebook is None else casebook.answers.get(cell)

    def code_like(self, participant: str) -> str | None:
        """Return a participant's code that looks like this one, None where there is none."""
        like = likeness(participant)
        return self.codes.get(like) or self.state.codes.get(like)

    def record(self, draft: Draft) -> None:
        """Lay a draft over the state; it gets the number that it will have in the ledger."""
        seq = self.state.head.count + len(self.drafts) + 1
        self.drafts.append(draft)
        if draft.participant is None:
            return
        if draft.act in ANSWERS:
            self._answer(draft.participant, draft, seq)
        elif draft.item is None:
            self.codes[likeness(draft.participant)] = draft.participant
            self.casebooks[draft.participant] = follow(self.casebook(draft.participant), draft, seq=seq)

    def _answer(self, participant: str, draft: Draft, seq: int) -> None:
        casebook = self.casebook(participant)
        recorded = {} if casebook is None else casebook.answers
        live = self.answers.setdefault(participant, dict(recorded))
        if draft.act == "clear":
            live.pop(cell_of(draft), None)
        else:
            live[cell_of(draft)] = Answer(
                text=draft.text or "", value=draft.value, unit=draft.unit, missing=draft.missing, seq=seq
            )

    def refuse(self, code: str, asked: Draft, /, **values: str) -> None:
        """Note why a draft cannot be recorded."""
        self.problems.append(Problem(code=code, place=place_of(asked), values=values))

    def is_known(self, asked: Draft) -> bool:
        """Tell whether the participant of a draft is in the study, and refuse the draft where not."""
        if self.casebook(asked.participant) is not None:
            return True
        name = asked.participant or ""
        self.refuse("ACT-03", asked, participant=name, near=suggest(name, self.state.codes.values()))
        return False


def place_of(asked: Draft) -> Place:
    """Return where a draft or entry stands: its cell, and the row and column of the file it came from."""
    return Place(
        file=asked.source_file,
        line=asked.source_row,
        header=asked.source_column,
        participant=asked.participant,
        visit=asked.visit,
        form=asked.form,
        repeat=asked.repeat,
        item=asked.item,
    )


def at_cell(problem: Problem, asked: Draft) -> Problem:
    """Return a problem with the place of the draft that it speaks of."""
    return replace(problem, place=place_of(asked))
