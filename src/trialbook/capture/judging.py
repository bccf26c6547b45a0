"""What an act is judged against, and what comes of it; the working paper between the two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from trialbook.capture.ledger import ANSWERS, EMPTY, Draft, Entry, Head, cell_of, follow, mark_by
from trialbook.capture.marks import MARKS, StudyMarks, marked, voided
from trialbook.capture.people import People, Right, holders, is_code, likeness, printable
from trialbook.capture.versions import Versions
from trialbook.conduct.casebook import CLOSING, Answer, Casebook, Cell, Seal, SealKind
from trialbook.errors import Place, Problem
from trialbook.protocol.model import Study
from trialbook.protocol.suggest import suggest

WHAT: Mapping[str, str] = MappingProxyType(
    {"form": "form", "visit": "visit", "participant": "record of the participant", "study": "study"}
)
"""Level -> what is sealed, in words."""

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
    marks: StudyMarks = field(default_factory=StudyMarks)
    """Freezes and locks of the study as a whole."""
    entries: Mapping[int, Entry] = field(default_factory=lambda: MappingProxyType({}))
    """The entries that the act is to erase, by their number."""
    versions: Versions = field(default_factory=Versions)
    """What was proposed, approved and adopted, and which version is in force where."""


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
    """The plan that judges: of an adoption the one that is adopted."""
    state: State
    before: Study | None = None
    """The plan in force when the act was asked."""
    by: str = ""
    """Who does it."""
    role: str | None = None
    """Role by which they may."""
    mode: str | None = None
    """How answers get in that do not say it themselves."""
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

    def casebook_now(self, participant: str) -> Casebook | None:
        """Return the casebook of a participant with the answers that this act gives."""
        casebook = self.casebook(participant)
        if casebook is None or participant not in self.answers:
            return casebook
        return replace(casebook, answers=MappingProxyType(self.answers[participant]))

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

    def accepts(self, asked: Draft, **codes: str | None) -> bool:
        """Tell whether person, participant or site can be called so, and refuse the draft at the first that cannot."""
        for what, code in codes.items():
            if code is not None and not is_code(code):
                self.refuse("ACT-15", asked, what=what, code=printable(code))
                return False
        return True

    def record(self, draft: Draft) -> None:
        """Lay a draft over the state; it gets the number that it will have in the ledger."""
        seq = self.state.head.count + len(self.drafts) + 1
        self.drafts.append(draft)
        if draft.participant is None:
            return
        casebook = self.casebook(draft.participant)
        if draft.act in ANSWERS:
            self._answer(draft.participant, draft, seq)
            if casebook is not None and casebook.seals:
                self.casebooks[draft.participant] = voided(casebook, cell_of(draft), seq)
        elif draft.act in MARKS and casebook is not None:
            mark = mark_by(draft, seq=seq, by=self.by, at="", role=self.role)
            self.casebooks[draft.participant] = marked(casebook, mark)
        elif draft.item is None:
            self.codes[likeness(draft.participant)] = draft.participant
            self.casebooks[draft.participant] = follow(casebook, draft, seq=seq)

    def _answer(self, participant: str, draft: Draft, seq: int) -> None:
        if participant not in self.answers:
            casebook = self.casebook(participant)
            self.answers[participant] = {} if casebook is None else dict(casebook.answers)
        live = self.answers[participant]
        if draft.act == "clear":
            live.pop(cell_of(draft), None)
        else:
            live[cell_of(draft)] = Answer(
                text=draft.text or "", value=draft.value, unit=draft.unit, missing=draft.missing, seq=seq
            )

    def refuse(self, code: str, asked: Draft, /, **values: str) -> None:
        """Note why a draft cannot be recorded."""
        self.problems.append(Problem(code=code, place=place_of(asked), values=values))

    def closing(self, asked: Draft, *, only: SealKind | None = None) -> Seal | None:
        """Return the lock or freeze that keeps what a draft names from being changed, or only a seal of one kind."""
        casebook, cell = self.casebook(asked.participant), cell_of(asked)
        own, wide = () if casebook is None else casebook.seals.values(), self.state.marks.seals.values()
        if not own and not wide:
            return None
        covering = [
            seal for seal in (*own, *wide) if seal.kind in CLOSING and only in {None, seal.kind} and seal.covers(cell)
        ]
        if covering and self._is_rated_after_lock(asked):
            covering = [seal for seal in covering if seal.level == "form"]
        return max(covering, key=lambda seal: (seal.kind == "lock", seal.seq), default=None)

    def _is_rated_after_lock(self, asked: Draft) -> bool:
        """Tell whether a draft rates a recording that was held until the lock: only a lock of its form ends it."""
        form, casebook = self.study.forms.get(asked.form or ""), self.casebook(asked.participant)
        is_late = form is not None and form.recordings is not None and form.recordings.rated == "at lock"
        return is_late and casebook is not None and asked.form in casebook.releases

    def is_open(self, asked: Draft, *, only: SealKind | None = None) -> bool:
        """Tell whether what a draft names may be changed, and refuse the draft where a seal keeps it."""
        seal = self.closing(asked, only=only)
        if seal is not None:
            self.problems.append(at_cell(closed_problem(self, seal), asked))
        return seal is None

    def told(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Return problems as the person may be told them: a blind role neither visits nor names of people or forms.

        `conduct.blinding` keeps from it which visit this is, how many there are, and who else works on the study.
        """
        role = self.study.roles.get(self.role or "")
        return tuple(map(without_names, problems)) if role is not None and role.blind else tuple(problems)

    def is_known(self, asked: Draft) -> bool:
        """Tell whether the participant of a draft is in the study, and refuse the draft where not."""
        if self.casebook(asked.participant) is not None:
            return True
        name = asked.participant or ""
        self.refuse("ACT-03", asked, participant=name, near=suggest(name, self.state.codes.values()))
        return False


def closed_problem(desk: Desk, seal: Seal) -> Problem:
    """Say who closed something, when, and who may open it; a blind or unnamed role is told nothing but that."""
    right: Right = "lock" if seal.kind == "lock" else "freeze"
    role = desk.study.roles.get(desk.role or "")
    if role is not None and role.blind:
        return Problem(code="ACT-36")
    who = holders(desk.state.people, right, study=desk.study, form=seal.cell.form or None)
    words = {"freeze": ("frozen", "thaw"), "lock": ("locked", "unlock")}[seal.kind]
    values = {
        "what": WHAT[seal.level], "state": words[0], "open": words[1], "by": seal.by or "somebody",
        "at": seal.at[:16].replace("T", " "), "who": " or ".join(who),
    }  # fmt: skip
    return Problem(code="ACT-35", values=values)


def without_names(problem: Problem) -> Problem:
    """Return a problem without what it names beside the answer: visit, row, people, and what else there is."""
    hidden = {"by": "somebody", "near": "", "known": "not listed here", "visit": "this visit", "person": "you"}
    values = {name: hidden.get(name, text) for name, text in problem.values.items()}
    return replace(problem, place=replace(problem.place, visit=None, repeat=None), values=values)


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
