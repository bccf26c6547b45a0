"""What an endpoint brings from outside or asks for, written as the study file does."""

from __future__ import annotations

from trialbook.protocol import phrases
from trialbook.protocol.outcomes import Design, Entry, Reliability
from trialbook.protocol.plain_yaml import Tree
from trialbook.protocol.written import Written


def explain_reliability(reliability: Reliability, write: Written) -> Tree:
    """Write a reliability with its source."""
    return write.present(
        **{"is": f"{reliability.amount:f}"},
        sd=None if reliability.sd is None else f"{reliability.sd:f}",
        source=write.text(reliability.source),
    )


def explain_entry(entry: Entry, write: Written) -> Tree:
    """Write a limit at entry."""
    return write.present(
        **{"at_least" if entry.side == "above" else "at_most": f"{entry.limit:f}"},
        mean=f"{entry.mean:f}",
        sd=f"{entry.sd:f}",
        correlation=None if entry.correlation is None else f"{entry.correlation:f}",
        times=str(entry.times),
        source=write.text(entry.source),
    )


def explain_design(design: Design) -> Tree:
    """Write a design with all of its probabilities."""
    return {
        "endpoint": design.endpoint,
        "kind": design.kind,
        "p0": phrases.write_percent(design.null),
        "p1": phrases.write_percent(design.target),
        "alpha": phrases.write_percent(design.alpha),
        "power": phrases.write_percent(design.power),
    }
