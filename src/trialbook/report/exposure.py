"""Results: what was given of each treatment, dose by dose, and what happened; and the drugs taken besides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from types import MappingProxyType

from trialbook.analysis.results import Result
from trialbook.conduct.casebook import VISIT_FORM
from trialbook.conduct.exposure import is_background
from trialbook.protocol.model import DoseRecord, Treatment
from trialbook.protocol.unit_words import show_unit
from trialbook.render.document import Block, Paragraph, Section
from trialbook.render.inline import Emphasis, Line, Part, Reference, join, plain
from trialbook.render.numbers import ABSENT, THIN, show, show_plain
from trialbook.render.table import Column, Row, Table
from trialbook.report.one_by_one import FEW, MANY
from trialbook.report.phrases import day, in_sentence, listed, several
from trialbook.report.quote import mean_sd, shows, spread
from trialbook.report.regimen import label, moment
from trialbook.report.run import Listed, Rows, Run, as_mappings
from trialbook.report.sentences import own_line
from trialbook.report.shown import YES_NO, item_of, recorded_or_plain, value_text
from trialbook.report.told import day_form, form_in, forms_of, leading, told

EXPOSURE, BACKGROUND = "exposure", "background"
DOSES: Mapping[str, str] = {
    "date": "Date", "day": "Study day (planned)", "surface": "Body surface", "planned": "Planned", "given": "Given",
    "premedicated": "Premedicated", "happened": "What happened",
}  # fmt: skip
SPELLS: Mapping[str, str] = {
    "dose": "Daily dose", "start": "From", "end": "To", "at_entry": "At entry",
    "prednisolone": "As prednisolone, mg a day",
}  # fmt: skip
AMOUNTS = frozenset({"planned", "given"})
NOTHING: Mapping[str, Line] = MappingProxyType({})
ON_MEASURES = frozenset({"surface", "planned"})
"""Columns that rest on the weight and the height as well."""
WORDS = frozenset({"What happened"})
"""Headings of the columns that hold words."""


def treatments(run: Run) -> Section | None:
    """Return what was given of the study treatments; None where the study file has none whose doses are recorded."""
    chosen = [one for one in run.study.treatments.values() if one.recorded is not None and not is_background(one)]
    if not chosen:
        return None
    own = own_line(run, "treatment")
    blocks: list[Block] = [Paragraph(line=own)] if own else []
    for one in chosen:
        blocks += _given(run, one, is_told=own is not None)
    return Section(id="exposure", title="Treatment", blocks=tuple(blocks))


def background(run: Run) -> Section | None:
    """Return the drugs taken besides; None where the study file has no such class that is recorded."""
    chosen = [one for one in run.study.treatments.values() if one.recorded is not None and is_background(one)]
    if not chosen:
        return None
    own = own_line(run, BACKGROUND)
    blocks: list[Block] = [Paragraph(line=own)] if own else []
    for one in chosen:
        blocks += _besides(run, one, is_told=own is not None)
    return Section(id="background-treatment", title="Background treatment", blocks=tuple(blocks))


def _given(run: Run, one: Treatment, *, is_told: bool) -> Iterator[Block]:
    rows = list(as_mappings(run.listing(f"{EXPOSURE}.{one.id}")))
    if not rows:
        yield Paragraph(line=(f"No dose of {in_sentence(label(run, one))} is recorded.",))
        return
    if not is_told and one.recorded is not None:
        yield from (Paragraph(line=line) for line in exposure_lines(run, one, one.recorded) if line)
    yield doses_table(run, one, rows)


def exposure_lines(run: Run, one: Treatment, record: DoseRecord) -> Iterator[Line]:
    """Yield how many were given how much, what came before and what went wrong, and whether anybody reacted."""
    stats = {row.stat: row for row in run.quotes.of(EXPOSURE, one.id)}
    yield (*_doses(run, one, stats), *_total(run, stats))
    said: list[Line] = []
    if record.premedication and one.before_each:
        said.append(_of_doses(run, f"{listed(one.before_each).capitalize()} was given before", stats, "n_premedicated"))
    if record.interrupted:
        said.append(_of_doses(run, f"{_way(one)} was interrupted in", stats, "n_interrupted"))
    if record.incomplete:
        said.append(_of_doses(run, f"{_way(one)} was ended before the whole dose was in, in", stats, "n_incomplete"))
    yield join(said, " ")
    reacted = [_reactions(run, one, stats)] if record.reaction else []
    if record.reserve:
        reacted.append(_of_doses(run, "A drug that was kept for reactions was given in", stats, "n_reserve"))
    yield join(reacted, " ")


def _doses(run: Run, one: Treatment, stats: Mapping[str, Result]) -> Line:
    """Say how many participants were given how many doses, and how many of them all."""
    people, doses, whole = (stats.get(name) for name in ("n_participants", "n_doses", "n_complete"))
    if people is None or doses is None:
        return ()
    were = " participant was given " if people.value == 1 else " participants were given "
    name = f" of {in_sentence(label(run, one))}"
    of = " dose" if doses.value == 1 else " doses"
    parts: Line = (run.quotes.number(people), were, run.quotes.number(doses), of, name)
    if whole is None or whole.value is None:
        return (*parts, ".")
    planned = f"all {one.times or len(one.days)} planned"
    return (*parts, "; ", run.quotes.number(whole), f" had {planned}.")


def _total(run: Run, stats: Mapping[str, Result]) -> Line:
    """Describe the total amounts, where an amount is known."""
    mean, sd = stats.get("total_mean"), stats.get("total_sd")
    if mean is None or mean.value is None:
        return ()
    limits = spread(run.quotes, stats.get("total_min"), stats.get("total_max"))
    reach: Line = (" (range ", *limits, ")") if limits else ()
    with_sd = sd if shows(sd) else None
    unit = show_unit(mean.unit)
    warning = f" {mean.warning}" if mean.warning else ""
    return (
        " In all a participant was given ",
        *mean_sd(run.quotes, mean, with_sd, {}),
        f" {unit}",
        *reach,
        f".{warning}",
    )


def _of_doses(run: Run, words: str, stats: Mapping[str, Result], name: str) -> Line:
    """Say in how many of the doses something was so, and for how many that is not known."""
    row, doses = stats.get(name), stats.get("n_doses")
    if row is None or doses is None:
        return ()
    warning = f" {row.warning}" if row.warning else ""
    return (f"{words} ", run.quotes.number(row), " of ", run.quotes.number(doses), f" doses.{warning}")


def is_infused(one: Treatment) -> bool:
    """Tell whether doses run in; of a treatment that names neither route nor speed that is not known, and not said."""
    return one.infuse_first is not None or "intravenous" in (one.route or "") or "infusion" in (one.route or "")


def _way(one: Treatment) -> str:
    return "The infusion" if is_infused(one) else "The dose"


def _reactions(run: Run, one: Treatment, stats: Mapping[str, Result]) -> Line:
    """Say that there was no reaction only where every dose has the answer."""
    row = stats.get("n_reactions")
    if row is not None and row.value == 0 and not row.warning:
        doses: tuple[Part, ...] = (run.quotes.number(stats["n_doses"]),) if "n_doses" in stats else ()
        what = "infusion reaction" if is_infused(one) else "reaction"
        return (f"No {what} was recorded: the answer is no for each of the ", *doses, " doses.")
    what = "An infusion reaction" if is_infused(one) else "A reaction"
    return _of_doses(run, f"{what} was recorded in", stats, "n_reactions")


def doses_table(run: Run, one: Treatment, rows: Rows) -> Table:
    """Return every recorded dose beside what was planned, below its participant."""
    unit = show_unit(next((str(row["unit"]) for row, _ in rows if row["unit"]), ""))
    cells = [[_dose_line(run, one, name, row) for name in DOSES] for row, _ in rows]
    stubs = [f"Dose {row['number']}" if row["number"] else _unnumbered(row) for row, _ in rows]
    heads = [f"{head} ({unit})" if name in AMOUNTS and unit else head for name, head in DOSES.items()]
    title = f"{label(run, one)}: doses one by one"
    return _grouped(
        rows, stubs, heads, cells, anchor=f"table-exposure-{one.id}", title=title, said=_totals(run, one, unit),
        form=one.recorded_in,
    )  # fmt: skip


def _dose_line(run: Run, one: Treatment, name: str, row: Listed) -> Line:
    """Write a column of a dose, which tells of its form, and of what the amount or the study day rests on."""
    code = str(row["participant"])
    measured = (form_in(one.weight), form_in(one.height)) if name in ON_MEASURES else ()
    dated = (day_form(run.datasets, code),) if name == "day" else ()
    return told(_dose_cell(run, one, name, row), forms_of(code, (one.recorded_in, *measured, *dated)))


def _totals(run: Run, one: Treatment, unit: str) -> dict[str, Line]:
    """Return what each participant was given in all, where every amount is known."""
    from trialbook.analysis.exposure import exposures

    said: dict[str, Line] = {}
    for found in exposures(run.datasets, one.id):
        if found.total is not None:
            entries = sorted({seq for dose in found.doses for seq in dose.seqs})
            amount = f"{show_plain(found.total)}{THIN}{unit}".rstrip(THIN)
            said[found.participant] = (", ", *recorded_or_plain(entries, amount), " in all")
    return said


def _unnumbered(row: Listed) -> str:
    why = "nothing given" if row["date"] else "without a full date"
    return f"Row {row['repeat']}, {why}"


def _besides(run: Run, one: Treatment, *, is_told: bool) -> Iterator[Block]:
    rows = list(as_mappings(run.listing(f"{BACKGROUND}.{one.id}")))
    if not rows:
        yield Paragraph(line=(f"No drug is recorded under “{label(run, one)}”.",))
        return
    if not is_told:
        yield Paragraph(line=(*_taking(run, one), *_prednisolone(run, one)))
        yield Paragraph(line=_constancy(run, one))
    yield drugs_table(run, one, rows)


def _taking(run: Run, one: Treatment) -> Line:
    """Say how many took a drug of the class when they entered."""
    taking = next((row for row in run.quotes.of(BACKGROUND, one.id) if row.stat == "n_participants"), None)
    if taking is None:
        return ()
    of: Line = (f" of {taking.n}",) if taking.n is not None else ()
    took = " participants took such a drug at entry." if taking.n != 1 else " participant took such a drug at entry."
    return (Emphasis(f"{label(run, one)}. "), run.quotes.number(taking), *of, took)


def _prednisolone(run: Run, one: Treatment) -> Line:
    """Describe the glucocorticoids at entry as prednisolone; nothing of a class that holds none of anybody."""
    stats = {row.stat: row for row in run.quotes.of(BACKGROUND, one.id) if row.level == "prednisolone"}
    mean, n = stats.get("mean"), stats.get("n")
    taken = (row["prednisolone"] for row, _ in as_mappings(run.listing(f"{BACKGROUND}.{one.id}")))
    if mean is None or n is None or mean.value is None or all(dose is None for dose in taken):
        return ()
    sd = stats.get("sd")
    dose = mean_sd(run.quotes, mean, sd if shows(sd) else None, {})
    return (
        " As prednisolone, the glucocorticoids at entry came to ",
        *dose,
        " mg a day (n = ",
        run.quotes.number(n),
        ").",
    )


def _constancy(run: Run, one: Treatment) -> Line:
    """Say whether the drugs stayed as they were from the first to the last day on which they had to."""
    if not (one.constant_from or one.constant_to):
        return ("The plan does not ask that these drugs stay the same.",)
    changes = [
        row
        for row, _ in as_mappings(run.listing("deviations"))
        if row["group"] == "constancy" and row["form"] == one.recorded_in
    ]
    last = f" to {moment(run, one.constant_to)}" if one.constant_to else ""
    period = f"from {moment(run, one.constant_from or 'enrolment')}{last}"
    if not changes:
        return (f"As far as is recorded, no drug was started, stopped or given at another daily dose {period}.",)
    people = list(dict.fromkeys(str(row["participant"]) for row in changes))
    named = join((told(code, forms_of(code, (one.recorded_in,))) for code in people), ", ", " and ")
    who: Line = (
        (f"{several(len(people), 'participant')} ", *named) if len(people) <= FEW else (f"{len(people)} participants",)
    )
    lead = f"The drugs did not stay the same {period} in "
    return (lead, *who, "; the changes stand under ", Reference("deviations"), ".")


def drugs_table(run: Run, one: Treatment, rows: Rows) -> Table:
    """Return every drug at every dose, below its participant."""
    cells = [[_drug_line(run, one, name, row) for name in SPELLS] for row, _ in rows]
    stubs = [str(row["drug"] or "not named") for row, _ in rows]
    title = f"{label(run, one)}: drugs one by one"
    heads, anchor = list(SPELLS.values()), f"table-background-{one.id}"
    return _grouped(rows, stubs, heads, cells, anchor=anchor, title=title, form=one.recorded_in)


def _drug_line(run: Run, one: Treatment, name: str, row: Listed) -> Line:
    """Write a column of a drug, which tells of its form; whether it was taken at entry also of when that was."""
    code = str(row["participant"])
    is_by_visit = name == "at_entry" and one.constant_from in run.study.schedule.visits
    when = (VISIT_FORM, day_form(run.datasets, code)) if is_by_visit else ()
    return told(_drug_cell(name, row), forms_of(code, (one.recorded_in, *when)))


def _grouped(
    rows: Rows,
    stubs: list[str],
    heads: list[str],
    cells: list[list[Line]],
    *,
    anchor: str,
    title: str,
    form: str,
    said: Mapping[str, Line] = NOTHING,
) -> Table:
    """Put rows below their participants, with what is said of each; a column without any value is left out.

    That somebody stands here tells of the form too.
    """
    kept = [place for place in range(len(heads)) if any(plain(line[place]) != ABSENT for line in cells)]
    body: list[Row] = []
    for person, group in groupby(range(len(rows)), key=lambda at: rows[at][0]["participant"]):
        of = forms_of(str(person), (form,))
        body.append(Row(stub=(*told(str(person), of), *said.get(str(person), ())), heading=True))
        for at in group:
            stub = leading(rows[at][1], stubs[at], of)
            body.append(Row(stub=stub, level=1, cells=tuple(cells[at][place] for place in kept)))
    is_long = len(rows) > MANY
    return Table(
        id=anchor, title=title, stub="Participant", columns=tuple(_column(heads[place]) for place in kept),
        body=tuple(body), numbered=not is_long, folded=is_long,
    )  # fmt: skip


def _column(head: str) -> Column:
    return Column(label=head, align="left" if head in WORDS else "centre")


def _dose_cell(run: Run, one: Treatment, name: str, row: Listed) -> str:
    """Write what one column tells of one dose."""
    if name == "surface":
        return _surface(row)
    if name == "happened":
        return _happened(run, one, row)
    value = row[name]
    if value is None or value == "":
        return ABSENT
    if name == "day":
        planned = row["planned_day"]
        return f"{day(int(value))} ({day(int(planned))})" if planned is not None else day(int(value))
    return YES_NO["yes" if value else "no"] if name == "premedicated" else _plain(value)


def _happened(run: Run, one: Treatment, row: Listed) -> str:
    """Write what went otherwise than it should, and what was not answered."""
    record = one.recorded
    if record is None:
        return ABSENT
    asked = {"interrupted": record.interrupted, "incomplete": record.incomplete, "reaction": record.reaction}
    said = [name for name, item in asked.items() if item and row[name]]
    if row["reserve"]:
        item = item_of(run.study, record.form, record.reserve)
        drugs = (value_text(run.study, item, code) for code in str(row["reserve"]).split(", "))
        said.append(f"given for it: {', '.join(in_sentence(drug) for drug in drugs)}")
    said += [f"{name} not answered" for name, item in asked.items() if item and row[name] is None]
    return "; ".join(said) if said else "nothing" if any(asked.values()) else ABSENT


def _surface(row: Listed) -> str:
    """Write the body surface with the weight and height that it was computed from."""
    sizes = (("weight", "kg"), ("height", "cm"))
    known = [f"{_plain(row[name])}{THIN}{unit}" for name, unit in sizes if row[name] is not None]
    surface = row["body_surface"]
    if not isinstance(surface, float | int):
        return ", ".join(known) or ABSENT
    return f"{show(surface, 2)}{THIN}m² ({', '.join(known)})"


def _drug_cell(name: str, row: Listed) -> str:
    """Write what one column tells of one drug at one dose."""
    value = row[name]
    if name == "end":
        return str(value or "goes on")
    if value is None or value == "":
        return ABSENT
    if name == "at_entry":
        return YES_NO["yes" if value else "no"]
    if name == "dose":
        return f"{_plain(value)}{THIN}{show_unit(str(row['unit'] or ''))}".rstrip(THIN)
    return _plain(value)


def _plain(value: str | float | None) -> str:
    return show_plain(value) if isinstance(value, float | int) else str(value)
