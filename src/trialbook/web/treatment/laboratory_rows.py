"""Laboratory values beside the limits of normal of their day: low or high, by how much, which grade, judged or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from trialbook.conduct.answers import visits_so_far
from trialbook.conduct.casebook import Casebook, Cell
from trialbook.conduct.flags import Flag, flag_of, has_limits, limits_of
from trialbook.conduct.safety import LaboratoryGrade, laboratory_grades
from trialbook.protocol.model import Form, Item, Study
from trialbook.protocol.values import limit_of, number_of
from trialbook.web.forms.sheet import visit_name
from trialbook.web.forms.words import number_words
from trialbook.web.treatment.laboratory_judged import Judgement, Told, judgement_of, judging_item, sayable
from trialbook.web.treatment.links import address_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LabValue:
    """One value of a laboratory item at a visit."""

    visit: str
    title: str
    on: date | None
    text: str
    number: float | None
    """None for a value that is only known to lie beyond a limit of measurement."""
    lower: float | None
    upper: float | None
    is_own_limit: bool
    """The limits are those that the laboratory gave for this day; else they are the study file's."""
    flag: Flag
    times_upper: float | None
    grade: LaboratoryGrade | None
    judgement: Judgement | None
    sayable: tuple[str, ...]
    """What a note may say of it, where it is to be judged."""
    seq: int
    address: str | None

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to say what a value beyond the limits means."""
        is_judged = self.judgement is not None and self.judgement.is_of_this
        return self.flag in {"low", "high"} and not is_judged


@dataclass(frozen=True, slots=True, kw_only=True)
class LabItem:
    """The values of one laboratory item, in the order of time."""

    form: Form
    item: Item
    label: str
    values: tuple[LabValue, ...]
    judged_in: str
    """Label of the item of the form that says what is significant; empty where the form has none."""

    @property
    def last(self) -> LabValue:
        """Return the latest value."""
        return self.values[-1]

    @property
    def open(self) -> int:
        """Count the values that nobody has judged."""
        return sum(value.is_open for value in self.values)


def is_laboratory(form: Form) -> bool:
    """Tell whether a form has an item with limits of normal, with a grade or with a code of a test."""
    return any(_is_measured(item) for item in form.items.values())


def _is_measured(item: Item) -> bool:
    return has_limits(item) or (item.kind == "number" and bool(item.grade or item.loinc or item.test))


def measured_items(form: Form) -> Iterator[Item]:
    """Yield the items of a laboratory form that hold a measurement, those that hold a limit left out."""
    limits = {name for item in form.items.values() for name in (item.lower_item, item.upper_item)}
    yield from (item for item in form.items.values() if item.kind == "number" and item.id not in limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What the values of one participant are read from."""

    study: Study
    casebook: Casebook
    grades: Mapping[tuple[str, str], LaboratoryGrade]
    told: Told
    language: str | None


def chart_of(told: Told, language: str | None) -> Chart:
    """Return what the values of a participant are read from, all of them graded."""
    study, casebook = told.study, told.casebook
    grades = {(one.item, one.measured.visit): one for one in laboratory_grades(study, [casebook])}
    return Chart(study=study, casebook=casebook, grades=grades, told=told, language=language)


def lab_items(chart: Chart, forms: Sequence[Form]) -> Iterator[LabItem]:
    """Yield every laboratory item that has a value, form by form."""
    for form in forms:
        for item in measured_items(form):
            values = tuple(_values(chart, form, item))
            judge = judging_item(form, item)
            if values:
                yield LabItem(
                    form=form,
                    item=item,
                    label=chart.study.say(item.label, chart.language),
                    values=values,
                    judged_in="" if judge is None else chart.study.say(judge.label, chart.language),
                )


def _values(chart: Chart, form: Form, item: Item) -> Iterator[LabValue]:
    rows = {
        (cell.visit, cell.repeat) for cell in chart.casebook.answers if (cell.form, cell.item) == (form.id, item.id)
    }
    order = {visit: place for place, visit in enumerate(visits_so_far(chart.study, chart.casebook))}
    for visit, repeat in sorted(rows, key=lambda row: (order.get(row[0], len(order)), row)):
        if chart.casebook.value(form.id, item.id, visit=visit, repeat=repeat) is not None:
            yield _value(chart, form, item, Cell(visit, form.id, repeat, item.id))


def _value(chart: Chart, form: Form, item: Item, cell: Cell) -> LabValue:
    answer = chart.casebook.answers[cell]
    text = answer.value or ""
    lower, upper, is_own = limits_of(chart.study, chart.casebook, item, cell)
    number = None if limit_of(text) else number_of(text)
    judgement = judgement_of(chart.told, form, item, cell)
    return LabValue(
        visit=cell.visit,
        title=visit_name(chart.study, cell.visit, chart.language)
        or cell.repeat
        or chart.study.say(form.label, chart.language),
        on=chart.casebook.visit_date(cell.visit),
        text=number_words(item, answer),
        number=number,
        lower=lower,
        upper=upper,
        is_own_limit=is_own,
        flag=flag_of(text, lower, upper),
        times_upper=None if number is None or not upper else number / upper,
        grade=chart.grades.get((f"{form.id}.{item.id}", cell.visit)),
        judgement=judgement,
        sayable=sayable(form, item, judgement),
        seq=answer.seq,
        address=address_of(form, chart.casebook.participant, visit=cell.visit, repeat=cell.repeat),
    )
