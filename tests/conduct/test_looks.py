"""The planned cut of the data, and recordings that are held.

CUT-01: after a visit: every planned participant is enrolled, and has completed it or left; not while one is out.
CUT-02: a date opens on its day; the lock of the study opens whatever the cut is; invented data are never closed.
CUT-03: the closed plan has no endpoint, no figure, no sentence and no grade of an endpoint, and can be run.
CUT-04: a cut after a visit stays closed where no number of participants is planned: the first is not the last.
CLIP-01: recordings are due when that of the participant's last visit is registered, at the participant's end, or at
    lock, as the file says: none can come later and be known by it.
CLIP-02: codes hang on seed and recording alone, are all different, and name nothing; one is offered at a time.
CLIP-03: with `codes: participant` each participant's next one is offered, named by them.
CLIP-04: what is frozen or locked is passed over, and no other is; what was held until the lock, by a lock of its form.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from tests.web.hidden import STUDY

from trialbook.analysis.datasets import from_casebooks
from trialbook.analysis.plan import run_plan
from trialbook.conduct.casebook import Answer, Casebook, Cell, Level, ParticipantStatus, Recording, Seal, SealKind
from trialbook.conduct.completeness import Asked
from trialbook.conduct.looks import assess_cut, closed, endpoint_forms
from trialbook.conduct.recordings import Clip, clips, is_due_for_rating, next_clips, waiting_clips
from trialbook.protocol.model import DataCut, Form, Recordings, Study
from trialbook.protocol.read import parse_study

TODAY = date(2026, 6, 1)
SEED = "00ff" * 16


@cache
def plan() -> Study:
    study, problems = parse_study(STUDY, file="study.yaml")
    assert study is not None, problems
    return study


def cut_at(cut: DataCut | None) -> Study:
    return replace(plan(), analysis=replace(plan().analysis, cut=cut))


def person(code: str, *visits: str, status: ParticipantStatus = "enrolled", whole: bool = True) -> Casebook:
    """Return a participant with everything due at these visits; not `whole`: without the rating."""
    told = {
        Cell(visit, form, "", item): "1"
        for visit in visits
        for form, item in (("diary", "days"), ("lab", "ck"), ("rating", "left"), ("guess", "week"))
        if visit in plan().forms[form].visits and (whole or form != "rating")
    }
    answers = {cell: Answer(text=text, value=text, seq=seq) for seq, (cell, text) in enumerate(told.items(), 1)}
    made = {
        (visit, "clip"): Recording(seq=99, visit=visit, form="clip", on="2026-01-01", file=f"{code}{visit}")
        for visit in visits
    }
    return Casebook(participant=code, status=status, enrolled_on="2026-01-01", answers=answers, recordings=made)


def locked(book: Casebook) -> Casebook:
    seal = Seal(seq=200, kind="lock", level="study", cell=Cell("", "", "", ""))
    return replace(book, seals={200: seal})


ALL = ("baseline", "week 4", "week 8")


@pytest.mark.parametrize(
    ("books", "still_out", "to_enrol"),
    [
        ([], (), 2),
        ([person("1", *ALL)], (), 1),
        ([person("1", *ALL), person("2", "baseline")], ("2",), 0),
        ([person("1", *ALL), person("2", *ALL, whole=False)], ("2",), 0),
        ([person("1", *ALL), person("2", "baseline", status="withdrawn")], (), 0),
        ([person("1", *ALL), person("2", *ALL), person("3", status="screening")], (), 0),
    ],
)
def test_after_a_visit(books: list[Casebook], still_out: tuple[str, ...], to_enrol: int) -> None:
    """CUT-01."""
    state = assess_cut(plan(), {book.participant: book for book in books}, TODAY)
    assert (state.still_out, state.to_enrol) == (still_out, to_enrol)
    assert state.is_open == (not still_out and not to_enrol)


def test_nobody_knows_who_is_the_last() -> None:
    """CUT-04: a file that was adopted before this was asked for; the lock opens it."""
    uncounted = replace(plan(), identity=replace(plan().identity, planned=None))
    book = person("1", *ALL)
    assert not assess_cut(uncounted, {"1": book}, TODAY).is_open
    assert assess_cut(uncounted, {"1": book}, TODAY).is_uncounted
    assert not assess_cut(plan(), {"1": book}, TODAY).is_uncounted
    assert assess_cut(uncounted, {"1": locked(book)}, TODAY).is_open


def test_the_other_cuts() -> None:
    """CUT-02."""
    book = {"1": person("1")}
    assert assess_cut(cut_at(None), book, TODAY).is_open
    assert assess_cut(cut_at(DataCut(kind="date", on=TODAY)), book, TODAY).is_open
    assert not assess_cut(cut_at(DataCut(kind="date", on=date(2026, 6, 2))), book, TODAY).is_open
    assert not assess_cut(cut_at(DataCut(kind="lock")), book, TODAY).is_open
    for cut in (DataCut(kind="lock"), DataCut(kind="visit", visit="week 8")):
        assert assess_cut(cut_at(cut), {"1": locked(book["1"])}, TODAY).is_open
        assert assess_cut(cut_at(cut), {"1": locked(book["1"])}, TODAY).by == "lock"
    invented = replace(plan(), identity=replace(plan().identity, data="invented"))
    assert assess_cut(invented, book, TODAY).is_open


def test_the_closed_plan_tells_no_endpoint() -> None:
    """CUT-03."""
    shut = closed(plan())
    assert endpoint_forms(plan()) == {"rating"}
    assert (shut.endpoints, shut.report.figures, shut.report.sentences) == ({}, (), {})
    found = run_plan(shut, from_casebooks(shut, {"1": person("1", *ALL)}))
    assert not [row.id for row in found.results if "power" in row.id or "rating.left" in row.id]
    assert not [name for name in found.listings if name.startswith("course")]


# ---- recordings -------------------------------------------------------------------------------------------------


def clip_form(rated: str = "after last visit", codes: str = "clip") -> Form:
    return replace(plan().forms["clip"], recordings=Recordings(rated=rated, codes=codes))  # type: ignore[arg-type]


def released(book: Casebook, seed: str = SEED) -> Casebook:
    return replace(book, releases={"clip": seed})


def offered(form: Form, *books: Casebook) -> tuple[Clip, ...]:
    """Return what is offered of several participants."""
    return next_clips(clip for book in books for clip in waiting_clips(form, book, Asked(plan())))


def test_when_recordings_are_due() -> None:
    """CLIP-01."""
    early, late = person("1", "baseline"), person("1", *ALL)
    assert [is_due_for_rating(clip_form(), book) for book in (early, late)] == [False, True]
    unfilmed = replace(late, recordings={key: one for key, one in late.recordings.items() if key[0] != "week 8"})
    assert not is_due_for_rating(clip_form(), unfilmed)
    assert is_due_for_rating(clip_form(), replace(unfilmed, status="completed"))
    assert is_due_for_rating(clip_form(), replace(early, status="withdrawn"))
    assert [is_due_for_rating(clip_form("at lock"), book) for book in (late, locked(late))] == [False, True]
    assert not is_due_for_rating(plan().forms["rating"], late)


def test_codes_and_their_order() -> None:
    """CLIP-02."""
    form = clip_form()
    assert clips(form, person("1", *ALL)) == ()
    books = [released(person(str(number), *ALL)) for number in range(60)]
    codes = [clip.code for book in books for clip in clips(form, book)]
    assert len(set(codes)) == len(codes) == 180
    orders = {tuple(clip.recording.visit for clip in clips(form, book)) for book in books}
    assert len(orders) == 6
    again = [clip.code for book in books for clip in clips(form, replace(book, answers={}, status="completed"))]
    assert again == codes
    assert codes != [clip.code for book in books for clip in clips(form, replace(book, releases={"clip": "11" * 16}))]


def test_one_is_offered_at_a_time() -> None:
    """CLIP-02: also of participants who differ in how many there are."""
    form = clip_form()
    for visits in (("baseline",), ALL):
        (clip,) = offered(form, released(person("1", *visits)))
        assert len(clip.code) == 11
        assert "1" not in clip.code


def test_codes_that_name_the_participant() -> None:
    """CLIP-03."""
    form = clip_form(codes="participant")
    found = offered(form, released(person("1", *ALL)), released(person("2", *ALL)), person("3", *ALL))
    assert sorted(clip.code.partition(".")[0] for clip in found) == ["1", "2"]


def closed_by(book: Casebook, kind: SealKind, level: Level, cell: Cell) -> Casebook:
    return replace(book, seals={200: Seal(seq=200, kind=kind, level=level, cell=cell)})


def places(visit: str) -> dict[Level, Cell]:
    """Return what may be closed, from the form of a visit to the study."""
    nothing = Cell("", "", "", "")
    return {"form": Cell(visit, "clip", "", ""), "visit": Cell(visit, "", "", ""), "participant": nothing,
            "study": nothing}  # fmt: skip


@pytest.mark.parametrize("kind", ["freeze", "lock"])
def test_what_is_closed_is_passed_over(kind: SealKind) -> None:
    """CLIP-04: of one participant's three recordings the others are offered, of two participants the other's."""
    form, book = clip_form(), released(person("1", *ALL))
    first, *others = clips(form, book)
    for level, cell in places(first.recording.visit).items():
        expected = others[:1] if level in {"form", "visit"} else []
        assert offered(form, closed_by(book, kind, level, cell)) == tuple(expected), level
    other = released(person("2", *ALL))
    shut = closed_by(book, kind, "participant", Cell("", "", "", ""))
    assert offered(form, shut, other) == clips(form, other)[:1]


@pytest.mark.parametrize("kind", ["freeze", "lock"])
def test_what_was_held_until_the_lock_is_rated_after_it(kind: SealKind) -> None:
    """CLIP-04: as it can be saved."""
    form, book = clip_form("at lock"), released(person("1", *ALL))
    first, second, _ = clips(form, book)
    for level, cell in places(first.recording.visit).items():
        expected = second if level == "form" else first
        assert offered(form, closed_by(book, kind, level, cell)) == (expected,), level
