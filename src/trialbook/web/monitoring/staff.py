"""Delegations, trainings and reviews as the asker is shown them, and what is missing of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext

from trialbook.capture.delegations import Gap, StaffLog, fold_staff, gaps, review_is_due
from trialbook.web.accounts.models import Account
from trialbook.web.accounts.policy import read_policy
from trialbook.web.kept import KEPT
from trialbook.web.request import StudyRequest


def staff_log(request: StudyRequest) -> StaffLog:
    """Return all that the ledger tells of delegation, training and review, of every site."""
    head = request.view.head.hash
    return KEPT.of("staff", (head,), lambda: fold_staff(request.site.history(participant="", item="")))


def shown_log(request: StudyRequest) -> StaffLog:
    """Return what concerns the site of the asker's role, or everything where it is granted for all."""
    log, site = staff_log(request), own_site(request)
    if site is None:
        return log
    mine = tuple(one for one in log.delegations if one.site in {None, site})
    here = people_here(request)
    return replace(log, delegations=mine, trainings=tuple(one for one in log.trainings if one.person in here))


def own_site(request: StudyRequest) -> str | None:
    """Return the site for which the asker's role is granted, None where it is for all."""
    return None if request.actor.grant is None else request.actor.grant.site


def people_here(request: StudyRequest) -> frozenset[str]:
    """Return everybody who holds a role, or was delegated a task, at the asker's site."""
    site, log = own_site(request), staff_log(request)
    sites = {None, site}
    held = {one.person for one in request.view.people.grants if site is None or one.site in sites}
    return frozenset(held | {one.person for one in log.delegations if site is None or one.site in sites})


def shown_gaps(request: StudyRequest) -> list[Gap]:
    """Return what is missing today, at the asker's site."""
    site = own_site(request)
    found = gaps(request.actor.study, request.view.people, staff_log(request), request.site.today())
    return [one for one in found if site is None or one.site in {None, site}]


def is_review_due(request: StudyRequest) -> bool:
    """Tell whether the asker is the one to review access, and nobody has within the interval of the site."""
    if not request.actor.may("review access") or not request.site.is_open:
        return False
    days = read_policy(request.site.folder.path).review_days
    return review_is_due(staff_log(request), request.site.today(), days=days)


def looks_after_staff(request: StudyRequest) -> bool:
    """Tell whether what is missing is the asker's to mend or to ask about."""
    return any(request.actor.may(right) for right in ("delegate", "review access", "verify"))


def gap_words(gap: Gap) -> str:
    """Say what is missing."""
    if gap.kind == "not delegated":
        return gettext("holds the role, and no task is delegated")
    if gap.kind == "not trained":
        return gettext("holds the role, and no training is recorded: %(topic)s") % {"topic": gap.topic}
    if gap.kind == "trained later":
        return gettext("was trained after the delegation began: %(topic)s, %(day)s") % {
            "topic": gap.topic, "day": gap.on,
        }  # fmt: skip
    return gettext("is delegated tasks, and does not hold the role")


def names_of_people() -> Mapping[str, str]:
    """Return the names of those who have an account: they stand in people.db, never in the ledger."""
    return dict(Account.objects.values_list("code", "name"))
