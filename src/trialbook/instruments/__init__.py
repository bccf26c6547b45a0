"""What is measured: published scales, found by the name that a study file uses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialbook.instruments.adas_cog import ADAS_COG_11
from trialbook.instruments.base import Instrument
from trialbook.instruments.haq_di import HAQ_DI
from trialbook.instruments.mmt_8 import MMT_8
from trialbook.instruments.rand_36 import RAND_36
from trialbook.instruments.sf_36_v1 import SF_36_V1

CATALOG: Mapping[str, Instrument] = MappingProxyType(
    {
        ADAS_COG_11.id: ADAS_COG_11,
        HAQ_DI.id: HAQ_DI,
        MMT_8.id: MMT_8,
        RAND_36.id: RAND_36,
        SF_36_V1.id: SF_36_V1,
    }
)
"""Name in the study file -> instrument."""
