"""A database that is reached by TLS: it proves who it is, or nothing is sent to it.

TLS-01: with `sslmode=verify-full` and the right certificate a ledger is prepared, written and verified, by TLS.
TLS-02: a certificate by somebody else, for another host, or none at all is refused with a sentence.
TLS-03: `doctor` calls a database on another machine unsafe unless it has to prove who it is.
TLS-04: accounts, sessions and logs of the site are reached by the same address, and as safely.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler
from tests.conftest import STUDY, Site, read_text
from tests.database import OWNER, WRITER, Server, running_server

from trialbook.capture.server import prepare, standing
from trialbook.capture.verify import verify_place
from trialbook.errors import LedgerError
from trialbook.folder import Doors, StudyFolder
from trialbook.web.accounts.policy import Policy
from trialbook.web.certificates import own_certificate
from trialbook.web.databases import accounts_in
from trialbook.web.doctor import Patient, look_at_database
from trialbook.wording import sentence

HOST = "db.hospital.example"
"""On another machine by its name; `hostaddr` leads back here, and the certificate is for the name."""
WHEN = datetime.now(UTC)  # noqa: TID251 - a certificate has to be good while the test runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Far:
    """A server that is reached by the network, and what proves who it is."""

    server: Server
    port: int
    right: Path
    wrong: Path

    def address(self, role: str = WRITER, *, host: str = HOST, **more: str | Path) -> str:
        """Return the address of its database for a role."""
        told = "&".join(f"{name}={value}" for name, value in {"hostaddr": "127.0.0.1", **more}.items())
        return f"postgresql://{role}@{host}:{self.port}/{self.server.shared}?{told}"

    def proven(self, role: str = WRITER) -> str:
        """Return an address that asks for the right certificate."""
        return self.address(role, sslmode="verify-full", sslrootcert=self.right)


def free_port() -> int:
    """Return a port at which nobody listens."""
    with closing(socket.socket()) as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Far]:
    """Return a server with TLS, restarted with a certificate that was made just now."""
    folders = [tmp_path_factory.mktemp(name) for name in ("right", "wrong")]
    right, wrong = (own_certificate(folder, (HOST,), WHEN) for folder in folders)
    with running_server() as server:
        server.shared = server.new()
        for file, name in ((right.certificate, "server.crt"), (right.key, "server.key")):
            kept = server.folder / "data" / name
            shutil.copyfile(file, kept)
            kept.chmod(0o600)
            if os.geteuid() == 0:
                shutil.chown(kept, "postgres", "postgres")
        port = free_port()
        with (server.folder / "data" / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
            settings.write("ssl = on\n")
        words = f"-k {server.folder} -p {port} -c listen_addresses=127.0.0.1 -c max_connections=60"
        server.control("stop", "-m", "fast")
        with pytest.MonkeyPatch.context() as held:
            held.setenv("PGPORT", str(port))
            server.control("start", "-o", words)
            yield Far(server=server, port=port, right=right.certificate, wrong=wrong.certificate)


def test_a_ledger_by_tls(far: Far, tmp_path: Path) -> None:
    """TLS-01."""
    assert not prepare(far.proven(OWNER), writer=WRITER)
    found = standing(far.proven())
    assert (found.is_far, found.is_encrypted, found.is_proven) == (True, True, True)
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    site = Site(tmp_path, read_text(STUDY), address=far.proven())
    with site.create() as book:
        head = book.head()
    assert verify_place(far.proven()).head == head
    with psycopg.connect(far.proven()) as connection:
        told = connection.execute("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
    assert told is not None
    assert told[0].startswith("TLS")


def refused(address: str) -> str:
    """Return the sentence with which an address is refused."""
    with pytest.raises(LedgerError) as told:
        standing(address)
    (problem,) = told.value.problems
    assert problem.code == "LEDGER-60"
    return sentence(problem)


def test_who_does_not_prove_it(far: Far) -> None:
    """TLS-02: another's certificate; the right one under another name; none; one that is not there."""
    wrong = refused(far.address(sslmode="verify-full", sslrootcert=far.wrong))
    assert "does not prove" in wrong
    assert "verify failed" in wrong
    assert "other.example" in refused(far.address(host="other.example", sslmode="verify-full", sslrootcert=far.right))
    refused(far.address(sslmode="verify-full", sslrootcert=far.right.with_name("none.pem")))


@pytest.fixture
def without(far: Far) -> Iterator[Far]:
    """Return the server while it speaks no TLS."""
    for setting in ("off", "on"):
        far.server.run(f"ALTER SYSTEM SET ssl = {setting}")
        far.server.control("restart", "-m", "fast")
        if setting == "off":
            yield far


def test_a_server_without_tls(without: Far) -> None:
    """TLS-02, -03: it is refused where TLS is asked for, and unsafe where it is not."""
    assert "does not support SSL" in refused(without.proven())
    assert told_of(without.address()) == ["SERVE-31", "SERVE-32"]


def told_of(address: str) -> list[str]:
    """Return what `doctor` says of a database."""
    doors = Doors(now=lambda: WHEN, new_id=lambda: "x", by="tester")
    patient = Patient(where=StudyFolder(Path(), address), policy=Policy(), doors=doors)
    found = list(look_at_database(patient))
    assert all(one.level == ("warning" if one.code == "SERVE-32" else "error") for one in found)
    return [one.code for one in found]


def test_the_doctor(far: Far) -> None:
    """TLS-03: TLS alone keeps out who listens, not who is in between; on the own machine it is not asked for."""
    assert told_of(far.proven()) == ["SERVE-32"]
    assert told_of(far.address(sslmode="verify-ca", sslrootcert=far.right)) == ["SERVE-33", "SERVE-32"]
    assert told_of(far.address(sslmode="require")) == ["SERVE-33", "SERVE-32"]
    assert told_of(far.address(sslmode="disable")) == ["SERVE-31", "SERVE-32"]
    assert told_of(far.address(host="127.0.0.1", sslmode="disable")) == ["SERVE-32"]


def is_accounts_wire_tls(address: str) -> bool:
    """Tell whether the site would reach the accounts at an address by TLS."""
    connection = ConnectionHandler({"default": accounts_in(address, "")})["default"]
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        return bool(cursor.fetchone() == (True,))


def test_accounts_by_tls(far: Far) -> None:
    """TLS-04."""
    assert is_accounts_wire_tls(far.proven())
    with pytest.raises(OperationalError, match="verify failed"):
        is_accounts_wire_tls(far.address(sslmode="verify-full", sslrootcert=far.wrong))
