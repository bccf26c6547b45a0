"""What is measured: published scales and rules of response, found by the name that a study file uses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialbook.instruments.adas_cog import ADAS_COG_11
from trialbook.instruments.base import Instrument
from trialbook.instruments.bohan_peter import BOHAN_PETER
from trialbook.instruments.egfr import EGFR
from trialbook.instruments.eular_acr_2017 import EULAR_ACR_2017
from trialbook.instruments.haq_di import HAQ_DI
from trialbook.instruments.imacs_doi import IMACS_DOI
from trialbook.instruments.infusion_reaction import INFUSION_REACTION
from trialbook.instruments.mmt_8 import MMT_8, MMT_8_BOTH
from trialbook.instruments.mmt_groups import MMT_GROUPS
from trialbook.instruments.mmt_total import MMT_TOTAL
from trialbook.instruments.rand_36 import RAND_36
from trialbook.instruments.response import Response
from trialbook.instruments.sf_36_v1 import SF_36_V1
from trialbook.instruments.total_improvement import TIS_2016
from trialbook.instruments.vas_10 import VAS_10

CATALOG: Mapping[str, Instrument] = MappingProxyType(
    {
        ADAS_COG_11.id: ADAS_COG_11,
        BOHAN_PETER.id: BOHAN_PETER,
        EGFR.id: EGFR,
        EULAR_ACR_2017.id: EULAR_ACR_2017,
        HAQ_DI.id: HAQ_DI,
        INFUSION_REACTION.id: INFUSION_REACTION,
        MMT_8.id: MMT_8,
        MMT_8_BOTH.id: MMT_8_BOTH,
        MMT_GROUPS.id: MMT_GROUPS,
        MMT_TOTAL.id: MMT_TOTAL,
        RAND_36.id: RAND_36,
        SF_36_V1.id: SF_36_V1,
        VAS_10.id: VAS_10,
    }
)
"""Name in the study file -> instrument: what a form may name."""

RESPONSES: Mapping[str, Response] = MappingProxyType({IMACS_DOI.id: IMACS_DOI, TIS_2016.id: TIS_2016})
"""Name -> rule of response: what compares two moments, and so is no form."""
