"""What can be wrong with a bare table that is to be analysed, and with results that are to be reconciled."""

from __future__ import annotations

from trialbook.wording.base import Wording

BARE: dict[str, Wording] = {
    "BARE-01": Wording("The file has no column “{column}”.", "{near}The columns are: {columns}."),
    "BARE-02": Wording(
        "The column “{column}” is named for two things at once.", "Give --id, --visit, --value and --by a column each."
    ),
    "BARE-03": Wording(
        "{participant} stands twice at visit {visit}{what}: here and in row {first}.",
        "Keep the row that counts. If each row is of another kind, name the column that tells them apart with --by.",
    ),
    "BARE-04": Wording(
        "“{text}” is no number.",
        "Write the number, or leave the cell empty. If it says that there is no value, add --missing and this text.",
    ),
    "BARE-05": Wording("This cell is empty, so it is not clear what the row is of.", "Fill it in, or delete the row."),
    "BARE-06": Wording("{count} more rows have the problem {code}.", "The first ones are named above."),
    "BARE-07": Wording("No row is of the visit “{visit}”, the baseline.", "{near}The visits are: {visits}."),
    "BARE-08": Wording("The column holds no number at all.", "Name the column of the values with --value."),
    "BARE-09": Wording(
        "{participant} has an empty baseline{what}, so no pair.",
        "Nothing has to be done, if it was not measured; else fill it in.",
    ),
    "BARE-10": Wording(
        "From here on something is not plain (a row with more or fewer cells, a text over several lines, bytes that "
        "are no letters), and with {size} MB the file is too large to be read with such care (at most {limit} MB).",
        "Correct the row, or export the table again without such texts.",
    ),
    "BARE-11": Wording("The results would be written over the file they come from.", "Give --csv another name."),
}
"""A bare long table (`trialbook analyse --data`)."""

RECONCILE: dict[str, Wording] = {
    "RECON-01": Wording(
        "“{text}” does not say what a column holds.",
        "Write the result id, =, and the column, as in 'change.{{PARAM}}.{{VISIT}}.mean=mean_change'.",
    ),
    "RECON-02": Wording(
        "The file has no column “{column}”.",
        "{near}The columns are: {columns}. The file of another program needs --map, which says what its columns hold.",
    ),
    "RECON-03": Wording("“{text}” is no number.", "Leave out of the map what holds words, or correct the cell."),
    "RECON-04": Wording(
        "The result “{id}” stands twice in this file.", "Put into the id of --map what tells the two rows apart."
    ),
    "RECON-05": Wording(
        "{count} more rows cannot be taken.", "Correct those above, and call it again to see the others."
    ),
}
"""Results laid beside each other (`trialbook reconcile`)."""
