"""What the plan says, as result rows; what this version cannot do is refused by name, never passed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialbook.analysis.results import Result, Selector
from trialbook.analysis.rows import Heading, Stat

if TYPE_CHECKING:
    from trialbook.protocol.model import BaselineRule, Study

BY_ARM = "The plan has {n} arms; this version compares nothing within an arm: arms are compared with each other."
LOOKS = "The program does not check whether the data were looked at before."


def refusal_of(study: Study) -> str:
    """Return why the comparisons of the plan cannot be made, empty where they can."""
    return BY_ARM.format(n=len(study.arms)) if len(study.arms) > 1 else ""


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
        "arms": ", ".join(study.arms) or "one",
    }
    for key, choice in said.items():
        error = refusal_of(study) if key == "arms" else ""
        heading = Heading(
            analysis="plan", variable=key, method="as the study file says", warning=LOOKS if key == "looks" else "",
            source=Selector(frame="participants", variable="status", analysis_set=""),
        )  # fmt: skip
        yield heading.row(Stat(name="rule", value=None if error else choice, error=error))


def rule_in_words(rule: BaselineRule) -> str:
    """Write a baseline rule as the study file does."""
    return " ".join(part for part in (rule.kind, rule.visit, rule.flag) if part)
