"""Imports on the site: sent, compared, accepted as one act.

IMPORT-01: one bad value stops the whole import; all of them are listed with row and column, and nothing is written.
IMPORT-02: old and new stand side by side before anything is recorded, and what is shown is what is recorded.
    (ASVS-V2.3.1)
IMPORT-03: an empty cell takes nothing away.
IMPORT-04: a file for visits needs the visit, one for forms with rows the row.
IMPORT-05: nothing gets into what is locked.
    (ASVS-V2.3.1)
IMPORT-06: a change needs a reason, its own or one for all, and the ledger keeps it.
IMPORT-07: sent again, the same is stored once; what changed meanwhile is shown again first.
    (ASVS-V2.3.3)
IMPORT-08: site, role and rights bound what can be imported and what is told.
    (ASVS-V8.2.2, ASVS-V8.3.3)
IMPORT-09: what was sent waits privately, for whom who sent it, and is gone with the decision or with time.
    (ASVS-V5.3.1, ASVS-V14.2.4)
IMPORT-10: no upload is taken that is too large, named to lead elsewhere, or a bomb; nothing taken out starts a formula.
    (ASVS-V1.2.10, ASVS-V3.5.1, ASVS-V5.2.1, ASVS-V5.2.2, ASVS-V5.2.3, ASVS-V5.3.2, ASVS-V5.4.1)
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook
from tests.web.conftest import CUSTODIAN, Served, account_of
from tests.web.treated import page, treat, words

from trialbook.capture.acts import correct, enter, grant, lock, revoke, screen
from trialbook.web.imports import drafts, receiving
from trialbook.web.imports.comparing import act_of, compare
from trialbook.web.models import Look
from trialbook.web.pages import imports

IMPORTS = "/imports/"
HEAD = "participant,visit,enzymes.ck,enzymes.ck_upper,enzymes.ldh\n"
ROW = "P01,baseline,1850,190,600\n"


@pytest.fixture
def treated(served: Served) -> Served:
    return treat(served)


def file(text: str | bytes, name: str = "labs.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def send(served: Served, *files: SimpleUploadedFile, person: str = "dan", map_text: str = "") -> Any:
    """Send files; return the answer."""
    sent: dict[str, Any] = {"files": list(files)}
    if map_text:
        sent["map"] = file(map_text, "map.yaml")
    return served.browser(person).post(IMPORTS, sent)


def sent(served: Served, text: str, person: str = "dan", **more: str) -> str:
    """Send a file that is taken; return the address of its comparison."""
    answer = send(served, file(text), person=person, **more)
    assert answer.status_code == 303, plain(answer)
    return str(answer.headers["Location"])


def plain(answer: Any) -> str:
    return words(answer.content.decode())


def field(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found is not None, words(html)
    return found[1]


def reasons_in(html: str) -> dict[str, str]:
    """Return what stands in the fields for reasons of single changes, in the order of the page."""
    return dict(re.findall(r'name="(reason\.[^"]+)" value="([^"]*)"', html))


def accept(served: Served, address: str, person: str = "dan", html: str = "", **more: str) -> Any:
    """Accept what a comparison shows."""
    client = served.browser(person)
    html = html or page(client, address)
    shown = {"seen": field(html, "seen"), "request": field(html, "request")}
    return client.post(address, {**shown, **more}, follow=True)


def value(served: Served, form: str, item: str, visit: str = "baseline", code: str = "P01") -> str | None:
    return served.site.view().casebooks[code].value(form, item, visit=visit)


def head(served: Served) -> str:
    return served.site.view().head.hash


def waiting(served: Served) -> list[Path]:
    return list((served.folder / drafts.FOLDER).glob("*"))


def test_import_01_every_bad_cell_is_told_and_nothing_is_written(treated: Served) -> None:
    """EDC-30: one bad value stops the whole import; all are listed with row and column."""
    before = head(treated)
    address = sent(treated, HEAD + "P01,baseline,much,190,600\nP01,week 99,1,190,low\nP77,baseline,1,1,1\n")
    shown = words(page(treated.browser("dan"), address))
    for told in ("labs.csv:2, column “enzymes.ck”", "labs.csv:3", "labs.csv:4", "much", "week 99", "P77"):
        assert told in shown
    assert "Nothing can be imported yet" in shown
    answer = treated.browser("dan").post(address, {"seen": "x", "request": "r"})
    assert answer.status_code == 409
    assert head(treated) == before


def test_import_02_old_beside_new(treated: Served) -> None:
    """EDC-31: what is new, what changes from what to what, what is the same; then it is recorded as one act."""
    accept(treated, sent(treated, HEAD + ROW))
    address = sent(treated, HEAD + "P01,baseline,1900,190,600\nP01,week 4,900,190,\n")
    html = page(treated.browser("dan"), address)
    assert "<del>1850</del>" in html
    assert "<ins>1900</ins>" in html
    assert re.search(r"<strong>2</strong> <span class=\"badge good\">new", html)
    assert re.search(r"<strong>2</strong> <span class=\"badge\">the same", html)
    assert value(treated, "enzymes", "ck") == "1850"
    answer = accept(treated, address, reason="laboratory sent it again")
    assert "3 entries were recorded" in plain(answer)
    assert value(treated, "enzymes", "ck") == "1900"
    assert value(treated, "enzymes", "ck", visit="week 4") == "900"


def test_import_03_an_empty_cell_takes_nothing_away(treated: Served) -> None:
    """EDC-32: blank cells never overwrite."""
    accept(treated, sent(treated, HEAD + ROW))
    shown = words(page(treated.browser("dan"), sent(treated, HEAD + "P01,baseline,,190,\n")))
    assert "there is nothing to import" in shown
    assert "2 empty, so nothing" in shown
    assert value(treated, "enzymes", "ck") == "1850"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("participant,enzymes.ck\nP01,1\n", "there is no column `visit`"),
        ("participant,adverse_events.term\nP01,Fever\n", "there is no column `row`"),
        ("visit,enzymes.ck\nbaseline,1\n", "no column `participant`"),
        ("participant,visit,CK\nP01,baseline,1\n", "No column names an item"),
        ("participant,visit,enzymes.cc\nP01,baseline,1\n", "has no such item"),
    ],
)
def test_import_04_what_a_plain_file_needs(treated: Served, text: str, told: str) -> None:
    """EDC-33: a row of a visit names the visit, a row of a repeating form its number."""
    answer = send(treated, file(text))
    assert (answer.status_code, told in plain(answer)) == (422, True), plain(answer)
    assert waiting(treated) == []


def test_import_04_rows_of_a_form(treated: Served) -> None:
    """EDC-33: with visit and row it is understood; a row without them is told."""
    address = sent(treated, "participant,row,adverse_events.term\nP01,7,Fever\nP01,,Rash\n")
    assert "labs.csv:3" in words(page(treated.browser("dan"), address))
    accept(treated, sent(treated, "participant,row,adverse_events.term\nP01,7,Fever\n"))
    casebook = treated.site.view().casebooks["P01"]
    assert casebook.value("adverse_events", "term", repeat="7") == "Fever"


def test_import_05_nothing_gets_into_what_is_locked(treated: Served) -> None:
    """EDC-34: neither before nor after it was shown."""
    address = sent(treated, HEAD + ROW)
    html = page(treated.browser("dan"), address)
    at = {"participant": "P01", "visit": "baseline", "form": "enzymes"}
    treated.site.record(lock("form", reason="over", **at), by="dan")
    before = head(treated)
    assert accept(treated, address, html=html).status_code == 409
    assert "locked" in words(page(treated.browser("dan"), sent(treated, HEAD + ROW)))
    assert head(treated) == before


def test_import_06_a_change_needs_a_reason(treated: Served) -> None:
    """EDC-35: one for all, or one of its own; the trail has it."""
    accept(treated, sent(treated, HEAD + ROW))
    address = sent(treated, HEAD + "P01,baseline,1900,200,600\n")
    answer = accept(treated, address)
    assert (answer.status_code, "it is not said why" in plain(answer)) == (422, True)
    assert value(treated, "enzymes", "ck") == "1850"
    ck, _ = reasons_in(page(treated.browser("dan"), address))
    accept(treated, address, **{ck: "read again", "reason": "new calibration"})
    reasons = {entry.item: entry.reason for entry in treated.site.book.entries() if entry.act == "correct"}
    assert reasons == {"ck": "read again", "ck_upper": "new calibration"}


def test_import_06_a_reason_stays_with_its_change(treated: Served) -> None:
    """EDC-35, IMPORT-06: when the change before it is no longer one; and no field is named after anybody."""
    accept(treated, sent(treated, HEAD + ROW))
    address = sent(treated, HEAD + "P01,baseline,1900,200,600\n")
    html = page(treated.browser("dan"), address)
    ck, upper = reasons_in(html)
    assert "P01" not in ck + upper
    treated.site.record(correct("P01", "enzymes", "ck", "1900", reason="misread", visit="baseline"), by="nora")
    answer = accept(treated, address, html=html, **{ck: "read again", upper: "new calibration"})
    assert answer.status_code == 409
    assert reasons_in(answer.content.decode()) == {upper: "new calibration"}


def test_import_06_reasons_stay_where_it_is_refused(treated: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """EDC-35, IMPORT-06: somebody records the moment before; what was typed is there, for nobody else's eyes."""
    accept(treated, sent(treated, HEAD + ROW))
    address = sent(treated, HEAD + "P01,baseline,1900,200,600\n")
    html = page(treated.browser("dan"), address)
    ck, upper = reasons_in(html)

    def overtaken(*args: Any) -> Any:
        made = act_of(*args)
        act = correct("P01", "enzymes", "ck", "7", reason="misread", visit="baseline")
        treated.site.record(act, by="nora")
        return made

    with monkeypatch.context() as held:
        held.setattr(imports, "act_of", overtaken)
        held.setattr(imports, "WAITED", 30)
        answer = accept(treated, address, html=html, **{ck: "read again", "reason": "new calibration"})
    assert answer.status_code == 409
    assert value(treated, "enzymes", "ck") == "7"
    again = answer.content.decode()
    assert (reasons_in(again), field(again, "reason")) == ({ck: "read again", upper: ""}, "new calibration")
    assert reasons_in(page(treated.browser("dan"), address))[ck] == "read again"
    assert {stat.S_IMODE(path.stat().st_mode) for path in waiting(treated)[0].rglob("*.json")} == {0o600}
    accept(treated, address, html=again, **reasons_in(again), reason="new calibration")
    assert value(treated, "enzymes", "ck") == "1900"
    assert waiting(treated) == []


def test_import_07_stored_once(treated: Served) -> None:
    """EDC-31: a form that is sent twice is recorded once, and the second answer says the same."""
    address = sent(treated, HEAD + ROW)
    html = page(treated.browser("dan"), address)
    first = accept(treated, address, html=html)
    after = head(treated)
    again = accept(treated, address, html=html)
    assert "3 entries were recorded" in plain(first)
    assert "3 entries were recorded" in plain(again)
    assert head(treated) == after


def test_import_07_what_changed_meanwhile_is_shown_again(treated: Served) -> None:
    """EDC-31: what is accepted is what was shown."""
    address = sent(treated, HEAD + ROW)
    html = page(treated.browser("dan"), address)
    treated.site.record(enter("P01", "enzymes", "ck", "5", visit="baseline"), by="nora")
    answer = accept(treated, address, html=html, reason="x")
    assert (answer.status_code, "Something was recorded meanwhile" in plain(answer)) == (409, True)
    assert value(treated, "enzymes", "ck") == "5"
    accept(treated, address, reason="the file is right")
    assert value(treated, "enzymes", "ck") == "1850"


def test_import_07_progress(treated: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """IMPORT-07: while much is compared the page says so, and asks again by itself."""
    go, really = Event(), compare

    def slowly(*args: Any) -> Any:
        assert go.wait(30)
        return really(*args)

    monkeypatch.setattr(imports, "compare", slowly)
    monkeypatch.setattr(imports, "WAITED", 0.05)
    address = sent(treated, HEAD + ROW)
    assert "Comparing with what is recorded" in words(page(treated.browser("dan"), address))
    go.set()
    monkeypatch.setattr(imports, "WAITED", 30)
    assert "What would be new" in words(page(treated.browser("dan"), address))


def test_import_07_a_persons_word_stays(treated: Served) -> None:
    """EDC-31: what a person corrected since is kept, while the file says what it said."""
    accept(treated, sent(treated, HEAD + ROW))
    act = correct("P01", "enzymes", "ck", "1851", reason="misread", visit="baseline")
    treated.site.record(act, by="nora")
    assert "1 kept as it is" in words(page(treated.browser("dan"), sent(treated, HEAD + ROW)))
    assert value(treated, "enzymes", "ck") == "1851"


def test_import_07_what_is_cut_is_counted(treated: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """IMPORT-07, EDC-31: everything that a person's word keeps and everything to look at, however little is listed."""
    accept(treated, sent(treated, HEAD + ROW))
    for item, text in (("ck", "1851"), ("ck_upper", "191")):
        treated.site.record(correct("P01", "enzymes", item, text, reason="misread", visit="baseline"), by="nora")
    monkeypatch.setattr(imports, "MOST_LINES", 1)
    address = sent(treated, HEAD + ROW + "P01,week 4,90000,190,600\nP01,week 8,90000,190,600\n")
    shown = words(page(treated.browser("dan"), address))
    assert "2 kept as it is" in shown
    assert shown.count("Only the first 1 are shown") == 2, "of what is kept and of what is new"
    listed = treated.browser("dan").get(f"{address}list.csv").content.decode()
    notes = listed.count(",to look at,")
    assert notes > 1
    assert f"{notes - 1} more stand in the CSV" in shown


@pytest.fixture
def sites(treated: Served) -> Served:
    """Nina manages the data of site A alone; P05 is of site A, P01 and P06 are not."""
    treated.site.record(grant("nina", "data_manager", site="A"), by=CUSTODIAN)
    treated.site.record(screen("P05", site="A"), by="ida")
    treated.site.record(screen("P06", site="B"), by="ida")
    return treated


def test_import_08_one_site(sites: Served) -> None:
    """IMPORT-08: somebody of another site is told in the same words as nobody."""
    text = "participant,consent.date\n{},2026-01-05\n"
    there = plain(sites.browser("nina").get(sent(sites, text.format("P06"), "nina")))
    nowhere = plain(sites.browser("nina").get(sent(sites, text.format("P66"), "nina")))
    cut = re.compile(r"P\d\d|[0-9a-f]{64}|\d\d:\d\d")
    assert cut.sub("", there) == cut.sub("", nowhere)
    accept(sites, sent(sites, text.format("P05"), "nina"), "nina")
    assert value(sites, "consent", "date", visit="", code="P05") == "2026-01-05"


def test_import_08_forms_that_are_not_shown(treated: Served) -> None:
    """IMPORT-08: the data manager is not shown ratings, and imports none."""
    address = sent(treated, "participant,visit,rating.global\nP01,baseline,5\n")
    before = head(treated)
    assert "Your role may not import answers of “rating”" in words(page(treated.browser("dan"), address))
    assert head(treated) == before


MAPPED = """
trialbook-map: 1
study: rituximab-polymyositis
participant: ID
files:
  people: {file: labs.csv, enrol: {date: ON}, columns: {}}
"""


def test_import_08_who_may_not_enrol(treated: Served) -> None:
    """IMPORT-08: EDC-18 holds for files, too."""
    text = MAPPED.replace("rituximab-polymyositis", treated.site.study.identity.id)
    shown = words(page(treated.browser("dan"), sent(treated, "ID,ON\nP20,2026-01-05\n", map_text=text)))
    assert "may not add participants" in shown


@pytest.mark.parametrize(("person", "status"), [("ida", 404), ("mona", 404), ("asa", 404), (CUSTODIAN, 200)])
def test_import_08_who_has_the_page(treated: Served, person: str, status: int) -> None:
    """IMPORT-08: the right; the custodian, who is shown no answers, is sent to the terminal."""
    answer = treated.browser(person).get(IMPORTS)
    assert answer.status_code == status
    assert b'type="file"' not in answer.content


def test_import_09_it_waits_privately(treated: Served) -> None:
    """IMPORT-09: nobody else's eyes, in the folder and on the site; the decision ends it."""
    address = sent(treated, HEAD + ROW)
    every = [path for folder in waiting(treated) for path in (folder, *folder.rglob("*"))]
    assert {stat.S_IMODE(path.stat().st_mode) for path in every if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in every if path.is_dir()} == {0o700}
    treated.site.record(grant("dora", "data_manager"), by=CUSTODIAN)
    assert treated.browser("dora").get(address).status_code == 404
    assert Client().get(address).status_code == 302
    assert treated.browser("dan").post(f"{address}throw-away").status_code == 303
    assert waiting(treated) == []
    assert treated.browser("dan").get(address).status_code == 404


def test_import_09_it_dies_with_time(treated: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """IMPORT-09: after some hours it is gone."""
    address = sent(treated, HEAD + ROW)
    monkeypatch.setattr(drafts, "LIFE", timedelta(0))
    assert treated.browser("dan").get(address).status_code == 404
    assert waiting(treated) == []


def test_import_09_who_lost_the_role(treated: Served) -> None:
    """IMPORT-09: the right is asked for when it is accepted, not when it was sent (R38)."""
    address = sent(treated, HEAD + ROW)
    html = page(treated.browser("dan"), address)
    treated.site.record(revoke("dan", "data_manager", reason="left"), by=CUSTODIAN)
    before = head(treated)
    assert accept(treated, address, html=html).status_code == 404
    assert head(treated) == before


def test_import_10_the_token_of_the_site(treated: Served) -> None:
    """IMPORT-10: files are taken only with the token, though they are led through the limit first."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(account_of("dan"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(IMPORTS, {"files": file(HEAD + ROW)}).status_code == 403
    assert waiting(treated) == []


@pytest.mark.parametrize("name", ["labs.exe", "labs", ".csv", "a*b.csv", "labs.ods"])
def test_import_10_names(treated: Served, name: str) -> None:
    """IMPORT-10: nothing is kept of it."""
    assert send(treated, file(HEAD + ROW, name)).status_code == 422
    assert waiting(treated) == []


def test_import_10_no_name_leads_elsewhere(treated: Served) -> None:
    """IMPORT-10: folders in a name are cut off."""
    send(treated, file(HEAD + ROW, "../../labs.csv"))
    names = [path.name for folder in waiting(treated) for path in (folder / drafts.FILES).iterdir()]
    assert names == ["labs.csv"]
    assert not (treated.folder.parent / "labs.csv").exists()


def test_import_10_two_of_one_name(treated: Served) -> None:
    """IMPORT-10: answers are told apart by file."""
    assert "Two files have this name" in plain(send(treated, file(HEAD), file(HEAD, "LABS.csv")))
    assert "No file was chosen" in plain(send(treated))


def test_import_10_too_much(treated: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """IMPORT-10: the limit holds for all files together."""
    monkeypatch.setattr(receiving, "MOST_BYTES", 100_000)
    many = file(HEAD + ROW * 3000, "a.csv"), file(HEAD + ROW * 3000, "b.csv")
    answer = send(treated, *many)
    assert (answer.status_code, "more than the site takes" in plain(answer)) == (422, True)
    assert waiting(treated) == []


def test_import_10_a_bomb(treated: Served) -> None:
    """IMPORT-10: a small file that unpacks to a huge one."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parts:
        for part in range(3):
            parts.writestr(f"xl/part{part}.xml", bytes(70_000_000))
    assert len(made.getvalue()) < 1_000_000
    answer = send(treated, file(made.getvalue(), "labs.xlsx"))
    assert answer.status_code == 422
    assert waiting(treated) == []


def test_import_10_excel(treated: Served) -> None:
    """IMPORT-02: an Excel file as well."""
    book, made = Workbook(), io.BytesIO()
    for row in (HEAD + ROW).splitlines():
        book.active.append(row.split(","))
    book.save(made)
    answer = send(treated, file(made.getvalue(), "labs.xlsx"))
    accept(treated, answer.headers["Location"])
    assert value(treated, "enzymes", "ck") == "1850"


def test_import_10_no_formula_comes_out(treated: Served) -> None:
    """IMPORT-10: what is taken out starts no formula, and what is shown is no markup; it is noted."""
    text = 'participant,row,adverse_events.term\nP01,7,=HYPERLINK("http://x")\nP01,8,<script>alert(1)</script>\n'
    address = sent(treated, text)
    assert "<script>alert(1)" not in page(treated.browser("dan"), address)
    taken = treated.browser("dan").get(f"{address}list.csv").content.decode()
    assert "'=HYPERLINK" in taken
    assert not re.search(r'(^|,)"?=', taken)
    assert Look.objects.filter(person="dan", note__startswith="import.csv").exists()


def test_import_04_the_pattern_is_understood(treated: Served) -> None:
    """IMPORT-04: the empty file of a form, filled in, is a plain file."""
    pattern: Mapping[str, str] = {"participant": "P01", "visit": "baseline", "enzymes.ck": "1850"}
    answer = treated.browser("dan").get("/imports/pattern/enzymes.csv")
    header = answer.content.decode("utf-8-sig").strip().split(",")
    line = ",".join(pattern.get(name, "") for name in header)
    accept(treated, sent(treated, ",".join(header) + "\n" + line + "\n"))
    assert value(treated, "enzymes", "ck") == "1850"
    assert treated.browser("dan").get("/imports/pattern/rating.csv").status_code == 404
