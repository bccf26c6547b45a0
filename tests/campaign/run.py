"""The campaign before a release: what the tests try some times, tried often, two steps at a time.

Steps that measure times come first, one after the other with nothing beside them.

`make campaign` writes build/campaign.md and leaves with 1 where anything was found, a control was blunt, or time was
up.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from tests.campaign.steps import ROOT, STEPS, Found, Step

PAGE = ROOT / "build" / "campaign.md"
MINUTES = 58
AT_A_TIME = 2
CUT_OFF = Found(tried=0, trouble=1, control="", is_sharp=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a step."""

    name: str
    step: Step
    wanted: int
    found: Found
    seconds: float

    @property
    def is_good(self) -> bool:
        """Tell whether it was tried as often as wanted, nothing was found, and the control was sharp."""
        return not self.found.trouble and self.found.is_sharp and self.found.tried >= self.wanted


def carry_out(name: str, share: float, end: float) -> Outcome:
    """Run a step in a process of its own until the end of the time."""
    step, begun = STEPS[name], time.monotonic()
    wanted = max(1, round(step.count * share))
    line = [sys.executable, "-m", "tests.campaign.run", "--step", name, "--count", str(wanted)]
    found = result_of(line, end - begun)
    return Outcome(name=name, step=step, wanted=wanted, found=found, seconds=time.monotonic() - begun)


def result_of(line: Sequence[str], seconds: float) -> Found:
    """Run a process for so many seconds at most, and return what its last line tells."""
    pipe = subprocess.PIPE
    # a session of its own: what the step started is ended with it
    with subprocess.Popen(line, cwd=ROOT, stdout=pipe, stderr=pipe, text=True, start_new_session=True) as process:
        try:
            said, wrong = process.communicate(timeout=max(1.0, seconds))
            return Found(**json.loads(said.splitlines()[-1]))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return Found(**{**asdict(CUT_OFF), "remarks": "cut off, as time was up"})
        except (ValueError, TypeError, IndexError):
            return Found(**{**asdict(CUT_OFF), "remarks": " ".join(wrong.split())[-200:]})


def page(outcomes: Sequence[Outcome], seconds: float) -> str:
    """Return the summary."""
    when, machine = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", f"{os.cpu_count()} processors, {platform.system()}"  # noqa: TID251 - a door
    lines = [
        "# Campaign",
        "",
        f"{when}, {seconds / 60:.0f} minutes, Python {platform.python_version()}, {machine}.",
        "",
        "| step | unit | wanted | tried | trouble | control | minutes | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in outcomes:
        found, verdict = one.found, "good" if one.is_good else "**look**"
        lines.append(
            f"| {one.name} | {one.step.words} | {one.wanted:,} | {found.tried:,} | {found.trouble} | {found.control} |"
            f" {one.seconds / 60:.1f} | {verdict} |"
        )
    remarks = [f"- {one.name}: {one.found.remarks}" for one in outcomes if one.found.remarks]
    return "\n".join([*lines, "", *remarks]) + "\n"


def campaign(names: Sequence[str], share: float, minutes: float) -> int:
    """Run steps, write the summary, and return how the process is left."""
    begun = time.monotonic()
    end = begun + 60 * minutes
    alone = [name for name in names if STEPS[name].is_alone]
    outcomes = [carry_out(name, share, end) for name in alone]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        outcomes += pool.map(lambda name: carry_out(name, share, end), [name for name in names if name not in alone])
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(outcomes, time.monotonic() - begun), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))  # noqa: T201 - the summary
    return int(not all(one.is_good for one in outcomes))


def main() -> int:
    """Read the command line."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", nargs="*", choices=STEPS, default=list(STEPS), help="these steps alone")
    asked.add_argument("--share", type=float, default=1.0, help="of the whole count, 0.1 for a tenth")
    asked.add_argument("--minutes", type=float, default=MINUTES)
    asked.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    asked.add_argument("--count", type=int, default=0, help=argparse.SUPPRESS)
    told = asked.parse_args()
    if told.step is None:
        return campaign(told.only, told.share, told.minutes)
    print(json.dumps(asdict(STEPS[told.step].run(told.count))))  # noqa: T201 - read by `carry_out`
    return 0


if __name__ == "__main__":
    sys.exit(main())
