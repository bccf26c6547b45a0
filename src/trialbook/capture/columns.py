"""Everything current as columns, for whoever computes: answers, statuses, who answered first, and exceptions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from trialbook.capture.asking import SAFETY_ALERT
from trialbook.capture.erasure import ERASED, kept_facts, with_facts
from trialbook.capture.ledger import Entry, fold
from trialbook.capture.store import Transaction
from trialbook.conduct.casebook import Casebook
from trialbook.protocol.model import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Everything current as columns, name -> list; each of the two tables has lists of one length."""

    answers: Mapping[str, list[object]]
    """participant, site, visit, form, repeat, item, text, value, unit, missing, seq; visit and repeat may be empty."""
    statuses: Mapping[str, list[object]]
    """participant, site, status, enrolled_on, ended_on, end_reason, seq."""
    firsts: Mapping[str, list[object]]
    """participant, visit, form, repeat, item, at, by, first_seq, first_by; no column where no form asks who answered
    first."""
    exceptions: Mapping[str, list[object]]
    """Forms opened before their time, unblindings, consents withdrawn: participant (empty for the study), act, visit,
    form, kind, who, reason, seq."""


def read_columns(transaction: Transaction, until: int, adopted: Callable[[Iterable[Entry]], Study | None]) -> Columns:
    """Return what is current after the entry numbered `until`; `adopted` reads the study file that entries adopt."""
    gone = transaction.erased(until=until)
    gone["missing"] = [ERASED] * len(gone["seq"])
    answers = {name: [*column, *gone[name]] for name, column in transaction.current(until=until).items()}
    wide = list(with_facts(transaction.study_wide(until=until), kept_facts(transaction.erasures())))
    casebooks = fold(wide)
    sites: list[object] = [casebooks[str(code)].site if code in casebooks else None for code in answers["participant"]]
    return Columns(
        answers={**answers, "site": sites},
        statuses=status_columns(casebooks),
        firsts=transaction.firsts(until=until) if asks_who(adopted(wide)) else {},
        exceptions=exception_columns(wide, casebooks),
    )


def asks_who(study: Study | None) -> bool:
    """Tell whether it matters who answered first: a form has one rater throughout, or comes after another."""
    return study is not None and any(form.same_rater or form.after for form in study.forms.values())


def status_columns(casebooks: Mapping[str, Casebook]) -> dict[str, list[object]]:
    """Return where every participant stands, as columns."""
    every = casebooks.values()
    return {
        "participant": [casebook.participant for casebook in every],
        "site": [casebook.site for casebook in every],
        "status": [casebook.status for casebook in every],
        "enrolled_on": [casebook.enrolled_on for casebook in every],
        "ended_on": [casebook.ended_on for casebook in every],
        "end_reason": [casebook.end_reason for casebook in every],
        "seq": [casebook.status_seq for casebook in every],
    }


def exception_columns(entries: Iterable[Entry], casebooks: Mapping[str, Casebook]) -> dict[str, list[object]]:
    """Return the overrides, unblindings, earlier looks and safety alerts among entries, as columns.

    With them the consents that are withdrawn as the casebooks stand.
    """
    ended = {one.seq for casebook in casebooks.values() for one in casebook.withdrawn_from.values()}
    found = [
        entry
        for entry in entries
        if entry.act in {"override", "unblind", "look"}
        or (entry.act == "note" and entry.value == SAFETY_ALERT)
        or entry.seq in ended
    ]
    return {
        "participant": [entry.participant or "" for entry in found],
        "act": [entry.act for entry in found],
        "visit": [entry.visit or "" for entry in found],
        "form": [entry.form or "" for entry in found],
        "kind": [entry.value or "" for entry in found],
        "who": [entry.text or "" for entry in found],
        "reason": [entry.reason or "" for entry in found],
        "seq": [entry.seq for entry in found],
    }
