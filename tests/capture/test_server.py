"""What only a ledger in PostgreSQL has. The tests of acts, book, writer and shelf run on it with `--store postgresql`.

SERVER-01: who writes can append and read, and nothing else, by rights, by row level security, and by triggers (R06).
SERVER-02: whoever owns the tables does not get past the triggers unseen: `verify` tells, and nobody writes (R05).
SERVER-03: several processes record at once: each judges against the head that it follows, and the chain holds.
SERVER-04: a server that is restarted, or a connection that is lost, costs no acknowledged save (R20); the next act goes
    through, and one whose fate is unknown is answered by its request (R21).
SERVER-05: a database that cannot be reached, is no ledger, or would lose saves at a power cut is told in a sentence.
SERVER-06: a reader of one site reads its entries alone.
SERVER-07: words that are erased are gone from the table, and nothing else goes (R13).
SERVER-09: nothing is published from a database whose entries were changed behind the triggers.
SERVER-10: a database is prepared for a role that is there and may change nothing; a slip leaves it as it was.
SERVER-08: the same acts leave the same head in a file and in a database.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from tests.conftest import Chance, Clock, Site, read_text
from tests.database import OWNER, WRITER, Server

from trialbook.capture.acts import enter, erase, grant, screen
from trialbook.capture.book import Book
from trialbook.capture.server import (
    Reader,
    ServerStore,
    Standing,
    is_elsewhere,
    parts_of,
    prepare,
    problem_of,
    standing,
    url_of,
)
from trialbook.capture.server_schema import POLICIES
from trialbook.capture.stores import holds_ledger
from trialbook.capture.verify import verify_place
from trialbook.errors import LedgerError
from trialbook.protocol.model import Study
from trialbook.wording import remedy, sentence

ROOT = Path(__file__).parents[2]


@pytest.fixture
def there(tmp_path: Path, study: Study, server: Server) -> Site:
    """Return a prepared database with no ledger yet."""
    return Site(tmp_path, study, address=server.address(server.emptied()))


@contextmanager
def connected(site: Site, role: str) -> Iterator[psycopg.Connection]:
    """Speak with the database past the program."""
    with psycopg.connect(site.address.replace(f"//{WRITER}@", f"//{role}@"), autocommit=True) as connection:
        yield connection


def code_of(doing: Callable[[], object]) -> str:
    """Return the code of the problem, whose sentence and remedy can be told."""
    with pytest.raises(LedgerError) as told:
        doing()
    (problem,) = told.value.problems
    assert sentence(problem)
    assert remedy(problem)
    return problem.code


HARMS = (
    "UPDATE ledger.entry SET value = '1' WHERE seq = 3",
    "DELETE FROM ledger.entry WHERE seq = 3",
    "TRUNCATE ledger.entry",
)


@pytest.mark.parametrize("harm", HARMS)
def test_entries_are_kept(there: Site, harm: str) -> None:
    """SERVER-01: the writer lacks the right; granted by mistake, no row is reached; the owner meets the trigger."""
    with there.create() as book:
        before = book.head()
        with connected(there, WRITER) as writer, pytest.raises(psycopg.errors.InsufficientPrivilege):
            writer.execute(harm)
        with connected(there, OWNER) as owner:
            with pytest.raises(psycopg.errors.RaiseException):
                owner.execute(harm)
            owner.execute(f"GRANT UPDATE, DELETE ON ledger.entry TO {WRITER}")
        if not harm.startswith("TRUNCATE"):
            with connected(there, WRITER) as writer:
                assert writer.execute(harm).rowcount == 0
        assert [entry.hash for entry in book.entries()][-1] == before.hash
        assert [problem.code for problem in book.verify().problems] == ["LEDGER-07"]
    assert code_of(there.open) == "LEDGER-07"


def test_nothing_is_published_of_a_changed_database(there: Site) -> None:
    """SERVER-09: its superuser changed an entry with the triggers off."""
    with there.create() as book:
        book.refuse_damaged()
        with connected(there, OWNER) as owner:
            owner.execute("SET session_replication_role = replica")
            owner.execute("UPDATE ledger.entry SET value = '99' WHERE act = 'enrol'")
        assert code_of(book.refuse_damaged) == "LEDGER-33"


def test_an_entry_of_another_hand(there: Site) -> None:
    """SERVER-01: appended past the program, it has to follow the last one."""
    with there.create() as book:
        last = book.head()
    columns = "seq, version, at, by, act, request, study, program, content, previous, hash"
    values = f"%s, 1, repeat('0', 27), 'x', 'note', 'r', 's', 'p', repeat('0', 64), '{last.hash}', repeat('0', 64)"
    with connected(there, WRITER) as writer, pytest.raises(psycopg.errors.RaiseException):
        writer.execute(f"INSERT INTO ledger.entry ({columns}) VALUES ({values})", [last.count + 2])


DROPPED = "DROP TRIGGER entry_unchanged ON ledger.entry"
MADE = "CREATE TRIGGER entry_unchanged BEFORE UPDATE ON ledger.entry"
DONE = "EXECUTE FUNCTION ledger.entry_unchanged()"
ELSEWHERE = (
    "CREATE OR REPLACE FUNCTION public.entry_unchanged() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
)
ITS_WORDS = POLICIES["reader_reads"]

CHANGES = {
    "ALTER TABLE ledger.entry DISABLE TRIGGER entry_unchanged": "trigger entry_unchanged is switched off",
    "DROP TRIGGER entry_undeleted ON ledger.entry": "trigger entry_undeleted is missing",
    "ALTER TABLE ledger.entry DISABLE ROW LEVEL SECURITY": "row level security is switched off",
    "DROP POLICY writer_reads ON ledger.entry": "policy writer_reads is missing",
    "CREATE POLICY open_door ON ledger.entry USING (true)": "policy open_door was added",
    "ALTER TABLE ledger.entry ADD COLUMN aside text": "column aside was added",
    "CREATE OR REPLACE FUNCTION ledger.entry_undeleted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'":
        "function entry_undeleted was changed",
    f"{DROPPED}; {MADE} FOR EACH ROW WHEN (false) {DONE}": "trigger entry_unchanged was changed",
    f"{DROPPED}; {MADE.replace('UPDATE', 'UPDATE OF about')} FOR EACH ROW {DONE}":
        "trigger entry_unchanged was changed",
    f"{DROPPED}; {MADE} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()":
        "trigger entry_unchanged was changed",
    f"{DROPPED}; {ELSEWHERE}; {MADE} FOR EACH ROW {DONE.replace('ledger', 'public')}":
        "trigger entry_unchanged was changed",
    "ALTER FUNCTION ledger.entry_follows() SECURITY INVOKER": "function entry_follows was changed",
    "ALTER FUNCTION ledger.entry_unchanged() SET search_path = public": "function entry_unchanged was changed",
    "ALTER FUNCTION ledger.erase_words(bigint[]) RESET search_path": "function erase_words was changed",
    "ALTER POLICY writer_reads ON ledger.entry TO PUBLIC": "policy writer_reads was changed",
    "ALTER POLICY writer_appends ON ledger.entry WITH CHECK (seq < 100)": "policy writer_appends was changed",
    "ALTER POLICY reader_reads ON ledger.entry USING (true)": "policy reader_reads was changed",
    f"DROP POLICY reader_reads ON ledger.entry; CREATE POLICY reader_reads ON ledger.entry AS RESTRICTIVE {ITS_WORDS}":
        "policy reader_reads was changed",
    f"ALTER ROLE {WRITER} BYPASSRLS": "the role that writes is a superuser or bypasses row level security",
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_guards_that_were_taken_away(there: Site, change: str) -> None:
    """SERVER-02: nobody writes to such a database, and verification says what is wrong."""
    there.create().close()
    with connected(there, OWNER) as owner:
        owner.execute(change)
        try:
            problem = verify_place(there.address).problems[0]
            assert (problem.code, problem.values["detail"]) == ("LEDGER-07", CHANGES[change])
            assert code_of(there.open) == "LEDGER-07"
        finally:
            owner.execute(f"ALTER ROLE {WRITER} NOBYPASSRLS")


def test_an_entry_that_was_changed(there: Site) -> None:
    """SERVER-02: with the triggers off and on again, the chain still tells."""
    there.create().close()
    with connected(there, OWNER) as owner:
        owner.execute("ALTER TABLE ledger.entry DISABLE TRIGGER ALL")
        owner.execute("UPDATE ledger.entry SET value = 'nurse' WHERE seq = 3")
        owner.execute("ALTER TABLE ledger.entry ENABLE TRIGGER ALL")
    found = verify_place(there.address)
    assert not found.ok
    assert "LEDGER-07" not in {problem.code for problem in found.problems}


RECORDER = """
import sys, uuid
from datetime import UTC, datetime
sys.path[:0] = [{root!r}, {root!r} + "/src"]
from tests.conftest import read_text
from trialbook.capture.acts import enter
from trialbook.capture.book import Book
who, address = sys.argv[1:]
with Book.open(address, now=lambda: datetime.now(UTC), new_id=lambda: str(uuid.uuid4()), read=read_text) as book:
    for number in range(10):
        row = f"{{who}}-{{number}}"
        book.record(enter("P1", "drugs", "drug", "x", repeat=row), by="nora", request=row)
        print(row, flush=True)
"""


def test_processes_at_once(there: Site) -> None:
    """SERVER-03: three of them; every acknowledged act is there once, in the order of its process."""
    there.create().close()
    command = [sys.executable, "-c", RECORDER.format(root=str(ROOT))]
    running = [
        subprocess.Popen([*command, who, there.address], stdout=subprocess.PIPE, text=True) for who in ("a", "b", "c")
    ]
    told = [process.communicate(timeout=60)[0].split() for process in running]
    assert [len(one) for one in told] == [10, 10, 10]
    with there.open() as book:
        rows = [entry.repeat or "" for entry in book.history(participant="P1", form="drugs")]
        assert [[row for row in rows if row.startswith(who)] for who in "abc"] == told
        assert book.verify().ok


def test_threads_with_books_of_their_own(there: Site) -> None:
    """SERVER-03: a refusal judged against an old head would let two people grant the same participant code."""
    there.create().close()

    def attempt(number: int) -> bool:
        with replace(there, chance=Chance(iter(range(1000 * number, 2000 * number)))).open() as book:
            try:
                book.record(enter("P1", "background", "sex", "F"), by="ines")
            except Exception:  # noqa: BLE001 - the answer stood already, and is not overwritten
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(attempt, range(1, 5)))
    with there.open() as book:
        assert len(book.history(participant="P1", form="background", item="sex")) == 1
        assert book.verify().ok


def test_a_server_that_restarts(there: Site, server: Server) -> None:
    """SERVER-04: the book goes on; nothing acknowledged is lost."""
    with there.create() as book:
        before = book.record(screen("P2"), by="ines", request="r-1")
        server.control("restart", "-m", "immediate")
        again = book.record(screen("P2"), by="ines", request="r-1")
        assert (again.repeated, again.entries) == (True, before.entries)
        assert book.record(screen("P3"), by="ines").entries
        assert book.verify().ok


def test_a_connection_lost_at_the_commit(there: Site) -> None:
    """SERVER-04: its fate is unknown; sent again it is recorded once, whichever it was."""
    with there.create() as book, connected(there, OWNER) as owner:
        act = enter("P1", "drugs", "drug", "x", repeat="1")

        def cut_off() -> None:
            with book.together():
                book.record(act, by="nora", request="r-1")
                owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [WRITER])

        assert code_of(cut_off) == "LEDGER-12"
        assert not book.record(act, by="nora", request="r-1").repeated
        assert book.record(act, by="nora", request="r-1").repeated
        assert len(book.history(participant="P1", form="drugs")) == 1
        assert book.verify().ok


def test_what_cannot_be_opened(there: Site, server: Server) -> None:
    """SERVER-05."""
    doors = {"now": Clock(), "new_id": Chance(), "read": read_text}
    nowhere = there.address.replace("host=/", "host=/nowhere/")
    assert code_of(lambda: Book.open(nowhere, **doors)) == "LEDGER-51"  # type: ignore[arg-type]
    assert code_of(lambda: Book.open(server.address("postgres"), **doors)) == "LEDGER-52"  # type: ignore[arg-type]
    assert code_of(lambda: Book.open("postgresql://x@/", **doors)) == "LEDGER-19"  # type: ignore[arg-type]
    assert code_of(lambda: Book.open(there.address, **doors)) == "LEDGER-16"  # type: ignore[arg-type]
    assert not holds_ledger(there.address)
    there.create().close()
    assert holds_ledger(there.address)
    assert code_of(there.create) == "LEDGER-13"
    with connected(there, OWNER) as owner:
        owner.execute(f"ALTER ROLE {WRITER} SET synchronous_commit = off")
        try:
            assert code_of(there.open) == "LEDGER-08"
        finally:
            owner.execute(f"ALTER ROLE {WRITER} RESET synchronous_commit")


def test_a_password_is_never_told(there: Site) -> None:
    """SERVER-05: neither in a problem nor in what verification says."""
    secret = there.address.replace(f"//{WRITER}@", f"//{WRITER}:hunter2@").replace("host=/", "host=/nowhere/")
    (problem,) = verify_place(secret).problems
    assert "hunter2" not in sentence(problem) + repr(problem)


def test_somebody_who_holds_the_lock(there: Site) -> None:
    """SERVER-03: who waits too long is told, and nothing is recorded."""
    with there.create() as book, connected(there, OWNER) as owner, there.open(patience=0.2) as other:
        before = book.head()
        with owner.transaction():
            owner.execute("SELECT ledger.lock_head()")
            assert code_of(lambda: other.record(screen("P2"), by="ines")) == "LEDGER-09"
        assert book.head() == before
        assert other.record(screen("P2"), by="ines").entries


@pytest.mark.parametrize(
    ("host", "is_far"),
    [("", False), ("/run/postgresql", False), ("localhost", False), ("127.0.0.1", False), ("::1", False),
     ("10.0.0.7", True), ("db.hospital.example", True)],
)  # fmt: skip
def test_what_leaves_the_machine(host: str, is_far: bool) -> None:  # noqa: FBT001 - a row of a table
    """SERVER-05: told as unsafe where it goes without TLS."""
    assert is_elsewhere(host) is is_far


def test_how_it_is_reached(there: Site) -> None:
    """SERVER-05: by a socket, as the writer, and without sums of pages."""
    found = standing(there.address)
    assert found == Standing(role=WRITER, is_far=False, is_encrypted=False, is_proven=False, has_sums=False)


def test_a_writer_that_adds_nothing(there: Site) -> None:
    """SERVER-05: its owner took the right away."""
    with connected(there, OWNER) as owner:
        owner.execute(f"REVOKE INSERT ON ledger.entry FROM {WRITER}")
    assert not standing(there.address).may_append


def test_whom_a_database_is_prepared_for(server: Server) -> None:
    """SERVER-10: the owner is no writer; nor is a role that is not there, or has that of the owner."""
    server.run("CREATE DATABASE slips")
    server.run("DO $$ BEGIN CREATE ROLE heir LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    server.run(f"GRANT {OWNER} TO heir")
    address = server.address("slips", OWNER)
    assert code_of(lambda: prepare(address, writer=OWNER)) == "LEDGER-62"
    assert code_of(lambda: prepare(address, writer="heir")) == "LEDGER-62"
    assert code_of(lambda: prepare(address, writer="nobody")) == "LEDGER-63"
    assert code_of(lambda: prepare(address, writer=WRITER, readers=[Reader(role="nobody")])) == "LEDGER-63"
    assert prepare(address, writer=WRITER)
    assert code_of(lambda: prepare(address, writer=OWNER)) == "LEDGER-62"


def test_a_reader_of_one_site(there: Site) -> None:
    """SERVER-06: through psql or a warehouse, past the program."""
    with there.create() as book:
        book.record(grant("una", "nurse", site="north"), by="carla")
        book.record(screen("N1", site="north"), by="ines")
        book.record(screen("S1", site="south"), by="ines")
    with connected(there, OWNER) as owner:
        owner.execute("DO $$ BEGIN CREATE ROLE warehouse LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    address = there.address.replace(f"//{WRITER}@", f"//{OWNER}@")
    assert not prepare(address, writer=WRITER, readers=[Reader(role="warehouse", site="north")])
    with connected(there, "warehouse") as reader:
        rows = reader.execute("SELECT DISTINCT site, participant FROM ledger.entry WHERE participant <> ''").fetchall()
        assert rows == [("north", "N1")]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("SELECT ledger.lock_head()")


def test_words_that_were_erased(there: Site) -> None:
    """SERVER-07."""
    with there.create() as book:
        typed = book.record(enter("P1", "enzymes", "comment", "Jane Doe", visit="baseline"), by="nora").entries[0]
        with connected(there, WRITER) as writer, pytest.raises(psycopg.errors.RaiseException):
            writer.execute("SELECT ledger.erase_words(%s)", [[typed.seq]])
        book.record(erase([typed.seq], reason="a name"), by="carla")
        kept = next(iter(book.entries([typed.seq])))
        assert (kept.is_erased, kept.text, kept.hash) == (True, None, typed.hash)
        assert book.verify().ok
    with connected(there, OWNER) as owner:
        assert owner.execute("SELECT count(*) FROM ledger.entry WHERE text LIKE '%Doe%'").fetchone() == (0,)


def test_the_same_head(there: Site, site: Site, tmp_path: Path) -> None:
    """SERVER-08: entry by entry, and as columns."""
    del site
    heads = []
    for where in (there, Site(tmp_path, there.study)):
        with where.create() as book:
            book.record(enter("P1", "background", "sex", "F"), by="ines")
            heads.append((book.head(), book.columns(), book.casebooks()))
    assert heads[0] == heads[1]


def test_a_store_looked_at_is_closed(there: Site) -> None:
    """SERVER-05: verification leaves no connection behind."""
    there.create().close()
    verify_place(there.address)
    store = ServerStore.open(there.address)
    with store.reading() as transaction:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'writer'"
        assert transaction.connection.exec_driver_sql(asked).scalar() == 1
    store.close()


NO_ADDRESSES = (
    "postgresql", "postgresql://", "postgresql://w@h", "postgresql://w@h/", "postgresql://w@h:port/d",
    "postgresql://w@[::1/d", "mysql://w@h/d",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address(text: str) -> None:
    """SERVER-05: a sentence, whatever is wrong with it."""
    assert code_of(lambda: url_of(text)) == "LEDGER-19"


def test_the_parts_of_an_address() -> None:
    """SERVER-05: under the names of libpq, for the accounts of the site."""
    whole = "postgresql://w%40h:p%2Fw@db.example:5433/study?sslmode=verify-full&target=a&target=b"
    assert parts_of(whole) == {
        "user": "w@h", "password": "p/w", "host": "db.example", "port": "5433", "dbname": "study",
        "sslmode": "verify-full", "target": "a,b",
    }  # fmt: skip
    assert parts_of("postgres:///study?host=/run/postgresql") == {"dbname": "study", "host": "/run/postgresql"}


def test_without_the_driver(there: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """SERVER-05: the program is installed without what speaks to PostgreSQL."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert code_of(there.open) == "LEDGER-53"


def test_a_newer_schema(there: Site) -> None:
    """SERVER-05: of a later program: nobody writes, and verification says which it knows."""
    there.create().close()
    with connected(there, OWNER) as owner:
        owner.execute("INSERT INTO ledger.step (number) VALUES (2)")
    assert code_of(there.open) == "LEDGER-06"
    problem = verify_place(there.address).problems[0]
    assert (problem.code, problem.values["version"], problem.values["known"]) == ("LEDGER-06", "2", "1")


def test_where_something_is_recorded(there: Site, tmp_path: Path) -> None:
    """SERVER-05: told of a file as of a database."""
    assert not holds_ledger(tmp_path / "ledger.db")
    assert not holds_ledger(str(tmp_path / "ledger.db"))
    (tmp_path / "ledger.db").touch()
    assert holds_ledger(tmp_path / "ledger.db")
    there.create().close()
    assert holds_ledger(there.address)


def test_how_far_it_reaches(there: Site) -> None:
    """SERVER-05: by one statement; the server tidies itself up."""
    with there.create() as book:
        assert book.reached() == book.head().count > 0
        before = book.head()
        book.tidy()
        assert book.head() == before


def test_a_server_that_does_not_prove_who_it_is() -> None:
    """SERVER-05: told apart from one that cannot be reached, which says nothing of a certificate."""
    said = ("SSL error: certificate verify failed", "server does not support SSL, but SSL was required", "refused")
    errors = [DBAPIError("", {}, OSError(words)) for words in said]
    codes = [problem_of(error, "postgresql://h/d", is_writing=False).code for error in errors]
    assert codes == ["LEDGER-60", "LEDGER-60", "LEDGER-51"]
