"""A condition before and after: who gained it, who lost it, tested by McNemar; over several visits by Cochran's Q."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trialbook.analysis.allocation import by_arm, of_arm
from trialbook.analysis.categorical import Friedman, friedman, mcnemar
from trialbook.analysis.compare import p_stats
from trialbook.analysis.results import Result, Role, Selector
from trialbook.analysis.rows import Heading, Stat
from trialbook.analysis.sets import Members, judge
from trialbook.analysis.stated import refusal_of

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.protocol.model import Endpoint, PlannedAnalysis, Study

MCNEMAR = "McNemar's exact test, two-sided, of those who changed"
MID_P = "McNemar's test with mid-P, two-sided: less cautious, not exact"
LEAST = "smallest p that this test can give with so many who changed"
COCHRAN = "Cochran's Q: Friedman's test of yes and no, of those judged at every one of these visits"
RANKS = "Friedman's test of ranks within participants, of those with a value at every one of these visits"
EXACT = "exact, given the ties"
BY_CHI2 = "by the chi-squared distribution, for many participants"
OPEN = "Of {n} it cannot be told at both visits: left out."


def reference_visit(study: Study, endpoint: Endpoint) -> str | None:
    """Return the visit with which later ones are compared: the last of the condition's up to the baseline."""
    rule, visits = study.analysis.baseline, study.schedule.visits
    if rule.visit is not None and rule.visit in visits:
        early = [visit for visit in endpoint.visits if visits[visit].order <= visits[rule.visit].order]
    else:
        early = [visit for visit in endpoint.visits if visits[visit].day <= 0]
    return early[-1] if early else None


def later_visits(study: Study, endpoint: Endpoint) -> tuple[str, ...]:
    """Return the visits of a condition after the one with which they are compared; all where there is none."""
    first, visits = reference_visit(study, endpoint), study.schedule.visits
    return tuple(one for one in endpoint.visits if first is None or visits[one].order > visits[first].order)


def judged_at(datasets: Datasets, endpoint: Endpoint, visit: str, who: Sequence[str]) -> dict[str, bool]:
    """Return participant -> whether the condition holds at a visit; of whom it cannot be told are left out."""
    found = judge(datasets, endpoint.when or "false", "responder", visit)
    true, unknown = set(found.true), set(found.unknown)
    return {code: code in true for code in who if code not in unknown}


def compare_conditions(datasets: Datasets, who: Members) -> Iterator[Result]:
    """Give the rows of every condition that is judged before and after, in the analysis set of the plan."""
    study, inside = datasets.study, who.of(datasets.study.analysis.set)
    for endpoint in (one for one in study.endpoints.values() if one.when is not None):
        first, later = reference_visit(study, endpoint), later_visits(study, endpoint)
        if first is None or not later:
            continue
        for arm, some in by_arm(datasets, inside).items():
            yield from _over_visits(datasets, endpoint, (first, *later), arm, some)


def _over_visits(
    datasets: Datasets, endpoint: Endpoint, visits: tuple[str, ...], arm: str, who: Sequence[str]
) -> Iterator[Result]:
    """Compare each later visit with the first, then all together."""
    refusal = "" if arm else refusal_of(datasets.study)
    at = {visit: judged_at(datasets, endpoint, visit, who) for visit in visits}
    plan = datasets.study.analysis
    for visit in visits[1:]:
        told = _Told(visits=(visits[0], visit), before=at[visits[0]], after=at[visit], who=who, refusal=refusal)
        yield from _changed(plan, endpoint, arm, told)
    if len(visits) > 2:
        rows = [[float(one[code]) for one in at.values()] for code in who if all(code in one for one in at.values())]
        heading = of_arm(_heading(plan, endpoint, "cochran", visits), arm)
        yield from friedman_rows(heading, rows, COCHRAN, refusal=refusal)


def _heading(
    plan: PlannedAnalysis, endpoint: Endpoint, analysis: str, visits: tuple[str, ...], role: Role = "sensitivity"
) -> Heading:
    source = Selector(frame="observations", variable=endpoint.id, visits=visits, analysis_set=plan.set)
    visit = visits[-1] if analysis == "mcnemar" else ""
    return Heading(
        analysis=analysis, variable=endpoint.id, visit=visit, analysis_set=plan.set, source=source, method=MCNEMAR,
        unit="participants", role=role,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Of whom it can be told at two visits whether a condition holds."""

    visits: tuple[str, str]
    before: Mapping[str, bool]
    after: Mapping[str, bool]
    who: Sequence[str]
    refusal: str

    @property
    def both(self) -> list[tuple[bool, bool]]:
        """Return the answers of those of whom it can be told at both."""
        return [
            (self.before[code], self.after[code]) for code in self.who if code in self.before and code in self.after
        ]


def _changed(plan: PlannedAnalysis, endpoint: Endpoint, arm: str, told: _Told) -> Iterator[Result]:
    """Give the change of a yes or no from one visit to another."""
    both, visits = told.both, told.visits
    found = mcnemar(sum(one and not was for was, one in both), sum(was and not one for was, one in both))
    is_primary = (endpoint.id, visits[1]) == (plan.primary_endpoint, plan.primary_visit)
    has_design = plan.design is not None and plan.design.endpoint == endpoint.id  # which then is what was planned
    role: Role = "primary" if is_primary and plan.between is None and not has_design else "sensitivity"
    warning = OPEN.format(n=len(told.who) - len(both)) if len(both) < len(told.who) else ""
    changed = found.gained + found.lost
    why = told.refusal or found.reason
    heading = replace(of_arm(_heading(plan, endpoint, "mcnemar", visits, role), arm), n=len(both))
    counts = {"n_before": sum(was for was, _ in both), "n_after": sum(one for _, one in both),
              "gained": found.gained, "lost": found.lost}  # fmt: skip
    p, mid, least = (None, None, None) if why else (found.p, found.p_mid, min(1.0, 2 * 0.5**changed))
    yield from heading.rows(
        [
            Stat(name="n_pairs", value=len(both), warning=warning),
            *(Stat(name=name, value=value) for name, value in counts.items()),
            *p_stats(plan, p, role, error=why),
            Stat(name="p_mid", value=mid, unit="", role="sensitivity", method=MID_P, error=why),
            Stat(name="p_min", value=least, unit="", method=LEAST, error=why),
        ]
    )


def friedman_rows(heading: Heading, rows: Sequence[Sequence[float]], method: str, *, refusal: str = "") -> list[Result]:
    """Give n, statistic, and both p of a test by ranks within participants; a refusal in place of the test."""
    found = friedman(rows)
    return heading.rows(
        friedman_stats(Friedman(n=found.n, visits=found.visits, reason=refusal) if refusal else found, method)
    )


def friedman_stats(found: Friedman, method: str) -> list[Stat]:
    """Write n, statistic, and both p; what is not exact says why."""
    exact = found.reason or found.not_exact
    return [
        Stat(name="n", value=found.n, n=found.n, unit="participants", method=method),
        Stat(name="visits", value=found.visits, n=found.n, unit="visits", method=method),
        Stat(name="q", value=found.q, n=found.n, unit="", decimals=2, method=method, error=found.reason),
        Stat(name="df", value=found.df, n=found.n, unit="", method=method, error=found.reason),
        Stat(name="p", value=found.p, n=found.n, unit="", method=f"{method}; {EXACT}", error=exact),
        Stat(name="p_min", value=found.p_min, n=found.n, unit="", method=f"smallest p: {EXACT}", error=exact),
        Stat(name="p_chi2", value=found.p_chi2, n=found.n, unit="", method=f"{method}; {BY_CHI2}", error=found.reason),
    ]
