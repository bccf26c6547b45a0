"""The `visits` section: planned visits in order of their days, their windows, and names for several of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from trialbook.protocol.common_names import named
from trialbook.protocol.grammar import SECTIONS
from trialbook.protocol.model import Anchor, Schedule, Visit, Window
from trialbook.protocol.phrases import day_in_id, planned_day
from trialbook.protocol.reading import KeyPath, Notes, Raw, empty_part
from trialbook.protocol.suggest import listed, suggest

ONCE, ANY_TIME, ENROLMENT = "once", "any time", "enrolment"
RESERVED = frozenset({ONCE, ANY_TIME, ENROLMENT})
WHEREVER = Anchor(which="first", name=ENROLMENT)
EXACT = Window(first=0, last=0)


def read_schedule(raw: Raw, notes: Notes) -> Schedule:
    """Return the schedule; visits stand in the order of their days, however the file orders them."""
    planned: dict[str, Raw] = {
        **{f"week {week}": empty_part(SECTIONS["visit"]) for week in raw["weeks"] or ()},
        **(raw["planned"] or {}),
    }
    if not planned:
        notes.add("SCHED-10", ("visits",))
    visits = [_visit(name, part, raw["window"], notes) for name, part in planned.items()]
    visits.sort(key=lambda visit: (visit.day, visit.window.last, visit.window.first, visit.id))
    ordered = {visit.id: replace(visit, order=order) for order, visit in enumerate(visits)}
    _check_names((*ordered, *(raw["sets"] or ())), notes)
    sets = {
        name: expand(members or (), ordered, {}, ("visits", "sets", name), notes)
        for name, members in (raw["sets"] or {}).items()
    }
    return Schedule(anchor=raw["anchor"] or WHEREVER, visits=ordered, sets=sets, window=raw["window"])


def _visit(name: str, raw: Raw, tolerance: Window | None, notes: Notes) -> Visit:
    path = ("visits", "planned", name)
    day, window = _when(name, raw, tolerance, path, notes)
    return Visit(
        id=name,
        label=raw["label"] or named(name, notes.languages),
        order=0,
        day=day,
        window=window,
        optional=raw["optional"] is True,
        before=raw["before"],
    )


def _when(name: str, raw: Raw, tolerance: Window | None, path: KeyPath, notes: Notes) -> tuple[int, Window]:
    """Return the planned day and the window."""
    day = _day(name, raw, path, notes)
    if isinstance(raw["day"], Window):
        if raw["window"] is not None:
            notes.add("SCHED-06", (*path, "window"), visit=name)
        return day, raw["day"]
    around = raw["window"] or tolerance
    if around is None and not {(*path, "window"), ("visits", "window")} & notes.places.keys():
        notes.add("SCHED-05", path, visit=name)
    around = around or EXACT
    return day, Window(first=day + around.first, last=day + around.last)


def _day(name: str, raw: Raw, path: KeyPath, notes: Notes) -> int:
    """Return the planned day, which exactly one of the id, `day` and `week` says; an id may lie in a range.

    Where they differ and a `label` says what the visit is called, its id says no day.
    """
    stated = [days for days in (raw["day"], _in_days(raw["week"])) if days is not None]
    said = [days for days in (day_in_id(name), *stated) if days is not None]
    if stated and raw["label"] is not None and not _is_one_day(said):
        said = stated
    if not said and not {(*path, "day"), (*path, "week")} & notes.places.keys():
        notes.add("SCHED-02", path, visit=name)
    if not _is_one_day(said):
        notes.add("SCHED-03", path, visit=name)
    ranges = [days for days in said if isinstance(days, Window)]
    single = [days for days in said if isinstance(days, int)]
    return single[0] if single else planned_day(ranges[0]) if ranges else 0


def _is_one_day(said: Sequence[Window | int]) -> bool:
    """Tell whether days, and ranges of days, that are said of one visit fit each other."""
    ranges = [days for days in said if isinstance(days, Window)]
    single = [days for days in said if isinstance(days, int)]
    return len(set(single)) <= 1 and all(days.first <= day <= days.last for days in ranges for day in single)


def _in_days(week: int | None) -> int | None:
    return None if week is None else week * 7


def _check_names(names: Iterable[str], notes: Notes) -> None:
    """Note names that mean something else, that stand twice, or that the ids of results cannot tell apart."""
    seen: dict[str, str] = {}
    for name in names:
        section = "planned" if ("visits", "planned", name) in notes.places else "sets"
        plain = name.replace(" ", "_").casefold()
        if name in RESERVED:
            notes.add("SCHED-07", ("visits", section, name), name=name)
        elif plain in seen:
            notes.add("SCHED-11", ("visits", "sets", name), name=name, other=seen[plain])
        seen[plain] = name


def expand(
    refs: Iterable[str],
    visits: Mapping[str, Visit],
    sets: Mapping[str, tuple[str, ...]],
    path: KeyPath,
    notes: Notes,
    words: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """Return the visits that ids, names of sets and ranges mean together, each once, in order of the schedule.

    `words` are what might also have stood there.
    """
    found: set[str] = set()
    for number, ref in enumerate(refs):
        here = (*path, f"[{number}]")
        if ref in visits:
            found.add(ref)
        elif ref in sets:
            found.update(sets[ref])
        else:
            found.update(_range(ref, visits, (*words, *visits, *sets), here, notes))
    return tuple(name for name in visits if name in found)


def _range(
    ref: str, visits: Mapping[str, Visit], known: tuple[str, ...], path: KeyPath, notes: Notes
) -> tuple[str, ...]:
    """Return the visits from A to B, both included, in the order of the schedule."""
    first, is_range, last = ref.partition(" to ")
    unknown = [name for name in ((first, last) if is_range else (ref,)) if name not in visits]
    for name in unknown:
        notes.add("SCHED-01", path, visit=name, did_you_mean=suggest(name, known), visits=listed(known, most=30))
    if unknown:
        return ()
    low, high = visits[first].order, visits[last].order
    if low > high:
        notes.add("SCHED-08", path, range=ref)
    return tuple(visit.id for visit in visits.values() if low <= visit.order <= high)
