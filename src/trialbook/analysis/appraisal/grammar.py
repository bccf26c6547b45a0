"""The keys of an appraisal file, and how their values are written; the file is matched with this table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any, cast

from trialbook.analysis.appraisal.model import Claim, Sign, Statement
from trialbook.analysis.appraisal.model import Part as Which
from trialbook.analysis.appraisal.printed import FIGURE, PROBABILITY, parse_figure, parse_probability
from trialbook.protocol import kinds
from trialbook.protocol.kinds import ById, Either, Key, Many, Part, Phrase, Section, Word

WHO = r"[A-Za-z0-9_-]{1,20}"
SEVERAL = rf"{WHO}(?:, ?{WHO})*"
STATEMENT_RULE = re.compile(rf"({SEVERAL}) (?:(value|before|after|change) )?(=|<=|>=|<|>) ({FIGURE})")
CLAIM_RULE = re.compile(rf"({SEVERAL}) change (<|>) ({SEVERAL}) change")
THRESHOLD_RULE = re.compile(rf"(rise|fall) >= ({FIGURE}) ?%")
STEP_RULE = re.compile(r"([1-9][0-9]{0,5})(?:/([1-9][0-9]{0,5}))?|(0\.[0-9]{1,6})")


def parse_statement(text: str) -> Statement | None:
    """Read `each >= 2` or `2, 3 after = 10`."""
    found = STATEMENT_RULE.fullmatch(text)
    if found is None:
        return None
    who = () if found[1] == "each" else people(found[1])
    part, sign = cast("Which", found[2] or "value"), cast("Sign", found[3])
    return Statement(who=who, part=part, sign=sign, number=Fraction(found[4]), text=text)


def parse_claim(text: str) -> Claim | None:
    """Read `2, 3 change > 1, 4 change`."""
    found = CLAIM_RULE.fullmatch(text)
    if found is None or set(people(found[1])) & set(people(found[3])):
        return None
    return Claim(first=people(found[1]), second=people(found[3]), sign="<" if found[2] == "<" else ">", words="")


def parse_threshold(text: str) -> tuple[str, Fraction] | None:
    """Read `rise >= 30 %`."""
    found = THRESHOLD_RULE.fullmatch(text)
    return None if found is None or Fraction(found[2]) <= 0 else (found[1], Fraction(found[2]))


def parse_step(text: str) -> Fraction | None:
    """Read `1`, `1/2` or `0.1`; a step is above 0."""
    found = STEP_RULE.fullmatch(text)
    step = None if found is None else Fraction(text)
    return step or None


def people(text: str) -> tuple[str, ...]:
    """Read `2, 3`."""
    return tuple(name.strip() for name in text.split(","))


def _phrase(name: str, example: str, pattern: str, parse: Any, *json: str) -> Phrase:  # noqa: ANN401 - as kinds has it
    return Phrase(name=name, example=example, pattern=pattern, parse=parse, json=json or ("string",))


FIGURE_AS_PRINTED = _phrase("a printed figure", "5.3", FIGURE, parse_figure, "string", "number")
P_AS_PRINTED = _phrase("a printed probability", "0.002", PROBABILITY, parse_probability, "string", "number")
PERSON = _phrase("a participant", "1", WHO, str, "string", "integer")
WORDS = kinds.LINE
COUNTED = _phrase("a whole number", "4", "[0-9]{1,7}", int, "integer")
SIZE = _phrase("a number of participants", "4", "[1-9][0-9]{0,6}", int, "integer")
STEP = _phrase("the step of a grid", "1/2", STEP_RULE.pattern, parse_step, "string", "number")
STATEMENT = _phrase("a statement on participants", "2, 3 after = 10", STATEMENT_RULE.pattern, parse_statement)
CLAIM = _phrase("a comparison of participants", "2, 3 change > 1, 4 change", CLAIM_RULE.pattern, parse_claim)
THRESHOLD = _phrase("a change by a share", "rise >= 30 %", THRESHOLD_RULE.pattern, parse_threshold)
BY_PLACE = Either(scalar=FIGURE_AS_PRINTED, mapping=ById(WORDS, FIGURE_AS_PRINTED))
P_BY_PLACE = Either(scalar=P_AS_PRINTED, mapping=ById(WORDS, P_AS_PRINTED))
TEST = Word(("paired t", "signed rank", "sign flip", "sign test", "not stated"))
DIVISOR = Word(("either", "n-1", "n"))
ROUNDING = Word(("any", "half up", "half even"))

LABEL = Key("label", WORDS, "What it is called.", otherwise="its name in the file")
WHERE = Key("where", WORDS, "Where the paper prints it.", otherwise="not said")
N = Key("n", SIZE, "Participants behind the figures.", otherwise="those of its column, else of the paper")
MEAN = Key("mean", BY_PLACE, "The printed mean; or each place of the paper with what it prints.")
SD = Key("sd", BY_PLACE, "The printed standard deviation, likewise.")
COLUMN = Key("column", kinds.IDENTIFIER, "The column that holds the single values.", otherwise="none is printed")
SCALE = Key("scale", kinds.RANGE, "Lowest and highest value that can occur.", otherwise="no grid is looked at")
GRIDS = Key(
    "grids",
    ById(STEP, WORDS),
    "Steps in which values may lie above the lowest one, each with what it means. Several are looked at one by one.",
    otherwise="no grid is looked at",
)
STATEMENTS = Key(
    "statements", Many(STATEMENT), "What the paper says of single participants, or of `each`.", otherwise="nothing"
)

FILE = Section(
    name="file",
    title="the appraisal file",
    doc="Figures of one paper, written as they are printed.",
    keys=(
        Key("trialbook-appraisal", Word(("1",)), "Version of this language.", required=True),
        Key("title", WORDS, "What the paper is.", required=True),
        Key("source", WORDS, "Where it was published.", required=True),
        Key("licence", WORDS, "Why its figures may stand here.", otherwise="not said"),
        Key("n", SIZE, "How many participants.", required=True),
        Key("participants", Many(PERSON), "How the paper calls them.", otherwise="1, 2, 3 and so on, up to n"),
        Key("sd", DIVISOR, "What the sum of squares behind an SD is divided by.", default="either"),
        Key("rounding", ROUNDING, "How ties are rounded.", default="any"),
        Key("alpha", kinds.ALPHA, "What the paper calls significant.", default="p < 0.05, two-sided"),
        Key("test", TEST, "The test behind every p, where a change does not name its own.", default="paired t"),
        Key(
            "primary",
            kinds.IDENTIFIER,
            "The change that is the primary endpoint; `none` where the paper names none.",
            otherwise="nothing is said of it",
        ),
        Key("columns", ById(kinds.IDENTIFIER, Part("column")), "Values of single participants.", otherwise="none"),
        Key("lists", ById(kinds.IDENTIFIER, Part("list")), "Names printed for participants.", otherwise="none"),
        Key("summaries", ById(kinds.IDENTIFIER, Part("summary")), "Means and SDs.", otherwise="none"),
        Key("changes", ById(kinds.IDENTIFIER, Part("change")), "Before and after.", otherwise="none"),
        Key("shares", ById(kinds.IDENTIFIER, Part("share")), "So many of so many.", otherwise="none"),
        Key("totals", ById(kinds.IDENTIFIER, Part("total")), "Parts of a whole.", otherwise="none"),
        Key("thresholds", ById(kinds.IDENTIFIER, Part("threshold")), "Who changed by a share.", otherwise="none"),
    ),
)

COLUMN_PART = Section(
    name="column",
    title="a column",
    doc="One printed value for each participant of whom there is one.",
    keys=(
        LABEL,
        WHERE,
        Key(
            "values_are",
            Word(("exact", "rounded", "truncated", "rounded or truncated")),
            "How the values came to their digits.",
            default="exact",
        ),
        Key("values", ById(PERSON, FIGURE_AS_PRINTED), "Participant and value.", required=True),
    ),
)

LIST_PART = Section(
    name="list",
    title="a list",
    doc="Names for each participant, such as previous drugs, and how often other places of the paper count them.",
    keys=(
        LABEL,
        WHERE,
        Key("values", ById(PERSON, Many(WORDS)), "Participant and names.", required=True),
        Key(
            "counted",
            ById(WORDS, ById(WORDS, COUNTED)),
            "Place of the paper, and there each name with how many participants; a name that is absent counts as not "
            "mentioned.",
            otherwise="nowhere",
        ),
    ),
)

SUMMARY_PART = Section(
    name="summary",
    title="a summary",
    doc="A mean and an SD of one variable at one time.",
    keys=(LABEL, N, MEAN, SD, COLUMN, SCALE, GRIDS, STATEMENTS),
)

CHANGE_PART = Section(
    name="change",
    title="a change",
    doc="One variable of the same participants at two times.",
    keys=(
        LABEL,
        N,
        Key("before", Part("moment"), "The first time.", otherwise="nothing is printed of it"),
        Key("after", Part("moment"), "The second time.", otherwise="nothing is printed of it"),
        Key("p", P_BY_PLACE, "The printed p of the difference, such as `0.002` or `<0.001`.", otherwise="none"),
        Key("test", TEST, "The test behind it.", otherwise="that of the file"),
        Key(
            "called", Word(("significant", "trend", "not significant")), "What the paper calls it.", otherwise="nothing"
        ),
        Key("words", WORDS, "The words with which it does.", otherwise="the word of `called`"),
        SCALE,
        GRIDS,
        STATEMENTS,
        Key("claims", ById(CLAIM, WORDS), "Comparisons of participants, each with the words of the paper."),
    ),
)

MOMENT_PART = Section(
    name="moment",
    title="a moment",
    doc="Mean and SD at one of two times.",
    keys=(
        Key("label", WORDS, "Which time it is.", otherwise="before, or after"),
        MEAN,
        SD,
        COLUMN,
    ),
)

SHARE_PART = Section(
    name="share",
    title="a share",
    doc="So many of so many.",
    keys=(
        LABEL,
        Key("count", COUNTED, "How many.", required=True),
        Key("of", SIZE, "Of how many.", required=True),
        Key("percent", BY_PLACE, "The printed percentage, without its sign.", otherwise="none"),
        Key("words", WORDS, "Words by which the paper calls it rare, such as `well tolerated`.", otherwise="none"),
        Key(
            "at_most",
            kinds.PERCENT,
            "Beside `words`: the share of all above which they would no longer be said.",
            default="10 %",
        ),
    ),
)

TOTAL_PART = Section(
    name="total",
    title="a total",
    doc="Parts that should make up a whole.",
    keys=(
        LABEL,
        Key("of", SIZE, "The whole.", required=True),
        Key("parts", ById(WORDS, COUNTED), "Each part with its count.", required=True),
    ),
)

THRESHOLD_PART = Section(
    name="threshold",
    title="a threshold",
    doc="Who is said to have changed by at least a share of the value before.",
    keys=(
        LABEL,
        Key("before", kinds.IDENTIFIER, "Column of the values before.", required=True),
        Key("after", kinds.IDENTIFIER, "Column of the values after.", required=True),
        Key("by", THRESHOLD, "Direction and share.", required=True),
        Key("named", Many(PERSON), "Participants whom the paper names; `[]` for none.", required=True),
    ),
)

SECTIONS: Mapping[str, Section] = MappingProxyType(
    {
        section.name: section
        for section in (
            FILE, COLUMN_PART, LIST_PART, SUMMARY_PART, CHANGE_PART, MOMENT_PART, SHARE_PART, TOTAL_PART,
            THRESHOLD_PART,
        )
    }
)  # fmt: skip
"""Every section by its name, in the order of the file."""
