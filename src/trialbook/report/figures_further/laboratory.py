"""Laboratory: the values of every participant over the visits, with the range of normal, test beside test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from trialbook.analysis.grades import grades_of
from trialbook.conduct.safety import LaboratoryGrade
from trialbook.protocol.model import Item
from trialbook.protocol.unit_words import show_unit
from trialbook.protocol.values import limit_of, number_of
from trialbook.render.document import Figure
from trialbook.render.drawing import axis
from trialbook.render.drawing.axis import Frame, Key
from trialbook.render.drawing.letters import SIZE, width_of, wrapped
from trialbook.render.drawing.marks import DOTTED, PAGE, Box, Bundle, Mark, Sheet, Spot, Way, Word
from trialbook.render.drawing.scale import Scale, spanning
from trialbook.render.numbers import show_plain
from trialbook.report.courses import LOG_SPAN
from trialbook.report.figures_further import parts
from trialbook.report.panel_drawing import clear
from trialbook.report.phrases import several
from trialbook.report.run import Run

MOST, COLUMNS, HEIGHT = 12, 3, 84.0
CROWD = 60
"""Of more participants only values of grade 3 or more have a mark."""
SEVERE = 3
NORMAL = Key(mark=Box(x=0, y=0, width=0, height=0, fill="faint", edge="rule", line=0.4), text="range of normal")
OUTSIDE = Key(
    mark=Spot(x=0, y=0, size=3.4, fill="worse", edge="ink", line=0.5), text="outside the participant\u2019s limits"
)
SIGNS = {"<=": "≤", ">=": "≥"}
GRAVE = Key(mark=Spot(x=0, y=0, shape="diamond", size=4.2, fill="ink"), text="grade 3 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A value with its limits."""

    code: str
    visit: str
    is_planned: bool
    day: float | None
    """Study day: of a planned visit that of the plan, of another its own; None where that is not known."""
    value: float
    sign: str
    """`<`, `<=`, `>` or `>=` of a value beyond what can be measured."""
    lower: float | None
    upper: float | None
    least: int | None
    """Mildest grade that is possible."""
    most: int | None
    entries: tuple[int, ...]

    @property
    def text(self) -> str:
        """Write the value with its sign."""
        return f"{SIGNS.get(self.sign, self.sign)}{show_plain(self.value)}"

    @property
    def grade(self) -> str:
        """Write the grade, both ends where more than one is possible; empty where none is known."""
        if self.least is None or self.most is None:
            return ""
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"

    @property
    def is_severe(self) -> bool:
        """Tell whether it is certainly of grade 3 or more."""
        return self.least is not None and self.least >= SEVERE

    @property
    def is_outside(self) -> bool:
        """Tell whether it is certainly below or above the limits of normal."""
        is_below = self.lower is not None and self.sign in {"", "<", "<="} and self.value < self.lower
        is_above = self.upper is not None and self.sign in {"", ">", ">="} and self.value > self.upper
        return is_below or is_above or (self.sign, self.value) in {("<", self.lower), (">", self.upper)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One test of the laboratory."""

    title: str
    values: tuple[Measured, ...]

    @property
    def drawn(self) -> tuple[Measured, ...]:
        """Return the values whose day is known."""
        return tuple(one for one in self.values if one.day is not None)

    def lines(self) -> Mapping[str, tuple[Measured, ...]]:
        """Return the values by participant."""
        found: dict[str, list[Measured]] = {}
        for one in self.values:
            found.setdefault(one.code, []).append(one)
        return {code: tuple(values) for code, values in found.items()}


def laboratory_figure(run: Run) -> Figure | None:
    """Return the figure; None where no test with limits of normal has a value."""
    every = tuple(_tests(run))
    tests = tuple(test for test in every if test.drawn)
    shown = tests[:MOST]
    if not shown:
        return None
    title = "Laboratory values and their ranges of normal"
    caption = (
        "One line a participant. Grey: within the limits of normal of everybody shown; dotted: limits that differ "
        "between participants."
    )
    caption += parts.few_of(max(len(test.lines()) for test in shown))
    caption += _beside(shown) + _not_drawn(every)
    caption += parts.capped(len(shown), len(tests), "tests, in the order of the plan")
    alt = f"Lines of laboratory values over the visits. {'; '.join(_said(one) for one in shown)}."
    told = [
        (test, one)
        for test, crowd in ((test, len(test.lines()) > CROWD) for test in shown)
        for one in test.values
        if one.is_outside or one.is_severe or not crowd
    ]
    rows = [
        (
            one.code,
            (
                (test.title,),
                (run.visit_label(one.visit),),
                parts.led(one.entries, one.text),
                (_limits(one),),
                (one.grade,),
            ),
        )
        for test, one in told[: parts.MOST_ROWS]
    ]
    return parts.drawn(
        "laboratory",
        title,
        sheet_of(run, shown),
        alt=alt,
        caption=caption,
        table=parts.values_table(
            "laboratory", title, "Participant", ("Test", "Visit", "Value", "Limits", "Grade"), rows, of=len(told)
        ),
        behind=(seq for test in shown for one in test.values for seq in one.entries),
    )


def _limits(one: Measured) -> str:
    low, high = (show_plain(limit) if limit is not None else "" for limit in (one.lower, one.upper))
    return f"{low} to {high}" if low and high else f"≥ {low}" if low else f"≤ {high}" if high else ""


def _beside(shown: Sequence[Test]) -> str:
    """Say where values stand that no line leads to, and those beyond what can be measured."""
    drawn = [one for test in shown for one in test.drawn]
    is_crowded = any(len(test.lines()) > CROWD for test in shown)
    which = ", of more than 60 participants only if of grade 3 or more" if is_crowded else ""
    said = ""
    if any(not one.is_planned for one in drawn):
        said += f" Values of unscheduled visits stand on their study day, beside the lines{which}."
    if any(one.sign for one in drawn):
        said += " A value beyond what could be measured, such as <0.2, stands at that limit."
    return said


def _not_drawn(tests: Sequence[Test]) -> str:
    """Say how many values have no place, since the day of their visit is not known; nothing where all have one."""
    lost = [one for test in tests for one in test.values if one.day is None]
    if not lost:
        return ""
    count, severe = len(lost), sum(one.is_severe for one in lost)
    said = f" {count} {several(count, 'value')} of unscheduled visits without a full date {several(count, 'is', 'are')}"
    return f"{said} not drawn, {severe} of grade 3 or more."


def _said(test: Test) -> str:
    outside = sum(one.is_outside for one in test.values)
    severe = sum(one.is_severe for one in test.values)
    return f"{test.title}, {len(test.values)} values, {outside} outside the limits, {severe} of grade 3 or more"


def _tests(run: Run) -> Iterator[Test]:
    """Yield the tests of which anybody has limits of normal."""
    found: dict[str, list[Measured]] = {}
    days = _days(run)
    for grade in grades_of(run.datasets) if run.listing("laboratory_grades") is not None else ():
        found.setdefault(grade.item, []).append(_measured(run, grade, days))
    for name, values in found.items():
        if all(one.lower is None and one.upper is None for one in values):
            continue
        item = run.study.item(name)
        label = run.say(item.label) or item.id.capitalize()
        unit = show_unit(item.unit or "") if isinstance(item, Item) else ""
        yield Test(title=f"{label} ({unit})" if unit else label, values=tuple(values))


def _days(run: Run) -> Mapping[tuple[str, str], int]:
    """Return participant and visit -> study day."""
    rows = run.datasets.observations.select("participant", "visit", "day").drop_nulls().unique()
    return {(code, visit): day for code, visit, day in rows.iter_rows()}


def _measured(run: Run, grade: LaboratoryGrade, days: Mapping[tuple[str, str], int]) -> Measured:
    one = grade.measured
    planned = run.study.schedule.visits.get(one.visit)
    day = planned.day if planned is not None else days.get((one.participant, one.visit))
    return Measured(
        code=one.participant,
        visit=one.visit,
        is_planned=planned is not None,
        day=None if day is None else float(day),
        value=number_of(one.value),
        sign=limit_of(one.value),
        lower=one.lower,
        upper=one.upper,
        least=grade.least,
        most=grade.most,
        entries=grade.seqs,
    )


def sheet_of(run: Run, shown: Sequence[Test]) -> Sheet:
    """Lay the tests out in rows of three."""
    columns = min(COLUMNS, len(shown))
    given = [NORMAL]
    few = [test for test in shown if len(test.lines()) <= CROWD]
    given += [OUTSIDE] if any(one.is_outside and not one.is_severe for test in few for one in test.drawn) else []
    given += [GRAVE] if any(one.is_severe for test in shown for one in test.drawn) else []
    marks, used = axis.keys(given, 1, PAGE - 62, SIZE)
    every: list[Mark] = [*marks, *([axis.invented(PAGE)] if run.invented else [])]
    gap, top = 10.0, max(used, SIZE + 3) + 2
    each = (PAGE - gap * (columns - 1)) / columns
    tall = HEIGHT + 4 * SIZE + 26
    for number, test in enumerate(shown):
        left = (number % columns) * (each + gap)
        every += _panel(run, test, left, top + (number // columns) * tall, left + each)
    return Sheet(width=PAGE, height=top + -(-len(shown) // columns) * tall - 4, marks=tuple(every))


def _panel(run: Run, test: Test, left: float, top: float, right: float) -> Iterator[Mark]:
    lines = wrapped(test.title, right - left, most=2)
    start = top + 2 * SIZE + 9
    for number, line in enumerate(reversed(lines)):
        yield Word(x=left, y=start - 6 - number * (SIZE + 1.5), text=line)
    values = [one.value for one in test.drawn]
    limits = [one for value in test.values for one in (value.lower, value.upper) if one is not None]
    log = min(values) > 0 and max(values) / min(values) > LOG_SPAN
    up = spanning([*values, *limits], start=0, end=1, is_log=log)
    frame = Frame(
        left=left + axis.room_left(up, labelled=False, about=4), top=start, right=right - 2, bottom=start + HEIGHT
    )
    up = replace(up, start=frame.bottom, end=frame.top)
    days = [one.day for one in test.drawn if one.day is not None]
    across = Scale(low=min(days), high=max(*days, min(days) + 1), start=frame.left + 9, end=frame.right - 7)
    seen = {one.visit for one in test.drawn}
    order = [visit for visit in run.study.schedule.visits if visit in seen]
    places = {visit: across.at(run.study.schedule.visits[visit].day) for visit in order}
    yield from _normal(test, frame, up)
    yield from axis.upright(frame, up, "", about=4)
    yield from _lines(run, test, across, up)
    names = [parts.short_visit(run, visit) for visit in order]
    weekly = bool(names) and all(name[:1] == "W" and name[1:].isdigit() for name in names[1:])
    names = [name.removeprefix("W") for name in names] if weekly else names
    kept = clear(list(places.values()), [width_of(name) for name in names])
    yield from axis.flat(
        frame,
        [(places[visit], names[at] if at in kept else "") for at, visit in enumerate(order)],
        "Week" if weekly else "",
        gap=-9,
    )


def _normal(test: Test, frame: Frame, up: Scale) -> Iterator[Mark]:
    """Shade what is normal for everybody, and draw the limits that are not those of everybody."""
    lowers, uppers = ({getattr(one, name) for one in test.values} - {None} for name in ("lower", "upper"))
    floor, roof = max(lowers, default=up.low), min(uppers, default=up.high)
    if floor < roof:
        top, bottom = up.at(roof), up.at(floor)
        yield Box(x=frame.left, y=top, width=frame.right - frame.left, height=bottom - top, fill="faint")
    for limit in sorted(lowers | uppers):
        shared = limit in {floor, roof} and (len(lowers) <= 1 if limit in lowers else len(uppers) <= 1)
        yield axis.level(frame, up.at(limit), colour="limit", width=0.6, dashes=() if shared else DOTTED)


def _lines(run: Run, test: Test, across: Scale, up: Scale) -> Iterator[Mark]:
    """Draw a line a participant through the planned visits, and marks of all values, in front those that matter."""
    lines = test.lines()
    crowd = len(lines) > CROWD
    planned = ([one for one in values if one.is_planned] for values in list(lines.values())[: parts.MOST_LINES])
    yield Bundle(
        lines=tuple(tuple(_place(one, across, up) for one in values) for values in planned if len(values) > 1),
        width=0.4 if crowd else 0.6,
        opacity=0.35 if crowd else 0.8,
    )
    if crowd:
        severe = (_place(one, across, up) for one in test.drawn if one.is_severe)
        yield from (Spot(x=x, y=y, shape="diamond", size=2, fill="ink") for x, y in severe)
        return
    for one in sorted(test.drawn, key=lambda one: (one.is_severe, one.is_outside)):
        (x, y), way = _place(one, across, up), Way(entries=one.entries)
        told = f"{one.code}, {run.visit_label(one.visit)}: {one.text}"
        if one.is_severe:
            yield Spot(x=x, y=y, shape="diamond", size=3.8, fill="ink", way=way, title=told)
        elif one.is_outside:
            yield Spot(x=x, y=y, size=3, fill="worse", edge="ink", line=0.4, way=way, title=told)
        else:
            yield Spot(x=x, y=y, size=1.8, fill="line", way=way, title=told)


def _place(one: Measured, across: Scale, up: Scale) -> tuple[float, float]:
    return across.at(one.day or 0.0), up.at(one.value)
