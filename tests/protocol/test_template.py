"""The file that `trialbook new` writes.

TEMPL-01: it reads without any problem, whatever id and title are asked for.
TEMPL-02: it is commented, and 40 to 80 lines long.
TEMPL-03: the title is kept.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.errors import Problem
from trialbook.protocol.model import Study
from trialbook.protocol.template import new_study_text

Read = Callable[[str], tuple[Study | None, tuple[Problem, ...]]]


@given(study_id=st.text(max_size=60), title=st.text(max_size=80))
def test_it_checks_clean(read: Read, study_id: str, title: str) -> None:
    """TEMPL-01."""
    study, problems = read(new_study_text(study_id, title))
    assert problems == ()
    assert study is not None


@pytest.mark.parametrize(
    ("study_id", "title", "expected"),
    [
        ("rtx-pm", "Rituximab: a trial", "rtx-pm"),
        ("My Study (2)", "It's #1 & {more}", "my-study-2"),
        ("", "試驗", "study"),
        ("." * 50, "yes", "study"),
        ("a" * 39 + " b", "- x", "a" * 39),
    ],
)
def test_names(read: Read, study_id: str, title: str, expected: str) -> None:
    """TEMPL-01, TEMPL-03."""
    study, _ = read(new_study_text(study_id, title))
    assert study is not None
    assert study.identity.id == expected
    assert study.say(study.identity.title) == title


def test_it_is_commented_and_short() -> None:
    """TEMPL-02."""
    lines = new_study_text("a", "b").splitlines()
    assert 40 <= len(lines) <= 80
    assert sum("#" in line for line in lines) >= 10
