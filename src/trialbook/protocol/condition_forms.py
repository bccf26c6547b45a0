"""Which forms conditions, and names of items, speak of."""

from __future__ import annotations

from collections.abc import Iterable

from trialbook.protocol.condition_text import chains_of, tokens_of
from trialbook.protocol.model import Study

PREFIXES = frozenset({"baseline", "previous"})


def forms_in(study: Study, texts: Iterable[str | None]) -> frozenset[str]:
    """Return the forms that conditions or dotted names speak of; None speaks of none."""
    return frozenset(name for text in texts if text for name in first_names(text) if name in study.forms)


def first_names(text: str) -> frozenset[str]:
    """Return the first name of everything that a condition or a dotted name speaks of: its form, where it has one."""
    parts = (chain.parts for chain in chains_of(tokens_of(text)))
    return frozenset(found[1] if found[0] in PREFIXES and len(found) > 1 else found[0] for found in parts)
