"""What is measured: published scales, found by the name that a study file uses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialbook.instruments.adas_cog import ADAS_COG_11
from trialbook.instruments.base import Instrument

CATALOG: Mapping[str, Instrument] = MappingProxyType({ADAS_COG_11.id: ADAS_COG_11})
"""Name in the study file -> instrument."""
