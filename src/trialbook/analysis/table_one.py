"""Baseline characteristics, Table 1: each named item in every analysis set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from trialbook.analysis.compare import NO_VALUE, summary_stats
from trialbook.analysis.course import Course, follow, left_out
from trialbook.analysis.derive import answers_of, derive_baseline
from trialbook.analysis.describe import describe
from trialbook.analysis.results import BASELINE, Result, Selector
from trialbook.analysis.rows import Heading, Stat
from trialbook.protocol.model import Derived, Form, Item
from trialbook.protocol.values import SEPARATOR

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.analysis.sets import Members

NUMERIC = ("number", "vas")
SHOWN = ("n", "missing", "mean", "sd", "median", "min", "max")
ANY_TIME = "This form can be filled in at any time; there is no one answer at baseline."
SEVERAL_ROWS = "This form has a row for each of several things; their numbers are not summarised by participant."
YES_NO = ("yes", "no")


class Told(NamedTuple):
    """One answer of a participant, with the entries behind it."""

    text: str
    """Canonical; several choices in one, joined."""
    seqs: tuple[int, ...]


class Known(NamedTuple):
    """What is known of a participant at baseline: one answer, or those of several rows; else why there is none."""

    told: tuple[Told, ...]
    flaw: str


NOTHING = Known((), "")


def table_one(datasets: Datasets, members: Members) -> Iterator[Result]:
    """Give the rows of every name of Table 1."""
    for source in datasets.study.report.table_1:
        refused = why_not(datasets, source)
        rows = _levels if is_counted(datasets, source) else _numbers
        for name in datasets.study.analysis.sets:
            if refused:
                yield from _heading(datasets, source, name).rows([Stat(name="n", value=None, error=refused)])
            else:
                yield from rows(datasets, source, name, members.of(name))


def why_not(datasets: Datasets, source: str) -> str:
    """Return why an item is not summarised; empty where it is."""
    form = datasets.study.forms[source.partition(".")[0]]
    if form.timing == "any time":
        return ANY_TIME
    return SEVERAL_ROWS if has_rows(form) and not is_counted(datasets, source) else ""


def has_rows(form: Form) -> bool:
    """Tell whether a form is one table a participant, of several rows."""
    return form.repeating and form.timing == "once"


def is_counted(datasets: Datasets, source: str) -> bool:
    """Tell whether answers are counted: choices, classes that are computed, and texts and dates as such."""
    item = datasets.study.item(source)
    return bool(item.levels) if isinstance(item, Derived) else item.kind not in NUMERIC


ANSWERED = "percent of those with an answer"


def _heading(datasets: Datasets, source: str, name: str, level: str = "") -> Heading:
    """Head the rows of one name; an item of the visits is taken at the baseline that the plan's rule chooses."""
    at_visits = datasets.study.forms[source.partition(".")[0]].timing == "visits"
    chosen = Selector(
        frame="observations", variable=source, visits=(BASELINE,) if at_visits else (), analysis_set=name,
        where=(("text", level),) if level else (),
    )  # fmt: skip
    method = "value at baseline" if at_visits else "value as recorded"
    return Heading(analysis="baseline", variable=source, level=level, analysis_set=name, source=chosen, method=method)


def _numbers(datasets: Datasets, source: str, name: str, who: Sequence[str]) -> Iterator[Result]:
    course = characteristic(datasets, source)
    points = course.at(_place(datasets, source), who)
    values = [point.value for point in points if point.value is not None]
    heading = replace(
        _heading(datasets, source, name), unit=course.unit, n=len(values), warning=left_out(p.flaw for p in points)
    )
    stats = summary_stats(describe(values, size=len(who)), course.decimals)
    yield from heading.rows(stat for stat in stats if stat.name in SHOWN)


def characteristic(datasets: Datasets, source: str) -> Course:
    """Follow an item or a derived number of Table 1."""
    item = datasets.study.item(source)
    decimals = item.decimals if item.decimals is not None else 1
    return follow(datasets, source, variable=source, unit=item.unit or "", decimals=decimals)


def _place(datasets: Datasets, source: str) -> str:
    """Return where the value stands: at the chosen baseline, or at no visit."""
    return BASELINE if datasets.study.forms[source.partition(".")[0]].timing == "visits" else ""


def _levels(datasets: Datasets, source: str, name: str, who: Sequence[str]) -> Iterator[Result]:
    """Count the choices, of those with an answer; of a text or a date only who has one.

    Of a table of several rows a participant has a choice where any row says it.
    """
    item, known = datasets.study.item(source), known_at_baseline(datasets, source)
    given = {code: told for code in who if (told := known.get(code, NOTHING).told)}
    flaws, n = left_out(known[code].flaw for code in who if code in known), len(given)
    counts = {"n": n, "missing": len(who) - n}
    stats = [Stat(name=name, value=count, unit="participants") for name, count in counts.items()]
    yield from replace(_heading(datasets, source, name), warning=flaws).rows(stats)
    for level in levels(item):
        count = sum(any(level in chosen(item, one.text) for one in told) for told in given.values())
        heading, (own, percent) = _heading(datasets, source, name, level), share(count, n, ANSWERED)
        yield heading.row(own)
        # a percentage leads to everybody who answered, whom it is a part of
        yield replace(heading, source=replace(heading.source, where=())).row(percent)


def share(count: int, n: int, method: str) -> tuple[Stat, Stat]:
    """Write a count of participants, and what part of `n` it is."""
    percent, error = (100 * count / n, "") if n else (None, NO_VALUE)
    return (
        Stat(name="n", value=count, n=n, unit="participants"),
        Stat(name="percent", value=percent, n=n, unit="percent", decimals=places(n), method=method, error=error),
    )


def places(n: int) -> int:
    """Return the decimals of a percentage: none below a hundred participants, where one more is not information."""
    return 0 if n < 100 else 1


def levels(item: Item | Derived) -> tuple[str, ...]:
    """Return the answers that an item can have, or the classes of a derived number; none for a text or a date."""
    if isinstance(item, Derived):
        return tuple(str(level) for level in item.levels)
    return YES_NO if item.kind == "yes_no" else tuple(item.choices)


def chosen(item: Item | Derived, text: str) -> Sequence[str]:
    """Return the choices in an answer."""
    return text.split(SEPARATOR) if isinstance(item, Item) and item.several else (text,)


def known_at_baseline(datasets: Datasets, source: str) -> Mapping[str, Known]:
    """Return participant -> what is known of an item that is counted; of several records nothing, and why."""
    if isinstance(datasets.study.item(source), Derived):
        return _classes(datasets, source)
    form = datasets.study.forms[source.partition(".")[0]]
    if has_rows(form):
        return _rows(datasets, source)
    answers = answers_of(datasets, source)
    if form.timing == "visits":
        rows = derive_baseline(datasets, answers, source).select("participant", "base", "base_flaw", "base_seqs")
    else:
        rows = answers.select("participant", "value", "flaw", "seqs")
    return {
        code: Known(() if text is None else (Told(text, tuple(seq for seq in seqs if seq)),), flaw)
        for code, text, flaw, seqs in rows.iter_rows()
    }


def _classes(datasets: Datasets, source: str) -> Mapping[str, Known]:
    """Return the classes that were computed, each as its code."""
    points = characteristic(datasets, source).visits.get(_place(datasets, source), {})
    return {
        code: Known(() if point.value is None else (Told(f"{point.value:g}", point.seqs),), point.flaw)
        for code, point in points.items()
    }


def _rows(datasets: Datasets, source: str) -> Mapping[str, Known]:
    """Return the answers of every row of a table."""
    import polars as pl

    form, _, item = source.partition(".")
    rows = datasets.observations.filter((pl.col("form") == form) & (pl.col("item") == item))
    found: dict[str, list[Told]] = {}
    for code, text, seq in rows.select("participant", "text", "seq").drop_nulls("text").iter_rows():
        found.setdefault(code, []).append(Told(text, (seq,) if seq else ()))
    return {code: Known(tuple(told), "") for code, told in found.items()}
