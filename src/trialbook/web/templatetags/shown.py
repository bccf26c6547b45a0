"""Numbers, units and problems in templates, written as the reports write them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django import template
from django.utils.translation import gettext, ngettext

from trialbook.conduct.deviations import KINDS
from trialbook.errors import Problem
from trialbook.protocol.unit_words import show_unit
from trialbook.render.numbers import MINUS, show, show_plain, significant
from trialbook.web import saying, veil
from trialbook.web.forms.words import zoned

register = template.Library()
MEASURED = Decimal("0.001")


@register.filter
def plain(value: float | Decimal | None) -> str:
    """Write a number with the decimals it has; nothing for none."""
    return "" if value is None else show_plain(value)


@register.filter
def measured(value: Decimal) -> str:
    """Write a measurement with three decimals at most: one that was converted has many more."""
    rounded = value.quantize(MEASURED)
    return show_plain(value if value == rounded else rounded)


@register.filter
def dose_deviation(kind: str) -> str:
    """Say what a kind of deviation of a dose is."""
    meaning = KINDS["dose"][kind]
    return gettext(meaning)


@register.filter
def veiled(number: int | None) -> str:
    """Write the number of an entry so that it tells nobody how much others record."""
    return veil.veiled(number or 0)


@register.filter
def places(value: Decimal | float, decimals: int) -> str:
    """Write a number to a count of decimals, and `minutes` of fractions too."""
    number = Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else value
    return show(number, decimals)


@register.filter
def constant(value: float) -> str:
    """Write a constant of a formula with seven significant digits at most."""
    return significant(value, 7)


@register.filter
def size(value: float) -> float:
    """Return a number without its sign."""
    return abs(value)


@register.filter
def signed_percent(value: Decimal) -> str:
    """Write a change in whole per cent with its sign."""
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return f"{sign}{show(abs(value), 0)} %"


@register.filter
def moment(value: datetime | None) -> str:
    """Write a moment to the minute, in the time zone that it carries, which is named."""
    return "" if value is None else zoned(value)


@register.filter
def unit(code: str | None) -> str:
    """Write a unit as a journal does."""
    return show_unit(code or "")


@register.filter
def sentence(problem: Problem) -> str:
    """Write what is wrong, in the language of the reader."""
    return saying.sentence(problem)


@register.filter
def remedy(problem: Problem) -> str:
    """Write what to do about it, in the language of the reader."""
    return saying.remedy(problem)


@register.filter
def listed(names: Iterable[object]) -> str:
    """Join names as the language of the reader does."""
    return saying.listed(names)


@register.filter
def clauses(parts: Iterable[object]) -> str:
    """Join what is said of one thing as the language of the reader does."""
    return saying.clauses(parts)


@register.filter
def days(count: int) -> str:
    """Write a number of days, without its sign."""
    return ngettext("%(count)d day", "%(count)d days", abs(count)) % {"count": abs(count)}
