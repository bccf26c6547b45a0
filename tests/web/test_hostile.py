"""A study file whose every text means harm: pages, reports and files show it as text, and nothing runs or breaks out.

HOST-01: on no page does a text of the study make an element, an attribute, an address or a script, is it computed, or
    does a page fail (ASVS-V1.2.1, ASVS-V1.2.2, ASVS-V1.2.3, ASVS-V1.3.7, ASVS-V1.3.10, ASVS-V3.2.2).
HOST-02: page, Word, PDF, RTF and JSON of the report hold it as text (ASVS-V1.1.2, ASVS-V1.2.8, ASVS-V1.3.3).
HOST-03: no cell of a file starts a formula, and a quote stays in its cell (ASVS-V1.2.10).
HOST-04: calendars, names of files, archives and headers keep their shape (ASVS-V1.2.1, ASVS-V5.4.2, ASVS-V5.3.2).
HOST-05: names that are no names, controls, texts turned round, and numbers beyond any are refused with a sentence
    (ASVS-V2.2.1, ASVS-V1.4.2).
HOST-06: a condition is read by an engine of its own, in bounded time, whatever it says (ASVS-V1.3.2, ASVS-V1.2.9).
HOST-07: codes of participants and sites are shown as text wherever they stand, and lead to their own page
    (ASVS-V1.1.1, ASVS-V1.2.2).
HOST-08: the tests would tell: a text that is not escaped, a cell that is not, are found.

`TRIALBOOK_HOSTILE=500 pytest tests/web/test_hostile.py -k generated` tries as many studies, by chance.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from time import process_time
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from django.db import connections
from django.test import override_settings
from django.utils.safestring import mark_safe
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.web.conftest import CUSTODIAN, Served, use_database
from tests.web.crawling import address
from tests.web.hostile_study import (
    HOSTILE,
    REFUSED,
    STUDY,
    study_text,
    wrong_in_calendar,
    wrong_in_csv,
    wrong_in_header,
    wrong_in_page,
    wrong_in_text,
)
from tests.web.test_results import made

from trialbook.capture.acts import enrol, grant, note, save_form, screen
from trialbook.capture.asking import raise_query
from trialbook.errors import ActRefused
from trialbook.folder import StudyFolder
from trialbook.outcome import write_report
from trialbook.protocol.model import Study
from trialbook.protocol.read import parse_study
from trialbook.web.routes import ROUTES
from trialbook.web.site import close_sites, site_at
from trialbook.wording import remedy, sentence

TIMES = int(os.environ.get("TRIALBOOK_HOSTILE", "2"))
IS_CAMPAIGN = "TRIALBOOK_HOSTILE" in os.environ
HERE, SITE = "=1+1<xss-p>'\"/{{1337*1337}}", "<xss-s>"
"""A code of a participant, and of a site."""
FORMS = ("background", "enzymes", "strength", "infusion", "ill")
PERSONS = {"ida": "investigator", "mona": "monitor", "asa": "assessor", "stan": "statistician"}


@contextmanager
def serving(migrated: Path, text: str, words: Sequence[str], *, codes: Sequence[str] = ("=1+1",)) -> Iterator[Served]:
    """Serve a study with a participant, of whom these words were recorded."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    try:
        (folder / "study.yaml").write_text(text, encoding="utf-8")
        shutil.copy(migrated, folder / "people.db")
        use_database(folder / "people.db")
        with override_settings(STUDY_FOLDER=folder):
            served = Served(folder, site_at(folder))
            served.site.begin(CUSTODIAN)
            record(served, words, codes)
            yield served
    finally:
        close_sites()
        connections.close_all()
        shutil.rmtree(folder)


def record(served: Served, words: Sequence[str], codes: Sequence[str]) -> None:
    """Record a participant with two visits."""
    site = served.site
    for person, role in PERSONS.items():
        site.record(grant(person, role), by=CUSTODIAN)
    day = (site.today() - timedelta(days=40)).isoformat()
    for code in (HERE, "P2"):
        site.record(screen(code, site=SITE), by="ida")
        site.record(save_form(code, "background", {"sex": "F", "several": codes[0]}), by="ida")
        site.record(enrol(code, on=day), by="ida")
        for visit, value in (("baseline", "900"), ("week 4", "300")):
            site.record(save_form(code, "enzymes", {"ck": value}, visit=visit), by="ida")
        site.record(save_form(code, "infusion", {"start": day, "given": "500"}, repeat="1"), by="ida")
        site.record(save_form(code, "ill", {"term": "=1+1 <xss-t>", "serious": "yes"}, repeat="1"), by="ida")
    for text in words:
        told = " ".join(text.split())[:300]
        # what holds a sign that nobody sees is no answer; the rest is
        with suppress(ActRefused):
            site.record(save_form(HERE, "background", {"said": told}, reasons=told), by="ida")
        with suppress(ActRefused):
            site.record(note(told, participant=HERE), by="ida")
        with suppress(ActRefused):
            site.record(raise_query(HERE, told, form="enzymes", item="ck", visit="baseline"), by="mona")


# ---- pages ------------------------------------------------------------------------------------------------------


def addresses() -> Iterator[str]:
    """Yield addresses of every route that shows something of the participant or the study."""
    for route in ROUTES:
        if route.name != "sign-out":
            for form in FORMS if "<code:form>" in route.path else ("",):
                names = {
                    "participant": quote(HERE.replace("~", "~0").replace("/", "~1"), safe=""), "visit": "baseline",
                    "form": form, "repeat": "1", "treatment": "drug", "number": "1", "code": "ida",
                }  # fmt: skip
                yield address(route, names, "k1")
    yield from ("/participants/?q=%3Cxss-q%3E", "/audit/?q=%22%3E%3Cxss-q%3E", "/queries/?show=all", "/?all=1")


def crawl(served: Served, persons: Sequence[str]) -> list[str]:
    """Return what is wrong on any page that somebody is shown."""
    wrong = []
    for person in persons:
        browser = served.browser(person)
        for path in addresses():
            answer: Any = browser.get(path)
            wrong += [f"{person} {path}: {what}" for what in judged(answer)]
    return wrong


def judged(answer: Any) -> Iterator[str]:
    """Yield what is wrong with an answer, whatever it is."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    answer.close()
    if answer.status_code >= 500:
        yield f"status {answer.status_code}"
    for name, value in answer.items():
        yield from wrong_in_header(name, value)
    yield from wrong_in_file(answer.headers.get("Content-Type", ""), body)


def wrong_in_file(kind: str, body: bytes) -> Iterator[str]:
    """Yield what is wrong with a file, by its kind."""
    if kind.startswith("text/html"):
        yield from wrong_in_page(body.decode())
    elif kind.startswith("text/csv"):
        yield from wrong_in_csv(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
    elif kind.startswith("text/calendar"):
        yield from wrong_in_calendar(body.decode())
    elif kind.startswith("application/json"):
        json.loads(body)
    elif kind.startswith("application/pdf"):
        yield from wrong_in_pdf(body)


def wrong_in_pdf(body: bytes) -> list[str]:
    """Return what a PDF would do when it is opened, and addresses that are no part of it."""
    parts = [body]
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", body, re.DOTALL):
        try:
            parts.append(zlib.decompress(packed))
        except zlib.error:
            continue
    signs = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/OpenAction", b"//evil.example)", b"root:x:0:0")
    return [sign.decode() for sign in signs if any(sign in part for part in parts)]


@pytest.mark.parametrize(("turn", "persons"), [(0, ("ida", "asa")), (1, ("mona", "stan", CUSTODIAN))])
def test_host_01_every_text_on_every_page(migrated: Path, turn: int, persons: tuple[str, ...]) -> None:
    """HOST-01, HOST-03, HOST-04, HOST-07: each of the texts stands somewhere in one of two studies."""
    texts = HOSTILE[len(HOSTILE) // 2 * turn :]
    with serving(migrated, study_text(texts), texts[:12]) as served:
        assert crawl(served, persons) == []


TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(
        st.characters(
            exclude_categories=["Cc", "Cs", "Cn"],
            exclude_characters=TURNING,
        ),
        min_size=1,
        max_size=60,
    ).filter(str.strip),
    st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=3).map("".join),
)


@settings(
    max_examples=TIMES,
    deadline=None,
    database=None,
    derandomize=not IS_CAMPAIGN,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(TEXTS, min_size=1, max_size=12))
def test_host_01_generated_studies(migrated: Path, texts: list[str]) -> None:
    """HOST-01, HOST-02, HOST-05: by chance; a study that is refused is refused with sentences."""
    text = study_text(texts)
    study, problems = parse_study(text, file="study.yaml")
    assert (study is None) == any(one.level == "error" for one in problems)
    assert all(sentence(one) and remedy(one) for one in problems)
    if study is None:
        return
    with serving(migrated, text, texts) as served:
        assert crawl(served, ("ida",)) == []
        if IS_CAMPAIGN:
            assert report_wrongs(served) == []


def test_host_08_what_is_not_escaped_is_found(migrated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HOST-08: a label that is trusted once is found on a page."""
    said = Study.say
    monkeypatch.setattr(Study, "say", lambda *args: mark_safe(said(*args)))  # noqa: S308 - the planted fault
    with serving(migrated, study_text(HOSTILE[:4]), ()) as served:
        assert any("xss" in what for what in crawl(served, ("ida",)))


# ---- reports and files ------------------------------------------------------------------------------------------


def report_wrongs(served: Served) -> list[str]:
    """Return what is wrong with any file of the report."""
    out = served.folder / "report"
    write_report(served.site.book, out, now=served.site.now(), kinds=("word", "pdf", "rtf"))
    wrong = list(wrong_in_file("text/html", (out / "report.html").read_bytes()))
    wrong += wrong_in_file("text/csv", (out / "results.csv").read_bytes())
    wrong += wrong_in_file("application/pdf", (out / "report.pdf").read_bytes())
    return wrong + wrong_in_word(out / "report.docx") + wrong_in_rtf((out / "listings.rtf").read_text("ascii"))


def wrong_in_word(file: Path) -> list[str]:
    """Return what is wrong with a Word file: parts that are no XML, and anything it would fetch or compute."""
    wrong = []
    with zipfile.ZipFile(file) as packed:
        for name in packed.namelist():
            wrong += [name] if name.startswith(("/", "..")) or "\\" in name or "vbaProject" in name else []
            if name.endswith((".xml", ".rels")):
                wrong += [f"{name}: {what}" for what in wrong_in_xml(packed.read(name))]
    return wrong


def wrong_in_xml(content: bytes) -> Iterator[str]:
    """Yield elements that a text made, instructions, and links away; raises where it is not well formed."""
    for element in ET.fromstring(content).iter():  # noqa: S314 - the file was just made
        tag = element.tag.rpartition("}")[2]
        if tag.startswith("xss"):
            yield f"<{tag}>"
        if tag == "instrText" and not re.match(r"\s*(PAGE|NUMPAGES|REF|TOC|SEQ)\b", element.text or ""):
            yield element.text or ""
        if element.get("TargetMode") == "External":
            yield str(element.get("Target"))


def wrong_in_rtf(text: str) -> list[str]:
    """Return what is wrong with an RTF file: braces that do not match, instructions that a text gave."""
    plain = re.sub(r"\\[\\{}]", "", text)
    depth = plain.count("{") - plain.count("}")
    return [*re.findall(r"\\fldinst[^}]*(?:INCLUDE|HYPERLINK|DDE)[^}]*", plain), *([f"depth {depth}"] if depth else [])]


@pytest.mark.parametrize("turn", range(2))
def test_host_02_reports(migrated: Path, turn: int) -> None:
    """HOST-02, HOST-03: page, CSV, Word, PDF and listings."""
    texts = HOSTILE[len(HOSTILE) // 2 * turn :]
    with serving(migrated, study_text(texts), texts[:12]) as served:
        assert report_wrongs(served) == []


def test_host_03_data(migrated: Path) -> None:
    """HOST-03, HOST-04: the archive of data: names of our own, cells that start nothing, quotes that hold."""
    with serving(migrated, study_text(HOSTILE), HOSTILE[:20]) as served:
        files = made(served.browser("ida"), "ida", "data")
        for archive in files.values():
            with zipfile.ZipFile(io.BytesIO(archive)) as packed:
                assert [name for name in packed.namelist() if not re.fullmatch(r"[\w.-]+", name)] == []
                for name in packed.namelist():
                    assert list(wrong_in_file("text/csv" if name.endswith(".csv") else "", packed.read(name))) == []


def test_host_04_calendar(migrated: Path) -> None:
    """HOST-04: the feed of a person, with hostile visits, codes and sites."""
    with serving(migrated, study_text(HOSTILE[::-1]), ()) as served:
        browser = served.browser("ida")
        page = browser.post("/calendar/feeds/make", {"request": "r1"}, follow=True).content.decode()
        feed = re.search(r"/calendar/[\w-]+\.ics", page)
        assert feed is not None, page
        answer: Any = browser.get(feed[0])
        assert answer.content.startswith(b"BEGIN:VCALENDAR")
        assert list(judged(answer)) == []


def test_host_08_a_cell_a_calendar_and_a_header_are_found() -> None:
    """HOST-08: what the judges must find, and what they must not."""
    assert wrong_in_csv(iter([["=1+1", "+x", "-x", "@x", "\tx"], ["-1.5", "+2", "'=1", "", "x=1"]])) == [
        "=1+1", "+x", "-x", "@x", "\tx"
    ]  # fmt: skip
    assert wrong_in_calendar("BEGIN:VCALENDAR\r\nSUMMARY:a\r\n b\r\nATTENDEE:mailto:x\r\n") == ["ATTENDEE:mailto:x"]
    assert wrong_in_header("Content-Disposition", 'attachment; filename="a"; evil="b"')
    assert wrong_in_header("Content-Disposition", 'attachment; filename="a.csv"') == []
    assert wrong_in_page("<p title='a' onclick='b'><xss-a></p>") == ["<p onclick='b'>", "<xss-a>"]
    assert wrong_in_page("<a href='javascript:1'>x</a>") != []
    assert wrong_in_page("<p>&lt;xss-a onclick=1&gt;</p><a href='/a'>x</a>") == []
    assert wrong_in_text("1787569") != []
    assert wrong_in_rtf("{\\rtf1 {\\field{\\*\\fldinst INCLUDETEXT x}}") != []


# ---- what is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", REFUSED)
def test_host_05_texts_that_are_no_texts(text: str) -> None:
    """HOST-05: controls, halves of letters, and what turns a line round."""
    study, problems = parse_study(study_text([text]), file="study.yaml")
    assert study is None
    assert all(sentence(one) for one in problems)


NAMES = ("enzymes", "ck", "week 4", "investigator", "drug", "hostile", "enrolled", "ND", "I1", "odd")
"""Names of every kind: form, item, visit, role, treatment, study, set, code, criterion, check."""


@pytest.mark.parametrize("name", NAMES)
def test_host_05_names_that_are_no_names(name: str) -> None:
    """HOST-05: nothing but letters, digits and few signs names anything, wherever the name stands."""
    for text in (
        *HOSTILE[NAMES.index(name) :: len(NAMES)],
        *REFUSED,
        "xlsx",
        "con",
        "a" * 70,
        "\u0430dmin",
        "ck\u0301",
        "\uff21",
    ):
        changed = re.sub(rf"\b{name}\b", lambda _: json.dumps(text), study_text(["a"]))  # noqa: B023 - used at once
        study, problems = parse_study(changed, file="study.yaml")
        assert all(sentence(one) and remedy(one) for one in problems)
        assert study is None or name == "ND" or re.fullmatch(r"[A-Za-z0-9_ -]+", text), text


NUMBERS = (
    "9" * 400,
    "1e999999999",
    "-1e999",
    "NaN",
    "inf",
    "0x10",
    "1_000",
    "\u0661\u0662",
    "1,5",
    "--1",
    "1.",
    ".5",
    "9" * 5000,
)


@pytest.mark.parametrize(
    "place", ["4\nroles", "3 days", "500 mg", "every: 2", "times: 2", "0 to 2000", "0 to 10", "200,"]
)
def test_host_05_numbers_beyond_any(place: str) -> None:
    """HOST-05: refused at their place, at once."""
    begun = process_time()
    for number in NUMBERS:
        changed = study_text(["a"]).replace(place, re.sub(r"\d+", number, place, count=1))
        study, problems = parse_study(changed, file="study.yaml")
        assert all(sentence(one) for one in problems)
        assert study is None or number in {"1.", ".5"}, number
    assert process_time() - begun < 10


CONDITIONS = (
    "enzymes.ck.matches('(a+)+$')",
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('(a|aa)+$')",
    "(" * 5000 + "true" + ")" * 5000,
    "!" * 5000 + "true",
    "true && " * 5000 + "true",
    "1 + " * 5000 + "1 > 0",
    "[1,2,3].all(a, [1,2,3].all(b, [1,2,3].all(c, true)))",
    "[[[[[[[[[[]]]]]]]]]] == []",
    "'" + "x" * 500_000 + "' == 'x'",
    "__import__('os').system('id')",
    "().__class__.__bases__[0].__subclasses__()",
    "enzymes.__class__",
    "eval('1')",
    "enzymes.ck > 1e999",
    "9" * 5000 + " > 1",
    "enzymes.ck / 0.0 > 1.0",
    "enzymes.ck % 0 == 1",
    "{{1337*1337}}",
    "${7*7}",
    "enzymes['ck'] > 1",
    "has(enzymes.ck) ? true : false",
    "size('a') > 0",
    "duration('9999999999999h') > duration('1s')",
    "timestamp('9999-12-31T23:59:59Z') > timestamp('0001-01-01T00:00:00Z')",
    "\x00",
    "\u202e",
    "",
    "\\",
    '"',
    "'''",
    "//",
    "true // x",
    "r'\\' == ''",
    "b'\\xff' == b''",
    "enzymes.ck == enzymes.ck.ck.ck",
    "a.b.c.d.e.f.g.h",
    "null == null",
)


@pytest.mark.parametrize("condition", CONDITIONS, ids=range(len(CONDITIONS)))
def test_host_06_conditions(condition: str) -> None:
    """HOST-06: refused with a sentence, or a condition like any other; at once."""
    begun = process_time()
    text = study_text(["a"]).replace("'enzymes.ck < 400.0'", json.dumps(condition))
    _study, problems = parse_study(text, file="study.yaml")
    assert all(sentence(one) and remedy(one) for one in problems)
    assert process_time() - begun < 5


def test_host_06_files_that_are_no_study(tmp_path: Path) -> None:
    """HOST-06, HOST-05: deep, endless, tagged, doubled, foreign: refused at once, and nothing is made of it."""
    begun = process_time()
    bombs = (
        "[" * 100_000,
        "{a: " * 50_000,
        "a: &a [x]\nb: [*a, *a]",
        "!!python/object/apply:os.system ['id']",
        "- " * 50_000,
        "!!binary aaaa",
        "a: 1\na: 2",
        "\x00",
        "\ufffe",
        "---\n---\n",
        "%YAML 9.9\n---\na",
        "a: !<tag:x> b",
        "? [a]\n: b",
        "<<: {a: b}",
        "a" * 3_000_000,
        "a: |\n" + " x\n" * 200_000,
        "\t",
        "a: 'b",
        "`",
        "@",
        "%",
        "\ud7ff: \ue000",
    )
    for text in bombs:
        study, problems = parse_study(text, file="study.yaml")
        assert study is None, text[:40]
        assert all(sentence(one) for one in problems)
    assert process_time() - begun < 20
    assert list(tmp_path.iterdir()) == []


def test_host_07_every_text_was_there() -> None:
    """HOST-08: the study of these tests has texts at many places, and is refused for none of them."""
    assert STUDY.count("@@") >= 38
    for text in HOSTILE:
        study, problems = parse_study(study_text([text]), file="study.yaml")
        assert study is not None, (text, [sentence(one) for one in problems])


def test_host_07_no_way_out_of_the_folder(migrated: Path) -> None:
    """HOST-07, ASVS-V5.3.2: no code of a study, participant or site names a file."""
    with serving(migrated, study_text(["../../x"]), ("../../x",)) as served:
        before = {file.name for file in served.folder.iterdir()}
        crawl(served, ("ida",))
        write_report(served.site.book, served.folder / "report", now=served.site.now())
        open_accounts = {"people.db-wal", "people.db-shm"}
        assert {file.name for file in served.folder.iterdir()} - before <= {"report", *open_accounts}
        assert StudyFolder(served.folder).ledger.exists()
