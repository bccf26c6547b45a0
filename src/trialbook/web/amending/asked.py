"""What a page about versions shows: who may see what, which versions there are, and what one would change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from django.http import Http404

from trialbook.capture.foreseeing import Foreseen, foresee_version
from trialbook.capture.shelf import View
from trialbook.capture.versions import Adoption, Approval, Proposal, Versions
from trialbook.folder import read_kept
from trialbook.protocol.amendments import Change, compare_studies
from trialbook.protocol.model import Study
from trialbook.web.kept import Kept
from trialbook.web.looking import counted_for
from trialbook.web.request import StudyRequest

FORESEEN = Kept(24)
"""What versions would change, until the ledger goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One adoption on the page of versions."""

    adoption: Adoption
    changes: tuple[Change, ...]
    """What it changed, by the version that was in force there before."""
    is_in_force: bool
    approvals: tuple[Approval, ...]
    """Those that the asker may know of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a version is in force."""

    site: str | None
    adoption: Adoption
    approvals: tuple[Approval, ...]
    """Those that the asker may know of."""


@lru_cache(maxsize=16)
def study_in(text: str) -> Study:
    """Read a version once."""
    return read_kept(text)


def version_text(request: StudyRequest, fingerprint: str) -> str:
    """Return the full text of a version; 404 where none of this fingerprint was proposed or adopted."""
    versions = request.view.versions
    adopted = next((one for one in versions.adoptions if one.fingerprint == fingerprint), None)
    found: Adoption | Proposal | None = adopted or versions.proposed(fingerprint)
    entry = None if found is None else next(iter(request.site.book.entries([found.seq])), None)
    if entry is None or not entry.text:
        raise Http404
    return entry.text


def version_of(request: StudyRequest, fingerprint: str) -> Study:
    """Return a version; 404 where there is none."""
    return study_in(version_text(request, fingerprint))


def sites_of(view: View) -> list[str]:
    """Return every site that there is: of a participant or of a person."""
    found = {casebook.site for casebook in view.casebooks.values()} | {grant.site for grant in view.people.grants}
    return sorted(site for site in found if site)


def reached(request: StudyRequest) -> list[str]:
    """Return the sites that the asker may know of: their own, or all."""
    own = None if request.actor.grant is None else request.actor.grant.site
    return sites_of(request.view) if own is None else [own]


def in_force(request: StudyRequest) -> list[Place]:
    """Return which version is in force everywhere, and at the sites that have their own."""
    versions, known = request.view.versions, reached(request)
    own = None if request.actor.grant is None else request.actor.grant.site
    asked: list[str | None] = [site for site in known if site in versions.sites]
    if own is None or own not in versions.sites:
        asked = [None, *asked]
    found = [(site, last_at(versions, site)) for site in asked]
    return [Place(site=site, adoption=one, approvals=approved_for(request, one)) for site, one in found]


def last_at(versions: Versions, site: str | None) -> Adoption:
    """Return what took effect last at a site."""
    return versions.at_site(site)[-1]


def history(request: StudyRequest) -> list[Row]:
    """Return everything that took effect where the asker may know of it, the newest first."""
    versions, known = request.view.versions, {None, *reached(request)}
    rows: list[Row] = []
    for one in versions.adoptions:
        if one.site in known:
            earlier = [other for other in versions.at_site(one.site) if other.seq < one.seq]
            changes = changes_between(request, earlier[-1].fingerprint, one.fingerprint) if earlier else ()
            current = last_at(versions, one.site).seq == one.seq
            approved = approved_for(request, one)
            rows.append(Row(adoption=one, changes=changes, is_in_force=current, approvals=approved))
    return sorted(rows, key=lambda row: -row.adoption.seq)


def changes_between(request: StudyRequest, old: str, new: str) -> tuple[Change, ...]:
    """Return what differs between two versions."""
    return compare_studies(version_of(request, old), version_of(request, new))


def approvals(request: StudyRequest, fingerprint: str) -> Iterator[Approval]:
    """Yield the approvals of a version that the asker may know of, the last word of each site."""
    return known_of(request, request.view.versions.approvals_of(fingerprint))


def approved_for(request: StudyRequest, one: Adoption) -> tuple[Approval, ...]:
    """Return the approvals that hold where a version took effect, as far as the asker may know of them."""
    return tuple(known_of(request, request.view.versions.approvals_for(one)))


def known_of(request: StudyRequest, found: Iterable[Approval]) -> Iterator[Approval]:
    """Yield the approvals for all sites, and for those that the asker may know of."""
    known = {None, *reached(request)}
    return (one for one in found if one.site in known)


def foreseen_for(request: StudyRequest, new: Study, site: str | None) -> Foreseen:
    """Return what a version would change for the participants whom the asker may see, or count; kept for a while."""
    actor, view, today = request.actor, request.view, request.site.today()
    seen = replace(view, casebooks=counted_for(request))
    read = request.site.book.version
    key = (new.fingerprint, site, actor.person, actor.role, None if actor.grant is None else actor.grant.site)
    return FORESEEN.of(
        key,
        (view.head.hash, today),
        lambda: foresee_version(seen, new, today, by=actor.person, site=site, version=read),
    )
