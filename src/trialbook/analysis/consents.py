"""From what participants withdrew, beside leaving the study: treatment, and the consent to the use of their data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from trialbook.analysis.listings import listing
from trialbook.analysis.results import Listing, Result, Selector
from trialbook.analysis.rows import Heading, Stat
from trialbook.conduct.withdrawing import DATA_USE, SCOPES, TREATMENT

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets

NAME = "consents"
COLUMNS = ("participant", "scope", "date")
LEVELS = {TREATMENT: "treatment_withdrawn", DATA_USE: "data_use_withdrawn"}
"""Scope -> level of its result in the flow of participants."""
METHOD = {
    TREATMENT: "participants who withdrew from treatment; they may have stayed in the study",
    DATA_USE: "participants who withdrew the consent to the use of their data; in no other number, unless of safety",
}


@lru_cache(maxsize=4)
def list_consents(datasets: Datasets) -> Listing:
    """List who withdrew from what, and when."""
    rows = [
        ((code, scope, one.on), (one.seq,))
        for code, found in datasets.withdrawn.items()
        for scope, one in found.items()
    ]
    return listing(NAME, COLUMNS, rows)


def count_consents(datasets: Datasets) -> Iterator[Result]:
    """Count who withdrew from what; nothing where nobody did."""
    scopes = [row[1] for row in list_consents(datasets).rows]
    for scope in (scope for scope in SCOPES if scope in scopes):
        source = Selector(frame="listing", variable=NAME, analysis_set="", where=(("scope", scope),))
        heading = Heading(
            analysis="disposition", variable="participants", level=LEVELS[scope], unit="participants",
            method=METHOD[scope], source=source,
        )  # fmt: skip
        yield heading.row(Stat(name="n", value=scopes.count(scope)))
