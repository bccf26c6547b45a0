"""Laboratory: the values of every participant over the visits, with the range of normal, test beside test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from trialbook.protocol.model import Item
from trialbook.render.document import Figure
from trialbook.render.drawing import axis
from trialbook.render.drawing.axis import Frame, Key
from trialbook.render.drawing.letters import SIZE, width_of, wrapped
from trialbook.render.drawing.marks import DOTTED, PAGE, Box, Bundle, Mark, Sheet, Spot, Way, Word
from trialbook.render.drawing.scale import Scale, spanning
from trialbook.render.numbers import show_plain, show_unit
from trialbook.report.courses import LOG_SPAN
from trialbook.report.figures_further import parts
from trialbook.report.panel_drawing import clear
from trialbook.report.run import Run, as_mappings

MOST, COLUMNS, HEIGHT = 12, 3, 84.0
CROWD = 60
"""Of more participants only values of grade 3 or more have a mark."""
SEVERE = 3
NORMAL = Key(mark=Box(x=0, y=0, width=0, height=0, fill="faint", edge="rule", line=0.4), text="range of normal")
OUTSIDE = Key(
    mark=Spot(x=0, y=0, size=3.4, fill="worse", edge="ink", line=0.5), text="outside the participant\u2019s limits"
)
GRAVE = Key(mark=Spot(x=0, y=0, shape="diamond", size=4.2, fill="ink"), text="grade 3 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A value with its limits."""

    code: str
    visit: str
    value: float
    lower: float | None
    upper: float | None
    grade: int
    entries: tuple[int, ...]

    @property
    def is_outside(self) -> bool:
        """Tell whether it is below or above the limits of normal."""
        return (self.lower is not None and self.value < self.lower) or (
            self.upper is not None and self.value > self.upper
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One test of the laboratory."""

    title: str
    values: tuple[Measured, ...]

    def lines(self) -> Mapping[str, tuple[Measured, ...]]:
        """Return the values by participant."""
        found: dict[str, list[Measured]] = {}
        for one in self.values:
            found.setdefault(one.code, []).append(one)
        return {code: tuple(values) for code, values in found.items()}


def laboratory_figure(run: Run) -> Figure | None:
    """Return the figure; None where no test with limits of normal has a value."""
    tests = tuple(_tests(run))
    shown = tests[:MOST]
    if not shown:
        return None
    title = "Laboratory values and their ranges of normal"
    caption = (
        "One line a participant. Grey: within the limits of normal of everybody shown; dotted: limits that differ "
        "between participants."
    )
    caption += parts.few_of(max(len(test.lines()) for test in shown))
    caption += parts.capped(len(shown), len(tests), "tests, in the order of the plan")
    alt = f"Lines of laboratory values over the visits. {'; '.join(_said(one) for one in shown)}."
    told = [
        (test, one)
        for test, crowd in ((test, len(test.lines()) > CROWD) for test in shown)
        for one in test.values
        if one.is_outside or not crowd
    ]
    rows = [
        (
            one.code,
            (
                (test.title,),
                (run.visit_label(one.visit),),
                parts.led(one.entries, show_plain(one.value)),
                (_limits(one),),
                (str(one.grade) if one.grade else "",),
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
    return f"{low} to {high}" if low and high else f"≥ {low}" if low else f"≤ {high}"


def _said(test: Test) -> str:
    outside = sum(one.is_outside for one in test.values)
    severe = sum(one.grade >= SEVERE for one in test.values)
    return f"{test.title}, {len(test.values)} values, {outside} outside the limits, {severe} of grade 3 or more"


def _tests(run: Run) -> Iterator[Test]:
    found: dict[str, list[Measured]] = {}
    for row, entries in as_mappings(run.listing("laboratory_grades")):
        value, visit = _number(row["value"]), str(row["visit"] or "")
        lower, upper = _number(row["lower"]), _number(row["upper"])
        if value is None or visit not in run.study.schedule.visits or (lower is None and upper is None):
            continue
        grade = row["grade"]
        one = Measured(
            code=str(row["participant"]),
            visit=visit,
            value=value,
            lower=lower,
            upper=upper,
            grade=grade if isinstance(grade, int) else 0,
            entries=entries,
        )
        found.setdefault(str(row["item"]), []).append(one)
    for name, values in found.items():
        item = run.study.item(name)
        label = run.say(item.label) or item.id.capitalize()
        unit = show_unit(item.unit or "") if isinstance(item, Item) else ""
        yield Test(title=f"{label} ({unit})" if unit else label, values=tuple(values))


def _number(value: str | float | None) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def sheet_of(run: Run, shown: Sequence[Test]) -> Sheet:
    """Lay the tests out in rows of three."""
    columns = min(COLUMNS, len(shown))
    given = [NORMAL]
    few = [test for test in shown if len(test.lines()) <= CROWD]
    given += [OUTSIDE] if any(one.is_outside and one.grade < SEVERE for test in few for one in test.values) else []
    given += [GRAVE] if any(one.grade >= SEVERE for test in shown for one in test.values) else []
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
    values = [one.value for one in test.values]
    limits = [one for value in test.values for one in (value.lower, value.upper) if one is not None]
    log = min(values) > 0 and max(values) / min(values) > LOG_SPAN
    up = spanning([*values, *limits], start=0, end=1, is_log=log)
    frame = Frame(
        left=left + axis.room_left(up, labelled=False, about=4), top=start, right=right - 2, bottom=start + HEIGHT
    )
    up = replace(up, start=frame.bottom, end=frame.top)
    order = [visit for visit in run.study.schedule.visits if any(one.visit == visit for one in test.values)]
    days = [float(run.study.schedule.visits[visit].day) for visit in order]
    across = Scale(low=days[0], high=max(days[-1], days[0] + 1), start=frame.left + 9, end=frame.right - 7)
    places = {visit: across.at(day) for visit, day in zip(order, days, strict=True)}
    yield from _normal(test, frame, up)
    yield from axis.upright(frame, up, "", about=4)
    yield from _lines(run, test, places, up)
    names = [parts.short_visit(run, visit) for visit in order]
    weekly = all(name[:1] == "W" and name[1:].isdigit() for name in names[1:])
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


def _lines(run: Run, test: Test, places: Mapping[str, float], up: Scale) -> Iterator[Mark]:
    lines = test.lines()
    crowd = len(lines) > CROWD
    yield Bundle(
        lines=tuple(
            tuple((places[one.visit], up.at(one.value)) for one in values)
            for values in list(lines.values())[: parts.MOST_LINES]
            if len(values) > 1
        ),
        width=0.4 if crowd else 0.6,
        opacity=0.35 if crowd else 0.8,
    )
    if crowd:
        severe = (one for one in test.values if one.grade >= SEVERE)
        yield from (
            Spot(x=places[one.visit], y=up.at(one.value), shape="diamond", size=2, fill="ink") for one in severe
        )
        return
    for one in sorted(test.values, key=lambda one: (one.grade >= SEVERE, one.is_outside)):
        x, y, way = places[one.visit], up.at(one.value), Way(entries=one.entries)
        told = f"{one.code}, {run.visit_label(one.visit)}: {show_plain(one.value)}"
        if one.grade >= SEVERE:
            yield Spot(x=x, y=y, shape="diamond", size=3.8, fill="ink", way=way, title=told)
        elif one.is_outside:
            yield Spot(x=x, y=y, size=3, fill="worse", edge="ink", line=0.4, way=way, title=told)
        else:
            yield Spot(x=x, y=y, size=1.8, fill="line", way=way, title=told)
