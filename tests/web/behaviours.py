"""What a program for capturing trial data is asked for, and the tests that show it; writes the page of both.

The numbers are those of docs/reference/behaviours.md. A test shows a behaviour where its docstring names it (`EDC-19`),
or where it names a requirement of which the head of its file says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tests.citing import TESTS, files_naming, told

PAGE = TESTS.parent / "docs" / "reference" / "behaviours.md"
NUMBER = re.compile(r"\bEDC[- ](5\.2\.\d|\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Something that is asked for."""

    number: str
    part: str
    words: str
    reason: str = ""
    """Why no test shows it, or not all of it."""


ACCOUNTS, FORMS, ENTRY = "Accounts and access", "Forms and visits", "Entering"
QUESTIONNAIRES, FILES, QUALITY = "Questionnaires and consent", "Import and export", "Checks and queries"
SEALS, PLAN, STUDY = "Audit trail and seals", "Amendments and blinding", "Visits, doses and blind ratings"
NO_CONSENT = "Consent is given on paper; the site records its day, and the version where the study file asks for it."

OUT = (
    "Whose role sees results or data takes out report and data; other files hold what the role is shown. "
    "The ledger holds no identities that could be taken out."
)
AS_CSV = "As CSV with a codebook, which every other program reads; results as CSV and as JSON (CDISC ARS)."

BEHAVIOURS: tuple[Behaviour, ...] = tuple(
    Behaviour(number=number, part=part, words=words, reason=reason)
    for number, part, words, reason in (
        ("1", ACCOUNTS, "Wrong passwords shut an account for a time; it opens by itself; number and time are settings",
         ""),
        ("2", ACCOUNTS, "A session that nobody uses ends, and what was not saved is not stored in part", ""),
        ("3", ACCOUNTS, "Who is suspended does not get in, is listed as such, and their entries stay", ""),
        ("4", ACCOUNTS, "A second account with the same code is refused", ""),
        ("5", ACCOUNTS, "What a role may see and record of a form holds in menu, grid and direct address", ""),
        ("6", ACCOUNTS, "Taking data out is a right of its own", OUT),
        ("7", ACCOUNTS, "Access ends on its last day; who changed whose access is kept, old and new", ""),
        ("8", ACCOUNTS, "A person of one site is shown the participants of that site only", ""),
        ("9", ACCOUNTS, "A site with people or participants is not deleted", "Nothing is ever deleted."),
        ("10", FORMS, "A dictionary goes out, is changed and comes in; the codebook shows that change and no other",
         "The study file is the dictionary, and is edited as a file."),
        ("11", FORMS, "An item made by hand and one from a file are the same", "There is one way: the study file."),
        ("12", FORMS, "Conditions show the same items to staff and to participants", ""),
        ("13", FORMS, "Who would hide an item that holds an answer is asked before it goes", ""),
        ("14", FORMS, "What cannot be a date, a number or a choice is caught when it is typed", ""),
        ("15", FORMS, "A number out of its range is warned of, stored as it is, and raises a query", ""),
        ("16", FORMS, "Forms belong to visits, with days and windows; to change that is recorded",
         "Forms belong to visits for all arms alike."),
        ("17", FORMS, "In a running study only one right drops a visit, and knows what is lost",
         "Nothing is lost: entries stay, and are read by the plan of their day."),
        ("18", ENTRY, "Who may record is not thereby who may add participants; both are recorded", ""),
        ("19", ENTRY, "Leaving a form that is not saved offers to save, to leave or to stay; leaving leaves no trace",
         ""),
        ("20", ENTRY, "Participants by visits show how each form stands", ""),
        ("21", ENTRY, "A chosen answer can be taken back, and that is recorded", ""),
        ("22", ENTRY, "Clearing a form records every answer that goes", ""),
        ("23", ENTRY, "Renaming a participant keeps everything together", "A code is never renamed; that is tested."),
        ("24", QUESTIONNAIRES, "Answers of a participant are recorded as theirs, those of staff as of staff", ""),
        ("25", QUESTIONNAIRES, "Staff are told to leave a form alone that a participant is filling in", ""),
        ("26", QUESTIONNAIRES, "Begun and finished questionnaires are told apart", ""),
        ("27", QUESTIONNAIRES, "A questionnaire that is switched off kills its links and keeps its answers", ""),
        ("28", QUESTIONNAIRES, "Consent is not sent off before it is certified", "Does not apply. " + NO_CONSENT),
        ("29", QUESTIONNAIRES, "The signed copy of a consent does not change", "Does not apply. " + NO_CONSENT),
        ("30", FILES, "One bad value stops the whole import, all of them are listed, and nothing is written", ""),
        ("31", FILES, "Old and new stand side by side before an import", ""),
        ("32", FILES, "An empty cell takes no answer away", ""),
        ("33", FILES, "A row of a visit names the visit, a row of a repeating form its number", ""),
        ("34", FILES, "Nothing gets into what is locked", ""),
        ("35", FILES, "Where a reason is needed for a change, every changed answer has one", ""),
        ("36", FILES, "Data leave in the formats of other programs", AS_CSV),
        ("37", FILES, "Files without what identifies: identities, free text, dates", ""),
        ("38", QUALITY, "Built-in checks list what is blank, out of range, odd or hidden, with counts and a file", ""),
        ("39", QUALITY, "A rule of one's own is judged when a form is saved", "The checks of the study file; see 15."),
        ("40", QUALITY, "A finding is left out with a reason, and taken in again", ""),
        ("41", QUALITY, "A finding about what a role is not shown is neither told nor counted", ""),
        ("42", QUALITY, "The life of a query: raised, handed on, answered, closed; an answer compared with its source",
         ""),
        ("43", SEALS, "The audit trail has time, person, act, old and new; it is searched, and taken out", ""),
        ("44", SEALS, "Nobody changes the audit trail, and only a right shows it", ""),
        ("45", SEALS, "Signing asks for the password again, and the form shows who signed", ""),
        ("46", SEALS, "One page has the seals of every form, filters them and leads there", ""),
        ("47", PLAN, "Changes of forms wait apart until they are accepted",
         ""),
        ("48", PLAN, "What a change would put at risk is told before it is accepted",
         ""),
        ("49", PLAN, "Every accepted version is listed, and can be had",
         ""),
        ("50", PLAN, "Everything can be erased only before the study runs", "Does not apply: nothing can be erased."),
        ("51", PLAN, "Who is blind to the allocation sees a code alone",
         "Does not apply: there is no concealed allocation."),
        ("5.2.1", STUDY, "A late visit is stored as it happened, judged, and listed as a deviation", ""),
        ("5.2.2", STUDY, "The rating opens when the questionnaires of its visit are complete", ""),
        ("5.2.3", STUDY, "The assessor receives nothing of doses, events, or other visits, by any way", ""),
        ("5.2.4", STUDY, "A dose shows formula, inputs with their days, unrounded and rounded; a new weight is told",
         ""),
        ("5.2.5", STUDY, "A derived number is computed by the server and is never stale", ""),
        ("5.2.6", STUDY, "An amended window or range judges old data anew and changes none of them",
         ""),
        ("5.2.7", STUDY, "A restored copy has the same data and the same head of its chain", ""),
    )
)  # fmt: skip
NEEDED = frozenset(map(str, range(1, 52)))
"""All of them."""


def shown_by() -> Mapping[str, tuple[str, ...]]:
    """Return, for each number, the files of the tests that name it, below the folder of tests."""
    return files_naming(NUMBER)


def page() -> str:
    """Return the page of behaviours."""
    shown, lines = shown_by(), [HEAD]
    for part in dict.fromkeys(one.part for one in BEHAVIOURS):
        lines += [f"\n## {part}\n", "| | behaviour | shown by |", "|---|---|---|"]
        lines += [row(one, shown.get(one.number, ())) for one in BEHAVIOURS if one.part == part]
    return "\n".join(lines) + "\n"


def row(one: Behaviour, files: tuple[str, ...]) -> str:
    """Return the line of one behaviour."""
    return f"| {one.number} | {one.words} | {told(files, one.reason)} |"


HEAD = """# What is asked of the site, and which tests show it

Numbers 1 to 51 follow the feature tests of a public validation suite for programs that capture data
([redcap_rsvc](https://github.com/vanderbilt-redcap/redcap_rsvc)), in our own words; 5.2.1 to 5.2.7 are what no public
suite asks and a study like the shipped ones needs. A test names the behaviour that it shows:
`grep -rn "EDC-19" tests` finds it. Written by `PYTHONPATH=. python tests/web/behaviours.py`; a test fails where this
page is behind the tests, and where a behaviour has neither a test nor a
reason."""

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
