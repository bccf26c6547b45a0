"""Copies of a report for certain readers: how far back a number leads, and what of the entries a role may see.

What is left out is not in the file. A copy is made from the whole document, so that nothing is computed twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from trialbook.analysis.events import name_alone
from trialbook.analysis.results import Results, result_id
from trialbook.capture.ledger import Entry, cell_of
from trialbook.conduct.blinding import shown_forms, shows_cell
from trialbook.conduct.casebook import VISIT_FORM, Casebook, Cell
from trialbook.conduct.deviations import AGAINST, forms_needed
from trialbook.errors import Problem, TrialbookError
from trialbook.protocol.model import Role, Study
from trialbook.protocol.suggest import listed, suggest
from trialbook.render.document import Block, Document, Facts, Figure, Items, Paragraph, Section
from trialbook.render.evidence import Evidence, Fact, every_entry
from trialbook.render.inline import Line, Number, Part, Recorded
from trialbook.render.table import Table
from trialbook.report.numbers_index import ANCHOR
from trialbook.report.record import IMPORTED_BY, RECORDED_BY

Trace = Literal["none", "results", "participants", "full"]
"""How far back a number leads: nowhere, to its row, to participants and their values, to the entries with persons."""

HIDDEN = "(hidden)"
"""Stands for a recorded value that the reader may not see."""
ANY_ITEM = "?"
"""No item is called so."""
NO_FIGURE = "A figure is left out of this copy: “{title}” shows single values that “{role}” may not see."
LINK = re.compile(r"<a [^>]*>|</a>")
RECORDED = re.compile(r'<a class="n v"[^>]*>(.*?)</a>')
INDEX = ("appendix", "numbers")
"""Sections that say where numbers come from."""
NOTES: dict[Trace, str] = {
    "results": "A copy: each number with a dotted line leads to how it was computed, and not to the entries behind it.",
    "participants": (
        "A copy: each number with a dotted line leads to how it was computed and to the values behind it, and not to "
        "who recorded these, when and why."
    ),
}
FOR_ROLE = "A copy for “{role}”: what this role may not see is left out, also from what a number leads to."


class CopyError(TrialbookError):
    """No copy can be made for this reader."""

    exit_code = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom a copy is made."""

    trace: Trace | None = "full"
    """None: as deep as the page stays quick to open with."""
    role: str | None = None
    """A role of the study file; None for a reader who may see everything."""


EVERYBODY = Reader()
BY_SIZE = Reader(trace=None)
MOST_FACTS = 200_000
"""Entries behind a page up to which it holds who recorded them, when and why, where nobody says how much it holds."""
MANY_FACTS = (
    "{count} entries stand behind the numbers of this page, too many to hold here who made each, when and why: "
    "trialbook report STUDY --trace full writes a page with all of them, trialbook trace STUDY RESULT-ID shows some."
)


def copy_for(document: Document, reader: Reader, sight: Sight | None) -> Document:
    """Return the copy for a reader; `sight` is what `sight_for` returned for this one."""
    copy = document if sight is None else masked(document, sight)
    if reader.trace is not None:
        return capped(copy, reader.trace)
    return copy if (count := len(document.evidence.facts)) <= MOST_FACTS else lightened(copy, count)


def lightened(document: Document, count: int) -> Document:
    """Return the document with the values behind its numbers, but not who recorded them: the page would be too large.

    Nothing is hidden from anybody: who recorded stands in the record of the data as before.
    """
    evidence = document.evidence
    current = every_entry(evidence.behind)
    facts = tuple(_unsaid(fact) for fact in evidence.facts if fact.seq in current)
    note = f"{evidence.note} {MANY_FACTS.format(count=f'{count:,}')}".strip()
    return replace(document, evidence=replace(evidence, facts=facts, note=note))


def masked(document: Document, sight: Sight) -> Document:
    """Return the document without the single values that a role may not see."""
    return replace(
        _changed(document, lambda part: _veiled(part, sight), lambda block: _without(block, sight)),
        subtitle=f"{document.subtitle}; copy for “{sight.role}”",
        evidence=replace(_evidence_without(document.evidence, sight), note=FOR_ROLE.format(role=sight.role)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a role may not see, and what it may."""

    role: str
    """What the role is called."""
    hidden: Collection[int]
    """Entries."""
    seen: Collection[tuple[str, str]]
    """Participants and their forms."""
    alone: Collection[str]
    """What the ids of results begin with that are of one participant and a form which is hidden."""
    closed: Collection[str] = ()
    """What the ids of counts begin with that lead to nobody: who is counted would tell of a form which is hidden."""

    def shows(self, part: Recorded) -> bool:
        """Tell whether words may be read: where every form that they tell of may be, or every entry."""
        if part.of is None:
            return not any(seq in self.hidden for seq in part.entries)
        return all(one in self.seen for one in part.of)

    def is_withheld(self, result: str) -> bool:
        """Tell whether a result is left out: the number of one participant is no result of a group."""
        return result.rpartition(".")[0] in self.alone


def sight_for(
    reader: Reader, study: Study, casebooks: Mapping[str, Casebook], entries: Mapping[int, Entry]
) -> Sight | None:
    """Return what a reader's role may see, by the same rules as the site; None where a reader may see everything.

    CopyError where the role may see no results.
    """
    if reader.role is None:
        return None
    role = reader_role(study, reader.role)
    shown = {code: shown_forms(study, casebook, role.id) for code, casebook in casebooks.items()}

    def is_seen(participant: str, cell: Cell) -> bool:
        return shows_cell(study, role.id, shown.get(participant, ()), cell)

    hidden = {seq for seq, entry in entries.items() if not is_seen(entry.participant or "", cell_of(entry))}

    def may_read(participant: str, form: str) -> bool:
        # a role that sees everything is shown what this version of the study lacks only item by item
        return any(is_seen(participant, Cell("", form, "", item)) for item in ("", ANY_ITEM))

    forms = {VISIT_FORM, *study.forms, *(entry.form for entry in entries.values() if entry.form)}
    seen = {(code, form) for code in casebooks for form in forms if may_read(code, form)}
    name = study.say(role.label) or role.id
    return Sight(role=name, hidden=hidden, seen=seen, alone=withheld(study, shown), closed=closed(study, shown))


def withheld(study: Study, shown: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return what the ids of results begin with that are of one participant, and of a form not shown of this one."""
    counted = [form.id for form in study.forms.values() if form.events]
    return frozenset(name_alone(form, code) for code, forms in shown.items() for form in counted if form not in forms)


def closed(study: Study, shown: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return what the ids of counts begin with that rest on a form not shown: doses given against a result."""
    behind = {form for treatment in study.treatments.values() for form in forms_needed(study, treatment)}
    if all(behind <= set(forms) for forms in shown.values()):
        return frozenset()
    return frozenset(result_id("deviations", "dose", kind) for kind in AGAINST.values())


def results_for(results: Results, sight: Sight | None) -> Results:
    """Return the results that a reader may have: without those of one participant, of a form that is hidden."""
    return results if sight is None else Results(tuple(row for row in results if not sight.is_withheld(row.id)))


def reader_role(study: Study, name: str) -> Role:
    """Return the role that reads; CopyError where there is none, or where it sees no results or is blind."""
    role = study.roles.get(name)
    if role is None:
        near = suggest(name, study.roles)
        raise CopyError([Problem(code="REPORT-03", values={"role": name, "near": near, "known": listed(study.roles)})])
    if role.blind or not {"everything", "results"}.intersection(role.sees):
        raise CopyError([Problem(code="REPORT-04", values={"role": name})])
    return role


def capped(document: Document, trace: Trace) -> Document:
    """Return the document with its numbers leading no further than asked."""
    evidence = document.evidence
    if trace == "full":
        return document
    document = _changed(document, _unchanged, _without_people)
    if trace == "participants":
        current = every_entry(evidence.behind)
        facts = tuple(_unsaid(fact) for fact in evidence.facts if fact.seq in current)
        return replace(document, evidence=replace(evidence, facts=facts, note=_note(evidence, trace)))
    nothing = Evidence(zone=evidence.zone, facts=(), behind={}, derived={}, variables={})
    if trace == "results":
        rows = replace(nothing, behind=dict.fromkeys(evidence.behind, ()), note=_note(evidence, trace))
        return replace(_changed(document, _unrecorded, _same), evidence=rows)
    kept = tuple(section for section in document.sections if section.id not in INDEX)
    return replace(_changed(replace(document, sections=kept), _bare, _same), evidence=nothing)


def _unsaid(fact: Fact) -> Fact:
    """Return an entry without who recorded it, when, why and from where."""
    return Fact(
        seq=fact.seq, participant=fact.participant, visit=fact.visit, form=fact.form, repeat=fact.repeat,
        item=fact.item, act=fact.act, text="", value=fact.value,
        by="", at="", local="", reason="", file="", row="", column="",
        visit_id=fact.visit_id, cell=fact.cell,
    )  # fmt: skip


def _note(evidence: Evidence, trace: Trace) -> str:
    return f"{evidence.note} {NOTES[trace]}".strip()


def _unchanged(part: Part) -> Part:
    return part


def _without_people(block: Block) -> Block:
    """Leave out who recorded and imported, in the record of the data."""
    if isinstance(block, Facts):
        return replace(block, pairs=tuple(pair for pair in block.pairs if pair[0] != RECORDED_BY))
    if not isinstance(block, Table) or IMPORTED_BY not in (labels := [column.label for column in block.columns]):
        return block
    at = labels.index(IMPORTED_BY)
    rows = (replace(row, cells=(*row.cells[:at], *row.cells[at + 1 :])) for row in block.body)
    return replace(block, columns=(*block.columns[:at], *block.columns[at + 1 :]), body=tuple(rows))


def _bare(part: Part) -> Part:
    return part.text if isinstance(part, Number | Recorded) else part


def _unrecorded(part: Part) -> Part:
    return part.text if isinstance(part, Recorded) else part


def _same(block: Block) -> Block:
    return block


def _veiled(part: Part, sight: Sight) -> Part:
    """Hide words that tell of what is hidden; other words lead no more to hidden entries."""
    if isinstance(part, Number):
        return HIDDEN if sight.is_withheld(part.result_id) else part
    if not isinstance(part, Recorded):
        return part
    if not sight.shows(part):
        return HIDDEN
    kept = tuple(seq for seq in part.entries if seq not in sight.hidden)
    return part if len(kept) == len(part.entries) else replace(part, entries=kept)


def _without(block: Block, sight: Sight) -> Block:
    """Put words in the place of a figure that draws single hidden values; leave out rows of hidden results."""
    if isinstance(block, Table):
        rows = tuple(row for row in block.body if not sight.is_withheld(row.anchor.removeprefix(ANCHOR)))
        return block if len(rows) == len(block.body) else replace(block, body=rows)
    if not isinstance(block, Figure):
        return block
    values = (part for line in block.table.lines() for part in line if isinstance(part, Recorded))
    if any(seq in sight.hidden for seq in block.behind) or not all(sight.shows(value) for value in values):
        return Paragraph(line=(NO_FIGURE.format(title=block.title, role=sight.role),), kind="note")
    return block


def _evidence_without(evidence: Evidence, sight: Sight) -> Evidence:
    """Leave out hidden entries; what is behind a number names only entries that are shown."""
    hidden = sight.hidden
    derived = {
        name: tuple(value for value in values if not any(seq in hidden for seq in value.entries))
        for name, values in evidence.derived.items()
    }
    return replace(
        evidence,
        facts=tuple(fact for fact in evidence.facts if fact.seq not in hidden),
        behind={
            name: () if name.rpartition(".")[0] in sight.closed else tuple(seq for seq in seqs if seq not in hidden)
            for name, seqs in evidence.behind.items()
            if not sight.is_withheld(name)
        },
        derived=derived,
    )


Change = Callable[[Part], Part]


def _changed(document: Document, change: Change, swap: Callable[[Block], Block]) -> Document:
    """Return the document with every part of every line changed, and every block swapped before that."""
    return replace(document, sections=tuple(_section(section, change, swap) for section in document.sections))


def _section(section: Section, change: Change, swap: Callable[[Block], Block]) -> Section:
    return replace(
        section,
        blocks=tuple(_block(swap(block), change) for block in section.blocks),
        sections=tuple(_section(below, change, swap) for below in section.sections),
        paper=None if section.paper is None else _section(section.paper, change, swap),
    )


def _block(block: Block, change: Change) -> Block:
    match block:
        case Paragraph():
            return replace(block, line=_line(block.line, change))
        case Items():
            return replace(block, lines=tuple(_line(line, change) for line in block.lines))
        case Facts():
            return replace(block, pairs=tuple((name, _line(line, change)) for name, line in block.pairs))
        case Table():
            return _table(block, change)
        case Figure():
            svg = LINK.sub("", block.svg) if change is _bare else block.svg
            svg = RECORDED.sub(r"<g>\1</g>", svg) if change is _unrecorded else svg
            return replace(block, svg=svg, caption=_line(block.caption, change), table=_table(block.table, change))


def _table(table: Table, change: Change) -> Table:
    rows = (
        replace(row, stub=_line(row.stub, change), cells=tuple(_line(cell, change) for cell in row.cells))
        for row in table.body
    )
    return replace(table, body=tuple(rows), footnotes=tuple(_line(note, change) for note in table.footnotes))


def _line(line: Line, change: Change) -> Line:
    return tuple(map(change, line))


__all__ = [
    "BY_SIZE",
    "EVERYBODY",
    "CopyError",
    "Reader",
    "Trace",
    "capped",
    "copy_for",
    "masked",
    "reader_role",
    "results_for",
    "sight_for",
]
