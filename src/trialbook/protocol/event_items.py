"""Which items of an events form say what: found by the usual names, since a study file words its forms freely."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialbook.protocol.model import Form, Item

NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "term": ("term",),
        "kind": ("class", "kind"),
        "grade": ("grade",),
        "serious": ("serious",),
        "relation": ("related", "relation", "relationship", "causality"),
        "expected": ("expected", "expectedness"),
        "action": ("action", "action_taken", "consequence"),
        "onset": ("start", "onset", "began"),
        "end": ("end", "stop", "ended"),
        "outcome": ("outcome",),
        "aware": ("aware", "awareness"),
        "reported": ("reported", "reported_on"),
    }
)
"""What is asked of an event -> ids of items that answer it, the first that a form has counts.

The site, the analysis and the report all read events by these.
"""
DAYS = frozenset({"onset", "end", "aware", "reported"})
"""What only a date can tell."""


def item_for(form: Form, meaning: str) -> Item | None:
    """Return the item of an events form that answers a question, None where it has none."""
    return found_in(form.items, meaning)


def found_in(items: Mapping[str, Item], meaning: str) -> Item | None:
    """Return the item among those of an events form that answers a question, None where none does."""
    named = (items[name] for name in NAMES[meaning] if name in items)
    return next((item for item in named if meaning not in DAYS or item.kind == "date"), None)
