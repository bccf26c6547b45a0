"""Table 1 one by one: each participant's characteristics as recorded, texts word for word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trialbook.analysis.derive import derive_baseline, derive_values
from trialbook.analysis.sets import enrolled
from trialbook.analysis.table_one import Told, is_counted, known_at_baseline
from trialbook.protocol.model import Derived, Item
from trialbook.protocol.unit_words import show_unit
from trialbook.render.inline import Line, Recorded, join, plain
from trialbook.render.numbers import ABSENT
from trialbook.render.table import Column, Row, Table
from trialbook.report.phrases import in_sentence
from trialbook.report.run import Run
from trialbook.report.shown import entry_text, recorded_or_plain, value_text, write_own
from trialbook.report.trace import by_participant

AT_BASELINE = "What was measured at visits is the value at baseline."
FEW = 6
"""Up to so many participants stand side by side, as in a journal; more stand one below another."""
MANY = 50
"""A table of more rows a participant is closed until asked for."""
SHORT = 32
"""Letters up to which an answer fits a narrow column."""

Values = Mapping[str, Mapping[str, Line]]
"""Name of Table 1 -> participant -> what is recorded."""


def tables_each(run: Run) -> tuple[Table, ...]:
    """Return the recorded values of Table 1 for everybody enrolled: side by side where few, else short and long apart.

    Empty where nobody was enrolled, the study file names no characteristic, or none was recorded.
    """
    values = {name: _recorded(run, name) for name in run.study.report.table_1 if any(run.quotes.of("baseline", name))}
    people = enrolled(run.datasets)
    if not any(any(person in found for person in people) for found in values.values()):
        return ()
    if len(people) <= FEW:
        return (_side_by_side(run, values, people),)
    long = [name for name, found in values.items() if any(len(plain(line)) > SHORT for line in found.values())]
    short = [name for name in values if name not in long]
    whole = "Participants one by one"
    parts = ((whole, "table-participants", short), (f"{whole}, in words", "table-participants-words", long))
    return tuple(
        _one_below_another(run, {name: values[name] for name in names}, people, anchor, title)
        for title, anchor, names in parts
        if names
    )


def heading(run: Run, name: str) -> str:
    """Write label and unit of an item or derived number; rows of a table and classes go by the name of their form."""
    item, form = run.study.item(name), run.study.forms[name.partition(".")[0]]
    label, whole = run.say(item.label) or item.id, run.say(form.label) or form.id
    if form.repeating and isinstance(item, Item):
        return whole
    if isinstance(item, Derived) and item.levels:
        return f"{whole}: {in_sentence(label)}"
    unit = show_unit(item.unit or "")
    return f"{label} ({unit})" if unit else label


def _side_by_side(run: Run, values: Values, people: tuple[str, ...]) -> Table:
    """Return characteristics as rows and participants as columns."""
    rows = (
        Row(stub=(heading(run, name),), cells=tuple(found.get(person, (ABSENT,)) for person in people))
        for name, found in values.items()
    )
    return Table(
        id="table-participants", title="Participants one by one", stub="Characteristic",
        columns=tuple(Column(label=person, align="left") for person in people), body=tuple(rows),
        footnotes=(_legend(values, people),),
    )  # fmt: skip


def _one_below_another(run: Run, values: Values, people: tuple[str, ...], anchor: str, title: str) -> Table:
    """Return participants as rows; closed until asked for where they are many."""
    rows = (
        Row(stub=(person,), cells=tuple(found.get(person, (ABSENT,)) for found in values.values())) for person in people
    )
    is_long = len(people) > MANY
    return Table(
        id=anchor, title=title, stub="Participant", body=tuple(rows), numbered=not is_long, folded=is_long,
        columns=tuple(
            Column(label=heading(run, name), align="left" if _is_words(run, name) else "right") for name in values
        ),
        footnotes=(_legend(values, people),),
    )  # fmt: skip


def _legend(values: Values, people: tuple[str, ...]) -> Line:
    has_gap = any(person not in found for found in values.values() for person in people)
    gap = f"{ABSENT} no value recorded. " if has_gap else ""
    return (f"{gap}{AT_BASELINE} Each value leads to its entries.",)


def _is_words(run: Run, name: str) -> bool:
    return is_counted(run.datasets, name)


def _recorded(run: Run, name: str) -> dict[str, Line]:
    """Return what each participant has, as recorded; for a derived number, as it was derived."""
    if is_counted(run.datasets, name):
        known = known_at_baseline(run.datasets, name).items()
        return {person: _told(run, run.study.item(name), found.told) for person, found in known if found.told}
    item = run.study.item(name)
    if isinstance(item, Derived):
        return dict(_derived(run, name, item))
    behind: dict[str, tuple[int, ...]] = {}
    for selector in dict.fromkeys(row.source for row in run.quotes.of("baseline", name) if not row.level):
        behind |= by_participant(run.datasets, selector)
    return {person: _answers(run, entries) for person, entries in behind.items()}


def _told(run: Run, item: Item | Derived, told: tuple[Told, ...]) -> Line:
    """Write the answers of one participant, each once: those of several rows as a list."""
    entries: dict[str, tuple[int, ...]] = {}
    for one in told:
        entries[one.text] = entries.get(one.text, ()) + one.seqs
    texts = {text: _label(run, item, text) for text in entries}
    is_choice = isinstance(item, Item) and item.kind == "choice"
    small = {
        text: in_sentence(label) if is_choice and place else label for place, (text, label) in enumerate(texts.items())
    }
    return join((recorded_or_plain(seqs, small[text]) for text, seqs in entries.items()), ", " if is_choice else "; ")


def _label(run: Run, item: Item | Derived, text: str) -> str:
    if isinstance(item, Derived):
        return run.say(item.levels[int(text)]) if text.isdecimal() and int(text) in item.levels else text
    return value_text(run.study, item, text)


def _answers(run: Run, entries: tuple[int, ...]) -> Line:
    return (Recorded(entries, "; ".join(entry_text(run.study, run.entries[seq]) for seq in entries)),)


def _derived(run: Run, name: str, item: Derived) -> Iterator[tuple[str, Line]]:
    decimals = item.decimals if item.decimals is not None else 1
    bases = derive_baseline(run.datasets, derive_values(run.datasets, name), name)
    for person, base, entries in bases.select("participant", "base", "base_seqs").drop_nulls().iter_rows():
        yield person, recorded_or_plain(sorted(entries), write_own(item, base, decimals))
