"""Sums with gaps: said under Methods, and shown as they are compared.

GAP-01: Methods says what an unanswered item counts, and does not say that nothing was imputed.
GAP-02: the sum of one participant is not shown rounded onto the limit of a condition that it does not meet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from trialbook.capture.ledger import Draft
from trialbook.render.document import Document
from trialbook.render.to_html import to_html
from trialbook.report.run import Run

PLAN = """
trialbook: 1
study: {id: gaps, title: Gaps, design: open-label single-arm, data: invented}
visits: {anchor: enrolment, window: 3 days either side, planned: {start: {day: 0}, week 4: {}}}
forms:
  diary:
    at: [start, week 4]
    items: {itch: {groups: [a, b, c, d], scale: 0 to 9, decimals: 0}}
    derive: {total: {label: Score, sum_of: itch, at_least: LEAST, decimals: 0RULE}}
endpoints:
  total: {from: diary.total, better: lower}
  low: {when: 'diary.total <= 6.0', at: [start, week 4], label: Six or less}
analysis: {baseline: visit start, primary: {endpoint: low, at: week 4}, test: paired t, missing: available cases}
"""
WORDS = {
    "prorated": "in place of each gap the mean of the answered ones is added (prorated)",
    "left out": "a gap adds nothing",
}


def drafts() -> Iterator[Draft]:
    for code in ("1", "2"):
        yield Draft(act="screen", participant=code)
        yield Draft(act="enrol", participant=code, value="2026-01-05")
        for visit, values in (("start", (9, 9, 9, 9)), ("week 4", (2, 2, 1) if code == "1" else (1, 1, 1, 1))):
            for name, value in zip("abcd", values, strict=False):
                yield Draft(
                    act="enter", participant=code, visit=visit, form="diary", repeat="", item=f"itch.{name}",
                    text=str(value), value=str(value), unit="score",
                )  # fmt: skip


def page_of(carry_out: Callable[..., Run], build: Callable[[Run], Document], rule: str, least: str = "3 of 4") -> str:
    plan = PLAN.replace("LEAST", least).replace("RULE", f", gaps: {rule}" if rule else "")
    return to_html(build(carry_out(plan, drafts())))


@pytest.mark.parametrize("rule", ["prorated", "left out"])
def test_gap_01_methods(carry_out: Callable[..., Run], build: Callable[[Run], Document], rule: str) -> None:
    page = page_of(carry_out, build, rule)
    assert f"at least 3 of them answered; {WORDS[rule]}" in page
    assert "no value of a visit was imputed (what stands for single unanswered items" in page
    assert "no value was imputed" not in page


def test_gap_01_nothing_where_all_are_needed(carry_out: Callable[..., Run], build: Callable[[Run], Document]) -> None:
    assert "no value was imputed" in page_of(carry_out, build, "", "all")


def test_gap_02_shown_as_compared(carry_out: Callable[..., Run], build: Callable[[Run], Document]) -> None:
    """GAP-02: 5 of three answers is 6.67 of four, above 6: one of two responds; left out it is 5, and both do."""
    page = page_of(carry_out, build, "prorated")
    assert ">6.67<" in page
    assert '"6.67"' in page  # in the panel that leads back
    assert "for 1 of 2" in page.replace("</a>", "").replace("\u202f", " ") or ">1</a> of 2" in page
    assert ">2</a> of 2" in page_of(carry_out, build, "left out")
