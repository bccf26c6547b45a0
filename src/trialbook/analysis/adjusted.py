"""The planned tests together: each p adjusted for the others, as the plan says, and judged after that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from trialbook.analysis.compare import onto_alpha
from trialbook.analysis.multiplicity import adjust
from trialbook.analysis.rows import together

if TYPE_CHECKING:
    from trialbook.analysis.results import Result
    from trialbook.protocol.model import PlannedAnalysis

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "holm": "by Holm's method",
        "hochberg": "by Hochberg's method",
        "fixed sequence": "in a fixed sequence, the primary test first, then in the order of the study file",
    }
)


def adjust_rows(rows: Iterable[Result], plan: PlannedAnalysis) -> list[Result]:
    """Fill in `p_adjusted` and `significant` of every planned test, once all are known.

    The family is every planned test of the analysis: all endpoints at all compared visits, in the order of the file.
    """
    rows = list(rows)
    if plan.multiplicity == "none":
        return rows
    family = [row for row in rows if row.stat == "p" and row.role in {"primary", "planned"}]
    if plan.multiplicity == "fixed sequence":
        family.sort(key=lambda row: row.role != "primary")
    found = adjust([row.value if isinstance(row.value, float) else None for row in family], plan.multiplicity)
    none = f"; {found.missing} more gave no p" if found.missing else ""
    method = f"p adjusted {WORDS[plan.multiplicity]}, {found.tests} planned tests that gave a p{none}"
    known = {
        row.id.removesuffix(".p"): (p, row.error or why)
        for row, p, why in zip(family, found.p, found.reasons, strict=True)
    }
    return [_judged(row, plan, known, method) for row in rows]


def _judged(row: Result, plan: PlannedAnalysis, known: Mapping[str, tuple[float | None, str]], method: str) -> Result:
    """Return a row with what the adjustment says, or as it is."""
    test, _, stat = row.id.rpartition(".")
    if stat not in {"p_adjusted", "significant"} or test not in known:
        return row
    p, why = known[test]
    if stat == "p_adjusted":
        note = together(row.warning, onto_alpha(p, plan.alpha))
        return replace(row, value=p, error=why, warning=note, method=method)
    told = None if p is None else "yes" if Decimal(p) < plan.alpha else "no"
    return replace(row, value=told, error=why, method=f"unrounded adjusted p < {plan.alpha}, two-sided")
