"""Ratings of blind roles as written: whole, from recordings, with guesses; and the planned cut of the data.

GUESS-01: a rating of a blind role says when it is whole; one that does not is warned of.
GUESS-02: only a blind role rates from recordings or guesses, at visits, without rows.
GUESS-03: a guess of the week is a number of weeks, one of the treatment a choice with every arm.
GUESS-04: a cut names a visit at which something is due, with the number of participants who are waited for, and is not
    contradicted by `looks`.
GUESS-05: recordings and cuts are read as written, and written out again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from trialbook.errors import Problem
from trialbook.protocol.explain import explain
from trialbook.protocol.model import DataCut, Guesses, Recordings, Study
from trialbook.protocol.phrases import parse_cut, write_cut

Read = Callable[[str], tuple[Study | None, tuple[Problem, ...]]]

TEXT = """\
trialbook: 1
study: {id: small, title: A small study, design: open-label single-arm, data: invented, planned: 3}
roles:
  nurse: {sees: everything, except: [rating], records: [diary]}
  assessor: {blind: true, records: [rating]}
visits: {anchor: enrolment, window: 3 days either side, planned: {baseline: {day: 0}, closing: {day: 60}}, weeks: [4]}
forms:
  diary: {at: [baseline, week 4], items: {days: {number: count}}}
  rating:
    at: [baseline, week 4]
    complete: all
    items:
      power: {number: score}
      week: {number: week}
      arm: {choice: {a: A, b: B, dk: Not known}}
endpoints: {power: {from: rating.power}}
analysis:
  baseline: visit baseline
  primary: none
  test: paired t
  missing: available cases
"""
WHOLE = "    complete: all\n"
UNCOUNTED = (", planned: 3}", "}")


def codes(read: Read, *changes: tuple[str, str]) -> list[str]:
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return [found.code for found in read(text)[1]]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), []),
        (((WHOLE, ""),), ["BLIND-10"]),
        (((WHOLE, ""), ("power: {number: score}", "power: {number: score, required: true}")), []),
        (((WHOLE, WHOLE + "    recordings: at lock\n"),), []),
        ((("items: {days", "recordings: at lock, items: {days"),), ["BLIND-11"]),
        (((WHOLE, WHOLE + "    guesses: {week: week}\n"),), []),
        ((("items: {days: {number: count}}", "guesses: {}, items: {days: {number: count}}"),), ["BLIND-12"]),
        (((WHOLE, WHOLE + "    guesses: {week: power}\n"),), ["BLIND-13"]),
        (((WHOLE, WHOLE + "    guesses: {treatment: arm}\n"),), ["BLIND-14"]),
        ((("  missing: available cases\n", "  missing: available cases\n  cut: after week 4\n"),), []),
        ((("  missing: available cases\n", "  missing: available cases\n  cut: after closing\n"),), ["LOOK-04"]),
        (
            (("  missing: available cases\n", "  missing: available cases\n  cut: after week 4\n"), UNCOUNTED),
            ["LOOK-05"],
        ),
        ((("  missing: available cases\n", "  missing: available cases\n  cut: at lock\n"), UNCOUNTED), []),
        ((UNCOUNTED,), []),
        (
            (("  missing: available cases\n", "  missing: available cases\n  cut: at lock\n  looks: at any time\n"),),
            ["LOOK-03"],
        ),
    ],
)  # fmt: skip
def test_what_is_complained_of(read: Read, changes: tuple[tuple[str, str], ...], expected: list[str]) -> None:
    """GUESS-01 to GUESS-04."""
    assert codes(read, *changes) == expected


def test_an_unknown_visit_of_a_cut(read: Read) -> None:
    """GUESS-04: told as any other visit that is not there."""
    assert codes(read, ("  missing: available cases\n", "  missing: available cases\n  cut: after week 5\n"))


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("after week 28", DataCut(kind="visit", visit="week 28")),
        ("2027-03-01", DataCut(kind="date", on=date(2027, 3, 1))),
        ("at lock", DataCut(kind="lock")),
        ("2027-02-30", None),
        ("soon", None),
    ],
)
def test_a_cut_is_read_and_written(text: str, cut: DataCut | None) -> None:
    """GUESS-05."""
    assert parse_cut(text) == cut
    assert cut is None or write_cut(cut) == text


def test_keys_are_read_and_explained(read: Read) -> None:
    """GUESS-05."""
    text = TEXT.replace(
        WHOLE, WHOLE + "    recordings: {rated: at lock, codes: participant}\n    guesses: {week: week}\n"
    ).replace("  missing: available", "  cut: at lock\n  missing: available")
    study, problems = read(text)
    assert study is not None, problems
    assert study.forms["rating"].recordings == Recordings(rated="at lock", codes="participant")
    assert study.forms["rating"].guesses == Guesses(week="week")
    assert (study.analysis.cut, study.analysis.looks) == (DataCut(kind="lock"), "at database cut")
    again, problems = read(explain(study))
    assert again is not None, problems
    assert (again.forms["rating"].recordings, again.analysis.cut) == (
        study.forms["rating"].recordings,
        study.analysis.cut,
    )
