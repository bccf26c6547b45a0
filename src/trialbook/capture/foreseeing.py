"""What a version of the study would change, without recording it: judged as the writer judges it, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from trialbook.capture.acts import judge_act
from trialbook.capture.amending import rejudge
from trialbook.capture.asking import adopt
from trialbook.capture.judging import Desk, Judged, State
from trialbook.capture.people import likeness
from trialbook.capture.reconsent import demand_at, demand_of
from trialbook.conduct.consequences import Consequences, Step, foresee
from trialbook.conduct.schedule import full_date

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from trialbook.capture.asking import Act
    from trialbook.capture.ledger import Draft
    from trialbook.capture.shelf import View
    from trialbook.conduct.reconsent import Demand
    from trialbook.errors import Problem
    from trialbook.protocol.model import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What the adoption of a version would do, everywhere or at one site."""

    old: Study
    new: Study
    site: str | None
    consequences: Consequences
    queries: tuple[Draft, ...]
    """The queries that rules would raise and close, as they would be recorded."""
    problems: tuple[Problem, ...]
    """What stands against it now: an approval that is not recorded, another study."""

    @property
    def raised(self) -> tuple[Draft, ...]:
        """The queries that would be raised."""
        return tuple(draft for draft in self.queries if draft.act == "query")

    @property
    def closed(self) -> tuple[Draft, ...]:
        """The queries that would close themselves."""
        return tuple(draft for draft in self.queries if draft.act == "close_query")


def foresee_version(
    view: View,
    new: Study,
    today: date,
    *,
    by: str,
    site: str | None = None,
    approved: str | None = None,
    version: Callable[[str], Study] | None = None,
    step: Step | None = None,
) -> Foreseen:
    """Return what the adoption of a version at a site, or everywhere, would do to all that stands on a day.

    `version` reads an earlier version by its fingerprint: what asked for consent before is told by it.
    """
    old = view.study_of(site)
    books = [one for one in view.casebooks.values() if site in {None, one.site}]
    act = adopt(new, reason="foreseen", site=site, approved=approved)

    def demand_now(where: str | None) -> Demand | None:
        return None if version is None else demand_at(view.versions, where, version)

    def demand_then(where: str | None) -> Demand | None:
        is_new = new.fingerprint != view.versions.of(where)
        since = full_date(approved) or _approved_on(view, new, where) or today
        return (demand_of(new, since) if is_new else None) or demand_now(where)

    return Foreseen(
        old=old,
        new=new,
        site=site,
        consequences=foresee(old, new, books, today, plans=view.plans, asked=(demand_now, demand_then), step=step),
        queries=queries_of(view, new, site),
        problems=foresee_act(view, act, by=by, site=site).problems,
    )


def _approved_on(view: View, new: Study, site: str | None) -> date | None:
    """Return the day on which a version was approved for a site; None where that is not recorded."""
    found = view.versions.approval_of(new.fingerprint, site)
    return None if found is None else full_date(found.on)


def queries_of(view: View, new: Study, site: str | None) -> tuple[Draft, ...]:
    """Return the entries by which rules would raise and close queries, were a version adopted now."""
    desk = Desk(study=new, before=view.study_of(site), state=state_of(view))
    rejudge(desk, site)
    return tuple(desk.drafts)


def foresee_act(view: View, act: Act, *, by: str, site: str | None = None) -> Judged:
    """Return what an act at a site would record, or what stands against it."""
    return judge_act(act, study=view.study_of(site), state=state_of(view), by=by)


def state_of(view: View) -> State:
    """Return what an act is judged against at the moment of a view."""
    return State(
        head=view.head,
        fingerprint=view.versions.everywhere,
        people=view.people,
        codes=MappingProxyType({likeness(code): code for code in view.casebooks}),
        casebooks=view.casebooks,
        marks=view.marks,
        versions=view.versions,
    )
