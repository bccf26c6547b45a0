"""What can be wrong with an act or the ledger."""

from __future__ import annotations

from trialbook.wording.base import Wording

CAPTURE: dict[str, Wording] = {
    "ACT-01": Wording(
        "{person} may not {doing}: none of their roles gives this right.",
        "Have a custodian of this ledger ({custodians}) grant them a role that does, or let somebody who has it do it.",
    ),
    "ACT-02": Wording(
        "“{act}” changes what is recorded, and no reason is given.",
        "Say in a few words why it changes; the reason is kept beside it.",
    ),
    "ACT-03": Wording(
        "No participant “{participant}” is in this study.",
        "{near}Check the code, or screen the participant first.",
    ),
    "ACT-04": Wording("The study has no form “{form}”.", "{near}Its forms are: {known}."),
    "ACT-05": Wording("The form “{form}” has no item “{item}”.", "{near}Its items are: {known}."),
    "ACT-06": Wording(
        "The study has no visit “{visit}”.",
        "{near}Planned are: {known}. A visit outside of the plan is called unscheduled-1, unscheduled-2 and so on.",
    ),
    "ACT-07": Wording(
        "“{old}” is recorded here; “{new}” would change it.",
        "If “{new}” is right, correct the answer and give a reason. The first answer stays in the history.",
    ),
    "ACT-08": Wording(
        "There is no answer to {item} that could be corrected.",
        "Enter the answer, or check participant, visit and row.",
    ),
    "ACT-09": Wording("The form “{form}” belongs to a visit, and none is named.", "Name the visit."),
    "ACT-10": Wording(
        "The form “{form}” belongs to no visit, and “{visit}” is named.",
        "Leave the visit out: this form is kept once for each participant, or row by row.",
    ),
    "ACT-11": Wording("The form “{form}” has rows, and none is named.", "Name the row, such as 1, 2, 3."),
    "ACT-12": Wording("The form “{form}” has no rows, and row “{repeat}” is named.", "Leave the row out."),
    "ACT-13": Wording(
        "{item} is computed, never entered.",
        "Enter what it is computed from: {of}.",
    ),
    "ACT-14": Wording(
        "The answer was changed while you looked at it: {by} recorded “{now}”; you gave “{text}”.",
        "Look at the answer again, and correct it with a reason if yours is right.",
    ),
    "ACT-15": Wording(
        "“{code}” cannot be the code of a {what}.",
        "Use 1 to 64 characters that can be seen and typed, without a blank at either end, and more than dots alone.",
    ),
    "ACT-16": Wording(
        "The code “{participant}” looks like “{like}”, who is in the study already.",
        "If this is the same person, use “{like}”. If not, give a code that nobody can mistake for it.",
    ),
    "ACT-17": Wording(
        "“{act}” cannot follow: the participant's status is “{status}”.",
        "A participant is screened, then enrolled, then completes or withdraws. Record the step that is missing first.",
    ),
    "ACT-18": Wording(
        "Recorded is: {old}. This would make it: {new}.",
        "If the new statement is right, give a reason. The old one stays in the history.",
    ),
    "ACT-19": Wording(
        "A text holds a character that no file can keep.",
        "Delete the invisible character; it often comes with a text that was copied from elsewhere.",
    ),
    "ACT-20": Wording("The study has no role “{role}”.", "{near}Its roles are: {known}."),
    "ACT-21": Wording(
        "{person} has the role “{other}”; together with “{role}” one of the two is no longer blind.",
        "Give the role to somebody else, or revoke “{other}” first. What was seen stays seen: think before you do.",
    ),
    "ACT-22": Wording("This ledger was opened before.", "Record into it as it is."),
    "ACT-23": Wording(
        "The study to adopt has no text of its own.",
        "Adopt a study that was read from a file; the ledger keeps the whole file.",
    ),
    "ACT-24": Wording(
        "{person} is the only custodian of the whole study; without one nobody could grant a role for it again.",
        "Grant the role of custodian to somebody else first, and not for one site alone.",
    ),
    "ACT-25": Wording(
        "The request id “{request}” was used for something else.",
        "Nothing was recorded now. Send it again with a new request id; if this happens twice, tell who runs the site.",
    ),
    "ACT-26": Wording("The note is empty.", "Write what ought to be known."),
    "ACT-27": Wording("An import cannot “{act}”.", "The rows of an import may: {known}."),
    "ACT-28": Wording(
        "“{participant}” is recorded as enrolled and is {verdict} by what is recorded: {why}.",
        "See why with `trialbook screening`. If an answer is missing or wrong, record it or correct it; "
        "to enrol somebody whom a criterion keeps out is a deviation from the protocol.",
    ),
    "ACT-29": Wording("“{mode}” is no way in which an answer gets in.", "Use one of: {known}."),
    "ACT-30": Wording(
        "“{item}” is not asked by the other answers of this form, and has the answer “{text}”.",
        "Check the answers on which it hangs. If they are right, leave it empty, or confirm that it is cleared; "
        "what stood there stays in the history.",
    ),
    "ACT-31": Wording("The query, or the answer to it, is empty.", "Write what is asked, or what is answered."),
    "ACT-32": Wording(
        "Nobody here is called “{to}”: it is no role of the study and nobody who holds one.",
        "{near}Roles and people are: {known}. Leave it out to ask whoever records the form.",
    ),
    "ACT-33": Wording(
        "Participant “{participant}” has no query {query}.",
        "Check the number; it is that of the entry by which the query was raised.",
    ),
    "ACT-34": Wording(
        "Query {query} is closed; {by} closed it.",
        "If the question stands, raise a new one and name this query in it.",
    ),
    "ACT-35": Wording(
        "The {what} is {state} since {at} UTC by {by}.",
        "What happened can be recorded all the same: ask {who} to {open} it with a reason; close it again afterwards.",
    ),
    "ACT-36": Wording("This form takes no answers any more.", "If something is wrong or missing, tell a custodian."),
    "ACT-37": Wording(
        "What is to be sealed does not fit its level, “{level}”.",
        "Name a participant and form, a participant and visit, a participant, or nothing for the study; "
        "the levels are: {known}.",
    ),
    "ACT-38": Wording(
        "It is not said what the signature means, or what was checked.",
        "Say it in a few words, such as “reviewed and complete” or “dose computed a second time”.",
    ),
    "ACT-39": Wording("There is no answer here to sign or to check.", "Check participant, visit, form and row."),
    "ACT-40": Wording(
        "What would be signed is not what was looked at: it was changed meanwhile, or is something else.",
        "Look at it again, and sign what stands now.",
    ),
    "ACT-41": Wording(
        "{person} recorded some of this, and cannot be the second person who checks it.",
        "Let somebody else check it independently.",
    ),
    "ACT-42": Wording(
        "The {what} has {count} queries that are not closed.",
        "Answer and close them first. To lock all the same, give a reason; it is kept beside the lock.",
    ),
    "ACT-43": Wording(
        "The {what} is not signed, or was changed since; {count} signatures are missing.",
        "Have it signed first. To lock all the same, give a reason; it is kept beside the lock.",
    ),
    "ACT-44": Wording(
        "The form “{form}” waits for no other form, so there is nothing to override.",
        "Open it as it is.",
    ),
    "ACT-45": Wording("“{kind}” is no kind of unblinding.", "It is one of: {known}."),
    "ACT-46": Wording("It is not said who learned what was hidden.", "Say who, and what they learned."),
    "ACT-60": Wording("The ledger has no entry {entry}.", "Look up the number in the history or the audit trail."),
    "ACT-61": Wording(
        "What entry {entry} says ({act}) cannot be erased: without it nobody could tell who may do what, by which "
        "plan, "
        "or what was signed.",
        "Erase the entries of the answer, the note or the query that names the person.",
    ),
    "ACT-62": Wording(
        "The reason for erasing entry {entry} repeats what is to be erased.",
        "Say why without the words themselves, such as: a name was typed into the comment.",
    ),
    "ACT-63": Wording(
        "“{participant}” is no code that this study makes, or one character of it is wrong.",
        "Take the code that is offered for a new participant, or compare it with where it is written.",
    ),
    "ACT-64": Wording(
        "{person} may not move a participant from site {old} to site {new}.",
        "Whoever does needs the right to do so, to enrol or to import, at both sites or everywhere; a custodian may.",
    ),
    "ACT-70": Wording("It is not said which tasks are delegated.", "Name them, in the words of the protocol."),
    "ACT-71": Wording("It is not said which delegation ended.", "Open the list of delegations, and end it there."),
    "ACT-72": Wording("It is not said in what they were trained.", "Name the topic."),
    "ACT-81": Wording(
        "“{written}” is no day on which something can have been approved.", "Write the day as 2026-11-01."
    ),
    "ACT-82": Wording(
        "No version of the study that was proposed or adopted begins with {version}.",
        "Propose the version first, or adopt it together with its approval.",
    ),
    "ACT-83": Wording(
        "This is the file of another study, “{new}”; here it is “{old}”.",
        "A later version keeps the `id` of its study. Check whether this is the right file.",
    ),
    "ACT-84": Wording(
        "No approval of this version is recorded for {where}, and the study file asks for it first.",
        "Record the day of the approval and who approved, or let the version take effect only where it is approved.",
    ),
    "ACT-87": Wording(
        "It is not said from what the participant withdraws: “{scope}” is nothing that can be withdrawn here.",
        "It is one of: {known}. To leave the study is the step withdraw.",
    ),
    "ACT-88": Wording(
        "Participant {participant} withdrew the consent to the use of data ({day}): what is recorded now goes into no "
        "data set.",
        "Record it only if the law asks for it. If the consent is given again, record that first.",
    ),
    "ACT-86": Wording(
        "Version {version} of the study does not wait: it was never proposed, or took effect already.",
        "Look at the list of versions; to go back behind one that took effect, adopt the earlier one again.",
    ),
    "ACT-85": Wording(
        "This concerns sites that work by different versions of the study: {sites}.",
        "Send it in parts, one for each site.",
    ),
    "IDENT-01": Wording(
        "The keys of the identities are gone: {file} is not there.",
        "Put the file back from the place where a copy is kept; without it nobody can read who the participants are.",
    ),
    "IDENT-02": Wording(
        "The keys of the identities are to be in {file}, beside what they protect.",
        "Name a file outside of the folder of the study, in a folder that is not copied with it: `identity_keys` in "
        "site.toml.",
    ),
    "IDENT-03": Wording(
        "{file} does not hold the keys of the identities.",
        "Name the right file as `identity_keys` in site.toml, or put it back from its copy.",
    ),
    "IDENT-04": Wording(
        "Who {participant} is cannot be read: the entry in {file} was changed, or its key is gone.",
        "Restore both files from copies of one day, or write the identity down again.",
    ),
    "IDENT-05": Wording(
        "{file} cannot be used ({detail}).", "Check that the site may read and write it, and the disk."
    ),
    "IDENT-06": Wording("{file} cannot be written ({detail}).", "Check that the site may write into its folder."),
    "IDENT-07": Wording(
        "The identity of {participant} was erased by entry {entry}, and is still kept.",
        "Erase it again, on the page “Erase”.",
    ),
    "IDENT-08": Wording(
        "Other users of this machine can read {file} (mode {mode}).",
        "Take their rights away: chmod 600.",
    ),
    "IDENT-09": Wording(
        "Identities are kept, and site.toml does not say where their keys are.",
        "Name the file: `identity_keys` in site.toml.",
    ),
    "ACT-65": Wording(
        "{participant} withdrew on {ended}, and a visit on {day} is recorded.",
        "It is kept, and listed as a deviation. Check both days; after a withdrawal of consent nothing new may be "
        "collected.",
    ),
    "LEDGER-01": Wording("{file} is not there.", "Check the folder, or begin the ledger with `trialbook import`."),
    "LEDGER-02": Wording("{file} is a folder, not a ledger.", "Name the file in it, usually ledger.db."),
    "LEDGER-03": Wording(
        "{file} is not a ledger, or its beginning is destroyed.",
        "If it should be one, restore the last backup and compare it with a head kept elsewhere.",
    ),
    "LEDGER-04": Wording(
        "{file} refuses to be opened, read or written ({detail}).",
        "Of a file, check that you may write it and its folder, and that the disk is not mounted read-only. Of a "
        "database, let its owner give the role of the address what it lacks; `trialbook doctor` tells.",
    ),
    "LEDGER-05": Wording("{file} belongs to another program.", "Name the ledger of the study, usually ledger.db."),
    "LEDGER-06": Wording(
        "{file} has schema {version}; this program knows schema {known}.",
        "If its number is higher, a newer trialbook wrote it: use that or a newer one. The ledger is unchanged.",
    ),
    "LEDGER-07": Wording(
        "{file} is not protected as it should be: {detail}.",
        "A PostgreSQL database is to be reached as the role that it was prepared for, not as its owner or a superuser. "
        "Otherwise somebody changed it outside of trialbook: run `trialbook verify`, find out who and why, and go on "
        "from the last backup that verifies.",
    ),
    "LEDGER-08": Wording(
        "{file}: the setting {setting} is {found}, and has to be {wanted}.",
        "Of a file: keep it on a disk of this machine, not on a network share, and use an SQLite of 3.37 or newer. Of "
        "a PostgreSQL database: let whoever runs it set {setting} so.",
    ),
    "LEDGER-09": Wording(
        "{file} is in use: another program is writing to it.",
        "Nothing was recorded. Wait a moment and do it again.",
    ),
    "LEDGER-10": Wording(
        "{file} cannot grow: the disk is full.",
        "Nothing was recorded. Make room on the disk and do it again.",
    ),
    "LEDGER-11": Wording(
        "{file} is damaged ({detail}).",
        "Do not write to it. Run `trialbook verify` to see how far, and restore the last backup that verifies.",
    ),
    "LEDGER-12": Wording(
        "{file}: writing to the disk failed, so it is not known whether this was recorded.",
        "Check the disk and its free space, open the ledger again and look. What is sent again is recorded once.",
    ),
    "LEDGER-13": Wording("{file} is there already.", "Open it, or choose another place for a new ledger."),
    "LEDGER-14": Wording(
        "{file} refused an entry ({detail}).",
        "Nothing was recorded. Run `trialbook verify`; if it finds nothing, this is a fault of the program: report it.",
    ),
    "LEDGER-15": Wording(
        "{file}: the database gave up ({detail}).",
        "Nothing was recorded. Run `trialbook verify`, and do it again.",
    ),
    "LEDGER-16": Wording(
        "{file} is empty: its making was interrupted, or it was emptied.",
        "If nothing was ever recorded, delete it and begin again; otherwise restore the last backup.",
    ),
    "LEDGER-17": Wording(
        "“{moment}” is no moment of this ledger.",
        "Write a day or a UTC time, 2026-03-14 or 2026-03-14T09:30, or the number of an entry that it has.",
    ),
    "LEDGER-18": Wording("At {moment} no study file was adopted yet.", "Choose a later moment."),
    "LEDGER-19": Wording(
        "“{address}” is neither a file nor the address of a PostgreSQL database.",
        "Name a file, such as ledger.db, or an address like postgresql://name@host/database.",
    ),
    "LEDGER-20": Wording(
        "Another program adopted a new version of the study file ({size} characters).",
        "Open the ledger again to go on with it.",
    ),
    "LEDGER-21": Wording(
        "{file} cannot be read now: the disk refused ({detail}).",
        "Nothing was recorded. Check the disk and its free space (reading needs a little of it, too), and do it again.",
    ),
    "LEDGER-22": Wording(
        "Answers to {item} are recorded in {unit}, which does not convert to {wanted}, its unit in the study file.",
        "Give the item its old unit back, add another item for the new one, and adopt that; nothing recorded is lost.",
    ),
    "LEDGER-23": Wording(
        "The program is closing and records nothing more.",
        "Nothing was recorded. Open the page again in a moment, and send it again.",
    ),
    "LEDGER-30": Wording(
        "Entry {entry} stands where entry {expected} should.",
        "Entries were removed or moved. Restore the last backup that verifies.",
    ),
    "LEDGER-31": Wording(
        "Entry {entry} does not follow from the one before it.",
        "One of the two was changed, or entries between them were removed. Compare with a backup.",
    ),
    "LEDGER-32": Wording(
        "Entry {entry} was changed after it was written: its hash does not fit.",
        "Compare the entry with a backup, and find out who could write to the file.",
    ),
    "LEDGER-33": Wording(
        "What entry {entry} says, its value or its words, was changed after it was written.",
        "Compare the entry with a backup, and find out who could write to the file.",
    ),
    "LEDGER-34": Wording(
        "The words of entry {entry} are gone, and no entry says that they were erased.",
        "Compare the entry with a backup, and find out who could write to the file.",
    ),
    "LEDGER-35": Wording(
        "The ledger was changed behind the back of this program: entries that it had read are gone.",
        "Close it, run `trialbook verify` with a head kept elsewhere, and restore a backup if that finds anything.",
    ),
    "LEDGER-36": Wording(
        "{file}: a page is damaged ({detail}).",
        "Do not write to it. Restore the last backup that verifies.",
    ),
    "LEDGER-37": Wording(
        "Entry {entry} does not speak of the answer that stood in its cell.",
        "It was not written by trialbook, or entries before it were changed. Compare with a backup.",
    ),
    "LEDGER-38": Wording(
        "The answer of entry {entry} is read in two ways: from all entries, and by the analysis.",
        "An index of the file is damaged, or the program has a fault. Restore a backup; if it stays, report it.",
    ),
    "LEDGER-39": Wording(
        "The ledger reaches entry {entries}; the head that was kept elsewhere knew {count} entries on {at}.",
        "Entries at its end were cut off, or this is an old copy. Find the newest one.",
    ),
    "LEDGER-40": Wording(
        "Entry {count} is not the one that the head kept elsewhere knew on {at}.",
        "The ledger was rewritten since then, or the head belongs to another ledger. Compare with a backup.",
    ),
    "LEDGER-41": Wording("Entry {entry} does not say when it was written.", "Compare the entry with a backup."),
    "LEDGER-51": Wording(
        "{file} cannot be reached ({detail}).",
        "Check that the database runs, its address, name and password, and do it again. Nothing was recorded.",
    ),
    "LEDGER-52": Wording(
        "{file} holds no ledger.",
        "Prepare the database once with `trialbook prepare-store`, as its owner.",
    ),
    "LEDGER-53": Wording(
        "The program lacks what it needs to speak with PostgreSQL.",
        "Install it with `pip install trialbook[postgresql]`.",
    ),
    "LEDGER-54": Wording(
        "{file} holds the study {study}; the folder is of the study {folder}.",
        "Name the database of this study in TRIALBOOK_STORE or in site.toml. Nothing was recorded.",
    ),
    "LEDGER-55": Wording(
        "{file} does not reach to the same entry as the ledger that it was copied from, number {count}.",
        "Something was recorded meanwhile, or the copy is not whole. Stop the site, empty the target, and do it again.",
    ),
    "LEDGER-56": Wording(
        "{file} was copied, but keeps its name: another program has it open, or {aside} is there already.",
        "Stop the site, and give {file} the name {aside} by hand before anything is recorded in the database.",
    ),
    "LEDGER-57": Wording(
        "There is no ledger to move: {what}.",
        "Move from the file in the folder to the address of a database, or from TRIALBOOK_STORE to a file.",
    ),
    "LEDGER-58": Wording(
        "{file} is open in another program, or {aside} is there already.",
        "Stop the site and whatever else uses the ledger, and do it again. Nothing was copied.",
    ),
    "LEDGER-59": Wording(
        "{file} was prepared for another writer than {writer}.",
        "Name the writer that it was prepared for, or prepare another database.",
    ),
    "LEDGER-60": Wording(
        "{file} does not prove that it is the database that is meant ({detail}).",
        "Nothing was sent. Ask who runs it for its certificate, name that in sslrootcert, and the host as it is there.",
    ),
    "LEDGER-61": Wording(
        "{file} was moved into a database, and no database is named here; what is left of it is {aside}.",
        "Name the database in TRIALBOOK_STORE, or as `store` in site.toml. Nothing was recorded, and no ledger begun.",
    ),
    "LEDGER-62": Wording(
        "{writer} could change entries in {file}: it owns the tables, is a superuser, or has a role that may.",
        "Make a role for trialbook that may nothing else (CREATE ROLE … LOGIN), and name that with --writer. Nothing "
        "was prepared.",
    ),
    "LEDGER-63": Wording(
        "{file} has no role {role}.",
        "Make it first, as a superuser: `CREATE ROLE {role} LOGIN`. Nothing was prepared.",
    ),
    "LEDGER-44": Wording(
        "Words were erased from {file}, and its free pages may still hold them.",
        "Stop what else reads the file, and open the study once, with `trialbook status` for instance; then verify "
        "again.",
    ),
    "LEDGER-42": Wording(
        "The clock of the machine ran back by {back} before entry {entry}.",
        "The order of the entries is right all the same. Set the clock, and note when that was done.",
    ),
}
"""Recording and verifying: ACT, LEDGER (`capture`)."""
