"""Archive a study: one zip file from which a working study is restored, and that can be read without this program."""

from __future__ import annotations

import csv
import io
import json
import platform
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from trialbook import __version__
from trialbook.capture.book import Book
from trialbook.capture.copying import on_disk
from trialbook.capture.ledger import Entry, Head, utc
from trialbook.capture.moving import copy_ledger
from trialbook.capture.store import NAMES
from trialbook.capture.verify import verify_place
from trialbook.conduct.looks import assess_cut
from trialbook.errors import LedgerError, Place, Problem, TrialbookError
from trialbook.folder import LEDGER_FILE, Doors, StudyFolder, open_existing, write_whole
from trialbook.keeping.manifest import MANIFEST, STUDY, Manifest, hashes_in, manifest_text, study_files
from trialbook.keeping.readme import HOW, readme
from trialbook.keeping.restoring import ASIDE, ENTRIES, SIGN_INS, SITE_FILE, restore
from trialbook.outcome import write_report, write_results
from trialbook.protocol.phrases import write_cut
from trialbook.render.to_csv import cell
from trialbook.wording import sentence

MOMENT = (1980, 1, 1, 0, 0, 0)
"""Time of every file in the zip: it says nothing, and is the same each time."""

PRIVATE_KEY = b"PRIVATE KEY-----"
"""In every file in PEM that holds one, of whatever kind and name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """An archive that was written."""

    file: Path
    manifest: Manifest
    without: tuple[Problem, ...]
    """Why there are no results or no report in it."""
    left_out: tuple[str, ...]
    """Files of the study that are not in it, since they may hold secrets."""


def archive(where: StudyFolder, out: Path, doors: Doors, *, sign_ins: bytes | None = None) -> Archived:
    """Write all of a study into one zip file, and restore it, before it gets its name.

    LedgerError where there is a file already, the ledger is damaged, or the file would lie within the study, whose next
    archive would hold it. `sign_ins` is the log of sign-ins as CSV. Passwords, keys, identities and the settings of the
    site are never in an archive, nor are results before the planned cut of the data: that would be a look at them.
    """
    if out.resolve().is_relative_to(where.path.resolve()):
        raise LedgerError([Problem(code="KEEP-21", place=Place(file=str(out)))])
    if out.exists():
        raise LedgerError([Problem(code="KEEP-05", place=Place(file=str(out)))])
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    draft = out.absolute().with_name(f".{out.name}.{doors.new_id()}")
    packed, tried = draft.with_name(f"{draft.name}.zip"), draft.with_name(f"{draft.name}.tried")
    try:
        draft.mkdir(mode=0o700)
        manifest, without, left_out = fill(where, draft, doors, sign_ins)
        pack(draft, packed)
        restore(packed, tried, doors)
        packed.replace(out)
        on_disk(out)
    finally:
        for folder in (draft, tried):
            shutil.rmtree(folder, ignore_errors=True)
        packed.unlink(missing_ok=True)
    return Archived(file=out, manifest=manifest, without=without, left_out=left_out)


def fill(
    where: StudyFolder, draft: Path, doors: Doors, sign_ins: bytes | None
) -> tuple[Manifest, tuple[Problem, ...], tuple[str, ...]]:
    """Lay out the files of an archive in a folder.

    Return its manifest, why results or report are not in it, and the files of the study that are left out.
    """
    open_existing(where, doors).close()
    made, head = utc(doors.now()), write_ledger(where, draft)
    # of the copy, and of nothing else: an erasure that comes meanwhile lies past its end
    with open_existing(StudyFolder(draft / "ledger"), doors) as book:
        write_entries(draft, book.entries())
        identity, title = book.study.identity, book.study.say(book.study.identity.title)
        without = tuple(write_outcome(book, head, draft, doors))
    left_out = tuple(write_study(where, draft))
    if sign_ins is not None:
        write_whole(draft / SIGN_INS, sign_ins)
    write_whole(draft / "software.json", software())
    told = [sentence(one) for one in without]
    said = readme(title or identity.id, identity.data, head, made=made, program=__version__, without=told)
    write_whole(draft / "README.txt", said.encode())
    sums = "".join(f"{hashed}  {name}\n" for name, hashed in hashes_in(draft).items())
    write_whole(draft / "SHA256SUMS", sums.encode())
    manifest = Manifest(
        made=made,
        title=title or identity.id,
        data=identity.data,
        program=__version__,
        head=head,
        files=hashes_in(draft),
    )
    write_whole(draft / MANIFEST, manifest_text(manifest).encode())
    return manifest, without, left_out


def write_study(where: StudyFolder, draft: Path) -> Iterator[str]:
    """Copy the files of a study; yield the names of those that are left out, since they may hold secrets."""
    for file in study_files(where.path):
        name = file.relative_to(where.path)
        if is_secret(file):
            yield name.as_posix()
        else:
            write_whole(draft / STUDY / name, file.read_bytes())


def is_secret(file: Path) -> bool:
    """Tell whether a file holds a private key, or the settings of a site: in these a token may stand."""
    return file.name.casefold() in {SITE_FILE, ASIDE} or PRIVATE_KEY in file.read_bytes()


def write_ledger(where: StudyFolder, draft: Path) -> Head:
    """Copy the ledger and verify the copy; return its head. LedgerError where it is damaged."""
    copied = draft / "ledger" / LEDGER_FILE
    copied.parent.mkdir()
    copy_ledger(where.place, copied)
    found = verify_place(copied)
    if not found.ok:
        raise LedgerError(found.problems)
    return found.head


def write_entries(draft: Path, entries: Iterable[Entry]) -> None:
    """Write entries as lines of JSON and as CSV, each study file that one of them adopted, and what it all means."""
    lines, rows, adopted = [], [], []
    for entry in entries:
        row = [getattr(entry, name) for name in NAMES]
        told = {name: value for name, value in zip(NAMES, row, strict=True) if value is not None}
        lines.append(json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
        rows.append([cell(value) for value in row])
        if entry.act == "adopt" and entry.text is not None:
            adopted.append(entry)
    write_whole(draft / ENTRIES, "".join(f"{line}\n" for line in lines).encode())
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([NAMES, *rows])
    write_whole(draft / "ledger" / "entries.csv", stream.getvalue().encode())
    write_whole(draft / "ledger" / "how.txt", HOW.encode())
    for number, entry in enumerate(adopted, start=1):
        name = f"{number:03}-entry-{entry.seq}-{entry.study[:12]}.yaml"
        write_whole(draft / "versions" / name, (entry.text or "").encode())


def write_outcome(book: Book, head: Head, draft: Path, doors: Doors) -> Iterator[Problem]:
    """Carry out the plan on what is archived, and write results and report; yield why that cannot be done.

    Before the planned cut they stay closed. Who has to see them earlier looks by `report`, which is recorded.
    """
    if not assess_cut(book.study, book.casebooks(), book.study.local_day(doors.now())).is_open:
        cut = book.study.analysis.cut
        yield Problem(code="KEEP-24", values={"cut": "" if cut is None else write_cut(cut)})
        return
    results = draft / "results"
    try:
        write_results(book, results, as_of=head.count)
        write_report(book, results, now=doors.now(), as_of=head.count)
    except TrialbookError as error:
        yield from error.problems


def software() -> bytes:
    """Return what the study was kept with: the machine, Python, and every package with its version, as JSON."""
    packages = {one.name: one.version for one in distributions()}
    told = {
        "trialbook": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": dict(sorted(packages.items(), key=lambda one: one[0].casefold())),
    }
    return (json.dumps(told, indent=2) + "\n").encode()


def pack(folder: Path, out: Path) -> None:
    """Pack a folder into a zip file; the manifest and what explains the archive come first."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    names.sort(key=lambda name: name not in {"README.txt", MANIFEST})
    with zipfile.ZipFile(out, "x") as packed:
        for name in names:
            told = zipfile.ZipInfo(name, MOMENT)
            told.compress_type, told.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with (folder / name).open("rb") as inside, packed.open(told, "w", force_zip64=True) as outside:
                shutil.copyfileobj(inside, outside)
