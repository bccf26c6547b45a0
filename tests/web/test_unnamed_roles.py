"""Who holds no role that the study file names sees nothing of the study, over every route.

NOBODY-01: without a grant, with a role that a later version of the file no longer names, suspended, expired, or not
    signed in: the same bytes whatever is in the study, be it visible to others or not (EDC 5.2; "a role not named in
    the study file sees nothing").
NOBODY-02: a role that is gone is as no role: the same answers as for somebody who never had one.
NOBODY-03: a custodian, who grants roles, is shown no participant: the same bytes whatever was recorded.
NOBODY-04: a role that becomes blind by a later version is blind from then on: what its people saw before they see no
    more (R48).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.web.conftest import CUSTODIAN, account_of
from tests.web.crawling import addresses, oddities, posts
from tests.web.histories import LITTLE, MUCH, VISIBLES, Course, Doing, Hidden, Visible, tale
from tests.web.twin_study import STUDY
from tests.web.twins import (
    NOW,
    Got,
    Stage,
    Step,
    Story,
    Teller,
    Told,
    Transcript,
    difference,
    make_stage,
    told,
    transcript,
)

from trialbook.capture.acts import adopt
from trialbook.protocol.read import parse_study

LOOKS = tuple(Step(path=path) for path in addresses("P1", "P3"))
STEPS = (*LOOKS, *oddities("P1"), *posts("P1"))
NOTED = frozenset({"came", "granted", "amended", "moved", "delegated"})
"""What a custodian is shown: who came and went, who may do what, the versions of the study, and which sites it has."""


@pytest.fixture(scope="module")
def stage(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A stage for all of them."""
    return make_stage(tmp_path_factory.mktemp("nobody"), migrated)


def changed_to(text: str, visible: Visible, hidden: Hidden) -> Story:
    """Return a story that ends with another version of the study."""

    def story(teller: Teller) -> None:
        tale(visible, hidden)(teller)
        study, problems = parse_study(text, file="study.yaml")
        assert study is not None, problems
        teller.did(CUSTODIAN, adopt(study, reason="as the committee asked"))

    return story


def without(hidden: Hidden, kinds: frozenset[str]) -> Hidden:
    """Return what is hidden without some kinds of doings."""

    def kept(doings: tuple[Doing, ...]) -> tuple[Doing, ...]:
        return tuple(doing for doing in doings if doing.what not in kinds)

    return replace(hidden, before=kept(hidden.before), after=kept(hidden.after))


def told_twice(
    stage: Stage, person: str, steps: tuple[Step, ...], *stories: Story, first: Callable[[Told], None] | None = None
) -> list[Transcript]:
    """Return what a person gets in each of several stories."""
    found = []
    for story in stories:
        with told(stage, STUDY, story) as site:
            if first is not None:
                first(site)
            found.append(transcript(site, person, steps))
    return found


EMPTY, FULL = tale(VISIBLES[1], LITTLE), tale(VISIBLES[3], MUCH)


@pytest.mark.parametrize(("person", "steps"), [("olga", STEPS), ("", LOOKS)])
def test_no_role_and_nobody(stage: Stage, person: str, steps: tuple[Step, ...]) -> None:
    """NOBODY-01: without a grant, and not signed in."""
    empty, full = told_twice(stage, person, steps, EMPTY, FULL)
    assert difference(empty, full) == ""
    assert not [got.step for got in full if got.status >= 500 or b"P1<" in got.body]


NO_MONITOR = "\n".join(line for line in STUDY.splitlines() if "  monitor: {" not in line)


def test_a_role_that_is_gone(stage: Stage) -> None:
    """NOBODY-01, NOBODY-02."""
    stories = (changed_to(NO_MONITOR, VISIBLES[1], LITTLE), changed_to(NO_MONITOR, VISIBLES[3], MUCH))
    empty, full = told_twice(stage, "mona", LOOKS, *stories)
    assert difference(empty, full) == ""
    (nobody,) = told_twice(stage, "olga", LOOKS, stories[0])
    own = "/second-factor/set-up"
    mine = tuple(got for got in empty if got.step.path != own)
    assert difference(tuple(renamed(got) for got in nobody if got.step.path != own), mine) == ""


def renamed(got: Got) -> Got:
    """Return an answer to Olga as if Mona had got it."""
    return replace(got, body=got.body.replace(b"olga", b"mona"))


def closed(how: str) -> Callable[[Told], None]:
    """Return what closes the account of the nurse after they signed in."""

    def close(site: Told) -> None:
        account = account_of("nora")
        if how == "suspended":
            account.suspended_at = NOW
        else:
            account.expires_on = (site.doors.moment - timedelta(days=2)).date()
        account.save()

    return close


@pytest.mark.parametrize("how", ["suspended", "expired"])
def test_an_account_that_is_closed(stage: Stage, how: str) -> None:
    """NOBODY-01: the nurse sees everything, and nothing once the account is closed."""
    empty, full = told_twice(stage, "nora", LOOKS, EMPTY, FULL, first=closed(how))
    assert difference(empty, full) == ""
    assert not [got.step for got in full if b"P1<" in got.body]


def test_a_custodian_sees_no_participant(stage: Stage) -> None:
    """NOBODY-03."""
    little = replace(LITTLE, courses=(Course(site="North"), Course(site="South")), there=True)
    stories = (tale(VISIBLES[1], little), tale(VISIBLES[3], without(MUCH, NOTED)))
    empty, full = told_twice(stage, CUSTODIAN, LOOKS, *stories)
    assert difference(empty, full) == ""


NURSE = "  nurse: {sees: everything, except: [rating], records: [diary, lab, infusion, ill]}"
BLINDED = STUDY.replace(NURSE, "  nurse: {blind: true, records: [diary]}").replace(", nurse]", "]")


def test_a_role_that_becomes_blind(stage: Stage) -> None:
    """NOBODY-04."""
    assert NURSE in STUDY
    much = replace(without(MUCH, frozenset({"enrolled"})), there=False)
    stories = [changed_to(BLINDED, VISIBLES[1], one) for one in (LITTLE, much)]
    empty, full = told_twice(stage, "nora", LOOKS, *stories)
    assert difference(empty, full) == ""
