"""Questions: the items of a form as a template shows them, in sections, with what is typed and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby
from typing import Literal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from trialbook.conduct.answers import answered_of
from trialbook.conduct.casebook import VISIT_FORM, Answer
from trialbook.protocol.model import Derived, Item
from trialbook.protocol.typed_dates import DAY, NEVER
from trialbook.protocol.values import SEPARATOR, YES_NO
from trialbook.web.forms.reading import Reading, derived_numbers, failed_checks
from trialbook.web.forms.sheet import Sheet
from trialbook.web.forms.typed import Given, Typed
from trialbook.web.forms.words import (
    choice_label,
    derived_shown,
    hint,
    local_time,
    missing_label,
    shown,
    told,
    unit_words,
)

NONE = SafeString("")
CHECKED = SafeString(" checked")
SELECTED = SafeString(" selected")

RANGE = "VALUE-31"
"""Code of an answer outside of its expected range."""

Control = Literal["number", "vas", "choice", "several", "date", "partial", "line", "paragraph"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of several things to choose."""

    code: str
    label: str
    is_given: bool
    hint: str = ""
    """Of a unit: the range that is expected in it."""
    attributes: SafeString = NONE
    """Name, value and whether it is checked, of its input: written once here, since a page has hundreds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """What somebody else recorded meanwhile."""

    shown: str
    """Empty where they cleared it."""
    by: str
    at: str
    choice: str = ""
    """`mine` or `theirs`, where the person has chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One item with its inputs; `question.html` shows one."""

    item: str
    key: str
    """Names it in ids of the page: letters, digits, `_` and `--`."""
    control: Control
    label: str
    short: str = ""
    """What it is called below the heading of its section."""
    hint: str = ""
    help: str = ""
    text: str = ""
    unit: str = ""
    """The unit, where there is no choice of several."""
    units: tuple[Option, ...] = ()
    unit_name: str = ""
    """What the choice of a unit is called."""
    options: tuple[Option, ...] = ()
    codes: SafeString = NONE
    """Missing-data codes, as the options of a select; empty where the study has none."""
    low: str = ""
    high: str = ""
    step: str = ""
    has_never: bool = False
    is_never: bool = False
    is_required: bool = False
    is_hidden: bool = False
    is_conditional: bool = False
    """Whether other answers decide that it is asked."""
    is_changed: bool = False
    is_doomed: bool = False
    is_dropped: bool = False
    standing: str = ""
    """The answer that stands, as a reader reads it."""
    why: str = ""
    """The reason given so far."""
    wrong: tuple[str, ...] = ()
    """Why it cannot be saved so."""
    look: tuple[str, ...] = ()
    """What ought to be looked at; it is saved all the same."""
    theirs: Theirs | None = None
    history: str = ""
    """Address of its history; empty where nothing was ever recorded."""
    is_corrected: bool = False
    """Whether the answer that stands is another than the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Questions that belong together; `is_grid` where they are rated in one table."""

    label: str
    questions: tuple[Question, ...]
    is_grid: bool = False
    has_codes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A derived number as it is shown."""

    key: str
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What there is to say beside the answers themselves."""

    wrong: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By item."""
    theirs: Mapping[str, Theirs] = field(default_factory=dict)
    ever: frozenset[str] = frozenset()
    """Items in which something was ever recorded."""
    queries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Open queries by item."""
    ranged: frozenset[str] = frozenset()
    """Items whose expected range one of these asks about."""


def key_of(item: str) -> str:
    """Return the name of an item for ids of a page: items have letters, digits, underscores and dots."""
    return item.replace(".", "--")


def sections_of(sheet: Sheet, typed: Typed, reading: Reading, said: Said) -> list[Section]:
    """Return the questions of a form in their order, ratings of a group together."""
    looks = looks_of(sheet, reading, said.ranged - reading.changed)
    asked = [question_of(sheet, item, typed, reading, said, looks) for item in sheet.form.items.values()]
    questions = dict(zip(sheet.form.items, asked, strict=True))
    sections = []
    for group, items in groupby(sheet.form.items.values(), key=lambda item: item.group or ""):
        found = list(items)
        label = sheet.say(sheet.form.group_labels.get(group, {})) or group
        sections.append(
            Section(
                label=label if group else "",
                questions=tuple(questions[item.id] for item in found),
                is_grid=bool(group) and all(item.kind == "number" for item in found),
                has_codes=bool(sheet.study.missing),
            )
        )
    return sections


def looks_of(sheet: Sheet, reading: Reading, ranged: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """Return what ought to be looked at, by item; under the empty name what belongs to none.

    Of the items in `ranged` a query asks already whether they lie in their range.
    """
    looks = {
        name: tuple(told(query) for query in value.queries if name not in ranged or query.code != RANGE)
        for name, value in reading.values.items()
    }
    for check, item in failed_checks(sheet, reading.casebook):
        looks[item] = (*looks.get(item, ()), sheet.say(check.say))
    return looks


def question_of(
    sheet: Sheet, item: Item, typed: Typed, reading: Reading, said: Said, looks: Mapping[str, Sequence[str]]
) -> Question:
    """Return an item as it is shown."""
    answer, name = sheet.standing(item.id), item.id
    problem = reading.problems.get(name)
    wrong = said.wrong.get(name, ()) or (() if problem is None else (told(problem),))
    has_history = answer is not None or name in said.ever
    return replace(
        plain_question(sheet, item, reading.given.get(name, Given())),
        is_hidden=reading.is_hidden(sheet, name) and name not in said.ever,
        is_changed=name in reading.changed,
        is_doomed=name in reading.doomed,
        is_dropped=name in typed.dropped,
        standing="" if answer is None else shown(sheet, item, answer),
        why=typed.reasons.get(name, ""),
        wrong=tuple(wrong),
        look=(*looks.get(name, ()), *said.queries.get(name, ())),
        theirs=said.theirs.get(name),
        history=history_address(sheet, name) if has_history else "",
        is_corrected=answer is not None and answer.seq != answer.first_seq,
    )


def plain_question(sheet: Sheet, item: Item, given: Given) -> Question:
    """Return an item with what stands in its inputs, and nothing said of it."""
    is_never = given.text == NEVER and item.never
    return Question(
        item=item.id,
        key=key_of(item.id),
        control=control_of(item, given.text),
        label=sheet.say_item(item),
        short=sheet.say(item.rating) or sheet.say_item(item),
        hint=hint(item, given.unit),
        help=sheet.say(item.help),
        text="" if is_never else given.text,
        unit="" if item.accepts else unit_words(item.unit or ""),
        units=units_of(item, given.unit),
        options=options_of(sheet, item, given.text),
        codes=codes_of(sheet, given.missing) if sheet.form.id != VISIT_FORM else NONE,
        unit_name=gettext("Unit of %(label)s") % {"label": sheet.say_item(item)} if item.accepts else "",
        low="" if item.minimum is None else f"{item.minimum:f}",
        high="" if item.maximum is None else f"{item.maximum:f}",
        step=f"{10 ** -(item.decimals or 0):g}" if item.kind == "vas" else "",
        has_never=item.never,
        is_never=is_never,
        is_conditional=item.when is not None,
        is_required=item.required or sheet.form.complete == "all",
    )


def control_of(item: Item, text: str) -> Control:
    """Return which input an item has."""
    if item.kind == "date":
        # a browser shows nothing of a date that is none, and the typed text has to stay
        return "date" if not item.partial and (not text or text == NEVER or DAY.fullmatch(text)) else "partial"
    if item.kind in {"choice", "yes_no"}:
        return "several" if item.several else "choice"
    if item.kind == "text":
        return "paragraph" if item.paragraph else "line"
    return "vas" if item.kind == "vas" else "number"


def units_of(item: Item, given: str) -> tuple[Option, ...]:
    """Return the units of which one is chosen; none where there is only one."""
    own = item.unit or ""
    known = (own, *item.accepts) if item.accepts else ()
    return tuple(
        Option(code=unit, label=unit_words(unit), is_given=unit == (given or own), hint=hint(item, unit))
        for unit in known
    )


def options_of(sheet: Sheet, item: Item, text: str) -> tuple[Option, ...]:
    """Return the choices of an item."""
    codes = YES_NO if item.kind == "yes_no" else tuple(item.choices)
    given = text.split(SEPARATOR) if item.several else [text]
    return tuple(option_of(item.id, code, choice_label(sheet, item, code), is_given=code in given) for code in codes)


def option_of(item: str, code: str, label: str, *, is_given: bool) -> Option:
    """Return one choice of an item, with the attributes of its input."""
    attributes = format_html('name="answer.{}" value="{}"{}', item, code, CHECKED if is_given else NONE)
    return Option(code=code, label=label, is_given=is_given, attributes=attributes)


def codes_of(sheet: Sheet, given: str) -> SafeString:
    """Return the missing-data codes as options."""
    return code_options(tuple((code, missing_label(sheet, code)) for code in sheet.study.missing), given)


@lru_cache(maxsize=64)
def code_options(codes: tuple[tuple[str, str], ...], given: str) -> SafeString:
    """Write codes with their labels as options, once for all items of all pages."""
    rows = ((code, SELECTED if code == given else NONE, label) for code, label in codes)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


def history_address(sheet: Sheet, item: str) -> str:
    """Return where the history of a value is told."""
    base = reverse("form-history", kwargs={"participant": sheet.casebook.participant})
    return f"{base}?{urlencode({**sheet.place(), 'item': item})}"


def theirs_of(sheet: Sheet, item: str, answer: Answer | None, choice: str) -> Theirs:
    """Return what somebody else recorded in an item."""
    if answer is None:
        return Theirs(shown="", by=gettext("somebody"), at="", choice=choice)
    return Theirs(
        shown=shown(sheet, sheet.form.items[item], answer),
        by=answer.by or gettext("somebody"),
        at=local_time(sheet.study, answer.at) if answer.at else "",
        choice=choice,
    )


def derived_of(sheet: Sheet, reading: Reading) -> Iterator[Shown]:
    """Yield the derived numbers of a form by what is typed now."""
    for derived, value in derived_numbers(sheet, reading.casebook):
        label = sheet.say(derived.label) or derived.id
        written = derived_shown(derived, value, sheet)
        told = written if value is None else with_gaps(sheet, reading, derived, written)
        yield Shown(key=key_of(derived.id), label=label, value=told)


def with_gaps(sheet: Sheet, reading: Reading, derived: Derived, written: str) -> str:
    """Say beside a sum or mean how many answers it is of, where some are missing, and what these count."""
    answered = answered_of(reading.casebook, derived, sheet.cell(""))
    if derived.kind not in {"sum", "mean"} or answered >= len(derived.of):
        return written
    values = {"value": written, "answered": answered, "all": len(derived.of)}
    if derived.kind == "mean":
        return gettext("%(value)s (of %(answered)s of %(all)s answers)") % values
    if derived.gaps == "left out":
        return gettext("%(value)s (of %(answered)s of %(all)s answers; gaps count nothing)") % values
    return gettext("%(value)s (of %(answered)s of %(all)s answers; each gap counts as much as their mean)") % values
