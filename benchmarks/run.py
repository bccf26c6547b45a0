"""Measure speed as ratios in one run: whole processes, interleaved, so that what disturbs one disturbs the other.

Usage: run.py [REPEATS]. The peer gets an environment of its own, made once in benchmarks/.venv.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

HERE = Path(__file__).parent
PEER = HERE / ".venv"
STUDY = HERE.parent / "src" / "trialbook" / "studies" / "infliximab_myositis"
OURS = [sys.executable, "-m", "trialbook"]


def peer_python() -> str:
    """Make the peer's environment where it is missing, and return its interpreter."""
    python = PEER / "bin" / "python"
    if not python.exists():
        venv.create(PEER, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "pandas", "scipy", "tableone", "matplotlib"], check=True)
    return str(python)


def seconds(command: list[str]) -> float:
    """Run a command as a whole process and return its wall time."""
    start = time.perf_counter()
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TRIALBOOK_BY": "benchmark"},
    )
    return time.perf_counter() - start


def compare(title: str, ours: list[str], peer: list[str], repeats: int) -> None:
    """Time two commands in turn and print the median of each and of their ratio."""
    seconds(ours), seconds(peer)
    pairs = [(seconds(ours), seconds(peer)) for _ in range(repeats)]
    mine, theirs = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{title}: {mine * 1000:.0f} ms against {theirs * 1000:.0f} ms, ratio {ratio:.2f}")


def write_forms(path: Path, rows: int) -> None:
    """Write invented HAQ forms, one answer in fifty missing."""
    import numpy as np
    import polars as pl

    from trialbook.instruments import CATALOG

    stream = np.random.default_rng(1)
    columns = {"who": np.char.add("P", np.arange(rows).astype(str))}
    for item in CATALOG["haq-di"].items:
        words = np.array(["no", "yes"]) if item.kind == "yes_no" else np.array(list(item.choices))
        columns[item.id] = np.where(stream.random(rows) < 0.02, "", words[stream.integers(0, len(words), rows)])
    pl.DataFrame(columns).with_columns(pl.all().replace("", None)).write_csv(path)


def main(repeats: int) -> None:
    """Measure start-up, the report of a small study, the scoring of a million forms, and exact sign flips."""
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        subprocess.run(
            [*OURS, "demo", name],
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "TRIALBOOK_BY": "benchmark"},
        )
        compare(
            "--help, against importing polars and numpy",
            [*OURS, "--help"],
            [sys.executable, "-c", "import polars, numpy"],
            repeats,
        )
        compare(
            "report of infliximab_myositis, against pandas + scipy.stats + tableone + matplotlib",
            [*OURS, "report", str(out / "infliximab_myositis")],
            [peer_python(), str(HERE / "peer_pandas.py"), str(STUDY / "data" / "as_published.csv"), name],
            repeats,
        )
        forms = out / "forms.csv"
        write_forms(forms, 1_000_000)
        scoring = [*OURS, "score", "haq-di", str(forms), "--id", "who"]
        reading = [sys.executable, "-c", f"import polars; polars.read_csv({str(forms)!r})"]
        compare("score 1,000,000 HAQ forms, against polars reading them", scoring, reading, repeats)
        written = [*scoring, "--csv", str(out / "scores.csv")]
        compare(
            "score 1,000,000 HAQ forms and write the scores, against polars reading them", written, reading, repeats
        )
    print("exact sign flips, against scipy.stats.permutation_test on the same pairs in one process:", flush=True)
    subprocess.run([sys.executable, str(HERE / "sign_flip.py")], check=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
