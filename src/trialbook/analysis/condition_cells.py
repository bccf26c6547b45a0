"""The answers behind a condition: what it names, at the visits at which it is judged."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from trialbook.errors import Problem
from trialbook.protocol.conditions import compile_condition, names_for

if TYPE_CHECKING:
    from trialbook.analysis.frames import Datasets
    from trialbook.protocol.model import Study


def answers_behind(datasets: Datasets, when: str, visits: Collection[str]) -> Iterator[tuple[str, str, int]]:
    """Yield participant, visit and entry of the answers that a condition names, there or in forms without visits."""
    import polars as pl

    condition = compile_condition(when, names_for(datasets.study, "responder"))
    names = () if isinstance(condition, Problem) else tuple(condition.names)
    cells = {cell for name in names for cell in _items(datasets.study, name)}
    rows = datasets.observations.filter(pl.col("visit").is_in([*visits, ""]))
    for code, visit, form, item, seq in rows.select("participant", "visit", "form", "item", "seq").iter_rows():
        if seq is not None and (form, item) in cells:
            yield code, visit, seq


def _items(study: Study, name: str) -> list[tuple[str, str]]:
    """Return the items behind a name of a condition: itself, or those of a derived number or a group."""
    form_id, _, rest = name.removeprefix("baseline.").removeprefix("previous.").partition(".")
    if form_id not in study.forms:
        return []
    form, item = study.forms[form_id], rest.removesuffix(".never")
    derived = form.derived.get(rest)
    return [(form_id, one) for one in (derived.of if derived else form.groups.get(rest, (item,)))]
