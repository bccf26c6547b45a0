"""Outliers: numbers far from the other numbers of the same item, by a rule that is told to the reader.

Tukey's outer fences (J. W. Tukey, Exploratory Data Analysis, 1977, section 2D): below Q1 - 3 (Q3 - Q1) or above
Q3 + 3 (Q3 - Q1), the quartiles by linear interpolation over all participants and visits that are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite
from statistics import quantiles

from trialbook.conduct.casebook import Casebook, Cell
from trialbook.protocol.model import Study
from trialbook.protocol.values import limit_of
from trialbook.web.monitoring.quality_checks import Found

FEWEST = 10
"""Numbers of an item below which nothing is called an outlier."""
FAR = 3.0
"""Quartile distances beyond a quartile."""

Number = tuple[str, Cell, int, float]
"""Participant, cell, entry and number."""


def outliers(study: Study, casebooks: Iterable[Casebook]) -> Iterator[Found]:
    """Yield the outliers of every item with enough numbers; answers such as `<0.2` are neither counted nor judged."""
    numbers: dict[tuple[str, str], list[Number]] = {}
    for casebook in casebooks:
        for number in _numbers(study, casebook):
            numbers.setdefault((number[1].form, number[1].item), []).append(number)
    for found in numbers.values():
        limits = fences([value for _, _, _, value in found])
        if limits is not None:
            low, high = limits
            yield from (
                Found(check="outlier", participant=participant, cell=cell, seq=seq, limits=limits)
                for participant, cell, seq, value in found
                if not low <= value <= high
            )


def fences(numbers: list[float]) -> tuple[float, float] | None:
    """Return the outer fences; None where there are too few numbers, or where half of them are the same."""
    if len(numbers) < FEWEST:
        return None
    first, _, third = quantiles(numbers, n=4, method="inclusive")
    distance = third - first
    return (first - FAR * distance, third + FAR * distance) if distance > 0 else None


def _numbers(study: Study, casebook: Casebook) -> Iterator[Number]:
    for cell, answer in casebook.answers.items():
        form = study.forms.get(cell.form)
        item = None if form is None else form.items.get(cell.item)
        if item is None or item.kind not in {"number", "vas"} or not answer.value or limit_of(answer.value):
            continue
        number = float(answer.value)
        if isfinite(number):
            yield casebook.participant, cell, answer.seq, number
