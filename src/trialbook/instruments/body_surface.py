"""Body surface area from weight and height, by five published formulas.

They differ by a few per cent in the same person, so a study file names its formula. Weight in kg, height in cm,
surface in m2. None was made from very obese people or from people with an amputated limb.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, log10
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialbook.instruments.base import Column

GRAMS = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """`constant * weight ** (power + bend * log10(weight)) * height ** height_power`, weight in kg or g."""

    title: str
    citation: str
    constant: float
    weight_power: float
    height_power: float
    weight_bend: float = 0.0
    """Change of the weight's power with its logarithm: only Boyd's formula bends."""
    weight_factor: float = 1.0
    """What turns kg into the unit of weight of the formula."""


FORMULAS: Mapping[str, Formula] = MappingProxyType(
    {
        "du_bois": Formula(
            title="Du Bois and Du Bois",
            citation="Du Bois D, Du Bois EF. Arch Intern Med 1916;17:863-71",
            constant=0.007184,
            weight_power=0.425,
            height_power=0.725,
        ),
        "mosteller": Formula(
            title="Mosteller",
            citation="Mosteller RD. N Engl J Med 1987;317:1098",
            constant=1 / 60,
            weight_power=0.5,
            height_power=0.5,
        ),
        "haycock": Formula(
            title="Haycock",
            citation="Haycock GB, Schwartz GJ, Wisotsky DH. J Pediatr 1978;93:62-6",
            constant=0.024265,
            weight_power=0.5378,
            height_power=0.3964,
        ),
        "gehan_george": Formula(
            title="Gehan and George",
            citation="Gehan EA, George SL. Cancer Chemother Rep 1970;54:225-35",
            constant=0.0235,
            weight_power=0.51456,
            height_power=0.42246,
        ),
        "boyd": Formula(
            title="Boyd",
            citation="Boyd E. The growth of the surface area of the human body. Minneapolis 1935",
            constant=0.0003207,
            weight_power=0.7285,
            height_power=0.3,
            weight_bend=-0.0188,
            weight_factor=GRAMS,
        ),
    }
)
"""Formulas by the word of the study file. Mosteller's is the root of weight times height by 3600; Boyd's takes grams.

All five agree with `compute_bsa` of the R package admiral, Boyd's also with `calc_bsa` of clinPK.
"""


def body_surface(formula: str, *, weight: float, height: float) -> float:
    """Return the body surface in m2 of one person, by weight in kg and height in cm.

    ValueError where one of them is no number above 0; KeyError for a formula that is not in `FORMULAS`.
    """
    for name, value in (("weight", weight), ("height", height)):
        if not (isfinite(value) and value > 0):
            raise ValueError(f"a {name} is a number above 0, not {value!r}")
    one = FORMULAS[formula]
    mass = weight * one.weight_factor
    power = one.weight_power + one.weight_bend * log10(mass)
    return float(one.constant * mass**power * height**one.height_power)


def body_surfaces(formula: str, *, weight: Column, height: Column) -> Column:
    """Return a column of body surfaces in m2; not-a-number where weight (kg) or height (cm) is a gap.

    ValueError where any of them is 0, less, or infinite; KeyError for a formula that is not in `FORMULAS`.
    """
    import numpy as np

    weights, heights = (np.asarray(column, dtype=np.float64) for column in (weight, height))
    for name, column in (("weight", weights), ("height", heights)):
        if bool(np.any((column <= 0) | np.isinf(column))):
            raise ValueError(f"a {name} is a number above 0")
    one = FORMULAS[formula]
    mass = weights * one.weight_factor
    power = one.weight_power + one.weight_bend * np.log10(mass)
    surfaces: Column = one.constant * mass**power * heights**one.height_power
    return surfaces
