"""Of which forms the words of a listing tell, so that a copy can hide just those that its reader may not see.

Every cell that is made from answers is made here: what stands in it is hidden from a role that may not see one of the
forms it tells of, and from nobody else. What rests on study day 0 tells of the form whose answer fixes that day too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from trialbook.render.inline import Line, Recorded

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.capture.ledger import Entry

Of = tuple[tuple[str, str], ...]
"""Participants and forms."""
OPEN: Of = ()
"""What tells of no form."""


def forms_of(participant: str, forms: Iterable[str]) -> Of:
    """Return these forms of a participant, each once; an empty name is none."""
    return tuple((participant, form) for form in dict.fromkeys(forms) if form)


def answered_by(entries: Mapping[int, Entry], seqs: Iterable[int]) -> Of:
    """Return the forms that entries answer; a status or an unblinding answers none."""
    found = (entries[seq] for seq in seqs if seq in entries)
    return tuple(dict.fromkeys((one.participant or "", one.form) for one in found if one.form))


def told(text: str, of: Of) -> Line:
    """Return words that lead nowhere and tell of these forms."""
    return (Recorded((), text, of),) if of else (text,)


def leading(seqs: Sequence[int], text: str, of: Of) -> Line:
    """Return words that tell of these forms, and lead to entries: in a copy to those that its reader may see."""
    return (Recorded(tuple(seqs), text, of),) if seqs or of else (text,)


def form_in(name: str | None) -> str:
    """Return the form of `form.item`; empty for `enrolment` and for no name."""
    form, dot, _ = (name or "").partition(".")
    return form if dot else ""


def day_form(datasets: Datasets, participant: str) -> str:
    """Return the form whose answer fixes study day 0 of a participant; empty where that is the enrolment."""
    return _day_forms(datasets).get(participant, "")


@lru_cache(maxsize=4)
def _day_forms(datasets: Datasets) -> Mapping[str, str]:
    people = datasets.participants.select("participant", "site").iter_rows()
    return {code: form_in(datasets.plan_of(site).schedule.anchor.name) for code, site in people}
