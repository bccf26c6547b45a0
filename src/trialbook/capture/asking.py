"""Asking: what a person wants recorded, in their own words; nothing is judged and nothing is parsed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from trialbook.capture.ledger import Draft
from trialbook.capture.people import CUSTODIAN
from trialbook.conduct.casebook import Cell
from trialbook.conduct.withdrawing import written
from trialbook.protocol.model import Study

SAFETY_ALERT = "safety alert"
"""Value of a note by which a blind assessor tells of something that cannot wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody wants recorded, all of it or nothing."""

    name: str
    asked: tuple[Draft, ...]
    """In the person's own words: texts as typed, nothing parsed. `about` of an answer is the entry that they saw."""
    plan: Study | None = None
    """The study that `adopt` adopts."""
    proposed: Study | None = None
    """The study that `propose` keeps."""
    level: str = ""
    """What is sealed: `form`, `visit`, `participant` or `study`."""
    clears_hidden: bool = False
    """Answers of a saved form that are not asked any more, by its other answers, are cleared; else it is refused."""

    @property
    def adopted(self) -> Study | None:
        """The study that is in force after the act; None where the act changes nothing in that."""
        return self.plan if self.name == "adopt" else None

    @property
    def concerns_all(self) -> bool:
        """Tell whether the act concerns every participant: the lock of the study, the adoption of a version."""
        return self.name == "adopt" or (self.name == "lock" and self.level == "study")

    @property
    def participants(self) -> frozenset[str]:
        """Participants whom the act concerns."""
        return frozenset(draft.participant for draft in self.asked if draft.participant is not None)


def open_ledger(person: str) -> Act:
    """Open a new ledger; the person becomes its custodian."""
    return Act(name="open", asked=(Draft(act="open", person=person, value=CUSTODIAN),))


def adopt(
    study: Study, *, reason: str | None = None, site: str | None = None, approved: str | None = None, said: str = ""
) -> Act:
    """Adopt a study file, the first or a later version, with its full text; everywhere, or at one site.

    `approved` is the day of the approval as typed, `said` who approved and under which reference: recorded with it.
    """
    draft = Draft(act="adopt", site=blank(site), text=study.text, value=study.fingerprint, reason=blank(reason))
    if blank(approved) is None:
        return Act(name="adopt", plan=study, asked=(draft,))
    approval = approve(study.fingerprint, on=approved or "", said=said, site=site, reason=reason).asked[0]
    return Act(name="adopt", plan=study, asked=(approval, draft))


def propose(study: Study, *, reason: str | None = None) -> Act:
    """Keep a later version with its full text until it is approved and adopted; nothing goes by it meanwhile."""
    draft = Draft(act="propose", text=study.text, value=study.fingerprint, reason=blank(reason))
    return Act(name="propose", asked=(draft,), proposed=study)


def discard(fingerprint: str, *, reason: str) -> Act:
    """Give up a version that waits; its text stays in the ledger."""
    return Act(name="discard", asked=(Draft(act="discard", value=fingerprint, reason=blank(reason)),))


def approve(fingerprint: str, *, on: str, said: str = "", site: str | None = None, reason: str | None = None) -> Act:
    """Record that an ethics committee approved a version on a day, for one site or for all.

    `said` is who approved, and under which reference; a reason is needed to correct what was recorded before.
    """
    draft = Draft(
        act="approve", site=blank(site), value=on.strip(), text=blank(said), source_hash=fingerprint,
        reason=blank(reason),
    )  # fmt: skip
    return Act(name="approve", asked=(draft,))


def grant(person: str, role: str, *, site: str | None = None) -> Act:
    """Grant a role to a person, at one site or everywhere."""
    return Act(name="grant", asked=(Draft(act="grant", person=person, value=role, site=blank(site)),))


def revoke(person: str, role: str, *, reason: str, site: str | None = None) -> Act:
    """Take a role from a person."""
    draft = Draft(act="revoke", person=person, value=role, site=blank(site), reason=blank(reason))
    return Act(name="revoke", asked=(draft,))


def screen(participant: str, *, site: str | None = None, reason: str | None = None) -> Act:
    """Begin the casebook of a participant; with a reason, correct the site."""
    draft = Draft(act="screen", participant=participant, site=blank(site), reason=blank(reason))
    return Act(name="screen", asked=(draft,))


def screen_fail(participant: str, *, on: str | None = None, why: str | None = None, reason: str | None = None) -> Act:
    """Record that a participant was screened and not enrolled."""
    return left("screen_fail", participant, on=on, why=why, reason=reason)


def enrol(participant: str, *, on: str | None = None, reason: str | None = None) -> Act:
    """Record that a screened participant was enrolled."""
    return left("enrol", participant, on=on, why=None, reason=reason)


def withdraw(participant: str, *, on: str | None = None, why: str | None = None, reason: str | None = None) -> Act:
    """Record that an enrolled participant left the study before its end, and why."""
    return left("withdraw", participant, on=on, why=why, reason=reason)


def withdraw_consent(
    participant: str, scope: str, *, on: str | None = None, why: str | None = None, reason: str | None = None
) -> Act:
    """Record that a participant withdrew from treatment, or the consent to the use of their data.

    `scope` is `treatment` or `data use`; to leave the study is `withdraw`.
    """
    draft = Draft(
        act="withdraw_consent", participant=participant, value=written((on or "").strip(), scope),
        text=blank(why), reason=blank(reason),
    )  # fmt: skip
    return Act(name="withdraw_consent", asked=(draft,))


def restore_consent(participant: str, scope: str, *, reason: str) -> Act:
    """Record that a consent is given again, or was never withdrawn."""
    draft = Draft(act="restore_consent", participant=participant, value=scope, reason=blank(reason))
    return Act(name="restore_consent", asked=(draft,))


def complete(participant: str, *, on: str | None = None, reason: str | None = None) -> Act:
    """Record that a participant completed the study."""
    return left("complete", participant, on=on, why=None, reason=reason)


def reinstate(participant: str, *, reason: str) -> Act:
    """Take back an end that was recorded by mistake."""
    return Act(name="reinstate", asked=(Draft(act="reinstate", participant=participant, reason=blank(reason)),))


def left(name: str, participant: str, *, on: str | None, why: str | None, reason: str | None) -> Act:
    """Ask for an act on a participant's status; `on` is its date as typed, `why` the cause of an end."""
    draft = Draft(act=name, participant=participant, value=blank(on), text=blank(why), reason=blank(reason))
    return Act(name=name, asked=(draft,))


def enter(
    participant: str,
    form: str,
    item: str,
    text: str,
    *,
    visit: str = "",
    repeat: str = "",
    unit: str | None = None,
    mode: str | None = None,
) -> Act:
    """Record the first answer of a cell; `mode` is how it got in, one of `ledger.MODES`."""
    asked = at_place(participant, form, visit, repeat)
    return Act(name="enter", asked=(replace(asked, act="enter", item=item, text=text, unit=unit, mode=mode),))


def correct(  # noqa: PLR0913 - as `enter`, with the reason and the entry that was seen
    participant: str,
    form: str,
    item: str,
    text: str,
    *,
    reason: str,
    visit: str = "",
    repeat: str = "",
    unit: str | None = None,
    seen: int | None = None,
    mode: str | None = None,
) -> Act:
    """Record another answer in the place of one that stands; `seen` is the number of the entry the person looked at."""
    asked = enter(participant, form, item, text, visit=visit, repeat=repeat, unit=unit, mode=mode).asked[0]
    return Act(name="correct", asked=(replace(asked, act="correct", reason=blank(reason), about=seen),))


def clear(
    participant: str, form: str, item: str, *, reason: str, visit: str = "", repeat: str = "", seen: int | None = None
) -> Act:
    """Take an answer away, because it should never have been there; what stood there stays in the ledger."""
    asked = enter(participant, form, item, "", visit=visit, repeat=repeat).asked[0]
    return Act(name="clear", asked=(replace(asked, act="clear", text=None, reason=blank(reason), about=seen),))


def save_form(  # noqa: PLR0913 - everything that a page knows of a form
    participant: str,
    form: str,
    answers: Mapping[str, str],
    *,
    visit: str = "",
    repeat: str = "",
    reasons: Mapping[str, str] | str | None = None,
    seen: Mapping[str, int] | None = None,
    units: Mapping[str, str] | None = None,
    missing: Mapping[str, str] | None = None,
    mode: str | None = None,
    clears_hidden: bool = False,
) -> Act:
    """Save a form, or one row of it, all of it or nothing.

    `answers` holds the text of every item as it stands on the page, empty where it has none: what is new is entered,
    what differs is corrected, what is emptied is cleared, what says the same is left alone; items that it does not
    name are not touched. A correction and a clearing need a reason: the item's in `reasons`, or the one for all.
    `seen` is for each item the number of the entry that the page showed, 0 for none: where another one stands by now
    and says something else, the act is refused. `units` and `missing` hold the unit, or the missing-data code in
    place of a text, where they were given apart. `clears_hidden` says that answers which are not asked any more, by
    the other answers, are cleared; without it they refuse the act.
    """
    why = reasons if isinstance(reasons, Mapping) else dict.fromkeys((*answers, *(missing or {})), reasons or "")
    texts = {**answers, **{item: code for item, code in (missing or {}).items() if code.strip()}}
    place = replace(at_place(participant, form, visit, repeat), act="save_form", mode=mode)
    asked = (
        replace(
            place,
            item=item,
            text=text,
            unit=blank((units or {}).get(item)),
            reason=blank(why.get(item)),
            about=None if seen is None else seen.get(item),
        )
        for item, text in texts.items()
    )
    return Act(name="save_form", asked=tuple(asked), clears_hidden=clears_hidden)


def at_place(participant: str, form: str, visit: str, repeat: str) -> Draft:
    """Return a draft with the address of a form."""
    return Draft(act="", participant=participant, visit=visit or None, form=form or None, repeat=repeat or None)


# ---- queries ----------------------------------------------------------------------------------------------------


def raise_query(
    participant: str, text: str, *, form: str = "", visit: str = "", repeat: str = "", item: str = "", to: str = ""
) -> Act:
    """Ask about an answer, a form, a visit or a participant; the query's number is that of its entry.

    `to` is the role or person who is to answer; without it, whoever records the form.
    """
    place = at_place(participant, form, visit, repeat)
    asked = replace(place, act="query", item=item or None, text=text, person=blank(to))
    return Act(name="raise_query", asked=(asked,))


def answer_query(participant: str, query: int, text: str) -> Act:
    """Answer the query with this number."""
    return Act(name="answer_query", asked=(Draft(act="answer_query", participant=participant, about=query, text=text),))


def close_query(participant: str, query: int, why: str) -> Act:
    """Close a query, because it is answered or needs no answer."""
    asked = Draft(act="close_query", participant=participant, about=query, reason=blank(why))
    return Act(name="close_query", asked=(asked,))


def reassign_query(participant: str, query: int, to: str) -> Act:
    """Let another role or person answer a query."""
    asked = Draft(act="reassign_query", participant=participant, about=query, person=blank(to))
    return Act(name="reassign_query", asked=(asked,))


# ---- seals ------------------------------------------------------------------------------------------------------


def sign(
    participant: str,
    level: str,
    meaning: str,
    *,
    content: str,
    visit: str = "",
    form: str = "",
    repeat: str = "",
) -> Act:
    """Sign a form, a visit or a participant; `content` is the hash of what the person looked at (`content_of`)."""
    place = at_level(participant, form, visit, repeat)
    return Act(name="sign", asked=(replace(place, act="sign", text=meaning, value=content),), level=level)


def verify_source(participant: str, cells: Iterable[Cell]) -> Act:
    """Say that answers were compared with their source and agree."""
    asked = (
        replace(at_place(participant, cell.form, cell.visit, cell.repeat), act="verify_source", item=cell.item)
        for cell in cells
    )
    return Act(name="verify_source", asked=tuple(asked))


def freeze(
    level: str, *, participant: str = "", visit: str = "", form: str = "", repeat: str = "", why: str = ""
) -> Act:
    """Keep a form, a visit, a participant or the study from being changed for a while."""
    place = at_level(participant, form, visit, repeat)
    return Act(name="freeze", asked=(replace(place, act="freeze", text=blank(why)),), level=level)


def thaw(level: str, *, reason: str, participant: str = "", visit: str = "", form: str = "", repeat: str = "") -> Act:
    """Take a freeze away."""
    place = at_level(participant, form, visit, repeat)
    return Act(name="thaw", asked=(replace(place, act="thaw", reason=blank(reason)),), level=level)


def lock(
    level: str, *, participant: str = "", visit: str = "", form: str = "", repeat: str = "", reason: str | None = None
) -> Act:
    """Lock a form, a visit, a participant or the study: what is signed, and has no query left.

    With a reason it is locked although a signature is missing or a query is not closed.
    """
    place = at_level(participant, form, visit, repeat)
    return Act(name="lock", asked=(replace(place, act="lock", reason=blank(reason)),), level=level)


def unlock(level: str, *, reason: str, participant: str = "", visit: str = "", form: str = "", repeat: str = "") -> Act:
    """Take a lock away."""
    place = at_level(participant, form, visit, repeat)
    return Act(name="unlock", asked=(replace(place, act="unlock", reason=blank(reason)),), level=level)


def at_level(participant: str, form: str, visit: str, repeat: str) -> Draft:
    """Return a draft with the address of what is sealed."""
    return Draft(act="", participant=blank(participant), visit=blank(visit), form=blank(form), repeat=blank(repeat))


# ---- second persons, exceptions, unblinding ---------------------------------------------------------------------


def countersign(participant: str, form: str, what: str, *, agree: bool, visit: str = "", repeat: str = "") -> Act:
    """Check as the second person what somebody else recorded in a form: a dose, for instance."""
    place = at_place(participant, form, visit, repeat)
    asked = replace(place, act="countersign", text=what, value="yes" if agree else "no")
    return Act(name="countersign", asked=(asked,))


def override(participant: str, visit: str, form: str, *, reason: str) -> Act:
    """Open a form although the forms before it are not complete; the report lists it as a deviation."""
    asked = replace(at_place(participant, form, visit, ""), act="override", reason=blank(reason))
    return Act(name="override", asked=(asked,))


def unblind(kind: str, who: str, *, reason: str, participant: str = "") -> Act:
    """Record that somebody learned what was hidden, of one participant or of the study.

    `kind` is `planned`, `emergency` or `accidental`; `who` says who learned it.
    """
    asked = Draft(act="unblind", participant=blank(participant), value=kind, text=who, reason=blank(reason))
    return Act(name="unblind", asked=(asked,))


# ---- results before their time, ratings from recordings ---------------------------------------------------------


def look(what: str, *, reason: str) -> Act:
    """Record that the results of endpoints are looked at before the planned cut; `what` says which."""
    return Act(name="look", asked=(Draft(act="look", text=what, reason=blank(reason)),))


def register_recording(
    participant: str, visit: str, form: str, *, on: str, file: str, reason: str | None = None
) -> Act:
    """Register that a visit was recorded for a rating: on which day, and in which file; the rater sees neither."""
    place = at_place(participant, form, visit, "")
    asked = replace(place, act="recording", value=blank(on), text=blank(file), reason=blank(reason))
    return Act(name="register_recording", asked=(asked,))


def release_recordings(form: str, participants: Iterable[str], *, seed: str) -> Act:
    """Release the recordings of participants for rating; `seed` is chance, made by the door, and fixes their order."""
    asked = (replace(at_place(one, form, "", ""), act="release", value=seed) for one in participants)
    return Act(name="release_recordings", asked=tuple(asked))


def alert(participant: str, text: str) -> Act:
    """Tell the investigators of something that cannot wait: a note that is marked, and counted in the report."""
    return Act(name="note", asked=(Draft(act="note", participant=participant, text=text, value=SAFETY_ALERT),))


# ---- privacy and moves ------------------------------------------------------------------------------------------


def erase(entries: Iterable[int], *, reason: str) -> Act:
    """Take away the words of these entries, because they identify a person; what they were about stays."""
    numbers = sorted(set(entries))
    return Act(name="erase", asked=tuple(Draft(act="erase", about=seq, reason=blank(reason)) for seq in numbers))


def keep_identity(participant: str) -> Act:
    """Say that who a participant is was written down, or changed, in the list apart."""
    return Act(name="keep_identity", asked=(Draft(act="keep_identity", participant=participant),))


def show_identity(participant: str, *, reason: str) -> Act:
    """Say that somebody looks up who a participant is, and why."""
    asked = Draft(act="show_identity", participant=participant, reason=blank(reason))
    return Act(name="show_identity", asked=(asked,))


def erase_identity(participant: str, *, reason: str) -> Act:
    """Say that who a participant is was destroyed in the list apart, and why."""
    asked = Draft(act="erase_identity", participant=participant, reason=blank(reason))
    return Act(name="erase_identity", asked=(asked,))


def transfer(participant: str, site: str, *, reason: str, on: str | None = None) -> Act:
    """Move a participant to another site, whose people see all of their record from then on."""
    asked = Draft(act="transfer", participant=participant, site=blank(site), value=blank(on), reason=blank(reason))
    return Act(name="transfer", asked=(asked,))


# ---- staff ------------------------------------------------------------------------------------------------------


def delegate(person: str, role: str, tasks: str, *, since: str, site: str | None = None) -> Act:
    """Delegate tasks to a person, to be done in a role, from a day on."""
    asked = Draft(act="delegate", person=person, site=blank(site), text=tasks, value=f"{since.strip()} {role}")
    return Act(name="delegate", asked=(asked,))


def end_delegation(delegation: int, person: str, *, on: str, reason: str, site: str | None = None) -> Act:
    """End the delegation with this number: `on` is its last day."""
    asked = Draft(
        act="end_delegation", person=person, site=blank(site), about=delegation, value=on, reason=blank(reason)
    )
    return Act(name="end_delegation", asked=(asked,))


def train(person: str, topic: str, *, on: str, version: str = "", site: str | None = None) -> Act:
    """Record that a person was trained in a topic on a day; `version` is that of what was taught."""
    asked = Draft(act="train", person=person, site=blank(site), text=topic, value=f"{on.strip()} {version}".strip())
    return Act(name="train", asked=(asked,))


def review_access(seen: str, remarks: str = "") -> Act:
    """Record that access was looked through; `seen` is the hash of the list that was looked at."""
    return Act(name="review_access", asked=(Draft(act="review_access", value=seen, text=blank(remarks)),))


# ---- the rest ---------------------------------------------------------------------------------------------------


def note(text: str, *, participant: str | None = None, visit: str = "", form: str | None = None) -> Act:
    """Add a note to the study, a participant, a visit or a form."""
    draft = Draft(act="note", participant=participant, visit=visit or None, form=form, text=text)
    return Act(name="note", asked=(draft,))


def import_rows(asked: Iterable[Draft], *, reason: str | None = None) -> Act:
    """Record many answers and statuses at once, all or nothing.

    Each draft asks as the act of its name would (`IMPORTED` lists them), with the file, hash, row and column it came
    from. With a reason, an `enter` of another value than the one that stands is a correction.
    """
    why = blank(reason)
    rows = tuple(asked) if why is None else tuple(replace(draft, reason=draft.reason or why) for draft in asked)
    return Act(name="import_rows", asked=rows)


def blank(text: str | None) -> str | None:
    """Return None for a text that says nothing."""
    return text if text is not None and text.strip() else None
