"""The pages of the site in traditional Chinese.

LANG-07: no page that is shown in Chinese says an English sentence that the site could say in Chinese.
LANG-09: a query that a rule raised is asked in Chinese; what people wrote stays.
LANG-08: what a study file or a scale calls something by an id alone is said in Chinese where that is usual.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from html import unescape

from tests.collect_messages import read_catalogue
from tests.web.conftest import Served
from tests.web.followed import fill, plain
from tests.web.test_accessible import folder, full, looked_at
from tests.web.treated import treat

from trialbook.capture.acts import raise_query
from trialbook.instruments import CATALOG
from trialbook.instruments.chinese import LABELS
from trialbook.protocol.common_names import in_chinese, named
from trialbook.web.forms.words import common_reasons

__all__ = ["folder", "full"]

PARTS = re.compile(r"(?s)<(script|style|head)\b.*?</\1>|<!--.*?-->")
SPOKEN = re.compile(r'(?:placeholder|title|aria-label|alt)="([^"]*)"')
VALUES = re.compile(r"%\\\((\w+)\\\)[sd]|\\\{\w+\\\}")
IN_ENGLISH = frozenset({"link", "done"})
"""Visitors who chose the language of their questionnaire, and it was English."""
WORDS = 2
"""An English text of fewer words may be a code or a name of the study."""


def texts_of(page: str) -> Iterator[str]:
    """Yield what a reader of a page is told, piece by piece."""
    body = PARTS.sub(" ", page)
    for text in (*re.split(r"<[^>]+>", body), *SPOKEN.findall(body)):
        told = " ".join(unescape(text).split()).strip(" .:;,·()")
        if re.search(r"[A-Za-z]{2}", told):
            yield told


def recorded(full: Served) -> frozenset[str]:
    """Return what stands in the ledger, the reasons offered for that, in the study's language, and whose a scale is."""
    written = {part for entry in full.site.book.entries() for part in (entry.text, entry.reason, entry.value) if part}
    licences = {scale.licence for scale in CATALOG.values()}
    return frozenset({text.strip(" .") for text in written | licences} | set(common_reasons(full.site.study)))


def rules() -> re.Pattern[str]:
    """Return what matches any English text of the site that is translated into something else, with any values."""
    said: set[str] = set()
    for message in read_catalogue("zh_Hant"):
        english = (message.id,) if isinstance(message.id, str) else message.id
        chinese = message.string if isinstance(message.string, str) else " ".join(message.string or ())
        said.update(text for text in english if text and text != chinese)
    bare = (" ".join(re.sub(r"<[^>]+>", " ", text).split()).strip(" .:;,·()") for text in said)
    whole = {text for text in bare if len(re.findall(r"[A-Za-z]{2,}", VALUES.sub("", re.escape(text)))) >= WORDS}
    return re.compile("|".join(VALUES.sub(".+?", re.escape(text)) for text in sorted(whole, key=len, reverse=True)))


def test_lang_07_no_english_sentence_of_the_site_is_left(full: Served) -> None:
    """LANG-07: as everybody who is shown pages; labels of scales and names of visits and roles are Chinese, too."""
    english, strays = rules(), defaultdict(set)
    labels = {text for text, chinese in LABELS.items() if text != chinese and " " in text}
    written = recorded(full)
    for who, (client, pages) in looked_at(full).items():
        client.cookies["language"] = "zh-hant"
        for name, path in pages if who not in IN_ENGLISH else ():
            for text in texts_of(client.get(path).content.decode()):
                if any(part in text for part in written if " " in part):
                    continue
                if text in labels or english.fullmatch(text) or re.fullmatch(r"(Week|Day) \d+", text):
                    strays[text].add(name)
    assert dict(strays) == {}


def test_lang_09_a_rule_asks_in_chinese(served: Served) -> None:
    """LANG-09: on the form, on the page of the participant and in the list; the ledger keeps its own words."""
    treat(served)
    fill(served, "P01", "enzymes", by="nora", visit="baseline", ck="30000", ck_upper="200", ldh="500")
    served.site.record(raise_query("P01", "Please look again.", visit="baseline", form="enzymes", item="ck"), by="ida")
    client = served.browser("ida")
    client.cookies["language"] = "zh-hant"
    for path in ("/participants/P01/visits/baseline/forms/enzymes/", "/participants/P01/", "/queries/?show=all"):
        page = plain(client.get(path).content.decode())
        assert "30000 U/L 超出「肌酸激酶」的預期範圍 0 至 20000。" in page
        assert "超過上限一百倍。" in page
        assert "Please look again." in page
        assert "outside the range" not in page
    assert any("outside the range" in (entry.text or "") for entry in served.site.book.entries())


def test_lang_08_ids_have_usual_names() -> None:
    """LANG-08: where the study speaks Chinese beside its first language; others stay as the file has them."""
    assert named("week 12", ("en", "zh-Hant")) == {"en": "Week 12", "zh-Hant": "第 12 週"}
    assert named("day -7", ("en", "zh-Hant"))["zh-Hant"] == "第 -7 天"
    assert named("data_manager", ("en", "zh-Hant")) == {"en": "Data manager", "zh-Hant": "資料管理師"}
    assert named("weight", ("en",)) == {"en": "Weight"}
    assert named("weight", ("zh-Hant", "en")) == {"zh-Hant": "Weight"}
    assert in_chinese("a_name_of_its_own") == ""
