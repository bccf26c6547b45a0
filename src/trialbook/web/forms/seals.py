"""What seals and queries say of a form: who froze, locked or signed it, what to do, what is asked of its answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext

from trialbook.capture.marks import StudyMarks
from trialbook.conduct.casebook import CLOSING, Query, Seal
from trialbook.conduct.findings import EXPECTED
from trialbook.web.forms.phrases import asked
from trialbook.web.forms.sheet import Sheet
from trialbook.web.forms.words import local_time, role_label
from trialbook.web.veil import veiled

STOPS = (".", "\N{IDEOGRAPHIC FULL STOP}", "!", "?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealShown:
    """A seal as a reader reads it."""

    seq: int
    words: str
    brief: str
    """What stands beside the line of the seal, which tells a signature with its time and meaning."""
    remedy: str
    is_closing: bool


def seals_of(sheet: Sheet, marks: StudyMarks) -> list[SealShown]:
    """Return the seals that hold on a form: locks and freezes first, those of the study included, then signatures."""
    seals = [seal for seal in (*marks.seals.values(), *sheet.casebook.seals.values()) if seal.covers(sheet.cell(""))]
    holding = [seal for seal in seals if seal.kind in CLOSING or (seal.kind == "sign" and seal.is_valid)]
    return [shown_seal(sheet, seal) for seal in sorted(holding, key=lambda seal: (seal.kind == "sign", seal.seq))]


def closed_words(sheet: Sheet, marks: StudyMarks) -> str:
    """Say that nothing can be recorded on a form, who closed it and who may open it; empty where it is open."""
    seals = [*marks.seals.values(), *sheet.casebook.seals.values()]
    closing = [seal for seal in seals if seal.kind in CLOSING and seal.covers(sheet.cell(""))]
    if not closing:
        return ""
    seal = max(closing, key=lambda one: (one.kind == "lock", one.seq))
    roles = [role for role in sheet.study.roles.values() if seal.kind in role.rights]
    who = ", ".join(sheet.say(role.label) or role.id for role in roles)
    may = gettext("Who may: %(roles)s.") % {"roles": who} if who else ""
    return " ".join(part for part in (whole_words(sheet, seal), remedy_of(seal), may) if part)


def void_signatures(sheet: Sheet) -> list[str]:
    """Say which signatures a later change made void, as long as nobody has signed again."""
    signed = [one for one in sheet.casebook.seals.values() if one.kind == "sign" and one.covers(sheet.cell(""))]
    if any(seal.is_valid for seal in signed):
        return []
    said = gettext("The signature of %(by)s, %(at)s, is void: something was changed since.")
    return [said % {"by": seal.by, "at": local_time(sheet.study, seal.at)} for seal in signed if seal.at]


def shown_seal(sheet: Sheet, seal: Seal) -> SealShown:
    """Return one seal as a reader reads it."""
    whole, is_closing = whole_words(sheet, seal), seal.kind in CLOSING
    brief = whole if is_closing else gettext("Signed by %(by)s.") % {"by": seal.by}
    return SealShown(seq=seal.seq, words=whole, brief=brief, remedy=remedy_of(seal), is_closing=is_closing)


def whole_words(sheet: Sheet, seal: Seal) -> str:
    """Say who closed or signed, in which role, when, and what it means, as one sentence."""
    who = role_label(sheet.study, seal.role, sheet.language)
    words = gettext("%(done)s by %(by)s, %(at)s") % {
        "done": {"freeze": gettext("Frozen"), "lock": gettext("Locked"), "sign": gettext("Signed")}[seal.kind],
        "by": f"{seal.by} ({who})" if who else seal.by,
        "at": local_time(sheet.study, seal.at) if seal.at else "",
    }
    # what a signature means is asked for in the words of the program; why something was closed, in somebody's own
    meaning = gettext(seal.meaning) if seal.meaning and seal.kind == "sign" else seal.meaning
    whole = f"{words}: {meaning}" if meaning else words
    return whole if whole.endswith(STOPS) else f"{whole}."


def remedy_of(seal: Seal) -> str:
    """Say what to do where something sealed has to be changed."""
    return {
        "freeze": gettext("To change it, somebody who may freeze has to open it first."),
        "lock": gettext("To change it, somebody who may lock has to unlock it first."),
        "sign": gettext("A correction makes the signature void, and the page says so."),
    }[seal.kind]


# ---- queries ----------------------------------------------------------------------------------------------------


def open_queries(sheet: Sheet) -> Iterator[Query]:
    """Yield the queries on a form, or on the row of it that is open, that nobody closed."""
    here = sheet.cell("")
    for query in sheet.casebook.queries.values():
        if query.status != "closed" and query.cell._replace(item="") == here:
            yield asked(sheet.study, query)


def queries_by_item(sheet: Sheet) -> Mapping[str, tuple[str, ...]]:
    """Return the open queries by item; under the empty name those on the form as a whole."""
    found: dict[str, tuple[str, ...]] = {}
    for query in open_queries(sheet):
        found[query.cell.item] = (*found.get(query.cell.item, ()), query_words(query))
    return found


def query_words(query: Query) -> str:
    """Write a query with what was answered to it so far."""
    known = {"open": gettext("Query %(number)s: %(text)s"), "answered": gettext("Query %(number)s, answered: %(text)s")}
    words = known.get(query.status, known["open"]) % {"number": veiled(query.seq), "text": query.text}
    return " ".join((words, *(f"{answer.by}: “{answer.text}”" for answer in query.answers)))


def ranged_queries(sheet: Sheet) -> frozenset[str]:
    """Return the items whose expected range an open query asks about already."""
    return frozenset(query.cell.item for query in open_queries(sheet) if query.rule == EXPECTED)
