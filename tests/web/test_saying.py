"""What rules say, in the words of the reader.

SAYING-01: a name of the study in its first language is said as the reader's language has it; typed texts stay.
SAYING-02: spans of time, missing-data codes and lists of names are said too; what has two meanings, or none, stays.
SAYING-04: a paper form says by labels where an item is asked.
SAYING-03: the evidence of a criterion is in the language of the page.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation
from tests.web.conftest import Served
from tests.web.followed import make_eligible, read

from trialbook.errors import Problem
from trialbook.web.forms.conditions import condition_in
from trialbook.web.saying import READ, in_words, sentence


@pytest.fixture
def chinese(served: Served) -> Iterator[None]:
    """A reader of Chinese, who is shown the seed study."""
    token = READ.set(served.site.study)
    with translation.override("zh-hant"):
        yield
    READ.reset(token)


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dose given", "給予劑量"),
        ("Female", "女"),
        ("week 24", "第 24 週"),
        ("54 years", "54 年"),
        ("130 months (10.8 years)", "130 個月 (10.8 年)"),
        ("18 ng/mL (44.9 nmol/L)", "18 ng/mL (44.9 nmol/L)"),
        ("Not known (NK)", "不詳 (NK)"),
        ("Muscle enzymes, Hepatitis B", "肌肉酵素、B 型肝炎"),
        ("Last major surgery: 2026-09; Sex: not answered", "最近一次大手術\uff1a2026-09\uff1b性別\uff1a未回答"),
        ("Muscle enzymes, and more", "Muscle enzymes, and more"),
        ("anything", "anything"),
    ],
)
def test_names(text: str, said: str) -> None:
    """SAYING-01, SAYING-02."""
    assert in_words(text) == said


@pytest.mark.usefixtures("chinese")
def test_problems() -> None:
    """SAYING-01: the name is said, what was typed is not touched."""
    values = {"item": "Dose given", "text": "Female", "decimals": "0"}
    told = sentence(Problem(code="VALUE-32", values=values))
    assert "給予劑量" in told
    assert "Female" in told


def test_evidence(served: Served) -> None:
    """SAYING-03."""
    make_eligible(served)
    page = "/participants/P01/screening/"
    assert "Male" in read(served, "ida", page)
    served.browser("ida").post("/language", {"language": "zh-hant", "next": "/"})
    shown = read(served, "ida", page)
    for part in ("男", "54 年"):
        assert part in shown
    for english in ("years", "Male", "later is", "counted until"):
        assert english not in shown


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('screening.sex == "F"', "“性別” = “女”"),
        ("infusion.reaction", "“過敏或輸注反應” = 是"),
        ("screening.age >= 18.0 && !screening.malignancy", "“年齡” ≥ 18 且 “惡性腫瘤” = 否"),
        ("rating.proximal.all(g, g == 10.0)", "rating.proximal.all(g, g = 10)"),
    ],
)
def test_conditions(served: Served, text: str, said: str) -> None:
    """SAYING-04: a simple condition is said by labels; any other stands as it is written."""
    assert condition_in(served.site.study, text, "zh-Hant") == said
