"""The arm of a participant.

ARM-06: the study file names the item that holds it; explained in full it reads back the same.
"""

from __future__ import annotations

from trialbook.protocol.explain import explain
from trialbook.protocol.read import parse_study

STUDY = """
trialbook: 1
study: {id: two-arms, title: Two arms, design: open-label parallel, data: invented}
arms: {usual: {label: Usual care}, drug: {label: Drug}}
participants: {arm: allocation.arm}
visits: {anchor: enrolment, window: 3 days either side, planned: {baseline: {day: 0}, week 4: {}}}
forms:
  allocation: {at: once, items: {arm: {choice: {drug: Drug, usual: Usual care}, required: true}}}
  strength: {at: [baseline, week 4], items: {total: {number: score, scale: 0 to 80}}}
"""


def test_arm_06_is_read_and_explained() -> None:
    study, problems = parse_study(STUDY, file="two.yaml")
    assert study is not None
    assert not problems
    assert study.participants.arm == "allocation.arm"
    again, _ = parse_study(explain(study), file="again.yaml")
    assert again is not None
    assert (again.participants, again.arms) == (study.participants, study.arms)
