"""The site as a process, its certificate, and what `doctor` finds unsafe.

SRV-01: the settings of `site.toml` are read, and every mistake in them is told at once.
SRV-02: plain HTTP is refused where other machines reach the site; an address that is taken or foreign is told.
    (ASVS-V12.2.1)
SRV-03: a certificate of the machine's own holds its names and addresses, is kept, and is renewed in time.
SRV-04: a certificate that is given is used as long as it is good.
SRV-05: the first run gets a start code, anew at each start; an account whose owner lost everything a one-time code.
    (ASVS-V6.4.1)
SRV-06: `doctor` finds each unsafe thing, and finds nothing on a safe site.
    (ASVS-V13.3.2, ASVS-V13.4.2, ASVS-V16.2.2)
SRV-07: sources of other machines never count as this one.
    (ASVS-V15.3.4)
"""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest
from cryptography import x509
from django.test import override_settings
from tests.web.conftest import CUSTODIAN, Served, account_of

from trialbook.errors import Problem, TrialbookError
from trialbook.folder import Doors, StudyFolder
from trialbook.keeping.backup import take_backup
from trialbook.web.accounts.models import SignIn, StartCode
from trialbook.web.accounts.policy import Policy, SiteFileError, read_policy
from trialbook.web.accounts.rescue import new_start_code, rescue
from trialbook.web.accounts.second import has_second, planned_device
from trialbook.web.certificates import own_certificate, read_certificate
from trialbook.web.doctor import CHECKS, Patient, examine, file_system_of, synced_by
from trialbook.web.serving import close_files, environment_of, is_loopback, names_of, plan_serving
from trialbook.wording import remedy, sentence

NOW = datetime.now(UTC)  # noqa: TID251 - certificates are judged by the clock of the machine
ALL = "0.0.0.0"  # noqa: S104 - every address of the machine
NAMES = ("localhost", "127.0.0.1", "::1")


class Usage(NamedTuple):
    """How full a disk is, as `shutil.disk_usage` tells it."""

    total: int
    used: int
    free: int


def doors(now: datetime = NOW) -> Doors:
    return Doors(now=lambda: now, new_id=lambda: "x", by="serve")


def free_port() -> int:
    with closing(socket.socket()) as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def told(problems: tuple[Problem, ...]) -> list[str]:
    """Return the codes of problems, each of which has its words."""
    assert all(sentence(one) and remedy(one) for one in problems)
    return [one.code for one in problems]


@pytest.fixture(autouse=True)
def same_environment() -> Iterator[None]:
    """Leave the environment as it was."""
    kept = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(kept)


# ---- settings ---------------------------------------------------------------------------------------------------


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    """SRV-01."""
    assert read_policy(tmp_path) == Policy()


def test_settings_are_read(tmp_path: Path) -> None:
    """SRV-01."""
    text = 'host = "0.0.0.0"\nport = 443\ntls = "make"\nnames = ["study.example"]\nwrong_passwords = 3\n'
    (tmp_path / "site.toml").write_text(text)
    read = read_policy(tmp_path)
    assert (read.host, read.port, read.names, read.wrong_passwords) == (ALL, 443, ("study.example",), 3)
    assert read.shut_minutes == 15


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("port = ", ["SERVE-01"]),
        ("prot = 8000", ["SERVE-02"]),
        ("port = true\nport2 = 1\nidle_minutes = 0\nnames = 'x'", ["SERVE-03", "SERVE-02", "SERVE-03", "SERVE-03"]),
        ("second_factor = 'never'", ["SERVE-03"]),
        ("host = 1", ["SERVE-03"]),
    ],
)
def test_mistakes_in_settings(tmp_path: Path, text: str, codes: list[str]) -> None:
    """SRV-01: all at once."""
    (tmp_path / "site.toml").write_text(text)
    with pytest.raises(SiteFileError) as error:
        read_policy(tmp_path)
    assert told(error.value.problems) == codes


# ---- before it starts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (Policy(host=ALL), "SERVE-05"),
        (Policy(host="192.0.2.1"), "SERVE-05"),
        (Policy(host="192.0.2.1", tls="make"), "SERVE-07"),
        (Policy(tls="study.yaml"), "SERVE-08"),
        (Policy(tls="nowhere.pem"), "SERVE-08"),
    ],
)
def test_what_cannot_be_served(folder: Path, policy: Policy, code: str) -> None:
    """SRV-02, SRV-04."""
    with pytest.raises(TrialbookError) as error:
        plan_serving(StudyFolder(folder), replace(policy, port=free_port()), doors())
    assert told(error.value.problems) == [code]


def test_port_that_is_taken(folder: Path) -> None:
    """SRV-02."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other, pytest.raises(SiteFileError) as error:
        plan_serving(StudyFolder(folder), Policy(port=other.getsockname()[1]), doors())
    assert told(error.value.problems) == ["SERVE-06"]


def test_a_folder_without_study(tmp_path: Path) -> None:
    """SRV-02."""
    with pytest.raises(TrialbookError):
        plan_serving(StudyFolder(tmp_path), Policy(port=free_port()), doors())


def test_addresses(folder: Path) -> None:
    """SRV-02: nobody is told an address that does not reach them."""
    policy = Policy(port=free_port())
    near = plan_serving(StudyFolder(folder), policy, doors())
    assert (near.address, near.addresses) == (f"http://127.0.0.1:{policy.port}/", ())
    wide = plan_serving(StudyFolder(folder), replace(policy, host=ALL, tls="make", names=("study.example",)), doors())
    assert wide.address == f"https://127.0.0.1:{policy.port}/"
    assert f"https://study.example:{policy.port}/" in wide.addresses
    assert ALL not in wide.names


def test_environment_names_every_host(tmp_path: Path) -> None:
    """SRV-07: and addresses of the new kind in brackets."""
    hosts = environment_of(StudyFolder(tmp_path), Policy(), names_of(Policy()))["TRIALBOOK_HOSTS"]
    assert hosts == "localhost,127.0.0.1,[::1]"


@pytest.mark.parametrize(
    ("host", "is_near"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost", True),
        (ALL, False),
        ("10.0.0.1", False),
    ],
)
def test_which_addresses_are_near(host: str, is_near: bool) -> None:  # noqa: FBT001
    """SRV-07."""
    assert is_loopback(host) is is_near


# ---- certificates -----------------------------------------------------------------------------------------------


def shake_hands(certificate: Path, key: Path, trusted: Path, name: str) -> str | None:
    """Let two ends speak TLS over a pair of sockets; return the version, the client having checked the name."""
    here, there = socket.socketpair()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate, key)

    def answer() -> None:
        try:
            with server.wrap_socket(there, server_side=True) as spoken:
                spoken.recv(1)
        except (ssl.SSLError, OSError):
            there.close()

    other = Thread(target=answer)
    other.start()
    try:
        with ssl.create_default_context(cafile=str(trusted)).wrap_socket(here, server_hostname=name) as spoken:
            return spoken.version()
    finally:
        here.close()
        other.join()


def test_own_certificate_is_trusted_for_its_names(tmp_path: Path) -> None:
    """SRV-03: by a client that trusts it, and for no other name."""
    made = own_certificate(tmp_path, NAMES, NOW)
    assert made.names == set(NAMES)
    assert made.key.stat().st_mode & 0o777 == 0o600
    for name in NAMES:
        assert shake_hands(made.certificate, made.key, made.certificate, name) == "TLSv1.3"
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(made.certificate, made.key, made.certificate, "elsewhere.example")


def test_own_certificate_is_limited_to_the_machine(tmp_path: Path) -> None:
    """SRV-03: with its key nobody can make a certificate for another site that a tablet would take."""
    found = x509.load_pem_x509_certificate(own_certificate(tmp_path, NAMES, NOW).certificate.read_bytes())
    limits = found.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    assert len(limits.value.permitted_subtrees or ()) == len(NAMES)


def test_own_certificate_is_kept_and_renewed(tmp_path: Path) -> None:
    """SRV-03: in its last 30 days, and for a new name."""
    made = own_certificate(tmp_path, NAMES, NOW)
    assert own_certificate(tmp_path, NAMES[:1], NOW + timedelta(days=790)) == made
    assert own_certificate(tmp_path, NAMES, NOW + timedelta(days=800)).fingerprint != made.fingerprint
    kept = read_certificate(made.certificate, made.key)
    assert own_certificate(tmp_path, (*NAMES, "study.example"), NOW).fingerprint != kept.fingerprint


def test_given_certificate_that_has_ended(folder: Path) -> None:
    """SRV-04."""
    made = own_certificate(folder, NAMES, NOW)
    policy = Policy(port=free_port(), tls=made.certificate.name, tls_key=made.key.name)
    assert plan_serving(StudyFolder(folder), policy, doors()).certificate == made
    with pytest.raises(SiteFileError) as error:
        plan_serving(StudyFolder(folder), policy, doors(NOW + timedelta(days=900)))
    assert told(error.value.problems) == ["SERVE-09"]


# ---- the terminal -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("unopened")
def test_start_code() -> None:
    """SRV-05: one at a time, and none once there is an account."""
    first, second = new_start_code(), new_start_code()
    assert first != second
    assert StartCode.objects.count() == 1
    account_of("nora")
    assert new_start_code() is None


@pytest.mark.usefixtures("served")
def test_let_in() -> None:
    """SRV-05: the second factor goes, and the log tells that it was done at the terminal."""
    planned = planned_device(account_of("nora"))
    planned.confirmed = True
    planned.save()
    assert has_second(account_of("nora"))
    made = rescue("NORA")
    found = account_of("nora")
    assert found.check_password(made)
    assert found.generation == 1
    assert not has_second(found)
    assert set(SignIn.objects.filter(code="nora").values_list("what", "by")) == {
        ("password reset", "terminal"),
        ("second factor reset", "terminal"),
    }
    with pytest.raises(SiteFileError) as error:
        rescue("nobody")
    assert told(error.value.problems) == ["SERVE-11"]


# ---- the doctor -------------------------------------------------------------------------------------------------


def found_by(check: str, served: Served, policy: Policy | None = None, now: datetime = NOW) -> list[str]:
    """Return the codes of what one check finds."""
    patient = Patient(where=StudyFolder(served.folder), policy=policy or Policy(), doors=doors(now))
    return told(tuple(CHECKS[check](patient)))


@pytest.fixture
def safe(served: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Served:
    """A site on which there is nothing to find, with a clock that a time server keeps."""
    account_of(CUSTODIAN)
    planned = planned_device(account_of(CUSTODIAN))
    planned.confirmed = True
    planned.save()
    close_files(StudyFolder(served.folder))
    say_clock(tmp_path, monkeypatch, "yes")
    return served


def say_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """Put a `timedatectl` first on the path that says this word."""
    program = tmp_path / "bin" / "timedatectl"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\necho {word}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


def test_nothing_is_found_on_a_safe_site(safe: Served) -> None:
    """SRV-06."""
    patient = Patient(where=StudyFolder(safe.folder), policy=Policy(), doors=doors(datetime.now(UTC)))  # noqa: TID251
    take_backup(patient.where, patient.doors)
    assert {one.check: told(one.problems) for one in examine(patient)} == {name: [] for name in CHECKS}


def test_the_file_of_another_study(safe: Served) -> None:
    """SRV-06: what is changed and waits to be adopted is a warning alone."""
    file = safe.folder / "study.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("planned: ", "planned: 1"), encoding="utf-8")
    assert found_by("study file", safe) == ["FOLDER-05"]
    file.write_text(text.replace("id: rituximab-polymyositis", "id: another"), encoding="utf-8")
    assert found_by("study file", safe) == ["FOLDER-10"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes of files")
@pytest.mark.parametrize("name", ["ledger.db", "people.db", "site.key", "identities.db", "tls.key.pem"])
def test_files_that_others_can_read(safe: Served, name: str) -> None:
    """SRV-06; `serve` closes them."""
    file = safe.folder / name
    file.touch()
    file.chmod(0o640)
    assert found_by("private files", safe) == ["SERVE-12"]
    close_files(StudyFolder(safe.folder))
    assert found_by("private files", safe) == []


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/study", "nfs4"),
        ("/srv/study/a", "nfs4"),
        ("/srv/studyx", "ext4"),
        ("/srv/my disk/x", "cifs"),
        ("/srv", "ext4"),
    ],
)
def test_file_system_of_a_folder(tmp_path: Path, folder: str, kind: str) -> None:
    """SRV-06: as Linux tells it."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        "40 22 0:50 / /srv/study rw - nfs4 host:/export rw\n"
        "41 22 0:51 / /srv/my\\040disk rw - cifs //host/share rw\n"
    )
    assert file_system_of(Path(folder), mounts) == kind
    assert file_system_of(Path(folder), tmp_path / "none") == ""


def test_network_drive_is_told(safe: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """SRV-06."""
    monkeypatch.setattr("trialbook.web.doctor.file_system_of", lambda _folder, _mounts: "nfs4")
    assert found_by("place of the folder", safe) == ["SERVE-13"]


@pytest.mark.parametrize("name", ["Dropbox", "OneDrive - Hospital", "Nextcloud2", ""])
def test_synchronised_folder(safe: Served, tmp_path: Path, name: str) -> None:
    """SRV-06: by the name of a folder above, or by the mark of a program in it."""
    place = tmp_path / (name or "plain") / "study"
    place.mkdir(parents=True)
    assert bool(synced_by(place)) is bool(name)
    (place.parent / ".stfolder").mkdir()
    moved = Served(place, safe.site)
    assert found_by("place of the folder", moved) == ["SERVE-14"]


@pytest.mark.parametrize(
    ("policy", "codes"),
    [
        (Policy(), []),
        (Policy(host=ALL, tls="make"), []),
        (Policy(host=ALL), ["SERVE-05"]),
    ],
)
def test_reach(safe: Served, policy: Policy, codes: list[str]) -> None:
    """SRV-06."""
    assert found_by("reach", safe, policy) == codes


@pytest.mark.parametrize(
    ("days", "codes", "is_ok"), [(0, [], True), (800, ["SERVE-09"], True), (900, ["SERVE-09"], False)]
)
def test_end_of_the_certificate(safe: Served, days: int, codes: list[str], is_ok: bool) -> None:  # noqa: FBT001
    """SRV-06: a warning in its last month."""
    made = own_certificate(safe.folder, NAMES, NOW)
    policy = Policy(tls=made.certificate.name, tls_key=made.key.name)
    patient = Patient(where=StudyFolder(safe.folder), policy=policy, doors=doors(NOW + timedelta(days=days)))
    finding = next(one for one in examine(patient) if one.check == "reach")
    assert (told(finding.problems), finding.ok) == (codes, is_ok)


@pytest.mark.parametrize(
    "unsafe",
    [{"DEBUG": True}, {"ALLOWED_HOSTS": []}, {"SECRET_KEY": "short"}, {"SECURE_CONTENT_TYPE_NOSNIFF": False}],
)
def test_unsafe_settings(safe: Served, unsafe: dict[str, object]) -> None:
    """SRV-06: each is one that Django's own check finds."""
    with override_settings(**unsafe):
        assert found_by("settings", safe) == ["SERVE-18"]


def test_settings_without_tls_are_unsafe_in_public(safe: Served) -> None:
    """SRV-06: cookies and HSTS."""
    assert found_by("settings", safe, Policy(host=ALL)) == ["SERVE-18"] * 3


def test_damaged_accounts(safe: Served) -> None:
    """SRV-06."""
    file = safe.folder / "broken" / "people.db"
    file.parent.mkdir()
    file.write_bytes(b"no database at all, though long enough to be looked at" * 20)
    assert found_by("accounts", Served(file.parent, safe.site)) == ["SERVE-19"]


def test_custodian_without_second_factor(served: Served) -> None:
    """SRV-06: a warning."""
    account_of(CUSTODIAN)
    assert found_by("people", served) == ["SERVE-21"]


def test_second_factor_of_another_key(served: Served) -> None:
    """SRV-06: and of nobody else's."""
    planned = planned_device(account_of("nora"))
    planned.confirmed = True
    planned.save()
    assert found_by("people", served) == []
    planned.key = "00" * 20
    planned.save()
    assert found_by("people", served) == ["SERVE-22"]


def test_accounts_of_another_version(safe: Served) -> None:
    """SRV-06."""
    from django.db import connection

    with connection.cursor() as cursor:
        last = "SELECT max(name) FROM django_migrations WHERE app = 'accounts'"
        cursor.execute(f"DELETE FROM django_migrations WHERE app = 'accounts' AND name = ({last})")  # noqa: S608
    assert found_by("people", safe) == ["SERVE-20"]


def test_clock_behind_the_ledger(safe: Served) -> None:
    """SRV-06."""
    assert found_by("clock", safe, now=NOW - timedelta(days=1)) == ["SERVE-15"]


def test_clock_that_nobody_keeps(safe: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """SRV-06: a warning, since a hospital's network may have no time server."""
    later = datetime.now(UTC)  # noqa: TID251 - after the entries were made
    say_clock(tmp_path, monkeypatch, "no")
    assert found_by("clock", safe, now=later) == ["SERVE-16"]
    say_clock(tmp_path, monkeypatch, "nonsense")
    assert found_by("clock", safe, now=later) == []


@pytest.mark.parametrize(("megabytes", "codes"), [(499, ["SERVE-17"]), (4_999, ["SERVE-17"]), (5_000, [])])
def test_full_disk(safe: Served, monkeypatch: pytest.MonkeyPatch, megabytes: int, codes: list[str]) -> None:
    """SRV-06."""
    usage = Usage(0, 0, megabytes * 1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert found_by("disk", safe) == codes


def test_damaged_ledger(safe: Served) -> None:
    """SRV-06: `doctor` goes on to the other checks."""
    broken = safe.folder / "broken"
    broken.mkdir()
    shutil.copy(safe.folder / "study.yaml", broken)
    (broken / "ledger.db").write_bytes(b"x" * 5000)
    patient = Patient(where=StudyFolder(broken), policy=Policy(), doors=doors())
    findings = {one.check: one for one in examine(patient)}
    assert not findings["ledger"].ok
    assert findings["disk"].check == "disk"
