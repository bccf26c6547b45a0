"""The ways in which a value of the study file may be written; `grammar` says which key takes which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from trialbook.protocol import loinc, phrases
from trialbook.protocol.graded_terms import with_version
from trialbook.protocol.limits import GROUP, group_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One text with a fixed way of writing."""

    name: str
    """What it is, as a sentence goes on after “is not”."""
    example: str
    pattern: str
    """Regular expression of the whole text; understood alike by Python and by JSON Schema."""
    parse: Callable[[str], Any]
    """What the text means; None where it fits the pattern and yet means nothing."""
    json: tuple[str, ...] = ("string",)
    """Types that a general YAML reader, such as an editor's, may see in it."""


@dataclass(frozen=True, slots=True)
class Word:
    """One of these words."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """A text for people: a string, or a mapping from language to string."""


@dataclass(frozen=True, slots=True)
class Many:
    """A list; one alone may stand without brackets."""

    of: Kind


@dataclass(frozen=True, slots=True)
class ById:
    """A mapping whose keys are names that the team chooses."""

    key: Phrase
    of: Kind
    codes: bool = False
    """The keys are recorded codes, so that `assumed` may be one of them."""


@dataclass(frozen=True, slots=True)
class Part:
    """A mapping with the keys of a section of the grammar."""

    section: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """Several ways of writing, told apart by their shape; None where that shape has no meaning."""

    scalar: Kind | None = None
    items: Kind | None = None
    mapping: Kind | None = None


Kind = Phrase | Word | Texts | Many | ById | Part | Either


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a section."""

    name: str
    kind: Kind
    doc: str
    required: bool = field(default=False, kw_only=True)
    default: str | None = field(default=None, kw_only=True)
    """What is read where the key is absent, as one would write it."""
    otherwise: str = field(default="", kw_only=True)
    """In words, what holds where the key is absent and the default depends on the rest of the file."""
    only_with: tuple[str, ...] = field(default=(), kw_only=True)
    """The key means something only beside one of these."""
    needed_with: tuple[str, ...] = field(default=(), kw_only=True)
    """The key has to be there beside one of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A mapping with fixed keys."""

    name: str
    title: str
    """What one is called in a sentence: `an item`."""
    doc: str
    keys: tuple[Key, ...]
    one_of: tuple[str, ...] = ()
    """Exactly one of these keys has to be there."""

    def key(self, name: str) -> Key | None:
        """Return the key of this name, None where there is none."""
        return next((key for key in self.keys if key.name == name), None)


def _words(text: str) -> str:
    """Return the text with every run of white space as one blank: a folded line is one line."""
    return " ".join(text.split())


def _boolean(text: str) -> bool:
    return text == "true"


def _whole_text(text: str) -> str:
    return text


def _phrase(name: str, example: str, pattern: str, parse: Callable[[str], Any], *json: str) -> Phrase:
    return Phrase(name=name, example=example, pattern=pattern, parse=parse, json=json or ("string",))


KEYWORDS = frozenset({"in", "true", "false", "null"})
"""Words of a condition that can be no name."""


def _identifier(text: str) -> str | None:
    return None if text in KEYWORDS else text


def _code(text: str) -> str | None:
    return text if len(text) <= 80 else None


def _visit_id(text: str) -> str | None:
    return None if " to " in f" {text} " or text.startswith("unscheduled") else text


IDENTIFIER = _phrase(
    "a name of letters, digits and underscores that begins with a letter",
    "vital_signs",
    "[A-Za-z][A-Za-z0-9_]{0,59}",
    _identifier,
)
STUDY_ID = _phrase("a short name in lower case", "rtx-pm", "[a-z0-9][a-z0-9-]{0,39}", _whole_text)
VISIT_ID = _phrase(
    "a name of words and numbers without “to” and not beginning with “unscheduled”",
    "week 4",
    "[A-Za-z0-9_-]{1,30}( [A-Za-z0-9_-]{1,30}){0,5}",
    _visit_id,
    "string",
    "integer",
)
VISITS = _phrase(
    "a visit, the name of a set, or a range of visits", "week 4 to week 20", r"\S.*", _words, "string", "integer"
)
CODE = _phrase(
    "a code without a semicolon, at most 80 characters long",
    "PM",
    r"[^;\s]+( [^;\s]+)*",
    _code,
    "string",
    "number",
    "boolean",
)
VISIT = _phrase("a visit", "week 28", r"\S.*", _words, "string", "integer")
SENTENCE = _phrase("the name of an endpoint, or of a section of the Results", "ck", r"\S+", _whole_text)
MEMBER = _phrase(
    "the name of an item, a group, or a rating of a group",
    "proximal",
    r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)?",
    _whole_text,
)
LINE = _phrase("a text", "Left shoulder", r"\S[\s\S]*", _words, "string", "number", "boolean")
CONDITION = _phrase("a condition", "'demographics.age >= 18'", r"\S[\s\S]*", _words, "string", "boolean")
ITEM_NAME = _phrase("the name of an item, written form.item", "enzymes.ck", phrases.NAME, _whole_text)
ZONE = _phrase("a time zone", "Europe/Stockholm", r"[A-Za-z0-9_+\-/]+", _whole_text)
LANGUAGE = _phrase("a language", "zh-Hant", "[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", _whole_text)
UNIT = _phrase("a unit", "U/L", r"\S{1,40}", _whole_text)
BOOLEAN = _phrase("true or false", "true", "true|false", _boolean, "boolean")
COUNT = _phrase("a whole number from 1 on", "13", "[1-9][0-9]{0,5}", int, "integer")
WEEK = _phrase("the number of a week", "14", "-?[0-9]{1,4}", int, "integer")
DECIMALS = _phrase("a number of decimals from 0 to 9", "1", "[0-9]", int, "integer")
NUMBER = _phrase("a number", "2.5", phrases.NUMBER, Decimal, "number")
SHARE = _phrase("a number between 0 and 1", "0.9", phrases.NUMBER, phrases.parse_share, "number")
POSITIVE = _phrase("a number above 0", "0.22", phrases.NUMBER, phrases.parse_positive, "number")
DURATION = _phrase("a length of time", "4 weeks", phrases.DURATION, phrases.parse_duration)
MINUTES = _phrase("a number of minutes or hours", "30 minutes", phrases.MINUTES, phrases.parse_duration)
EITHER_SIDE = _phrase(
    "a time either side", "1 day either side", f"{phrases.DURATION} either side", phrases.parse_either_side
)
QUANTITY = _phrase("an amount with its unit", "375 mg/m2", phrases.QUANTITY_RULE.pattern, phrases.parse_quantity)
RATE = _phrase("an amount an hour", "50 mg/h", phrases.QUANTITY_RULE.pattern, phrases.parse_quantity)
RANGE = _phrase("a range, the smaller number first", "0 to 10", phrases.RANGE_RULE.pattern, phrases.parse_range)
DAYS = _phrase(
    "a study day or a range of days", "-14 to -4", phrases.DAYS_RULE.pattern, phrases.parse_days, "integer", "string"
)
DOSE_DAY = _phrase("a study day", "day 0", "day -?[0-9]{1,5}", _whole_text)
TOLERANCE = _phrase(
    "a time before and after the planned day",
    "3 days either side",
    phrases.TOLERANCE_RULE.pattern,
    phrases.parse_tolerance,
)
AT_LEAST = _phrase("a part of all, or “all”", "8 of 10", phrases.AT_LEAST_RULE.pattern, phrases.parse_at_least)
ALPHA = _phrase("a level", "p < 0.05, two-sided", phrases.ALPHA_RULE.pattern, phrases.parse_alpha)
PERCENT = _phrase("a percentage", "95 %", phrases.PERCENT_RULE.pattern, phrases.parse_percent)
ANCHOR = _phrase(
    "“enrolment”, or the first or last answer of a date item",
    "first dosing.start",
    phrases.ANCHOR_RULE.pattern,
    phrases.parse_anchor,
)
CUT = _phrase("“after” and a visit, a date, or “at lock”", "after week 28", phrases.CUT_RULE.pattern, phrases.parse_cut)
BASELINE = _phrase("a rule", "visit week 0", phrases.BASELINE_RULE.pattern, phrases.parse_baseline)
DATE_NAME = _phrase(
    "the name of a date item, with “first” or “last” where there may be several rows",
    "screening.last_surgery",
    phrases.WHICH,
    _whole_text,
)
MOMENT = _phrase(
    "“enrolment”, or the name of a date item, with “first” or “last” where there may be several rows",
    "consent.date",
    f"enrolment|{phrases.WHICH}",
    _whole_text,
)
UPPER = _phrase(
    "a number, or the item of the same form that holds it",
    "198",
    f"{phrases.NUMBER}|[A-Za-z][A-Za-z0-9_]*",
    _whole_text,
    "number",
    "string",
)
LIMIT_GROUP = _phrase("F, M or all, with ages where it is for some of them", "M 18 to 59", GROUP, group_key)
LOINC = _phrase("a LOINC code with its check digit", "2157-6", loinc.PATTERN, loinc.code_of)
GRADED = _phrase("a term of CTCAE version 5", "CPK increased", r"\S[\s\S]*", with_version)

TEXT = Texts()
NAMES = Many(IDENTIFIER)
