"""What can be wrong with the sentences of a report."""

from __future__ import annotations

from trialbook.wording.base import Wording

REPORT: dict[str, Wording] = {
    "REPORT-01": Wording(
        "A sentence of the report names the result “{id}”, which this run of the plan does not give.",
        "{near}The table of all results in report.html, and the column id of results.csv, hold every id. "
        "Write one of them between the braces, or take the braces away.",
    ),
    "REPORT-02": Wording(
        "A sentence of the report is meant for “{name}”, which is no part of the Results.",
        "{near}Name it for one of these: {places}.",
    ),
}
"""Sentences and figures of the report (`report`)."""
