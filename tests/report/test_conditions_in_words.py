"""Conditions in words.

SHELL-49: Methods write a condition in words, also one against the baseline or of several answers; what is more than
    that stands as in the study file.
SHELL-50: of a condition it is said that meeting it is better where it is a response; else only what the file says.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trialbook.render.document import Items
from trialbook.render.inline import plain
from trialbook.report.methods import endpoints
from trialbook.report.phrases import condition
from trialbook.report.run import Run

CK = "“Creatine kinase”"


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("strength.power <= baseline.strength.power - 1.5", "“Power” is at most “Power” at baseline minus 1.5"),
        ("enzymes.ck < baseline.enzymes.ck * 0.5", f"{CK} is below {CK} at baseline times 0.5"),
        ("enzymes.ck >= previous.enzymes.ck + 50", f"{CK} is at least {CK} at the visit before plus 50\u202fU/L"),
        ("baseline.strength.power > 4.0", "“Power” at baseline is above 4"),
        ('background.sex in ["F", "M"]', "“Sex” is “Female” or “Male”"),
        ('background.sex == "F" && strength.power > 4.0', "“Sex” is “Female” and “Power” is above 4"),
        ("strength.power - 1.0 > 4.0", "strength.power - 1.0 > 4.0"),
        ("baseline.none.such > 4.0", "baseline.none.such > 4.0"),
    ],
)
def test_shell_49_in_words(run: Run, when: str, words: str) -> None:
    assert plain(condition(run, when)) == words


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "at week 8)"),
        (", better: lower", "at week 8; not met is better)"),
        (", better: higher", "at week 8; met is better)"),
        (", time_to: response", "at week 8; met is better)"),
        (", time_to: response, better: lower", "at week 8; not met is better)"),
    ],
)
def test_shell_50_which_way_is_better(plan: str, carry_out: Callable[[str], Run], more: str, said: str) -> None:
    run = carry_out(plan.replace("label: Strong at the end", f"label: Strong at the end{more}"))
    (items,) = [block for block in endpoints(run) if isinstance(block, Items)]
    (told,) = [plain(line) for line in items.lines if plain(line).startswith("Strong")]
    assert said in told
    assert "neither" not in told
