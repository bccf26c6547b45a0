"""Daily doses of glucocorticoids as milligrams of prednisolone, by one published table.

The table is of equal effect on inflammation, for drugs taken by mouth or into a vein. Inhaled, topical and injected
depot forms are not converted. A name that is not known has no equivalent: None, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from types import MappingProxyType

CITATION = (
    "Equivalent anti-inflammatory doses of corticosteroids: East Lancashire Medicines Management Board formulary, "
    "section 6.3; the same numbers in the Devon formulary, section 6.3.2"
)

PREDNISOLONE = Decimal(5)
"""Milligrams of prednisolone to which each amount of the table is equal."""

TABLE: Mapping[str, Decimal] = MappingProxyType(
    {
        "prednisolone": PREDNISOLONE,
        "prednisone": Decimal(5),
        "methylprednisolone": Decimal(4),
        "triamcinolone": Decimal(4),
        "hydrocortisone": Decimal(20),
        "cortisone acetate": Decimal(25),
        "dexamethasone": Decimal("0.75"),
        "betamethasone": Decimal("0.75"),
        "deflazacort": Decimal(6),
    }
)
"""Milligrams of each drug that are equal to 5 mg prednisolone.

Betamethasone is 0.75 in both formularies; other tables have 0.6, which gives a quarter more prednisolone.
"""

SYNONYMS: Mapping[str, str] = MappingProxyType(
    {
        "pred": "prednisolone", "prednisolon": "prednisolone", "oral prednisolone": "prednisolone",
        "prednisolone sodium phosphate": "prednisolone",
        "prednison": "prednisone", "oral prednisone": "prednisone", "deltasone": "prednisone",
        "methyl prednisolone": "methylprednisolone", "methylprednisolon": "methylprednisolone",
        "methylpred": "methylprednisolone", "6 methylprednisolone": "methylprednisolone",
        "6 alpha methylprednisolone": "methylprednisolone",
        "methylprednisolone sodium succinate": "methylprednisolone", "iv methylprednisolone": "methylprednisolone",
        "intravenous methylprednisolone": "methylprednisolone", "pulse methylprednisolone": "methylprednisolone",
        "iv pulse methylprednisolone": "methylprednisolone",
        "intravenous pulse methylprednisolone": "methylprednisolone", "ivmp": "methylprednisolone",
        "medrol": "methylprednisolone", "solu medrol": "methylprednisolone", "solumedrol": "methylprednisolone",
        "solu medrone": "methylprednisolone",
        "hydrocortison": "hydrocortisone", "hydrocortisone sodium succinate": "hydrocortisone",
        "cortisol": "hydrocortisone", "solu cortef": "hydrocortisone", "cortef": "hydrocortisone",
        "cortisone": "cortisone acetate", "cortison": "cortisone acetate",
        "dexamethason": "dexamethasone", "dexa": "dexamethasone", "decadron": "dexamethasone",
        "betamethason": "betamethasone", "celestone": "betamethasone",
        "triamcinolon": "triamcinolone",
    }
)  # fmt: skip
"""Other names in drug lists, of the same drug by the same weight. Salts weighed otherwise are not among them."""

PULSE = Decimal(250)
"""From this many milligrams of prednisone a day on a dose is a pulse, told apart from daily treatment.

Buttgereit F, da Silva JAP, Boers M, et al. Standardised nomenclature for glucocorticoid dosages. Ann Rheum Dis
2002;61:718-22.
"""

DIGITS = Context(prec=12)


def glucocorticoid(drug: str) -> str | None:
    """Return the name in `TABLE` of a drug, whatever its case, hyphens and blanks; None for any other drug."""
    name = " ".join(drug.casefold().replace("-", " ").replace("_", " ").split())
    known = SYNONYMS.get(name, name)
    return known if known in TABLE else None


def prednisolone_equivalent(drug: str, milligrams: Decimal) -> Decimal | None:
    """Return the prednisolone in mg, to 12 digits, that a dose in mg is equal to; None for a drug not in the table.

    ValueError for a dose below 0, and for what is no number.
    """
    if not milligrams.is_finite() or milligrams < 0:
        raise ValueError(f"a dose is a number from 0 on, not {milligrams!r}")
    name = glucocorticoid(drug)
    return None if name is None else DIGITS.divide(milligrams * PREDNISOLONE, TABLE[name])


def is_pulse(equivalent: Decimal) -> bool:
    """Tell whether a daily dose, in mg of prednisolone, is a pulse."""
    return equivalent >= PULSE
