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
}
"""The site (`web`)."""
