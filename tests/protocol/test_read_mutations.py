"""Whatever is done to a good study file, reading tells problems and never fails.

MUT-01: a file with keys deleted, renamed or doubled, values replaced by junk, or lines lost gives a study or problems.
MUT-02: every problem has a code of the catalogue, and its sentence and remedy can be written.
MUT-03: what reads without an error can be explained, and reads back to an equal study.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialbook import wording
from trialbook.errors import Problem
from trialbook.protocol.explain import explain
from trialbook.protocol.model import Study

Read = Callable[[str], tuple[Study | None, tuple[Problem, ...]]]

VALUE = re.compile(r"(?<=: )[^{}\[\],\n]+")
KEY = re.compile(r"[A-Za-z_0-9 ]+(?=:)")
JUNK = (
    "", "~", "5", "-1", "0.5", "1e999", "true", "no", "[]", "[a, b]", "[[1], {a: b}]", "{}", "{a: 1}", "{is: 1}",
    "{is: 3 days either side, assumed: true}", "{is: {}, assumed: []}", "{en: a, zh-Hant: b}", "{assumed: x}", "|", "'",
    '"', "''", "everything", "once", "any time", "participant", "enrolment", "visit baseline", "week 4 to week 4",
    "0 to 10", "3 weeks", "375 mg/m2", "8 of 10", "p < 0.05, two-sided", "a.b", "a.b.c", "baseline", "'a && '",
    "\N{SNOWMAN}", "\x00", "\t", "x" * 3000, "99999999999999999999", "&a b", "*a", "!a", "? a", "- a", "# gone", "in",
)  # fmt: skip

WORDS = ("window", "visit", "baseline", "items", "is", "assumed", "week 4", "once", "é", "1", "a b", "null", "when")
NAMES = ("minimal", "rituximab", "infliximab_myositis")


@st.composite
def mutations(draw: st.DrawFn) -> list[tuple[str, int, str]]:
    """Draw a few changes: what, where (counted round), and by what."""
    one = st.one_of(
        st.tuples(st.just("value"), st.integers(0, 10_000), st.sampled_from(JUNK) | st.text(max_size=8)),
        st.tuples(st.just("key"), st.integers(0, 10_000), st.sampled_from(WORDS)),
        st.tuples(st.sampled_from(("drop", "double", "indent")), st.integers(0, 10_000), st.just("")),
        st.tuples(st.just("insert"), st.integers(0, 100_000), st.text(max_size=2)),
    )
    return draw(st.lists(one, min_size=1, max_size=4))


def mutate(text: str, what: str, where: int, by: str) -> str:
    """Change a text in one place."""
    if what in {"value", "key"}:
        spans = [found.span() for found in (VALUE if what == "value" else KEY).finditer(text)]
        begin, end = spans[where % len(spans)] if spans else (0, 0)
        return text[:begin] + by + text[end:]
    if what == "insert":
        place = where % (len(text) + 1)
        return text[:place] + by + text[place:]
    lines = text.split("\n")
    number = where % len(lines)
    changes = {"drop": [], "double": [lines[number]] * 2, "indent": [f"  {lines[number]}"]}
    return "\n".join([*lines[:number], *changes[what], *lines[number + 1 :]])


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=mutations())
def test_a_changed_file_never_fails(
    read: Read, samples: Mapping[str, str], name: str, changes: list[tuple[str, int, str]]
) -> None:
    """MUT-01, MUT-02, MUT-03."""
    text = samples[name]
    for what, where, by in changes:
        text = mutate(text, what, where, by)
    study, problems = read(text)
    assert (study is None) == any(problem.level == "error" for problem in problems)
    for problem in problems:
        assert problem.code in wording.CATALOGUE
        assert wording.sentence(problem)
        assert wording.remedy(problem)
        assert problem.place.file == "study.yaml"
    if study is not None:
        again, others = read(explain(study))
        assert again is not None, [(found.code, str(found.place)) for found in others]
        assert replace(again, text="", fingerprint="") == replace(study, text="", fingerprint="")


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=200) | st.text(alphabet="ab:{}[],-&*!|>'\"%@#? \n\t1.", max_size=80))
def test_no_text_fails(read: Read, text: str) -> None:
    """MUT-01."""
    study, problems = read(text)
    assert study is None
    assert problems
    for problem in problems:
        assert wording.sentence(problem)
        assert wording.remedy(problem)
