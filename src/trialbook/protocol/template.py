"""The study file that `trialbook new` writes: a small whole study with a comment at every decision."""

from __future__ import annotations

from trialbook.protocol.plain_yaml import write_scalar

TEMPLATE = """\
# The plan of the study, and the only file that has to be written. Change it, then run: trialbook check
# Every key is explained in docs/reference/study-file.md; `trialbook check --explain` shows all defaults.
trialbook: 1                       # version of this language

study:
  id: {id}
  title: {title}
  design: open-label single-arm
  data: invented                   # write `real` once participants are real
  objective: To follow muscle strength and creatine kinase over 12 weeks
  planned: 10                      # number of participants

roles:                             # a role that is not named here sees nothing
  investigator: {{sees: everything, records: everything, signs: [form, visit, participant]}}
  nurse: {{sees: everything, except: [strength], records: [demographics, enzymes, adverse_events]}}
  assessor: {{blind: true, records: [strength]}}       # sees this form and nothing else
  statistician: {{sees: [data, results]}}

eligibility:
  inclusion:
    I1: {{text: Age 18 or over, when: 'demographics.age >= 18'}}
  exclusion:
    E1: {{text: Pregnant or lactating, when: 'demographics.pregnant', ask_when: 'demographics.sex == "F"'}}

visits:
  anchor: enrolment                # day 0
  window: 3 days either side       # how early or late a visit may be
  planned:
    baseline: {{day: -7 to 0}}       # a range of days is its own window
    week 4: {{}}                     # the name says the day
    week 8: {{}}
    week 12: {{}}

forms:
  demographics:
    at: once
    by: nurse
    items:
      age: {{number: year, scale: 0 to 120, decimals: 0, required: true}}
      sex: {{choice: {{F: Female, M: Male}}, required: true}}
      pregnant: {{label: Pregnant or lactating, choice: yes/no, when: 'demographics.sex == "F"'}}
  strength:
    label: Muscle strength
    at: baseline to week 12
    complete: all
    by: assessor
    items:
      total: {{label: Sum of all muscle groups, number: score, scale: 0 to 80, decimals: 0}}
  enzymes:
    at: baseline to week 12
    by: nurse
    items:
      ck: {{label: Creatine kinase, number: U/L, accepts: [ukat/L], decimals: 0, expected: 0 to 20000}}
  adverse_events:
    at: any time
    by: nurse
    repeating: true
    events: true
    items:
      term: {{label: Event, text: line, required: true}}
      severity: {{choice: [Mild, Moderate, Severe]}}
      start: {{label: First day, date: partial}}

missing:                           # may be given in place of any answer
  ND: Not done
  NK: Not known

endpoints:
  strength: {{from: strength.total, better: higher}}
  ck: {{from: enzymes.ck, better: lower, log: true}}

analysis:
  baseline: visit baseline
  primary: {{endpoint: strength, at: week 12}}
  test: paired t                   # exact tests go with it, marked as sensitivity
  missing: available cases

report:
  table_1: [demographics.age, demographics.sex, strength.total, enzymes.ck]
"""


def new_study_text(study_id: str, title: str) -> str:
    """Return the text of a commented study file that checks clean, whatever the words handed in.

    The id is made of the letters and digits of `study_id`, in lower case.
    """
    plain = "".join(character if character.isascii() and character.isalnum() else " " for character in study_id.lower())
    shown = " ".join("".join(character if character.isprintable() else " " for character in title).split())
    short = "-".join(plain.split())[:40].strip("-")
    return TEMPLATE.format(id=short or "study", title=write_scalar(shown or "Title of the study"))
