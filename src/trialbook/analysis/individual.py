"""Change of one participant against error of measurement, and what selection at entry alone would do to a mean.

The reliability comes from outside, from published work: with a handful of participants it cannot be estimated.
Changes that matter are counted in `meaningful`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from trialbook.analysis.change import on_grid
from trialbook.analysis.proportions import z_of

BAD_SD = "The standard deviation has to be a number above 0."
BAD_RELIABILITY = "The reliability lies between 0 and 1; at 1 there is no error of measurement."
NO_NUMBER = "A value is no number."
BAD_TIMES = "The value at entry has to be measured at least once."
NOBODY_ENTERS = "The limit at entry is so far off that nobody would enter."


def why_no_error(sd: float, reliability: float) -> str:
    """Say why there is no error of measurement, empty where there is one."""
    if not 0 < sd < math.inf:
        return BAD_SD
    return "" if 0 <= reliability < 1 else BAD_RELIABILITY


def error_of_measurement(sd: float, reliability: float) -> float:
    """Return the standard error of measurement: SEM = SD sqrt(1 - r) (Lord and Novick 1968); ValueError where none."""
    reason = why_no_error(sd, reliability)
    if reason:
        raise ValueError(reason)
    return sd * math.sqrt(1 - reliability)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliable:
    """Whether one participant's change is beyond error; None where `reason` says why not."""

    change: float | None = None
    """Visit minus baseline."""
    index: float | None = None
    """The change in standard errors of a difference of two measurements."""
    limit: float | None = None
    """Changes beyond ± this are reliable at the confidence asked for."""
    verdict: Literal["rise", "fall", "within error"] | None = None
    reason: str = ""


def reliable_change(visit: float, base: float, *, sd: float, reliability: float, confidence: float = 0.95) -> Reliable:
    """Compare a change with its error: RCI = (x2 - x1) / (SD sqrt(2 (1 - r))), Jacobson and Truax 1991.

    `sd` and `reliability` come from outside. A change of exactly the limit is within error.
    """
    reason = why_no_error(sd, reliability) or ("" if math.isfinite(visit) and math.isfinite(base) else NO_NUMBER)
    if reason:
        return Reliable(reason=reason)
    error = math.sqrt(2) * error_of_measurement(sd, reliability)
    change = on_grid([visit], [base])[0]
    index, z = change / error, z_of(confidence)
    if not math.isfinite(index):
        return Reliable(change=change, reason="The change is too large to compute with.")
    verdict: Literal["rise", "fall", "within error"] = "within error" if abs(index) <= z else "rise"
    return Reliable(
        change=change, index=index, limit=z * error, verdict="fall" if verdict == "rise" and index < 0 else verdict
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """What selection at entry alone would do to the mean; None where `reason` says why not."""

    change: float | None = None
    """Expected mean change, visit minus baseline, without any effect: up where entry asked for low values."""
    enter: float | None = None
    """Share of all that the limit lets in."""
    reason: str = ""


def regression_to_mean(
    mean: float, sd: float, reliability: float, *, cut: float, entered: Literal["below", "above"], times: int = 1
) -> Regression:
    """Return the change of the mean that is expected where entry asked for a value below or above a limit.

    Barnett, van der Pols and Dobson 2005, eq. 1 and 2: with s_w^2 = (1 - r) s^2 within and s_b^2 = r s^2 between
    participants, and the mean of m measurements at entry, it is C(z) (s_w^2 / m) / sqrt(s_b^2 + s_w^2 / m), where
    C(z) = phi(z) / Phi(z) and z = (cut - mean) / sqrt(s_b^2 + s_w^2 / m), mirrored for entry above. `mean`, `sd`,
    `reliability` (correlation of two measurements) are those of everybody, before selection.
    """
    reason = why_no_error(sd, reliability) or ("" if times >= 1 else BAD_TIMES)
    if reason or not (math.isfinite(mean) and math.isfinite(cut)):
        return Regression(reason=reason or NO_NUMBER)
    from scipy.special import erfcx, ndtr

    within = (1 - reliability) * sd * sd / times
    spread = math.sqrt(reliability * sd * sd + within)
    z = (cut - mean) / spread if entered == "below" else (mean - cut) / spread
    enter = float(ndtr(z))
    if not enter:
        return Regression(reason=NOBODY_ENTERS)
    # phi(z) / Phi(z) = sqrt(2 / pi) / erfcx(-z / sqrt 2), which neither vanishes nor overflows in the far tail
    ratio = math.sqrt(2 / math.pi) / float(erfcx(-z / math.sqrt(2)))
    size = ratio * within / spread
    return Regression(change=size if entered == "below" else -size, enter=enter)
