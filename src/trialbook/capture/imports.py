"""Rows of foreign files become one act: planned against what is recorded, shown before it is done, all or nothing.

Pure. `exchange.imports` makes the rows; `Preview.act` is what `Book.record` records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from trialbook.capture.acts import judge_imported
from trialbook.capture.answers import form_of
from trialbook.capture.earlier import Earlier
from trialbook.capture.encounters import number_encounters
from trialbook.capture.judging import Desk, State, at_cell, place_of
from trialbook.capture.ledger import Draft, cell_of
from trialbook.capture.people import likeness
from trialbook.capture.rows import Change, Preview, Row, SourceFile, StatusChange, StatusRow
from trialbook.capture.statuses import told
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.errors import Place, Problem
from trialbook.protocol.model import Item, Study
from trialbook.protocol.values import Value, limit_of, number_of, parse_value

__all__ = ["Change", "Preview", "Row", "SourceFile", "StatusChange", "StatusRow", "plan_import"]

BEGINNINGS = ("screen", "enrol")
NO_REASON_YET = "given when the import is recorded"


@dataclass(slots=True)
class Plan:
    """The working paper of an import."""

    study: Study
    casebooks: Mapping[str, Casebook]
    earlier: Earlier
    asked: list[Draft] = field(default_factory=list)
    new: int = 0
    same: int = 0
    changes: list[Change] = field(default_factory=list)
    kept: list[Change] = field(default_factory=list)
    statuses: list[Draft] = field(default_factory=list)
    status_changes: list[StatusChange] = field(default_factory=list)
    status_kept: list[StatusChange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    given: dict[tuple[str, Cell], tuple[Draft, Value]] = field(default_factory=dict)
    """What the files said of each cell first."""
    stated: dict[tuple[str, str], Draft] = field(default_factory=dict)
    """What the files said of each participant and act first."""
    codes: Mapping[str, str] = field(default_factory=dict)
    """Every participant's code by its likeness."""


def plan_import(
    study: Study,
    casebooks: Mapping[str, Casebook],
    rows: Sequence[Row],
    statuses: Sequence[StatusRow] = (),
    *,
    earlier: Earlier | None = None,
    files: tuple[SourceFile, ...] = (),
    whole: bool = True,
) -> Preview:
    """Compare what files say with what is recorded; nothing is recorded, and every problem is told at once.

    Where the files could not be read `whole`, a participant whom none of the rows brings in is not told as unknown.
    """
    plan = Plan(study, casebooks, earlier or Earlier(), codes={likeness(name): name for name in casebooks})
    known = _known(plan, rows, statuses, whole=whole)
    for status in statuses:
        if status.act in BEGINNINGS and status.participant in known:
            _plan_status(plan, status)
    for row in number_encounters([row for row in rows if row.participant in known], casebooks, plan.earlier):
        _plan_answer(plan, row)
    for row in (row for row in rows if row.participant not in known):
        _read_answer(plan, row)
    for status in statuses:
        if status.act not in BEGINNINGS and status.participant in known:
            _plan_status(plan, status)
    found = [*_judge(plan), *_no_longer_given(plan, files)]
    return Preview(
        files=files,
        new=plan.new,
        same=plan.same,
        changes=tuple(plan.changes),
        kept=tuple(plan.kept),
        statuses=tuple(plan.statuses),
        status_changes=tuple(plan.status_changes),
        status_kept=tuple(plan.status_kept),
        asked=tuple(plan.asked),
        problems=tuple(sorted(plan.problems, key=_in_file)),
        notes=tuple(found),
    )


def _in_file(problem: Problem) -> tuple[str, int]:
    """Sort problems by file and row."""
    return problem.place.file or "", problem.place.line or 0


# ---- participants -----------------------------------------------------------------------------------------------


def _known(plan: Plan, rows: Sequence[Row], statuses: Sequence[StatusRow], *, whole: bool) -> set[str]:
    """Return the participants who are in the study, or whom this import brings in; tell of each other one once."""
    begun = {status.participant for status in statuses if status.act in BEGINNINGS}
    known = begun | set(plan.casebooks)
    strangers: dict[str, Row | StatusRow] = {}
    everything: tuple[Row | StatusRow, ...] = (*rows, *statuses)
    for row in everything if whole else ():
        if row.participant not in known:
            strangers.setdefault(row.participant, row)
    for name, row in strangers.items():
        draft = Draft(act="enter", participant=name, source_file=row.source_file, source_row=row.source_row)
        plan.problems.append(at_cell(Problem(code="IMPORT-02", values={"participant": name}), draft))
    return known


# ---- answers ----------------------------------------------------------------------------------------------------


def _plan_answer(plan: Plan, row: Row) -> None:
    """Compare one answer with what is recorded, and with what the files said before."""
    draft = _answer_draft(row)
    if _item(plan.study, row) is None:
        plan.asked.append(draft)
    value = _read_answer(plan, row)
    if value is None:
        return
    first = plan.given.setdefault((row.participant, cell_of(draft)), (draft, value))
    if first[0] is draft:
        _compare(plan, draft, value)
    elif not _agree(first[1], value):
        plan.problems.append(_conflict(first[0], first[1], draft, value))


def _read_answer(plan: Plan, row: Row) -> Value | None:
    """Return what an answer means; None where it cannot be one, which is told, or where the study has no such item."""
    item = _item(plan.study, row)
    if item is None:
        return None
    value = parse_value(item, row.text, unit=row.unit, missing=plan.study.missing)
    if isinstance(value, Value):
        return value
    plan.problems.append(at_cell(value, _answer_draft(row)))
    return None


def _item(study: Study, row: Row) -> Item | None:
    """Return the item of a row; None where there is none, which the judge of the act then tells."""
    form = form_of(study, row.form)
    return None if form is None else form.items.get(row.item)


def _answer_draft(row: Row) -> Draft:
    """Ask for one answer."""
    return Draft(
        act="enter",
        participant=row.participant,
        visit=row.visit or None,
        form=row.form,
        repeat=row.repeat or None,
        item=row.item,
        text=row.text,
        unit=row.unit,
        source_file=row.source_file,
        source_hash=row.source_hash,
        source_row=row.source_row,
        source_column=row.header,
    )


def _compare(plan: Plan, draft: Draft, value: Value) -> None:
    """Sort an answer: new, as recorded, a correction, or a file's old word after a person's newer one."""
    casebook = plan.casebooks.get(draft.participant or "")
    standing = None if casebook is None else casebook.answers.get(cell_of(draft))
    if standing is not None and _agree(value, standing):
        plan.same += 1
        return
    last = plan.earlier.last(draft)
    by_hand = last is not None if standing is None else not plan.earlier.gave(draft, standing.seq)
    change = Change(draft=draft, old=standing, new=value, by_hand=by_hand)
    if last is not None and _agree(value, last):
        plan.kept.append(change)
    elif standing is None and last is None:
        plan.new += 1
        plan.asked.append(draft)
    else:
        draft = replace(draft, about=None if standing is None else standing.seq)
        plan.changes.append(replace(change, draft=draft))
        plan.asked.append(draft)


def _agree(value: Value, other: Value | Answer | Draft) -> bool:
    """Tell whether two answers mean the same; `4` and `4.0` do."""
    if (value.missing, value.unit) != (other.missing, other.unit):
        return False
    if value.value == other.value or value.value is None or other.value is None:
        return value.value == other.value
    if value.unit is None or limit_of(value.value) != limit_of(other.value):
        return False
    return number_of(value.value) == number_of(other.value)


def _conflict(first: Draft, said: Value, draft: Draft, value: Value) -> Problem:
    """Say that two rows give one cell different values."""
    values = {"value": value.text, "other": said.text, "row": str(first.source_row), "file": str(first.source_file)}
    return at_cell(Problem(code="IMPORT-03", values=values), draft)


def _no_longer_given(plan: Plan, files: Sequence[SourceFile]) -> Iterator[Problem]:
    """Tell of answers that stand as a file gave them earlier, and that it gives no longer: a row or a cell is gone."""
    if plan.problems:
        return
    for file in files:
        gone = [
            entry
            for (participant, cell), by_file in plan.earlier.entries.items()
            if (entry := by_file.get(file.name)) is not None
            and (participant, cell) not in plan.given
            and participant in plan.casebooks
            and (standing := plan.casebooks[participant].answers.get(cell)) is not None
            and standing.seq == entry.seq
        ]
        if gone:
            cell = replace(place_of(gone[0]), file=None, line=None, header=None)
            values = {"count": str(len(gone)), "first": f"{cell}: {gone[0].text}"}
            yield Problem(code="IMPORT-33", place=Place(file=file.name), values=values, level="warning")


# ---- statuses ---------------------------------------------------------------------------------------------------


def _plan_status(plan: Plan, row: StatusRow) -> None:
    """Compare one fact on a participant's status with what is recorded, and with what the files said before."""
    draft = _status_draft(row)
    first = plan.stated.setdefault((row.participant, row.act), draft)
    if first is not draft:
        plan.problems += _twice(first, draft)
        return
    ends = [plan.stated.get((row.participant, act)) for act in ("complete", "withdraw")]
    if None not in ends and row.act not in BEGINNINGS:
        other = next(end for end in ends if end is not None and end is not draft)
        values = {"row": str(other.source_row), "file": str(other.source_file)}
        plan.problems.append(at_cell(Problem(code="IMPORT-05", values=values), draft))
        return
    if row.participant not in plan.casebooks and row.act == "enrol" and (row.participant, "screen") not in plan.stated:
        _state(plan, replace(draft, act="screen", value=None, text=None))
    _state(plan, draft)


def _status_draft(row: StatusRow) -> Draft:
    """Ask for one act on a status."""
    return Draft(
        act=row.act,
        participant=row.participant,
        value=row.on,
        text=row.why,
        source_file=row.source_file,
        source_hash=row.source_hash,
        source_row=row.source_row,
        source_column=row.header,
    )


def _twice(first: Draft, draft: Draft) -> Iterator[Problem]:
    """Tell of a participant for whom two rows of one file state one act, or two files state it differently."""
    if first.source_file == draft.source_file or (first.value, first.text) != (draft.value, draft.text):
        values = {"act": draft.act, "row": str(first.source_row), "file": str(first.source_file)}
        yield at_cell(Problem(code="IMPORT-04", values=values), draft)


def _state(plan: Plan, draft: Draft) -> None:
    """Sort a fact on a status as an answer is sorted, by what the judge of its act would do."""
    casebook = plan.casebooks.get(draft.participant or "")
    desk = _desk(plan)
    judge_imported(desk, draft if casebook is None else replace(draft, reason=NO_REASON_YET))
    if casebook is None or desk.problems:
        # a new participant is judged with the whole import, where their casebook has begun
        plan.statuses.append(draft)
        plan.asked.append(draft)
    elif desk.drafts:
        _state_otherwise(plan, draft, casebook, desk.drafts[0])


def _state_otherwise(plan: Plan, draft: Draft, casebook: Casebook, judged: Draft) -> None:
    """Sort a fact that is not recorded yet: the next status, a correction, or a file's old word."""
    last = plan.earlier.last(draft)
    change = StatusChange(draft=draft, old=told(casebook, draft.act))
    day = None if draft.value is None else judged.value
    if last is not None and (last.act, last.value, last.text) == (draft.act, day, draft.text):
        plan.status_kept.append(change)
        return
    if judged.reason is not None:
        plan.status_changes.append(change)
    else:
        plan.statuses.append(draft)
    plan.asked.append(draft)


# ---- the judge of acts ------------------------------------------------------------------------------------------


def _desk(plan: Plan) -> Desk:
    """Make the working paper on which acts are judged."""
    return Desk(study=plan.study, state=State(casebooks=plan.casebooks, codes=plan.codes))


def _judge(plan: Plan) -> Iterable[Problem]:
    """Judge all that would be recorded as the writer of the ledger will; add the problems and return the notes."""
    desk = _desk(plan)
    changed = {id(change.draft) for change in plan.changes} | {id(change.draft) for change in plan.status_changes}
    strangers: set[str | None] = set()
    for draft in plan.asked:
        if draft.participant in strangers:
            continue
        before = len(desk.problems)
        judge_imported(desk, replace(draft, reason=NO_REASON_YET) if id(draft) in changed else draft)
        if draft.act == "screen" and len(desk.problems) > before:
            # that nothing can be recorded of somebody who is refused needs no saying
            strangers.add(draft.participant)
    plan.problems += desk.problems
    return desk.notes
