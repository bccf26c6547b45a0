"""An empty wording file to fill in: every item with its codes, and our short labels as comments beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trialbook.instruments import CATALOG
from trialbook.protocol.model import Item, Text
from trialbook.web.wordings import codes_of, is_line, needs_permission

HEAD = """\
# The wording of {what} in {language}. Fill in every "" from the form that this study may use, word for word.
# The texts after # are short labels of the program, to find your way by: they are not the wording.
# Save it as wordings/{name}.{language}.yaml in the folder of the study. Participants can answer the form by
# themselves as soon as nothing is missing; the page "Wordings" of the site says what is.
trialbook-wording: 1
{key}: {name}
language: {language}
version: ""          # edition and translation, as printed on the form
source: ""           # where the text was taken from
"""

PERMISSION = """\
permission:          # {licence}
  granted_by: ""     # who permitted this study to use it
  on: ""             # 2026-03-14
  covers: ""         # for example: this study, on paper, tablet and phone
"""

TEXTS = """\
title: ""            # what the participant reads at the top
instructions: ""     # read before the first question; may stay empty
recall: ""           # the time that the questions are about, as the form says it; may stay empty
notice: ""           # who owns the text, as the licence wants it shown; may stay empty
# declined: NK       # missing-data code of the study for an answer that somebody prefers not to give
"""

SCREENS = """\
# Each item has a screen of its own. Items that the form prints below one heading can share one:
# screens:
#   - {{stem: "the heading", items: [{items}]}}
"""


def empty_file(name: str, items: Mapping[str, Item], *, language: str, label: str = "") -> str:
    """Write the empty file for an instrument, or for a form of a study that has no instrument."""
    instrument = CATALOG.get(name)
    what = instrument.title if instrument is not None else label or name
    key = "instrument" if instrument is not None else "form"
    parts = [HEAD.format(what=what, name=name, language=language, key=key)]
    if instrument is not None and needs_permission(name):
        parts.append(PERMISSION.format(licence=instrument.licence))
    lists = lists_of(items)
    parts.extend((TEXTS, *answer_lists(lists), "items:\n", *(question(name, item, lists) for item in items.values())))
    parts.append(SCREENS.format(items=", ".join(list(items)[:2])))
    return "".join(parts)


def lists_of(items: Mapping[str, Item]) -> dict[tuple[tuple[str, str], ...], str]:
    """Name each list of answers that an item has: codes with our labels -> `list-1`."""
    lists: dict[tuple[tuple[str, str], ...], str] = {}
    for item in items.values():
        if answers_of(item):
            lists.setdefault(answers_of(item), f"list-{len(lists) + 1}")
    return lists


def answers_of(item: Item) -> tuple[tuple[str, str], ...]:
    """Return the codes of an item with our labels."""
    return tuple((code, said(item.choices[code]) if code in item.choices else code) for code in codes_of(item))


def answer_lists(lists: Mapping[tuple[tuple[str, str], ...], str]) -> Iterator[str]:
    """Yield the lines of the lists of answers."""
    if lists:
        yield "choices:             # each list of answers once; items name the one that they have\n"
    for answers, name in lists.items():
        yield f"  {name}:\n"
        yield from (f'    "{code}": ""  # {label}\n' for code, label in answers)


def question(name: str, item: Item, lists: Mapping[tuple[tuple[str, str], ...], str]) -> str:
    """Write the line of one item."""
    ends = ', low: "", high: ""' if is_line(name, item) else ""
    choices = f", choices: {lists[answers_of(item)]}" if answers_of(item) else ""
    return f'  "{item.id}": {{text: ""{ends}{choices}}}  # {said(item.label)}\n'


def said(text: Text) -> str:
    """Return a label of the catalogue or of a study."""
    return next(iter(text.values()), "")
