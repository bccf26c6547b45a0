"""A small study with a planned cut of its data, a rating in the room, a guess after it, and one from recordings."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from trialbook.capture.acts import Act, enrol, enter, register_recording, save_form, screen

if TYPE_CHECKING:
    from tests.web.conftest import Served

STUDY = """
trialbook: 1
study: {id: hidden-study, title: Hidden study, design: open-label single-arm, data: real, planned: 2, objective: x}
roles:
  investigator:
    {sees: everything, except: [rating, clip, guess], records: [lab], signs: [form], rights: [enrol, look, lock]}
  nurse: {sees: everything, except: [rating, clip, guess], records: [diary]}
  assessor: {blind: true, records: [rating, guess, clip]}
  statistician: {sees: [results, data], identities: false}
  monitor: {sees: everything, except: [rating]}
  data_manager: {sees: [lab]}
visits:
  anchor: enrolment
  window: 3 days either side
  planned: {baseline: {day: 0}, week 4: {}, week 8: {}}
forms:
  diary:
    label: Diary
    at: [baseline, week 4, week 8]
    items: {days: {label: Days, number: count, required: true}, said: {label: Said, text: line}}
  lab: {label: Laboratory, at: [baseline, week 8], items: {ck: {label: Creatine kinase, number: U/L}, on: {date: full}}}
  rating:
    label: Muscle power
    at: [baseline, week 4, week 8]
    after: [diary]
    complete: all
    items: {left: {label: Left, number: score, scale: 0 to 10}}
  guess:
    label: Guess
    at: [baseline, week 4, week 8]
    after: [rating]
    guesses: {week: week}
    items: {week: {label: Weeks since the first dose, number: week, scale: 0 to 200, required: true}}
  clip:
    label: Getting up from a chair
    at: [baseline, week 4, week 8]
    recordings: after last visit
    complete: all
    items: {rise: {label: Rise, number: score, scale: 0 to 4}}
endpoints: {power: {from: rating.left, better: higher}}
analysis:
  baseline: visit baseline
  primary: {endpoint: power, at: week 8}
  test: paired t
  missing: available cases
  cut: after week 8
"""
VISITS = ("baseline", "week 4", "week 8")
ASSESSED = ("rating", "guess")


def do(served: Served, by: str, *acts: Act) -> None:
    for act in acts:
        served.site.record(act, by=by)


def day(served: Served, ago: int) -> str:
    return (served.site.today() - timedelta(days=ago)).isoformat()


def begin(served: Served, participant: str, *, ago: int = 70, site: str | None = None) -> None:
    do(served, "carla", screen(participant, site=site), enrol(participant, on=day(served, ago)))


def come(served: Served, participant: str, visit: str, *, ago: int, power: str = "5", week: str = "0") -> None:
    """Record a visit with everything that is due at it, and its recording."""
    do(
        served, "nora", enter(participant, "visit", "date", day(served, ago), visit=visit),
        save_form(participant, "diary", {"days": "3", "said": f"=told by {participant}"}, visit=visit),
        register_recording(participant, visit, "clip", on=day(served, ago), file=f"{participant}-{visit}.mp4"),
    )  # fmt: skip
    if visit != "week 4":
        do(served, "ida", save_form(participant, "lab", {"ck": "200", "on": day(served, ago)}, visit=visit))
    do(served, "asa", save_form(participant, "rating", {"left": power}, visit=visit))
    do(served, "asa", save_form(participant, "guess", {"week": week}, visit=visit))


def finish(served: Served, participant: str, *, ago: int = 70, site: str | None = None) -> None:
    """Let a participant go through all visits."""
    begin(served, participant, ago=ago, site=site)
    for number, visit in enumerate(VISITS):
        come(served, participant, visit, ago=ago - 28 * number, power=str(4 + number), week=str(4 * number))
