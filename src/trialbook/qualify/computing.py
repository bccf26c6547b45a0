"""Checks of computing: worked examples of doses, and tests, that others printed, computed anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from trialbook.qualify.outcome import Place, demand


def published(place: Place, part: str) -> list[dict[str, Any]]:
    """Return one part of the shipped numbers."""
    found: list[dict[str, Any]] = json.loads((place.shipped / "published.json").read_text(encoding="utf-8"))[part]
    demand(found, "The shipped file has no such numbers.")
    return found


def check_statistics(place: Place) -> str:
    """Compute published tests anew, to the digits that were printed."""
    compared = 0
    for case in published(place, "statistics"):
        found = computed(case)
        for name, value in case["expected"].items():
            at_most = 0.5 * 10.0 ** -case["digits"][name] * (1 + 1e-9)
            got = found[name]
            is_it = got is not None and abs(float(got) - value) <= at_most
            demand(is_it, f"{case['what']}: {name} is {got}, and was published as {value}.")
            compared += 1
    return (
        f"{compared} published numbers come out: {'; '.join(case['what'] for case in published(place, 'statistics'))}."
    )


def computed(case: Mapping[str, Any]) -> Mapping[str, Any]:
    """Compute one published test."""
    from trialbook.analysis.change import paired_t
    from trialbook.analysis.exact import sign_flip
    from trialbook.analysis.fisher import fisher

    if case["kind"] == "paired t":
        done: object = paired_t(case["second"], case["first"])
    elif case["kind"] == "sign flip":
        done = sign_flip([after - before for after, before in zip(case["second"], case["first"], strict=True)])
    else:
        (a, b), (c, d) = case["table"]
        done = fisher(((a, b), (c, d)))
    return {name: getattr(done, name) for name in case["expected"]}


def check_doses(place: Place) -> str:
    """Compute body surfaces and vials of worked examples anew."""
    from trialbook.instruments.body_surface import body_surface
    from trialbook.instruments.vials import choose_vials

    compared = 0
    for case in published(place, "doses"):
        for formula, value in case["expected"].items():
            found = body_surface(formula, weight=case["weight"], height=case["height"])
            told = f"{case['what']}: {formula} gives {found:.4f} m2, and was published as {value}."
            demand(round(found, 3) == value, told)
            compared += 1
    for case in published(place, "vials"):
        drawn = choose_vials(Decimal(case["dose"]), [Decimal(size) for size in case["sizes"]]).drawn
        demand(drawn == Decimal(case["drawn"]), f"{case['what']}: {drawn} mg are drawn.")
        compared += 1
    return f"{compared} worked examples of body surface and vials come out."
