"""The data as CSV files with their codebook: codes of participants, no free text, dates as study days."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from trialbook.analysis.frames import SAFETY_ONLY
from trialbook.capture.erasure import ERASED
from trialbook.conduct.blinding import may_see, shown_forms
from trialbook.conduct.casebook import NOTHING, Answer, Casebook, Cell
from trialbook.conduct.schedule import anchor_date, full_date, study_day
from trialbook.conduct.withdrawing import data_use_ended, kept_forms
from trialbook.protocol.model import Item, Study
from trialbook.render.to_csv import cell
from trialbook.web.outcome.derived_lines import COMPUTED, DERIVED, derived_lines, rule_of
from trialbook.web.outcome.wordless import words

STILL = (1980, 1, 1, 0, 0, 0)
"""Time of every file within an archive: the same data give the same bytes."""
PARTICIPANTS = ("data", "participant", "site", "status", "enrolled_day", "ended_day")
ANSWERS = ("data", "participant", "site", "visit", "day", "form", "repeat", "item", "value", "unit", "missing")
CODEBOOK = ("form", "form_label", "item", "label", "kind", "unit", "codes", "in_these_files")
CLOSED, WORDS, AS_RECORDED = "closed until the planned cut of the data", "left out: free text", "as recorded"
DAYS = "as study day; a date not known in full is left out"
ABOUT = """{title}
{data}

participants.csv  one row a participant; days are counted from study day 0
answers.csv       one row an answer, as it stands at entry {count} of the ledger; empty where it is not known;
                  missing is `erased` where its words were taken away since they identified a person
derived.csv       one row a number that is computed from answers, unrounded, as the report and the conditions of
                  the study file take it; `answered` of `of` answers are known, and the codebook has the rule for gaps
codebook.csv      what each item asks, its unit and codes, and what became of it in these files

No names, no free text and no dates: a date is the study day, and where a participant has no day 0 yet it is left out.
A value that begins like a formula has an apostrophe before it, so that no spreadsheet program runs it.
Plan: study file {fingerprint}.
{unused}{others}{closed}"""
UNUSED = "Participants who withdrew the consent to the use of their data and are left out: {count}.{kept}\n"
KEPT = {True: " Their adverse events are kept.", False: ""}
OTHER = "Site {site} works by another version, by which its participants are read here: {version}.\n"


def data_archive(
    study: Study,
    casebooks: Mapping[str, Casebook],
    *,
    role: str | None,
    closed: Collection[str],
    count: int,
    plans: Mapping[str, Study] = NOTHING,
) -> bytes:
    """Return a ZIP archive of what a role may see, of casebooks masked for it.

    `plans` are the versions of single sites, by which the days and answers of their participants are read, and by
    which the role sees forms of theirs.
    """
    free = words(study, *plans.values())
    by_plan = [(study.version_at(one.site, plans), one) for one in used(study, casebooks)]
    unused = sum(data_use_ended(one) is not None for one in casebooks.values())
    lines = [line for plan, book in by_plan for line in answer_lines(plan, book, free, closed)]
    about = ABOUT.format(
        title=study.say(study.identity.title), count=count, fingerprint=study.fingerprint,
        others="".join(OTHER.format(site=site, version=one.fingerprint) for site, one in sorted(plans.items())),
        unused=UNUSED.format(count=unused, kept=KEPT[study.withdrawal.keeps_safety]) if unused else "",
        data="Invented data: no real participant." if study.identity.data == "invented" else "Data of participants.",
        closed=f"Closed until the planned cut of the data: {', '.join(sorted(closed))}.\n" if closed else "",
    )  # fmt: skip
    files = {
        "about.txt": about.encode(),
        "participants.csv": table(PARTICIPANTS, (person_line(plan, book) for plan, book in by_plan)),
        "answers.csv": table(ANSWERS, lines),
        "derived.csv": table(DERIVED, (line for plan, book in by_plan for line in derived_lines(plan, book, closed))),
        "codebook.csv": table(
            CODEBOOK, [*codebook_lines(study, role, free, closed), *other_lines(study, plans, role, free, closed)]
        ),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, STILL), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def used(study: Study, casebooks: Mapping[str, Casebook]) -> Iterator[Casebook]:
    """Yield the casebooks that may be used; of somebody who withdrew the use of data only what the study file keeps."""
    kept = kept_forms(study)
    for book in casebooks.values():
        if data_use_ended(book) is None:
            yield book
        elif kept:
            answers = {cell: answer for cell, answer in book.answers.items() if cell.form in kept}
            yield replace(book, answers=answers)


def with_erased(
    study: Study,
    casebooks: Mapping[str, Casebook],
    role: str | None,
    answers: Mapping[str, Sequence[object]],
    plans: Mapping[str, Study] = NOTHING,
) -> Mapping[str, Casebook]:
    """Return masked casebooks with the code `erased` where an answer lost its words; of forms that the role is shown.

    `answers` are the columns of a book, `plans` the versions of single sites.
    """
    rows = (dict(zip(answers, row, strict=True)) for row in zip(*answers.values(), strict=True))
    found: dict[str, dict[Cell, Answer]] = {}
    for row in (row for row in rows if row["missing"] == ERASED):
        cell = Cell(*(str(row[name]) for name in ("visit", "form", "repeat", "item")))
        found.setdefault(str(row["participant"]), {})[cell] = Answer(text="", value=None, missing=ERASED)
    return {
        code: _erased(study.version_at(book.site, plans), book, role, found.get(code, {}))
        for code, book in casebooks.items()
    }


def _erased(study: Study, book: Casebook, role: str | None, gone: Mapping[Cell, Answer]) -> Casebook:
    shown = shown_forms(study, book, role) if gone else frozenset()
    answers = {cell: answer for cell, answer in gone.items() if cell.form in shown}
    return replace(book, answers={**book.answers, **answers}) if answers else book


def table(head: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """Write rows as CSV, UTF-8, safe to open with a spreadsheet program."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([cell(None if one is None else str(one)) for one in line] for line in lines)
    return stream.getvalue().encode()


def person_line(study: Study, book: Casebook) -> tuple[object, ...]:
    """Return the row of a participant."""
    anchor = anchor_date(study, book)
    days = (day_of(text, anchor) for text in (book.enrolled_on, book.ended_on))
    status = book.status if data_use_ended(book) is None else SAFETY_ONLY
    return (study.identity.data, book.participant, book.site, status, *days)


def day_of(text: str | None, anchor: date | None) -> int | None:
    """Return a date as study day; None where the date or day 0 is not known in full."""
    on = full_date(text) if text else None
    return None if on is None or anchor is None else study_day(on, anchor)


def answer_lines(
    study: Study, book: Casebook, free: Collection[tuple[str, str]], closed: Collection[str]
) -> Iterator[tuple[object, ...]]:
    """Yield the row of each answer that may leave the site, in the order of the study file."""
    anchor, visits = anchor_date(study, book), list(study.schedule.visits)

    def place(found: Cell) -> tuple[object, ...]:
        form = study.forms[found.form]
        order = visits.index(found.visit) if found.visit in visits else len(visits)
        return list(study.forms).index(form.id), order, found.visit, found.repeat, list(form.items).index(found.item)

    told = [one for one in book.answers if one.form in study.forms and one.item in study.forms[one.form].items]
    for one in sorted(told, key=place):
        if (one.form, one.item) in free or one.form in closed:
            continue
        item, answer = study.forms[one.form].items[one.item], book.answers[one]
        value = day_of(answer.value, anchor) if item.kind == "date" and answer.value != "never" else answer.value
        on = book.visit_date(one.visit) if one.visit else None
        day = None if on is None or anchor is None else study_day(on, anchor)
        unit = "study day" if item.kind == "date" else answer.unit or item.unit
        head = (study.identity.data, book.participant, book.site, one.visit, day, one.form, one.repeat, one.item)
        yield (*head, value, unit, answer.missing)


def codebook_lines(
    study: Study, role: str | None, free: Collection[tuple[str, str]], closed: Collection[str]
) -> Iterator[tuple[object, ...]]:
    """Yield what each item of the forms that the role sees asks, and what became of it."""
    for form in (one for one in study.forms.values() if may_see(study, role, one.id)):
        for item in form.items.values():
            codes = "; ".join(f"{code}={study.say(text)}" for code, text in item.choices.items())
            label, named = study.say(item.label), study.say(form.label)
            made = fate(form.id, item, free, closed)
            yield (form.id, named, item.id, label, item.kind, item.unit, codes, made)
        for derived in form.derived.values():
            levels = "; ".join(f"{level}={study.say(text)}" for level, text in derived.levels.items())
            made = CLOSED if form.id in closed else COMPUTED
            head = (form.id, study.say(form.label), derived.id, study.say(derived.label))
            yield (*head, rule_of(derived), derived.unit, levels, made)


def other_lines(
    study: Study,
    plans: Mapping[str, Study],
    role: str | None,
    free: Collection[tuple[str, str]],
    closed: Collection[str],
) -> Iterator[tuple[object, ...]]:
    """Yield the lines of the codebook that single sites have otherwise, or alone, by their own version."""
    known = {*codebook_lines(study, role, free, closed)}
    for site, plan in sorted(plans.items()):
        for *asked, made in codebook_lines(plan, role, free, closed):
            if (*asked, made) not in known:
                yield (*asked, f"{made}; at site {site}, by its own version")


def fate(form: str, item: Item, free: Collection[tuple[str, str]], closed: Collection[str]) -> str:
    """Say what became of an item in the files."""
    if form in closed:
        return CLOSED
    if (form, item.id) in free:
        return WORDS
    return DAYS if item.kind == "date" else AS_RECORDED
