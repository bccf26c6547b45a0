"""What the judgements of an amendment are called on the site."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from trialbook.conduct import judgements as told
from trialbook.conduct.judgements import Aspect, Key

ABOUT: Mapping[Aspect, Promise] = MappingProxyType(
    {
        "answer": gettext_lazy("answers that lose or find their place"),
        "query": gettext_lazy("answers at which rules stop"),
        "visit": gettext_lazy("visits that stand otherwise"),
        "due": gettext_lazy("visits to come on other days"),
        "missing": gettext_lazy("what counts as missing"),
        "criterion": gettext_lazy("criteria judged otherwise"),
        "eligibility": gettext_lazy("verdicts on eligibility"),
        "deviation": gettext_lazy("deviations"),
        "dose": gettext_lazy("planned doses"),
        "derived": gettext_lazy("derived numbers"),
        "laboratory": gettext_lazy("laboratory values against their limits, and their grades"),
        "consent": gettext_lazy("participants who consent again"),
    }
)
"""Aspect -> what its count counts."""

SAYS: Mapping[str, Promise] = MappingProxyType(
    {
        told.NO_FORM: gettext_lazy("no such form in the plan"),
        told.NO_ITEM: gettext_lazy("no such item in the plan"),
        told.NO_VISIT: gettext_lazy("no such visit in the plan"),
        told.NOT_DUE: gettext_lazy("the form is not asked at this visit"),
        told.NO_CODE: gettext_lazy("no such missing code in the plan"),
        told.NO_VALUE: gettext_lazy("cannot be an answer"),
        told.NOT_ASKED: gettext_lazy("not asked, by the other answers"),
        "found": gettext_lazy("asks about it"),
        "required": gettext_lazy("missing"),
        "not required": gettext_lazy("missing, not required"),
        "fulfilled": gettext_lazy("fulfilled"),
        "not fulfilled": gettext_lazy("not fulfilled"),
        "unknown": gettext_lazy("unknown"),
        "eligible": gettext_lazy("eligible"),
        "not eligible": gettext_lazy("not eligible"),
        "deviates": gettext_lazy("a deviation"),
        "early": gettext_lazy("early"),
        "in": gettext_lazy("in its window"),
        "late": gettext_lazy("late"),
        "no date": gettext_lazy("without a full date"),
        "no anchor": gettext_lazy("day 0 not known"),
        "missed": gettext_lazy("missed"),
        "due": gettext_lazy("due"),
        "coming": gettext_lazy("coming"),
        "not expected": gettext_lazy("not expected"),
        "unscheduled": gettext_lazy("not in the plan"),
        "low": gettext_lazy("low"),
        "high": gettext_lazy("high"),
        "normal": gettext_lazy("normal"),
        "no limits": gettext_lazy("no limits"),
        told.AGAIN: gettext_lazy("to be given again"),
    }
)
"""What a plan says in the words of `conduct` -> what a page says; numbers and dates stand as they are."""

KINDS: Mapping[str, Promise] = MappingProxyType(
    {
        "added": gettext_lazy("added"),
        "removed": gettext_lazy("taken out"),
        "changed": gettext_lazy("changed"),
    }
)
"""Kind of a change -> its name."""


def said(text: str) -> str:
    """Return what a plan says, in the words of the site; a number of days behind a state stays behind it."""
    if text in SAYS:
        return str(SAYS[text])
    state, _, off = text.rpartition(" ")
    return f"{SAYS[state]} {off}" if state in SAYS else text


def about(key: Key) -> str:
    """Say what a judgement is about: visit, form, row, item, and the rule or criterion."""
    name = gettext("Consent") if key.aspect == "consent" else key.name.removeprefix("check ")
    parts = (key.visit, key.form, key.repeat, key.item, gettext("grade") if key.name == told.GRADE else name)
    return " · ".join(part for part in parts if part)
