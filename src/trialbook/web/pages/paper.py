"""Paper forms: what a visit asks, to print and fill in by pen, and to type in later through the ordinary form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Literal

from django.http import Http404, HttpResponse
from django.shortcuts import render

from trialbook.protocol.model import Form, Item, Study
from trialbook.render.numbers import show_unit
from trialbook.web.looking import casebook_for
from trialbook.web.request import StudyRequest
from trialbook.web.wordings import FormWords, Wordings, codes_of, is_line, worded_by, wordings_in

Shape = Literal["matrix", "choices", "several", "line", "number", "date", "text", "paragraph"]
MOST_COLUMNS = 7
"""Answers of a matrix; where there are more, each item has its own list."""
ROWS = 3
"""Of a form with rows: how many are printed."""
NO_UNIT = frozenset({"score", "count", "ratio"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An item as it is printed."""

    id: str
    text: str
    hint: str = ""
    when: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    low: str = ""
    high: str = ""
    unit: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Items that are printed together: a matrix of items with the same answers, or items of one shape."""

    shape: Shape
    items: tuple[Asked, ...]
    stem: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """Heads of the columns of a matrix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A form as it is printed."""

    form: Form
    title: str
    visit: str
    blocks: tuple[Block, ...]
    rows: tuple[int, ...]
    """1, 2, 3 of a form with rows; one 1 of any other."""
    words: FormWords | None
    is_for_staff: bool
    """The licensed wording is not here: the sheet is to type from, not to be handed to the participant."""


def paper_form(request: StudyRequest, participant: str, visit: str) -> HttpResponse:
    """Print the forms of a visit for one participant, whose code is filled in."""
    casebook = casebook_for(request, participant)
    return printed(request, visit, participant=casebook.participant)


def paper_visit(request: StudyRequest, visit: str) -> HttpResponse:
    """Print the forms of a visit for nobody in particular."""
    return printed(request, visit)


def paper_all(request: StudyRequest) -> HttpResponse:
    """Print every form once, those that belong to no visit too."""
    return printed(request, "")


def printed(request: StudyRequest, visit: str, participant: str = "") -> HttpResponse:
    """Render the forms of a visit, or all; only those that the acting role is shown."""
    study = request.actor.study
    if visit and visit not in study.schedule.visits:
        raise Http404
    forms = tuple(study.visit_forms(visit)) if visit else tuple(study.forms.values())
    if "form" in request.GET:
        forms = tuple(form for form in forms if form.id in request.GET.getlist("form"))
    wordings = wordings_in(request.site.folder.path, study)
    tag = language_of(request, wordings)
    sheets = tuple(sheet_of(request, wordings, form, visit, tag) for form in forms if request.actor.sees(form.id))
    if not sheets:
        raise Http404
    context = {
        "sheets": sheets,
        "participant": participant,
        "visit": visit,
        "visit_label": study.say(study.schedule.visits[visit].label, tag) if visit else "",
        "missing": tuple((code, study.say(text, tag)) for code, text in study.missing.items()),
        "tag": tag,
        "languages": wordings.languages(study),
        "visits": tuple((one.id, study.say(one.label, tag)) for one in study.schedule.visits.values()),
        "today": request.site.today(),
    }
    return render(request, "paper_forms.html", context)


def language_of(request: StudyRequest, wordings: Wordings) -> str:
    """Return the language in which to print: the one asked for, else the reader's, else the study's first."""
    known = wordings.languages(request.actor.study)
    asked = (request.GET.get("language", ""), request.LANGUAGE_CODE)
    found = (tag for wanted in asked for tag in known if tag.casefold() == wanted.casefold())
    return next(found, known[0])


def sheet_of(request: StudyRequest, wordings: Wordings, form: Form, visit: str, tag: str) -> Sheet:
    """Return a form as it is printed, in its licensed wording where that is loaded."""
    study = request.actor.study
    loaded = wordings.find(worded_by(form), tag)
    words = loaded.words if loaded is not None else None
    asked = {item.id: asked_of(request, form, item, words, tag) for item in form.items.values()}
    stems = stems_of(study, form, words, tag)
    planned = study.schedule.visits.get(visit)
    return Sheet(
        form=form,
        title=words.title if words is not None else study.say(form.label, tag),
        visit="" if planned is None or form.timing != "visits" else study.say(planned.label, tag),
        blocks=tuple(blocks_of(form, asked, stems)),
        rows=tuple(range(1, ROWS + 1)) if form.repeating else (1,),
        words=words,
        is_for_staff=form.instrument is not None and "participant" in form.by and words is None,
    )


def stems_of(study: Study, form: Form, words: FormWords | None, tag: str) -> dict[str, str]:
    """Return the heading above each item: that of its screen in the words of the file, else that of its group."""
    if words is not None:
        return {item: screen.stem for screen in words.screens for item in screen.items}
    groups = {group: study.say(label, tag) for group, label in form.group_labels.items()}
    return {item.id: groups.get(item.group or "", "") for item in form.items.values()}


def asked_of(request: StudyRequest, form: Form, item: Item, words: FormWords | None, tag: str) -> Asked:
    """Return an item as it is printed, with the words of the file or else of the study."""
    study, question = request.actor.study, words.questions[item.id] if words is not None else None
    own = (
        {"yes": "", "no": ""}
        if item.kind == "yes_no"
        else {code: study.say(t, tag) for code, t in item.choices.items()}
    )
    choices = own if question is None else question.choices
    low, high = ends_of(item)
    return Asked(
        id=item.id,
        text=study.say(item.label_below, tag) if question is None else question.text,
        hint=study.say(item.help, tag) if question is None else question.hint,
        when=item.when or "",
        choices=tuple((code, choices.get(code, "")) for code in codes_of(item)),
        low=low if question is None else question.low,
        high=high if question is None else question.high,
        unit="" if item.unit is None or item.unit in NO_UNIT else show_unit(item.unit),
        required=item.required or form.complete == "all",
    )


def ends_of(item: Item) -> tuple[str, str]:
    """Return the numbers at the ends of a scale."""
    return plain(item.minimum), plain(item.maximum)


def plain(number: Decimal | None) -> str:
    """Write a limit of a scale."""
    return "" if number is None else f"{number.normalize():f}"


def blocks_of(form: Form, asked: Mapping[str, Asked], stems: Mapping[str, str]) -> Iterator[Block]:
    """Yield the items in the order of the form, neighbours with the same answers below one heading as one matrix."""

    def alike(item: Item) -> tuple[Shape, tuple[tuple[str, str], ...], str]:
        return shape_of(form, item), asked[item.id].choices, stems.get(item.id, "")

    above = ""
    for (shape, choices, stem), items in groupby(form.items.values(), alike):
        group = tuple(asked[item.id] for item in items)
        heading, above = "" if stem == above else stem, stem
        if shape == "matrix" and len(group) > 1:
            yield Block(shape="matrix", items=group, stem=heading, choices=choices)
        else:
            yield Block(shape="choices" if shape == "matrix" else shape, items=group, stem=heading)


def shape_of(form: Form, item: Item) -> Shape:
    """Return how an item is printed."""
    if is_line(worded_by(form), item):
        return "line"
    if item.several:
        return "several"
    if codes_of(item):
        is_short = item.kind == "yes_no" or len(item.choices) <= MOST_COLUMNS
        return "matrix" if is_short and not form.repeating else "choices"
    if item.kind == "number":
        return "number"
    if item.kind == "date":
        return "date"
    return "paragraph" if item.paragraph else "text"
