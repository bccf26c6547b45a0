"""Dimensions of units, worked out without the library that converts.

CHECK-06: the units of a conversion are judged as the library judges them that converts.
"""

from __future__ import annotations

import pytest

from trialbook.protocol import units
from trialbook.protocol.check_units import dimensions

SPELLINGS = (
    *units.METRIC, *units.PLAIN, "mg/dL", "umol/L", "10^9/L", "U/L", "ukat/L", "/min", "beats/min", "mg/m2", "mmHg",
    "mL/min/1.73m2", "nkat", "kPa", "kg/m2", "IU/mL", "mmol/mol", "umol/mol", "mg/g", "mg/mmol", "nkat/mol",
)  # fmt: skip


@pytest.mark.parametrize("unit", SPELLINGS)
def test_dimensions_agree_with_the_library(unit: str) -> None:
    """CHECK-06: a unit has the dimensions of exactly those that it can be converted to."""
    for other in SPELLINGS:
        assert (dimensions(unit) == dimensions(other)) == units.same_dimension(unit, other)
