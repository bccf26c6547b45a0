"""What differs between two versions of a study: the list that an amendment is read and decided by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Literal

from trialbook.protocol.model import Study

NOT_COMPARED = frozenset({"text", "fingerprint"})
"""Fields of a study that differ wherever anything differs."""
NAMED_BY = ("id", "where")
"""Fields by which the members of a list are told apart, so that their order does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference between two versions."""

    kind: Literal["added", "removed", "changed"]
    where: str
    """Path in the study: `forms.rating.items.ck.expected_high`."""
    before: str
    after: str


def compare_studies(old: Study, new: Study) -> tuple[Change, ...]:
    """Return every difference between two versions of a study, in the order of the plan."""
    return tuple(_compare("", old, new))


def _compare(where: str, old: object, new: object) -> Iterator[Change]:
    if old == new:
        return
    before, after = _parts(old), _parts(new)
    if before is None or after is None or _are_unlike(old, new):
        yield _change(where, old, new)
        return
    for name in dict.fromkeys([*before, *after]):
        yield from _compare(f"{where}.{name}".lstrip("."), before.get(name), after.get(name))


def _are_unlike(old: object, new: object) -> bool:
    return type(old) is not type(new) and not isinstance(old, Mapping)


def _parts(value: object) -> Mapping[str, object] | None:
    """Return the named parts of a value, None where it is compared as a whole."""
    if isinstance(value, Mapping):
        return None if _is_text(value) else value
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: getattr(value, part.name) for part in fields(value) if part.name not in NOT_COMPARED}
    if isinstance(value, tuple) and value and all(_name(member) for member in value):
        return {_name(member): member for member in value}
    return {} if value == () else None


def _name(member: object) -> str:
    found = (getattr(member, field, None) for field in NAMED_BY)
    return next((name for name in found if isinstance(name, str)), "")


def _is_text(value: Mapping[str, object]) -> bool:
    """Tell whether a mapping is a text in several languages, or another mapping to plain texts."""
    return bool(value) and all(isinstance(part, str) for part in value.values())


def _change(where: str, old: object, new: object) -> Change:
    kind: Literal["added", "removed", "changed"] = "changed"
    if _is_absent(old):
        kind = "added"
    elif _is_absent(new):
        kind = "removed"
    return Change(kind=kind, where=where, before=_shown(old), after=_shown(new))


def _is_absent(value: object) -> bool:
    return value is None or value in ((), "") or (isinstance(value, Mapping) and not value)


def _shown(value: object) -> str:
    """Write a part of a plan on one line."""
    if _is_absent(value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(_shown(part) if _is_text(value) else f"{name}: {_shown(part)}" for name, part in value.items())
    if isinstance(value, tuple):
        return ", ".join(_shown(part) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = ((part.name, getattr(value, part.name)) for part in fields(value))
        return ", ".join(f"{name}: {_shown(part)}" for name, part in parts if not _is_absent(part))
    return str(value)
