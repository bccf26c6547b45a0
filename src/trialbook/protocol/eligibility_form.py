"""Criteria without a rule: each becomes a question of the form `eligibility`, which the file need not have."""

from __future__ import annotations

from dataclasses import replace

from trialbook.protocol.common_names import named
from trialbook.protocol.condition_names import names_for
from trialbook.protocol.condition_text import chains_of, tokens_of
from trialbook.protocol.model import Criterion, Form, Item, Study

ELIGIBILITY = "eligibility"


def ask_criteria(study: Study, by: tuple[str, ...]) -> Study:
    """Return the study with a question for every criterion that has no rule, and with that answer as its rule.

    `by` are the roles that answer the form where the file does not have it. Questions that the file has are kept.
    """
    asked = [criterion for criterion in study.criteria if not has_rule(criterion)]
    if not asked:
        return study
    written = study.forms.get(ELIGIBILITY) or _empty_form(study, by)
    study = replace(study, forms={**study.forms, ELIGIBILITY: written})
    names = {*written.items, *written.groups, *written.derived}
    added = {criterion.id: _question(criterion, study) for criterion in asked if criterion.id not in names}
    if can_ask(written):
        form = replace(written, items={**written.items, **added})
        study = replace(study, forms={**study.forms, ELIGIBILITY: form})
    return replace(study, criteria=tuple(found if has_rule(found) else _ruled(found) for found in study.criteria))


def has_rule(criterion: Criterion) -> bool:
    """Tell whether the file says when a criterion is met."""
    return bool(criterion.when or criterion.since or criterion.washout)


def can_ask(form: Form) -> bool:
    """Tell whether a form can hold the answers to criteria: one row, once, with items of its own."""
    return form.timing == "once" and not form.repeating and form.instrument is None


def _ruled(criterion: Criterion) -> Criterion:
    return replace(criterion, when=f"{ELIGIBILITY}.{criterion.id}")


def _empty_form(study: Study, by: tuple[str, ...]) -> Form:
    label = named(ELIGIBILITY, study.identity.languages)
    return Form(id=ELIGIBILITY, label=label, timing="once", items={}, by=by)


def _question(criterion: Criterion, study: Study) -> Item:
    """Return whether the criterion is met, asked where it applies as far as a form can know that."""
    return Item(
        id=criterion.id,
        kind="yes_no",
        label=criterion.text,
        required=True,
        when=criterion.ask_when if _is_known_in_form(criterion.ask_when or "", study) else None,
        help=criterion.define,
    )


def _is_known_in_form(condition: str, study: Study) -> bool:
    """Tell whether every name that a criterion may use in a condition can also be used in the form."""
    chains = chains_of(tokens_of(condition))
    used = {".".join(chain.parts[:-1] if chain.is_called else chain.parts) for chain in chains}
    return (used & names_for(study, "criterion").keys()) <= names_for(study, "item", form=ELIGIBILITY).keys()
