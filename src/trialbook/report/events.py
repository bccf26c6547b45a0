"""Adverse events: counts by class and term, and every event as it was recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from trialbook.analysis.event_rows import (
    AT_EVENT,
    COUNTS_AS_SERIOUS,
    EMERGENT,
    INSIDE,
    MARKS,
    START_DAY,
    WHY_SERIOUS,
)
from trialbook.analysis.events import ALL, CLASS, NOT_ENROLLED, PARTICIPANT, REST, within
from trialbook.analysis.results import Listing, Result
from trialbook.conduct.safety import SERIOUS
from trialbook.protocol.event_items import item_for
from trialbook.protocol.model import Form, Item
from trialbook.render.inline import Line, Part
from trialbook.render.numbers import ABSENT, MINUS, show_plain, show_share
from trialbook.render.table import Column, Row, Table
from trialbook.report.one_by_one import MANY
from trialbook.report.phrases import capital, in_sentence
from trialbook.report.quote import Notes, cell, footnotes, interval
from trialbook.report.run import Listed, Run, as_mappings
from trialbook.report.shown import item_label, item_of, value_text
from trialbook.report.told import day_form, forms_of, leading, told

ADVERSE_EVENTS = "adverse_events"
COLUMNS = {
    "n_events": "Events", "n_serious": "Serious", "n_severe": "Grade 3 or more", "weeks": "Weeks followed",
    "rate": "Per 100 participant-weeks",
}  # fmt: skip
"""Statistic -> head of its column."""
HEADS = {
    "repeat": "No.", "day": "Study day", "visit": "Visit", EMERGENT: "Treatment-emergent", AT_EVENT: "Enrolment",
    START_DAY: "Study day", WHY_SERIOUS: "Why it is serious",
}  # fmt: skip
"""Column of a listing that is no item -> its head."""
HIDDEN = frozenset(MARKS) - {EMERGENT, AT_EVENT}
"""Marks that stand in no table: what they tell is in other columns."""
SAID = {AT_EVENT: INSIDE}
"""Column -> value that is not worth a word."""
DATED = frozenset({EMERGENT, START_DAY})
"""Columns that tell of study day 0 too."""
NARRATED = ("term", "onset", "grade", "relation", "expected", "action", "outcome", "end")
"""What is told of a serious event (ICH E3, 12.3.2)."""
TIMED = (
    "Per 100 participant-weeks: events that began in the time followed, by their recorded start; one whose start is "
    "not known counts."
)
COUNTED = "A participant with the same event twice counts once under participants. Percentages are of those enrolled."


def event_forms(run: Run) -> tuple[Form, ...]:
    """Return the forms whose rows are adverse events."""
    return tuple(form for form in run.study.forms.values() if form.events)


def events_table(run: Run, form: Form) -> Table | None:
    """Return participants and events, terms below their classes; None where no event was recorded."""
    notes: Notes = {}
    total = stats_of(run, form.id, ALL)
    if "n_events" not in total or not total["n_events"].value:
        return None
    found = [("Any event", 0, total)]
    found += ordered_levels(run, form)
    shown, why = _with_values(("n_events", "n_serious", "n_severe", "rate"), [stats for _, _, stats in found])
    body = tuple(_event_row(run, name, level, stats, shown, notes) for name, level, stats in found)
    return Table(
        id=f"table-events-{form.id}", title=f"{run.say(form.label) or form.id}: participants and events", stub="Event",
        columns=(Column(label="Participants, n (%)"), *(Column(label=COLUMNS[name]) for name in shown)), body=body,
        footnotes=((COUNTED,), *_timed(shown), *why, *footnotes(notes)),
    )  # fmt: skip


def each_table(run: Run, form: Form) -> Table | None:
    """Return how many events each participant had in the time followed; None where they are many, or had none."""
    people = _levels(run, f"{form.id}.{PARTICIPANT}")
    total = stats_of(run, form.id, ALL).get("n_events")
    if not people or total is None or not total.value:
        return None
    notes: Notes = {}
    found = {code: stats_of(run, f"{form.id}.{PARTICIPANT}", code) for code in people}
    shown, why = _with_values(("n_events", "weeks", "rate"), found.values())
    rows = tuple(
        Row(stub=(code,), cells=tuple(cell(run.quotes, stats.get(name), notes) for name in shown))
        for code, stats in found.items()
    )
    return Table(
        id=f"table-each-{form.id}", title=f"{run.say(form.label) or form.id} by participant", stub="Participant",
        columns=tuple(Column(label=COLUMNS[name]) for name in shown), body=rows,
        footnotes=(*_timed(shown), *why, *footnotes(notes)),
    )  # fmt: skip


def _timed(shown: Collection[str]) -> list[Line]:
    """Return what a rate counts, where the table has one."""
    return [(TIMED,)] if "rate" in shown else []


def _with_values(names: Iterable[str], found: Collection[Mapping[str, Result]]) -> tuple[tuple[str, ...], list[Line]]:
    """Return the statistics of which any row has a value, and why the others have none: their columns are left out."""
    rows = {name: [stats[name] for stats in found if name in stats] for name in names}
    empty = [name for name, results in rows.items() if all(row.value is None for row in results)]
    said = dict.fromkeys(row.error for name in empty for row in rows[name] if row.error)
    return tuple(name for name in rows if name not in empty), [(words,) for words in said]


def severity(run: Run, stats: Mapping[str, Result]) -> Iterator[Part]:
    """Yield how many events were serious, of grade 3 or more, and fatal, and of how many that is not known."""
    for name, words in (("n_serious", "serious"), ("n_severe", "of grade 3 or more")):
        row = stats.get(name)
        if row is not None:
            yield from ("; ", run.quotes.number(row), f" {'was' if row.value == 1 else 'were'} {words}", _unknown(row))
    died = stats.get("n_died")
    if died is not None:
        people = "participant" if died.value == 1 else "participants"
        yield from ("; ", run.quotes.number(died), f" {people} had a fatal event", _unknown(died))


def _unknown(row: Result) -> str:
    """Say of how many a count is not known; nothing where it is of all."""
    return f" ({in_sentence(row.warning.removesuffix('.'))})" if row.warning else ""


def outside_line(run: Run, form: str) -> Line:
    """Say how many further events were recorded of those who were not enrolled; empty where there are none."""
    stats = stats_of(run, f"{form}.{NOT_ENROLLED}", "")
    total, people = stats.get("n_events"), stats.get("n_participants")
    if total is None or people is None:
        return ()
    is_one = total.value == 1
    who = "participant who was" if people.value == 1 else "participants who were"
    return (
        "Not counted: ", run.quotes.number(total), f" {'event' if is_one else 'events'} of ",
        run.quotes.number(people), f" {who} not enrolled", *severity(run, stats), ".",
    )  # fmt: skip


def rate_line(run: Run, form: Form) -> Line:
    """Say how many events there were in which time, and how many began under treatment; empty where none is known."""
    stats = stats_of(run, form.id, ALL)
    rate, weeks, emerged, open_ = (stats.get(name) for name in ("rate", "weeks", "n_emergent", "n_emergent_unknown"))
    total, inside_time = stats.get("n_events"), stats.get("n_in_time")
    said: Line = ()
    if rate is not None and weeks is not None and rate.value is not None and total is not None and total.value:
        inside: Line = interval(run.quotes, stats.get("rate_low"), stats.get("rate_high"), {})
        level = show_share(run.study.analysis.confidence)
        began: Line = ("that is ",)
        if inside_time is not None and inside_time.value != total.value:
            verb = " of them began or may have: " if inside_time.value else " of them began: "
            began = (run.quotes.number(inside_time), verb)
        said = ("In ", run.quotes.number(weeks), " participant-weeks ", *began, run.quotes.number(rate),
                f" events per 100 participant-weeks ({level} CI ", *inside, "). ")  # fmt: skip
        said = (*said, f"{weeks.warning} ") if weeks.warning else said
    if emerged is not None and total is not None and total.value:
        is_all = emerged.value == total.value
        first, of_them = "All " if is_all and total.value != 1 else "", "" if is_all else " of them"
        said = (*said, first, run.quotes.number(emerged), f"{of_them} began on or after study day 0")
        untold: Line = ("; of ", run.quotes.number(open_), " that cannot be told") if open_ and open_.value else ()
        said = (*said, *untold, ".", *_before(run, stats))
    return said


def _before(run: Run, stats: Mapping[str, Result]) -> Iterator[Part]:
    """Yield how many of the events began before their participant was enrolled; nothing where none did."""
    before, serious = stats.get("n_before"), stats.get("n_before_serious")
    if before is None or not before.value:
        return
    yield from (" Of all, ", run.quotes.number(before), " began before enrolment")
    if serious is not None:
        yield from (", ", run.quotes.number(serious), " of these serious", _unknown(serious))
    yield "."


def ordered_levels(run: Run, form: Form) -> Iterator[tuple[str, int, dict[str, Result]]]:
    """Yield classes (0), each followed by its terms (1), in the order of the results; terms alone without classes.

    A term stands under every class that it has events in, counted there alone; events without a class stand last.
    """
    kind = item_for(form, "kind")
    levels = _levels(run, f"{form.id}.{CLASS}")
    classes = [] if levels == [REST] else levels
    for name in classes:
        yield _level_name(run, form, kind, name), 0, stats_of(run, f"{form.id}.{CLASS}", name)
        yield from _terms(run, form, within(form.id, name))
    if not classes:
        yield from _terms(run, form, form.id)


def _terms(run: Run, form: Form, variable: str) -> Iterator[tuple[str, int, dict[str, Result]]]:
    for term in _levels(run, variable):
        yield _level_name(run, form, item_for(form, "term"), term), 1, stats_of(run, variable, term)


def _level_name(run: Run, form: Form, item: Item | None, level: str) -> str:
    """Write a class or a term by its label; one that is not recorded by what was asked."""
    if item is None:
        return level
    if level == REST:
        return f"{item_label(run.study, form.id, item.id)}: not recorded"
    return value_text(run.study, item, level)


def stats_of(run: Run, variable: str, level: str) -> dict[str, Result]:
    """Return the counts of one class or term."""
    return {row.stat: row for row in run.quotes.of("events", variable) if row.level == level}


def listing_of(run: Run, form: Form) -> Listing | None:
    """Return the rows of an events form."""
    return run.listing(f"{ADVERSE_EVENTS}.{form.id}") or run.listing(ADVERSE_EVENTS)


def _levels(run: Run, variable: str) -> list[str]:
    return list(dict.fromkeys(row.level for row in run.quotes.of("events", variable) if row.level != ALL))


def listing_table(run: Run, form: Form) -> Table | None:
    """Return the recorded events one by one; None where there are none."""
    listing = listing_of(run, form)
    if listing is None:
        return None
    names = [name for name in listing.columns if name not in {"participant", START_DAY, WHY_SERIOUS, *HIDDEN}]
    shown = _filled(names, as_mappings(listing))
    rows = tuple(_each_row(run, form, shown, row, entries) for row, entries in as_mappings(listing))
    is_long = len(rows) > MANY
    return Table(
        id=f"table-listing-{form.id}", title=f"{run.say(form.label) or form.id}, one by one", stub="Participant",
        columns=tuple(_column(run, form, name) for name in shown), body=rows,
        numbered=not is_long, folded=is_long,
    )  # fmt: skip


def serious_table(run: Run, form: Form) -> Table | None:
    """Return the serious events one by one, each with what came of it and why it is one; None where there are none.

    What ICH E3, 12.3.2, asks of each, as far as the form holds it.
    """
    listing = as_mappings(listing_of(run, form))
    found = [(row, entries) for row, entries in listing if row.get(COUNTS_AS_SERIOUS) == "yes"]
    items = [item.id for meaning in NARRATED if (item := item_for(form, meaning)) is not None]
    names = [
        name for name in (*items[:1], START_DAY, *items[1:], AT_EVENT, WHY_SERIOUS) if found and name in found[0][0]
    ]
    shown = _filled(names, found)
    rows = tuple(_each_row(run, form, shown, row, entries) for row, entries in found)
    is_long = len(rows) > MANY
    return Table(
        id=f"table-serious-{form.id}", title=f"{run.say(form.label) or form.id}: serious ones", stub="Participant",
        columns=tuple(_column(run, form, name) for name in shown), body=rows, numbered=not is_long, folded=is_long,
    ) if rows else None  # fmt: skip


def _filled(names: Iterable[str], rows: Iterable[tuple[Listed, tuple[int, ...]]]) -> list[str]:
    """Return the columns in which any row tells something; that somebody was enrolled goes without saying."""
    told = {
        name for row, _ in rows for name, value in row.items() if value not in {None, ""} and value != SAID.get(name)
    }
    return [name for name in names if name in told]


def _each_row(run: Run, form: Form, shown: Iterable[str], row: Listed, entries: tuple[int, ...]) -> Row:
    """Write one event: whose it is tells of the form too, and whether it began under treatment also of day 0."""
    code = str(row["participant"])
    of, dated = forms_of(code, (form.id,)), forms_of(code, (form.id, day_form(run.datasets, code)))
    cells = (told(_listed(run, form, name, row), dated if name in DATED else of) for name in shown)
    return Row(stub=leading(entries, code, of), cells=tuple(cells))


def _event_row(run: Run, name: str, level: int, stats: Mapping[str, Result], shown: Iterable[str], notes: Notes) -> Row:
    people, percent = stats.get("n_participants"), stats.get("percent")
    share: Line = (" (", run.quotes.number(percent), ")") if percent is not None and percent.value is not None else ()
    others = (cell(run.quotes, stats.get(one), notes) for one in shown)
    return Row(stub=(name,), level=level, cells=((*cell(run.quotes, people, notes), *share), *others))


def _column(run: Run, form: Form, name: str) -> Column:
    """Head a column; only words may be broken over lines, dates may not."""
    if name not in form.items:
        return Column(
            label=HEADS.get(name, name.replace("_", " ").capitalize()),
            align="left" if name == WHY_SERIOUS else "centre",
        )
    is_words = form.items[name].kind in {"text", "choice"}
    return Column(label=item_label(run.study, form.id, name), align="left" if is_words else "centre")


def _listed(run: Run, form: Form, name: str, row: Listed) -> str:
    value = row[name]
    if name == SERIOUS and value != "yes" and row.get(COUNTS_AS_SERIOUS) == "yes":
        return f"{_listed(run, form, name, {name: value})}, but counts as serious"
    if value is None or value == "" or value == SAID.get(name):
        return ABSENT
    if isinstance(value, str) and name in form.items:
        return value_text(run.study, item_of(run.study, form.id, name), value)
    return capital(value) if name in MARKS and isinstance(value, str) else _plain(value)


def _plain(value: str | float | None) -> str:
    if value is None or value == "":
        return ABSENT
    return (
        value.replace("-", MINUS)
        if isinstance(value, str) and value[:1] == "-"
        else value
        if isinstance(value, str)
        else show_plain(value)
    )
