"""The entries of the ledger that somebody is shown: those about what they are shown, and no trace of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from trialbook.capture.ledger import ANSWERS, Entry, cell_of
from trialbook.capture.shelf import View
from trialbook.capture.store import Asked
from trialbook.conduct.blinding import shown_forms, shows_cell
from trialbook.conduct.casebook import Casebook
from trialbook.web.actor import Actor
from trialbook.web.kept import KEPT
from trialbook.web.request import StudyRequest

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An entry that is shown, with the earlier one that it speaks of."""

    entry: Entry
    about: Entry | None


class Sight:
    """What somebody is shown of the ledger as it stands."""

    def __init__(self, actor: Actor, view: View) -> None:
        self.actor = actor
        self.shown = {
            code: shown_to(actor, casebook) for code, casebook in view.casebooks.items() if actor.reaches(casebook)
        }
        """Participant that is reached -> forms that are shown now."""

    def narrowed(self, asked: Asked) -> Asked:
        """Return a search without what is shown of nobody: the rest is judged entry by entry."""
        everywhere = frozenset[str]().union(*self.shown.values())
        hidden = frozenset(self.actor.study.forms).difference(everywhere)
        is_everybody = self.actor.grant is not None and self.actor.grant.site is None
        return replace(asked, but_forms=hidden, participants=None if is_everybody else frozenset(self.shown))

    def shows(self, entry: Entry) -> bool:
        """Tell whether an entry is shown, whatever it speaks of."""
        site = None if self.actor.grant is None else self.actor.grant.site
        if entry.participant is None:
            is_here = site is None or entry.site in {None, site}
            return is_here and (entry.form is None or any(entry.form in forms for forms in self.shown.values()))
        shown = self.shown.get(entry.participant)
        return shown is not None and shows_cell(self.actor.study, self.actor.role, shown, cell_of(entry))


def shown_to(actor: Actor, casebook: Casebook) -> frozenset[str]:
    """Return the forms that an actor is shown of a participant now; kept until the casebook changes."""
    key, made_from = ("shown", casebook.participant, actor.role), (actor.study, casebook)
    return KEPT.of(key, made_from, lambda: shown_forms(actor.study, casebook, actor.role))


def seen_entries(request: StudyRequest, asked: Asked, *, before: str | None = None) -> Iterator[Seen]:
    """Yield the entries that are asked for and shown to the asker, the newest first.

    `before` is the hash of the entry to go on after: numbers of entries would tell how many are not shown.
    """
    sight = Sight(request.actor, request.view)
    found = request.site.book.trail(sight.narrowed(asked), before=before)
    while some := list(islice(found, BATCH)):
        yield from _together(request, sight, [entry for entry in some if sight.shows(entry)])


def _together(request: StudyRequest, sight: Sight, entries: Iterable[Entry]) -> Iterator[Seen]:
    """Yield entries with those that they speak of; one that speaks of a hidden one is hidden."""
    kept = list(entries)
    numbers = {entry.about for entry in kept if entry.about}
    about = {entry.seq: entry for entry in request.site.book.entries(numbers)} if numbers else {}
    for entry in kept:
        other = about.get(entry.about or 0)
        if other is None or entry.act in ANSWERS or sight.shows(other):
            yield Seen(entry=entry, about=other if other is not None and sight.shows(other) else None)
