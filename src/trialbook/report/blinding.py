"""Blinding: who learned what was hidden, looks before the planned cut, alerts, and guesses of blind raters."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.analysis.results import Result
from trialbook.protocol.phrases import write_cut
from trialbook.render.document import Block, Items, Paragraph, Section
from trialbook.render.inline import Line
from trialbook.render.numbers import ABSENT
from trialbook.render.table import Column, Row, Table
from trialbook.report.assessments import form_name
from trialbook.report.phrases import capital, several
from trialbook.report.quote import Notes, cell, footnotes, interval
from trialbook.report.run import Run, as_mappings
from trialbook.report.told import answered_by, leading, told

NAME, GUESSES = "blinding", "guesses"
UNBLINDINGS = ("planned", "emergency", "accidental")
IN_THE_ROOM = (
    "No software blinds a live examination to calendar time: whoever examines the same person again knows that time "
    "has passed, and may guess how much."
)
RECORDED_ONLY = "Only what was recorded is counted; nobody can count what was learned and not told."


def blinding(run: Run) -> Section | None:
    """Return what became of blinding; None where nobody was blind and results were open at any time."""
    blind = [role for role in run.study.roles.values() if role.blind]
    if not blind and run.study.analysis.cut is None and run.listing(NAME) is None:
        return None
    lines = [*(_unblinded(run) if blind else ()), *_looks(run), *_alerts(run)]
    blocks: list[Block] = [Items(lines=tuple(lines))]
    blocks += [table for table in (listed_table(run),) if table is not None]
    blocks += list(guess_blocks(run))
    if blind and _is_live(run):
        blocks.append(Paragraph(line=(IN_THE_ROOM,), kind="note"))
    return Section(id=NAME, title="Blinding", blocks=tuple(blocks))


def _is_live(run: Run) -> bool:
    """Tell whether a blind role rates anything in the room."""
    blind = [role for role in run.study.roles.values() if role.blind]
    rated = (form for form in run.study.forms.values() if any(form.id in one.records for one in blind))
    return any(form.timing == "visits" and form.recordings is None for form in rated)


def _stat(run: Run, kind: str, name: str = "n") -> Result | None:
    return next((row for row in run.quotes.of(NAME, kind) if row.stat == name), None)


def _unblinded(run: Run) -> Iterator[Line]:
    """Yield how often somebody learned what was hidden, by kind: of participants and of the study."""
    found = [(kind, _stat(run, kind), _stat(run, kind, "n_participants")) for kind in UNBLINDINGS]
    if not any(row is not None for _, row, _ in found):
        yield ("No unblinding was recorded, planned, emergency or accidental. ", RECORDED_ONLY)
        return
    for kind, row, people in found:
        if row is None or people is None:
            continue
        were = several(float(row.value or 0), "unblinding was recorded", "unblindings were recorded")
        of = several(float(people.value or 0), "participant")
        yield (f"{capital(kind)}: ", run.quotes.number(row), f" {were}, of ", run.quotes.number(people), f" {of}",
               *((", the others of the study as a whole",) if _is_wide(run, kind) else ()), ".")  # fmt: skip
    yield (RECORDED_ONLY,)


def _is_wide(run: Run, kind: str) -> bool:
    """Tell whether an unblinding of this kind concerned the whole study."""
    return any(row["kind"] == kind and not row["participant"] for row, _ in as_mappings(run.listing(NAME)))


def _looks(run: Run) -> Iterator[Line]:
    """Yield how often endpoint results were looked at before the planned cut."""
    cut = run.study.analysis.cut
    found = _stat(run, "early look")
    if found is not None:
        times = several(float(found.value or 0), "time")
        yield (
            "Results of endpoints were looked at ", run.quotes.number(found), f" {times} before the planned cut of the "
            f"data ({write_cut(cut)})." if cut else f" {times} before the cut of the data that was planned then.",
        )  # fmt: skip
    elif cut is not None:
        yield (f"The data were to be cut {_when(run)}; no earlier look at results of endpoints was recorded.",)


def _when(run: Run) -> str:
    cut = run.study.analysis.cut
    if cut is not None and cut.visit:
        return f"after {run.visit_label(cut.visit)} of all participants"
    return "" if cut is None else "at the lock of the study" if cut.on is None else f"on {cut.on.isoformat()}"


def _alerts(run: Run) -> Iterator[Line]:
    found = _stat(run, "safety alert")
    if found is not None:
        were = several(float(found.value or 0), "safety alert was sent", "safety alerts were sent")
        yield (run.quotes.number(found), f" {were} by a blind assessor to the investigators; nothing was sent back.")


def listed_table(run: Run) -> Table | None:
    """Return each unblinding and each earlier look: what, when, who, why; None where there was none."""
    found = [(row, seqs) for row, seqs in as_mappings(run.listing(NAME)) if row["what"] != "safety alert"]
    if not found:
        return None
    body: list[Row] = []
    for row, seqs in found:
        entry = run.entries.get(seqs[0]) if seqs else None
        when, by = (ABSENT, ABSENT) if entry is None else (entry.at[:10], entry.by)
        what = str(row["kind"]) + (" unblinding" if row["what"] == "unblinding" else "")
        cells = (str(row["participant"] or "study"), when, by, str(row["who"] or ABSENT), str(row["reason"] or ABSENT))
        of = answered_by(run.entries, seqs)
        body.append(Row(stub=leading(seqs, capital(what), of), cells=tuple(told(text, of) for text in cells)))
    labels = ("Of", "Recorded on", "By", "Who learned, or what was seen", "Reason")
    columns = tuple(Column(label=label, align="left") for label in labels)
    return Table(
        id="table-blinding", title="Unblindings and earlier looks", stub="What", columns=columns, body=tuple(body)
    )


# ---- guesses ----------------------------------------------------------------------------------------------------


def guess_blocks(run: Run) -> Iterator[Block]:
    """Yield guesses of blind raters against the truth, or that none was made though they were planned."""
    planned = [form for form in run.study.forms.values() if form.guesses is not None]
    rows = [row for form in planned for row in run.quotes.of(GUESSES, form.id)]
    if planned and not rows:
        yield Paragraph(line=("Blind raters were to guess what was hidden; no guess is recorded.",))
    if not rows:
        return
    notes: Notes = {}
    body: list[Row] = []
    for form in planned:
        mine: dict[str, dict[str, Result]] = {}
        for row in run.quotes.of(GUESSES, form.id):
            mine.setdefault(row.level, {})[row.stat] = row
        body += [Row(stub=(form_name(run, form),), heading=True)] if mine else []
        for level, stats in mine.items():
            body += [Row(stub=(name,), level=1, cells=(line,)) for name, line in _guess_rows(run, level, stats, notes)]
    yield Table(
        id="table-guesses", title="Guesses of blind raters against the truth", stub="Guess",
        columns=(Column(label="Found"),), body=tuple(body), footnotes=footnotes(notes),
    )  # fmt: skip


def _guess_rows(run: Run, level: str, stats: dict[str, Result], notes: Notes) -> Iterator[tuple[str, Line]]:
    """Yield what is told of one kind of guess."""
    if "n_right" in stats:
        share = interval(run.quotes, stats["ci_low"], stats["ci_high"], notes)
        yield "Right guesses of the week", (
            run.quotes.number(stats["n_right"]), " of ", run.quotes.number(stats["n"]), " (",
            run.quotes.number(stats["percent"]), " %; ", *share, ")",
        )  # fmt: skip
        yield "Right guesses expected by chance", cell(run.quotes, stats["expected"], notes)
        yield "p, more right than by chance", cell(run.quotes, stats["p"], notes)
    for name, title in (("bang", "Index of Bang"), ("james", "Index of James")):
        if name in stats:
            arm = run.arm_label(level.partition(" ")[2])
            ends = interval(run.quotes, stats[f"{name}_low"], stats[f"{name}_high"], notes)
            yield f"{title}, {arm}" if arm else title, (*cell(run.quotes, stats[name], notes), " (", *ends, ")")
