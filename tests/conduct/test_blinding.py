"""Who is shown what of a casebook.

MASK-01: a role that the study file does not name, and nobody's role, is shown nothing, not even who there is.
MASK-02: a blind role is shown the forms it is allowed by name, as they stand in the visit that is open, and otherwise
    the bare code of the participant; the visit has the name `NOW`, and so has the row.
MASK-03: what a blind role is shown tells no entry, time, person, reason, status, site or date.
MASK-04: two casebooks that share only the open answers look the same to a blind role: any week, visits, order, other
    forms, dates, statuses and people.
MASK-05: a role that is not blind is shown what it sees and records without what is taken out; what is hidden from it
    changes nothing of what it is shown.
MASK-06: what is not released is shown to those who record it, unless a blind role records it.
MASK-07: masking twice is masking once.
MASK-08: masking works for any study and any casebook; what the study does not know is shown to those only that see
    everything.
MASK-09: a blind role gets nothing by a wide word, by another role's `by`, or in spite of `except`.
MASK-10: why a form is closed is told to a blind role without the forms that are waited for.
MASK-12: queries, seals, verifications, overrides and unblindings are shown to a role that is not blind where they speak
    of what it is shown, and to a blind role never.
MASK-11: a condition judged on a masked casebook is judged alike whatever is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import chain
from types import MappingProxyType
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialbook.capture.people import is_code
from trialbook.conduct.answers import values_for
from trialbook.conduct.blinding import NOW, UNSEEN, is_released, mask, mask_reasons, may_see
from trialbook.conduct.casebook import (
    VISIT_FORM,
    Answer,
    Casebook,
    Cell,
    Override,
    Query,
    Seal,
    Unblinding,
    Verified,
)
from trialbook.conduct.ratings import may_open
from trialbook.conduct.schedule import UNSCHEDULED
from trialbook.protocol.kinds import VISIT_ID
from trialbook.protocol.model import (
    Anchor,
    BaselineRule,
    Form,
    Identity,
    Item,
    PlannedAnalysis,
    Role,
    Schedule,
    Study,
    Visit,
    Window,
)
from trialbook.protocol.read import parse_study
from trialbook.wording import remedy, sentence

VISITS = ("baseline", "week 4", "week 8", "week 12")
ENCOUNTERS = (*VISITS, "unscheduled-1", "unscheduled-12", "dropped visit")
FORMS = ("rating", "lab", "quality", "events", "guess")
ITEMS = ("a", "b", "day")
ROWS = ("1", "2", "AE-7")
PEOPLE = ("amir", "berta", "nora", "")
LABEL = {"en": "Label"}
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""On a busy machine it takes its time to invent a study."""

Timing = Literal["visits", "once", "any time"]
TIMINGS: tuple[Timing, ...] = ("visits", "visits", "once", "any time")

# ---- studies and casebooks of every kind -------------------------------------------------------------------------


def an_item(name: str) -> Item:
    return Item(id=name, kind="date" if name == "day" else "text", label=LABEL)


@st.composite
def some_forms(draw: st.DrawFn) -> dict[str, Form]:
    """Make forms of any timing, rows, release and order."""
    made = {}
    for name in FORMS:
        timing: Timing = draw(st.sampled_from(TIMINGS))
        items = draw(st.lists(st.sampled_from(ITEMS), unique=True, min_size=1))
        made[name] = Form(
            id=name,
            label=LABEL,
            timing=timing,
            visits=draw(subset(VISITS)) if timing == "visits" else (),
            items={item: an_item(item) for item in items},
            by=draw(subset(("assessor", "rater", "nurse", "participant", "ghost"))),
            repeating=draw(st.booleans()),
            after=draw(subset(FORMS)),
            release=draw(st.sampled_from(("at once", "after last visit", "at lock"))),
        )
    return made


def subset(of: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(of), unique=True).map(lambda found: tuple(one for one in of if one in found))


def some_role(name: str, *, blind: bool) -> st.SearchStrategy[Role]:
    return st.builds(
        Role,
        id=st.just(name),
        label=st.just(LABEL),
        sees=subset((*FORMS, "everything", "data", "results", "dropped")),
        hidden=st.just(()) | subset((*FORMS, VISIT_FORM, "dropped")),
        records=subset((*FORMS, "everything")) | st.just(FORMS[:2]),
        blind=st.just(blind),
        identities=st.booleans(),
    )


def a_study(forms: dict[str, Form], roles: tuple[Role, ...]) -> Study:
    planned = {
        name: Visit(id=name, label=LABEL, order=order, day=28 * order, window=Window(first=28 * order, last=28 * order))
        for order, name in enumerate(VISITS)
    }
    return Study(
        language=1,
        identity=Identity(id="s", title=LABEL, design="open-label single-arm", data="invented"),
        schedule=Schedule(anchor=Anchor(which="first", name="enrolment"), visits=planned),
        forms=forms,
        roles={role.id: role for role in roles},
        analysis=PlannedAnalysis(baseline=BaselineRule(kind="visit", visit="baseline"), sets={}, set="all"),
    )


STUDIES = st.builds(
    a_study,
    some_forms(),
    st.tuples(
        some_role("assessor", blind=True),
        some_role("rater", blind=True),
        some_role("nurse", blind=False),
        some_role("monitor", blind=False),
    ),
)

DAYS = st.dates().map(str)
WORDS = st.text("abcdefgh", min_size=1, max_size=4)
GIVEN = st.tuples(WORDS, st.none() | WORDS, st.none() | st.just("mg"), st.none() | st.just("ND"))
"""What an answer says: text, value, unit, missing code."""
NUMBERS = st.integers(10_000, 99_999)


def answered(says: tuple[str, str | None, str | None, str | None], number: int) -> Answer:
    """Make an answer; the number decides how it came about."""
    text, value, unit, missing = says
    return Answer(
        text=text,
        value=value,
        unit=unit,
        missing=missing,
        seq=number,
        at=f"20{number % 90 + 10}-03-01T{number}",
        by=PEOPLE[number % 4],
        reason=None if number % 3 else "typed wrongly at week 8",
        first_seq=number - number % 7,
        first_by=PEOPLE[number % 3],
    )


CELLS = st.builds(
    Cell,
    st.sampled_from(("", *ENCOUNTERS)),
    st.sampled_from((*FORMS, VISIT_FORM, "dropped")),
    st.sampled_from(("", *ROWS)),
    st.sampled_from((*ITEMS, "date", "name", "dropped")),
)


@st.composite
def some_answers(draw: st.DrawFn, study: Study | None = None) -> dict[Cell, Answer]:
    """Make answers anywhere, most of them where the study asks for one, each with a text of its own."""
    places = [] if study is None else list(addresses(study))
    asked = draw(st.lists(st.sampled_from(places), min_size=4, max_size=20)) if places else []
    cells = dict.fromkeys([*asked, *draw(st.lists(CELLS, max_size=8))])
    return {
        cell: answered((f"<{number}>", f"<{number}>", None, None), draw(NUMBERS)) for number, cell in enumerate(cells)
    }


def addresses(study: Study) -> Iterator[Cell]:
    """Yield the cells that a study asks for, at two visits and in two rows."""
    for form in study.forms.values():
        for visit in ("week 4", "unscheduled-1") if form.timing == "visits" else ("",):
            for row in ("1", "AE-7") if form.repeating else ("",):
                yield from (Cell(visit, form.id, row, item) for item in form.items)


@st.composite
def some_casebook(draw: st.DrawFn, answers: st.SearchStrategy[dict[Cell, Answer]] | None = None) -> Casebook:
    """Make a casebook in any state."""
    found = list(draw(some_answers() if answers is None else answers).items())
    return Casebook(
        participant="P-07",
        site=draw(st.none() | st.just("North")),
        status=draw(st.sampled_from(("screening", "screen failure", "enrolled", "completed", "withdrawn"))),
        enrolled_on=draw(st.none() | DAYS),
        ended_on=draw(st.none() | DAYS),
        end_reason=draw(st.none() | st.just("adverse event")),
        status_seq=draw(st.none() | st.integers(10_000, 99_999)),
        answers=MappingProxyType(dict(draw(st.permutations(found)))),
    )


Scene = tuple[Study, Casebook, str, str, str | None]
"""Study, casebook, role, open visit, open row."""


@st.composite
def scenes(draw: st.DrawFn, *roles: str) -> Scene:
    """Make a study, a casebook, one of the roles, and the visit and row that are open: often those of its answers."""
    study, role = draw(STUDIES), draw(st.sampled_from(roles))
    casebook = draw(some_casebook(some_answers(study)))
    own = [cell for cell in casebook.answers if may_see(study, role, cell.form)] or [Cell("", "", "", "")]
    cell = draw(st.sampled_from(own))
    visit = draw(st.sampled_from((cell.visit, cell.visit, cell.visit, "", *ENCOUNTERS)))
    row = cell.repeat or None if draw(st.integers(0, 9)) else None
    return study, casebook, role, visit, row


def look(casebook: Casebook) -> str:
    """Write all there is to see of a casebook: the order of its answers too."""
    return repr((casebook, list(casebook.answers), list(casebook.visits()), len(casebook.answers)))


def is_allowed(study: Study, role: str, form: str) -> bool:
    """Say in other words which forms a blind role is shown."""
    held, plan = study.roles[role], study.forms.get(form)
    if plan is None or form in held.hidden:
        return False
    return form in held.records or (form in held.sees and plan.release == "at once")


# ---- nobody -----------------------------------------------------------------------------------------------------


@PATIENT
@given(STUDIES, some_casebook(), st.sampled_from((None, "", "participant", "ghost", "everything", "Assessor")))
def test_unnamed_roles_see_nothing(study: Study, casebook: Casebook, role: str | None) -> None:
    """MASK-01."""
    for visit in (None, "", "week 4"):
        assert look(mask(study, casebook, role, visit=visit, repeat="1")) == look(UNSEEN)
    assert not any(may_see(study, role, form) for form in (*FORMS, VISIT_FORM, "dropped", ""))
    assert UNSEEN.participant == ""


@PATIENT
@given(some_forms(), some_casebook(), st.booleans())
def test_roles_without_a_form_see_nothing(forms: dict[str, Form], casebook: Casebook, blind: bool) -> None:  # noqa: FBT001
    """MASK-01: `results` are no answers."""
    role = Role(id="statistician", label=LABEL, sees=("results",), blind=blind, identities=True)
    assert mask(a_study(forms, (role,)), casebook, "statistician", visit="week 4") == UNSEEN


# ---- the blind --------------------------------------------------------------------------------------------------


@PATIENT
@given(scenes("assessor", "rater"))
def test_blind_sees_the_open_form_and_nothing_else(scene: Scene) -> None:
    """MASK-02, MASK-03: found by sorting out what is there, where the policy looks up what is allowed."""
    study, casebook, role, visit, repeat = scene
    expected = {}
    for cell, answer in casebook.answers.items():
        plan = study.forms.get(cell.form)
        if plan is None or not is_allowed(study, role, cell.form) or cell.item not in plan.items:
            continue
        is_open = cell.visit == visit and (plan.timing == "visits") == (visit != "")
        if is_open and cell.repeat == (repeat if plan.repeating else ""):
            place = Cell(NOW if visit else "", cell.form, NOW if plan.repeating else "", cell.item)
            expected[place] = Answer(text=answer.text, value=answer.value, unit=answer.unit, missing=answer.missing)
    masked = mask(study, casebook, role, visit=visit, repeat=repeat)
    sees_any = any(is_allowed(study, role, form) for form in study.forms)
    assert masked == (Casebook(participant="P-07", answers=MappingProxyType(expected)) if sees_any else UNSEEN)


@PATIENT
@given(scenes("assessor", "rater"))
def test_blind_sees_the_code_alone_where_nothing_is_open(scene: Scene) -> None:
    """MASK-02."""
    study, casebook, role, _, repeat = scene
    masked = mask(study, casebook, role, repeat=repeat)
    sees_any = any(is_allowed(study, role, form) for form in study.forms)
    assert look(masked) == look(Casebook(participant="P-07") if sees_any else UNSEEN)
    assert look(masked) == look(mask(study, casebook, role, visit="week 99", repeat=repeat))


@PATIENT
@given(scenes("assessor", "rater"))
def test_blind_finds_no_trace_of_what_is_hidden(scene: Scene) -> None:
    """MASK-02, MASK-03: no text of a hidden answer, no visit, date, number, person, status or reason anywhere."""
    study, casebook, role, visit, repeat = scene
    masked = mask(study, casebook, role, visit=visit, repeat=repeat)
    seen = look(masked).replace("P-07", "")
    shown = {answer.text for answer in masked.answers.values()}
    hidden = {answer.text for answer in casebook.answers.values()} - shown
    trails = chain.from_iterable((a.seq, a.first_seq, a.at, a.reason) for a in casebook.answers.values())
    told = (casebook.enrolled_on, casebook.ended_on, casebook.end_reason, casebook.site, casebook.status_seq)
    for word in (*hidden, *trails, *told, *ENCOUNTERS, *ROWS, "amir", "berta", "nora", "withdrawn", "completed"):
        assert word is None or not holds(seen, str(word)), word


def holds(text: str, word: str) -> bool:
    """Tell whether a quoted text or a number stands in what is seen."""
    return f"'{word}'" in text or f"={word}," in text or f"={word})" in text


@st.composite
def twins(draw: st.DrawFn) -> tuple[Study, str, list[tuple[Casebook, str, str]]]:
    """Make casebooks that share the open answers of a blind role and nothing else, each with its open visit and row."""
    study, role, is_visit = draw(STUDIES), draw(st.sampled_from(("assessor", "rater"))), draw(st.booleans())
    allowed = {name for name in FORMS if is_allowed(study, role, name)}
    opened = [form for name, form in study.forms.items() if name in allowed and (form.timing == "visits") == is_visit]
    given_here = {
        (form.id, item): draw(GIVEN) for form in opened for item in form.items if draw(st.booleans(), label=item)
    }
    made = []
    for _ in range(2):
        visit, row = draw(st.sampled_from(ENCOUNTERS)) if is_visit else "", draw(st.sampled_from(ROWS))
        here = {
            Cell(visit, form, row if study.forms[form].repeating else "", item): answered(says, draw(NUMBERS))
            for (form, item), says in given_here.items()
        }
        others = {
            cell: answer
            for cell, answer in draw(some_answers(study)).items()
            if not (cell.visit == visit and cell.form in allowed and cell.repeat in {"", row})
        }
        made.append((draw(some_casebook(st.just({**others, **here}))), visit, row))
    return study, role, made


@PATIENT
@given(twins())
def test_twins_look_the_same_to_the_blind(made: tuple[Study, str, list[tuple[Casebook, str, str]]]) -> None:
    """MASK-04: the strong one."""
    study, role, ((one, visit, row), (other, other_visit, other_row)) = made
    masked = mask(study, one, role, visit=visit, repeat=row)
    assert masked == mask(study, other, role, visit=other_visit, repeat=other_row)
    assert look(masked) == look(mask(study, other, role, visit=other_visit, repeat=other_row))


def test_what_can_be_hidden_is_hidden_by_default() -> None:
    """MASK-03: a field that is added to an answer or a casebook later is not passed through to a blind role."""
    trail: Any = {field.name: f"{field.name}!" for field in fields(Answer)}
    answer = Answer(**trail)
    cells = {Cell("week 4", "rating", "", item.id): answer for item in PLAN.forms["rating"].items.values()}
    rest: Any = {field.name: f"{field.name}!" for field in fields(Casebook) if field.name != "answers"}
    masked = mask(PLAN, Casebook(**rest, answers=cells), "assessor", visit="week 4")
    kept = {"text", "value", "unit", "missing"}
    for shown in masked.answers.values():
        assert {name.name for name in fields(Answer) if getattr(shown, name.name) == f"{name.name}!"} == kept
    told = {field.name for field in fields(Casebook) if getattr(masked, field.name) == f"{field.name}!"}
    assert told == {"participant"}


# ---- the others -------------------------------------------------------------------------------------------------


def is_held(study: Study, casebook: Casebook, role: Role, form: str) -> bool:
    """Say in other words that a form waits for its release."""
    if form not in study.forms or is_released(study, casebook, form):
        return False
    by = study.forms[form].by
    raters = {name for name, one in study.roles.items() if form in one.records or name in by}
    records = role.id in raters or "everything" in role.records
    return not records or any(study.roles[name].blind for name in raters)


def is_readable(study: Study, casebook: Casebook, role: Role, cell: Cell) -> bool:
    """Say in other words what a role that is not blind is shown."""
    records = {"everything", cell.form} & set(role.records)
    if cell.form in study.forms:
        shown = {"everything", "data", cell.form} & set(role.sees) and cell.form not in role.hidden
        if is_held(study, casebook, role, cell.form) or not (shown or records or role.id in study.forms[cell.form].by):
            return False
        known = cell.item in study.forms[cell.form].items
    else:
        known = cell.form == VISIT_FORM and cell.item in {"date", "name"}
        if cell.form == VISIT_FORM and not may_see(study, role.id, VISIT_FORM):
            return False
    is_visit = cell.visit in {"", *VISITS} or cell.visit.startswith("unscheduled-")
    return (known and is_visit) or ("everything" in role.sees and cell.form not in set(role.hidden) - set(study.forms))


@PATIENT
@given(scenes("nurse", "monitor"))
def test_others_see_what_they_may(scene: Scene) -> None:
    """MASK-05, MASK-06, MASK-08."""
    study, casebook, role, visit, repeat = scene
    held = study.roles[role]
    masked = mask(study, casebook, role, visit=visit, repeat=repeat)
    sees_any = "everything" in held.sees or any(may_see(study, role, form) for form in FORMS)
    shown = {cell: a for cell, a in casebook.answers.items() if is_readable(study, casebook, held, cell)}
    assert masked == (replace(casebook, answers=MappingProxyType(shown)) if sees_any else UNSEEN)
    assert list(masked.answers) == (list(shown) if sees_any else [])


@PATIENT
@given(scenes("nurse", "monitor"), some_answers())
def test_what_is_hidden_from_others_changes_nothing(scene: Scene, other: dict[Cell, Answer]) -> None:
    """MASK-05: with nothing held back, whatever stands in the hidden cells makes no difference."""
    study, casebook, role, _, _ = scene
    open_forms = {name: replace(form, release="at once") for name, form in study.forms.items()}
    plan = replace(study, forms=open_forms)
    held = plan.roles[role]
    kept = {cell: a for cell, a in casebook.answers.items() if is_readable(plan, casebook, held, cell)}
    strange = {cell: a for cell, a in other.items() if not is_readable(plan, casebook, held, cell)}
    twin = replace(casebook, answers=MappingProxyType({**strange, **kept}))
    assert look(mask(plan, twin, role)) == look(mask(plan, casebook, role))


# ---- twice, and anything ----------------------------------------------------------------------------------------


@PATIENT
@given(scenes("assessor", "rater", "nurse", "monitor", "ghost"), st.booleans())
def test_masking_twice_is_masking_once(scene: Scene, is_closed: bool) -> None:  # noqa: FBT001
    """MASK-07, MASK-08: asked again for the same visit, or for the one that is open; held back stays held back."""
    study, casebook, role, at, repeat = scene
    visit = None if is_closed else at
    masked = mask(study, casebook, role, visit=visit, repeat=repeat)
    again = mask(study, masked, role, visit=visit, repeat=repeat)
    assert set(again.answers) == set(masked.answers)
    assert look(again) == look(masked)
    opened = None if visit is None else NOW if visit else ""
    assert look(mask(study, masked, role, visit=opened, repeat=NOW if repeat else None)) == look(masked)


def test_no_visit_and_no_row_can_be_called_now() -> None:
    """MASK-02: so that nothing recorded can be taken for what is masked."""
    assert not is_code(NOW)
    assert re.fullmatch(VISIT_ID.pattern, NOW) is None
    assert UNSCHEDULED.fullmatch(NOW) is None


# ---- one study, by hand -----------------------------------------------------------------------------------------

TEXT = """
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test}
roles:
  investigator: {sees: everything, records: [history, events]}
  nurse: {sees: everything, except: [rating], records: [questions]}
  assessor: {blind: true, records: [rating]}
  reviewer: {blind: true, records: [guess]}
  statistician: {sees: [data, results]}
  monitor: {sees: [questions]}
visits:
  anchor: enrolment
  window: 3 days either side
  planned:
    baseline: {day: 0}
    week 4: {}
    week 8: {}
forms:
  history:
    at: once
    items:
      sex: {choice: {F: Female, M: Male}}
  questions:
    label: Questions
    at: [baseline, week 8]
    items:
      pain: {number: score, required: true}
  rating:
    label: Rating
    at: [baseline, week 4, week 8]
    release: after last visit
    after: [questions]
    items:
      power: {number: score, required: true}
      why: {text: line, when: 'rating.power < 5.0'}
  events:
    at: any time
    repeating: true
    items:
      term: {text: line}
  guess:
    at: once
    release: at lock
    items:
      period: {text: line}
missing: {ND: Not done}
"""


def read(text: str) -> Study:
    """Read a study file."""
    study, problems = parse_study(text, file="study.yaml")
    assert study is not None, problems
    return study


PLAN = read(TEXT)
RECORDED = {
    Cell("", "history", "", "sex"): "F",
    Cell("baseline", VISIT_FORM, "", "date"): "2024-02-01",
    Cell("baseline", "questions", "", "pain"): "7",
    Cell("baseline", "rating", "", "power"): "3",
    Cell("baseline", "rating", "", "why"): "weak",
    Cell("week 4", VISIT_FORM, "", "date"): "2024-02-29",
    Cell("week 4", "rating", "", "power"): "6",
    Cell("", "events", "1", "term"): "Fever after infusion",
}


def written(more: dict[Cell, str] | None = None, **changes: Any) -> Casebook:
    """Write a casebook, entry by entry."""
    cells = {**RECORDED, **(more or {})}
    answers = {
        cell: Answer(text=text, value=text, seq=seq, at="2024-03-01T10:00", by="amir", first_seq=seq, first_by="amir")
        for seq, (cell, text) in enumerate(cells.items(), start=1)
    }
    told: dict[str, Any] = {"status": "enrolled", "enrolled_on": "2024-02-01", "site": "North", **changes}
    return Casebook(participant="P1", answers=MappingProxyType(answers), **told)


def test_the_assessor_at_week_4() -> None:
    """MASK-02, MASK-03: the rating of now, and not the one of baseline."""
    masked = mask(PLAN, written(), "assessor", visit="week 4")
    assert masked == Casebook(
        participant="P1", answers=MappingProxyType({Cell(NOW, "rating", "", "power"): Answer(text="6", value="6")})
    )
    assert list(masked.visits()) == [NOW]
    assert masked.visit_date(NOW) is None


def test_nobody_else_reads_ratings_before_the_last_visit() -> None:
    """MASK-06: not the investigator who sees everything; the end of the participant or of the ratings releases them."""
    for role in ("investigator", "statistician"):
        shown = mask(PLAN, written(), role)
        assert {cell.form for cell in shown.answers} >= {"history", "questions", "visit", "events"}
        assert not any(cell.form == "rating" for cell in shown.answers)
        for status in ("completed", "withdrawn", "screen failure"):
            ended = mask(PLAN, written(status=status), role)
            assert ended.value("rating", "power", visit="week 4") == "6"
        last = {Cell("week 8", "rating", "", "power"): "8"}
        assert mask(PLAN, written(last), role).value("rating", "power", visit="baseline") == "3"


def test_a_last_visit_without_its_rating_releases_nothing() -> None:
    """MASK-06: others could tell the assessor what they read while the last rating is still to be made."""
    come = {Cell("week 8", VISIT_FORM, "", "date"): "2024-03-28", Cell("week 8", "questions", "", "pain"): "2"}
    assert not is_released(PLAN, written(come), "rating")
    assert not is_released(PLAN, written({**come, Cell("week 8", "rating", "", "why"): "?"}), "rating")
    assert is_released(PLAN, written({**come, Cell("week 8", "rating", "", "power"): "8"}), "rating")


def test_a_release_holds_for_any_form() -> None:
    """MASK-06: a form of the nurse with a release is read by her, and by nobody else."""
    forms = {**PLAN.forms, "questions": replace(PLAN.forms["questions"], release="after last visit")}
    study = replace(PLAN, forms=forms)
    assert mask(study, written(), "nurse").value("questions", "pain", visit="baseline") == "7"
    for role in ("investigator", "statistician", "monitor"):
        assert mask(study, written(), role).value("questions", "pain", visit="baseline") is None
        assert mask(study, written(status="completed"), role).value("questions", "pain", visit="baseline") == "7"


def test_a_role_under_another_name_is_no_role() -> None:
    """MASK-01: no reader makes such a study; the mask does not rely on it."""
    study = replace(PLAN, roles={**PLAN.roles, "assessor": PLAN.roles["investigator"]})
    assert mask(study, written(), "assessor") == UNSEEN


def test_an_answer_at_a_wrong_address_is_hidden() -> None:
    """MASK-02: a form answered once has no visit, a form of the visits has one."""
    strange = {Cell("week 4", "guess", "", "period"): "late", Cell("", "rating", "", "power"): "1"}
    for role, visit in (("reviewer", "week 4"), ("assessor", "")):
        assert mask(PLAN, written(strange), role, visit=visit) == Casebook(
            participant="P1", answers=MappingProxyType({})
        )


def test_no_row_is_shown_where_none_is_open() -> None:
    """MASK-02: not even one without a name, which no form with rows has."""
    forms = {**PLAN.forms, "rating": replace(PLAN.forms["rating"], repeating=True)}
    study = replace(PLAN, forms=forms)
    rows = written({Cell("week 4", "rating", "2", "power"): "2"})
    for repeat in (None, "", "3"):
        assert not mask(study, rows, "assessor", visit="week 4", repeat=repeat).answers
    shown = mask(study, rows, "assessor", visit="week 4", repeat="2")
    assert {cell.repeat: answer.value for cell, answer in shown.answers.items()} == {NOW: "2"}


def test_what_is_open_stays_open_when_it_is_masked_again() -> None:
    """MASK-07: by the names of the visit and the row, and by those that the mask gave them."""
    forms = {**PLAN.forms, "rating": replace(PLAN.forms["rating"], repeating=True)}
    for study, casebook, repeat in (
        (PLAN, written(), None),
        (replace(PLAN, forms=forms), written({Cell("week 4", "rating", "2", "power"): "2"}), "2"),
    ):
        masked = mask(study, casebook, "assessor", visit="week 4", repeat=repeat)
        assert len(masked.answers) == 1
        assert mask(study, masked, "assessor", visit="week 4", repeat=repeat) == masked
        assert mask(study, masked, "assessor", visit=NOW, repeat=repeat and NOW) == masked


def test_marks_of_an_item_that_the_study_does_not_know() -> None:
    """MASK-12: hidden from who sees one form, like its answer; what speaks of the form as a whole is shown."""
    cells = [Cell("week 4", "questions", "", name) for name in ("", "pain", "old_item")]
    asked = {seq: Query(seq=seq, cell=cell, text="?") for seq, cell in enumerate(cells, start=1)}
    book = written(queries=MappingProxyType(asked))
    assert set(mask(PLAN, book, "monitor").queries) == {1, 2}
    assert set(mask(PLAN, book, "investigator").queries) == {1, 2, 3}


def test_nothing_is_locked_yet() -> None:
    """MASK-06: `at lock` is never, for everybody who does not record it."""
    done = written({Cell("", "guess", "", "period"): "late"}, status="completed")
    assert not is_released(PLAN, done, "guess")
    for role in ("investigator", "nurse", "statistician", "monitor", "assessor"):
        assert not any(cell.form == "guess" for cell in mask(PLAN, done, role).answers)
    assert mask(PLAN, done, "reviewer", visit="").value("guess", "period") == "late"


def test_the_nurse_never_reads_ratings() -> None:
    """MASK-05: taken out is taken out, released or not."""
    shown = mask(PLAN, written(status="completed"), "nurse")
    assert {cell.form for cell in shown.answers} == {"history", "questions", "visit", "events"}
    assert shown.enrolled_on == "2024-02-01"


def test_a_monitor_of_one_form_sees_its_answers_and_the_visits() -> None:
    """MASK-05."""
    shown = mask(PLAN, written(), "monitor")
    assert {cell.form for cell in shown.answers} == {"questions", "visit"}


def test_what_the_study_does_not_know() -> None:
    """MASK-08: a form, an item and a visit that an amendment dropped."""
    strange = {
        Cell("week 4", "old_form", "", "x"): "1",
        Cell("week 4", "questions", "", "old_item"): "2",
        Cell("week 5", "questions", "", "pain"): "3",
        Cell("week 4", VISIT_FORM, "", "room"): "4",
    }
    assert set(strange) <= set(mask(PLAN, written(strange), "investigator").answers)
    for role in ("statistician", "monitor", "assessor"):
        for visit in (None, "week 4", "week 5"):
            assert not set(strange) & set(mask(PLAN, written(strange), role, visit=visit).answers)


@pytest.mark.parametrize(
    "words",
    [
        {"sees": ("everything",)},
        {"sees": ("data",)},
        {"records": ("everything",)},
        {"records": ("rating",), "hidden": ("rating",)},
        {"sees": ("questions",), "hidden": ("questions",)},
        {"sees": ("guess",)},
        {"sees": (VISIT_FORM,)},
    ],
)
def test_wide_words_give_a_blind_role_nothing(words: dict[str, tuple[str, ...]]) -> None:
    """MASK-09: `check` refuses such files; the mask does not rely on it."""
    role = Role(id="spy", label=LABEL, blind=True, **words)  # type: ignore[arg-type]  # one key at a time
    forms = {name: replace(form, by=(*form.by, "spy")) for name, form in PLAN.forms.items()}
    study = replace(PLAN, forms=forms, roles={**PLAN.roles, "spy": role})
    assert not any(may_see(study, "spy", form) for form in (*study.forms, VISIT_FORM))
    for visit in (None, "", *VISITS):
        assert mask(study, written(status="completed"), "spy", visit=visit) == UNSEEN


# ---- what else could tell ---------------------------------------------------------------------------------------


def test_a_blind_role_does_not_learn_what_is_waited_for() -> None:
    """MASK-10: questionnaires are due at some visits only, so that their name would tell the visit."""
    come = written({Cell("week 8", VISIT_FORM, "", "date"): "2024-03-28"})
    reasons = may_open(PLAN, come, "rating", "week 8")
    assert [reason.code for reason in reasons] == ["RATE-01"]
    assert "Questions" in sentence(reasons[0])
    assert mask_reasons(PLAN, reasons, "nurse") == reasons
    for role in ("assessor", "ghost", None):
        (told,) = mask_reasons(PLAN, (*reasons, *reasons), role)
        assert told.code == "RATE-02"
        for word in ("week", "Questions", "questions", "P1"):
            assert word not in f"{sentence(told)} {remedy(told)} {told}"
        assert mask_reasons(PLAN, (), role) == ()


def test_conditions_on_a_masked_casebook_know_only_what_is_shown() -> None:
    """MASK-11: the names of every condition come out alike for two casebooks that differ in what is hidden."""
    one = mask(PLAN, written(), "assessor", visit="week 4")
    twin = written({Cell("unscheduled-3", "rating", "", "power"): "6"}, status="withdrawn", enrolled_on="2023-01-01")
    other = mask(PLAN, twin, "assessor", visit="unscheduled-3")
    told = values_for(PLAN, one, visit=NOW, form="rating")
    assert told == values_for(PLAN, other, visit=NOW, form="rating")
    assert told == {"participant.status": "screening", "visit.id": NOW, "rating.power": 6.0}


def rated(name: str, item: str, by: str, release: Literal["at once", "at lock"] = "at once") -> Form:
    """Make a form of one item at week 4."""
    items = {item: an_item(item)}
    return Form(id=name, label=LABEL, timing="visits", visits=("week 4",), items=items, by=(by,), release=release)


MARKED = a_study(
    {"lab": rated("lab", "ck", "nurse"), "rating": rated("rating", "power", "assessor", "at lock")},
    (
        Role(id="nurse", label=LABEL, sees=("everything",), hidden=("rating",), records=("lab",)),
        Role(id="assessor", label=LABEL, blind=True, records=("rating",)),
        Role(id="physician", label=LABEL, sees=("everything",), records=("lab",)),
    ),
)


def marked(*, locked: bool = False) -> Casebook:
    """Return a casebook with every kind of mark on both forms, on the visit and on the participant."""
    cells = [Cell("week 4", form, "", "") for form in ("lab", "rating")]
    items = [Cell("week 4", "lab", "", "ck"), Cell("week 4", "rating", "", "power")]
    places = [*cells, *items, Cell("week 4", "", "", ""), Cell("", "", "", "")]
    seals = {n: Seal(seq=n, kind="sign", level="form", cell=cell) for n, cell in enumerate(places)}
    lock = {99: Seal(seq=99, kind="lock", level="study", cell=Cell("", "", "", ""))} if locked else {}
    return Casebook(
        participant="P1",
        answers={cell: Answer(text="1", value="1", seq=n + 1) for n, cell in enumerate(items)},
        queries={n: Query(seq=n, cell=cell, text="?") for n, cell in enumerate(places)},
        seals={**seals, **lock},
        verified={cell: Verified(seq=9, about=1) for cell in items},
        overrides={
            (cell.visit, cell.form): Override(seq=9, visit="week 4", form=cell.form, reason="x") for cell in cells
        },
        unblindings=(Unblinding(seq=9, kind="accidental", who="amir", reason="x"),),
    )


def test_marks() -> None:
    """MASK-12: nothing of the rating for those who do not see it, until it is released."""
    study, casebook = MARKED, marked()
    for role in ("nurse", "physician"):
        shown = mask(study, casebook, role)
        forms = [query.cell.form for query in shown.queries.values()] + [
            seal.cell.form for seal in shown.seals.values()
        ]
        assert sorted(set(forms)) == ["", "lab"]
        assert {cell.form for cell in shown.verified} == {"lab"}
        assert set(shown.overrides) == {("week 4", "lab")}
        assert mask(study, shown, role) == shown
    locked = marked(locked=True)
    assert {query.cell.form for query in mask(study, locked, "physician").queries.values()} == {"", "lab", "rating"}
    assert {query.cell.form for query in mask(study, locked, "nurse").queries.values()} == {"", "lab"}
    blind = mask(study, locked, "assessor", visit="week 4")
    assert blind == Casebook(participant="P1", answers=blind.answers)
    assert mask(study, locked, "stranger") == UNSEEN
