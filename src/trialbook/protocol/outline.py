"""The schedule of assessments: who asks what at which visit, as a grid and as a page to print."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Literal

from trialbook.protocol.amendments import Change, compare_studies
from trialbook.protocol.fingerprint import fingerprint
from trialbook.protocol.model import Form, Study, Text, Visit

__all__ = [
    "Change",
    "FormRow",
    "Mark",
    "Outline",
    "RoleRows",
    "VisitColumn",
    "compare_studies",
    "fingerprint",
    "grid",
    "to_html",
    "to_text",
]

Mark = Literal["due", "conditional", ""]
SIGNS: dict[Mark, str] = {"due": "●", "conditional": "○", "": ""}
MEANINGS: dict[Mark, str] = {"due": "due", "conditional": "due where its condition holds", "": ""}
Translate = Callable[[str], str]
"""Turns an English text into the language of a reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitColumn:
    """A planned visit."""

    id: str
    label: str
    day: int
    first: int
    """First study day of the window."""
    last: int
    optional: bool

    @property
    def window(self) -> str:
        """Write the days of the window: `25 to 31`."""
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """A form, with a mark for each visit."""

    id: str
    label: str
    marks: tuple[Mark, ...]
    """One a visit; empty where the form is not tied to visits."""
    notes: tuple[str, ...]
    """Order, repetition and condition, each a short phrase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRows:
    """The forms that the same roles answer."""

    label: str
    blind: bool
    rows: tuple[FormRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The schedule of assessments of a study."""

    title: str
    language: str
    invented: bool
    anchor: str
    """What study day 0 is."""
    visits: tuple[VisitColumn, ...]
    at_visits: tuple[RoleRows, ...]
    apart: tuple[tuple[str, tuple[RoleRows, ...]], ...]
    """Time (`Once`, `At any time`) -> forms that belong to no visit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """A study, and the language in which it is laid out."""

    study: Study
    language: str | None
    translate: Translate

    def say(self, text: Text) -> str:
        return self.study.say(text, self.language)


def grid(study: Study, *, language: str | None = None, translate: Translate = str) -> Outline:
    """Lay out the schedule of assessments of a study; without a language in the study's first."""
    visits = sorted(study.schedule.visits.values(), key=lambda visit: visit.order)
    to = _Writer(study=study, language=language, translate=translate)
    times = {"once": translate("Once"), "any time": translate("At any time")}
    apart = ((label, _groups(to, timing, visits)) for timing, label in times.items())
    return Outline(
        title=to.say(study.identity.title),
        language=language or study.identity.languages[0],
        invented=study.identity.data == "invented",
        anchor=_anchor(to),
        visits=tuple(_column(to, visit) for visit in visits),
        at_visits=_groups(to, "visits", visits),
        apart=tuple((label, groups) for label, groups in apart if groups),
    )


def to_text(outline: Outline) -> list[str]:
    """Write the schedule as lines of plain text, columns in line."""
    width = max((len(row.label) for group in _all_groups(outline) for row in group.rows), default=0) + 2
    heads = [visit.label for visit in outline.visits]
    lines = [outline.title, "", " " * (width + 2) + "  ".join(heads)]
    lines.append(" " * (width + 2) + "  ".join(f"day {visit.day}".ljust(len(visit.label)) for visit in outline.visits))
    for group in outline.at_visits:
        lines.append(_group_title(group))
        lines += [_line(row, heads, width) for row in group.rows]
    for time, groups in outline.apart:
        lines += ["", time]
        lines += [f"  {row.label} ({_group_title(group)})" for group in groups for row in group.rows]
    return [line.rstrip() for line in lines]


def to_html(outline: Outline) -> str:
    """Write the schedule as one self-contained page, for screens light or dark and for paper."""
    title = escape(outline.title)
    notice = '<p class="notice">Invented data: a demonstration, not a study.</p>' if outline.invented else ""
    return f"""<!doctype html>
<html lang="{escape(outline.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Schedule of assessments: {title}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<p class="kind">Schedule of assessments</p>
<h1>{title}</h1>
{notice}
{_table(outline)}
<p class="key"><span aria-hidden="true">●</span> due &emsp; <span aria-hidden="true">○</span> due where its
condition holds &emsp; Day 0 is {escape(outline.anchor)}.</p>
{"".join(_apart(time, groups) for time, groups in outline.apart)}
</main>
</body>
</html>
"""


def _anchor(to: _Writer) -> str:
    anchor, translate = to.study.schedule.anchor, to.translate
    if anchor.name == "enrolment":
        return translate("the day of enrolment")
    item = to.study.item(anchor.name)
    is_first = anchor.which == "first"
    said = translate("the first answer to “{item}”") if is_first else translate("the last answer to “{item}”")
    return said.format(item=to.say(item.label) or item.id)


def _column(to: _Writer, visit: Visit) -> VisitColumn:
    return VisitColumn(
        id=visit.id,
        label=to.say(visit.label) or visit.id,
        day=visit.day,
        first=visit.window.first,
        last=visit.window.last,
        optional=visit.optional,
    )


def _groups(to: _Writer, timing: str, visits: list[Visit]) -> tuple[RoleRows, ...]:
    """Group the forms of one timing by the roles that answer them, in the order of the file."""
    study = to.study
    forms = [form for form in study.forms.values() if form.timing == timing]
    by = dict.fromkeys(form.by for form in forms)
    return tuple(
        RoleRows(
            label=_roles(to, roles),
            blind=any(study.roles[role].blind for role in roles if role in study.roles),
            rows=tuple(_row(to, form, visits) for form in forms if form.by == roles),
        )
        for roles in by
    )


def _roles(to: _Writer, roles: tuple[str, ...]) -> str:
    if not roles:
        return to.translate("Any role that may record")
    names = [_role(to, role) for role in roles]
    return to.translate(" with ").join(name[:1].upper() + name[1:] for name in names)


def _role(to: _Writer, role: str) -> str:
    if role == "participant":
        return to.translate("participant")
    return (to.say(to.study.roles[role].label) if role in to.study.roles else "") or role


def _row(to: _Writer, form: Form, visits: list[Visit]) -> FormRow:
    due: Mark = "due" if form.when is None else "conditional"
    marks = tuple(due if visit.id in form.visits else "" for visit in visits) if form.timing == "visits" else ()
    return FormRow(id=form.id, label=_label(to, form.id), marks=marks, notes=tuple(_notes(to, form)))


def _notes(to: _Writer, form: Form) -> Iterator[str]:
    if form.after:
        yield to.translate("after {forms}").format(forms=", ".join(_label(to, other) for other in form.after))
    if form.repeating:
        yield to.translate("several rows")
    if form.same_rater:
        yield to.translate("same rater throughout")
    if form.when is not None:
        yield to.translate("where {condition}").format(condition=form.when)


def _label(to: _Writer, form: str) -> str:
    forms = to.study.forms
    return to.say(forms[form].label) or form if form in forms else form


def _all_groups(outline: Outline) -> Iterator[RoleRows]:
    yield from outline.at_visits
    for _, groups in outline.apart:
        yield from groups


def _group_title(group: RoleRows) -> str:
    return f"{group.label}, blinded" if group.blind else group.label


def _line(row: FormRow, heads: list[str], width: int) -> str:
    cells = "  ".join(SIGNS[mark].center(len(head)) for mark, head in zip(row.marks, heads, strict=True))
    notes = f"  ({'; '.join(row.notes)})" if row.notes else ""
    return f"  {row.label.ljust(width)}{cells}{notes}"


def _table(outline: Outline) -> str:
    heads = "".join(_visit_head(visit) for visit in outline.visits)
    groups = "".join(_group(group, len(outline.visits)) for group in outline.at_visits)
    if not outline.at_visits:
        return "<p>No form is tied to a visit.</p>"
    return (
        '<div class="scroll" role="region" aria-label="Forms by visit" tabindex="0"><table>'
        "<caption>Forms by visit; under each visit its planned study day and the days of its window</caption>"
        f'<thead><tr><th scope="col">Form</th>{heads}</tr></thead>{groups}</table></div>'
    )


def _visit_head(visit: VisitColumn) -> str:
    optional = '<span class="small">optional</span>' if visit.optional else ""
    return (
        f'<th scope="col">{escape(visit.label)}<span class="day">Day {_minus(str(visit.day))}</span>'
        f'<span class="small"><span class="spoken">window </span>{_minus(visit.window)}</span>{optional}</th>'
    )


def _minus(days: str) -> str:
    return days.replace("-", "\N{MINUS SIGN}")


def _group(group: RoleRows, columns: int) -> str:
    blind = ' <span class="blind">blinded</span>' if group.blind else ""
    head = f'<tr class="role"><th scope="rowgroup" colspan="{columns + 1}">{escape(group.label)}{blind}</th></tr>'
    return f"<tbody>{head}{''.join(_form(row) for row in group.rows)}</tbody>"


def _form(row: FormRow) -> str:
    notes = f'<span class="small">{escape("; ".join(row.notes))}</span>' if row.notes else ""
    return f'<tr><th scope="row">{escape(row.label)}{notes}</th>{"".join(_cell(mark) for mark in row.marks)}</tr>'


def _cell(mark: Mark) -> str:
    if not mark:
        return "<td></td>"
    return f'<td><span aria-hidden="true">{SIGNS[mark]}</span><span class="spoken">{MEANINGS[mark]}</span></td>'


def _apart(time: str, groups: tuple[RoleRows, ...]) -> str:
    rows = "".join(_apart_row(group, row) for group in groups for row in group.rows)
    return f"<section><h2>{escape(time)}</h2><ul>{rows}</ul></section>"


def _apart_row(group: RoleRows, row: FormRow) -> str:
    said = "; ".join((_group_title(group), *row.notes))
    return f'<li>{escape(row.label)}<span class="small">{escape(said)}</span></li>'


STYLE = """
:root { color-scheme: light dark; --ink: #1a1f26; --soft: #5b6571; --line: #d7dce2; --page: #ffffff;
  --band: #f2f5f8; --mark: #0b5c8a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf1; --soft: #a3adb9; --line: #3a434e; --page: #14181d;
  --band: #1e242b; --mark: #7cc4ee; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", "Noto Sans", "Noto Sans CJK TC", sans-serif; }
main { max-width: 90rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1.25rem; text-wrap: balance; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
.kind { margin: 0; color: var(--soft); }
.notice { border-left: .25rem solid #b3261e; padding: .25rem .75rem; background: var(--band); }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: .15rem solid var(--mark); outline-offset: .15rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: .5rem; }
th, td { padding: .4rem .7rem; border-bottom: 1px solid var(--line); text-align: center; vertical-align: top;
  min-width: 5rem; }
th { font-weight: 600; }
thead th { vertical-align: bottom; border-bottom-width: 2px; }
th:first-child { text-align: left; position: sticky; left: 0; background: var(--page); min-width: 13rem;
  max-width: 22rem; }
tbody th[scope="row"] { font-weight: 400; }
.role th { background: var(--band); }
.day, .small { display: block; font-weight: 400; color: var(--soft); font-size: .82em; }
thead .day, thead .small { white-space: nowrap; }
tbody .small, li .small { overflow-wrap: anywhere; }
.blind { font-weight: 400; border: 1px solid currentcolor; border-radius: .75rem; padding: 0 .5em; font-size: .8em; }
td { color: var(--mark); }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.key { color: var(--soft); font-size: .9rem; }
ul { margin: 0; padding-left: 1.2rem; } li { margin-bottom: .35rem; }
@media print { :root { color-scheme: light; --ink: #000; --soft: #333; --line: #999; --page: #fff; --band: #eee;
  --mark: #000; } main { max-width: none; padding: 0; } .scroll { overflow: visible; }
  th, td { min-width: 0; padding: .2rem .2rem; font-size: 7.5pt; }
  thead .day, thead .small { white-space: normal; } th:first-child { position: static; min-width: 6rem; }
  tr { break-inside: avoid; } @page { size: A4 landscape; margin: 12mm; } }
"""
