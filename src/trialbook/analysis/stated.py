"""What the plan says, as result rows; what this version cannot do is refused by name, never passed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialbook.analysis.results import Result, Selector
from trialbook.analysis.rows import Heading, Stat

if TYPE_CHECKING:
    from trialbook.protocol.model import BaselineRule, Study

BY_ARM = "The plan has {n} arms: changes are compared within each arm and between arms, not for all together."
NO_ARM_ITEM = "The plan has {n} arms, and it is not said which item tells who is in which: nothing is compared."
LOOKS = "The program does not check whether the data were looked at before."


def refusal_of(study: Study) -> str:
    """Return why all participants together are not compared with their baseline, empty where they are."""
    if len(study.arms) < 2:
        return ""
    return (NO_ARM_ITEM if study.participants.arm is None else BY_ARM).format(n=len(study.arms))


def state_plan(study: Study) -> Iterator[Result]:
    """Give one row for each choice of the plan, with an error where it is not carried out."""
    plan = study.analysis
    said = {
        "baseline": rule_in_words(plan.baseline),
        "set": plan.set,
        "test": plan.test,
        "sensitivity": ", ".join((*plan.sensitivity, *plan.sensitivity_missing, *plan.sensitivity_models)) or "none",
        "alpha": str(plan.alpha),
        "confidence": str(plan.confidence),
        "missing": plan.missing,
        "intercurrent": plan.intercurrent,
        "multiplicity": plan.multiplicity,
        "looks": plan.looks,
        "between": plan.between or "none",
        "arms": ", ".join(study.arms) or "one",
    }
    for key, choice in said.items():
        error = refusal_of(study) if key == "arms" and study.participants.arm is None else ""
        heading = Heading(
            analysis="plan",
            variable=key,
            method="as the study file says",
            warning=LOOKS if key == "looks" and plan.cut is None else "",
            source=Selector(frame="participants", variable="status", analysis_set=""),
        )
        yield heading.row(Stat(name="rule", value=None if error else choice, error=error))


def rule_in_words(rule: BaselineRule) -> str:
    """Write a baseline rule as the study file does."""
    return " ".join(part for part in (rule.kind, rule.visit, rule.flag) if part)
