"""A rating form that differs between visits tells the period: every way in which a file can say so is found.

LEAK-01: what a form of a blind role asks depends on nothing that differs from visit to visit.
LEAK-02: all forms that a blind role reads or fills in at visits are due at the same visits.
LEAK-03: what is the same at every visit is not complained of.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trialbook.errors import Problem
from trialbook.protocol.model import Study

Read = Callable[[str], tuple[Study | None, tuple[Problem, ...]]]

TEXT = """\
trialbook: 1
study: {id: small, title: A small study, design: open-label single-arm, data: invented}
roles:
  nurse: {sees: everything, records: [history, haq, pain, infusion, drugs]}
  assessor: {blind: true, sees: [], records: [rating]}
visits: {anchor: enrolment, window: 3 days either side, planned: {baseline: {day: 0}}, weeks: [4, 8]}
forms:
  history: {at: once, items: {wheelchair: {choice: yes/no}}}
  drugs:
    at: once
    repeating: true
    items: {drug: {text: line}}
    derive: {count: {count_of: drug}}
  haq: {at: [baseline, week 8], items: {index: {number: score}}}
  pain: {at: baseline to week 8, items: {score: {vas: 0 to 10}}}
  infusion:
    at: any time
    repeating: true
    items: {start: {date: full}}
    derive: {doses: {count_of: start}}
  rating:
    at: baseline to week 8
    items:
      power: {number: score, required: true}
      walk: {number: score}
"""
WALK = "walk: {number: score"
FORM = "    at: baseline to week 8\n    items:\n      power"


def codes(read: Read, *changes: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the problems of the changed study, each with what it names."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    named = ("name", "hidden", "form")
    return [
        (found.code, next(found.values[key] for key in named if key in found.values))
        for found in read(text)[1]
        if found.code.startswith(("BLIND", "COND"))
    ]


def test_the_same_at_every_visit_is_clean(read: Read) -> None:
    """LEAK-03: also where it depends on the form itself, or on a form answered once that the assessor reads."""
    assert codes(read) == []
    assert codes(read, (WALK, f"{WALK}, when: 'rating.power > 3'")) == []
    assert codes(read, ("sees: []", "sees: [history]"), (WALK, f"{WALK}, when: history.wheelchair")) == []
    assert codes(read, ("sees: []", "sees: [pain]"), (WALK, f"{WALK}, when: 'pain.score > 1'")) == []
    assert codes(read, ("sees: []", "sees: [drugs]"), (WALK, f"{WALK}, when: 'drugs.count > 1'")) == []


@pytest.mark.parametrize(
    "name",
    [
        "visit.id == 'baseline'",
        "visit.day > 30",
        "visit.date > date('2024-01-01')",
        "baseline.rating.power > 3",
        "previous.rating.power > 3",
        "baseline.pain.score > 3",
        "participant.status == 'completed'",
    ],
)
@pytest.mark.parametrize("place", ["item", "form", "check"])
def test_names_that_tell_the_visit(read: Read, name: str, place: str) -> None:
    """LEAK-01: in an item, in the form as a whole, and in the text of a check."""
    changes = {
        "item": (WALK, f'{WALK}, when: "{name}"'),
        "form": (FORM, f'    when: "{name}"\n{FORM}'),
        "check": (f"      {WALK}}}\n", f'      {WALK}}}\n    checks: {{odd: {{when: "{name}", say: Sure?}}}}\n'),
    }
    told = codes(read, changes[place])
    assert ("BLIND-02", name.partition(" ")[0]) in told


@pytest.mark.parametrize("sees", ["", "haq"])
@pytest.mark.parametrize("place", ["item", "form"])
def test_a_condition_on_a_form_of_some_visits(read: Read, sees: str, place: str) -> None:
    """LEAK-01: the question would come only where the other form is due, hidden or not."""
    when = "when: 'haq.index > 1'"
    change = {"item": (WALK, f"{WALK}, {when}"), "form": (FORM, f"    {when}\n{FORM}")}[place]
    told = codes(read, ("sees: []", f"sees: [{sees}]"), change)
    hidden = [("BLIND-03", "haq")]
    shown = [("BLIND-07", "rating"), ("BLIND-02", "haq.index")]
    assert sorted(told) == sorted(shown if sees else hidden)


def test_a_count_that_grows_with_time(read: Read) -> None:
    """LEAK-01: the number of doses so far tells the period, whether the doses are hidden or not."""
    when = (WALK, f"{WALK}, when: 'infusion.doses > 1'")
    assert codes(read, when) == [("BLIND-03", "infusion")]
    assert codes(read, ("sees: []", "sees: [infusion]"), when) == [("BLIND-02", "infusion.doses")]


@pytest.mark.parametrize(
    ("at", "by"),
    [("[baseline, week 8]", "by"), ("week 4", "by"), ("[baseline, week 8]", "sees"), ("once", "by")],
)
def test_two_forms_that_are_not_due_together(read: Read, at: str, by: str) -> None:
    """LEAK-02: a second rating at some visits only, one that is only read, and one that is asked once."""
    roles = {"by": ("records: [rating]", "records: [rating, second]"), "sees": ("sees: []", "sees: [second]")}
    other = "" if by == "by" else ", by: nurse"
    told = codes(
        read,
        roles[by],
        ("history, haq, pain, infusion, drugs]", "history, haq, pain, infusion, drugs, second]")
        if by == "sees"
        else ("nurse: {", "nurse: {"),
        ("forms:\n", f"forms:\n  second: {{at: {at}, items: {{a: {{number: score, required: true}}}}{other}}}\n"),
    )
    assert [code for code, _ in told] == ["BLIND-07"]
