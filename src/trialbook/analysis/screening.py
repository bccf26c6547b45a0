"""Screening: everybody who was screened, enrolled or not, and how each criterion stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, get_args

from trialbook.analysis.frames import Datasets, books, judged_books, last_day
from trialbook.analysis.listings import listing
from trialbook.analysis.results import Listing, Result, Selector
from trialbook.analysis.rows import Heading, Stat
from trialbook.conduct.screening import Outcome, Screened, Verdict, screening_log

if TYPE_CHECKING:
    from trialbook.protocol.model import Criterion

NAME, EACH = "screening", "screening_criteria"
LOG = ("participant", "status", "verdict", "not_met", "unknown", "enrolled")
CRITERIA = ("participant", "criterion", "kind", "outcome", "reasons")
UNKNOWN = "unknown"
"""Verdict, and outcome of a criterion, that rests on what is not there: who can be judged is not among these."""
OF_ALL = "; behind the unknown stand the answers of everybody, which say who is none of them"
BY = "judged by the answers up to the day of enrolment, of everybody who was screened"


@lru_cache(maxsize=4)
def judged(datasets: Datasets) -> tuple[Screened, ...]:
    """Judge everybody who was screened; those not enrolled yet as of the last day that the data tell of."""
    last = last_day(datasets)
    if not datasets.plans:
        return screening_log(datasets.study, books(datasets), on=last)
    return tuple(
        one
        for code, book in judged_books(datasets).items()
        for one in screening_log(datasets.plan_of(book.site), {code: book}, on=last)
    )


@lru_cache(maxsize=4)
def list_screening(datasets: Datasets) -> Listing:
    """List everybody who was screened: the verdict, and the criteria that speak against entry or are unknown."""
    rows = []
    for one in judged(datasets):
        book, found = one.casebook, one.eligibility
        against, unknown = ", ".join(found.not_fulfilled), ", ".join(found.unknown)
        reasons = [why for each in found.criteria for why in each.reasons]
        seqs = {seq for why in (*found.consent_reasons, *reasons) for seq in why.seqs} | {book.status_seq or 0}
        row = (book.participant, book.status, found.verdict, against, unknown, book.enrolled_on)
        rows.append((row, sorted(seqs)))
    return listing(NAME, LOG, rows)


@lru_cache(maxsize=4)
def list_criteria(datasets: Datasets) -> Listing:
    """List how each criterion stands for everybody who was screened, with the answers that it rests on."""
    rows = []
    for one in judged(datasets):
        for found in one.eligibility.criteria:
            said = "; ".join(str(why) for why in found.reasons)
            row = (one.casebook.participant, found.criterion.id, found.criterion.kind, found.outcome, said)
            rows.append((row, sorted({seq for why in found.reasons for seq in why.seqs})))
    return listing(EACH, CRITERIA, rows)


def count_screening(datasets: Datasets) -> Iterator[Result]:
    """Count the verdicts, and how each criterion stands."""
    everybody = judged(datasets)
    verdicts = Counter(one.eligibility.verdict for one in everybody)
    for verdict in get_args(Verdict):
        where = () if verdict == UNKNOWN else (("verdict", verdict),)
        yield _counted("verdict", verdict, verdicts[verdict], len(everybody), NAME, where)
    outcomes = Counter((found.criterion.id, found.outcome) for one in everybody for found in one.eligibility.criteria)
    for criterion in {rule.id: rule for plan in reversed(datasets.versions) for rule in plan.criteria}.values():
        asked = sum(count for (rule, _), count in outcomes.items() if rule == criterion.id)
        for outcome in get_args(Outcome):
            where = (("criterion", criterion.id), *(() if outcome == UNKNOWN else (("outcome", outcome),)))
            count = outcomes[criterion.id, outcome]
            yield _counted(criterion.id, outcome, count, asked, EACH, where, _meaning(criterion))


def _meaning(criterion: Criterion) -> str:
    return "; one that is met keeps out" if criterion.kind == "exclusion" else ""


def _counted(
    variable: str, level: str, count: int, n: int, name: str, where: tuple[tuple[str, str], ...], more: str = ""
) -> Result:
    heading = Heading(
        analysis="screening", variable=variable, level=level, unit="participants", n=n,
        method=f"{'verdict of the criteria and consent' if name == NAME else 'criterion'} {BY}{more}"
        f"{OF_ALL if level == UNKNOWN else ''}",
        source=Selector(frame="listing", variable=name, analysis_set="", where=where),
    )  # fmt: skip
    return heading.row(Stat(name="n", value=count))
