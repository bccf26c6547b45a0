"""Every mistake that the sense of a study file can have: its code, its place, its words.

CHECK-01: every code of the study file is produced, at the line and column of what is wrong.
CHECK-02: every sentence and remedy can be written, and leaves nothing to fill in.
CHECK-03: all mistakes of a file come at once, in the order of the file.
CHECK-04: one mistake is told once: what follows from it is not told too.
CHECK-05: a warning does not stop the reading.
CHECK-07: a name that is nearly right is answered by “did you mean”.
CHECK-08: what the baseline rule can find for nobody is told when the file is read.
CHECK-09: a dose that is only told needs no weight; one that is to be planned, or recorded, does.
CHECK-10: a constant background treatment without a record is a warning: a study without one is still a study.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from trialbook import wording
from trialbook.errors import Problem
from trialbook.protocol.model import Study

Read = Callable[[str], tuple[Study | None, tuple[Problem, ...]]]

MARK = "¶"
"""Stands in a changed text where the problem has to be shown."""

SMALL, WHOLE = "minimal", "rituximab"
PLANNED = """\
  planned:
    baseline: {day: 0}
    week 4: {}
    week 8: {}
"""
WINDOW = "  window: 3 days either side\n"
ITEM = "total: {number: score, scale: 0 to 80}"
AT = "at: [baseline, week 4, week 8]"
FORMS = f"forms:\n  strength:\n    {AT}\n    items:\n      {ITEM}\n"
LOT = "  lot:\n    at: once\n    items:\n      arm: {choice: [a, b]}\n"
BLIND_LOT = f"""\
roles:
  nurse: {{sees: everything, records: [lot]}}
  ¶rater: {{blind: true, sees: [lot], records: [strength]}}
arms: {{a: {{}}, b: {{}}}}
participants: {{arm: lot.arm}}
{FORMS}{LOT}"""
DIARY = f"""\
roles: {{nurse: {{sees: everything, records: [strength]}}}}
{FORMS}  diary: {{by: ¶participant, at: AT, items: {{pain: {{number: score}}}}}}
"""
ANALYSIS = """\
analysis:
  baseline: visit baseline
  primary: {endpoint: strength, at: week 8}
  test: paired t
  missing: available cases
"""
YES = "{a: {choice: yes/no}}"
ENDED = "from: strength.total, better: higher}"
KNOWN = "mean: 60, sd: 10, source: A register"
DESIGN = "  design: {endpoint: strength, kind: single stage, p0: 10 %, p1: 30 %, power: 80 %}"
GIVEN = "recorded: {form: infusion, start: start, dose: given,"
SPELL = "recorded: {form: background_drugs, drug: drug, dose: dose, start: start, end: end}"
FIRST = "first: {start: 50 mg/h, step: 50 mg/h, every: 30 minutes, most: 400 mg/h}"
AXIAL = "axial: {groups: {neck: Neck, trunk: {en: Trunk, zh-Hant: 軀幹}}, scale: 0 to 10}"
CK = "ck: {label: Creatine kinase, test: creatine kinase, number: U/L, accepts: [ukat/L], upper: ck_upper}"
ENZYMES = "  enzymes:\n    at: [full, reduced]\n    by: [investigator, nurse]\n"
CONSTANT = "    ¶constant: {from: enrolment, to: week 28}\n"
EVENTS = "    repeating: true\n    events: true\n"
CELLS = "lymphocytes: {number: 10^9/L, decimals: 2, lower: 1.0, upper: 4.0}"
GRADE, MARKED = "grade: Lymphocyte count decreased", "grade: ¶Lymphocyte count decreased"
ONCE = f"at: once\n    items: {{a: {{number: 10^9/L, lower: 1, {MARKED}}}}}"

MISTAKES: list[tuple[str, str, str, str]] = [
    ("STUDY-01", SMALL, "trialbook: 1", "trialbook: ¶2"),
    ("STUDY-02", SMALL, "window: 3", "¶windw: 3"),
    ("STUDY-02", SMALL, "id: small,", "id: {is: small, assumed: true, ¶was: 1},"),
    ("STUDY-03", SMALL, "study: {id: small, ", "¶study: {"),
    ("STUDY-03", SMALL, "trialbook: 1\n", "¶"),
    ("STUDY-04", SMALL, ITEM, "¶total: {}"),
    ("STUDY-05", SMALL, "total: {number: score", "¶total: {number: score, date: full"),
    ("STUDY-06", SMALL, "window: 3 days either side", "window: ¶about 3 days"),
    ("STUDY-06", SMALL, "0 to 80", "¶80 to 0"),
    ("STUDY-07", SMALL, "window: 3 days either side", "window: ¶3"),
    ("STUDY-07", WHOLE, "dose: 375 mg/m2", "dose: ¶375"),
    ("STUDY-08", SMALL, ITEM, "total: ¶score"),
    ("STUDY-08", SMALL, "window: 3 days either side", "window: ¶[3 days]"),
    ("STUDY-08", WHOLE, "groups: {neck: Neck, trunk: {en: Trunk, zh-Hant: 軀幹}}", "groups: ¶neck"),
    ("STUDY-08", SMALL, ITEM, "¶- total"),
    ("STUDY-09", SMALL, "data: invented", "data: ¶inventd"),
    ("STUDY-10", SMALL, "window: 3 days either side", "window: ¶''"),
    ("STUDY-11", SMALL, "number: score, scale: 0 to 80", "text: line, ¶scale: 0 to 80"),
    ("STUDY-12", SMALL, "  strength:\n    at", "  ¶muscle strength:\n    at"),
    ("STUDY-12", SMALL, "    week 4: {}", "    ¶unscheduled-1: {}"),
    ("STUDY-12", SMALL, "    week 4: {}", "    ¶week 4 to 5: {}"),
    ("STUDY-13", SMALL, "window: 3 days either side", "window: {is: 3 days either side, assumed: ¶[a, b]}"),
    ("STUDY-14", SMALL, "title: A small study", "title: {en: A small study, ¶de: Eine kleine Studie}"),
    ("STUDY-15", WHOLE, "title: {en: Rituximab for refractory polymyositis, zh", "¶title: {zh"),
    ("STUDY-16", WHOLE, "Asia/Hong_Kong", "¶Asia/Hong_Kong_City"),
    ("STUDY-17", SMALL, "open-label single-arm", "¶open-label parallel"),
    ("STUDY-18", WHOLE, "    E1: {text: Major", "    ¶I1: {text: Major"),
    ("SCHED-01", SMALL, AT, "at: [baseline, ¶wek 4, week 8]"),
    ("SCHED-01", SMALL, "baseline: visit baseline", "baseline: ¶visit start"),
    ("SCHED-01", WHOLE, "at: week 28, label", "at: ¶week 29, label"),
    ("SCHED-01", WHOLE, "to: week 28}", "to: ¶week 29}"),
    ("SCHED-02", SMALL, "baseline: {day: 0}", "¶baseline: {}"),
    ("SCHED-03", SMALL, "week 4: {}", "¶week 4: {day: 30}"),
    ("SCHED-03", SMALL, "baseline: {day: 0}", "¶baseline: {day: 0, week: 1}"),
    ("SCHED-03", SMALL, "week 4: {}", "¶week 4: {label: Week 5, day: 30, week: 5}"),
    ("SCHED-04", SMALL, "week 4: {}", "¶week 4: {window: 26 days before to 3 days after}"),
    ("SCHED-05", SMALL, WINDOW + PLANNED, PLANNED.replace("baseline", "¶baseline")),
    ("SCHED-06", SMALL, "day: 0", "day: -3 to 0, window: ¶2 days either side"),
    ("SCHED-07", SMALL, "    week 4: {}", "    ¶once: {day: 9}\n    week 4: {}"),
    ("SCHED-08", SMALL, AT, "at: [baseline, ¶week 8 to week 4]"),
    ("SCHED-10", SMALL, f"visits:\n  anchor: enrolment\n{WINDOW}{PLANNED}", f"¶visits:\n  anchor: enrolment\n{WINDOW}"),
    ("SCHED-11", SMALL, "    week 8: {}", "    week 8: {}\n  sets:\n    ¶week_8: [week 8]"),
    ("SCHED-12", SMALL, AT, "¶at: [once, week 4]"),
    ("FORM-01", WHOLE, "except: [rating]", "except: [¶ratings]"),
    ("FORM-01", WHOLE, "after: [haq, quality_of_life,", "after: [¶haqq, quality_of_life,"),
    ("FORM-02", SMALL, "from: strength.total", "from: ¶strength.totl"),
    ("FORM-02", WHOLE, "mean_of: proximal", "mean_of: ¶proximall"),
    ("FORM-02", WHOLE, "known: [screening.hbsag,", "known: [¶screening.hbsagg,"),
    ("FORM-02", WHOLE, "prior.agents, prior.within", "¶prior.agent, prior.within"),
    ("FORM-03", WHOLE, "by: assessor", "by: ¶assesor"),
    ("FORM-04", WHOLE, "instrument: disability", "instrument: ¶disabilty"),
    ("FORM-05", WHOLE, "choice: [Azathioprine, M", "¶choice: [Azathioprine, Azathioprine, M"),
    ("FORM-06", WHOLE, "sex: {choice: {F: Female, M: Male}", "sex: {¶choice: {F: Female}"),
    ("FORM-07", WHOLE, "HBsAg, choice: {NEG:", "HBsAg, choice: {nd: ¶Not done, NEG:"),
    ("FORM-07", WHOLE, "missing: {ND:", "missing: {'99': ¶Not asked, ND:"),
    ("FORM-07", WHOLE, "missing: {ND:", "missing: {never: ¶Not asked, ND:"),
    ("FORM-07", WHOLE, "missing: {ND:", "missing: {no: ¶Not asked, ND:"),
    ("FORM-08", WHOLE, "groups: [shoulder abductors,", "¶groups: [hip flexors, shoulder abductors,"),
    ("FORM-08", WHOLE, "groups: [shoulder abductors,", "¶groups: [肩, shoulder abductors,"),
    ("FORM-09", WHOLE, AXIAL, "¶axial: {groups: [neck, trunk]}"),
    ("FORM-10", WHOLE, "      power: {mean_of", "      ¶axial: {mean_of"),
    (
        "FORM-11",
        SMALL,
        ITEM,
        f"{ITEM}\n      note: {{text: line}}\n    derive: {{x: {{sum_of: [total, ¶note], at_least: all}}}}",
    ),
    ("FORM-12", WHOLE, "at_least: 8 of 10", "at_least: ¶8 of 11"),
    (
        "FORM-13",
        SMALL,
        ITEM,
        f"{ITEM}\n      ck: {{number: U/L}}\n    derive: {{¶x: {{sum_of: [total, ck], at_least: all}}}}",
    ),
    (
        "FORM-47",
        SMALL,
        ITEM,
        f"{ITEM}\n      b: {{number: score}}\n    derive: {{¶x: {{sum_of: [total, b], at_least: 1 of 2}}}}",
    ),
    ("FORM-14", WHOLE, "since: {date: screening.active_since", "since: {date: ¶screening.ck"),
    ("FORM-14", WHOLE, "anchor: first infusion.start", "anchor: ¶first infusion.given"),
    ("FORM-14", WHOLE, "8 weeks, before: consent.date", "8 weeks, before: ¶screening.age"),
    ("FORM-14", WHOLE, "before: first infusion.start}", "before: ¶first rating.power}"),
    ("FORM-15", WHOLE, "number: U/L, accepts: [ukat/L], upper: ck_upper}", "number: ¶Units, upper: 5}"),
    ("FORM-15", WHOLE, "dose: 375 mg/m2", "dose: ¶375 milligram/m2"),
    ("FORM-15", WHOLE, "at_least: 8 of 10, label", "at_least: 8 of 10, unit: ¶points, label"),
    ("FORM-16", WHOLE, CK, CK.replace("[ukat/L]", "[¶mg/L]")),
    ("FORM-16", WHOLE, "also: ukat/L", "also: ¶mmol"),
    ("FORM-17", WHOLE, CK, "ck: {number: g/L, accepts: [¶mmol/L]}"),
    ("FORM-18", SMALL, "  strength:\n    at", "  ¶baseline:\n    at"),
    ("FORM-19", WHOLE, "  statistician: {sees", "  ¶participant: {sees"),
    ("FORM-20", WHOLE, "  consent:\n", "  ¶consent:\n    by: []\n"),
    ("FORM-21", WHOLE, "    at: any time\n    by: nurse\n", "    at: any time\n    by: ¶investigator\n"),
    ("FORM-22", WHOLE, "  haq: {instrument", "  haq: {after: ¶rating, instrument"),
    (
        "FORM-23",
        WHOLE,
        "  haq: {instrument: disability, at: questionnaires",
        "  haq: {instrument: disability, at: week 28, after: ¶patient_global",
    ),
    ("FORM-45", SMALL, FORMS, DIARY.replace("AT", "any time, repeating: true")),
    ("FORM-45", SMALL, FORMS, DIARY.replace("AT", "once")),
    ("FORM-45", SMALL, FORMS, DIARY.replace("AT", "week 4, repeating: true")),
    ("FORM-46", SMALL, FORMS, DIARY.replace("AT", "week 4")),
    ("FORM-24", SMALL, f"    {AT}\n", "    at: any time\n    repeating: true\n    events: ¶true\n"),
    ("FORM-25", WHOLE, EVENTS, "    events: ¶true\n"),
    ("FORM-26", SMALL, "scale: 0 to 80", "scale: 0 to 80, expected: ¶0 to 90"),
    ("FORM-27", WHOLE, "lower: 1.0", "lower: ¶4.5"),
    ("FORM-28", WHOLE, CK, CK.replace("upper: ck_upper", "upper: ¶ck")),
    ("FORM-27", WHOLE, "lower: 1.0", "¶lower: {F 0 to 17: 1.0, F from 18: 4.0}"),
    ("FORM-36", WHOLE, "\nvisits:\n", "\nparticipants: {sex: ¶screening.age}\nvisits:\n"),
    ("FORM-36", WHOLE, "\nvisits:\n", "\nparticipants: {sex: ¶rating.global}\nvisits:\n"),
    ("FORM-37", WHOLE, "\nvisits:\n", "\nparticipants: {age: ¶screening.sex}\nvisits:\n"),
    ("STUDY-19", WHOLE, "\nvisits:\n", "\nparticipants: {arm: ¶screening.sex}\nvisits:\n"),
    (
        "STUDY-19",
        SMALL,
        FORMS,
        f"arms: {{a: {{}}, b: {{}}}}\nparticipants: {{arm: ¶lot.arm}}\n{FORMS}{LOT.replace('at: once', AT)}",
    ),
    ("FORM-38", WHOLE, "lower: 1.0", "¶lower: {F 18 to 40: 1.0, F from 40: 1.1}"),
    ("FORM-39", WHOLE, "lower: 1.0", "¶lower: {F 18 to 40: 1.0}"),
    ("FORM-39", WHOLE, "lower: 1.0", f"¶lower: {{F: 1.0}}, {GRADE}"),
    ("FORM-40", WHOLE, "lower: 1.0", "loinc: ¶736-9, lower: 1.0"),
    ("FORM-40", WHOLE, "lower: 1.0", "loinc: ¶13952-7, lower: 1.0"),
    ("FORM-41", WHOLE, "lower: 1.0", f"lower: 1.0, grade: ¶{GRADE[7:].lower()}"),
    ("FORM-42", SMALL, f"{AT}\n    items:\n      {ITEM}", ONCE),
    ("FORM-43", WHOLE, CELLS, f"lymphocytes: {{number: g/L, lower: 1.0, {MARKED}}}"),
    ("FORM-44", WHOLE, CELLS, f"lymphocytes: {{number: 10^9/L, {MARKED}}}"),
    ("STUDY-06", WHOLE, "lower: 1.0", "loinc: ¶731-1, lower: 1.0"),
    ("STUDY-06", WHOLE, "lower: 1.0", "lower: 1.0, grade: ¶ctcae-6 Lymphocyte count decreased"),
    ("STUDY-12", WHOLE, "lower: 1.0", "lower: {¶F 40 to 18: 1.0}"),
    ("PLAN-42", SMALL, "better: higher", "meaningful: ¶3"),
    ("STUDY-06", SMALL, "better: higher", "better: higher, meaningful: {is: ¶0, source: Nobody}"),
    ("FORM-30", WHOLE, "since: screening.last_surgery", "since: ¶infusion.start"),
    (
        "FORM-30",
        WHOLE,
        "since: {date: screening.active_since, at",
        "since: {date: last infusion.start, before: ¶concomitant.end, at",
    ),
    ("FORM-31", SMALL, ITEM, f"{ITEM}\n      tired: {{¶choice: [Yes, No]}}"),
    ("FORM-29", SMALL, FORMS, "¶forms: {}\n"),
    ("FORM-32", WHOLE, "therapies, consent, eligibility, outcome", "therapies, consent, outcome"),
    ("FORM-33", WHOLE, "  consent:\n", f"  ¶eligibility: {{at: full, items: {YES}}}\n  consent:\n"),
    ("FORM-33", WHOLE, "  consent:\n", f"  ¶eligibility: {{at: once, repeating: true, items: {YES}}}\n  consent:\n"),
    ("FORM-33", WHOLE, "  consent:\n", "  ¶eligibility: {at: once, instrument: disability}\n  consent:\n"),
    ("FORM-34", WHOLE, "  consent:\n", "  eligibility: {at: once, items: {¶E3: {text: line}}}\n  consent:\n"),
    (
        "FORM-34",
        WHOLE,
        "  consent:\n",
        "  eligibility: {at: once, ¶items: {a: {number: kg}}, derive: {E3: {sum_of: a, at_least: all}}}\n  consent:\n",
    ),
    (
        "FORM-35",
        WHOLE,
        "    at: once\n    repeating: true\n",
        "    at: once\n",
    ),
    ("BLIND-01", WHOLE, "assessor: {blind: true, records: [rating]}", "assessor: {blind: true, records: ¶everything}"),
    ("BLIND-01", WHOLE, "assessor: {blind: true,", "assessor: {blind: true, ¶sees: [results],"),
    ("BLIND-02", WHOLE, "scale: 0 to 10\n        decimals: 0", "scale: 0 to 10\n        when: ¶'visit.day > 30'"),
    ("BLIND-02", WHOLE, AXIAL, AXIAL.replace("scale:", "when: ¶'previous.rating.power > 3', scale:")),
    ("BLIND-03", WHOLE, AXIAL, AXIAL.replace("scale:", "when: ¶'enzymes.ck > 200', scale:")),
    ("BLIND-03", WHOLE, "      lymphocytes: {", "      lymphocytes: {when: ¶'baseline.rating.power > 5', "),
    ("BLIND-04", WHOLE, "by: assessor", "¶by: [assessor, nurse]"),
    ("BLIND-05", WHOLE, "except: [rating], records: [infusion,", "except: [rating, ¶infusion], records: [infusion,"),
    ("BLIND-06", WHOLE, "assessor: {blind: true,", "assessor: {blind: true, ¶signs: [visit],"),
    ("BLIND-09", WHOLE, "assessor: {blind: true,", "assessor: {blind: true, ¶rights: [verify],"),
    ("BLIND-07", WHOLE, "    at: full\n    by: [participant, nurse]\n", "    at: ¶full\n    by: assessor\n"),
    ("BLIND-08", SMALL, FORMS, BLIND_LOT),
    ("PLAN-01", SMALL, "{endpoint: strength,", "{endpoint: ¶strengt,"),
    ("PLAN-01", WHOLE, "{panel: [physician, patient],", "¶{panel: [physicians, patient],"),
    ("PLAN-02", WHOLE, "set: treated", "set: ¶treatd"),
    ("PLAN-03", SMALL, FORMS, f"arms:\n  one: {{treatments: [¶drug]}}\n{FORMS}"),
    ("PLAN-04", WHOLE, "from: blood.lymphocytes", "from: ¶screening.sex"),
    ("PLAN-05", WHOLE, "from: blood.lymphocytes", "from: ¶screening.ck"),
    (
        "PLAN-06",
        WHOLE,
        "full_power: {when: 'rating.proximal.all(g, g == 10)', at: week 28,",
        "¶full_power: {when: 'rating.power > 9',",
    ),
    ("PLAN-07", WHOLE, ENZYMES, f"{ENZYMES}    repeating: true\n"),
    (
        "PLAN-08",
        SMALL,
        f"endpoints:\n  strength: {{from: strength.total, better: higher}}\n{ANALYSIS}",
        "¶endpoints:\n  strength: {from: strength.total}\n",
    ),
    ("PLAN-09", SMALL, ANALYSIS, "¶" + ANALYSIS.replace("  test: paired t\n", "")),
    ("PLAN-10", WHOLE, "  set: treated\n", ""),
    ("PLAN-11", WHOLE, "treated: {who: enrolled}", "¶treated: {who: condition}"),
    ("PLAN-12", SMALL, "test: paired t", "test: paired t\n  ¶sensitivity: [paired t]"),
    ("PLAN-13", SMALL, "visit baseline", "¶flagged total"),
    ("PLAN-14", WHOLE, "    body_surface: {is: du_bois, assumed: the paper does not say which}\n", ""),
    ("PLAN-15", WHOLE, "vials: [500 mg,", "vials: [¶5 mL,"),
    ("PLAN-15", WHOLE, "round_to: {is: 10 mg,", "round_to: {is: ¶10 g,"),
    (
        "PLAN-16",
        WHOLE,
        "give: {route: intravenous, first: day 0, every: 1 week,",
        "¶give: {route: intravenous, first: day 0,",
    ),
    ("PLAN-17", SMALL, f"{AT}\n", "at: [week 4, week 8]\n"),
    ("PLAN-18", WHOLE, ENZYMES, ENZYMES.replace("[full, reduced]", "reduced")),
    ("PLAN-20", SMALL, "at: [baseline, week 4, week 8]", "at: [baseline, week 4]"),
    ("PLAN-22", WHOLE, "figures: [power, ck,", "figures: [power, ¶full_power,"),
    ("PLAN-23", WHOLE, "treated: {who: enrolled}", "¶enrolled: {who: completed}"),
    ("PLAN-24", WHOLE, "ck: {from: enzymes.ck,", "¶ck: {from: enzymes.ck, unit: ukat/L,"),
    ("PLAN-43", SMALL, "missing: available cases", "missing: locf\n  intercurrent: ¶hypothetical"),
    ("PLAN-44", SMALL, "missing: available cases", "missing: locf\n  ¶sensitivity: [sign flip, locf]"),
    ("PLAN-50", SMALL, ENDED, "levels: ¶strength.total}"),
    (
        "PLAN-05",
        SMALL,
        f"{FORMS}endpoints:\n  strength: {{{ENDED}",
        f"{FORMS}{LOT}endpoints:\n  strength: {{levels: ¶lot.arm}}",
    ),
    ("FORM-02", SMALL, ENDED, "levels: ¶strength.totl}"),
    ("PLAN-51", SMALL, ENDED, f"from: strength.total, ¶entry: {{at_most: 40, {KNOWN}}}}}"),
    ("STUDY-04", SMALL, ENDED, f"from: strength.total, ¶entry: {{{KNOWN}, correlation: 0.5}}}}"),
    ("STUDY-06", SMALL, ENDED, "from: strength.total, reliability: {is: ¶1, source: A paper}}"),
    ("STUDY-03", SMALL, ENDED, "from: strength.total, ¶reliability: {is: 0.9}}"),
    ("PLAN-52", SMALL, ENDED, "when: strength.total > 4.0, at: [baseline, week 8], time_to: ¶relapse}"),
    (
        "PLAN-53",
        SMALL,
        "  missing: available cases",
        f"  missing: available cases\n{DESIGN.replace('endpoint: ', 'endpoint: ¶')}",
    ),
    (
        "PLAN-54",
        SMALL,
        "  missing: available cases",
        f"  missing: available cases\n{DESIGN.replace('p1: 30', 'p1: ¶10')}",
    ),
    (
        "PLAN-55",
        SMALL,
        "  missing: available cases",
        f"  missing: available cases\n{DESIGN.replace('power: 80', 'power: ¶5')}",
    ),
    (
        "PLAN-01",
        SMALL,
        "  missing: available cases",
        f"  missing: available cases\n{DESIGN.replace('endpoint: ', 'endpoint: ¶no_')}",
    ),
    ("PLAN-56", SMALL, "  missing: available cases", "  missing: available cases\n  between: ¶welch"),
    (
        "PLAN-57",
        SMALL,
        ENDED,
        "when: strength.total > 4.0, at: [baseline, week 4]}",
    ),
    ("SCHED-01", SMALL, ENDED, "when: strength.total > 4.0, at: [baseline, ¶week 5]}"),
    ("PLAN-26", WHOLE, "at_least: 8 weeks, before: consent.date}}\n    E2", "at_least: ¶8 hours}}\n    E2"),
    ("PLAN-26", WHOLE, "at_least: 4 months}", "at_least: ¶40 hours}"),
    ("PLAN-26", WHOLE, "every: 1 week, times", "every: ¶12 hours, times"),
    ("PLAN-26", WHOLE, "window: 1 day either side}", "window: ¶1 hour either side}"),
    ("PLAN-27", WHOLE, "    weight: body.weight\n", ""),
    ("PLAN-28", WHOLE, "height: body.height", "height: ¶body.weight"),
    ("PLAN-28", WHOLE, "weight: body.weight", "weight: ¶screening.sex"),
    ("PLAN-28", WHOLE, "weight: body.weight", "weight: ¶infusion.given"),
    ("PLAN-29", WHOLE, FIRST, FIRST.replace("step: 50", "step: ¶50").replace("step: ¶50 mg/h", "step: ¶50 mL/h")),
    ("PLAN-29", WHOLE, FIRST, FIRST.replace("400 mg/h", "¶400 mg")),
    ("PLAN-30", WHOLE, "    class: immunosuppressant\n", f"    class: immunosuppressant\n    infuse: {{¶{FIRST}}}\n"),
    ("PLAN-31", WHOLE, FIRST, FIRST.replace("400 mg/h", "¶40 mg/h")),
    ("PLAN-32", WHOLE, GIVEN, "recorded: {form: ¶screening, start: last_surgery, dose: given,"),
    ("PLAN-33", WHOLE, GIVEN, GIVEN.replace("start: start", "start: ¶given")),
    ("PLAN-33", WHOLE, GIVEN, GIVEN.replace("dose: given", "dose: ¶start")),
    ("PLAN-33", WHOLE, "given: {label: Dose given, number: mg,", "given: {label: Dose given, number: mL,"),
    ("PLAN-33", WHOLE, "dose: {label: Daily dose, number: mg, accepts: [g]}", "dose: {number: score}"),
    ("PLAN-33", WHOLE, "interrupted: interrupted", "interrupted: ¶reserve"),
    ("PLAN-33", WHOLE, "reserve: reserve", "reserve: ¶reaction"),
    ("PLAN-33", WHOLE, SPELL, SPELL.replace("drug: drug", "drug: ¶dose")),
    ("PLAN-33", WHOLE, "drug: {choice: [Prednisolone,", "drug: {several: true, choice: [Prednisolone,"),
    (
        "PLAN-58",
        WHOLE,
        SPELL,
        "recorded: {form: ¶infusion, drug: drug, dose: given, start: start, end: end}",
    ),
    ("PLAN-34", WHOLE, GIVEN, "¶recorded: {form: infusion, start: start,"),
    ("PLAN-34", WHOLE, SPELL, "¶recorded: {form: background_drugs, drug: drug, dose: dose, start: start}"),
    ("PLAN-34", WHOLE, SPELL, "¶recorded: {form: background_drugs, dose: dose, start: start, end: end}"),
    ("PLAN-35", WHOLE, f"    constant: {{from: enrolment, to: week 28}}\n    {SPELL}\n", CONSTANT),
    ("PLAN-36", WHOLE, "      decision: screening.decision\n", ""),
    ("PLAN-46", WHOLE, "dose: 375 mg/m2", "dose: ¶0.016 mg/kg/[IU]"),
    ("PLAN-37", WHOLE, "decision: screening.decision", "decision: ¶screening.anti_hbc"),
    ("PLAN-37", WHOLE, "decision: screening.decision", "decision: ¶infusion.reaction"),
    ("PLAN-38", WHOLE, "consent: consent.date", "consent: ¶screening.active_since"),
    ("PLAN-38", WHOLE, "consent: consent.date", "consent: ¶screening.last_surgery"),
    ("PLAN-38", WHOLE, "consent: consent.date", "consent: ¶infusion.start"),
    ("FORM-14", WHOLE, "consent: consent.date", "consent: ¶screening.age"),
    ("FORM-01", WHOLE, GIVEN, GIVEN.replace("infusion", "¶infusions")),
    ("FORM-02", WHOLE, "reaction: reaction,", "reaction: ¶reactions,"),
    ("FORM-02", WHOLE, "weight: body.weight", "weight: ¶body.wait"),
    ("FORM-02", WHOLE, "decision: screening.decision", "decision: ¶screening.decided"),
    ("FORM-02", WHOLE, "agents: {count_of: agent}", "agents: {count_of: ¶agents}"),
    ("STUDY-03", WHOLE, f"      {FIRST}\n", ""),
    ("STUDY-06", WHOLE, FIRST, FIRST.replace("30 minutes", "¶30 days")),
    ("STUDY-11", WHOLE, "{count_of: agent}", "{count_of: agent, ¶at_least: all}"),
    ("STUDY-03", WHOLE, ", at_least: 8 of 10, label", ", label"),
    ("PLAN-39", WHOLE, "[screening.age, ", "[¶therapies.agents, "),
    ("PLAN-39", WHOLE, "from: blood.lymphocytes", "from: ¶therapies.agents"),
    ("PLAN-40", WHOLE, "[screening.age, ", "[¶screening.active_since, "),
    ("PLAN-41", WHOLE, "[screening.age, ", "[¶infusion.given, "),
    ("COND-02", WHOLE, "failed_agents >= 2'", "failed_agent >= 2'"),
    ("COND-02", WHOLE, "&& therapies.failed_agents >= 2'", "&& size(therapies.agent) >= 2'"),
    ("COND-11", WHOLE, '&& therapies.agent != "PRED"', '&& therapies.agent != "PREDNISOLONE"'),
    ("COND-02", WHOLE, '&& therapies.agent != "PRED"', "&& therapies.agents > 1"),
    (
        "COND-02",
        WHOLE,
        "decide_when: 'screening.anti_hbc ==",
        "decide_when: ¶'baseline.rating.power > 5 && screening.anti_hbc ==",
    ),
    ("COND-11", WHOLE, "withhold_when: 'screening.hbsag == \"POS\"'", "withhold_when: ¶'screening.hbsag == \"YES\"'"),
    ("COND-02", WHOLE, "'screening.age >= 18'", "¶'screening.agee >= 18'"),
    ("COND-05", WHOLE, "when: 'rating.proximal.all(g, g == 10)'", "when: ¶'rating.power > \"9\"'"),
]


def changed(samples: Mapping[str, str], sample: str, old: str, new: str) -> tuple[str, tuple[int, int] | None]:
    """Return a changed sample, and the line and column of the mark in it."""
    assert samples[sample].count(old) == 1, old
    marked = samples[sample].replace(old, new)
    before, mark, _ = marked.partition(MARK)
    line = before.count("\n") + 1
    return marked.replace(MARK, ""), (line, len(before) - before.rfind("\n")) if mark else None


@pytest.mark.parametrize(("code", "sample", "old", "new"), MISTAKES)
def test_a_mistake_is_shown_where_it_is(
    read: Read, samples: Mapping[str, str], code: str, sample: str, old: str, new: str
) -> None:
    """CHECK-01, CHECK-02."""
    text, position = changed(samples, sample, old, new)
    _, problems = read(text)
    found = [problem for problem in problems if problem.code == code]
    assert found, [(problem.code, str(problem.place)) for problem in problems]
    positions = [(problem.place.line, problem.place.column) for problem in found]
    assert position is None or position in positions
    for problem in problems:
        assert problem.place.file == "study.yaml"
        assert problem.place.line is not None
        for told in (wording.sentence(problem), wording.remedy(problem)):
            assert told[0] == told[0].upper()
            assert told.endswith((".", "?"))
            assert "None" not in told
            assert "  " not in told


def test_every_code_is_produced() -> None:
    """CHECK-01."""
    assert {code for code, *_ in MISTAKES} | WARNINGS >= set(wording.STUDY)


WARNINGS = {"FORM-23", "PLAN-19"}


@pytest.mark.parametrize("code", sorted(WARNINGS))
def test_a_warning_does_not_stop(read: Read, code: str) -> None:
    """CHECK-05."""
    text = WARNED[code]
    study, problems = read(text)
    assert study is not None
    assert [(problem.code, problem.level) for problem in problems] == [(code, "warning")]


FLAGGED = f"""\
trialbook: 1
study: {{id: small, title: A small study, design: open-label single-arm, data: invented}}
visits: {{anchor: enrolment, window: 3 days either side, planned: {{week 0: {{}}, week 8: {{}}}}}}
forms:
  strength: {{at: week 0 to week 8, items: {{first: {{choice: yes/no}}, {ITEM}}}}}
  function: {{at: week 0 to week 8, items: {{{ITEM}}}}}
  late: {{at: week 8, items: {{{ITEM}}}}}
endpoints: {{strength: {{from: strength.total}}, function: {{from: function.total}}}}
analysis: {{baseline: flagged first, primary: none, test: paired t, missing: available cases}}
"""
WARNED = {
    "PLAN-19": FLAGGED,
    "FORM-23": FLAGGED.replace("late: {at: week 8", "late: {after: early, at: week 8").replace(
        "endpoints: {strength: {from: strength.total}, function: {from: function.total}}",
        f"  early: {{at: week 0, items: {{{ITEM}}}}}\nendpoints: {{strength: {{from: strength.total}}}}",
    ),
}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("flagged first", [("PLAN-19", "warning", 9), ("PLAN-19", "warning", 11)]),
        ("visit week 0", [("PLAN-17", "error", 11)]),
        ("last before anchor", [("PLAN-18", "error", 11)]),
    ],
)
def test_table_1_needs_a_baseline_too(read: Read, rule: str, expected: list[tuple[str, str, int]]) -> None:
    """CHECK-08: a characteristic that the rule finds for nobody would be told as missing for everybody."""
    text = FLAGGED.replace("flagged first", rule) + "report:\n  table_1: [strength.total, late.total]\n"
    problems = read(text)[1]
    assert [(problem.code, problem.level, problem.place.line) for problem in problems] == expected


def test_a_form_that_staff_record_with_participants_is_a_warning(read: Read, samples: Mapping[str, str]) -> None:
    """CHECK-01, CHECK-05: it can be filled in, but not by the participant; at visits nothing is wrong with it."""
    text, _ = changed(samples, SMALL, FORMS, DIARY.replace("[strength]", "[strength, diary]"))
    told = {at: read(text.replace("at: AT", f"at: {at}"))[1] for at in ("any time, repeating: true", "week 4")}
    assert [(one.code, one.level) for one in told["any time, repeating: true"]] == [("FORM-45", "warning")]
    assert told["week 4"] == ()


def test_missing_code_outside_of_every_scale_is_none_of_its_numbers(read: Read) -> None:
    """CHECK-01: FORM-07 is told only where a code could be an answer."""
    scaled = FLAGGED + "missing: {'-9': Not asked}\n"
    assert [problem.code for problem in read(scaled)[1]] == ["PLAN-19"]
    assert [problem.code for problem in read(scaled.replace("-9", "9"))[1]] == ["PLAN-19", "FORM-07"]


@pytest.mark.parametrize(
    ("dose", "more", "expected"),
    [
        ("5 mg/kg", "", []),
        ("5 mg/kg", "    round_to: 10 mg\n", ["PLAN-27"]),
        ("5 mg/kg", "    vials: 100 mg\n", ["PLAN-27"]),
        ("5 mg/m2", "    body_surface: mosteller\n", ["PLAN-27", "PLAN-27"]),
        ("5 mg", "    round_to: 10 mg\n", []),
    ],
)
def test_a_weight_is_asked_for_where_a_dose_is_planned(
    read: Read, samples: Mapping[str, str], dose: str, more: str, expected: list[str]
) -> None:
    """CHECK-09."""
    text = samples[SMALL].replace(FORMS, f"treatments:\n  drug:\n    dose: {dose}\n{more}{FORMS}")
    assert [problem.code for problem in read(text)[1]] == expected


@pytest.mark.parametrize("dose", ["0.016 mg/kg/[IU]", "2 mg/[IU]", "1 mg/kg/d"])
def test_a_dose_that_hangs_on_a_result_is_told_once(read: Read, samples: Mapping[str, str], dose: str) -> None:
    """CHECK-04: neither vials nor the amount given are asked for in its unit; a daily dose that is told is none."""
    text = samples[WHOLE].replace("dose: 375 mg/m2", f"dose: {dose}")
    assert text != samples[WHOLE]
    assert [problem.code for problem in read(text)[1]] == ["PLAN-46"]
    told = samples[SMALL].replace(FORMS, f"treatments:\n  drug:\n    dose: 15 mg/d\n{FORMS}")
    assert read(told)[1] == ()


def test_words_that_begin_several_are_listed_without_a_guess(read: Read, samples: Mapping[str, str]) -> None:
    """CHECK-07."""
    (problem,) = read(samples[SMALL].replace("open-label single-arm", "open label"))[1]
    assert wording.remedy(problem) == "Write one of: open-label single-arm, open-label parallel."


def test_nothing_is_judged_without_a_record(read: Read, samples: Mapping[str, str]) -> None:
    """CHECK-10."""
    constant = "treatments:\n  steroid: {class: steroid, constant: {from: enrolment, to: week 8}}\n"
    study, problems = read(samples[SMALL].replace(FORMS, constant + FORMS))
    assert study is not None
    assert [(problem.code, problem.level) for problem in problems] == [("PLAN-35", "warning")]


LONELY = ("STUDY-0", "FORM-0", "COND")
ALONE = [case for case in MISTAKES if case[0].startswith(LONELY) and case[0] not in {"STUDY-08", "FORM-08"}]


@pytest.mark.parametrize(("code", "sample", "old", "new"), ALONE)
def test_what_follows_is_not_told(
    read: Read, samples: Mapping[str, str], code: str, sample: str, old: str, new: str
) -> None:
    """CHECK-04."""
    _, problems = read(changed(samples, sample, old, new)[0])
    assert [problem.code for problem in problems] == [code]


UNDATED = [
    ("SCHED-01", SMALL, AT, "at: [baselin, week 4, week 8]"),
    ("SCHED-01", SMALL, AT, "at: [baseline, week 4, wek 8]"),
    ("SCHED-01", SMALL, AT, "at: anytime"),
    ("SCHED-08", SMALL, AT, "at: week 8 to week 4"),
    ("SCHED-12", SMALL, AT, "at: [once, week 4]"),
    ("SCHED-01", WHOLE, "full: [baseline,", "full: [baselin,"),
    (
        "SCHED-01",
        WHOLE,
        "at: questionnaires, by: [participant, nurse], complete: all}\n  quality",
        "at: week20, by: nurse}\n  quality",
    ),
    ("SCHED-01", WHOLE, "    at: once\n    items:\n      age:", "    at: onec\n    items:\n      age:"),
    ("STUDY-06", WHOLE, EVENTS, "    repeating: yes\n    events: true\n"),
]


@pytest.mark.parametrize(("code", "sample", "old", "new"), UNDATED)
def test_a_form_whose_visits_are_unread_is_not_told_to_miss_them(
    read: Read, samples: Mapping[str, str], code: str, sample: str, old: str, new: str
) -> None:
    """CHECK-04: neither a baseline, a primary visit, a name of a condition nor a second row is then said to lack."""
    _, problems = read(changed(samples, sample, old, new)[0])
    assert [problem.code for problem in problems] == [code]


@pytest.mark.parametrize(("written", "meant"), [("anytime", "any time"), ("onec", "once"), ("week4", "week 4")])
def test_words_that_stand_for_visits_are_offered(
    read: Read, samples: Mapping[str, str], written: str, meant: str
) -> None:
    """CHECK-07: where one word stands alone it may be `once` or `any time`; beside visits it may not."""
    (problem,) = read(samples[SMALL].replace(AT, f"at: {written}"))[1]
    told = wording.remedy(problem)
    assert told == f"Did you mean “{meant}”? Write one of: once, any time, baseline, week 4, week 8."
    (beside,) = read(samples[SMALL].replace(AT, "at: [baseline, anytime]"))[1]
    assert "any time" not in wording.remedy(beside)


TOGETHER = (
    "STUDY-07", "STUDY-15", "STUDY-16", "FORM-04", "FORM-05", "FORM-12", "FORM-27", "PLAN-02", "PLAN-11", "PLAN-22",
    "BLIND-05", "COND-02",
)  # fmt: skip


def test_all_mistakes_come_at_once(read: Read, samples: Mapping[str, str]) -> None:
    """CHECK-03: twelve mistakes in one file, each told, in order."""
    text, codes = samples[WHOLE], []
    for code, sample, old, new in MISTAKES:
        if sample == WHOLE and code in TOGETHER and code not in codes:
            assert text.count(old) == 1
            text = text.replace(old, new.replace(MARK, ""))
            codes.append(code)
    assert len(codes) == 12
    study, problems = read(text)
    assert study is None
    assert {problem.code for problem in problems} >= set(codes)
    lines = [(problem.place.line, problem.place.column) for problem in problems]
    assert lines == sorted(lines, key=lambda place: (place[0] or 0, place[1] or 0))


@pytest.mark.parametrize(
    ("old", "new", "meant"),
    [
        ("window: 3", "Window: 3", "window"),
        ("data: invented", "data: Invented", "invented"),
        ("week 4, week 8]", "week4, week 8]", "week 4"),
        ("from: strength.total", "from: strength.totals", "strength.total"),
        ("{endpoint: strength", "{endpoint: strenght", "strength"),
    ],
)
def test_did_you_mean(read: Read, samples: Mapping[str, str], old: str, new: str, meant: str) -> None:
    """CHECK-07."""
    _, problems = read(samples[SMALL].replace(old, new))
    assert any(f"Did you mean “{meant}”?" in wording.remedy(problem) for problem in problems)
