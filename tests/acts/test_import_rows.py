"""Record many answers and statuses at once.

REC-80: an import is recorded whole or not at all; each entry names file, hash, row and column (R01, R24).
REC-81: who may not import, or not at this site, imports nothing.
REC-82: the same rows again add nothing; another value is a correction, and needs a reason (R24).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trialbook.capture.acts import Act, grant, import_rows, screen
from trialbook.capture.book import Book
from trialbook.capture.ledger import Draft

if TYPE_CHECKING:
    from tests.conftest import Refused


def rows(ck: str = "120", *, reason: str | None = None) -> Act:
    """Ask for a new participant with one answer, as a file would."""
    source = {"source_file": "ck.csv", "source_hash": "ab" * 32}
    return import_rows(
        [
            Draft(act="screen", participant="P2", source_row=2, **source),  # type: ignore[arg-type]
            Draft(act="enrol", participant="P2", value="2026-02-03", source_row=2, **source),  # type: ignore[arg-type]
            Draft(
                act="enter", participant="P2", visit="baseline", form="enzymes", item="ck", text=ck,
                source_row=2, source_column="CK", **source,  # type: ignore[arg-type]
            ),
        ],
        reason=reason,
    )  # fmt: skip


def test_it_works(book: Book) -> None:
    """REC-80: one request, three entries, each with its source."""
    entries = book.record(rows(), by="carla").entries
    assert [entry.act for entry in entries] == ["screen", "enrol", "enter"]
    assert len({entry.request for entry in entries}) == 1
    assert {(entry.source_file, entry.source_hash, entry.source_row) for entry in entries} == {("ck.csv", "ab" * 32, 2)}
    assert book.casebooks()["P2"].value("enzymes", "ck", visit="baseline") == "120"


def test_it_needs_the_right(book: Book, refused: Refused) -> None:
    """REC-81: an investigator enters and does not import; a custodian of one site imports for that site."""
    assert refused(rows(), by="ines")[0].code == "ACT-01"
    book.record(grant("cora", "custodian", site="north"), by="carla")
    assert refused(rows(), by="cora")[0].code == "ACT-01"


def test_it_keeps_the_old_value(book: Book, refused: Refused) -> None:
    """REC-82: another value needs a reason, and then corrects; what is the same adds nothing."""
    book.record(rows(), by="carla")
    assert book.record(rows(), by="carla").entries == ()
    (problem,) = refused(rows("121"), by="carla")
    assert (problem.code, problem.place.file, problem.place.line, problem.place.header) == ("ACT-07", "ck.csv", 2, "CK")
    (entry,) = book.record(rows("121", reason="laboratory sent it again"), by="carla").entries
    assert (entry.act, entry.reason) == ("correct", "laboratory sent it again")
    values = [entry.value for entry in book.history(participant="P2", form="enzymes")]
    assert values == ["120", "121"]


def test_it_is_in_the_trail(book: Book) -> None:
    """REC-80: the history of a value leads to the cell of the file."""
    book.record(rows(), by="carla")
    (entry,) = book.history(participant="P2", item="ck")
    assert (entry.by, entry.source_file, entry.source_row, entry.source_column) == ("carla", "ck.csv", 2, "CK")


def test_one_bad_row_refuses_them_all(book: Book, refused: Refused) -> None:
    """REC-80: every bad row is told, and none of the good ones is recorded."""
    bad = import_rows(
        [
            *rows().asked,
            Draft(act="enter", participant="P2", visit="week 4", form="enzymes", item="ck", text="many", source_row=3),
            Draft(act="enter", participant="P9", visit="week 4", form="enzymes", item="ck", text="1", source_row=4),
            Draft(act="grant", person="eve", value="custodian", source_row=5),
        ]
    )
    problems = refused(bad, by="carla")
    assert [problem.place.line for problem in problems] == [3, 4, 5]
    assert [problem.code[:6] for problem in problems] == ["VALUE-", "ACT-03", "ACT-27"]
    assert "P2" not in book.casebooks()


@pytest.mark.parametrize("reason", [None, "why not"])
def test_one_cell_twice(book: Book, refused: Refused, reason: str | None) -> None:
    """REC-82: two rows with one value are one; two rows that differ need a reason, and then correct each other."""
    twice = import_rows([*rows().asked, *rows().asked], reason=reason)
    assert len(book.record(twice, by="carla").entries) == 3
    differ = import_rows([*rows("7").asked, *rows("8").asked], reason=reason)
    if reason is None:
        assert {problem.code for problem in refused(differ, by="carla")} == {"ACT-07"}
    else:
        seven, eight = book.record(differ, by="carla").entries
        assert (seven.value, eight.value, eight.about) == ("7", "8", seven.seq)
    assert book.verify().ok


def test_new_participants_that_look_alike(book: Book, refused: Refused) -> None:
    """REC-80: two codes of one import that people cannot tell apart are refused."""
    alike = import_rows([Draft(act="screen", participant="A1"), Draft(act="screen", participant="a1")])
    assert refused(alike, by="carla")[0].code == "ACT-16"
    book.record(screen("A1"), by="ines")
