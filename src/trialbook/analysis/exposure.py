"""Exposure: what each participant was given of a treatment, dose by dose and in all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from trialbook.analysis.compare import summary_stats
from trialbook.analysis.describe import describe
from trialbook.analysis.frames import Datasets, judged_books, last_day
from trialbook.analysis.listings import Row, listing
from trialbook.analysis.results import Listing, Result, Selector
from trialbook.analysis.rows import Heading, Stat
from trialbook.conduct.casebook import Casebook
from trialbook.conduct.deviations import given_treatments, is_other_amount
from trialbook.conduct.exposure import DoseGiven, Exposure, exposure
from trialbook.conduct.regimen import number_of_doses
from trialbook.protocol.model import Study, Treatment

NAME = "exposure"
COLUMNS = (
    "participant", "number", "repeat", "date", "day", "planned_day", "days_off", "planned", "given", "unit",
    "other_amount", "premedicated", "interrupted", "incomplete", "reaction", "reserve", "weight", "height",
    "body_surface",
)  # fmt: skip
NO_DRUG = "none of them"
"""Stands in a selector where no reserve drug was given: no row of the listing has it."""
TOTALS = ("n", "mean", "sd", "median", "min", "max")
UNANSWERED = "{n} without an answer, not counted."
NO_NUMBER = "The study file plans no number of doses."
TOTAL = "total amount of a participant"
METHOD = "doses as recorded, of everybody who was given any"


@lru_cache(maxsize=16)
def exposures(datasets: Datasets, treatment: str) -> tuple[Exposure, ...]:
    """Return what everybody was given of a treatment, as known on the last day of the data."""
    today = last_day(datasets)
    judged = ((plan_with(datasets, book, treatment), book) for book in judged_books(datasets).values())
    return tuple(exposure(plan, book, treatment, today=today) for plan, book in judged)


def plan_with(datasets: Datasets, book: Casebook, treatment: str) -> Study:
    """Return the version by which a treatment of a participant is judged: of the site, or of the whole study."""
    own = datasets.plan_of(book.site)
    planned = own.treatments.get(treatment)
    return own if planned is not None and planned.recorded is not None else datasets.study


@lru_cache(maxsize=16)
def list_exposure(datasets: Datasets, treatment: str) -> Listing:
    """List every recorded dose of a treatment, in the order of participants and of time."""
    books = judged_books(datasets)
    plans = {code: plan_with(datasets, book, treatment).treatments[treatment] for code, book in books.items()}
    rows = [
        (_row(plans[one.participant], one.participant, dose), dose.seqs)
        for one in exposures(datasets, treatment)
        for dose in one.doses
    ]
    return listing(f"{NAME}.{treatment}", COLUMNS, rows)


def _row(treatment: Treatment, participant: str, dose: DoseGiven) -> Row:
    """Write one dose; yes and no as 1 and 0, nothing where it is not known."""
    is_known = dose.planned is not None and dose.given is not None
    is_other = is_other_amount(treatment, dose.planned, dose.given) if is_known else None
    measured = (dose.weight, dose.height, dose.body_surface)
    return (
        participant, dose.number, ", ".join(dose.repeats), dose.date.isoformat() if dose.date else None, dose.day,
        dose.planned_day, dose.days_off, _number(dose.planned), _number(dose.given), dose.unit,
        *(None if yes is None else int(yes)
          for yes in (is_other, dose.premedicated, dose.interrupted, dose.incomplete, dose.reaction)),
        ", ".join(dose.reserve), *(_number(one.value) if one else None for one in measured),
    )  # fmt: skip


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def describe_exposure(datasets: Datasets) -> Iterator[Result]:
    """Count participants, doses and what happened in them, and describe the total amount, for each treatment."""
    for treatment in given_treatments(datasets.study):
        treated = [(one, doses) for one in exposures(datasets, treatment.id) if (doses := _doses(one))]
        heading = Heading(
            analysis=NAME, variable=treatment.id, unit="doses", n=len(treated), method=METHOD,
            source=Selector(frame="listing", variable=f"{NAME}.{treatment.id}", analysis_set=""),
        )  # fmt: skip
        yield from heading.rows(_counts(treatment, treated))
        yield from _happened(heading, [dose for _, doses in treated for dose in doses])
        yield from heading.rows(_totals(treated))


def _doses(one: Exposure) -> tuple[DoseGiven, ...]:
    """Return the doses of a participant, those without a full date too."""
    return (*one.numbered, *one.undated)


def _counts(treatment: Treatment, treated: Sequence[tuple[Exposure, Sequence[DoseGiven]]]) -> Iterator[Stat]:
    most = number_of_doses(treatment)
    yield Stat(name="n_participants", value=len(treated), unit="participants")
    yield Stat(name="n_doses", value=sum(len(doses) for _, doses in treated))
    whole = sum(len(doses) >= most for _, doses in treated) if most is not None else None
    yield Stat(
        name="n_complete", value=whole, unit="participants", method=f"participants who were given all {most} doses",
        error=NO_NUMBER if most is None else "",
    )  # fmt: skip


def _happened(heading: Heading, doses: Sequence[DoseGiven]) -> Iterator[Result]:
    """Count the doses in which something happened; those without an answer in a warning."""
    asked: dict[str, tuple[str, list[bool | None]]] = {
        "n_premedicated": ("premedicated", [dose.premedicated for dose in doses]),
        "n_interrupted": ("interrupted", [dose.interrupted for dose in doses]),
        "n_incomplete": ("incomplete", [dose.incomplete for dose in doses]),
        "n_reactions": ("reaction", [dose.reaction for dose in doses]),
    }
    for name, (column, answers) in asked.items():
        unknown = answers.count(None)
        warning = UNANSWERED.format(n=unknown) if unknown else ""
        stat = Stat(name=name, value=answers.count(True), warning=warning)
        yield _narrowed(heading, (column, "1")).row(stat)
    reserve = [", ".join(dose.reserve) for dose in doses if dose.reserve]
    drugs = [("reserve", text) for text in dict.fromkeys(reserve)] or [("reserve", NO_DRUG)]
    yield _narrowed(heading, *drugs).row(Stat(name="n_reserve", value=len(reserve)))


def _narrowed(heading: Heading, *where: tuple[str, str]) -> Heading:
    """Lead to those rows of the listing only that match."""
    return replace(heading, source=replace(heading.source, where=where))


def _totals(treated: Sequence[tuple[Exposure, Sequence[DoseGiven]]]) -> Iterator[Stat]:
    """Describe the total amounts of those of whom every amount is known."""
    totals = [sum(map(float, amounts)) for _, doses in treated if (amounts := _amounts(doses))]
    unit = next((dose.unit for _, doses in treated for dose in doses if dose.unit), "")
    left = len(treated) - len(totals)
    for stat in summary_stats(describe(totals, size=len(treated)), 0):
        if stat.name in TOTALS:
            yield Stat(
                name=f"total_{stat.name}", value=stat.value, decimals=stat.decimals, error=stat.error,
                unit="participants" if stat.name == "n" else unit, n=len(totals), method=TOTAL,
                warning=f"{left} of whom an amount is not known, left out." if left else "",
            )  # fmt: skip


def _amounts(doses: Sequence[DoseGiven]) -> list[Decimal]:
    """Return the amounts of all doses, none where one is not known."""
    known = [dose.given for dose in doses if dose.given is not None]
    return known if len(known) == len(doses) else []
