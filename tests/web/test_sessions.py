"""Where people are signed in: the page of their own sessions, and the ends that a custodian puts to those of others.

SESSIONS-01: people see each of their sessions, and which is this one, and no key of any (ASVS-V7.5.2).
SESSIONS-02: their password ends those that are ticked, or all others; their next request is a stranger's (ASVS-V7.5.2).
SESSIONS-03: nobody ends the sessions of others by that page, whatever they send; only a custodian does (ASVS-V7.4.5).
SESSIONS-04: each end is in the log of sign-ins, with who did it (ASVS-V16.3.1).
SESSIONS-05: sessions that are over by time, or by a new password, are not listed; what a browser says of itself is not
    kept, only names of ours.
SESSIONS-06: a form of before a new sign-in is refused in the reader's words; what was typed is listed, without
    passwords, and nothing of what another site sent.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from tests.web.conftest import CUSTODIAN, PASSWORD, Served, account_of, use_database

from trialbook.web import site as clock
from trialbook.web.accounts.browsers import browser_named
from trialbook.web.accounts.models import Account, OpenSession, SignIn
from trialbook.web.accounts.opened import opened_by

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1"


def signed_in(person: str, agent: str = FIREFOX) -> Client:
    """Sign in with a password, in a browser of a kind."""
    account_of(person)
    client = Client(headers={"User-Agent": agent})
    assert client.post("/sign-in", {"code": person, "password": PASSWORD}).status_code == 302
    return client


def is_in(client: Client) -> bool:
    """Tell whether a browser is still signed in."""
    return client.get("/password").status_code == 200


def ends(person: str) -> list[tuple[str, str]]:
    """Return who ended which sessions of a person, without times."""
    lines = SignIn.objects.filter(code=person, what="sessions ended").order_by("pk")
    return [(line.by, line.note.partition(", since")[0]) for line in lines]


@pytest.fixture
def two(served: Served) -> tuple[Client, Client]:
    """Two browsers in which Nora is signed in."""
    assert served.site.people.of("nora")
    return signed_in("nora"), signed_in("nora", SAFARI)


def test_one_sees_them(two: tuple[Client, Client]) -> None:
    """SESSIONS-01 (ASVS-V7.5.2)."""
    text = two[0].get("/sessions").content.decode()
    assert "Firefox, Linux" in text
    assert "Safari, iPhone" in text
    assert text.count("this one") == text.count('name="session"') == 1
    assert not [key for key in OpenSession.objects.values_list("session_key", flat=True) if key in text]


def test_one_ends_another(two: tuple[Client, Client]) -> None:
    """SESSIONS-02, -04 (ASVS-V7.5.2): with the password, and a wrong one counts."""
    here, there = two
    (other,) = (one for one in opened_by(account_of("nora")) if "iPhone" in one.browser)
    asked = {"do": "end", "session": other.number}
    assert "This is not your password" in here.post("/sessions", {**asked, "password": "x"}).content.decode()
    assert "Tick at least one" in here.post("/sessions", {"do": "end", "password": PASSWORD}).content.decode()
    assert is_in(there)
    assert SignIn.objects.filter(code="nora", what="wrong password").count() == 1
    page = here.post("/sessions", {**asked, "password": PASSWORD}, follow=True).content.decode()
    assert "1 session was ended." in page
    assert "signed in nowhere else" in page
    assert (is_in(here), is_in(there)) == (True, False)
    assert ends("nora") == [("", "Safari, iPhone")]


def test_one_ends_all_others(two: tuple[Client, Client]) -> None:
    """SESSIONS-02: and stays; this one is never ended here, whatever is ticked."""
    here, there = two
    (this,) = (one for one in opened_by(account_of("nora")) if "Linux" in one.browser)
    third = signed_in("nora", "curl/8")
    answer = here.post("/sessions", {"do": "end", "session": this.number, "password": PASSWORD})
    assert "Tick at least one" in answer.content.decode()
    here.post("/sessions", {"do": "end others", "password": PASSWORD})
    assert [is_in(one) for one in (here, there, third)] == [True, False, False]
    assert sorted(ends("nora")) == [("", "Safari, iPhone"), ("", "unknown browser")]


def test_not_those_of_others(served: Served, two: tuple[Client, Client]) -> None:
    """SESSIONS-03: the number of somebody else's is none of one's own; only a custodian has their page."""
    ida = signed_in("ida")
    numbers = [one.number for one in opened_by(account_of("nora"))]
    asked = {"do": "end", "session": numbers, "password": PASSWORD}
    assert "Tick at least one" in ida.post("/sessions", asked).content.decode()
    refused = served.browser("ida").post("/account/nora", {"do": "end sessions", "all": "1"})
    assert refused.status_code == 404
    assert [is_in(one) for one in two] == [True, True]


def test_a_custodian_ends_them(served: Served, two: tuple[Client, Client]) -> None:
    """SESSIONS-03, -04 (ASVS-V7.4.5): one, then all; their own only with a password, on the page of their own."""
    here, there = two
    keeper = served.browser(CUSTODIAN)
    assert "Safari, iPhone" in keeper.get("/account/nora").content.decode()
    (other,) = (one for one in opened_by(account_of("nora")) if "iPhone" in one.browser)
    keeper.post("/account/nora", {"do": "end sessions", "session": other.number})
    assert (is_in(here), is_in(there)) == (True, False)
    keeper.post("/account/nora", {"do": "end sessions", "all": "1"})
    assert not is_in(here)
    assert ends("nora") == [(CUSTODIAN, "Safari, iPhone"), (CUSTODIAN, "Firefox, Linux")]
    keeper.post(f"/account/{CUSTODIAN}", {"do": "end sessions", "all": "1"})
    assert is_in(keeper)


def test_what_is_over_is_not_listed(two: tuple[Client, Client], monkeypatch: pytest.MonkeyPatch) -> None:
    """SESSIONS-05: after a new password, after disuse; one that was ended does not come back."""
    here, there = two
    kept = there.cookies[settings.SESSION_COOKIE_NAME].value
    new = "four words apart again"
    here.post("/password", {"current": PASSWORD, "new": new, "again": new})
    (left,) = opened_by(account_of("nora"))
    assert left.browser == "Firefox, Linux"
    late = clock.now() + timedelta(seconds=settings.IDLE_SECONDS + 120)
    monkeypatch.setattr(clock, "now", lambda: late)
    assert opened_by(account_of("nora")) == ()
    stranger = Client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = kept
    assert not is_in(stranger)


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        (FIREFOX, "Firefox, Linux"),
        (SAFARI, "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/140.0 Safari/537.36", "Chrome, macOS"),
        (
            "Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28 Chrome/130 Mobile Safari/537.36",
            "Samsung Internet, Android",
        ),
        ("<script>alert(1)</script>\r\nx", ""),
        ("", ""),
    ],
)
def test_names_of_browsers(sent: str, named: str) -> None:
    """SESSIONS-05."""
    assert browser_named(sent) == named


def test_sessions_of_an_earlier_version(tmp_path: Path) -> None:
    """SESSIONS-05: of them nobody knows whose they are, so they end; accounts and log stay."""
    use_database(tmp_path / "people.db")
    call_command("migrate", "sessions", verbosity=0)
    call_command("migrate", "accounts", "0003", verbosity=0)
    Session.objects.create(session_key="k" * 32, session_data="x", expire_date=clock.now() + timedelta(hours=1))
    earlier = MigrationExecutor(connection).loader.project_state([("accounts", "0003_sealed_second_factors")]).apps
    earlier.get_model("accounts", "Account").objects.create(code="nora", password="x")  # noqa: S106 - of nobody
    SignIn.objects.create(code="nora", what="signed in")
    call_command("migrate", verbosity=0)
    assert not Session.objects.exists()
    assert not OpenSession.objects.exists()
    assert SignIn.objects.filter(code="nora").count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        SignIn.objects.filter(code="nora").update(code="x")
    assert opened_by(Account.objects.get(code="nora")) == ()
    connections.close_all()


@pytest.mark.parametrize(("origin", "is_listed"), [("http://testserver", True), ("https://elsewhere.example", False)])
@pytest.mark.parametrize(("language", "word"), [("en", "This form has expired"), ("zh-hant", "此表單已逾時")])
@pytest.mark.usefixtures("served")
def test_a_form_of_another_sign_in(origin: str, language: str, word: str, *, is_listed: bool) -> None:
    """SESSIONS-06."""
    client = Client(enforce_csrf_checks=True, headers={"Accept-Language": language, "Origin": origin})
    sent = {"answer.ck": "1500", "unit.ck": "U/L", "password": PASSWORD, "reason": "<b>misread</b>"}
    here = "http://testserver/participants/P01/"
    answer = client.post("/participants/P01/", sent, headers={"Referer": here})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert word in page
    assert PASSWORD not in page
    for words in ("1500 U/L", "&lt;b&gt;misread", f'href="{here}"'):
        assert (words in page) == is_listed
