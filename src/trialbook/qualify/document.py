"""The document of a qualification: requirement, risk, test, result, evidence; as JSON, as a page, or to print."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from trialbook.errors import LedgerError, Place, Problem
from trialbook.folder import write_whole
from trialbook.qualify.checks import SHIPPED
from trialbook.qualify.outcome import Outcome, Result

HEAD = (
    "What the installed program did when it was tried where it stands. It says what the program does, and not that "
    "anybody complies with a rule: that takes the whole of how a study is run."
)
DUTIES: Mapping[str, str] = MappingProxyType(
    {
        "R17": "The site makes its own copies, keeps them under nobody else's control, and restores one now and then.",
        "R30": "Whoever makes an account makes sure who the person is, and that a code stands for nobody else.",
        "R35": "People review who has access, regularly and when somebody leaves; the program reminds and lists it.",
    }
)
"""What no program can show alone."""
MORE_DUTIES = (
    "The site has written procedures: training, entering, monitoring, unblinding in an emergency, backup, downtime.",
    "The machine is kept up to date, closed to others, and its clock is set by a time server.",
    "This document is made anew after every change of the program, the machine or its place, and is read and signed.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that the document tells."""

    study: str
    title: str
    fingerprint: str
    is_invented: bool
    at: str
    by: str
    outcomes: Sequence[Outcome]
    environment: Mapping[str, str]
    software: Mapping[str, str]
    settings: Mapping[str, str]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Return the checks that failed."""
        return tuple(one for one in self.outcomes if one.result == "failed")


def matrix(record: Record) -> list[dict[str, Any]]:
    """Return every requirement with its tests of the release, and the checks that were carried out here."""
    rows: list[dict[str, Any]] = json.loads((SHIPPED / "requirements.json").read_text(encoding="utf-8"))
    for row in rows:
        number = row["number"]
        row["here"] = [f"{one.name}: {one.result}" for one in record.outcomes if number in one.requirements]
        row["duty"] = DUTIES.get(number, "")
    return rows


def told(record: Record) -> dict[str, Any]:
    """Return the document as plain values."""
    counts = Counter(one.result for one in record.outcomes)
    return {
        **asdict(record),
        "head": HEAD,
        "summary": ", ".join(f"{counts[result]} {result}" for result in get_args(Result)),
        "failed": [one.name for one in record.failed],
        "ok": not record.failed,
        "requirements": matrix(record),
        "duties": [*(f"{number}: {words}" for number, words in DUTIES.items()), *MORE_DUTIES],
    }


def as_json(record: Record) -> bytes:
    """Return the document for programs."""
    return (json.dumps(told(record), ensure_ascii=False, indent=1) + "\n").encode()


def as_html(record: Record) -> bytes:
    """Return the document as a page that needs nothing else."""
    from jinja2 import Environment, StrictUndefined

    text = (SHIPPED / "qualification.html").read_text(encoding="utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(text)
    return template.render(told(record)).encode()


def as_pdf(record: Record) -> bytes:
    """Return the document to print."""
    from trialbook.render.to_pdf import ACCESSIBLE, FONTS, to_pdf

    source = (SHIPPED / "qualification.typ").read_text(encoding="utf-8")
    data = json.dumps({**told(record), "fonts": FONTS}, ensure_ascii=False)
    return to_pdf(source, {"data": data}, standards=ACCESSIBLE)


FORMS: Mapping[str, Callable[[Record], bytes]] = MappingProxyType({".pdf": as_pdf, ".html": as_html, ".json": as_json})
"""End of the file's name -> what writes it."""


def writer(out: Path) -> Callable[[Record], None]:
    """Return what writes the document to a file in the form that its name says; LedgerError where there is no such."""
    if out.suffix not in FORMS:
        raise LedgerError([Problem(code="KEEP-40", place=Place(file=str(out)))])
    return partial(_write, out)


def _write(out: Path, record: Record) -> None:
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, FORMS[out.suffix](record))
