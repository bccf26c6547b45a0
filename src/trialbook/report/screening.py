"""Who may enter: how many were screened, criterion by criterion, and the log of everybody who was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from trialbook.analysis.results import Result
from trialbook.protocol.model import Criterion
from trialbook.render.document import Block, Paragraph, Section
from trialbook.render.inline import Line, join
from trialbook.render.numbers import ABSENT
from trialbook.render.table import Column, Row, Spanner, Table
from trialbook.report.flow import count
from trialbook.report.methods import SCREENING
from trialbook.report.one_by_one import MANY
from trialbook.report.phrases import capital, names_in, sentence
from trialbook.report.quote import Notes, cell, footnotes
from trialbook.report.run import Listed, Run, as_mappings
from trialbook.report.sentences import own_line
from trialbook.report.told import OPEN, form_in, forms_of, leading, told

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets

EACH = "screening_criteria"
"""Listing of how each criterion stands for everybody."""
JUDGED = ("met", "not met", "unknown", "not applicable")
VERDICTS = ("eligible", "not eligible", "unknown")
TALLY = "table-criteria"
LEGEND = (
    "An exclusion criterion that is met keeps out. Unknown: an answer that decides is missing; nothing was assumed."
)


def screening(run: Run) -> Section | None:
    """Return the sentence, the criteria and the log; None where nobody was judged."""
    if run.listing(SCREENING) is None:
        return None
    own = own_line(run, "screening")
    lines = (own,) if own is not None else tuple(_lines(run))
    blocks: list[Block] = [Paragraph(line=line) for line in lines]
    tables = (criteria_table(run), log_table(run), reasons_table(run))
    return Section(id="screening", title="Screening", blocks=(*blocks, *(table for table in tables if table)))


def _lines(run: Run) -> Iterator[Line]:
    yield _screened(run)
    yield _verdicts(run)
    if not _is_judged(run):
        yield ("Of no criterion is it recorded who met it.",)


def _screened(run: Run) -> Line:
    """Say how many were screened, and how many were and were not enrolled."""
    screened, enrolled, failed = (count(run, name) for name in ("screened", "enrolled", "screen_failure"))
    if screened is None:
        return ()
    were = " participant was screened" if screened.value == 1 else " participants were screened"
    parts: list[Line] = []
    if enrolled is not None and enrolled.value != screened.value:
        parts.append((run.quotes.number(enrolled), " enrolled"))
    if failed is not None and failed.value:
        parts.append((run.quotes.number(failed), " not enrolled"))
    everybody = enrolled is not None and enrolled.value == screened.value and enrolled.value
    rest: Line = (": ", *join(parts, ", ", " and "), ".") if parts else (", and all enrolled." if everybody else ".",)
    return (run.quotes.number(screened), were, *rest)


def _verdicts(run: Run) -> Line:
    """Say for how many the criteria gave which verdict."""
    found = {_word(row.level): row for row in run.quotes.of(SCREENING, "verdict") if row.stat == "n"}
    said = [(run.quotes.number(found[name]), f" {name}") for name in VERDICTS if name in found and found[name].value]
    return ("By consent and criteria, as of enrolment: ", *join(said, ", ", " and "), ".") if said else ()


def _is_judged(run: Run) -> bool:
    """Tell whether any criterion was judged for anybody."""
    rows = (row for one in run.study.criteria for row in run.quotes.of(SCREENING, one.id))
    return any(row.value and _word(row.level) != "unknown" for row in rows if row.stat == "n")


def criteria_table(run: Run) -> Table | None:
    """Return for each criterion how many met it, did not, cannot be judged, or were not asked."""
    if not _is_judged(run):
        return None
    notes: Notes = {}
    body: list[Row] = []
    for kind, title in (("inclusion", "Inclusion"), ("exclusion", "Exclusion")):
        rows = [_criterion(run, one, notes) for one in run.study.criteria if one.kind == kind]
        body += [Row(stub=(title,), heading=True), *rows] if rows else []
    return Table(
        id=TALLY, title="Criteria of those who were screened", stub="Criterion",
        columns=(Column(label="Text", align="left"), *(Column(label=capital(name)) for name in JUDGED)),
        spanners=(Spanner(label="Participants", first=1, last=len(JUDGED)),), body=tuple(body),
        footnotes=((LEGEND,), *footnotes(notes)),
    )  # fmt: skip


def _criterion(run: Run, one: Criterion, notes: Notes) -> Row:
    found: dict[str, Result] = {
        _word(row.level): row for row in run.quotes.of(SCREENING, one.id) if row.stat == "n"
    }  # fmt: skip
    counts = tuple(cell(run.quotes, found.get(name), notes) for name in JUDGED)
    return Row(stub=(one.id,), level=1, cells=((sentence(run.say(one.text)),), *counts))


def log_table(run: Run) -> Table:
    """Return everybody who was screened, failures and unknowns kept, each with the criteria that decided."""
    forms = judged_by(run.datasets)
    rows = tuple(_log_row(row, entries, forms) for row, entries in as_mappings(run.listing(SCREENING)))
    labels = ("Status", "Verdict", "Speaks against entry", "Unknown")
    is_long = len(rows) > MANY
    return Table(
        id="table-screening", title="Screening log", stub="Participant", numbered=not is_long, folded=is_long,
        columns=tuple(Column(label=label, align="left") for label in labels), body=rows,
    )  # fmt: skip


def judged_by(datasets: Datasets, criterion: str = "") -> tuple[str, ...]:
    """Return the forms that one criterion rests on; without its id those of all, and of the consent."""
    found: dict[str, None] = {}
    for plan in datasets.versions:
        texts = [text for one in plan.criteria if criterion in {"", one.id} for text in _written(one)]
        texts += [plan.consent] if plan.consent and not criterion else []
        found |= dict.fromkeys(form_in(name) for name in names_in(texts) if form_in(name) in plan.forms)
    return tuple(found)


def _written(one: Criterion) -> Iterator[str]:
    """Yield all of a criterion that names answers."""
    yield from (text for text in (one.when, one.ask_when) if text)
    for span in (one.since, one.washout):
        yield from () if span is None else (span.since, span.before)


def _log_row(row: Listed, entries: tuple[int, ...], forms: Iterable[str]) -> Row:
    """Write who was screened; all but that and the status tells of the answers by which they were judged."""
    code = str(row["participant"])
    of = forms_of(code, forms)
    status, *judged = (text or ABSENT for text in _logged(row))
    return Row(stub=leading(entries, code, OPEN), cells=((status,), *(told(text, of) for text in judged)))


def _logged(row: Listed) -> Iterator[str]:
    """Yield status, verdict, and what speaks against entry or is unknown: where no criterion does, the consent."""
    verdict = str(row["verdict"])
    yield from (str(row["status"] or ""), verdict)
    yield str(row["not_met"] or ("consent" if verdict == "not eligible" else ""))
    yield str(row["unknown"] or ("consent" if verdict == "unknown" else ""))


def reasons_table(run: Run) -> Table | None:
    """Return for each criterion that spoke against somebody, or was unknown, what it rests on or lacks; closed."""
    if not _is_judged(run):
        return None
    body: list[Row] = []
    by = {one.id: judged_by(run.datasets, one.id) for plan in run.datasets.versions for one in plan.criteria}
    for person, group in groupby(as_mappings(run.listing(EACH)), key=lambda row: row[0]["participant"]):
        rows = [_reason(by, row, entries) for row, entries in group if _stands_in_the_way(row)]
        body += [Row(stub=(str(person),), heading=True), *rows] if rows else []
    labels = ("Stands", "By these answers")
    if not body:
        return None
    return Table(
        id="table-reasons", title="Criteria that speak against entry or are unknown, and why", stub="Participant",
        columns=tuple(Column(label=label, align="left") for label in labels), body=tuple(body), numbered=False,
        folded=True,
    )  # fmt: skip


def _stands_in_the_way(row: Listed) -> bool:
    against = "not met" if row["kind"] == "inclusion" else "met"
    return row["outcome"] in {against, "unknown"}


def _reason(by: Mapping[str, Iterable[str]], row: Listed, entries: tuple[int, ...]) -> Row:
    """Write how one criterion stands, which tells of the answers that it rests on or lacks."""
    criterion = str(row["criterion"])
    of = forms_of(str(row["participant"]), by[criterion])
    cells = (told(capital(str(row["outcome"])), of), told(str(row["reasons"] or ABSENT), of))
    return Row(stub=leading(entries, criterion, of), level=1, cells=cells)


def _word(level: str) -> str:
    return level.replace("_", " ")
