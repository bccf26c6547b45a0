"""Background treatment: which drugs were taken besides, at which dose, and as how much prednisolone at entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache

from trialbook.analysis.compare import summary_stats
from trialbook.analysis.describe import describe
from trialbook.analysis.exposure import plan_with
from trialbook.analysis.frames import Datasets, judged_books
from trialbook.analysis.listings import Row, listing
from trialbook.analysis.results import Listing, Result, Selector
from trialbook.analysis.rows import Heading, Stat
from trialbook.analysis.sets import ENROLLED, Members
from trialbook.conduct.casebook import Casebook
from trialbook.conduct.constancy import Spell, constant_period, prednisolone_equivalent, spells
from trialbook.conduct.exposure import is_background
from trialbook.conduct.schedule import full_date
from trialbook.protocol.model import Study, Treatment

NAME = "background"
COLUMNS = ("participant", "drug", "dose", "unit", "start", "end", "at_entry", "prednisolone")
SHOWN = ("n", "missing", "mean", "sd", "median", "min", "max")
EQUIVALENT = "daily glucocorticoids at entry as mg of prednisolone, pulses left out; of those of whom it is known"


def background_treatments(study: Study) -> tuple[Treatment, ...]:
    """Return the background classes whose drugs are recorded."""
    return tuple(one for one in study.treatments.values() if one.recorded is not None and is_background(one))


def entry_day(study: Study, casebook: Casebook, treatment: Treatment) -> date | None:
    """Return the day from which a background has to stay constant; of a class that need not, the day of enrolment."""
    period = constant_period(study, casebook, treatment)
    return full_date(casebook.enrolled_on) if period is None else period.first


@lru_cache(maxsize=16)
def list_background(datasets: Datasets, treatment: str) -> Listing:
    """List every spell of a background drug at one dose; `at_entry` is 1 where it ran on the day of entry.

    `prednisolone` is what a glucocorticoid came to a day, in mg.
    """
    rows = []
    for book in judged_books(datasets).values():
        study = plan_with(datasets, book, treatment)
        plan = study.treatments[treatment]
        found, day = spells(study, book, treatment), entry_day(study, book, plan)
        rows += [(_row(study, book, plan, spell, _at_entry(found, spell, day)), spell.seqs) for spell in found]
    return listing(f"{NAME}.{treatment}", COLUMNS, rows)


def _row(study: Study, casebook: Casebook, treatment: Treatment, spell: Spell, at_entry: int | None) -> Row:
    record = treatment.recorded
    written = (
        casebook.value(record.form, item, visit=spell.visit, repeat=spell.repeat) if record and item else None
        for item in ((record.start, record.end) if record else (None, None))
    )
    return (
        casebook.participant, _name(study, treatment, spell), None if spell.dose is None else float(spell.dose),
        spell.unit, *written, at_entry, _prednisolone(study, casebook, treatment, spell),
    )  # fmt: skip


def _name(study: Study, treatment: Treatment, spell: Spell) -> str:
    """Name a drug as the study file does."""
    record = treatment.recorded
    item = study.forms[record.form].items.get(record.drug or "") if record is not None else None
    label = item.choices.get(spell.drug) if item is not None else None
    return (study.say(label) if label is not None else "") or spell.drug


def _at_entry(every: tuple[Spell, ...], spell: Spell, day: date | None) -> int | None:
    """Tell whether a spell is what was taken of its drug on the day of entry; None where dates leave it open."""
    if day is None:
        return None
    if spell.start.first > day or spell.end.last < day:
        return 0
    later = [other for other in every if other.key == spell.key and other.start.first > spell.start.last]
    if any(other.start.last <= day <= other.end.first for other in later):
        return 0
    return 1 if spell.start.last <= day <= spell.end.first else None


def _prednisolone(study: Study, casebook: Casebook, treatment: Treatment, spell: Spell) -> float | None:
    """Return what one spell comes to a day as prednisolone; None for other drugs, and where it is not known."""
    record = treatment.recorded
    if record is None or spell.start.last == date.max:
        return None
    place = (record.form, spell.visit, spell.repeat)
    alone = {cell: one for cell, one in casebook.answers.items() if (cell.form, cell.visit, cell.repeat) == place}
    found = prednisolone_equivalent(study, replace(casebook, answers=alone), treatment.id, on=spell.start.last)
    return float(found.daily) if found.daily is not None and found.spells else None


def describe_background(datasets: Datasets, members: Members) -> Iterator[Result]:
    """Describe the glucocorticoids at entry, of those who were ever enrolled, for each background class."""
    who = members.of(ENROLLED)
    for treatment in background_treatments(datasets.study):
        values: list[float] = []
        for book in (judged_books(datasets)[code] for code in who):
            study = plan_with(datasets, book, treatment.id)
            day = entry_day(study, book, study.treatments[treatment.id])
            daily = None if day is None else prednisolone_equivalent(study, book, treatment.id, on=day).daily
            values += [] if daily is None else [float(daily)]
        heading = Heading(
            analysis=NAME, variable=treatment.id, level="prednisolone", analysis_set=ENROLLED, in_id=False,
            unit="mg", n=len(values), method=EQUIVALENT,
            source=Selector(frame="listing", variable=f"{NAME}.{treatment.id}", where=(("at_entry", "1"),)),
        )  # fmt: skip
        stats = summary_stats(describe(values, size=len(who)), 1)
        yield from heading.rows(stat for stat in stats if stat.name in SHOWN)
        yield _taking(datasets, treatment, who, heading)


def _taking(datasets: Datasets, treatment: Treatment, who: tuple[str, ...], heading: Heading) -> Result:
    """Count who took any drug of the class at entry."""
    at_entry = COLUMNS.index("at_entry")
    taking = {row[0] for row in list_background(datasets, treatment.id).rows if row[at_entry] == 1} & set(who)
    return replace(heading, level="", n=len(who), method="participants with any drug of the class at entry").row(
        Stat(name="n_participants", value=len(taking), unit="participants")
    )
