"""Accounts: first run, sign-in, second factor, lock-out, time-outs, suspension, expiry, grants, and the log of them.

ACC-01: while there is no account, every address leads to the first run; no account exists by default.
    (ASVS-V6.3.2, ASVS-V6.3.4, ASVS-V7.6.2)
ACC-02: the first run opens the ledger with its person as custodian, from the own machine or with the start code.
ACC-03: where a ledger exists, the first account takes a custodian's code, and only with the start code.
    (ASVS-V6.3.4)
ACC-04: passwords have 12 to 128 characters, are not common and do not resemble the person; argon2id keeps them.
    (ASVS-V6.2.1, ASVS-V6.2.2, ASVS-V6.2.3, ASVS-V6.2.7, ASVS-V6.2.8, ASVS-V6.2.9, ASVS-V6.2.10, ASVS-V7.4.3,
    ASVS-V11.4.2)
ACC-05: a wrong password and an unknown code look the same, and posted values are kept nowhere.
    (ASVS-V6.3.1, ASVS-V16.2.5, ASVS-V16.5.1)
ACC-06: a session gets a new key at sign-in, is written at most once a minute, and can be ended everywhere.
    (ASVS-V7.2.2, ASVS-V7.2.4, ASVS-V7.4.1)
ACC-07: a second factor is asked for after the password; its code works once; a recovery code works once.
    (ASVS-V6.3.3, ASVS-V6.5.1, ASVS-V6.5.5, ASVS-V7.5.1)
ACC-08: away from the machine of the site nobody works without a second factor.
    (ASVS-V6.3.3, ASVS-V8.2.4)
ACC-09: a reset leads through a one-time code to a password of one's own, and does not pass the second factor.
    (ASVS-V6.4.1, ASVS-V6.4.3)
ACC-10: who does what with accounts is kept in a log that nobody can change (R11).
    (ASVS-V16.2.1, ASVS-V16.3.1, ASVS-V16.4.2)
ACC-11: a password is asked again before signing, and wrong ones count.
ACC-12: only the right "set up" reaches the accounts of others.
    (ASVS-V8.2.1)
ACC-13: a session begins in the role that its person chose last, as long as they hold it.

Numbers EDC-n are the behaviours of the validation suite of REDCap, part "Accounts and access":
EDC-1: after N wrong passwords the account is shut for T minutes, then opens by itself; N and T are settings.
    (ASVS-V6.3.1, ASVS-V2.4.1)
EDC-2: an idle session ends after the set time, and unsaved data are not half-stored.
    (ASVS-V7.3.1, ASVS-V7.3.2)
EDC-3: a suspended user cannot get in, is listed as suspended, keeps all past entries; lifting restores access.
    (ASVS-V7.4.2)
EDC-4: a second account with the same name is refused.
EDC-7: an expiry date ends access; adding, editing, expiring is logged, with old and new.
    (ASVS-V7.4.2, ASVS-V8.2.4)
EDC-8: a grant for one site reaches that site only.
    (ASVS-V8.4.1)
"""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django_otp.oath import TOTP
from tests.web.conftest import CUSTODIAN, PASSWORD, Served, account_of

from trialbook.capture.acts import grant, revoke
from trialbook.capture.people import Grant
from trialbook.web import site as site_module
from trialbook.web.accounts.codes import digest_of
from trialbook.web.accounts.models import Account, OpenSession, Phone, SignIn, StartCode
from trialbook.web.accounts.policy import Policy
from trialbook.web.accounts.rescue import rescue
from trialbook.web.accounts.second import accepts, confirm_device, new_recovery_codes, planned_device
from trialbook.web.accounts.trying import confirm_password
from trialbook.web.actor import Actor

FAR = "192.0.2.7"
NEW = "four words apart again"


def sign_in(client: Client, code: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/sign-in", {"code": code, "password": password, **more})


def whats(code: str = "") -> list[str]:
    """Return what the log tells of an account, the first first."""
    return list(SignIn.objects.filter(code=code).order_by("pk").values_list("what", flat=True))


def text(answer: Any) -> str:
    """Return a page without the token, which differs each time."""
    return re.sub(r'csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that puts the clock of the site forward."""

    def put(**forward: float) -> None:
        moment = datetime.now(UTC) + timedelta(**forward)  # noqa: TID251 - the clock of the machine, put forward
        monkeypatch.setattr(site_module, "now", lambda: moment)

    return put


def with_second(account: Account) -> Phone:
    """Give an account a second factor, confirmed one step ago so that the present code is unused."""
    planned = planned_device(account)
    assert confirm_device(account, token(planned, -1))
    device: Phone = Phone.objects.get(user=account)
    return device


def token(device: Phone, steps: int = 0) -> str:
    """Return the code that a phone shows so many half minutes from now."""
    clock = TOTP(device.bin_key, device.step, device.t0, device.digits, steps)
    return f"{clock.token():06d}"


@pytest.fixture(autouse=True)
def not_at_the_edge() -> None:
    """Wait out the last second of a half minute, so that no code changes within a test."""
    if time.time() % 30 > 28.5:
        time.sleep(1.6)


# ---- the first run ----------------------------------------------------------------------------------------------


FIRST = {"code": "carla", "name": "Carla Example", "new": NEW, "again": NEW}


@pytest.mark.parametrize("address", ["/", "/sign-in", "/accounts"])
@pytest.mark.usefixtures("unopened")
def test_every_address_leads_to_the_first_run(address: str) -> None:
    """R36, ACC-01."""
    assert not Account.objects.exists()
    assert Client().get(address).headers["Location"] == "/first-run"


def test_first_run_opens_the_ledger(unopened: Served) -> None:
    """R36, ACC-02: from the own machine, without a code; the person is signed in and custodian."""
    client = Client()
    assert client.get("/first-run").status_code == HTTPStatus.OK
    assert client.post("/first-run", FIRST).headers["Location"] == "/"
    assert unopened.site.people.custodians() == ("carla",)
    assert client.get("/accounts").status_code == HTTPStatus.OK
    assert client.get("/first-run").headers["Location"] == "/sign-in"
    assert whats("carla") == ["first run", "signed in"]


def test_first_run_from_afar_needs_the_start_code(unopened: Served) -> None:
    """R36, ACC-02."""
    StartCode.objects.create(digest=digest_of("start", "abcd-efgh-jkmn"))
    answer = Client(REMOTE_ADDR=FAR).post("/first-run", {**FIRST, "start": "abcd-efgh-jkmm"})
    assert "This is not the start code" in text(answer)
    assert not Account.objects.exists()
    assert not unopened.site.is_open
    assert Client(REMOTE_ADDR=FAR).post("/first-run", {**FIRST, "start": "ABCD efgh jkmn"}).headers["Location"] == "/"
    assert not StartCode.objects.exists()


def test_first_account_of_a_ledger_is_a_custodians(served: Served) -> None:
    """ACC-03: even on the own machine; another code is refused, with the custodians' named."""
    StartCode.objects.create(digest=digest_of("start", "abcd-efgh-jkmn"))
    client = Client()
    assert "This field is required" in text(client.post("/first-run", FIRST))
    started = {**FIRST, "start": "abcd-efgh-jkmn"}
    assert "is no custodian" in text(client.post("/first-run", {**started, "code": "nora"}))
    before = served.site.book.head()
    assert client.post("/first-run", started).headers["Location"] == "/"
    assert served.site.book.head() == before


# ---- passwords --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("short words", "at least 12"),
        ("passwordpassword1", "too common"),
        ("words that lie apart", None),
        ("password1234", "too common"),
        ("carla example", "too similar"),
        ("x" * 129, "at most 128"),
        (" blanks at the ends count ", None),
        ("四個不相干的詞放在一起就行了", None),
        ("x y" * 42, None),
    ],
)
def test_passwords(unopened: Served, password: str, told: str | None) -> None:
    """R42, ACC-04."""
    page = Client().post("/first-run", {**FIRST, "new": password, "again": password})
    if told is None:
        assert page.status_code == HTTPStatus.FOUND
        assert Account.objects.get().password.startswith("argon2$argon2id$v=19$m=32768,t=3,p=1$")
        assert sign_in(Client(), "carla", password).headers["Location"] == "/"
    else:
        assert told in text(page)
        assert not unopened.site.is_open


def test_the_password_twice_the_same(unopened: Served) -> None:
    """ACC-04."""
    assert "not the same" in text(Client().post("/first-run", {**FIRST, "again": NEW + "!"}))
    assert not unopened.site.is_open


def test_change_of_password_ends_other_sessions(served: Served) -> None:
    """R37, ACC-04, ACC-06."""
    here, there = served.browser("nora"), Client()
    sign_in(there, "nora")
    assert "not your password" in text(here.post("/password", {"current": "wrong", "new": NEW, "again": NEW}))
    assert here.post("/password", {"current": PASSWORD, "new": NEW, "again": NEW}).headers["Location"] == "/"
    assert here.get("/password").status_code == HTTPStatus.OK
    assert there.get("/password").headers["Location"].startswith("/sign-in")
    assert sign_in(Client(), "nora").status_code == HTTPStatus.OK
    assert sign_in(Client(), "nora", NEW).status_code == HTTPStatus.FOUND


# ---- signing in -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("served")
def test_unknown_and_wrong_look_the_same() -> None:
    """R42, ACC-05: the same page and status; a closed account with the right password too."""
    account_of("nora")
    closed = account_of("ida")
    closed.suspended_at = site_module.now()
    closed.save()
    tried = [sign_in(Client(), "nora", "x" * 12), sign_in(Client(), "nobody", "x" * 12), sign_in(Client(), "ida")]
    pages = [re.sub(r'value="(nora|nobody|ida)"', "", text(answer)) for answer in tried]
    assert pages[0] == pages[1] == pages[2]
    assert {answer.status_code for answer in tried} == {HTTPStatus.OK}


def test_nothing_posted_is_kept(served: Served) -> None:
    """ACC-05: neither a password in the wrong box nor anything else reaches the tables of accounts."""
    account_of("nora")
    sign_in(Client(), "my secret password", "another secret", answer="clinical value")
    sign_in(Client(), "nora", "third secret")
    connection.close()
    raw = b"".join(file.read_bytes() for file in served.folder.glob("people.db*"))
    for secret in (b"my secret", b"another secret", b"clinical", b"third secret"):
        assert secret not in raw


@pytest.mark.usefixtures("served")
def test_new_key_at_sign_in() -> None:
    """ACC-06: a session that was planted before sign-in is worth nothing after it."""
    account_of("nora")
    client = Client()
    client.get("/sign-in")
    planted = client.session
    planted["x"] = 1
    planted.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key or ""
    sign_in(client, "nora")
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted.session_key
    assert not OpenSession.objects.filter(session_key=planted.session_key).exists()


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/password?a=1", "/password?a=1"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
@pytest.mark.usefixtures("served")
def test_back_to_the_same_page(wanted: str, reached: str) -> None:
    """EDC-2: the page that was left is reached again, and no other site is."""
    account_of("nora")
    assert sign_in(Client(), "nora", next=wanted).headers["Location"] == reached


@pytest.mark.usefixtures("served")
def test_the_code_may_be_written_in_capitals() -> None:
    """ACC-05."""
    account_of("nora")
    client = Client()
    sign_in(client, "NORA")
    assert client.get("/keep-alive").json()["person"] == "nora"


def test_sign_out_and_everywhere(served: Served) -> None:
    """R37, ACC-06."""
    one, two = served.browser("nora"), Client()
    sign_in(two, "nora")
    one.post("/sign-out")
    assert one.get("/password").status_code == HTTPStatus.FOUND
    assert two.get("/password").status_code == HTTPStatus.OK
    sign_in(one, "nora")
    one.post("/sign-out", {"everywhere": "1"})
    assert two.get("/password").status_code == HTTPStatus.FOUND
    assert Client().get("/sign-out").status_code != HTTPStatus.OK


# ---- shut after wrong passwords ---------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["nora", "nobody"])
@pytest.mark.usefixtures("served")
def test_shut_and_opens_by_itself(code: str) -> None:
    """R34, EDC-1: whether or not there is such an account; the right password opens nothing meanwhile."""
    account_of("nora")
    with override_settings(AXES_FAILURE_LIMIT=3, AXES_COOLOFF_TIME=timedelta(seconds=1.5)):
        pages = [text(sign_in(Client(), code, "x" * 12)) for _ in range(3)]
        assert ["Too many wrong tries" in page for page in pages] == [False, False, True]
        assert "Too many wrong tries" in text(sign_in(Client(), code))
        if code == "nora":
            time.sleep(1.6)
            assert sign_in(Client(), "nora").status_code == HTTPStatus.FOUND
            assert whats("nora") == ["wrong password"] * 3 + ["shut", "signed in"]


@pytest.mark.usefixtures("served")
def test_right_password_begins_to_count_anew() -> None:
    """EDC-1."""
    account_of("nora")
    with override_settings(AXES_FAILURE_LIMIT=3):
        for password in ("x", "x", PASSWORD, "x", "x"):
            sign_in(Client(), "nora", password)
        assert sign_in(Client(), "nora").status_code == HTTPStatus.FOUND


def test_limits_are_settings() -> None:
    """EDC-1: five and a quarter of an hour by default."""
    assert settings.AXES_FAILURE_LIMIT == Policy().wrong_passwords == 5
    assert timedelta(minutes=Policy().shut_minutes) == settings.AXES_COOLOFF_TIME


def test_custodian_opens_at_once(served: Served) -> None:
    """R34, EDC-1, ACC-10."""
    account_of("nora")
    for _ in range(5):
        sign_in(Client(), "nora", "x")
    served.browser(CUSTODIAN).post("/account/nora", {"do": "open"})
    assert sign_in(Client(), "nora").status_code == HTTPStatus.FOUND
    assert SignIn.objects.get(what="opened").by == CUSTODIAN


# ---- time -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "is_in"), [(19.9, True), (21.1, False), (60, False)])
def test_idle_session_ends(served: Served, later: Any, minutes: float, is_in: bool) -> None:  # noqa: FBT001
    """R31, R37, EDC-2: never before 20 minutes, at the latest after 21; a page sent too late stores nothing."""
    client = served.browser("nora")
    client.get("/password")
    later(minutes=minutes)
    answer = client.post("/password", {"current": PASSWORD, "new": NEW, "again": NEW})
    assert answer.headers["Location"] == ("/" if is_in else "/sign-in?next=/password")
    assert Account.objects.get(code="nora").check_password(NEW if is_in else PASSWORD)
    if not is_in:
        assert "20 minutes" in text(client.get("/sign-in"))
        assert whats("nora")[-1] == "timed out"


def test_use_keeps_a_session_for_twelve_hours(served: Served, later: Any) -> None:
    """R37, EDC-2: and not longer."""
    client = served.browser("nora")
    for quarter in range(1, 48):
        later(minutes=15 * quarter)
        assert client.get("/password").status_code == HTTPStatus.OK
    later(hours=12, minutes=1)
    assert client.get("/password").status_code == HTTPStatus.FOUND


def test_keep_alive_counts_as_use_and_asking_does_not(served: Served, later: Any) -> None:
    """EDC-2."""
    client = served.browser("nora")
    later(minutes=10)
    assert client.post("/keep-alive").json()["seconds"] >= 20 * 60 - 2
    later(minutes=19)
    told = client.get("/keep-alive").json()
    assert told["person"] == "nora"
    assert 10 * 60 <= told["seconds"] <= 11 * 60
    later(minutes=32)
    assert client.get("/keep-alive").json() == {"person": "", "seconds": 0, "token": ""}


def test_session_is_written_once_a_minute(served: Served, later: Any) -> None:
    """ACC-06: a request within the minute only reads."""
    client = served.browser("nora")
    client.get("/password")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get("/keep-alive")
        client.get("/password")
    assert not [query for query in asked.captured_queries if query["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]
    later(minutes=2)
    with CaptureQueriesContext(connection) as asked:
        client.get("/password")
    assert [query for query in asked.captured_queries if query["sql"].startswith("UPDATE")]


# ---- the second factor ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("served")
def test_second_factor_after_the_password() -> None:
    """R41, ACC-07: nothing is open between the two, and the code works once."""
    device = with_second(account_of("nora"))
    client = Client()
    assert sign_in(client, "nora").headers["Location"] == "/second-factor"
    assert client.get("/password").headers["Location"].startswith("/sign-in")
    code = token(device)
    assert client.post("/second-factor", {"second": code}).headers["Location"] == "/"
    assert client.get("/password").status_code == HTTPStatus.OK
    other = Client()
    sign_in(other, "nora")
    assert "not right at this moment" in text(other.post("/second-factor", {"second": code}))


@pytest.mark.parametrize("steps", [-1, 1, 2])
@pytest.mark.usefixtures("served")
def test_only_the_code_of_the_moment(steps: int) -> None:
    """R41, ACC-07."""
    account = account_of("nora")
    device = with_second(account)
    Phone.objects.update(last_t=-1)
    assert accepts(account, token(device, steps), {}) == ""
    assert accepts(account, token(device), {}) == "totp"


@pytest.mark.usefixtures("served")
def test_a_clock_that_differs_is_met_by_two_codes() -> None:
    """ACC-07: RFC 4226, section 7.4."""
    account = account_of("nora")
    device = with_second(account)
    waiting: dict[str, Any] = {}
    assert accepts(account, token(device, 3), waiting) == ""
    Phone.objects.update(t0=-30)
    late = Phone.objects.get()
    assert accepts(account, token(late, 3), waiting) == "totp"
    Phone.objects.update(t0=-60)
    assert accepts(account, token(Phone.objects.get(), 3), {}) == "totp"


@pytest.mark.usefixtures("served")
def test_wrong_second_factors_shut_the_account() -> None:
    """ACC-07, EDC-1: the right password between them does not begin to count anew."""
    with_second(account_of("nora"))
    client = Client()
    for _ in range(5):
        sign_in(client, "nora")
        answer = client.post("/second-factor", {"second": "000000"})
    assert answer.headers["Location"] == "/sign-in"
    assert "Too many wrong tries" in text(sign_in(Client(), "nora"))


def test_recovery_code_works_once(served: Served) -> None:
    """R41, ACC-07."""
    account = account_of("nora")
    with_second(account)
    codes = new_recovery_codes(account)
    assert len(set(codes)) == 10
    client, other = Client(), Client()
    sign_in(client, "nora")
    assert client.post("/second-factor", {"second": codes[3].upper()}).headers["Location"] == "/"
    sign_in(other, "nora")
    assert other.post("/second-factor", {"second": codes[3]}).status_code == HTTPStatus.OK
    assert other.post("/second-factor", {"second": codes[4]}).status_code == HTTPStatus.FOUND
    connection.close()
    assert codes[5].encode() not in b"".join(file.read_bytes() for file in served.folder.glob("people.db*"))


@pytest.mark.usefixtures("served")
def test_waiting_for_the_second_factor_ends(later: Any) -> None:
    """ACC-07: after five minutes, and when the password changes."""
    device = with_second(account_of("nora"))
    client = Client()
    sign_in(client, "nora")
    later(minutes=6)
    assert client.post("/second-factor", {"second": token(device)}).headers["Location"] == "/sign-in"


def test_setting_up(served: Served) -> None:
    """ACC-07: QR code without inline style; a wrong code changes nothing; ten codes are shown once."""
    client = served.browser("nora")
    page = text(client.get("/second-factor/set-up"))
    drawing = page[page.index("<svg") : page.index("</svg>")]
    assert "style" not in drawing
    planned = Phone.objects.get()
    client.post("/second-factor/set-up", {"second": "000000"})
    assert not Phone.objects.get().confirmed
    shown = text(client.post("/second-factor/set-up", {"second": token(planned)}))
    assert len(re.findall(r"<code[^>]*>[2-9a-z]{4}(?:-[2-9a-z]{4}){2}</code>", shown)) == 10
    assert client.get("/password").status_code == HTTPStatus.OK
    assert "not your password" in text(client.post("/second-factor/set-up", {"codes": "1", "password": "x"}))
    again = text(client.post("/second-factor/set-up", {"codes": "1", "password": PASSWORD}))
    assert "recovery codes" in again
    assert again != shown


@pytest.mark.usefixtures("served")
def test_from_afar_a_second_factor_is_needed() -> None:
    """R41, ACC-08: and on the own machine where the study says always."""
    account_of("nora")
    client = Client()
    sign_in(client, "nora")
    assert client.get("/", REMOTE_ADDR=FAR).headers["Location"] == "/second-factor/set-up"
    assert client.get("/password").status_code == HTTPStatus.OK
    with override_settings(POLICY=Policy(second_factor="always")):
        assert client.get("/password").headers["Location"] == "/second-factor/set-up"


# ---- what a custodian does --------------------------------------------------------------------------------------


def made(served: Served, code: str, **more: str) -> str:
    """Make an account, and return its one-time code."""
    page = text(served.browser(CUSTODIAN).post("/new-account", {"code": code, "name": "", "expires_on": "", **more}))
    found = re.search(r'class="one-time"[^>]*>([^<]+)<', page)
    return found[1] if found else page


def test_a_new_account(served: Served) -> None:
    """R32, R36, ACC-09: its one-time code leads to nothing but a password of one's own."""
    one_time, client = made(served, "otto"), Client()
    sign_in(client, "otto", one_time)
    assert client.get("/").headers["Location"] == "/password"
    assert client.post("/password", {"new": NEW, "again": NEW}).headers["Location"] == "/"
    assert sign_in(Client(), "otto", one_time).status_code == HTTPStatus.OK
    assert whats("otto")[:3] == ["made", "signed in", "password changed"]


def test_one_time_code_runs_out(served: Served, later: Any) -> None:
    """ACC-09: after 72 hours."""
    one_time = made(served, "otto")
    later(hours=73)
    assert sign_in(Client(), "otto", one_time).status_code == HTTPStatus.OK


@pytest.mark.parametrize("code", ["nora", "NORA", "ｎora"])
def test_second_account_like_the_first_is_refused(served: Served, code: str) -> None:
    """EDC-4: also where only case or width of the letters differs."""
    account_of("nora")
    assert "There is an account “nora” already" in made(served, code)
    assert Account.objects.filter(likeness="nora").count() == 1


@pytest.mark.parametrize(
    ("code", "told"), [("Nora", "write it like that"), ("no\u200bra", "can be seen"), ("", "required")]
)
def test_code_of_an_account(served: Served, code: str, told: str) -> None:
    """EDC-4: an account bears the code that the ledger knows, letter by letter."""
    assert told in made(served, code)
    assert Account.objects.count() == 1


def test_suspension(served: Served) -> None:
    """R38, EDC-3: the session ends at once, the roles stay in the ledger, lifting restores access."""
    nora, custodian = served.browser("nora"), served.browser(CUSTODIAN)
    before = served.site.book.head()
    custodian.post("/account/nora", {"do": "suspend", "reason": "left the ward"})
    assert nora.get("/password").headers["Location"].startswith("/sign-in")
    assert sign_in(Client(), "nora").status_code == HTTPStatus.OK
    assert "suspended" in text(custodian.get("/accounts"))
    assert served.site.book.head() == before
    assert served.site.people.of("nora")
    custodian.post("/account/nora", {"do": "lift"})
    assert sign_in(Client(), "nora").status_code == HTTPStatus.FOUND
    line = SignIn.objects.get(what="suspended")
    assert (line.code, line.by, line.note) == ("nora", CUSTODIAN, "left the ward")


def meanwhile(monkeypatch: pytest.MonkeyPatch, **changed: Any) -> None:
    """Let somebody else change an account once, in the moment before what is done with it is saved."""
    really = Account.save

    def save(self: Account, *args: Any, **kwargs: Any) -> None:
        if changed:
            Account.objects.filter(pk=self.pk).update(**changed)
            changed.clear()
        really(self, *args, **kwargs)

    monkeypatch.setattr(Account, "save", save)


def test_a_suspension_outlives_a_new_password(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """EDC-3: nora's request was on its way when she was suspended."""
    nora, moment = served.browser("nora"), datetime(2026, 1, 1, tzinfo=UTC)
    meanwhile(monkeypatch, suspended_at=moment)
    nora.post("/password", {"current": PASSWORD, "new": NEW, "again": NEW})
    assert Account.objects.get(code="nora").suspended_at == moment
    assert nora.get("/password").headers["Location"].startswith("/sign-in")
    assert sign_in(Client(), "nora", NEW).status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    "do", [{"do": "expire", "expires_on": "2099-01-01"}, {"do": "reset password"}, {"do": "reset second factor"}]
)
def test_a_suspension_outlives_another_custodian(
    served: Served, monkeypatch: pytest.MonkeyPatch, do: dict[str, str]
) -> None:
    """EDC-3: two do something with one account at a time."""
    account_of("nora")
    custodian, moment = served.browser(CUSTODIAN), datetime(2026, 1, 1, tzinfo=UTC)
    meanwhile(monkeypatch, suspended_at=moment)
    custodian.post("/account/nora", do)
    assert whats("nora")
    assert Account.objects.get(code="nora").suspended_at == moment


def test_a_suspension_outlives_the_terminal(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """EDC-3: while somebody is let in who lost everything."""
    served.browser("nora")
    meanwhile(monkeypatch, suspended_at=datetime(2026, 1, 1, tzinfo=UTC))
    one_time = rescue("nora")
    assert Account.objects.get(code="nora").state == "suspended"
    assert sign_in(Client(), "nora", one_time).status_code == HTTPStatus.OK


@pytest.mark.parametrize("do", ["suspend", "lift"])
def test_a_last_day_outlives_a_suspension(served: Served, monkeypatch: pytest.MonkeyPatch, do: str) -> None:
    """EDC-7: two do something with one account at a time."""
    Account.objects.filter(pk=account_of("nora").pk).update(
        suspended_at=datetime(2026, 1, 1, tzinfo=UTC) if do == "lift" else None
    )
    custodian = served.browser(CUSTODIAN)
    meanwhile(monkeypatch, expires_on=date(2026, 1, 2))
    custodian.post("/account/nora", {"do": do})
    found = Account.objects.get(code="nora")
    assert (found.expires_on, found.suspended_at is None) == (date(2026, 1, 2), do == "lift")


def test_nobody_closes_their_own_account(served: Served) -> None:
    """EDC-3: so that somebody always gets in."""
    custodian = served.browser(CUSTODIAN)
    custodian.post("/account/carla", {"do": "suspend"})
    custodian.post("/account/carla", {"do": "expire", "expires_on": "2020-01-01"})
    assert account_of(CUSTODIAN).is_active


def test_expiry(served: Served, later: Any) -> None:
    """EDC-7: the day itself is still open; old and new are logged."""
    nora, today = served.browser("nora"), served.site.today()
    served.browser(CUSTODIAN).post("/account/nora", {"do": "expire", "expires_on": today.isoformat()})
    assert nora.get("/password").status_code == HTTPStatus.OK
    later(days=1, minutes=5)
    assert sign_in(Client(), "nora").status_code == HTTPStatus.OK
    assert Account.objects.get(code="nora").state == "expired"
    assert SignIn.objects.get(what="expiry").note == f"no end -> {today.isoformat()}"
    assert served.site.people.of("nora")


def test_expired_session_dies_at_once(served: Served) -> None:
    """EDC-7."""
    nora, custodian = served.browser("nora"), served.browser(CUSTODIAN)
    custodian.post("/account/nora", {"do": "expire", "expires_on": "2026-01-01"})
    assert nora.get("/password").headers["Location"].startswith("/sign-in")
    assert "no date" in text(custodian.post("/account/nora", {"do": "expire", "expires_on": "soon"}, follow=True))


def test_reset_does_not_pass_the_second_factor(served: Served) -> None:
    """R32, ACC-09: the old password and all sessions are dead too."""
    nora = served.browser("nora")
    with_second(account_of("nora"))
    page = text(served.browser(CUSTODIAN).post("/account/nora", {"do": "reset password"}))
    one_time = re.search(r'class="one-time"[^>]*>([^<]+)<', page)
    assert one_time is not None
    assert nora.get("/password").status_code == HTTPStatus.FOUND
    assert sign_in(Client(), "nora").status_code == HTTPStatus.OK
    assert sign_in(Client(), "nora", one_time[1]).headers["Location"] == "/second-factor"


def test_second_factor_is_taken_away(served: Served) -> None:
    """R33, ACC-09, ACC-10."""
    with_second(account_of("nora"))
    served.browser(CUSTODIAN).post("/account/nora", {"do": "reset second factor"})
    assert sign_in(Client(), "nora").headers["Location"] == "/"
    assert SignIn.objects.get(what="second factor reset").by == CUSTODIAN


def test_grants_are_acts(served: Served) -> None:
    """R39, EDC-7, EDC-8: role, site and reason stand in the ledger; who could see what at a moment is known."""
    custodian = served.browser(CUSTODIAN)
    asked = {"do": "grant", "grant-role": "nurse", "grant-site": "Basel", "grant-reason": "covers for Nora"}
    account_of("otto")
    custodian.post("/account/otto", asked)
    granted = served.site.book.head()
    assert served.site.people.of("otto") == {Grant(person="otto", role="nurse", site="Basel")}
    custodian.post("/account/otto", {"do": "revoke", "role": "nurse", "site": "Basel", "reason": "back again"})
    assert not served.site.people.of("otto")
    assert served.site.book.people_at(granted.count).of("otto")
    told = [
        (entry.act, entry.by, entry.reason)
        for entry in served.site.history(participant="", item="")
        if entry.person == "otto"
    ]
    assert told == [("grant", CUSTODIAN, "covers for Nora"), ("revoke", CUSTODIAN, "back again")]
    assert "covers for Nora" in text(custodian.get("/account/otto"))


@pytest.mark.parametrize(
    ("posted", "told"),
    [
        ({"do": "grant", "grant-role": "assessor", "grant-reason": "x"}, "assessor"),
        ({"do": "revoke", "role": "nurse", "reason": ""}, "reason"),
    ],
)
def test_an_act_that_is_refused_is_told(served: Served, posted: dict[str, str], told: str) -> None:
    """EDC-7: a nurse does not become assessor, and no role goes without a reason."""
    account_of("nora")
    before = served.site.book.head()
    page = text(served.browser(CUSTODIAN).post("/account/nora", posted))
    assert "against it" in page
    assert told in page
    assert served.site.book.head() == before


def test_a_further_role_of_ones_own_does_not_change_the_page(served: Served) -> None:
    """ACC-12: the custodian goes on as custodian."""
    account_of(CUSTODIAN)
    custodian = served.browser(CUSTODIAN)
    asked = {"do": "grant", "grant-role": "investigator", "grant-reason": "trial run"}
    page = custodian.post(f"/account/{CUSTODIAN}", asked, follow=True)
    assert page.status_code == HTTPStatus.OK
    assert "Revoke Investigator" in text(page)
    assert "Revoke Investigator" in text(custodian.get(f"/account/{CUSTODIAN}"))


def test_the_role_chosen_last_stays(served: Served) -> None:
    """ACC-13: over the next sign-in; a role that is not held any more, or never was, is not acted in."""
    account_of("nora")
    served.site.record(grant("nora", "investigator"), by=CUSTODIAN)
    assert acting("nora") == "investigator"
    for asked, role in (("nurse@", "nurse"), ("custodian@", "nurse"), ("investigator@", "investigator")):
        browser = Client()
        sign_in(browser, "nora")
        browser.post("/role", {"grant": asked})
        assert acting("nora") == role
    served.site.record(revoke("nora", "investigator", reason="not delegated"), by=CUSTODIAN)
    assert acting("nora") == "nurse"


def acting(person: str) -> str | None:
    """Return the role in which somebody acts who signs in in a new browser."""
    browser = Client()
    sign_in(browser, person)
    actor: Actor = browser.get("/").context["actor"]
    return actor.role


def test_a_grant_needs_a_reason(served: Served) -> None:
    """EDC-7."""
    account_of("nora")
    before = served.site.book.head()
    served.browser(CUSTODIAN).post("/account/nora", {"do": "grant", "grant-role": "investigator"})
    assert served.site.book.head() == before


@pytest.mark.parametrize("person", ["nora", "ida", "asa"])
def test_accounts_are_the_custodians(served: Served, person: str) -> None:
    """R32, ACC-12: as if they were not there."""
    client = served.browser(person)
    for address in ("/accounts", "/new-account", "/account/nora"):
        assert client.get(address).status_code == HTTPStatus.NOT_FOUND
    assert client.post("/account/carla", {"do": "suspend"}).status_code == HTTPStatus.NOT_FOUND
    assert account_of(CUSTODIAN).is_active


# ---- signing, and the log ---------------------------------------------------------------------------------------


def asking(person: str) -> HttpRequest:
    """Return a request of somebody who is signed in, with a clinical value in it."""
    request = RequestFactory().post("/sign", {"ck": "clinical value", "password": "x"})
    request.user = account_of(person)
    return request


def test_password_is_asked_again(served: Served) -> None:
    """R31, ACC-11: and what else was posted is kept nowhere."""
    assert confirm_password(asking("nora"), PASSWORD)
    for _ in range(5):
        assert not confirm_password(asking("nora"), "x")
    assert not confirm_password(asking("nora"), PASSWORD)
    assert "Too many" in text(sign_in(Client(), "nora"))
    connection.close()
    assert b"clinical" not in b"".join(file.read_bytes() for file in served.folder.glob("people.db*"))


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE accounts_signin SET code = 'x'",
        "DELETE FROM accounts_signin",
        "INSERT OR REPLACE INTO accounts_signin SELECT * FROM accounts_signin",
    ],
)
@pytest.mark.usefixtures("served")
def test_the_log_stays(attempt: str) -> None:
    """ACC-10: not even by SQL."""
    account_of("nora")
    sign_in(Client(), "nora", "x")
    assert SignIn.objects.get().pk == 1
    with pytest.raises(DatabaseError, match="log of sign-ins"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attempt)
    with pytest.raises(TypeError, match="never deleted"):
        SignIn.objects.get().delete()
    assert whats("nora") == ["wrong password"]


@pytest.mark.usefixtures("served")
def test_models_and_migrations_agree() -> None:
    """ACC-01."""
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
