"""The language of the study file as one visible table: every section, every key, how it is written, what is default.

The table serves the reading, “did you mean”, the JSON Schema and the reference page; it is the only place
where a key is named.
"""

from __future__ import annotations

from trialbook.protocol import kinds
from trialbook.protocol.kinds import ById, Either, Key, Many, Part, Section, Texts, Word

VERSION = 1
"""Version of the language that is read."""

TEXT = Texts()
NAMES = Many(kinds.IDENTIFIER)
LIMITS = Either(scalar=kinds.UPPER, mapping=ById(kinds.SEX, kinds.NUMBER))
TESTS = ("paired t", "signed rank", "sign flip")

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
        Key("timezone", kinds.ZONE, "Time zone of the sites.", default="UTC"),
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
        Key("blind", kinds.BOOLEAN, "The role may learn neither visit nor treatment.", default="false"),
        Key("identities", kinds.BOOLEAN, "The role sees who a participant is.", default="false"),
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

ELIGIBILITY = Section(
    name="eligibility",
    title="eligibility",
    doc="Who may enter. Unknown never counts as eligible.",
    keys=(
        Key("inclusion", ById(kinds.IDENTIFIER, Part("criterion")), "All of these must be met."),
        Key("exclusion", ById(kinds.IDENTIFIER, Part("criterion")), "None of these may be met."),
    ),
)

CRITERION = Section(
    name="criterion",
    title="a criterion",
    doc="One criterion. Without a rule (`when`, `since` or `washout`) it is answered by an investigator.",
    keys=(
        Key("text", TEXT, "The criterion as the protocol words it.", required=True),
        Key("when", kinds.CONDITION, "True means that the criterion is met."),
        Key("ask_when", kinds.CONDITION, "Where this is false the criterion does not apply.", otherwise="always asked"),
        Key("since", Part("since"), "Met only where the state has lasted."),
        Key("washout", Part("washout"), "So much time must have passed: an exclusion is met where it has not."),
        Key("define", TEXT, "What a word of the criterion means in this study."),
    ),
)

SINCE = Section(
    name="since",
    title="a duration of a state",
    doc="The state must have lasted.",
    keys=(
        Key("date", kinds.DATE_NAME, "Date item: when the state began.", required=True),
        Key("at_least", kinds.DURATION, "How long it must have lasted.", required=True),
        Key("before", kinds.MOMENT, "Until when it is counted.", default="enrolment"),
    ),
)

WASHOUT = Section(
    name="washout",
    title="a washout",
    doc="So much time must lie between two dates; after the answer `never` it always does.",
    keys=(
        Key("since", kinds.DATE_NAME, "Date item: what must be over.", required=True),
        Key("at_least", kinds.DURATION, "How long it must be over.", required=True),
        Key("before", kinds.MOMENT, "Until when it is counted.", default="enrolment"),
    ),
)

TREATMENT = Section(
    name="treatment",
    title="a treatment",
    doc="A study treatment as the protocol gives it, or a background class that has to stay constant.",
    keys=(
        Key("label", TEXT, "Name for people.", otherwise="the id in words"),
        Key("class", kinds.LINE, "Class of drugs, for a background treatment."),
        Key("dose", kinds.QUANTITY, "Dose: an amount, or an amount per kg or m2.", otherwise="no dose is planned"),
        Key(
            "body_surface",
            Word(("du_bois", "mosteller", "haycock", "gehan_george", "boyd")),
            "Formula of the body surface; must be stated for a dose per m2.",
        ),
        Key("round_to", kinds.QUANTITY, "Step to which a computed dose is rounded.", otherwise="not rounded"),
        Key("vials", Many(kinds.QUANTITY), "Sizes in which the drug comes."),
        Key("give", Part("give"), "How and when it is given."),
        Key("before_each", Many(kinds.LINE), "Premedication given before each dose."),
        Key("on_reaction_only", Many(kinds.LINE), "Drugs given only when there is a reaction."),
        Key("needs", Part("needs"), "What must be known before a dose is planned."),
        Key("constant", Part("constant"), "The time over which a background treatment may not change."),
    ),
)

GIVE = Section(
    name="give",
    title="a way of giving",
    doc="How and when a treatment is given.",
    one_of=("first", "days"),
    keys=(
        Key("route", kinds.LINE, "Route.", required=True),
        Key("first", kinds.DOSE_DAY, "Planned study day of the first dose."),
        Key("every", kinds.DURATION, "Time between doses.", only_with=("first",), otherwise="given once"),
        Key("times", kinds.COUNT, "Number of doses.", only_with=("first",), otherwise="until the end of the study"),
        Key("days", Many(kinds.DOSE_DAY), "Planned study days of all doses, where they are not evenly spaced."),
        Key("window", kinds.EITHER_SIDE, "How far a dose may lie from its day.", otherwise="not judged"),
    ),
)

NEEDS = Section(
    name="needs",
    title="a need",
    doc="Planning a dose refuses without these; recording never does.",
    keys=(
        Key("known", Many(kinds.ITEM_NAME), "Items that must have an answer.", required=True),
        Key("decide_when", kinds.CONDITION, "Unless this is false, somebody has to sign that the dose is given."),
        Key("withhold_when", kinds.CONDITION, "Unless this is false, no dose is planned."),
    ),
)

CONSTANT = Section(
    name="constant",
    title="a time of constancy",
    doc="The time over which it may not change; changes are not judged yet.",
    keys=(
        Key("from", kinds.VISIT, "Visit, or `enrolment`.", required=True),
        Key("to", kinds.VISIT, "Visit.", required=True),
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
        Key("by", NAMES, "Roles that answer it; `participant` may be one.", otherwise="the roles that record it"),
        Key("repeating", kinds.BOOLEAN, "Several rows may be recorded.", default="false"),
        Key("events", kinds.BOOLEAN, "Rows are adverse events, counted by their item `term`.", default="false"),
        Key("terms", Word(("ctcae-5", "meddra", "free")), "List from which terms of events come.", default="free"),
        Key("after", NAMES, "Forms of the same visit that come first.", otherwise="none"),
        Key("when", kinds.CONDITION, "The form is asked only where this is not false.", otherwise="always"),
        Key("rater", Word(("any", "same throughout")), "Whether one person rates a participant.", default="any"),
        Key(
            "release",
            Word(("at once", "after last visit", "at lock")),
            "When others may read what a blind role recorded.",
            default="at once",
        ),
        Key("instrument", kinds.LINE, "A published scale from the catalogue, in place of items."),
        Key("items", ById(kinds.IDENTIFIER, Part("item")), "The questions."),
        Key("derive", ById(kinds.IDENTIFIER, Part("derive")), "Numbers computed from the items.", only_with=("items",)),
        Key("checks", ById(kinds.IDENTIFIER, Part("check")), "Conditions that should hold.", otherwise="none"),
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
        Key("upper", LIMITS, "Upper limit of normal: number, by sex, or an item.", only_with=("number",)),
        Key("lower", LIMITS, "Lower limit of normal, likewise.", only_with=("number",)),
        Key("help", TEXT, "Advice beside the question."),
    ),
)

DERIVE = Section(
    name="derive",
    title="a derived number",
    doc="A number computed from other items of the form.",
    one_of=("mean_of", "sum_of"),
    keys=(
        Key("label", TEXT, "Name for people.", otherwise="the id in words"),
        Key("mean_of", Many(kinds.MEMBER), "A group of ratings, or items."),
        Key("sum_of", Many(kinds.MEMBER), "A group of ratings, or items."),
        Key("at_least", kinds.AT_LEAST, "How many of them must be answered.", required=True),
        Key("unit", kinds.UNIT, "Unit.", otherwise="the unit that the items share"),
        Key("decimals", kinds.DECIMALS, "Decimals in the report.", otherwise="1"),
    ),
)

CHECK = Section(
    name="check",
    title="a check",
    doc="A condition that should hold. It is checked for sense; it is not judged on answers yet.",
    keys=(
        Key("when", kinds.CONDITION, "What should hold.", required=True),
        Key("say", TEXT, "What is wrong where it does not hold.", required=True),
    ),
)

ENDPOINT = Section(
    name="endpoint",
    title="an endpoint",
    doc="A number followed over the visits (`from`), or a condition judged at one of them (`when`, `at`).",
    one_of=("from", "when"),
    keys=(
        Key("label", TEXT, "Name for people.", otherwise="the label of the item, or the id in words"),
        Key("from", kinds.ITEM_NAME, "Item or derived number."),
        Key("when", kinds.CONDITION, "Who responds."),
        Key("at", kinds.VISIT, "Visit at which `when` is judged.", only_with=("when",)),
        Key("better", Word(("higher", "lower", "neither")), "Which change is an improvement.", default="neither"),
        Key("unit", kinds.UNIT, "Unit.", only_with=("from",), otherwise="the unit of the item"),
        Key("decimals", kinds.DECIMALS, "Decimals of the values in the report.", otherwise="those of the item, or 1"),
        Key("also", kinds.UNIT, "A second unit in which the change is told.", only_with=("from",)),
        Key(
            "log",
            kinds.BOOLEAN,
            "Tell the ratio of geometric means beside the change.",
            only_with=("from",),
            default="false",
        ),
    ),
)

ANALYSIS = Section(
    name="analysis",
    title="the analysis",
    doc="One pre-specified way; everything else is marked sensitivity.",
    keys=(
        Key("baseline", kinds.BASELINE, "`visit <visit>`, `last before anchor`, or `flagged <item>`.", required=True),
        Key("sets", ById(kinds.IDENTIFIER, Part("set")), "Who is analysed.", otherwise="all who were enrolled"),
        Key("set", kinds.IDENTIFIER, "The set in which endpoints are analysed.", otherwise="the only set"),
        Key(
            "primary",
            Either(scalar=Word(("none",)), mapping=Part("primary")),
            "The primary comparison, or `none`; must be stated where there are endpoints.",
        ),
        Key("compare", Word(("each visit with baseline",)), "What is compared.", default="each visit with baseline"),
        Key("test", Word(TESTS), "The planned test; must be stated where there are endpoints."),
        Key("sensitivity", Many(Word(TESTS)), "Tests that accompany it.", otherwise="the exact ones among the others"),
        Key("significant", kinds.ALPHA, "Level of significance, of the unrounded p.", default="p < 0.05, two-sided"),
        Key("confidence", kinds.PERCENT, "Confidence of the intervals.", otherwise="the complement of the level"),
        Key(
            "multiplicity",
            Word(("none", "holm", "hochberg", "fixed sequence")),
            "Adjustment for several tests.",
            default="none",
        ),
        Key(
            "missing",
            Word(("available cases", "completers", "locf", "bocf")),
            "What is done about missing values; must be stated where there are endpoints.",
        ),
        Key(
            "intercurrent",
            Word(("treatment policy", "while on treatment", "hypothetical")),
            "What is done about values after treatment ended.",
            default="treatment policy",
        ),
        Key("looks", Word(("at database cut", "at any time")), "When results are looked at.", default="at any time"),
    ),
)

SET = Section(
    name="set",
    title="an analysis set",
    doc="Who is analysed (ICH E9).",
    keys=(
        Key("label", TEXT, "Name for people.", otherwise="the id in words"),
        Key("who", Word(("enrolled", "completed", "condition")), "Whom it holds.", required=True),
        Key("when", kinds.CONDITION, "The condition, where `who` is `condition`."),
    ),
)

PRIMARY = Section(
    name="primary",
    title="the primary comparison",
    doc="The comparison on which the study is judged.",
    keys=(
        Key("endpoint", kinds.IDENTIFIER, "Endpoint.", required=True),
        Key("at", kinds.VISIT, "Visit.", required=True),
    ),
)

REPORT = Section(
    name="report",
    title="the report",
    doc="What the report shows beyond what every report shows.",
    keys=(
        Key("table_1", Many(kinds.ITEM_NAME), "Items that describe the participants at baseline.", otherwise="none"),
        Key(
            "figures",
            Many(Either(scalar=kinds.IDENTIFIER, mapping=Part("figure"))),
            "Endpoints, or panels of several endpoints.",
            otherwise="one figure an endpoint",
        ),
        Key(
            "sentences",
            ById(kinds.SENTENCE, TEXT),
            "Sentences in place of the program's own about an endpoint or section; `{result id}` becomes the number.",
            otherwise="the program's own",
        ),
    ),
)

FIGURE = Section(
    name="figure",
    title="a figure",
    doc="Several endpoints as panels of one figure.",
    keys=(
        Key("panel", NAMES, "Endpoints.", required=True),
        Key("title", TEXT, "Title.", otherwise="the labels of the endpoints"),
    ),
)

SECTIONS: dict[str, Section] = {
    section.name: section
    for section in (
        FILE, STUDY, ROLE, ARM, ELIGIBILITY, CRITERION, SINCE, WASHOUT, TREATMENT, GIVE, NEEDS, CONSTANT, VISITS, VISIT,
        FORM, ITEM, DERIVE, CHECK, ENDPOINT, ANALYSIS, SET, PRIMARY, REPORT, FIGURE,
    )
}  # fmt: skip
