"""Bring the catalogues of translations up to date with what the site says, and compile them: `make messages`.

What is said stands in the templates, in the modules of the site, and in the wordings of problems that a page shows.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from trialbook.conduct.deviations import KINDS
from trialbook.conduct.safety import DEATHS, SIGNS

SOURCE = Path(__file__).parents[1] / "src" / "trialbook"
SITE = SOURCE / "web"
LANGUAGES = ("zh_Hant",)
SHOWN_WORDINGS = ("answers", "blinding", "conduct", "imports", "keeping", "ledger", "questionnaires", "serving")
"""Modules of `wording` whose problems a page of the site can show."""
LABELS = re.compile(r"\blabel=\"([^\"]+)\"")
"""What the reasons of a criterion are called that rest on no item."""
HEAD = "# What the site says, in {language}; docs/how-to/translate.md tells how to change it."
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
"""The date in the head of each catalogue: one date for all, so that a run that finds nothing new changes nothing."""
CALLS: dict[str, tuple[int, ...]] = {
    "_": (1,),
    "gettext": (1,),
    "gettext_lazy": (1,),
    "gettext_noop": (1,),
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
}
Text = str | tuple[str, ...]
"""A text, or a singular and a plural."""


def said() -> Iterator[tuple[Text, str]]:
    """Yield everything that the site says."""
    for path in sorted(SITE.rglob("*.py")):
        yield from ((text, name_of(path)) for text in calls_in(path.read_text(encoding="utf-8"), CALLS))
    for path in sorted((SITE / "templates").rglob("*.html")):
        code = templatize(path.read_text(encoding="utf-8"))
        flat = re.sub(r"^[ \t]+", "", code, flags=re.MULTILINE)
        yield from ((text, name_of(path)) for text in calls_in(flat, CALLS))
    for name in SHOWN_WORDINGS:
        path = SOURCE / "wording" / f"{name}.py"
        for argument in (1, 2):
            texts = calls_in(path.read_text(encoding="utf-8"), {"Wording": (argument,)})
            yield from ((text, name_of(path)) for text in texts)
    yield from said_below()


def said_below() -> Iterator[tuple[Text, str]]:
    """Yield what the rules of a study say by themselves, and pages translate: of deviations, events and criteria."""
    for kinds in KINDS.values():
        yield from ((text, "conduct/deviations.py") for text in kinds.values())
    yield from ((text, "conduct/safety.py") for text in {**SIGNS, **DEATHS}.values())
    path = SOURCE / "protocol" / "outline.py"
    yield from ((text, name_of(path)) for text in calls_in(path.read_text(encoding="utf-8"), {"translate": (1,)}))
    path = SOURCE / "conduct" / "screening.py"
    yield from ((text, name_of(path)) for text in LABELS.findall(path.read_text(encoding="utf-8")))


def calls_in(code: str, calls: dict[str, tuple[int, ...]]) -> Iterator[Text]:
    """Yield the texts that are handed to the functions that translate."""
    for _, function, arguments, _ in extract_python(
        io.BytesIO(code.encode()), dict.fromkeys(calls), [], {"encoding": "utf-8"}
    ):
        given = arguments if isinstance(arguments, (tuple, list)) else (arguments,)
        picked = tuple(str(given[place - 1] or "") for place in calls[str(function)] if len(given) >= place)
        if picked and all(picked):
            yield picked[0] if len(picked) == 1 else picked


def name_of(path: Path) -> str:
    """Return the name of a file from the root of the package."""
    return path.relative_to(SOURCE).as_posix()


def template() -> Catalog:
    """Return a catalogue of all that is said, without translations."""
    found = Catalog(charset="utf-8")
    for text, file in said():
        found.add(text, locations=[(file, 1)])
    return found


def catalogue_file(language: str) -> Path:
    """Return the file of translations into a language."""
    return SITE / "locale" / language / "LC_MESSAGES" / "django.po"


def read_catalogue(language: str) -> Catalog:
    """Return the translations into a language."""
    path = catalogue_file(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def give_head(catalogue: Catalog) -> None:
    """Write the same head at each run: a file changes only where a text or its translation does."""
    catalogue.header_comment = HEAD.format(language=catalogue.locale_identifier)
    catalogue.project, catalogue.version, catalogue.fuzzy = "trialbook", "1", False
    catalogue.creation_date = catalogue.revision_date = BEGUN
    catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = "trialbook"


def unflag(catalogue: Catalog) -> None:
    """Say of a bare per cent sign that it formats nothing, where a checker of catalogues would take it for that."""
    for message in catalogue:
        if "%(" not in str(message.id):
            message.flags.discard("python-format")


def unsaid(catalogue: Catalog) -> list[str]:
    """Return what is said and has no translation, or one that does not name the same values."""
    missing = []
    for message in template():
        if not message.id:
            continue
        known = catalogue.get(message.id)
        if known is None or known.fuzzy or not is_whole(known):
            missing.append(str(message.id))
    return missing


VALUE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def is_whole(message: Message) -> bool:
    """Tell whether a translation is there and names the values of the text, each of them."""
    texts = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    wanted = message.id if isinstance(message.id, str) else message.id[-1]
    return bool(texts) and all(text and set(VALUE.findall(text)) == set(VALUE.findall(wanted)) for text in texts)


def collect(language: str) -> None:
    """Bring one catalogue up to date and compile it; translations of what is not said any more are dropped."""
    catalogue, path = read_catalogue(language), catalogue_file(language)
    catalogue.update(template(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    give_head(catalogue)
    unflag(catalogue)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=118, sort_output=True, omit_header=False, include_lineno=False)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


if __name__ == "__main__":
    for each in LANGUAGES:
        collect(each)
        print(f"{each}: {len(unsaid(read_catalogue(each)))} without a translation")  # noqa: T201 - a tool for the terminal
