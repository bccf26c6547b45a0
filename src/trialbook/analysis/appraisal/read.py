"""Read an appraisal file: a `Paper`, or every problem at once with line and column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from trialbook.analysis.appraisal import grammar
from trialbook.analysis.appraisal.check import check_paper
from trialbook.analysis.appraisal.model import (
    Change,
    Claim,
    Column,
    Grid,
    Lists,
    Moment,
    Paper,
    Share,
    Summary,
    Threshold,
    Total,
)
from trialbook.analysis.appraisal.printed import Printed
from trialbook.errors import Problem, TrialbookError
from trialbook.protocol.nodes import Unreadable, parse_nodes, read_text
from trialbook.protocol.reading import Notes, Raw
from trialbook.protocol.sections import read_section

ONCE = "printed"
"""Place of a figure for which the file names none."""


class AppraisalFileError(TrialbookError):
    """The appraisal file cannot be used."""

    exit_code = 2


def read_appraisal(path: Path) -> Paper:
    """Read an appraisal file; AppraisalFileError carries every problem found."""
    try:
        text = read_text(path)
    except Unreadable as stop:
        raise AppraisalFileError([stop.problem]) from None
    paper, problems = parse_appraisal(text, file=str(path))
    if paper is None:
        raise AppraisalFileError(problems)
    return paper


def parse_appraisal(text: str, *, file: str) -> tuple[Paper | None, tuple[Problem, ...]]:
    """Return the paper of a file's text, or None with what is wrong."""
    top, stops = parse_nodes(text, file=file)
    if top is None:
        return None, stops
    notes = Notes(file=file)
    raw = read_section(top, "file", (), notes, grammar.SECTIONS)
    paper = None if notes.problems else _paper(raw, notes)
    if paper is not None:
        check_paper(paper, notes)
    problems = sorted(notes.problems, key=lambda problem: (problem.place.line or 0, problem.place.column or 0))
    return (None, tuple(problems)) if problems else (paper, ())


def _paper(raw: Raw, notes: Notes) -> Paper:
    columns = {name: _column(name, part) for name, part in (raw["columns"] or {}).items()}
    return Paper(
        file=notes.file,
        title=raw["title"],
        source=raw["source"],
        licence=raw["licence"] or "",
        n=raw["n"],
        participants=raw["participants"] or tuple(str(number) for number in range(1, raw["n"] + 1)),
        divisor=None if raw["sd"] == "either" else raw["sd"],
        rounding=None if raw["rounding"] == "any" else raw["rounding"],
        alpha=raw["alpha"],
        primary=raw["primary"],
        columns=columns,
        lists={name: _lists(name, part) for name, part in (raw["lists"] or {}).items()},
        summaries={name: _summary(name, part, raw, columns) for name, part in (raw["summaries"] or {}).items()},
        changes={name: _change(name, part, raw) for name, part in (raw["changes"] or {}).items()},
        shares={name: _share(name, part) for name, part in (raw["shares"] or {}).items()},
        totals={name: _total(name, part) for name, part in (raw["totals"] or {}).items()},
        thresholds={name: _threshold(name, part) for name, part in (raw["thresholds"] or {}).items()},
        places=notes.places,
    )


def _column(name: str, raw: Raw) -> Column:
    return Column(
        id=name,
        label=raw["label"] or name,
        where=raw["where"] or "",
        values_are=raw["values_are"],
        values=raw["values"],
    )


def _lists(name: str, raw: Raw) -> Lists:
    return Lists(
        id=name,
        label=raw["label"] or name,
        where=raw["where"] or "the table",
        values=raw["values"],
        counted=raw["counted"] or {},
    )


def _summary(name: str, raw: Raw, file: Raw, columns: Mapping[str, Column]) -> Summary:
    label = raw["label"] or name
    column = columns.get(raw["column"] or "")
    n = raw["n"] or (len(column.values) if column else file["n"])
    return Summary(
        id=name,
        label=label,
        moment=_moment(raw, n, label),
        grids=_grids(raw),
        statements=raw["statements"] or (),
    )


def _change(name: str, raw: Raw, file: Raw) -> Change:
    label, n = raw["label"] or name, raw["n"] or file["n"]
    return Change(
        id=name,
        label=label,
        n=n,
        before=_moment(raw["before"], n, "before"),
        after=_moment(raw["after"], n, "after"),
        p=_by_place(raw["p"]),
        test=raw["test"] or file["test"],
        called=raw["called"],
        words=raw["words"] or raw["called"] or "",
        grids=_grids(raw),
        statements=raw["statements"] or (),
        claims=tuple(_claim(text, words) for text, words in (raw["claims"] or {}).items()),
    )


def _claim(text: str, words: str) -> Claim:
    claim = grammar.parse_claim(text)
    if claim is None:
        raise ValueError(f"{text!r} was read before")
    return replace(claim, words=words)


def _moment(raw: Raw | None, n: int, label: str) -> Moment:
    if raw is None:
        return Moment(label=label, n=n)
    return Moment(
        label=raw["label"] or label,
        n=n,
        mean=_by_place(raw["mean"]),
        sd=_by_place(raw["sd"]),
        column=raw["column"],
    )


def _by_place(raw: Printed | Mapping[str, Printed] | None) -> Mapping[str, Printed]:
    """Return figures by the place where they are printed."""
    if raw is None:
        return {}
    return {ONCE: raw} if isinstance(raw, Printed) else raw


def _grids(raw: Raw) -> tuple[Grid, ...]:
    if raw["scale"] is None:
        return ()
    low, high = (Fraction(end) for end in raw["scale"])
    return tuple(
        Grid(low=low, high=high, step=step, label=label)
        for text, label in (raw["grids"] or {}).items()
        if (step := grammar.parse_step(text)) is not None
    )


def _share(name: str, raw: Raw) -> Share:
    return Share(
        id=name,
        label=raw["label"] or name,
        count=raw["count"],
        of=raw["of"],
        percent=_by_place(raw["percent"]),
        words=raw["words"] or "",
        at_most=raw["at_most"],
    )


def _total(name: str, raw: Raw) -> Total:
    return Total(id=name, label=raw["label"] or name, of=raw["of"], parts=raw["parts"])


def _threshold(name: str, raw: Raw) -> Threshold:
    direction, percent = raw["by"]
    return Threshold(
        id=name,
        label=raw["label"] or name,
        before=raw["before"],
        after=raw["after"],
        direction=direction,
        percent=percent,
        named=raw["named"],
    )
