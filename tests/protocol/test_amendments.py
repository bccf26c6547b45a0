"""What an amendment changes of eligibility, doses, forms and report is told by name, before and after.

AMEND-01: a change of any part of a dose's plan, record or need is one difference.
AMEND-02: consent, counts, completeness and limits likewise.
AMEND-03: a criterion that loses its rule is told with the question that takes its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from trialbook.errors import Problem
from trialbook.protocol.amendments import Change, compare_studies
from trialbook.protocol.model import Study

Read = Callable[[str], tuple[Study | None, tuple[Problem, ...]]]

DRUG = "treatments.rituximab"


def differences(read: Read, text: str, old: str, new: str) -> list[Change]:
    assert text.count(old) == 1, old
    before, after = read(text)[0], read(text.replace(old, new))[0]
    assert before is not None
    assert after is not None
    return list(compare_studies(before, after))


@pytest.mark.parametrize(
    ("old", "new", "where", "before", "after"),
    [
        ("weight: body.weight", "weight: body.mass", f"{DRUG}.weight", "body.weight", "body.mass"),
        ("first: {start: 50 mg/h", "first: {start: 25 mg/h", f"{DRUG}.infuse_first.start.amount", "50", "25"),
        ("every: 30 minutes", "every: 45 minutes", f"{DRUG}.infuse_first.every.count", "30", "45"),
        ("      decision: screening.decision\n", "      decision: screening.weakness\n", f"{DRUG}.decision",
         "screening.decision", "screening.weakness"),
        ("interrupted: interrupted,", "", f"{DRUG}.recorded.interrupted", "interrupted", ""),
        ("consent: consent.date", "consent: body.measured", "consent", "consent.date", "body.measured"),
        ("by: [participant, nurse], complete: all", "by: [participant, nurse]", "forms.haq.complete", "all",
         "required"),
        ('&& therapies.agent != "PRED"', '&& therapies.agent != "AZA"',
         "forms.therapies.derived.failed_agents.where",
         'therapies.without_effect && therapies.agent != "PRED"',
         'therapies.without_effect && therapies.agent != "AZA"'),
        ("agents: {count_of: agent}", "agents: {count_of: without_effect}", "forms.therapies.derived.agents.of",
         "agent", "without_effect"),
        ("limits: [CD20-positive cells were not counted, {en: The study has four participants, zh-Hant: 四名受試者}]",
         "limits: CD20-positive cells were not counted", "report.limits",
         "CD20-positive cells were not counted, The study has four participants, 四名受試者",
         "CD20-positive cells were not counted"),
    ],
)  # fmt: skip
def test_a_change_is_told(
    read: Read, samples: Mapping[str, str], old: str, new: str, where: str, before: str, after: str
) -> None:
    """AMEND-01, AMEND-02."""
    text = samples["rituximab"].replace(
        "      weight: {number: kg,", "      mass: {number: kg}\n      weight: {number: kg,"
    )
    (change,) = differences(read, text, old, new)
    assert (change.where, change.before, change.after) == (where, before, after)
    assert change.kind == ("changed" if after else "removed")


def test_a_record_that_is_added_is_one_change(read: Read, samples: Mapping[str, str]) -> None:
    """AMEND-01."""
    spell = "    recorded: {form: background_drugs, drug: drug, dose: dose, start: start, end: end}\n"
    text = samples["rituximab"].replace(spell, "")
    (change,) = differences(read, text, "to: week 28}\n", "to: week 28}\n" + spell)
    assert (change.kind, change.where) == ("added", "treatments.background.recorded")
    assert "form: background_drugs" in change.after


def test_a_rule_that_is_taken_out_is_told_with_its_question(read: Read, samples: Mapping[str, str]) -> None:
    """AMEND-03."""
    rule = ", when: '!screening.other_autoimmune && !screening.malignancy'"
    changes = differences(read, samples["rituximab"], rule, "")
    assert [change.where for change in changes] == ["forms.eligibility.items.I3", "criteria.I3.when"]
    assert changes[1].after == "eligibility.I3"
