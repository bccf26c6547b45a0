"""Baseline characteristics, Table 1: each named item in every analysis set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from trialbook.analysis.compare import NO_VALUE, summary_stats
from trialbook.analysis.course import Course, follow, left_out
from trialbook.analysis.derive import answers_of, derive_baseline
from trialbook.analysis.describe import describe
from trialbook.analysis.results import BASELINE, Result, Selector
from trialbook.analysis.rows import Heading, Stat
from trialbook.protocol.model import Derived, Item
from trialbook.protocol.values import SEPARATOR

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.analysis.sets import Members

NUMERIC = ("number", "vas")
SHOWN = ("n", "missing", "mean", "sd", "median", "min", "max")
ANY_TIME = "This form can be filled in at any time; there is no one answer at baseline."
YES_NO = ("yes", "no")

Known: TypeAlias = tuple[str | None, str, tuple[int, ...]]
"""Answer, why there is none (or empty), and its entries."""
NOTHING: Known = (None, "", ())


def table_one(datasets: Datasets, members: Members) -> Iterator[Result]:
    """Give the rows of every name of Table 1."""
    for source in datasets.study.report.table_1:
        item = datasets.study.item(source)
        for name in datasets.study.analysis.sets:
            who = members.of(name)
            if datasets.study.forms[source.partition(".")[0]].timing == "any time":
                yield from _heading(datasets, source, name).rows([Stat(name="n", value=None, error=ANY_TIME)])
            elif isinstance(item, Derived) or item.kind in NUMERIC:
                yield from _numbers(datasets, source, name, who)
            else:
                yield from _levels(datasets, source, item, name, who)


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


def _levels(datasets: Datasets, source: str, item: Item, name: str, who: Sequence[str]) -> Iterator[Result]:
    """Count the choices, of those with an answer; of a text or a date only who has one."""
    known = _known(datasets, source)
    given = {code: text for code in who if (text := known.get(code, NOTHING)[0]) is not None}
    flaws, n = left_out(known[code][1] for code in who if code in known), len(given)
    counts = {"n": n, "missing": len(who) - n}
    stats = [Stat(name=name, value=count, unit="participants") for name, count in counts.items()]
    yield from replace(_heading(datasets, source, name), warning=flaws).rows(stats)
    for level in levels(item):
        count = sum(level in chosen(item, text) for text in given.values())
        yield from _heading(datasets, source, name, level).rows(share(count, n, "percent of those with an answer"))


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


def levels(item: Item) -> tuple[str, ...]:
    """Return the answers that an item can have, none for a text or a date."""
    return YES_NO if item.kind == "yes_no" else tuple(item.choices)


def chosen(item: Item, text: str) -> Sequence[str]:
    """Return the choices in an answer."""
    return text.split(SEPARATOR) if item.several else (text,)


def answers_at_baseline(datasets: Datasets, source: str) -> Mapping[str, tuple[str, tuple[int, ...]]]:
    """Return participant -> canonical answer of an item that is no number, with its entries."""
    return {code: (text, seqs) for code, (text, _, seqs) in _known(datasets, source).items() if text is not None}


def _known(datasets: Datasets, source: str) -> Mapping[str, Known]:
    """Return participant -> what is known at baseline; of several records nothing, and why."""
    answers = answers_of(datasets, source)
    if datasets.study.forms[source.partition(".")[0]].timing == "visits":
        rows = derive_baseline(datasets, answers, source).select("participant", "base", "base_flaw", "base_seqs")
    else:
        rows = answers.select("participant", "value", "flaw", "seqs")
    return {code: (text, flaw, tuple(seq for seq in seqs if seq)) for code, text, flaw, seqs in rows.iter_rows()}
