"""Numbers of entries as the site writes them: veiled, so that nobody can tell from them how much others record.

An entry has its number from the whole ledger. Two numbers that somebody of one site sees would tell how many entries
all the others made in between. A veiled number is the same number, shuffled by a key of the site: it finds its entry
again and says nothing else.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from django.conf import settings

LETTERS = "2346789BCDFGHJKMPQRTVWXY"
"""Signs of a veiled number: none that looks like another, and no vowels, so that none is a word."""
LENGTH, HALF = 7, 16
"""24**7 is more than 2**32: every number of two halves of 16 bits can be written."""
ROUNDS = range(8)
PATTERN = f"[{LETTERS}]{{{LENGTH}}}"
NONE = "0"
"""Written where there is no entry."""


def veiled(number: int) -> str:
    """Return what the site writes for the number of an entry, `0` for none.

    A balanced Feistel network of eight rounds over 32 bits. Luby and Rackoff, SIAM J Comput 1988;17:373-386.
    """
    if not 0 < number < 1 << 2 * HALF:
        return NONE
    left, right = divmod(number, 1 << HALF)
    for place in ROUNDS:
        left, right = right, left ^ _mixed(place, right)
    shuffled = left << HALF | right
    return "".join(LETTERS[shuffled // len(LETTERS) ** place % len(LETTERS)] for place in range(LENGTH))


def unveiled(text: str) -> int:
    """Return the number of the entry that is meant, 0 where none can be."""
    if len(text) != LENGTH or not set(text) <= set(LETTERS):
        return 0
    shuffled = int(sum(LETTERS.index(sign) * len(LETTERS) ** place for place, sign in enumerate(text)))
    if shuffled >> 2 * HALF:
        return 0
    left, right = divmod(shuffled, 1 << HALF)
    for place in reversed(ROUNDS):
        left, right = right ^ _mixed(place, left), left
    return left << HALF | right


def _mixed(place: int, half: int) -> int:
    """Return 16 bits that only the key of the site can tell from chance."""
    key = _key_of(settings.SECRET_KEY)
    told = hashlib.blake2b(bytes([place]) + half.to_bytes(2, "big"), key=key, digest_size=2, person=b"trialbook veil")
    return int.from_bytes(told.digest(), "big")


@lru_cache(maxsize=1)
def _key_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


class VeiledConverter:
    """A number in an address, veiled."""

    regex = PATTERN

    def to_python(self, value: str) -> int:
        """Read a number from an address; ValueError, so 404, where it is none."""
        number = unveiled(value)
        if not number:
            raise ValueError(value)
        return number

    def to_url(self, value: int) -> str:
        """Write a number into an address."""
        return veiled(value)
