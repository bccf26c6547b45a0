"""How values look in a terminal: tables, progress bars, and short answers, by rich."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from trialbook.errors import Place

if TYPE_CHECKING:
    from decimal import Decimal

    from trialbook.capture.book import Receipt
    from trialbook.capture.ledger import Entry
    from trialbook.capture.rows import Change, Preview, StatusChange
    from trialbook.capture.verify import Verification
    from trialbook.conduct.completeness import GridRow, VisitGrid
    from trialbook.conduct.dosing import DosePlan
    from trialbook.conduct.reasons import Reason
    from trialbook.conduct.schedule import PlacedVisit
    from trialbook.conduct.screening import Eligibility, Screened
    from trialbook.demo import Shown
    from trialbook.folder import Imported
    from trialbook.outcome import Rehearsed, Traced
    from trialbook.protocol.amendments import Change as PlanChange
    from trialbook.protocol.model import Study
    from trialbook.protocol.outline import Outline, RoleRows

WIDE = 200
"""Columns assumed where the output is no terminal, so that a file or a pipe gets whole lines."""

MOST_ROWS = 40
"""Rows of a preview that are shown; the rest is counted."""

SIGNS = {
    "in": ("●", "green", "in its window"),
    "early": ("◀", "yellow", "early"),
    "late": ("▶", "yellow", "late"),
    "missed": ("✕", "red", "missed"),
    "due": ("○", "cyan", "due"),
    "coming": ("·", "dim", "coming"),
    "no date": ("◍", "green", "took place, day not known"),
    "not judged": ("◐", "green", "took place, judged once day 0 is known"),
    "no anchor": ("?", "dim", "day 0 not known yet: {anchor}"),
    "not expected": ("–", "dim", "not expected"),
}
"""State of a planned visit -> its sign and colour, and what it means; the sign alone tells.

`not judged` is one that took place before day 0 is known. `{anchor}` is what sets day 0.
"""

VERDICTS = {"eligible": "[green]eligible[/]", "not eligible": "[red]not eligible[/]", "unknown": "[yellow]unknown[/]"}

OUTCOMES = {True: "[green]{}[/]", False: "[red]{}[/]", None: "[yellow]{}[/]"}
"""Whether a criterion stands in the way -> the colour of its outcome; the word alone tells."""

DUE = {"due": "●", "conditional": "○", "": ""}


def console() -> Console:
    """Return the console for standard output, wide where that is a file and nobody says otherwise.

    What is printed stays what it is: `:CD:` in the fingerprint of a certificate is no picture of a disc.
    """
    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if known else WIDE, highlight=False, emoji=False, soft_wrap=False)


def table(*columns: str) -> Table:
    """Begin a plain table."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        made.add_column(escape(column), overflow="fold")
    return made


def print_grid(
    out: Console, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], *, corner: str = ""
) -> None:
    """Print rows by visits; visits by rows where that fits the width better. Heads and names are plain text."""
    upright = lay_out(corner, [stacked(head) for head in heads], rows)
    if width_of(out, upright) <= out.width:
        out.print(upright)
        return
    by_head = [(head, [cells[place] for _, cells in rows]) for place, head in enumerate(heads)]
    turned = lay_out("", [stacked(name) for name, _ in rows], by_head)
    out.print(min(turned, upright, key=lambda made: width_of(out, made)))


def lay_out(corner: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> Table:
    """Make a table of a first column of names and a column a head."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    made.add_column(corner, no_wrap=True, vertical="bottom")
    for head in heads:
        made.add_column(escape(head), justify="center", no_wrap=True)
    for name, cells in rows:
        made.add_row(escape(name), *cells)
    return made


def stacked(head: str) -> str:
    """Write each word of a head on a line of its own."""
    return "\n".join(head.split())


def width_of(out: Console, made: Table) -> int:
    """Return how wide a table would be with all the room it wants."""
    return out.measure(made, options=out.options.update(max_width=10_000)).maximum


# ---- the plan ---------------------------------------------------------------------------------------------------


def print_outline(outline: Outline) -> None:
    """Print the schedule of assessments as a grid."""
    out = console()
    out.print(f"[bold]{escape(outline.title)}[/]")
    rows: list[tuple[str, Sequence[str]]] = [
        ("day", [f"[dim]{visit.day}[/]" for visit in outline.visits]),
        ("window", [f"[dim]{visit.window}[/]" for visit in outline.visits]),
    ]
    rows += [
        (f"{row.label} ({role_title(group)})", [DUE[mark] for mark in row.marks])
        for group in outline.at_visits
        for row in group.rows
    ]
    print_grid(out, [visit.id for visit in outline.visits], rows)
    for time, groups in outline.apart:
        names = "; ".join(f"{row.label} ({role_title(group)})" for group in groups for row in group.rows)
        out.print(f"[bold]{escape(time)}:[/] {escape(names)}")
    for row in (row for group in outline.at_visits for row in group.rows if row.notes):
        out.print(f"[bold]{escape(row.label)}:[/] {escape('; '.join(row.notes))}")
    out.print(f"● due   ○ due where its condition holds   Day 0 is {escape(outline.anchor)}.")


def role_title(group: RoleRows) -> str:
    """Name the roles that answer some forms."""
    return f"{group.label}, blind" if group.blind else group.label


def print_changes(changes: Sequence[PlanChange]) -> None:
    """Print what a new version of the study file changes."""
    rows = table("", "where", "before", "after")
    for change in changes:
        rows.add_row(change.kind, *(escape(str(part or "")) for part in (change.where, change.before, change.after)))
    console().print(rows)


def print_data_notice(study: Study) -> None:
    """Say first that the data are invented, where they are; nothing for real data."""
    if study.identity.data == "invented":
        console().print("[bold]Invented data:[/] no value belongs to a person.")


# ---- who may enter, what is given -------------------------------------------------------------------------------


def print_screening(log: Sequence[Screened], study: Study) -> None:
    """Print the screening log: everybody who was screened, the verdict, and the criteria behind it."""
    out = console()
    rows = table("participant", "status", "verdict", "not fulfilled", "unknown")
    for row in log:
        found = row.eligibility
        consent = () if found.consented or study.consent is None else ("consent",)
        refused, open_ = (consent, ()) if found.consented is False else ((), consent)
        cells = (", ".join((*refused, *found.not_fulfilled)), ", ".join((*open_, *found.unknown)))
        rows.add_row(
            escape(row.casebook.participant), row.casebook.status, VERDICTS[found.verdict], *map(escape, cells)
        )
    out.print(rows if log else "Nobody was screened yet.")


def print_eligibility(found: Eligibility, study: Study, participant: str) -> None:
    """Print how each criterion stands for one participant, and the answers that say so."""
    out = console()
    out.print(f"[bold]{escape(participant)}[/]: {VERDICTS[found.verdict]}, judged as of {found.judged_on}")
    rows = table("", "criterion", "", "because")
    if study.consent is not None:
        words = {True: "[green]given[/]", False: "[red]not given by then[/]", None: "[yellow]unknown[/]"}
        rows.add_row("", "Informed consent", words[found.consented], said(found.consent_reasons))
    for one in found.criteria:
        word = OUTCOMES[one.fulfilled].format(one.outcome)
        text = f"{one.criterion.kind}: {study.say(one.criterion.text)}"
        rows.add_row(escape(one.criterion.id), escape(text), word, said(one.reasons))
    out.print(rows)


def said(reasons: Iterable[Reason]) -> str:
    """Write reasons below one another."""
    return escape("\n".join(map(str, reasons)))


def print_dose(plan: DosePlan, study: Study) -> None:
    """Print one planned dose: what to give, what it was computed from, how it runs in, and what to look at."""
    out = console()
    treatment = study.treatments[plan.treatment]
    which = f"dose {plan.number}" + ("" if plan.most is None else f" of {plan.most}")
    name = escape(study.say(treatment.label))
    out.print(f"[bold]{escape(plan.participant)}: {name}, {which}, on {plan.on}: {amount(plan.dose)} {plan.unit}[/]")
    rows = table("", "")
    for head, words in dose_rows(plan):
        rows.add_row(head, escape(words))
    rows.show_header = False
    out.print(rows)


def dose_rows(plan: DosePlan) -> Iterator[tuple[str, str]]:
    """Yield the lines of a planned dose: what it says and how that is called."""
    if plan.planned.on is not None:
        window = f", window {plan.planned.first} to {plan.planned.last}" if plan.planned.first else ""
        yield "planned for", f"{plan.planned.on} (study day {plan.planned.day}){window}"
    yield "protocol", f"{amount(plan.per.amount)} {plan.per.unit}"
    for head, found in (("weight", plan.weight), ("height", plan.height)):
        if found is not None:
            where = ", ".join(str(part) for part in (found.visit, found.date, f"entry {found.seq}") if part)
            yield head, f"{amount(found.value)} {found.unit} ({where})"
    if plan.body_surface is not None:
        yield "body surface", f"{amount(plan.body_surface.value)} m2, by {plan.body_surface.formula.replace('_', ' ')}"
    rounding = "" if plan.round_to is None else f", rounded to {amount(plan.round_to.amount)} {plan.round_to.unit}"
    rounding += "" if plan.cap is None else f", at most {amount(plan.cap.amount)} {plan.cap.unit}"
    yield "computed", f"{amount(plan.unrounded)} {plan.unit}{rounding}: {amount(plan.dose)} {plan.unit}"
    if plan.vials is not None:
        sizes = " + ".join(f"{count} x {amount(size)} {plan.unit}" for size, count in plan.vials.counts)
        yield "vials", f"{sizes}; {amount(plan.vials.waste)} {plan.unit} left over"
    if plan.premedication:
        yield "before it", ", ".join(plan.premedication)
    if plan.reserve:
        yield "only on a reaction", ", ".join(plan.reserve)
    yield from infusion_rows(plan)


def infusion_rows(plan: DosePlan) -> Iterator[tuple[str, str]]:
    """Yield the route and each step of an infusion."""
    if plan.infusion is None:
        if plan.route:
            yield "route", plan.route
        return
    hours, minutes = divmod(round(plan.infusion.minutes), 60)
    yield "infusion", f"{plan.route or 'by infusion'}, {hours} h {minutes:02} min without interruption"
    start = Fraction(0)
    for step in plan.infusion.steps:
        yield f"  from minute {float(start):.0f}", f"{amount(step.rate)} {plan.infusion.rate_unit}"
        start += step.minutes


def amount(value: Decimal) -> str:
    """Write an exact number without an exponent, and without zeros that say nothing."""
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


# ---- what happened ----------------------------------------------------------------------------------------------


def print_import(done: Imported, *, dry: bool) -> None:
    """Print what an import recorded, or would record: files, counts, and changes with old beside new."""
    out, preview = console(), done.preview
    files = table("file", "rows", "columns not used", "SHA-256")
    for file in preview.files:
        files.add_row(escape(file.name), str(file.rows), escape(", ".join(file.unused) or "–"), file.sha256[:12])
    out.print(files)
    print_replaced(out, "Corrections", preview.changes)
    print_replaced(out, "Kept as a person corrected them; the file still says otherwise", preview.kept)
    print_statuses(out, "Corrections of what is known of participants", preview.status_changes)
    print_statuses(out, "Kept as a person corrected it; the file still says otherwise", preview.status_kept)
    out.print(summary(preview))
    if dry:
        out.print("A preview: nothing was recorded.")
    elif done.recorded:
        out.print(f"Recorded {len(done.recorded)} entries, the last being number {done.recorded[-1].seq}.")
    else:
        out.print("Everything in these files was recorded before: nothing was added.")


def summary(preview: Preview) -> str:
    """Count what an import would do."""
    return (
        f"{preview.new} new answers, {len(preview.changes)} corrections, {preview.same} as recorded, "
        f"{preview.blank} blank; {len(preview.statuses)} on the status of participants."
    )


def print_replaced(out: Console, title: str, changes: Sequence[Change]) -> None:
    """Print answers that would be replaced, old beside new."""
    if not changes:
        return
    rows = table("participant", "visit", "form.item", "recorded", "file", "row")
    for change in changes[:MOST_ROWS]:
        draft, old = change.draft, change.old
        recorded = "cleared" if old is None else old.text
        cells = (draft.participant, draft.visit, f"{draft.form}.{draft.item}", recorded, change.new.text)
        rows.add_row(*(escape(cell or "") for cell in cells), str(draft.source_row or ""))
    out.print(f"[bold]{title}:[/]")
    out.print(rows)
    if len(changes) > MOST_ROWS:
        out.print(f"... and {len(changes) - MOST_ROWS} more.")


def print_statuses(out: Console, title: str, changes: Sequence[StatusChange]) -> None:
    """Print facts on participants that would be replaced, old beside new."""
    if not changes:
        return
    rows = table("participant", "recorded", "file", "row")
    for change in changes:
        draft = change.draft
        told = " ".join(part for part in (draft.act, draft.value, draft.text) if part)
        rows.add_row(
            *(escape(cell or "") for cell in (draft.participant, change.old, told)), str(draft.source_row or "")
        )
    out.print(f"[bold]{title}:[/]")
    out.print(rows)


def print_receipt(receipt: Receipt) -> None:
    """Print what an act recorded."""
    if not receipt.entries:
        console().print("That is what stands there already: nothing was added.")
    for entry in receipt.entries:
        site = f"to site {entry.site}" if entry.act == "transfer" else ""
        what = (entry.act, where_of(entry) or entry.person, site, value_of(entry) or entry.text)
        console().print(f"Recorded as entry {entry.seq}: {escape('; '.join(part for part in what if part))}")


def print_status(grid: VisitGrid, study: Study) -> None:
    """Print participants by visits, and what is missing."""
    out = console()
    print_data_notice(study)
    out.print(f"[bold]{escape(study.say(study.identity.title))}[/], as of {grid.today.isoformat()}")
    heads = ("status", *grid.visits, "unscheduled", "missing")
    rows = [(row.participant, status_cells(row)) for row in grid.rows]
    print_grid(out, heads, rows, corner="participant")
    used = {sign_of(placed) for row in grid.rows for placed in row.planned}
    meanings = "   ".join(f"{sign} {words}" for state, (sign, _, words) in SIGNS.items() if state in used)
    out.print(meanings.format(anchor=anchor_words(study)))
    print_gaps(out, grid.rows, study)


def status_cells(row: GridRow) -> list[str]:
    """Draw one participant: status, a sign for each planned visit, and two counts."""
    signs = (visit_sign(placed) for placed in row.planned)
    return [row.status, *signs, str(len(row.unscheduled) or ""), str(len(row.gaps) or "")]


def sign_of(placed: PlacedVisit) -> str:
    """Return the key of the sign of a visit."""
    return "not judged" if placed.state == "no anchor" and placed.took_place else placed.state


def anchor_words(study: Study) -> str:
    """Say in the study file's words what sets day 0: `the first infusion.start`."""
    anchor = study.schedule.anchor
    return "the day of enrolment" if anchor.name == "enrolment" else f"the {anchor.which} {anchor.name}"


def visit_sign(placed: PlacedVisit) -> str:
    """Draw one visit: its sign, and by how many days it is off."""
    sign, colour, _ = SIGNS.get(sign_of(placed), ("?", "", ""))
    off = f" {placed.off:+d}" if placed.off else ""
    return f"[{colour}]{sign}{off}[/]" if colour else f"{sign}{off}"


def print_gaps(out: Console, rows: Iterable[GridRow], study: Study) -> None:
    """Print what is neither answered nor marked missing, a line a participant and visit."""
    missing = table("participant", "visit", "not answered")
    count = 0
    for row in rows:
        for visit in dict.fromkeys(gap.visit for gap in row.gaps):
            names = [
                f"{gap.form}.{gap.item}" if gap.item else study.say(study.forms[gap.form].label) or gap.form
                for gap in row.gaps_at(visit)
            ]
            missing.add_row(escape(row.participant), escape(visit) or "–", escape(", ".join(dict.fromkeys(names))))
            count += 1
    if count:
        out.print("[bold]Missing[/] (neither answered nor marked missing)")
        out.print(missing)


def print_history(entries: Sequence[Entry]) -> None:
    """Print entries in order: who, when, what, why, from which file; as a table where that fits the width."""
    out = console()
    names = ("entry", "UTC", "person", "act", "where", "value", "as typed", "reason", "source")
    rows = [entry_cells(entry) for entry in entries]
    made = table(*names)
    for row in rows:
        made.add_row(*(escape(cell) for cell in row))
    if not rows:
        out.print("Nothing is recorded there.")
    elif width_of(out, made) <= out.width:
        out.print(made)
    else:
        for row in rows:
            told = (f"[dim]{name}[/] {escape(cell)}" for name, cell in zip(names, row, strict=True) if cell)
            out.print("  ".join(told), soft_wrap=True)


def entry_cells(entry: Entry) -> tuple[str, ...]:
    """Write an entry for the columns of a history."""
    when = entry.at[:19].replace("T", " ")
    typed, why = entry.text or "", entry.reason or ""
    said = value_of(entry), typed, why, source_of(entry)
    return str(entry.seq), when, person_of(entry), entry.act, where_of(entry), *said


def person_of(entry: Entry) -> str:
    """Name who made an entry, and for whom: an answer that a participant gave is handed over by somebody else."""
    return f"{entry.by}, for {entry.on_behalf_of}" if entry.on_behalf_of else entry.by


def where_of(entry: Entry) -> str:
    """Name the cell of an entry, as problems name it."""
    cell = {name: getattr(entry, name) for name in ("participant", "visit", "form", "repeat", "item")}
    return str(Place(**cell))


def value_of(entry: Entry) -> str:
    """Write the value of an entry with its unit, or why there is none."""
    if entry.missing:
        return f"missing: {entry.missing}"
    return " ".join(part for part in (entry.value, entry.unit) if part)


def source_of(entry: Entry) -> str:
    """Name the file, row and column that an entry came from."""
    if entry.source_file is None or entry.source_row is None:
        return entry.source_file or ""
    column = f", {entry.source_column}" if entry.source_column else ""
    return f"{entry.source_file}, row {entry.source_row}{column}"


def print_verification(verification: Verification) -> None:
    """Print what a verification found."""
    head = verification.head
    if not verification.ok and not head.count:
        console().print("The ledger could not be verified: none of its entries could be read.")
        return
    word = "in order" if verification.ok else "NOT in order"
    console().print(f"The ledger is {word}: {verification.entries} entries, head {head.count} {head.hash} of {head.at}")


# ---- what it means ----------------------------------------------------------------------------------------------


def print_trace(traced: Traced, *, all_digits: bool = False) -> None:
    """Print a result, with twelve significant digits as in `results.csv` or with all, and the entries behind it."""
    result, out = traced.result, console()
    print_data_notice(traced.study)
    value = said_value(result.value, all_digits=all_digits)
    out.print(f"[bold]{escape(result.id)}[/] = {escape(value)} {escape(result.unit)}")
    out.print(
        f"{escape(result.method)}; {result.role}; analysis set {escape(result.analysis_set or 'all')}; n = {result.n}"
    )
    for remark in (result.error, result.warning):
        if remark:
            out.print(escape(remark))
    out.print(f"{len(traced.entries)} entries behind it:")
    print_history(traced.entries)


def said_value(value: float | str | None, *, all_digits: bool) -> str:
    """Write the value of a result."""
    from trialbook.render.numbers import significant

    if value is None:
        return "no value"
    return str(value) if isinstance(value, str) or all_digits else significant(value)


def print_demo(shown: Sequence[Shown]) -> None:
    """Say where the reports of the demonstration are."""
    out = console()
    for one in shown:
        added = f"{one.added} entries recorded" if one.added else "nothing new to record"
        out.print(f"[bold]{escape(one.title)}[/]")
        out.print(f"  {one.participants} participants, {added}, {one.report.numbers} results")
        out.print(f"  {escape(str(one.report.page))}", soft_wrap=True)
    out.print("Open a report in a browser and press any number to see where it comes from.")


def print_rehearsal(done: Rehearsed) -> None:
    """Say what a rehearsal made, what went wrong in it, and where its report is."""
    out = console()
    out.print(f"[bold]Invented data:[/] no value belongs to a person. A rehearsal of {escape(done.title)}.")
    out.print(f"Scenario: {escape(done.scenario) or 'built in, without any effect of a treatment'}.", soft_wrap=True)
    out.print(f"{done.screened} invented participants screened, {done.enrolled} enrolled, {done.entries} entries.")
    rows = table("what happened", "times")
    for name, times in sorted(done.happened.items(), key=lambda one: (-one[1], one[0])):
        rows.add_row(escape(name), str(times))
    if done.happened:
        out.print(rows)
    out.print(f"{done.report.numbers} results. Open {escape(str(done.report.page))}", soft_wrap=True)
