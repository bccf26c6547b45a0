"""The keys of second factors as `people.db` keeps them.

SEC-01: no key stands in the database in clear text: neither that of a phone nor a recovery code.
SEC-02: a database of an earlier version is sealed at the first start; phones that were set up go on to work.
SEC-03: a key that cannot be opened lets nobody in, and `doctor` names whose it is; setting up begins anew.
SEC-04: a sealed key opens for its own account, under the key of its own site, and nowhere else.
"""

from __future__ import annotations

import time
from base64 import b32encode

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test import override_settings
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from tests.web.conftest import Served, account_of

from trialbook.web.accounts.models import Phone
from trialbook.web.accounts.sealed import is_sealed, open_key, seal_key, sealed_now
from trialbook.web.accounts.second import (
    accepts,
    confirm_device,
    has_second,
    new_recovery_codes,
    planned_device,
    unreadable_seconds,
)

KEY = bytes(range(20))
OTHER = override_settings(SECRET_KEY="the key of another site")  # noqa: S106 - of an invented site


def token(key: bytes) -> str:
    """Return the code that a phone with this key shows now."""
    clock = TOTP(key)
    clock.time = time.time()
    return f"{clock.token():06d}"


def on_disk(served: Served) -> bytes:
    """Return all that the files of the accounts hold."""
    connections.close_all()
    return b"".join(file.read_bytes() for file in served.folder.glob("people.db*"))


def spellings(key: bytes) -> list[bytes]:
    """Return how a key may be written."""
    return [key, key.hex().encode(), key.hex().upper().encode(), b32encode(key)]


def test_sec_01_the_database_alone_gives_no_key_away(served: Served) -> None:
    """SEC-01."""
    account = account_of("nora")
    planned = planned_device(account)
    key = planned.bin_key
    assert confirm_device(account, token(key))
    codes = [code.encode() for code in new_recovery_codes(account)]
    bare = [code.replace(b"-", b"") for code in codes]
    kept = on_disk(served)
    assert b"siv1:" in kept
    assert [one for one in (*spellings(key), *codes, *bare) if one in kept] == []


def test_sec_02_an_earlier_database_is_sealed_at_the_first_start(served: Served) -> None:
    """SEC-02: and the clear text is overwritten."""
    account = account_of("nora")
    call_command("migrate", "accounts", "0002", fake=True, verbosity=0)
    TOTPDevice.objects.create(user_id=account.pk, key=KEY.hex(), confirmed=True)
    assert KEY.hex().encode() in on_disk(served)
    call_command("migrate", "accounts", "0003", verbosity=0)
    call_command("migrate", "accounts", fake=True, verbosity=0)  # the tables of what came later are there
    connection.close()
    assert [one for one in spellings(KEY) if one in on_disk(served)] == []
    assert accepts(account, token(KEY), {}) == "totp"


@pytest.mark.usefixtures("served")
def test_sec_03_a_key_that_cannot_be_opened_lets_nobody_in() -> None:
    """SEC-03."""
    account = account_of("nora")
    planned = planned_device(account)
    key = planned.bin_key
    with OTHER:
        assert planned_device(account).bin_key != key
    assert confirm_device(account, token(planned_device(account).bin_key))
    key = Phone.objects.get().bin_key
    Phone.objects.update(last_t=-1)
    with OTHER:
        assert has_second(account)
        assert unreadable_seconds() == ["nora"]
        assert accepts(account, token(key), {}) == ""
    assert unreadable_seconds() == []
    assert accepts(account, token(key), {}) == "totp"


def test_sec_04_a_sealed_key_opens_where_it_belongs() -> None:
    """SEC-04: and what is sealed already stays as it is."""
    sealed = seal_key(KEY, 7)
    assert is_sealed(sealed)
    assert len(sealed) <= 80
    assert open_key(sealed, 7) == KEY
    assert open_key(sealed, 8) is None
    assert open_key(KEY.hex(), 7) is None
    spoilt = ("", "x", "é", sealed[5:-4], sealed[5:].swapcase())
    assert [open_key(f"siv1:{one}", 7) for one in spoilt] == [None] * 5
    assert sealed_now(sealed, 7) == sealed
    with OTHER:
        assert open_key(sealed, 7) is None
