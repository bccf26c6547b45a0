"""Codes of laboratory tests (LOINC): their check digit, and of common ones what they measure.

LOINC is a registered trademark of Regenstrief Institute; codes are used under its free licence. A code belongs to a
test and a kind of quantity: creatinine by mass and by amount of substance have different ones, an enzyme in U/L and in
ukat/L the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

PATTERN = r"[0-9]{1,5}-[0-9]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a code measures."""

    name: str
    """Our own short name."""
    unit: str
    """A unit of the kind of quantity; empty for a finding that is no number."""


_CODES = {
    "U/L": {
        "2157-6": "Creatine kinase",
        "2532-0": "Lactate dehydrogenase",
        "14804-9": "Lactate dehydrogenase, lactate to pyruvate",
        "1920-8": "Aspartate aminotransferase",
        "1742-6": "Alanine aminotransferase",
        "6768-6": "Alkaline phosphatase",
        "2324-2": "Gamma-glutamyltransferase",
    },
    "g/L": {
        "2160-0": "Creatinine, mass",
        "1975-2": "Bilirubin, total, mass",
        "718-7": "Haemoglobin, mass",
        "1751-7": "Albumin, mass",
        "3094-0": "Urea nitrogen, mass",
    },
    "mol/L": {"14682-9": "Creatinine, amount of substance", "14631-6": "Bilirubin, total, amount of substance"},
    "10^9/L": {
        "6690-2": "White blood cells",
        "751-8": "Neutrophils, number",
        "731-0": "Lymphocytes, number",
        "777-3": "Platelets",
    },
    "%": {"4544-3": "Haematocrit", "736-9": "Lymphocytes, share of the white blood cells"},
    "mL/min/1.73m2": {"98979-8": "Glomerular filtration rate, CKD-EPI 2021"},
    "": {"13952-7": "Antibody to hepatitis B core antigen", "10900-9": "Antibody to hepatitis B surface antigen"},
}

CODES: Mapping[str, Code] = MappingProxyType(
    {code: Code(name=name, unit=unit) for unit, names in _CODES.items() for code, name in names.items()}
)
"""Codes that two sources or more give for the same thing. Any other code may be written too."""


def has_check_digit(code: str) -> bool:
    """Tell whether the digit behind the hyphen is the check digit of those before it, by the algorithm of Luhn."""
    body, _, check = code.partition("-")
    digits = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body))]
    return (-sum(digit - 9 if digit > 9 else digit for digit in digits)) % 10 == int(check)


def code_of(text: str) -> str | None:
    """Return a code as it is written; None where its check digit is wrong."""
    return text if has_check_digit(text) else None
