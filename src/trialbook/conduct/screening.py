"""Who may enter: each criterion judged as met, not met or unknown, with the answers that say so.

Answers count up to the day of enrolment. Nothing is assumed: a criterion is fulfilled only where that is certain, and
what is missing is named. A verdict that is certain stays so when an open question is answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from trialbook.conduct.answers import Same, values_for
from trialbook.conduct.casebook import Casebook
from trialbook.conduct.moments import UNKNOWN, Days, days_of, is_over, later
from trialbook.conduct.reasons import Reason, date_reasons, dates_of, name_reasons
from trialbook.errors import Problem
from trialbook.protocol.conditions import Condition, compile_condition, names_for
from trialbook.protocol.eligibility_form import ELIGIBILITY
from trialbook.protocol.model import Criterion, Form, Study, Washout
from trialbook.protocol.phrases import write_duration
from trialbook.wording import sentence

Verdict = Literal["eligible", "not eligible", "unknown"]
Outcome = Literal["met", "not met", "unknown", "not applicable"]
"""How a criterion itself stands: an exclusion criterion that is met keeps out."""

ENROLMENT = "enrolment"
NOT_YET = frozenset({"screening", "screen failure"})
NOT: Mapping[bool | None, bool | None] = MappingProxyType({True: False, False: True, None: None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One criterion, judged for one participant; None is unknown."""

    criterion: Criterion
    met: bool | None
    applies: bool | None
    """Whether the criterion is asked of this participant at all."""
    fulfilled: bool | None
    """True: does not stand in the way, as inclusion met, exclusion not met, or not applicable."""
    reasons: tuple[Reason, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Say in a word how the criterion stands."""
        if self.applies is False:
            return "not applicable"
        if self.met is None or self.fulfilled is None:
            return "unknown"
        return "met" if self.met else "not met"


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """Whether a participant may enter, or might on the day of enrolment, by the study file in force."""

    verdict: Verdict
    consent: date | None
    """Day of consent, where it is recorded in full."""
    consented: bool | None
    """Whether consent was given by that day; True too where the study file names no item of consent."""
    criteria: tuple[Assessment, ...]
    judged_on: Days
    """The day of enrolment; before it the day that was asked for; of a screening failure the day of its end."""
    consent_reasons: tuple[Reason, ...] = ()

    @property
    def not_fulfilled(self) -> tuple[str, ...]:
        """Return the ids of the criteria that stand in the way."""
        return tuple(found.criterion.id for found in self.criteria if found.fulfilled is False)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the ids of the criteria that cannot be decided yet."""
        return tuple(found.criterion.id for found in self.criteria if found.fulfilled is None)

    @property
    def lacking(self) -> tuple[str, ...]:
        """Return the answers, `form.item`, for which consent or a criterion that is not decided yet waits."""
        undecided = (why for found in self.criteria if found.fulfilled is None for why in found.reasons)
        reasons = (*(self.consent_reasons if self.consented is None else ()), *undecided)
        waiting = (why for why in reasons if why.kind in {"not answered", "open row"} and why.name != ENROLMENT)
        return tuple(dict.fromkeys(why.name for why in waiting))


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """A row of the screening log: a participant, enrolled or not, and how the criteria stand."""

    casebook: Casebook
    eligibility: Eligibility


def screening_log(study: Study, casebooks: Mapping[str, Casebook], on: date | None = None) -> tuple[Screened, ...]:
    """Judge everybody who was screened, screening failures too; `on` is the day for those not enrolled yet."""
    return tuple(
        Screened(casebook=casebook, eligibility=assess_eligibility(study, casebook, on=on))
        for casebook in casebooks.values()
    )


def assess_eligibility(study: Study, casebook: Casebook, *, on: date | None = None) -> Eligibility:
    """Judge consent and every criterion for a participant, as of the day of enrolment.

    Before enrolment `on` stands for that day; without it, how much time passes before enrolment is unknown. A consent
    that is later than that day is none: not eligible. Without a date of consent nobody is certainly eligible.
    """
    case = Case(study=study, casebook=casebook, moment=moment_of(casebook, on))
    criteria = tuple(_assess(case, rule) for rule in _rules(Same(study)))
    consented, reasons = _consent(case)
    fulfilled = _all((consented, *(found.fulfilled for found in criteria)))
    verdicts: Mapping[bool | None, Verdict] = {True: "eligible", False: "not eligible", None: "unknown"}
    return Eligibility(
        verdict=verdicts[fulfilled],
        consent=_consent_days(case).day,
        consented=consented,
        criteria=criteria,
        judged_on=case.moment,
        consent_reasons=reasons,
    )


def moment_of(casebook: Casebook, on: date | None) -> Days:
    """Return the day as of which a participant is judged."""
    if casebook.status not in NOT_YET:
        return days_of(casebook.enrolled_on)
    if casebook.status == "screen failure" and casebook.ended_on is not None:
        return days_of(casebook.ended_on)
    return UNKNOWN if on is None else Days(first=on, last=on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A participant to be judged as of a day."""

    study: Study
    casebook: Casebook
    moment: Days

    def limits(self) -> tuple[date | None, ...]:
        """Return each last day whose visits may count; None where all do.

        There are several where the day of enrolment is known in part and visits took place about that time. Of somebody
        enrolled on a day not recorded, the visits planned up to study day 0 count, and those before them.
        """
        if self.moment.day is not None:
            return (self.moment.day,)
        if not self.moment.is_known:
            return (None,) if self.casebook.status in NOT_YET else (self._last_planned_by_day_0(),)
        dates = (self.casebook.visit_date(visit) for visit in self.casebook.visits())
        within = {day for day in dates if day is not None and self.moment.first < day <= self.moment.last}
        return (self.moment.first, *sorted(within))

    def _last_planned_by_day_0(self) -> date:
        planned = self.study.schedule.visits
        visits = (visit for visit in self.casebook.visits() if visit in planned and planned[visit].day <= 0)
        return max((day for visit in visits if (day := self.casebook.visit_date(visit))), default=date.min)


# ---- the criteria of a study, compiled once ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A criterion with its conditions ready to be judged; a Problem where one cannot be."""

    criterion: Criterion
    when: Condition | Problem | None
    ask_when: Condition | Problem | None


@lru_cache(maxsize=4)
def _rules(same: Same) -> tuple[Rule, ...]:
    names = names_for(same.study, "criterion")

    def compiled(text: str | None) -> Condition | Problem | None:
        return None if text is None else compile_condition(text, names)

    return tuple(
        Rule(criterion=criterion, when=compiled(criterion.when), ask_when=compiled(criterion.ask_when))
        for criterion in same.study.criteria
    )


def forms_asked(study: Study) -> frozenset[str]:
    """Return the forms of which a criterion asks an answer, whether or not it decides one participant's case."""
    names = (name for rule in _rules(Same(study)) for name in _names(rule))
    return frozenset(part for name in names for part in name.split(".")[:2] if part in study.forms)


def _names(rule: Rule) -> Iterator[str]:
    for condition in (rule.when, rule.ask_when):
        yield from condition.names if isinstance(condition, Condition) else ()
    for span in (rule.criterion.since, rule.criterion.washout):
        for name in () if span is None else (span.since, span.before):
            yield name.rpartition(" ")[2]


# ---- one criterion ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """What a part of a criterion comes to, and why."""

    holds: bool | None
    reasons: tuple[Reason, ...] = ()


def _assess(case: Case, rule: Rule) -> Assessment:
    """Judge a criterion; where visits of about the enrolment decide it and their order is not known, it is unknown."""
    every = [_assess_until(case, rule, until) for until in case.limits()]
    last = every[-1]
    if all((found.met, found.applies) == (last.met, last.applies) for found in every):
        return last
    when = Reason(name=ENROLMENT, kind="partial date", label="Enrolment", value=str(case.moment))
    return replace(last, met=None, fulfilled=None, reasons=(*last.reasons, when))


def _assess_until(case: Case, rule: Rule, until: date | None) -> Assessment:
    """Judge a criterion by the answers up to a day."""
    asked = Found(True) if rule.ask_when is None else _judge(case, rule.ask_when, until)
    parts = tuple(_parts(case, rule, until))
    met = _all(part.holds for part in parts) if parts else None
    reasons = (reason for part in (asked, *(parts if asked.holds is not False else ())) for reason in part.reasons)
    return Assessment(
        criterion=rule.criterion,
        met=met,
        applies=asked.holds,
        fulfilled=_fulfilled(rule.criterion, met=met, applies=asked.holds),
        reasons=tuple(dict.fromkeys(reasons)),
    )


def _fulfilled(criterion: Criterion, *, met: bool | None, applies: bool | None) -> bool | None:
    """Tell whether a criterion does not stand in the way; if it is unknown whether it applies, it may do so."""
    if applies is False:
        return True
    own = met if criterion.kind == "inclusion" else NOT[met]
    return own if applies or own else None


def _parts(case: Case, rule: Rule, until: date | None) -> Iterator[Found]:
    """Yield everything that has to hold for a criterion to be met: in an exclusion, that a washout is not over."""
    criterion = rule.criterion
    if rule.when is not None:
        yield _judge(case, rule.when, until)
    if criterion.since is not None:
        yield _time(case, criterion.since, until, never=False)
    if criterion.washout is not None:
        over = _time(case, criterion.washout, until, never=True)
        yield over if criterion.kind == "inclusion" else replace(over, holds=NOT[over.holds])


def _judge(case: Case, condition: Condition | Problem, until: date | None) -> Found:
    """Judge a condition; what cannot be worked out is unknown."""
    if isinstance(condition, Problem):
        return Found(None, (_problem(condition),))
    values = values_for(case.study, case.casebook, until=until, names=condition.names)
    holds = condition.judge(values)
    names = name_reasons(case.study, case.casebook, tuple(condition.names), values, until=until)
    if isinstance(holds, Problem):
        return Found(None, (_problem(holds), *names))
    return Found(holds, tuple(names))


def _problem(problem: Problem) -> Reason:
    return Reason(name=problem.code, kind="problem", label="Condition", value=sentence(problem))


def _time(case: Case, span: Washout, until: date | None, *, never: bool) -> Found:
    """Tell whether enough time has passed; `never` is what the answer `never` comes to."""
    start, end = (_days(case, name, until) for name in (span.since, span.before))
    reasons = (*_date_reasons(case, span.since, until), *_date_reasons(case, span.before, until))
    if start is None:
        return Found(never, reasons)
    over = None if end is None else is_over(start, span.at_least, end)
    if over is not None:
        reasons = tuple(replace(found, kind="value") if found.kind == "partial date" else found for found in reasons)
    return Found(over, (*reasons, *_passed(span, start, end)))


def _passed(span: Washout, start: Days, end: Days | None) -> Iterator[Reason]:
    """Yield when the time is over, and until when it is counted, where the one date is known."""
    if start.is_known and end is not None:
        value = f"{write_duration(span.at_least)} later is {later(start, span.at_least)}, counted until {end}"
        yield Reason(name=span.since, kind="time", label="Time", value=value)


def _days(case: Case, name: str, until: date | None) -> Days | None:
    """Return the days that a date of a criterion allows, None for `never`."""
    return case.moment if name == ENROLMENT else dates_of(case.study, case.casebook, name, until=until)


def _date_reasons(case: Case, name: str, until: date | None) -> Iterator[Reason]:
    if name != ENROLMENT:
        yield from date_reasons(case.study, case.casebook, name, until=until)
    elif case.moment.day is not None:
        yield Reason(name=ENROLMENT, kind="value", label="Enrolment", value=str(case.moment))
    elif case.moment.is_known:
        yield Reason(name=ENROLMENT, kind="partial date", label="Enrolment", value=str(case.moment))
    else:
        yield Reason(name=ENROLMENT, kind="not answered", label="Enrolment")


# ---- consent ----------------------------------------------------------------------------------------------------


def _consent(case: Case) -> tuple[bool | None, tuple[Reason, ...]]:
    """Tell whether consent was given by the day of enrolment; before it, and with no day asked for, whether it was."""
    name = case.study.consent
    if name is None:
        return True, ()
    reasons = tuple(date_reasons(case.study, case.casebook, name))
    given = dates_of(case.study, case.casebook, name)
    if given is None:
        return False, reasons
    is_open = not case.moment.is_known and case.casebook.status in NOT_YET
    if is_open:
        return (True if given.is_known else None), reasons
    by_then = True if given.last <= case.moment.first else False if given.first > case.moment.last else None
    return by_then, (*reasons, *_date_reasons(case, ENROLMENT, None))


def _consent_days(case: Case) -> Days:
    name = case.study.consent
    return UNKNOWN if name is None else dates_of(case.study, case.casebook, name) or UNKNOWN


# ---- three answers ----------------------------------------------------------------------------------------------


def _all(values: Iterator[bool | None] | tuple[bool | None, ...]) -> bool | None:
    """Return false where one is false, else unknown where one is unknown."""
    every = tuple(values)
    return False if False in every else None if None in every else True


# ---- which forms ------------------------------------------------------------------------------------------------


def forms_of_screening(study: Study) -> tuple[Form, ...]:
    """Return the forms answered once that are filled in while the screening lasts, in the order of the study file.

    They are those that the file tells before its last form of a visit, and those on which consent or a criterion
    hangs. What is told at the end, such as the response to the treatment, is asked later.
    """
    forms = tuple(study.forms.values())
    last = max((place for place, form in enumerate(forms) if form.timing == "visits"), default=len(forms))
    asked = {(study.consent or "").partition(".")[0], ELIGIBILITY, *forms_asked(study)}
    return tuple(
        form for place, form in enumerate(forms) if form.timing == "once" and (place < last or form.id in asked)
    )
