"""Everything that a plan says of a casebook, as a list in which nothing hides anything else.

JUDGE-01: every deviation is a judgement of its own, so that an amendment shows each that it adds or takes away.
"""

from __future__ import annotations

from dataclasses import replace

from tests.conduct.test_deviations import AS_PLANNED, LATER, STUDY, book

from trialbook.conduct.consequences import foresee
from trialbook.conduct.deviations import find_deviations
from trialbook.conduct.judgements import judge_casebook
from trialbook.protocol.model import Study

TREATMENT = STUDY.treatments["rtx"]


def with_doses(times: int) -> Study:
    """Return the plan with another number of weekly doses."""
    return replace(STUDY, treatments={**STUDY.treatments, "rtx": replace(TREATMENT, times=times)})


def test_missed_doses_are_counted_one_by_one() -> None:
    """JUDGE-01: of six planned doses four never came."""
    casebook = book(AS_PLANNED)
    judged = [key for key in judge_casebook(with_doses(6), casebook, LATER) if key.aspect == "deviation"]
    assert len(judged) == len(find_deviations(with_doses(6), casebook, LATER)) == 4
    assert [key.item for key in judged] == ["dose 3", "dose 4", "dose 5", "dose 6"]


def test_an_amendment_shows_each_dose_that_is_missed_by_it() -> None:
    """JUDGE-01: three doses in the place of two, then six; and back."""
    old, new = with_doses(3), with_doses(6)
    for before, after in ((old, new), (new, old)):
        shifts = [one for one in foresee(before, after, [book(AS_PLANNED)], LATER).shifts if one.key.form == "infusion"]
        said = [(one.before, one.after) for one in shifts]
        added = [("", f"dose {number} not given") for number in (4, 5, 6)]
        assert said == (added if after is new else [(later, nothing) for nothing, later in added])
