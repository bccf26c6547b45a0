"""What is fuzzed: a target is a way into the program for bytes that nobody vouches for, and what has to hold there.

A new target is a module with a `TARGET` and a line of `driver.TARGETS`. Its check takes any bytes, and raises whatever
it likes where something is wrong: the fuzzer counts every exception as found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from itertools import chain
from unittest.mock import patch

from trialbook.errors import Problem
from trialbook.wording import remedy, sentence

Check = Callable[[bytes], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A way into the program, with what has to hold whatever the bytes are."""

    words: str
    """What is read."""
    prepare: Callable[[], Check]
    """Imports the program, which is instrumented meanwhile, and returns the check."""
    plant: Callable[[], None]
    """Takes a protection out of the program: the control."""
    runs: int
    """How many inputs are tried in the tests."""
    control: int
    """Within how many inputs the planted fault has to be found."""
    longest: int = 2048
    """Bytes of the longest input."""
    dictionary: tuple[str, ...] = ()
    """Words of the language that is read."""


def taken_out(part: object, name: str, instead: object) -> None:
    """Put something in the place of a part of the program, as long as the process lives."""
    patch.object(part, name, instead).start()


def told(problems: Iterable[Problem]) -> None:
    """See to it that each problem says what is wrong and what to do."""
    for problem in problems:
        assert len(sentence(problem)) > 10, problem
        assert len(remedy(problem)) > 10, problem
        assert str(problem.place) is not None


def is_finite(value: object) -> bool:
    """Tell whether there is neither a NaN nor an infinity anywhere in a value."""
    if isinstance(value, float | Decimal):
        return math.isfinite(value)
    if is_dataclass(value) and not isinstance(value, type):
        return all(is_finite(getattr(value, one.name)) for one in fields(value))
    if isinstance(value, Mapping):
        return all(map(is_finite, chain(value.keys(), value.values())))
    return all(map(is_finite, value)) if isinstance(value, list | tuple | set | frozenset) else True
