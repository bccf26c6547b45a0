"""What stands in an archive for whoever opens it in twenty-five years, perhaps without this program."""

from __future__ import annotations

from collections.abc import Sequence

from trialbook.capture.ledger import Head

README = """{title}
{data}
This is the archive of a clinical study: its plan, everything that was recorded, and what came of it.
Written on {made} (UTC) by trialbook {program}.

WITH THE PROGRAM

  trialbook restore THIS-FILE.zip --to a-new-folder

makes a working study of it, and verifies it. Nobody has an account in it: the first run makes one.

WITHOUT THE PROGRAM

All files but ledger/ledger.db are plain text in UTF-8.

  study/study.yaml       the plan, as it stood in the folder at the end
  study/...              what the plan refers to
  versions/              every plan that was in force, in order; the ledger says from when
  ledger/entries.csv     all that was recorded, one row an entry, in order; the first line names the columns.
                         A text that begins like a formula of a spreadsheet has an apostrophe before it.
  ledger/entries.jsonl   the same, exact: one JSON object a line; a field without a value is left out
  ledger/ledger.db       the same, as an SQLite database
  ledger/how.txt         what the columns mean, and how to check that no entry was changed
  results/               the planned analysis: results.csv, results.json, and the report as a page for a browser
  software.json          the programs and versions that wrote this
  sign_ins.csv           who signed in and out, if the study was recorded by a site
  SHA256SUMS             checksums of all these files: `sha256sum -c SHA256SUMS`
  manifest.json          the same for the program, with the head of the ledger

The ledger has {count} entries. Its last one has the hash
  {hash}
and was written at {at}. A copy of these three, kept elsewhere at the time, shows that this is the same ledger.

Participants are named by their codes. The list that ties codes to persons is not in here; nor are passwords, keys and
the settings of the site.
{without}"""

INVENTED = """
*** INVENTED DATA. No person of this study is real. ***
"""

HOW = """The ledger is a list of entries, numbered from 1 by seq. Nothing is ever changed: a correction is a new entry.

  seq             number of the entry
  at              when it was written, in UTC, by the clock of the machine
  by, role        who did it, and by which role
  on_behalf_of    for whom: the participant whose paper form a nurse typed
  act             what was done: enter, correct, clear, sign, freeze, ... ; adopt puts a plan in force
  site, participant, visit, form, repeat, item
                  what it is about; an entry with an item says what the answer of that item is from then on
  person          another person whom it concerns: who was granted a role
  about           number of the earlier entry that it speaks of: the answer that a correction replaces
  text            the answer as it was typed, or the words of the act
  value, unit     the answer as it was understood, in this unit; or what the act needs: a role, a hash, a date
  missing         why there is no answer
  reason          why something recorded was changed
  source_file, source_hash, source_row, source_column
                  the file that it was imported from, its SHA-256, and where it stood in it
  mode            how the answer got in: touch, keyboard, paper, import
  request         the same for all entries of one act
  study           fingerprint of the plan in force
  program         version of the program that wrote the entry
  version         version of the format of entries
  salt            chance, so that erased words cannot be guessed; without it the words of the entry were erased
  content, previous, hash
                  what holds the chain together

The answer of an item is what its last entry says, unless that one has the act clear or was erased.

To check the chain, take each line of entries.jsonl as an object:
  1. Of reason, salt, source_file, text and value make an object of those that are there. Write it as JSON with sorted
     keys and no blanks, in UTF-8 (RFC 8785). Its SHA-256, in hexadecimal, is content. (Not so where words were erased.)
  2. Of all other fields but hash, content among them, do the same. The SHA-256 is hash.
  3. previous is the hash of the entry before; sixty-four zeros in the first.
"""


def readme(title: str, data: str, head: Head, *, made: str, program: str, without: Sequence[str]) -> str:
    """Write the file that explains an archive."""
    missing = "".join(f"\nThere are no results, or no report, in it: {one}\n" for one in without)
    return README.format(
        title=title,
        data=INVENTED if data == "invented" else "",
        made=made,
        program=program,
        count=head.count,
        hash=head.hash,
        at=head.at,
        without=missing,
    )
