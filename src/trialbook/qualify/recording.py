"""Checks of recording: the chain, an act and its trail, a process that is killed, flipped bits, backup and archive."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from trialbook.capture.acts import Act, correct, enter, grant, note, screen
from trialbook.capture.book import Book
from trialbook.capture.file import Store
from trialbook.capture.ledger import Entry, canonical, digest
from trialbook.capture.verify import verify_place
from trialbook.errors import ActRefused
from trialbook.folder import LEDGER_FILE, STUDY_FILE, Doors, StudyFolder, open_existing, read_kept, read_study
from trialbook.keeping.archive import archive
from trialbook.keeping.backup import take_backup
from trialbook.keeping.restoring import restore
from trialbook.qualify.outcome import CheckFailedError, NotApplicableError, Place, demand

SHIPPED_STUDY = Path(__file__).parents[1] / "studies" / "rituximab_polymyositis" / STUDY_FILE
CUSTODIAN, NURSE, INVESTIGATOR = "keeper", "nora", "ida"
SAVES, SYNCS = 25, 20


def make_study(folder: Path, doors: Doors) -> StudyFolder:
    """Make a study of the shipped plan with one participant; nobody in it is real."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / STUDY_FILE).write_bytes(SHIPPED_STUDY.read_bytes())
    plan = read_study(folder / STUDY_FILE)
    place = folder / LEDGER_FILE
    with Book.create(place, study=plan, by=CUSTODIAN, now=doors.now, new_id=doors.new_id, read=read_kept) as book:
        book.record(grant(NURSE, "nurse"), by=CUSTODIAN)
        book.record(grant(INVESTIGATOR, "investigator"), by=CUSTODIAN)
        book.record(screen("P1"), by=INVESTIGATOR)
    return StudyFolder(folder)


def check_chain(place: Place) -> str:
    """Compare bytes and hashes of shipped entries with those printed, and change each of them."""
    vectors = json.loads((place.shipped / "entries.json").read_text(encoding="utf-8"))["entries"]
    for number, vector in enumerate(vectors, 1):
        entry = Entry(**vector["entry"])
        demand(canonical(entry).decode() == vector["bytes"], f"Entry {number} has other bytes than the shipped ones.")
        demand(digest(canonical(entry)) == entry.hash, f"Entry {number} has another hash than the shipped one.")
        changed = replace(entry, by=f"{entry.by}x")
        demand(digest(canonical(changed)) != entry.hash, f"A change of entry {number} was not seen.")
    return f"{len(vectors)} entries have the shipped bytes and hashes; each change was seen."


def check_acts(place: Place) -> str:
    """Enter and correct a value, and read both back with who, when and why."""
    with open_existing(make_study(place.scratch / "study", place.doors), place.doors) as book:
        book.record(enter("P1", "body", "weight", "54.5", visit="baseline"), by=NURSE, request="once")
        again = book.record(enter("P1", "body", "weight", "54.5", visit="baseline"), by=NURSE, request="once")
        demand(again.repeated, "What was sent twice was not known again.")
        demand(_is_refused(book, reason=""), "A change without a reason was taken.")
        demand(_is_refused(book, reason="typed it", by="nobody"), "Somebody without a role changed a value.")
        book.record(_correction("misread"), by=NURSE)
        history = book.history(participant="P1", visit="baseline", form="body", item="weight")
        told = [(one.text, one.by, one.reason) for one in history]
        wanted = [("54.5", NURSE, None), ("55.5", NURSE, "misread")]
        demand(told == wanted, f"The history reads {told}.")
        demand(all(one.at.endswith("Z") for one in history), "A time is not in UTC.")
        found = book.verify()
        demand(found.ok, "The ledger does not verify after it.")
    return f"54.5 and 55.5 stand in the trail, by {NURSE}, with reason and UTC time; {found.entries} entries verify."


def _correction(reason: str) -> Act:
    return correct("P1", "body", "weight", "55.5", visit="baseline", reason=reason)


def _is_refused(book: Book, *, reason: str, by: str = NURSE) -> bool:
    try:
        book.record(_correction(reason), by=by)
    except ActRefused:
        return True
    return False


def saving_line(ledger: Path) -> list[str]:
    """Return the command of a process that saves until it is killed."""
    return [sys.executable, "-m", "trialbook.qualify.saving", str(ledger)]


def check_killed(place: Place) -> str:
    """Kill a process without warning while it saves, and look for every save that it was told of."""
    where = make_study(place.scratch / "study", place.doors)
    with subprocess.Popen(saving_line(where.ledger), stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this program
        out = process.stdout
        told = [] if out is None else [int(text) for _, text in zip(range(SAVES), out, strict=False)]
        process.kill()
        told += [] if out is None else [int(text) for text in out if text.endswith("\n")]
    demand(len(told) >= SAVES, "The process that saves did not come so far.")
    with open_existing(where, place.doors) as book:
        texts = {entry.text for entry in book.entries() if entry.act == "note"}
        found = book.verify()
    lost = [number for number in told if f"save {number}" not in texts]
    demand(not lost, f"{len(lost)} of {len(told)} acknowledged saves are lost, the first is number {lost[:1]}.")
    demand(found.ok, "The ledger does not verify after it.")
    return f"{len(told)} saves were acknowledged before the process was killed; all {len(told)} are there, and verify."


def check_sync(place: Place) -> str:
    """Read back how the database writes, and measure how long the disk takes to say that something is on it."""
    where = make_study(place.scratch / "study", place.doors)
    # the store refuses to open where journal and synchronisation do not read back as set
    Store.open(where.ledger).close()
    seconds = []
    with (place.scratch / "probe").open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fsync(file.fileno())
            seconds.append(time.perf_counter() - began)
    middle = 1000 * statistics.median(seconds)
    doubt = " So fast an answer may come from a cache: ask whoever runs the machine." if middle < 0.05 else ""
    return (
        f"The ledger reads back as write-ahead with full synchronisation. {SYNCS} synchronisations took {middle:.2f} ms"
        f" at the median.{doubt} Whether a disk tells the truth can be shown by no program on it."
    )


def check_rot(place: Place) -> str:
    """Turn one bit of a stored answer over in a copy, and verify the copy."""
    where = make_study(place.scratch / "study", place.doors)
    with open_existing(where, place.doors) as book:
        book.record(note("a sentence that is damaged"), by=NURSE)
    demand(verify_place(where.ledger).ok, "The copy does not verify before it is damaged.")
    content = bytearray(where.ledger.read_bytes())
    at = content.find(b"a sentence that is damaged")
    demand(at >= 0, "The answer does not stand in the file of the ledger.")
    content[at] ^= 1
    where.ledger.write_bytes(content)
    found = verify_place(where.ledger)
    demand(not found.ok, "A flipped bit was not found.")
    return f"One flipped bit was reported: {', '.join(sorted({one.code for one in found.problems}))}."


def check_kept(place: Place) -> str:
    """Back a study up, restore it, archive it, restore that, and compare the heads."""
    where = make_study(place.scratch / "study", place.doors)
    with open_existing(where, place.doors) as book:
        head = book.head()
    run = take_backup(where, place.doors, to=place.scratch / "backups")
    folders = [folder for folder in (place.scratch / "backups").iterdir() if folder.is_dir()]
    first = restore(folders[0], place.scratch / "first", place.doors)
    archive(StudyFolder(first.folder), place.scratch / "all.zip", place.doors)
    second = restore(place.scratch / "all.zip", place.scratch / "second", place.doors)
    demand(run.count == head.count, "The backup has another number of entries.")
    demand(first.head.hash == second.head.hash == head.hash, "A restored ledger has another head.")
    with open_existing(StudyFolder(second.folder), place.doors) as book:
        book.record(note("the restored study goes on"), by=NURSE)
        demand(book.verify().ok, "The restored study does not verify.")
    return f"Backup and archive give back {head.count} entries with the head {head.hash[:16]}, and work goes on."


def check_own_ledger(place: Place) -> str:
    """Verify the study's own ledger as it stands, reading only."""
    if not place.where.has_ledger:
        raise NotApplicableError("The study has no ledger yet.")
    found = verify_place(place.where.place)
    wrong = [one.code for one in found.problems if one.level != "warning"]
    if not found.ok:
        raise CheckFailedError(f"The study's own ledger is not whole: {', '.join(wrong)}. Run trialbook verify.")
    return f"{found.entries} entries verify; head {found.head.hash}."
