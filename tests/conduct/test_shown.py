"""Which forms and cells a role is shown.

SHOWN-01: a blind role, and one that the study file does not name, is shown none; others what they see, once released.
SHOWN-02: what speaks of no form is shown to every role that sees; of a cell, as the cell is shown.
SHOWN-03: a form that waits for its release is shown to nobody but those who record it, who are not blind.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from tests.web.hidden import STUDY

from trialbook.conduct.blinding import shown_forms, shows_cell
from trialbook.conduct.casebook import VISIT_FORM, Casebook, Cell, Seal
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study

BOOK = Casebook(participant="P1", status="enrolled")


@cache
def plan() -> Study:
    study, problems = parse_study(STUDY, file="study.yaml")
    assert study is not None, problems
    return study


def test_forms() -> None:
    """SHOWN-01."""
    assert shown_forms(plan(), BOOK, "assessor") == shown_forms(plan(), BOOK, "ghost") == frozenset()
    assert shown_forms(plan(), BOOK, None) == frozenset()
    assert shown_forms(plan(), BOOK, "nurse") == {"diary", "lab", VISIT_FORM}
    assert shown_forms(plan(), BOOK, "data_manager") == {"lab", VISIT_FORM}


def test_cells() -> None:
    """SHOWN-02."""
    lab, rating = Cell("baseline", "lab", "", "ck"), Cell("baseline", "rating", "", "left")
    for role in ("assessor", "ghost", None):
        assert not any(shows_cell(plan(), role, {"lab"}, cell) for cell in (lab, Cell("", "", "", "")))
    shown = shown_forms(plan(), BOOK, "data_manager")
    told = {
        cell: shows_cell(plan(), "data_manager", shown, cell)
        for cell in (
            lab, rating, lab._replace(item=""), rating._replace(item=""), Cell("baseline", "", "", ""),
            lab._replace(item="nothing"), lab._replace(visit="nowhere"), lab._replace(visit="unscheduled-2"),
        )
    }  # fmt: skip
    assert list(told.values()) == [True, False, True, False, True, False, False, True]
    unknown = Cell("", "nothing", "", "x")
    everything = shown_forms(plan(), BOOK, "nurse")
    assert shows_cell(plan(), "nurse", everything, unknown)
    assert not shows_cell(plan(), "nurse", everything, rating)


def test_release() -> None:
    """SHOWN-03: a lock of the participant or of the study releases, and nothing less."""
    held = replace(plan(), forms={**plan().forms, "lab": replace(plan().forms["lab"], release="at lock")})
    assert "lab" not in shown_forms(held, BOOK, "nurse")
    assert "lab" in shown_forms(held, BOOK, "investigator")
    for level, is_open in (("participant", True), ("study", True), ("visit", False)):
        seal = Seal(seq=1, kind="lock", level=level, cell=Cell("", "", "", ""))  # type: ignore[arg-type]
        assert ("lab" in shown_forms(held, replace(BOOK, seals={1: seal}), "nurse")) == is_open
    frozen = Seal(seq=1, kind="freeze", level="study", cell=Cell("", "", "", ""))
    assert "lab" not in shown_forms(held, replace(BOOK, seals={1: frozen}), "nurse")
