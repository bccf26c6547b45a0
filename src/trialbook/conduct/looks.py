"""Whether the planned cut of the data is reached: until then the results of endpoints stay closed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from trialbook.conduct.casebook import Casebook
from trialbook.conduct.completeness import Asked, is_complete
from trialbook.protocol.model import DataCut, Form, Item, Study

LEFT = frozenset({"completed", "withdrawn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CutState:
    """How far a study is from the planned cut of its data."""

    by: Literal["", "no cut", "invented", "lock", "cut"] = ""
    """What opened the results of endpoints; empty where they are closed."""
    still_out: tuple[str, ...] = ()
    """Enrolled participants who have neither completed the visit of the cut nor left, in order of code."""
    to_enrol: int = 0
    """How many of the planned participants are not enrolled yet."""
    is_uncounted: bool = False
    """It waits for the last participant, and the study file does not say how many are planned."""

    @property
    def is_open(self) -> bool:
        """Tell whether the results of endpoints may be seen."""
        return bool(self.by)


def assess_cut(study: Study, casebooks: Mapping[str, Casebook], today: date) -> CutState:
    """Tell whether the results of endpoints may be seen on a day; the casebooks are not masked.

    A visit is completed when every form due at it is complete; one rated from recordings counts only if an endpoint is
    read from it. Where the study file plans no number of participants nobody can tell that the last is through. The
    lock of the study reaches every cut. Invented data have nothing to keep closed.
    """
    cut = study.analysis.cut
    if cut is None:
        return CutState(by="no cut")
    if study.identity.data == "invented":
        return CutState(by="invented")
    if _is_locked(casebooks):
        return CutState(by="lock")
    return _at_cut(study, cut, casebooks, today)


def _at_cut(study: Study, cut: DataCut, casebooks: Mapping[str, Casebook], today: date) -> CutState:
    if cut.kind == "date":
        return CutState(by="cut" if cut.on is not None and today >= cut.on else "")
    if cut.kind == "lock":
        return CutState()
    entered = [one for _, one in sorted(casebooks.items()) if one.status == "enrolled" or one.status in LEFT]
    asked, visit = Asked(study), cut.visit or ""
    out = tuple(one.participant for one in entered if not _is_through(study, one, visit, asked))
    planned = study.identity.planned
    to_enrol, is_uncounted = max(0, (planned or 1) - len(entered)), planned is None
    is_waiting = bool(out) or bool(to_enrol) or is_uncounted
    return CutState(by="" if is_waiting else "cut", still_out=out, to_enrol=to_enrol, is_uncounted=is_uncounted)


def _is_locked(casebooks: Mapping[str, Casebook]) -> bool:
    seals = (seal for one in casebooks.values() for seal in one.seals.values())
    return any(seal.kind == "lock" and seal.level == "study" for seal in seals)


def _is_through(study: Study, casebook: Casebook, visit: str, asked: Asked) -> bool:
    """Tell whether a participant has left, or has a visit behind them with every form that is due at it."""
    if casebook.status in LEFT:
        return True
    later = {form.id for form in study.forms.values() if form.recordings is not None} - endpoint_forms(study)
    due = [form for form in study.visit_forms(visit) if form.id not in later and asked.form(form, casebook, visit)]
    return bool(due) and all(is_complete(study, casebook, form.id, visit, asked=asked) for form in due)


def endpoint_forms(study: Study) -> frozenset[str]:
    """Return the forms that an endpoint is read from: all of them stay closed before the cut."""
    named = " ".join(text for one in study.endpoints.values() for text in (one.source, one.levels, one.when) if text)
    return frozenset(form for form in study.forms if re.search(rf"\b{re.escape(form)}\.", named))


def closed(study: Study, *others: Study) -> Study:
    """Return the plan without what would tell the results of endpoints: for a report before the cut.

    Grades of laboratory values that are endpoints, in this version or in `others`, go with them.
    """
    plan = replace(
        study.analysis, primary_endpoint=None, primary_visit=None, sensitivity=(), sensitivity_missing=(),
        sensitivity_models=(), between=None, design=None,
    )  # fmt: skip
    told = {one.source or one.levels for plan in (study, *others) for one in plan.endpoints.values()}
    forms = {form.id: _ungraded(form, told) for form in study.forms.values()}
    shown = tuple(name for name in study.report.table_1 if name not in told)
    report = replace(study.report, figures=(), sentences={}, table_1=shown)
    return replace(study, endpoints={}, analysis=plan, forms=forms, report=report)


def _ungraded(form: Form, told: set[str | None]) -> Form:
    def plain(item: Item) -> Item:
        return replace(item, grade=None) if f"{form.id}.{item.id}" in told else item

    return replace(form, items={name: plain(item) for name, item in form.items.items()})
