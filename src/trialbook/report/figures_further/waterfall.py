"""Waterfall: the change of every participant from the baseline to one visit, the best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trialbook.protocol.model import Endpoint
from trialbook.render.document import Figure
from trialbook.render.drawing import axis
from trialbook.render.drawing.axis import Frame, Key
from trialbook.render.drawing.letters import SIZE, SMALL, width_of
from trialbook.render.drawing.marks import COLUMN, LONG, PAGE, Area, Box, Mark, Sheet, Way, Word
from trialbook.render.drawing.scale import Scale, spanning
from trialbook.report.courses import base_entries
from trialbook.report.figures_further import parts
from trialbook.report.run import Run, as_mappings

MOST = 150
"""Bars that lead to their entries; of more participants only the outline is drawn."""
LABELLED = 40
HEIGHT = 130.0
FEW = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The change of one participant."""

    code: str
    base: float
    value: float
    change: float
    entries: tuple[int, ...]
    """Behind the value at the visit."""
    base_entries: tuple[int, ...] = ()

    @property
    def both(self) -> tuple[int, ...]:
        """Return the entries behind the change."""
        return tuple(sorted({*self.base_entries, *self.entries}))


def changes_of(run: Run, endpoint: Endpoint, visit: str) -> tuple[Change, ...]:
    """Return the changes of the plan's analysis set at a visit, in the order of the rows."""
    rows = tuple(as_mappings(run.listing(f"course.{endpoint.id}")))
    first = run.study.analysis.baseline.visit if run.study.analysis.baseline.kind == "visit" else None
    bases = {str(row["participant"]): entries for row, entries in rows if first and row["visit"] == first}
    bases = bases or base_entries(run, endpoint)
    return tuple(
        Change(
            code=str(row["participant"]),
            base=float(row["base"]),
            value=float(row["value"]),
            change=float(row["change"]),
            entries=entries,
            base_entries=bases.get(str(row["participant"]), ()),
        )
        for row, entries in rows
        if row["visit"] == visit and row["in_set"]
        if isinstance(row["change"], float | int)
        and isinstance(row["base"], float | int)
        and isinstance(row["value"], float | int)
    )


def sign_of(endpoint: Endpoint) -> int:
    """Return 1 where more is better, -1 where less is, 0 where neither is said."""
    return {"higher": 1, "lower": -1}.get(str(endpoint.better), 0)


def waterfall_figure(run: Run, endpoint: Endpoint) -> Figure | None:
    """Return the figure at the visit of which the Results speak; None where fewer than two changed values are known."""
    visit = run.focal_visit(endpoint)
    found = changes_of(run, endpoint, visit) if visit else ()
    if visit is None or len(found) < 2:
        return None
    sign = sign_of(endpoint)
    ordered = tuple(sorted(found, key=lambda one: (-one.change * (sign or 1), one.code)))
    name, title = f"waterfall-{endpoint.id}", f"{run.label(endpoint)}: change of each participant {run.at(visit)}"
    better = sum(one.change * sign > 0 for one in ordered)
    worse = sum(one.change * sign < 0 for one in ordered)
    verdict = f"{better} better, {worse} worse, {len(ordered) - better - worse} the same. " if sign else ""
    best, least = (run.written_change(endpoint, one.change) for one in (ordered[0], ordered[-1]))
    ends = f"From {best} to {least}."
    alt = f"Bars of the change from baseline {run.at(visit)} in {len(ordered)} participants. {verdict}{ends}"
    rows = [
        (
            one.code,
            (
                parts.led(one.base_entries, run.written(endpoint, one.base)),
                parts.led(one.entries, run.written(endpoint, one.value)),
                parts.led(one.both, run.written_change(endpoint, one.change)),
            ),
        )
        for one in ordered
    ]
    return parts.drawn(
        name,
        title,
        sheet_of(run, endpoint, ordered),
        alt=alt,
        caption=_caption(run, endpoint, ordered, verdict),
        table=parts.values_table(name, title, "Participant", ("Baseline", "Value", "Change"), rows),
        behind=(seq for one in ordered for seq in one.both),
    )


def _caption(run: Run, endpoint: Endpoint, ordered: Sequence[Change], verdict: str) -> str:
    without = " Those without both values have no bar."
    dashes = " Dashes: the smallest change that matters, either way." if endpoint.meaningful is not None else ""
    zero = " No bar: no change." if any(one.change == 0 for one in ordered) else ""
    chosen = run.set_label(run.study.analysis.set)
    return (
        f"One bar a participant of the analysis set “{chosen}” (n = {len(ordered)}). {verdict}".strip()
        + zero
        + without
        + dashes
    )


def sheet_of(run: Run, endpoint: Endpoint, ordered: Sequence[Change]) -> Sheet:
    """Draw the bars about a line at no change; few in one column of a journal."""
    width = COLUMN if len(ordered) <= FEW else PAGE
    amount = float(endpoint.meaningful.amount) if endpoint.meaningful is not None else None
    values = [one.change for one in ordered]
    up = spanning([*values, *([amount, -amount] if amount else [])], start=0, end=1, zero=True)
    marks, used = axis.keys(_keys(endpoint, ordered), 1, width - (62 if run.invented else 0), SIZE)
    top = max(used, SIZE + 3 if run.invented else 0) + 4
    codes = max(width_of(one.code, SMALL) for one in ordered) + 6 if len(ordered) <= LABELLED else 4
    frame = Frame(left=axis.room_left(up), top=top, right=width - 2, bottom=top + HEIGHT)
    scale = Scale(low=up.low, high=up.high, start=frame.bottom, end=frame.top)
    unit = run.unit(endpoint)
    every: list[Mark] = [*marks, *([axis.invented(width)] if run.invented else [])]
    every += axis.upright(frame, scale, f"Change ({unit})" if unit else "Change")
    every += _bars(run, endpoint, ordered, frame, scale)
    every.append(axis.level(frame, scale.at(0), colour="ink", width=0.7))
    if amount:
        every += [
            axis.level(frame, scale.at(one), colour="accent", width=0.7, dashes=LONG) for one in (amount, -amount)
        ]
    return Sheet(width=width, height=frame.bottom + codes, marks=tuple(every))


def _bars(run: Run, endpoint: Endpoint, ordered: Sequence[Change], frame: Frame, scale: Scale) -> Iterator[Mark]:
    sign, zero = sign_of(endpoint), scale.at(0)
    step = (frame.right - frame.left - 6) / len(ordered)
    if len(ordered) > MOST:
        yield from _outline(endpoint, ordered, frame, scale, step)
        return
    for number, one in enumerate(ordered):
        x, y = frame.left + 4 + step * number, scale.at(one.change)
        wrong = sign * one.change < 0
        yield Box(
            x=x + step * 0.12,
            y=min(y, zero),
            width=step * 0.76,
            height=abs(y - zero),
            edge="ink",
            line=0.4,
            fill="worse" if wrong else "better" if sign else "line",
            hatched=wrong,
            way=Way(entries=one.both),
            title=f"{one.code}: {run.written_change(endpoint, one.change)}",
        )
        if len(ordered) <= LABELLED:
            yield Word(
                x=x + step / 2 + 0.36 * SMALL,
                y=frame.bottom + 3,
                text=one.code,
                size=SMALL,
                turned=True,
                anchor="end",
                colour="soft",
            )


def _outline(endpoint: Endpoint, ordered: Sequence[Change], frame: Frame, scale: Scale, step: float) -> Iterator[Mark]:
    """Draw very many bars as an area on either side of no change."""
    sign, zero = sign_of(endpoint), scale.at(0)
    for side in (1, -1):
        some = [(number, one) for number, one in enumerate(ordered) if one.change * side > 0]
        if some:
            left, right = (
                frame.left + 4 + step * (number + after) for number, after in ((some[0][0], 0), (some[-1][0], 1))
            )
            tops = tuple(
                (frame.left + 4 + step * (number + after), scale.at(one.change))
                for number, one in some
                for after in (0, 1)
            )
            fill = "line" if not sign else "better" if side == sign else "worse"
            yield Area(places=((left, zero), *tops, (right, zero)), fill=fill, opacity=1)


def _keys(endpoint: Endpoint, ordered: Sequence[Change]) -> Iterator[Key]:
    sign = sign_of(endpoint)
    if any(one.change * sign > 0 for one in ordered):
        yield parts.BETTER
    if any(one.change * sign < 0 for one in ordered):
        yield parts.WORSE
