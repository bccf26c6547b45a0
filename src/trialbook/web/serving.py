"""The site as a process: what is checked before it starts, its certificate, its accounts, and the server itself."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from trialbook.errors import Problem
from trialbook.folder import Doors, StudyFolder, open_existing, read_study
from trialbook.web.accounts.policy import Policy, SiteFileError, read_policy
from trialbook.web.databases import alone

if TYPE_CHECKING:
    from datetime import datetime

    from trialbook.protocol.model import Study
    from trialbook.web.certificates import Certificate

THREADS = 24
"""Requests that are answered at a time."""

STOPPING = 20
"""Seconds that requests have to finish when the site is stopped."""

LOOKING = 60
"""Seconds after which it is looked again whether a backup is due."""

STARTING = 60
"""Seconds within which the site has to answer."""

ACCOUNTS_FILE, KEY_FILE, IDENTITIES_FILE = "people.db", "site.key", "identities.db"
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - told apart, not listened at
NEAR_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A site that is ready to be started."""

    where: StudyFolder
    study: Study
    policy: Policy
    names: tuple[str, ...]
    """Under which it is reached."""
    certificate: Certificate | None = None

    @property
    def address(self) -> str:
        """The address for a browser on this machine."""
        host = "127.0.0.1" if self.policy.host in EVERYWHERE else self.policy.host
        return self.address_at(host)

    def address_at(self, name: str) -> str:
        """Return the address under a name."""
        host = f"[{name}]" if ":" in name else name
        return f"{'https' if self.certificate else 'http'}://{host}:{self.policy.port}/"

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses for other machines; none where only this one reaches the site."""
        if is_loopback(self.policy.host):
            return ()
        return tuple(self.address_at(name) for name in self.names if not is_loopback(name))


# ---- before it starts -------------------------------------------------------------------------------------------


def plan_serving(where: StudyFolder, policy: Policy, doors: Doors) -> Serving:
    """Check a study and how it is to be reached; TrialbookError where it cannot be served like that."""
    study = read_study(where.path)
    if where.has_ledger:
        open_existing(where, doors).close()
    check_reach(policy)
    names = names_of(policy)
    return Serving(
        where=where, study=study, policy=policy, names=names, certificate=certificate_for(where, policy, names, doors)
    )


@contextmanager
def only_one(where: StudyFolder) -> Iterator[None]:
    """Keep other sites of the same folder away, as long as this process lives; SiteFileError where one runs.

    A study in a database may be served by several. The folder itself is locked: a crash leaves nothing behind.
    """
    if where.store or os.name != "posix":
        yield
        return
    import fcntl

    folder = os.open(where.path, os.O_RDONLY)
    try:
        # a file system without such locks keeps nobody away
        with suppress(OSError):
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise SiteFileError([Problem(code="SERVE-35", values={"folder": str(where.path)})]) from error
        yield
    finally:
        os.close(folder)


def check_reach(policy: Policy) -> None:
    """Refuse plain HTTP where other machines reach it, and an address that is taken or none of this machine."""
    values = {"host": policy.host, "port": str(policy.port)}
    if not policy.tls and not is_loopback(policy.host):
        raise SiteFileError([Problem(code="SERVE-05", values=values)])
    family = socket.AF_INET6 if ":" in policy.host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((policy.host, policy.port))
        except OSError as error:
            code = "SERVE-06" if error.errno == errno.EADDRINUSE else "SERVE-07"
            reason = {**values, "reason": error.strerror or str(error)}
            raise SiteFileError([Problem(code=code, values=reason)]) from error


def certificate_for(where: StudyFolder, policy: Policy, names: tuple[str, ...], doors: Doors) -> Certificate | None:
    """Return the certificate, made where that was asked; None for plain HTTP."""
    from trialbook.web.certificates import own_certificate, read_certificate

    if not policy.tls:
        return None
    if policy.tls == "make":
        return own_certificate(where.path, names, doors.now())
    # a path in the settings is meant from the folder of the study
    found = read_certificate(where.path / policy.tls, where.path / (policy.tls_key or policy.tls))
    if found.until < doors.now():
        raise SiteFileError([Problem(code="SERVE-09", values={"until": f"{found.until:%Y-%m-%d}"})])
    return found


def is_loopback(host: str) -> bool:
    """Tell whether an address or a name leads to this machine and never leaves it."""
    from trialbook.web.certificates import address_in

    address = address_in(host)
    return host == "localhost" if address is None else address.is_loopback


def names_of(policy: Policy) -> tuple[str, ...]:
    """Return every name and address under which the site is reached."""
    own = () if policy.host in EVERYWHERE else (policy.host,)
    away = () if is_loopback(policy.host) else names_of_machine()
    return tuple(dict.fromkeys([*NEAR_NAMES, *own, *away, *policy.names]))


def names_of_machine() -> tuple[str, ...]:
    """Return the names of this machine, and its addresses as far as it knows them; nothing is sent."""
    name = socket.gethostname()
    found = [name, socket.getfqdn()]
    with suppress(OSError):
        found += [str(one[4][0]) for one in socket.getaddrinfo(name, None)]
    for family, outside in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        # to connect a datagram socket sends nothing: it only chooses the address that would be used
        with suppress(OSError), closing(socket.socket(family, socket.SOCK_DGRAM)) as tried:
            tried.connect((outside, 9))
            found.append(str(tried.getsockname()[0]))
    return tuple(dict.fromkeys(one for one in found if one and "%" not in one))


# ---- its accounts -----------------------------------------------------------------------------------------------


def environment_of(where: StudyFolder, policy: Policy, names: tuple[str, ...]) -> Mapping[str, str]:
    """Return what the settings of the site read from the environment."""
    hosts = (f"[{name}]" if ":" in name else name for name in names)
    return {
        "DJANGO_SETTINGS_MODULE": "trialbook.web.settings",
        "TRIALBOOK_STUDY": str(where.path.resolve()),
        "TRIALBOOK_TLS": "1" if policy.tls else "",
        "TRIALBOOK_HOSTS": ",".join(hosts),
        "TRIALBOOK_LANGUAGE": policy.language,
        "TRIALBOOK_STORE": where.store,
    }


def close_files(where: StudyFolder) -> None:
    """Take the study's databases and keys away from other users of the machine."""
    for file in private_files(where):
        with suppress(OSError):
            file.chmod(0o600)


def private_files(where: StudyFolder) -> tuple[Path, ...]:
    """Return the files that nobody else may read."""
    from trialbook.web.certificates import KEY

    kept = (where.ledger.name, ACCOUNTS_FILE, KEY_FILE, IDENTITIES_FILE, KEY)
    files = (where.path / f"{name}{end}" for name in kept for end in ("", "-wal", "-shm"))
    return tuple(file for file in files if file.is_file())


def prepare_accounts(serving: Serving) -> str | None:
    """Bring the accounts up to date; return the start code of a site that has none."""
    enter_django(serving.where, serving.policy, serving.names)
    from django.core.management import call_command
    from django.db import connections

    from trialbook.web.accounts.rescue import new_start_code

    if not serving.where.store:
        (serving.where.path / ACCOUNTS_FILE).touch(mode=0o600)
    with alone():
        call_command("migrate", verbosity=0, interactive=False)
        call_command("clearsessions")
    try:
        return new_start_code()
    finally:
        connections.close_all()
        close_files(serving.where)


def enter_django(where: StudyFolder, policy: Policy, names: tuple[str, ...]) -> None:
    """Let Django know, in this process and those it starts, which study it serves."""
    import django

    os.environ.update(environment_of(where, policy, names))
    django.setup()


def let_in(where: StudyFolder, code: str) -> str:
    """Return a one-time code for an account whose owner lost the password and the second factor."""
    enter_django(where, read_policy(where.path), NEAR_NAMES)
    from django.core.management import call_command
    from django.db import connections

    from trialbook.web.accounts.rescue import rescue

    with alone():
        call_command("migrate", verbosity=0, interactive=False)
    try:
        return rescue(code)
    finally:
        connections.close_all()


# ---- the server -------------------------------------------------------------------------------------------------


def run(serving: Serving, doors: Doors, *, ready: Callable[[], None]) -> None:
    """Serve until the process is asked to stop; `ready` is called once the site answers.

    SiteFileError where it does not come up.
    """
    from trialbook.web.imports import drafts

    drafts.sweep(serving.where.path, doors.now())
    from granian import Granian
    from granian.constants import Interfaces, SSLProtocols
    from granian.log import LogLevels

    # a worker that is forked would share what this process has open
    multiprocessing.set_start_method("spawn", force=True)
    certificate = serving.certificate
    server = Granian(
        "trialbook.web.serving:application",
        address=serving.policy.host,
        port=serving.policy.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=THREADS,
        log_level=LogLevels.error,
        ssl_cert=None if certificate is None else certificate.certificate,
        ssl_key=None if certificate is None else certificate.key,
        ssl_protocol_min=SSLProtocols.tls12,
        workers_kill_timeout=STOPPING,
    )
    came_up = threading.Event()

    def watch() -> None:
        if answers(serving):
            came_up.set()
            ready()
        else:
            server.signal_handler_interrupt()

    # a terminal that is closed stops the site; granian would start it anew
    server.signal_handler_reload = server.signal_handler_interrupt
    threading.Thread(target=watch, daemon=True).start()
    over = threading.Event()
    threading.Thread(target=keep_safe, args=(serving, doors, came_up, over), name="keeper", daemon=True).start()
    with suppress(SystemExit):
        server.serve()
    over.set()
    if not came_up.is_set():
        raise SiteFileError([Problem(code="SERVE-10", values={"address": serving.address})])


def accounts_of(where: StudyFolder) -> Callable[[Path], bool]:
    """Return what copies the accounts of a study in a database; Django is entered when it does."""

    def copied(to: Path) -> bool:
        enter_django(where, read_policy(where.path), NEAR_NAMES)
        return copied_accounts(to)

    return copied


def copied_accounts(to: Path) -> bool:
    """Copy the accounts of the site that this process has entered; False where it has none."""
    from trialbook.web.accounts.carrying import copy_accounts

    return copy_accounts(to)


def accounts_into(store: str) -> Callable[[Path, Path], AbstractContextManager[None]]:
    """Return what carries a file of accounts into a database; Django is entered when it does."""

    def carried(folder: Path, file: Path) -> AbstractContextManager[None]:
        enter_django(StudyFolder(folder, store), read_policy(folder), NEAR_NAMES)
        from trialbook.web.accounts.carrying import accounts_from

        return accounts_from(file)

    return carried


def keep_safe(serving: Serving, doors: Doors, came_up: threading.Event, over: threading.Event) -> None:
    """Make what falls due, and take away imports that waited too long, in the process that watches over the site."""
    from trialbook.keeping.schedule import do_what_is_due
    from trialbook.web.imports import drafts

    policy = serving.policy
    tried: datetime | None = None
    came_up.wait()
    while not over.is_set():
        # one that goes by another way at this moment is looked for again later
        with suppress(OSError):
            drafts.sweep(serving.where.path, doors.now())
        if policy.backup is not None or policy.heads:
            tried = do_what_is_due(serving.where, doors, policy.backup, policy.heads, copied_accounts, tried=tried)
        over.wait(LOOKING)


def answers(serving: Serving) -> bool:
    """Ask the site until it answers; False where it fails, or does not answer within a minute."""
    context = ssl._create_unverified_context() if serving.certificate else None  # noqa: S323, SLF001 - its own machine
    asked = Request(f"{serving.address}keep-alive")  # noqa: S310 - http or https, made above
    end = time.monotonic() + STARTING
    while time.monotonic() < end:
        try:
            with urlopen(asked, timeout=STARTING, context=context):  # noqa: S310
                return True
        except HTTPError as error:
            error.close()
            return False
        except OSError:
            time.sleep(0.1)
    return False


def application() -> Any:  # noqa: ANN401 - a WSGI application
    """Make the application, in the process that answers requests."""
    import atexit

    stand_apart()
    from trialbook.web.operating.log import catch_threads
    from trialbook.web.site import close_sites
    from trialbook.web.wsgi import application as made

    catch_threads()
    atexit.register(close_sites)
    return made


def stand_apart() -> None:
    """Let only the process that started this one stop it, and stop when that one is gone."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    if os.name == "posix":
        # Ctrl-C goes to all processes of a terminal; asked to stop twice, a worker of granian does not stop at all
        os.setpgid(0, 0)

    def watch() -> None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
