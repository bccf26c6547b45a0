"""What the checks find in all that somebody is shown, and which findings were excluded, by whom and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext

from trialbook.capture.asking import Act
from trialbook.capture.ledger import Draft, Entry, cell_of
from trialbook.capture.store import Asked
from trialbook.conduct.casebook import Casebook, Cell
from trialbook.render.numbers import significant
from trialbook.web.forms.sheet import language_of
from trialbook.web.kept import KEPT
from trialbook.web.looking import actor_at, by_plan, casebooks_for
from trialbook.web.monitoring.outliers import FAR, FEWEST, outliers
from trialbook.web.monitoring.quality_checks import NOT_EXCLUDED, Found, check_casebook
from trialbook.web.request import StudyRequest
from trialbook.web.treatment.event_rows import words_of
from trialbook.web.treatment.query_rows import place_words

EXCLUDE, REINSTATE = "quality exclude ", "quality reinstate "
"""Begin the value of a note by which a finding is excluded, or taken in again; the name of the check follows."""
ORDER = ("blank", "not begun", "range", "unit", "outlier", "hidden", "undated", "future", "query")


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRow:
    """A finding in words."""

    found: Found
    place: str
    words: str
    """The answer that was judged."""
    details: str
    excluded: Entry | None
    """The note that excluded it."""
    may_exclude: bool


def all_found(request: StudyRequest) -> list[Found]:
    """Return what the checks find in everything that the asker is shown, by check and participant."""
    actor, today = request.actor, request.site.today()
    casebooks = casebooks_for(request)
    found: list[Found] = []
    for at_plan, some in by_plan(request, casebooks):
        study = at_plan.study
        for code, casebook in some.items():
            check = partial(check_casebook, study, casebook, actor.role, today)
            found += KEPT.of(("quality", code, actor.role), (study, casebook, today), check)
        found += (one for one in outliers(study, casebooks.values()) if one.participant in some)
    return sorted(found, key=lambda one: (ORDER.index(one.check), -(one.days or 0), one.participant, one.cell))


def exclusions(request: StudyRequest) -> Mapping[tuple[str, str, Cell, int], Entry]:
    """Return the findings that are excluded, by their keys, with the note that says why: the last note counts."""
    last: dict[tuple[str, str, Cell, int], Entry] = {}
    for entry in request.site.book.trail(Asked(equal={"act": "note"})):
        begins = next((one for one in (EXCLUDE, REINSTATE) if (entry.value or "").startswith(one)), None)
        if begins is not None:
            check = (entry.value or "").removeprefix(begins)
            last.setdefault((check, entry.participant or "", cell_of(entry), entry.about or 0), entry)
    return {key: entry for key, entry in last.items() if (entry.value or "").startswith(EXCLUDE)}


def quality_rows(request: StudyRequest, found: Iterable[Found]) -> list[QualityRow]:
    """Return findings in words."""
    casebooks, excluded = casebooks_for(request), exclusions(request)
    return [_row(request, one, casebooks[one.participant], excluded.get(one.key)) for one in found]


def _row(request: StudyRequest, found: Found, casebook: Casebook, excluded: Entry | None) -> QualityRow:
    study, language = actor_at(request, casebook).study, language_of(request.actor.study, request.LANGUAGE_CODE)
    form, answer = study.forms.get(found.cell.form), casebook.answers.get(found.cell)
    item = None if form is None else form.items.get(found.cell.item)
    words = "" if answer is None else answer.text
    if answer is not None and item is not None:
        words = words_of(study, item, {item.id: answer}, language)
    return QualityRow(
        found=found,
        place=place_words(study, found.cell, language) or found.participant,
        words=words,
        details=details_of(found, casebook),
        excluded=excluded,
        may_exclude=found.check not in NOT_EXCLUDED and may_exclude(request, found),
    )


def may_exclude(request: StudyRequest, found: Found) -> bool:
    """Tell whether the asker may say that a finding is none: who closes queries of others."""
    return request.actor.may("close query", found.cell.form or None)


def details_of(found: Found, casebook: Casebook) -> str:
    """Say on what a finding was judged."""
    if found.limits is not None:
        low, high = (significant(limit, 4) for limit in found.limits)
        return gettext("the others lie between %(low)s and %(high)s") % {"low": low, "high": high}
    answer, query = casebook.answers.get(found.cell), casebook.queries.get(found.seq)
    if found.check == "unit" and answer is not None:
        return gettext("typed: %(text)s") % {"text": answer.text}
    return query.text if found.check == "query" and query is not None else ""


def rule_of(check: str) -> tuple[str, str]:
    """Return what a check is called, and its rule."""
    return {
        "blank": (gettext("Required, but blank"), gettext("An item that makes its form complete has no answer.")),
        "not begun": (gettext("Form not begun"), gettext("The visit took place, and nothing is recorded in the form.")),
        "range": (gettext("Outside of the expected range"), gettext("By the range in the study file.")),
        "unit": (gettext("Typed in another unit"), gettext("It was converted; compare it with its source.")),
        "outlier": (
            gettext("Outlier"),
            gettext(
                "More than %(far)s quartile distances outside of the quartiles of the item, over all that you are "
                "shown; from %(fewest)s numbers on."
            )
            % {"far": f"{FAR:.0f}", "fewest": FEWEST},
        ),
        "hidden": (gettext("Filled in, but not asked"), gettext("By the other answers, the item is not asked.")),
        "undated": (gettext("Visit without date"), gettext("Something is recorded, and not the day of the visit.")),
        "future": (gettext("Date in the future"), gettext("Later than today at the sites.")),
        "query": (gettext("Query not closed"), gettext("The oldest first.")),
    }[check]


def exclusion(found: Found, reason: str, *, is_excluded: bool) -> Act:
    """Return the act that excludes a finding, or takes it in again: a note about the answer."""
    cell = found.cell
    draft = Draft(
        act="note", participant=found.participant, visit=cell.visit or None, form=cell.form or None,
        repeat=cell.repeat or None, item=cell.item or None, about=found.seq or None, text=reason,
        value=(EXCLUDE if is_excluded else REINSTATE) + found.check,
    )  # fmt: skip
    return Act(name="note", asked=(draft,))
