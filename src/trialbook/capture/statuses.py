"""Acts on a participant as a whole: screened, enrolled, withdrawn, completed.

Each states a fact with its date; stating the same fact again adds nothing; stating another one needs a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from trialbook.capture.codes import is_of_the_study
from trialbook.capture.judging import Desk, at_cell
from trialbook.capture.ledger import ANSWERS, STATUS_OF, Draft
from trialbook.capture.people import Right, may
from trialbook.conduct.casebook import EVER_ENROLLED, VISIT_FORM, Casebook, ParticipantStatus
from trialbook.errors import Problem
from trialbook.protocol.model import Item
from trialbook.protocol.values import parse_value

if TYPE_CHECKING:
    from trialbook.conduct.screening import Eligibility

DAY = Item(id="on", kind="date", label={"en": "Date"}, partial=True)

NEXT: Mapping[str, frozenset[ParticipantStatus]] = MappingProxyType(
    {
        "screen_fail": frozenset({"screening"}),
        "enrol": frozenset({"screening"}),
        "withdraw": frozenset({"enrolled"}),
        "complete": frozenset({"enrolled"}),
    }
)
"""Act -> statuses that it follows on."""

INSTEAD: Mapping[str, frozenset[ParticipantStatus]] = MappingProxyType(
    {
        "screen_fail": frozenset({"screen failure"}),
        "enrol": frozenset(EVER_ENROLLED),
        "withdraw": frozenset({"withdrawn", "completed"}),
        "complete": frozenset({"completed", "withdrawn"}),
    }
)
"""Act -> statuses that it corrects, with a reason. `enrol` then corrects the date, and nothing else."""

VERDICTS: Mapping[str, str] = MappingProxyType({"not eligible": "not eligible", "unknown": "not certainly eligible"})


def judge_screen(desk: Desk, asked: Draft) -> None:
    """Judge the act that begins a casebook; with a reason it corrects the site of one that there is."""
    if not desk.accepts(asked, participant=asked.participant or "", site=asked.site):
        return
    casebook = desk.casebook(asked.participant)
    if casebook is None:
        begin(desk, asked)
    elif asked.site is not None and asked.site != casebook.site and goes_there(desk, casebook, asked):
        change(desk, asked, old=f"site {casebook.site or 'not recorded'}", new=f"site {asked.site}")


def goes_there(desk: Desk, casebook: Casebook, asked: Draft) -> bool:
    """Tell whether the person, who may do so where the participant is, may also record them at the other site.

    The draft is refused where not: it would take the record away from those of the one site, and give it to the other.
    """
    right: Right = "import" if desk.mode == "import" else "enrol"
    if may(desk.state.people, desk.by, right, study=desk.study, site=asked.site) is not None:
        return True
    desk.refuse("ACT-64", asked, person=desk.by, old=casebook.site or "none", new=asked.site or "none")
    return False


def record_open(desk: Desk, draft: Draft) -> None:
    """Record an act on a participant, unless they or the study are frozen or locked."""
    if desk.is_open(draft):
        desk.record(draft)


def begin(desk: Desk, asked: Draft) -> None:
    """Begin a casebook, unless its code looks like the code of another participant."""
    like = desk.code_like(asked.participant or "")
    if like is not None:
        desk.refuse("ACT-16", asked, participant=asked.participant or "", like=like)
    elif not is_of_the_study(desk.study, asked.participant or "", asked.site):
        desk.refuse("ACT-63", asked, participant=asked.participant or "")
    else:
        record_open(desk, replace(asked, reason=None))


def judge_status(desk: Desk, asked: Draft) -> None:
    """Judge an act that says where a participant stands; its date may be unknown, or known in part."""
    casebook = desk.casebook(asked.participant)
    if casebook is None:
        desk.is_known(asked)
        return
    day = None if asked.value is None else parse_value(DAY, asked.value, missing={})
    if isinstance(day, Problem):
        desk.problems.append(at_cell(day, asked))
        return
    value = None if day is None else day.value
    wanted = replace(asked, value=value, text=asked.text or None, site=casebook.site)
    if casebook.status in NEXT[asked.act]:
        record_open(desk, replace(wanted, reason=None))
        tell_eligibility(desk, wanted)
    elif casebook.status not in INSTEAD[asked.act]:
        desk.refuse("ACT-17", asked, act=asked.act, status=casebook.status)
    elif not says_the_same(casebook, wanted):
        new = f"{STATUS_OF[asked.act]} {value or 'without a date'}"
        change(desk, fill(casebook, wanted), old=told(casebook, asked.act), new=new)
        tell_eligibility(desk, wanted)


def tell_eligibility(desk: Desk, wanted: Draft) -> None:
    """Note the enrolment of somebody who is not certainly eligible by the answers that stand; it is recorded.

    Nothing is said of the rows of a file: their answers come after the enrolment, in the same act, so that every
    criterion would be unknown. The screening log tells of all.
    """
    casebook = desk.casebook(wanted.participant)
    is_asked = bool(desk.study.criteria) or desk.study.consent is not None
    if wanted.act != "enrol" or wanted.source_file is not None or desk.problems or casebook is None or not is_asked:
        return
    from trialbook.conduct.screening import assess_eligibility

    found = assess_eligibility(desk.study, casebook)
    if found.verdict != "eligible":
        values = {"participant": casebook.participant, "verdict": VERDICTS[found.verdict], "why": why_not(found)}
        desk.notes.append(at_cell(Problem(code="ACT-28", values=values, level="warning"), wanted))


def tell_withdrawn(desk: Desk) -> None:
    """Note each visit that is dated after the participant withdrew; it is recorded, since it took place.

    What was done before the withdrawal, and is only recorded later, is told of to nobody (GDPR 17(3)(d): it may stay).
    """
    for draft in desk.drafts:
        casebook = desk.casebook(draft.participant)
        is_date = draft.act in ANSWERS and (draft.form, draft.item) == (VISIT_FORM, "date")
        if not is_date or casebook is None or casebook.status != "withdrawn":
            continue
        if casebook.ended_on is not None and (draft.value or "") > casebook.ended_on:
            values = {"participant": casebook.participant, "day": draft.value or "", "ended": casebook.ended_on}
            desk.notes.append(at_cell(Problem(code="ACT-65", values=values, level="warning"), draft))


def why_not(found: Eligibility) -> str:
    """Name the criteria that stand in the way, those that are not decided, and what is wrong with the consent."""
    consents = {True: "", False: "no consent by that day", None: "day of consent not known"}
    parts = (
        f"not fulfilled {', '.join(found.not_fulfilled)}" if found.not_fulfilled else "",
        f"not known {', '.join(found.unknown)}" if found.unknown else "",
        consents[found.consented],
    )
    return "; ".join(part for part in parts if part)


def says_the_same(casebook: Casebook, wanted: Draft) -> bool:
    """Tell whether an act states what is recorded; a date or reason that it does not give is no other one."""
    if wanted.act == "enrol":
        return wanted.value in {None, casebook.enrolled_on}
    is_status = casebook.status == STATUS_OF[wanted.act]
    return is_status and wanted.value in {None, casebook.ended_on} and wanted.text in {None, casebook.end_reason}


def fill(casebook: Casebook, wanted: Draft) -> Draft:
    """Return the act with what it leaves open as recorded, where it corrects an act of its own kind."""
    if wanted.act == "enrol" or casebook.status != STATUS_OF[wanted.act]:
        return wanted
    return replace(wanted, value=wanted.value or casebook.ended_on, text=wanted.text or casebook.end_reason)


def told(casebook: Casebook, act: str) -> str:
    """Say what is recorded, in the words of the act that would change it."""
    if act == "enrol":
        return f"enrolled {casebook.enrolled_on or 'without a date'}"
    return f"{casebook.status} {casebook.ended_on or 'without a date'}"


def change(desk: Desk, wanted: Draft, *, old: str, new: str) -> None:
    """Record another fact in the place of the one that stands, if there is a reason."""
    if wanted.reason is None:
        desk.refuse("ACT-18", wanted, old=old, new=new)
    else:
        record_open(desk, replace(wanted, about=corrected(desk.casebook(wanted.participant), wanted.act)))


def corrected(casebook: Casebook | None, act: str) -> int | None:
    """Return the number of the entry that an act takes the place of, None where the casebook does not name it."""
    if casebook is None or act == "screen" or (act == "enrol" and casebook.status != "enrolled"):
        return None
    return casebook.status_seq


def judge_reinstate(desk: Desk, asked: Draft) -> None:
    """Judge the act that takes back an end recorded by mistake."""
    casebook = desk.casebook(asked.participant)
    if casebook is None:
        desk.is_known(asked)
    elif casebook.status in {"completed", "withdrawn"}:
        record_open(desk, replace(asked, value="enrolled", site=casebook.site, about=casebook.status_seq))
    elif casebook.status == "screen failure":
        record_open(desk, replace(asked, value="screening", site=casebook.site, about=casebook.status_seq))
