"""Who may do what.

PEOPLE-01: a right is held by a role that the study file in force names, or by the custodian; by nobody else.
PEOPLE-02: a role at one site reaches only that site.
PEOPLE-03: roles are those of the recorded grants, at every moment.
PEOPLE-04: codes that look alike share a likeness, and a code can be seen and typed.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.capture.acts import ACTS
from trialbook.capture.ledger import GENESIS, Draft, Stamp, chain
from trialbook.capture.people import RIGHTS, Grant, People, fold_people, is_code, likeness, may
from trialbook.protocol.model import Study

STAMP = Stamp(
    at="2026-03-02T08:00:00.000000Z", by="carla", role=None, on_behalf_of=None, request="r", study="s", program="p"
)

FORMS = ("enzymes", "strength", "visit", None)
WORK = ("query", "answer query", "countersign")
MAY: dict[str, set[tuple[str, str | None]]] = {
    "custodian": set(product([right for right in RIGHTS if right not in {"sign", "identify", "delegate"}], FORMS)),
    "investigator": set(
        product(
            (
                "enrol",
                "record",
                "note",
                *WORK,
                "close query",
                "sign",
                "override",
                "unblind",
                "delegate",
                "release",
                "register",
            ),
            FORMS,
        )
    ),
    "nurse": {*product(("record", *WORK), ("enzymes", "visit")), *product(("note", "register"), FORMS)},
    "assessor": {
        ("record", "strength"),
        ("record", "visit"),
        *product(WORK, ("strength",)),
        *product(("note",), FORMS),
    },
    "statistician": set(),
    "visitor": set(),
}
"""Role -> right and form that it gives, for the study of the tests: the whole table, and nothing else is allowed."""


@pytest.mark.parametrize("role", list(MAY))
def test_the_table_of_rights(study: Study, role: str) -> None:
    """PEOPLE-01: every role, right and form has a declared answer."""
    people = People(frozenset({Grant(person="x", role=role)}))
    given = {
        (right, form)
        for right, form in product(RIGHTS, FORMS)
        if may(people, "x", right, study=study, form=form) is not None
    }
    assert given == MAY[role]
    assert may(people, "y", "note", study=study) is None


def test_a_role_that_an_amendment_drops_gives_nothing(study: Study) -> None:
    """PEOPLE-01: who holds it still holds it, and may do nothing by it."""
    people = People(frozenset({Grant(person="nora", role="nurse")}))
    without = replace(study, roles={name: role for name, role in study.roles.items() if name != "nurse"})
    assert may(people, "nora", "record", study=study, form="enzymes") == "nurse"
    assert may(people, "nora", "record", study=without, form="enzymes") is None


@pytest.mark.parametrize(("site", "reaches"), [("north", True), ("south", False), (None, False)])
def test_a_role_at_one_site(study: Study, site: str | None, *, reaches: bool) -> None:
    """PEOPLE-02: a participant of another site, or of none, is out of reach; so is the study as a whole."""
    people = People(frozenset({Grant(person="x", role="custodian", site="north")}))
    assert (may(people, "x", "record", study=study, form="enzymes", site=site) is not None) == reaches


@given(
    st.lists(
        st.tuples(st.sampled_from(["grant", "revoke", "note"]), st.sampled_from("ab"), st.sampled_from("xy")),
        max_size=12,
    )
)
def test_roles_are_those_of_the_grants(steps: list[tuple[str, str, str]]) -> None:
    """PEOPLE-03: the last word on person and role counts; folding may stop and go on anywhere."""
    entries = [
        chain(Draft(act=act, person=person, value=role), STAMP, seq=number, previous=GENESIS, salt="s")
        for number, (act, person, role) in enumerate(steps, start=1)
    ]
    last = {(person, role): act for act, person, role in steps if act != "note"}
    expected = {Grant(person=person, role=role) for (person, role), act in last.items() if act == "grant"}
    assert fold_people(entries).grants == expected
    for cut in range(len(entries) + 1):
        assert fold_people(entries[cut:], fold_people(entries[:cut])).grants == expected


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("P1", "p1"),
        ("P1", "\uff30\uff11"),
        ("ﬁ-3", "fi-3"),
        ("STRASSE", "straße"),
        ("P 7", "P  7"),
        ("01", "1"),
        ("S-007", "S-7"),
        ("000", "0"),
    ],
)
def test_codes_that_look_alike(first: str, second: str) -> None:
    """PEOPLE-04: case, width, ligatures, blanks, and the zeros that a spreadsheet program drops."""
    assert likeness(first) == likeness(second)


@pytest.mark.parametrize(("first", "second"), [("101", "11"), ("10", "1"), ("1-10", "1-1"), ("P1", "P11"), ("0", "")])
def test_codes_that_do_not_look_alike(first: str, second: str) -> None:
    """PEOPLE-04: a zero within a number, or at its end, tells two people apart."""
    assert likeness(first) != likeness(second)


@pytest.mark.parametrize("code", ["1", "01-701-1015", "P 7", "Ärztin", "患者一", "a/b"])
def test_codes_that_can_be_seen_and_typed(code: str) -> None:
    """PEOPLE-04: any script, with a blank or a sign within."""
    assert is_code(code)


def test_the_reference_lists_every_act_and_right() -> None:
    """PEOPLE-01: docs/reference/acts.md says of every act which right it needs and whether it needs a reason."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "acts.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("| ").split("|")] for line in page.splitlines() if line.startswith("| `")
    ]
    assert {row[0].strip("`"): (row[-2], row[-1]) for row in rows} == {
        name: (kind.right, kind.needs_reason) for name, kind in ACTS.items()
    }
    for right, meaning in RIGHTS.items():
        assert f"| {right} | {meaning} |" in page
