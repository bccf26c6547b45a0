"""The working paper of one participant: what is known so far, and the steps by which it is recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from typing import Literal
from zoneinfo import ZoneInfo

from trialbook.capture.answers import VISIT
from trialbook.conduct.casebook import VISIT_FORM, Answer, Casebook, Cell
from trialbook.conduct.completeness import Asked
from trialbook.errors import Problem
from trialbook.protocol.conditions import Condition, compile_condition, names_for
from trialbook.protocol.model import Form, Item, Study
from trialbook.protocol.values import parse_value
from trialbook.simulate.cast import Cast
from trialbook.simulate.chance import Chance
from trialbook.simulate.fates import Fate
from trialbook.simulate.scenario import Scenario
from trialbook.simulate.sources import Draw, Source

OPENS = time(8)
"""When a day begins, on the clocks of the sites."""
BETWEEN = timedelta(minutes=3)
"""Time from one step of a participant to the next."""

Word = Literal["screen", "screen_fail", "enrol", "withdraw", "complete", "enter", "correct"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One act on a participant, at a moment, by a person."""

    at: datetime
    by: str
    act: Word
    cells: tuple[tuple[Cell, str], ...] = ()
    """Cells with what is typed."""
    on: str | None = None
    why: str | None = None
    """Cause of an end, or reason of a correction."""
    is_for: bool = False
    """Typed for the participant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A study and a scenario, made ready for all participants."""

    study: Study
    scenario: Scenario
    cast: Cast
    asked: Asked
    sources: Mapping[str, tuple[Source, ...]]
    """By form."""
    needed: frozenset[str]
    """Items, `form.item`, on which something else depends: they are always answered."""
    zone: ZoneInfo
    known: dict[str, Study] = field(default_factory=dict)
    """The study with one criterion alone, by that criterion."""
    compiled: dict[str, Condition | None] = field(default_factory=dict)

    def alone(self, criterion: str) -> Study:
        """Return the study with one criterion alone, which is judged the faster."""
        if criterion not in self.known:
            only = tuple(one for one in self.study.criteria if one.id == criterion)
            self.known[criterion] = replace(self.study, criteria=only)
        return self.known[criterion]

    def dose_condition(self, text: str) -> Condition | None:
        """Return a condition on a dose, ready to be judged; the reader of the study file refused what cannot be."""
        if text not in self.compiled:
            condition = compile_condition(text, names_for(self.study, "dose"))
            self.compiled[text] = None if isinstance(condition, Problem) else condition
        return self.compiled[text]

    def moment(self, day: date, count: int) -> datetime:
        """Return when the step of this number is done on a day, in UTC."""
        local = datetime.combine(day, OPENS, tzinfo=self.zone)
        return local.astimezone(UTC) + count * BETWEEN


@dataclass(slots=True)
class Agenda:
    """What is still to happen to a participant, day by day; of one day in order of rank, then as it was planned."""

    entries: list[tuple[date, int, int, Callable[[], None]]] = field(default_factory=list)
    count: int = 0

    def plan(self, day: date, do: Callable[[], None], *, rank: int = 5) -> None:
        """Plan something for a day."""
        heappush(self.entries, (day, rank, self.count, do))
        self.count += 1

    def next(self, until: date) -> tuple[date, Callable[[], None]] | None:
        """Take what comes next up to a day; None where there is nothing more."""
        if not self.entries or self.entries[0][0] > until:
            return None
        day, _, _, do = heappop(self.entries)
        return day, do


@dataclass(slots=True, kw_only=True)
class Story:
    """One participant on the way through the study. `answers` holds what is true in the end."""

    stage: Stage
    fate: Fate
    chance: Chance
    screened: date
    entering: date
    """Day on which the participant is enrolled, if at all."""
    anchor: date
    """Study day 0, if enrolled."""
    casebook: Casebook = field(init=False)
    answers: dict[Cell, Answer] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    """Incidents by name, for the summary."""
    agenda: Agenda = field(default_factory=Agenda)
    mistakes: list[Callable[[], None]] = field(default_factory=list)
    """Corrections that are still to be made."""
    rows: Counter[str] = field(default_factory=Counter)
    """Rows so far of the forms that are filled in at any time."""
    refusal: str = ""
    """Why no first dose could be planned."""
    today: date = field(init=False)
    count: int = 0
    """Steps of today."""

    def __post_init__(self) -> None:
        """Begin with an empty casebook."""
        self.casebook = Casebook(participant=f"INV-{self.fate.number:02}", answers=self.answers)
        self.today = self.screened

    @property
    def is_enrolled(self) -> bool:
        """Tell whether the participant was ever enrolled."""
        return self.casebook.was_enrolled

    # ---- recording ----------------------------------------------------------------------------------------------

    def turn_to(self, day: date) -> None:
        """Go on to a day; a day before today is today."""
        if day > self.today:
            self.today, self.count = day, 0

    def add(
        self,
        act: Word,
        by: str,
        *,
        cells: tuple[tuple[Cell, str], ...] = (),
        on: str | None = None,
        why: str | None = None,
        is_for: bool = False,
    ) -> None:
        """Add a step now."""
        at = self.stage.moment(self.today, self.count)
        self.steps.append(Step(at=at, by=by, act=act, cells=cells, on=on, why=why, is_for=is_for))
        self.count += 1

    def stand(
        self, status: Literal["screen failure", "enrolled", "withdrawn", "completed"], why: str | None = None
    ) -> None:
        """Record where the participant stands from today on."""
        acts: dict[str, Word] = {
            "screen failure": "screen_fail", "enrolled": "enrol", "withdrawn": "withdraw", "completed": "complete",
        }  # fmt: skip
        on = self.today.isoformat()
        if status == "enrolled":
            self.casebook = replace(self.casebook, status=status, enrolled_on=on)
        else:
            self.casebook = replace(self.casebook, status=status, ended_on=on, end_reason=why)
        self.add(acts[status], self.stage.cast.enroller(), on=on, why=why)

    def put(self, cell: Cell, text: str) -> None:
        """Write an answer into the casebook, as it will be recorded; ValueError for what is no answer."""
        item = self.item(cell)
        value = parse_value(item, text, missing=self.stage.study.missing)
        if isinstance(value, Problem):
            raise ValueError(  # noqa: TRY004 - what was drawn is wrong, not its type
                f"{text!r} is no answer to {cell}: {value.code}"
            )
        self.answers[cell] = Answer(text=text, value=value.value, unit=value.unit, missing=value.missing)

    def item(self, cell: Cell) -> Item:
        """Return the item of a cell."""
        form = VISIT if cell.form == VISIT_FORM else self.stage.study.forms[cell.form]
        return form.items[cell.item]

    def enter(
        self, cells: Iterable[Cell], by: str, *, is_for: bool = False, wrong: Mapping[Cell, str] | None = None
    ) -> None:
        """Record the answers of some cells as they stand; `wrong` is typed in place of the right one."""
        mistyped = wrong or {}
        typed = tuple((cell, mistyped.get(cell, self.answers[cell].text)) for cell in cells if cell in self.answers)
        if typed:
            self.add("enter", by, cells=typed, is_for=is_for)

    def correct(self, cell: Cell, text: str, by: str, why: str) -> None:
        """Record another answer in place of the one that stands."""
        self.add("correct", by, cells=((cell, text),), why=why)

    # ---- answering ----------------------------------------------------------------------------------------------

    def drawing(self, form: Form, place: str, *, day: float, on: date | None = None, until: date | None = None) -> Draw:
        """Return the draw for one filled-in form; `place` tells visits and rows apart."""
        here = on or self.today
        return Draw(
            chance=self.chance,
            stream=self.chance.stream("form", form.id, place),
            kind=self.fate.kind,
            day=day,
            on=here,
            until=until or here,
        )

    def fill(
        self, form: Form, at: Draw, *, visit: str = "", repeat: str = "", known: Mapping[str, str | None] | None = None
    ) -> None:
        """Answer a form in the casebook: what is known as it is, everything else that is asked by its source.

        What is known to be None stays open.
        """
        given = known or {}
        for item, text in given.items():
            if text is not None:
                self.put(Cell(visit, form.id, repeat, item), text)
        for source in self.stage.sources[form.id]:
            drawn = source.draw(at)
            for item in source.items:
                cell = Cell(visit, form.id, repeat, item)
                if (
                    item in drawn
                    and item not in given
                    and cell not in self.answers
                    and self.is_asked(form, item, visit, repeat)
                ):
                    self.put(cell, drawn[item])

    def is_asked(self, form: Form, item: str, visit: str, repeat: str) -> bool:
        """Tell whether an item is asked, with the answers so far."""
        return self.stage.asked.item(form, item, self.casebook, visit, repeat)

    def cells(self, form: Form, *, visit: str = "", repeat: str = "") -> list[Cell]:
        """Return the answered cells of a filled-in form, in the order of the form."""
        every = (Cell(visit, form.id, repeat, item) for item in form.items)
        return [cell for cell in every if cell in self.answers]

    def next_row(self, form: Form) -> str:
        """Return the number of the next row of a form that is filled in at any time."""
        self.rows[form.id] += 1
        return str(self.rows[form.id]) if form.repeating else ""

    def is_due(self, incident: str) -> bool:
        """Tell whether an incident is dealt to this participant and has not happened yet."""
        return incident in self.fate.sure and not self.happened[incident]
