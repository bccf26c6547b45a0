"""The participant flow: boxes from enrolment to analysis, each number a link; in words and as a table too."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from itertools import groupby

from trialbook.analysis.consents import LEVELS
from trialbook.analysis.results import Result
from trialbook.conduct.withdrawing import DATA_USE, TREATMENT
from trialbook.render.document import Figure
from trialbook.render.inline import Line, plain
from trialbook.render.table import Column, Row, Table
from trialbook.report.flow_drawing import LETTERS, Stage, svg_of
from trialbook.report.run import Run

TREATMENT_LEVEL, DATA_USE_LEVEL = LEVELS[TREATMENT], LEVELS[DATA_USE]
STOPPED, NO_USE = "Stopped treatment", "Use of data withdrawn, left out"
NOT_COUNTED = "Not counted: use of data withdrawn"
KEPT = "; adverse events are kept, as the study file says, and whoever was enrolled counts there among the enrolled"
COUNTED, BESIDE = "Numbers are participants", "those whose use of data was withdrawn are in none of the other numbers"


def participant_flow(run: Run) -> Figure | None:
    """Return the flow of participants as a figure; None where nobody was recorded."""
    boxes = tuple(boxes_of(run))
    if not boxes:
        return None
    return Figure(
        id="figure-flow",
        title="Participant flow",
        svg=svg_of(boxes, invented=run.invented),
        alt="Flow of participants. " + ". ".join(_spoken(box) for box in boxes) + ".",
        caption=(f"{COUNTED}; {BESIDE}." if count(run, DATA_USE_LEVEL) is not None else f"{COUNTED}.",),
        table=flow_table(run),
    )


def boxes_of(run: Run) -> Iterator[Stage]:
    """Yield the stages for which there are results, from screening to analysis.

    Those whose use of data was withdrawn are in no stage: they did not leave one, and stand beside the first number.
    """
    failed = count(run, "screen_failure")
    screened, enrolled = count(run, "screened"), count(run, "enrolled")
    unused = count(run, DATA_USE_LEVEL)
    aside = (_stage(run, "Not enrolled", failed),) if failed is not None and failed.value else ()
    beside = (_stage(run, NOT_COUNTED, unused),) if unused is not None else ()
    if screened is not None and (aside or beside):
        yield Stage(lines=(_stage(run, "Screened", screened), *beside), side=aside)
    if enrolled is not None:
        yield Stage(lines=(_stage(run, "Enrolled", enrolled),), side=tuple(_left(run)))
    ends = [
        (label, row)
        for label, name in (("Completed", "completed"), (ongoing_label(run), "ongoing"))
        if (row := count(run, name)) is not None and row.value
    ]
    if ends:
        yield Stage(lines=tuple(_stage(run, label, row) for label, row in ends))
    analysed = tuple(_analysed(run))
    if analysed:
        yield Stage(lines=analysed, passes=bool(ends) and _has_left(run))


def _has_left(run: Run) -> bool:
    """Tell whether some who are analysed may have left: then not all come from the stage of those who stayed."""
    left, chosen = count(run, "withdrawn"), run.study.analysis.sets.get(run.study.analysis.set)
    return left is not None and bool(left.value) and (chosen is None or chosen.who != "completed")


def ongoing_label(run: Run) -> str:
    """Name those for whom no end is recorded: they are in the study, where anything tells that it was carried out."""
    return "Still in the study" if run.is_followed() else "End not recorded"


def consent_lines(run: Run) -> Iterator[Line]:
    """Yield how many withdrew from treatment alone, and how many are left out since they withdrew the use of data."""
    stopped, unused = count(run, TREATMENT_LEVEL), count(run, DATA_USE_LEVEL)
    if stopped is not None:
        people = "participant" if stopped.value == 1 else "participants"
        yield (run.quotes.number(stopped), f" {people} withdrew from treatment, which alone is no end of the study.")
    if unused is not None:
        is_one, keeps = unused.value == 1, run.study.withdrawal.keeps_safety
        people = " participant is" if is_one else " participants are"
        yield (
            run.quotes.number(unused), f"{people} left out of every other number, table and figure: consent to the ",
            f"use of data was withdrawn{KEPT if keeps else ''}.",
        )  # fmt: skip


def count(run: Run, level: str) -> Result | None:
    """Return how many participants were screened, enrolled, ongoing, completed, withdrawn or not enrolled."""
    return run.quotes.find("disposition", "participants", level, "n")


def reasons(run: Run) -> tuple[Result, ...]:
    """Return the counts of those who left, by reason, in the order of the results."""
    return tuple(row for row in run.quotes.of("disposition", "withdrawn") if row.stat == "n")


def evaluable(run: Run) -> Iterator[tuple[str, Result]]:
    """Yield for each endpoint its label and of how many it is known at the visit of which the Results speak.

    Of a number these have both values; of the primary endpoint, where that is a condition, it can be told.
    """
    chosen = run.study.endpoints.get(run.study.analysis.primary_endpoint or "")
    judged = (chosen,) if chosen is not None and chosen.when else ()
    for endpoint in (*judged, *run.followed()):
        visit = run.focal_visit(endpoint) or ""
        row = run.quotes.find("disposition", "evaluable", endpoint.id, visit, "", run.study.analysis.set, "n")
        if row is not None and run.has_values(endpoint):
            yield run.label(endpoint), row


def known_at(run: Run, row: Result) -> str:
    """Say what is known of those who are counted as evaluable, and at which visit."""
    is_number = run.study.endpoints[row.level].source is not None
    return f"{'Values at baseline and' if is_number else 'Judged'} {run.at(row.visit)}"


def flow_table(run: Run) -> Table:
    """Return the numbers of the flow as a table."""
    stages = [("Screened", "screened"), ("Screen failures", "screen_failure"), ("Enrolled", "enrolled")]
    ends = [
        ("Completed", "completed"), (ongoing_label(run), "ongoing"), ("Withdrawn", "withdrawn"),
        (STOPPED, TREATMENT_LEVEL), (NO_USE, DATA_USE_LEVEL),
    ]  # fmt: skip
    rows = [_row(run, label, count(run, level)) for label, level in (*stages, *ends)]
    rows += [_row(run, f"Withdrawn: {row.level}", row) for row in reasons(run)]
    for name in run.study.analysis.sets:
        rows.append(_row(run, f"Analysis set: {run.set_label(name)}", set_size(run, name)))
    for endpoint, row in evaluable(run):
        rows.append(_row(run, f"{known_at(run, row)}: {endpoint}", row))
    return Table(
        id="table-flow", title="Participants at each stage", stub="Stage", columns=(Column(label="n", align="right"),),
        body=tuple(row for row in rows if row is not None), numbered=False,
    )  # fmt: skip


def set_size(run: Run, name: str) -> Result | None:
    """Return how many participants an analysis set has."""
    return run.quotes.find("disposition", "set", name, "n")


def _stage(run: Run, label: str, row: Result) -> Line:
    return (f"{label} (n = ", run.quotes.number(row), ")")


def _left(run: Run) -> Iterator[Line]:
    stopped = count(run, TREATMENT_LEVEL)
    if stopped is not None:
        yield _stage(run, STOPPED, stopped)
    row = count(run, "withdrawn")
    if row is None or not row.value:
        return
    yield _stage(run, "Left the study", row)
    for reason in reasons(run):
        yield from _listed(reason.level or "no reason recorded", (" (", run.quotes.number(reason), ")"))


def _listed(words: str, number: Line) -> Iterator[Line]:
    """Write a point of a list in lines that fit into the box, its number at the end."""
    *parts, last = textwrap.wrap(words, LETTERS - 2)
    leads = ("· ", *("\u2003" for _ in parts))
    yield from ((lead, part) for lead, part in zip(leads, parts, strict=False))
    yield (leads[-1], last, *number)


def _analysed(run: Run) -> Iterator[Line]:
    chosen = run.study.analysis.set
    size = set_size(run, chosen)
    if size is not None:
        yield _stage(run, "Analysed", size)
        yield from (("\u2003", words) for words in textwrap.wrap(f"Set: {run.set_label(chosen)}", LETTERS))
    for known, found in groupby(evaluable(run), lambda one: known_at(run, one[1])):
        yield from ((words,) for words in textwrap.wrap(f"{known}:", LETTERS))
        for endpoint, row in found:
            yield from _listed(endpoint, (": ", run.quotes.number(row)))


def _spoken(box: Stage) -> str:
    words = "; ".join(plain(line).strip("· ") for line in box.lines)
    left = "; ".join(plain(line).strip("· ") for line in box.side)
    return f"{words}, then {left}" if left else words


def _row(run: Run, label: str, row: Result | None) -> Row | None:
    return None if row is None else Row(stub=(label,), cells=((run.quotes.number(row),),))
