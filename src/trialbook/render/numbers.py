"""Write numbers for readers: rounded once, ties away from zero, from the shortest decimal that names the number.

Nothing here computes a statistic. `repr` of a float is the shortest decimal that reads back as the same float, so
2.25 is a tie as a reader expects it, whatever its binary digits are.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from math import isfinite

MINUS = "\u2212"
THIN = "\u202f"
"""Narrow space that does not break: between thousands, before the percent sign and units."""
ABSENT = "\u2013"
"""En dash, in place of a value that there is not."""
PLUS_MINUS = "\u00a0±\u00a0"
SMALLEST_P = Decimal("0.001")
P_DECIMALS = 3
STEADY = 13
"""Significant digits of a computed number that its way through binary fractions does not reach."""
WIDE = Context(prec=400)
"""Enough digits for any float at any number of decimals."""


def exact(value: float | Decimal) -> Decimal:
    """Return the decimal that `repr` names; ValueError for infinities and not-a-number."""
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not number.is_finite():
        raise ValueError(f"{value!r} cannot be shown as a number")
    return number


def rounded(value: float | Decimal, decimals: int) -> Decimal:
    """Round once to `decimals`, ties away from zero; a result of zero has no sign."""
    number = exact(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=WIDE)
    return abs(number) if number.is_zero() else number


def settled(value: float, decimals: int) -> float | Decimal:
    """Return a computed number without the noise of its last binary digits, so that a tie by hand is one here.

    A mean of 1.9875 may come out as 1.9874999999999998. Where so many digits are shown that none could be spared, the
    number stays as it is.
    """
    number = Decimal(format(value, f".{STEADY}g"))
    return number if number.adjusted() + 1 + decimals < STEADY else value


def show(value: float | Decimal, decimals: int) -> str:
    """Write a number with a fixed count of decimals, a true minus sign, and thousands apart from five digits on."""
    number = rounded(value, decimals)
    whole, point, rest = f"{abs(number):f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", THIN) if len(whole) > 4 else whole
    return (MINUS if number < 0 else "") + grouped + point + rest


def show_enough(value: float | Decimal, decimals: int) -> str:
    """Write the number of one participant: with up to two decimals more where rounding would take something away.

    6.36 is not written 6 where the question is whether it is 6 or less.
    """
    number = rounded(value, decimals + 2)
    return show(number, decimals) if number == rounded(value, decimals) else show_plain(number)


def show_signed(value: float | Decimal, decimals: int) -> str:
    """Write a change: with a plus sign where it is above zero after rounding."""
    return ("+" if rounded(value, decimals) > 0 else "") + show(value, decimals)


def show_plain(value: float | Decimal) -> str:
    """Write a recorded number with the decimals it has, and no more than it has."""
    number = exact(value)
    exponent = number.normalize().as_tuple().exponent
    return show(number, max(0, -exponent) if isinstance(exponent, int) else 0)


def show_p(value: float | Decimal, alpha: float | Decimal = Decimal("0.05")) -> str:
    """Write a probability: `0.043`, `<0.001`, `>0.999`; with further digits where rounding would put it onto `alpha`.

    Neither 0.000 nor, below one, 1.000 is ever written.
    """
    p, level = exact(value), exact(alpha)
    if not 0 <= p <= 1:
        raise ValueError(f"{value!r} is no probability")
    smallest = min(SMALLEST_P, level)
    if p < smallest:
        return "<" + show_plain(smallest)
    if p != 1 and rounded(p, P_DECIMALS) == 1:
        return ">0.999"
    return show(p, _p_decimals(p, level))


def with_sign(p: str) -> str:
    """Write `p = 0.043` or `p < 0.001` from what `show_p` wrote."""
    return f"p {p[0]} {p[1:]}" if p[0] in "<>" else f"p = {p}"


def show_percent(value: float | Decimal, decimals: int = 0) -> str:
    """Write a percentage with its sign: `69 %`."""
    return show(value, decimals) + THIN + "%"


def show_share(share: Decimal) -> str:
    """Write a planned share as a percentage with the decimals it has: `95 %`, `97.5 %`."""
    return show_plain(share * 100) + THIN + "%"


def significant(value: float, digits: int = 12) -> str:
    """Write a number for machines at `digits` significant digits, the same on every machine: `3.55555555556`."""
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(f"{value!r} cannot be shown as a number")
    text = format(float(value), f".{digits}g")
    return "0" if text == "-0" else text


def _p_decimals(p: Decimal, level: Decimal) -> int:
    digits = len(format(p, "f").partition(".")[2])
    for decimals in range(P_DECIMALS, digits):
        if rounded(p, decimals) not in {level, Decimal(0)}:
            return decimals
    return max(P_DECIMALS, digits)
