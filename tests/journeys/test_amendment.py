"""An amendment of the seed study in mid-course, by the command line.

AMEND-20: a window widened, an item added, a range narrowed and a visit dropped change no stored value.
AMEND-21: everybody is judged afterwards as was shown beforehand, and by the queries of rules too.
AMEND-22: the report names both versions, and by which one it judges; one made as of a past moment has the old one.
AMEND-24: `amend --discard` gives up a version that waits, with a reason.
AMEND-23: `amend` shows changes, whom and what they touch, writes it as CSV, and takes effect only with --adopt.
"""

from __future__ import annotations

import csv
import shutil
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trialbook.capture.acts import Act, enrol, enter, grant, propose, save_form, screen
from trialbook.capture.book import Book
from trialbook.cli import main
from trialbook.conduct.deviations import find_deviations
from trialbook.conduct.findings import EXPECTED
from trialbook.conduct.schedule import place_visit
from trialbook.folder import Doors, StudyFolder, open_book, open_existing, read_kept

SEED = Path(__file__).parents[2] / "studies" / "rituximab_polymyositis"
BEGUN = date(2026, 1, 5)
AMENDMENT = (
    (
        "window: {is: 3 days either side, assumed: the paper gives none}\n  planned",
        "window: 6 days either side\n  planned",
    ),
    ("      ldh: {label", "      aldolase: {number: U/L, required: true}\n      ldh: {label"),
    ("expected: 50 to 3000, decimals: 0", "expected: 50 to 800, decimals: 0"),
    ("weeks: [4, 8, 12, 16,", "weeks: [4, 8, 12,"),
)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return the folder of the seed study in mid-course: week 4 five days late, week 16 seen, LDH of 900."""
    folder = Path(shutil.copytree(SEED, tmp_path / "study"))
    with opened(folder) as book:
        for number, code in enumerate(("P01", "P02")):
            for act in acts_of(code, BEGUN + timedelta(days=number)):
                book.record(act, by="ida")
    return folder


def now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)  # noqa: TID251 - a door of its own


def opened(folder: Path) -> Book:
    """Open the ledger; Ida may record."""
    doors = Doors(now=now, new_id=lambda: str(uuid.uuid4()), by="carla")  # noqa: TID251 - a door of its own
    if StudyFolder(folder).ledger.exists():
        return open_existing(StudyFolder(folder), doors)
    book = open_book(folder, doors)
    book.record(grant("ida", "investigator"), by="carla")
    return book


def acts_of(code: str, day: date) -> tuple[Act, ...]:
    """Return what is recorded of a participant whose first infusion was on a day."""
    on = day.isoformat()
    return (
        screen(code),
        save_form(code, "consent", {"date": on}),
        enrol(code, on=on),
        save_form(code, "infusion", {"start": on, "given": "600", "paracetamol": "yes", "reaction": "no"}, repeat="1"),
        enter(code, "visit", "date", (day + timedelta(days=33)).isoformat(), visit="week 4"),
        save_form(code, "enzymes", {"ldh": "900", "ck": "70"}, visit="week 4"),
        enter(code, "visit", "date", (day + timedelta(days=112)).isoformat(), visit="week 16"),
        save_form(code, "enzymes", {"ldh": "300"}, visit="week 16"),
    )


def run(*words: object, code: int = 0) -> Result:
    """Run a verb."""
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def later(study: Path) -> Path:
    """Return the file of the amendment."""
    text = (study / "study.yaml").read_text(encoding="utf-8")
    for old, new in AMENDMENT:
        assert old in text
        text = text.replace(old, new)
    file = study.parent / "later.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_it_is_shown_first_and_then_so(study: Path, later: Path) -> None:
    """AMEND-20, AMEND-21, AMEND-22, AMEND-23; EDC 5.2.6: old data are judged again, and no stored value changes."""
    with opened(study) as book:
        old, before, head = book.study, book.casebooks(), book.head()
    shown = run("amend", study, later, "--csv", study.parent / "touched.csv", "--by", "carla").output
    assert "No recorded value is changed" in shown
    assert "2 would be raised" in shown
    with opened(study) as book:
        assert (book.head(), book.study) == (head, old)
    with (study.parent / "touched.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = {(row["participant"], row["about"], row["visit"], row["item"]): row["after"] for row in rows}
    assert told["P01", "visit", "week 4", ""] == "in"
    assert told["P01", "visit", "week 16", ""] == "unscheduled"
    assert told["P02", "query", "week 4", "ldh"] == "found"
    assert told["P02", "missing", "week 4", "aldolase"] == "required"
    assert told["P02", "answer", "week 16", "ldh"] == "the plan has no such visit"
    run("amend", study, later, "--adopt", "--by", "carla", code=4)
    run("amend", study, later, "--adopt", "--reason", "amendment 1", "--approved", "2026-11-01", "--by", "carla")
    with opened(study) as book:
        new, after = book.study, book.casebooks()
    assert new == read_kept(later.read_text(encoding="utf-8"))
    for code, casebook in after.items():
        assert casebook.answers == before[code].answers
        assert [one.rule for one in casebook.queries.values() if one.status == "open"] == [EXPECTED]
        assert place_visit(new, casebook, "week 4", date(2026, 6, 1)).state == "in"
        deviating = {one.visit for one in find_deviations(new, casebook, date(2026, 6, 1)) if one.kind == "late"}
        assert "week 4" not in deviating
    run("report", study)
    page = (study / "report" / "report.html").read_text(encoding="utf-8")
    for part in (old.fingerprint[:12], new.fingerprint[:12], "amendment 1", "approved on 2026-11-01", "is judged by"):
        assert part in page
    run("report", study, "--as-of", head.count, "--out", study.parent / "past")
    past = (study.parent / "past" / "report.html").read_text(encoding="utf-8")
    assert new.fingerprint[:12] not in past


def test_a_version_that_waits_is_discarded(study: Path, later: Path) -> None:
    """AMEND-24: once, with a reason, and only one that waits; it can be seen and adopted all the same later."""
    assert "ACT-86" in run("amend", study, later, "--discard", "--reason", "x", "--by", "carla", code=4).output
    with opened(study) as book:
        book.record(propose(read_kept(later.read_text(encoding="utf-8")), reason="amendment 1"), by="carla")
    assert "ACT-02" in run("amend", study, later, "--discard", "--by", "carla", code=4).output
    run("amend", study, later, "--discard", "--adopt", "--reason", "x", "--by", "carla", code=2)
    words = ("amend", study, later, "--discard", "--reason", "other windows", "--by", "carla")
    assert "Discarded; its text stays in the ledger." in run(*words).output
    assert "It was discarded already." in run(*words).output
    with opened(study) as book:
        assert (book.versions.waiting, len(book.versions.discards)) == ((), 1)


def test_at_one_site(study: Path, later: Path) -> None:
    """AMEND-23: with --site, and a word on who stands against it."""
    done = run("amend", study, later, "--adopt", "--reason", "x", "--site", "north", "--by", "carla").output
    assert "Adopted at site north" in done
    with opened(study) as book:
        assert book.study_at(None, site="north") != book.study
    run("report", study)
    page = (study / "report" / "report.html").read_text(encoding="utf-8")
    assert "in force at site north, are judged the" in page
    assert "but for the sites that are named below" in page
    assert (
        "It is in force there already"
        in run("amend", study, later, "--adopt", "--reason", "x", "--site", "north", "--by", "carla").output
    )
    assert "ACT-01" in run("amend", study, later, "--adopt", "--reason", "x", "--by", "ida", code=4).output
    assert "says the same" in run("amend", study, study / "study.yaml").output
