"""What the plan says, as result rows; what this version cannot do is refused by name, never passed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialbook.analysis.results import Result, Selector
from trialbook.analysis.rows import Heading, Stat
from trialbook.protocol.model import CARRIED_OUT

if TYPE_CHECKING:
    from trialbook.protocol.model import BaselineRule, PlannedAnalysis, Study

BY_ARM = "The plan has {n} arms; this version compares nothing within or between arms."
NOT_DONE = "The plan asks for “{choice}” ({key}), which this version does not compute; nothing is put in its place."
LOOKS = "The program does not check whether the data were looked at before."


def refusal_of(study: Study) -> str:
    """Return why the comparisons of the plan cannot be made, empty where they can."""
    if len(study.arms) > 1:
        return BY_ARM.format(n=len(study.arms))
    plan = study.analysis
    chosen = {"missing": plan.missing, "intercurrent": plan.intercurrent}
    return next((not_done(key, choice) for key, choice in chosen.items() if choice not in CARRIED_OUT[key]), "")


def unadjusted(plan: PlannedAnalysis) -> str:
    """Return why no test can be called significant, empty where it can."""
    return "" if plan.multiplicity in CARRIED_OUT["multiplicity"] else not_done("multiplicity", plan.multiplicity)


def not_done(key: str, choice: str) -> str:
    """Write that a choice of the plan is not carried out."""
    return NOT_DONE.format(key=key, choice=choice)


def state_plan(study: Study) -> Iterator[Result]:
    """Give one row for each choice of the plan, with an error where it is not carried out."""
    plan = study.analysis
    said = {
        "baseline": rule_in_words(plan.baseline),
        "set": plan.set,
        "test": plan.test,
        "sensitivity": ", ".join(plan.sensitivity) or "none",
        "alpha": str(plan.alpha),
        "confidence": str(plan.confidence),
        "missing": plan.missing,
        "intercurrent": plan.intercurrent,
        "multiplicity": plan.multiplicity,
        "looks": plan.looks,
        "arms": ", ".join(study.arms) or "one",
    }
    for key, choice in said.items():
        refused = choice not in CARRIED_OUT.get(key, (choice,))
        error = not_done(key, choice) if refused else refusal_of(study) if key == "arms" and len(study.arms) > 1 else ""
        heading = Heading(
            analysis="plan", variable=key, method="as the study file says", warning=LOOKS if key == "looks" else "",
            source=Selector(frame="participants", variable="status", analysis_set=""),
        )  # fmt: skip
        yield heading.row(Stat(name="rule", value=None if error else choice, error=error))


def rule_in_words(rule: BaselineRule) -> str:
    """Write a baseline rule as the study file does."""
    return " ".join(part for part in (rule.kind, rule.visit, rule.flag) if part)
