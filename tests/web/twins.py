"""Two studies that differ in what is hidden, and everything that somebody gets from each: the machinery of the twins.

A *stage* is a folder with accounts; on it a *story* is told (a function that records what happened) and the site that
serves it is crawled by somebody. `crawled` does all of this and returns the *transcript*: of each request the status,
every header, every cookie and every byte. Nothing is masked: clock and chance are held still by `fixed_doors`, so that
two transcripts are equal or somebody could tell the two stories apart; `difference` says where.

Used as (`whole_crawl` and other lists of requests: `tests.web.crawling`)

    stage = make_stage(tmp_path_factory.mktemp("twins"), migrated)
    first = crawled(stage, STUDY, a_story, "asa", whole_crawl("P1"))
    assert difference(first, crawled(stage, STUDY, another_story, "asa", whole_crawl("P1"))) == ""
"""

from __future__ import annotations

import itertools
import logging
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import unified_diff
from pathlib import Path
from threading import current_thread
from types import SimpleNamespace
from unittest.mock import patch

from django.conf import settings
from django.db import connections
from django.http.response import HttpResponseBase
from django.test import Client, override_settings
from sqlalchemy import Engine, event
from tests.web.conftest import CUSTODIAN, account_of, use_database

from trialbook.capture.acts import Act
from trialbook.capture.ledger import Entry
from trialbook.errors import ActRefused
from trialbook.web.invitations.codes import guesses
from trialbook.web.site import Site, close_sites, site_at

NOW = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
"""The moment of every crawl."""
BEGINNING = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
"""The moment at which the ledger of a stage is opened."""
ACCOUNTS = ("ida", "iris", "nora", "asa", "amy", "stan", "mona", "dan", "olga", "vera", CUSTODIAN)
"""Everybody who has an account on a stage; what they may do is told by the story."""

# ---- clock and chance, held still -------------------------------------------------------------------------------


@dataclass(slots=True)
class Doors:
    """The clock and the chance of the site while it stands on a stage."""

    moment: datetime = BEGINNING
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def now(self) -> datetime:
        """Tell the time: it stands still until a story moves it."""
        return self.moment

    def text(self, length: int = 12, allowed_chars: str = "abcdefghijklmnopqrstuvwxyz0123456789") -> str:
        """Return a text in the place of one by chance: of this length and these characters, never the same twice."""
        number, made = next(self.numbers), ""
        for _ in range(length):
            number, rest = divmod(number, len(allowed_chars))
            made = allowed_chars[rest] + made
        return made

    def hexadecimal(self, length: int = 20) -> str:
        """Return a key in the place of one by chance."""
        return self.text(2 * length, "0123456789abcdef")

    def new_id(self, site: Site | None = None) -> str:
        """Return an id in the place of one by chance, for a page."""
        del site
        return f"00000000-0000-4000-8000-{self.text(12, '0123456789abcdef')}"


@contextmanager
def fixed_doors() -> Iterator[Doors]:
    """Hold still what the site takes from clock and chance: a nonce of a page must not hide a difference, nor make one.

    The ids inside of the ledger stay by chance: none of them may reach a page. Whatever on a page is numbered by the
    ledger (its entries, its requests) is therefore another in each story.
    """
    doors = Doors()
    with ExitStack() as held:
        for name, made in (
            ("trialbook.web.site.now", doors.now),
            ("django.middleware.csrf.get_random_string", doors.text),
            ("django.contrib.sessions.backends.base.get_random_string", doors.text),
            ("django_otp.plugins.otp_totp.models.random_hex", doors.hexadecimal),
            ("django.http.response.time", SimpleNamespace(time=NOW.timestamp)),
        ):
            held.enter_context(patch(name, made))
        yield doors


# ---- a stage and a story ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A place where stories are told: a folder, and accounts that were made once."""

    folder: Path
    accounts: Path
    """Copied for every story."""
    kept: dict[object, Path] = field(default_factory=dict, hash=False, compare=False)
    """Folders of stories that are to be told again, by what names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """What a story records with."""

    site: Site
    doors: Doors
    entries: list[Entry] = field(default_factory=list)
    """All that the story recorded."""
    queries: list[tuple[str, int]] = field(default_factory=list)
    """Participant and number of every query that was raised."""
    labs: list[tuple[str, str]] = field(default_factory=list)
    """Participant and visit of every laboratory form."""
    codes: list[str] = field(default_factory=list)
    """Of every participant that was begun."""

    def at(self, moment: datetime) -> None:
        """Go on to a moment; never back."""
        self.doors.moment = max(self.doors.moment, moment)

    def did(self, by: str, act: Act, *, request: str | None = None, on_behalf_of: str | None = None) -> None:
        """Record what somebody did, a second after the last; ActRefused as `Book.record`."""
        self.doors.moment += timedelta(seconds=1)
        receipt = self.site.book.record(act, by=by, request=request, on_behalf_of=on_behalf_of)
        self.entries.extend(receipt.entries)
        for entry in receipt.entries:
            if entry.act == "query" and entry.participant is not None:
                self.queries.append((entry.participant, entry.seq))
            if entry.act == "screen" and entry.participant not in {None, *self.codes}:
                self.codes.append(entry.participant or "")

    def tried(self, by: str, act: Act) -> bool:
        """Record what somebody did, unless it is refused; tell whether it was recorded."""
        try:
            self.did(by, act)
        except ActRefused:
            return False
        return True


Story = Callable[[Teller], None]
"""Records what happened. It must leave what the crawler may see as the other story of a pair leaves it."""


def make_stage(folder: Path, migrated: Path, accounts: Sequence[str] = ACCOUNTS) -> Stage:
    """Make a stage in an empty folder; `migrated` is an empty database of accounts (a fixture of conftest)."""
    made = folder / "accounts.db"
    shutil.copy(migrated, made)
    use_database(made)
    for code in accounts:
        account_of(code)
    connections.close_all()
    return Stage(folder=folder, accounts=made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story that was told: the site that serves it now."""

    site: Site
    doors: Doors

    def browser(self, person: str) -> Client:
        """Return a browser in which a person has just signed in."""
        client = Client(raise_request_exception=False)
        client.force_login(account_of(person), backend="django.contrib.auth.backends.ModelBackend")
        return client


@contextmanager
def told(stage: Stage, study: str, story: Story, name: object = None) -> Iterator[Told]:
    """Tell a story on a stage, in a folder of its own, and serve it at `NOW` as long as the statement lasts.

    A story with a name is told once, and copied from then on.
    """
    folder = Path(tempfile.mkdtemp(dir=stage.folder))
    if name is not None and name not in stage.kept:
        kept = stage.folder / f"kept-{len(stage.kept)}"
        with told(stage, study, story) as made:
            made.site.close()
            connections.close_all()
            shutil.copytree(settings.STUDY_FOLDER, kept)
        stage.kept[name] = kept
    if name is None:
        (folder / "study.yaml").write_text(study, encoding="utf-8")
        shutil.copy(stage.accounts, folder / "people.db")
    else:
        shutil.copytree(stage.kept[name], folder, dirs_exist_ok=True)
    use_database(folder / "people.db")
    guesses.cache_clear()  # of links, which the process remembers
    try:
        with override_settings(STUDY_FOLDER=folder), fixed_doors() as doors, quick():
            site = site_at(folder)
            if name is None:
                site.begin(CUSTODIAN)
                with site.book.together():
                    story(Teller(site=site, doors=doors))
            catch_up(site)
            doors.moment, doors.numbers = NOW, itertools.count()
            with patch("trialbook.web.site.Site.new_id", doors.new_id):
                yield Told(site=site, doors=doors)
    finally:
        close_sites()
        connections.close_all()
        shutil.rmtree(folder)


@contextmanager
def quick() -> Iterator[None]:
    """Let Django's database not wait for the disk, and the terminal hear nothing of what is refused."""
    options = connections["default"].settings_dict["OPTIONS"]
    with patch.dict(options, {"init_command": "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;"}):
        logging.disable(logging.ERROR)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)


# ---- a crawl ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request of a crawl."""

    method: str = "GET"
    path: str = "/"
    sent: Mapping[str, str] | bytes | None = None
    """Fields of a form, or a raw body."""
    headers: Mapping[str, str] = field(default_factory=dict)
    late: timedelta = timedelta(0)
    """How long after `NOW`."""

    def __str__(self) -> str:
        """Name the request."""
        more = " ".join(f"{name}: {value}" for name, value in self.headers.items())
        return f"{self.method} {self.path} {more} {self.sent or ''!r}".strip()


@dataclass(frozen=True, slots=True)
class Got:
    """Everything that came back."""

    step: Step
    status: int
    headers: tuple[tuple[str, str], ...]
    """All of them, in the order in which they came."""
    cookies: tuple[str, ...]
    body: bytes
    work: tuple[int, int]
    """How many statements the databases of accounts and of the ledger were asked: that takes time, too."""


Transcript = tuple[Got, ...]


def crawled(stage: Stage, study: str, story: Story, person: str, steps: Sequence[Step]) -> Transcript:
    """Tell a story, and return everything that a person gets from the site that serves it, request by request."""
    with told(stage, study, story) as site:
        return transcript(site, person, steps)


def transcript(site: Told, person: str, steps: Sequence[Step]) -> Transcript:
    """Return everything that a person gets by these requests, sent one after the other in one browser."""
    client = site.browser(person) if person else Client(raise_request_exception=False)
    found: list[Got] = []
    for step in steps:
        found.append(got(site, client, step, id_on(found)))
    return tuple(found)


def id_on(found: Sequence[Got]) -> str:
    """Return the hidden id of the last page that had one."""
    shown = (re.search(rb'name="request" value="([^"]+)"', got.body) for got in reversed(found))
    return next((match[1].decode() for match in shown if match is not None), "")


def got(site: Told, client: Client, step: Step, page_id: str) -> Got:
    """Send a request and keep whatever comes back; `PAGE_ID` in what is sent stands for the id on the last form."""
    site.doors.moment = NOW + step.late
    body, kind = step.sent or "", "application/octet-stream"
    if isinstance(body, Mapping):
        sent = {name: page_id if value == PAGE_ID else value for name, value in body.items()}
        body, kind = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in sent.items()), FORM
    with counting() as counts:
        answer = client.generic(step.method, step.path, body, content_type=kind, headers=dict(step.headers))
    return Got(
        step=step,
        status=answer.status_code,
        headers=tuple(answer.items()),
        cookies=tuple(morsel.OutputString() for morsel in answer.cookies.values()),
        body=content_of(answer),
        work=(counts["accounts"], counts["ledger"]),
    )


def catch_up(site: Site) -> None:
    """Let a site read what there is, as one that has run for a while has."""
    site.view()
    with site.book.together():
        pass


WRITER = "trialbook writer"


@contextmanager
def counting() -> Iterator[Counter[str]]:
    """Count the statements that are asked of the database of accounts, and of the ledger by any thread.

    Left out is what comes whenever it comes: those by which a connection is set up, and by which the writer tidies up
    in a lull, or reads a participant of whom nobody has recorded anything since it began.
    """
    counts: Counter[str] = Counter()

    def asked(execute: Callable[..., object], *args: object) -> object:
        counts["accounts"] += 1
        return execute(*args)

    def read(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        is_first = current_thread().name == WRITER and "entry.participant = ?" in statement
        counts["ledger"] += not statement.startswith("PRAGMA") and not is_first

    event.listen(Engine, "before_cursor_execute", read)
    try:
        with connections["default"].execute_wrapper(asked):
            yield counts
    finally:
        event.remove(Engine, "before_cursor_execute", read)


FORM = "application/x-www-form-urlencoded"
PAGE_ID = "the id on the last form"


def quoted(text: str) -> str:
    """Write a text as it stands in the body of a form."""
    from urllib.parse import quote_plus

    return quote_plus(text, errors="surrogatepass")


def content_of(answer: HttpResponseBase) -> bytes:
    """Return the body of an answer, be it at hand or a file."""
    if answer.streaming:
        found = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        answer.close()
        return found
    return bytes(answer.content)  # type: ignore[attr-defined]


def difference(first: Transcript, second: Transcript) -> str:
    """Say where two transcripts differ first, empty where they are equal byte by byte."""
    if len(first) != len(second):
        return f"{len(first)} answers against {len(second)}"
    return next((told_apart(*pair) for pair in zip(first, second, strict=True) if pair[0] != pair[1]), "")


def told_apart(one: Got, other: Got) -> str:
    """Say in what two answers differ."""
    mine, theirs = (lines_of(got) for got in (one, other))
    lines = unified_diff(mine, theirs, lineterm="", n=0)
    return "\n".join([str(one.step), *itertools.islice(lines, 40)])


def lines_of(got: Got) -> list[str]:
    """Write an answer in lines."""
    return [str((got.status, got.headers, got.cookies, got.work)), *got.body.decode(errors="replace").splitlines()]
