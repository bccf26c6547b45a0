"""The act by which the results of endpoints are looked at before the planned cut: recorded, never silent."""

from __future__ import annotations

from trialbook.capture.judging import Desk
from trialbook.capture.ledger import Draft


def judge_look(desk: Desk, asked: Draft) -> None:
    """Judge an earlier look; a study without a planned cut keeps nothing closed, and nothing is added."""
    if not (asked.text or "").strip():
        desk.refuse("LOOK-02", asked)
    elif desk.study.analysis.cut is not None:
        desk.record(asked)
