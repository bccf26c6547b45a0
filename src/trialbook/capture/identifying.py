"""Acts on identities: the ledger says that one was kept, shown or erased, by whom and why, and never what it is."""

from __future__ import annotations

from dataclasses import replace

from trialbook.capture.judging import Desk
from trialbook.capture.ledger import Draft

IDENTIFYING = frozenset({"keep_identity", "show_identity", "erase_identity"})
"""Acts that speak of an identity; what stands in the ledger is participant, person and reason."""


def judge_identity(desk: Desk, asked: Draft) -> None:
    """Judge an act on the identity of a participant; a lock does not stand in its way, since no answer changes."""
    casebook = desk.casebook(asked.participant)
    if casebook is None:
        desk.is_known(asked)
    else:
        desk.record(replace(asked, site=casebook.site, text=None, value=None))
