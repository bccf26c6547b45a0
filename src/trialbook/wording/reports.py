"""What can be wrong with the sentences of a report, and what only computing tells of a plan."""

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
    "REPORT-03": Wording(
        "A copy of the report is asked for the role “{role}”, which the study file does not name.",
        "{near}Name one of these: {known}.",
    ),
    "REPORT-04": Wording(
        "No copy of the report is made for the role “{role}”: it is blind, or the study file does not show it results.",
        "Choose another role; or let the study file say `sees: [results]` of this one, if it is not blind.",
    ),
    "REPORT-05": Wording(
        "The table of published studies lacks columns: {missing}.",
        "A row a study, with these columns in any order: {columns}.",
    ),
    "REPORT-06": Wording(
        "In the table of published studies “{text}” cannot stand under “{column}”.",
        "Counts are whole numbers, as many responded as there are at most; pooled is yes or no; all other cells but "
        "responded and pooled hold words.",
    ),
    "REPORT-07": Wording(
        "The design needs {needed} participants, and {planned} are planned.",
        "Check “planned” of the study and “p0”, “p1”, “alpha”, “power” of the design. More may be planned for those "
        "who leave early; with another number of those of whom it can be told, level and power are others.",
    ),
}
"""Sentences and figures of the report (`report`)."""
