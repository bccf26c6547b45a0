"""Propose, approve and adopt a version of the study; at one site, or everywhere.

AMEND-01: a proposed version waits; nothing goes by it until it is adopted.
AMEND-02: an approval says which version, for which site, and its day; another day needs a reason.
AMEND-03: where the study file asks for it, no version takes effect at a site before its approval there.
AMEND-04: a version takes effect at one site or everywhere; acts are judged by the plan of the participant's site.
AMEND-05: an adoption touches no answer; rules raise and close their queries by the new version, as foreseen.
AMEND-06: what is locked is left as it is; who left the study is asked nothing more.
AMEND-08: a version that waits is discarded, with a reason; its text stays, and it may be proposed again.
AMEND-09: who has to consent again, and what the report tells of approvals, goes by the approvals as they stand now: as
    corrected after the adoption, and of each site its own.
AMEND-07: what is recorded, exported or judged at a past moment goes by the plan of that moment.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from tests.conftest import STUDY, Site, read_text

from trialbook.analysis.frames import collect
from trialbook.capture.acts import (
    Act,
    adopt,
    approve,
    discard,
    enrol,
    enter,
    grant,
    import_rows,
    lock,
    note,
    propose,
    save_form,
    screen,
    withdraw,
)  # fmt: skip
from trialbook.capture.asking import close_query
from trialbook.capture.book import Book
from trialbook.capture.foreseeing import foresee_act
from trialbook.capture.ledger import Draft, cell_of
from trialbook.capture.reconsent import demand_at
from trialbook.capture.shelf import Shelf
from trialbook.conduct.casebook import Cell, Query
from trialbook.conduct.consequences import foresee
from trialbook.conduct.judgements import judge_casebook
from trialbook.errors import ActRefused
from trialbook.protocol.model import Study
from trialbook.report.versions import versions_table

if TYPE_CHECKING:
    from tests.conftest import Refused

    from trialbook.report.run import Run

TODAY = date(2026, 4, 1)
NARROW = ("expected: 0 to 2000", "expected: 0 to 500")
OTHER_SITE = "north"


def amended(*changes: tuple[str, str], text: str = STUDY) -> Study:
    """Return the study with parts of its text replaced, each of them once there."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read_text(text)


ASKING = amended(("endpoints:\n", "amendments: {approval: required}\nendpoints:\n"))
NARROWED = amended(NARROW)
AMENDMENTS: dict[str, Study] = {
    "a range narrowed": NARROWED,
    "a range widened": amended(("expected: 0 to 2000", "expected: 0 to 5000")),
    "a window widened": amended(("is: 3 days", "is: 9 days")),
    "an item added": amended(("      comment: {", "      ldh: {number: U/L, required: true}\n      comment: {")),
    "an item taken out": amended(("      comment: {text: line}\n", "")),
    "an item renamed": amended(("      comment: {text: line}\n", "      remark: {text: line, label: Comment}\n")),
    "a choice in use taken out": amended(("choice: {F: Female, M: Male}", "choice: {M: Male, X: Other}")),
    "a visit dropped": amended(
        ("    week 4: {}\n", "    week 8: {}\n"),
        ("[baseline, week 4]", "[baseline, week 8]"),
        ("at: [week 4]", "at: [week 8]"),
        ("ck, at: week 4", "ck, at: week 8"),
    ),
    "a form dropped": amended(("  drugs:\n", "  others:\n"), ("[enzymes, drugs]", "[enzymes, others]")),
    "a condition added": amended(("comment: {text: line}", "comment: {text: line, when: enzymes.ck > 1000.0}")),
    "a check added": amended(
        (
            "      comment: {text: line}\n",
            "      comment: {text: line}\n    checks: {low: {when: enzymes.ck < 600.0, say: Is that so?}}\n",
        ),
    ),
    "a derived number changed": amended(("at_least: 2 of 2", "at_least: 1 of 2")),
}  # fmt: skip


def fill(book: Book) -> None:
    """Record answers that amendments touch: of P1, who goes on, and P2 at another site."""
    book.record(screen("P2", site=OTHER_SITE), by="ines")
    book.record(enrol("P2", on="2026-02-10"), by="ines")
    for who, ck, on in (("P1", "700", "2026-03-06"), ("P2", "3000", "2026-03-10")):
        book.record(enter(who, "background", "sex", "F"), by="ines")
        book.record(enter(who, "visit", "date", on, visit="week 4"), by="nora")
        book.record(save_form(who, "enzymes", {"ck": ck, "comment": "pale"}, visit="week 4"), by="nora")
        book.record(enter(who, "strength", "proximal.biceps", "7", visit="week 4"), by="amir")
        book.record(enter(who, "drugs", "drug", "aspirin", repeat="1"), by="nora")


def queries(book: Book, participant: str = "P1") -> list[tuple[str, str, str]]:
    """Return item, rule and status of every query of a participant."""
    found = book.casebooks()[participant].queries.values()
    return [(one.cell.item, one.rule, one.status) for one in found]


# ---- proposed, approved -----------------------------------------------------------------------------------------


def test_a_proposal_waits(book: Book, site: Site) -> None:
    """AMEND-01, EDC-47: it is in the ledger with its text, and the old plan judges until it is adopted."""
    (entry,) = book.record(propose(NARROWED, reason="amendment 1"), by="carla").entries
    assert (entry.act, entry.text, entry.study) == ("propose", NARROWED.text, site.study.fingerprint)
    assert [one.fingerprint for one in book.versions.waiting] == [NARROWED.fingerprint]
    assert book.record(propose(NARROWED), by="carla").entries == ()
    assert book.study == site.study
    book.record(enter("P1", "enzymes", "ck", "700", visit="week 4"), by="nora")
    assert queries(book) == []
    book.record(adopt(NARROWED, reason="amendment 1"), by="carla")
    assert book.versions.waiting == ()


def test_a_proposal_is_discarded_and_taken_up_again(book: Book) -> None:
    """AMEND-08: with a reason; again it adds nothing; proposed again it waits; the text can be read all the time."""
    book.record(propose(NARROWED, reason="amendment 1"), by="carla")
    (entry,) = book.record(discard(NARROWED.fingerprint, reason="the committee wants another"), by="carla").entries
    assert (entry.act, entry.value, entry.reason) == ("discard", NARROWED.fingerprint, "the committee wants another")
    assert book.record(discard(NARROWED.fingerprint, reason="again"), by="carla").entries == ()
    gone = book.versions.discarded(NARROWED.fingerprint)
    assert gone is not None
    assert (gone.by, gone.reason, book.versions.waiting) == ("carla", "the committee wants another", ())
    assert NARROWED.fingerprint in book.versions.known
    book.record(propose(NARROWED, reason="after all"), by="carla")
    assert [one.said for one in book.versions.waiting] == ["after all"]
    assert book.versions.discarded(NARROWED.fingerprint) is None
    book.record(adopt(NARROWED, reason="amendment 1"), by="carla")
    assert book.versions.discarded(NARROWED.fingerprint) is None


def test_what_does_not_wait_is_not_discarded(book: Book, refused: Refused) -> None:
    """AMEND-08: neither the version in force, nor one that nobody proposed; nor without right or reason."""
    assert refused(discard(book.study.fingerprint, reason="x"), by="carla")[0].code == "ACT-86"
    assert refused(discard("\n" * 64, reason="x"), by="carla")[0].code == "ACT-86"
    book.record(propose(NARROWED), by="carla")
    assert refused(discard(NARROWED.fingerprint, reason=" "), by="carla")[0].code == "ACT-02"
    assert refused(discard(NARROWED.fingerprint, reason="x"), by="ines")[0].code == "ACT-01"
    book.record(adopt(NARROWED, reason="amendment 1"), by="carla")
    assert refused(discard(NARROWED.fingerprint, reason="x"), by="carla")[0].code == "ACT-86"


def test_a_proposal_needs_the_right(refused: Refused) -> None:
    """AMEND-01: an investigator proposes and approves nothing."""
    assert refused(propose(NARROWED))[0].code == "ACT-01"
    assert refused(approve(NARROWED.fingerprint, on="2026-03-01"))[0].code == "ACT-01"


def test_a_role_may_hold_the_right_to_approve(site: Site) -> None:
    """AMEND-02: where the study file says so."""
    text = STUDY.replace("signs: [form, visit]}", "signs: [form, visit], rights: [approve]}")
    with Site(site.folder, read_text(text)).create() as book:
        act = approve(book.study.fingerprint, on="2026-01-05", said="Committee 7, ref. 12")
        (entry,) = book.record(act, by="ines").entries
        version = book.study.fingerprint
    assert (entry.value, entry.text, entry.source_hash) == ("2026-01-05", "Committee 7, ref. 12", version)


def test_an_approval_is_corrected_with_a_reason(book: Book, refused: Refused) -> None:
    """AMEND-02: the same again adds nothing; another day is a change."""
    first = approve(book.study.fingerprint, on="2026-01-05", site="north")
    seq = book.record(first, by="carla").entries[0].seq
    assert book.record(first, by="carla").entries == ()
    other = approve(book.study.fingerprint, on="2026-01-06", site="north")
    assert refused(other, by="carla")[0].code == "ACT-18"
    corrected = approve(book.study.fingerprint, on="2026-01-06", site="north", reason="misread")
    assert book.record(corrected, by="carla").entries[0].about == seq
    found = book.versions.approval_of(book.study.fingerprint, "north")
    assert found is not None
    assert found.on == "2026-01-06"
    assert book.versions.approval_of(book.study.fingerprint, "south") is None


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (approve("0" * 64, on="2026-01-05"), "ACT-82"),
        (approve(read_text(STUDY).fingerprint, on="January"), "ACT-81"),
        (approve(read_text(STUDY).fingerprint, on="2026-02-30"), "ACT-81"),
        (approve(read_text(STUDY).fingerprint, on="2026-01-05", site=" x"), "ACT-15"),
        (adopt(amended(("id: invented-enzymes", "id: another")), reason="x"), "ACT-83"),
        (adopt(ASKING, reason="amendment 1"), "ACT-84"),
        (adopt(ASKING, reason="amendment 1", approved="soon"), "ACT-81"),
    ],
)
def test_it_refuses(refused: Refused, act: Act, code: str) -> None:
    """AMEND-02, AMEND-03: what is no day, no version, no site, another study, or not approved."""
    assert refused(act, by="carla")[0].code == code


def test_an_approval_comes_with_the_adoption(book: Book) -> None:
    """AMEND-03: both are recorded as one act; the old version asks, so a new one cannot shake it off."""
    book.record(adopt(ASKING, reason="amendment 1", approved="2026-03-01", said="Committee 7"), by="carla")
    (last,) = [one for one in book.versions.adoptions if one.reason]
    (found,) = book.versions.approvals_for(last)
    assert (book.versions.since(last, None), found.said) == ("2026-03-01", "Committee 7")
    with pytest.raises(ActRefused) as told:
        book.record(adopt(read_text(STUDY), reason="back"), by="carla")
    assert told.value.problems[0].code == "ACT-84"


AGAIN = amended(
    ("    items:\n      sex:", "    items:\n      again: {date: full}\n      sex:"),
    ("endpoints:\n", "amendments: {approval: required, consent_again: background.again}\nendpoints:\n"),
)


def consents_since(book: Book, *sites: str | None) -> list[str]:
    """Return for each site from which day on a consent counts."""
    found = [demand_at(book.versions, site, book.version) for site in sites]
    return [str(one and one.since) for one in found]


def approved_cells(book: Book) -> list[str]:
    """Return what the table of versions in the report tells of approvals."""
    run = SimpleNamespace(entries={entry.seq: entry for entry in book.entries()})
    table = versions_table(cast("Run", run))
    assert table is not None
    return ["".join(str(part) for part in row.cells[2]) for row in table.body]


def test_an_approval_is_corrected_after_the_adoption(book: Book) -> None:
    """AMEND-09: a day that was typed wrong asks nobody to consent once more."""
    book.record(adopt(AGAIN, reason="amendment 1", approved="2026-10-01", said="Committee 7"), by="carla")
    assert consents_since(book, None, "north") == ["2026-10-01"] * 2
    before = book.head().count
    right = approve(AGAIN.fingerprint, on="2026-01-10", said="Committee 7", reason="misread")
    book.record(right, by="carla")
    assert consents_since(book, None, "north") == ["2026-01-10"] * 2
    assert approved_cells(book) == ["–", "2026-01-10 Committee 7"]
    (then,) = book.versions_at(before).approvals
    assert then.on == "2026-10-01"


def test_approvals_of_sites_hold_at_their_sites(book: Book) -> None:
    """AMEND-09: each from its own day; of a site that comes later, from the day on which the version took effect."""
    book.record(propose(AGAIN), by="carla")
    for site, on in (("north", "2026-01-10"), ("south", "2026-01-20")):
        book.record(approve(AGAIN.fingerprint, on=on, said="Committee 7", site=site), by="carla")
        book.record(grant("nils", "nurse", site=site), by="carla")
    book.record(adopt(AGAIN, reason="amendment 1"), by="carla")
    day = book.head().at[:10]
    assert consents_since(book, "north", "south", "east", None) == ["2026-01-10", "2026-01-20", day, day]
    assert approved_cells(book)[1] == "2026-01-10 Committee 7 (site north); 2026-01-20 Committee 7 (site south)"


# ---- per site ---------------------------------------------------------------------------------------------------


def test_two_sites_work_by_different_versions(book: Book, site: Site) -> None:
    """AMEND-04: each is judged by its own plan, and each entry names it."""
    fill(book)
    book.record(adopt(NARROWED, reason="amendment 1", site=OTHER_SITE), by="carla")
    assert book.study == site.study
    assert book.study_at(None, site=OTHER_SITE) == NARROWED
    (here,) = book.record(enter("P1", "enzymes", "ck", "600", visit="baseline"), by="nora").entries
    there = book.record(enter("P2", "enzymes", "ck", "600", visit="baseline"), by="nora").entries
    assert here.study == site.study.fingerprint
    assert [(one.act, one.study) for one in there] == [("enter", NARROWED.fingerprint), ("query", NARROWED.fingerprint)]
    view = Shelf(book).view
    assert (view.study_of("north"), view.study_of("south"), view.study_of(None)) == (NARROWED, site.study, site.study)


def test_rows_of_sites_with_different_versions_come_apart(book: Book) -> None:
    """AMEND-04: no single plan can judge them; each part can be sent."""
    fill(book)
    book.record(grant("ines", "custodian"), by="carla")
    book.record(adopt(NARROWED, reason="amendment 1", site=OTHER_SITE), by="carla")
    row = Draft(act="enter", visit="baseline", form="enzymes", item="ck", text="1")
    rows = [replace(row, participant=who) for who in ("P1", "P2")]
    with pytest.raises(ActRefused) as told:
        book.record(import_rows(rows), by="carla")
    assert told.value.problems[0].code == "ACT-85"
    assert len(book.record(import_rows(rows[:1]), by="carla").entries) == 1
    assert book.record(note("all of it"), by="carla").entries


def test_everywhere_takes_every_site_along(book: Book, site: Site) -> None:
    """AMEND-04: a version adopted for the study ends the versions of single sites; back to the old one too."""
    book.record(adopt(NARROWED, reason="amendment 1", site=OTHER_SITE), by="carla")
    book.record(adopt(site.study, reason="taken back"), by="carla")
    assert (dict(book.versions.sites), book.study) == ({}, site.study)
    book.record(adopt(NARROWED, reason="again"), by="carla")
    assert book.study_at(None, site=OTHER_SITE) == book.study == NARROWED
    assert book.record(adopt(NARROWED, reason="again", site=OTHER_SITE), by="carla").entries == ()


def test_a_new_participant_is_judged_by_the_plan_of_the_site(book: Book) -> None:
    """AMEND-04: also the act that begins a casebook."""
    book.record(adopt(NARROWED, reason="amendment 1", site=OTHER_SITE), by="carla")
    assert book.record(screen("P3", site=OTHER_SITE), by="ines").entries[0].study == NARROWED.fingerprint
    assert book.record(screen("P4", site="south"), by="ines").entries[0].study == book.study.fingerprint


def test_approval_is_asked_of_every_site(site: Site) -> None:
    """AMEND-03: everywhere means that each site known has approved."""
    later = amended(NARROW, text=ASKING.text)
    with Site(site.folder, ASKING).create() as book:
        fill(book)
        with pytest.raises(ActRefused) as told:
            book.record(adopt(later, reason="amendment 1"), by="carla")
        assert told.value.problems[0].values["where"] == f"site {OTHER_SITE}"
        book.record(adopt(later, reason="amendment 1", site=OTHER_SITE, approved="2026-03-01"), by="carla")
        book.record(adopt(later, reason="amendment 1"), by="carla")
        assert book.study == later


# ---- what follows -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", AMENDMENTS)
def test_what_is_shown_beforehand_is_what_is_found_afterwards(book: Book, site: Site, name: str) -> None:
    """AMEND-05, EDC-48: for the queries that are recorded, and for every judgement; there and back again."""
    fill(book)
    plan, new = site.study, AMENDMENTS[name]
    for old, later in ((plan, new), (new, plan)):
        before = book.casebooks()
        foreseen = foresee(old, later, before.values(), TODAY)
        act = adopt(later, reason=name)
        drafts = foresee_act(Shelf(book).view, act, by="carla").drafts
        entries = book.record(act, by="carla").entries
        assert [told(one) for one in drafts] == [told(one) for one in entries]
        after = book.casebooks()
        shifted = {(one.participant, one.key): one.after for one in foreseen.shifts}
        for code, casebook in before.items():
            assert after[code].answers == casebook.answers
            judged = {key: one.says for key, one in judge_casebook(old, casebook, TODAY).items()}
            judged |= {key: says for (who, key), says in shifted.items() if who == code}
            found = {key: one.says for key, one in judge_casebook(later, after[code], TODAY).items()}
            assert {key: says for key, says in judged.items() if says} == found
        assert foreseen.shifts


def told(draft: Draft) -> tuple[object, ...]:
    """Return what a draft or its entry says."""
    return draft.act, draft.participant, *cell_of(draft), draft.value, draft.source_file, draft.reason


def test_queries_of_rules_follow_the_version(book: Book, site: Site) -> None:
    """AMEND-05: a narrower range asks, the old one again closes what it asked; what a person closed stays closed."""
    fill(book)
    assert (queries(book), queries(book, "P2")) == ([], [("ck", "expected", "open")])
    book.record(adopt(NARROWED, reason="amendment 1"), by="carla")
    (mine,) = book.casebooks()["P1"].queries.values()
    assert (mine.status, mine.by) == ("open", "carla")
    book.record(adopt(site.study, reason="taken back"), by="carla")
    assert (queries(book), queries(book, "P2")) == ([("ck", "expected", "closed")], [("ck", "expected", "open")])
    theirs: Query = next(iter(book.casebooks()["P2"].queries.values()))
    book.record(close_query("P2", theirs.seq, "it is right"), by="ines")
    book.record(adopt(NARROWED, reason="amendment 2"), by="carla")
    assert queries(book, "P2") == [("ck", "expected", "closed")]


def test_a_rule_taken_out_closes_its_query(book: Book) -> None:
    """AMEND-05: also where its form is gone, and its query speaks of nothing in the plan."""
    fill(book)
    book.record(adopt(AMENDMENTS["a check added"], reason="amendment 1"), by="carla")
    assert ("", "check low", "open") in queries(book)
    book.record(adopt(read_text(STUDY), reason="taken back"), by="carla")
    assert ("", "check low", "closed") in queries(book)


def test_what_is_locked_stays(book: Book, site: Site) -> None:
    """AMEND-06: no query is raised in a locked form, nor of somebody who left; and that is foreseen."""
    fill(book)
    place = {"participant": "P1", "visit": "week 4", "form": "enzymes"}
    book.record(lock("form", **place, reason="for the test"), by="carla")
    book.record(withdraw("P2", on="2026-03-20"), by="ines")
    act = adopt(NARROWED, reason="amendment 1")
    foreseen = foresee_act(Shelf(book).view, act, by="carla").drafts
    assert [one.act for one in foreseen] == ["adopt"]
    assert len(book.record(act, by="carla").entries) == 1
    (sealed,) = [seal for seal in book.casebooks()["P1"].seals.values() if seal.kind == "lock"]
    assert sealed.void_since is None
    assert site.study.fingerprint == book.study_at(book.head().count - 1).fingerprint


def test_a_form_opened_before_and_saved_after_is_judged_by_the_new_plan(book: Book) -> None:
    """AMEND-05: an item that is gone by then is refused with the rest; nothing of it is stored."""
    fill(book)
    seen = {"ck": 0, "comment": 0}
    typed = save_form("P1", "enzymes", {"ck": "650", "comment": "well"}, visit="baseline", seen=seen)
    book.record(adopt(AMENDMENTS["an item taken out"], reason="amendment 1"), by="carla")
    with pytest.raises(ActRefused) as told:
        book.record(typed, by="nora")
    assert [problem.code for problem in told.value.problems] == ["ACT-05"]
    assert Cell("baseline", "enzymes", "", "ck") not in book.casebooks()["P1"].answers


def test_an_adoption_sent_again_is_stored_once(book: Book) -> None:
    """AMEND-05: the answer to the same request is the same; another version under it is refused."""
    fill(book)
    first = book.record(adopt(NARROWED, reason="amendment 1"), by="carla", request="r-1")
    head = book.head()
    again = book.record(adopt(NARROWED, reason="amendment 1"), by="carla", request="r-1")
    assert (again.repeated, again.entries, book.head()) == (True, first.entries, head)
    with pytest.raises(ActRefused) as told:
        book.record(adopt(AMENDMENTS["a range widened"], reason="x"), by="carla", request="r-1")
    assert told.value.problems[0].code == "ACT-25"


# ---- the past ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["an item taken out", "a form dropped", "a visit dropped"])
def test_the_past_stays_readable(book: Book, site: Site, name: str) -> None:
    """AMEND-07: histories, casebooks and frames of before; answers without a place now are still there."""
    fill(book)
    before, frames = book.head().count, collect(book.study, book.columns())
    book.record(adopt(AMENDMENTS[name], reason=name), by="carla")
    assert book.study_at(before) == site.study
    again = collect(book.study_at(before), book.columns(before))
    assert again.observations.equals(frames.observations)
    assert again.events.equals(frames.events)
    (entry,) = book.history(participant="P1", form="enzymes", item="comment")
    assert (entry.text, entry.study) == ("pale", site.study.fingerprint)
    assert book.casebooks()["P1"].answers[Cell("week 4", "enzymes", "", "comment")].text == "pale"
    assert collect(book.study, book.columns()).participants.height == 2


def test_another_program_sees_it(site: Site) -> None:
    """AMEND-04: a book that was open meanwhile catches up, versions of sites too."""
    with site.create() as book, site.open() as other:
        book.record(adopt(NARROWED, reason="amendment 1", site=OTHER_SITE), by="carla")
        book.record(screen("P2", site=OTHER_SITE), by="ines")
        (entry,) = other.record(note("seen", participant="P2"), by="ines").entries
        assert entry.study == NARROWED.fingerprint
        assert other.versions == book.versions


def test_first_and_last_day_of_a_window_are_one_change(site: Site) -> None:
    """AMEND-05: one change is listed once; a visit that moves up in the order because another is gone is not listed."""
    changes = [one.change for one in foresee(site.study, AMENDMENTS["a window widened"], (), TODAY).effects]
    told = [(one.where, one.before, one.after) for one in changes if one.where.startswith("schedule.visits")]
    assert ("schedule.visits.week 4.window", "25 to 31", "19 to 37") in told
    one_sided = amended(("week 4: {}", "week 4: {window: 3 days before to 9 days after}"))
    assert "schedule.visits.week 4.window.last" in [
        one.change.where for one in foresee(site.study, one_sided, (), TODAY).effects
    ]
