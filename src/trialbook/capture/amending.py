"""Acts on versions of the study: proposed, approved, adopted; and the rule queries that an adoption raises and closes.

An adoption touches no answer. It judges the answers as they stand by the new version, at once and as one act.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from trialbook.capture.judging import Desk
from trialbook.capture.ledger import Draft
from trialbook.capture.people import clashes, is_blind, printable
from trialbook.capture.queries import answer_by_rule, settle
from trialbook.capture.versions import Approval, version_of
from trialbook.conduct.blinding import ENDED
from trialbook.conduct.casebook import Casebook, Query
from trialbook.conduct.findings import CHECK, Rules, rules_of
from trialbook.protocol.model import Study
from trialbook.protocol.suggest import listed

NO_RULE = "the version of the study that was adopted has no such rule"
"""Why a rule closes its query that was taken out of the study."""

FULL_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


# ---- proposed ---------------------------------------------------------------------------------------------------


def judge_propose(desk: Desk, asked: Draft) -> None:
    """Judge a version that is to wait; one that waits already, or is in force, adds nothing."""
    if not asked.text or not asked.value:
        desk.refuse("ACT-23", asked)
        return
    versions = desk.state.versions
    waits = {one.fingerprint for one in versions.waiting}
    if asked.value not in {*waits, versions.everywhere}:
        desk.record(asked)


def judge_discard(desk: Desk, asked: Draft) -> None:
    """Judge the giving up of a version that waits; one that was discarded already adds nothing."""
    versions, version = desk.state.versions, version_of(asked)
    if version in {one.fingerprint for one in versions.waiting}:
        desk.record(asked)
    elif versions.discarded(version) is None:
        desk.refuse("ACT-86", asked, version=printed(version))


def printed(version: str) -> str:
    """Return the beginning of a fingerprint, written so that every character shows."""
    return printable(version[:12])


# ---- approved ---------------------------------------------------------------------------------------------------


def judge_approve(desk: Desk, asked: Draft) -> None:
    """Judge the approval of a version; the same one again adds nothing, another day or text needs a reason."""
    if not is_day(asked.value) or not desk.accepts(asked, site=asked.site):
        if not is_day(asked.value):
            desk.refuse("ACT-81", asked, written=asked.value or "")
        return
    version, versions = version_of(asked), desk.state.versions
    if version not in {*versions.known, desk.study.fingerprint}:
        desk.refuse("ACT-82", asked, version=version[:12])
        return
    before = next((one for one in reversed(versions.approvals) if is_for(one, asked)), None)
    if before is None:
        desk.record(replace(asked, reason=None))
    elif (before.on, before.said) != (asked.value, asked.text or ""):
        change_approval(desk, asked, before)


def is_for(approval: Approval, asked: Draft) -> bool:
    """Tell whether an approval is of the same version for the same site as a draft."""
    return (approval.fingerprint, approval.site) == (version_of(asked), asked.site)


def change_approval(desk: Desk, asked: Draft, before: Approval) -> None:
    """Put another day or text in the place of what was recorded of an approval, with a reason."""
    if asked.reason is None:
        new = " ".join(part for part in (asked.value, asked.text) if part)
        desk.refuse("ACT-18", asked, old=f"{before.on} {before.said}".strip(), new=new)
    else:
        desk.record(replace(asked, about=before.seq))


def is_day(text: str | None) -> bool:
    """Tell whether a text is a day of the calendar, written as ISO 8601."""
    if text is None or FULL_DAY.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


# ---- adopted ----------------------------------------------------------------------------------------------------


def judge_adopt(desk: Desk, asked: Draft) -> None:
    """Judge the adoption of a version, everywhere or at one site; the one that is in force there adds nothing."""
    if asked.act == "approve":
        judge_approve(desk, asked)
    elif not asked.text or not asked.value:
        desk.refuse("ACT-23", asked)
    elif not desk.state.fingerprint:
        desk.record(replace(asked, reason=None, site=None))
    elif is_in_force(desk, asked):
        return
    elif asked.reason is None:
        desk.refuse("ACT-02", asked, act="adopt")
    elif (
        is_same_study(desk, asked)
        and desk.accepts(asked, site=asked.site)
        and keeps_blind(desk, asked)
        and is_approved(desk, asked)
    ):
        desk.record(asked)
        rejudge(desk, asked.site)


def is_in_force(desk: Desk, asked: Draft) -> bool:
    """Tell whether a version is in force already where it is to be adopted."""
    versions = desk.state.versions
    if asked.site is None:
        return versions.in_force <= {asked.value} and desk.state.fingerprint == asked.value
    return (versions.of(asked.site) or desk.state.fingerprint) == asked.value


def is_same_study(desk: Desk, asked: Draft) -> bool:
    """Tell whether the version is one of this study, and refuse the draft where it is another study's."""
    old, new = (desk.before or desk.study).identity.id, desk.study.identity.id
    if old == new:
        return True
    desk.refuse("ACT-83", asked, old=old, new=new)
    return False


def keeps_blind(desk: Desk, asked: Draft) -> bool:
    """Tell whether a version gives nobody a blind role beside another one, and refuse the draft where it does."""
    people = desk.state.people
    blind = sorted({(grant.person, grant.role) for grant in people.grants if is_blind(desk.study, grant.role)})
    found = [(person, role, clashes(desk.study, people, person, role)) for person, role in blind]
    broken = [(person, role, other) for person, role, other in found if other is not None]
    for person, role, other in broken:
        desk.refuse("ACT-21", asked, person=person, role=role, other=other)
    return not broken


def is_approved(desk: Desk, asked: Draft) -> bool:
    """Tell whether a version may take effect, where the study asks for an approval first; else refuse the draft."""
    if not any(study.amendments.approval for study in (desk.before, desk.study) if study is not None):
        return True
    lacking = [site for site in sites_of(desk, asked.site) if not has_approval(desk, asked.value or "", site)]
    if not lacking:
        return True
    where = listed(f"site {site}" for site in lacking if site is not None)
    desk.refuse("ACT-84", asked, where=where or "the study")
    return False


def sites_of(desk: Desk, site: str | None) -> tuple[str | None, ...]:
    """Return the sites at which a version is to take effect; of a study without sites None, that is all of it."""
    if site is not None:
        return (site,)
    found = {casebook.site for casebook in desk.state.casebooks.values()}
    found |= {grant.site for grant in desk.state.people.grants}
    return tuple(sorted(one for one in found if one is not None)) or (None,)


def has_approval(desk: Desk, fingerprint: str, site: str | None) -> bool:
    """Tell whether a version was approved for a site, by what stands and by what this act records."""
    if desk.state.versions.approval_of(fingerprint, site) is not None:
        return True
    new = (draft for draft in desk.drafts if draft.act == "approve")
    return any(version_of(draft) == fingerprint and draft.site in {None, site} for draft in new)


# ---- judged again -----------------------------------------------------------------------------------------------


def rejudge(desk: Desk, site: str | None) -> None:
    """Raise and close the queries of rules by the version that is adopted, for everybody whom it concerns.

    Of participants whose end is recorded none is raised: nobody could answer it. What is locked stays as it is.
    """
    rules = rules_of(desk.study)
    for casebook in desk.state.casebooks.values():
        if site is None or casebook.site == site:
            judge_again(desk, rules, casebook)


def judge_again(desk: Desk, rules: Rules, casebook: Casebook) -> None:
    """Raise and close the queries of rules about one participant."""
    cells = [cell for cell in casebook.answers if rules.judges(cell.form, cell.item)]
    settle(desk, rules, casebook, cells, raises=casebook.status not in ENDED)
    for query in without_rule(desk.study, casebook.queries.values()):
        answer_by_rule(desk, casebook, query, why=NO_RULE)


def without_rule(study: Study, queries: Iterable[Query]) -> Iterable[Query]:
    """Yield the open queries of rules that a version of the study does not have."""
    for query in queries:
        form = study.forms.get(query.cell.form)
        checks = {CHECK + check.id for check in form.checks} if form is not None else set()
        is_gone = form is None or (query.rule.startswith(CHECK) and query.rule not in checks)
        if query.rule and query.status != "closed" and is_gone:
            yield query
