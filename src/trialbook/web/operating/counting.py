"""What the process counts while it serves: requests, saves, failures; names of routes and numbers, nothing else."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from trialbook.errors import ActRefused

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the classes of seconds."""
REFUSED = frozenset({400, 403, 404, 405, 409, 413, 422, 429})
"""Status of an answer that says no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A kind of request."""

    route: str
    """Name of the route; empty where no route was met."""
    method: str
    status: int


@dataclass(slots=True, kw_only=True)
class Seconds:
    """How long something took, in classes."""

    classes: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    sum: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one more."""
        self.classes[bisect_left(BOUNDS, seconds)] += 1
        self.sum += seconds

    @property
    def count(self) -> int:
        """How many were counted."""
        return sum(self.classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was counted up to a moment."""

    requests: Mapping[Asked, int]
    seconds: Seconds
    saves: Mapping[str, int]
    save_seconds: Seconds
    under_way: int
    """Requests that are being answered."""
    began: float
    """When the process began, in seconds since 1970."""


class Counts:
    """Counts for all threads of the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[Asked] = Counter()
        self._saves: Counter[str] = Counter({"saved": 0, "refused": 0, "failed": 0})
        self._seconds, self._save_seconds = Seconds(), Seconds()
        self._under_way = 0
        self._began = time.time()

    def begin(self) -> None:
        """Note that a request came in."""
        with self._lock:
            self._under_way += 1

    def end(self, asked: Asked, seconds: float) -> None:
        """Note that a request was answered."""
        with self._lock:
            self._under_way -= 1
            self._requests[asked] += 1
            self._seconds.add(seconds)

    @contextmanager
    def save(self) -> Iterator[None]:
        """Note what becomes of a save, and how long it took."""
        begun, came = time.monotonic(), "failed"
        try:
            yield
            came = "saved"
        except ActRefused:
            came = "refused"
            raise
        finally:
            with self._lock:
                self._saves[came] += 1
                self._save_seconds.add(time.monotonic() - begun)

    def told(self) -> Counted:
        """Return what was counted, as one moment."""
        with self._lock:
            return Counted(
                requests=dict(self._requests),
                seconds=copied(self._seconds),
                saves=dict(self._saves),
                save_seconds=copied(self._save_seconds),
                under_way=self._under_way,
                began=self._began,
            )


def copied(seconds: Seconds) -> Seconds:
    """Return what stays as it is while more is counted."""
    return Seconds(classes=list(seconds.classes), sum=seconds.sum)


COUNTS = Counts()
"""Of this process."""
