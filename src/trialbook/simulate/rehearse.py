"""A rehearsal: invented participants until enough are enrolled, and all their acts in the order of time."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import count
from zoneinfo import ZoneInfo

from trialbook import __version__
from trialbook.capture import acts, asking
from trialbook.capture.acts import Act
from trialbook.capture.book import Book
from trialbook.conduct.completeness import Asked
from trialbook.errors import Problem, StudyFileError
from trialbook.protocol.model import Study
from trialbook.simulate.cast import KEEPER, Cast
from trialbook.simulate.copies import INVENTED
from trialbook.simulate.eligibility import needed_items
from trialbook.simulate.fates import fate_of
from trialbook.simulate.invent import invent
from trialbook.simulate.scenario import Scenario
from trialbook.simulate.story import Stage, Step, Story
from trialbook.simulate.targets import sources_for

PATIENCE = 20
"""How many are screened for each who is to be enrolled, and this many more, before the search is given up."""
LEAST_DIGITS = 2
AT_ONCE = 100
"""Steps that are saved together: a disk needs as long for these as for one."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Everybody who was invented for a rehearsal, in the order of their screening."""

    stories: tuple[Story, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the participants, all of one length."""
        digits = max(LEAST_DIGITS, len(str(len(self.stories))))
        return tuple(f"INV-{story.fate.number:0{digits}}" for story in self.stories)

    @property
    def happened(self) -> Counter[str]:
        """Incidents by name."""
        return sum((story.happened for story in self.stories), Counter[str]())

    @property
    def enrolled(self) -> int:
        """How many were enrolled."""
        return sum(story.is_enrolled for story in self.stories)


@dataclass(slots=True)
class Clock:
    """The clock of a rehearsal, set by its steps."""

    moment: datetime

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.moment


@dataclass(slots=True)
class Ids:
    """Ids and salts that depend on the seed alone."""

    seed: int
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __call__(self) -> str:
        """Make an id."""
        return hashlib.sha256(f"rehearsal {self.seed} {next(self.numbers)}".encode()).hexdigest()[:32]


def make_stage(study: Study, scenario: Scenario) -> Stage:
    """Make a study and a scenario ready for all participants."""
    return Stage(
        study=study,
        scenario=scenario,
        cast=Cast(study),
        asked=Asked(study),
        sources={form.id: sources_for(study, scenario, form) for form in study.forms.values()},
        needed=needed_items(study),
        zone=ZoneInfo(study.identity.timezone),
    )


def invent_all(
    study: Study, scenario: Scenario, *, participants: int, seed: int, progress: Progress | None = None
) -> Rehearsal:
    """Invent participants until so many are enrolled; StudyFileError where the criteria let too few in."""
    stage = make_stage(study, scenario)
    stories: list[Story] = []
    enrolled = 0
    while enrolled < participants:
        if len(stories) >= PATIENCE * (participants + 1):
            raise StudyFileError([nobody_enters(stories)])
        fate = fate_of(study, scenario, seed, number=len(stories) + 1, enrolled=enrolled)
        stories.append(invent(stage, fate, seed))
        enrolled += stories[-1].is_enrolled
        if progress is not None:
            progress("inventing participants", enrolled, participants)
    return Rehearsal(stories=tuple(stories))


def nobody_enters(stories: Iterable[Story]) -> Problem:
    """Say which criteria kept the invented participants out."""
    reasons = Counter(story.casebook.end_reason or "" for story in stories if not story.is_enrolled)
    most = ", ".join(f"{reason} ({number} times)" for reason, number in reasons.most_common(3))
    return Problem(code="SCEN-21", values={"screened": str(reasons.total()), "reasons": most})


def opening(scenario: Scenario, study: Study) -> datetime:
    """Return when the ledger of a rehearsal is opened: in the morning of the day before the first screening."""
    return datetime.combine(
        scenario.start - timedelta(days=1), datetime.min.time(), tzinfo=ZoneInfo(study.identity.timezone)
    )


def papers(study: Study, scenario: Scenario, rehearsal: Rehearsal, *, seed: int) -> dict[str, str]:
    """Return what stands beside the ledger of a rehearsal: its study file, its scenario, and what it is."""
    told = {
        "made by": "trialbook rehearse",
        "data": INVENTED,
        "program": __version__,
        "seed": seed,
        "scenario": "scenario.yaml" if scenario.text else "built in",
        "screened": len(rehearsal.stories),
        "enrolled": rehearsal.enrolled,
        "happened": dict(sorted(rehearsal.happened.items())),
    }
    files = {"study.yaml": study.text, "rehearsal.json": json.dumps(told, indent=2) + "\n"}
    return {**files, "scenario.yaml": scenario.text} if scenario.text else files


def record_all(book: Book, clock: Clock, study: Study, rehearsal: Rehearsal, progress: Progress | None = None) -> None:
    """Record a rehearsal in a new ledger: the grants, then every step in the order of time."""
    with book.together():
        for person, role in Cast(study).grants():
            book.record(acts.grant(person, role), by=KEEPER)
    steps = tuple(in_time(rehearsal))
    for begin in range(0, len(steps), AT_ONCE):
        if progress is not None:
            progress("recording invented entries", begin, len(steps))
        with book.together():
            for code, step in steps[begin : begin + AT_ONCE]:
                clock.moment = max(clock.moment, step.at)
                book.record(act_of(step, code), by=step.by, on_behalf_of=code if step.is_for else None)


def in_time(rehearsal: Rehearsal) -> Iterator[tuple[str, Step]]:
    """Yield every step with the code of its participant, by time; of one moment in the order of the participants."""
    told = zip(rehearsal.codes, rehearsal.stories, strict=True)
    each = [[(step.at, number, code, step) for step in story.steps] for number, (code, story) in enumerate(told)]
    for _, _, code, step in merge(*each, key=lambda entry: entry[:2]):
        yield code, step


def act_of(step: Step, code: str) -> Act:
    """Return the act by which a step is recorded."""
    if step.act == "screen":
        return acts.screen(code)
    if step.act not in {"enter", "correct"}:
        return asking.left(step.act, code, on=step.on, why=step.why, reason=None)
    drafts = tuple(
        replace(
            acts.enter(code, cell.form, cell.item, text, visit=cell.visit, repeat=cell.repeat).asked[0],
            act=step.act,
            reason=step.why,
        )
        for cell, text in step.cells
    )
    return Act(name=step.act, asked=drafts)
