"""Which version in force at a site asks participants to consent again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from trialbook.capture.versions import Versions
from trialbook.conduct.reconsent import Demand
from trialbook.protocol.model import Study


def demand_at(versions: Versions, site: str | None, version: Callable[[str], Study]) -> Demand | None:
    """Return the newest demand among the versions that took effect at a site; None where none asks for consent again.

    A demand stays until a later version asks anew. The first version asks nobody: all agree to it when they first do.
    The day from which a consent counts is that of the approval for the site, as it stands recorded now.
    """
    for one in reversed(versions.at_site(site)[1:]):
        found = demand_of(version(one.fingerprint), date.fromisoformat(versions.since(one, site)))
        if found is not None:
            return found
    return None


def demand_of(study: Study, since: date) -> Demand | None:
    """Return the demand of a version to which one may have agreed from a day on; None where it asks nobody."""
    if study.amendments.consent is None:
        return None
    items = (study.amendments.consent, *(() if study.consent is None else (study.consent,)))
    return Demand(version=study.fingerprint, since=since, items=items)
