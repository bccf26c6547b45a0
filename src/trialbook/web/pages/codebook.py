"""The codebook: every form and item of the study file in force, with kind, unit, limits, codes and conditions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy, ngettext

from trialbook.protocol.model import Derived, Form, Item, Study
from trialbook.protocol.unit_words import show_unit
from trialbook.web.following.words import role_name
from trialbook.web.forms.sheet import visit_name
from trialbook.web.forms.words import unit_words
from trialbook.web.request import StudyRequest
from trialbook.web.saying import listed

Shape = Literal["number", "date", "vas", "text", "computed"]
PRINTS = Path(__file__).parents[1] / "print"
HOW: Mapping[str, object] = {
    "mean": gettext_lazy("mean"),
    "sum": gettext_lazy("sum"),
    "instrument": gettext_lazy("by the rules of the instrument"),
    "count": gettext_lazy("how many different ones"),
}
"""How a number is computed, in words."""
SHAPES: dict[str, Shape] = {"number": "number", "date": "date", "vas": "vas"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An item, or a number that is computed from items."""

    name: str
    label: str
    kind: str
    facts: tuple[str, ...]
    choices: tuple[tuple[str, str], ...]
    shape: Shape = "number"
    """What stands on paper for the answer, where there are no choices to tick."""
    squares: int = 4
    """Of a number."""
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A form."""

    id: str
    label: str
    facts: tuple[str, ...]
    rows: tuple[Row, ...]


def codebook(request: StudyRequest) -> HttpResponse:
    """Show every form that the acting role is shown."""
    plan, language = request.actor.study, request.LANGUAGE_CODE
    missing = tuple((code, plan.say(text, language)) for code, text in plan.missing.items())
    return render(request, "codebook.html", {"sheets": sheets_for(request), "missing": missing})


def codebook_pdf(request: StudyRequest) -> HttpResponse:
    """Give the codebook as PDF."""
    heads = [gettext("Item"), gettext("Asks"), gettext("Answer"), gettext("Codes")]
    return printed(request, "codebook", gettext("Codebook"), heads)


def annotated_pdf(request: StudyRequest) -> HttpResponse:
    """Give every form blank, with the names of its items beside them, as PDF."""
    return printed(request, "annotated", gettext("Annotated blank forms"), [])


def sheets_for(request: StudyRequest) -> tuple[Sheet, ...]:
    """Describe every form that the acting role is shown."""
    plan, language = request.actor.study, request.LANGUAGE_CODE
    return tuple(sheet_of(plan, form, language) for form in plan.forms.values() if request.actor.sees(form.id))


def printed(request: StudyRequest, name: str, title: str, heads: list[str]) -> HttpResponse:
    """Set the forms of the study by the template `print/<name>.typ`."""
    from trialbook.render.to_pdf import to_pdf

    plan = request.actor.study
    data = {
        "title": title,
        "study": plan.say(plan.identity.title, request.LANGUAGE_CODE),
        "mark": plan.fingerprint[:12],
        "lang": request.LANGUAGE_CODE[:2],
        "notice": gettext("Invented data: no real participant.") if plan.identity.data == "invented" else "",
        "heads": heads,
        "sheets": [asdict(sheet) for sheet in sheets_for(request)],
    }
    made = to_pdf((PRINTS / f"{name}.typ").read_text(encoding="utf-8"), {"data": json.dumps(data)})
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer


def sheet_of(study: Study, form: Form, language: str) -> Sheet:
    """Describe a form."""
    items = (item_row(study, item, language) for item in form.items.values())
    derived = (derived_row(study, number, language) for number in form.derived.values())
    label = study.say(form.label, language) or form.id
    return Sheet(id=form.id, label=label, facts=tuple(_form_facts(study, form, language)), rows=(*items, *derived))


def _form_facts(study: Study, form: Form, language: str) -> Iterator[str]:
    visits = listed(visit_name(study, visit, language) for visit in form.visits)
    if form.instrument is not None:
        yield gettext("instrument %(name)s") % {"name": form.instrument}
    yield {"once": gettext("once"), "visits": visits, "any time": gettext("at any time")}[form.timing]
    if form.repeating:
        yield gettext("several rows")
    if form.by:
        roles = listed(role_name(study, role, language) for role in form.by)
        yield gettext("filled in by %(roles)s") % {"roles": roles}
    if form.when is not None:
        yield gettext("asked where %(condition)s") % {"condition": form.when}


def item_row(study: Study, item: Item, language: str) -> Row:
    """Describe an item."""
    return Row(
        name=item.id,
        label=study.say(item.label, language),
        kind=kind_in_words(item),
        facts=tuple(_item_facts(item)),
        choices=tuple(_choices(study, item, language)),
        shape=SHAPES.get(item.kind, "text"),
        squares=squares_of(item),
        unit=item.unit or "",
    )


def _choices(study: Study, item: Item, language: str) -> Iterator[tuple[str, str]]:
    if item.kind == "yes_no":
        yield from (("yes", gettext("yes")), ("no", gettext("no")))
    yield from ((code, study.say(text, language) or code) for code, text in item.choices.items())


def squares_of(item: Item) -> int:
    """Return how many digits there is room for on paper."""
    if item.maximum is None:
        return 5
    point = 1 + item.decimals if item.decimals else 0
    return len(str(int(item.maximum))) + point


def kind_in_words(item: Item) -> str:
    """Say of which kind the answers of an item are."""
    return {
        "number": gettext("number"),
        "vas": gettext("visual analogue scale"),
        "choice": gettext("several choices") if item.several else gettext("one choice"),
        "yes_no": gettext("yes or no"),
        "date": gettext("date, the day may be unknown") if item.partial else gettext("date"),
        "text": gettext("text"),
    }[item.kind]


def _item_facts(item: Item) -> Iterator[str]:
    yield from _unit_facts(item.unit)
    if item.accepts:
        yield gettext("also typed in %(units)s") % {"units": listed(map(unit_words, item.accepts))}
    if item.minimum is not None or item.maximum is not None:
        yield gettext("must be %(range)s") % {"range": range_in_words(item.minimum, item.maximum)}
    if item.expected_low is not None or item.expected_high is not None:
        yield gettext("expected %(range)s") % {"range": range_in_words(item.expected_low, item.expected_high)}
    if item.decimals is not None:
        yield ngettext("%(count)s decimal", "%(count)s decimals", item.decimals) % {"count": item.decimals}
    if item.required:
        yield gettext("required")
    if item.when is not None:
        yield gettext("asked where %(condition)s") % {"condition": item.when}


def _unit_facts(unit: str | None) -> Iterator[str]:
    if unit is not None and show_unit(unit):
        yield gettext("in %(unit)s") % {"unit": unit_words(unit)}


def range_in_words(low: Decimal | None, high: Decimal | None) -> str:
    """Write a range that may be open at an end."""
    if low is None:
        return gettext("at most %(high)s") % {"high": high}
    if high is None:
        return gettext("at least %(low)s") % {"low": low}
    return gettext("%(low)s to %(high)s") % {"low": low, "high": high}


def _gap_facts(number: Derived) -> Iterator[str]:
    """Yield how many answers suffice, and what a gap counts."""
    if number.kind not in {"sum", "mean"} or number.at_least >= len(number.of):
        return
    values = {"least": number.at_least, "all": len(number.of)}
    yield gettext("at least %(least)s of %(all)s answered") % values
    if number.kind == "sum" and number.gaps == "prorated":
        yield gettext("each gap counts as much as the mean of the answered ones")
    else:
        yield gettext("gaps count nothing")


def derived_row(study: Study, number: Derived, language: str) -> Row:
    """Describe a number that is computed."""
    of = gettext("from %(items)s") % {"items": ", ".join(number.of)}
    return Row(
        name=number.id,
        label=study.say(number.label, language),
        kind=gettext("computed: %(how)s") % {"how": HOW[number.kind]},
        facts=(of, *_gap_facts(number), *_unit_facts(number.unit)),
        choices=tuple((str(level), study.say(text, language)) for level, text in number.levels.items()),
        shape="computed",
    )
