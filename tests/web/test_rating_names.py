"""What a rating of a group is called, wherever it stands.

NAME-01: where a rating stands alone it is named with its group, in the language of the reader. NAME-02: below the
heading of its group its own label is enough. NAME-03: a participant reads the group, the rating and the ends of the
scale.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.web.asked import hand_over, ready, sent
from tests.web.conftest import Served

from trialbook.capture.acts import correct, save_form
from trialbook.folder import read_study
from trialbook.web.wording_template import empty_file

DIARY = """\
  diary:
    label: {en: Diary, zh-Hant: 日記}
    at: full
    by: [participant, nurse]
    items:
      itch:
        label: {en: Itch, zh-Hant: 癢}
        groups: {d1: {en: Day 1, zh-Hant: 第 1 天}, d2: Day 2}
        scale: 0 to 3
        decimals: 0
      hives: {groups: {d1: Day 1, d2: Day 2}, scale: 0 to 3, decimals: 0}
    derive:
      uas: {label: UAS, sum_of: [itch, hives], at_least: 4 of 4, decimals: 0}
  rating:  """
FORM = "/participants/P01/visits/week%2012/forms/diary/"


@pytest.fixture
def folder(folder: Path) -> Path:
    """The seed study with a diary whose two groups have ratings of the same labels."""
    text = (folder / "study.yaml").read_text(encoding="utf-8")
    text = text.replace("sf36, patient_global, adverse_events]", "sf36, patient_global, diary, adverse_events]")
    (folder / "study.yaml").write_text(text.replace("  rating:  ", DIARY, 1), encoding="utf-8")
    return folder


@pytest.fixture
def kept(served: Served) -> Served:
    """The diary of P01 at week 12, with one answer corrected."""
    ready(served)
    answers = {"itch.d1": "3", "itch.d2": "2", "hives.d1": "1", "hives.d2": "0"}
    served.site.record(save_form("P01", "diary", answers, visit="week 12"), by="nora")
    served.site.record(correct("P01", "diary", "hives.d1", "2", reason="misread", visit="week 12"), by="nora")
    return served


def test_the_names_of_a_study_file(folder: Path) -> None:
    """NAME-01, NAME-02: joined as the language joins them; what one language lacks stands in the first."""
    items = read_study(folder).forms["diary"].items
    assert items["itch.d1"].label == {"en": "Itch, Day 1", "zh-Hant": "癢\N{FULLWIDTH COMMA}第 1 天"}
    assert items["itch.d2"].label == {"en": "Itch, Day 2", "zh-Hant": "癢\N{FULLWIDTH COMMA}Day 2"}
    assert items["hives.d2"].label == {"en": "Hives, Day 2"}
    assert items["itch.d1"].label_below["en"] == "Day 1"


def test_a_participant_reads_group_and_scale(served: Served) -> None:
    """NAME-03: on the step and in the review; a mistake names the group too."""
    tablet = hand_over(ready(served), "diary")
    path = tablet.get("/q/now").headers["Location"]
    step = tablet.get(path).content.decode()
    for shown in ("Diary</p>", "<h1>Itch</h1>", ">Day 1</label>", "A number from 0 to 3"):
        assert shown in step, shown
    wrong = sent(tablet, path, what="next", **{"a-itch.d1": "7"}).content.decode()
    assert "7 is outside the scale of “Itch, Day 1”, which runs from 0 to 3." in wrong
    for value in ("1", "2", "0"):
        path = sent(
            tablet, path, what="next", **{f"a-{name}": value for name in ("itch.d1", "itch.d2", "hives.d1")}
        ).headers["Location"]
    assert "<h1>Hives</h1>" in tablet.get(path).content.decode()
    review = " ".join(tablet.get("/q/review").content.decode().split())
    for row in ("Itch Day 1</span>", "Itch Day 2</span>", "Hives Day 1</span>"):
        assert row in review, row


def test_a_diary_is_asked_only_in_languages_that_it_has(served: Served) -> None:
    """NAME-03: Day 2 and Hives have no Chinese, so that the Chinese diary is not there."""
    page = ready(served).browser("nora").get("/wordings/").content.decode()
    assert "“Diary” has no words in zh-Hant for: itch.d2, hives.d1, hives.d2." in page


def test_it_is_named_with_its_group_where_it_stands_alone(kept: Served) -> None:
    """NAME-01: signing, the audit trail, queries, the code book, and files of the statistician."""
    ida, nora = kept.browser("ida"), kept.browser("nora")
    for path in ("/participants/P01/sign/?place=week+12/diary/", "/audit/", "/study/codebook/"):
        page = ida.get(path).content.decode()
        assert "Hives, Day 1" in page, path
    assert (
        "癢\N{FULLWIDTH COMMA}第 1 天"
        in nora.get("/study/codebook/", headers={"accept-language": "zh-hant"}).content.decode()
    )


def test_below_the_heading_of_its_group_its_own_label_is_enough(kept: Served) -> None:
    """NAME-02: the form to type in, the form as read, and on paper."""
    for person in ("nora", "ida"):
        page = kept.browser(person).get(FORM).content.decode()
        assert "<caption>Hives" in page
        assert (
            "Hives, Day 1"
            not in page.partition("<caption>Hives")[2].partition('class="help"')[0].partition("History")[0]
        )
    paper = kept.browser("nora").get("/participants/P01/visits/week%2012/paper/").content.decode()
    assert '<p class="stem">Hives</p>' in paper
    assert paper.count('<p class="question">Day 1</p>') == 2


def test_an_empty_file_of_wording_names_the_group(kept: Served) -> None:
    """NAME-01: the comments beside the items."""
    items = kept.site.study.forms["diary"].items
    assert '"hives.d1": {text: ""}  # Hives, Day 1' in empty_file("diary", items, language="en")
