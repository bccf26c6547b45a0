"""A participant in one row: status, next visit, how far the visits and forms are, what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from trialbook.conduct.blinding import shown_forms
from trialbook.conduct.casebook import VISIT_FORM, Casebook, Query
from trialbook.conduct.completeness import GridRow, visit_grid
from trialbook.conduct.findings import rules_of
from trialbook.conduct.schedule import PlacedVisit, PlannedVisit, what_is_due
from trialbook.protocol.model import Study
from trialbook.web.kept import KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What the lists tell of a participant, to one role, on one day."""

    casebook: Casebook
    """Masked."""
    shown: frozenset[str]
    """Forms of which the role is shown the answers now."""
    planned: tuple[PlacedVisit, ...]
    unscheduled: tuple[PlacedVisit, ...]
    overdue: tuple[PlannedVisit, ...]
    due: tuple[PlannedVisit, ...]
    coming: tuple[PlannedVisit, ...]
    lacking: dict[str, int]
    """Visit -> items without which a form is not complete, and forms of it in which nothing is answered: what is told
    as work of today. Empty text for forms that belong to no visit, of these the items alone."""
    queries: tuple[Query, ...]
    """Those that are not closed, about what the role is shown."""

    @property
    def next(self) -> tuple[str, PlannedVisit] | None:
        """Return the visit that comes next, and how it stands: `overdue`, `due`, `coming` or `no anchor`.

        Of somebody who is screened the visits without a date do not count: what comes next is the decision.
        """
        waiting = self.planned if self.casebook.status != "screening" else ()
        undated = tuple(one.plan for one in waiting if one.state == "no anchor" and not one.took_place and one.plan)
        kinds = (("overdue", self.overdue), ("due", self.due), ("coming", self.coming), ("no anchor", undated))
        return next(((kind, plans[0]) for kind, plans in kinds if plans), None)

    @property
    def done(self) -> int:
        """Count the planned visits that took place."""
        return sum(placed.took_place for placed in self.planned)

    @property
    def expected(self) -> int:
        """Count the planned visits that took place or still can."""
        return sum(placed.took_place or placed.state != "not expected" for placed in self.planned)


def summary_of(study: Study, casebook: Casebook, role: str | None, today: date) -> Summary:
    """Return what the lists tell of a participant; `casebook` is masked for the role, and kept by `looking`."""
    key = ("summary", casebook.participant, role)
    return KEPT.of(key, (study, casebook, today), lambda: _summary(study, casebook, role, today))


def _summary(study: Study, casebook: Casebook, role: str | None, today: date) -> Summary:
    shown = shown_forms(study, casebook, role)
    row = visit_grid(study, {casebook.participant: casebook}, today, asked=rules_of(study).asked).rows[0]
    due = what_is_due(study, casebook, today)
    sees_visits = VISIT_FORM in shown
    return Summary(
        casebook=casebook,
        shown=shown,
        planned=row.planned if sees_visits else (),
        unscheduled=row.unscheduled if sees_visits else (),
        overdue=due.overdue if sees_visits else (),
        due=due.due if sees_visits else (),
        coming=due.coming if sees_visits else (),
        lacking=_lacking(row, shown),
        queries=open_queries(casebook, shown),
    )


def _lacking(row: GridRow, shown: frozenset[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for gap in row.gaps:
        is_work = gap.required or (gap.visit and not gap.item)
        if is_work and gap.form in shown:
            found[gap.visit] = found.get(gap.visit, 0) + 1
    return found


def open_queries(casebook: Casebook, shown: frozenset[str]) -> tuple[Query, ...]:
    """Return the queries that are not closed, and that speak of what a role is shown; none else is counted either."""
    return tuple(
        query
        for query in casebook.queries.values()
        if query.status != "closed" and (query.cell.form in shown or not query.cell.form)
    )
