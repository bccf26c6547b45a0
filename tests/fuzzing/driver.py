"""A target fuzzed by libFuzzer, which looks for inputs that reach new lines of the program (atheris).

It runs in a process of its own, since libFuzzer ends the one that it is called in. The seeds are the files of
`corpus/<target>`; what was once found stands in `found/<target>`, and is tried first each time.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random  # noqa: TID251 - steered by the seed of libFuzzer

from tests.fuzzing.target import Check, Target

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TARGETS = (
    "study_file", "conditions", "typed_answers", "tables", "asked_of_the_site", "ledger_file", "entries", "kept_files",
)  # fmt: skip
"""Modules of this folder, each with a TARGET."""
SECONDS = 20
"""An input that takes longer hangs."""
MEMORY = 2048
"""Megabytes."""
TRIPPED = 3
"""How the process is left where a seed alone finds the planted fault: the control would prove nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuzzed:
    """What came of it."""

    runs: int
    bad: bytes | None
    """The input that something was wrong with; None where there was none."""
    why: str
    """What was raised, or what libFuzzer said."""


def target_of(name: str) -> Target:
    """Return a target by its name."""
    found: Target = importlib.import_module(f"tests.fuzzing.{name}").TARGET
    return found


def inputs(name: str) -> Iterator[tuple[str, bytes]]:
    """Yield what is tried first: the seeds, and all that was once found."""
    for kind in ("corpus", "found"):
        for file in sorted((HERE / kind / name).glob("*")):
            yield f"{kind}/{name}/{file.name}", file.read_bytes()


def fuzz(name: str, runs: int, *, seed: int, planted: bool = False) -> Fuzzed:
    """Try so many inputs in a process of its own; RuntimeError where the fuzzer itself could not be run."""
    with tempfile.TemporaryDirectory() as folder:
        asked = {"name": name, "folder": folder, "runs": runs, "seed": seed, "planted": planted}
        line = [sys.executable, "-m", "tests.fuzzing.driver", json.dumps(asked)]
        # hashes that are the same in each process: else the same seed would not try the same inputs
        environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            line, cwd=ROOT, env=environment, capture_output=True, text=True, errors="replace", check=False
        )
        bad = next((file.read_bytes() for file in sorted(Path(folder).glob("bad-*"))), None)
    tried = re.search(r"stat::number_of_executed_units: (\d+)", done.stderr)
    if tried is None or (done.returncode and bad is None):
        raise RuntimeError(f"{name}: {done.stderr[-2000:]}")
    return Fuzzed(runs=int(tried[1]), bad=bad, why=why_of(done.stdout + done.stderr) if bad is not None else "")


def why_of(said: str) -> str:
    """Return what was raised, from what the process said."""
    raised = re.search(r"Uncaught Python exception: ===\n(.*?)(?:\n==|\Z)", said, re.DOTALL)
    hung = re.search(r"ERROR: libFuzzer: .*", said)
    return raised[1][-1500:] if raised else hung[0] if hung else said[-500:]


# ---- in the process of its own ------------------------------------------------------------------------------------


def options(target: Target, folder: Path, *, runs: int, seed: int) -> list[str]:
    """Return how libFuzzer is called."""
    return [
        f"-runs={runs}", f"-seed={seed}", f"-timeout={SECONDS}", f"-rss_limit_mb={MEMORY}", "-print_final_stats=1",
        f"-max_len={target.longest}", f"-artifact_prefix={folder}/bad-", "-len_control=0",
    ]  # fmt: skip


def run(name: str, folder: Path, *, runs: int, seed: int, planted: bool) -> None:
    """Fuzz a target; the process ends in here."""
    import atheris

    target, known = target_of(name), dict(inputs(name))
    new, seeds = folder / "new", folder / "seeds"
    new.mkdir()
    seeds.mkdir()
    for number, content in enumerate(known.values()):
        (seeds / f"{number}").write_bytes(content)
    # what is imported while the seeds are tried is instrumented, and says where the program goes
    with atheris.instrument_imports(include=["trialbook"]):
        check = target.prepare()
        try_all(check, known)
    if planted:
        target.plant()
        try:
            try_all(check, known)
        except BaseException:  # noqa: BLE001 - whatever it is, it was found without the fuzzer
            sys.exit(TRIPPED)
    line = [name, *options(target, folder, runs=runs, seed=seed), str(new), str(seeds)]
    if target.dictionary:
        atheris.Setup(line, check, custom_mutator=partial(mutated, target.dictionary))
    else:
        atheris.Setup(line, check)
    atheris.Fuzz()


PIECE = re.compile(rb"[A-Za-z0-9_.]+|\s+|[^\w\s]", re.ASCII)


def mutated(words: Sequence[str], content: bytes, most: int, seed: int) -> bytes:
    """Change some words of a text, or else some bytes: bytes alone hardly ever leave a text in its language."""
    chance = Random(seed)  # noqa: S311 - handed in by libFuzzer
    made = content
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        made = other_bytes(chance, made) if chance.random() < 0.4 else other_words(chance, made, words)
    return made[:most]


def other_words(chance: Random, content: bytes, words: Sequence[str]) -> bytes:
    """Put a word in the place of one, take one away, or repeat some."""
    pieces: list[bytes] = PIECE.findall(content) or [content]
    at, other, way = chance.randrange(len(pieces)), chance.randrange(len(pieces)), chance.randrange(6)
    if way < 3:
        pieces[at] = chance.choice(words).encode("utf-8", "surrogatepass")
    elif way < 5:
        pieces[at] = pieces[other] if way == 3 else b""
    else:
        pieces[at:at] = pieces[min(at, other) : max(at, other)][:12]
    return b"".join(pieces)


def other_bytes(chance: Random, content: bytes) -> bytes:
    """Turn a bit over, write a byte, put one in, take some away, or repeat some."""
    made = bytearray(content or b"\0")
    at, way = chance.randrange(len(made)), chance.randrange(5)
    end = at + chance.choice((1, 1, 2, 4, 16))
    if way == 0:
        made[at] ^= 1 << chance.randrange(8)
    elif way == 1:
        made[at] = chance.randrange(256)
    elif way == 2:
        made.insert(at, chance.randrange(256))
    elif way == 3:
        del made[at:end]
    else:
        made[at:at] = made[at:end]
    return bytes(made)


def try_all(check: Check, known: dict[str, bytes]) -> None:
    """Check what is known."""
    for content in known.values():
        check(content)


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    run(
        given["name"], Path(given["folder"]), runs=given["runs"], seed=given["seed"], planted=given["planted"]
    )  # does not come back
