"""Who has to consent again, as far as the asker is shown when they consented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trialbook.capture.reconsent import demand_at
from trialbook.conduct.casebook import Casebook
from trialbook.conduct.reconsent import Demand, must_consent_again
from trialbook.conduct.worklist import Task, who_records
from trialbook.web.looking import actor_at
from trialbook.web.request import StudyRequest


def consent_due(request: StudyRequest, casebook: Casebook) -> Demand | None:
    """Return the version to which a participant has to consent again; the casebook may be masked."""
    versions = request.view.versions
    if len(versions.adoptions) < 2:
        return None
    demand = demand_at(versions, casebook.site, request.site.book.version)
    return demand if must_consent_again(casebook, demand) else None


def consent_tasks(request: StudyRequest, casebooks: Mapping[str, Casebook]) -> Iterator[Task]:
    """Yield for the list of today whose consent is to be given again, as the form in which it is recorded."""
    for casebook in casebooks.values():
        demand = consent_due(request, casebook)
        study = actor_at(request, casebook).study
        form = None if demand is None else study.forms.get(demand.items[0].partition(".")[0])
        if demand is not None and form is not None:
            yield Task(
                participant=casebook.participant,
                kind="form",
                urgency="due",
                roles=who_records(study, form),
                form=form.id,
                first=demand.since,
            )
