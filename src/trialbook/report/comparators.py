"""Published studies beside this one: regimen, participants, disease and outcome, each with its source.

Diseases stand apart, since one may answer where another does not; a controlled comparison stands beside whatever is
pooled, since without it a share of responders says little of the treatment.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.analysis.pooling.comparators import Comparator, Comparators, by_disease
from trialbook.analysis.pooling.shares import PooledShare
from trialbook.render.document import Block, Items, Paragraph, Section
from trialbook.render.inline import Line
from trialbook.render.numbers import ABSENT, show_percent
from trialbook.render.table import Column, Row, Table
from trialbook.report.phrases import counted, sentence
from trialbook.report.run import Run
from trialbook.report.sentences import own_line

LEAST_FOR_BIAS = 10
"""Studies from which a funnel plot, or a test of its asymmetry, says anything: Sterne et al, BMJ 2011;343:d4002."""
COLUMNS = "Regimen, participants and outcome by disease"
TITLE = "Published studies beside this one"
CONTROLLED = "With a control of its own, and so not pooled:"
WELL = "cases that went well are published more often."
LEAD = (
    "These are printed results of other participants, by other criteria, at other times. They stand side by side, and "
    "are no comparison within this study."
)


def comparators(run: Run, beside: Comparators) -> Section:
    """Return the studies by disease, what pooling gives, what was controlled, and what cannot be told."""
    own = own_line(run, "comparators")
    lead = own if own is not None else (LEAD,)
    blocks: tuple[Block, ...] = (Paragraph(line=lead), comparators_table(beside))
    return Section(id="comparators", title=TITLE, blocks=(*blocks, Items(lines=tuple(beside_lines(beside)))))


def comparators_table(beside: Comparators) -> Table:
    """Return every study as a row, under its disease."""
    heads = ("Regimen", "Design", "n", "Outcome", "Result", "Source")
    columns = tuple(Column(label=head, align="right" if head == "n" else "left") for head in heads)
    body = []
    for disease, studies in by_disease(beside.studies).items():
        body.append(Row(stub=(disease,), heading=True))
        body += [Row(stub=(one.study,), level=1, cells=_cells(one)) for one in studies]
    return Table(
        id="table-comparators", title=COLUMNS, stub="Study", columns=columns, body=tuple(body),
        source=f"Typed from the papers into {beside.file}; no entry of the ledger stands behind these numbers.",
    )  # fmt: skip


def _cells(one: Comparator) -> tuple[Line, ...]:
    texts = (one.regimen, one.design, str(one.n), one.outcome, one.result or ABSENT, one.source)
    return tuple((text,) for text in texts)


def beside_lines(beside: Comparators) -> Iterator[Line]:
    """Yield what the studies of each disease give together, the controlled ones, single cases, and what stays open."""
    for disease, found in beside.pooled.items():
        yield (pooled_words(disease, found),)
    for one in beside.studies:
        if one.is_controlled:
            yield (f"{CONTROLLED} {one.study}, {one.outcome}: {sentence(one.result)}",)
    single = sum(one.is_single for one in beside.studies)
    if single:
        noun = "single cases are" if single > 1 else "single case is"
        yield (f"{counted(single).capitalize()} {noun} named and not pooled: {WELL}",)
    yield (bias_words(len(beside.studies)),)


def pooled_words(disease: str, found: PooledShare) -> str:
    """Say what share responded over the studies of a disease, and what would be expected of a further study."""
    start = f"{disease}, {counted(found.k)} studies pooled ({', '.join(found.labels)})"
    if found.share is None or found.ci_low is None or found.ci_high is None:
        return f"{start}: not pooled. {found.reason}"
    level = show_percent(100 * found.confidence)
    interval = f"{level} confidence interval {_percent(found.ci_low)} to {_percent(found.ci_high)}"
    more = (
        f"; in a further study {_percent(found.pi_low)} to {_percent(found.pi_high)}"
        if found.pi_low is not None and found.pi_high is not None
        else ""
    )
    reason = f" {found.reason}" if found.reason else ""
    return f"{start}: {_percent(found.share)} responded, each by its own definition ({interval}{more}).{reason}"


def _percent(share: float) -> str:
    return show_percent(100 * share, 0)


def bias_words(number: int) -> str:
    """Say whether publication bias can be assessed."""
    if number < LEAST_FOR_BIAS:
        return f"Publication bias cannot be assessed from {counted(number)} studies."
    return "Publication bias cannot be assessed from studies of several outcomes without a control."
