"""Which items of an events form stand below its terms: those that answer none of the usual questions."""

from __future__ import annotations

from trialbook.conduct.safety import SIGNS
from trialbook.protocol.event_items import NAMES, item_for
from trialbook.protocol.model import Form, Item

APART = tuple(meaning for meaning in NAMES if meaning != "action")
"""What has a place of its own on the page."""


def others(form: Form) -> tuple[Item, ...]:
    """Return the items that stand for none of the questions, signs of a serious event left out."""
    known = {found.id for meaning in APART if (found := item_for(form, meaning)) is not None}
    return tuple(item for item in form.items.values() if item.id not in known and item.id not in SIGNS)


__all__ = ["item_for", "others"]
