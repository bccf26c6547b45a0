"""Acts at the edges: what names nothing that there is, is closed already, or says nothing; and what is told of it.

EDGE-01: an act that names a participant, form, row or query that is not there is refused, and its problem says what.
EDGE-02: an entry that speaks of what is not there changes nothing, whoever wrote it.
EDGE-03: what is closed takes no answer to a query either, not even from a rule.
EDGE-04: answers that are not asked any more are taken away in turn, each once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest
from tests.acts.conftest import HOUSE, Codes, casebook_of
from tests.conftest import STUDY, Refused, Site, read_text

from trialbook.capture.acts import (
    Act,
    adopt,
    answer_query,
    approve,
    correct,
    countersign,
    enrol,
    enter,
    freeze,
    keep_identity,
    lock,
    note,
    propose,
    raise_query,
    save_form,
    screen,
    thaw,
    verify_source,
)
from trialbook.capture.answers import is_addressed
from trialbook.capture.asking import alert, delegate, end_delegation, train
from trialbook.capture.book import Book
from trialbook.capture.delegations import fold_staff
from trialbook.capture.judging import Desk, State
from trialbook.capture.ledger import Draft, fold
from trialbook.capture.marks import Mark, StudyMarks, mark_study, marked, under
from trialbook.capture.people import RIGHTS, is_code
from trialbook.capture.queries import ask_by_rules
from trialbook.capture.seals import sign_place
from trialbook.conduct.casebook import Casebook, Cell, Seal
from trialbook.errors import ActRefused
from trialbook.protocol.model import Study

NOBODY = "P9"
PLACE = Cell("baseline", "enzymes", "", "")


@pytest.mark.parametrize(
    ("act", "by", "code"),
    [
        (countersign(NOBODY, "enzymes", "dose", agree=True, visit="baseline"), "nora", "ACT-03"),
        (countersign("P1", "enzymes", "dose", agree=True, visit="week 9"), "nora", "ACT-06"),
        (verify_source(NOBODY, [Cell("baseline", "enzymes", "", "ck")]), "mona", "ACT-03"),
        (verify_source("P1", [Cell("", "enzymes", "", "ck")]), "mona", "ACT-09"),
        (thaw("form", participant=NOBODY, form="enzymes", visit="baseline", reason="x"), "dan", "ACT-03"),
        (thaw("visit", participant="P1", visit="week 9", reason="x"), "dan", "ACT-06"),
        (raise_query("P1", "?", visit="week 9"), "dan", "ACT-06"),
    ],
)
def test_what_is_not_there(codes: Codes, act: Act, by: str, code: str) -> None:
    """EDGE-01."""
    assert codes(act, by) == [code]


def test_an_identity_of_nobody(tmp_path: Path) -> None:
    """EDGE-01."""
    knowing = STUDY.replace("signs: [form, visit]}", "signs: [form, visit], identities: true}")
    with Site(tmp_path, read_text(knowing)).create() as book, pytest.raises(ActRefused) as told:
        book.record(keep_identity(NOBODY), by="ines")
    assert [problem.code for problem in told.value.problems] == ["ACT-03"]


def test_a_version_without_words(book: Book, refused: Refused) -> None:
    """EDGE-01."""
    whole = propose(book.study)
    for lacking in (replace(whole.asked[0], text=None), replace(whole.asked[0], value=None)):
        assert refused(replace(whole, asked=(lacking,)), by="carla")[0].code == "ACT-23"


def test_what_a_right_would_let_them_do(book: Book, refused: Refused) -> None:
    """EDGE-01: which form, where there is one; which site, where there is one; and who grants it."""
    (told,) = refused(enter("P1", "enzymes", "ck", "1", visit="baseline"), by="stan")
    assert (told.values["doing"], told.values["custodians"]) == (f"{RIGHTS['record']} “enzymes”", "carla")
    book.record(screen("P2", site="north"), by="ines")
    (there,) = refused(enter("P2", "enzymes", "ck", "1", visit="baseline"), by="stan")
    assert there.values["doing"] == f"{RIGHTS['record']} “enzymes” at site north"
    (enrolling,) = refused(enrol("P2", on="2026-02-01"), by="stan")
    assert enrolling.values["doing"] == f"{RIGHTS['enrol']} at site north"
    (noting,) = refused(note("seen", form="enzymes"), by="nobody")
    assert noting.values["doing"] == RIGHTS["note"]


def test_what_cannot_be_printed_is_written_out(refused: Refused) -> None:
    """EDGE-01: a line break within a word; a word that can be printed stands as it is."""
    for mode, shown in (("tou\nch", "'tou\\nch'"), ("télé", "télé")):
        (told,) = refused(enter("P1", "enzymes", "ck", "1", visit="baseline", mode=mode), by="nora")
        assert (told.code, told.values["mode"]) == ("ACT-29", shown)


def test_staff_that_cannot_be_called_so(refused: Refused) -> None:
    """EDGE-01: no space, no line break."""
    for act in (
        end_delegation(3, "no ra\n", on="2026-03-09", reason="left"),
        train("no ra\n", "GCP", on="2026-01-10"),
        delegate("no ra\n", "nurse", "blood", since="2026-03-01"),
    ):
        assert refused(act)[0].code == "ACT-15"


def test_an_end_of_nothing_ends_nothing(book: Book) -> None:
    """EDGE-02: nor does one that names somebody else's delegation."""
    seq = book.record(delegate("nora", "nurse", "blood", since="2026-03-01"), by="ines").entries[0].seq
    book.record(end_delegation(seq - 1, "nora", on="2026-03-09", reason="left"), by="ines")
    book.record(end_delegation(seq, "amir", on="2026-03-09", reason="left"), by="ines")
    with pytest.raises(ActRefused) as told:
        book.record(end_delegation(seq + 100, "nora", on="2026-03-09", reason="left"), by="ines")
    assert [problem.code for problem in told.value.problems] == ["ACT-71"]
    (one,) = fold_staff(book.entries()).delegations
    assert (one.until, one.holds_on(date(2026, 3, 10))) == (None, True)


def a_mark(act: str, about: int | None) -> Mark:
    """Make an entry that speaks of another one."""
    return Mark(
        act=act, seq=9, cell=PLACE, by="ines", at="2026-03-01T08:00:00Z", role="investigator", about=about, text="x",
        value="", person="nora", reason="y", source="",
    )  # fmt: skip


@pytest.mark.parametrize("act", ["answer_query", "close_query", "reassign_query", "verify_source", "look"])
@pytest.mark.parametrize("about", [None, 7])
def test_an_entry_about_nothing(act: str, about: int | None) -> None:
    """EDGE-02: no query has this number; a comparison names an answer."""
    casebook = Casebook(participant="P1")
    after = marked(casebook, a_mark(act, about))
    assert after.queries == {}
    assert (after == casebook) == (act != "verify_source" or about is None)


def test_what_marks_no_study() -> None:
    """EDGE-02: of the acts that name no participant, four close or open the study and two are told of it."""
    nothing = StudyMarks()
    assert mark_study([a_mark("sign", None), a_mark("thaw", 4), a_mark("unlock", None)], nothing) == nothing
    (look,) = mark_study([a_mark("look", None)], nothing).looks
    assert (look.what, look.reason, look.by) == ("x", "y", "ines")


def test_what_is_closed_with_the_study() -> None:
    """EDGE-03: a casebook that is read anew has the locks of the study among its own, in their order."""
    own, wide = (Seal(seq=seq, kind="lock", level="study", cell=Cell("", "", "", "")) for seq in (9, 4))
    casebook = Casebook(participant="P1", seals=MappingProxyType({9: own}))
    assert under(casebook, StudyMarks()) is casebook
    assert list(under(casebook, StudyMarks(seals=MappingProxyType({4: wide}))).seals) == [4, 9]


def test_a_study_that_is_opened_again(house: Book) -> None:
    """EDGE-03: in a fold of the ledger too."""
    for act, count in ((freeze("study"), 1), (thaw("study", reason="x"), 0), (lock("study", reason="x"), 1)):
        house.record(act, by="dan")
        assert len(fold(house.entries())["P1"].seals) == len(casebook_of(house).seals) == count


@pytest.fixture
def desk(study: Study) -> Desk:
    """Return a working paper without anybody."""
    return Desk(study=study, state=State())


def test_a_place_without_form_or_participant(desk: Desk) -> None:
    """EDGE-02: the judges do not rely on each other's order."""
    assert not is_addressed(desk, Draft(act="enter", participant="P1", form="nothing", visit="baseline", item="x"))
    sign_place(desk, Draft(act="sign", participant=NOBODY, text="reviewed", value="x"))
    desk.drafts.append(Draft(act="enter", participant=NOBODY, form="enzymes", visit="baseline", item="ck", text="1"))
    ask_by_rules(desk, enter(NOBODY, "enzymes", "ck", "1", visit="baseline"))
    assert (len(desk.drafts), desk.problems, desk.casebook_now(NOBODY)) == (1, [], None)
    assert desk.standing(NOBODY, PLACE) is None


# ---- queries of what is closed ----------------------------------------------------------------------------------


def test_a_query_of_a_locked_form_is_answered_by_nobody(house: Book, codes: Codes) -> None:
    """EDGE-03: a freeze does not keep it from being answered."""
    house.record(enter("P1", "enzymes", "ck", "100", visit="baseline"), by="nora")
    seq = house.record(raise_query("P1", "?", form="enzymes", visit="baseline"), by="dan").entries[0].seq
    house.record(freeze("form", participant="P1", form="enzymes", visit="baseline"), by="dan")
    house.record(answer_query("P1", seq, "read twice"), by="nora")
    house.record(lock("form", participant="P1", form="enzymes", visit="baseline", reason="late"), by="dan")
    assert codes(answer_query("P1", seq, "read again"), "nora") == ["ACT-35"]
    assert [query.status for query in casebook_of(house).queries.values()] == ["answered"]


def test_a_rule_closes_nothing_that_is_locked(house: Book) -> None:
    """EDGE-03: the answer of another form makes the check right, but its query lies in a locked one."""
    house.record(enter("P1", "background", "sex", "M"), by="ines")
    house.record(enter("P1", "enzymes", "ck", "5", visit="baseline"), by="nora")
    (query,) = casebook_of(house).queries.values()
    house.record(lock("form", participant="P1", form="enzymes", visit="baseline", reason="late"), by="dan")
    house.record(correct("P1", "background", "sex", "F", reason="mistyped"), by="ines")
    assert casebook_of(house).queries[query.seq].status == "open"


def test_a_version_that_keeps_a_check_keeps_its_query(house: Book) -> None:
    """EDGE-03: and one without the check closes it."""
    house.record(enter("P1", "enzymes", "ck", "5", visit="baseline"), by="nora")
    house.record(enter("P1", "background", "sex", "M"), by="ines")
    (query,) = casebook_of(house).queries.values()
    narrow = HOUSE.replace("expected: 0 to 2000", "expected: 0 to 500")
    house.record(adopt(read_text(narrow), reason="amendment 1"), by="carla")
    assert casebook_of(house).queries[query.seq].status == "open"
    bare = "\n".join(line for line in narrow.split("\n") if "sex: {when:" not in line)
    house.record(adopt(read_text(bare), reason="amendment 2"), by="carla")
    assert casebook_of(house).queries[query.seq].status == "closed"


@pytest.mark.parametrize(
    ("text", "is_one"), [("x", True), ("x" * 64, True), ("x" * 65, False), ("", False), (" x", False), ("x\n", False)]
)
def test_what_can_be_a_code(text: str, *, is_one: bool) -> None:
    """EDGE-01: one to 64 signs, each of which shows."""
    assert is_code(text) == is_one


@pytest.mark.parametrize("day", ["20260301", "2026-W10-1", "2026-03"])
def test_a_day_that_is_written_otherwise(book: Book, refused: Refused, day: str) -> None:
    """EDGE-01: what was typed is told."""
    (told,) = refused(approve(book.study.fingerprint, on=day), by="carla")
    assert (told.code, told.values["written"]) == ("ACT-81", day)


def test_a_version_at_one_site(book: Book, refused: Refused) -> None:
    """EDGE-01: there it is in force, and the same again adds nothing; the approval of another site is none."""
    other = read_text(STUDY.replace("expected: 0 to 2000", "expected: 0 to 500"))
    assert book.record(adopt(other, reason="amendment 1", site="north"), by="carla").entries
    assert book.record(adopt(other, reason="amendment 1", site="north"), by="carla").entries == ()
    asking = read_text(STUDY.replace("endpoints:\n", "amendments: {approval: required}\nendpoints:\n"))
    both = adopt(asking, reason="amendment 2", site="north", approved="2026-03-01")
    elsewhere = replace(both, asked=(replace(both.asked[0], site="south"), both.asked[1]))
    assert [one.code for one in refused(elsewhere, by="carla")] == ["ACT-84"]
    assert len(book.record(both, by="carla").entries) == 2


def test_who_is_judged_again(book: Book) -> None:
    """EDGE-03: the participants of the site at which a version takes effect; where it does everywhere, all."""
    for code, site in (("P2", "north"), ("P3", "south")):
        book.record(screen(code, site=site), by="ines")
        book.record(enter(code, "enzymes", "ck", "700", visit="baseline"), by="nora")
    narrow = read_text(STUDY.replace("expected: 0 to 2000", "expected: 0 to 500"))
    book.record(adopt(narrow, reason="amendment 1", site="north"), by="carla")
    assert [len(book.casebooks()[code].queries) for code in ("P2", "P3")] == [1, 0]
    book.record(adopt(narrow, reason="amendment 1"), by="carla")
    assert [len(book.casebooks()[code].queries) for code in ("P2", "P3")] == [1, 1]


def test_what_an_approval_names_is_told(book: Book, refused: Refused) -> None:
    """EDGE-01: the first signs of the version; a site so that each of its signs shows."""
    (told,) = refused(approve("0123456789abcdef" * 4, on="2026-03-01"), by="carla")
    assert (told.code, told.values["version"]) == ("ACT-82", "0123456789ab")
    for site, shown in (("no\nrth", "'no\\nrth'"), (" x", " x")):
        (odd,) = refused(approve(book.study.fingerprint, on="2026-03-01", site=site), by="carla")
        assert (odd.code, odd.values["code"]) == ("ACT-15", shown)


def test_a_query_names_the_answer_of_its_own_act(tmp_path: Path) -> None:
    """EDGE-03: of several that are saved together, the one that it speaks of."""
    items = "      low: {number: U/L, expected: 0 to 10}\n      high: {number: U/L, expected: 0 to 10}\n"
    with Site(tmp_path, read_text(STUDY.replace(COMMENT, items))).create() as book:
        said = {"ck": "5", "low": "20", "high": "30"}
        entries = book.record(save_form("P1", "enzymes", said, visit="baseline"), by="nora").entries
        seqs = {entry.item: entry.seq for entry in entries if entry.act == "enter"}
        assert {query.cell.item: query.about for query in casebook_of(book).queries.values()} == {
            "low": seqs["low"], "high": seqs["high"],
        }  # fmt: skip


def test_a_check_that_goes_by_the_day_of_the_visit(tmp_path: Path) -> None:
    """EDGE-03: its query is raised, and closed, when the day is entered or corrected."""
    early = "    checks:\n      early: {when: 'visit.day < 100.0', say: Too late.}\n"
    text = STUDY.replace("      comment: {text: line}\n", "      comment: {text: line}\n" + early)
    with Site(tmp_path, read_text(text)).create() as book:
        book.record(enter("P1", "enzymes", "ck", "5", visit="baseline"), by="nora")
        book.record(enter("P1", "visit", "date", "2026-12-01", visit="baseline"), by="nora")
        assert [query.status for query in casebook_of(book).queries.values()] == ["open"]
        book.record(correct("P1", "visit", "date", "2026-02-02", visit="baseline", reason="year"), by="nora")
        assert [query.status for query in casebook_of(book).queries.values()] == ["closed"]


def test_an_alert(book: Book) -> None:
    """EDGE-01: a note with a mark, from a blind role too."""
    (entry,) = book.record(alert("P1", "chokes"), by="ines").entries
    assert (entry.act, entry.participant, entry.text, entry.value) == ("note", "P1", "chokes", "safety alert")


def test_an_answer_is_no_step_of_a_query(house: Book, codes: Codes) -> None:
    """EDGE-01: the entry that a page showed may have the number of a query on a form that is not for them."""
    seq = house.record(raise_query("P1", "?", form="background"), by="dan").entries[0].seq
    typed = enter("P1", "enzymes", "ck", "100", visit="baseline")
    assert codes(replace(typed, asked=(replace(typed.asked[0], about=seq),)), "nora") == ["ACT-14"]


# ---- what is not asked any more ---------------------------------------------------------------------------------

ONE = "      ill: {choice: yes/no}\n      since: {choice: yes/no, when: enzymes.ill}\n"
TWO = ONE + "      still: {choice: yes/no, when: 'enzymes.ill && enzymes.since'}\n"
COMMENT = "      comment: {text: line}\n"


@pytest.mark.parametrize("items", [ONE, TWO])
def test_answers_that_are_not_asked_any_more(tmp_path: Path, items: str) -> None:
    """EDGE-04: without leave to clear the page is refused and everything stands; with it each goes once."""
    asking = [name for name in ("since", "still") if name in items]
    turned = save_form("P1", "enzymes", {"ill": "no"}, visit="baseline", reasons="mistyped")
    with Site(tmp_path, read_text(STUDY.replace(COMMENT, items))).create() as book:
        book.record(save_form("P1", "enzymes", dict.fromkeys(["ill", *asking], "yes"), visit="baseline"), by="nora")
        with pytest.raises(ActRefused) as told:
            book.record(turned, by="nora")
        assert [(one.code, one.place.item if one.place else None) for one in told.value.problems] == [
            ("ACT-30", name) for name in asking
        ]
        assert len(casebook_of(book).answers) == 1 + len(asking)
        done = book.record(replace(turned, clears_hidden=True), by="nora").entries
        assert [(entry.act, entry.item) for entry in done] == [
            ("correct", "ill"),
            *(("clear", name) for name in asking),
        ]
        assert [cell.item for cell in casebook_of(book).answers] == ["ill"]


def test_what_is_emptied_on_the_same_page_is_not_in_the_way(tmp_path: Path) -> None:
    """EDGE-04: who turns the question and empties its answer needs no leave."""
    with Site(tmp_path, read_text(STUDY.replace(COMMENT, ONE))).create() as book:
        book.record(save_form("P1", "enzymes", {"ill": "yes", "since": "yes"}, visit="baseline"), by="nora")
        both = save_form("P1", "enzymes", {"ill": "no", "since": ""}, visit="baseline", reasons="mistyped")
        assert [entry.act for entry in book.record(both, by="nora").entries] == ["correct", "clear"]
