"""The sections that plan: who may enter, what is given, how endpoints are analysed, what the report shows."""

from __future__ import annotations

from trialbook.protocol import kinds
from trialbook.protocol.kinds import NAMES, TEXT, ById, Either, Key, Many, Part, Section, Word

TESTS = ("paired t", "signed rank", "sign flip")
MISSING_RULES = ("completers", "locf", "bocf")
MODELS = ("mmrm", "imputation", "bayes")

ELIGIBILITY = Section(
    name="eligibility",
    title="eligibility",
    doc="Who may enter. Unknown never counts as eligible.",
    keys=(
        Key("consent", kinds.ITEM_NAME, "Date item: the day of the informed consent.", otherwise="no consent is asked"),
        Key("inclusion", ById(kinds.IDENTIFIER, Part("criterion")), "All of these must be met."),
        Key("exclusion", ById(kinds.IDENTIFIER, Part("criterion")), "None of these may be met."),
    ),
)

CRITERION = Section(
    name="criterion",
    title="a criterion",
    doc=(
        "One criterion. Without a rule (`when`, `since` or `washout`) somebody answers in the form `eligibility`, "
        "which need not be written, whether it is met."
    ),
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
        Key("weight", kinds.ITEM_NAME, "Number in kg: the weight; must be stated for a dose per kg or m2."),
        Key("height", kinds.ITEM_NAME, "Number in cm: the height; must be stated for a dose per m2."),
        Key("round_to", kinds.QUANTITY, "Step to which a computed dose is rounded.", otherwise="not rounded"),
        Key("cap", kinds.QUANTITY, "Largest dose that is given, whatever it comes to.", otherwise="no limit"),
        Key("vials", Many(kinds.QUANTITY), "Sizes in which the drug comes."),
        Key("give", Part("give"), "How and when it is given."),
        Key("infuse", Part("infuse"), "How fast it runs in.", otherwise="no infusion is planned"),
        Key("before_each", Many(kinds.LINE), "Premedication given before each dose."),
        Key("on_reaction_only", Many(kinds.LINE), "Drugs given only when there is a reaction."),
        Key("needs", Part("needs"), "What must be known before a dose is planned."),
        Key("constant", Part("constant"), "The time over which a background treatment may not change."),
        Key("recorded", Part("recorded"), "Where it is recorded what was given.", otherwise="nothing is judged"),
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

INFUSE = Section(
    name="infuse",
    title="an infusion",
    doc="How fast an infusion runs.",
    keys=(
        Key("first", Part("steps"), "The first dose.", required=True),
        Key("later", Part("steps"), "All later doses.", otherwise="as the first"),
    ),
)

STEPS = Section(
    name="steps",
    title="a rate of infusion",
    doc="An infusion begins at `start` and is made faster by `step` after each `every`, up to `most`.",
    keys=(
        Key("start", kinds.RATE, "Amount an hour at the beginning.", required=True),
        Key("step", kinds.RATE, "By how much it is made faster.", required=True),
        Key("every", kinds.MINUTES, "After what time.", required=True),
        Key("most", kinds.RATE, "Amount an hour that is never passed.", required=True),
    ),
)

NEEDS = Section(
    name="needs",
    title="a need",
    doc="Planning a dose refuses without these; recording never does.",
    keys=(
        Key("known", Many(kinds.ITEM_NAME), "Items that must have an answer.", required=True),
        Key("decide_when", kinds.CONDITION, "Unless this is false, a `decision` to give the dose comes first."),
        Key("decision", kinds.ITEM_NAME, "Yes/no item: whether to give it where `decide_when` asks."),
        Key("withhold_when", kinds.CONDITION, "Unless this is false, no dose is planned."),
    ),
)

CONSTANT = Section(
    name="constant",
    title="a time of constancy",
    doc="The time over which it may not change; a change is a deviation.",
    keys=(
        Key("from", kinds.VISIT, "Visit, or `enrolment`.", required=True),
        Key("to", kinds.VISIT, "Visit.", required=True),
    ),
)

RECORDED = Section(
    name="recorded",
    title="a record of doses",
    doc=(
        "A repeating form and its items: one row is a dose, or of a background treatment (`class`) a drug at one "
        "daily dose from `start` to `end`."
    ),
    keys=(
        Key("form", kinds.IDENTIFIER, "The form.", required=True),
        Key(
            "start",
            kinds.IDENTIFIER,
            "Date: the day of the dose, or the first day of a background drug.",
            required=True,
        ),
        Key("dose", kinds.IDENTIFIER, "Number: the amount given, or the daily dose; needed where a dose is planned."),
        Key("drug", kinds.IDENTIFIER, "Choice or text: which drug of a background treatment; needed there."),
        Key("end", kinds.IDENTIFIER, "Date: the last day of a background drug at this dose; needed there."),
        Key("premedication", kinds.IDENTIFIER, "Yes/no: whether what stands in `before_each` was given."),
        Key("interrupted", kinds.IDENTIFIER, "Yes/no: whether the infusion was interrupted."),
        Key("incomplete", kinds.IDENTIFIER, "Yes/no: whether it ended before the whole dose was in."),
        Key("reaction", kinds.IDENTIFIER, "Yes/no: whether there was a reaction."),
        Key("reserve", kinds.IDENTIFIER, "Choice: which drugs of `on_reaction_only` were given."),
    ),
)

ENDPOINT = Section(
    name="endpoint",
    title="an endpoint",
    doc=(
        "A number followed over the visits (`from`), levels followed over them (`levels`), or a condition judged at "
        "one or several of them (`when`, `at`)."
    ),
    one_of=("from", "levels", "when"),
    keys=(
        Key("label", TEXT, "Name for people.", otherwise="the label of the item, or the id in words"),
        Key("from", kinds.ITEM_NAME, "Item or derived number."),
        Key("levels", kinds.ITEM_NAME, "Item with choices, the lowest first: levels that are counted and compared."),
        Key("when", kinds.CONDITION, "Who responds."),
        Key(
            "at",
            Many(kinds.VISITS),
            "Visits at which `when` is judged. Where one of them is the baseline, or lies on or before day 0, the "
            "later ones are compared with it.",
            only_with=("when",),
        ),
        Key(
            "time_to",
            Either(scalar=Word(("response", "relapse")), mapping=Part("time_to")),
            "Time until the condition holds, or no longer holds.",
            only_with=("when",),
            otherwise="not told",
        ),
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
        Key(
            "meaningful",
            Either(scalar=kinds.POSITIVE, mapping=Part("meaningful")),
            "Smallest change that matters to a participant.",
            only_with=("from",),
            otherwise="not said",
        ),
        Key(
            "reliability",
            Part("reliability"),
            "Reliability of the measurement, from outside: tells whose change is beyond error.",
            only_with=("from",),
            otherwise="not said",
        ),
        Key(
            "entry",
            Part("entry"),
            "Limit at entry, where the value had to be bad: tells what selection alone would do to the mean.",
            only_with=("from",),
            otherwise="none",
        ),
        Key(
            "friedman",
            kinds.BOOLEAN,
            "Test by ranks within participants, over all visits together, beside the planned test; for counts.",
            only_with=("from",),
            default="false",
        ),
    ),
)

MEANINGFUL = Section(
    name="meaningful",
    title="a change that matters",
    doc="The smallest change that matters, and where the number is from: it differs between populations and methods.",
    keys=(
        Key("is", kinds.POSITIVE, "The change, in the unit of the endpoint, without a sign.", required=True),
        Key("source", TEXT, "Publication and population."),
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
        Key(
            "sensitivity",
            Many(Word((*TESTS, *MISSING_RULES, *MODELS))),
            "Tests that accompany it, other rules for missing values by which it is repeated, `mmrm`, a model for "
            "repeated measures, `imputation`, missing values imputed many times, and `bayes`, the change under several "
            "priors.",
            otherwise="the exact ones among the others",
        ),
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
            Word(("available cases", *MISSING_RULES)),
            "What is done about missing values; must be stated where there are endpoints.",
        ),
        Key(
            "intercurrent",
            Word(("treatment policy", "while on treatment", "hypothetical")),
            "What is done about values after treatment ended.",
            default="treatment policy",
        ),
        Key(
            "looks",
            Word(("at database cut", "at any time")),
            "When results are looked at.",
            otherwise="`at database cut` where there is a `cut`, else `at any time`",
        ),
        Key(
            "cut",
            kinds.CUT,
            "Until when the results of endpoints stay closed: `after week 28` (all planned participants have completed "
            "this visit, or left), a date, or `at lock`. The lock of the study opens them in any case; an earlier look "
            "is an act with a reason, counted in the report.",
            otherwise="they are never closed",
        ),
        Key(
            "between",
            Word(("welch", "ancova")),
            "The planned test between arms: of mean changes, or of changes adjusted for the baseline. Then the tests "
            "within each arm are sensitivity analyses.",
            otherwise="no test between arms is planned",
        ),
        Key("design", Part("design"), "How many had to respond, as planned.", otherwise="no design"),
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
        Key(
            "table_1",
            Many(kinds.ITEM_NAME),
            "Items that describe the participants at baseline; not counts.",
            otherwise="none",
        ),
        Key(
            "figures",
            Many(Either(scalar=kinds.IDENTIFIER, mapping=Part("figure"))),
            "Endpoints, or panels of several endpoints.",
            otherwise="one figure an endpoint",
        ),
        Key("limits", Many(TEXT), "Limits that no program can know, such as what was not measured.", otherwise="none"),
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

WITHDRAWAL = Section(
    name="withdrawal",
    title="withdrawal",
    doc="What becomes of the data of somebody who withdraws the consent to their use: they stay in the ledger, and are "
    "left out of every data set, analysis and figure made after.",
    keys=(
        Key(
            "safety",
            Word(("left out", "kept")),
            "Whether adverse events are left out too, or kept, as the law may demand.",
            default="left out",
        ),
    ),
)

AMENDMENTS = Section(
    name="amendments",
    title="amendments",
    doc="What a later version of the study file needs before it takes effect, and what it asks of participants.",
    keys=(
        Key(
            "approval",
            Word(("required", "not required")),
            "Whether a version takes effect at a site only after its approval there is recorded.",
            default="not required",
        ),
        Key(
            "consent_again",
            kinds.ITEM_NAME,
            "Date item: the day on which somebody who had consented before this version consented again.",
            otherwise="nobody consents again",
        ),
    ),
)
