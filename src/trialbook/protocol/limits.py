"""Limits of normal by sex and age: `{F: 170, M 18 to 59: 200, M from 60: 190}`, and which of them holds for a person.

Ages are completed years. Where sex or age is not known, a limit is given only if all that could hold are the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

SEXES = ("F", "M")
GROUP = r"(?:F|M|all)(?: [0-9]{1,3} to [0-9]{1,3}| from [0-9]{1,3})?"
RULE = re.compile(r"(F|M|all)(?: ([0-9]{1,3}) to ([0-9]{1,3})| from ([0-9]{1,3}))?")
OLDEST = 999


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """For whom a limit holds."""

    sex: str
    """`F`, `M` or `all`."""
    first: int = 0
    last: int = OLDEST

    @property
    def has_ages(self) -> bool:
        """Tell whether the limit is for some ages only."""
        return (self.first, self.last) != (0, OLDEST)

    def holds(self, sex: str, age: int) -> bool:
        """Tell whether somebody of this sex and age belongs to the group."""
        return self.sex in {sex, "all"} and self.first <= age <= self.last


def parse_group(text: str) -> Group | None:
    """Read `M 18 to 59`, `F from 60`, `all`; None where it is no such thing, or the ages are the wrong way round."""
    found = RULE.fullmatch(text)
    if found is None:
        return None
    sex, first, last, start = found.groups()
    group = Group(sex=sex, first=int(first or start or 0), last=OLDEST if last is None else int(last))
    return group if group.first <= group.last else None


def group_key(text: str) -> str | None:
    """Return the key of a limit as it is written; None where it is none."""
    return None if parse_group(text) is None else text


def limit_for(limits: Mapping[str, Decimal], *, sex: str | None, age: float | None) -> Decimal | None:
    """Return the limit that holds for a person; None where there is none, or it hangs on what is not known.

    A limit of a sex goes before one of all, one of some ages before one of all ages. Age in years.
    """
    groups = {key: group for key in limits if (group := parse_group(key)) is not None}
    sexes = (sex,) if sex in SEXES else SEXES
    is_known = age is not None and math.isfinite(age) and age >= 0
    ages = (math.floor(age),) if is_known and age is not None else breaks(groups.values())
    found = {_of(limits, groups, one, years) for one in sexes for years in ages if one is not None}
    return found.pop() if len(found) == 1 else None


def breaks(groups: Iterable[Group]) -> tuple[int, ...]:
    """Return one age of every span between those at which a limit begins or ends."""
    ends = {age for group in groups for age in (group.first, group.last + 1) if age <= OLDEST}
    return tuple(sorted({0, *ends}))


def _of(limits: Mapping[str, Decimal], groups: Mapping[str, Group], sex: str, age: int) -> Decimal | None:
    holding = [key for key, group in groups.items() if group.holds(sex, age)]
    best = min(holding, key=lambda key: (groups[key].sex == "all", not groups[key].has_ages), default=None)
    return None if best is None else limits[best]


def overlapping(limits: Mapping[str, Decimal]) -> tuple[str, str] | None:
    """Return two groups of the same sex, both with ages, that some person belongs to; None where there are none."""
    groups = [(key, group) for key in limits if (group := parse_group(key)) is not None and group.has_ages]
    for place, (key, group) in enumerate(groups):
        for other_key, other in groups[place + 1 :]:
            if group.sex == other.sex and group.first <= other.last and other.first <= group.last:
                return key, other_key
    return None


def needs(limits: Mapping[str, Decimal]) -> tuple[bool, bool]:
    """Tell whether one has to know the sex, and whether one has to know the age, to tell which limit holds."""
    groups = [group for key in limits if (group := parse_group(key)) is not None]
    return any(group.sex != "all" for group in groups), any(group.has_ages for group in groups)
