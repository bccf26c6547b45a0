"""The invented study of which the blinding twins are told, its people, and later versions of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

STUDY = """
trialbook: 1
study: {id: twins, title: Invented twins, design: open-label parallel, data: invented, objective: to test, planned: 9}
roles:
  investigator:
    {sees: everything, records: [consent, lab, infusion, ill], signs: [form], rights: [enrol], identities: true}
  nurse: {sees: everything, except: [rating], records: [diary, lab, infusion, ill]}
  assessor: {blind: true, records: [rating, guess]}
  viewer: {blind: true, records: [clip]}
  statistician: {sees: [data, results]}
  monitor: {sees: everything, rights: [query, answer query, close query, verify, freeze, lock]}
  data_manager: {sees: everything, except: [rating], rights: [import, query]}
arms: {high: {label: High dose}, low: {label: Low dose}}
participants: {arm: consent.arm}
treatments:
  drug:
    dose: 500 mg
    give: {route: intravenous, first: day 0, every: 2 weeks, times: 3, window: 2 days either side}
    recorded: {form: infusion, start: start, dose: given}
visits:
  anchor: enrolment
  window: 5 days either side
  planned:
    baseline: {day: 0}
    week 4: {}
    week 8: {}
    week 12: {label: The last visit}
forms:
  consent:
    label: Consent
    at: once
    items: {on: {label: Day, date: full}, why: {label: Why, text: line}, arm: {choice: {high: High, low: Low}}}
  diary: {label: Diary, at: [baseline, week 4, week 12], items: {days: {label: Days, number: count, required: true}}}
  lab:
    label: Laboratory
    at: [baseline, week 8, week 12]
    by: [investigator, nurse]
    items: {ck: {label: Creatine kinase, number: U/L, expected: 0 to 2000, upper: 200}, remark: {text: line}}
    checks: {high: {when: 'lab.ck > 5000.0', say: Is this right?}}
  infusion:
    label: Infusion
    at: any time
    by: [investigator, nurse]
    repeating: true
    items: {start: {label: Day, date: full, required: true}, given: {label: Dose, number: mg, required: true}}
  ill:
    label: Adverse events
    at: any time
    by: [investigator, nurse]
    repeating: true
    events: true
    terms: free
    items: {term: {label: Event, text: line, required: true}, start: {date: partial}, serious: {choice: yes/no}}
  rating:
    label: Muscle power
    at: [baseline, week 4, week 8, week 12]
    rater: same throughout
    release: after last visit
    after: [diary]
    items:
      left: {label: Left, number: score, scale: 0 to 10, required: true}
      right: {label: Right, number: score, scale: 0 to 10}
      remark: {label: What hindered, text: line}
  guess:
    label: What do you guess
    at: [baseline, week 4, week 8, week 12]
    after: [rating]
    guesses: {week: week, treatment: arm}
    items:
      week: {label: Weeks since the first dose, number: week, scale: 0 to 200, required: true}
      arm: {label: Treatment, choice: {high: High, low: Low, dk: Not known}, required: true}
  clip:
    label: Getting up from a chair
    at: [baseline, week 8, week 12]
    recordings: after last visit
    items: {rise: {label: Rise, number: score, scale: 0 to 4, required: true}}
missing: {ND: Not done, NK: Not known}
"""
AMENDED = {
    1: STUDY.replace("Creatine kinase, number: U/L, expected: 0 to 2000", "Kinase, number: U/L, expected: 0 to 900"),
    2: STUDY.replace("window: 5 days", "window: 9 days").replace("The last visit", "The final visit"),
    3: STUDY.replace("dose: 500 mg", "dose: 800 mg").replace("label: Diary", "label: Book of days"),
    4: STUDY.replace("    week 12:", "    week 10: {}\n    week 12:").replace(
        "nurse: {sees", "nurse: {rights: [enrol], sees"
    ),
}
"""Later versions of the study that change nothing of what the assessor may see."""
VISITS = ("baseline", "week 4", "week 8", "week 12")
DIARY_AT = ("baseline", "week 4", "week 12")
RATED = ("left", "right", "remark")
GUESSED = ("week", "arm")
PERSONS: Mapping[str, str] = MappingProxyType(
    {
        "ida": "investigator", "nora": "nurse", "asa": "assessor", "amy": "assessor", "stan": "statistician",
        "mona": "monitor", "dan": "data_manager", "vera": "viewer",
    }
)  # fmt: skip
"""Granted in every story."""
CODES = ("P1", "P2")
"""Of the participants who can be rated now, where there are any."""


def day(moment: datetime) -> str:
    """Write the day of a moment as it is typed."""
    return moment.date().isoformat()
