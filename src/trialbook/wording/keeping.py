"""Backups, archives and restoring."""

from __future__ import annotations

from trialbook.wording.base import Wording

KEEP: dict[str, Wording] = {
    "KEEP-01": Wording(
        "This is no backup or archive that this program wrote, or it is damaged.",
        "Name the folder of one backup (2026-11-22T213000Z, say), or the zip file of an archive.",
    ),
    "KEEP-02": Wording(
        "A file of the backup is {what}: it is not as its manifest says.",
        "Nothing was restored. Take another backup, or another copy of this one.",
    ),
    "KEEP-03": Wording(
        "“{text}” does not say how many backups are kept.",
        "Write it as daily=7,weekly=4,monthly=12, with whole numbers.",
    ),
    "KEEP-04": Wording(
        "“{text}” does not say how often.", "Write a whole number of minutes, hours, days or weeks, as “24 hours”."
    ),
    "KEEP-05": Wording(
        "There is something in this place already, and nothing is overwritten.",
        "Name a place where there is nothing yet; a study is restored into an empty folder, too. Nothing was written.",
    ),
    "KEEP-06": Wording(
        "The copy does not reach as far as what was recorded before it was made.",
        "Nothing was kept of it. Look at the disk with `trialbook doctor`, verify the ledger, and try again.",
    ),
    "KEEP-07": Wording(
        "The backup could not be written: {reason}.",
        "Every earlier backup is still there. See that there is room, and that the place may be written.",
    ),
    "KEEP-08": Wording(
        "There is no list of identities to back up.", "Leave out where it should go, or name the right study."
    ),
    "KEEP-09": Wording(
        "The last backup failed on {at}: {problem}", "Mend that, then make one with `trialbook backup`."
    ),
    "KEEP-10": Wording(
        "There has been no backup since {at}.", "See why the site makes none; make one with `trialbook backup`."
    ),
    "KEEP-11": Wording(
        "No backup of this study was ever made by this program.",
        "Make one with `trialbook backup`, or let the site do so: `backup` in site.toml.",
    ),
    "KEEP-13": Wording(
        "No head of the ledger was written into {folder} for two days.",
        "See that there is room and that the place may be written; write one with `trialbook head`.",
    ),
    "KEEP-14": Wording(
        "The backup was made, restored and compared, but the log of backups could not be written: {reason}.",
        "Keep it: it is whole. See that there is room beside the ledger and that the log may be written.",
    ),
    "KEEP-15": Wording(
        "The database has accounts already, and nothing is overwritten.",
        "Name a database that was prepared and never served. Nothing was restored.",
    ),
    "KEEP-16": Wording(
        "The accounts could not be carried: {reason}.",
        "Nothing was kept of it. See that the database answers, with `trialbook doctor`, and try again.",
    ),
    "KEEP-17": Wording(
        "The list that ties codes to persons would go to the place of the study's backups.",
        "Name another place for it: a copy of both together tells who is who. Nothing was written.",
    ),
    "KEEP-18": Wording(
        "The backups in this place are of another study, or of the one that this was restored from (the newest: "
        "“{title}”, {at}).",
        "Nothing was written, and none of them was taken away. Name a place of its own, by --to or in site.toml.",
    ),
    "KEEP-19": Wording(
        "The study was backed up on {at}, restored and compared, but what comes after that failed: {problem}",
        "That backup is whole. Mend what failed, then run `trialbook backup` again.",
    ),
    "KEEP-20": Wording(
        "The log of backups cannot be read or written: {reason}.",
        "Let it belong to the user of the site; until then nothing tells whether backups come.",
    ),
    "KEEP-21": Wording(
        "The archive would lie within the folder of the study: the next one, and every backup, would hold it.",
        "Name a place outside of that folder. Nothing was written.",
    ),
    "KEEP-22": Wording(
        "TRIALBOOK_STORE leads to {told}, and `store` in site.toml to {written}.",
        "A study has one ledger: let both name the same database, or take one of them away. Nothing was recorded.",
    ),
    "KEEP-23": Wording(
        "The folder has a ledger of its own, {file}, and TRIALBOOK_STORE or site.toml names another: {store}.",
        "Nothing was recorded. If the folder was restored, or its ledger moved back into the file, unset "
        "TRIALBOOK_STORE and take `store` out of site.toml; if the database goes on, move the file out of the folder.",
    ),
    "KEEP-24": Wording(
        "The results of endpoints stay closed until the planned cut of the data: {cut}.",
        "Archive the study again after it. Who has to see them earlier looks by `trialbook report --reason TEXT`.",
    ),
    "KEEP-12": Wording("A head is not written to a file like this.", "Let its name end in .pdf, .txt or .json."),
    "KEEP-40": Wording(
        "A qualification is not written to a file like this.", "Let its name end in .pdf, .html or .json."
    ),
}
"""Keeping a study safe (`keeping`)."""
