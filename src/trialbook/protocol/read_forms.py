"""The `forms` and `roles` sections: who answers which questions when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from trialbook.protocol.common_names import named, only
from trialbook.protocol.event_checks import own_checks
from trialbook.protocol.grammar import SECTIONS
from trialbook.protocol.model import Derived, EditCheck, Form, Guesses, Item, Recordings, Role, Schedule, Text
from trialbook.protocol.read_items import read_derived, read_questions
from trialbook.protocol.read_visits import ANY_TIME, ONCE, expand
from trialbook.protocol.reading import KeyPath, Notes, Raw, empty_part
from trialbook.protocol.suggest import listed, suggest

EVERYTHING = "everything"
PARTICIPANT = "participant"
"""Stands among the roles that answer a form: participants answer for themselves."""


class Scale(Protocol):
    """What is read of an instrument of the catalogue."""

    @property
    def title(self) -> str:
        """Name for people."""

    @property
    def items(self) -> tuple[Item, ...]:
        """Questions in order."""

    @property
    def derived(self) -> tuple[Derived, ...]:
        """Scores."""


Catalog = Mapping[str, Scale]


def default_roles() -> dict[str, Raw]:
    """Return the role of a file that names none: an investigator who does everything."""
    words: Raw = {"sees": (EVERYTHING,), "records": (EVERYTHING,), "signs": ("form", "visit", "participant")}
    return {"investigator": {**empty_part(SECTIONS["role"]), **words}}


def read_forms(
    raw_forms: Mapping[str, Raw],
    roles: Mapping[str, Raw],
    schedule: Schedule,
    missing: Mapping[str, Text],
    catalog: Catalog,
    notes: Notes,
) -> dict[str, Form]:
    """Return the forms in the order of the file."""
    forms: dict[str, Form] = {}
    for name, raw in raw_forms.items():
        path = ("forms", name)
        asked = _asked(raw, path, missing, catalog, notes)
        timing, visits = _timing(raw["at"] or (), schedule, (*path, "at"), notes)
        title = asked.pop("title", None)
        forms[name] = Form(
            id=name,
            label=raw["label"] or ({notes.languages[0]: title} if title else named(name, notes.languages)),
            timing=timing,
            visits=visits,
            by=answered_by(name, raw["by"], roles),
            repeating=raw["repeating"] is True,
            after=raw["after"] or (),
            complete=raw["complete"] or "required",
            when=raw["when"],
            instrument=raw["instrument"],
            checks=_checks(name, raw, asked["items"], notes),
            same_rater=raw["rater"] == "same throughout",
            events=raw["events"] is True,
            terms=raw["terms"] or "free",
            release=raw["release"] or "at once",
            recordings=_recordings(raw["recordings"]),
            guesses=None if raw["guesses"] is None else Guesses(**raw["guesses"]),
            **asked,
        )
    return forms


def _recordings(written: Any) -> Recordings | None:  # noqa: ANN401 - a word, or a section of keys
    """Return how a form is rated from recordings, of a word or of a section; None where the section is broken."""
    if not isinstance(written, dict):
        return None if written is None else Recordings(rated=written)
    return None if written["rated"] is None else Recordings(rated=written["rated"], codes=written["codes"] or "clip")


def _asked(raw: Raw, path: KeyPath, missing: Mapping[str, Text], catalog: Catalog, notes: Notes) -> dict[str, Any]:
    """Return items, groups and derived numbers, from the file or from the catalogue."""
    if raw["instrument"] is not None:
        return _from_catalog(raw["instrument"], (*path, "instrument"), catalog, notes)
    questions = read_questions(raw["items"] or {}, (*path, "items"), missing, notes)
    derived = read_derived(raw["derive"] or {}, questions, (*path, "derive"), notes)
    labels = questions.group_labels
    return {"items": questions.items, "groups": questions.groups, "group_labels": labels, "derived": derived}


def _from_catalog(name: str, path: KeyPath, catalog: Catalog, notes: Notes) -> dict[str, Any]:
    scale = catalog.get(name)
    if scale is None:
        notes.add("FORM-04", path, instrument=name, did_you_mean=suggest(name, catalog), instruments=listed(catalog))
        return {"items": {}}
    items = {item.id: _item_in(item, notes.languages) for item in scale.items}
    groups = {item.group: () for item in scale.items if item.group is not None}
    members = {group: tuple(item.id for item in scale.items if item.group == group) for group in groups}
    derived = {number.id: _number_in(number, notes.languages) for number in scale.derived}
    return {"title": scale.title, "items": items, "groups": members, "derived": derived}


def _item_in(item: Item, languages: Sequence[str]) -> Item:
    """Return an item of a scale in the languages of the study."""
    choices = {code: only(text, languages) for code, text in item.choices.items()}
    return replace(item, label=only(item.label, languages), help=only(item.help, languages), choices=choices)


def _number_in(number: Derived, languages: Sequence[str]) -> Derived:
    """Return a score of a scale in the languages of the study."""
    levels = {level: only(text, languages) for level, text in number.levels.items()}
    return replace(number, label=only(number.label, languages), levels=levels)


def _timing(refs: tuple[str, ...], schedule: Schedule, path: KeyPath, notes: Notes) -> tuple[Any, tuple[str, ...]]:
    """Return when a form is answered, and its visits."""
    words = [ref for ref in refs if ref in {ONCE, ANY_TIME}]
    if words and len(refs) > 1:
        notes.add("SCHED-12", path, word=words[0])
    if words:
        return words[0], ()
    words = [ONCE, ANY_TIME] if len(refs) == 1 else []
    return "visits", expand(refs, schedule.visits, schedule.sets, path, notes, tuple(words))


def _checks(form: str, raw: Raw, items: Mapping[str, Item], notes: Notes) -> tuple[EditCheck, ...]:
    """Return the edit checks of the file, and of a form of events those that go without saying."""
    written = (raw["checks"] or {}).items()
    checks = {name: EditCheck(id=name, when=part["when"] or "true", say=part["say"] or {}) for name, part in written}
    own = own_checks(form, items, notes.languages) if raw["events"] is True else ()
    return tuple(({check.id: check for check in own} | checks).values())


def answered_by(form: str, by: tuple[str, ...] | None, roles: Mapping[str, Raw]) -> tuple[str, ...]:
    """Return the roles that answer a form: those it names, else those that say that they record it."""
    if by is not None:
        return by
    return tuple(role for role, raw in roles.items() if {EVERYTHING, form}.intersection(raw["records"] or ()))


def read_roles(raw_roles: Mapping[str, Raw], forms: Mapping[str, Form], notes: Notes) -> dict[str, Role]:
    """Return the roles; one that does not say what it records records the forms that name it."""
    return {
        name: Role(
            id=name,
            label=raw["label"] or named(name, notes.languages),
            sees=raw["sees"] or (),
            hidden=raw["except"] or (),
            records=tuple(form.id for form in forms.values() if name in form.by)
            if raw["records"] is None
            else raw["records"],
            signs=raw["signs"] or (),
            rights=tuple(dict.fromkeys(raw["rights"] or ())),
            blind=raw["blind"] is True,
            identities=raw["identities"] is True,
            training=tuple(dict.fromkeys(raw["training"] or ())),
        )
        for name, raw in raw_roles.items()
    }
