"""The reporting checklist: what a report of a study without random allocation has to tell, and where it is met.

Items follow the TREND statement (Des Jarlais et al, Am J Public Health 2004;94:361-6) and, where they apply to a
single arm, CONSORT 2010 (Schulz et al, BMJ 2010;340:c332), in words of our own. Numbers are those of TREND.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from trialbook.render.document import Section
from trialbook.render.inline import Line, Reference, join
from trialbook.render.table import Column, Row, Table
from trialbook.report.run import Run

NO_SPONSOR = "Not met: the study file names no sponsor; who paid is left to the authors."
AUTHORS = "Not met: left to the authors."


METHODS = frozenset(
    {"design", "eligibility", "treatment", "schedule", "instruments", "endpoints-methods", "statistics"}
)
RESULTS = frozenset(
    {"participants", "screening", "characteristics", "exposure", "endpoints", "sensitivity", "adverse-events",
     "deviations"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One item of the checklist."""

    number: str
    words: str
    at: tuple[str, ...]
    """Sections that meet it; those that the report has are named."""
    without: str = AUTHORS
    """Why it is not met where the report has none of them."""
    holds: Callable[[Run], str] | None = None
    """Returns why it is not met though the section is there; empty where it is."""


def _primary(run: Run) -> str:
    return "" if run.study.analysis.primary_endpoint else "Not met: the study file names no primary endpoint."


def _size(run: Run) -> str:
    met = run.study.analysis.design is not None
    return "" if met else "Not met: the study file plans a number of participants, if any, without the reason for it."


def _blind(run: Run) -> str:
    told = any(role.blind for role in run.study.roles.values())
    return "" if told else "Not met: nobody was blind, by the study file."


def _dates(run: Run) -> str:
    known = run.datasets.participants["enrolled_on"].drop_nulls().len()
    return "" if known else "Not met: no day of enrolment is recorded."


def _registered(run: Run) -> str:
    return "" if run.study.identity.registration else "Not met: the study file names no registration."


def _sponsor(run: Run) -> str:
    return "" if run.study.identity.sponsor else NO_SPONSOR


def _followed(run: Run) -> str:
    return "" if run.is_followed() else "Not met: nothing is recorded at any visit."


def _outcomes(run: Run) -> str:
    has = any(run.has_values(one) for one in run.study.endpoints.values())
    return "" if has else "Not met: no value of an endpoint is recorded."


ITEMS = (
    Asked(number="1", words="Abstract in parts; how participants came to their treatment", at=("summary",)),
    Asked(number="2", words="Background and reasons; theory behind the treatment", at=("introduction",)),
    Asked(number="3", words="Who could enter, where and how they were found", at=("eligibility", "screening")),
    Asked(number="4", words="The treatment in detail: what, how much, how, when", at=("treatment", "exposure")),
    Asked(number="5", words="The question that the study asks", at=("design", "summary")),
    Asked(number="6", words="Outcomes, primary and further, how they were measured and by whom",
          at=("endpoints-methods", "instruments", "schedule"), holds=_primary),
    Asked(number="7", words="How the number of participants was chosen; rules for stopping", at=("statistics",),
          holds=_size),
    Asked(number="8", words="How participants were assigned; why not at random", at=("design", "limits")),
    Asked(number="9", words="Who was blind to the treatment or the visit, and how it was kept",
          at=("schedule", "design"), holds=_blind),
    Asked(number="10", words="The unit that is analysed", at=("statistics",)),
    Asked(number="11", words="Statistical methods, missing values, further analyses", at=("statistics",)),
    Asked(number="12", words="Flow of participants; departures from the plan", at=("participants", "deviations")),
    Asked(number="13", words="Days of recruitment and follow-up", at=("participants", "deviations"), holds=_dates),
    Asked(number="14", words="Characteristics at baseline, and of those who were lost", at=("characteristics",),
          without="Not met: the study file names no characteristic for Table 1."),
    Asked(number="15", words="Groups alike at baseline", at=("limits",),
          holds=lambda run: "" if len(run.study.arms) > 1 else "Does not apply: there is one arm."),
    Asked(number="16", words="How many are analysed in each analysis; analysis by intention",
          at=("participants", "endpoints"), holds=_outcomes),
    Asked(number="17", words="For each outcome the estimate with its interval; null findings too", at=("endpoints",),
          holds=_outcomes),
    Asked(number="18", words="Further analyses, planned or not, apart from the planned ones", at=("sensitivity",),
          without="Not met: none was made."),
    Asked(number="19", words="Harms and unintended effects", at=("adverse-events",), holds=_followed),
    Asked(number="20", words="What the results mean; bias, number of tests", at=("discussion", "limits")),
    Asked(number="21", words="For whom the results hold", at=("discussion",)),
    Asked(number="22", words="The results beside other evidence", at=("discussion", "comparators")),
    Asked(number="CONSORT 23", words="Registration", at=("design",), holds=_registered),
    Asked(number="CONSORT 24", words="Where the protocol is: the study file and its fingerprint",
          at=("record", "assumptions")),
    Asked(number="CONSORT 25", words="Who paid, and what part they had", at=("design",), holds=_sponsor),
)  # fmt: skip
"""What has to be told, in order."""


def checklist(run: Run, present: Collection[str]) -> Section:
    """Return each item with where it is met, or why not; `present` are the sections of the report."""
    rows = tuple(
        Row(stub=(one.number,), cells=((one.words,), _met(run, one, [name for name in one.at if name in present])))
        for one in ITEMS
    )
    columns = (Column(label="What has to be told", align="left"), Column(label="Where it is met", align="left"))
    table = Table(
        id="table-checklist", title="What has to be told, and where it is met", stub="Item", columns=columns, body=rows,
        numbered=False,
        footnotes=(("Items of TREND 2004, and of CONSORT 2010 where named, in words of our own.",),),
    )  # fmt: skip
    return Section(id="checklist", title="Reporting checklist", blocks=(table,))


def _met(run: Run, one: Asked, places: list[str]) -> Line:
    """Refer to the sections that meet an item, or say why none does."""
    why = one.holds(run) if one.holds is not None else ""
    if not places or why:
        return (why or one.without,)
    return join([(*_chapter(place), Reference(place)) for place in places])


def _chapter(place: str) -> Line:
    """Say of which chapter a section is, since Methods and Results both have a part on treatment."""
    return ("Methods: ",) if place in METHODS else ("Results: ",) if place in RESULTS else ()
