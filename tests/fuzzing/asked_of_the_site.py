"""What browsers that nobody has signed in with send: cookies, tokens, codes, addresses of feeds, bodies of requests.

The first byte says where the rest is put. Nothing but the secret itself opens what it opens; no answer is a failure of
the program; and no answer holds a participant's code.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.fuzzing.target import Check, Target, taken_out

if TYPE_CHECKING:
    from django.test import Client

STUDY = """
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test}
roles: {nurse: {sees: everything, records: everything}}
visits: {anchor: enrolment, window: 3 days either side, planned: {baseline: {day: 0}}}
forms:
  lab: {at: baseline, by: nurse, items: {ck: {number: U/L}}}
"""
MARK = "PMARK7"
"""Code of the only participant, which nobody sees who has not signed in."""
TOKEN, CODE = "fixed-token-of-a-feed", "0123-4567-89ab"
KINDS = ("multipart/form-data; boundary=y", "application/x-www-form-urlencoded", "application/json", "text/plain")
OPEN = ("/sign-in", "/q/begin", "/language", "/first-run", "/second-factor", "/reset", "/role", "/participants/")


def served() -> Any:
    """Serve a study with one participant, a feed and an invitation in this process."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "trialbook.web.settings"
    folder = Path(tempfile.mkdtemp())
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    os.environ["TRIALBOOK_STUDY"] = str(folder)
    import logging

    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    logging.disable(logging.CRITICAL)
    settings.STUDY_FOLDER, settings.ALLOWED_HOSTS = folder, ["*"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    connections.databases["default"]["NAME"] = folder / "people.db"
    connections["default"].settings_dict["NAME"] = folder / "people.db"
    call_command("migrate", verbosity=0)
    from trialbook.web.site import site_at

    return site_at(folder)


def peopled(site: Any) -> None:
    """Let there be a nurse with an account and a feed, a participant, and an invitation that nobody opened."""
    from datetime import timedelta

    from trialbook.capture.acts import enrol, enter, grant, screen
    from trialbook.web.accounts.models import Account
    from trialbook.web.invitations import codes
    from trialbook.web.invitations.models import Invitation
    from trialbook.web.models import CalendarFeed
    from trialbook.web.pages import calendar

    site.begin("carla")
    site.record(grant("nora", "nurse"), by="carla")
    site.record(screen(MARK), by="carla")
    site.record(enrol(MARK, on=site.today().isoformat()), by="carla")
    site.record(enter(MARK, "visit", "date", site.today().isoformat(), visit="baseline"), by="nora")
    Account.objects.create_user("nora", "correct horse battery")
    now = site.now()
    CalendarFeed.objects.create(person="nora", grant="nurse@", digest=calendar.digest_of(TOKEN), made_at=now)
    Invitation.objects.create(
        participant=MARK, visit="baseline", forms=["lab"], language="en", way=Invitation.LINK, made_by="nora",
        made_at=now, valid_until=now + timedelta(days=3), token=codes.digest_of(CODE),
    )  # fmt: skip


def prepare() -> Check:
    """Return what has to hold of any request."""
    site = served()
    peopled(site)
    from django.db import connection
    from django.test import Client

    from trialbook.web.invitations import codes
    from trialbook.web.invitations.models import Invitation
    from trialbook.web.veil import unveiled, veiled

    def check(content: bytes) -> None:
        kind, rest = sum(content[:1]), content[1:]
        text = rest.decode("utf-8", "surrogateescape")
        number = unveiled(text)
        assert not number or veiled(number) == text, "two ways to write a number"
        client = Client(raise_request_exception=False)
        answer = asked(client, kind, rest, text)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answer.close()
        assert answer.status_code < 500, answer.status_code
        assert MARK.encode() not in body or MARK in text or TOKEN in text, "somebody's code is shown"
        is_own = codes.digest_of(text.rpartition("code=")[2]) == codes.digest_of(CODE)
        opened = Invitation.objects.exclude(opened_at=None).update(opened_at=None, used_at=None, device=None)
        assert not opened or is_own, "an invitation was opened without its code"
        codes.guesses.cache_clear()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_session")

    return check


def asked(client: Client, kind: int, rest: bytes, text: str) -> Any:
    """Send the bytes to where the first of them says."""
    from urllib.parse import quote

    if kind % 4 == 0:
        header = rest.decode("latin-1").replace("\r", "").replace("\n", "")
        return client.get(("/", "/q/now", "/participants/")[kind // 4 % 3], headers={"Cookie": header})
    if kind % 4 == 1:
        where = f"/calendar/{quote(text, errors='surrogateescape')}.ics" if kind % 8 == 1 else f"/{text}"
        return client.get(quote(where, safe="/?=&%", errors="surrogateescape"))
    if kind % 4 == 2:
        return client.generic("POST", OPEN[kind // 16 % len(OPEN)], rest, content_type=KINDS[kind // 4 % len(KINDS)])
    return client.post("/q/begin", b"code=" + rest, content_type=KINDS[1])


def plant() -> None:
    """Take half of all addresses for that of a feed."""
    from trialbook.web.pages import calendar

    whole = calendar.digest_of
    taken_out(calendar, "digest_of", lambda told: whole(TOKEN if told < "n" else told))


TARGET = Target(
    words="cookies, tokens, codes, addresses and bodies sent to the site by nobody in particular",
    prepare=prepare,
    plant=plant,
    runs=150,
    control=2000,
    longest=400,
    dictionary=(
        "session=",
        "csrf=",
        "language=",
        "zh-hant",
        "; ",
        "=",
        "&",
        "code=",
        "next=",
        "//evil.example",
        "%00",
        "%ff",
        "%2e",
        "../",
        "ledger.db",
        "study.yaml",
        "participants/",
        "q/now",
        "q/step/1",
        "calendar/",
        ".ics",
        "invitations/",
        "--y\r\n",
        'Content-Disposition: form-data; name="code"\r\n\r\n',
        "; filename=a",
        "\x00",
        "\ud800",
        "\u202e",
        "{",
        "[",
        "9" * 30,
        "-1",
        "null",
        "csrfmiddlewaretoken=",
        "password=",
        "request=",
        "2346789",
        TOKEN[:12],
        TOKEN,
        CODE[:9],
        CODE,
        "a" * 64,
    ),
)
