"""A bare long table, by `trialbook analyse` and by its peers in one run: wall time, processor time, memory, agreement.

Usage: long_table.py [--repeats N] [--venv FOLDER] PARTICIPANTS ...   (default: 4 1000 100000)

Whole processes from start to exit, in turn, so that what disturbs one disturbs all. Every peer reads the same CSV,
describes every parameter at every visit, compares every visit with the first by a paired t test, and writes a CSV; none
makes a Table 1 or a figure. trialbook does the same, and its exact tests, intervals, effect sizes and warnings besides.
The peers get an environment of their own, made once in FOLDER (benchmarks/.venv).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PEERS = ("duckdb_scipy", "polars_scipy", "pandas_scipy", "pandas_pingouin")
REFERENCE = "pandas_scipy"
"""Whose numbers ours are compared with: scipy.stats.ttest_rel, written without any of our code."""
PACKAGES = ("duckdb", "polars", "pandas", "scipy", "pingouin", "pyarrow")
COLUMNS = ("--id", "participant", "--visit", "visit", "--value", "value", "--by", "parameter", "--baseline", "0")
MAP = {
    "describe.{parameter}.{visit}.mean": "mean,n",
    "describe.{parameter}.{visit}.sd": "sd,n",
    "change.{parameter}.{visit}.mean": "change,n_pairs",
    "change.{parameter}.{visit}.sd": "sd_change",
    "change.{parameter}.{visit}.t": "t",
    "change.{parameter}.{visit}.p": "p",
}
TOLERANCE = "1e-10"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a process took."""

    wall: float
    cpu: float
    memory: float
    """Largest resident memory, in megabytes."""


def peer_python(folder: Path) -> str:
    """Make the peers' environment where something of it is missing, and return its interpreter."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    have = subprocess.run([python, "-c", "import duckdb, pingouin, polars"], capture_output=True, check=False)
    if have.returncode:
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    return str(python)


def cost_of(command: list[str]) -> Cost:
    """Run a command as a whole process; RuntimeError where it fails."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        if process.returncode:
            told.seek(0)
            raise RuntimeError(f"{command}: {told.read().decode()[-2000:]}")
    return Cost(wall=wall, cpu=used.ru_utime + used.ru_stime, memory=used.ru_maxrss / 1024)


def commands(python: str, source: Path, out: Path) -> dict[str, list[str]]:
    """Return what is run, by name; ours first."""
    ours = [sys.executable, "-m", "trialbook", "analyse", "--data", str(source), *COLUMNS]
    peers = {
        name: [python, str(HERE / "long_peers" / f"{name}.py"), str(source), str(out / f"{name}.csv")] for name in PEERS
    }
    return {"trialbook": [*ours, "--csv", str(out / "trialbook.csv")], **peers}


def measure(python: str, participants: int, repeats: int, folder: Path) -> None:
    """Run everything in turn at one size, and print medians, ratios and agreement."""
    source = folder / f"long_{participants}.csv"
    subprocess.run([sys.executable, HERE / "long_data.py", str(participants), source], check=True)
    asked = commands(python, source, folder)
    for command in asked.values():
        cost_of(command)
    costs: dict[str, list[Cost]] = {name: [] for name in asked}
    for _ in range(repeats):
        for name, command in asked.items():
            costs[name].append(cost_of(command))
    rows = participants * 160
    print(
        f"\n{participants:,} participants, {rows:,} rows, {source.stat().st_size / 1e6:.1f} MB, {repeats} runs each\n"
    )
    print("| program | wall, s | processor, s | memory, MB | our wall | our processor | our memory |")
    print("|---|---|---|---|---|---|---|")
    for name, found in costs.items():
        middle = {part: statistics.median(getattr(one, part) for one in found) for part in ("wall", "cpu", "memory")}
        ratios = {
            part: statistics.median(
                getattr(mine, part) / getattr(its, part) for mine, its in zip(costs["trialbook"], found, strict=True)
            )
            for part in middle
        }
        shown = " | ".join("" if name == "trialbook" else f"{ratio:.2f}" for ratio in ratios.values())
        print(f"| {name} | {middle['wall']:.2f} | {middle['cpu']:.2f} | {middle['memory']:.0f} | {shown} |")
    print(f"\nAgainst {REFERENCE}, tolerance {TOLERANCE}: {agreement(folder)}")


def agreement(folder: Path) -> str:
    """Lay our results beside the reference by `trialbook reconcile`; RuntimeError where a number differs."""
    maps = [part for name, column in MAP.items() for part in ("--map", f"{name}={column}")]
    files = [str(folder / "trialbook.csv"), str(folder / f"{REFERENCE}.csv")]
    done = subprocess.run(
        [sys.executable, "-m", "trialbook", "reconcile", *files, *maps, "--tolerance", TOLERANCE],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return " ".join(line for line in done.stdout.splitlines() if "compared" in line or "Largest" in line)


def main() -> None:
    """Read the sizes and measure each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("participants", type=int, nargs="*", default=[4, 1000, 100_000])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--venv", type=Path, default=HERE / ".venv")
    asked = parser.parse_args()
    python = peer_python(asked.venv)
    with tempfile.TemporaryDirectory() as name:
        for participants in asked.participants:
            measure(python, participants, asked.repeats, Path(name))


if __name__ == "__main__":
    main()
