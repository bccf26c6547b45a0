"""Our own labels of scales in traditional Chinese.

CHIN-01: every label of an item that is no amount of a laboratory, every choice and every class of a score has one.
CHIN-02: a muscle of one side is called after the muscle; a label that is not known stays English.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.instruments import CATALOG
from trialbook.instruments.base import Instrument
from trialbook.instruments.chinese import LABELS, TAG, said
from trialbook.protocol.model import Text


def texts_of(scale: Instrument) -> Iterator[Text]:
    """Yield every text of a scale that a page shows."""
    for item in scale.items:
        yield from (item.label, item.help, *item.choices.values())
    for score in scale.scores:
        yield from (score.derived.label, *score.derived.levels.values())


def test_chin_01_everything_is_said_in_chinese() -> None:
    """CHIN-01."""
    bare = {text["en"] for scale in CATALOG.values() for text in texts_of(scale) if text and TAG not in text}
    assert bare == set()


def test_chin_01_nothing_is_kept_that_no_scale_says() -> None:
    """CHIN-01: but for what stands in response criteria, which are no forms."""
    used = {
        text["en"].removesuffix(", right").removesuffix(", left")
        for scale in CATALOG.values()
        for text in texts_of(scale)
        if text
    }
    assert set(LABELS) - used == {
        "Met", "Not met", "Minimal", "Major", "Disability index (HAQ-DI)", "Manual muscle testing, total"
    }  # fmt: skip


def test_chin_02_a_muscle_of_one_side() -> None:
    """CHIN-02."""
    assert said("Deltoid, right") == {"en": "Deltoid, right", TAG: "三角肌（右）"}  # noqa: RUF001 - wide brackets
    assert said("Something new") == {"en": "Something new"}
