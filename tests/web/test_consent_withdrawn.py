"""Withdrawal of consent on the site: from treatment alone, and to the use of data.

CONS-07: whoever records the status records both on its page; the participant's page says it in plain words; both can be
    taken back with a reason; nobody else is offered it.
CONS-08: the data that a statistician takes out leave the participant out, and say how many are.
CONS-10: what else is asked under the id of another step, or of the same step with other words, is recorded too.
CONS-09: the report and its flow say how many stopped treatment, and how many are left out.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path

import pytest
from tests.web.conftest import Served

from trialbook.capture.acts import enrol, enter, save_form, screen, withdraw_consent
from trialbook.outcome import analyse, write_report
from trialbook.web.outcome.data_files import data_archive

STATUS = "/participants/P01/status/"


@pytest.fixture
def followed(served: Served) -> Served:
    """Two participants with a laboratory value each."""
    for code in ("P01", "P02"):
        for act in (
            screen(code), save_form(code, "consent", {"date": "2026-01-05"}), enrol(code, on="2026-01-05"),
            enter(code, "enzymes", "ck", "900", visit="baseline"),
        ):  # fmt: skip
            served.site.record(act, by="ida")
    return served


def text(served: Served, person: str, path: str) -> str:
    page = served.browser(person).get(path).content.decode()
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def send(served: Served, step: str, person: str = "ida", **more: str) -> int:
    sent = {"step": step, "request": served.site.new_id(), **more}
    return served.browser(person).post(STATUS, sent).status_code


@pytest.mark.parametrize(
    ("scope", "words", "back"),
    [
        ("treatment", "stopped treatment on", "Take the end of treatment back"),
        ("data use", "withdrew the consent to the use of data on", "The data may be used again"),
    ],
)
def test_cons_07(followed: Served, scope: str, words: str, back: str) -> None:
    """CONS-07."""
    name = scope.replace(" ", "-")
    assert back not in text(followed, "ida", STATUS)
    assert send(followed, f"withdraw_consent-{name}", person="nora", on="2026-02-01") == 404
    assert send(followed, f"withdraw_consent-{name}", on="2026-02-01", why="too far away") == 302
    assert list(followed.site.casebooks["P01"].withdrawn_from) == [scope]
    for person in ("ida", "mona"):
        shown = text(followed, person, "/participants/P01/")
        assert words in shown
        assert "too far away" in shown
    assert back in text(followed, "ida", STATUS)
    assert send(followed, f"restore_consent-{name}", reason=" ") == 422
    assert send(followed, f"restore_consent-{name}", reason="recorded for the wrong person") == 302
    assert dict(followed.site.casebooks["P01"].withdrawn_from) == {}
    assert words not in text(followed, "ida", "/participants/P01/")
    trail = text(followed, "ida", "/audit/")
    done = {
        "treatment": ("treatment stopped", "end of treatment taken back"),
        "data use": ("consent to the use of data withdrawn", "consent to the use of data given again"),
    }[scope]
    assert [word for word in done if word not in trail] == []


def test_cons_08(followed: Served) -> None:
    """CONS-08."""
    followed.site.record(withdraw_consent("P01", "data use", on="2026-02-01"), by="ida")
    view = followed.site.view()
    made = data_archive(view.study, view.casebooks, role="statistician", closed=[], count=view.head.count)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert "P01" not in "".join(files.values())
    assert "P02" in files["participants.csv"]
    assert "P02" in files["answers.csv"]
    assert "left out: 1." in files["about.txt"]


def test_cons_09(followed: Served, tmp_path: Path) -> None:
    """CONS-09."""
    followed.site.record(withdraw_consent("P01", "data use", on="2026-02-01"), by="ida")
    followed.site.record(withdraw_consent("P02", "treatment", on="2026-02-01"), by="ida")
    book = followed.site.book
    datasets, analysis = analyse(book)
    assert datasets.participants["participant"].to_list() == ["P02"]
    rows = {row.id: row.value for row in analysis.results}
    assert rows["disposition.participants.data_use_withdrawn.n"] == 1
    assert rows["disposition.participants.treatment_withdrawn.n"] == 1
    page = write_report(book, tmp_path, now=followed.site.now()).page.read_text(encoding="utf-8")
    plain = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))
    told = (
        "Use of data withdrawn, left out",
        "Stopped treatment",
        "which alone is no end",
        "left out of every other number",
    )
    for words in told:
        assert words in plain


def test_cons_10_one_page_asked_twice(followed: Served) -> None:
    """CONS-10: the page of a step that was recorded, its answer lost, is still open, and all its forms have one id."""
    ida = followed.browser("ida")

    def asked(step: str, **more: str) -> int:
        return ida.post(STATUS, {"step": step, "request": "r-1", **more}).status_code

    assert asked("withdraw", on="2026-02-01", why="moved") == 302
    assert asked("withdraw_consent-data-use", on="2026-02-01", why="moved") == 302
    assert asked("withdraw_consent-treatment", on="2026-02-01", why="moved") == 302
    book = followed.site.casebooks["P01"]
    assert (book.status, sorted(book.withdrawn_from)) == ("withdrawn", ["data use", "treatment"])
    count = followed.site.view().head.count
    assert asked("withdraw", on="2026-02-01", why="moved") in {302, 404}
    assert followed.site.view().head.count == count
