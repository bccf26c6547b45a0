"""The rows of OWASP's standard that no other test shows, and the table of all of them.

SEC-01: every row has a test or a reason, and the page is what the tests say.
SEC-02: only few named modules open connections or run commands, and none of them is reached by a request (ASVS-V1.3.6,
    ASVS-V13.2.4, ASVS-V13.2.5, ASVS-V14.2.3, ASVS-V1.2.5, ASVS-V15.3.2).
SEC-03: nothing makes objects or code of what was sent (ASVS-V1.5.2, ASVS-V1.3.2); SQL is never put together of texts
    (ASVS-V1.2.4); chance, ciphers and hashes are those of well-known libraries (ASVS-V11.2.1, ASVS-V11.4.1).
SEC-04: scripts of pages take no markup, code or names from texts (ASVS-V15.3.6, ASVS-V3.2.2, ASVS-V1.3.3).
SEC-05: keys, codes and seeds have the chance they need, and are made by the machine's own source (ASVS-V6.5.3,
    ASVS-V6.5.4, ASVS-V7.2.3, ASVS-V11.5.1, ASVS-V13.3.1, ASVS-V11.2.3, ASVS-V11.6.1, ASVS-V11.4.3).
SEC-06: downloads are attachments, pages stand alone, and nothing beside them is served (ASVS-V3.2.1, ASVS-V3.4.2,
    ASVS-V3.4.5, ASVS-V13.4.1, ASVS-V13.4.3, ASVS-V15.2.3).
SEC-07: passwords are masked; signing out is on every page; a session that was made up is none (ASVS-V6.2.6,
    ASVS-V7.4.4, ASVS-V7.2.1).
SEC-08: a custodian ends the sessions of anybody (ASVS-V7.4.5); drafts go when a session ends (ASVS-V14.3.1).
SEC-09: an Excel file with entities is refused, and reads nothing (ASVS-V1.5.1).
SEC-10: components are bounded (ASVS-V15.1.2); costly work is limited (ASVS-V15.2.2).
SEC-11: where the writer fails, it is told, nothing is half saved, and the site goes on (ASVS-V16.5.2, ASVS-V16.5.3,
    ASVS-V16.5.4).
"""

from __future__ import annotations

import ast
import io
import logging
import math
import re
import string
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from openpyxl import Workbook
from tests.asvs import NUMBER, PAGE, page, rows, shown_by, unanswered
from tests.asvs_rows import CHAPTERS, WHOLE
from tests.citing import named_in
from tests.web.conftest import CUSTODIAN, Served, account_of
from tests.web.test_attacks import looked_at
from tests.web.treated import treat

from trialbook.exchange.grid import Unreadable
from trialbook.exchange.workbook import workbook_rows
from trialbook.web.accounts.codes import ALPHABET, new_code
from trialbook.web.accounts.hashing import AT_A_TIME
from trialbook.web.accounts.models import OpenSession
from trialbook.web.invitations import codes as links
from trialbook.web.keys import secret_key
from trialbook.web.operating.log import catch_threads

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "trialbook"
SCRIPTS = sorted(file for file in (SOURCE / "web" / "static").glob("*.js") if "min" not in file.name)


# ---- SEC-01 -----------------------------------------------------------------------------------------------------


def test_sec_01_every_row_is_answered() -> None:
    """SEC-01."""
    assert unanswered(shown_by()) == []
    numbers = [one.number for one in rows()]
    assert len(numbers) == len(set(numbers)) == 218
    assert {one.chapter for one in rows()} | set(WHOLE) == set(CHAPTERS)
    assert set(shown_by()) <= set(numbers)


def test_sec_01_the_page_is_what_the_tests_say() -> None:
    """SEC-01: else `PYTHONPATH=. python tests/asvs.py` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ('"""Head.\n\nA-1: x\n    (ASVS-V1.2.3).\n"""\ndef test_a() -> None:\n    """A-1: x."""', ["1.2.3"]),
        ('"""Head.\n\nA-1: x (ASVS-V1.2.3).\n"""\ndef test_a() -> None:\n    """A-2: x."""', []),
        ('def test_a() -> None:\n    """ASVS-V16.5.4: x, ASVS-V1.2, V1.2.3."""', ["16.5.4"]),
        ('def other() -> None:\n    """ASVS-V1.2.3."""', []),
    ],
)
def test_sec_01_what_a_test_names(source: str, named: list[str]) -> None:
    """SEC-01: a head that nobody cites, a function that is no test, and half a number show nothing."""
    assert [number for _, number in named_in(source, NUMBER)] == named


# ---- what the program is made of ---------------------------------------------------------------------------------


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    """Return every module of the program."""
    files = sorted(SOURCE.rglob("*.py"))
    return tuple((file.relative_to(SOURCE).as_posix(), ast.parse(file.read_text(encoding="utf-8"))) for file in files)


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the names of modules that a module imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


AWAY = re.compile(
    r"(socket|subprocess|smtplib|ftplib|telnetlib|requests|httpx|aiohttp|urllib3|urllib\.request|http\.client|asyncio|"
    r"webbrowser|xmlrpc)(\..*)?"
)
MAY_LEAVE = {"web/serving.py", "web/doctor.py"}
"""Ask the site of the own machine whether it answers, and the machine's own clock whether it is right."""


def test_sec_02_nothing_is_fetched() -> None:
    """SEC-02: started from the terminal alone; no page imports them."""
    found = {name for name, tree in modules() if any(AWAY.fullmatch(one) for one in imported(tree))}
    # what qualifies an installation is started from the terminal, and runs tests
    assert {name for name in found if not name.startswith("qualify/")} == MAY_LEAVE
    doors = {
        name for name, tree in modules() if {"trialbook.web.serving", "trialbook.web.doctor"} & set(imported(tree))
    }
    assert {name for name in doors if name.startswith("web/")} <= MAY_LEAVE | {"web/databases.py"}


FORBIDDEN = re.compile(r"(pickle|cPickle|marshal|shelve|dill|joblib|yaml|code|codeop|random|md5|sha)(\..*)?")
NAMED = {"eval", "exec", "compile", "__import__", "mark_safe"}
ATTRIBUTES = {"system", "popen", "spawn", "mark_safe", "md5", "sha1", "extra", "raw"}
KNOWN = {
    ("web/accounts/views/own.py", "mark_safe"), ("web/pages/invitation.py", "mark_safe"),
    ("web/drawing/svg.py", "mark_safe"), ("web/templatetags/sealed.py", "mark_safe"),
}  # fmt: skip
"""Calls that were looked at: pictures that the program draws."""


def calls(tree: ast.Module) -> Iterator[str]:
    """Yield the dangerous functions that a module calls."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in NAMED:
                yield node.func.id
            elif isinstance(node.func, ast.Attribute) and node.func.attr in ATTRIBUTES:
                yield node.func.attr


def test_sec_03_no_code_and_no_objects_from_input() -> None:
    """SEC-03: neither those modules nor those functions stand anywhere; sessions are JSON."""
    wrong = {name for name, tree in modules() for one in imported(tree) if FORBIDDEN.fullmatch(one)}
    assert wrong == set()
    assert {(name, one) for name, tree in modules() for one in calls(tree)} <= KNOWN
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"


def test_sec_03_sql_is_not_put_together() -> None:
    """SEC-03: no statement is made of texts but of names that stand in the program: settings and tables."""
    found = set()
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                first = node.args[0]
                is_sql = node.func.attr in {"execute", "executemany", "exec_driver_sql", "text", "raw", "executescript"}
                if is_sql and isinstance(first, (ast.JoinedStr, ast.BinOp)):
                    found.add(name)
    # each of these names PRAGMA settings, tables, roles or schemas from constants of its own
    assert {name for name in found if not name.startswith("capture/")} <= {"web/databases.py"}


def test_sec_04_scripts() -> None:
    """SEC-04: texts become text, whatever they hold; htmx, which others wrote, is told to run nothing."""
    assert len(SCRIPTS) >= 8
    bad = r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|postMessage|__proto__"
    for file in SCRIPTS:
        if "htmx" not in file.name:
            assert re.findall(bad, file.read_text(encoding="utf-8")) == [], file.name


# ---- chance -----------------------------------------------------------------------------------------------------


def test_sec_05_codes_and_keys(tmp_path: Path) -> None:
    """SEC-05: in bits; the site's key is made anew in each folder, and nobody else reads it."""
    assert math.log2(len(ALPHABET)) * len(new_code(3).replace("-", "")) > 55
    assert math.log2(len(links.ALPHABET)) * links.LENGTH >= 128
    assert len({new_code(3) for _ in range(200)}) == 200
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "study.yaml").touch()
    assert secret_key(tmp_path / "a") != secret_key(tmp_path / "b")
    assert secret_key(tmp_path / "a") == secret_key(tmp_path / "a")
    assert len(secret_key(tmp_path / "a")) >= 64
    assert (tmp_path / "a" / "site.key").stat().st_mode & 0o077 == 0


def test_sec_05_keys_of_sessions(served: Served) -> None:
    """SEC-05: 128 bits and more."""
    served.browser("ida")
    key = OpenSession.objects.get().session_key
    assert set(key) <= set(string.ascii_lowercase + string.digits)
    assert math.log2(36) * len(key) >= 128


def test_sec_05_no_secret_in_the_source() -> None:
    """SEC-05: no key and no long text by chance stands in the program."""
    long_text = re.compile(r"""["'](?=[A-Za-z0-9+/_-]*[0-9])(?=[A-Za-z0-9+/_-]*[A-Z])[A-Za-z0-9+/_-]{40,}={0,2}["']""")
    found = [name for name, tree in modules() if "locale" not in name and long_text.search(ast.unparse(tree))]
    assert found == []
    assert list(SOURCE.rglob("*.pem")) == list(SOURCE.rglob("*.key")) == []


# ---- what is served ---------------------------------------------------------------------------------------------


def test_sec_06_downloads_are_attachments(served: Served) -> None:
    """SEC-06: nothing but pages, scripts' answers and parts of pages is shown in its place."""
    treat(served)
    kinds = set()
    for path in looked_at():
        answer: Any = served.browser("ida").get(path, headers={"origin": "https://evil.example"})
        answer.close()
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        kinds.add(kind)
        if kind not in {"", "text/html", "application/json"}:
            assert answer.headers["Content-Disposition"].startswith(("attachment", "inline; filename")), path
        assert "Access-Control-Allow-Origin" not in answer.headers, path
        assert answer.headers["Referrer-Policy"] == "same-origin", path
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", path
        assert "camera=()" in answer.headers["Permissions-Policy"], path
        assert "object-src 'none'" in answer.headers["Content-Security-Policy"], path
    assert {"text/html", "text/csv", "application/pdf"} <= kinds


NOT_SERVED = (
    "/.git/config", "/.git/HEAD", "/.env", "/static/", "/static", "/static/../settings.py", "/static/..%2fsettings.py",
    "/static/%2e%2e/%2e%2e/settings.py", "/ledger.db", "/people.db", "/site.key", "/site.toml", "/study.yaml",
    "/static/../../../../etc/passwd", "/static//etc/passwd", "/admin/", "/debug/", "/__debug__/", "/server-status",
    "/api/schema", "/swagger.json", "/static/site.css.map", "/wordings/../ledger.db", "/tests/", "/.well-known/",
)  # fmt: skip


@pytest.mark.parametrize("path", NOT_SERVED)
def test_sec_06_nothing_else_is_served(served: Served, path: str) -> None:
    """SEC-06: no folder, no file of the study, nothing of development."""
    answer: Any = served.browser(CUSTODIAN).get(path)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    answer.close()
    assert answer.status_code in {301, 302, 404}, answer.status_code
    assert b"SQLite" not in body


def test_sec_06_nothing_of_development() -> None:
    """SEC-06, ASVS-V13.4.2: no debugging, no administration of the framework, no browsable interface."""
    assert settings.DEBUG is False
    assert not {"django.contrib.admin", "debug_toolbar", "rest_framework"} & set(settings.INSTALLED_APPS)


# ---- sessions ---------------------------------------------------------------------------------------------------


def test_sec_07_passwords_are_masked(served: Served) -> None:
    """SEC-07: on each page that asks for one, and managers may fill them in (ASVS-V6.2.7)."""
    account_of("ida")
    for client, path in ((Client(), "/sign-in"), (served.browser("ida"), "/password")):
        text = client.get(path).content.decode()
        boxes = [
            box for box in re.findall(r"<input[^>]*>", text) if re.search(r'name="(password|current|new|again)"', box)
        ]
        assert boxes
        assert all('type="password"' in box and "autocomplete=" in box for box in boxes)
        assert "onpaste" not in text


def test_sec_07_signing_out_is_everywhere(served: Served) -> None:
    """SEC-07."""
    treat(served)
    for person in ("ida", "asa", CUSTODIAN):
        for path in ("/", "/password"):
            assert 'action="/sign-out"' in served.browser(person).get(path).content.decode()


@pytest.mark.parametrize("key", ["x" * 32, "", "a" * 40, "../../x", "'", "0" * 32])
def test_sec_07_a_session_that_was_made_up(served: Served, key: str) -> None:
    """SEC-07: neither believed nor taken over by signing in (ASVS-V7.2.4)."""
    served.browser("ida")
    stranger = Client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = key
    assert stranger.get("/participants/").status_code == 302
    assert not OpenSession.objects.filter(session_key=key).exists()


def test_sec_08_a_custodian_ends_sessions(served: Served) -> None:
    """SEC-08: whoever is suspended is out at once, and does not come back with the old session when that is lifted."""
    nurse, keeper = served.browser("nora"), served.browser(CUSTODIAN)
    assert nurse.get("/participants/").status_code == 200
    assert keeper.post("/account/nora", {"do": "take_second"}).status_code < 500
    account = account_of("nora")
    account.generation += 1
    account.save()
    assert nurse.get("/participants/").status_code == 302


def test_sec_08_drafts_are_cleared() -> None:
    """SEC-08: the script that stands on every page clears them; see the journey of the form."""
    script = (SOURCE / "web" / "static" / "site.js").read_text(encoding="utf-8")
    assert re.search(r"sessionStorage\.removeItem", script)


# ---- files ------------------------------------------------------------------------------------------------------

ENTITIES = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    "part", ["xl/sharedStrings.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"]
)
def test_sec_09_entities(part: str) -> None:
    """SEC-09: whichever part of the file declares them."""
    book, made, spoilt = Workbook(), io.BytesIO(), io.BytesIO()
    assert book.active is not None
    book.active.append(["participant", "ck"])
    book.active.append(["P01", "some text"])
    book.save(made)
    with zipfile.ZipFile(made) as whole, zipfile.ZipFile(spoilt, "w") as parts:
        for name in whole.namelist():
            content = whole.read(name).decode()
            if name == part:
                body = content.replace("some text", "&a;").replace('name="Sheet"', 'name="&b;"')
                content = re.sub(r"^(<\?xml[^>]*\?>)?", lambda found: found[0] + ENTITIES, body)
            parts.writestr(name, content)
    try:
        told = str(workbook_rows("labs.xlsx", spoilt.getvalue(), None, 1))
    except Unreadable as refused:
        told = str(refused)
    assert "root:" not in told


def test_sec_10_components_are_bounded() -> None:
    """SEC-10: each with the oldest and the newest series that the tests know; nothing is fetched from elsewhere.

    Of ciphers and time zones the newest is always the right one.
    """
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    loose = [one for one in told["dependencies"] if not re.search(r">=[\d.]+.*,<[\d.]+|==[\d.]+", one) or "@" in one]
    assert [re.split(r"[>=<]", one)[0] for one in loose] == ["cryptography", "tzdata"]
    assert [one for one in told["dependencies"] if ">=" not in one] == []


def test_sec_10_passwords_do_not_take_the_machine() -> None:
    """SEC-10: two are computed at a time, however many sign in."""
    assert AT_A_TIME._initial_value == 2  # type: ignore[attr-defined]  # noqa: SLF001 - how many there are


# ---- failures ---------------------------------------------------------------------------------------------------


def test_sec_11_the_writer_is_gone(served: Served) -> None:
    """SEC-11: what is sent is refused with a page that says so; what stands can still be read."""
    treat(served)
    doctor, before = served.browser("ida"), served.site.book.head()
    served.site._writer.close()  # type: ignore[union-attr]  # noqa: SLF001 - what a fault would bring about
    answer = doctor.post("/participants/P01/notes/", {"text": "said", "request": "r1"})
    assert answer.status_code in {302, 303, 422, 503}
    assert served.site.book.head() == before
    assert doctor.get("/participants/P01/").status_code == 200


def test_sec_11_a_page_that_fails(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """SEC-11: a page of our own without a word of the reason, and the next request is answered."""
    client = served.browser("ida")
    client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("trialbook.web.site.Site.today", lambda _: 1 / 0)
        answer = client.get("/")
        assert answer.status_code == 500
        assert b"ZeroDivision" not in answer.content
        assert b"<h1" in answer.content
    assert client.get("/").status_code == 200


def test_sec_11_a_thread_that_fails(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """SEC-11: its failure stands in the log like any other, without what it was about."""
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    catch_threads()
    logger = logging.getLogger("trialbook")
    monkeypatch.setattr(logger, "propagate", True)
    with caplog.at_level(logging.ERROR, "trialbook"):
        thread = threading.Thread(target=lambda: dict[str, int]()["P01"], name="errand k1")
        thread.start()
        thread.join()
    assert {record.getMessage() for record in caplog.records} == {"a thread failed"}
    assert caplog.records[0].exc_info is not None
