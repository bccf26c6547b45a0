"""What importing files would record, within the site, role and rights of who asks."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trialbook.capture.acts import Act, import_rows
from trialbook.capture.book import Book
from trialbook.capture.earlier import earlier_imports
from trialbook.capture.imports import plan_import
from trialbook.capture.ledger import Draft, read_draft
from trialbook.capture.people import likeness
from trialbook.capture.rows import Preview, Row, StatusRow
from trialbook.capture.shelf import View
from trialbook.conduct.blinding import shown_forms
from trialbook.conduct.casebook import VISIT_FORM, Casebook
from trialbook.errors import ActRefused, ImportRefused, Place, Problem
from trialbook.exchange.imports import rows_from
from trialbook.exchange.map_file import read_map
from trialbook.protocol.model import Study
from trialbook.web.actor import Actor, other_plans
from trialbook.web.imports.drafts import FILES, MAP_FILE, Waiting, folder_of
from trialbook.web.looking import shown_to

KEY_LENGTH = 24
"""Hexadecimal digits of what names a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A preview, and the hash of everything in it: accepted is what was shown, or nothing."""

    study: Study
    """The plan by which it is judged."""
    preview: Preview
    seen: str


def actor_for_files(actor: Actor, view: View, study_folder: Path, waiting: Waiting) -> Actor:
    """Return the asker with the plan by which an import is judged: the one in force at the sites that it concerns.

    ImportRefused where these work by different versions: no single one can judge it.
    """
    folder = folder_of(study_folder, waiting.key)
    paths = [folder / FILES / name for name in waiting.files]
    for at in at_plans(actor, view):
        import_map, _ = read_map(folder / MAP_FILE, at.study)
        if import_map is not None:
            extract = rows_from(at.study, import_map, paths)
            codes = {row.participant for row in extract.rows} | {row.participant for row in extract.statuses}
            if judge_of(actor, view, codes) is at.study:
                return at
    return actor


def at_plans(actor: Actor, view: View) -> tuple[Actor, ...]:
    """Return the asker at each plan that may judge what they import: their own first."""
    plans = {study.fingerprint: study for study in (actor.study, *other_plans(actor, view).values())}
    return tuple(replace(actor, study=study) for study in plans.values())


def judge_of(actor: Actor, view: View, codes: Collection[str]) -> Study:
    """Return the plan in force where these participants are; ImportRefused where there are several."""
    own = actor.grant.site if actor.grant is not None else None
    casebooks = {code: casebook for code, casebook in view.casebooks.items() if actor.reaches(casebook)}
    sites = {casebooks[code].site if code in casebooks else own for code in codes}
    plans = {view.study_of(site).fingerprint: view.study_of(site) for site in sites}
    if len(plans) > 1:
        told = ", ".join(sorted(site or "no site" for site in sites))
        raise ImportRefused([Problem(code="ACT-85", values={"sites": told})])
    return next(iter(plans.values()), actor.study)


def compare(actor: Actor, view: View, book: Book, study_folder: Path, waiting: Waiting) -> Compared:
    """Compare the files of an import with what the asker is shown of the ledger; nothing is recorded."""
    try:
        actor = actor_for_files(actor, view, study_folder, waiting)
    except ImportRefused as refused:
        return _compared(actor.study, Preview(problems=tuple(refused.problems)), folder_of(study_folder, waiting.key))
    folder = folder_of(study_folder, waiting.key)
    study, casebooks = actor.study, shown_to(actor, view)
    import_map, problems = read_map(folder / MAP_FILE, study)
    if import_map is None:
        return _compared(study, Preview(problems=problems), folder)
    extract = rows_from(study, import_map, [folder / FILES / name for name in waiting.files])
    problems = (*extract.problems, *_not_theirs(actor, casebooks, extract.rows, extract.statuses))
    may = [row for row in extract.rows if may_import(actor, row.form) or row.form not in _known(study)]
    planned = plan_import(
        study,
        casebooks,
        may,
        extract.statuses,
        earlier=earlier_imports(book.entries()),
        files=tuple(extract.files),
        whole=not extract.problems or not any(rule.statuses for rule in import_map.files),
    )
    problems = (*problems, *planned.problems, *_taken(view, casebooks, planned.asked))
    notes = (*extract.notes, *planned.notes)
    return _compared(study, replace(planned, blank=extract.blank, problems=problems, notes=notes), folder)


def may_import(actor: Actor, form: str) -> bool:
    """Tell whether the role imports answers of a form: it sees the form, and records it.

    A role that records no form at all, a data manager's, imports whatever it sees.
    """
    role = actor.study.roles.get(actor.role or "")
    if role is None or not actor.may("import", None if form == VISIT_FORM else form):
        return False
    return (form == VISIT_FORM or actor.sees(form)) and (not role.records or actor.may("record", form))


def _known(study: Study) -> frozenset[str]:
    return frozenset({*study.forms, VISIT_FORM})


def _not_theirs(
    actor: Actor, casebooks: Mapping[str, Casebook], rows: Iterable[Row], statuses: Sequence[StatusRow]
) -> Iterator[Problem]:
    """Yield each column into a form that the role may not import, or is not shown of a participant; and each status."""
    told: set[tuple[str, str, str]] = set()
    shown = {code: shown_forms(actor.study, casebook, actor.role) for code, casebook in casebooks.items()}
    for row in rows:
        is_held = row.form in _known(actor.study) and row.form not in shown.get(row.participant, {row.form})
        is_theirs = may_import(actor, row.form) or row.form not in _known(actor.study)
        if (is_held or not is_theirs) and (row.source_file, row.header, row.form) not in told:
            told.add((row.source_file, row.header, row.form))
            place = Place(file=row.source_file, line=row.source_row, header=row.header)
            yield Problem(code="SERVE-49", place=place, values={"form": row.form})
    if statuses and not actor.may("enrol"):
        first = statuses[0]
        yield Problem(code="SERVE-50", place=Place(file=first.source_file, line=first.source_row, header=first.header))


def _taken(view: View, casebooks: Mapping[str, Casebook], asked: Iterable[Draft]) -> Iterator[Problem]:
    """Yield new participants whose codes look like one that is there, though not shown: as where one is screened."""
    hidden = {likeness(code) for code in view.casebooks if code not in casebooks}
    for draft in asked:
        code = draft.participant or ""
        if draft.act == "screen" and likeness(code) in hidden:
            place = Place(file=draft.source_file, line=draft.source_row, participant=code)
            yield Problem(code="ACT-16", place=place, values={"participant": code, "like": code})


def _compared(study: Study, preview: Preview, folder: Path) -> Compared:
    """Return a preview without the names of folders, and with its hash."""
    cleaned = replace(
        preview,
        problems=tuple(_without_folder(one, folder) for one in preview.problems),
        notes=tuple(_without_folder(one, folder) for one in preview.notes),
    )
    old = [
        (change.old.seq if change.old is not None else 0, change.draft.participant)
        for change in (*preview.changes, *preview.kept)
    ]
    said = (
        [read_draft(draft) for draft in preview.asked],
        old,
        [one.old for one in (*preview.status_changes, *preview.status_kept)],
        (preview.new, preview.same, preview.blank),
        [(one.code, str(one.place)) for one in cleaned.problems],
    )
    return Compared(study=study, preview=cleaned, seen=hashlib.sha256(repr(said).encode()).hexdigest())


def _without_folder(problem: Problem, folder: Path) -> Problem:
    file = problem.place.file
    values = {name: Path(text).name if text.startswith(str(folder)) else text for name, text in problem.values.items()}
    return replace(problem, place=replace(problem.place, file=None if file is None else Path(file).name), values=values)


# ---- the act ----------------------------------------------------------------------------------------------------


def key_of(draft: Draft) -> str:
    """Return what names a change in a form: the same for the same place, whatever else the comparison shows."""
    place = (draft.participant, draft.visit, draft.form, draft.repeat, draft.item, draft.act)
    return hashlib.sha256(repr(place).encode()).hexdigest()[:KEY_LENGTH]


def act_of(actor: Actor, view: View, preview: Preview, reasons: Mapping[str, str], reason: str) -> Act:
    """Return the act that records all of a preview; ActRefused where a change has no reason.

    `reasons` holds the reasons of single changes by their `key_of`, `reason` that of all others.
    """
    changed = [*(one.draft for one in preview.changes), *(one.draft for one in preview.status_changes)]
    given = {id(draft): (reasons.get(key_of(draft), "") or reason).strip() for draft in changed}
    lacking = [draft for draft in changed if not given[id(draft)]]
    if lacking:
        raise ActRefused([Problem(code="SERVE-51", values={"count": str(len(lacking))})])
    asked = (
        replace(draft, site=_site_of(actor, view, draft), reason=given.get(id(draft), draft.reason))
        for draft in preview.asked
    )
    return import_rows(asked)


def _site_of(actor: Actor, view: View, draft: Draft) -> str | None:
    """Return the site of a participant whom the import brings in: that of the role, where it is granted for one."""
    if draft.participant in view.casebooks or actor.grant is None:
        return draft.site
    return actor.grant.site
