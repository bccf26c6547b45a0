"""Bytes that nobody vouches for, made by a fuzzer that sees which lines they reach.

GUIDED-01: whatever is read where a study file, a condition, an answer, a table, a request, a ledger, its entries or a
    kept file is looked for, the program answers by what it declares: no other exception, no hang, nothing infinite;
    and a changed ledger is reported (R06; ASVS-V2.2.1, ASVS-V16.5.1).
GUIDED-02: with a protection taken out the same fuzzer finds it, and none of its seeds does.
GUIDED-03: the seeds, and every input that was once found, are tried first.

`make campaign` tries many times as many inputs, from other seeds.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from random import Random  # noqa: TID251 - with a seed

import pytest
from tests.fuzzing.driver import TARGETS, fuzz, inputs, mutated, target_of

SEED = 10
IS_ABSENT = find_spec("atheris") is None
HAS_WHEELS = sys.platform == "linux" and os.uname().machine == "x86_64" and sys.version_info < (3, 14)
needs_atheris = pytest.mark.skipif(
    IS_ABSENT and not (os.environ.get("CI") and HAS_WHEELS), reason="atheris is not installed"
)


@needs_atheris
@pytest.mark.parametrize("name", TARGETS)
def test_nothing_is_found(name: str) -> None:
    """GUIDED-01, GUIDED-03."""
    found = fuzz(name, target_of(name).runs, seed=SEED)
    assert found.bad is None, (found.bad, found.why)
    assert found.runs >= target_of(name).runs


@needs_atheris
@pytest.mark.parametrize("name", TARGETS)
def test_a_planted_fault_is_found(name: str) -> None:
    """GUIDED-02."""
    found = fuzz(name, target_of(name).control, seed=SEED, planted=True)
    assert found.bad is not None, f"not within {found.runs} inputs"


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_has_seeds(name: str) -> None:
    """GUIDED-03."""
    assert len(list(inputs(name))) >= 3
    assert all(len(content) <= target_of(name).longest for _, content in inputs(name))


def test_texts_are_changed_by_words_and_by_bytes() -> None:
    """GUIDED-01: what is made is mostly new, never too long, and the same for the same seed."""
    seeds = [Random(number).randrange(2**31) for number in range(200)]  # noqa: S311 - no secret
    made = [mutated(("a-word", "\ud800"), b"one: [two, 3]\n", 20, seed) for seed in seeds]
    assert made == [mutated(("a-word", "\ud800"), b"one: [two, 3]\n", 20, seed) for seed in seeds]
    assert len(set(made)) > 100
    assert max(map(len, made)) == 20
    assert any(b"a-word" in one for one in made)
    assert mutated(("x",), b"", 9, 1) != mutated(("x",), b"", 9, 2)
