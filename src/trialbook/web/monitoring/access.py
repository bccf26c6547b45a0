"""Who may see and do what: every role that is held, how its account stands, what speaks against it; and of a day."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext
from django_otp.plugins.otp_totp.models import TOTPDevice

from trialbook.capture.ledger import Entry
from trialbook.capture.people import CUSTODIAN, Grant, People, clashes
from trialbook.conduct.blinding import may_see
from trialbook.protocol.model import Study
from trialbook.web.accounts.models import Account
from trialbook.web.request import StudyRequest

UNUSED = timedelta(days=90)
"""An account that nobody signed in with for so long is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One role that a person holds, or an account without any."""

    person: str
    name: str
    role: str
    """Empty where the person holds none."""
    site: str
    since: str
    """When it was granted, UTC as in the ledger."""
    granted_by: str
    state: str
    """Of the account: `open`, `waiting`, `suspended`, `expired`; empty where there is none."""
    last: datetime | None
    """Last sign-in."""
    has_second: bool
    remarks: tuple[str, ...]

    @property
    def stands(self) -> tuple[str, ...]:
        """What a review looks at, without what changes by itself every day."""
        return self.person, self.role, self.site, self.since, self.state, str(self.has_second)


def access_rows(request: StudyRequest) -> list[Access]:
    """Return every role that is held now, and every account without one, by person."""
    accounts = {one.code: one for one in Account.objects.all()}
    second = frozenset(TOTPDevice.objects.filter(confirmed=True).values_list("user_id", flat=True))
    granted = _granted(request.site.history(participant="", item=""))
    held = sorted(request.view.people.grants, key=lambda one: (one.person, one.role, one.site or ""))
    rows = [_row(request, one, granted.get(one), accounts.get(one.person), second) for one in held]
    without = sorted(set(accounts) - {one.person for one in held})
    nobody = (Grant(person=code, role="") for code in without)
    return sorted(
        [*rows, *(_row(request, one, None, accounts[one.person], second) for one in nobody)], key=lambda one: one.person
    )


def seen_hash(rows: Iterable[Access]) -> str:
    """Return the hash of what a review looked at."""
    return hashlib.sha256(repr([one.stands for one in rows]).encode()).hexdigest()


def _granted(entries: Iterable[Entry]) -> dict[Grant, Entry]:
    """Return the entry that last granted each role."""
    return {
        Grant(person=entry.person or "", role=entry.value or "", site=entry.site): entry
        for entry in entries
        if entry.act in {"open", "grant"}
    }


def _row(
    request: StudyRequest, held: Grant, entry: Entry | None, account: Account | None, second: frozenset[int]
) -> Access:
    has_second = account is not None and account.pk in second
    return Access(
        person=held.person,
        name="" if account is None else account.name,
        role=held.role,
        site=held.site or "",
        since="" if entry is None else entry.at,
        granted_by="" if entry is None else entry.by,
        state="" if account is None else account.state,
        last=None if account is None else account.last_login,
        has_second=has_second,
        remarks=tuple(_remarks(request, held, account, has_second=has_second)),
    )


def _remarks(request: StudyRequest, held: Grant, account: Account | None, *, has_second: bool) -> Iterator[str]:
    """Yield what speaks against a role that is held, or an account."""
    study, people = request.view.study, request.view.people
    if not held.role:
        yield gettext("an account without a role")
    elif held.role != CUSTODIAN and held.role not in study.roles:
        yield gettext("the study file does not name this role")
    other = clashes(study, people, held.person, held.role) if held.role else None
    if other is not None:
        yield gettext("clashes with the role %(role)s: it would unblind") % {"role": other}
    if account is None:
        yield gettext("has no account")
    elif account.state in {"suspended", "expired"} and held.role:
        yield gettext("the account is closed, and the role is still held")
    elif account.state == "open" and _is_unused(request, account):
        yield gettext("not used for %(days)s days") % {"days": UNUSED.days}
    if held.role == CUSTODIAN and account is not None and not has_second:
        yield gettext("custodian without a second factor")
    if held.role == CUSTODIAN and _records(study, people, held.person):
        yield gettext("runs the system and records in it: let somebody else look over what they record")


def _records(study: Study, people: People, person: str) -> bool:
    """Tell whether a person holds a role that records answers."""
    roles = (study.roles.get(held.role) for held in people.of(person))
    return any(role is not None and role.records for role in roles)


def _is_unused(request: StudyRequest, account: Account) -> bool:
    return request.site.now() - (account.last_login or account.made_at) > UNUSED


# ---- on a day ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a role that somebody held let them see and do."""

    person: str
    role: str
    site: str
    forms: tuple[str, ...]
    """Forms whose answers they could see."""
    but: tuple[str, ...]
    """Those that they could not."""
    is_blind: bool
    rights: tuple[str, ...]
    is_custodian: bool

    @property
    def all_forms(self) -> bool:
        """Tell whether nothing was hidden."""
        return not self.but

    @property
    def is_most(self) -> bool:
        """Tell whether less was hidden than shown: then that is said."""
        return len(self.but) < len(self.forms)


def end_of_day(study: Study, day: date) -> str:
    """Return the last moment of a day at the sites, as the ledger reads it."""
    moment = datetime.combine(day, time(23, 59, 59, 999_999), ZoneInfo(study.identity.timezone))
    return moment.isoformat()


def sights(study: Study, people: People) -> list[Sight]:
    """Return what everybody could see by these roles and this study file; who holds no role of it, nothing."""
    held = sorted(people.grants, key=lambda one: (one.person, one.role, one.site or ""))
    return [_sight(study, one) for one in held]


def _sight(study: Study, held: Grant) -> Sight:
    forms = tuple(form for form in study.forms if may_see(study, held.role, form))
    role = study.roles.get(held.role)
    return Sight(
        person=held.person,
        role=held.role,
        site=held.site or "",
        forms=forms,
        but=tuple(form for form in study.forms if form not in forms),
        is_blind=role is not None and role.blind,
        rights=() if role is None else role.rights,
        is_custodian=held.role == CUSTODIAN,
    )
