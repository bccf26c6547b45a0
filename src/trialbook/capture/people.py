"""Who may do what: roles granted to people by recorded acts. Names and passwords are not kept here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from trialbook.capture.ledger import Entry
from trialbook.conduct.casebook import VISIT_FORM, Level
from trialbook.protocol.check_blinding import sees
from trialbook.protocol.model import Role, Study

CUSTODIAN = "custodian"
"""Built-in role of whoever opens the ledger; it can be granted to others, and somebody always holds it."""

Right = Literal[
    "set up", "enrol", "record", "import", "note", "query", "answer query", "close query", "sign", "countersign",
    "verify", "freeze", "lock", "override", "unblind", "approve",
    "identify", "erase", "delegate", "review access", "look", "release", "register",
]  # fmt: skip

RIGHTS: Mapping[Right, str] = MappingProxyType(
    {
        "set up": "adopt versions of the study file, grant and revoke roles",
        "enrol": "screen and enrol participants, and record how they left",
        "record": "enter, correct and clear the answers of a form",
        "import": "record many answers at once from files",
        "note": "add a note to the record",
        "query": "raise queries, assign them, and close their own",
        "answer query": "answer queries",
        "close query": "close queries that somebody else or a rule raised",
        "sign": "sign forms, visits or participants",
        "countersign": "check as the second person what somebody else recorded",
        "verify": "mark answers as compared with their source",
        "freeze": "freeze and thaw forms, visits, participants and the study",
        "lock": "lock and unlock forms, visits, participants and the study",
        "override": "open a form although the forms before it are not complete",
        "unblind": "record that somebody learned what was hidden from them",
        "look": "look at the results of endpoints before the planned cut of the data",
        "register": "register the recording of a visit that is rated later",
        "release": "release recordings for rating, in an order made by chance",
        "delegate": "say who is delegated which task, and who was trained",
        "review access": "look through who may see and do what, and record that it was done",
        "identify": "keep and see who participants are",
        "erase": "erase words that identify a person",
        "approve": "record that an ethics committee approved a version of the study",
    }
)
"""Right -> what it lets a person do. An act names the right it needs."""

LONGEST_CODE = 64

LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role that a person holds, at one site or, where `site` is None, at all."""

    person: str
    role: str
    site: str | None = None


@dataclass(frozen=True, slots=True)
class People:
    """Everybody who holds a role at one moment."""

    grants: frozenset[Grant] = frozenset()

    def of(self, person: str) -> frozenset[Grant]:
        """Return the grants of one person."""
        return frozenset(grant for grant in self.grants if grant.person == person)

    def custodians(self) -> tuple[str, ...]:
        """Return who holds the role of custodian anywhere, in order of the alphabet."""
        return tuple(sorted({grant.person for grant in self.grants if grant.role == CUSTODIAN}))


def fold_people(entries: Iterable[Entry], start: People | None = None) -> People:
    """Return who holds which role after these entries; `start` is who did before them."""
    grants = set(start.grants if start is not None else ())
    for entry in entries:
        if entry.person is None or entry.value is None:
            continue
        grant = Grant(person=entry.person, role=entry.value, site=entry.site)
        if entry.act in {"open", "grant"}:
            grants.add(grant)
        elif entry.act == "revoke":
            grants.discard(grant)
    return People(frozenset(grants))


def may(
    people: People,
    person: str,
    right: Right,
    *,
    study: Study,
    form: str | None = None,
    site: str | None = None,
    level: Level = "form",
) -> str | None:
    """Return the role that lets a person do this, None where no role does.

    A grant for one site reaches only what carries this site. `level` is what would be signed.
    """
    for grant in sorted(people.of(person), key=lambda grant: (grant.role, grant.site or "")):
        reaches = grant.site is None or grant.site == site
        if reaches and role_gives(study, grant.role, right, form=form, level=level):
            return grant.role
    return None


def role_gives(study: Study, role: str, right: Right, *, form: str | None = None, level: Level = "form") -> bool:
    """Tell whether a role gives a right; a role that the study file in force does not name gives none.

    A right that the file writes beside a role holds for the forms that the role sees.
    """
    if role == CUSTODIAN:
        return right not in {"sign", "identify", "delegate"}
    if role not in study.roles or right in {"set up", "erase"}:
        return False
    held = study.roles[role]
    if right == "sign":
        return level in held.signs and may_reach(study, held, form)
    is_written = right in held.rights and not held.blind and may_reach(study, held, form)
    return is_written or USUAL[right](held, form)


def may_reach(study: Study, role: Role, form: str | None) -> bool:
    """Tell whether a role sees a form; what concerns no form is for every role that sees more than forms by name."""
    if form is None or form == VISIT_FORM:
        return not role.blind
    return form in study.forms and sees(role, form, study)


def records_form(role: Role, form: str | None) -> bool:
    """Tell whether a role records a form, or of the date of visits: any form."""
    return "everything" in role.records or form in role.records or (form == VISIT_FORM and bool(role.records))


def works_on(role: Role, form: str | None) -> bool:
    """Tell whether a role records a form that it may speak of; of no form in particular, whether it records all."""
    return records_form(role, form) and not (role.blind and form == VISIT_FORM)


def asks_of(role: Role, form: str | None) -> bool:
    """Tell whether a role speaks of what a form says or, of no form in particular, of visits and participants."""
    return works_on(role, form) or (form is None and is_signing(role, form))


def is_signing(role: Role, form: str | None) -> bool:
    """Tell whether a role signs, and so answers for what is recorded."""
    del form
    return bool(role.signs) and not role.blind


def never(role: Role, form: str | None) -> bool:
    """Tell that no role has a right unless the study file says so."""
    del role, form
    return False


USUAL: Mapping[Right, Callable[[Role, str | None], bool]] = MappingProxyType(
    {
        "set up": never,
        "enrol": lambda role, _: "everything" in role.records,
        "record": records_form,
        "import": never,
        "note": lambda role, _: bool(role.records or role.signs or role.rights),
        "query": asks_of,
        "answer query": asks_of,
        "close query": is_signing,
        "sign": never,
        "countersign": works_on,
        "verify": never,
        "freeze": never,
        "lock": never,
        "override": is_signing,
        "unblind": is_signing,
        "look": never,
        "register": lambda role, _: bool(role.records) and not role.blind,
        "release": is_signing,
        "delegate": is_signing,
        "review access": never,
        "approve": never,
        "identify": lambda role, _: role.identities and not role.blind,
        "erase": never,
    }
)
"""Right -> which roles have it without the study file saying so in `rights`; signing is written in `signs`."""


def holders(
    people: People, right: Right, *, study: Study, form: str | None = None, site: str | None = None
) -> list[str]:
    """Return who may do this, in order of the alphabet."""
    everybody = sorted({grant.person for grant in people.grants})
    return [one for one in everybody if may(people, one, right, study=study, form=form, site=site) is not None]


def clashes(study: Study, people: People, person: str, role: str) -> str | None:
    """Return a role of the person that would unblind them together with this one, None where there is none.

    A blind role goes with no role that sees more than the forms it records: whoever reads the ledger, or another
    person's forms, knows what the assessor must not.
    """
    held = {grant.role for grant in people.of(person)} - {role}
    if is_blind(study, role):
        return next(iter(sorted(other for other in held if not is_blind(study, other))), None)
    return next(iter(sorted(other for other in held if is_blind(study, other))), None)


def is_blind(study: Study, role: str) -> bool:
    """Tell whether a role is blind in the study file in force."""
    held: Role | None = study.roles.get(role)
    return held is not None and held.blind


def is_code(text: str) -> bool:
    """Tell whether a text can name a participant, a site, a person or a row.

    It must read the same on screen and paper: 1 to 64 printed characters, no blank at its ends, composed (NFC), so
    that no invisible or doubly written character makes two codes that look alike. A dot or two are none: in an
    address they lead to another page.
    """
    is_printed = text.isprintable() and text == text.strip()
    is_name = text not in {".", ".."}
    return 0 < len(text) <= LONGEST_CODE and is_printed and is_name and unicodedata.is_normalized("NFC", text)


def printable(text: str) -> str:
    """Write a text so that every character of it shows."""
    return text if text.isprintable() else ascii(text)


def likeness(code: str) -> str:
    """Return what two codes share that differ only in case, width or style of their characters, blanks, or zeros.

    Spreadsheet programs make 1 of 01: the two must not become two participants.
    """
    plain = " ".join(unicodedata.normalize("NFKC", code).casefold().split())
    return LEADING_ZEROS.sub("", plain)
