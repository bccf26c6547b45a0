"""Queries: raised, answered, assigned, closed, by people and by the rules of the study.

QUERY-01: a query has the number of its entry, names the entry it speaks of, and its whole life is in the casebook.
QUERY-02: each step needs its right on the form of the query; who raised one may close it.
QUERY-03: what names nothing, says nothing, or follows a closed query is refused.
QUERY-04: an answer outside of the expected range, and an edit check that is false, raise a query in the same act (R08).
QUERY-05: when a correction makes it right, the same act closes the query; unknown is not right (R08).
QUERY-06: there is no second query for a cell and rule while one is open, and none for an answer that somebody excused.
QUERY-07: an import raises queries too, but of nobody whose end is recorded, and closes them.
QUERY-08: a check that uses answers of another form, or of another visit, is judged when these change.
QUERY-09: a request that is sent again gets its first receipt, queries of rules and all.
QUERY-10: what the acts say of queries is what a fold of the ledger says, after any history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.acts.conftest import HOUSE, Codes, casebook_of
from tests.conftest import read_text

from trialbook.capture.acts import (
    Act,
    answer_query,
    clear,
    close_query,
    complete,
    correct,
    enter,
    import_rows,
    raise_query,
    reassign_query,
    save_form,
)
from trialbook.capture.book import Book
from trialbook.capture.ledger import Draft, Entry
from trialbook.conduct.casebook import Cell, Query
from trialbook.errors import ActRefused

if TYPE_CHECKING:
    from tests.conftest import Site

CK = Cell("baseline", "enzymes", "", "ck")


def ck(text: str, visit: str = "baseline") -> Act:
    """Enter creatine kinase."""
    return enter("P1", "enzymes", "ck", text, visit=visit)


def mend(text: str, item: str = "ck", visit: str = "baseline") -> Act:
    """Correct an enzyme."""
    return correct("P1", "enzymes", item, text, visit=visit, reason="read again")


def queries(book: Book) -> list[Query]:
    """Return the queries of the participant."""
    return list(casebook_of(book).queries.values())


def states(book: Book) -> list[tuple[str, str]]:
    """Return rule and status of each query."""
    return [(query.rule, query.status) for query in queries(book)]


# ---- people -----------------------------------------------------------------------------------------------------


def test_the_life_of_a_query(house: Book) -> None:
    """QUERY-01: raised, assigned, answered twice, closed."""
    answer = house.record(ck("100"), by="nora").entries[0]
    asked = raise_query("P1", "Is this haemolytic?", form="enzymes", visit="baseline", item="ck", to="nurse")
    (entry,) = house.record(asked, by="mona").entries
    assert (entry.act, entry.about, entry.text, entry.role) == ("query", answer.seq, "Is this haemolytic?", "monitor")
    number = entry.seq
    house.record(reassign_query("P1", number, "ines"), by="mona")
    house.record(answer_query("P1", number, "No."), by="nora")
    house.record(answer_query("P1", number, "The laboratory says no."), by="ines")
    house.record(close_query("P1", number, "answered"), by="mona")
    (query,) = queries(house)
    assert (query.seq, query.cell, query.text, query.by, query.to) == (number, CK, entry.text, "mona", "ines")
    assert [(one.by, one.text) for one in query.answers] == [("nora", "No."), ("ines", "The laboratory says no.")]
    assert (query.status, query.closed_by, query.closed_why, query.rule) == ("closed", "mona", "answered", "")
    assert query.at < query.answers[0].at < query.answers[1].at < query.closed_at
    assert [one.act for one in house.history(participant="P1", form="enzymes", item="ck")][1:] == [
        "query",
        "reassign_query",
        "answer_query",
        "answer_query",
        "close_query",
    ]
    assert house.verify().ok


def test_a_query_changes_no_answer(house: Book) -> None:
    """QUERY-01: not even one about a cell."""
    house.record(ck("100"), by="nora")
    before = casebook_of(house).answers
    house.record(raise_query("P1", "?", form="enzymes", visit="baseline", item="ck"), by="nora")
    assert casebook_of(house).answers == before
    assert house.columns().answers["seq"] == [answer.seq for answer in before.values()]


@pytest.mark.parametrize(
    ("place", "cell"),
    [
        ({}, Cell("", "", "", "")),
        ({"visit": "week 4"}, Cell("week 4", "", "", "")),
        ({"form": "enzymes", "visit": "week 4"}, Cell("week 4", "enzymes", "", "")),
        ({"form": "drugs"}, Cell("", "drugs", "", "")),
        ({"form": "drugs", "repeat": "2", "item": "drug"}, Cell("", "drugs", "2", "drug")),
    ],
)
def test_what_a_query_speaks_of(house: Book, place: dict[str, str], cell: Cell) -> None:
    """QUERY-01: a participant, a visit, a form, a row, an item without an answer."""
    house.record(raise_query("P1", "What of this?", **place), by="ines")
    assert [(query.cell, query.about) for query in queries(house)] == [(cell, None)]


def test_rights(house: Book, codes: Codes) -> None:
    """QUERY-02: the assessor asks on the own form only, the monitor not on a form that is kept from the monitor."""
    on_enzymes = raise_query("P1", "?", form="enzymes", visit="week 4")
    on_strength = raise_query("P1", "?", form="strength", visit="week 4")
    assert codes(on_enzymes, "amir") == ["ACT-01"]
    assert codes(on_strength, "mona") == ["ACT-01"]
    assert codes(on_enzymes, "stan") == ["ACT-01"]
    mine = house.record(on_strength, by="amir").entries[0].seq
    for act in (answer_query("P1", mine, "x"), reassign_query("P1", mine, "nora"), close_query("P1", mine, "x")):
        assert codes(act, "nora") == ["ACT-01"]
        assert codes(act, "mona") == ["ACT-01"]
    house.record(close_query("P1", mine, "seen"), by="amir")


def test_who_closes(house: Book, codes: Codes) -> None:
    """QUERY-02: the nurse closes the own query, not the monitor's and not that of a rule."""
    own = house.record(raise_query("P1", "?", form="enzymes", visit="week 4"), by="nora").entries[0].seq
    hers = house.record(raise_query("P1", "?", form="enzymes", visit="week 4"), by="mona").entries[0].seq
    house.record(ck("5000"), by="nora")
    rule = queries(house)[-1].seq
    house.record(close_query("P1", own, "clear now"), by="nora")
    assert codes(close_query("P1", hers, "no"), "nora") == ["ACT-01"]
    assert codes(close_query("P1", rule, "no"), "nora") == ["ACT-01"]
    house.record(close_query("P1", hers, "fine"), by="ines")
    house.record(close_query("P1", rule, "fine"), by="dan")


def test_refusals(house: Book, codes: Codes) -> None:
    """QUERY-03."""
    place = {"form": "enzymes", "visit": "week 4"}
    assert codes(raise_query("P1", " ", **place), "nora") == ["ACT-31"]
    assert codes(raise_query("P1", "?", **place, to="nobody"), "nora") == ["ACT-32"]
    assert codes(raise_query("P9", "?", **place), "nora") == ["ACT-03"]
    assert codes(raise_query("P1", "?", form="enzymes"), "nora") == ["ACT-09"]
    assert codes(raise_query("P1", "?", form="enzymes", visit="week 4", item="alt"), "nora") == ["ACT-05"]
    assert codes(raise_query("P1", "?", visit="week 5"), "ines") == ["ACT-06"]
    assert codes(raise_query("P1", "?", form="strange"), "ines") == ["ACT-04"]
    assert codes(answer_query("P1", 3, "x"), "ines") == ["ACT-33"]
    number = house.record(raise_query("P1", "?", **place), by="nora").entries[0].seq
    assert codes(answer_query("P1", number, ""), "ines") == ["ACT-31"]
    assert codes(close_query("P1", number, ""), "ines") == ["ACT-02"]
    assert codes(reassign_query("P1", number, "nobody"), "nora") == ["ACT-32"]
    house.record(close_query("P1", number, "done"), by="nora")
    for act in (answer_query("P1", number, "x"), reassign_query("P1", number, "ines"), close_query("P1", number, "x")):
        assert codes(act, "ines") == ["ACT-34"]


# ---- rules ------------------------------------------------------------------------------------------------------


def test_outside_of_the_expected_range(house: Book) -> None:
    """QUERY-04: the value is recorded, the query in the same act, with the same request."""
    answer, query = house.record(ck("5000"), by="nora").entries
    assert (query.act, query.about, query.source_file, query.value) == ("query", answer.seq, "rule expected", "5000")
    assert (query.request, query.by, query.form, query.item) == (answer.request, "nora", "enzymes", "ck")
    assert query.text == "5000 U/L is outside the range expected of “Creatine kinase”, 0 to 2000."
    assert states(house) == [("expected", "open")]


def test_a_check_that_is_false(house: Book) -> None:
    """QUERY-04: once both answers are there; the query speaks of the form."""
    assert len(house.record(enter("P1", "enzymes", "low", "300", visit="baseline"), by="nora").entries) == 1
    _, query = house.record(ck("200"), by="nora").entries
    assert (query.item, query.source_file, query.text) == (
        None,
        "rule check order",
        "The low value is not below creatine kinase.",
    )


def test_saved_together(house: Book) -> None:
    """QUERY-04: a form that is saved whole raises each query once."""
    receipt = house.record(save_form("P1", "enzymes", {"ck": "5000", "low": "6000"}, visit="baseline"), by="nora")
    assert [entry.source_file for entry in receipt.entries] == [None, None, "rule expected", "rule check order"]


@pytest.mark.parametrize(
    "act", [mend("500"), mend("ND"), clear("P1", "enzymes", "ck", visit="baseline", reason="not this participant's")]
)
def test_a_query_that_closes_itself(house: Book, act: Act) -> None:
    """QUERY-05: corrected, missing, or gone: nothing is left to ask."""
    house.record(ck("5000"), by="nora")
    *_, entry = house.record(act, by="nora").entries
    assert (entry.act, entry.about, entry.source_file) == ("close_query", queries(house)[0].seq, "rule expected")
    assert [(query.status, query.closed_by_rule) for query in queries(house)] == [("closed", True)]


def test_unknown_is_not_right(house: Book) -> None:
    """QUERY-05: a check that can no longer be judged keeps its query open; an emptied form has nothing to ask."""
    house.record(save_form("P1", "enzymes", {"ck": "200", "low": "300"}, visit="baseline"), by="nora")
    house.record(clear("P1", "enzymes", "low", visit="baseline", reason="wrong tube"), by="nora")
    assert states(house) == [("check order", "open")]
    house.record(clear("P1", "enzymes", "ck", visit="baseline", reason="wrong tube"), by="nora")
    assert states(house) == [("check order", "closed")]


def test_no_second_query(house: Book) -> None:
    """QUERY-06: not for another wrong answer either, nor after an answer; after it was right, a new one."""
    house.record(ck("5000"), by="nora")
    house.record(mend("6000"), by="nora")
    house.record(answer_query("P1", queries(house)[0].seq, "really so"), by="nora")
    house.record(mend("7000"), by="nora")
    assert states(house) == [("expected", "answered")]
    house.record(mend("100"), by="nora")
    house.record(mend("7000"), by="nora")
    assert states(house) == [("expected", "closed"), ("expected", "open")]


def test_an_answer_that_was_excused(house: Book) -> None:
    """QUERY-06: the same answer is not asked about again, another wrong one is."""
    house.record(ck("5000"), by="nora")
    house.record(close_query("P1", queries(house)[0].seq, "rhabdomyolysis"), by="ines")
    house.record(enter("P1", "enzymes", "comment", "x", visit="baseline"), by="nora")
    house.record(mend("5001"), by="nora")
    assert states(house) == [("expected", "closed"), ("expected", "open")]
    house.record(close_query("P1", queries(house)[1].seq, "true"), by="ines")
    house.record(mend("5000"), by="nora")
    assert len(states(house)) == 3


def test_a_check_that_was_excused(house: Book) -> None:
    """QUERY-06: by the answers that it uses, whatever else changes in the form."""
    house.record(save_form("P1", "enzymes", {"ck": "200", "low": "300"}, visit="baseline"), by="nora")
    house.record(close_query("P1", queries(house)[0].seq, "another kit"), by="ines")
    house.record(enter("P1", "enzymes", "comment", "x", visit="baseline"), by="nora")
    assert len(states(house)) == 1
    house.record(mend("301", item="low"), by="nora")
    assert states(house) == [("check order", "closed"), ("check order", "open")]


def rows(*answers: tuple[str, str]) -> list[Draft]:
    """Return the rows of an import: visit and creatine kinase."""
    return [
        Draft(act="enter", participant="P1", visit=visit, form="enzymes", item="ck", text=text, source_row=number)
        for number, (visit, text) in enumerate(answers, start=2)
    ]


def test_an_import(house: Book) -> None:
    """QUERY-07: it raises and closes as a save does."""
    house.record(import_rows(rows(("baseline", "5000"), ("week 4", "100"))), by="carla")
    assert states(house) == [("expected", "open")]
    house.record(import_rows(rows(("baseline", "500"), ("week 4", "9000")), reason="new file"), by="carla")
    assert states(house) == [("expected", "closed"), ("expected", "open")]


def test_an_import_of_what_is_over(house: Book) -> None:
    """QUERY-07: of somebody who has completed nobody could answer; an open query is closed all the same."""
    house.record(ck("5000", visit="week 4"), by="nora")
    house.record(complete("P1", on="2026-03-01"), by="ines")
    receipt = house.record(import_rows(rows(("baseline", "5000"), ("week 4", "100")), reason="file"), by="carla")
    assert states(house) == [("expected", "closed")]
    assert [note.code for note in receipt.notes] == ["VALUE-31"]
    late = [*rows(("baseline", "6000")), Draft(act="screen", participant="P2")]
    ended = [Draft(act=act, participant="P2", value="2026-01-01") for act in ("enrol", "complete")]
    house.record(import_rows([*late, *ended], reason="file"), by="carla")
    assert len(states(house)) == 1


def test_a_check_of_another_form(house: Book) -> None:
    """QUERY-08: what the check uses is answered later, and corrected elsewhere."""
    house.record(ck("5"), by="nora")
    *_, query = house.record(enter("P1", "background", "sex", "M"), by="ines").entries
    assert (query.form, query.visit, query.text) == ("enzymes", "baseline", "Rare in men.")
    *_, end = house.record(correct("P1", "background", "sex", "F", reason="typo"), by="ines").entries
    assert (end.act, end.about, end.form) == ("close_query", query.seq, "enzymes")


def test_a_check_of_an_earlier_visit(site: Site) -> None:
    """QUERY-08: a correction at baseline makes the check of week 4 right."""
    fall = "      fall: {when: 'baseline.enzymes.ck >= enzymes.ck', say: It rose.}\n"
    text = HOUSE.replace("    checks:\n", "    checks:\n" + fall)
    with type(site)(site.folder, read_text(text)).create() as book:
        book.record(ck("100"), by="nora")
        *_, query = book.record(ck("200", visit="week 4"), by="nora").entries
        assert (query.text, query.visit) == ("It rose.", "week 4")
        *_, end = book.record(mend("300"), by="nora").entries
        assert (end.act, end.about, end.visit) == ("close_query", query.seq, "week 4")


def test_sent_again(house: Book) -> None:
    """QUERY-09: for a save, a query and what follows it."""
    for number, act in enumerate(
        [ck("5000"), mend("100"), raise_query("P1", "?", form="enzymes", visit="baseline", to="nora")]
    ):
        first = house.record(act, by="nora", request=f"r-{number}")
        again = house.record(act, by="nora", request=f"r-{number}")
        assert (again.repeated, again.entries) == (True, first.entries)
    query = queries(house)[-1].seq
    for number, act in enumerate([answer_query("P1", query, "x"), close_query("P1", query, "y")]):
        first = house.record(act, by="nora", request=f"q-{number}")
        assert house.record(act, by="nora", request=f"q-{number}").entries == first.entries
    with pytest.raises(ActRefused) as told:
        house.record(answer_query("P1", query + 1, "x"), by="nora", request="q-0")
    assert [problem.code for problem in told.value.problems] == ["ACT-25"]


VALUES = st.sampled_from(["5", "100", "200", "5000", "6000", "ND"])
WANTED = st.one_of(
    st.builds(
        lambda a, b: save_form("P1", "enzymes", {"ck": a, "low": b}, visit="baseline", reasons="why"), VALUES, VALUES
    ),
    st.builds(lambda sex: save_form("P1", "background", {"sex": sex}, reasons="why"), st.sampled_from(["F", "M", ""])),
    st.builds(lambda a: import_rows(rows(("baseline", a), ("week 4", a)), reason="why"), VALUES),
    st.builds(lambda n: answer_query("P1", n, "so it is"), st.integers(8, 25)),
    st.builds(lambda n: close_query("P1", n, "excused"), st.integers(8, 25)),
)


def told_twice(entries: list[Entry]) -> list[Entry]:
    """Return the queries of a rule that were raised while another of the same cell and rule was not closed."""
    live: dict[tuple[object, ...], int] = {}
    found = []
    for entry in entries:
        where = (entry.visit, entry.form, entry.item, entry.source_file)
        if entry.act == "query" and entry.source_file:
            found += [entry] if where in live else []
            live[where] = entry.seq
        elif entry.act == "close_query":
            live = {key: seq for key, seq in live.items() if seq != entry.about}
    return found


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(WANTED, max_size=12))
def test_any_history(site: Site, acts: list[Act]) -> None:
    """QUERY-06, QUERY-10: judged one after the other by a book, and folded anew by another, they say the same."""
    folder = site.folder / site.chance()
    folder.mkdir()
    place = type(site)(folder, read_text(HOUSE))
    with place.create() as book:
        for act in acts:
            try:
                book.record(act, by="carla")
            except ActRefused:
                continue
        with place.open() as other:
            casebook = other.casebooks()["P1"]
        assert book._state.casebooks.get("P1", casebook) == casebook  # noqa: SLF001 - what acts are judged by
        assert told_twice(list(book.entries())) == []
        ck_answer = casebook.answers.get(CK)
        is_odd = ck_answer is not None and ck_answer.value in {"5000", "6000"}
        mine = [query for query in casebook.queries.values() if (query.cell, query.rule) == (CK, "expected")]
        assert is_odd or all(query.status == "closed" for query in mine)
        assert not is_odd or mine
        assert book.verify().ok
