"""Units and their conversion.

Requirements:
UNIT-01: the units that laboratories and vital signs use are known by their usual spellings, others are not.
UNIT-02: conversion agrees with the sponsor's own in real data, to the digits printed there.
UNIT-03: conversion is exact decimal arithmetic to 12 significant digits and goes back where it came from.
UNIT-04: what measures different things is never converted; mass and amount of substance only by a molar mass.
UNIT-05: pint is not imported where no unit is converted.
UNIT-06: a share of substance (mmol/mol of HbA1c) is no percentage: it has a master equation of its own.
UNIT-07: the line of a conversion, slope and intercept, is not rounded to 12 digits.
UNIT-08: the worked examples of laboratory units come out, by their UCUM names.
UNIT-09: a UCUM spelling means what the usual one means; IU is taken for U only where a unit of enzymes is wanted.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.errors import Problem
from trialbook.protocol.model import Quantity
from trialbook.protocol.units import as_enzyme_unit, convert, is_unit, line_between, same_dimension
from trialbook.wording import remedy, sentence

REFEREE = Path(__file__).parents[1] / "referees" / "cdisc_units.csv"
ROUNDED_FACTOR = Decimal("0.001")
"""Relative difference that the sponsor's factors of three or four digits allow."""


def rows() -> list[dict[str, str]]:
    with REFEREE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def converted(amount: str, from_unit: str, to_unit: str, molar_mass: str | None = None) -> Decimal:
    mass = None if molar_mass is None else Quantity(amount=Decimal(molar_mass), unit="g/mol")
    found = convert(Decimal(amount), from_unit, to_unit, molar_mass=mass)
    assert isinstance(found, Decimal), sentence(found)
    return found


def refused(from_unit: str, to_unit: str) -> str:
    found = convert(Decimal(1), from_unit, to_unit)
    assert isinstance(found, Problem)
    assert sentence(found)
    assert remedy(found)
    return found.code


@pytest.mark.parametrize(
    "unit",
    [
        "U/L", "ukat/L", "nkat/L", "µkat/L", "μmol/L", "IU/L", "mIU/mL", "mg/dL", "g/L", "mmol/L", "10^9/L", "10*9/L",
        "10^3/uL", "/uL", "cells/uL", "Cel", "degF", "mmHg", "kPa", "/min", "beats/min", "lb", "kg", "in", "cm", "m2",
        "kg/m2", "mg/m2", "mg/kg", "mg/kg/day", "mm/h", "mL/min/1.73m2", "fL", "pg", "mEq/L", "mOsm/kg", "%", "year",
        "month", "week", "day", "h", "min", "s", "score", "count", "ratio", "mV", "g.m",
    ],
)  # fmt: skip
def test_usual_unit_is_known(unit: str) -> None:
    """UNIT-01."""
    assert is_unit(unit)
    assert same_dimension(unit, unit)


@pytest.mark.parametrize(
    "unit",
    [
        "",
        " ",
        "/",
        "//",
        "1",
        "2",
        "u/l",
        "foo",
        "mlb",
        "mmin",
        "U//L",
        "U/",
        "score/L",
        "degF/min",
        "Cel2",
        "m4",
        "%%",
    ],
)
def test_other_spelling_is_not_known(unit: str) -> None:
    """UNIT-01."""
    assert not is_unit(unit)
    assert not same_dimension(unit, unit)
    assert unit.strip() == "" or refused(unit, "kg") == "VALUE-22"


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['test']} {row['given']}")
def test_conversion_agrees_with_the_sponsors(row: dict[str, str]) -> None:
    """UNIT-02."""
    standard = Decimal(row["standard"])
    found = converted(row["given"], row["given_unit"], row["standard_unit"], row["molar_mass"] or None)
    if row["molar_mass"]:
        assert abs(found / standard - 1) < ROUNDED_FACTOR
    elif row["test"] in {"TEMP", "WEIGHT"}:
        assert round(found, 2) == round(standard, 2)
    else:
        assert abs(found - standard) < Decimal("1e-12")


def test_referee_is_not_empty() -> None:
    """UNIT-02."""
    assert len(rows()) >= 30


@pytest.mark.parametrize(
    ("amount", "from_unit", "to_unit", "expected"),
    [
        ("1", "ukat/L", "U/L", "60"), ("60", "U/L", "nkat/L", "1000"), ("1.9111", "ukat/L", "U/L", "114.666"),
        ("1", "IU/L", "mIU/mL", "1"), ("4.4", "g/dL", "g/L", "44"), ("5", "10^9/L", "10^3/uL", "5"),
        ("4.2", "10^9/L", "/uL", "4200"), ("450", "cells/uL", "10^9/L", "0.45"), ("37", "Cel", "degF", "98.6"),
        ("-40", "degF", "Cel", "-40"), ("150", "lb", "kg", "68.0388555"), ("69", "in", "cm", "175.26"),
        ("120", "mmHg", "kPa", "15.9986864898"), ("72", "beats/min", "/min", "72"), ("2", "year", "month", "24"),
        ("14", "day", "week", "2"), ("47", "%", "ratio", "0.47"), ("1", "year", "day", "365.25"),
        ("90", "mL/min/1.73m2", "L/h/1.73m2", "5.4"), ("12", "score", "score", "12"),
    ],
)  # fmt: skip
def test_known_conversion(amount: str, from_unit: str, to_unit: str, expected: str) -> None:
    """UNIT-03."""
    assert converted(amount, from_unit, to_unit) == Decimal(expected)


def test_molar_mass_leads_both_ways() -> None:
    """UNIT-04."""
    assert converted("180.16", "mg/dL", "mmol/L", "180.16") == 10
    assert converted("10", "mmol/L", "mg/dL", "180.16") == Decimal("180.16")


@pytest.mark.parametrize(
    ("from_unit", "to_unit", "code"),
    [
        ("kg", "cm", "VALUE-23"), ("IU/L", "U/L", "VALUE-23"), ("mEq/L", "mmol/L", "VALUE-23"),
        ("score", "count", "VALUE-23"), ("count", "ratio", "VALUE-23"), ("mmHg", "Cel", "VALUE-23"),
        ("mg/dL", "mmol/L", "VALUE-24"), ("mmol/L", "g/L", "VALUE-24"), ("mg", "foo", "VALUE-22"),
        ("mmol/mol", "%", "VALUE-23"), ("%", "mmol/mol", "VALUE-23"), ("mol/mol", "ratio", "VALUE-23"),
    ],
)  # fmt: skip
def test_unlike_units_are_refused(from_unit: str, to_unit: str, code: str) -> None:
    """UNIT-04, UNIT-06."""
    assert refused(from_unit, to_unit) == code
    assert not same_dimension(from_unit, to_unit)


LIKE = st.sampled_from(
    [
        ("ukat/L", "U/L"),
        ("lb", "kg"),
        ("mmHg", "kPa"),
        ("degF", "Cel"),
        ("in", "cm"),
        ("year", "week"),
        ("10^9/L", "/uL"),
    ]
)
AMOUNTS = st.decimals(min_value=Decimal("0.001"), max_value=Decimal(100_000), places=3)


@settings(deadline=None)
@given(units=LIKE, amount=AMOUNTS)
def test_conversion_goes_back(units: tuple[str, str], amount: Decimal) -> None:
    """UNIT-03."""
    there = convert(amount, *units)
    assert isinstance(there, Decimal)
    back = convert(there, units[1], units[0])
    assert isinstance(back, Decimal)
    assert len(there.normalize().as_tuple().digits) <= 12
    assert abs(back - amount) <= abs(amount) * Decimal("1e-9") + Decimal("1e-9")


def test_nothing_is_imported_for_equal_units() -> None:
    """UNIT-05."""
    script = (
        "import sys; from decimal import Decimal; from trialbook.protocol.units import convert, is_unit;"
        "convert(Decimal(1), 'U/L', 'U/L'); is_unit('mg/dL'); sys.exit('pint' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_shares_of_substance_are_like_each_other() -> None:
    """UNIT-06."""
    assert converted("1.5", "mmol/mol", "umol/mol") == 1500


def test_line_of_a_conversion_is_exact() -> None:
    """UNIT-07."""
    slope, intercept = line("U/L", "ukat/L")
    assert float(slope) == 1 / 60
    assert intercept == 0
    slope, intercept = line("degF", "Cel")
    assert float(slope) == 5 / 9
    assert abs(32 * slope + intercept) < Decimal("1e-22")
    assert line("kg", "kg") == (Decimal(1), Decimal(0))
    assert isinstance(line_between("kg", "cm"), Problem)
    assert isinstance(line_between("mg/dL", "mmol/L"), Problem)


CASE_FILE = Path(__file__).parents[1] / "instruments" / "cases" / "safety_cases.json"
CASES = {
    case["id"]: case for case in json.loads(CASE_FILE.read_text(encoding="utf-8")) if case["instrument"] == "UNITS"
}


@pytest.mark.parametrize(
    ("case", "given_as", "to_unit", "name", "molar_mass"),
    [
        ("UNITS-001", "U/L", "ukat/L", "ukat_L", None),
        ("UNITS-002", "ukat/L", "U/L", "U_L", None),
        ("UNITS-003", "mg/dL", "umol/L", "umol_L_88_42", "113.096584483"),
        ("UNITS-003", "mg/dL", "umol/L", "umol_L_88_4", "113.122171946"),
        ("UNITS-006", "g/dL", "g/L", "g_L", None),
        ("UNITS-006", "g/dL", "mmol/L", "mmol_L_monomer", "16114.5"),
        ("UNITS-007", "/mm3", "10*9/L", "10e9_L", None),
    ],
)
def test_worked_example(case: str, given_as: str, to_unit: str, name: str, molar_mass: str | None) -> None:
    """UNIT-08: the molar mass of creatinine is 10 000 by the factor that a laboratory uses."""
    (amount,) = CASES[case]["inputs"].values()
    found = converted(str(amount), given_as, to_unit, molar_mass)
    assert float(found) == pytest.approx(CASES[case]["expected"][name], abs=CASES[case]["tolerance"])


def test_worked_examples_are_all_there() -> None:
    """UNIT-08."""
    assert len(CASES) == 5


@pytest.mark.parametrize(
    ("ucum", "usual"),
    [
        ("mL/min/{1.73_m2}", "mL/min/1.73m2"), ("10*9/L", "10^9/L"), ("mm[Hg]", "mmHg"), ("[lb_av]", "lb"),
        ("[IU]/L", "IU/L"), ("m[iU]/mL", "mIU/mL"), ("[in_i]", "in"), ("[degF]", "degF"), ("10*3/uL", "10^3/uL"),
    ],
)  # fmt: skip
def test_ucum_spelling(ucum: str, usual: str) -> None:
    """UNIT-09."""
    assert is_unit(ucum)
    assert converted("7", ucum, usual) == 7


@pytest.mark.parametrize(
    ("unit", "own", "meant"),
    [
        ("IU/L", "U/L", "U/L"), ("[IU]/L", "ukat/L", "U/L"), ("mIU/L", "nkat/L", "mU/L"), ("IU/L", "g/L", "IU/L"),
        ("IU/mL", "IU/L", "IU/mL"), ("U/L", "ukat/L", "U/L"), ("foo", "U/L", "foo"), ("IU/L", None, "IU/L"),
    ],
)  # fmt: skip
def test_international_units_of_enzymes(unit: str, own: str | None, meant: str) -> None:
    """UNIT-09."""
    assert as_enzyme_unit(unit, own) == meant
    assert refused("IU/L", "U/L") == "VALUE-23"


def line(from_unit: str, to_unit: str) -> tuple[Decimal, Decimal]:
    found = line_between(from_unit, to_unit)
    assert not isinstance(found, Problem)
    return found
