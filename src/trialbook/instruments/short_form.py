"""The 36 questions that SF-36 version 1 and RAND-36 share, under the names that its manuals give to them.

Labels are short words of our own. The codes are those of the printed form, so that for some questions 1 is the best
answer and for others the worst; the scoring knows which.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialbook.instruments.base import Score
from trialbook.instruments.chinese import said
from trialbook.protocol.model import Derived, Item

RATING = ("best", "second best", "middle", "second worst", "worst")
CHANGE = ("far better", "better", "same", "worse", "far worse")
LIMITED = ("much limited", "somewhat limited", "not limited")
YES_NO = ("yes", "no")
AMOUNT = ("none", "small", "medium", "large", "utmost")
PAIN = ("no pain", "hardly any", "light", "medium", "strong", "extreme")
OFTEN_OF_6 = ("always", "nearly always", "often", "at times", "seldom", "never")
OFTEN_OF_5 = ("always", "mostly", "at times", "seldom", "never")
AGREE = ("fully agree", "agree", "unsure", "disagree", "fully disagree")

QUESTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("gh1", "Health at large", RATING),
    ("ht", "Health against a year ago", CHANGE),
    ("pf01", "Hard exertion", LIMITED),
    ("pf02", "Medium exertion", LIMITED),
    ("pf03", "Shopping bags", LIMITED),
    ("pf04", "Several floors", LIMITED),
    ("pf05", "One floor", LIMITED),
    ("pf06", "Bending and kneeling", LIMITED),
    ("pf07", "Long walk", LIMITED),
    ("pf08", "Walk of some streets", LIMITED),
    ("pf09", "Walk of one street", LIMITED),
    ("pf10", "Washing and dressing", LIMITED),
    ("rp1", "Body: shorter work", YES_NO),
    ("rp2", "Body: less done", YES_NO),
    ("rp3", "Body: kinds of work barred", YES_NO),
    ("rp4", "Body: work an effort", YES_NO),
    ("re1", "Feelings: shorter work", YES_NO),
    ("re2", "Feelings: less done", YES_NO),
    ("re3", "Feelings: less care", YES_NO),
    ("sf1", "Company hindered, how much", AMOUNT),
    ("bp1", "Pain, how strong", PAIN),
    ("bp2", "Pain, how much in the way", AMOUNT),
    ("vt1", "Lively", OFTEN_OF_6),
    ("mh1", "Tense", OFTEN_OF_6),
    ("mh2", "Beyond cheering", OFTEN_OF_6),
    ("mh3", "At peace", OFTEN_OF_6),
    ("vt2", "Energetic", OFTEN_OF_6),
    ("mh4", "Sad", OFTEN_OF_6),
    ("vt3", "Exhausted", OFTEN_OF_6),
    ("mh5", "Happy", OFTEN_OF_6),
    ("vt4", "Tired", OFTEN_OF_6),
    ("sf2", "Company hindered, how often", OFTEN_OF_5),
    ("gh2", "Ill sooner than others", AGREE),
    ("gh3", "As healthy as anyone", AGREE),
    ("gh4", "Expecting decline", AGREE),
    ("gh5", "Health could not be better", AGREE),
)
"""Item, label and the answers coded 1, 2, 3 ..., in the order of the form: question 1 to 36."""

SCALES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "pf": tuple(f"pf{number:02}" for number in range(1, 11)),
        "rp": ("rp1", "rp2", "rp3", "rp4"),
        "bp": ("bp1", "bp2"),
        "gh": ("gh1", "gh2", "gh3", "gh4", "gh5"),
        "vt": ("vt1", "vt2", "vt3", "vt4"),
        "sf": ("sf1", "sf2"),
        "re": ("re1", "re2", "re3"),
        "mh": ("mh1", "mh2", "mh3", "mh4", "mh5"),
    }
)
"""Scale -> its items. `ht`, the change of health, belongs to none."""

HALF: Mapping[str, int] = MappingProxyType({name: (len(items) + 1) // 2 for name, items in SCALES.items()})
"""Scale -> half of its items."""

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "pf": "Physical functioning",
        "rp": "Role, physical",
        "bp": "Bodily pain",
        "gh": "General health",
        "vt": "Vitality",
        "sf": "Social functioning",
        "re": "Role, emotional",
        "mh": "Mental health",
    }
)


def questions() -> tuple[Item, ...]:
    """Return the items in the order of the form."""
    return tuple(
        Item(
            id=name,
            kind="choice",
            label=said(label),
            choices={str(code): said(answer) for code, answer in enumerate(answers, start=1)},
        )
        for name, label, answers in QUESTIONS
    )


def scale_score(name: str, *, at_least: int, gaps: str) -> Score:
    """Describe one of the eight scales, 0 (worst) to 100 (best)."""
    derived = Derived(
        id=name,
        label=said(LABELS[name]),
        kind="instrument",
        of=SCALES[name],
        at_least=at_least,
        unit="score",
        decimals=1,
    )
    return Score(derived=derived, low=0, high=100, better="higher", gaps=gaps)
