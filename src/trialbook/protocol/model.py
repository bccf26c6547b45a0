"""What a study plans: plain frozen values, in the order of a Methods section.

Nothing here reads files or decides anything; `protocol.read` makes a `Study`, everybody else reads it.
Names are ICH-GCP's and CDISC's where these have one (participant, visit, form, item, endpoint, analysis set).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

from trialbook.protocol.outcomes import Design, Entry, Reliability, TimeTo

NOTHING: Mapping[str, Any] = MappingProxyType({})

Text = Mapping[str, str]
"""A text in one or several languages: language tag -> text. The first language of the study is the default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the study is called and where it comes from."""

    id: str
    title: Text
    design: str
    """`open-label single-arm` or `open-label parallel`."""
    data: Literal["real", "invented"]
    """Whether the data are of real participants; `invented` is printed on every page."""
    objective: Text = field(default_factory=lambda: NOTHING)
    timezone: str = "UTC"
    languages: tuple[str, ...] = ("en",)
    sponsor: str | None = None
    registration: str | None = None
    citation: str | None = None
    licence: str | None = None
    planned: int | None = None
    """Planned number of participants."""


RIGHTS = (
    "enrol", "import", "query", "answer query", "close query", "countersign", "verify", "freeze", "lock", "override",
    "unblind", "approve", "look", "release", "delegate",
    "review access",
)  # fmt: skip
"""Rights that a study file may give to a role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Who may see, record and sign what; a role that is not in the study file sees nothing."""

    id: str
    label: Text
    sees: tuple[str, ...] = ()
    """Form ids, or the words `everything`, `data`, `results`."""
    hidden: tuple[str, ...] = ()
    """Form ids taken out of `sees`; written `except` in the file."""
    records: tuple[str, ...] = ()
    """Form ids, or `everything`."""
    signs: tuple[Literal["form", "visit", "participant"], ...] = ()
    rights: tuple[str, ...] = ()
    """Of `RIGHTS`, beside those that come with what it records and signs."""
    blind: bool = False
    identities: bool = False
    training: tuple[str, ...] = ()
    """What somebody must have been trained in before they act in the role; what is missing is a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """A group of participants that gets the same treatments."""

    id: str
    label: Text
    treatments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A length of time as written: `4 weeks`."""

    count: int
    unit: Literal["minute", "hour", "day", "week", "month", "year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """An amount with its unit, as written: `375 mg/m2`."""

    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Washout:
    """At least `at_least` must lie between the date item `since` and `before`.

    After the answer `never` a washout is over, and a state has not begun. Both dates are written as in the file:
    `screening.last_surgery`, `last prior.stop`, `enrolment`.
    """

    since: str
    at_least: Duration
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One inclusion or exclusion criterion; without a rule an investigator answers it.

    It is met where `when` is true, and `since` has lasted, and the washout is over (in an exclusion: is not over),
    as far as these are written.
    """

    id: str
    kind: Literal["inclusion", "exclusion"]
    text: Text
    when: str | None = None
    ask_when: str | None = None
    """Where this is false, the criterion does not apply."""
    since: Washout | None = None
    """The state must have lasted: `date` as `since`, `at_least`."""
    washout: Washout | None = None
    define: Text = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionSteps:
    """How fast an infusion runs: from `start`, faster by `step` after each `every`, up to `most`."""

    start: Quantity
    """Amount per hour: `50 mg/h`."""
    step: Quantity
    every: Duration
    most: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseRecord:
    """Where it is recorded what was given: one row of a repeating form a dose, or a spell of a background drug."""

    form: str
    start: str
    """Date item: the day of the dose, or the first day of a background drug at this dose. All others: items too."""
    dose: str | None = None
    """Number item: the amount given, or the daily dose of a background drug."""
    drug: str | None = None
    """Choice or text item: which drug of a background class."""
    end: str | None = None
    """Date item: the last day of a background drug at this dose; without an answer it goes on."""
    premedication: str | None = None
    """Yes/no item: whether what comes before each dose was given."""
    interrupted: str | None = None
    """Yes/no item."""
    incomplete: str | None = None
    """Yes/no item: whether the infusion was ended before the whole dose was in."""
    reaction: str | None = None
    """Yes/no item."""
    reserve: str | None = None
    """Choice item: which drugs of `on_reaction_only` were given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """A study treatment as the protocol gives it, or a background class that has to stay constant."""

    id: str
    label: Text
    dose: Quantity | None = None
    body_surface: str | None = None
    """Name of the formula, when the dose is per square metre."""
    weight: str | None = None
    """Number item, `form.item`, of which the latest answer on the day counts; for a dose per kg or m2."""
    height: str | None = None
    """Likewise, for a dose per m2."""
    round_to: Quantity | None = None
    cap: Quantity | None = None
    """Largest dose that is given, whatever it comes to."""
    vials: tuple[Quantity, ...] = ()
    route: str | None = None
    first: str | None = None
    every: Duration | None = None
    times: int | None = None
    days: tuple[str, ...] = ()
    """Planned study days of all doses, where they are not evenly spaced; then `first`, `every`, `times` are None."""
    window: Duration | None = None
    """Tolerance either side of a planned dose."""
    infuse_first: InfusionSteps | None = None
    """How fast the first dose runs, and where no `infuse_later` is written every dose."""
    infuse_later: InfusionSteps | None = None
    before_each: tuple[str, ...] = ()
    on_reaction_only: tuple[str, ...] = ()
    needs_known: tuple[str, ...] = ()
    decide_when: str | None = None
    """Unless this is false, a decision comes before a dose is planned."""
    decision: str | None = None
    """Yes/no item, `form.item`: the decision that `decide_when` asks for."""
    withhold_when: str | None = None
    """Unless this is false, no dose is planned."""
    constant_from: str | None = None
    """Visit, or `enrolment`: from here to `constant_to` a change raises a deviation."""
    constant_to: str | None = None
    drug_class: str | None = None
    """Class of drugs of a background treatment; written `class` in the file."""
    recorded: DoseRecord | None = None

    @property
    def recorded_in(self) -> str:
        """Return the form in which it is recorded; empty where it is not."""
        return "" if self.recorded is None else self.recorded.form


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """First and last study day, inclusive, on which a visit counts as in its window; day 0 is the anchor."""

    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What fixes study day 0: an act (`enrolment`) or the first or last answer of a date item."""

    which: Literal["first", "last"]
    name: str
    """`enrolment`, or a date item as `form.item`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A planned encounter."""

    id: str
    """As the file writes it: `baseline`, `week 4`. Kept in every entry."""
    label: Text
    order: int
    """0-based place in the schedule."""
    day: int
    """Planned study day; day 0 is the anchor."""
    window: Window
    optional: bool = False
    before: Anchor | None = None
    """A date before which the visit has to be, beside its window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Participants:
    """Which items, as `form.item`, hold what limits of normal hang on, and in which arm a participant is."""

    sex: str | None = None
    age: str | None = None
    """In years."""
    arm: str | None = None
    """A choice whose codes are the ids of the arms."""
    codes: Literal["typed", "counted", "random"] = "typed"
    """How participants get their codes: as somebody types them, counted at each site, or by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """All planned visits in order, and the names given to some of them together."""

    anchor: Anchor
    visits: Mapping[str, Visit] = field(default_factory=lambda: NOTHING)
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    window: Window | None = None
    """Tolerance of the visits that state none, in days relative to the planned one."""


ItemKind = Literal["number", "vas", "choice", "yes_no", "date", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question of a form. An instrument and a group of ratings expand into such items when the file is read."""

    id: str
    """Unique in its form; a rating of a group is written `proximal.biceps`."""
    kind: ItemKind
    label: Text
    """What it is called wherever it stands alone; of a rating with its group: `Itch, Day 1`."""
    rating: Text = field(default_factory=lambda: NOTHING)
    """What a rating of a group is called below the heading of the group: `Day 1`; empty for any other item."""
    unit: str | None = None
    """Unit of a number; `score`, `count` and `ratio` say that it has none."""
    accepts: tuple[str, ...] = ()
    """Other units that are converted to `unit`."""
    molar_mass: Quantity | None = None
    """Needed to convert between mass and amount of substance."""
    minimum: Decimal | None = None
    """Below this it cannot be a value of the scale: refused."""
    maximum: Decimal | None = None
    expected_low: Decimal | None = None
    """Outside of the expected range a query is raised, and the value is kept."""
    expected_high: Decimal | None = None
    decimals: int | None = None
    choices: Mapping[str, Text] = field(default_factory=lambda: NOTHING)
    several: bool = False
    """More than one choice may be given, separated by `;`."""
    partial: bool = False
    """A date may be a year, or a year and month."""
    never: bool = False
    """`never` is an answer to a date."""
    required: bool = False
    when: str | None = None
    """The item is asked only where this is not false."""
    group: str | None = None
    test: str | None = None
    """Standard name or code of a measurement."""
    loinc: str | None = None
    upper: Mapping[str, Decimal] = field(default_factory=lambda: NOTHING)
    """Upper limit of normal by sex (`F`, `M`), sex and age (`M 18 to 59`) or for all (`all`), in `unit`."""
    lower: Mapping[str, Decimal] = field(default_factory=lambda: NOTHING)
    upper_item: str | None = None
    """Item of the same form that holds the laboratory's upper limit on that day."""
    lower_item: str | None = None
    grade: str | None = None
    """Term by which its values are graded, with the version of the list: `ctcae-5 CPK increased`."""
    help: Text = field(default_factory=lambda: NOTHING)
    paragraph: bool = False
    """A text may have several lines."""

    @property
    def label_below(self) -> Text:
        """Return what it is called below the heading of its group; its label where it stands in none."""
        return self.rating or self.label


Gaps = Literal["prorated", "left out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A number of a form that is computed from its other items, never typed."""

    id: str
    label: Text
    kind: Literal["mean", "sum", "instrument", "count"]
    """`count`: how many different answers an item of a repeating form has, in the rows for which `where` holds."""
    of: tuple[str, ...]
    """Item ids of the same form; of a count the one."""
    at_least: int
    """Fewest answered items for which there is a value; 0 for a count."""
    unit: str
    decimals: int | None = None
    where: str | None = None
    """Condition on a row of the form, for a count; every row counts where there is none."""
    gaps: Gaps = "prorated"
    """What stands for the unanswered items of a sum: the mean of the answered ones, or nothing."""
    levels: Mapping[int, Text] = field(default_factory=lambda: MappingProxyType({}))
    """What its values mean, where they are classes and not amounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCheck:
    """A condition that should hold in a form; where it is false a query with this text is raised."""

    id: str
    when: str
    say: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordings:
    """How a form is rated from recordings, in an order made by chance."""

    rated: Literal["after last visit", "at lock"]
    """Until when the recordings of a participant are held."""
    codes: Literal["clip", "participant"] = "clip"
    """Whether the rater is shown a code of the recording alone, or the participant's too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guesses:
    """Items of a form, by their ids, in which a blind rater guesses what is hidden from them."""

    week: str | None = None
    """A number in weeks since day 0."""
    treatment: str | None = None
    """A choice; its codes that are no arm say that the rater does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A page of questions that one role answers, once, at some visits, or at any time."""

    id: str
    label: Text
    timing: Literal["once", "visits", "any time"]
    items: Mapping[str, Item]
    visits: tuple[str, ...] = ()
    """Visits at which it is due, in order; empty unless `timing` is `visits`."""
    by: tuple[str, ...] = ()
    """Roles that answer it; `participant` may stand among them."""
    repeating: bool = False
    """Several rows may be recorded: `repeat` tells them apart."""
    after: tuple[str, ...] = ()
    """Forms that, where due at the same visit, must be complete before this one opens."""
    complete: Literal["required", "all"] = "required"
    """The form is complete when it was begun and each of these items that is asked has an answer or a missing code."""
    when: str | None = None
    instrument: str | None = None
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    """Group of ratings -> ids of its items."""
    group_labels: Mapping[str, Text] = field(default_factory=lambda: NOTHING)
    derived: Mapping[str, Derived] = field(default_factory=lambda: NOTHING)
    checks: tuple[EditCheck, ...] = ()
    same_rater: bool = False
    events: bool = False
    """Rows of this form are adverse events: counted by `term`, by participant, in the report."""
    terms: Literal["ctcae-5", "meddra", "free"] = "free"
    """List from which the terms of events come."""
    release: Literal["at once", "after last visit", "at lock"] = "at once"
    """When others may read what a blind role recorded."""
    recordings: Recordings | None = None
    """Where it is rated from recordings, not in the room."""
    guesses: Guesses | None = None
    """Which of its items are guesses of what is hidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A number or levels that are followed over the visits, or a condition met or not met at some of them."""

    id: str
    label: Text
    source: str | None = None
    """`form.item` or `form.derived`; absent where `when` defines a responder."""
    levels: str | None = None
    """`form.item`, a choice whose answers are followed; then `source` and `when` are absent."""
    when: str | None = None
    visit: str | None = None
    """The last visit at which `when` is judged."""
    visits: tuple[str, ...] = ()
    """All visits at which it is judged, in order."""
    time_to: TimeTo | None = None
    better: Literal["higher", "lower", "neither"] = "neither"
    unit: str | None = None
    decimals: int = 1
    """Decimals in which the recorded values are written; means get one, SDs two more only where the report says so."""
    also: str | None = None
    """A second unit in which the change is told."""
    log: bool = False
    """Ratio of geometric means beside the mean change."""
    meaningful: Meaningful | None = None
    reliability: Reliability | None = None
    entry: Entry | None = None
    friedman: bool = False
    """Friedman's test over all visits beside the planned one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaningful:
    """The smallest change of an endpoint that matters to a participant."""

    amount: Decimal
    """In the unit of the endpoint, above 0, whichever way is better."""
    source: Text = field(default_factory=lambda: NOTHING)
    """Where the number is from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRule:
    """Which value of each endpoint is its baseline."""

    kind: Literal["visit", "last before anchor", "flagged"]
    visit: str | None = None
    flag: str | None = None
    """Item id, in the form of the endpoint, that marks the baseline record with `yes`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisSet:
    """Who is analysed (ICH E9)."""

    id: str
    label: Text
    who: Literal["enrolled", "completed", "condition"]
    when: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCut:
    """The planned moment at which the results of endpoints are opened; the lock of the study always opens them."""

    kind: Literal["visit", "date", "lock"]
    visit: str | None = None
    """Every planned participant has completed it, or has left."""
    on: date | None = None
    """From this day on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAnalysis:
    """How the endpoints are analysed; one pre-specified test, all others marked sensitivity."""

    baseline: BaselineRule
    sets: Mapping[str, AnalysisSet]
    set: str
    """Id of the analysis set in which endpoints are analysed."""
    primary_endpoint: str | None = None
    primary_visit: str | None = None
    test: Literal["paired t", "signed rank", "sign flip"] = "paired t"
    sensitivity: tuple[Literal["paired t", "signed rank", "sign flip"], ...] = ("sign flip", "signed rank")
    sensitivity_missing: tuple[Literal["completers", "locf", "bocf"], ...] = ()
    """Other rules for missing values by which the planned test is repeated; the file names them among `sensitivity`."""
    sensitivity_models: tuple[Literal["mmrm", "imputation", "bayes"], ...] = ()
    """Models that stand beside the planned test; the file names them among `sensitivity`."""
    alpha: Decimal = Decimal("0.05")
    confidence: Decimal = Decimal("0.95")
    multiplicity: Literal["none", "holm", "hochberg", "fixed sequence"] = "none"
    missing: Literal["available cases", "completers", "locf", "bocf"] = "available cases"
    intercurrent: Literal["treatment policy", "while on treatment", "hypothetical"] = "treatment policy"
    looks: Literal["at database cut", "at any time"] = "at any time"
    cut: DataCut | None = None
    """Until when the results of endpoints stay closed; None where they never are."""
    between: Literal["welch", "ancova"] | None = None
    """The planned test between arms; where there is none, such tests are sensitivity analyses."""
    design: Design | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigurePlan:
    """A figure of the report: one or several endpoints over the visits, as panels."""

    id: str
    endpoints: tuple[str, ...]
    title: Text = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPlan:
    """What the report shows beyond what every report shows."""

    table_1: tuple[str, ...] = ()
    """Items and derived numbers as `form.item`, each of a form that is answered once or at baseline."""
    figures: tuple[FigurePlan, ...] = ()
    sentences: Mapping[str, Text] = field(default_factory=lambda: NOTHING)
    """Sentences of the Results that replace the program's own; `{result id}` is replaced by the number."""
    limits: tuple[Text, ...] = ()
    """Limits of the study that no program can know: what was not measured, what the criteria let in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amending:
    """What a version of the study asks for before and after it takes effect."""

    approval: bool = False
    """No version takes effect at a site before its approval there is recorded."""
    consent: str | None = None
    """Date item, `form.item`: the day on which a participant who had consented before consented again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What becomes of the data of somebody who withdraws the consent to their use."""

    keeps_safety: bool = False
    """Adverse events stay in data sets, as the law may demand; all else is left out in any case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """Something that the protocol leaves open and the team chose; marked `assumed` in the file."""

    where: str
    """Path of keys in the file: `treatments.rituximab.body_surface`."""
    value: str = field(compare=False)
    """What was chosen, as the file words it."""
    why: str = ""
    """The reason given; empty where the file says only `assumed: true`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The whole plan. `fingerprint` is the hash of the canonical file, `text` the file itself."""

    language: int
    identity: Identity
    schedule: Schedule
    forms: Mapping[str, Form]
    analysis: PlannedAnalysis
    roles: Mapping[str, Role] = field(default_factory=lambda: NOTHING)
    arms: Mapping[str, Arm] = field(default_factory=lambda: NOTHING)
    consent: str | None = None
    """Date item, `form.item`, of the informed consent; written `consent` in the section `eligibility`."""
    criteria: tuple[Criterion, ...] = ()
    treatments: Mapping[str, Treatment] = field(default_factory=lambda: NOTHING)
    participants: Participants = field(default_factory=Participants)
    missing: Mapping[str, Text] = field(default_factory=lambda: NOTHING)
    """Missing-data codes: code -> meaning."""
    endpoints: Mapping[str, Endpoint] = field(default_factory=lambda: NOTHING)
    report: ReportPlan = field(default_factory=ReportPlan)
    amendments: Amending = field(default_factory=Amending)
    withdrawal: Withdrawal = field(default_factory=Withdrawal)
    assumptions: tuple[Assumption, ...] = ()
    fingerprint: str = ""
    text: str = ""

    def item(self, name: str) -> Item | Derived:
        """Return the item or derived number named `form.item`; KeyError where there is none."""
        form_id, _, item_id = name.partition(".")
        form = self.forms[form_id]
        return form.items[item_id] if item_id in form.items else form.derived[item_id]

    def visit_forms(self, visit: str) -> Iterator[Form]:
        """Yield the forms due at a planned visit, in the order of the file."""
        return (form for form in self.forms.values() if visit in form.visits)

    def say(self, text: Text, language: str | None = None) -> str:
        """Return the text in `language`, or in the study's first language, or in any; `zh-hant` is `zh-Hant`."""
        for tag in (language, *self.identity.languages):
            if tag is not None and tag in text:
                return text[tag]
            if tag is language and tag is not None and len(text) > 1:
                alike = next((known for known in text if known.casefold() == tag.casefold()), None)
                if alike is not None:
                    return text[alike]
        return next(iter(text.values()), "")

    def version_at(self, site: str | None, own: Mapping[str, Study]) -> Study:
        """Return the version by which the participants of a site are judged: that of `own`, or else this one."""
        return self if site is None else own.get(site, self)

    def local_day(self, moment: datetime) -> date:
        """Return the day that a moment falls on at the sites: doses and washouts go by their calendar."""
        from zoneinfo import ZoneInfo

        return moment.astimezone(ZoneInfo(self.identity.timezone)).date()
