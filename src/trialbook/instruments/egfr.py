"""Estimated glomerular filtration rate of adults from serum creatinine, by the equation of CKD-EPI of 2021.

Inker LA, Eneanya ND, Coresh J, et al. New creatinine- and cystatin C-based equations to estimate GFR without race. N
Engl J Med 2021;385:1737-49. The equation of 2009 has other numbers and a term of race; its results are not comparable.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from trialbook.instruments.base import Column, Columns, Instrument, Score, recoded
from trialbook.instruments.chinese import said
from trialbook.instruments.parameters import stated
from trialbook.protocol.model import Derived, Item, Quantity

ADULT = 18
OLDEST = 120
LARGEST = 10_000
"""umol/L; no creatinine is higher."""
NO_OR_YES = {0.0: 0.0, 1.0: 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class EgfrParameters:
    """What has to be fixed to compute from creatinine in umol/L."""

    umol_per_mg_dl: float = stated(
        88.42,
        "Creatinine in umol/L that is 1 mg/dL",
        why="Laboratories and programs use 88.42 or 88.4; the results differ in the fourth digit.",
        choices=(88.42, 88.4),
    )


STANDARD = EgfrParameters()


def egfr(creatinine: Column, age: Column, female: Column) -> Column:
    """Return the rate in mL/min/1.73 m2 from creatinine in mg/dL, age in years, and 1 for women, 0 for men.

    Inker and others 2021, Table 2: 142 * min(S/k, 1)^a * max(S/k, 1)^-1.2 * 0.9938^age * 1.012 in women, with k 0.7
    and a -0.241 in women, 0.9 and -0.302 in men. Not-a-number for a gap, below 18 years, and for no measurement.
    """
    import numpy as np

    amount = np.asarray(creatinine, dtype=np.float64)
    years, sex = np.asarray(age, dtype=np.float64), recoded(female, NO_OR_YES)
    is_given = (amount > 0) & (amount <= LARGEST) & (years >= ADULT) & (years <= OLDEST)
    safe = np.where(is_given, amount, 1.0)
    ratio = safe / np.where(sex == 1, 0.7, 0.9)
    power = np.where(sex == 1, -0.241, -0.302)
    rate = 142 * np.minimum(ratio, 1.0) ** power * np.maximum(ratio, 1.0) ** -1.2
    rate *= 0.9938 ** np.where(is_given, years, ADULT) * np.where(sex == 1, 1.012, 1.0)
    found: Column = np.where(is_given & ~np.isnan(sex), rate, np.nan)
    return found


def score_egfr(columns: Columns, parameters: EgfrParameters = STANDARD) -> dict[str, Column]:
    """Return the rate of each row, from creatinine in umol/L."""
    return {"egfr": egfr(columns["creatinine"] / parameters.umol_per_mg_dl, columns["age"], columns["female"])}


def estimated_filtration(parameters: EgfrParameters) -> Instrument:
    """Make the calculator with parameters."""
    mass = Quantity(amount=round(Decimal(10_000) / Decimal(str(parameters.umol_per_mg_dl)), 6), unit="g/mol")
    return Instrument(
        id="egfr-ckd-epi-2021",
        title="Estimated glomerular filtration rate, CKD-EPI 2021, creatinine",
        version="2021, adults, without race",
        citation="Inker LA, Eneanya ND, Coresh J, et al. New creatinine- and cystatin C-based equations to estimate "
        "GFR without race. N Engl J Med 2021;385:1737-49.",
        licence="A published equation; the numbers are facts. Cite the publication.",
        items=(_creatinine(mass), _age(), Item(id="female", kind="yes_no", label=said("Woman"))),
        scores=(
            Score(
                derived=Derived(
                    id="egfr",
                    label=said("Estimated glomerular filtration rate"),
                    kind="instrument",
                    of=("creatinine", "age", "female"),
                    at_least=3,
                    unit="mL/min/1.73m2",
                    decimals=0,
                ),
                low=0,
                high=1000,
                better="neither",
                gaps="There is a rate only where creatinine, age and sex are known.",
            ),
        ),
        score=partial(score_egfr, parameters=parameters),
        rules=(
            "For adults in a steady state; creatinine by an assay traceable to isotope dilution mass spectrometry.",
            "Little muscle, as after long myositis, lowers creatinine: the rate then comes out too high.",
        ),
        parameters=parameters,
        with_parameters=estimated_filtration,
    )


def _creatinine(mass: Quantity) -> Item:
    return Item(
        id="creatinine",
        kind="number",
        label=said("Creatinine in serum"),
        unit="umol/L",
        accepts=("mg/dL",),
        molar_mass=mass,
        minimum=Decimal(1),
        maximum=Decimal(LARGEST),
        loinc="14682-9",
    )


def _age() -> Item:
    return Item(
        id="age",
        kind="number",
        label=said("Age"),
        unit="year",
        minimum=Decimal(ADULT),
        maximum=Decimal(OLDEST),
    )


EGFR = estimated_filtration(STANDARD)
