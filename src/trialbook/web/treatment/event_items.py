"""Which items of an events form say what: found by the usual names, since a study file words its forms freely."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialbook.conduct.safety import GRADE, SERIOUS, SIGNS
from trialbook.protocol.model import Form, Item

NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "term": ("term", "event"),
        "kind": ("class", "kind"),
        "grade": (GRADE,),
        "serious": (SERIOUS,),
        "relation": ("related", "relation", "relationship", "causality"),
        "expected": ("expected", "expectedness"),
        "onset": ("start", "onset", "began"),
        "end": ("end", "stop", "ended"),
        "outcome": ("outcome",),
        "aware": ("aware", "awareness"),
        "reported": ("reported", "reported_on"),
    }
)
"""What is asked of an event -> ids of items that answer it, the first that a form has counts."""


def item_for(form: Form, meaning: str) -> Item | None:
    """Return the item of an events form that answers a question, None where it has none."""
    return next((form.items[name] for name in NAMES[meaning] if name in form.items), None)


def others(form: Form) -> tuple[Item, ...]:
    """Return the items that stand for none of the questions, signs of a serious event left out."""
    known = {found.id for meaning in NAMES if (found := item_for(form, meaning)) is not None}
    return tuple(item for item in form.items.values() if item.id not in known and item.id not in SIGNS)
