"""Sign, check as the second person, verify, freeze, lock, and open again.

SEAL-01: a signature is bound to what was looked at: to its content, its place, its participant (R29).
SEAL-02: any later change makes a signature void, visibly and for good; a new one is needed (R29).
SEAL-03: who signs holds a role whose `signs` has that level; a custodian as such does not sign.
SEAL-04: an answer is verified as it stands; another answer in its place is not.
SEAL-05: what is frozen or locked takes no answer from anybody, by no way; the refusal says who closed it, when, and who
may open it, and tells a blind role nothing.
SEAL-06: opening needs a reason and the right, and then what happened is recorded.
SEAL-07: nothing is locked while a query is open or a signature lacks, unless a reason is given.
SEAL-08: the second person is not the one who recorded.
SEAL-09: a form is opened before its time by who answers for it, with a reason; then its answers are taken.
SEAL-10: each unblinding is recorded with kind, reason and who learned what (R46).
SEAL-11: what the acts say of seals is what a fold of the ledger says, after any history.
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
    adopt,
    answer_query,
    clear,
    complete,
    correct,
    countersign,
    enter,
    freeze,
    grant,
    import_rows,
    lock,
    note,
    override,
    raise_query,
    save_form,
    screen,
    sign,
    thaw,
    unblind,
    unlock,
    verify_source,
    withdraw,
)
from trialbook.capture.book import Book
from trialbook.capture.ledger import Draft
from trialbook.conduct.casebook import Cell
from trialbook.conduct.content import content_of
from trialbook.conduct.ratings import may_open
from trialbook.errors import ActRefused
from trialbook.wording import remedy, sentence

if TYPE_CHECKING:
    from tests.conftest import Site

CK = Cell("baseline", "enzymes", "", "ck")
FORM, VISIT, WHOLE = Cell("baseline", "enzymes", "", ""), Cell("baseline", "", "", ""), Cell("", "", "", "")


def content(book: Book, place: Cell, participant: str = "P1") -> str:
    """Return the hash of what stands in a place."""
    return content_of(book.study, book.casebooks()[participant], place)


def signing(book: Book, place: Cell = FORM, *, meaning: str = "reviewed", level: str = "") -> Act:
    """Sign what stands in a place."""
    named = level or ("form" if place.form else "visit" if place.visit else "participant")
    return sign("P1", named, meaning, content=content(book, place), visit=place.visit, form=place.form)


def fill(book: Book, text: str = "100", visit: str = "baseline") -> None:
    """Enter creatine kinase."""
    book.record(enter("P1", "enzymes", "ck", text, visit=visit), by="nora")


def mend(text: str = "101") -> Act:
    """Correct creatine kinase."""
    return correct("P1", "enzymes", "ck", text, visit="baseline", reason="read again")


def valid(book: Book) -> list[bool]:
    """Tell of each signature and check whether it is valid."""
    return [seal.is_valid for seal in casebook_of(book).seals.values() if seal.kind in {"sign", "countersign"}]


# ---- signatures -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [FORM, VISIT, WHOLE])
def test_a_signature(house: Book, place: Cell) -> None:
    """SEAL-01: of a form, a visit, a participant, with meaning, time, person and role."""
    fill(house)
    (entry,) = house.record(signing(house, place), by="ines").entries
    (seal,) = casebook_of(house).seals.values()
    assert (seal.kind, seal.cell, seal.meaning) == ("sign", place, "reviewed")
    assert (seal.by, seal.role) == ("ines", "investigator")
    assert (seal.content, seal.at, seal.is_valid) == (content(house, place), entry.at, True)
    assert house.record(signing(house, place), by="ines").entries == ()
    assert house.record(signing(house, place, meaning="source checked"), by="ines").entries


def test_a_signature_of_something_else(house: Book, codes: Codes) -> None:
    """SEAL-01: a hash from before a change, of another place or participant, or of nothing, does not fit."""
    fill(house)
    old = signing(house)
    house.record(mend(), by="nora")
    assert codes(old, "ines") == ["ACT-40"]
    fill(house, visit="week 4")
    moved = sign("P1", "form", "x", content=content(house, FORM), visit="week 4", form="enzymes")
    assert codes(moved, "ines") == ["ACT-40"]
    house.record(screen("P2"), by="ines")
    house.record(enter("P2", "enzymes", "ck", "101", visit="baseline"), by="nora")
    other = sign("P2", "form", "x", content=content(house, FORM), visit="baseline", form="enzymes")
    assert codes(other, "ines") == ["ACT-40"]
    empty = sign("P1", "form", "x", content=content(house, Cell("", "background", "", "")), form="background")
    assert codes(empty, "ines") == ["ACT-39"]
    assert codes(signing(house, meaning=" "), "ines") == ["ACT-38"]
    assert codes(signing(house, level="visit"), "ines") == ["ACT-37"]
    assert codes(sign("", "study", "x", content=""), "ines") == ["ACT-37"]


@pytest.mark.parametrize(
    ("act", "by", "still"),
    [
        (mend(), "nora", [False, False, False]),
        (clear("P1", "enzymes", "ck", visit="baseline", reason="wrong"), "nora", [False, False, False]),
        (enter("P1", "enzymes", "comment", "x", visit="baseline"), "nora", [False, False, False]),
        (enter("P1", "visit", "date", "2026-02-01", visit="baseline"), "nora", [True, False, False]),
        (enter("P1", "enzymes", "ck", "1", visit="week 4"), "nora", [True, True, False]),
        (withdraw("P1", on="2026-03-01"), "ines", [True, True, False]),
        (raise_query("P1", "?", form="enzymes", visit="baseline"), "nora", [True, True, True]),
        (note("seen", participant="P1"), "nora", [True, True, True]),
        (mend("100.0"), "nora", [True, True, True]),
    ],
)
def test_what_makes_signatures_void(house: Book, act: Act, by: str, still: list[bool]) -> None:
    """SEAL-02: a change within what was signed, and nothing else."""
    fill(house)
    for place in (FORM, VISIT, WHOLE):
        house.record(signing(house, place), by="ines")
    house.record(act, by=by)
    assert valid(house) == still


def test_void_for_good(house: Book) -> None:
    """SEAL-02: to bring the old answer back does not bring the signature back; the first change is named."""
    fill(house)
    house.record(signing(house), by="ines")
    first = house.record(mend("101"), by="nora").entries[0].seq
    house.record(mend("100"), by="nora")
    (seal,) = casebook_of(house).seals.values()
    assert (seal.void_since, seal.content) == (first, content(house, FORM))
    house.record(signing(house), by="ines")
    assert valid(house) == [False, True]


def test_who_signs(house: Book, codes: Codes) -> None:
    """R32, SEAL-03."""
    fill(house)
    for by in ("nora", "amir", "stan", "mona", "dan", "carla"):
        assert codes(signing(house), by) == ["ACT-01"]
    house.record(grant("carla", "investigator"), by="carla")
    assert house.record(signing(house), by="carla").entries[0].role == "investigator"


def test_a_role_that_signs_forms_only(site: Site) -> None:
    """SEAL-03: the level counts, also where a person holds two roles."""
    text = HOUSE.replace(
        "  statistician:", "  deputy: {sees: everything, records: [background], signs: form}\n  statistician:"
    )
    with type(site)(site.folder, read_text(text)).create() as book:
        book.record(grant("dora", "deputy"), by="carla")
        fill(book)
        assert book.record(signing(book), by="dora").entries[0].role == "deputy"
        with pytest.raises(ActRefused):
            book.record(signing(book, VISIT), by="dora")
        book.record(grant("dora", "investigator"), by="carla")
        assert book.record(signing(book, VISIT), by="dora").entries[0].role == "investigator"


# ---- source and second person -----------------------------------------------------------------------------------


def test_verified(house: Book, codes: Codes) -> None:
    """SEAL-04: by who has the right; again adds nothing; a correction ends it."""
    fill(house)
    assert codes(verify_source("P1", [CK]), "nora") == ["ACT-01"]
    (entry,) = house.record(verify_source("P1", [CK]), by="mona").entries
    assert (entry.act, entry.about) == ("verify_source", casebook_of(house).answers[CK].seq)
    assert casebook_of(house).is_verified(CK)
    assert house.record(verify_source("P1", [CK]), by="mona").entries == ()
    house.record(mend(), by="nora")
    assert not casebook_of(house).is_verified(CK)
    assert house.record(verify_source("P1", [CK]), by="mona").entries
    empty = Cell("week 4", "enzymes", "", "ck")
    assert codes(verify_source("P1", [CK, empty]), "mona") == ["ACT-39"]


def test_a_second_person(house: Book, codes: Codes) -> None:
    """SEAL-08: agrees or not; whoever recorded or corrected any of it cannot; a change makes it void."""
    fill(house)
    house.record(mend(), by="ines")
    check = countersign("P1", "enzymes", "dilution", agree=False, visit="baseline")
    for by in ("nora", "ines"):
        assert codes(check, by) == ["ACT-41"]
    assert codes(check, "stan") == ["ACT-01"]
    house.record(grant("nina", "nurse"), by="carla")
    house.record(check, by="nina")
    (seal,) = casebook_of(house).seals.values()
    assert (seal.kind, seal.meaning, seal.agrees, seal.by, seal.is_valid) == (
        "countersign", "dilution", False, "nina", True,
    )  # fmt: skip
    house.record(mend("7"), by="nora")
    assert valid(house) == [False]
    assert codes(countersign("P1", "enzymes", "x", agree=True, visit="week 4"), "nina") == ["ACT-39"]
    assert codes(countersign("P1", "enzymes", "", agree=True, visit="baseline"), "nina") == ["ACT-38"]


# ---- freeze and lock --------------------------------------------------------------------------------------------

PLACES = {
    "form": {"participant": "P1", "form": "enzymes", "visit": "baseline"},
    "visit": {"participant": "P1", "visit": "baseline"},
    "participant": {"participant": "P1"},
    "study": {},
}
ROW = Draft(act="enter", participant="P1", visit="baseline", form="enzymes", item="ck", text="7", source_row=2)
CHANGES = [
    enter("P1", "enzymes", "comment", "x", visit="baseline"),
    mend(),
    clear("P1", "enzymes", "ck", visit="baseline", reason="wrong"),
    save_form("P1", "enzymes", {"ck": "9", "comment": "y"}, visit="baseline", reasons="x"),
    import_rows([ROW], reason="file"),
]


@pytest.mark.parametrize("level", list(PLACES))
@pytest.mark.parametrize("kind", ["freeze", "lock"])
def test_nothing_is_changed(house: Book, codes: Codes, kind: str, level: str) -> None:
    """SEAL-05: by nobody and by no way, the custodian and an import among them; what says the same adds nothing."""
    fill(house)
    closing = freeze(level, **PLACES[level]) if kind == "freeze" else lock(level, **PLACES[level], reason="cut")
    house.record(closing, by="dan")
    for change in CHANGES:
        assert set(codes(change, "carla")) == {"ACT-35"}
    assert house.record(enter("P1", "enzymes", "ck", "100", visit="baseline"), by="nora").entries == ()
    assert house.record(closing, by="dan").entries == ()
    status = complete("P1", on="2026-03-01")
    if level in {"participant", "study"}:
        assert codes(status, "ines") == ["ACT-35"]
    else:
        assert house.record(status, by="ines").entries
    if level == "study":
        assert codes(screen("P2"), "ines") == ["ACT-35"]


def test_the_refusal_says_whom_to_ask(house: Book) -> None:
    """SEAL-05: who closed it, when, who may open it; a blind role is told only that it is closed."""
    house.record(lock("visit", participant="P1", visit="week 4", reason="cut"), by="dan")
    with pytest.raises(ActRefused) as told:
        house.record(enter("P1", "enzymes", "ck", "1", visit="week 4"), by="nora")
    (problem,) = told.value.problems
    assert dict(problem.values) == {
        "what": "visit", "state": "locked", "open": "unlock", "by": "dan", "at": "2026-03-02 08:00",
        "who": "carla or dan",
    }  # fmt: skip
    with pytest.raises(ActRefused) as told:
        house.record(enter("P1", "strength", "proximal.biceps", "7", visit="week 4"), by="amir")
    assert [(one.code, dict(one.values)) for one in told.value.problems] == [("ACT-36", {})]


def test_what_stays_open(house: Book) -> None:
    """SEAL-05: neighbours of what is closed; under a freeze queries and signatures too."""
    fill(house)
    house.record(freeze("form", **PLACES["form"]), by="dan")
    fill(house, visit="week 4")
    house.record(enter("P1", "background", "sex", "F"), by="ines")
    query = house.record(raise_query("P1", "?", form="enzymes", visit="baseline"), by="nora").entries[0].seq
    house.record(answer_query("P1", query, "yes"), by="nora")
    house.record(signing(house), by="ines")
    house.record(verify_source("P1", [CK]), by="mona")
    assert valid(house) == [True]


def test_under_a_lock(house: Book, codes: Codes) -> None:
    """SEAL-05: no query, signature or verification either; unblinding, notes and grants are always recorded."""
    fill(house)
    house.record(lock("study", reason="database lock"), by="dan")
    for act, by in (
        (raise_query("P1", "?", form="enzymes", visit="baseline"), "nora"),
        (signing(house), "ines"),
        (verify_source("P1", [CK]), "mona"),
        (freeze("form", **PLACES["form"]), "dan"),
        (override("P1", "week 4", "strength", reason="x"), "ines"),
    ):
        assert codes(act, by) == ["ACT-35"]
    house.record(unblind("planned", "the statistician", reason="analysis"), by="ines")
    house.record(note("locked today"), by="ines")
    house.record(grant("nina", "nurse"), by="carla")


@pytest.mark.parametrize("level", list(PLACES))
def test_opening(house: Book, codes: Codes, level: str) -> None:
    """SEAL-06: an adverse event after the lock: opened with a reason, recorded, closed again."""
    fill(house)
    house.record(lock(level, **PLACES[level], reason="cut"), by="dan")
    assert codes(unlock(level, **PLACES[level], reason="late result"), "ines") == ["ACT-01"]
    assert codes(unlock(level, **PLACES[level], reason=" "), "dan") == ["ACT-02"]
    if level != "form":
        assert codes(unlock("form", **PLACES["form"], reason="a part of it"), "dan") == ["ACT-35"]
    (entry,) = house.record(unlock(level, **PLACES[level], reason="late result"), by="dan").entries
    assert entry.about is not None
    assert house.record(unlock(level, **PLACES[level], reason="again"), by="dan").entries == ()
    house.record(mend(), by="nora")
    house.record(lock(level, **PLACES[level], reason="cut"), by="carla")
    assert codes(mend("5"), "nora") == ["ACT-35"]


def test_thaw_leaves_the_lock(house: Book, codes: Codes) -> None:
    """SEAL-06: two seals on one form are opened one by one."""
    fill(house)
    house.record(freeze("form", **PLACES["form"]), by="dan")
    house.record(lock("form", **PLACES["form"], reason="cut"), by="dan")
    house.record(thaw("form", **PLACES["form"], reason="x"), by="dan")
    assert codes(mend(), "nora") == ["ACT-35"]
    house.record(unlock("form", **PLACES["form"], reason="x"), by="dan")
    assert house.record(mend(), by="nora").entries


def test_what_is_not_finished(house: Book, codes: Codes) -> None:
    """SEAL-07: counted, at every level; a reason stands beside the lock."""
    house.record(enter("P1", "enzymes", "ck", "5000", visit="baseline"), by="nora")
    for level, place in PLACES.items():
        assert codes(lock(level, **place), "dan") == ["ACT-42", "ACT-43"]
    house.record(mend("100"), by="nora")
    assert codes(lock("form", **PLACES["form"]), "dan") == ["ACT-43"]
    house.record(signing(house), by="ines")
    assert house.record(lock("form", **PLACES["form"]), by="dan").entries
    assert codes(lock("visit", **PLACES["visit"]), "dan") == ["ACT-43"]
    (entry,) = house.record(lock("visit", **PLACES["visit"], reason="the site is closed"), by="dan").entries
    assert entry.reason == "the site is closed"


def test_the_lock_of_the_study(house: Book, codes: Codes) -> None:
    """SEAL-07: everybody who was enrolled is signed, and others are not asked for; a new book knows of it."""
    house.record(screen("P2"), by="ines")
    fill(house)
    assert codes(lock("study"), "dan") == ["ACT-43"]
    house.record(signing(house, WHOLE), by="ines")
    house.record(lock("study"), by="dan")
    assert [seal.level for seal in house._state.marks.seals.values()] == ["study"]  # noqa: SLF001 - what acts are judged by


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (freeze("form", participant="P1", visit="baseline"), "ACT-37"),
        (freeze("visit", participant="P1"), "ACT-37"),
        (freeze("study", participant="P1"), "ACT-37"),
        (freeze("form", form="enzymes"), "ACT-37"),
        (freeze("house", participant="P1"), "ACT-37"),
        (freeze("form", participant="P1", form="enzymes"), "ACT-09"),
        (freeze("form", participant="P1", form="strange"), "ACT-04"),
        (freeze("visit", participant="P1", visit="week 5"), "ACT-06"),
        (freeze("participant", participant="P9"), "ACT-03"),
    ],
)
def test_places_that_there_are_not(codes: Codes, act: Act, code: str) -> None:
    """SEAL-05."""
    assert codes(act, "carla") == [code]


def test_rows(house: Book, codes: Codes) -> None:
    """SEAL-05: one row of a form, or all of them."""
    for row in ("1", "2"):
        house.record(enter("P1", "drugs", "drug", "x", repeat=row), by="nora")
    house.record(freeze("form", participant="P1", form="drugs", repeat="1"), by="dan")
    assert codes(enter("P1", "drugs", "start", "2013", repeat="1"), "nora") == ["ACT-35"]
    house.record(enter("P1", "drugs", "start", "2013", repeat="2"), by="nora")
    house.record(freeze("form", participant="P1", form="drugs"), by="dan")
    assert codes(enter("P1", "drugs", "drug", "x", repeat="3"), "nora") == ["ACT-35"]


# ---- exceptions -------------------------------------------------------------------------------------------------


def test_an_override(house: Book, codes: Codes) -> None:
    """SEAL-09."""
    rating = save_form("P1", "strength", {"proximal.biceps": "7"}, visit="week 4")
    act = override("P1", "week 4", "strength", reason="the nurse is ill")
    assert codes(rating, "amir") == ["RATE-02"]
    for by in ("nora", "amir", "mona"):
        assert codes(act, by) == ["ACT-01"]
    assert codes(override("P1", "week 4", "strength", reason=""), "ines") == ["ACT-02"]
    assert codes(override("P1", "week 4", "enzymes", reason="x"), "ines") == ["ACT-44"]
    assert codes(override("P1", "week 5", "strength", reason="x"), "ines") == ["ACT-06"]
    house.record(act, by="ines")
    assert house.record(act, by="ines").entries == ()
    assert may_open(house.study, casebook_of(house), "strength", "week 4") == ()
    assert house.record(rating, by="amir").entries
    (found,) = casebook_of(house).overrides.values()
    assert (found.visit, found.form, found.reason, found.by) == ("week 4", "strength", "the nurse is ill", "ines")


def test_unblinding(house: Book, codes: Codes) -> None:
    """SEAL-10: of one participant, and of the study."""
    act = unblind("emergency", "the physician on call", reason="anaphylaxis", participant="P1")
    for by in ("nora", "amir", "stan"):
        assert codes(act, by) == ["ACT-01"]
    house.record(act, by="ines")
    house.record(unblind("accidental", "amir saw the drug chart", reason="told by amir"), by="ines")
    (found,) = casebook_of(house).unblindings
    assert (found.kind, found.who, found.reason) == ("emergency", "the physician on call", "anaphylaxis")
    assert [one.kind for one in house._state.marks.unblindings] == ["accidental"]  # noqa: SLF001
    assert codes(unblind("curious", "x", reason="x"), "ines") == ["ACT-45"]
    assert codes(unblind("planned", " ", reason="x"), "ines") == ["ACT-46"]
    assert codes(unblind("planned", "x", reason="x", participant="P9"), "ines") == ["ACT-03"]


def test_what_a_blind_role_is_told(house: Book) -> None:
    """SEAL-05: no list of visits or forms, no visit, no person, whatever is wrong."""
    house.record(grant("anna", "assessor"), by="carla")
    fill(house, visit="week 4")
    house.record(save_form("P1", "strength", {"proximal.biceps": "7"}, visit="week 4", seen={}), by="anna")
    for act in (
        save_form("P1", "strength", {"proximal.biceps": "8"}, visit="week 4", seen={"proximal.biceps": 0}),
        save_form("P1", "strength", {"proximal.biceps": "8"}, visit="week 4"),
        save_form("P1", "strength", {"proximal.calf": "8", "proximal.triceps": "77"}, visit="week 4"),
        save_form("P1", "strength", {"proximal.biceps": "8"}, visit="week 9"),
        save_form("P9", "strength", {"proximal.biceps": "8"}, visit="week 4"),
    ):
        with pytest.raises(ActRefused) as told:
            house.record(act, by="amir")
        for problem in told.value.problems:
            said = f"{sentence(problem)} {remedy(problem)} {problem.place} {dict(problem.values)}"
            assert not any(name in said for name in ("week", "baseline", "anna", "ines", "enzymes", "week 4")), said


# ---- any history ------------------------------------------------------------------------------------------------

LEVELS = st.sampled_from(list(PLACES))
WANTED = st.one_of(
    st.builds(
        lambda text: save_form("P1", "enzymes", {"ck": text}, visit="baseline", reasons="x"),
        st.sampled_from(["1", "2", ""]),
    ),
    st.builds(lambda level: freeze(level, **PLACES[level]), LEVELS),
    st.builds(lambda level: thaw(level, **PLACES[level], reason="x"), LEVELS),
    st.builds(lambda level: lock(level, **PLACES[level], reason="x"), LEVELS),
    st.builds(lambda level: unlock(level, **PLACES[level], reason="x"), LEVELS),
    st.just("sign"),
    st.just(adopt(read_text(HOUSE.replace("Four", "Five")), reason="amendment")),
    st.builds(lambda: import_rows([ROW], reason="file")),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(WANTED, max_size=14))
def test_any_history(site: Site, acts: list[Act | str]) -> None:
    """SEAL-02, SEAL-05, SEAL-11: no answer enters what is closed, and no signature outlives a change."""
    folder = site.folder / site.chance()
    folder.mkdir()
    with type(site)(folder, read_text(HOUSE)).create() as book:
        book.record(grant("carla", "investigator"), by="carla")
        open_seals: dict[int, str] = {}
        content_at: dict[int, str] = {}
        for act in acts:
            try:
                wanted = signing(book) if isinstance(act, str) else act
                entries = book.record(wanted, by="carla").entries
            except ActRefused:
                continue
            for entry in entries:
                if entry.act in {"enter", "correct", "clear"}:
                    assert not open_seals, "an answer entered what was closed"
                    content_at.clear()
                elif entry.act in {"freeze", "lock"}:
                    open_seals[entry.seq] = entry.act
                elif entry.act in {"thaw", "unlock"}:
                    open_seals.pop(entry.about or 0)
                elif entry.act == "sign":
                    content_at[entry.seq] = entry.value or ""
        casebook = casebook_of(book)
        mine = {seq for seq, seal in casebook.seals.items() if seal.kind in {"freeze", "lock"}}
        assert mine | set(book._state.marks.seals) == set(open_seals)  # noqa: SLF001
        signed = {seq for seq, seal in casebook.seals.items() if seal.kind == "sign" and seal.is_valid}
        assert signed == set(content_at)
        assert all(content_at[seq] == content(book, FORM) for seq in signed)
        assert book._state.casebooks.get("P1", casebook) == casebook  # noqa: SLF001
        assert book.verify().ok
