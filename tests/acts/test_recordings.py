"""Register that a visit was recorded for a rating, and release the recordings.

CLIP-A-01: a recording is registered for a form that is rated from recordings, at one of its visits, with day and file.
CLIP-A-02: another day or file than the one that stands needs a reason; the same one again adds nothing.
CLIP-A-03: recordings are released once, by the rule of the study file, with a seed that is made by chance.
CLIP-A-04: what is rated after a lock is taken all the same, until its own form is locked.
CLIP-A-05: the name of a file is a free word, and can be erased.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.acts.conftest import casebook_of
from tests.conftest import CUSTODIAN, Site, read_text
from tests.conftest import STUDY as PLAIN

from trialbook.capture.acts import (
    Act,
    enrol,
    enter,
    erase,
    grant,
    lock,
    register_recording,
    release_recordings,
    save_form,
    screen,
)
from trialbook.capture.book import Book
from trialbook.capture.ledger import fold
from trialbook.errors import ActRefused, Problem
from trialbook.wording import remedy, sentence

STUDY = """
trialbook: 1
study: {id: clips, title: Clips, design: open-label single-arm, data: invented, planned: 2, objective: x}
roles:
  investigator:
    {sees: everything, except: [rise, walk], records: [lab], signs: [form], rights: [enrol, lock]}
  data_manager: {sees: everything, rights: [lock]}
  assessor: {blind: true, records: [rise, walk]}
visits:
  anchor: enrolment
  window: 3 days either side
  planned: {baseline: {day: 0}, week 4: {}}
forms:
  lab: {at: [baseline, week 4], items: {ck: {number: U/L}}}
  rise: {at: [baseline, week 4], recordings: after last visit, items: {score: {number: score, scale: 0 to 4}}}
  walk: {at: [baseline], recordings: at lock, items: {score: {number: score, scale: 0 to 4}}}
endpoints: {ck: {from: lab.ck, better: lower}}
analysis:
  baseline: visit baseline
  primary: {endpoint: ck, at: week 4}
  test: paired t
  missing: available cases
"""
SEED = "0123456789abcdef" * 2
Told = Callable[..., Problem]


@pytest.fixture
def films(tmp_path: Path) -> Iterator[Book]:
    """Return the book of a study with recordings, and one participant."""
    site = Site(tmp_path, read_text(STUDY))
    with Book.create(
        site.where, study=site.study, by=CUSTODIAN, now=site.clock, new_id=site.chance, read=read_text
    ) as book:
        for person, role in (("ines", "investigator"), ("asa", "assessor"), ("dan", "data_manager")):
            book.record(grant(person, role), by=CUSTODIAN)
        book.record(screen("P1", site="A"), by="ines")
        book.record(enrol("P1", on="2026-02-01"), by="ines")
        yield book


@pytest.fixture
def told(films: Book) -> Told:
    """Return a function that gives the one problem for which an act is refused; nothing is recorded then."""

    def attempt(act: Act, by: str = "ines") -> Problem:
        before = films.head()
        with pytest.raises(ActRefused) as refusal:
            films.record(act, by=by)
        assert films.head() == before
        (problem,) = refusal.value.problems
        assert sentence(problem)
        assert remedy(problem)
        return problem

    return attempt


def filmed(form: str = "rise", visit: str = "baseline", **told: str) -> Act:
    """Register a recording."""
    return register_recording("P1", visit, form, **{"on": "2026-02-01", "file": "a.mp4", **told})


def released(form: str = "rise", seed: str = SEED) -> Act:
    """Release the recordings of the participant."""
    return release_recordings(form, ["P1"], seed=seed)


def test_a_recording(films: Book) -> None:
    """CLIP-A-01: with its site, in the casebook and in a fold of the ledger."""
    (entry,) = films.record(filmed(), by="ines").entries
    (found,) = casebook_of(films).recordings.values()
    assert (found.visit, found.form, found.on, found.file, found.by) == (
        "baseline", "rise", "2026-02-01", "a.mp4", "ines",
    )  # fmt: skip
    assert (entry.site, found.seq, found.at) == ("A", entry.seq, entry.at)
    assert fold(films.entries())["P1"].recordings == casebook_of(films).recordings


def test_the_name_of_a_file_is_erased(films: Book) -> None:
    """CLIP-A-05: it may be that of a person; the recording, its day and its rating stay."""
    seq = films.record(filmed(file="Mrs Wong.mp4"), by="ines").entries[0].seq
    films.record(erase([seq], reason="a name"), by=CUSTODIAN)
    (found,) = casebook_of(films).recordings.values()
    assert (found.seq, found.visit, found.on, found.file) == (seq, "baseline", "2026-02-01", "")
    assert films.record(filmed(file="b.mp4", reason="another name"), by="ines").entries
    assert films.verify().problems == ()


@pytest.mark.parametrize(
    ("act", "code", "values"),
    [
        (filmed("lab"), "CLIP-01", {"form": "lab", "known": "rise, walk"}),
        (filmed("nothing"), "CLIP-01", {"form": "nothing", "known": "rise, walk"}),
        (filmed("walk", "week 4"), "CLIP-02", {"visit": "week 4", "known": "baseline"}),
        (filmed("rise", ""), "CLIP-02", {"visit": "", "known": "baseline, week 4"}),
        (filmed(on="2026-02"), "CLIP-03", {"on": "2026-02"}),
        (filmed(on="2026-02-30"), "CLIP-03", {"on": "2026-02-30"}),
        (filmed(on=""), "CLIP-03", {"on": ""}),
        (filmed(file=" "), "CLIP-03", {"on": "2026-02-01"}),
        (register_recording("P9", "baseline", "rise", on="2026-02-01", file="a.mp4"), "ACT-03", {"participant": "P9"}),
    ],
)
def test_what_is_no_recording(told: Told, act: Act, code: str, values: dict[str, str]) -> None:
    """CLIP-A-01: another form, another visit, no day, no file, nobody."""
    problem = told(act)
    assert (problem.code, {name: problem.values[name] for name in values}) == (code, values)


def test_another_day_needs_a_reason(films: Book, told: Told) -> None:
    """CLIP-A-02."""
    films.record(filmed(), by="ines")
    assert films.record(filmed(), by="ines").entries == ()
    for other in ({"on": "2026-02-02"}, {"file": "b.mp4"}):
        problem = told(filmed(**other))
        assert (problem.code, problem.values) == ("CLIP-04", {"on": "2026-02-01", "file": "a.mp4"})
        assert films.record(filmed(**other, reason="mistyped"), by="ines").entries
        assert films.record(filmed(reason="back"), by="ines").entries
    (found,) = casebook_of(films).recordings.values()
    assert (found.on, found.file) == ("2026-02-01", "a.mp4")
    assert films.record(filmed(reason="nothing new"), by="ines").entries == ()


def test_a_release(films: Book, told: Told) -> None:
    """CLIP-A-03: once that of the last visit is there, by a seed of at least 32 digits; a second changes no order."""
    films.record(filmed(), by="ines")
    assert told(released()).code == "CLIP-05"
    assert told(released()).values["rule"] == "after last visit"
    films.record(enter("P1", "lab", "ck", "100", visit="week 4"), by="ines")
    assert told(released()).code == "CLIP-05"
    films.record(filmed(visit="week 4", file="b.mp4"), by="ines")
    for seed in ("", "0" * 31, "0" * 129, "G" * 32):
        assert told(released(seed=seed)).code == "CLIP-06"
    assert told(release_recordings("lab", ["P1"], seed=SEED)).code == "CLIP-01"
    assert told(release_recordings("rise", ["P9"], seed=SEED)).code == "ACT-03"
    (entry,) = films.record(released(), by="ines").entries
    assert (entry.site, dict(casebook_of(films).releases)) == ("A", {"rise": SEED})
    assert films.record(released(seed="f" * 128), by="ines").entries == ()
    assert fold(films.entries())["P1"].releases == {"rise": SEED}


def test_rated_after_the_lock(films: Book, told: Told) -> None:
    """CLIP-A-04: the lock of the participant does not keep ratings out that waited for it; that of their form does."""
    films.record(filmed("walk"), by="ines")
    assert told(released("walk")).values["rule"] == "at lock"
    films.record(lock("participant", participant="P1", reason="all done"), by="ines")
    assert told(save_form("P1", "walk", {"score": "2"}, visit="baseline"), "asa").code in {"ACT-35", "ACT-36"}
    films.record(released("walk"), by="ines")
    assert told(enter("P1", "lab", "ck", "1", visit="baseline")).code == "ACT-35"
    assert told(save_form("P1", "rise", {"score": "1"}, visit="baseline"), "asa").code in {"ACT-35", "ACT-36"}
    films.record(save_form("P1", "walk", {"score": "2"}, visit="baseline"), by="asa")
    films.record(lock("form", participant="P1", form="walk", visit="baseline", reason="rated"), by="dan")
    late = save_form("P1", "walk", {"score": "3"}, visit="baseline", reasons="seen again")
    assert told(late, "asa").code in {"ACT-35", "ACT-36"}


def test_no_recordings_are_known(tmp_path: Path) -> None:
    """CLIP-A-01: a study without such forms says so."""
    with Site(tmp_path, read_text(PLAIN)).create() as book, pytest.raises(ActRefused) as refusal:
        book.record(filmed("enzymes"), by="ines")
    assert refusal.value.problems[0].values["known"] == "none"
