"""What can be wrong in a study file."""

from __future__ import annotations

from trialbook.wording.base import Wording

STUDY: dict[str, Wording] = {
    "STUDY-01": Wording(
        "The file says “trialbook: {written}”; this program reads version {version} of the language.",
        "Use a program that knows that version, or write “trialbook: {version}”.",
    ),
    "STUDY-02": Wording("There is no key “{key}” in {what}.", "{did_you_mean}The keys here are: {keys}."),
    "STUDY-03": Wording("“{key}” is missing in {what}. {doc}", "Write, for example, “{example}”."),
    "STUDY-04": Wording("One of these keys is missing in {what}: {keys}.", "Write the one that applies."),
    "STUDY-05": Wording("Only one of these keys may stand in {what}: {keys}.", "Keep the one that applies."),
    "STUDY-06": Wording("“{text}” is not {wanted}.", "Write, for example, “{example}”."),
    "STUDY-07": Wording("“{text}” has no unit: {wanted} is asked for.", "Write the unit too: “{example}”."),
    "STUDY-08": Wording("Here stands {found}; {wanted} is asked for.", "Write, for example, “{example}”."),
    "STUDY-09": Wording("“{text}” is none of the words that can stand here.", "{did_you_mean}Write one of: {words}."),
    "STUDY-10": Wording("Nothing stands behind “{key}”; {wanted} is asked for.", "Write, for example, “{example}”."),
    "STUDY-11": Wording("“{key}” means something only beside {others}.", "Remove it, or check the kind of the item."),
    "STUDY-12": Wording("“{text}” cannot be a name here: it has to be {wanted}.", "Write, for example, “{example}”."),
    "STUDY-13": Wording(
        "“assumed” needs a reason, or the word true.", "Write “assumed: true”, or the reason in a few words."
    ),
    "STUDY-14": Wording(
        "“{text}” is not a language of the study.", "Add it to “languages” of the study, or use one of: {languages}."
    ),
    "STUDY-15": Wording(
        "The text is missing in “{language}”, the first language of the study.",
        "Write it beside the others: “{language}: …”.",
    ),
    "STUDY-16": Wording("“{text}” is not a time zone.", "Write continent and city, such as Europe/Stockholm, or UTC."),
    "STUDY-17": Wording(
        "A parallel design has two arms or more, and the file has {count}.",
        "Name the arms in a section “arms”, or write “design: open-label single-arm”.",
    ),
    "STUDY-18": Wording("Two criteria are called “{criterion}”.", "Give each its own name, such as I1 and E1."),
    "STUDY-19": Wording(
        "“{item}” cannot tell the arm of a participant.",
        "Name a choice that is answered once, with the ids of the arms as codes: {arms}.",
    ),
    "SCHED-01": Wording("There is no visit “{visit}”.", "{did_you_mean}Write one of: {visits}."),
    "SCHED-02": Wording(
        "The visit “{visit}” has no day.", "Write its “day” or “week”, or call it by its week, such as “week 4”."
    ),
    "SCHED-03": Wording(
        "The visit “{visit}” is planned for two different days.",
        "Keep one “day” or “week”. Where its name says another day, leave the “day” out, or write a “label” beside it:"
        " the name is then only its id.",
    ),
    "SCHED-04": Wording(
        "“{first}” and “{second}” overlap: {days} would belong to both, and the form “{form}” is due at both.",
        "Make a window smaller, or move one of the visits. A visit that may come on any day, such as one of early"
        " termination, is not planned: it is recorded as an unscheduled visit.",
    ),
    "SCHED-05": Wording(
        "It is not said how far “{visit}” may lie from its day.",
        "Write a “window” for it or for all visits, such as “window: 3 days either side”.",
    ),
    "SCHED-06": Wording(
        "“{visit}” is planned for a range of days, which is its window, and has another window.", "Keep one of them."
    ),
    "SCHED-07": Wording("“{name}” has a meaning of its own and cannot name a visit.", "Choose another name."),
    "SCHED-08": Wording("“{range}” ends before it begins.", "Write the earlier visit first."),
    "SCHED-10": Wording("No visit is planned.", "Write the visits under “planned”, such as “week 4: {{}}”."),
    "SCHED-11": Wording("“{name}” and “{other}” cannot be told apart.", "Give one of them another name."),
    "SCHED-12": Wording("“{word}” cannot stand beside visits.", "Write “{word}” alone, or visits alone."),
    "FORM-01": Wording("There is no form “{name}”.", "{did_you_mean}The forms are: {known}."),
    "FORM-02": Wording("There is no item “{item}”.", "{did_you_mean}Write one of: {items}."),
    "FORM-03": Wording("There is no role “{name}”.", "{did_you_mean}The roles are: {known}, and participant."),
    "FORM-04": Wording(
        "The catalogue has no instrument “{instrument}”.", "{did_you_mean}The instruments are: {instruments}."
    ),
    "FORM-05": Wording("The choice “{choice}” of “{item}” stands twice.", "Keep one of them."),
    "FORM-06": Wording("“{item}” leaves no choice.", "Write at least two answers."),
    "FORM-07": Wording(
        "“{choice}” is an answer to “{item}” and also a missing-data code, so it could mean either.",
        "Give the answer another code, or change the section “missing”.",
    ),
    "FORM-08": Wording(
        "Two ratings of “{item}” get the same id, or one gets none.",
        "Write them as a mapping from id to label: “groups: {{left: Left arm, right: Right arm}}”.",
    ),
    "FORM-09": Wording("The ratings of “{item}” have no scale.", "Write it, such as “scale: 0 to 10”."),
    "FORM-10": Wording("“{name}” is an item and also a derived number.", "Give one of them another name."),
    "FORM-11": Wording("“{item}” is not a number, so nothing can be computed from it.", "Name only numbers."),
    "FORM-12": Wording("“of {written}” is written here, and there are {count}.", "Write the number that there are."),
    "FORM-13": Wording(
        "The items have different units: {units}.", "Write the “unit” of the derived number, or choose other items."
    ),
    "FORM-14": Wording("“{item}” is not a date.", "Name an item of the kind “date”."),
    "FORM-15": Wording(
        "“{unit}” is not a unit that the program knows.",
        "Write it as laboratories do, such as U/L, mg/dL or 10^9/L; “score”, “count” or “ratio” where there is none.",
    ),
    "FORM-16": Wording("“{unit}” cannot be converted to “{own}”.", "Name only units that measure the same."),
    "FORM-17": Wording(
        "To convert “{unit}” to “{own}” the molar mass of “{item}” is needed.",
        "Write it, such as “molar_mass: 113.12 g/mol”, or do not accept this unit.",
    ),
    "FORM-18": Wording(
        "A form cannot be called “{name}”: in conditions the word means something else ({names}).", "Rename the form."
    ),
    "FORM-19": Wording(
        "“participant” cannot be a role: it means that participants answer for themselves.", "Rename the role."
    ),
    "FORM-20": Wording("Nobody may answer the form “{form}”.", "Write its “by”, or name it under “records” of a role."),
    "FORM-21": Wording(
        "“{form}” is answered by “{role}”, but that role does not record it.",
        "Add “{form}” to “records” of “{role}”, or leave “records” out.",
    ),
    "FORM-22": Wording("“{form}” and “{other}” each come after the other.", "Remove one “after”."),
    "FORM-23": Wording(
        "“{form}” is to come after “{other}”, but they are never due at the same visit.",
        "Check the visits of both, or remove “after”.",
    ),
    "FORM-24": Wording(
        "The events of “{form}” have no item “term”, by which they are counted.",
        "Add “term: {{label: Event, text: line, required: true}}”, or remove “events”.",
    ),
    "FORM-25": Wording("“{form}” takes only one event.", "Write “repeating: true”."),
    "FORM-26": Wording("The expected range of “{item}” goes beyond its scale.", "Change one of the two."),
    "FORM-27": Wording("The lower limit of “{item}” ({sex}) is not below the upper one.", "Check both."),
    "FORM-28": Wording(
        "“{limit}” cannot hold the limit of normal of “{item}”.", "Name a number of the same form in “{unit}”."
    ),
    "FORM-29": Wording("There is no form.", "Write at least one under “forms”."),
    "FORM-30": Wording(
        "“{item}” may have several answers, and it is not said which of them counts.",
        "Write “first {item}” or “last {item}”.",
    ),
    "FORM-31": Wording(
        "The answers of “{item}” are yes and no, which have a way of writing of their own.", "Write “choice: yes/no”."
    ),
    "FORM-32": Wording(
        "The criterion “{criterion}” has no rule, so it is answered in the form “eligibility”, and nobody may do that.",
        "Add “eligibility” to “records” of a role, or write the rule of the criterion.",
    ),
    "FORM-33": Wording(
        "The criterion “{criterion}” has no rule, so it is answered in the form “eligibility”, which cannot hold it.",
        "Let that form be answered once, in one row, with items of its own; or give it another name.",
    ),
    "FORM-34": Wording(
        "The criterion “{criterion}” has no rule, and “{criterion}” of the form “eligibility” is not a yes or no.",
        "Write “choice: yes/no” (yes: the criterion is met), leave the item out, or write the rule of the criterion.",
    ),
    "FORM-35": Wording(
        "“{form}” takes only one row, so there is nothing to count.",
        "Write “repeating: true”, or compute something else.",
    ),
    "FORM-36": Wording(
        "“{item}” cannot tell the sex of a participant: it is not a choice with the codes F and M, answered once.",
        "Name an item such as “sex: {{choice: {{F: Female, M: Male}}}}” of a form that is answered once.",
    ),
    "FORM-37": Wording(
        "“{item}” cannot tell the age of a participant: it is not a number in years, answered once.",
        "Name an item such as “age: {{number: year}}” of a form that is answered once.",
    ),
    "FORM-38": Wording(
        "Two limits of “{item}” hold for the same people: “{first}” and “{second}”.", "Let their ages not overlap."
    ),
    "FORM-39": Wording(
        "The limits of normal of “{item}” differ between {which}, and it is not said which item holds the {what}.",
        "Write a section “participants”, such as “participants: {{{what}: screening.{what}}}”.",
    ),
    "FORM-40": Wording(
        "The code {loinc} ({name}) is told in units such as {wanted}, and the item is in {unit}.",
        "Check the code and the unit: by mass and by amount of substance, or as a number and as a share, codes differ.",
    ),
    "FORM-41": Wording("“{term}” is not a term that is graded from a number.", "{did_you_mean}Write one of: {known}."),
    "FORM-42": Wording(
        "“{item}” cannot be graded over the visits: “{form}” is not answered at visits, in one row each.",
        "Grade an item that visits have, or remove “grade”.",
    ),
    "FORM-43": Wording(
        "“{item}” is in {unit}, and the grades are printed in {units}.", "Write another unit or another term."
    ),
    "FORM-44": Wording(
        "“{item}” has no {limit} limit of normal, so that a grade can often not be told.",
        "Write “{limit}” with a number, or with the item that holds the laboratory’s limit.",
    ),
    "FORM-45": Wording(
        "A participant cannot answer “{form}” by themselves: they answer only forms due at visits, without rows.",
        "Make a diary a form at visits with one rating a day (“groups”) or a visit of each day, or name the role that "
        "records it with them in “by”.",
    ),
    "FORM-46": Wording(
        "No role records “{form}”, so that nobody can hand it to a participant, or type it from paper.",
        "Name such a role in “by” beside participant, or add “{form}” to “records” of a role.",
    ),
    "FORM-47": Wording(
        "The sum “{name}” may have gaps ({least} of {count} answers suffice), and it is not said what a gap counts: as "
        "much as the mean of the answered ones.",
        "Write “gaps: prorated” for this, “gaps: left out” for the sum of what is answered, or “at_least: all”.",
    ),
    "BLIND-01": Wording(
        "The role “{role}” is blind, and “{word}” shows or gives it everything.",
        "Name single forms, or remove “blind”.",
    ),
    "BLIND-02": Wording(
        "“{role}” is blind, and the form “{form}” would show it at which visit it is: the condition asks for {name}.",
        "Ask the same at every visit, or move the question to a form that “{role}” does not see.",
    ),
    "BLIND-03": Wording(
        "“{role}” may not see “{hidden}”, but what “{form}” asks depends on it and would tell.",
        "Remove the condition, or move the question to a form that “{role}” does not see.",
    ),
    "BLIND-04": Wording(
        "“{form}” is answered by “{blind}”, who is blind, and by “{other}”, who is not.", "Name only one of them."
    ),
    "BLIND-05": Wording("“{role}” records “{form}” and yet may not see it.", "Remove it from one of the two."),
    "BLIND-07": Wording(
        "“{role}” is blind, and could tell the visit from what is due: “{form}” and “{other}” are not due together.",
        "Let both be due at the same visits, or let another role see and record one of them.",
    ),
    "BLIND-08": Wording(
        "“{role}” is blind, and sees “{form}”, which says in which arm a participant is.",
        "Take the form out of what it sees and records, or put the arm into another form.",
    ),
    "BLIND-09": Wording(
        "“{role}” is blind, and is given rights beyond its own forms: {rights}.",
        "Remove `rights` here, or give them to another role. It raises and answers queries on its own forms anyway.",
    ),
    "BLIND-06": Wording("“{role}” is blind, and would have to see visits to sign them.", "Let it sign forms only."),
    "PLAN-01": Wording("There is no endpoint “{name}”.", "{did_you_mean}The endpoints are: {known}."),
    "PLAN-02": Wording("There is no analysis set “{name}”.", "Write one of: {known}."),
    "PLAN-03": Wording("There is no treatment “{name}”.", "{did_you_mean}The treatments are: {known}."),
    "PLAN-04": Wording("“{item}” is not a number, so it cannot be followed.", "Name a number, or use “when” and “at”."),
    "PLAN-05": Wording(
        "“{item}” cannot be followed over the visits: “{form}” is answered {timing}.", "Name an item that visits have."
    ),
    "PLAN-06": Wording("It is not said when the condition of “{endpoint}” is judged.", "Write “at” with a visit."),
    "PLAN-07": Wording(
        "“{form}” may have several rows a visit, so “{item}” has not one value.", "Name an item of a form without rows."
    ),
    "PLAN-08": Wording(
        "There are endpoints, and the file does not say how they are analysed.",
        "Write a section “analysis” with baseline, primary, test and missing.",
    ),
    "PLAN-09": Wording(
        "The analysis does not say “{key}”, and results depend on it.", "Write it, for example “{key}: {example}”."
    ),
    "PLAN-10": Wording(
        "There are several analysis sets ({sets}), and it is not said in which the endpoints are analysed.",
        "Write “set” with one of them.",
    ),
    "PLAN-11": Wording(
        "The set “{set}” needs a condition exactly where “who” is “condition”.", "Add or remove its “when”."
    ),
    "PLAN-12": Wording("“{test}” is the planned test and also a sensitivity test.", "Name it once."),
    "PLAN-13": Wording(
        "No form has an item “{flag}” that is answered by yes or no.", "Name the item that marks the baseline record."
    ),
    "PLAN-14": Wording(
        "The dose of “{treatment}” is {dose}, and it is not said how body surface is computed.",
        "Write “body_surface: du_bois” or another formula; add “assumed” where the protocol leaves it open.",
    ),
    "PLAN-15": Wording("“{amount}” does not fit the dose, which is in {unit}.", "Write it in {unit}."),
    "PLAN-16": Wording(
        "“{treatment}” is given {times} times, and it is not said how far apart.", "Write “every”, such as “1 week”."
    ),
    "PLAN-17": Wording(
        "“{visit}” cannot be the baseline of “{endpoint}”: the form “{form}” is not due then.",
        "Add the visit to the form, or choose another baseline.",
    ),
    "PLAN-18": Wording(
        "“{endpoint}” has no value before the anchor: the form “{form}” is due only after it.",
        "Add a visit on or before day 0 to the form, or choose another baseline.",
    ),
    "PLAN-19": Wording(
        "The form “{form}” has no item “{flag}”, so “{endpoint}” has no baseline and is not compared.",
        "Add the item to the form, or choose another baseline.",
    ),
    "PLAN-20": Wording(
        "The primary endpoint “{endpoint}” is not measured at “{visit}”: the form “{form}” is not due then.",
        "Add the visit to the form, or choose another visit.",
    ),
    "PLAN-22": Wording(
        "“{endpoint}” is a condition or has levels: there is no course to draw.", "Name endpoints that have “from”."
    ),
    "PLAN-23": Wording(
        "The analysis set “enrolled” is everybody who was enrolled, and adverse events are counted in it.",
        "Write “who: enrolled” here, or give this set another name.",
    ),
    "PLAN-24": Wording(
        "“{endpoint}” is told in {unit}, another unit than that of its item, and its decimals are not said.",
        "Write “decimals” beside the unit.",
    ),
    "PLAN-26": Wording(
        "“{written}” is less than a day, and time is counted in days here.", "Write days, weeks, months or years."
    ),
    "PLAN-27": Wording(
        "The dose of “{treatment}” is {dose}, and it is not said which item holds the {key}.",
        "Write “{key}” with the name of a number in {unit}, such as “{key}: body.{key}”.",
    ),
    "PLAN-28": Wording(
        "“{item}” cannot be the {key} for a dose: it is not a number in {unit} that a form has once.",
        "Name a number in {unit} of a form without rows; it may accept other units.",
    ),
    "PLAN-29": Wording("“{amount}” cannot be the rate of this infusion.", "Write it in {unit}, as the dose is."),
    "PLAN-30": Wording("“{treatment}” has rates of infusion, and no dose.", "Write its “dose”, or remove “infuse”."),
    "PLAN-31": Wording(
        "The infusion begins with {start} and may not run faster than {most}.", "Check “start” and “most”."
    ),
    "PLAN-32": Wording(
        "“{form}” takes only one row, and every dose is a row of its own.", "Write “repeating: true” there."
    ),
    "PLAN-33": Wording("“{item}” cannot tell “{key}” of a dose: it is not {wanted}.", "Name another item."),
    "PLAN-34": Wording(
        "The record of “{treatment}” does not say “{key}”: {why}.", "Write “{key}” with the name of an item."
    ),
    "PLAN-35": Wording(
        "“{treatment}” has to stay constant, and it is not said where it is recorded, so nothing can be judged.",
        "Write “recorded”, with a form in which every row is a drug at one dose.",
    ),
    "PLAN-36": Wording(
        "“{treatment}” may need a decision, and it is not said where that is recorded.",
        "Write “decision” with the name of a yes/no item.",
    ),
    "PLAN-37": Wording(
        "“{item}” cannot hold the decision: it is not answered once by yes or no.",
        "Name an item with “choice: yes/no” of a form without rows.",
    ),
    "PLAN-38": Wording(
        "“{item}” does not tell the day of the consent: its form has rows, or it may be a part of a date, or “never”.",
        "Name an item with “date: full” of a form without rows.",
    ),
    "PLAN-39": Wording(
        "“{item}” is a count over rows, which is used in conditions only.", "Name an item, or another derived number."
    ),
    "PLAN-40": Wording(
        "“{item}” is a date, and a table of the participants shows none.", "Name a number, a choice or a text."
    ),
    "PLAN-41": Wording(
        "“{item}” cannot describe the participants: “{form}” may have several rows that belong to no one moment.",
        "Name an item of a form that is answered once, or one row a visit.",
    ),
    "PLAN-42": Wording(
        "It is said which change of “{endpoint}” matters, and not which way is better.",
        "Write “better: higher” or “better: lower”.",
    ),
    "PLAN-43": Wording(
        "“{choice}” depends on when treatment ended, and no treatment says where its doses are recorded.",
        "Write “recorded” at the treatment; without it only withdrawal from the study ends treatment.",
    ),
    "PLAN-44": Wording(
        "“{rule}” is the planned rule for missing values and also a sensitivity analysis.", "Name it once."
    ),
    "PLAN-46": Wording(
        "A dose of {dose} cannot be planned: a dose is one amount, or an amount per kg or per m2.",
        "Write such a dose; where it hangs on a result or comes from a table, leave out “dose”, “vials” and “infuse”, "
        "and record what was given.",
    ),
    "PLAN-50": Wording(
        "“{item}” has no levels that could be followed: it is not a choice of one answer.",
        "Name an item with “choice”, the lowest answer first; a number is followed with “from”.",
    ),
    "PLAN-51": Wording(
        "“{endpoint}” had to pass a limit at entry, and nothing says how closely two measurements go together.",
        "Write “correlation” beside the limit, or “reliability” at the endpoint, each with its source.",
    ),
    "PLAN-52": Wording(
        "A time to {event} of “{endpoint}” cannot be told: that needs {visits} or more of its visits after day 0.",
        "Name more visits in “at”, or leave “time_to” out.",
    ),
    "PLAN-53": Wording(
        "The design is of “{endpoint}”, which is no condition: nobody responds or does not.",
        "Name an endpoint that has “when”.",
    ),
    "PLAN-54": Wording(
        "The share worth finding (p1) has to be larger than the share not worth it (p0).", "Check “p0” and “p1”."
    ),
    "PLAN-55": Wording("The power has to be larger than the level (alpha).", "Check “alpha” and “power”."),
    "PLAN-56": Wording(
        "A test between arms is planned, and there are not two arms, or it is not said who is in which.",
        "Write “arms”, and “participants” with the item that holds the arm, or remove “between”.",
    ),
    "PLAN-57": Wording(
        "The primary endpoint “{endpoint}” is not judged at “{visit}”.",
        "Add the visit to its “at”, or choose another visit.",
    ),
    "PLAN-58": Wording(
        "“{treatment}” and “{other}” are both recorded in “{form}”: each row would count for both.",
        "Write a form for each of the two. Where the dose of one treatment changes, write one treatment.",
    ),
}
"""The study file: STUDY, SCHED, FORM, BLIND, PLAN (`protocol.check`)."""

COND: dict[str, Wording] = {
    "COND-01": Wording(
        "The condition “{condition}” cannot be read: at character {column}, {why}.",
        "Write comparisons such as form.item >= 5, joined by && (and) or || (or), with ! for not.",
    ),
    "COND-02": Wording(
        "“{name}” in the condition “{condition}” is not a name that can be used here.", "Did you mean “{near}”?"
    ),
    "COND-03": Wording(
        "“{name}” in the condition “{condition}” is not a name that can be used here.",
        "Names are written form.item; `docs/reference/conditions.md` lists which can be used where.",
    ),
    "COND-04": Wording(
        "“{name}” in the condition “{condition}” is not a function that can be used.",
        "The functions are: {functions}.",
    ),
    "COND-05": Wording(
        "In the condition “{condition}”, at character {column}: “{operator}” does not work with {types}.",
        "Compare numbers with numbers, choices and texts with quoted texts, dates with dates.",
    ),
    "COND-06": Wording(
        "The condition “{condition}” gives {type}, not yes or no.", "Compare it with something: form.item > 5."
    ),
    "COND-07": Wording(
        "The condition “{condition}” uses null, and an answer is never null here.",
        "Use has(form.item) to ask whether there is an answer.",
    ),
    "COND-08": Wording(
        "The condition “{condition}” could not be worked out: {why}.",
        "Check the answers it uses, or change the condition so that this cannot happen.",
    ),
    "COND-09": Wording(
        "The condition is too long or too deeply nested: “{condition}”.",
        "Use at most 2000 characters and three of all, exists, exists_one, filter, map; or split it.",
    ),
    "COND-10": Wording(
        "The condition “{condition}” has “{found}” at character {column}.", "In a condition this is written {instead}."
    ),
    "COND-11": Wording(
        "“{code}” in the condition “{condition}” is not a choice of {name}, so the two are never equal.",
        "The choices are: {choices}.",
    ),
    "COND-12": Wording(
        "In the condition “{condition}”, at character {column}, date(...) does not hold a day.",
        'Write the day in quotes: date("2024-03-02").',
    ),
    "COND-13": Wording(
        "The condition “{condition}” divides at character {column} by something that could be zero.",
        "Divide by a number such as 2, or write ratio(a, b).",
    ),
}
"""A condition that cannot be used (`protocol.conditions`)."""
