"""Wording files, and the page that shows them.

WORD-01: every mistake of a wording file is told at once, each with its line. WORD-02: an empty file names every item,
and filled in it loads. WORD-03: without a wording a participant cannot answer a published instrument, and is told why.
WORD-04: the page shows edition, source and permission of what is loaded. WORD-05: a permission is needed unless the
catalogue says that the instrument is free.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.web.conftest import Served
from tests.web.filled import fill, word_study

from trialbook.cli.wordings import wording_file
from trialbook.errors import Problem
from trialbook.folder import read_study
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Study
from trialbook.web.wording_reading import parse_words
from trialbook.web.wording_template import empty_file
from trialbook.web.wordings import FormWords, Wordings, load, wordings_in, words_for
from trialbook.wording import remedy, sentence

SEED = Path(__file__).parents[2] / "studies" / "rituximab_polymyositis"
GLOBAL = """\
trialbook-wording: 1
form: patient_global
language: en
title: How you are
items:
  global: {text: How are you?, low: well, high: badly}
"""


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(SEED)


def read(text: str, study: Study, name: str = "patient_global") -> tuple[FormWords | None, tuple[Problem, ...]]:
    return parse_words(text, file=f"{name}.en.yaml", name=name, language="en", study=study)


def haq() -> str:
    return empty_file("haq-di", {item.id: item for item in CATALOG["haq-di"].items}, language="en")


def codes(text: str, study: Study, name: str = "patient_global") -> list[tuple[str, int | None]]:
    return [(problem.code, problem.place.line) for problem in read(text, study, name)[1]]


def test_a_whole_file_loads(study: Study) -> None:
    """WORD-02."""
    words, problems = read(GLOBAL, study)
    assert problems == ()
    assert words is not None
    assert words.questions["global"].low == "well"
    assert [screen.items for screen in words.screens] == [("global",)]


def test_an_empty_file_tells_everything_that_is_missing(study: Study) -> None:
    """WORD-01: the empty HAQ-DI lacks version, source, permission, title, six answers and 35 texts."""
    words, problems = read(haq(), study, "haq-di")
    assert words is None
    assert {problem.code for problem in problems} == {"WORDS-05", "WORDS-10"}
    assert len(problems) == 4 + 6 + len(CATALOG["haq-di"].items)
    assert all(problem.place.line for problem in problems)


@pytest.mark.parametrize("name", ["haq-di", "sf-36-v1", "rand-36", "vas-10"])
def test_a_filled_in_file_loads(name: str, study: Study) -> None:
    """WORD-02: for each questionnaire of the catalogue."""
    text = empty_file(name, {item.id: item for item in CATALOG[name].items}, language="en")
    plan = study_with(study, name)
    words, problems = parse_words(fill(text), file=f"{name}.en.yaml", name=name, language="en", study=plan)
    assert [sentence(problem) for problem in problems] == []
    assert words is not None
    assert set(words.questions) == {item.id for item in CATALOG[name].items}


def study_with(study: Study, instrument: str) -> Study:
    """Return the study with one form of that instrument."""
    from dataclasses import replace

    form = replace(study.forms["haq"], instrument=instrument, items={i.id: i for i in CATALOG[instrument].items})
    return replace(study, forms={"haq": form})


MISTAKES = [
    ("title: How you are\n", "titel: How you are\n", [("WORDS-05", 1), ("WORDS-03", 4)]),
    ("language: en", "language: de", [("WORDS-14", 3)]),
    ("low: well, high: badly", "low: well", [("WORDS-13", 6)]),
    ("  global:", "  globul:", [("WORDS-06", 6), ("WORDS-07", 6)]),
    ("text: How are you?", "text: [a]", [("WORDS-04", 6), ("WORDS-04", 6), ("WORDS-05", 6)]),
    ("title: How", "declined: XX\ntitle: How", [("WORDS-15", 4)]),
    ("title: How", "permission: {granted_by: A, on: May}\ntitle: How", [("WORDS-11", 4)]),
    ("high: badly}", "high: badly, choices: {a: b}}", [("WORDS-08", 6)]),
    ("high: badly}", "high: badly, choices: list-1}", [("WORDS-09", 6)]),
    ("title: How", "screens: [{items: [global, global]}]\ntitle: How", [("WORDS-12", 4)]),
]


@pytest.mark.parametrize(("old", "new", "told"), MISTAKES)
def test_mistakes_are_told_with_their_line(old: str, new: str, told: list[tuple[str, int]], study: Study) -> None:
    """WORD-01."""
    assert sorted(codes(GLOBAL.replace(old, new), study)) == sorted(told)
    for problem in read(GLOBAL.replace(old, new), study)[1]:
        assert "{" not in sentence(problem) + remedy(problem)


def test_a_name_that_the_study_does_not_have(study: Study) -> None:
    """WORD-01."""
    assert codes(GLOBAL, study, "patient_globul") == [("WORDS-02", 1)]


def test_a_file_with_another_name_is_told(tmp_path: Path, study: Study) -> None:
    """WORD-01: the name of the file says what it words, in which language."""
    (tmp_path / "wordings").mkdir()
    (tmp_path / "wordings" / "haq.yaml").write_text(GLOBAL, encoding="utf-8")
    (tmp_path / "wordings" / "patient_global.en.yaml").write_bytes(b"\xff\xfe")
    loaded = wordings_in(tmp_path, study)
    assert [problem.code for one in loaded.files for problem in one.problems] == ["WORDS-01", "FILE-07"]


def test_a_changed_file_is_read_again(tmp_path: Path, study: Study) -> None:
    """WORD-02."""
    file = tmp_path / "patient_global.en.yaml"
    file.write_text(GLOBAL, encoding="utf-8")
    first = load(file, study).words
    file.write_text(GLOBAL.replace("How you are", "How you were"), encoding="utf-8")
    second = load(file, study).words
    assert (first and first.title, second and second.title) == ("How you are", "How you were")


def test_neighbours_share_a_screen(study: Study) -> None:
    """WORD-02: items below one heading stand on one screen, every other on its own."""
    together = '\nscreens:\n  - {stem: Can you, items: ["dressing_clothes", "dressing_hair"]}\n'
    words, problems = read(fill(haq()) + together, study, "haq-di")
    assert problems == ()
    assert words is not None
    assert words.screens[0].items == ("dressing_clothes", "dressing_hair")
    assert len(words.screens) == len(words.questions) - 1


def test_without_a_wording_an_instrument_is_shut(study: Study) -> None:
    """WORD-03."""
    shut = words_for(study, Wordings(), study.forms["haq"], "en")
    assert isinstance(shut, Problem)
    assert shut.code == "WORDS-22"
    assert "haq-di.en.yaml" in remedy(shut)


@pytest.mark.parametrize(
    ("form", "code"), [("rating", "WORDS-20"), ("patient_global", "WORDS-23"), ("infusion", "WORDS-20")]
)
def test_why_a_form_is_shut(form: str, code: str, study: Study) -> None:
    """WORD-03: not answered by participants, or its line has no words at the ends."""
    shut = words_for(study, Wordings(), study.forms[form], "en")
    assert isinstance(shut, Problem)
    assert shut.code == code


def test_a_form_of_the_study_has_its_own_words(study: Study) -> None:
    """WORD-03: where the study file itself has every word, no file is needed."""
    from dataclasses import replace

    form = replace(study.forms["serology"], by=("participant",), timing="visits", label={"en": "Hepatitis"})
    words = words_for(study, Wordings(), form, "en")
    assert isinstance(words, FormWords)
    assert words.questions["hbsag"].choices == {"NEG": "Negative", "POS": "Positive"}
    assert words.questions["decision"].choices == {"yes": "Yes", "no": "No"}
    rows = replace(form, repeating=True)
    shut = words_for(study, Wordings(), rows, "en")
    assert isinstance(shut, Problem)
    assert shut.code == "WORDS-21"


def test_rand_36_needs_no_permission(study: Study) -> None:
    """WORD-05: RAND gives it to everybody; the file has no permission to fill in, and loads without one."""
    text = empty_file("rand-36", {item.id: item for item in CATALOG["rand-36"].items}, language="en")
    assert "permission" not in text
    words, problems = read(fill(text), study_with(study, "rand-36"), "rand-36")
    assert (problems, words and words.permission) == ((), None)
    without = fill(haq()).replace('granted_by: "An invented owner"', 'granted_by: ""')
    assert [problem.code for problem in read(without, study, "haq-di")[1]] == ["WORDS-10"]


def test_the_verb_prints_an_empty_file() -> None:
    """WORD-02."""
    printed = CliRunner().invoke(wording_file, ["haq-di", "--language", "zh-Hant"])
    assert printed.exit_code == 0
    assert printed.stdout.count("text:") == len(CATALOG["haq-di"].items)
    own = CliRunner().invoke(wording_file, ["patient_global", "--study", str(SEED)])
    assert 'low: ""' in own.stdout
    wrong = CliRunner().invoke(wording_file, ["haq"])
    assert wrong.exit_code == 1
    assert "WORDS-02" in wrong.stderr


def test_the_page_shows_what_is_loaded_and_what_is_missing(served: Served) -> None:
    """WORD-04: edition and permission where there is one; line and remedy of a broken file; nothing else to a blind."""
    word_study(served.folder, "haq-di")
    (served.folder / "wordings" / "sf-36-v1.en.yaml").write_text("trialbook-wording: 1\n", encoding="utf-8")
    page = served.browser("nora").get("/wordings/").content.decode()
    assert "An invented owner, 2026-01-05" in page
    assert "sf-36-v1.en.yaml:1:1" in page
    assert "The wording of 36 items is absent" in page
    assert served.browser("asa").get("/wordings/").status_code == 404
