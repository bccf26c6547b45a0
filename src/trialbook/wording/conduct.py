"""What can stand in the way of what should happen next."""

from __future__ import annotations

from trialbook.wording.base import Wording

CONDUCT: dict[str, Wording] = {
    "RATE-01": Wording(
        "“{form}” cannot be opened yet: “{other}” comes first and is not complete.",
        "Answer what is missing in “{other}”, or mark it as missing; then “{form}” opens.",
    ),
    "RATE-02": Wording(
        "This form cannot be opened yet.",
        "Others have something to do first. Wait until you are called; if it takes long, ask the investigator.",
    ),
}
"""Ratings and what comes before them (`conduct`)."""

DOSE: dict[str, Wording] = {
    "DOSE-01": Wording(
        "“{treatment}” has no dose in the study file, so none can be planned.",
        "Ask for a treatment that the study gives. If this is one, write its `dose` under `treatments`, `{id}`.",
    ),
    "DOSE-02": Wording(
        "{participant} is not enrolled: the status is “{status}”.",
        "A dose is planned for who is enrolled. Check the participant; what was given is recorded all the same.",
    ),
    "DOSE-03": Wording(
        "{participant} was enrolled on {enrolled}, after {on}.", "Check the day of the dose, and that of the enrolment."
    ),
    "DOSE-04": Wording(
        "No informed consent is recorded for {participant}.",
        "Obtain the consent; then record its date as the answer to {item}.",
    ),
    "DOSE-05": Wording(
        "The informed consent is dated {consent}, which is not known to be on or before {on}.",
        "No dose comes before the consent. Check both dates.",
    ),
    "DOSE-06": Wording(
        "Inclusion criterion {criterion} is not met: {text}.",
        "Check the answers behind it. If they are right, the participant is not eligible: ask the investigator.",
    ),
    "DOSE-07": Wording(
        "Exclusion criterion {criterion} is met: {text}.",
        "Check the answers behind it. If they are right, the participant is not eligible: ask the investigator.",
    ),
    "DOSE-08": Wording(
        "It is not known whether criterion {criterion} is met: {text}. Missing: {missing}.",
        "Record the answers that are missing; unknown never counts as eligible.",
    ),
    "DOSE-09": Wording(
        "The consent of {participant} is not known to have been given by the day of enrolment, {enrolled}.",
        "Check both dates. Who consented after being enrolled was not eligible: ask the investigator.",
    ),
    "DOSE-10": Wording(
        "“{item}” has no answer on or before {on}, and the study file asks for it before a dose.",
        "Record the result. A missing-data code is no result.",
    ),
    "DOSE-11": Wording(
        "The dose is withheld, since {condition}.",
        "Do not give it. Ask the investigator; if an answer is wrong, correct it with a reason.",
    ),
    "DOSE-12": Wording(
        "It is not known whether the dose has to be withheld, which it is where {condition}.",
        "Record the answers that this needs, or correct those that it cannot work with.",
    ),
    "DOSE-13": Wording(
        "Somebody has to decide whether the dose is given, since {condition}.",
        "The investigator decides, and answers “{item}” with yes; any other answer is no leave to give it.",
    ),
    "DOSE-14": Wording(
        "It is not known whether somebody has to decide on the dose, as is asked where {condition}.",
        "Record the answers that this needs; or the investigator decides, and answers “{item}” with yes.",
    ),
    "DOSE-15": Wording(
        "A dose of {treatment} is recorded for {given}, on or after {on}.",
        "Two doses on one day, or one before another that was given, are not planned. Check the days.",
    ),
    "DOSE-16": Wording(
        "Dose {number} is not planned: the study file plans {most} of {treatment}, and {done} are recorded as given.",
        "Check the doses that are recorded. More than are planned would need an amendment.",
    ),
    "DOSE-17": Wording(
        "“{item}” is {value}, which no person has: {low} to {high} {unit} is possible.",
        "Check the number and its unit; correct it with a reason.",
    ),
    "DOSE-18": Wording(
        "There is no “{item}” on or before {on} to compute the dose from.",
        "Measure it and record it, with the date of its visit. A missing-data code is no answer.",
    ),
    "DOSE-19": Wording(
        "The latest “{item}” is {value}, which is no exact amount in {unit}.",
        "Record an exact number; an earlier one is not used in its place.",
    ),
    "DOSE-20": Wording(
        "The study file does not say which item holds the measurement in {unit} that the dose needs.",
        "Write `weight`, and for a dose per m2 `height`, beside the dose in the study file.",
    ),
    "DOSE-21": Wording(
        "A weight of {weight} kg and a height of {height} cm are not of one person.",
        "They may have been interchanged, or be in other units. Correct them with a reason.",
    ),
    "DOSE-22": Wording(
        "The study file does not name a formula of the body surface for {treatment} that this program has.",
        "Write one of them as its `body_surface`: {formulas}.",
    ),
    "DOSE-23": Wording(
        "A dose in {unit} cannot be computed.", "Write the amount of one dose: mg, mg/kg or mg/m2, or the like."
    ),
    "DOSE-24": Wording(
        "A dose of {dose} rounded to {step} is nothing.",
        "Check the weight and height, and `round_to` in the study file.",
    ),
    "DOSE-25": Wording(
        "{rows} of the form {form} have no full date, so it is not known how many doses were given.",
        "Complete the date, or clear what belongs to nobody; then ask again.",
    ),
    "DOSE-26": Wording("Dose {number} was given on {given}.", "Ask for the next one, which is dose {next}."),
    "DOSE-27": Wording(
        "{participant} withdrew from treatment on {ended}: no dose is planned for {on}.",
        "If the participant is treated again, or this was a mistake, take the end "
        "of treatment back, with a reason. What was given is recorded all the same.",
    ),
    "DOSE-28": Wording(
        "{participant} withdrew from treatment on a day that is not recorded.",
        "No further dose is planned. If the participant is treated again, or this was a mistake, take the end of "
        "treatment back, with a reason. What was given is recorded all the same.",
    ),
    "DOSE-29": Wording(
        "An event of {participant} is recorded as fatal: no dose is planned.",
        "Record the participant's end. If the event was not fatal, correct it, with a reason. What was given is "
        "recorded all the same.",
    ),
    "DOSE-31": Wording(
        "Dose {number} is planned for {planned}, {first} to {last}; {on} is {days} too late.",
        "It can be given; it will be told as a deviation.",
    ),
    "DOSE-32": Wording(
        "Dose {number} is planned for {planned}, {first} to {last}; {on} is {days} too early.",
        "It can be given; it will be told as a deviation.",
    ),
    "DOSE-33": Wording("The {item} is of {date}, {days} before the dose.", "Measure again where it may have changed."),
    "DOSE-34": Wording(
        "It is not recorded on which day the {item} was measured.", "Record the date of its visit, or measure again."
    ),
    "DOSE-35": Wording(
        "The {item} of {value} is outside of the range that the study file expects, {low} to {high}.",
        "Check it against its source.",
    ),
    "DOSE-36": Wording(
        "The {item} differs by {percent} % from the one before, {value}.", "Check both against their source."
    ),
    "DOSE-37": Wording(
        "A later answer to “{item}” has no date and was not used: {value}.", "Record the date of its visit."
    ),
    "DOSE-38": Wording(
        "Rounding changes the dose by {percent} %.", "Check `round_to` in the study file with the pharmacist."
    ),
    "DOSE-39": Wording(
        "Dose {number} is planned ahead: {done} of the {before} doses before it are recorded as given.",
        "Plan it again on its day, when these are recorded.",
    ),
    "DOSE-40": Wording(
        "A reaction at the dose of {given} is not ruled out; the infusion is planned as slow as a first one.",
        "Record whether there was one. The investigator decides whether the dose is given, and how fast.",
    ),
    "DOSE-41": Wording(
        "Which vials to open was not worked out: the sizes are too fine for the dose.",
        "Check `vials` in the study file; the pharmacist chooses them.",
    ),
    "DOSE-42": Wording(
        "How long the infusion runs was not worked out: rates in {rate} do not fit a dose in {unit}.",
        "Write the rates in {unit}/h in the study file.",
    ),
    "DOSE-43": Wording(
        "Exclusion criterion {criterion} is not asked of {participant}, and the answers would meet it: {text}.",
        "Check the answers behind it and those that say that it does not apply; one of them may be wrong.",
    ),
    "DOSE-44": Wording(
        "A weight of {weight} kg with a height of {height} cm is unusual: {index} kg/m2.",
        "Check both numbers and their units: pounds or inches, or one in the place of the other.",
    ),
    "DOSE-45": Wording(
        "The dose comes to {computed}, and the study file gives at most {cap}.",
        "Check weight and height; `cap` in the study file is the limit.",
    ),
    "DOSE-46": Wording(
        "The labelling of the drug names {lacking} before each dose of {treatment} too, and the protocol does not "
        "({source}).",
        "Be ready for a reaction, and keep the reserve drugs at hand. The protocol is followed as it is written.",
    ),
    "DOSE-47": Wording(
        "{participant} withdrew from treatment on {ended}, after {on}.",
        "No dose is planned from that day on. Check both days.",
    ),
    "DOSE-48": Wording(
        "A reaction is recorded at the dose of {given}; the infusion is planned as slow as a first one.",
        "The investigator decides whether the dose is given, and how fast.",
    ),
    "DOSE-50": Wording(
        "A pharmacist checks every dose before it is prepared, against the prescription and the measurements.",
        "This plan is arithmetic on what was recorded, and no prescription.",
    ),
}
"""Doses (`conduct.dosing`): 01 to 29 refuse a plan, from 31 on they stand beside one."""
