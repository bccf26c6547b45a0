"""The criteria of a participant one by one, with the answers that decide them and where these are recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.translation import gettext, gettext_lazy

from trialbook.conduct.reasons import Reason
from trialbook.conduct.schedule import full_date
from trialbook.conduct.screening import ENROLMENT, Assessment, Eligibility, Outcome
from trialbook.protocol.model import Item
from trialbook.web.following.seen import Seen
from trialbook.web.following.words import Word, prose
from trialbook.web.forms.phrases import reworded
from trialbook.web.saying import in_words, listed, said_value

OUTCOMES: Mapping[Outcome, object] = MappingProxyType(
    {
        "met": gettext_lazy("met"),
        "not met": gettext_lazy("not met"),
        "unknown": gettext_lazy("not known"),
        "not applicable": gettext_lazy("not applicable"),
    }
)
NOT_SHOWN = Word(text=gettext_lazy("not shown to your role"))
KINDS: Mapping[str, object] = MappingProxyType(
    {"inclusion": gettext_lazy("Inclusion"), "exclusion": gettext_lazy("Exclusion")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonLine:
    """An answer that decides a criterion, or that is missing."""

    label: str
    said: str
    where: str | None
    is_missing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionLine:
    """A criterion as the page of screening shows it."""

    id: str
    kind: object
    text: str
    define: str
    word: Word
    stands: str
    """What it means for the participant, in words."""
    reasons: tuple[ReasonLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether somebody may enter, in words."""

    word: Word
    said: str
    is_eligible: bool
    is_shown: bool
    """The role is shown everything on which it rests."""


def criterion_lines(seen: Seen, found: Eligibility) -> tuple[CriterionLine, ...]:
    """Return every criterion in the order of the protocol."""
    return tuple(_line(seen, one) for one in found.criteria)


def _line(seen: Seen, one: Assessment) -> CriterionLine:
    criterion, study = one.criterion, seen.study
    word = word_of(one) if is_shown(seen, one) else NOT_SHOWN
    return CriterionLine(
        id=criterion.id,
        kind=KINDS[criterion.kind],
        text=study.say(criterion.text, seen.language),
        define=study.say(criterion.define, seen.language),
        word=word,
        stands=_stands(one) if word is not NOT_SHOWN else "",
        reasons=tuple(reason_lines(seen, one.reasons)) if word is not NOT_SHOWN else (),
    )


def is_shown(seen: Seen, one: Assessment) -> bool:
    """Tell whether the role is shown every form that a criterion was judged by."""
    forms = {why.name.partition(".")[0] for why in one.reasons}
    return all(seen.shows(form) for form in forms if form in seen.study.forms)


def word_of(one: Assessment) -> Word:
    """Return how a criterion stands, with the badge of what it means."""
    badge = {True: "good", False: "bad", None: "warn"}[one.fulfilled]
    return Word(text=OUTCOMES[one.outcome], badge="" if one.outcome == "not applicable" else badge)


def _stands(one: Assessment) -> str:
    if one.fulfilled is None:
        return gettext("cannot be decided yet")
    if one.fulfilled:
        return gettext("does not stand in the way")
    return gettext("keeps out")


def reason_lines(seen: Seen, reasons: tuple[Reason, ...]) -> Iterator[ReasonLine]:
    """Yield the answers behind a judgement, each with the place where it is recorded."""
    for why in reasons:
        form, _, item = why.name.partition(".")
        label = (
            seen.study.say(seen.study.item(why.name).label, seen.language)
            if _is_item(seen, why.name)
            else gettext(in_words(why.label))
        )
        place = listed(
            part
            for part in (
                seen.visit_name(why.visit) if why.visit else "",
                gettext("row %(row)s") % {"row": why.repeat} if why.repeat else "",
            )
            if part
        )
        where = None if form not in seen.study.forms else _where(seen, why, form, item)
        yield ReasonLine(
            label=f"{label or why.label} ({place})" if place else label or why.label,
            said=_said(seen, why),
            where=where,
            is_missing=why.kind not in {"value", "time"},
        )


def _is_item(seen: Seen, name: str) -> bool:
    form, _, item = name.partition(".")
    plan = seen.study.forms.get(form)
    return plan is not None and (item in plan.items or item in plan.derived)


def _where(seen: Seen, why: Reason, form: str, item: str) -> str | None:
    """Return where the answer is given: a derived number by the first of the items that it is computed from."""
    plan = seen.study.forms[form]
    anchor = item if item in plan.items else plan.derived[item].of[0] if item in plan.derived else ""
    visit = why.visit or (plan.visits[0] if plan.timing == "visits" and plan.visits else "")
    return seen.form_address(
        form, visit=visit, repeat=why.repeat, item="" if plan.repeating and not why.repeat else anchor
    )


def _said(seen: Seen, why: Reason) -> str:
    if why.kind == "not answered":
        return gettext("not given yet") if why.name == ENROLMENT else gettext("not answered")
    asked = seen.study.item(why.name) if _is_item(seen, why.name) else None
    if why.kind == "value" and isinstance(asked, Item) and asked.kind in {"yes_no", "date"}:
        return prose(why.value or "")
    if why.name == ENROLMENT and full_date(why.value) is not None:
        return prose(why.value or "")
    words = {
        "limit": gettext("%(value)s, beyond a limit of measurement"),
        "partial date": gettext("%(value)s, not known to the day"),
        "not computed": gettext("cannot be worked out"),
        "open row": gettext("not known whether it counts"),
    }
    value = reworded(why.value or "") if why.kind == "time" else said_value(why.value or "")
    return words.get(why.kind, "%(value)s") % {"value": value}


def verdict_of(seen: Seen, found: Eligibility) -> Verdict:
    """Return the verdict in words: who stands in the way, what is missing."""
    consent = (seen.study.consent or "").partition(".")[0]
    is_all_shown = all(is_shown(seen, one) for one in found.criteria) and (not consent or seen.shows(consent))
    if not is_all_shown:
        return Verdict(word=NOT_SHOWN, said="", is_eligible=False, is_shown=False)
    if found.verdict == "eligible":
        said = gettext("Consent is recorded, and every criterion is fulfilled.")
        return Verdict(word=Word(text=gettext("eligible"), badge="good"), said=said, is_eligible=True, is_shown=True)
    is_out = found.verdict == "not eligible"
    word = (
        Word(text=gettext("not eligible"), badge="bad")
        if is_out
        else Word(text=gettext("not decided yet"), badge="warn")
    )
    return Verdict(word=word, said=" ".join(_why(found)), is_eligible=False, is_shown=True)


def _why(found: Eligibility) -> Iterator[str]:
    if found.consented is False:
        yield gettext("There is no consent by that day.")
    if found.consented is None:
        yield gettext("The day of consent is not known.")
    if found.not_fulfilled:
        yield gettext("Not fulfilled: %(ids)s.") % {"ids": listed(found.not_fulfilled)}
    if found.unknown:
        yield gettext("Not known yet: %(ids)s.") % {"ids": listed(found.unknown)}
