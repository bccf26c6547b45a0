"""An import is planned against the ledger, shown, and recorded as one act: all or nothing.

IMPORT-R1: a first import records each answer with its file, hash, row and column.
IMPORT-R2: the same rows again add nothing; `4` and `4.0` are the same.
IMPORT-R3: a changed value is a correction, shown old beside new; it needs a reason, and only it gets one.
IMPORT-R4: an answer that a person changed or cleared since it was imported is kept while the file says what it said.
IMPORT-R5: where the file has changed as well, its word is shown as a change against the person's.
IMPORT-R6: what was recorded between preview and import is not overwritten unseen.
IMPORT-R7: statuses are compared as answers are.
IMPORT-R8: a blank cell never overwrites: what no row says stays.
IMPORT-R10: an unscheduled visit keeps its number, also where a person changed its name or cleared its answers.
IMPORT-R11: an unscheduled visit is known again however its name is encoded, and also where it is a missing-data code.
IMPORT-R12: a file that says one end of a participant, then the other, then the first again, is taken at its word.
IMPORT-R13: what a file gave earlier and gives no longer stays recorded, and is told.
IMPORT-R14: two words of one file, or of two files, on one cell or status are told, unless they say the same.
IMPORT-R9: whoever has no right to import is refused, and one bad draft refuses all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from trialbook.capture.acts import clear, complete, correct, enter
from trialbook.capture.book import Book
from trialbook.capture.earlier import earlier_imports
from trialbook.capture.imports import plan_import
from trialbook.capture.rows import Preview, Row, SourceFile, StatusRow
from trialbook.conduct.casebook import Cell
from trialbook.errors import ActRefused
from trialbook.wording import remedy, sentence

CUSTODIAN = "carla"
CK = Cell("baseline", "enzymes", "", "ck")


def row(text: str, *, file: str = "labs.csv", number: int = 2, participant: str = "P1", visit: str = "baseline") -> Row:
    """Write one creatine kinase of a file."""
    return Row(
        participant=participant,
        visit=visit,
        form="enzymes",
        item="ck",
        text=text,
        unit="U/L",
        source_file=file,
        source_hash="ab" * 32,
        source_row=number,
        header="CK",
    )


def status(
    act: str, *, participant: str = "P1", on: str | None = None, why: str | None = None, number: int = 2
) -> StatusRow:
    """Write one status of a file."""
    return StatusRow(
        participant=participant,
        act=act,
        on=on,
        why=why,
        source_file="ds.csv",
        source_hash="cd" * 32,
        source_row=number,
        header="DAY",
    )


def planned(book: Book, *rows: Row, statuses: tuple[StatusRow, ...] = ()) -> Preview:
    """Plan an import against the ledger as it is."""
    return plan_import(book.study, book.casebooks(), rows, statuses, earlier=earlier_imports(book.entries()))


def imported(book: Book, *rows: Row, statuses: tuple[StatusRow, ...] = (), reason: str | None = None) -> Preview:
    """Plan an import and record it."""
    preview = planned(book, *rows, statuses=statuses)
    assert preview.problems == (), [sentence(problem) for problem in preview.problems]
    assert preview.lacks(reason) == ()
    book.record(preview.act(reason), by=CUSTODIAN)
    return preview


def standing(book: Book, cell: Cell = CK) -> str | None:
    """Return the text that stands in a cell of P1."""
    answer = book.casebooks()["P1"].answers.get(cell)
    return None if answer is None else answer.text


def test_a_first_import_records_where_each_answer_came_from(book: Book) -> None:
    """IMPORT-R1."""
    preview = imported(book, row("57", number=7))
    assert (preview.new, preview.same, preview.changes) == (1, 0, ())
    entry = list(book.entries())[-1]
    assert (entry.source_file, entry.source_hash, entry.source_row, entry.source_column) == (
        "labs.csv",
        "ab" * 32,
        7,
        "CK",
    )
    assert (entry.act, entry.text, entry.value, entry.unit, entry.by, entry.reason) == (
        "enter",
        "57",
        "57",
        "U/L",
        CUSTODIAN,
        None,
    )


@pytest.mark.parametrize("again", ["57", "57.0", " 57", "57.00 U/L"])
def test_the_same_again_adds_nothing(book: Book, again: str) -> None:
    """IMPORT-R2."""
    imported(book, row("57"))
    head = book.head()
    preview = imported(book, row(again), row("57", number=9))
    assert (preview.new, preview.same, preview.asked) == (0, 1, ())
    assert book.head() == head


def test_a_changed_value_is_a_correction_that_needs_a_reason(book: Book) -> None:
    """IMPORT-R3, IMPORT-R8: the answer that the second file does not mention stays."""
    imported(book, row("57"), row("60", visit="week 4"))
    preview = planned(book, row("58"), row("61", visit="unscheduled-1"))
    assert preview.problems == ()
    (change,) = preview.changes
    assert change.old is not None
    assert (change.old.text, change.new.text, change.by_hand) == ("57", "58", False)
    assert (preview.new, preview.needs_reason) == (1, True)
    (lack,) = preview.lacks(None)
    assert (lack.code, lack.values["count"]) == ("IMPORT-01", "1")
    assert sentence(lack)
    assert remedy(lack)
    assert preview.lacks(" ") == (lack,)
    with pytest.raises(ActRefused):
        book.record(preview.act(), by=CUSTODIAN)
    receipt = book.record(preview.act("laboratory sent a new list"), by=CUSTODIAN)
    assert [(entry.act, entry.text, entry.reason) for entry in receipt.entries] == [
        ("correct", "58", "laboratory sent a new list"),
        ("enter", "61", None),
    ]
    assert standing(book, Cell("week 4", "enzymes", "", "ck")) == "60"


@pytest.mark.parametrize("file", ["labs.csv", "labs_of_may.csv"])
def test_what_a_person_corrected_is_kept(book: Book, file: str) -> None:
    """IMPORT-R4: also where the same list comes under another name."""
    imported(book, row("57"))
    book.record(correct("P1", "enzymes", "ck", "75", visit="baseline", reason="digits turned"), by="nora")
    preview = imported(book, row("57", file=file))
    (kept,) = preview.kept
    assert kept.old is not None
    assert (kept.old.text, kept.new.text, kept.by_hand) == ("75", "57", True)
    assert (preview.changes, preview.asked) == ((), ())
    assert standing(book) == "75"


def test_what_a_person_cleared_is_kept(book: Book) -> None:
    """IMPORT-R4."""
    imported(book, row("57"))
    book.record(clear("P1", "enzymes", "ck", visit="baseline", reason="another person's blood"), by="nora")
    preview = imported(book, row("57"))
    assert [(change.old, change.new.text) for change in preview.kept] == [(None, "57")]
    assert standing(book) is None


def test_where_file_and_person_both_changed_the_reader_decides(book: Book) -> None:
    """IMPORT-R5."""
    imported(book, row("57"))
    book.record(correct("P1", "enzymes", "ck", "75", visit="baseline", reason="digits turned"), by="nora")
    preview = imported(book, row("76"), reason="laboratory measured again")
    assert [(change.old and change.old.text, change.new.text, change.by_hand) for change in preview.changes] == [
        ("75", "76", True)
    ]
    assert standing(book) == "76"
    assert imported(book, row("76")).same == 1


def test_the_file_that_last_changed_an_answer_wins_over_an_older_one(book: Book) -> None:
    """IMPORT-R4: an older file says its old word again, a newer one takes its own back."""
    imported(book, row("57", file="a.csv"))
    imported(book, row("58", file="b.csv"), reason="b is newer")
    assert [kept.new.text for kept in imported(book, row("57", file="a.csv")).kept] == ["57"]
    assert standing(book) == "58"
    imported(book, row("57", file="b.csv"), reason="b was wrong")
    assert standing(book) == "57"


def test_typed_first_and_imported_later_is_a_change(book: Book) -> None:
    """IMPORT-R5."""
    book.record(enter("P1", "enzymes", "ck", "57", visit="baseline"), by="nora")
    assert planned(book, row("57")).same == 1
    assert [change.by_hand for change in planned(book, row("58")).changes] == [True]


def between_new(book: Book) -> None:
    """Enter what the preview saw empty."""
    book.record(enter("P1", "enzymes", "ck", "99", visit="week 4"), by="nora")


def between_changed(book: Book) -> None:
    """Correct what the preview saw otherwise."""
    book.record(correct("P1", "enzymes", "ck", "99", visit="baseline", reason="read again"), by="nora")


@pytest.mark.parametrize("meanwhile", [between_new, between_changed])
def test_nothing_is_overwritten_unseen(book: Book, meanwhile: Callable[[Book], None]) -> None:
    """IMPORT-R6."""
    imported(book, row("57"))
    preview = planned(book, row("58"), row("60", visit="week 4"))
    meanwhile(book)
    head = book.head()
    with pytest.raises(ActRefused):
        book.record(preview.act("a new list"), by=CUSTODIAN)
    assert book.head() == head


def test_statuses_are_compared_too(book: Book) -> None:
    """IMPORT-R7: P1 was enrolled by hand on 2026-02-01."""
    same = planned(book, statuses=(status("enrol", on="2026-02-01T08:30"), status("screen")))
    assert (same.statuses, same.status_changes, same.asked) == ((), (), ())
    moved = planned(book, statuses=(status("enrol", on="2026-02-02"),))
    assert [change.old for change in moved.status_changes] == ["enrolled 2026-02-01"]
    assert [problem.code for problem in moved.lacks(None)] == ["IMPORT-01"]
    imported(book, statuses=(status("enrol", on="2026-02-02"),), reason="the day was wrong")
    assert book.casebooks()["P1"].enrolled_on == "2026-02-02"
    ended = imported(book, statuses=(status("withdraw", on="2026-03-01", why="moved away"),))
    assert [draft.act for draft in ended.statuses] == ["withdraw"]
    assert imported(book, statuses=(status("withdraw", on="2026-03-01", why="moved away"),)).asked == ()
    book.record(complete("P1", on="2026-03-05", reason="came back"), by="ines")
    again = imported(book, statuses=(status("withdraw", on="2026-03-01", why="moved away"),))
    assert [change.old for change in again.status_kept] == ["completed 2026-03-05"]
    assert book.casebooks()["P1"].status == "completed"
    other = planned(book, statuses=(status("withdraw", on="2026-03-02", why="moved away"),))
    assert [change.old for change in other.status_changes] == ["completed 2026-03-05"]


def test_new_participants_come_with_their_answers(book: Book) -> None:
    """IMPORT-R1, IMPORT-R7: a stranger whom nothing enrols is told once."""
    rows = (
        row("57", participant="P2"),
        row("58", participant="P3", number=3),
        row("59", participant="P3", visit="week 4"),
    )
    preview = planned(book, *rows, statuses=(status("enrol", participant="P2", on="2026-02-05"),))
    assert [(problem.code, problem.place.line) for problem in preview.problems] == [("IMPORT-02", 3)]
    imported(book, rows[0], statuses=(status("enrol", participant="P2", on="2026-02-05"),))
    casebook = book.casebooks()["P2"]
    assert (casebook.status, casebook.enrolled_on, casebook.answers[CK].value) == ("enrolled", "2026-02-05", "57")
    left = status("withdraw", participant="P2", on="2026-02-01")
    impossible = planned(book, statuses=(replace(left, participant="P1", act="screen_fail"),))
    assert [problem.code for problem in impossible.problems] == ["ACT-17"]


def test_a_participant_who_is_refused_is_told_once(book: Book) -> None:
    """IMPORT-R9: a code that lost its zeros, or gained some, is not a second participant, and not five problems."""
    preview = planned(book, row("57", participant="P01"), statuses=(status("enrol", participant="P01"),))
    assert [problem.code for problem in preview.problems] == ["ACT-16"]
    assert "P1" in sentence(preview.problems[0])


def test_one_bad_draft_refuses_all(book: Book) -> None:
    """IMPORT-R9: items, visits and rows that are none are told by the judge of the act itself."""
    bad = (
        replace(row("57"), item="ckk"),
        replace(row("58"), visit="week 44"),
        replace(row("59"), repeat="1"),
        row("1,5"),
    )
    preview = planned(book, row("60", visit="week 4"), *bad)
    assert sorted(problem.code for problem in preview.problems) == ["ACT-05", "ACT-06", "ACT-12", "VALUE-03"]
    head = book.head()
    with pytest.raises(ActRefused):
        book.record(preview.act("why not"), by=CUSTODIAN)
    with pytest.raises(ActRefused):
        book.record(planned(book, row("60")).act(), by="nora")
    assert book.head() == head


def test_what_is_out_of_the_ordinary_is_noted_and_kept(book: Book) -> None:
    """IMPORT-R1: a number outside of the expected range is recorded."""
    preview = imported(book, row("2500"))
    assert {note.level for note in preview.notes} == {"warning"}
    assert preview.notes
    assert standing(book) == "2500"


def test_an_unscheduled_visit_keeps_its_number(book: Book) -> None:
    """IMPORT-R10."""
    rows = [
        replace(row(text, visit="", number=number), encounter=name, visit_header="VISIT")
        for number, (text, name) in enumerate((("57", "EXTRA"), ("58", "RETRIEVAL")), start=2)
    ]
    assert imported(book, *rows).new == 4
    name = Cell("unscheduled-1", "visit", "", "name")
    assert [standing(book, name), standing(book, Cell("unscheduled-2", "enzymes", "", "ck"))] == ["EXTRA", "58"]
    book.record(correct("P1", "visit", "name", "Follow-up", visit="unscheduled-1", reason="what it was"), by="ines")
    for item in (("visit", "name"), ("enzymes", "ck")):
        book.record(clear("P1", *item, visit="unscheduled-2", reason="never took place"), by="ines")
    again = imported(book, *rows)
    assert ([kept.new.text for kept in again.kept], again.new) == (["EXTRA", "RETRIEVAL", "58"], 0)
    later = replace(rows[0], encounter="THIRD", source_row=4)
    assert {draft.visit for draft in planned(book, *rows, later).asked} == {"unscheduled-3"}


@pytest.mark.parametrize("name", ["Caf\u00e9", "Cafe\u0301", "ND", "two\r\nlines"])
def test_a_visit_is_known_again_by_its_name(book: Book, name: str) -> None:
    """IMPORT-R11: the same file adds nothing, so that no answer is counted twice."""
    extra = replace(row("57", visit=""), encounter=name, visit_header="VISIT")
    imported(book, extra)
    head = book.head()
    preview = imported(book, extra)
    assert (preview.new, preview.same, book.head()) == (0, 2, head)
    assert planned(book, replace(extra, encounter="Caf\u00e9")).same == (2 if name.startswith("Caf") else 0)


def test_a_file_that_takes_its_word_back_is_not_overheard(book: Book) -> None:
    """IMPORT-R12: withdrawn, completed, withdrawn: each is a change, none is called an old word."""
    imported(book, statuses=(status("withdraw", on="2026-03-01", why="fever"),))
    imported(book, statuses=(status("complete", on="2026-03-01"),), reason="new list")
    preview = imported(book, statuses=(status("withdraw", on="2026-03-01", why="fever"),), reason="newest list")
    assert (len(preview.status_changes), preview.status_kept) == (1, ())
    assert book.casebooks()["P1"].status == "withdrawn"


def test_a_new_value_for_a_cleared_answer_needs_a_reason(book: Book) -> None:
    """IMPORT-R5: the file's new word is shown against the person who cleared the old one, and the reason is kept."""
    imported(book, row("57"))
    book.record(clear("P1", "enzymes", "ck", visit="baseline", reason="not this participant"), by=CUSTODIAN)
    preview = planned(book, row("58"))
    assert preview.new == 0
    (change,) = preview.changes
    assert (change.old, change.new.text, change.by_hand) == (None, "58", True)
    assert [problem.code for problem in preview.lacks(None)] == ["IMPORT-01"]
    (entry,) = book.record(preview.act("tube was found"), by=CUSTODIAN).entries
    assert (entry.act, entry.text, entry.reason) == ("enter", "58", "tube was found")
    assert book.verify().ok


def test_what_a_file_no_longer_gives_is_told(book: Book) -> None:
    """IMPORT-R13, IMPORT-R8: a row that is gone and a cell that is blank leave what is recorded, and not in silence."""
    source = SourceFile(name="labs.csv", sha256="ab" * 32, rows=1)
    imported(book, row("57"), row("60", visit="week 4"), row("9", file="other.csv", visit="unscheduled-1"))
    earlier = earlier_imports(book.entries())
    preview = plan_import(book.study, book.casebooks(), [row("57")], earlier=earlier, files=(source,))
    (note,) = preview.notes
    assert (note.code, note.level, note.place.file) == ("IMPORT-33", "warning", "labs.csv")
    assert note.values["count"] == "1"
    assert "P1, week 4, enzymes" in sentence(note)
    assert "ck: 60" in sentence(note)
    assert remedy(note)
    book.record(correct("P1", "enzymes", "ck", "61", visit="week 4", reason="typo"), by=CUSTODIAN)
    after = plan_import(book.study, book.casebooks(), [row("57")], earlier=earlier, files=(source,))
    assert after.notes == (), "a person has looked at it"


def twice(one: Row, other: Row, book: Book) -> list[str]:
    """Return the codes of what stands against an import of two rows that speak of one cell."""
    return [problem.code for problem in planned(book, one, other).problems]


def test_two_words_on_one_cell(book: Book) -> None:
    """IMPORT-R14: as number and in its unit; a missing answer agrees with itself alone."""
    first = row("57")
    assert twice(first, row("57.0", number=3), book) == []
    assert twice(row("ND"), row("ND", number=3), book) == []
    for other in (row("58", number=3), row("ND", number=3), replace(row("1", number=3), unit="ukat/L")):
        assert twice(first, other, book) == ["IMPORT-03"]
    assert twice(row("<57"), row("57", number=3), book) == ["IMPORT-03"]
    words = [replace(row(text), item="comment", unit=None) for text in ("tired", "weary")]
    assert twice(words[0], words[0], book) == []
    assert twice(words[0], words[1], book) == ["IMPORT-03"]
    (problem,) = planned(book, first, row("58", number=3)).problems
    assert (problem.values["other"], problem.values["row"], problem.place.line) == ("57", "2", 3)


def test_two_words_on_one_status(book: Book) -> None:
    """IMPORT-R14: one file may say it once; two files may both say the same; nobody both completes and leaves."""
    left = status("withdraw", on="2026-03-01", why="moved away")
    elsewhere = replace(left, source_file="other.csv", source_row=9)

    def codes(*statuses: StatusRow) -> list[str]:
        return [problem.code for problem in planned(book, statuses=statuses).problems]

    assert codes(left, elsewhere) == []
    assert codes(left, replace(left, source_row=3)) == ["IMPORT-04"]
    assert codes(left, replace(elsewhere, on="2026-03-02")) == ["IMPORT-04"]
    assert codes(left, replace(elsewhere, why="tired")) == ["IMPORT-04"]
    assert codes(left, status("complete", on="2026-03-05", number=3)) == ["IMPORT-05"]
    assert codes(status("complete", on="2026-03-05"), replace(left, source_row=3)) == ["IMPORT-05"]


def test_unscheduled_visits_in_the_order_of_their_days(book: Book) -> None:
    """IMPORT-R10: the earlier one gets the earlier number, wherever it stands in the file."""

    def seen(name: str, day: str, number: int) -> Row:
        known = row(day, number=number, visit="")
        return replace(known, form="visit", item="date", unit=None, encounter=name)

    imported(book, seen("FLARE 2", "2026-03-01", 2), seen("FLARE 1", "2026-02-20", 3))
    casebook = book.casebooks()["P1"]
    days = [casebook.value("visit", "date", visit=f"unscheduled-{number}") for number in (1, 2)]
    assert days == ["2026-02-20", "2026-03-01"]
