"""What is signed: the answers of a form, a visit or a participant, as one hash."""

from __future__ import annotations

import hashlib
import json

from trialbook.conduct.casebook import Casebook, Cell
from trialbook.protocol.model import Study


def content_of(study: Study, casebook: Casebook, place: Cell) -> str:
    """Return the SHA-256 of what stands in a form, a visit or a participant, hexadecimal.

    `place` has no item; with a form it is that form at its visit, in one row or in all; with a visit alone, the visit;
    else the participant with their status. The hash names study, participant and place, so that it fits nothing else.
    """
    answers = sorted(
        [*cell, answer.text, answer.value, answer.unit, answer.missing]
        for cell, answer in casebook.answers.items()
        if lies_in(cell, place)
    )
    is_whole = not place.form and not place.visit
    status = [casebook.status, casebook.enrolled_on, casebook.ended_on, casebook.end_reason] if is_whole else []
    told = [study.identity.id, casebook.participant, place.visit, place.form, place.repeat, status, answers]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def lies_in(cell: Cell, place: Cell) -> bool:
    """Tell whether a cell belongs to a form, a visit or a participant."""
    if place.form:
        return (cell.form, cell.visit) == (place.form, place.visit) and place.repeat in {"", cell.repeat}
    return place.visit in {"", cell.visit}
