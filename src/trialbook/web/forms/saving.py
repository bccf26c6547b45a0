"""Saving what a page sent: what stands against it is told all at once, and what was typed stays on the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from django.utils.translation import gettext

from trialbook.capture.acts import Act, judge_act, note, save_form
from trialbook.capture.answers import VISIT
from trialbook.capture.book import Receipt
from trialbook.capture.judging import State
from trialbook.capture.people import is_code
from trialbook.conduct.casebook import VISIT_FORM, Cell
from trialbook.errors import LedgerError, Problem, TrialbookError
from trialbook.protocol.values import parse_value
from trialbook.web.forms.conflicts import Settled, settled
from trialbook.web.forms.questions import Theirs
from trialbook.web.forms.reading import Reading, read_answers
from trialbook.web.forms.sheet import Sheet, sheet_for
from trialbook.web.forms.typed import Given, Typed
from trialbook.web.forms.words import in_study_language, told
from trialbook.web.request import StudyRequest
from trialbook.web.site import LONGEST_ID

PAPER, DAY, WHOLE = "paper_day", "visit_day", ""
"""Names under which stands what is wrong with the date on the paper, the date of the visit, and the form as a whole."""
HANDS = ("touch", "keyboard")

Wrong = dict[str, tuple[str, ...]]
"""What stands against a save: sentences by item, or by one of `PAPER`, `DAY`, `WHOLE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A save that is stored; nothing new was where nothing had changed."""

    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A save that was refused: nothing is recorded, and everything typed is kept."""

    typed: Typed
    reading: Reading
    wrong: Wrong
    theirs: Mapping[str, Theirs] = field(default_factory=lambda: MappingProxyType({}))
    taken: tuple[str, ...] = ()
    """Items that somebody else changed meanwhile and the person had not touched."""


def save(request: StudyRequest, sheet: Sheet, typed: Typed, request_id: str, hand: str = "") -> Saved | Kept:
    """Record what a page holds, all of it or nothing; the same request id is stored once."""
    made = request_id if is_code(request_id) and len(request_id) <= LONGEST_ID else request.site.new_id()
    settle = settled(request.site, sheet, typed)
    reading = read_answers(sheet, settle.typed)
    wrong = dict(against(sheet, settle, reading))
    acts = acts_of(sheet, settle.typed, reading, made, hand if hand in HANDS else HANDS[1])
    if wrong:
        wrong = merged(wrong, foreseen(request, sheet, [act for _, act in acts]))
    behalf = sheet.casebook.participant if settle.typed.on_paper else None
    recorded = made
    if not wrong:
        try:
            receipts = request.site.record_all(acts, by=request.actor.person, on_behalf_of=behalf)
            recorded = under(made, acts, receipts)
        except TrialbookError as error:
            wrong = placed(sheet, error.problems)
            if not isinstance(error, LedgerError):
                wrong = merged(wrong, foreseen(request, sheet, [act for _, act in acts]))
                settle = settled(request.site, fresh(request, sheet), typed)
    if wrong:
        return Kept(typed=settle.typed, reading=reading, wrong=wrong, theirs=settle.theirs, taken=settle.taken)
    return Saved(request=recorded)


def under(request: str, acts: Sequence[tuple[str, Act]], receipts: Sequence[Receipt]) -> str:
    """Return the request under which a form was recorded: another one where the same was sent before with less."""
    of_form = (receipt for (asked, _), receipt in zip(acts, receipts, strict=True) if asked == request)
    return next((entry.request for receipt in of_form for entry in receipt.entries), request)


def clear_all(request: StudyRequest, sheet: Sheet, typed: Typed, request_id: str, reason: str) -> Saved | Kept:
    """Clear every answer of a form, or of one row of it."""
    emptied = {item: Given() for item in sheet.form.items if sheet.standing(item) is not None}
    cleared = replace(typed, given=emptied, reasons={WHOLE: reason} if reason else {}, visit_day="", others="")
    return save(request, sheet, cleared, request_id)


def fresh(request: StudyRequest, sheet: Sheet) -> Sheet:
    """Return the sheet as it stands now; the request goes on with that moment, too."""
    request.view = request.site.view()
    return sheet_for(request, sheet.casebook.participant, sheet.form.id, sheet.visit, sheet.repeat)


# ---- what is asked of the ledger --------------------------------------------------------------------------------


def acts_of(sheet: Sheet, typed: Typed, reading: Reading, request: str, hand: str) -> list[tuple[str, Act]]:
    """Return the acts of a save with their request ids: the date of the visit, the form, the note on its paper."""
    participant, visit = sheet.casebook.participant, sheet.visit
    mode = "paper" if typed.on_paper else hand
    acts = []
    if typed.visit_day and visit:
        day = save_form(participant, VISIT_FORM, {"date": typed.visit_day}, visit=visit, seen={"date": 0}, mode=mode)
        acts.append((f"{request}-day", day))
    form = form_act(sheet, typed, reading, mode)
    if form.asked:
        acts.append((request, form))
    if typed.on_paper and form.asked:
        with in_study_language(sheet.study):
            with_day = gettext("typed from paper that is dated %(day)s") % {"day": typed.paper_day}
        acts.append((f"{request}-paper", note(with_day, participant=participant, visit=visit, form=sheet.form.id)))
    return acts


def form_act(sheet: Sheet, typed: Typed, reading: Reading, mode: str) -> Act:
    """Return the act that saves the form: every item that has an answer on the page or in the casebook.

    A new row says of every item that it found nothing there: where somebody is quicker, nothing of the two is merged.
    """
    is_begun = typed.is_new and any(any(one) for one in reading.given.values())
    given = {
        name: Given() if name in reading.doomed and name in typed.dropped else one
        for name, one in reading.given.items()
        if any(one) or is_begun or sheet.standing(name) is not None
    }
    reasons = {name: typed.reason_for(name) for name in given if name in reading.changed or name in reading.doomed}
    return save_form(
        sheet.casebook.participant,
        sheet.form.id,
        {name: one.text for name, one in given.items()},
        visit=sheet.visit,
        repeat=sheet.repeat,
        reasons=reasons,
        seen={name: seq for name, seq in typed.seen.items() if name in given},
        units={name: one.unit for name, one in given.items() if one.unit},
        missing={name: one.missing for name, one in given.items() if one.missing},
        mode=mode,
    )


# ---- what stands against it -------------------------------------------------------------------------------------


def against(sheet: Sheet, settle: Settled, reading: Reading) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what the page itself has to settle before anything can be recorded."""
    typed = settle.typed
    for item in settle.theirs:
        yield item, (gettext("Somebody else answered this meanwhile. Choose which of the two answers stands."),)
    for item in reading.doomed:
        standing = sheet.standing(item)
        if item not in typed.dropped:
            yield (
                item,
                (
                    gettext(
                        "By the other answers this is not asked any more. Say whether its answer is cleared, "
                        "or check the answers on which it hangs."
                    ),
                ),
            )
        elif standing is not None and not typed.reason_for(item):
            yield item, (gettext("Say in a few words why this answer is cleared; the reason is kept beside it."),)
    for item, one in reading.given.items():
        if one.text.strip() and one.missing:
            yield item, (gettext("Here stands both an answer and why there is none. Leave one of the two."),)
    if typed.on_paper:
        yield from _wrong_day(PAPER, typed.paper_day)
    if typed.visit_day:
        yield from _wrong_day(DAY, typed.visit_day)


def _wrong_day(name: str, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if not text:
        yield name, (gettext("Write the date that stands on the paper."),)
        return
    read = parse_value(replace(VISIT.items["date"], partial=name == DAY), text)
    if isinstance(read, Problem):
        yield name, (told(read),)


def foreseen(request: StudyRequest, sheet: Sheet, acts: list[Act]) -> Wrong:
    """Return what the ledger would have against acts, as it stands now; nothing is recorded."""
    view = request.site.view()
    state = State(people=view.people, casebooks=view.casebooks, marks=view.marks)
    judged = (judge_act(act, study=sheet.study, state=state, by=request.actor.person) for act in acts)
    return placed(sheet, [problem for one in judged for problem in one.problems])


def placed(sheet: Sheet, problems: list[Problem] | tuple[Problem, ...]) -> Wrong:
    """Sort problems by the item at which to show them."""
    wrong: Wrong = {}
    for problem in problems:
        cell = Cell(problem.place.visit or "", problem.place.form or "", problem.place.repeat or "", "")
        is_here = cell == sheet.cell("") and problem.place.item in sheet.form.items
        is_day = cell.form == VISIT_FORM and not is_here
        name = (problem.place.item or WHOLE) if is_here else DAY if is_day else WHOLE
        wrong[name] = (*wrong.get(name, ()), told(problem))
    return wrong


def merged(first: Wrong, second: Wrong) -> Wrong:
    """Return what either holds; where the page itself has something against an item, the ledger's word adds nothing."""
    return {**second, **first}
