"""A study's folder, and files that cannot be read at all."""

from __future__ import annotations

from trialbook.wording.base import Wording

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
    "FOLDER-10": Wording(
        "This is the study file of another study, “{new}”; what is recorded here is of “{old}”, and goes by that one.",
        "Put the file of this study back, from a backup for instance, or name the folder of the other one.",
    ),
    "FOLDER-07": Wording("There is no {what} “{name}” in this study.", "{near}There are: {known}."),
    "FOLDER-08": Wording(
        "It is not said which treatment is meant: there is none called “{name}”.",
        "{near}Those with a dose are: {known}.",
    ),
    "FOLDER-09": Wording(
        "The study file plans no dose of any treatment.", "Give a treatment a “dose” in the study file, and adopt it."
    ),
    "FOLDER-06": Wording(
        "There is no result called “{result}”.", "{near}The ids stand in results.csv and in the appendix of the report."
    ),
}
"""A study's folder on disk (`folder`)."""

FILE: dict[str, Wording] = {
    "FILE-01": Wording("There is no such file.", "Check the name and the folder."),
    "FILE-02": Wording("This is a folder, not a file.", "Name the file in it."),
    "FILE-03": Wording("The file cannot be opened: {reason}.", "Check that you may read it, and the disk."),
    "FILE-04": Wording(
        "The file has {size}; this kind of file has at most {largest}.", "Check that it is the file that you mean."
    ),
    "FILE-05": Wording(
        "The file is empty, or holds only comments.", "Fill it in; of a study file `trialbook new` makes a beginning."
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
}
"""A file that cannot be read at all (`protocol.read`)."""
