"""What can be wrong with an answer."""

from __future__ import annotations

from trialbook.wording.base import Wording

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
        "Check it against its source. Where it is wrong, correct it; where it is right, leave it.",
    ),
    "VALUE-32": Wording(
        "“{text}” has more decimals than the {decimals} with which “{item}” is measured.",
        "Check it against its source; it is kept as written.",
    ),
}
"""An answer that cannot be read as its item's type (`protocol.values`)."""
