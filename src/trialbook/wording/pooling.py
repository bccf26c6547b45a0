"""What can be wrong with a table of published studies that are to be pooled."""

from __future__ import annotations

from trialbook.wording.base import Wording

POOL: dict[str, Wording] = {
    "POOL-01": Wording(
        "The columns of the file do not say what is to be pooled: {columns}.",
        "It needs study and n, and with them events; or change and sd; or base_mean, base_sd, visit_mean, visit_sd, r.",
    ),
    "POOL-02": Wording(
        "“{text}” is no number.",
        "Write the number; where the paper prints none, leave the cell empty: the study is then left out, and named.",
    ),
    "POOL-03": Wording("This row does not say which study it is.", "Name the study, or delete the row."),
    "POOL-04": Wording(
        "{study} stands twice: here and in row {first}.",
        "Delete one row, or tell them apart in the name, as in Smith 2010 and Smith 2010 children.",
    ),
    "POOL-05": Wording("The columns can be pooled in several ways: {effects}.", "Say which, with --effect."),
    "POOL-06": Wording("The columns do not give the effect “{effect}”.", "It needs, beside study: {columns}."),
    "POOL-07": Wording(
        "{events} of {n} is no count of participants.",
        "Write whole numbers, n above 0 and events from 0 to n; a percentage is no count.",
    ),
    "POOL-08": Wording("The results would be written over the file they come from.", "Give the output another name."),
}
"""Published studies that are put together (`trialbook pool`)."""
