"""The grades of laboratory terms in words, and what the grades mean in general."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trialbook.instruments.ctcae_5 import CRITERIA, Criterion
from trialbook.protocol.unit_words import show_unit
from trialbook.render.numbers import show_plain

GENERAL = (
    (1, _("Mild: no or slight symptoms; seen, and nothing has to be done.")),
    (2, _("Moderate: limits what somebody of this age does for a household or at work; a little treatment.")),
    (3, _("Severe: limits the care of one's own body, or means a hospital; not at once a danger to life.")),
    (4, _("Danger to life: something has to be done at once.")),
    (5, _("Death from the event.")),
)
"""What a grade means where a term has no numbers of its own; in our own words, after CTCAE 5.0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermShown:
    """A term with its grades in words."""

    term: str
    grades: tuple[str, ...]
    """From grade 1 on; as many as the list tells by number."""


def find_terms(typed: str) -> tuple[TermShown, ...]:
    """Return the terms whose words begin with all the words typed; all of them where nothing is typed."""
    words = typed.casefold().split()
    return tuple(
        TermShown(term=term, grades=tuple(_grades(rule)))
        for term, rule in CRITERIA.items()
        if all(any(part.startswith(word) for part in term.casefold().split()) for word in words)
    )


def _grades(rule: Criterion) -> Iterator[str]:
    if rule.below is not None:
        yield gettext("below the lower limit of normal")
        for place in range(len(next(iter(rule.below.values())))):
            edges = ", ".join(f"{edges[place]} {show_unit(unit)}" for unit, edges in rule.below.items())
            yield gettext("below %(edge)s") % {"edge": edges}
    for place, times in enumerate(rule.above):
        yield _above(rule, place, times)


def _above(rule: Criterion, place: int, times: float) -> str:
    known = {"times": show_plain(times)}
    said = (
        gettext("above the upper limit of normal")
        if times == 1
        else gettext("above %(times)s × the upper limit") % known
    )
    beside = next((edge for edge, grade in rule.beside if grade == place + 1), None)
    if beside is not None:
        said += " " + gettext("or %(times)s × the baseline") % {"times": show_plain(beside)}
    if rule.instead:
        base = {"times": show_plain(rule.instead[place])}
        said += "; " + gettext("from a raised baseline, %(times)s × the baseline") % base
    return said
