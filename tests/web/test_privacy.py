"""Who participants are, and erasing, on the site.

PRIV-01: R49, R51: an identity is shown after the look is recorded with a reason, and is on no other page.
    (ASVS-V14.2.4)
PRIV-02: R49, EDC-37: nothing that the program writes holds a word of it: no file of the folder, no page, export, log
    or error.
    (ASVS-V14.2.1, ASVS-V14.2.4, ASVS-V16.2.5)
PRIV-03: R51: nobody but a role with the right; not the custodian, not a blind role, not another site's people.
    (ASVS-V8.2.3)
PRIV-08: R51: a look that is sent again shows nothing, and is not recorded twice; nor is anything kept over it.
PRIV-04: R13: the custodian erases words by the mark of their entry and sees none of them; afterwards no page has them.
PRIV-05: R13: an erased identity cannot be looked up again.
PRIV-06: a participant moves to another site, whose people see them from then on, and those of the old site do not.
PRIV-07: R50: a new participant's code is made by chance where the study file says so.
PRIV-09: R51: what stands against a look is told of a number of nobody's in the same words as of somebody's.
PRIV-10: R13: a mark that no entry has is named, and nothing is erased until every mark is found.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import CUSTODIAN, Served
from tests.web.crawling import address

from trialbook.capture.acts import adopt, enrol, enter, grant, note, screen
from trialbook.capture.codes import is_of_the_study
from trialbook.capture.identities import IDENTITIES_FILE
from trialbook.folder import read_kept
from trialbook.web.routes import ROUTES

STUDY = """
trialbook: 1
study: {id: private-study, title: Private study, design: open-label single-arm, data: invented, objective: to test}
participants: {codes: random}
roles:
  investigator: {sees: everything, records: [diary], signs: [form], rights: [enrol], identities: true}
  nurse: {sees: everything, except: [rating], records: [diary]}
  assessor: {blind: true, records: [rating]}
visits:
  anchor: enrolment
  window: 3 days either side
  planned: {baseline: {day: 0}, week 4: {}}
forms:
  diary: {label: Diary, at: [baseline, week 4], items: {days: {label: Days, number: count}, words: {text: line}}}
  rating:
    label: Power
    at: [baseline, week 4]
    after: [diary]
    items: {left: {label: Left, number: score, scale: 0 to 10}}
"""
WORDS = ("Quellenbrunn", "1815-12-10", "HK4711", "ada@example.org")
ADA = {"name": WORDS[0], "born": WORDS[1], "number": WORDS[2], "contact": WORDS[3]}
P1, P2 = "234567", "345678"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a study with identities, whose keys are elsewhere, and with codes that are typed."""
    made = tmp_path / "study"
    made.mkdir()
    (made / "study.yaml").write_text(STUDY.replace("random", "typed"), encoding="utf-8")
    (made / "site.toml").write_text('identity_keys = "../keys/private.keys"\n', encoding="utf-8")
    return made


@pytest.fixture
def two(served: Served) -> Served:
    """A participant at each of two sites."""
    site = served.site
    for person, role, where in (("ann", "investigator", "A"), ("bob", "investigator", "B")):
        site.record(grant(person, role, site=where), by=CUSTODIAN)
    for code, where in ((P1, "A"), (P2, "B")):
        site.record(screen(code, site=where), by="ida")
        site.record(enrol(code, on=site.today().isoformat()), by="ida")
    return served


def send(served: Served, person: str, path: str, **sent: str) -> Any:
    """Send a form as somebody."""
    return served.browser(person).post(path, {"request": served.site.new_id(), **sent})


def identity(code: str = P1) -> str:
    """Return the address of an identity."""
    return f"/participants/{code}/identity/"


def kept(served: Served, code: str = P1) -> None:
    """Keep who a participant is."""
    assert send(served, "ann" if code == P1 else "bob", identity(code), do="keep", **ADA).status_code == 302


def last(served: Served) -> tuple[str, str | None, str]:
    """Return act, reason and person of the last entry."""
    entry = list(served.site.book.entries())[-1]
    return entry.act, entry.reason, entry.by


def test_priv_01_shown_for_a_reason(two: Served) -> None:
    kept(two)
    assert last(two) == ("keep_identity", None, "ann")
    page = two.browser("ann").get(identity()).content.decode()
    assert not any(words in page for words in WORDS)
    refused = send(two, "ann", identity(), do="show", reason=" ")
    assert refused.status_code == 422
    assert not any(words in refused.content.decode() for words in WORDS)
    shown = send(two, "ann", identity(), do="show", reason="to call")
    assert all(words in shown.content.decode() for words in WORDS)
    assert shown["Cache-Control"] == "no-store"
    assert last(two) == ("show_identity", "to call", "ann")


def test_priv_01_found_by_number(two: Served) -> None:
    kept(two)
    kept(two, P2)
    assert send(two, "ann", "/find/", number="hk 4711", reason="a letter came").status_code in {200, 302}
    send(two, "bob", identity(P2), do="keep", number="9999")
    found = send(two, "ann", "/find/", number="hk 4711", reason="a letter came")
    assert (found.status_code, found.headers["Location"]) == (302, f"/participants/{P1}/")
    assert last(two) == ("show_identity", "a letter came", "ann")
    for number in ("9999", "0000"):
        answer = send(two, "ann", "/find/", number=number, reason="a letter came")
        assert "Nobody whom you see" in answer.content.decode()
    assert last(two)[0] == "show_identity"


def test_priv_02_nowhere_else(two: Served, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        kept(two)
        send(two, "ann", identity(), do="show", reason="to call")
        (two.folder.parent / "keys" / "private.keys").write_text("spoiled")
        broken = send(two, "ann", identity(), do="show", reason="to call")
        assert broken.status_code == 422
        pages = [broken.content, *(page(two, person, path) for person in ("ann", "ida") for path in paths())]
    written = [file.read_bytes() for file in two.folder.parent.rglob("*") if file.is_file()]
    for words in WORDS:
        assert words not in caplog.text
        assert not any(words.encode() in content for content in (*written, *pages))
    assert (two.folder / IDENTITIES_FILE).stat().st_mode & 0o077 == 0


def page(served: Served, person: str, path: str) -> bytes:
    """Return what somebody gets, whether it comes whole or piece by piece."""
    answer: Any = served.browser(person).get(path)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    answer.close()
    return bytes(content)


def paths() -> list[str]:
    """Return an address for every route."""
    parts = {"participant": P1, "visit": "baseline", "form": "diary"}
    return [address(route, parts, "1") for route in ROUTES]


@pytest.mark.parametrize("person", [CUSTODIAN, "nora", "asa", "bob"])
def test_priv_03_who_may_not(two: Served, person: str) -> None:
    kept(two)
    before = two.site.book.head()
    for code in (P1, "999999"):
        answers = [two.browser(person).get(identity(code)), send(two, person, identity(code), do="show", reason="x")]
        assert [answer.status_code for answer in answers] == [404, 404]
    assert two.site.book.head() == before


def test_priv_04_erasing(two: Served) -> None:
    spoken = two.site.record(enter(P1, "diary", "words", "says Quellenbrunn", visit="baseline"), by="nora")
    two.site.record(note("QUELLENBRUNN, says Quellenbrunn!", participant=P1), by="ann")
    mark = spoken.entries[0].hash[:12]
    where = f"/participants/{P1}/form-history?form=diary&visit=baseline&item=words"
    assert mark in two.browser("ann").get(where).content.decode()
    looked = send(two, CUSTODIAN, "/erase/", entries=mark, do="look").content.decode()
    assert "diary" in looked
    assert "Other entries say the same" in looked
    assert "uellenbrunn" not in looked
    other = re.findall(r"<code>([0-9a-f]{12})</code>:", looked)
    assert send(two, CUSTODIAN, "/erase/", entries=mark, do="erase", reason="").status_code == 422
    sent = {"entries": f"{mark} {other[0]}", "do": "erase", "reason": "a name was typed"}
    assert send(two, CUSTODIAN, "/erase/", **sent).status_code == 302
    pages = [page(two, person, path) for person in ("ann", "ida", CUSTODIAN) for path in paths()]
    files = [file.read_bytes() for file in two.folder.iterdir() if file.is_file()]
    assert not any(b"uellenbrunn" in content.lower() for content in (*pages, *files))
    assert two.site.book.verify().problems == ()
    assert two.browser("ann").get("/erase/").status_code == 404


def test_priv_05_an_erased_identity(two: Served) -> None:
    kept(two)
    assert send(two, CUSTODIAN, "/erase/", do="identity", participant=P1, reason="").status_code == 422
    assert send(two, CUSTODIAN, "/erase/", do="identity", participant=P1, reason="asked for it").status_code == 302
    assert last(two) == ("erase_identity", "asked for it", CUSTODIAN)
    shown = send(two, "ann", identity(), do="show", reason="to call").content.decode()
    assert not any(words in shown for words in WORDS)
    assert "Nothing is kept" in two.browser("ann").get(identity()).content.decode()


def test_priv_06_moving(two: Served) -> None:
    path = f"/participants/{P1}/move/"
    assert "You act for one site" in two.browser("ann").get(path).content.decode()
    assert send(two, "ann", path, site="B", reason="moved").status_code == 422
    assert two.browser("bob").get(path).status_code == 404
    assert send(two, "ida", path, site="B", reason="moved house", on="2026-01-01").status_code == 302
    assert two.browser("ann").get(f"/participants/{P1}/").status_code == 404
    assert two.browser("bob").get(f"/participants/{P1}/").status_code == 200
    assert "moved to another site" in two.browser("bob").get("/audit/").content.decode()
    assert P1 not in two.browser("ann").get("/audit/").content.decode()


def test_priv_07_a_code_by_chance(folder: Path, unopened: Served) -> None:
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    unopened.site.begin(CUSTODIAN)
    unopened.site.record(grant("ida", "investigator"), by=CUSTODIAN)
    offered = re.search(r'name="code" value="([^"]+)"', unopened.browser("ida").get("/screen").content.decode())
    assert offered is not None
    assert is_of_the_study(unopened.site.study, offered[1], None)
    assert send(unopened, "ida", "/screen", code=offered[1]).status_code == 302
    wrong = send(unopened, "ida", "/screen", code="001")
    assert wrong.status_code == 422
    assert "no code that this study makes" in wrong.content.decode()


def test_priv_08_sent_again(two: Served) -> None:
    """PRIV-08: by the browser, when a page is loaded anew."""
    ann = two.browser("ann")
    first = {"request": "r-1", "do": "keep", **ADA}
    assert ann.post(identity(), first).status_code == 302
    assert ann.post(identity(), first).status_code == 302
    assert ann.post(identity(), {**first, "name": "Somebody Else"}).status_code == 302
    sent = {"request": "r-2", "do": "show", "reason": "to call"}
    shown = ann.post(identity(), sent).content.decode()
    assert all(words in shown for words in WORDS)
    count = two.site.view().head.count
    again = ann.post(identity(), sent, follow=True).content.decode()
    assert not any(words in again for words in WORDS)
    assert "recorded already" in again
    assert two.site.view().head.count == count
    assert ann.post(identity(), {**sent, "reason": "to call again"}).status_code == 200
    assert two.site.view().head.count == count + 1


@pytest.mark.parametrize("sent", [{"reason": " "}, {"reason": ""}, {}, {"reason": "to\0call"}])
def test_priv_09_nothing_is_told_without_a_reason(two: Served, sent: dict[str, str]) -> None:
    """PRIV-09: and nothing is recorded."""
    kept(two)
    page(two, "ann", "/find/")  # with the word that it was kept
    before = two.site.view().head
    theirs, nobodys = (send(two, "ann", "/find/", number=number, **sent) for number in ("HK4711", "9999"))
    assert two.site.view().head == before
    assert (theirs.status_code, P1 in theirs.content.decode()) == (422, False)
    chance = r'name="(request|csrfmiddlewaretoken)" value="[^"]*"|nonce-?="?[^" ]+'
    first, second = (re.sub(chance, "", answer.content.decode()) for answer in (theirs, nobodys))
    assert (first, nobodys.status_code) == (second, 422)


def test_priv_09_an_id_that_can_be_none(two: Served) -> None:
    """PRIV-09: is as none: the look is recorded."""
    kept(two)
    found = two.browser("ann").post("/find/", {"number": "HK4711", "reason": "to call", "request": "a\tb"})
    assert found.status_code == 302
    assert last(two) == ("show_identity", "to call", "ann")


def test_priv_09_whom_the_role_may_not_know_there(two: Served) -> None:
    """PRIV-09: at site A, by its version, no investigator is told who anybody is: as of nobody."""
    kept(two)
    changed = STUDY.replace("random", "typed").replace("identities: true", "identities: false")
    two.site.record(adopt(read_kept(changed), reason="amendment 1", site="A"), by=CUSTODIAN)
    before = two.site.view().head
    answer = send(two, "ida", "/find/", number="HK4711", reason="to call")
    assert answer.status_code == 200
    assert "Nobody whom you see" in answer.content.decode()
    assert two.site.view().head == before
    assert send(two, "ida", identity(), do="show", reason="to call").status_code == 404


def test_priv_10_a_mark_that_is_mistyped(two: Served) -> None:
    """PRIV-10: a digit too few, one that is another, words; and again with all of them right."""
    spoken = two.site.record(enter(P1, "diary", "words", "says Quellenbrunn", visit="baseline"), by="nora").entries[0]
    other = two.site.record(note("Quellenbrunn!", participant=P1), by="ann").entries[0]
    right, mark = spoken.hash[:12], other.hash[:12]
    before = two.site.view().head
    for wrong in (mark[:11], ("0" if mark[0] != "0" else "1") + mark[1:], f"{mark}5", "mark"):
        sent = {"entries": f"{right}, {wrong}", "reason": "a name was typed"}
        for do in ("look", "erase"):
            answer = send(two, CUSTODIAN, "/erase/", do=do, **sent)
            shown = answer.content.decode()
            assert (answer.status_code, two.site.view().head) == (422, before)
            assert f"No entry has the mark “{wrong}”" in shown
            assert f"the mark “{right}”" not in shown
            assert "Erase for good" not in shown
    sent = {"entries": f"{right};{mark.upper()}", "reason": "a name was typed"}
    assert "Erase for good" in send(two, CUSTODIAN, "/erase/", do="look", **sent).content.decode()
    assert send(two, CUSTODIAN, "/erase/", do="erase", **sent).status_code == 302
    assert not [entry for entry in two.site.history(participant=P1) if "uellen" in (entry.text or "")]
