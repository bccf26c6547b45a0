"""The keys of second factors as `people.db` keeps them: sealed under the key of the site, each for its account.

A key is sealed with AES-256-SIV (RFC 5297). The sealing key comes from the site's by HKDF with SHA-256 (RFC 5869).
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

MARK = "siv1:"
"""With which a sealed key begins."""
PURPOSE = b"trialbook.second-factor.1"
SIZE = 64
"""Bytes of the sealing key: two of AES-256."""
PLAIN = re.compile(r"(?:[0-9a-fA-F]{2})+")


def seal_key(key: bytes, account: int) -> str:
    """Return what is kept of the key of an account's second factor."""
    # without a number used once, as RFC 5297 section 3 allows: a key is made by chance and sealed once
    made = _seal().encrypt(key, [str(account).encode()])
    return MARK + urlsafe_b64encode(made).decode()


def open_key(kept: str, account: int) -> bytes | None:
    """Return the key; None where it stands in clear text, was sealed with another key or for another account."""
    from cryptography.exceptions import InvalidTag

    if not is_sealed(kept):
        return None
    try:
        return _seal().decrypt(urlsafe_b64decode(kept.removeprefix(MARK)), [str(account).encode()])
    except (InvalidTag, ValueError):
        return None


def is_sealed(kept: str) -> bool:
    """Tell whether what is kept of a key is sealed."""
    return kept.startswith(MARK)


def sealed_now(kept: str, account: int) -> str:
    """Return what is to be kept of a key that an earlier version kept in clear text, as hexadecimal digits."""
    return seal_key(bytes.fromhex(kept), account) if PLAIN.fullmatch(kept) else kept


def _seal() -> AESSIV:
    """Return the cipher under the key of the site."""
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    made = HKDF(algorithm=SHA256(), length=SIZE, salt=None, info=PURPOSE)
    return AESSIV(made.derive(settings.SECRET_KEY.encode()))
