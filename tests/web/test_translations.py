"""The site in other languages.

LANG-01: everything that the site says is translated, and each translation names the values of its text.
LANG-02: the compiled catalogue is that of the translations beside it.
LANG-03: a page is shown in the language that a reader chose, dates too.
LANG-04: a word of clinical research is translated by one word throughout.
LANG-05: a translation has as many plural forms as its language; Chinese has one.
LANG-06: marks, commands and names of files stay as they are.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from datetime import date

import pytest
from babel.messages.mofile import write_mo
from django.test import Client
from django.utils import translation
from tests.collect_messages import LANGUAGES, catalogue_file, read_catalogue, unsaid
from tests.web.conftest import Served

from trialbook.web.following.words import day_words, days_words

WORDS: Mapping[str, Mapping[str, str]] = {
    "zh_Hant": {
        r"participants?": "受試者", r"visits?": "訪視", r"forms?": "表單", r"items?": "項目", r"quer(y|ies)": "質疑",
        r"investigators?": "試驗主持人", r"assessors?": "評估者", r"custodians?": "保管人", r"roles?": "角色",
        r"consent": "同意", r"eligible": "納入資格", r"deviations?": "偏差", r"adverse events?": "不良事件",
        r"signatures?": "簽署", r"freezes?|frozen": "凍結", r"locks?|locked": "鎖定", r"ledgers?": "帳本",
        r"questionnaires?": "問卷", r"study file": "試驗檔", r"study day": "試驗",
    },
}  # fmt: skip
"""Language -> English word -> how it is said, wherever the English text has it: docs/how-to/translate.md."""
KEPT = re.compile(r"<[^>]+>|`[^`]+`")
NAMES = re.compile(r"`[^`]*`|<code>.*?</code>|%\(\w+\)[sd]|\{\w+\}|[\w-]+\.(?:db|yaml)|[A-Z]+\.LANGUAGE\.yaml")
"""What a text only names: code, values, files."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_lang_01_everything_is_translated(language: str) -> None:
    assert unsaid(read_catalogue(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_lang_02_the_compiled_catalogue_is_current(language: str) -> None:
    made = io.BytesIO()
    write_mo(made, read_catalogue(language))
    assert catalogue_file(language).with_suffix(".mo").read_bytes() == made.getvalue()


def test_lang_03_a_reader_chooses(served: Served) -> None:
    client = served.browser("ida")
    assert b'lang="en"' in client.get("/").content
    client.post("/language", {"language": "zh-hant", "next": "/"})
    page = client.get("/").content.decode()
    assert 'lang="zh-hant"' in page
    assert "今" in page
    assert client.post("/language", {"language": "xx", "next": "https://elsewhere.example/"})["Location"] == "/"
    assert isinstance(client, Client)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lang_04_a_word_is_translated_by_one_word(language: str) -> None:
    strays = [
        (english, said)
        for english, said in pairs(language)
        for word, wanted in WORDS[language].items()
        if re.search(rf"(?<![\w-])(?:{word})(?![\w-])", NAMES.sub("", english), re.IGNORECASE) and wanted not in said
    ]
    assert strays == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_lang_05_plural_forms_are_those_of_the_language(language: str) -> None:
    catalogue = read_catalogue(language)
    several = [message for message in catalogue if message.pluralizable]
    assert several
    assert {len(tuple(message.string or ())) for message in several} == {catalogue.num_plurals}


def test_lang_05_one_and_many_in_chinese() -> None:
    with translation.override("zh-hant"):
        assert [days_words(count) for count in (1, 2)] == ["1 天", "2 天"]
        assert day_words(date(2026, 3, 14)) == "2026年3月14日"


@pytest.mark.parametrize("language", LANGUAGES)
def test_lang_06_marks_and_commands_stay(language: str) -> None:
    strays = [said for english, said in pairs(language) if marks_of(english) != marks_of(said)]
    assert strays == []


def marks_of(text: str) -> list[str]:
    """Return the marks and the code in a text."""
    return sorted(KEPT.findall(text))


def pairs(language: str) -> Iterator[tuple[str, str]]:
    """Yield each English text, the plural of two, with its translation."""
    for message in read_catalogue(language):
        english = message.id if isinstance(message.id, str) else message.id[-1]
        said = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        yield from ((english, one) for one in said if english)
