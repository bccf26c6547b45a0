"""The copy of the study file, and the folder in which a rehearsal is built.

COPY-01: the word behind `data` is replaced where it stands, however it is written; nothing else but a line at the head.
COPY-02: a file that does not say it in one word is refused.
COPY-03: a folder that is not an earlier rehearsal, or to which something was added, is not written to.
COPY-04: whatever breaks a rehearsal off leaves the folder as it was, and nothing beside it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.simulate.conftest import STUDIES, STUDY

from trialbook.errors import StudyFileError
from trialbook.instruments import CATALOG
from trialbook.protocol.read import parse_study
from trialbook.simulate.copies import HEAD, invented_copy, is_rehearsal
from trialbook.simulate.place import built_beside


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("data: real", "data: invented"),
        ("data:   real  # yes", "data:   invented  # yes"),
        ("data: 'real'", "data: invented"),
        ('data: "real"', "data: invented"),
        ("data: {is: real, assumed: true}", "data: {is: invented, assumed: true}"),
        ("data: invented", "data: invented"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_word_is_replaced(before: str, after: str, end: str) -> None:
    """COPY-01."""
    text = f"# real 真\ntrialbook: 1\nstudy:\n  title: 'real, data real\N{LINE SEPARATOR}  real'\n  {before}\n".replace(
        "\n", end
    )
    assert invented_copy(text, file="s") == HEAD + text.replace(before, after)
    assert is_rehearsal(invented_copy(text, file="s"))
    assert not is_rehearsal(text)


def test_shipped_studies_are_copied() -> None:
    """COPY-01: the copy reads as the same study but for the word."""
    for file in sorted(STUDIES.glob("*/study.yaml")):
        text = file.read_text(encoding="utf-8")
        study, problems = parse_study(invented_copy(text, file="s"), file="s", catalog=CATALOG)
        assert study is not None, problems
        assert study.identity.data == "invented"


@pytest.mark.parametrize(
    "text", ["study: {id: x}", "study: 3", "study: {data: both}", "study: {data: [real]}", "a: [", ""]
)
def test_what_is_not_said_in_a_word(text: str) -> None:
    """COPY-02."""
    with pytest.raises(StudyFileError) as told:
        invented_copy(text, file="s")
    assert {problem.code for problem in told.value.problems} <= {"SCEN-22", "FILE-05", "FILE-10"}


def rehearsal_in(folder: Path) -> Path:
    """Make what looks like an earlier rehearsal."""
    folder.mkdir()
    (folder / "study.yaml").write_text(invented_copy(STUDY, file="s"), encoding="utf-8")
    (folder / "ledger.db").write_text("earlier", encoding="utf-8")
    return folder


def test_an_earlier_rehearsal_is_replaced(tmp_path: Path) -> None:
    """COPY-03: and an empty folder is filled."""
    earlier = rehearsal_in(tmp_path / "earlier")
    (tmp_path / "empty").mkdir()
    for place in (earlier, tmp_path / "empty", tmp_path / "new" / "deep"):
        with built_beside(place) as made:
            (made / "ledger.db").write_text("new", encoding="utf-8")
        assert [file.name for file in place.iterdir()] == ["ledger.db"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["earlier", "empty", "new"]


@pytest.mark.parametrize("what", ["a file", "a study", "more", "letters"])
def test_anything_else_stays(tmp_path: Path, what: str) -> None:
    """COPY-03."""
    place = tmp_path / "place"
    if what == "a file":
        place.write_text("x", encoding="utf-8")
    elif what == "a study":
        place.mkdir()
        (place / "study.yaml").write_text(STUDY, encoding="utf-8")
    elif what == "letters":
        place.mkdir()
        (place / "study.yaml").write_bytes(b"\xff\xfe")
    else:
        (rehearsal_in(place) / "notes.txt").write_text("mine", encoding="utf-8")
    before = sorted(file.name for file in tmp_path.rglob("*"))
    with pytest.raises(StudyFileError) as told, built_beside(place):
        pass
    assert [problem.code for problem in told.value.problems] == ["SCEN-20"]
    assert sorted(file.name for file in tmp_path.rglob("*")) == before


def break_off(place: Path) -> None:
    """Begin to build, and stop."""
    with built_beside(place) as made:
        (made / "ledger.db").write_text("half", encoding="utf-8")
        raise KeyboardInterrupt


def test_breaking_off_leaves_nothing(tmp_path: Path) -> None:
    """COPY-04."""
    place = rehearsal_in(tmp_path / "place")
    with pytest.raises(KeyboardInterrupt):
        break_off(place)
    assert [file.name for file in tmp_path.iterdir()] == ["place"]
    assert (place / "ledger.db").read_text(encoding="utf-8") == "earlier"
