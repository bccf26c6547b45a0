"""How passwords are kept: argon2id, and at most two computed at a time.

Parameters are above the floor of OWASP's password storage cheat sheet for argon2id (19 MiB, 2 passes, 1 lane). A
computation takes a tenth of a second and 32 MiB; without a limit a crowd of sign-ins would take the machine.
"""

from __future__ import annotations

from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

AT_A_TIME = BoundedSemaphore(2)


class Argon2(Argon2PasswordHasher):
    """Argon2id with 32 MiB, 3 passes and 1 lane."""

    time_cost = 3
    memory_cost = 32 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Compute what is kept of a password."""
        with AT_A_TIME:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Tell whether a password is the one that is kept."""
        with AT_A_TIME:
            return super().verify(password, encoded)
