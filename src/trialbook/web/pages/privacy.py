"""Who a participant is, shown only for a reason; and the erasing of what should not be kept."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from trialbook.capture.acts import Act, erase, erase_identity, keep_identity, show_identity, unready
from trialbook.capture.erasure import ERASABLE, also_saying
from trialbook.capture.identities import (
    FIELDS,
    IDENTITIES_FILE,
    LONGEST,
    Identity,
    Vault,
    check_apart,
    identity_of,
    known_participants,
    participant_with,
)
from trialbook.capture.identities import erase_identity as destroy
from trialbook.capture.identities import keep_identity as keep
from trialbook.capture.ledger import Entry
from trialbook.capture.people import is_code
from trialbook.errors import ActRefused, LedgerError, Problem, TrialbookError
from trialbook.web.accounts.policy import read_policy
from trialbook.web.following.seen import Seen, see
from trialbook.web.forms.history import MARK
from trialbook.web.looking import actor_at, casebooks_for
from trialbook.web.monitoring.act_words import act_word
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest

MOST = 200
"""Entries that say the same words, and marks that nothing has, that are listed at a time."""
LONGEST_MARK = 40
"""Characters that are shown of what was typed for a mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An entry that may be erased, without a word of what it says."""

    mark: str
    act: str
    place: str
    at: str
    by: str
    is_erased: bool
    may_be: bool


def vault_of(request: StudyRequest) -> Vault | None:
    """Return where identities are kept; None where the settings of the site name no file for their keys."""
    folder = request.site.folder.path
    named = read_policy(folder).identity_keys
    if not named:
        return None
    return Vault(file=folder / IDENTITIES_FILE, keys=folder / named, chance=secrets.token_bytes)


def sent_id(request: StudyRequest) -> str | None:
    """Return the id that came with a form; None where it can be none."""
    asked = request.POST.get("request", "")
    return asked if is_code(asked) else None


# ---- one participant ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: StudyRequest, participant: str) -> HttpResponse:
    """Tell whether it is known who a participant is; show or keep it after it is recorded that somebody does."""
    seen, vault = see(request, participant), vault_of(request)
    if request.method != "POST" or vault is None:
        return _identity(request, seen, vault)
    try:
        if request.POST.get("do") == "keep":
            return _keep(request, seen, vault)
        act = show_identity(seen.code, reason=request.POST.get("reason", ""))
        if request.site.record(act, by=request.actor.person, request=sent_id(request)).repeated:
            messages.info(request, gettext("This look is recorded already. To look again, say again why."))
            return redirect("identity", seen.code)
        return _identity(request, seen, vault, shown=identity_of(vault, seen.code))
    except (ActRefused, LedgerError) as error:
        return _identity(request, seen, vault, error=error)


def _keep(request: StudyRequest, seen: Seen, vault: Vault) -> HttpResponse:
    typed = Identity(**{name: request.POST.get(name, "").strip()[:LONGEST] for name in FIELDS})
    if typed.is_empty:
        messages.error(request, gettext("Nothing was kept: every field is empty."))
        return redirect("identity", seen.code)
    check_apart(vault)
    receipt = request.site.record(keep_identity(seen.code), by=request.actor.person, request=sent_id(request))
    if receipt.repeated and identity_of(vault, seen.code) not in {None, typed}:
        messages.error(request, gettext("Something else was kept from this page before. Type the change here."))
        return redirect("identity", seen.code)
    keep(vault, seen.code, typed)
    messages.success(request, gettext("Kept, apart from the study."))
    return redirect("identity", seen.code)


def _identity(
    request: StudyRequest,
    seen: Seen,
    vault: Vault | None,
    *,
    shown: Identity | None = None,
    error: TrialbookError | None = None,
) -> HttpResponse:
    names = {
        "name": gettext("Name"),
        "born": gettext("Date of birth"),
        "number": gettext("Hospital number"),
        "contact": gettext("Contact"),
    }
    context = {
        "seen": seen,
        "is_set_up": vault is not None,
        "is_kept": vault is not None and seen.code in known_participants(vault),
        "is_shown": shown is not None,
        "fields": [(name, names[name], getattr(shown, name) if shown else "") for name in FIELDS],
        "reason": request.POST.get("reason", ""),
        "problems": told(error) if error is not None else (),
        "request_id": request.site.new_id(),
        "longest": LONGEST,
    }
    return render(request, "identity.html", context, status=422 if error is not None else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def find_identity(request: StudyRequest) -> HttpResponse:
    """Find a participant by the hospital number; whom another site has, or their role may not know, is not found."""
    if not request.actor.sees_participants():
        raise Http404
    vault = vault_of(request)
    if request.method != "POST" or vault is None:
        return _find(request, vault)
    try:
        reason = judged_reason(request)
        found = participant_with(vault, request.POST.get("number", "")[:LONGEST]) or ""
        casebook = casebooks_for(request).get(found)
        if casebook is None or not actor_at(request, casebook).may("identify"):
            messages.info(request, gettext("Nobody whom you see has this number."))
            return _find(request, vault)
        act = show_identity(found, reason=reason)
        request.site.record(act, by=request.actor.person, request=sent_id(request))
    except (ActRefused, LedgerError) as error:
        return _find(request, vault, error)
    return redirect("participant", found)


def judged_reason(request: StudyRequest) -> str:
    """Return why somebody is looked for; ActRefused where that cannot be recorded.

    It is judged before the number is looked up: what is refused afterwards tells that the number is somebody's.
    """
    reason = request.POST.get("reason", "")
    problems = tuple(unready(show_identity("", reason=reason), request.actor.person))
    if problems:
        raise ActRefused(problems)
    return reason


def _find(request: StudyRequest, vault: Vault | None, error: TrialbookError | None = None) -> HttpResponse:
    context = {
        "is_set_up": vault is not None,
        "reason": request.POST.get("reason", ""),
        "problems": told(error) if error is not None else (),
        "request_id": request.site.new_id(),
    }
    return render(request, "find_identity.html", context, status=422 if error is not None else 200)


# ---- the custodian's page ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def erasing(request: StudyRequest) -> HttpResponse:
    """Erase the words of entries, or an identity; what is erased is shown by its place, never in words."""
    step = request.POST.get("do", "") if request.method == "POST" else ""
    try:
        if step == "erase":
            return _erase(request)
        if step == "identity":
            return _erase_identity(request)
        return _erasing(request, is_asked=step == "look")
    except (ActRefused, LedgerError) as error:
        return _erasing(request, error=error)


def _erase(request: StudyRequest) -> HttpResponse:
    chosen = entries_named(request)
    if problems := unknown_marks(request, chosen):
        raise ActRefused(problems)
    act = erase([entry.seq for entry in chosen], reason=request.POST.get("reason", ""))
    receipt = _recorded(request, act) if chosen else ()
    said = gettext("Erased: %(count)s. Reports and backups made before still hold the words.")
    messages.success(request, said % {"count": len(receipt)})
    return redirect("erasing")


def _erase_identity(request: StudyRequest) -> HttpResponse:
    code, vault = request.POST.get("participant", "").strip(), vault_of(request)
    if vault is None:
        raise LedgerError([Problem(code="IDENT-09")])
    _recorded(request, erase_identity(code, reason=request.POST.get("reason", "")))
    destroy(vault, code)
    messages.success(request, gettext("Erased. Nobody can read it again, from a copy neither."))
    return redirect("erasing")


def _recorded(request: StudyRequest, act: Act) -> tuple[Entry, ...]:
    return request.site.record(act, by=request.actor.person, request=sent_id(request)).entries


def _erasing(request: StudyRequest, *, is_asked: bool = False, error: TrialbookError | None = None) -> HttpResponse:
    asked = request.POST.get("entries", "")
    chosen = entries_named(request) if asked else ()
    also = also_saying(request.site.book.entries(), chosen) if is_asked and chosen else ()
    unknown = unknown_marks(request, chosen)
    if error is None and unknown:
        error = ActRefused(unknown)
    context = {
        "entries": asked,
        "chosen": tuple(map(line_of, chosen)),
        "also": tuple(map(line_of, also[:MOST])),
        "is_asked": is_asked,
        "reason": request.POST.get("reason", ""),
        "participant": request.POST.get("participant", ""),
        "has_identities": vault_of(request) is not None,
        "problems": told(error) if error is not None else (),
        "request_id": request.site.new_id(),
    }
    return render(request, "erasing.html", context, status=422 if error is not None else 200)


def entries_named(request: StudyRequest) -> tuple[Entry, ...]:
    """Return the entries whose marks were typed: the beginnings of their hashes, as the audit trail shows them."""
    marks = frozenset(typed_marks(request))
    return tuple(entry for entry in request.site.book.entries() if entry.hash[:MARK] in marks) if marks else ()


def typed_marks(request: StudyRequest) -> tuple[str, ...]:
    """Return everything that was typed as a mark, each once: blanks, commas and semicolons stand between them."""
    typed = re.split(r"[\s,;:]+", request.POST.get("entries", "").lower())
    return tuple(dict.fromkeys(filter(None, typed)))


def unknown_marks(request: StudyRequest, chosen: Iterable[Entry]) -> tuple[Problem, ...]:
    """Return a problem for each mark that was typed and that none of the chosen entries has."""
    known = {entry.hash[:MARK] for entry in chosen}
    unknown = [mark for mark in typed_marks(request) if mark not in known]
    return tuple(Problem(code="SERVE-70", values={"mark": mark[:LONGEST_MARK]}) for mark in unknown[:MOST])


def line_of(entry: Entry) -> Line:
    """Return what may be told of an entry to somebody who sees no data."""
    return Line(
        mark=entry.hash[:MARK],
        act=act_word(entry.act, entry.value),
        place=" · ".join(place_of(entry)),
        at=entry.at[:16].replace("T", " "),
        by=entry.by,
        is_erased=entry.is_erased,
        may_be=entry.act in ERASABLE,
    )


def place_of(entry: Entry) -> Iterator[str]:
    """Yield where an entry stands, part by part."""
    yield from (part for part in (entry.participant, entry.visit, entry.form, entry.repeat, entry.item) if part)
