"""The second factor: a code of six digits that changes every half minute (TOTP, RFC 6238), or a recovery code.

Only the code of the moment is taken, and once. A clock that runs differently is met as RFC 4226 section 7.4 does:
two codes in a row, equally early or late, are taken together, and how much they were off is remembered.
"""

from __future__ import annotations

import re
import time
from ipaddress import ip_address
from typing import Any

import segno
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import default_key

from trialbook.web import site
from trialbook.web.accounts.codes import digest_of, new_code
from trialbook.web.accounts.models import Account, Phone, RecoveryCode
from trialbook.web.accounts.sealed import seal_key

DIGITS = re.compile(r"[0-9]{6}")
CODES = 10
OFF = 4
"""Half minutes that a clock may be off and be met by two codes."""


FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
"""Headers of a proxy: what one on the own machine hands on may come from anywhere."""


def is_near(request: HttpRequest) -> bool:
    """Tell whether a request comes from the machine on which the site runs, and from no proxy on it."""
    try:
        near = ip_address(str(request.META.get("REMOTE_ADDR", ""))).is_loopback
    except ValueError:
        return False
    return near and not any(name in request.META for name in FORWARDED)


def needs_second(request: HttpRequest) -> bool:
    """Tell whether nobody may sign in from there without a second factor."""
    return settings.POLICY.second_factor == "always" or not is_near(request)


def device_of(account: Account) -> Phone | None:
    """Return the second factor of an account, None where none is set up."""
    found: Phone | None = Phone.objects.filter(user=account, confirmed=True).first()
    return found


def has_second(account: Account) -> bool:
    """Tell whether an account has a second factor."""
    return device_of(account) is not None


def unreadable_seconds() -> list[str]:
    """Return the accounts whose second factor cannot be opened with the key of the site, in order of code."""
    phones = Phone.objects.filter(confirmed=True).select_related("user").order_by("user__code")
    return [phone.user.code for phone in phones if not phone.is_readable]


def remove_second(account: Account) -> None:
    """Take the second factor and its recovery codes away."""
    Phone.objects.filter(user=account).delete()
    account.recovery_codes.all().delete()


# ---- setting it up ----------------------------------------------------------------------------------------------


def planned_device(account: Account) -> Phone:
    """Return the second factor that is being set up; its key stays the same until it is confirmed."""
    planned: Phone | None = Phone.objects.filter(user=account, confirmed=False).first()
    if planned is not None and planned.is_readable:
        return planned
    Phone.objects.filter(user=account, confirmed=False).delete()
    key = seal_key(bytes.fromhex(default_key()), account.pk)
    made: Phone = Phone.objects.create(user=account, name="phone", key=key, confirmed=False, tolerance=1)
    return made


def confirm_device(account: Account, code: str) -> bool:
    """Take the planned second factor into use if the code is right; it replaces an older one."""
    with transaction.atomic():
        planned = planned_device(account)
        if not planned.verify_token(plain(code)):
            return False
        Phone.objects.filter(user=account).exclude(pk=planned.pk).delete()
        planned.confirmed, planned.tolerance = True, 0
        planned.save()
    return True


def new_recovery_codes(account: Account) -> list[str]:
    """Make ten recovery codes in place of all earlier ones; they are shown this once."""
    made = [new_code(3) for _ in range(CODES)]
    with transaction.atomic():
        account.recovery_codes.all().delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(account=account, digest=digest_of("recovery", code)) for code in made
        )
    return made


def picture_of(device: Phone) -> str:
    """Draw the QR code of a second factor as SVG, dark on light whatever the page."""
    drawn: str = segno.make(device.config_url, error="m").svg_inline(
        dark="#000", light="#fff", border=4, omitsize=True, svgclass="qr", lineclass=None
    )
    return drawn


def spelled(device: Phone) -> str:
    """Write the key of a second factor for typing, in groups of four."""
    from base64 import b32encode

    text = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


# ---- asking for it ----------------------------------------------------------------------------------------------


def plain(code: str) -> str:
    """Return a typed code without blanks."""
    return "".join(code.split())


def accepts(account: Account, code: str, waiting: dict[str, Any]) -> str:
    """Say by what a code is right: `totp`, `recovery`, or empty where it is not.

    `waiting` is what the session keeps between two tries.
    """
    with transaction.atomic():
        device = Phone.objects.select_for_update().filter(user=account, confirmed=True).first()
        if device is None:
            return ""
        if not DIGITS.fullmatch(plain(code)):
            return "recovery" if use_recovery(account, code) else ""
        if not device.is_readable:
            return ""
        return "totp" if device.verify_token(plain(code)) or is_second_in_a_row(device, code, waiting) else ""


def use_recovery(account: Account, code: str) -> bool:
    """Use up a recovery code; False where there is no such code left."""
    unused = account.recovery_codes.filter(digest=digest_of("recovery", code), used_at=None)
    return unused.update(used_at=site.now()) == 1


def is_second_in_a_row(device: Phone, code: str, waiting: dict[str, Any]) -> bool:
    """Tell whether a code follows the one before it, both equally early or late; then the difference is remembered."""
    clock = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    clock.time = time.time()
    before = waiting.pop("off", None)
    if not clock.verify(int(plain(code)), OFF, device.last_t + 1):
        return False
    if before is not None and clock.drift == before["drift"] and 1 <= clock.t() - before["t"] <= OFF:
        device.drift, device.last_t = clock.drift, clock.t()
        device.save()
        return True
    waiting["off"] = {"drift": clock.drift, "t": clock.t()}
    return False
