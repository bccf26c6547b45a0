"""The words of questionnaires: licensed ones stand in files of the site, our own short labels are never their place.

`wordings/haq-di.en.yaml` in the folder of a study holds the full text of an instrument, and who permitted its use;
`wordings/patient_global.en.yaml` may hold better words for a form of the study's own. Where the words of a form are
not there, a participant cannot answer it by themselves: it is typed from the licensed paper form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from trialbook.errors import Place, Problem
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Form, Item, Study
from trialbook.protocol.nodes import Unreadable, read_text

FOLDER = "wordings"
FILE_NAME = re.compile(r"(?P<name>[^.]+)\.(?P<language>[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\.yaml")

FREE: Mapping[str, str] = MappingProxyType(
    {"rand-36": "RAND gives it to everybody", "vas-10": "a plain scale, in nobody's ownership"}
)
"""Instruments whose licence, by the catalogue, asks for no permission -> why."""

LINES = frozenset({"vas-10"})
"""Instruments whose numbers are marks on a line."""

YES_NO: Mapping[str, tuple[str, str]] = MappingProxyType({"en": ("Yes", "No"), "zh-Hant": ("是", "否")})
"""Language -> the words for yes and no, of forms whose words are the study's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Who permitted the use of a wording, and when."""

    granted_by: str
    on: str
    """A day, `2026-03-14`."""
    covers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The words of one item."""

    text: str
    choices: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Code -> answer as printed; `yes` and `no` are codes too."""
    low: str = ""
    """What the low end of a line means."""
    high: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What is shown at a time: one item, or several that follow each other, with the words above them."""

    items: tuple[str, ...]
    stem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormWords:
    """All words of a questionnaire in one language."""

    name: str
    """Id of the instrument, or of the form of the study."""
    language: str
    title: str
    questions: Mapping[str, Question]
    screens: tuple[Screen, ...]
    version: str = ""
    source: str = ""
    permission: Permission | None = None
    instructions: str = ""
    recall: str = ""
    """The time that the questions are about."""
    notice: str = ""
    """Who owns the words, as the licence wants it said."""
    declined: str | None = None
    """Missing-data code for an answer that the participant prefers not to give."""
    file: str = ""
    """Empty for words of the study file."""
    digest: str = ""
    """SHA-256 of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One file of the folder, and what came of it."""

    file: str
    name: str
    language: str
    words: FormWords | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordings:
    """Every file of a study's folder of wordings."""

    files: tuple[Loaded, ...] = ()

    def of(self, name: str) -> tuple[Loaded, ...]:
        """Return the files for an instrument or a form."""
        return tuple(loaded for loaded in self.files if loaded.name == name)

    def find(self, name: str, language: str) -> Loaded | None:
        """Return the file in a language, None where there is none."""
        same = (loaded for loaded in self.of(name) if loaded.language.casefold() == language.casefold())
        return next(same, None)

    def languages(self, study: Study) -> tuple[str, ...]:
        """Return the languages of the study, and then the others in which a file is written."""
        others = (loaded.language for loaded in self.files if loaded.words is not None)
        return tuple(dict.fromkeys((*study.identity.languages, *others)))


def wordings_in(folder: Path, study: Study) -> Wordings:
    """Read every wording file of a study's folder; a file that did not change since is not read again."""
    paths = sorted((folder / FOLDER).glob("*.yaml"))
    return Wordings(files=tuple(load(path, study) for path in paths))


def load(path: Path, study: Study) -> Loaded:
    """Read one wording file."""
    try:
        stamp = path.stat()
    except OSError as error:
        problem = Problem(code="FILE-03", place=Place(file=path.name), values={"reason": str(error.strerror)})
        return Loaded(file=path.name, name="", language="", problems=(problem,))
    return _load(path, stamp.st_mtime_ns, stamp.st_size, _Plan(study))


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """A study as the key of what was read for it: its fingerprint says whether it is the same."""

    study: Study

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Plan) and other.study.fingerprint == self.study.fingerprint

    def __hash__(self) -> int:
        return hash(self.study.fingerprint)


@lru_cache(maxsize=64)
def _load(path: Path, changed: int, size: int, plan: _Plan) -> Loaded:
    """Read a file as it was at one moment."""
    from trialbook.web.wording_reading import parse_words

    del changed, size
    found = FILE_NAME.fullmatch(path.name)
    if found is None:
        problem = Problem(code="WORDS-01", place=Place(file=path.name))
        return Loaded(file=path.name, name="", language="", problems=(problem,))
    name, language = found["name"], found["language"]
    try:
        text = read_text(path)
    except Unreadable as refused:
        problem = replace(refused.problem, place=replace(refused.problem.place, file=path.name))
        return Loaded(file=path.name, name=name, language=language, problems=(problem,))
    words, problems = parse_words(text, file=path.name, name=name, language=language, study=plan.study)
    return Loaded(file=path.name, name=name, language=language, words=words, problems=problems)


# ---- what a file has to word ------------------------------------------------------------------------------------


def items_of(name: str, study: Study) -> Mapping[str, Item] | None:
    """Return the items of an instrument of the study, or of a form of its own; None where it has neither."""
    for form in study.forms.values():
        if form.instrument == name or (form.instrument is None and form.id == name):
            return form.items
    return None


def names_in(study: Study) -> tuple[str, ...]:
    """Return what can be worded for participants of a study: instruments by their names, own forms by theirs."""
    return tuple(dict.fromkeys(worded_by(form) for form in study.forms.values() if "participant" in form.by))


def worded_by(form: Form) -> str:
    """Return under which name the words of a form are kept."""
    return form.instrument or form.id


def needs_permission(name: str) -> bool:
    """Tell whether a wording may be used only with a permission."""
    return name in CATALOG and name not in FREE


def codes_of(item: Item) -> tuple[str, ...]:
    """Return the codes whose answers need words; none for an item that is not chosen from a list."""
    return ("yes", "no") if item.kind == "yes_no" else tuple(item.choices)


def is_line(name: str, item: Item) -> bool:
    """Tell whether an item is answered by a mark on a line."""
    return item.kind == "vas" or name in LINES


# ---- whether a participant can answer ---------------------------------------------------------------------------


def words_for(study: Study, wordings: Wordings, form: Form, language: str) -> FormWords | Problem:
    """Return the words in which a participant can answer a form by themselves, or why they cannot."""
    label = {"form": study.say(form.label)}
    if "participant" not in form.by:
        return Problem(code="WORDS-20", values=label)
    if form.repeating or form.timing != "visits":
        return Problem(code="WORDS-21", values=label)
    name = worded_by(form)
    loaded = wordings.find(name, language)
    if loaded is not None:
        return loaded.words or Problem(code="WORDS-25", values={**label, "file": loaded.file})
    if form.instrument is not None:
        values = {**label, "name": name, "language": language, "file": f"{name}.{language}.yaml"}
        return Problem(code="WORDS-22", values=values)
    return own_words(study, form, language)


def own_words(study: Study, form: Form, language: str) -> FormWords | Problem:
    """Return the words that the study file itself has for a form of its own, or what they lack."""
    lacking = [item.id for item in form.items.values() if not _is_worded(form, item, language)]
    if lacking or language not in form.label:
        values = {
            "form": study.say(form.label),
            "language": language,
            "items": ", ".join(lacking) or form.id,
            "file": f"{form.id}.{language}.yaml",
        }
        return Problem(code="WORDS-23", values=values)
    questions = {item.id: _own_question(item, language) for item in form.items.values()}
    return FormWords(
        name=form.id,
        language=language,
        title=form.label[language],
        questions=MappingProxyType(questions),
        screens=tuple(Screen(items=(item.id,), stem=_stem(form, item, language)) for item in form.items.values()),
    )


def _is_worded(form: Form, item: Item, language: str) -> bool:
    """Tell whether an item of the study file has all its words in a language; the ends of a line never have."""
    is_shown = item.kind not in {"vas", "yes_no"} or (item.kind == "yes_no" and language in YES_NO)
    words = (item.label_below, *item.choices.values(), *([] if item.group is None else [form.group_labels[item.group]]))
    return is_shown and all(language in text for text in words)


def _stem(form: Form, item: Item, language: str) -> str:
    """Return the heading above an item of the study file: that of its group, empty where it stands in none."""
    return "" if item.group is None else form.group_labels[item.group][language]


def _own_question(item: Item, language: str) -> Question:
    """Return the words of an item of the study file."""
    choices = {code: text[language] for code, text in item.choices.items()}
    if item.kind == "yes_no":
        choices = dict(zip(("yes", "no"), YES_NO[language], strict=True))
    return Question(text=item.label_below[language], choices=choices, hint=item.help.get(language, ""))


def problems_of(study: Study, wordings: Wordings) -> Iterator[tuple[str, str, Problem]]:
    """Yield name, language and problem for every form of participants that has no words in a language of the study."""
    for form in study.forms.values():
        for language in study.identity.languages if "participant" in form.by else ():
            found = words_for(study, wordings, form, language)
            if isinstance(found, Problem):
                yield worded_by(form), language, found
