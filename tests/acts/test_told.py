"""What a refusal says beside its code: who, what, when, and what there is instead.

TOLD-01: the words of a refusal name what was asked, what stands, and who may do it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.acts.conftest import HOUSE, casebook_of
from tests.conftest import CUSTODIAN, Site, read_text

from trialbook.capture.acts import (
    Act,
    answer_query,
    clear,
    close_query,
    complete,
    correct,
    countersign,
    enrol,
    enter,
    freeze,
    grant,
    lock,
    note,
    raise_query,
    save_form,
    screen,
    sign,
    transfer,
    verify_source,
    withdraw,
)
from trialbook.capture.book import Book
from trialbook.capture.erasure import words_of
from trialbook.conduct.casebook import Cell
from trialbook.conduct.content import content_of
from trialbook.errors import ActRefused, Place, Problem

FORM = Cell("baseline", "enzymes", "", "")


def refusal(book: Book, act: Act, by: str) -> Problem:
    """Return the one problem for which an act is refused."""
    with pytest.raises(ActRefused) as told:
        book.record(act, by=by)
    (problem,) = told.value.problems
    return problem


def told(book: Book, act: Act, by: str) -> tuple[str, dict[str, str]]:
    """Return code and words of a refusal, without what lists everything that there is."""
    problem = refusal(book, act, by)
    return problem.code, {name: text for name, text in problem.values.items() if name not in {"known", "near"}}


def ck(text: str = "100", visit: str = "baseline") -> Act:
    """Enter creatine kinase."""
    return enter("P1", "enzymes", "ck", text, visit=visit)


@pytest.mark.parametrize(
    ("act", "by", "code", "values"),
    [
        (screen("p1"), "ines", "ACT-16", {"participant": "p1", "like": "P1"}),
        (screen(" x"), "ines", "ACT-15", {"what": "participant", "code": " x"}),
        (screen("P2", site=" x"), "ines", "ACT-15", {"what": "site", "code": " x"}),
        (enrol("P1", on="2026-02-05"), "ines", "ACT-18", {"old": "enrolled 2026-02-01", "new": "enrolled 2026-02-05"}),
        (enrol("P9"), "ines", "ACT-03", {"participant": "P9"}),
        (ck(visit="week 9"), "nora", "ACT-06", {"visit": "week 9"}),
        (enter("P1", "enzymes", "ck", "1"), "nora", "ACT-09", {"form": "enzymes"}),
        (enter("P1", "background", "sex", "F", visit="baseline"), "ines", "ACT-10",
         {"form": "background", "visit": "baseline"}),
        (enter("P1", "drugs", "drug", "x"), "nora", "ACT-11", {"form": "drugs"}),
        (enter("P1", "drugs", "drug", "x", repeat="a b\n"), "nora", "ACT-15", {"what": "row", "code": "a b\n"}),
        (enter("P1", "enzymes", "ck", "1", visit="baseline", repeat="2"), "nora", "ACT-12",
         {"form": "enzymes", "repeat": "2"}),
        (enter("P1", "enzymes", "kc", "1", visit="baseline"), "nora", "ACT-05", {"form": "enzymes", "item": "kc"}),
        (enter("P1", "strength", "power", "1", visit="week 4"), "amir", "ACT-13", {"item": "strength.power"}),
        (correct("P1", "enzymes", "ck", "1", visit="baseline", reason="x"), "nora", "ACT-08", {"item": "enzymes.ck"}),
        (answer_query("P1", 77, "x"), "dan", "ACT-33", {"query": "77", "participant": "P1"}),
        (raise_query("P1", "?", to="nobody"), "dan", "ACT-32", {"to": "nobody"}),
        (raise_query("P1", " "), "dan", "ACT-31", {}),
        (verify_source("P1", [Cell("baseline", "enzymes", "", "ck")]), "mona", "ACT-39", {}),
        (note("x", participant="P1", visit="week 9"), "ines", "ACT-06", {"visit": "week 9"}),
        (note("x", form="nothing"), CUSTODIAN, "ACT-04", {"form": "nothing"}),
    ],
)  # fmt: skip
def test_the_words_of_a_refusal(house: Book, act: Act, by: str, code: str, values: dict[str, str]) -> None:
    """TOLD-01."""
    found, words = told(house, act, by)
    assert (found, {name: words[name] for name in values}) == (code, values)


def test_the_place_of_a_refusal(house: Book) -> None:
    """TOLD-01: the whole address, so that the page can show it there."""
    problem = refusal(house, enter("P1", "enzymes", "kc", "1", visit="baseline"), "nora")
    assert problem.place == Place(participant="P1", visit="baseline", form="enzymes", item="kc")
    row = refusal(house, enter("P1", "drugs", "start", "never", repeat="3"), "nora")
    assert row.place == Place(participant="P1", form="drugs", repeat="3", item="start")


def test_what_stands_is_told(house: Book) -> None:
    """TOLD-01: the old answer and the new one; who gave what the page did not show."""
    house.record(ck(), by="nora")
    assert told(house, ck("200"), "nora") == ("ACT-07", {"old": "100", "new": "200"})
    seen = replace(ck("200"), asked=(replace(ck("200").asked[0], about=1),))
    assert told(house, seen, "nora") == ("ACT-14", {"now": "100", "by": "nora", "text": "200"})
    gone = replace(ck(visit="week 4"), asked=(replace(ck(visit="week 4").asked[0], about=1),))
    assert told(house, gone, "nora") == ("ACT-14", {"now": "nothing", "by": "somebody", "text": "100"})
    page = save_form("P1", "enzymes", {"ck": ""}, visit="baseline")
    assert told(house, page, "nora") == ("ACT-02", {"act": "clear"})


def test_an_end_is_told(house: Book) -> None:
    """TOLD-01: with its day, or without one."""
    house.record(screen("P2"), by="ines")
    assert told(house, complete("P2", on="2026-03-01"), "ines") == (
        "ACT-17",
        {"act": "complete", "status": "screening"},
    )
    house.record(withdraw("P1", why="moved"), by="ines")
    assert told(house, withdraw("P1", on="2026-03-01"), "ines") == (
        "ACT-18", {"old": "withdrawn without a date", "new": "withdrawn 2026-03-01"},
    )  # fmt: skip
    house.record(withdraw("P1", on="2026-03-01", reason="found"), by="ines")
    (late,) = house.record(enter("P1", "visit", "date", "2026-03-02", visit="week 4"), by="nora").notes
    assert (late.code, dict(late.values)) == (
        "ACT-65", {"participant": "P1", "day": "2026-03-02", "ended": "2026-03-01"},
    )  # fmt: skip
    assert house.record(enter("P1", "visit", "date", "2026-03-01", visit="baseline"), by="nora").notes == ()


def test_a_site_is_told(house: Book) -> None:
    """TOLD-01: the old one, or that none is recorded."""
    assert told(house, screen("P1", site="north"), "ines") == (
        "ACT-18", {"old": "site not recorded", "new": "site north"},
    )  # fmt: skip
    house.record(screen("P1", site="north", reason="it was north"), by="ines")
    assert told(house, screen("P1", site="south"), "ines") == ("ACT-18", {"old": "site north", "new": "site south"})
    house.record(grant("iris", "investigator", site="north"), by=CUSTODIAN)
    move = transfer("P1", "south", reason="moved")
    assert told(house, move, "iris") == ("ACT-64", {"person": "iris", "old": "north", "new": "south"})


def test_who_closed_it_is_told(house: Book) -> None:
    """TOLD-01: what, how, when, by whom, and who may open it."""
    house.record(ck(), by="nora")
    entry = house.record(freeze("form", participant="P1", form="enzymes", visit="baseline"), by="dan").entries[0]
    code, words = told(house, clear("P1", "enzymes", "ck", visit="baseline", reason="x"), "nora")
    assert (code, words["what"], words["state"], words["open"]) == ("ACT-35", "form", "frozen", "thaw")
    assert (words["by"], words["at"]) == ("dan", entry.at[:16].replace("T", " "))
    assert "dan" in words["who"]
    house.record(lock("participant", participant="P1", reason="late"), by="dan")
    _, words = told(house, clear("P1", "enzymes", "ck", visit="baseline", reason="x"), "nora")
    assert (words["what"], words["state"], words["open"]) == ("record of the participant", "locked", "unlock")


def test_who_may_open_it_again_is_told(tmp_path: Path) -> None:
    """TOLD-01: of a freeze other people than of a lock."""
    text = HOUSE.replace("rights: [query, close query, verify]", "rights: [freeze]")
    text = text.replace("close query, freeze, lock]", "close query, lock]")
    with Site(tmp_path, read_text(text)).create() as book:
        for person, role in (("mona", "monitor"), ("dan", "data_manager")):
            book.record(grant(person, role), by=CUSTODIAN)
        for by, act in (
            ("mona", freeze("form", participant="P1", form="enzymes", visit="baseline")),
            ("dan", lock("form", participant="P1", form="enzymes", visit="baseline", reason="late")),
        ):
            book.record(act, by=by)
            assert told(book, ck(), "nora")[1]["who"] == f"carla or {by}"


def test_a_closed_query_is_told(house: Book) -> None:
    """TOLD-01: who closed it."""
    seq = house.record(raise_query("P1", "?", form="enzymes", visit="baseline"), by="dan").entries[0].seq
    house.record(close_query("P1", seq, "answered"), by="dan")
    assert told(house, answer_query("P1", seq, "x"), "nora") == ("ACT-34", {"query": str(seq), "by": "dan"})
    found = casebook_of(house).queries[seq]
    assert (found.closed_by, found.closed_why, found.closed_by_rule) == ("dan", "answered", False)


def test_what_a_lock_waits_for_is_told(house: Book) -> None:
    """TOLD-01: how many queries, how many signatures; and of whom."""
    for number, visit in enumerate(("baseline", "week 4")):
        house.record(ck(str(number + 1), visit), by="nora")
        house.record(raise_query("P1", "?", form="enzymes", visit=visit), by="dan")
    with pytest.raises(ActRefused) as refused:
        house.record(lock("participant", participant="P1"), by="dan")
    assert [(one.code, one.values["count"], one.values["what"]) for one in refused.value.problems] == [
        ("ACT-42", "2", "record of the participant"), ("ACT-43", "1", "record of the participant"),
    ]  # fmt: skip
    assert len(house.record(lock("participant", participant="P1", reason="late"), by="dan").entries) == 1


def test_a_second_person_who_is_the_first_is_told(house: Book) -> None:
    """TOLD-01: and what the check speaks of is the newest answer."""
    house.record(ck(), by="nora")
    newest = house.record(enter("P1", "enzymes", "comment", "pale", visit="baseline"), by="nora").entries[0].seq
    check = countersign("P1", "enzymes", "dose", agree=False, visit="baseline")
    assert told(house, check, "nora") == ("ACT-41", {"person": "nora"})
    house.record(grant("olga", "nurse"), by=CUSTODIAN)
    assert house.record(check, by="olga").entries[0].about == newest
    (seal,) = casebook_of(house).seals.values()
    assert (seal.agrees, seal.meaning, seal.content) == (False, "dose", "")


def test_a_level_is_told(house: Book) -> None:
    """TOLD-01: nobody signs the study."""
    content = content_of(house.study, casebook_of(house), FORM)
    act = sign("P1", "study", "x", content=content)
    assert told(house, act, "ines")[0] == "ACT-37"
    assert refusal(house, act, "ines").values["known"] == "form, visit, participant"


def test_which_entry_is_corrected_is_told(house: Book) -> None:
    """TOLD-01: of an enrolment that ended since, the casebook does not know the entry any more."""
    enrolled = next(entry.seq for entry in house.entries() if entry.act == "enrol")
    (again,) = house.record(enrol("P1", on="2026-02-05", reason="mistyped"), by="ines").entries
    left = house.record(withdraw("P1", on="2026-03-01"), by="ines").entries[0].seq
    (later,) = house.record(enrol("P1", on="2026-02-06", reason="mistyped"), by="ines").entries
    (ended,) = house.record(withdraw("P1", on="2026-03-02", reason="mistyped"), by="ines").entries
    assert (again.about, later.about, ended.about) == (enrolled, None, left)


@pytest.mark.parametrize(("text", "words"), [("abcd", ["abcd"]), (" abc ", []), (" abcd ", ["abcd"])])
def test_words_that_are_long_enough_to_be_known_again(house: Book, text: str, words: list[str]) -> None:
    """TOLD-01: four characters."""
    (entry,) = house.record(note(text, participant="P1"), by="ines").entries
    assert list(words_of(entry)) == words
