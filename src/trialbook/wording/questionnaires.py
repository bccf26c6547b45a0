"""Questionnaires: the site's own files of wording, and why a participant cannot answer a form here."""

from __future__ import annotations

from trialbook.wording.base import Wording

QUESTIONNAIRE: dict[str, Wording] = {
    "WORDS-01": Wording(
        "The name of this file does not say what it words.",
        "Call it INSTRUMENT.LANGUAGE.yaml or FORM.LANGUAGE.yaml, such as haq-di.en.yaml.",
    ),
    "WORDS-02": Wording(
        "Neither an instrument nor a form of this study is called “{name}”.", "{near}The study has: {known}."
    ),
    "WORDS-03": Wording("{where} has no key “{key}”.", "{near}It may have: {known}."),
    "WORDS-04": Wording("{what} is not {expected}.", "Write {expected} here."),
    "WORDS-05": Wording("{what} is empty.", "Fill it in from the form that you may use."),
    "WORDS-06": Wording(
        "The wording of {count} items is absent: {items}.", "Write the full text of each as the form prints it."
    ),
    "WORDS-07": Wording("“{item}” is no item of “{name}”.", "{near}Its items are: {known}."),
    "WORDS-08": Wording(
        "The answers to “{item}” do not match its codes: absent are {absent}, and unknown are {unknown}.",
        "Give a text for each of the codes {codes}, and for no other.",
    ),
    "WORDS-09": Wording("There is no list of answers called “{name}”.", "{near}The file has: {known}."),
    "WORDS-10": Wording(
        "The file does not say who permitted the use of “{name}”, and when.",
        "Fill in permission: granted_by and on. What the catalogue knows of the licence: {licence}",
    ),
    "WORDS-11": Wording("“{text}” is no day.", "Write it as 2026-03-14."),
    "WORDS-12": Wording(
        "The screen that begins with “{item}” cannot be shown: {why}.",
        "Let a screen hold items that follow each other in the form, each on one screen only.",
    ),
    "WORDS-13": Wording(
        "The line of “{item}” has no words at its ends.", "Write low and high: what the two ends of the line mean."
    ),
    "WORDS-14": Wording("The file says {key} {said}, and its name says {named}.", "Make the two the same."),
    "WORDS-15": Wording(
        "“{code}” is no missing-data code of this study.",
        "Use one of: {known}; or leave out the key declined, and an answer can be left open only.",
    ),
    "WORDS-20": Wording(
        "“{form}” is not answered by participants.", "Where they should, write participant among its roles (by)."
    ),
    "WORDS-21": Wording(
        "“{form}” has rows, or belongs to no visit: a participant cannot answer it by themselves.",
        "Record it with the participant in the ordinary form.",
    ),
    "WORDS-22": Wording(
        "The wording of “{form}” ({name}) in {language} is not loaded.",
        "Until the file {file} is in the folder wordings, let the participant fill in the licensed paper form, and "
        "type it from there.",
    ),
    "WORDS-23": Wording(
        "“{form}” has no words in {language} for: {items}.", "Write the file {file}, or add them to the study file."
    ),
    "WORDS-24": Wording(
        "Participants' own answers to “{form}” were switched off by {by} on {on}.",
        "Answers given before are kept. Whoever may record the form can switch it on again.",
    ),
    "WORDS-25": Wording(
        "The file {file} cannot be used as it is.", "Mend what is told of it on the page of the wordings."
    ),
}
"""Wording files (`web.wordings`)."""
