"""Fifty people who save forms at once, for so many seconds, beside a bare writer in the same run."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.campaign.steps import ROOT, Found

PEOPLE = 50
MOST_P99, LEAST_SHARE = 150.0, 0.5
"""Milliseconds that a save may take at the 99th percentile, and share of the rate of the bare writer."""


def fifty_people(seconds: int, store: str = "") -> Found:
    """Let fifty people save; each loss, error, slow save, or a rate below half of the bare writer's is trouble.

    The bare writer stands behind the same HTTP server, and the same people save the same forms with it.
    """
    line = [sys.executable, "benchmarks/site_saving.py", str(seconds), str(PEOPLE)]
    done = subprocess.run(
        [*line, *(["--store", store] if store else [])], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return read(done.stdout, seconds, is_whole=done.returncode == 0, wrong=done.stderr)


def read(said: str, seconds: int, *, is_whole: bool, wrong: str = "") -> Found:
    """Read what was measured; what cannot be read is trouble."""
    number = r"([\d.]+)"
    patterns = (
        r"acknowledged (\d+), lost (\d+)",
        rf"site: \d+ saves, median {number} ms, p99 {number} ms",
        rf"bare writer: (\d+) saves, median {number} ms, p99 {number} ms",
        rf"saves a second: site {number}, bare writer {number}; ratio {number}",
    )
    lines = [re.search(pattern, said) for pattern in patterns]
    if not is_whole or None in lines:
        return Found(tried=0, trouble=1, control="", is_sharp=False, remarks=" ".join(wrong.split())[-200:])
    (told, lost), (_, p99), (bare, *_), (rate, _, share) = (
        [float(one) for one in found.groups()] for found in lines if found
    )
    trouble = int(lost) + int(p99 > MOST_P99) + int(share < LEAST_SHARE)
    return Found(
        tried=seconds,
        trouble=trouble,
        control=f"a bare writer saved {bare:.0f} times in the same run",
        is_sharp=bare > 0 and told > 0,
        remarks=f"{told:.0f} saves, {lost:.0f} lost, p99 {p99:.0f} ms, {rate:.1f} a second, {share:.2f} of the bare",
    )
