"""Codes that are used once: to start a site, to sign in after a reset, to stand in for a lost second factor.

They are kept as a keyed digest (HMAC-SHA256 with the key of the site), so that the database alone gives none away.
"""

from __future__ import annotations

import secrets

from django.utils.crypto import salted_hmac

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without the letters and digits that are taken for each other; one character carries 4.95 bits."""

SIZE = 4


def new_code(groups: int) -> str:
    """Return a code by chance, in groups of four characters: 19.8 bits each."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(SIZE)) for _ in range(groups))


def digest_of(purpose: str, code: str) -> str:
    """Return what is kept of a code; case, blanks and hyphens do not count."""
    plain = "".join(sign for sign in code.casefold() if sign.isalnum())
    return salted_hmac(f"trialbook.{purpose}", plain, algorithm="sha256").hexdigest()
