"""Deviations by group: visits, eligibility, consent, doses, background treatment, order of forms, raters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from trialbook.analysis.deviations import groups_in
from trialbook.analysis.results import Result
from trialbook.analysis.screening import list_screening
from trialbook.conduct.casebook import VISIT_FORM
from trialbook.conduct.deviations import AFTER_LIMIT, AGAINST, KINDS, Group, forms_against
from trialbook.render.document import Block, Items, Paragraph, Section
from trialbook.render.inline import Line, join
from trialbook.render.numbers import ABSENT, MINUS
from trialbook.render.table import Column, Row, Table
from trialbook.report.assessments import form_name
from trialbook.report.one_by_one import MANY
from trialbook.report.phrases import capital, listed, several
from trialbook.report.quote import Notes, cell, footnotes
from trialbook.report.run import Listed, Rows, Run, as_mappings
from trialbook.report.screening import judged_by
from trialbook.report.sentences import own_line
from trialbook.report.told import Of, answered_by, day_form, form_in, forms_of, leading, told

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets

DEVIATIONS = "deviations"
TITLES: Mapping[Group, str] = {
    "visit": "Visits", "eligibility": "Eligibility", "consent": "Consent", "dose": "Doses",
    "constancy": "Background treatment", "order": "Order of forms", "rater": "Raters",
    "blinding": "Unblinding",
}  # fmt: skip
NOTHING_RECORDED: Mapping[Group, str] = {
    "visit": "No date of any visit is recorded; whether visits were in their windows is not known.",
    "eligibility": "Nothing is dated, so that nobody can tell what was known at enrolment.",
    "consent": "No date of a consent, a visit or a dose is recorded.",
    "dose": "No dose is recorded.",
    "constancy": "No background drug is recorded.",
    "order": "None of these forms is recorded.",
    "rater": "No rating is recorded.",
    "blinding": "No unblinding of anybody is recorded.",
}
"""Said in place of `None` where nothing was recorded in which a deviation could show."""
UNDATED, NO_DATE = "No date is recorded for these visits; whether they were in their windows is not known.", "no date"
GAPS_ONLY = (
    "No visit is recorded of this study, only facts about its participants: what follows says what this record lacks, "
    "not how the study was conducted."
)

VISIT_COLUMNS = {"visit": "Visit", "date": "Date", "day": "Study day", "window": "Window", "days_off": "Days off"}
COLUMNS = {
    "where": "Where", "date": "Date", "day": "Study day", "window": "Window", "days_off": "Days off",
    "planned": "Planned", "found": "Found",
}  # fmt: skip
WORDS = frozenset({"visit", "where", "planned", "found"})
"""Columns that may be broken over lines; dates may not."""
TIMED = frozenset({"early", "late", "missed", AFTER_LIMIT})
"""Kinds for which the window says something."""
COUNTS = ("n", "n_participants")


def deviations(run: Run) -> Section:
    """Return every group of deviations that the study could have: how many, and each with its entries."""
    own = own_line(run, DEVIATIONS)
    table = counts_table(run)
    blocks: list[Block] = [Paragraph(line=own)] if own else []
    blocks += [Paragraph(line=(GAPS_ONLY,))] if len(run.datasets.participants) and not run.is_followed() else []
    blocks += [table] if table else []
    groups = groups_in(run.datasets)
    found = {group: group_rows(run, group) for group in groups}
    none = [TITLES[group] for group in groups if not found[group] and _was_possible(run, group)]
    blocks += (
        [Paragraph(line=(f"No deviation was found in {listed([name.lower() for name in none], 'or')}.",))]
        if none
        else []
    )
    parts = (
        Section(id=f"deviations-{group}", title=TITLES[group], blocks=tuple(_group(run, group, found[group])))
        for group in groups
        if found[group] or not _was_possible(run, group)
    )
    return Section(id=DEVIATIONS, title="Deviations", blocks=tuple(blocks), sections=tuple(parts))


def group_rows(run: Run, group: Group) -> Rows:
    """Return the deviations of one group, by kind; a listing without groups tells of visits."""
    rows = [row for row in as_mappings(run.listing(DEVIATIONS)) if row[0].get("group", "visit") == group]
    kinds = list(KINDS[group])
    return sorted(rows, key=lambda row: kinds.index(str(row[0]["kind"])) if row[0]["kind"] in kinds else len(kinds))


def counts_table(run: Run) -> Table | None:
    """Return how many deviations of each kind there were, in how many participants; None where there were none."""
    notes: Notes = {}
    body: list[Row] = []
    for group in groups_in(run.datasets):
        kinds: dict[str, dict[str, Result]] = {}
        for row in run.quotes.of(DEVIATIONS, group):
            kinds.setdefault(row.level, {})[row.stat] = row
        rows = [
            Row(
                stub=(capital(kind),), level=1, cells=tuple(cell(run.quotes, stats.get(name), notes) for name in COUNTS)
            )
            for kind, stats in kinds.items()
            if stats["n"].value
        ]
        body += [Row(stub=(TITLES[group],), heading=True), *rows] if rows else []
    if not body:
        return None
    return Table(
        id="table-deviations", title="Deviations by kind", stub="Kind", body=tuple(body),
        columns=(Column(label="Deviations"), Column(label="Participants")), footnotes=footnotes(notes),
    )  # fmt: skip


def _was_possible(run: Run, group: Group) -> bool:
    """Tell whether anything is recorded in which a deviation of this group could show."""
    forms = set(run.datasets.observations["form"]) | set(run.datasets.events["form"])
    versions = run.datasets.versions
    recorded = [one.recorded.form for plan in versions for one in plan.treatments.values() if one.recorded]
    behind: Mapping[Group, set[str]] = {
        "visit": {"visit"},
        "dose": set(recorded),
        "constancy": set(recorded),
        "order": {form.id for plan in versions for form in plan.forms.values() if form.after},
        "rater": {form.id for plan in versions for form in plan.forms.values() if form.same_rater},
    }
    if group == "blinding":
        return bool(run.datasets.unblindings)
    return bool(behind[group] & forms) if group in behind else run.is_followed()


def _group(run: Run, group: Group, found: Rows) -> Iterator[Block]:
    """Yield the deviations of one group as a table; visits without a date are named, not listed row by row."""
    dated = [row for row in found if (group, row[0]["kind"]) != ("visit", NO_DATE)]
    if not found:
        yield Paragraph(line=(NOTHING_RECORDED[group],))
    if dated:
        yield _table(run, group, dated)
    if len(dated) < len(found):
        yield from undated(run, [row for row in found if row not in dated])


def undated(run: Run, found: Rows) -> Iterator[Block]:
    """Yield what is said of visits without a date: of each, or in one sentence where no visit has one."""
    if not any(entry.form == "visit" and entry.item == "date" for entry in run.entries.values()):
        yield Paragraph(line=(NOTHING_RECORDED["visit"],))
        return
    yield Paragraph(line=(UNDATED,))
    yield Items(lines=tuple(undated_lines(run, found)))


def undated_lines(run: Run, found: Rows) -> Iterator[Line]:
    """Yield for each visit the participants for whom no date of it is recorded."""
    people: dict[str, list[Line]] = {}
    for row, entries in found:
        code = str(row["participant"])
        people.setdefault(str(row["visit"]), []).append(leading(entries, code, of_deviation(run, row, entries)))
    for visit, codes in people.items():
        who = several(len(codes), "participant")
        yield (f"{run.visit_label(visit)}: {who} ", *join(codes), ".")


def _table(run: Run, group: Group, found: Rows) -> Table:
    columns = VISIT_COLUMNS if group == "visit" else COLUMNS
    shown = {name: label for name, label in columns.items() if any(_said(run, name, row) != ABSENT for row, _ in found)}
    body: list[Row] = []
    for kind in dict.fromkeys(str(row["kind"]) for row, _ in found):
        body.append(Row(stub=(_kind(group, kind),), heading=True))
        body += [_row(run, list(shown), row, entries) for row, entries in found if row["kind"] == kind]
    is_long = len(found) > MANY
    return Table(
        id=f"table-deviations-{group}", title=f"Deviations: {TITLES[group].lower()}", stub="Participant",
        columns=tuple(_column(name, label) for name, label in shown.items()), body=tuple(body),
        numbered=not is_long, folded=is_long,
    )  # fmt: skip


def _column(name: str, label: str) -> Column:
    return Column(label=label, align="left" if name in WORDS else "centre")


def _row(run: Run, names: list[str], row: Listed, entries: tuple[int, ...]) -> Row:
    """Write one deviation: that it is one tells of some forms, and some of its cells of others too."""
    code = str(row["participant"])
    of = of_deviation(run, row, entries)
    cells = tuple(told(_said(run, name, row), (*of, *forms_of(code, _rests_on(run, name, row)))) for name in names)
    return Row(stub=leading(entries, code, of), level=1, cells=cells)


def of_deviation(run: Run, row: Listed, entries: tuple[int, ...]) -> Of:
    """Return the forms without which nobody can tell that there is this deviation at all, study day 0 aside."""
    code, group, form = str(row["participant"]), row.get("group", "visit"), str(row.get("form") or "")
    if group == "visit":
        return forms_of(code, (VISIT_FORM, *(_limits(run, row) if row["kind"] == AFTER_LIMIT else ())))
    if group == "dose" and row["kind"] in AGAINST.values():
        return forms_of(code, (form, *(name for plan in run.datasets.versions for name in forms_against(plan, form))))
    if group in {"dose", "constancy", "rater"} or row["kind"] == "overridden":
        return forms_of(code, (form,))
    asked: tuple[str, ...] = (form,)
    if group == "eligibility":
        asked = _deciding(run.datasets).get(code, ())
    if group == "consent":
        asked = (form_in(run.study.consent), form or (VISIT_FORM if row["visit"] else ""))
    return tuple(dict.fromkeys((*forms_of(code, asked), *answered_by(run.entries, entries))))


@lru_cache(maxsize=4)
def _deciding(datasets: Datasets) -> Mapping[str, tuple[str, ...]]:
    """Return participant -> forms of the criteria that speak against them, or are unknown."""
    ids = {str(row[0]): f"{row[3]}, {row[4]}".split(", ") for row in list_screening(datasets).rows}
    by = {one: judged_by(datasets, one) for some in ids.values() for one in some}
    return {code: tuple(form for one in some if one for form in by[one]) for code, some in ids.items()}


def _limits(run: Run, row: Listed) -> Iterator[str]:
    """Yield the form of the day that a visit had to come before."""
    visit = run.study.schedule.visits.get(str(row["visit"]))
    yield form_in(visit.before.name if visit is not None and visit.before is not None else None)


def _rests_on(run: Run, name: str, row: Listed) -> Iterator[str]:
    """Yield the forms that one cell rests on beside those of its deviation."""
    group, kind = row.get("group", "visit"), row["kind"]
    if name in {"day", "window"} or (name == "days_off" and kind in {"early", "late"}):
        yield day_form(run.datasets, str(row["participant"]))
    if name in {"date", "day"} and group in {"order", "rater"}:
        yield VISIT_FORM
    if name == "planned" and kind == "other amount":
        given = (one for one in run.study.treatments.values() if one.recorded and one.recorded.form == row["form"])
        yield from (form_in(measured) for one in given for measured in (one.weight, one.height))


def _said(run: Run, name: str, row: Listed) -> str:
    """Write one cell of the listing for readers."""
    if name == "where":
        form = run.study.forms.get(str(row.get("form") or ""))
        repeat = f"no.\u00a0{row['repeat']}" if row.get("repeat") else ""
        parts = (run.visit_label(str(row["visit"] or "")), form_name(run, form) if form else "", repeat)
        return ", ".join(part for part in parts if part) or ABSENT
    value = row.get(name) if name != "window" or row["kind"] in TIMED else None
    if value is None or value == "" or (name == "days_off" and not value):
        return ABSENT
    if name == "visit":
        return run.visit_label(str(value))
    return f"{value:g}".replace("-", MINUS) if isinstance(value, float | int) else value


def _kind(group: Group, kind: str) -> str:
    return f"{capital(kind)}: {KINDS[group][kind]}" if kind in KINDS[group] else capital(kind)
