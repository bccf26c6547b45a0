"""The secrets of invitations: 256 bits of chance each, kept only as hashes, and guessed by nobody at leisure."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""32 signs that are not mistaken for each other on paper: no i, l, o, u."""
LENGTH = 52
"""Signs of 5 bits: 260 bits, more than the 256 that are wanted."""
GROUP = 4
LOOKALIKES = str.maketrans({"o": "0", "i": "1", "l": "1"})

MOST_WRONG = 20
"""Wrong codes from one address within `WHILE` before none is looked at."""
WHILE = timedelta(minutes=15)
MOST_ADDRESSES = 10_000


def new_secret() -> str:
    """Return a new secret, in groups of four signs."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(signs[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def digest_of(typed: str) -> str:
    """Return the hash under which a secret is kept, however it was typed: case, blanks and dashes do not matter."""
    signs = "".join(sign for sign in typed.lower().translate(LOOKALIKES) if sign in ALPHABET)
    return hashlib.sha256(signs.encode()).hexdigest()


class Guesses:
    """Wrong codes of the last minutes, by the address that they came from."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._wrong: OrderedDict[str, list[datetime]] = OrderedDict()

    def are_too_many(self, address: str, now: datetime) -> bool:
        """Tell whether an address has to wait before another code of it is looked at."""
        with self._lock:
            return len(self._recent(address, now)) >= MOST_WRONG

    def note(self, address: str, now: datetime) -> None:
        """Remember a wrong code; the address that was longest without one is forgotten where there are too many."""
        with self._lock:
            self._wrong[address] = [*self._recent(address, now), now][-MOST_WRONG:]
            self._wrong.move_to_end(address)
            while len(self._wrong) > MOST_ADDRESSES:
                self._wrong.popitem(last=False)

    def _recent(self, address: str, now: datetime) -> list[datetime]:
        return [moment for moment in self._wrong.get(address, ()) if now - moment < WHILE]


@lru_cache(maxsize=1)
def guesses() -> Guesses:
    """Return the guesses that this process remembers."""
    return Guesses()
