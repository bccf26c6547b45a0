"""The language of the study file as one visible table: every section, every key, how it is written, what is default.

The table serves the reading, “did you mean”, the JSON Schema and the reference page; it is the only place
where a key is named.
"""

from __future__ import annotations

from trialbook.protocol import kinds
from trialbook.protocol.grammar_outcomes import DESIGN, ENTRY, RELIABILITY, TIME_TO
from trialbook.protocol.grammar_plan import (
    AMENDMENTS,
    ANALYSIS,
    CONSTANT,
    CRITERION,
    ELIGIBILITY,
    ENDPOINT,
    FIGURE,
    GIVE,
    INFUSE,
    MEANINGFUL,
    NEEDS,
    PRIMARY,
    RECORDED,
    REPORT,
    SET,
    SINCE,
    STEPS,
    TREATMENT,
    WASHOUT,
    WITHDRAWAL,
)
from trialbook.protocol.kinds import NAMES, TEXT, ById, Either, Key, Many, Part, Section, Word
from trialbook.protocol.model import RIGHTS

VERSION = 1
"""Version of the language that is read."""

COMPUTED = ("mean_of", "sum_of")
LIMITS = Either(scalar=kinds.UPPER, mapping=ById(kinds.LIMIT_GROUP, kinds.NUMBER))

FILE = Section(
    name="file",
    title="the study file",
    doc="The sections of the file, in the order of a Methods section.",
    keys=(
        Key("trialbook", Word(("1",)), "Version of this language.", required=True),
        Key("study", Part("study"), "What the study is called and where it comes from.", required=True),
        Key(
            "roles",
            ById(kinds.IDENTIFIER, Part("role")),
            "Who may see, record and sign what. A role that is not named here sees nothing.",
            otherwise="one role `investigator` that sees, records and signs everything",
        ),
        Key("arms", ById(kinds.IDENTIFIER, Part("arm")), "Groups of participants.", otherwise="all are treated alike"),
        Key("eligibility", Part("eligibility"), "Who may enter.", otherwise="no criteria"),
        Key(
            "treatments",
            ById(kinds.IDENTIFIER, Part("treatment")),
            "What is given, or has to stay constant.",
            otherwise="none",
        ),
        Key(
            "participants",
            Part("participants"),
            "Which items hold sex and age, by which limits of normal differ, and the arm of a participant.",
            otherwise="limits of normal are the same for all, and arms are not compared",
        ),
        Key("visits", Part("visits"), "When participants are seen.", required=True),
        Key("forms", ById(kinds.IDENTIFIER, Part("form")), "What is asked and measured.", required=True),
        Key(
            "missing",
            ById(kinds.CODE, TEXT, codes=True),
            "Codes that may be given in place of an answer, each with its meaning.",
            otherwise="`{ND: Not done, NK: Not known}`",
        ),
        Key(
            "endpoints",
            ById(kinds.IDENTIFIER, Part("endpoint")),
            "What is followed over the visits.",
            otherwise="none: the report lists and describes",
        ),
        Key("analysis", Part("analysis"), "How the endpoints are analysed; needed where there are endpoints."),
        Key("report", Part("report"), "What the report shows beyond what every report shows."),
        Key(
            "amendments",
            Part("amendments"),
            "What a later version needs before it takes effect, and what it asks of participants.",
            otherwise="no approval has to be recorded, and nobody consents again",
        ),
        Key(
            "withdrawal",
            Part("withdrawal"),
            "What becomes of the data of somebody who withdraws the consent to their use.",
            otherwise="they are left out of every data set made after",
        ),
    ),
)

STUDY = Section(
    name="study",
    title="the study",
    doc="What the study is called and where it comes from.",
    keys=(
        Key("id", kinds.STUDY_ID, "Short name; it stays the same for ever.", required=True),
        Key("title", TEXT, "Title of the protocol or paper.", required=True),
        Key("design", Word(("open-label single-arm", "open-label parallel")), "Design.", required=True),
        Key(
            "data",
            Word(("real", "invented")),
            "Whether the data are of real participants; `invented` is printed on every page.",
            required=True,
        ),
        Key("objective", TEXT, "What the study is to find out."),
        Key("timezone", kinds.ZONE, "Time zone of the sites, on whose clock the site tells times.", default="UTC"),
        Key("languages", Many(kinds.LANGUAGE), "Languages of the texts, the first being the default.", default="en"),
        Key("sponsor", kinds.LINE, "Who is responsible."),
        Key("registration", kinds.LINE, "Number in a public register."),
        Key("citation", kinds.LINE, "The paper that reports the study."),
        Key("licence", kinds.LINE, "What the data may be used for."),
        Key("planned", kinds.COUNT, "Planned number of participants."),
    ),
)

ROLE = Section(
    name="role",
    title="a role",
    doc="What a kind of person may do. A role always sees what it records.",
    keys=(
        Key("label", TEXT, "Name for people.", otherwise="the id in words"),
        Key(
            "sees",
            Many(kinds.LINE),
            "Forms, or the words `everything`, `data` (all answers without identities), `results`.",
            otherwise="only what it records",
        ),
        Key("except", NAMES, "Forms taken out of `sees`.", otherwise="none"),
        Key(
            "records",
            Many(kinds.LINE),
            "Forms that the role may answer, or `everything`.",
            otherwise="the forms whose `by` names the role",
        ),
        Key("signs", Many(Word(("form", "visit", "participant"))), "What the role signs.", otherwise="nothing"),
        Key(
            "rights",
            Many(Word(RIGHTS)),
            "What the role may do besides, in the forms that it sees; `acts.md` says what each right is.",
            otherwise="who records a form raises and answers queries on it and checks it as second person; who signs "
            "closes queries, opens a form before its time, and records an unblinding",
        ),
        Key("blind", kinds.BOOLEAN, "The role may learn neither visit nor treatment.", default="false"),
        Key("identities", kinds.BOOLEAN, "The role sees who a participant is.", default="false"),
        Key(
            "training",
            Many(kinds.LINE),
            "Topics in which whoever holds the role is trained before they act; what is missing is a finding.",
            otherwise="none is asked for",
        ),
    ),
)

ARM = Section(
    name="arm",
    title="an arm",
    doc="A group of participants that gets the same treatments.",
    keys=(
        Key("label", TEXT, "Name for people.", otherwise="the id in words"),
        Key("treatments", NAMES, "Treatments of the arm.", otherwise="none"),
    ),
)

PARTICIPANTS = Section(
    name="participants",
    title="what is known of the participants",
    doc="Items that tell which limits of normal hold for a participant, and in which arm the participant is.",
    keys=(
        Key("sex", kinds.ITEM_NAME, "A choice with the codes `F` and `M`, answered once."),
        Key("age", kinds.ITEM_NAME, "A number in `year`, answered once."),
        Key("arm", kinds.ITEM_NAME, "A choice whose codes are the ids of `arms`, answered once."),
        Key(
            "codes",
            Word(("typed", "counted", "random")),
            "How participants get their codes: typed, counted at each site (`A-007-K`), or by chance, so that a code "
            "tells neither site nor order. Those that are made end with a check character, ISO 7064 MOD 37,36.",
            default="typed",
        ),
    ),
)

VISITS = Section(
    name="visits",
    title="the visits",
    doc="When participants are seen, counted in days from the anchor, which is day 0.",
    keys=(
        Key("anchor", kinds.ANCHOR, "What fixes day 0.", required=True),
        Key(
            "window",
            kinds.TOLERANCE,
            "How far a visit may lie from its planned day.",
            otherwise="each visit says it, or is planned for a range of days",
        ),
        Key("planned", ById(kinds.VISIT_ID, Part("visit")), "The visits. `week 4` and `day 10` name their own day."),
        Key("weeks", Many(kinds.WEEK), "Short for visits `week 4`, `week 8` ... without more to say."),
        Key("sets", ById(kinds.VISIT_ID, Many(kinds.VISITS)), "Names for several visits together.", otherwise="none"),
    ),
)

VISIT = Section(
    name="visit",
    title="a visit",
    doc="A planned encounter. Of a range of days the one nearest to day 0 is the planned day.",
    keys=(
        Key("label", TEXT, "Name for people.", otherwise="the id in words"),
        Key("day", kinds.DAYS, "Planned study day, or range of days.", otherwise="the day that the id names"),
        Key("week", kinds.WEEK, "Planned week, in place of `day`."),
        Key("window", kinds.TOLERANCE, "How far it may lie from its day.", otherwise="the `window` of all visits"),
        Key("before", kinds.ANCHOR, "A date after which the visit must not be; the same day is early enough."),
        Key("optional", kinds.BOOLEAN, "The visit may be left out.", default="false"),
    ),
)

FORM = Section(
    name="form",
    title="a form",
    doc="A page of questions.",
    one_of=("items", "instrument"),
    keys=(
        Key("label", TEXT, "Name for people.", otherwise="title of the instrument, or the id in words"),
        Key(
            "at",
            Many(kinds.VISITS),
            "`once`, `any time`, or visits, names of sets, and ranges such as `week 4 to week 20`.",
            required=True,
        ),
        Key(
            "by",
            NAMES,
            "Roles that answer it; `participant` may be one of a form due at visits, without rows.",
            otherwise="the roles that record it",
        ),
        Key("repeating", kinds.BOOLEAN, "Several rows may be recorded.", default="false"),
        Key("events", kinds.BOOLEAN, "Rows are [adverse events](events-form.md), counted by `term`.", default="false"),
        Key("terms", Word(("ctcae-5", "meddra", "free")), "List from which terms of events come.", default="free"),
        Key("after", NAMES, "Forms of the same visit that come first.", otherwise="none"),
        Key(
            "complete",
            Word(("required", "all")),
            "Which of the items that are asked must have an answer or a missing-data code for it to be complete.",
            default="required",
        ),
        Key("when", kinds.CONDITION, "The form is asked only where this is not false.", otherwise="always"),
        Key("rater", Word(("any", "same throughout")), "Whether one person rates a participant.", default="any"),
        Key(
            "release",
            Word(("at once", "after last visit", "at lock")),
            "When others may read what a blind role recorded.",
            default="at once",
        ),
        Key(
            "recordings",
            Either(scalar=Word(("after last visit", "at lock")), mapping=Part("recordings")),
            "It is rated from recordings, held until then, in an order made by chance.",
            otherwise="it is rated in the room",
        ),
        Key("guesses", Part("guesses"), "Items in which a blind rater guesses what is hidden.", otherwise="none"),
        Key("instrument", kinds.LINE, "A published scale from the catalogue, in place of items."),
        Key("items", ById(kinds.IDENTIFIER, Part("item")), "The questions."),
        Key("derive", ById(kinds.IDENTIFIER, Part("derive")), "Numbers computed from the items.", only_with=("items",)),
        Key("checks", ById(kinds.IDENTIFIER, Part("check")), "Conditions that should hold.", otherwise="none"),
    ),
)

RECORDINGS = Section(
    name="recordings",
    title="a rating from recordings",
    doc="Whoever runs a visit registers its recording; the rater is offered the recordings one by one, shuffled.",
    keys=(
        Key(
            "rated",
            Word(("after last visit", "at lock")),
            "Until when the recordings of a participant are held: the recording of the last visit of the form, or the "
            "participant's end; or the lock of the participant or the study.",
            required=True,
        ),
        Key(
            "codes",
            Word(("clip", "participant")),
            "What the rater is shown: a code made by chance, or the participant's code before it.",
            default="clip",
        ),
    ),
)

GUESSES = Section(
    name="guesses",
    title="the guesses of a form",
    doc=(
        "What a blind rater guesses, in this form or in one that comes `after` the rating; the report compares it "
        "with the truth."
    ),
    keys=(
        Key("week", kinds.IDENTIFIER, "Item: a number in `week`, counted from day 0; before it, 0."),
        Key("treatment", kinds.IDENTIFIER, "Item: a choice whose codes are ids of `arms`; another code: not known."),
    ),
)

ITEM = Section(
    name="item",
    title="an item",
    doc="One question. Exactly one key says of which kind its answer is.",
    one_of=("number", "vas", "choice", "date", "text", "groups"),
    keys=(
        Key("label", TEXT, "The question.", otherwise="the id in words"),
        Key("number", kinds.UNIT, "A number in this unit; `score`, `count` and `ratio` say that it has none."),
        Key("vas", kinds.RANGE, "A mark on a line between two numbers."),
        Key(
            "choice",
            Either(
                scalar=Word(("yes/no",)),
                items=Many(kinds.CODE),
                mapping=ById(kinds.CODE, TEXT, codes=True),
            ),
            "`yes/no`, a list of answers, or a mapping from code to answer.",
        ),
        Key("date", Word(("full", "partial")), "A date; `partial` also takes a year, or a year and month."),
        Key("text", Word(("line", "paragraph")), "A text."),
        Key(
            "groups",
            Either(items=Many(kinds.LINE), mapping=ById(kinds.IDENTIFIER, TEXT)),
            "Several ratings on one `scale`: a list, or a mapping from id to label.",
        ),
        Key("accepts", Many(kinds.UNIT), "Other units that are converted.", only_with=("number",), otherwise="none"),
        Key("molar_mass", kinds.QUANTITY, "Needed to convert mass and amount.", only_with=("number",)),
        Key(
            "scale",
            kinds.RANGE,
            "Outside of this it cannot be a value: refused.",
            only_with=("number", "groups"),
            otherwise="any number is a value",
        ),
        Key(
            "expected",
            kinds.RANGE,
            "Outside of this a value is kept, and told to be looked at.",
            only_with=("number", "vas"),
            otherwise="nothing is told",
        ),
        Key(
            "decimals",
            kinds.DECIMALS,
            "Most decimals of an answer, and decimals in the report.",
            only_with=("number", "vas", "groups"),
            otherwise="any",
        ),
        Key("several", kinds.BOOLEAN, "More than one answer may be given.", only_with=("choice",), default="false"),
        Key("never", kinds.BOOLEAN, "“never” is an answer.", only_with=("date",), default="false"),
        Key("required", kinds.BOOLEAN, "The form is incomplete without it.", default="false"),
        Key("when", kinds.CONDITION, "Asked only where this is not false.", otherwise="always asked"),
        Key("test", kinds.LINE, "Standard name of what is measured, by which it is known across forms."),
        Key("loinc", kinds.LOINC, "LOINC code of what is measured.", only_with=("number", "choice", "text")),
        Key("upper", LIMITS, "Upper limit of normal: number, by sex and age, or an item.", only_with=("number",)),
        Key("lower", LIMITS, "Lower limit of normal, likewise.", only_with=("number",)),
        Key("grade", kinds.GRADED, "Term by which values are graded.", only_with=("number",), otherwise="no grades"),
        Key("help", TEXT, "Advice beside the question."),
    ),
)

DERIVE = Section(
    name="derive",
    title="a derived number",
    doc="A number computed from other items of the form; a count only in a repeating form.",
    one_of=("mean_of", "sum_of", "count_of"),
    keys=(
        Key("label", TEXT, "Name for people.", otherwise="the id in words"),
        Key("mean_of", Many(kinds.MEMBER), "A group of ratings, or items."),
        Key("sum_of", Many(kinds.MEMBER), "A group of ratings, or items."),
        Key("count_of", kinds.IDENTIFIER, "An item: how many different answers it has in the rows of the form."),
        Key("where", kinds.CONDITION, "Which rows are counted.", only_with=("count_of",), otherwise="all rows"),
        Key("at_least", kinds.AT_LEAST, "How many of them must be answered.", only_with=COMPUTED, needed_with=COMPUTED),
        Key(
            "gaps",
            Word(("prorated", "left out")),
            "What an unanswered item counts in a sum: as much as the mean of the answered ones, or nothing.",
            only_with=("sum_of",),
            default="prorated",
        ),
        Key("unit", kinds.UNIT, "Unit.", only_with=COMPUTED, otherwise="the unit that the items share"),
        Key("decimals", kinds.DECIMALS, "Decimals in the report.", only_with=COMPUTED, otherwise="1"),
    ),
)

CHECK = Section(
    name="check",
    title="a check",
    doc="A condition that should hold: an answer with which it does not raises a query.",
    keys=(
        Key("when", kinds.CONDITION, "What should hold.", required=True),
        Key("say", TEXT, "What is wrong where it does not hold.", required=True),
    ),
)

SECTIONS: dict[str, Section] = {
    section.name: section
    for section in (
        FILE, STUDY, ROLE, ARM, ELIGIBILITY, CRITERION, SINCE, WASHOUT, TREATMENT, GIVE, INFUSE, STEPS, NEEDS,
        CONSTANT, RECORDED, PARTICIPANTS, VISITS, VISIT, FORM, RECORDINGS, GUESSES, ITEM, DERIVE, CHECK, ENDPOINT,
        MEANINGFUL, RELIABILITY,
        ENTRY, TIME_TO, ANALYSIS, SET, PRIMARY, DESIGN, REPORT, FIGURE, AMENDMENTS, WITHDRAWAL,
    )
}  # fmt: skip
