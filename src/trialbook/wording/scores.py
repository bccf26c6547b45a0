"""What can be wrong with a file that is to be scored, and with what was asked of it."""

from __future__ import annotations

from trialbook.wording.base import Wording

SCORE: dict[str, Wording] = {
    "SCORE-01": Wording(
        "There is no instrument “{name}”.",
        "{did_you_mean}`trialbook instruments` lists the catalogue: {known}.",
    ),
    "SCORE-02": Wording(
        "“{column}” is no item of {instrument}.",
        "{did_you_mean}If it tells the rows apart, name it with --id; else take it out. The items are: {items}.",
    ),
    "SCORE-03": Wording(
        "The file lacks {count} columns that {instrument} asks for: {columns}.",
        "Add them, with these names in the first row; a cell without an answer is left empty.",
    ),
    "SCORE-04": Wording(
        "The file has no column “{column}”, which --id names.", "{did_you_mean}The columns are: {columns}."
    ),
    "SCORE-05": Wording("{instrument} has no parameter “{name}”.", "{did_you_mean}What can be set: {known}."),
    "SCORE-06": Wording("“{name}” cannot be set to “{text}”.", "It may be: {may_be}."),
    "SCORE-07": Wording(
        "“{text}” is a limit and not a number, and a score needs a number.",
        "Write the number that is to count, or leave the cell empty.",
    ),
    "SCORE-08": Wording(
        "{count} more cells cannot be taken.", "Correct those above, and score the file again to see the others."
    ),
    "SCORE-09": Wording(
        "The file has a header and no row below it.", "Export it again; a row is a form that was filled in."
    ),
    "SCORE-10": Wording("The scores would be written over the answers.", "Give --csv another name, or another folder."),
    "SCORE-11": Wording(
        "The column “{column}” cannot be carried through, since the scores have a column of that name.",
        "Give it another name in the file.",
    ),
}
"""The catalogue of instruments and the scoring of files (`trialbook instruments`, `trialbook score`)."""
