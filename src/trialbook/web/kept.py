"""What was worked out of a casebook, kept until the casebook, the study file or the day is another one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from threading import Lock
from typing import TypeVar, cast

from trialbook.conduct.blinding import mask
from trialbook.conduct.casebook import Casebook
from trialbook.protocol.model import Study

T = TypeVar("T")

PLAIN = (str, int, date, frozenset)
"""Compared by what they say; everything else by being the very same, since to compare casebooks takes longer."""


class Kept:
    """A store of values, each with what it was made from; the one that was asked for longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._found: OrderedDict[Hashable, tuple[tuple[object, ...], object]] = OrderedDict()

    def of(self, key: Hashable, made_from: tuple[object, ...], make: Callable[[], T]) -> T:
        """Return what is kept under a key, made anew where it was made from something else."""
        with self._lock:
            found = self._found.get(key)
            if found is not None and all(map(_is_same, found[0], made_from)):
                self._found.move_to_end(key)
                return cast("T", found[1])
        made = make()
        with self._lock:
            self._found[key] = (made_from, made)
            self._found.move_to_end(key)
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return made


def _is_same(one: object, other: object) -> bool:
    return one is other or (isinstance(one, PLAIN) and one == other)


KEPT = Kept(8192)
"""For the whole process; what is kept of one participant for one role replaces what was."""


def masked(study: Study, casebook: Casebook, role: str | None) -> Casebook:
    """Return what a role is shown of a casebook, as `blinding.mask`; the same value until the casebook changes."""
    return KEPT.of(("mask", casebook.participant, role), (study, casebook), lambda: mask(study, casebook, role))
