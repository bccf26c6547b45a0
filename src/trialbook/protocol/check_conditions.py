"""Every condition of a study is compiled against the names that can be used where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from trialbook.errors import Problem
from trialbook.protocol.check_names import Names
from trialbook.protocol.condition_names import Where, names_for
from trialbook.protocol.conditions import compile_condition
from trialbook.protocol.eligibility_form import ELIGIBILITY
from trialbook.protocol.model import Form, Study
from trialbook.protocol.reading import KeyPath, place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A condition, and where it stands."""

    text: str
    where: Where
    path: KeyPath
    form: str | None = None


def check_conditions(names: Names) -> Iterator[Problem]:
    """Yield the first mistake of each condition."""
    asked = {("eligibility", found.kind, found.id, "when") for found in names.study.criteria if names.is_asked(found)}
    for written in conditions_of(names.study):
        if written.path in asked or (written.path[0] == "eligibility" and written.form is not None):
            continue  # made from a criterion, whose own mistakes are told elsewhere
        known = names_for(names.study, written.where, form=written.form)
        found = compile_condition(written.text, known)
        if isinstance(found, Problem) and not _follows(found, written, names):
            yield replace(found, place=place_of(names.places, written.path))


def _follows(found: Problem, written: Written, names: Names) -> bool:
    """Tell whether a name may be unknown only since it could not be read when its form is answered."""
    forms = {*found.values.get("name", "").split("."), written.form or ""} & names.study.forms.keys()
    return found.code in {"COND-02", "COND-03"} and any(names.is_undated(form) for form in forms)


def conditions_of(study: Study) -> Iterator[Written]:
    """Yield every condition of a study, in the order of the file."""
    yield from _entry_conditions(study)
    yield from form_conditions(study)
    for endpoint in study.endpoints.values():
        if endpoint.when is not None:
            yield Written(text=endpoint.when, where="responder", path=("endpoints", endpoint.id, "when"))
    for found in study.analysis.sets.values():
        if found.when is not None:
            yield Written(text=found.when, where="set", path=("analysis", "sets", found.id, "when"))


def _entry_conditions(study: Study) -> Iterator[Written]:
    """Yield the conditions of criteria and of doses."""
    for criterion in study.criteria:
        for key, text in (("when", criterion.when), ("ask_when", criterion.ask_when)):
            if text is not None:
                path = ("eligibility", criterion.kind, criterion.id, key)
                yield Written(text=text, where="criterion", path=path)
    for treatment in study.treatments.values():
        for key, text in (("decide_when", treatment.decide_when), ("withhold_when", treatment.withhold_when)):
            if text is not None:
                yield Written(text=text, where="dose", path=("treatments", treatment.id, "needs", key))


def form_conditions(study: Study) -> Iterator[Written]:
    """Yield the conditions of forms, of their items and of their checks."""
    for form in study.forms.values():
        path = ("forms", form.id)
        if form.when is not None:
            yield Written(text=form.when, where="form", path=(*path, "when"), form=form.id)
        by_key = {item.group or item.id: item.when for item in form.items.values() if form.instrument is None}
        for key, text in by_key.items():
            if text is not None:
                yield Written(text=text, where="item", path=_item_path(study, form, key, text), form=form.id)
        for found in form.derived.values():
            if found.where is not None:
                yield Written(text=found.where, where="row", path=(*path, "derive", found.id, "where"), form=form.id)
        for check in form.checks:
            yield Written(text=check.when, where="check", path=(*path, "checks", check.id, "when"), form=form.id)


def _item_path(study: Study, form: Form, item: str, condition: str) -> KeyPath:
    """Return where the condition of an item stands; that of a criterion without a rule is the criterion's own."""
    for criterion in study.criteria:
        if form.id == ELIGIBILITY and criterion.id == item and criterion.ask_when == condition:
            return ("eligibility", criterion.kind, criterion.id, "ask_when")
    return ("forms", form.id, "items", item, "when")
