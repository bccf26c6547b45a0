"""The steps of the campaign: what is tried, how often, and what has to come of it. A new one is a line of `STEPS`.

A step is run in a process of its own. One that is a function returns what it found; one that is a test is run by pytest
with the number in the environment, and finds trouble where it fails.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a step found."""

    tried: int
    trouble: int
    """Losses, halves, damage, crashes, differences: none is wanted."""
    control: str
    """What showed that trouble would have been found."""
    is_sharp: bool = True
    """The control found what it had to."""
    remarks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that is tried often."""

    words: str
    count: int
    """How often in a whole campaign."""
    run: Callable[[int], Found]
    is_alone: bool = False
    """Measures times: nothing else may run beside it."""


def cut_the_power(count: int) -> Found:
    """Make disks as power cuts leave them, of several recordings, and open each with the program."""
    from tests.faults.power import Losses, after_power_cuts, record

    trouble = control = tried = 0
    with tempfile.TemporaryDirectory() as scratch:
        for seed in range(4):
            recording = record(Path(scratch) / f"{seed}", 28 + 7 * seed)
            found: Losses = after_power_cuts(recording, count // 4, Path(scratch), seed=1000 + seed)
            trouble += len(found.lost) + len(found.half) + len(found.damaged)
            tried += found.disks
        unsafe = record(Path(scratch) / "unsafe", 28, "synchronous normal")
        control = len(after_power_cuts(unsafe, 200, Path(scratch), seed=1).lost)
    return Found(
        tried=tried,
        trouble=trouble,
        control=f"{control} of 200 disks lack saves with less synchronisation",
        is_sharp=control > 0,
    )


def fail_the_disk(count: int) -> Found:
    """Let every call of every way of saving fail in turn, by every fault; the count is that of pairs."""
    from tests.faults.disk import FAULTS, WAYS, survey

    pairs = [(way, fault) for way in WAYS for fault in FAULTS][:count]
    with tempfile.TemporaryDirectory() as scratch:
        found = [survey(Path(scratch) / f"{place}", way, fault) for place, (way, fault) in enumerate(pairs)]
        hasty = survey(Path(scratch) / "hasty", "one save", "error once", hasty=True)
    wrong = [wrong for one in found for wrong in one.wrong]
    return Found(
        tried=sum(one.runs for one in found),
        trouble=len(wrong),
        control=f"{len(hasty.wrong)} of {hasty.runs} saves lost by a program that acknowledges too early",
        is_sharp=bool(hasty.wrong),
        remarks="; ".join(wrong[:3]),
    )


def fail_backups(count: int) -> Found:
    """Let calls fail while a backup is made, by every fault; the count is that of faults."""
    from tests.faults.backing import survey
    from tests.faults.disk import FAULTS

    with tempfile.TemporaryDirectory() as scratch:
        found = [survey(Path(scratch) / fault, fault, step=2) for fault in list(FAULTS)[:count]]
    wrong = [wrong for one in found for wrong in one.wrong]
    failed = sum(one.runs - one.made for one in found)
    return Found(
        tried=sum(one.runs for one in found),
        trouble=len(wrong),
        control=f"{failed} backups were refused",
        is_sharp=failed > 0,
        remarks="; ".join(wrong[:3]),
    )


def flip_the_bits(count: int) -> Found:
    """Turn bits over until so many changed what the ledger says."""
    from tests.faults.rot import flip_bits

    with tempfile.TemporaryDirectory() as scratch:
        found = flip_bits(Path(scratch), count, seed=2026)
    return Found(
        tried=found.meaningful,
        trouble=len(found.overlooked) + len(found.crashed),
        control=f"SQLite's own check overlooks {found.missed_by_sqlite}",
        is_sharp=found.missed_by_sqlite > 0,
        remarks=f"{found.tried} flips, of which {found.meaningful} changed what is said",
    )


def by_test(test: str, number: str, count: int, *, control: str, more: Mapping[str, str] | None = None) -> Found:
    """Run tests with a number in the environment; each that fails is trouble."""
    # what was compiled once need not be compiled for each process that is started
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "pycache"), number: str(count), **(more or {})}
    line = [sys.executable, "-m", "pytest", "-q", "-n0", "--tb=short", *test.split()]
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    last = done.stdout.strip().splitlines()[-1:] or [done.stderr[-200:]]
    return Found(tried=count, trouble=int(done.returncode != 0), control=control, remarks=last[0].strip())


def let_people_save(seconds: int, store: str = "") -> Found:
    """Let fifty people save for so many seconds."""
    from tests.campaign.people import fifty_people

    return fifty_people(seconds, store)


def put_faults_in(count: int) -> Found:
    """Put so many small faults into the core, one at a time; fewer than nine of ten noticed are trouble."""
    from tests.campaign.mutation import NEEDED, survivors

    tried, left, is_whole = survivors(count)
    share = (tried - len(left)) / max(1, tried)
    return Found(
        tried=tried,
        trouble=len(left) if share < NEEDED else 0,
        control=f"without a fault the tests {'pass' if is_whole else 'do not pass'}",
        is_sharp=is_whole,
        remarks=f"{share:.0%} noticed; not: {'; '.join(left[:20])}",
    )


def reach_every_branch(count: int) -> Found:
    """Run the tests that guard the core; the count is that of its parts, each of which has to be reached whole."""
    from tests.guarded import GUARDS, lacking, measured, parts

    few = lacking(measured(GUARDS[2:])[1])
    passed, found = measured(GUARDS)
    lacks = lacking(found)
    return Found(
        tried=min(count, len(parts())),
        trouble=len(lacks) + int(not passed),
        control=f"{len(few)} parts are not whole by the tests of blinding and dosing alone",
        is_sharp=bool(few),
        remarks="; ".join(lacks),
    )


def make_histories(count: int) -> Found:
    """Make so many random histories, and others with each planted fault, which has to be found."""
    file = "tests/capture/test_histories.py"
    found = by_test(f"{file} -k random_histories", "HISTORIES", count, control="", more=IN_MEMORY)
    planted = by_test(f"{file} -k planted", "HISTORIES", 1, control="", more=IN_MEMORY).remarks.partition("[")[0]
    caught, every = planted.count("."), len(planted.strip())
    return replace(found, control=f"{caught} of {every} planted faults found", is_sharp=0 < every == caught)


def fuzz_everything(count: int) -> Found:
    """Let a fuzzer that sees which lines its inputs reach try so many, shared out as in the tests, from two seeds."""
    from tests.fuzzing.driver import TARGETS, fuzz, target_of

    targets = {name: target_of(name) for name in TARGETS}
    share = count / sum(target.runs for target in targets.values())
    found = {
        (name, seed): fuzz(name, math.ceil(target.runs * share / 2), seed=seed)
        for name, target in targets.items()
        for seed in (1, 2)
    }
    controls = [fuzz(name, target.control, seed=10, planted=True) for name, target in targets.items()]
    caught = sum(control.bad is not None for control in controls)
    wrong = [f"{name}: {one.bad!r} {one.why[-300:]}" for (name, _), one in found.items() if one.bad is not None]
    return Found(
        tried=sum(one.runs for one in found.values()),
        trouble=len(wrong),
        control=f"{caught} of {len(controls)} planted faults found",
        is_sharp=caught == len(controls),
        remarks="; ".join(wrong),
    )


MEMORY = Path("/dev/shm")  # noqa: S108 - of this machine alone, as any folder for tests
IN_MEMORY: Mapping[str, str] = MappingProxyType({"TMPDIR": str(MEMORY)} if MEMORY.is_dir() else {})
"""For steps that wait for no real disk: what they try is not whether it keeps anything."""
KILLED = "tests/web/test_killed.py"
EARLY = "a writer that answers too early is found out"
STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "twins": Step(
            words="pairs of studies that differ in what a blind assessor must not know",
            count=1_000,
            run=partial(
                by_test,
                "tests/web/test_blind_twins.py",
                "TRIALBOOK_TWINS",
                control="stories that differ in what may be seen are told apart",
                more=IN_MEMORY,
            ),
        ),
        "kills": Step(
            words="the serving process killed while eight people save over HTTP",
            count=500,
            run=partial(by_test, KILLED, "KILLS", control=EARLY, more={"SEED": "1"}),
        ),
        "more kills": Step(
            words="the same, at other moments",
            count=500,
            run=partial(by_test, KILLED, "KILLS", control=EARLY, more={"SEED": "2"}),
        ),
        "histories": Step(
            words="random histories of twenty acts, with crashes and second people, checked after each act",
            count=5_000,
            run=make_histories,
        ),
        "fuzzing": Step(
            words="inputs made by a fuzzer that sees which lines they reach, for eight ways in",
            count=200_000,
            run=fuzz_everything,
        ),
        "power": Step(words="disks as a power cut leaves them", count=10_000, run=cut_the_power),
        "disk": Step(
            words="every call to the disk failing in turn, ways of saving by faults", count=20, run=fail_the_disk
        ),
        "backups": Step(words="backups made while a call to the disk fails, by every fault", count=5, run=fail_backups),
        "people": Step(
            words="seconds in which fifty people save on SQLite", count=300, run=let_people_save, is_alone=True
        ),
        "people on a server": Step(
            words="the same on PostgreSQL", count=300, run=partial(let_people_save, store="postgresql"), is_alone=True
        ),
        "mutation": Step(words="small faults put into the core", count=500, run=put_faults_in),
        "branches": Step(words="parts of the core of which every branch is reached", count=40, run=reach_every_branch),
        "rot": Step(words="flipped bits that change what the ledger says", count=1_000, run=flip_the_bits),
    }
)
"""Name -> step. Those that take longest come first, since two are run at a time."""
