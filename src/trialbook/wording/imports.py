"""What can be wrong with a table, a mapping file, or an import."""

from __future__ import annotations

from trialbook.wording.base import Wording

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
    "IMPORT-33": Wording(
        "{count} answers that this file gave earlier are no longer in it; the first is {first}.",
        "They stay recorded, since blanks overwrite nothing. Where one of them was wrong, correct it with a reason.",
    ),
    "IMPORT-34": Wording(
        "With this file there are more than {most} cells to be read, which is more than one import takes.",
        "Import the files in parts. In the terminal “trialbook import” takes them with --large: a million cells take "
        "about 4 GB of memory and two minutes.",
    ),
    "IMPORT-32": Wording(
        "These files of the map were not given: {files}.", "If they have changed, import them as well."
    ),
}
"""Mapping files and imported tables: MAP, TABLE, IMPORT (`exchange`, `capture.imports`)."""
