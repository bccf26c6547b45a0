"""The site on a real wire with TLS, as `trialbook serve --tls make` starts it.

WIRE-01: TLS 1.2 and 1.3 only, with ciphers that keep the past secret; plain HTTP is not answered (ASVS-V12.1.1,
    ASVS-V12.1.2, ASVS-V12.2.1, ASVS-V4.1.2).
WIRE-02: cookies are secure, this host's alone, read by no script, and not sent along from elsewhere (ASVS-V3.3.1,
    ASVS-V3.3.2, ASVS-V3.3.3, ASVS-V3.3.4).
WIRE-03: every answer, files of the site too, asks browsers to come back by HTTPS only, and to guess nothing
    (ASVS-V3.4.1, ASVS-V3.4.4, ASVS-V3.4.3).
WIRE-04: a request with two lengths is not answered twice, and TRACE gives nothing back (ASVS-V4.2.1, ASVS-V13.4.4).
WIRE-05: nothing that is sent forges a header of an answer, and no program is named in one (ASVS-V1.2.1).
WIRE-06: the session is a new one after signing in (ASVS-V7.2.4).
"""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connections
from django.test import override_settings
from tests.web.conftest import CUSTODIAN, PASSWORD, STUDIES, account_of, use_database
from tests.web.running import running

from trialbook.web.site import close_sites, site_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A site that answers by TLS."""

    port: int
    trusted: Path
    """The certificate that it made."""

    def context(self) -> ssl.SSLContext:
        """Return what a tablet uses that trusts the certificate."""
        return ssl.create_default_context(cafile=str(self.trusted))

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> http.client.HTTPResponse:
        """Send a request, and return the answer, read whole."""
        wire = http.client.HTTPSConnection("localhost", self.port, context=self.context(), timeout=30)
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"https://localhost:{self.port}/"}
        wire.request(method, path, body or None, {**(kind if body else {}), **headers})
        answer = wire.getresponse()
        answer.read()
        wire.close()
        return answer

    def send(self, raw: bytes) -> bytes:
        """Send bytes as they are, and return what comes until the other side falls silent."""
        got = b""
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=3) as plain,
            self.context().wrap_socket(plain, server_hostname="localhost") as wire,
        ):
            wire.sendall(raw)
            try:
                while part := wire.recv(65536):
                    got += part
            except TimeoutError:
                pass
        return got


@pytest.fixture(scope="module")
def wire(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """A site with one account."""
    folder = Path(shutil.copytree(STUDIES / "rituximab_polymyositis", tmp_path_factory.mktemp("wire") / "study"))
    (folder / "site.toml").write_text('tls = "make"\nlog = "json"\n', encoding="utf-8")
    shutil.copy(migrated, folder / "people.db")
    use_database(folder / "people.db")
    with override_settings(STUDY_FOLDER=folder):
        site_at(folder).begin(CUSTODIAN)
        account_of(CUSTODIAN)
        close_sites()
    connections.close_all()
    with running(folder) as site:
        assert site.address.startswith("https://")
        yield Wire(port=int(site.address.rpartition(":")[2]), trusted=folder / "tls.cert.pem")


def cookies_of(answer: http.client.HTTPResponse) -> dict[str, str]:
    """Return the cookies that an answer sets."""
    found = [SimpleCookie(line) for line in answer.headers.get_all("Set-Cookie") or ()]
    return {name: one.value for cookie in found for name, one in cookie.items()}


def test_wire_01_old_tls_is_refused(wire: Wire) -> None:
    """WIRE-01."""
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = wire.context()
        context.minimum_version = context.maximum_version = version
        with (
            socket.create_connection(("127.0.0.1", wire.port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as made,
        ):
            name, _, bits = made.cipher() or ("", "", 0)
            assert "GCM" in name or "CHACHA20" in name
            assert name.startswith(("TLS_", "ECDHE"))
            assert bits >= 128
    for word in ("AES128-SHA", "ECDHE-ECDSA-AES128-SHA"):
        context = wire.context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(f"{word}:@SECLEVEL=0")
        with socket.create_connection(("127.0.0.1", wire.port), timeout=10) as plain, pytest.raises(OSError):  # noqa: PT011
            context.wrap_socket(plain, server_hostname="localhost")


def test_wire_01_tls_1_1_is_refused(wire: Wire) -> None:
    """WIRE-01: told by an alert; written by hand, since today's libraries do not speak it any more."""
    hello = bytes.fromhex(
        "16030100370100003303020000000000000000000000000000000000000000000000000000000000000000000004c009c0130100"
    )
    hello += b"\x00" * (5 + 0x37 - len(hello))
    with socket.create_connection(("127.0.0.1", wire.port), timeout=5) as plain:
        plain.sendall(hello)
        got = plain.recv(100)
    assert got[:1] in {b"", b"\x15"}


def test_wire_01_plain_http_is_not_answered(wire: Wire) -> None:
    """WIRE-01."""
    with socket.create_connection(("127.0.0.1", wire.port), timeout=5) as plain:
        plain.sendall(b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            got = plain.recv(1000)
        except OSError:
            got = b""
    assert b"HTTP/1.1 200" not in got
    assert b"<html" not in got


def test_wire_02_and_06_cookies(wire: Wire) -> None:
    """WIRE-02, WIRE-06: of sign-in, token and language."""
    shown = wire.ask("GET", "/sign-in", Cookie="__Host-session=planted0000000000000000000000000")
    token = cookies_of(shown)["__Host-csrf"]
    body = urlencode({"code": CUSTODIAN, "password": PASSWORD, "next": "/", "csrfmiddlewaretoken": token})
    held = f"__Host-csrf={token}; __Host-session=planted0000000000000000000000000"
    entered = wire.ask("POST", "/sign-in", body, Cookie=held)
    language = wire.ask(
        "POST", "/language", urlencode({"language": "en", "csrfmiddlewaretoken": token}), Cookie=f"__Host-csrf={token}"
    )
    assert (entered.status, language.status) == (302, 302)
    lines = [line for one in (shown, entered, language) for line in one.headers.get_all("Set-Cookie") or ()]
    assert {line.partition("=")[0] for line in lines} >= {"__Host-csrf", "__Host-session", "__Host-language"}
    assert re.fullmatch("[a-z0-9]{32}", cookies_of(entered)["__Host-session"])
    for line in lines:
        assert line.startswith("__Host-"), line
        if "Max-Age=0" in line:
            continue
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in line.split(";")}, line
        assert "Domain" not in line


@pytest.mark.parametrize(
    "path", ["/sign-in", "/health", "/nothing", "/static/site.css", "/participants/", "/keep-alive"]
)
def test_wire_03_every_answer(wire: Wire, path: str) -> None:
    """WIRE-03."""
    answer = wire.ask("GET", path)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "base-uri 'none'" in answer.headers["Content-Security-Policy"]
    assert "object-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Server" not in answer.headers or not re.search(r"\d", answer.headers["Server"])
    assert "X-Powered-By" not in answer.headers


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: 0\r\nContent-Length: 44\r\n",
        b"Content-Length: +5\r\n", b"Content-Length: 0x5\r\n", b"Transfer-Encoding: xchunked\r\n",
    ],
)  # fmt: skip
def test_wire_04_two_lengths(wire: Wire, lengths: bytes) -> None:
    """WIRE-04: refused, or ended with the connection; what is behind it is no request of its own."""
    raw = b"POST /language HTTP/1.1\r\nHost: localhost\r\n" + lengths + b"\r\n0\r\n\r\n" + SMUGGLED
    statuses = re.findall(rb"HTTP/1\.1 (\d{3})", wire.send(raw))
    assert len(statuses) <= 1 or statuses[0] == b"400", statuses


def test_wire_04_trace(wire: Wire) -> None:
    """WIRE-04: what was sent is not told back."""
    answer = wire.send(b"TRACE /sign-in HTTP/1.1\r\nHost: localhost\r\nX-Mark: CANARY\r\nConnection: close\r\n\r\n")
    assert b"CANARY" not in answer
    assert b"HTTP/1.1 200" not in answer


@pytest.mark.parametrize(
    "path", ["/%0d%0aSet-Cookie:%20a=b", "/participants/%0d%0aX-Evil:1/", "/sign-in?next=%0d%0aX-Evil:1"]
)
def test_wire_05_headers_are_not_forged(wire: Wire, path: str) -> None:
    """WIRE-05."""
    answer = wire.ask("GET", path)
    assert "X-Evil" not in answer.headers
    assert not any(line.startswith("a=") for line in answer.headers.get_all("Set-Cookie") or ())
    assert "\n" not in answer.headers.get("Location", "")
