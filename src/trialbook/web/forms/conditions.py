"""Conditions of the study file in the words of a reader, where they are simple; else as they are written."""

from __future__ import annotations

import re

from django.utils.translation import gettext

from trialbook.protocol.model import Item, Study

BETWEEN = re.compile(r"\s*(&&|\|\|)\s*")
PART = re.compile(
    r"(?P<not>!?)(?P<form>[a-z_]\w*)\.(?P<item>[a-z_]\w*)"
    r"(?:\s*(?P<sign>==|!=|<=|>=|<|>)\s*(?:\"(?P<code>[^\"]*)\"|(?P<number>-?[\d.]+)))?"
)
SIGNS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "<": "<", ">": ">"}


def condition_words(study: Study, text: str, language: str | None) -> str:
    """Write `screening.sex == "F"` as `Sex = Female`; parts may be joined by `&&` or `||`."""
    pieces = BETWEEN.split(text.strip())
    said = [_part(study, piece, language) for piece in pieces[::2]]
    if "" in said or len(set(pieces[1::2])) > 1:
        return text
    joint = gettext("or") if "||" in pieces else gettext("and")
    return f" {joint} ".join(said)


def _part(study: Study, text: str, language: str | None) -> str:
    found = PART.fullmatch(text)
    form = None if found is None else study.forms.get(found["form"])
    item = None if form is None or found is None else form.items.get(found["item"])
    if found is None or item is None:
        return ""
    label = study.say(item.label, language) or item.id
    if found["sign"] is None:
        return f"{label} = {gettext('no') if found['not'] else gettext('yes')}" if item.kind == "yes_no" else ""
    if found["not"]:
        return ""
    return f"{label} {SIGNS[found['sign']]} {_value(study, item, found, language)}"


def _value(study: Study, item: Item, found: re.Match[str], language: str | None) -> str:
    if found["number"] is not None:
        return found["number"].removesuffix(".0")
    return study.say(item.choices.get(found["code"], {}), language) or found["code"]
