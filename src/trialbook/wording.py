"""The wording of every problem: one sentence and one remedy a code, in the order of the folders.

`{name}` stands for an entry of `Problem.values`. The sentences pass through gettext, so that a translation
needs no change here; the English sentence is the message id.
"""

from __future__ import annotations

from dataclasses import dataclass
from gettext import gettext

from trialbook.errors import Problem


@dataclass(frozen=True, slots=True)
class Wording:
    """What is wrong, and what to do about it."""

    sentence: str
    remedy: str


# ---- FILE: a file that cannot be read at all (protocol.read, exchange) ------------------------------------------
FILE: dict[str, Wording] = {
    "FILE-01": Wording("There is no such file.", "Check the name and the folder."),
    "FILE-02": Wording("This is a folder, not a file.", "Name the file in it."),
    "FILE-03": Wording("The file cannot be opened: {reason}.", "Check that you may read it, and the disk."),
    "FILE-04": Wording(
        "The file has {size}; this kind of file has at most {largest}.", "Check that it is the file that you mean."
    ),
    "FILE-05": Wording(
        "The file is empty, or holds only comments.", "Fill it in; `trialbook new` makes a study file to begin with."
    ),
    "FILE-06": Wording("The file is {kind}, not plain text.", "Save it as plain text in UTF-8."),
    "FILE-07": Wording("The file is written in UTF-16.", "Save it again with the encoding UTF-8."),
    "FILE-08": Wording(
        "The file is not in UTF-8: a letter here cannot be read.",
        "Save it again with the encoding UTF-8 (it was perhaps saved as Latin-1 or Windows-1252).",
    ),
    "FILE-09": Wording("A character that is not text stands here ({character}).", "Delete it and type the text again."),
    "FILE-10": Wording("The lines cannot be read as YAML here: {reason}.", "Mend this line or one just above it."),
    "FILE-11": Wording("The key “{key}” stands twice here; the first is on line {line}.", "Keep one of them."),
    "FILE-12": Wording(
        "The sign {sign} begins a tag, an anchor or an alias, which these files do not have.",
        "Put the text into single quotes, or write out what it refers to.",
    ),
    "FILE-13": Wording("More levels stand inside each other than any file needs.", "Check the brackets and indents."),
    "FILE-14": Wording(
        "The file does not begin with a key and a colon, such as “trialbook: 1”.",
        "Check that it is the file that you mean.",
    ),
    "FILE-15": Wording("The line is indented with a tab.", "Use blanks in place of tabs."),
    "FILE-16": Wording("A second document begins here.", "Delete the line “---” or “...”, so that the file is one."),
    "FILE-17": Wording("A list or a mapping stands in place of a key.", "Write a plain name before the colon."),
    "FILE-20": Wording("There is a study file already.", "Choose another folder, or change the file that is there."),
}

# ---- STUDY, SCHED, FORM, COND, BLIND, PLAN: the study file (protocol) -------------------------------------------
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
    "STUDY-15": Wording("The text is missing in “{language}”, the first language of the study.", "Add it."),
    "STUDY-16": Wording("“{text}” is not a time zone.", "Write continent and city, such as Europe/Stockholm, or UTC."),
    "STUDY-17": Wording(
        "A parallel design has two arms or more, and the file has {count}.",
        "Name the arms in a section “arms”, or write “design: open-label single-arm”.",
    ),
    "STUDY-18": Wording("Two criteria are called “{criterion}”.", "Give each its own name, such as I1 and E1."),
    "SCHED-01": Wording("There is no visit “{visit}”.", "{did_you_mean}Write one of: {visits}."),
    "SCHED-02": Wording(
        "The visit “{visit}” has no day.", "Write its “day” or “week”, or call it by its week, such as “week 4”."
    ),
    "SCHED-03": Wording("The visit “{visit}” is planned for two different days.", "Keep one “day” or “week”."),
    "SCHED-04": Wording(
        "“{first}” and “{second}” overlap: {days} would belong to both, and the form “{form}” is due at both.",
        "Make a window smaller, or move one of the visits.",
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
    "PLAN-21": Wording(
        "“{item}” cannot describe the participants at baseline.", "Name numbers and choices answered once or at visits."
    ),
    "PLAN-22": Wording("“{endpoint}” is a condition and has no course to draw.", "Name endpoints that have “from”."),
}

# ---- VALUE: an answer that cannot be read as its item's type (protocol.values) ----------------------------------
VALUE: dict[str, Wording] = {
    "VALUE-01": Wording(
        "An empty answer to “{item}” records nothing.", "Type a value, or a missing-data code: {codes}."
    ),
    "VALUE-02": Wording("“{text}” is not a number.", "Write digits, with a point before the decimals: 4.3."),
    "VALUE-03": Wording(
        "“{text}” has a comma, which could stand before decimals or between thousands.",
        "Write decimals with a point (1.5) and thousands without any sign (1500).",
    ),
    "VALUE-04": Wording("“{text}” holds two numbers.", "Record each number as the answer to its own question."),
    "VALUE-05": Wording(
        "“{text}” has more than 15 digits, or is too large or too small for a measured number.",
        "Check the number against its source; write it as measured.",
    ),
    "VALUE-06": Wording(
        "“{text}” has digits or signs that only look like the plain ones.", "Type it again with the digits 0 to 9."
    ),
    "VALUE-07": Wording(
        "“{item}” is not recorded in “{unit}”.", "Give it in {units}, or add the unit to `accepts` in the study file."
    ),
    "VALUE-08": Wording(
        "{value} is outside the scale of “{item}”, which runs from {low} to {high}.",
        "Check the answer against its source; such a value cannot exist.",
    ),
    "VALUE-09": Wording(
        "“{item}” is a score, so it cannot be “{text}”.", "Write the score itself, without a sign before it."
    ),
    "VALUE-10": Wording("“{text}” is not a choice of “{item}”.", "Write one of: {choices}."),
    "VALUE-11": Wording("“{text}” is not a choice of “{item}”.", "Did you mean “{near}”? The choices are: {choices}."),
    "VALUE-12": Wording("“{item}” takes one choice, and “{text}” has several.", "Write the one that holds."),
    "VALUE-13": Wording("“{text}” has a choice twice, or an empty one.", "Write each choice once, with ; between."),
    "VALUE-14": Wording("“{text}” is not a date.", "Write year, month and day: 2024-03-02."),
    "VALUE-15": Wording(
        "“{text}” can be read as more than one date.", "Write year, month and day with hyphens: 2024-03-02."
    ),
    "VALUE-16": Wording("There is no such day or time as “{text}”.", "Check the date against the calendar."),
    "VALUE-17": Wording("The year of “{text}” is not between 1850 and 2200.", "Check the year."),
    "VALUE-18": Wording(
        "“{item}” asks for a whole date, and “{text}” is a part of one.",
        "Write year, month and day: 2024-03-02; where the day is not known, a missing-data code: {codes}.",
    ),
    "VALUE-19": Wording("“{item}” does not take the answer “never”.", "Write a date, or a missing-data code: {codes}."),
    "VALUE-20": Wording(
        "The answer to “{item}” holds a character that cannot be seen: {character}.",
        "Remove it, or type the answer again.",
    ),
    "VALUE-21": Wording(
        "The answer to “{item}” has {count} characters; at most {most} can be recorded.", "Shorten it, or split it."
    ),
    "VALUE-22": Wording(
        "“{unit}” is not a unit this program knows.",
        "Write units as laboratories do: U/L, mg/dL, 10^9/L, kg, Cel, year.",
    ),
    "VALUE-23": Wording("{from} cannot be converted to {to}.", "They measure different things; check both units."),
    "VALUE-24": Wording(
        "{from} can be converted to {to} only with the molar mass of the substance.",
        "Add `molar_mass: 180.16 g/mol`, with the right number, to the item in the study file.",
    ),
    "VALUE-25": Wording(
        "“{text}” is a time in UTC, and the day where the participant was can be another.",
        "Write the day by the calendar of that place: 2024-03-02.",
    ),
    "VALUE-31": Wording(
        "{value} is outside the range expected of “{item}”, {low} to {high}.",
        "Check it against its source. Where it is right, answer the query so; the value is kept.",
    ),
    "VALUE-32": Wording(
        "“{text}” has more decimals than the {decimals} with which “{item}” is measured.",
        "Check it against its source; it is kept as written.",
    ),
}

# ---- COND: a condition that cannot be used (protocol.conditions) ------------------------------------------------
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

# ---- ACT, LEDGER: recording and verifying (capture) -------------------------------------------------------------
CAPTURE: dict[str, Wording] = {
    "ACT-01": Wording(
        "{person} may not {doing}: none of their roles gives this right.",
        "Have a custodian of this ledger ({custodians}) grant them a role that does, or let somebody who has it do it.",
    ),
    "ACT-02": Wording(
        "“{act}” changes what is recorded, and no reason is given.",
        "Say in a few words why it changes; the reason is kept beside it.",
    ),
    "ACT-03": Wording(
        "No participant “{participant}” is in this study.",
        "{near}Check the code, or screen the participant first.",
    ),
    "ACT-04": Wording("The study has no form “{form}”.", "{near}Its forms are: {known}."),
    "ACT-05": Wording("The form “{form}” has no item “{item}”.", "{near}Its items are: {known}."),
    "ACT-06": Wording(
        "The study has no visit “{visit}”.",
        "{near}Planned are: {known}. A visit outside of the plan is called unscheduled-1, unscheduled-2 and so on.",
    ),
    "ACT-07": Wording(
        "“{old}” is recorded here; “{new}” would change it.",
        "If “{new}” is right, correct the answer and give a reason. The first answer stays in the history.",
    ),
    "ACT-08": Wording(
        "There is no answer to {item} that could be corrected.",
        "Enter the answer, or check participant, visit and row.",
    ),
    "ACT-09": Wording("The form “{form}” belongs to a visit, and none is named.", "Name the visit."),
    "ACT-10": Wording(
        "The form “{form}” belongs to no visit, and “{visit}” is named.",
        "Leave the visit out: this form is kept once for each participant, or row by row.",
    ),
    "ACT-11": Wording("The form “{form}” has rows, and none is named.", "Name the row, such as 1, 2, 3."),
    "ACT-12": Wording("The form “{form}” has no rows, and row “{repeat}” is named.", "Leave the row out."),
    "ACT-13": Wording(
        "{item} is computed, never entered.",
        "Enter what it is computed from: {of}.",
    ),
    "ACT-14": Wording(
        "The answer was changed while you looked at it: {by} recorded “{now}”; you gave “{text}”.",
        "Look at the answer again, and correct it with a reason if yours is right.",
    ),
    "ACT-15": Wording(
        "“{code}” cannot be the code of a {what}.",
        "Use 1 to 64 characters that can be seen and typed, without a blank at either end.",
    ),
    "ACT-16": Wording(
        "The code “{participant}” looks like “{like}”, who is in the study already.",
        "If this is the same person, use “{like}”. If not, give a code that nobody can mistake for it.",
    ),
    "ACT-17": Wording(
        "“{act}” cannot follow: the participant's status is “{status}”.",
        "A participant is screened, then enrolled, then completes or withdraws. Record the step that is missing first.",
    ),
    "ACT-18": Wording(
        "Recorded is: {old}. This would make it: {new}.",
        "If the new statement is right, give a reason. The old one stays in the history.",
    ),
    "ACT-19": Wording(
        "A text holds a character that no file can keep.",
        "Delete the invisible character; it often comes with a text that was copied from elsewhere.",
    ),
    "ACT-20": Wording("The study has no role “{role}”.", "{near}Its roles are: {known}."),
    "ACT-21": Wording(
        "{person} has the role “{other}”; together with “{role}” one of the two is no longer blind.",
        "Give the role to somebody else, or revoke “{other}” first. What was seen stays seen: think before you do.",
    ),
    "ACT-22": Wording("This ledger was opened before.", "Record into it as it is."),
    "ACT-23": Wording(
        "The study to adopt has no text of its own.",
        "Adopt a study that was read from a file; the ledger keeps the whole file.",
    ),
    "ACT-24": Wording(
        "{person} is the only custodian; without one nobody could grant a role again.",
        "Grant the role of custodian to somebody else first.",
    ),
    "ACT-25": Wording(
        "The request id “{request}” was used for something else (entry {entry}).",
        "Nothing was recorded now. Send it again with a new request id; if this happens twice, tell who runs the site.",
    ),
    "ACT-26": Wording("The note is empty.", "Write what ought to be known."),
    "ACT-27": Wording("An import cannot “{act}”.", "The rows of an import may: {known}."),
    "LEDGER-01": Wording("{file} is not there.", "Check the folder, or begin the ledger with `trialbook import`."),
    "LEDGER-02": Wording("{file} is a folder, not a ledger.", "Name the file in it, usually ledger.db."),
    "LEDGER-03": Wording(
        "{file} is not a ledger, or its beginning is destroyed.",
        "If it should be one, restore the last backup and compare it with a head kept elsewhere.",
    ),
    "LEDGER-04": Wording(
        "{file} cannot be opened for writing ({detail}).",
        "Check that you may write the file and its folder, and that the disk is not mounted read-only.",
    ),
    "LEDGER-05": Wording("{file} belongs to another program.", "Name the ledger of the study, usually ledger.db."),
    "LEDGER-06": Wording(
        "{file} has schema {version}; this program knows schema {known}.",
        "If its number is higher, a newer trialbook wrote it: use that or a newer one. The ledger is unchanged.",
    ),
    "LEDGER-07": Wording(
        "{file} is not protected as it should be: {detail}.",
        "Somebody changed the database outside of trialbook. Run `trialbook verify`, find out who and why, "
        "and go on from the last backup that verifies.",
    ),
    "LEDGER-08": Wording(
        "{file}: the setting {setting} is {found}, and has to be {wanted}.",
        "Keep the ledger on a disk of this machine, not on a network share, and use an SQLite of 3.37 or newer.",
    ),
    "LEDGER-09": Wording(
        "{file} is in use: another program is writing to it.",
        "Nothing was recorded. Wait a moment and do it again.",
    ),
    "LEDGER-10": Wording(
        "{file} cannot grow: the disk is full.",
        "Nothing was recorded. Make room on the disk and do it again.",
    ),
    "LEDGER-11": Wording(
        "{file} is damaged ({detail}).",
        "Do not write to it. Run `trialbook verify` to see how far, and restore the last backup that verifies.",
    ),
    "LEDGER-12": Wording(
        "{file}: writing to the disk failed, so it is not known whether this was recorded.",
        "Check the disk and its free space, open the ledger again and look. What is sent again is recorded once.",
    ),
    "LEDGER-13": Wording("{file} is there already.", "Open it, or choose another place for a new ledger."),
    "LEDGER-14": Wording(
        "{file} refused an entry ({detail}).",
        "Nothing was recorded. Run `trialbook verify`; if it finds nothing, this is a fault of the program: report it.",
    ),
    "LEDGER-15": Wording(
        "{file}: the database gave up ({detail}).",
        "Nothing was recorded. Run `trialbook verify`, and do it again.",
    ),
    "LEDGER-16": Wording(
        "{file} is empty: its making was interrupted, or it was emptied.",
        "If nothing was ever recorded, delete it and begin again; otherwise restore the last backup.",
    ),
    "LEDGER-17": Wording("“{moment}” is no moment.", "Write a day or a UTC time: 2026-03-14, or 2026-03-14T09:30."),
    "LEDGER-18": Wording("At {moment} no study file was adopted yet.", "Choose a later moment."),
    "LEDGER-19": Wording(
        "“{address}” is no file, and this version of trialbook keeps ledgers in files.",
        "Name a file, such as ledger.db.",
    ),
    "LEDGER-20": Wording(
        "Another program adopted a new version of the study file ({size} characters).",
        "Open the ledger again to go on with it.",
    ),
    "LEDGER-30": Wording(
        "Entry {entry} stands where entry {expected} should.",
        "Entries were removed or moved. Restore the last backup that verifies.",
    ),
    "LEDGER-31": Wording(
        "Entry {entry} does not follow from the one before it.",
        "One of the two was changed, or entries between them were removed. Compare with a backup.",
    ),
    "LEDGER-32": Wording(
        "Entry {entry} was changed after it was written: its hash does not fit.",
        "Compare the entry with a backup, and find out who could write to the file.",
    ),
    "LEDGER-33": Wording(
        "The words of entry {entry} were changed after they were written.",
        "Compare the entry with a backup, and find out who could write to the file.",
    ),
    "LEDGER-34": Wording(
        "The words of entry {entry} are gone, and no entry says that they were erased.",
        "Compare the entry with a backup, and find out who could write to the file.",
    ),
    "LEDGER-35": Wording(
        "The ledger was changed behind the back of this program: entries that it had read are gone.",
        "Close it, run `trialbook verify` with a head kept elsewhere, and restore a backup if that finds anything.",
    ),
    "LEDGER-36": Wording(
        "{file}: a page is damaged ({detail}).",
        "Do not write to it. Restore the last backup that verifies.",
    ),
    "LEDGER-37": Wording(
        "Entry {entry} does not speak of the answer that stood in its cell.",
        "It was not written by trialbook, or entries before it were changed. Compare with a backup.",
    ),
    "LEDGER-38": Wording(
        "The answer of entry {entry} is read in two ways: from all entries, and by the analysis.",
        "An index of the file is damaged, or the program has a fault. Restore a backup; if it stays, report it.",
    ),
    "LEDGER-39": Wording(
        "The ledger reaches entry {entries}; the head that was kept elsewhere knew {count} entries on {at}.",
        "Entries at its end were cut off, or this is an old copy. Find the newest one.",
    ),
    "LEDGER-40": Wording(
        "Entry {count} is not the one that the head kept elsewhere knew on {at}.",
        "The ledger was rewritten since then, or the head belongs to another ledger. Compare with a backup.",
    ),
    "LEDGER-41": Wording("Entry {entry} does not say when it was written.", "Compare the entry with a backup."),
    "LEDGER-42": Wording(
        "The clock of the machine ran back by {back} before entry {entry}.",
        "The order of the entries is right all the same. Set the clock, and note when that was done.",
    ),
}

# ---- MAP, IMPORT: mapping files and imported tables (exchange, capture.imports) ---------------------------------
IMPORT: dict[str, Wording] = {
    "TABLE-01": Wording("There is no such file.", "Check its name and folder: {folder}."),
    "TABLE-02": Wording(
        "This is a folder or a device, not a file.", "Name the files in it, such as FOLDER/visits.csv."
    ),
    "TABLE-03": Wording(
        "The file has {size} MB; at most {limit} MB are read.",
        "Check that it is the right file. A larger table can be cut by participants and imported part by part.",
    ),
    "TABLE-04": Wording(
        "The file cannot be read: {why}.", "Check that you may read it and that no other program holds it."
    ),
    "TABLE-05": Wording(
        "The file is empty.", "Export it again; a table has at least a row with the names of its columns."
    ),
    "TABLE-06": Wording(
        "Files of the kind {kind} are not read: errors of their formulas would look like empty cells.",
        "Save it as Excel workbook (.xlsx) or as CSV UTF-8, and import that.",
    ),
    "TABLE-07": Wording(
        "The file is called {kind}, but it is no Excel workbook.",
        "If it is a text table, rename it to .csv; else export it again.",
    ),
    "TABLE-08": Wording(
        "This is an Excel or zip file under another name ({kind}).",
        "Rename it to .xlsx if it is a workbook, or save the table as CSV UTF-8.",
    ),
    "TABLE-09": Wording(
        "The row that should name the columns is blank or absent.", "Set `header row` of the file in the map."
    ),
    "TABLE-10": Wording(
        "The row has {cells} cells, and the header has {columns}.",
        "Look for a separator inside of a text without quotes, or for cells that are missing.",
    ),
    "TABLE-11": Wording(
        "A column has no name, so it is not read; in this row it holds “{value}”.",
        "If it holds answers, or if its neighbours are shifted, give it a name in the header.",
    ),
    "TABLE-12": Wording("The table has a header and no rows below it.", "If it should have rows, export it again."),
    "TABLE-13": Wording(
        "Two columns are called “{name}”, the other one is column {first}.",
        "Give them different names, so that the map can tell which it means.",
    ),
    "TABLE-14": Wording(
        "The file is not UTF-8 text: byte {byte} after “{ahead}” is no letter.",
        "It may be in an older encoding such as Latin-1. Open it in a spreadsheet and save it as CSV UTF-8.",
    ),
    "TABLE-15": Wording(
        "The file holds a NUL character, so it is no text table.",
        "It may be a damaged file, or UTF-16 without its mark. Save it as CSV UTF-8.",
    ),
    "TABLE-16": Wording(
        "The header has {found}, so it is not clear which one separates the columns.",
        "Say it in the map, at this file: `separator: semicolon` (or comma, tab, bar).",
    ),
    "TABLE-17": Wording(
        "A quotation mark that opens in this row is not closed where its cell ends.",
        "Close it; a quotation mark within a quoted text is written twice.",
    ),
    "TABLE-18": Wording(
        "A cell has more than {limit} characters.", "Most likely a quotation mark before it was never closed. Close it."
    ),
    "TABLE-19": Wording(
        "The Excel file is damaged, protected by a password, or holds no sheet with cells.",
        "Open it, remove the password, save it as .xlsx and import that.",
    ),
    "TABLE-20": Wording(
        "The Excel file unpacks to {size} MB; at most {limit} MB are read.",
        "Check where it comes from. Save only the sheet you need, as .xlsx or CSV UTF-8.",
    ),
    "TABLE-21": Wording(
        "The workbook has no sheet “{sheet}”.", "Its sheets are: {sheets}. Correct `sheet` in the map."
    ),
    "TABLE-22": Wording(
        "The sheet reaches over {rows} rows and {columns} columns; at most {limit} cells are read.",
        "A single cell far out is enough: delete the rows and columns beyond the table, and save.",
    ),
    "TABLE-23": Wording(
        "The cell holds a formula that was never computed.", "Open the file in a spreadsheet and save it."
    ),
    "TABLE-24": Wording(
        "The cell is merged with others, so it is not clear to which rows its value belongs.",
        "Unmerge it and write the value into every row it holds for.",
    ),
    "MAP-01": Wording("“{key}” is not a key of {where}.", "{near}The keys are: {known}."),
    "MAP-02": Wording(
        "The key “{key}” is missing in {where}.", "Add it; docs/reference/mapping-file.md shows an example."
    ),
    "MAP-03": Wording("“{what}” does not hold what it should.", "Write {expected}."),
    "MAP-04": Wording("“{text}” is not understood as {what}.", "Write one of: {known}."),
    "MAP-05": Wording(
        "Nothing says which column of “{file}” names the participant.",
        "Add `participant: COLUMN` to the file, or at the top of the map for all files.",
    ),
    "MAP-06": Wording(
        "The pattern “{pattern}” cannot be used: {why}.",
        "Put the part that is the participant's code in one pair of brackets: '01-701-([0-9]+)'.",
    ),
    "MAP-07": Wording(
        "The column “{column}” is not clear: {why}.",
        "See “One cell, several answers” in docs/reference/mapping-file.md.",
    ),
    "MAP-08": Wording("“{name}” stands under both `items` and `ignore`.", "Take it out of one of them."),
    "MAP-09": Wording(
        "The map is for the study “{map}”, and this study is “{study}”.",
        "Use the map of this study, or correct `study`.",
    ),
    "MAP-10": Wording("The map names no files.", "Add them under `files`."),
    "MAP-11": Wording(
        "The file “{file}” is named twice, here and under “{other}”.",
        "Put both rules together, or name different sheets.",
    ),
    "MAP-12": Wording(
        "Nothing is taken from the file “{file}”.",
        "Add `columns`, `long`, or one of screen, enrol, complete, withdraw.",
    ),
    "MAP-13": Wording("The study has no visit “{visit}”.", "{near}Its visits are: {known}."),
    "MAP-14": Wording("The study has no form “{form}”.", "{near}Its forms are: {known}."),
    "MAP-15": Wording("The form “{form}” has no item “{item}”.", "{near}Its items are: {known}."),
    "MAP-16": Wording(
        "“{item}” is computed by the program, so it is not imported.", "Import what it is computed from: {of}."
    ),
    "MAP-17": Wording(
        "“{item}” is not recorded at visits, so it cannot be at “{visit}”.", "Take `visit` away from this target."
    ),
    "MAP-18": Wording(
        "“{item}” is recorded at visits, and nothing says at which one a row of “{file}” is.",
        "Add `visit` to the target or to the file: a visit of the study, or {{column: COLUMN}}.",
    ),
    "MAP-19": Wording(
        "“{item}” is in a repeating form, and nothing tells the rows of “{file}” apart.",
        "Add `repeat: COLUMN` with a number that stays the same in later exports, or `repeat: count`.",
    ),
    "MAP-20": Wording(
        "“{item}” is in a form that does not repeat.", "Take `repeat: count` away, or split the cell `into` items."
    ),
    "MAP-21": Wording("The code “{code}: {text}” stands for no answer: {why}", "Correct the right side of the code."),
    "MAP-22": Wording(
        "“{item}” is not recorded in “{unit}”.",
        "Its units are: {known}. Others are added in the study file, as `accepts`.",
    ),
    "MAP-23": Wording("“{unit}” is no unit.", "Write units as laboratories do: U/L, mg/dL, 10^9/L, kg, Cel, year."),
    "MAP-24": Wording(
        "The column “{column}” can never hold “{text}”, since it answers a choice.", "{near}The choices are: {known}."
    ),
    "IMPORT-01": Wording(
        "The import would change what is recorded in {count} places, and a change needs a reason.",
        "Look at the preview, then import again with --reason and why the values have changed.",
    ),
    "IMPORT-02": Wording(
        "Participant “{participant}” is not in the study, and no file of this import enrols them.",
        "Check the code for a slip of the pen; or import the file that enrols them at the same time.",
    ),
    "IMPORT-03": Wording(
        "The value “{value}” contradicts “{other}”, which row {row} of {file} gives for the same answer.",
        "Keep the right one of the two rows; if both are right, they belong to different visits or rows of a form.",
    ),
    "IMPORT-04": Wording(
        "Row {row} of {file} states the same of this participant already ({act}).",
        "Keep one of the two rows, or say in the map `where` which rows count.",
    ),
    "IMPORT-05": Wording(
        "This row and row {row} of {file} say of one participant that they completed the study and that they left it.",
        "Only one can be true: correct the file, or `where` and `unless` in the map.",
    ),
    "IMPORT-06": Wording("The file {file} has no column “{column}”.", "{near}Its columns are: {known}."),
    "IMPORT-07": Wording("The row names no participant.", "Fill the cell in, or delete the row."),
    "IMPORT-08": Wording(
        "“{text}” does not fit the pattern of participants, {pattern}.", "Correct the cell, or `pattern` in the map."
    ),
    "IMPORT-09": Wording("The row names no visit.", "Fill the cell in, or delete the row."),
    "IMPORT-10": Wording(
        "“{text}” is no visit of the study and no code of the map ({rows} rows).",
        "{near}Add it to the `codes` of `visit`, or to `unscheduled`.",
    ),
    "IMPORT-11": Wording("Nothing tells which row of the repeating form this is.", "Fill the cell in."),
    "IMPORT-12": Wording(
        "The cell shows “{text}”: its formula failed.",
        "Correct the formula; or add “{text}” to `blank` if it means no value.",
    ),
    "IMPORT-13": Wording(
        "“{text}” has {parts} parts between “{split}”, and the map expects {expected}.",
        "Write every part, with the sign for no value where there is none.",
    ),
    "IMPORT-14": Wording(
        "“{text}” is no name under `items` or `ignore` ({rows} rows).", "{near}Add it to one of them in the map."
    ),
    "IMPORT-15": Wording("The unit of “{item}” is blank, so “{text}” cannot be understood.", "Fill the unit in."),
    "IMPORT-16": Wording(
        "A blank cell leaves open whether this participant counts ({act}).",
        "Fill the cell in, or change the map's condition.",
    ),
    "IMPORT-17": Wording(
        "The row says “{act}” and gives no date.", "Fill the date in, or say in the map `where` which rows count."
    ),
    "IMPORT-18": Wording(
        "“{text}” has a point, and the map says that decimals have a comma here.",
        "Write it with a comma, or take `decimal: comma` away from the column.",
    ),
    "IMPORT-19": Wording("The map does not know this file.", "{near}The map's files are: {known}."),
    "IMPORT-20": Wording("Two files have this name; the other one is {other}.", "Import them one after the other."),
    "IMPORT-30": Wording(
        "No row of {file} has “{text}” in the column “{column}”.", "If some should, correct the condition in the map."
    ),
    "IMPORT-31": Wording(
        "Only the sheet “{sheet}” was read, not {others}.", "To read another one, add `sheet` in the map."
    ),
    "IMPORT-32": Wording(
        "These files of the map were not given: {files}.", "If they have changed, import them as well."
    ),
}

# ---- REPORT: sentences and figures of the report (report) -------------------------------------------------------
REPORT: dict[str, Wording] = {
    "REPORT-01": Wording(
        "A sentence of the report names the result “{id}”, which this run of the plan does not give.",
        "{near}The table of all results in report.html, and the column id of results.csv, hold every id. Write one of them "
        "between the braces, or take the braces away.",
    ),
    "REPORT-02": Wording(
        "A sentence of the report is meant for “{name}”, which is no part of the Results.",
        "{near}Name it for one of these: {places}.",
    ),
}

# ---- FOLDER: a study's folder on disk (folder) ------------------------------------------------------------------
FOLDER: dict[str, Wording] = {
    "FOLDER-01": Wording(
        "There is no such folder or study file.", "Name the folder of a study; “trialbook new” makes one."
    ),
    "FOLDER-02": Wording(
        "There is a study file here already.", "Choose another folder, or edit this file. Nothing was written."
    ),
    "FOLDER-03": Wording(
        "Nothing is recorded for this study yet: it has no ledger.",
        "Record something first, with “trialbook import” or “trialbook enter”.",
    ),
    "FOLDER-04": Wording(
        "This is not a ledger's head as “trialbook verify --save-head” writes it.", "Name the file that it wrote."
    ),
    "FOLDER-05": Wording(
        "The study file was changed since the study adopted it; what is recorded goes by the adopted one.",
        "Adopt the changed file with “trialbook adopt”, or undo the change.",
    ),
    "FOLDER-06": Wording(
        "There is no result called “{result}”.", "{near}The ids stand in results.csv and in the appendix of the report."
    ),
}

CATALOGUE: dict[str, Wording] = {**FOLDER, **FILE, **STUDY, **VALUE, **COND, **CAPTURE, **IMPORT, **REPORT}


def sentence(problem: Problem) -> str:
    """Write the sentence that says what is wrong."""
    return gettext(CATALOGUE[problem.code].sentence).format_map(problem.values)


def remedy(problem: Problem) -> str:
    """Write what to do about it."""
    return gettext(CATALOGUE[problem.code].remedy).format_map(problem.values)
