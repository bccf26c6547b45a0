"""Grade of an infusion reaction by the CTCAE, version 5.0, from what happened: yes or no to seven questions.

National Cancer Institute. Common Terminology Criteria for Adverse Events (CTCAE) version 5.0, 27 November 2017, term
“Infusion related reaction”. What is not answered is not taken for no: there is a grade where it can change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialbook.instruments.base import Column, Columns, Instrument, Score, answered, recoded
from trialbook.instruments.chinese import said
from trialbook.instruments.ctcae_5 import CITATION, LICENCE
from trialbook.protocol.model import Derived, Item, Text

ANY = "reaction"
SIGNS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "interrupted": ("Infusion stopped or slowed for it, or that was called for", 2),
        "treated": ("Drugs given for it, or called for", 2),
        "prolonged": ("Slow to settle, in spite of a pause or of drugs", 3),
        "returned": ("Came back after it had improved", 3),
        "hospital": ("Admission to hospital for its consequences, or called for", 3),
        "life_threatening": ("Danger to life, urgent treatment called for", 4),
        "fatal": ("Death", 5),
    }
)
"""Item -> our own short label, and the grade that a yes makes at least."""
IDS = (ANY, *SIGNS)
NO_OR_YES = {0.0: 0.0, 1.0: 1.0}

GRADES: Mapping[int, Text] = MappingProxyType(
    {
        0: said("None"),
        1: said("Mild"),
        2: said("Moderate"),
        3: said("Severe"),
        4: said("Life-threatening"),
        5: said("Fatal"),
    }
)


def score_infusion_reaction(columns: Columns) -> dict[str, Column]:
    """Return the grade of each reaction, 0 (none) to 5; not-a-number where answers leave it open."""
    import numpy as np

    known = {name: recoded(columns[name], NO_OR_YES) for name in IDS}
    least = np.where(known[ANY] == 1, 1.0, 0.0)
    most = np.where(known[ANY] == 0, 0.0, 1.0)
    for name, (_, grade) in SIGNS.items():
        least = np.where(known[name] == 1, float(grade), least)
        may_be = (known[name] == 1) | (np.isnan(known[name]) & (known[ANY] != 0))
        most = np.where(may_be, float(grade), most)
    is_begun = answered(known, IDS) > 0
    return {"grade": np.where((least == most) & is_begun, least, np.nan)}


INFUSION_REACTION = Instrument(
    id="infusion-reaction-ctcae-5",
    title="Infusion related reaction, grade by CTCAE version 5.0",
    version="CTCAE 5.0",
    citation=CITATION,
    licence=LICENCE,
    items=(
        Item(id=ANY, kind="yes_no", label=said("Any reaction")),
        *(Item(id=name, kind="yes_no", label=said(label)) for name, (label, _) in SIGNS.items()),
    ),
    scores=(
        Score(
            derived=Derived(
                id="grade",
                label=said("Grade"),
                kind="instrument",
                of=IDS,
                at_least=1,
                unit="score",
                decimals=0,
                levels=GRADES,
            ),
            low=0,
            high=5,
            better="lower",
            gaps="There is a grade only where it is the same however unanswered questions turn out.",
        ),
    ),
    score=score_infusion_reaction,
    rules=(
        (
            "The worst thing that happened decides: death 5, danger to life 4; slow to settle, returned, or hospital "
            "3; infusion interrupted or drugs given 2; a reaction without any of these 1."
        ),
        (
            "The criteria also name preventive drugs for up to 24 hours under grade 2: answer `treated` with yes. They "
            "say nothing of a longer prevention."
        ),
        "“No reaction” answers what is left open with no; a sign that is answered with yes counts all the same.",
    ),
)
