"""The language of the scenario file as one visible table, in the shapes of the study file's own grammar.

The table serves the reading, “did you mean” and the reference page; it is the only place where a key is named. Every
key has a default: the built-in scenario is the empty file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from trialbook.protocol import kinds, phrases
from trialbook.protocol.kinds import ById, Either, Key, Many, Part, Phrase, Section, Word
from trialbook.protocol.model import Duration
from trialbook.simulate.courses import Bounds, Spread

NUMBER = phrases.NUMBER
SPREAD_RULE = re.compile(f"mean ({NUMBER}), sd ({NUMBER})|median ({NUMBER}), spread ({NUMBER})|always ({NUMBER})")
CHANGE_RULE = re.compile(f"same|shift [+]?({NUMBER})|factor ({NUMBER})")
SHARE_RULE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%")
COUNTS_RULE = re.compile(r"([0-9]{1,3})(?: to ([0-9]{1,3}))?")
AGO_RULE = re.compile(rf"({phrases.DURATION}) to ({phrases.DURATION})")
DAYS_IN = MappingProxyType({"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25})
"""Days in a unit of time, on average."""


def parse_spread(text: str) -> Spread | None:
    """Read `mean 5.3, sd 3.8`, `median 2300, spread 1.8` or `always 10`; None where no distribution is like that."""
    found = SPREAD_RULE.fullmatch(text)
    if found is None:
        return None
    if found[5] is not None:
        return Spread(kind="normal", centre=float(found[5]), width=0.0)
    kind, centre, width = ("normal", found[1], found[2]) if found[1] is not None else ("log", found[3], found[4])
    spread = Spread(kind="log" if kind == "log" else "normal", centre=float(centre), width=float(width))
    least = (0.0, 1.0) if kind == "log" else (float("-inf"), 0.0)
    return spread if spread.centre > least[0] and spread.width >= least[1] else None


def parse_change(text: str) -> tuple[str, float] | Spread | None:
    """Read `same`, `shift +2`, `factor 0.25`, or a distribution."""
    found = CHANGE_RULE.fullmatch(text)
    if found is None:
        return parse_spread(text)
    if found[1] is not None:
        return "shift", float(found[1])
    if found[2] is not None:
        return ("factor", float(found[2])) if float(found[2]) > 0 else None
    return "shift", 0.0


def parse_share(text: str) -> float | None:
    """Read `5 %` as 0.05; None for more than all."""
    found = SHARE_RULE.fullmatch(text)
    share = None if found is None else float(Decimal(found[1]) / 100)
    return None if share is None or share > 1 else share


def parse_counts(text: str) -> tuple[int, int] | None:
    """Read `4` or `2 to 4`, the smaller number first."""
    found = COUNTS_RULE.fullmatch(text)
    if found is None:
        return None
    low, high = int(found[1]), int(found[2] or found[1])
    return (low, high) if low <= high else None


def parse_ago(text: str) -> tuple[float, float] | None:
    """Read `6 months to 5 years` as days, the shorter time first."""
    found = AGO_RULE.fullmatch(text)
    if found is None:
        return None
    shorter, longer = (days_of(phrases.parse_duration(part)) for part in (found[1], found[4]))
    return (shorter, longer) if 0 < shorter <= longer else None


def days_of(duration: Duration | None) -> float:
    """Return the days of a length of time, 0 for one that is counted in hours."""
    return 0.0 if duration is None else duration.count * DAYS_IN.get(duration.unit, 0.0)


def parse_bounds(text: str) -> Bounds | None:
    """Read `0 to 10`."""
    found = phrases.parse_range(text)
    return None if found is None else Bounds(low=float(found[0]), high=float(found[1]))


def parse_day(text: str) -> date | None:
    """Read `2026-01-05`."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(1900, 1, 1) <= day <= date(2150, 1, 1) else None


def parse_weight(text: str) -> float | None:
    """Read a weight, a number from 0 on."""
    weight = float(text)
    return weight if weight >= 0 else None


SHARE = Phrase(name="a share of all cases", example="5 %", pattern=SHARE_RULE.pattern, parse=parse_share)
SPREAD = Phrase(
    name="a distribution (“mean 5.3, sd 3.8”, “median 2300, spread 1.8” or “always 10”)",
    example="mean 5.3, sd 3.8",
    pattern=SPREAD_RULE.pattern,
    parse=parse_spread,
)
CHANGE = Phrase(
    name="“same”, a shift, a factor or a distribution",
    example="factor 0.25",
    pattern=f"{CHANGE_RULE.pattern}|{SPREAD_RULE.pattern}",
    parse=parse_change,
)
COUNTS = Phrase(
    name="a number or a range of numbers", example="4 to 7", pattern=COUNTS_RULE.pattern, parse=parse_counts
)
AGO = Phrase(
    name="two lengths of time, the shorter first",
    example="6 months to 5 years",
    pattern=AGO_RULE.pattern,
    parse=parse_ago,
)
DAY = Phrase(name="a day", example="2026-01-05", pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}", parse=parse_day)
BOUNDS = Phrase(name="a range", example="0 to 10", pattern=phrases.RANGE_RULE.pattern, parse=parse_bounds)
WEIGHT = Phrase(name="a weight from 0 on", example="3", pattern=NUMBER, parse=parse_weight)
RATE = Phrase(name="a number from 0 on", example="10", pattern=NUMBER, parse=parse_weight)
VALUE_NAME = Phrase(
    name="an item, a group, a derived number or a score, written form.name",
    example="enzymes.ck",
    pattern=phrases.NAME,
    parse=str,
)
WORDS = Phrase(name="a text", example="Headache", pattern=r"\S[\s\S]*", parse=lambda text: " ".join(text.split()))
DOSES = Phrase(
    name="an amount", example="7.5", pattern=NUMBER, parse=lambda text: Decimal(text) if Decimal(text) > 0 else None
)

INCIDENTS: Mapping[str, str] = MappingProxyType(
    {
        "screening failure": "somebody is screened who does not meet a criterion",
        "unknown criterion": "somebody is screened of whom a criterion cannot be judged",
        "early visit": "a visit takes place before its window",
        "late visit": "a visit takes place after its window",
        "missed visit": "a visit does not take place",
        "leaving": "a participant leaves before the end",
        "late dose": "a dose is given after its window",
        "missed dose": "a dose is not given",
        "interrupted dose": "an infusion is interrupted, and ended later",
        "incomplete dose": "an infusion is ended before the whole dose is in",
        "other amount": "another amount is given than was planned",
        "no premedication": "what comes before each dose is forgotten",
        "reaction": "a participant reacts to a dose, and drugs of reserve are given",
        "background change": "a background drug that should stay constant is changed",
        "adverse event": "an adverse event is recorded",
        "missing answer": "an item is marked missing",
        "correction": "an answer is corrected, with a reason",
        "rating first": "a rating is recorded before the questionnaires that should come before it",
        "other rater": "another person rates than at the visits before",
        "ineligible": "it turns out after enrolment that a criterion was not met",
        "late consent": "it turns out after enrolment that consent was given later than written",
    }
)
"""What can go wrong in a rehearsal: the word in the file, and what happens then."""


def _share(name: str, default: str, doc: str) -> Key:
    return Key(name, SHARE, doc, default=default)


FILE = Section(
    name="file",
    title="the scenario",
    doc="What the invented participants are like, and what goes wrong.",
    keys=(
        Key("trialbook-scenario", Word(("1",)), "Version of this language.", required=True),
        Key("start", DAY, "Day on which the first participant is screened.", default="2026-01-05"),
        Key("every", kinds.DURATION, "Time from one screening to the next.", default="1 week"),
        Key("screening", Part("screening"), "Who is screened and not enrolled.", otherwise="its defaults"),
        Key("visits", Part("visits"), "When participants come.", otherwise="its defaults"),
        Key("doses", Part("doses"), "What goes wrong when a treatment is given.", otherwise="its defaults"),
        Key("background", Part("background"), "Background drugs that should stay constant.", otherwise="its defaults"),
        Key("events", Part("events"), "Adverse events.", otherwise="its defaults"),
        Key("answers", Part("answers"), "Answers that are missing or corrected.", otherwise="its defaults"),
        Key("ratings", Part("ratings"), "Who rates, and when.", otherwise="its defaults"),
        Key("at_least", Part("at_least"), "What is to be seen whatever chance says.", otherwise="its defaults"),
        Key(
            "types",
            ById(kinds.IDENTIFIER, kinds.COUNT),
            "Types of participants: of as many enrolled as all together, so many are of each type.",
            otherwise="all are of one type",
        ),
        Key("at_end", Many(kinds.IDENTIFIER), "Forms answered once that are filled in at the end.", otherwise="none"),
        Key(
            "rows",
            ById(kinds.IDENTIFIER, COUNTS),
            "How many rows a repeating form gets.",
            otherwise="1 to 3, or 0 to 2 in a form that can be filled in at any time",
        ),
        Key("values", ById(VALUE_NAME, Part("value")), "What is answered.", otherwise="plausible answers of each kind"),
    ),
)

SCREENING = Section(
    name="screening",
    title="the screening",
    doc="Each criterion on its own; one share stands for all criteria.",
    keys=(
        Key(
            "fails",
            Either(scalar=SHARE, mapping=ById(kinds.IDENTIFIER, SHARE)),
            "Share of those screened who do not fulfil a criterion.",
            default="3 %",
        ),
        Key(
            "unknown",
            Either(scalar=SHARE, mapping=ById(kinds.IDENTIFIER, SHARE)),
            "Share of those screened of whom a criterion cannot be judged, because an answer is missing.",
            default="1 %",
        ),
        _share("ineligible", "1 %", "Share of the enrolled who turn out not to have met a criterion."),
        _share("late_consent", "1 %", "Share of the enrolled whose consent turns out to be of a later day."),
    ),
)

VISITS = Section(
    name="visits",
    title="the visits",
    doc="Visits after day 0; those up to day 0 take place in their window.",
    keys=(
        _share("early", "3 %", "Share of the visits that take place before their window."),
        _share("late", "6 %", "Share of the visits that take place after their window."),
        _share("missed", "4 %", "Share of the visits that do not take place."),
        Key("off", COUNTS, "Days by which an early or late visit misses its window.", default="1 to 8"),
        _share("leave", "8 %", "Share of the enrolled who leave before the end."),
        Key(
            "reasons",
            ById(WORDS, WEIGHT),
            "Why participants leave, with weights.",
            otherwise="Consent withdrawn 2, Moved away 1, Lack of effect 1",
        ),
    ),
)

DOSES_PART = Section(
    name="doses",
    title="the doses",
    doc="Each dose of a treatment whose doses are recorded.",
    keys=(
        _share("late", "4 %", "Share given after the window of the dose."),
        _share("missed", "1 %", "Share not given; the first always is."),
        _share("interrupted", "4 %", "Share interrupted and ended later."),
        _share("incomplete", "2 %", "Share ended before the whole dose was in."),
        _share("other_amount", "2 %", "Share given in another amount than planned."),
        _share("no_premedication", "3 %", "Share given without what comes before each dose."),
        _share("reaction", "3 %", "Share followed by a reaction."),
    ),
)

BACKGROUND = Section(
    name="background",
    title="the background drugs",
    doc="Drugs of a treatment that should stay constant.",
    keys=(
        Key(
            "drugs",
            ById(kinds.CODE, Part("drug")),
            "Each drug as the study file writes its choice, or by its name.",
            otherwise="one or two of the choices at a plausible dose",
        ),
        _share(
            "changed",
            "5 %",
            "Share of the enrolled in whom a drug is changed once: its dose, stopped, or another begun.",
        ),
    ),
)

DRUG = Section(
    name="drug",
    title="a drug",
    doc="A background drug.",
    keys=(
        _share("taken", "50 %", "Share of the enrolled who take it."),
        Key("dose", Many(DOSES), "Daily doses, each as likely.", required=True),
    ),
)

EVENTS = Section(
    name="events",
    title="the adverse events",
    doc="Events of participants in the study, from day 0 on.",
    keys=(
        Key("rate", RATE, "Events in 100 participant-weeks.", default="3"),
        Key(
            "terms",
            ById(WORDS, WEIGHT),
            "What they are, with weights.",
            otherwise="Headache 3, Fatigue 3, Common cold 2, Nausea 2, Dizziness 1, Rash 1",
        ),
    ),
)

ANSWERS = Section(
    name="answers",
    title="the answers",
    doc="Items that nothing else depends on: neither a criterion, nor a dose, nor a date.",
    keys=(
        _share("missing", "1 %", "Share marked with a missing-data code, or left open."),
        _share("corrected", "0.5 %", "Share first entered wrongly and corrected on a later day."),
    ),
)

RATINGS = Section(
    name="ratings",
    title="the ratings",
    doc="Ratings that wait for questionnaires, and those that one person should do throughout.",
    keys=(
        _share("first", "2 %", "Share recorded before the questionnaires of the visit."),
        _share("other_rater", "2 %", "Share done by another person."),
    ),
)

AT_LEAST = Section(
    name="at_least",
    title="at_least",
    doc="Incidents dealt out before chance has its say, so that a team sees each once.",
    keys=(
        Key("enrolled", kinds.COUNT, "Among how many enrolled, the first ones.", default="4"),
        Key(
            "once",
            Many(Word(("none", *INCIDENTS))),
            "Which incidents: each happens once among these. `none` leaves all to chance.",
            otherwise="all that can happen in the study",
        ),
    ),
)

VALUE = Section(
    name="value",
    title="a value",
    doc="How an item is answered. A group, or a derived mean, sum or score, stands for all the items behind it.",
    keys=(
        Key("baseline", SPREAD, "Distribution up to day 0, and throughout where there is no course."),
        Key("course", ById(kinds.VISIT, CHANGE), "Distribution at later visits, as it is or against the baseline."),
        Key("by_type", ById(kinds.IDENTIFIER, Part("type")), "Where types differ.", otherwise="all alike"),
        Key("bounds", BOUNDS, "What it cannot go beyond.", otherwise="the scale of the item"),
        Key(
            "together",
            SHARE,
            "How much of a participant's place among the others stays from visit to visit.",
            otherwise="80 %",
        ),
        Key("noise", RATE, "SD of single ratings around their mean.", otherwise="a tenth of the scale"),
        Key("weights", ById(WORDS, WEIGHT), "Choices, yes and no, or texts, with weights."),
        Key("ago", AGO, "How long before screening a date lies.", otherwise="1 month to 5 years"),
        _share("never", "50 %", "Share of `never` among the answers to a date that allows it."),
    ),
)

TYPE = Section(
    name="type",
    title="a type",
    doc="What differs in one type of participants.",
    keys=(
        Key("baseline", SPREAD, "Distribution up to day 0.", otherwise="that of all"),
        Key("course", ById(kinds.VISIT, CHANGE), "Distribution at later visits.", otherwise="that of all"),
    ),
)

SECTIONS: Mapping[str, Section] = MappingProxyType(
    {
        section.name: section
        for section in (
            FILE, SCREENING, VISITS, DOSES_PART, BACKGROUND, DRUG, EVENTS, ANSWERS, RATINGS, AT_LEAST, VALUE, TYPE,
        )
    }
)  # fmt: skip
"""Every section by its name, in the order of the file."""
