"""From the text of a study file to a `Study`, with every mistake told at once where it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from trialbook.errors import Place, Problem, StudyFileError
from trialbook.protocol.eligibility_form import ELIGIBILITY, ask_criteria
from trialbook.protocol.fingerprint import canonical
from trialbook.protocol.grammar import SECTIONS, VERSION
from trialbook.protocol.model import Amending, Participants, Study, Text, Withdrawal
from trialbook.protocol.nodes import MapNode, ScalarNode, Unreadable, parse_nodes, read_text
from trialbook.protocol.read_forms import Catalog, answered_by, default_roles, read_forms, read_roles
from trialbook.protocol.read_plan import (
    read_analysis,
    read_arms,
    read_criteria,
    read_endpoints,
    read_identity,
    read_report,
    read_treatments,
)
from trialbook.protocol.read_visits import read_schedule
from trialbook.protocol.reading import Notes, Raw, empty_part, take, take_part

NO_CATALOG: Catalog = MappingProxyType({})
MISSING: Mapping[str, Mapping[str, str]] = MappingProxyType({"ND": {"en": "Not done"}, "NK": {"en": "Not known"}})


def read_study(path: Path, *, catalog: Catalog | None = None) -> Study:
    """Read a study file; StudyFileError carries every problem where there is an error among them.

    `catalog` holds the instruments that a form may name.
    """
    try:
        text = read_text(path)
    except Unreadable as stop:
        raise StudyFileError([stop.problem]) from None
    study, problems = parse_study(text, file=str(path), catalog=catalog)
    if study is None:
        raise StudyFileError(problems)
    return study


def parse_study(text: str, *, file: str, catalog: Catalog | None = None) -> tuple[Study | None, tuple[Problem, ...]]:
    """Return the study of a text, None where there is an error, and every problem in the order of the file."""
    from trialbook.protocol.check import check_study  # not needed, and not loaded, for a study file in a ledger

    study, notes, stops = _parse(text, file, catalog)
    if study is None:
        return None, stops
    found = {(problem.code, problem.place, *problem.values.items()): problem for problem in notes.problems}
    for problem in check_study(study, notes.places, {problem.place for problem in notes.problems}):
        found.setdefault((problem.code, problem.place, *problem.values.items()), problem)
    problems = tuple(sorted(found.values(), key=_in_file_order))
    return (None if any(problem.level == "error" for problem in problems) else study), problems


def read_adopted(text: str, *, file: str, catalog: Catalog | None = None) -> Study:
    """Read a study file that a ledger keeps, without checking its sense again.

    It was checked on the day it was adopted. A later version of the program may check more, and must still open it.
    StudyFileError where it cannot be read at all.
    """
    study, notes, stops = _parse(text, file, catalog)
    errors = [problem for problem in notes.problems if problem.level == "error"]
    if study is None or errors:
        raise StudyFileError(stops or errors)
    return study


def _parse(text: str, file: str, catalog: Catalog | None) -> tuple[Study | None, Notes, tuple[Problem, ...]]:
    """Return the study as far as it could be read, what was noted on the way, and what stopped the reading."""
    top, stops = parse_nodes(text, file=file)
    other = None if top is None else _other_version(top, file)
    if top is None or other is not None:
        return None, Notes(file=file, languages=()), stops if other is None else (other,)
    notes = Notes(file=file, languages=_languages(top))
    raw = take_part(top, SECTIONS["file"], (), notes)
    return replace(_study(raw, top, catalog or NO_CATALOG, notes), text=text), notes, ()


def _in_file_order(problem: Problem) -> tuple[int, int]:
    return problem.place.line or 0, problem.place.column or 0


def _other_version(top: MapNode, file: str) -> Problem | None:
    """Return a problem where the file is in another version of the language: nothing else in it can be judged."""
    written = top.get("trialbook")
    if not isinstance(written, ScalarNode) or not written.text or written.text == str(VERSION):
        return None
    place = Place(file=file, line=written.line, column=written.column)
    return Problem(code="STUDY-01", place=place, values={"written": written.text[:40], "version": str(VERSION)})


def _languages(top: MapNode) -> tuple[str, ...]:
    """Return the languages of the study, which the reading of every text needs; problems are told later."""
    study = top.get("study")
    written = study.get("languages") if isinstance(study, MapNode) else None
    key = SECTIONS["study"].key("languages")
    if written is None or key is None:
        return ("en",)
    languages: tuple[str, ...] = take(written, key.kind, (), Notes(file=""))
    return languages or ("en",)


def _study(raw: Raw, top: MapNode, catalog: Catalog, notes: Notes) -> Study:
    """Put the sections together; what is broken is left out or replaced, and was complained of."""
    roles: dict[str, Raw] = raw["roles"] or default_roles()
    missing = _missing(raw["missing"], notes)
    schedule = read_schedule(raw["visits"], notes)
    forms = read_forms(raw["forms"] or {}, roles, schedule, missing, catalog, notes)
    endpoints = read_endpoints(raw["endpoints"] or {}, forms, schedule, notes)
    eligibility = raw["eligibility"] or empty_part(SECTIONS["eligibility"])
    study = Study(
        language=VERSION,
        identity=read_identity(raw["study"]),
        schedule=schedule,
        forms=forms,
        analysis=read_analysis(raw["analysis"], notes),
        roles=read_roles(roles, forms, notes),
        arms=read_arms(raw["arms"] or {}, notes),
        consent=eligibility["consent"],
        criteria=tuple(read_criteria(eligibility)),
        treatments=read_treatments(raw["treatments"] or {}, notes),
        participants=Participants(**(raw["participants"] or {})),
        missing=missing,
        endpoints=endpoints,
        report=read_report(raw["report"], endpoints),
        withdrawal=_withdrawal(raw["withdrawal"] or empty_part(SECTIONS["withdrawal"])),
        amendments=_amending(raw["amendments"] or empty_part(SECTIONS["amendments"])),
        assumptions=tuple(sorted(notes.assumptions, key=lambda found: (found.where, found.why))),
        fingerprint=hashlib.sha256(canonical(top)).hexdigest(),
    )
    return ask_criteria(study, answered_by(ELIGIBILITY, None, roles))


def _withdrawal(raw: Raw) -> Withdrawal:
    return Withdrawal(keeps_safety=raw["safety"] == "kept")


def _amending(raw: Raw) -> Amending:
    return Amending(approval=raw["approval"] == "required", consent=raw["consent_again"])


def _missing(written: dict[str, Any] | None, notes: Notes) -> Mapping[str, Text]:
    """Return the missing-data codes; an empty mapping says that there are none."""
    if written is not None:
        return written
    return {code: {notes.languages[0]: text["en"]} for code, text in MISSING.items()}
