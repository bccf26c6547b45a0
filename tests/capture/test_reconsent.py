"""Which version in force at a site asks participants to consent again.

RECONSENT-01: the newest that asks, until a later one asks anew; the first version asks nobody.
RECONSENT-02: a version that took effect at one site asks there alone.
RECONSENT-03: a consent counts from the day of the approval for the site, whether or not it was recorded before the
    adoption; without one from the day on which the version took effect.
"""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import cast

import pytest

from trialbook.capture.reconsent import demand_at
from trialbook.capture.versions import Adoption, Approval, Versions
from trialbook.conduct.reconsent import Demand
from trialbook.protocol.model import Study


def version(name: str) -> Study:
    """Return as much of a version as is read: what asks for consent again, and the first consent."""
    again, first = {"plain": (None, "consent.date"), "first": ("again.date", None)}.get(
        name[:5], (name, "consent.date")
    )
    plan = SimpleNamespace(amendments=SimpleNamespace(consent=again), consent=first, fingerprint=name)
    return cast("Study", plan)


def took_effect(*names: str, site: str | None = None) -> tuple[Adoption, ...]:
    """Return versions that took effect one day after the other."""
    return tuple(
        Adoption(seq=number, at=f"2026-03-{number:02}T08:00:00.000000Z", by="carla", site=site, fingerprint=name)
        for number, name in enumerate(names, start=1)
    )


def demand(name: str, day: int, *items: str) -> Demand:
    return Demand(version=name, since=date(2026, 3, day), items=items)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("a.date",), None),
        (("plain", "plain 2"), None),
        (("a.date", "plain"), None),
        (("plain", "a.date"), demand("a.date", 2, "a.date", "consent.date")),
        (("plain", "a.date", "plain 2"), demand("a.date", 2, "a.date", "consent.date")),
        (("plain", "a.date", "b.date"), demand("b.date", 3, "b.date", "consent.date")),
        (("plain", "first"), demand("first", 2, "again.date")),
    ],
)
def test_the_newest_that_asks(names: tuple[str, ...], expected: Demand | None) -> None:
    """RECONSENT-01."""
    assert demand_at(Versions(adoptions=took_effect(*names)), None, version) == expected


def test_a_version_of_one_site() -> None:
    """RECONSENT-02."""
    versions = Versions(adoptions=(*took_effect("plain"), *took_effect("plain 2", "a.date", site="north")[1:]))
    assert demand_at(versions, "north", version) == demand("a.date", 2, "a.date", "consent.date")
    assert demand_at(versions, "south", version) is None
    assert demand_at(versions, None, version) is None


def test_the_day_of_the_approval_at_the_site() -> None:
    """RECONSENT-03: of the one for the site, else of the one for all, as it was corrected last."""
    days = ((None, "2026-02-01"), ("north", "2026-02-03"), (None, "2026-02-02"))
    approvals = tuple(
        Approval(seq=number, at="2026-03-01T08:00", by="carla", site=site, fingerprint="a.date", on=on)
        for number, (site, on) in enumerate(days, start=7)
    )
    versions = Versions(adoptions=took_effect("plain", "a.date"), approvals=approvals)
    found = [demand_at(versions, site, version) for site in ("north", "south", None)]
    assert [one and one.since for one in found] == [date(2026, 2, 3), date(2026, 2, 2), date(2026, 2, 2)]
