"""Report and data on the site.

OUT-01: results of endpoints stay closed until the planned cut: neither report nor data files tell them.
OUT-02: an earlier look is an act of a right of its own with a reason, and is counted in every report after it.
OUT-07: the id of anything else that was recorded opens nothing, nor does that of an earlier look a second time.
OUT-03: a statistician writes nothing: every address that takes a form refuses, and the ledger stays as it was.
    (ASVS-V8.2.1)
OUT-04: participants stand by their codes; no free text, no date, no file name of a recording leaves the site.
    (ASVS-V14.2.4, ASVS-V15.3.1)
OUT-05: every file that is taken out is noted in the log, and only its maker can fetch it.
OUT-08: of a ledger that fails its own check nothing is made, and whoever keeps the study is told.
OUT-06: who sees no results, a blind role above all, finds no such page.
"""

from __future__ import annotations

import csv
import io
import re
import sqlite3
import time
import zipfile
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from django.test import Client
from tests.web.conftest import CUSTODIAN, PEOPLE, Served
from tests.web.crawling import address
from tests.web.hidden import STUDY, begin, come, day, do, finish
from tests.web.treated import page, words

from trialbook.capture.acts import grant, note
from trialbook.capture.asking import erase
from trialbook.web.errands import ERRANDS
from trialbook.web.models import Look
from trialbook.web.outcome.shelf import MADE
from trialbook.web.routes import ROUTES

NUMBERS = count(1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a small study with a cut."""
    made = tmp_path / "study"
    made.mkdir()
    (made / "study.yaml").write_text(STUDY, encoding="utf-8")
    return made


def made(client: Client, person: str, kind: str, **more: str) -> dict[str, bytes]:
    """Make files and wait for them."""
    answer = client.post("/results/make", {"kind": kind, "request": f"made-{next(NUMBERS)}", **more})
    assert answer.status_code == 302, answer.content
    key = answer.headers["Location"].strip("/").rpartition("/")[2]
    errand = ERRANDS.of(person, key)
    assert errand is not None
    assert errand.wait(60)
    assert (errand.failed, errand.refused) == ("", [])
    return MADE.of(person, key)


def rows(archive: bytes, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        return list(csv.DictReader(io.StringIO(found.read(name).decode())))


def test_out_01_endpoints_are_closed_until_the_cut(served: Served) -> None:
    finish(served, "P1")
    stan = served.browser("stan")
    shown = words(page(stan, "/results/"))
    assert "closed" in shown
    assert "Still to be enrolled: 1" in shown
    files = made(stan, "stan", "report")
    assert sorted(files) == ["report.docx", "report.html", "results.csv", "results.json"]
    assert b"power" not in files["results.csv"]
    assert "results of endpoints was recorded" in files["report.html"].decode()
    data = made(stan, "stan", "data")["hidden-study-data.zip"]
    assert {row["form"] for row in rows(data, "answers.csv")} == {"diary", "lab", "guess"}
    fates = {row["item"]: row["in_these_files"] for row in rows(data, "codebook.csv")}
    assert fates["left"] == "closed until the planned cut of the data"


def test_out_01_they_open_at_the_cut(served: Served) -> None:
    finish(served, "P1")
    finish(served, "P2")
    stan = served.browser("stan")
    shown = words(page(stan, "/results/"))
    assert "The planned cut of the data is reached: when every planned participant has completed" in shown
    assert b"power" in made(stan, "stan", "report")["results.csv"]
    data = made(stan, "stan", "data")["hidden-study-data.zip"]
    rated = [row for row in rows(data, "answers.csv") if row["form"] == "rating"]
    assert [(row["participant"], row["visit"], row["day"], row["value"]) for row in rated[:2]] == [
        ("P1", "baseline", "0", "4"),
        ("P1", "week 4", "28", "5"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("data: real", "data: invented", "results of invented data are never closed"),
        ("  cut: after week 8\n", "", "The study file closes no results until a cut of the data."),
    ],
)
def test_out_01_it_is_said_why_they_are_open(unopened: Served, old: str, new: str, said: str) -> None:
    """OUT-01: a cut that nobody has reached is not said to be reached."""
    file = unopened.folder / "study.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    unopened.site.begin(CUSTODIAN)
    unopened.site.record(grant("stan", "statistician"), by=CUSTODIAN)
    shown = words(page(unopened.browser("stan"), "/results/"))
    assert said in shown
    assert "is reached" not in shown


@pytest.mark.parametrize("kind", ["report", "data"])
def test_out_08_nothing_of_a_damaged_ledger(served: Served, kind: str) -> None:
    finish(served, "P1")
    stan, carla = served.browser("stan"), served.browser(CUSTODIAN)
    assert "fails its own check" not in words(page(carla, "/"))
    with closing(sqlite3.connect(served.folder / "ledger.db", isolation_level=None)) as ledger:
        guards = ledger.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            ledger.execute(f'DROP TRIGGER "{name}"')
        ledger.execute("UPDATE entry SET value = '2001-01-01' WHERE act = 'enrol'")
        for _, text in guards:
            ledger.execute(text)
    answer = stan.post("/results/make", {"kind": kind, "request": f"made-{next(NUMBERS)}"})
    key = answer.headers["Location"].strip("/").rpartition("/")[2]
    errand = ERRANDS.of("stan", key)
    assert errand is not None
    assert errand.wait(60)
    assert (errand.failed, errand.done, MADE.of("stan", key)) == ("", [], {})
    shown = words(page(stan, answer.headers["Location"]))
    assert "was changed after it was written" in shown
    assert "P1" not in shown
    assert "fails its own check" in words(page(carla, "/"))
    assert "fails its own check" not in words(page(stan, "/"))


def test_out_02_an_earlier_look_is_an_act(served: Served) -> None:
    """R45."""
    finish(served, "P1")
    ida, stan = served.browser("ida"), served.browser("stan")
    assert "Look before the planned cut" in page(ida, "/results/")
    assert "Look before the planned cut" not in page(stan, "/results/")
    asked = {"kind": "report", "look": "yes", "request": "l-1"}
    assert ida.post("/results/make", {**asked, "reason": " "}).status_code == 422
    before = served.site.view().head.count
    refused = stan.post("/results/make", {**asked, "request": "l-2", "reason": "curious"})
    assert (refused.status_code, served.site.view().head.count) == (422, before)
    files = made(ida, "ida", "report", look="yes", reason="the board asked for it")
    (look,) = served.site.view().marks.looks
    assert (look.by, look.reason) == ("ida", "the board asked for it")
    assert b"power" in files["results.csv"]
    assert "the board asked for it" in page(stan, "/results/")
    told = words(made(stan, "stan", "report")["report.html"].decode())
    assert re.search(r"looked at\s+1\s+time before the planned cut", told)
    assert "the board asked for it" in told
    assert b"power" not in made(stan, "stan", "report", again="1")["results.csv"]


def test_out_03_a_statistician_writes_nothing(served: Served) -> None:
    """Every address that takes a form, with everything in place that it names."""
    begin(served, "P1")
    come(served, "P1", "baseline", ago=60)
    stan, before = served.browser("stan"), served.site.view().head.count
    own = {"sign-in", "sign-out", "second-factor", "set-up-second-factor", "password", "keep-alive", "choose-role",
           "language", "choose-language", "first-run", "change-password"}  # fmt: skip
    names = {"participant": "P1", "visit": "baseline", "form": "diary", "repeat": "1", "number": "1", "treatment": "x",
             "code": "ida", "asked": "x", "key": "x", "name": "x", "token": "x"}  # fmt: skip
    typed = {"answer.days": "9", "items": "days", "request": "write-1", "text": "x", "reason": "x", "why.": "x",
             "step": "withdraw", "level": "form", "doing": "freeze", "kind": "", "form": "clip"}  # fmt: skip
    for route in ROUTES:
        if route.name in own:
            continue
        path = address(route, names)
        answer = stan.post(path, typed)
        assert answer.status_code < 500, path
        assert served.site.view().head.count == before, path
    assert served.site.casebooks["P1"].value("diary", "days", visit="baseline") == "3"


def test_out_04_nothing_that_names_anybody_leaves(served: Served) -> None:
    """EDC-36, EDC-37: CSV with a codebook, formula-safe, no free text, dates as study days."""
    finish(served, "P1")
    finish(served, "P2")
    stan = served.browser("stan")
    files = {**made(stan, "stan", "report"), **made(stan, "stan", "data")}
    data = files.pop("hidden-study-data.zip")
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        files |= {name: found.read(name) for name in found.namelist()}
    for name, content in files.items():
        assert b"told by" not in content, name
        assert b".mp4" not in content, name
    assert not [one for one in rows(data, "answers.csv") if day(served, 70) in one.values()]
    dated = [row for row in rows(data, "answers.csv") if row["item"] == "on"]
    assert [(row["value"], row["unit"]) for row in dated[:2]] == [("0", "study day"), ("56", "study day")]
    assert {row["in_these_files"] for row in rows(data, "codebook.csv") if row["item"] == "said"} == {
        "left out: free text"
    }
    assert "=" not in {cell[:1] for row in rows(data, "answers.csv") for cell in row.values()}


def test_out_04_what_was_erased_has_a_code(served: Served) -> None:
    """An answer that lost its words is not left out: it stands there as erased, of forms that the role sees alone."""
    finish(served, "P1")
    every = served.site.history(participant="P1")
    typed = [entry.seq for entry in every if entry.item in {"days", "left"} and entry.visit == "week 4"]
    do(served, "carla", erase(typed, reason="A name was typed"))
    stan = served.browser("stan")
    lines = rows(made(stan, "stan", "data")["hidden-study-data.zip"], "answers.csv")
    gone = [(row["participant"], row["form"], row["value"]) for row in lines if row["missing"] == "erased"]
    assert ("P1", "diary", "") in gone
    with zipfile.ZipFile(io.BytesIO(made(served.browser("nora"), "nora", "data")["hidden-study-data.zip"])) as archive:
        assert b",rating,,left,,,erased" not in archive.read("answers.csv")


def test_out_05_taking_out_is_noted(served: Served) -> None:
    finish(served, "P1")
    stan = served.browser("stan")
    answer = stan.post("/results/make", {"kind": "data", "request": "noted"})
    errand = ERRANDS.of("stan", "noted-data")
    assert errand is not None
    assert errand.wait(30)
    shown = page(stan, answer.headers["Location"])
    assert "hidden-study-data.zip" in shown
    assert not Look.objects.filter(person="stan", what="export").exists()
    taken = stan.get("/results/noted-data/hidden-study-data.zip")
    assert taken.headers["Content-Disposition"] == 'attachment; filename="hidden-study-data.zip"'
    (line,) = Look.objects.filter(person="stan", what="export")
    assert line.note.startswith("hidden-study-data.zip")
    for person in ("ida", "mona"):
        assert served.browser(person).get("/results/noted-data/hidden-study-data.zip").status_code == 404


@pytest.mark.parametrize("person", ["asa", "nora", "dan", "carla"])
def test_out_06_who_sees_no_results_finds_no_page(served: Served, person: str) -> None:
    finish(served, "P1")
    status = 200 if person == "nora" else 404  # nora's role sees everything
    assert served.browser(person).get("/results/").status_code == status
    assert person in PEOPLE or person == "carla"
    if person != "nora":
        assert served.browser(person).post("/results/make", {"kind": "data"}).status_code == 404


def test_out_01_making_is_in_the_background(served: Served) -> None:
    finish(served, "P1")
    began = time.monotonic()
    answer = served.browser("stan").post("/results/make", {"kind": "report", "request": "slow"})
    assert answer.status_code == 302
    assert time.monotonic() - began < 5
    errand = ERRANDS.of("stan", "slow-report")
    assert errand is not None
    assert errand.total == 5
    assert errand.wait(60)


def test_out_07_the_id_of_something_else(served: Served) -> None:
    """OUT-07."""
    finish(served, "P1")
    ida = served.browser("ida")
    served.site.record(note("Called them", participant="P1"), by="ida", request="r-1")
    asked = {"kind": "data", "look": "yes", "reason": "curious", "request": "r-1"}
    for _ in range(2):
        answer = ida.post("/results/make", asked)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/results/r-1-data/")
        assert [look.reason for look in served.site.view().marks.looks] == ["curious"]
    served.browser("stan").post("/results/make", {**asked, "kind": "report"})
    assert len(served.site.view().marks.looks) == 1
