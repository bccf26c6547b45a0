"""The head of a ledger on a sheet of paper, or in a mail: kept elsewhere, it shows later that nothing was changed."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from trialbook.capture.ledger import Head, utc
from trialbook.errors import LedgerError, Place, Problem
from trialbook.folder import Doors, StudyFolder, open_existing, write_head, write_whole

TEXT = """HEAD OF A LEDGER
{invented}
study    {title}
entries  {count}
hash     {first}
         {second}
last     {at} (UTC)
written  {made} (UTC)

Keep this sheet away from the machine of the study. Later
  trialbook verify STUDY --head FILE
shows that no entry up to number {count} was changed or taken away.
FILE is what the square holds, or {{"count": ..., "hash": "...", "at": "..."}} with the above.
"""
INVENTED = "\n*** INVENTED DATA ***\n"
INK = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}

SHEET = """
#let told = json(bytes(sys.inputs.data))
#set document(title: told.title)
#set page(paper: "a4", margin: 25mm)
#set text(font: told.fonts, size: 11pt)
#if told.invented [#align(center)[#text(fill: rgb("#a00000"), weight: "bold")[Invented data]]]
= Head of a ledger
#v(4mm)
#grid(columns: (30mm, 1fr), row-gutter: 4mm,
  [Study], [#told.title], [Entries], [#told.count], [Hash], [#raw(told.first) \\ #raw(told.second)],
  [Last entry], [#told.at (UTC)], [Written], [#told.made (UTC)])
#v(6mm)
#image(bytes(told.square), format: "svg", width: 60mm, alt: "The head as a QR code")
#v(4mm)
The square holds count, hash and time as JSON. Keep this sheet away from the machine of the study. Later
#raw("trialbook verify STUDY --head FILE", block: true)
shows that no entry up to number #told.count was changed or taken away; FILE is what the square holds.
#v(12mm)
#grid(columns: (1fr, 1fr), column-gutter: 15mm, row-gutter: 2mm,
  line(length: 100%), line(length: 100%), [Date], [Name and signature of who keeps this sheet])
"""


def head_text(head: Head) -> str:
    """Return what the square holds, which `verify --head` reads."""
    return json.dumps({"count": head.count, "hash": head.hash, "at": head.at})


def facts(where: StudyFolder, doors: Doors) -> tuple[Head, dict[str, str], bool]:
    """Return the head of a ledger, what a sheet says of it, and whether the data are invented."""
    with open_existing(where, doors) as book:
        head, identity = book.head(), book.study.identity
        title = book.study.say(identity.title) or identity.id
    told = {"title": title, "count": str(head.count), "first": head.hash[:32], "second": head.hash[32:], "at": head.at}
    return head, {**told, "made": utc(doors.now())}, identity.data == "invented"


def sheet_text(head: Head, told: Mapping[str, str], *, invented: bool) -> bytes:
    """Return a head as plain text with a square of letters."""
    words = TEXT.format(**told, invented=INVENTED if invented else "")
    return f"{words}\n{head_text(head)}\n\n{letters(head_text(head))}".encode()


def letters(text: str) -> str:
    """Draw a square as letters, dark where ink is; one line holds two of its rows."""
    import segno

    rows = [list(row) for row in segno.make(text, micro=False).matrix_iter(border=2)]
    rows += [[0] * len(rows[0])] * (len(rows) % 2)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "".join("".join(INK[bool(up), bool(low)] for up, low in zip(*pair, strict=True)) + "\n" for pair in pairs)


def sheet_pdf(head: Head, told: Mapping[str, str], *, invented: bool) -> bytes:
    """Return a head as a page to print."""
    import segno

    from trialbook.render.to_pdf import FONTS, to_pdf

    square = io.BytesIO()
    segno.make(head_text(head), micro=False).save(square, kind="svg", scale=4)
    data = {**told, "invented": invented, "square": square.getvalue().decode(), "fonts": FONTS}
    return to_pdf(SHEET, {"data": json.dumps(data, ensure_ascii=False)})


SHEETS: Mapping[str, Callable[..., bytes]] = MappingProxyType({".pdf": sheet_pdf, ".txt": sheet_text})
"""End of the file's name -> what writes it; `.json` is written for `verify --head`."""


def keep_head(where: StudyFolder, out: Path | None, doors: Doors) -> Head:
    """Write the head of a ledger to a file, in the form that its name says; LedgerError where there is no such form."""
    if out is not None and out.suffix not in {*SHEETS, ".json"}:
        raise LedgerError([Problem(code="KEEP-12", place=Place(file=str(out)))])
    head, told, invented = facts(where, doors)
    if out is not None and out.suffix == ".json":
        write_head(out, head)
    elif out is not None:
        write_whole(out, SHEETS[out.suffix](head, told, invented=invented))
    return head


def dated(folder: Path, now: datetime) -> Path:
    """Return the file of the sheet of a day."""
    return folder / f"head-{now:%Y-%m-%d}.pdf"
