"""What every test of recording starts from: a study, a clock, a chance, people with one role each, and an open book."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from tests.database import Server, running_server

from trialbook.capture.acts import Act, enrol, grant, screen
from trialbook.capture.book import Book
from trialbook.errors import ActRefused, Problem
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study
from trialbook.wording import remedy, sentence

settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    # chance is for the developer, who can look into what it finds; CI tries the same examples each time
    settings.load_profile("ci")

STUDY = """
trialbook: 1
study:
  id: invented-enzymes
  title: Four weeks of an invented drug
  design: open-label single-arm
  data: invented
  objective: To try the ledger
  planned: 4
roles:
  investigator: {sees: everything, records: everything, signs: [form, visit]}
  nurse: {sees: [enzymes, drugs], records: [enzymes, drugs]}
  assessor: {blind: true, records: [strength]}
  statistician: {sees: [data, results]}
visits:
  anchor: enrolment
  window: {is: 3 days either side, assumed: invented}
  planned:
    baseline: {day: 0}
    week 4: {}
forms:
  background:
    at: once
    by: investigator
    items:
      sex: {choice: {F: Female, M: Male}, required: true}
      diagnosed: {label: Date of diagnosis, date: partial}
  enzymes:
    at: [baseline, week 4]
    by: nurse
    items:
      ck: {label: Creatine kinase, number: U/L, accepts: [ukat/L], expected: 0 to 2000, decimals: 0}
      comment: {text: line}
  strength:
    at: [week 4]
    by: assessor
    items:
      proximal: {groups: [biceps, triceps], scale: 0 to 10}
    derive:
      power: {mean_of: proximal, at_least: 2 of 2}
  drugs:
    at: any time
    by: nurse
    repeating: true
    items:
      drug: {text: line, required: true}
      start: {date: partial}
missing: {ND: Not done}
endpoints:
  ck: {from: enzymes.ck, label: Creatine kinase, better: lower}
analysis:
  baseline: visit baseline
  set: enrolled
  sets:
    enrolled: {label: Enrolled, who: enrolled}
  primary: {endpoint: ck, at: week 4}
  compare: each visit with baseline
  test: paired t
  significant: p < 0.05, two-sided
  missing: available cases
report:
  figures: [ck]
"""

PEOPLE = {"ines": "investigator", "nora": "nurse", "amir": "assessor", "stan": "statistician"}
CUSTODIAN = "carla"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the tests of recording run on either store."""
    parser.addoption("--store", choices=("file", "postgresql"), default="file", help="where ledgers are kept")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, of a run on PostgreSQL, the tests of what only files have."""
    if config.getoption("--store") == "postgresql":
        items[:] = [item for item in items if item.get_closest_marker("files") is None]


@dataclass(slots=True)
class Clock:
    """A clock that goes on by a second each time it is read."""

    moment: datetime = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Tell the time."""
        self.moment += timedelta(seconds=1)
        return self.moment


@dataclass(slots=True)
class Chance:
    """Ids that are never the same twice, and the same in every run."""

    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __call__(self) -> str:
        """Make an id."""
        return f"id-{next(self.numbers):08d}"


@cache
def read_text(text: str) -> Study:
    """Read a study file that the ledger keeps; what was read cannot change, and is read once."""
    study, problems = parse_study(text, file="study.yaml")
    assert study is not None, [sentence(problem) for problem in problems]
    return study


@dataclass(frozen=True, slots=True)
class Site:
    """A place where the book of a study is made and opened."""

    folder: Path
    study: Study
    clock: Clock = field(default_factory=Clock)
    chance: Chance = field(default_factory=Chance)
    address: str = ""
    """Of a database that is prepared and empty; empty for a ledger in a file."""

    @property
    def file(self) -> Path:
        """The file of the ledger, for tests of what only files have."""
        assert not self.address, "this test looks into a file: mark it `files`"
        return self.folder / "ledger.db"

    @property
    def where(self) -> Path | str:
        """Where the ledger is kept."""
        return self.address or self.file

    def read(self, text: str) -> Study:
        """Read the text of a study file."""
        return read_text(text)

    def create(self) -> Book:
        """Make the ledger, grant everybody their role, and enrol participant P1."""
        book = Book.create(
            self.where, study=self.study, by=CUSTODIAN, now=self.clock, new_id=self.chance, read=read_text
        )
        for person, role in PEOPLE.items():
            book.record(grant(person, role), by=CUSTODIAN)
        book.record(screen("P1"), by="ines")
        book.record(enrol("P1", on="2026-02-01"), by="ines")
        return book

    def open(self, patience: float = 10.0) -> Book:
        """Open the ledger again."""
        return Book.open(self.where, now=self.clock, new_id=self.chance, read=read_text, patience=patience)


@pytest.fixture(scope="session")
def study() -> Study:
    """Return the study of these tests."""
    return read_text(STUDY)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Return a PostgreSQL server."""
    with running_server() as made:
        yield made


@pytest.fixture
def site(tmp_path: Path, study: Study, request: pytest.FixtureRequest) -> Site:
    """Return a place with no ledger yet: a file or, with `--store postgresql`, a database."""
    if request.config.getoption("--store") == "file":
        return Site(tmp_path, study)
    server: Server = request.getfixturevalue("server")
    return Site(tmp_path, study, address=server.address(server.emptied()))


@pytest.fixture
def book(site: Site) -> Iterator[Book]:
    """Return an open book with one enrolled participant."""
    with site.create() as made:
        yield made


Refused = Callable[..., tuple[Problem, ...]]


@pytest.fixture
def refused(book: Book) -> Refused:
    """Return a function that records an act which must be refused, and gives the problems; nothing is recorded."""

    def attempt(act: Act, *, by: str = "ines", request: str | None = None) -> tuple[Problem, ...]:
        before = book.head()
        with pytest.raises(ActRefused) as told:
            book.record(act, by=by, request=request)
        assert book.head() == before
        for problem in told.value.problems:
            assert sentence(problem)
            assert remedy(problem)
        return told.value.problems

    return attempt


def installed(program: str) -> str:
    """Return a program of the system; skip where it is absent, but fail where nothing may be skipped."""
    found = shutil.which(program)
    if found is None and not os.environ.get("CI"):
        pytest.skip(f"{program} is not installed (make test-deps)")
    assert found is not None, f"{program} is not installed, and CI skips nothing"
    return found


@pytest.fixture
def rscript() -> str:
    """Return R's interpreter."""
    return installed("Rscript")


@pytest.fixture
def chromium() -> str:
    """Return the browser."""
    return installed("chromium")
