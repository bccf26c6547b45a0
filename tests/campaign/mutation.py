"""Mutation: one small fault at a time is put into the core, and the tests that guard it must notice.

All tests are collected once. One run tells which of them reach which line and how long each takes. Then each fault is
put into a fork of the process that has them collected, and those that reach its line are run until one fails: first
those that noticed another fault of this part, then the quickest of each file in turn. A fault outside of functions is
put in before anything is imported, and the tests that reach the part are run.

A test that fails by itself would find every fault. So each test that noticed one is run again, alone and without a
fault, and has to pass. A fault that never ends is stopped by the processor time it takes, so that load tells nothing.
One that nothing can notice, since it says the same in other words, counts as survived: so 90 % and not all have to be
noticed.
"""

from __future__ import annotations

import gc
import importlib
import json
import math
import os
import random  # noqa: TID251 - a sample, drawn with a seed
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from types import CodeType, MappingProxyType, ModuleType
from typing import cast

import pytest
from tests.campaign.faults_in_code import Fault, Part, faults, part_named, plant
from tests.guarded import TIMED

ROOT = Path(__file__).parents[2]
NEEDED = 0.9
"""Share of the faults that have to be noticed."""
AT_A_TIME, SECONDS = 2, 600
"""Forks at a time; seconds after which one has hung, beyond the processor time that it may take."""
PATIENCE = 10
"""How many times longer than without a fault tests may take, in processor time."""
ENOUGH = 15.0
"""Seconds of tests, without a fault, after which one of them counts as not noticed."""

ACTS = (
    "tests/acts", "tests/capture/test_people.py", "tests/capture/test_codes.py", "tests/capture/test_book.py",
    "tests/capture/test_versions.py",
)  # fmt: skip
STORED = tuple(
    f"tests/capture/test_{name}.py"
    for name in ("store", "store_failing", "book", "trail", "together", "verify", "erasure", "upgrades")
)
DOSES = ("tests/conduct/test_dosing.py", "tests/conduct/test_dosing_told.py", "tests/conduct/test_regimen.py")
CORE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "conduct/dosing.py": DOSES,
        "conduct/amounts.py": DOSES,
        "conduct/regimen.py": DOSES,
        "conduct/rating_now.py": ("tests/conduct/test_rating_now.py",),
        "conduct/blinding.py": ("tests/conduct/test_blinding.py", "tests/conduct/test_shown.py"),
        "capture/ledger.py": ("tests/capture/test_ledger.py", "tests/capture/test_verify.py", "tests/acts"),
        **dict.fromkeys(("capture/store.py", "capture/file.py", "capture/placing.py"), STORED),
        **dict.fromkeys(
            (
                "capture/acts.py", "capture/amending.py", "capture/answers.py", "capture/asking.py", "capture/codes.py",
                "capture/delegations.py", "capture/erasure.py", "capture/exceptions.py", "capture/forms.py",
                "capture/identifying.py", "capture/judging.py", "capture/looks.py", "capture/marks.py",
                "capture/people.py", "capture/queries.py", "capture/recordings.py", "capture/seals.py",
                "capture/statuses.py", "capture/transfers.py", "capture/versions.py", "capture/withdrawing.py",
            ),
            ACTS,
        ),
    }
)  # fmt: skip
"""Part of the program -> the tests that guard it."""

LIBRARIES = ("hypothesis", "numpy", "sqlalchemy", "ruamel.yaml", "cel_expr_python", "coverage", "scipy.special", "pint")
"""Loaded once for all faults: they know nothing of the program."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which tests reach which line of the parts, and how long each takes."""

    lines: Mapping[str, Mapping[int, frozenset[str]]]
    seconds: Mapping[str, float]
    failed: tuple[str, ...]

    def tests(self, part: str, lines: Iterable[int]) -> list[str]:
        """Return the tests that reach one of the lines, the quickest first."""
        known = self.lines.get(part, {})
        return self.quickest(name for line in lines for name in known.get(line, ()))

    def all_tests(self, part: str) -> list[str]:
        """Return the tests that reach a part."""
        return self.tests(part, self.lines.get(part, {}))

    def quickest(self, names: Iterable[str]) -> list[str]:
        """Put tests in the order of the time they take."""
        return sorted({name for name in names if name in self.seconds}, key=lambda name: (self.seconds[name], name))


@dataclass(slots=True)
class Tally:
    """What became of faults."""

    tried: int = 0
    left: list[str] = field(default_factory=list)
    """Which nobody noticed."""
    broken: list[str] = field(default_factory=list)
    """Tests that fail without a fault, and faults that could not be tried: none is wanted."""
    endless: int = 0
    """Noticed as they took too long."""


# ---- forks ------------------------------------------------------------------------------------------------------

Job = tuple[str, Callable[[], int], float]
"""What is done, by which function, and the seconds of processor time that it may take."""
PASSED, FAILED, BROKEN = 0, 1, 70


def in_forks(jobs: Iterable[Job], scratch: Path) -> Iterator[tuple[str, int]]:
    """Do jobs in forks, some at a time; yield how each was left: a number, negative for a signal."""
    running: dict[int, str] = {}
    for number, (name, do, seconds) in enumerate(jobs):
        while len(running) >= AT_A_TIME:
            yield ended(running)
        folder = scratch / f"{number}"
        folder.mkdir(parents=True)
        child = os.fork()
        if child == 0:
            alone(do, seconds, folder)
        running[child] = name
    while running:
        yield ended(running)


def ended(running: dict[int, str]) -> tuple[str, int]:
    """Wait for the next fork to end."""
    child, status = os.wait()
    return running.pop(child), os.waitstatus_to_exitcode(status)


def alone(do: Callable[[], int], seconds: float, folder: Path) -> None:
    """Do something within so much processor time, with a folder of its own for what is temporary, and end."""
    code = BROKEN
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(folder)
        limit = int(seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(SECONDS + limit)
        code = do()
        shutil.rmtree(folder, ignore_errors=True)
    except BaseException:  # noqa: BLE001 - whatever it is, the fork ends here
        traceback.print_exc()
    finally:
        os._exit(code)


# ---- the process that has every test collected ------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Warm:
    """Lets pytest collect the tests and then, instead of running them, does what it is told with them."""

    work: Callable[[Mapping[str, pytest.Item]], None]
    failed: list[str] = field(default_factory=list)

    def pytest_configure(self) -> None:
        """Let examples be the same in every run, and no time be spent on making them small."""
        from hypothesis import Phase, settings

        phases = [Phase.explicit, Phase.generate]
        settings.register_profile(
            "faults", derandomize=True, deadline=None, database=None, phases=phases, report_multiple_bugs=False
        )
        settings.load_profile("faults")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Do the work with the collected tests."""
        self.work({item.nodeid: item for item in session.items})
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what fails."""
        if report.failed:
            self.failed.append(report.nodeid)


def collected(tests: Sequence[str], work: Callable[[Warm, Mapping[str, pytest.Item]], None]) -> int:
    """Let pytest collect tests, and work with them; return how pytest was left."""
    warm = Warm(work=lambda items: work(warm, items))
    options = ["-n0", "--capture=sys", f"--rootdir={ROOT}"]
    # hypothesis is loaded before pytest
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning", *(f"--deselect={test}" for test in TIMED)]
    return int(pytest.main([*options, *[str(ROOT / test) for test in tests]], plugins=[warm]))


def first_failing(warm: Warm, items: Sequence[pytest.Item]) -> str | None:
    """Run tests until one fails, and return it."""
    for item, following in pairwise([*items, None]):
        assert item is not None
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if warm.failed:
            return item.nodeid
    return None


def reach_of(warm: Warm, items: Mapping[str, pytest.Item], parts: Sequence[Part]) -> Reach:
    """Run every test once, and tell what each reaches."""
    from coverage import Coverage

    files = {part.file: part.name for part in parts}
    watching, seconds = Coverage(data_file=None, include=list(files), config_file=False), {}
    watching.start()
    for item, following in pairwise([*items.values(), None]):
        assert item is not None
        watching.switch_context(item.nodeid)
        begun = time.process_time()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        seconds[item.nodeid] = time.process_time() - begun
    watching.stop()
    data = watching.get_data()
    lines = {
        name: {line: frozenset(tests) for line, tests in data.contexts_by_lineno(file).items()}
        for file, name in files.items()
    }
    return Reach(lines, seconds, tuple(warm.failed))


def written(reach: Reach) -> str:
    """Write what tests reach, for another process."""
    lines = {part: {line: sorted(tests) for line, tests in found.items()} for part, found in reach.lines.items()}
    return json.dumps([lines, reach.seconds, reach.failed])


def read_reach(text: str) -> Reach:
    """Read what another process wrote."""
    lines, seconds, failed = json.loads(text)
    known = {part: {int(line): frozenset(tests) for line, tests in found.items()} for part, found in lines.items()}
    return Reach(known, seconds, tuple(failed))


@dataclass(slots=True)
class Bench:
    """The place where faults are tried."""

    parts: Mapping[str, Part]
    tried: Sequence[Fault]
    scratch: Path
    tally: Tally = field(default_factory=Tally)

    @property
    def reach_file(self) -> Path:
        """Where it stands what tests reach."""
        return self.scratch / "reach.json"

    @property
    def killers(self) -> Path:
        """Where it stands which tests noticed something, one a line."""
        return self.scratch / "killers"

    def tests(self) -> list[str]:
        """Return the files of tests that guard the parts."""
        return sorted({test for part in self.parts for test in CORE[part]})

    # ---- within functions --------------------------------------------------------------------------------------

    def in_warm(self, warm: Warm, items: Mapping[str, pytest.Item]) -> None:
        """Try every fault that is within a function, in forks of a process that has everything loaded."""
        watch: Job = ("reach", lambda: self.watch(warm, items), 3600)
        if [status for _, status in in_forks([watch], self.scratch / "watching")] != [PASSED]:
            self.tally.broken.append("tests could not be watched")
            return
        reach = read_reach(self.reach_file.read_text(encoding="utf-8"))
        self.tally.broken += reach.failed
        modules = {name: importlib.import_module(module_of(name)) for name in self.parts}
        gc.collect()
        gc.freeze()
        jobs = [self.job(warm, items, reach, modules, number) for number in self.within_functions()]
        self.count(in_forks(jobs, self.scratch / "functions"))
        self.check_killers(warm, items, reach)

    def watch(self, warm: Warm, items: Mapping[str, pytest.Item]) -> int:
        """Write down what tests reach."""
        self.reach_file.write_text(written(reach_of(warm, items, list(self.parts.values()))), encoding="utf-8")
        return PASSED

    def within_functions(self) -> list[int]:
        """Return the numbers of the faults that are within a function."""
        return [number for number, fault in enumerate(self.tried) if fault.path]

    def job(
        self, warm: Warm, items: Mapping[str, pytest.Item], reach: Reach, modules: Mapping[str, ModuleType], number: int
    ) -> Job:
        """Return how a fault is tried."""
        fault = self.tried[number]
        names = [name for name in reach.tests(fault.part, {fault.line, fault.statement}) if name in items]

        def do() -> int:
            if not plant(modules[fault.part], self.parts[fault.part], fault):
                return BROKEN
            ordered = enough(reach, [name for name in self.noticing(fault.part) if name in names], names)
            return self.noted(fault.part, first_failing(warm, [items[name] for name in ordered]))

        return f"{number}", do, allowed(reach, names)

    def noted(self, part: str, killer: str | None) -> int:
        """Write down which test noticed a fault."""
        if killer is None:
            return PASSED
        with self.killers.open("a", encoding="utf-8") as file:
            file.write(f"{part} {killer}\n")
        return FAILED

    def noticing(self, part: str | None = None) -> list[str]:
        """Return the tests that noticed a fault so far, of one part or of all, the sharpest first."""
        told = self.killers.read_text(encoding="utf-8").splitlines() if self.killers.exists() else []
        found = Counter(name for at, _, name in (line.partition(" ") for line in told) if part in {None, at})
        return [name for name, _ in found.most_common()]

    def check_killers(self, warm: Warm, items: Mapping[str, pytest.Item], reach: Reach) -> None:
        """Run each test that noticed something alone and without a fault: it has to pass."""
        jobs: list[Job] = []
        for name in self.noticing():
            one = [items[name]]
            jobs.append((name, lambda one=one: int(first_failing(warm, one) is not None), allowed(reach, [name])))  # type: ignore[misc]  # the lambda keeps its own
        self.tally.broken += [name for name, status in in_forks(jobs, self.scratch / "alone") if status != PASSED]

    # ---- outside of functions ----------------------------------------------------------------------------------

    def anew(self) -> None:
        """Try every fault outside of functions, each in a process that has not imported the program."""
        reach = read_reach(self.reach_file.read_text(encoding="utf-8"))
        outside = {f"{number}": fault for number, fault in enumerate(self.tried) if not fault.path}
        jobs = [self.imported(reach, fault.part, fault.whole, number) for number, fault in outside.items()]
        self.count(in_forks(jobs, self.scratch / "anew"))
        names = sorted({fault.part for fault in outside.values()})
        whole = [self.imported(reach, name, self.parts[name].code, name) for name in names]
        self.tally.broken += [name for name, status in in_forks(whole, self.scratch / "whole") if status != PASSED]

    def imported(self, reach: Reach, name: str, code: CodeType, key: str) -> Job:
        """Return how a part is tried that is imported anew."""
        names = enough(reach, self.noticing(name), reach.all_tests(name))
        files = sorted({test.partition("::")[0] for test in names})

        def run(warm: Warm, items: Mapping[str, pytest.Item]) -> None:
            first_failing(warm, [items[one] for one in names])
            if warm.failed:
                os._exit(FAILED)

        def do() -> int:
            sys.meta_path.insert(0, Planted(module_of(name), code, self.parts[name].file))
            return min(FAILED, collected(files, run)) if files else PASSED

        return key, do, allowed(reach, names)

    # ---- what became of them -----------------------------------------------------------------------------------

    def count(self, ends: Iterable[tuple[str, int]]) -> None:
        """Count what became of faults."""
        for number, status in ends:
            fault = self.tried[int(number)]
            self.tally.tried += status != BROKEN
            self.tally.endless += status in {-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGALRM}
            if status == BROKEN:
                self.tally.broken.append(f"not tried: {fault}")
            if status == PASSED:
                self.tally.left.append(str(fault))


@dataclass(frozen=True, slots=True)
class Planted:
    """Lets a module be imported as another piece of code."""

    module: str
    code: CodeType
    file: str

    def find_spec(self, name: str, _path: object = None, _target: object = None, /) -> ModuleSpec | None:
        """Tell that this loads the module."""
        loader = cast("Loader", self)  # it has the two methods
        return spec_from_file_location(name, self.file, loader=loader) if name == self.module else None

    def create_module(self, _spec: ModuleSpec) -> None:
        """Let a usual module be made."""

    def exec_module(self, module: ModuleType) -> None:
        """Fill it."""
        exec(self.code, vars(module))  # noqa: S102 - the program, with a fault


def module_of(part: str) -> str:
    """Return the name by which a part is imported."""
    return f"trialbook.{part.removesuffix('.py').replace('/', '.')}"


def enough(reach: Reach, sharp: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the tests that are run for a fault: those that noticed others before, then one of each file in turn."""
    chosen, seconds = [], 0.0
    for name in dict.fromkeys((*sharp, *in_turn(names))):
        if seconds < ENOUGH:
            chosen.append(name)
            seconds += reach.seconds[name]
    return chosen


def in_turn(names: Iterable[str]) -> list[str]:
    """Return the first test of each file, then the second, and so on."""
    turns: Counter[str] = Counter()
    placed = []
    for name in names:
        file = name.partition("::")[0]
        turns[file] += 1
        placed.append((turns[file], name))
    return [name for _, name in sorted(placed, key=itemgetter(0))]


def allowed(reach: Reach, names: Iterable[str]) -> float:
    """Return the seconds of processor time that tests may take."""
    return 20 + PATIENCE * sum(reach.seconds[name] for name in names)


def drawn(count: int, parts: Sequence[Part], seed: int = 2026) -> list[Fault]:
    """Draw so many faults or a few more, of each part its share."""
    chance, every = random.Random(seed), {part.name: list(faults(part)) for part in parts}  # noqa: S311 - a sample, not a secret
    total = sum(len(found) for found in every.values())
    return [
        fault
        for found in every.values()
        for fault in chance.sample(found, min(len(found), math.ceil(count * len(found) / total)))
    ]


def try_faults(count: int, names: Sequence[str]) -> Tally:
    """Try so many faults of parts of the program."""
    for library in LIBRARIES:
        importlib.import_module(library)
    parts = {name: part_named(name) for name in names}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(parts=parts, tried=drawn(count, list(parts.values())), scratch=Path(folder))
        passed_on = Path(folder) / "tally.json"

        def warm() -> int:
            if collected(bench.tests(), bench.in_warm):
                return FAILED
            passed_on.write_text(json.dumps([getattr(bench.tally, name) for name in TALLIED]), encoding="utf-8")
            return PASSED

        if [status for _, status in in_forks([("warm", warm, 7200)], Path(folder) / "warm")] != [PASSED]:
            return Tally(broken=["tests could not be collected"])
        bench.tally = Tally(**dict(zip(TALLIED, json.loads(passed_on.read_text(encoding="utf-8")), strict=True)))
        if bench.reach_file.exists():
            bench.anew()
        return bench.tally


TALLIED = ("tried", "left", "broken", "endless")


def survivors(count: int, parts: Sequence[str] = tuple(CORE)) -> tuple[int, list[str], bool]:
    """Try so many faults; return how many were tried, which nobody noticed, and whether the tests pass without one."""
    line = [sys.executable, "-m", "tests.campaign.mutation", str(count), *parts]
    done = subprocess.run(line, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    tally = Tally(**json.loads(done.stdout.splitlines()[-1]))
    return tally.tried, tally.left, not tally.broken


def main(line: Sequence[str]) -> None:
    """Try faults, and print what became of them in a line."""
    found = try_faults(int(line[0]), line[1:] or tuple(CORE))
    sys.stdout.write(json.dumps({name: getattr(found, name) for name in TALLIED}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
