"""Histories of an invented study as a blind assessor must not know them, and the part of them that they may see.

What may be seen: which participants can be rated now, and the answers that stand in the rating that is open. All the
rest is hidden: `tale` tells a story in which both are as asked for. Whatever is hidden is drawn by hypothesis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st
from tests.web.conftest import CUSTODIAN
from tests.web.doings import DOINGS
from tests.web.twin_study import CODES, DIARY_AT, GUESSED, PERSONS, RATED, STUDY, VISITS, day
from tests.web.twins import BEGINNING, NOW, Stage, Step, Story, Teller, Transcript, told, transcript

from trialbook.capture.acts import (
    correct,
    enrol,
    enter,
    grant,
    override,
    screen,
)
from trialbook.conduct.casebook import Cell
from trialbook.conduct.completeness import Asked
from trialbook.conduct.rating_now import open_visit
from trialbook.web.site import Site

# ---- what may be seen, and what may not -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Open:
    """A rating that is open now: of whom, and what was answered in it."""

    participant: str
    answers: tuple[tuple[str, str], ...] = ()


Visible = tuple[Open, ...]
VISIBLES: tuple[Visible, ...] = (
    (Open("P1"),),
    (),
    (Open("P1", (("left", "5"),)),),
    (Open("P1"), Open("P2", (("left", "3"), ("remark", "Pain")))),
)


@dataclass(frozen=True, slots=True)
class Course:
    """How a participant came to the visit that is open now."""

    visit: int = 0
    """Number of the visit."""
    skipped: tuple[int, ...] = ()
    """Numbers of earlier visits that did not take place."""
    drift: int = 0
    """Days by which everything was later, 0 to 4."""
    rated: tuple[str, ...] = ("whole",) * 4
    """How the earlier visits were rated: not at all, in part, whole."""
    arm: str = ""
    """Of the participant; empty where nobody recorded it."""
    guessed: tuple[str, str] = ("0", "dk")
    """Week and treatment that were guessed at the earlier visits."""
    overridden: bool = False
    """Whether the rating is open by an override instead of by its questionnaires."""
    hours: int = 1
    """Since the last visit took place."""
    site: str | None = None
    rater: str = "asa"
    """Who answered what stands in the rating that is open."""
    backwards: bool = False
    """Whether that was answered from the last item to the first, each wrongly at first."""


@dataclass(frozen=True, slots=True)
class Doing:
    """Something that somebody else did."""

    what: str
    number: int
    words: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """All that is hidden."""

    courses: tuple[Course, Course] = (Course(), Course())
    """Of the first and the second participant who can be rated."""
    before: tuple[Doing, ...] = ()
    """What others did before the visits of now."""
    after: tuple[Doing, ...] = ()
    """What others did since."""
    there: bool = True
    """Whether those who cannot be rated now are in the study all the same: before their first visit, or between two."""


COURSES = st.builds(
    Course,
    visit=st.integers(0, 3),
    skipped=st.lists(st.integers(0, 2), unique=True, max_size=2).map(tuple),
    drift=st.integers(0, 4),
    rated=st.lists(st.sampled_from(("not", "part", "whole")), min_size=4, max_size=4).map(tuple),
    arm=st.sampled_from(("", "high", "low")),
    guessed=st.tuples(st.integers(0, 200).map(str), st.sampled_from(("high", "low", "dk"))),
    overridden=st.booleans(),
    hours=st.integers(1, 30),
    site=st.none() | st.sampled_from(("North", "South")),
    rater=st.sampled_from(("asa", "amy")),
    backwards=st.booleans(),
)


# ---- telling ----------------------------------------------------------------------------------------------------


def tale(visible: Visible, hidden: Hidden) -> Story:
    """Return a story in which this may be seen and that is hidden."""

    def story(teller: Teller) -> None:
        for person, role in PERSONS.items():
            teller.did(CUSTODIAN, grant(person, role))
        for number, course in enumerate(hidden.courses):
            if number < len(visible) or hidden.there:
                begin(teller, CODES[number], course)
        for doing in hidden.before:
            DOINGS[doing.what](teller, doing.number, doing.words)
        for course, shown in zip(hidden.courses, visible, strict=False):
            finish(teller, shown, course)
        for doing in hidden.after:
            DOINGS[doing.what](teller, doing.number, doing.words)

    return story


def begin(teller: Teller, code: str, course: Course) -> None:
    """Enrol a participant and let them come to the visits before the one of now."""
    first = NOW - timedelta(days=28 * course.visit + course.drift + 2)
    teller.at(BEGINNING + timedelta(days=1))
    teller.did("ida", screen(code, site=course.site))
    teller.did("ida", enrol(code, on=day(first)))
    if course.arm:
        teller.did("ida", enter(code, "consent", "arm", course.arm))
    attended = [number for number in range(course.visit) if number not in course.skipped]
    for number in attended:
        teller.at(first + timedelta(days=28 * number))
        # the last one is rated whole: else it would be open now where no further visit follows
        rated = "whole" if number == attended[-1] else course.rated[number]
        come(teller, code, VISITS[number], rated=rated, guessed=course.guessed)


def come(teller: Teller, code: str, visit: str, *, rated: str, guessed: tuple[str, str]) -> None:
    """Let a participant come to a visit that is over by now, and be rated at it."""
    teller.did("nora", enter(code, "visit", "date", day(teller.doors.moment), visit=visit))
    if visit in DIARY_AT:
        teller.did("nora", enter(code, "diary", "days", "3", visit=visit))
    answers = {"not": {}, "part": {"left": "2"}, "whole": dict.fromkeys(RATED, "9")}[rated]
    for item, text in answers.items():
        teller.did("asa", enter(code, "rating", item, text, visit=visit))
    for item, text in zip(GUESSED, guessed, strict=True) if rated == "whole" else ():
        teller.did("asa", enter(code, "guess", item, text, visit=visit))


def finish(teller: Teller, shown: Open, course: Course) -> None:
    """Let a participant come to the visit of now, open the rating, and let some of it be answered."""
    visit, code = VISITS[course.visit], shown.participant
    teller.at(NOW - timedelta(hours=course.hours))
    teller.did("nora", enter(code, "visit", "date", day(NOW - timedelta(hours=course.hours)), visit=visit))
    if course.overridden:
        teller.did("ida", override(code, visit, "rating", reason="The diary was lost"))
    elif visit in DIARY_AT:
        teller.did("nora", enter(code, "diary", "days", "3", visit=visit))
    for item, text in reversed(shown.answers) if course.backwards else shown.answers:
        teller.did(course.rater, enter(code, "rating", item, "0" if course.backwards else text, visit=visit))
        if course.backwards:
            teller.did(course.rater, correct(code, "rating", item, text, visit=visit, reason="Typed wrongly"))


def crawl(
    stage: Stage,
    visible: Visible,
    hidden: Hidden,
    steps: Sequence[Step],
    *,
    person: str = "asa",
    spoilt: Callable[[], AbstractContextManager[None]] = nullcontext,
    name: object = None,
) -> Transcript:
    """Return what the assessor, or somebody else, gets by these requests in a story in which this is hidden."""
    with told(stage, STUDY, tale(visible, hidden), name) as site:
        check_seen(site.site, visible)
        with spoilt():
            return transcript(site, person, steps)


def check_seen(site: Site, visible: Visible) -> None:
    """See to it that a story left open what it should, and nothing else: an error of the story is none of the site."""
    found, view, guesses = {}, site.view(), []
    for code, casebook in view.casebooks.items():
        study = view.study_of(casebook.site)
        visit = open_visit(study, casebook, study.forms["rating"], NOW.date(), asked=Asked(study))
        if visit is not None:
            cells = ((item, casebook.answers.get(Cell(visit, "rating", "", item))) for item in RATED)
            found[code] = tuple((item, answer.text) for item, answer in cells if answer is not None)
        if open_visit(study, casebook, study.forms["guess"], NOW.date(), asked=Asked(study)) is not None:
            guesses.append(code)
    assert guesses == [shown.participant for shown in visible if "left" in dict(shown.answers)], guesses
    assert found == {shown.participant: shown.answers for shown in visible}, found


WORDS = st.text("abcdefghij klm<&'\"0123456789ä利", min_size=1, max_size=12).map(lambda text: f"w{text}w")
SOME = st.builds(Doing, st.sampled_from(sorted(DOINGS)), st.integers(0, 99), WORDS)
HIDDEN = st.builds(
    Hidden,
    courses=st.tuples(COURSES, COURSES),
    before=st.lists(SOME, max_size=6).map(tuple),
    after=st.lists(SOME, max_size=10).map(tuple),
    there=st.booleans(),
)
LITTLE = Hidden(there=False)
"""The least that can have happened."""
MUCH = Hidden(
    courses=(
        Course(
            visit=3,
            skipped=(1,),
            drift=2,
            rated=("whole", "not", "part", "not"),
            hours=20,
            site="North",
            arm="high",
            guessed=("8", "high"),
        ),
        Course(
            visit=2,
            arm="low",
            guessed=("50", "dk"),
            rated=("part",) * 4,
            overridden=True,
            site="South",
            rater="amy",
            backwards=True,
        ),
    ),
    before=tuple(Doing(what, number, f"before {what}") for number, what in enumerate(DOINGS, start=40)),
    after=(
        Doing("enrolled", 12, "of whom it is asked"),
        *(Doing(what, number, f"after {what}") for number, what in enumerate([*DOINGS, *DOINGS], start=3)),
        Doing("value", 120, "of the first participant, the last of all"),
    ),
)
"""A story in which everything happened."""
