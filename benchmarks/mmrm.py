"""Measure models for repeated measures: against lme4 with pbkrtest, and as participants and visits grow.

Usage: mmrm.py [REPEATS [PICTURE]]. The peer needs R with lme4 and pbkrtest (make test-deps). Both fit the same data,
200 participants at 4 visits in two arms with a tenth of the values missing, unstructured, and test three changes from
the first visit by Kenward and Roger; both with the expected information, since pbkrtest has no other. Seconds are of
the fit and the contrasts, without starting a program or reading a file; turns alternate.
"""

from __future__ import annotations

import csv
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from trialbook.analysis import mmrm

HERE = Path(__file__).parent
Columns = dict[str, list[object]]


def invented(people: int, visits: int, seed: int = 1) -> Columns:
    """Invent values of two arms, a tenth of them missing."""
    rng = np.random.default_rng(seed)
    place = np.arange(visits)
    values = rng.standard_normal((people, visits)) @ np.linalg.cholesky(0.7 ** np.abs(place[:, None] - place)).T
    who, when = np.nonzero(rng.random((people, visits)) >= 0.1)
    return {
        "participant": [f"P{person:05}" for person in who],
        "visit": [f"week {visit:02}" for visit in when],
        "arm": ["AB"[person % 2] for person in who],
        "y": values[who, when].tolist(),
    }


def ours(columns: Columns, structure: mmrm.Name = "us") -> tuple[float, list[float]]:
    """Fit, test three changes, and return the seconds and what was found."""
    started = time.perf_counter()
    fit = mmrm.fit(
        "y ~ arm * visit",
        columns,
        participant="participant",
        visit="visit",
        structure=structure,
        information="expected",
    )
    told = fit.change_from("week 00", by=["arm"])[: len(fit.visits) - 1][-3:]
    taken = time.perf_counter() - started
    return taken, [
        float(value) for one in reversed(told) for value in (one.estimate, one.se, one.df) if value is not None
    ]


def peer(path: Path) -> tuple[float, list[float]]:
    """Let R do the same twice in one process, and return the seconds of the second, and what was found."""
    command = ["Rscript", str(HERE / "mmrm.R"), str(path), "2"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    seconds = [float(line.split()[1]) for line in lines if line.startswith("seconds")]
    found = next(line for line in lines if line.startswith("found"))
    return seconds[-1], [float(word) for word in found.split()[1:]]


def against_r(repeats: int) -> None:
    """Print the ratio of the medians of alternating turns."""
    columns = invented(200, 4)
    ours(columns)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "data.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerows([list(columns), *zip(*columns.values(), strict=True)])
        turns = [(ours(columns), peer(path)) for _ in range(repeats)]
    mine, theirs = (statistics.median(turn[side][0] for turn in turns) for side in (0, 1))
    gap = max(abs(a - b) / max(abs(b), 1e-3) for a, b in zip(turns[-1][0][1], turns[-1][1][1], strict=True))
    print(
        f"200 participants, 4 visits, three contrasts: {mine * 1000:.1f} ms against {theirs * 1000:.0f} ms by lme4 and"
    )
    print(f"pbkrtest, ratio {mine / theirs:.3f}; estimates, errors and degrees of freedom differ by {gap:.1e} at most")


def growth(repeats: int) -> dict[str, list[tuple[str, int, float]]]:
    """Print the least seconds of some turns as participants and visits grow; return (structure, size, seconds)."""
    found: dict[str, list[tuple[str, int, float]]] = {"participants, 4 visits": [], "visits, 200 participants": []}
    sizes = [(people, 4) for people in (20, 60, 200, 600, 2000, 6000, 20000)] + [(200, t) for t in (2, 4, 6, 8, 12, 16)]
    for structure in ("us", "ar1h", "cs"):
        for number, (people, visits) in enumerate(sizes):
            columns = invented(people, visits)
            taken = min(ours(columns, structure)[0] for _ in range(repeats))
            print(f"{structure:5} {people:6} participants {visits:3} visits {taken * 1000:8.1f} ms")
            line = "participants, 4 visits" if number < 7 else "visits, 200 participants"
            found[line].append((structure, people if number < 7 else visits, taken))
    return found


def draw(found: dict[str, list[tuple[str, int, float]]], path: Path) -> None:
    """Draw the growth, time and participants on logarithmic axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    for axes, (title, points) in zip(figure.subplots(1, 2, sharey=True), found.items(), strict=True):
        for structure in dict.fromkeys(name for name, _, _ in points):
            mine = [(size, taken) for name, size, taken in points if name == structure]
            axes.plot([size for size, _ in mine], [1000 * taken for _, taken in mine], marker="o", label=structure)
        axes.set(xscale="log" if title.startswith("participants") else "linear", yscale="log", xlabel=title)
        axes.grid(alpha=0.3, which="both")
    figure.axes[0].set_ylabel("ms, fit and three contrasts")
    figure.axes[0].legend()
    figure.savefig(path)


if __name__ == "__main__":
    against_r(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
    timed = growth(7)
    if len(sys.argv) > 2:
        draw(timed, Path(sys.argv[2]))
