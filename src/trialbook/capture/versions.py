"""Versions of the study: which were proposed, approved and adopted, and which one is in force where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from trialbook.capture.ledger import Draft, Entry
from trialbook.errors import ActRefused, Problem

if TYPE_CHECKING:
    from trialbook.capture.asking import Act
    from trialbook.capture.judging import State

VERSION_ACTS = frozenset({"adopt", "approve", "discard", "propose"})
"""Acts on versions of the study; each names its version by the fingerprint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """An ethics committee approved a version, for one site or, where `site` is None, for all."""

    seq: int
    at: str
    by: str
    site: str | None
    fingerprint: str
    on: str
    """Day of the approval, ISO 8601."""
    said: str = ""
    """Who approved, and under which reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """A version took effect, at one site or, where `site` is None, everywhere."""

    seq: int
    at: str
    by: str
    site: str | None
    fingerprint: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A version that waits to be adopted; its text stands in the entry."""

    seq: int
    at: str
    by: str
    fingerprint: str
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard:
    """A version that waited was given up."""

    seq: int
    at: str
    by: str
    fingerprint: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """All that is recorded of the versions of a study."""

    everywhere: str = ""
    """Fingerprint of the version in force where no site has its own; empty before the first."""
    sites: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Site -> fingerprint of the version in force there, where it took effect at this site by itself."""
    adoptions: tuple[Adoption, ...] = ()
    approvals: tuple[Approval, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    discards: tuple[Discard, ...] = ()

    def of(self, site: str | None) -> str:
        """Return the fingerprint of the version in force at a site."""
        return self.everywhere if site is None else self.sites.get(site, self.everywhere)

    def at_site(self, site: str | None) -> tuple[Adoption, ...]:
        """Return what took effect at a site, the oldest first; for None what took effect everywhere."""
        return tuple(one for one in self.adoptions if one.site is None or one.site == site)

    def approvals_of(self, fingerprint: str) -> tuple[Approval, ...]:
        """Return how a version stands approved: the last word for all sites, then those for single ones in order."""
        last = {one.site: one for one in self.approvals if one.fingerprint == fingerprint}
        return tuple(last[site] for site in sorted(last, key=lambda site: site or ""))

    def approval_of(self, fingerprint: str, site: str | None) -> Approval | None:
        """Return the approval of a version that holds for a site: its own, else the one for all; as corrected since."""
        found = {one.site: one for one in self.approvals_of(fingerprint)}
        return found.get(site) or found.get(None)

    def approvals_for(self, one: Adoption) -> tuple[Approval, ...]:
        """Return the approvals that hold where a version took effect: one at a site, each of them everywhere."""
        if one.site is None:
            return self.approvals_of(one.fingerprint)
        found = self.approval_of(one.fingerprint, one.site)
        return () if found is None else (found,)

    def since(self, one: Adoption, site: str | None) -> str:
        """Return from which day on a participant of a site may have agreed to a version that took effect there.

        That of its approval, as it stands recorded now; of its adoption where none is recorded.
        """
        found = self.approval_of(one.fingerprint, site)
        return one.at[:10] if found is None else found.on

    @property
    def in_force(self) -> frozenset[str]:
        """The versions that are in force anywhere."""
        return frozenset({self.everywhere, *self.sites.values()} - {""})

    @property
    def waiting(self) -> tuple[Proposal, ...]:
        """The proposals that were neither adopted anywhere nor discarded since, the newest first, each version once."""
        ends = [(one.seq, one.fingerprint) for one in self.adoptions] + [
            (one.seq, one.fingerprint) for one in self.discards
        ]
        settled = {fingerprint: seq for seq, fingerprint in sorted(ends)}
        newest = {made.fingerprint: made for made in self.proposals if settled.get(made.fingerprint, 0) < made.seq}
        return tuple(sorted(newest.values(), key=lambda made: -made.seq))

    def proposed(self, fingerprint: str) -> Proposal | None:
        """Return the newest proposal of a version, waiting or not; None where it was never proposed."""
        return next((one for one in reversed(self.proposals) if one.fingerprint == fingerprint), None)

    def discarded(self, fingerprint: str) -> Discard | None:
        """Return how a version was discarded; None where it was not, was adopted or proposed again since."""
        last = next((one for one in reversed(self.discards) if one.fingerprint == fingerprint), None)
        later = [one.seq for one in self.adoptions if one.fingerprint == fingerprint]
        later += [one.seq for one in self.proposals if one.fingerprint == fingerprint]
        return None if last is None or max(later, default=0) > last.seq else last

    @property
    def known(self) -> frozenset[str]:
        """Fingerprints of everything that was proposed or adopted."""
        adopted = {one.fingerprint for one in self.adoptions}
        return frozenset(adopted | {one.fingerprint for one in self.proposals})


def fold_versions(entries: Iterable[Entry], start: Versions | None = None) -> Versions:
    """Return the versions after these entries; `start` is what stood before them."""
    versions = start or Versions()
    for entry in entries:
        if entry.act in VERSION_ACTS:
            versions = follow_version(versions, entry)
    return versions


def follow_version(versions: Versions, entry: Entry) -> Versions:
    """Return the versions after one entry that concerns them."""
    if entry.act == "propose":
        proposal = Proposal(
            seq=entry.seq, at=entry.at, by=entry.by, fingerprint=version_of(entry), said=entry.reason or ""
        )
        return replace(versions, proposals=(*versions.proposals, proposal))
    if entry.act == "discard":
        gone = Discard(
            seq=entry.seq, at=entry.at, by=entry.by, fingerprint=version_of(entry), reason=entry.reason or ""
        )
        return replace(versions, discards=(*versions.discards, gone))
    if entry.act == "approve":
        return replace(versions, approvals=(*versions.approvals, approval_in(entry)))
    return adopted(versions, entry)


def approval_in(entry: Entry) -> Approval:
    """Return the approval that an entry records."""
    return Approval(
        seq=entry.seq, at=entry.at, by=entry.by, site=entry.site, fingerprint=version_of(entry),
        on=entry.value or "", said=entry.text or "",
    )  # fmt: skip


def adopted(versions: Versions, entry: Entry) -> Versions:
    """Return the versions after one took effect: at a site, or everywhere; then no site has its own any more."""
    one = Adoption(
        seq=entry.seq, at=entry.at, by=entry.by, site=entry.site, fingerprint=entry.study, reason=entry.reason or ""
    )
    adoptions = (*versions.adoptions, one)
    if entry.site is None:
        return replace(versions, everywhere=entry.study, sites=MappingProxyType({}), adoptions=adoptions)
    sites = {**versions.sites, entry.site: entry.study}
    return replace(versions, sites=MappingProxyType(sites), adoptions=adoptions)


def version_of(draft: Draft) -> str:
    """Return the fingerprint of the version that an act or entry speaks of."""
    return (draft.source_hash if draft.act == "approve" else draft.value) or ""


# ---- which one judges an act ------------------------------------------------------------------------------------


def version_for(act: Act, state: State) -> str:
    """Return the fingerprint of the version that judges an act: the one in force at the site that it concerns.

    An act on the study goes by the version in force where no site has its own. ActRefused where an act concerns
    sites with different versions: no single one can judge it.
    """
    versions = state.versions
    if not versions.sites:
        return state.fingerprint
    found = {versions.of(site): site for site in sites_in(act, state)}
    if len(found) > 1:
        sites = ", ".join(sorted(site or "no site" for site in found.values()))
        raise ActRefused([Problem(code="ACT-85", values={"sites": sites})])
    return next(iter(found), state.fingerprint)


def sites_in(act: Act, state: State) -> Iterator[str | None]:
    """Yield the sites that an act concerns: of its participants, or the one at which a version is adopted."""
    for draft in act.asked:
        casebook = state.casebooks.get(draft.participant or "")
        if casebook is not None:
            yield casebook.site
        elif draft.participant is not None or draft.act == "adopt":
            yield draft.site
