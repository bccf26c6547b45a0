"""The core set of measures of myositis: three global assessments, function, strength, and a muscle enzyme.

Rider LG, Giannini EH, Brunner HI, et al. International consensus on preliminary definitions of improvement in adult
and juvenile myositis. Arthritis Rheum 2004;50:2281-90. Every rule of response of this disease is made of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from trialbook.instruments.chinese import said
from trialbook.protocol.model import Item

GLOBALS: Mapping[str, str] = MappingProxyType(
    {
        "phga": "Disease activity, judged by the physician",
        "ptga": "Disease activity, judged by the participant",
        "extramuscular": "Activity outside of muscle, judged by the physician",
    }
)
"""Visual analogue scales of 10 cm, 0 no activity."""

ENZYMES: Mapping[str, str] = MappingProxyType(
    {
        "ck": "Creatine kinase",
        "aldolase": "Aldolase",
        "alt": "Alanine aminotransferase",
        "ast": "Aspartate aminotransferase",
        "ldh": "Lactate dehydrogenase",
    }
)

VAS_LENGTH = 10.0
HAQ_HIGHEST = 3.0
LARGEST = 1e12
"""U/L; beyond it a number is no activity of an enzyme."""


def global_scale(name: str, label: str) -> Item:
    """Return a visual analogue scale of 10 cm as an item; it may be measured in millimetres."""
    return Item(
        id=name,
        kind="number",
        label=said(label),
        unit="cm",
        accepts=("mm",),
        minimum=Decimal(0),
        maximum=Decimal(10),
        decimals=1,
    )


def function() -> Item:
    """Return the disability index of the Health Assessment Questionnaire as an item."""
    label = said("Disability index (HAQ-DI)")
    return Item(id="haq", kind="number", label=label, unit="score", minimum=Decimal(0), maximum=Decimal(3), decimals=3)


def strength(highest: int) -> Item:
    """Return the total of manual muscle testing as an item, from 0 to the highest that the chosen test gives."""
    label = said("Manual muscle testing, total")
    return Item(id="mmt", kind="number", label=label, unit="score", minimum=Decimal(0), maximum=Decimal(highest))


def enzyme(name: str, label: str, *, lowest: str = "0") -> Item:
    """Return an enzyme's activity in blood, or its upper limit, as an item in U/L."""
    return Item(id=name, kind="number", label=said(label), unit="U/L", accepts=("ukat/L",), minimum=Decimal(lowest))
