"""The site: its settings, how it is started, and what `doctor` finds."""

from __future__ import annotations

from trialbook.wording.base import Wording

SERVE: dict[str, Wording] = {
    "SERVE-01": Wording("The settings of the site cannot be read: {reason}.", "Mend this line, or remove the file."),
    "SERVE-02": Wording("There is no setting “{name}”.", "{near}There are: {known}."),
    "SERVE-03": Wording("“{name}” cannot be {value}.", "Write {wanted}."),
    "SERVE-04": Wording(
        "{person} is no custodian of this study's ledger.",
        "Take the code of one who is: {custodians}; the roles of others are granted afterwards.",
    ),
    "SERVE-05": Wording(
        "At {host} other machines reach the site, and without TLS everybody on the network reads what they send.",
        "Add “--tls make” for a certificate of this machine's own, or name one with “--tls”.",
    ),
    "SERVE-06": Wording(
        "Port {port} of {host} is in use; perhaps the site runs already.",
        "Stop what uses it, or choose another with “--port”.",
    ),
    "SERVE-07": Wording("The site cannot listen at {host}, port {port}: {reason}.", "Choose another address or port."),
    "SERVE-08": Wording("The certificate or its key cannot be used: {reason}.", "Name the PEM files of both."),
    "SERVE-09": Wording(
        "The certificate was good until {until}.", "Renew it; one that “--tls make” made is renewed at a start."
    ),
    "SERVE-10": Wording(
        "The site did not come up at {address}.",
        "The lines above say why; “trialbook doctor” looks for the usual causes.",
    ),
    "SERVE-11": Wording("There is no account “{code}”.", "{near}There are: {known}."),
    "SERVE-12": Wording(
        "Other users of this machine can read or change {file} (its mode is {mode}).", "Run: chmod {wanted} {file}"
    ),
    "SERVE-13": Wording(
        "The study's folder is on a network drive ({kind}), where a database can be damaged without a sign.",
        "Move the folder to a disk of this machine.",
    ),
    "SERVE-14": Wording(
        "The study's folder is synchronised by {kind}, which copies a database in the middle of being written.",
        "Move the folder out of it; copy finished backups there instead.",
    ),
    "SERVE-15": Wording(
        "The clock of this machine says {now}, before the last entry of the ledger ({last}).",
        "Set the clock; entries bear its time.",
    ),
    "SERVE-16": Wording("The clock of this machine is not kept right by a time server.", "Turn on NTP, if you can."),
    "SERVE-17": Wording("The disk has {free} MB left.", "Make room: a full disk stops the study."),
    "SERVE-18": Wording("{message}", "This is Django's own check {id}; it should not fail: tell the programmers."),
    "SERVE-19": Wording("The accounts cannot be read: {reason}.", "Restore people.db from a backup."),
    "SERVE-20": Wording(
        "The accounts were kept by another version of the program.", "Start the site once: it brings them up to date."
    ),
    "SERVE-21": Wording(
        "{person} is custodian without a second factor.", "Have them add one, in the menu below their code."
    ),
    "SERVE-22": Wording(
        "The second factor of {person} cannot be opened with this site.key.",
        "Restore site.key from the backup that people.db came from, or take the second factor away under Accounts.",
    ),
    "SERVE-30": Wording(
        "The site runs at {address} and says that it cannot serve.",
        "Its log says “not ready” and what of: ledger, accounts or writer. Stop it and start it again.",
    ),
    "SERVE-31": Wording(
        "The database of {file} is reached over the network without TLS, as {role}.",
        "Add ?sslmode=verify-full&sslrootcert=FILE to the address: what is recorded and the password go over the wire.",
    ),
    "SERVE-32": Wording(
        "The pages of the database carry no sums: it would not notice that a disk changed one.",
        "Stop PostgreSQL, run `pg_checksums --enable`, and start it; `trialbook verify` tells in any case.",
    ),
    "SERVE-33": Wording(
        "The database of {file} is on another machine, and nothing proves that it is the right one.",
        "Let the address end in ?sslmode=verify-full&sslrootcert=FILE: less lets whoever is in between pass for it.",
    ),
    "SERVE-34": Wording(
        "The role {role} may add no entry to the ledger in {file}: nothing can be recorded.",
        "Let the owner of the database give the right back: `GRANT INSERT ON ledger.entry TO {role}`.",
    ),
    "SERVE-35": Wording(
        "Another process serves the study in {folder} already.",
        "Stop that first. Several processes at once serve a study that is kept in a PostgreSQL database.",
    ),
    "SERVE-40": Wording("No file was chosen.", "Choose the file with the answers, and send it again."),
    "SERVE-41": Wording(
        "That is more than the site takes at once: {limit} MB, or {files} files.",
        "Send it in parts, or import it in the terminal with “trialbook import”.",
    ),
    "SERVE-42": Wording("The name of this file does not do.", "It must end in one of {known}, and hold no slash."),
    "SERVE-43": Wording("Two files have this name.", "Rename one: answers are told apart by file and row."),
    "SERVE-44": Wording(
        "There is no column `participant`.", "Name the column with the codes so, or send a mapping file with it."
    ),
    "SERVE-45": Wording(
        "No column names an item of the study, as `enzymes.ck` does.",
        "Take the empty file of a form as a pattern, or send a mapping file with it.",
    ),
    "SERVE-46": Wording(
        "“{form}” belongs to visits, and there is no column `visit`.", "Add it, with the visit of each row."
    ),
    "SERVE-47": Wording(
        "“{form}” has several rows for a participant, and there is no column `row`.",
        "Add it, with the number of the row: 1, 2, 3.",
    ),
    "SERVE-48": Wording("The form “{form}” has no such item.", "Correct the name of the column, or leave it out."),
    "SERVE-49": Wording(
        "Your role may not import answers of “{form}”, or is not shown them yet.",
        "Leave the column out, or let somebody import it who records this form.",
    ),
    "SERVE-50": Wording(
        "Your role may not add participants or record how they left.",
        "Leave these columns out, or let somebody import them who enrols.",
    ),
    "SERVE-51": Wording(
        "{count} recorded answers would change, and it is not said why.",
        "Give one reason for all, or one beside each change.",
    ),
    "SERVE-52": Wording(
        "Something was recorded meanwhile, and the comparison is another one now.",
        "Nothing was imported. Look at the comparison below, and accept it if it is right.",
    ),
    "SERVE-60": Wording(
        "No study file arrived, or it is larger than {limit} kB.",
        "Choose the file again. A study file is a text of some dozens of kB.",
    ),
    "SERVE-61": Wording("The file is no text in UTF-8.", "Send the study file itself, not a Word or PDF file."),
    "SERVE-63": Wording(
        "This version was discarded.", "To take it up again, send the file again under Versions of the study."
    ),
    "SERVE-62": Wording(
        "{count} answers have no place in this version, and it was not ticked that you have seen them.",
        "Look at them first. They are kept and stay readable; tick the box to go on.",
    ),
    "SERVE-70": Wording(
        "No entry has the mark “{mark}”.",
        "Copy the mark whole from the history or the audit trail. Nothing is erased while one is not found.",
    ),
}
"""The site (`web`)."""
