"""Versions of the study on the site.

AMEND-11: every version in force and of the past is listed with date, person, reason, place, approval, and its text.
AMEND-12: a file is checked, kept as a draft with what it would change, and nothing goes by it until it is adopted.
AMEND-13: who sets up the study is told counts, who sees participants what is judged otherwise, a blind role nothing.
AMEND-14: a version takes effect at a site or everywhere; pages of a participant go by the plan of their site.
AMEND-18: a draft that is not wanted is discarded with a reason, waits no longer, and cannot be put into force.
AMEND-15: pages stay readable where answers have no place in the plan any more.
"""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.conftest import CUSTODIAN, Served

from trialbook.capture.acts import adopt, approve, enrol, enter, grant, propose, save_form, screen
from trialbook.folder import read_kept
from trialbook.protocol.model import Study
from trialbook.web.veil import unveiled

LIST = "/amendments/"
NARROW = ("expected: 50 to 3000, decimals: 0", "expected: 50 to 300, decimals: 0")
DROPPED = ("weeks: [4, 8, 12, 16, 20, 24, 28]", "weeks: [8, 12, 16, 20, 24, 28]")
SHORTER = ("week 4 to week 20", "week 8 to week 20")


def amended(served: Served, *changes: tuple[str, str]) -> Study:
    """Return the study with parts of its text replaced."""
    text = served.site.study.text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read_kept(text)


@pytest.fixture
def running(served: Served) -> Served:
    """A study in mid-course: P01 at site A and P02 at site B came for week 4, late."""
    site, day = served.site, served.site.today() - timedelta(days=60)
    for code, where in (("P01", "A"), ("P02", "B")):
        site.record(screen(code, site=where), by="ida")
        site.record(save_form(code, "consent", {"date": day.isoformat()}), by="ida")
        site.record(enrol(code, on=day.isoformat()), by="ida")
        site.record(save_form(code, "infusion", {"start": day.isoformat(), "given": "600"}, repeat="1"), by="ida")
        site.record(enter(code, "visit", "date", (day + timedelta(days=32)).isoformat(), visit="week 4"), by="ida")
        site.record(save_form(code, "enzymes", {"ldh": "900", "ck": "70"}, visit="week 4"), by="ida")
    return served


def send(served: Served, text: str | bytes, person: str = CUSTODIAN) -> tuple[int, str]:
    """Send a version; return the status and the page, or where it leads."""
    content = text if isinstance(text, bytes) else text.encode()
    data = {"file": SimpleUploadedFile("later.yaml", content), "reason": "amendment 1", "request": served.site.new_id()}
    answer = served.browser(person).post(f"{LIST}propose", data)
    return answer.status_code, answer.get("Location") or answer.content.decode()


def page(served: Served, person: str, path: str) -> str:
    """Return a page that is shown."""
    answer = served.browser(person).get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_a_draft_waits_and_the_old_form_is_shown(running: Served) -> None:
    """AMEND-12, EDC-47: until it is accepted data entry shows the old form; then the new one. EDC-10: the codebook."""
    later = amended(running, ("      ldh: {label", "      aldolase: {number: U/L, decimals: 1}\n      ldh: {label"))
    status, address = send(running, later.text)
    assert (status, address) == (303, f"{LIST}{later.fingerprint}/")
    form, codebook = "/participants/P01/visits/week 4/forms/enzymes/", "/study/codebook/"
    assert "aldolase" not in page(running, "nora", form).lower() + page(running, "ida", codebook).lower()
    assert later.fingerprint[:8] in page(running, CUSTODIAN, LIST)
    sent = {"reason": "amendment 1", "request": "r-1", "site": ""}
    assert running.browser(CUSTODIAN).post(f"{address}adopt", sent).status_code == 303
    assert "aldolase" in page(running, "nora", form).lower()
    assert "aldolase" in page(running, "ida", codebook).lower()
    assert "study file adopted" in page(running, "ida", "/audit/")
    head = running.site.book.head()
    assert running.browser(CUSTODIAN).post(f"{address}adopt", sent).status_code == 303
    assert running.site.book.head() == head


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("study: [", "line"),
        ("trialbook: 1\nstudy: {id: x}\n", "title"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"", "larger than"),
        (b"#" * 1_000_001, "larger than"),
        (b"#" * 3_000_000, "larger than"),
    ],
)
def test_what_cannot_be_a_version_is_told_and_not_kept(running: Served, content: str | bytes, told: str) -> None:
    """AMEND-12: mistakes with their place, what is no text, what is too large."""
    head = running.site.book.head()
    status, shown = send(running, content)
    assert status == 422
    assert told in shown
    assert running.site.book.head() == head


def test_another_study_is_not_adopted(running: Served) -> None:
    """AMEND-12: it may wait, and is refused with a sentence; what was typed stands there."""
    other = amended(running, (f"id: {running.site.study.identity.id}", "id: another"))
    _, address = send(running, other.text)
    answer = running.browser(CUSTODIAN).post(f"{address}adopt", {"reason": "a trial", "seen": "yes"})
    assert answer.status_code == 422
    assert "another study" in answer.content.decode()
    assert 'value="a trial"' in answer.content.decode()


def test_the_draft_shows_what_it_touches(running: Served) -> None:
    """AMEND-13, EDC-48: counts to the custodian, participants and answers to who sees them; as HTMX's part too."""
    later = amended(running, NARROW, DROPPED, SHORTER)
    running.site.record(propose(later), by=CUSTODIAN)
    address = f"{LIST}{later.fingerprint}/"
    counts = page(running, CUSTODIAN, f"{address}effects/")
    assert "P01" not in counts
    assert "no place in this version" in counts
    assert "forms.enzymes.items.ldh.expected_high" in counts
    shown = page(running, "ida", f"{address}effects/")
    assert "P01" in shown
    assert "no such visit in the plan" in shown
    part = running.browser("ida").get(f"{address}effects/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    table = running.browser("ida").get(f"{address}touched.csv").content.decode()
    assert "P02,B,answer,week 4,enzymes,,ldh,,,the plan has no such visit,900," in table
    numbers = " ".join(row["entries"] for row in csv.DictReader(table.splitlines())).split()
    assert numbers
    assert all(unveiled(number) for number in numbers)
    assert running.browser(CUSTODIAN).get(f"{address}touched.csv").status_code == 404


WIDER = ("upper: {is: 40,", "upper: {is: 50,")
FEWER = ("lower: {is: 4.0, assumed: the paper gives no limits}, grade: White", "lower: 3, grade: White")


def test_the_draft_tells_flags_that_turn_and_who_consents_again(running: Served) -> None:
    """AMEND-13: a limit of normal and a demand to consent again touch what is recorded, each by its own change."""
    running.site.record(save_form("P01", "blood", {"alt": "45", "leukocytes": "3.5"}, visit="week 4"), by="ida")
    running.site.record(save_form("P02", "blood", {"alt": "30"}, visit="week 4"), by="ida")
    later = amended(running, WIDER, FEWER, ("report:\n", "amendments: {consent_again: consent.date}\nreport:\n"))
    running.site.record(propose(later), by=CUSTODIAN)
    table = running.browser("ida").get(f"{LIST}{later.fingerprint}/touched.csv").content.decode()
    rows = [
        (row["where"], row["participant"], row["name"], row["before"], row["after"], row["answer"])
        for row in csv.DictReader(table.splitlines())
    ]
    assert rows == [
        ("forms.blood.items.leukocytes.lower.all", "P01", "", "low", "normal", "3.5"),
        ("forms.blood.items.leukocytes.lower.all", "P01", "grade", "1", "0", "3.5"),
        ("forms.blood.items.alt.upper.all", "P01", "", "high", "normal", "45"),
        ("amendments.consent", "P01", "", "", "to be given again", ""),
        ("amendments.consent", "P02", "", "", "to be given again", ""),
    ]
    running.site.record(adopt(later, reason="amendment 1"), by=CUSTODIAN)
    again = amended(running, ("upper: {is: 50,", "upper: {is: 60,"))
    running.site.record(propose(again), by=CUSTODIAN)
    table = running.browser("ida").get(f"{LIST}{again.fingerprint}/touched.csv").content.decode()
    assert "to be given again" not in table


def test_a_draft_is_discarded(running: Served) -> None:
    """AMEND-18: by who may propose; the list tells reason and person; a page of before does not adopt it."""
    later = amended(running, NARROW)
    running.site.record(propose(later), by=CUSTODIAN)
    address = f"{LIST}{later.fingerprint}/"
    assert "Discard it" in page(running, CUSTODIAN, address)
    assert running.browser("ida").post(f"{address}discard", {"reason": "x"}).status_code == 404
    assert running.browser(CUSTODIAN).post(f"{address}discard", {"reason": " "}).status_code == 422
    sent = {"reason": "another window", "request": "r-9"}
    assert running.browser(CUSTODIAN).post(f"{address}discard", sent).status_code == 303
    assert running.site.book.versions.waiting == ()
    shown = page(running, CUSTODIAN, address)
    assert "another window" in shown
    assert "Discard it" not in shown
    assert "Put it into force" not in shown
    assert "another window" in page(running, CUSTODIAN, LIST)
    answer = running.browser(CUSTODIAN).post(f"{address}adopt", {"reason": "x", "seen": "yes"})
    assert answer.status_code == 422
    assert "was discarded" in answer.content.decode()
    assert running.site.study != later


def test_a_visit_with_answers_is_dropped_only_by_a_custodian_who_was_warned(running: Served) -> None:
    """EDC-17: nobody else may, and not before it was ticked that the answers were seen; none of them is lost."""
    later = amended(running, DROPPED, SHORTER)
    running.site.record(propose(later), by=CUSTODIAN)
    address = f"{LIST}{later.fingerprint}/"
    for person in ("ida", "dan", "mona", "asa"):
        assert running.browser(person).post(f"{address}adopt", {"reason": "x"}).status_code == 404
    before = running.site.casebooks["P01"].answers
    answer = running.browser(CUSTODIAN).post(f"{address}adopt", {"reason": "fewer visits"})
    assert answer.status_code == 422
    assert "have no place in this version" in answer.content.decode()
    running.browser(CUSTODIAN).post(f"{address}adopt", {"reason": "fewer visits", "seen": "yes"})
    assert running.site.study == later
    assert running.site.casebooks["P01"].answers == before


def test_a_new_visit_is_in_the_trail_with_its_window(running: Served) -> None:
    """EDC-16: forms are assigned to visits by the file; its adoption is logged, with day and window of the visit."""
    later = amended(running, ("weeks: [4, 8,", "weeks: [4, 6, 8,"))
    running.site.record(adopt(later, reason="one more visit"), by=CUSTODIAN)
    shown = page(running, "ida", LIST)
    assert "schedule.visits.week 6" in shown
    assert "one more visit" in shown


def test_every_version_is_listed_and_can_be_downloaded(running: Served) -> None:
    """AMEND-11, EDC-49: with time, person and reason; the text is the one that was adopted, to the byte."""
    first, later = running.site.study, amended(running, NARROW)
    running.site.record(adopt(later, reason="amendment 1", approved="2026-11-01", said="Committee 7"), by=CUSTODIAN)
    shown = page(running, "mona", LIST)
    for part in (first.fingerprint[:8], later.fingerprint[:8], CUSTODIAN, "amendment 1", "2026-11-01", "Committee 7"):
        assert part in shown
    for version in (first, later):
        assert page(running, "mona", f"{LIST}{version.fingerprint}/study.yaml") == version.text
    assert running.browser("mona").get(f"{LIST}{'0' * 64}/study.yaml").status_code == 404


def test_approvals_of_sites_are_shown_to_whom_they_concern(running: Served) -> None:
    """AMEND-11: each with its site, as it stands now; those of one site learn nothing of another."""
    later = amended(running, NARROW)
    running.site.record(propose(later), by=CUSTODIAN)
    for site, on in (("A", "2019-10-01"), ("B", "2019-10-20")):
        running.site.record(approve(later.fingerprint, on=on, said="Committee 7", site=site), by=CUSTODIAN)
    running.site.record(adopt(later, reason="amendment 1"), by=CUSTODIAN)
    act = approve(later.fingerprint, on="2019-10-11", said="Committee 7", site="A", reason="misread")
    running.site.record(act, by=CUSTODIAN)
    running.site.record(grant("nina", "nurse", site="A"), by=CUSTODIAN)
    shown = {person: page(running, person, LIST) for person in (CUSTODIAN, "nina")}
    days = ("2019-10-01", "2019-10-11", "2019-10-20")
    assert [day in shown[CUSTODIAN] for day in days] == [False, True, True]
    assert [day in shown["nina"] for day in days] == [False, True, False]


def test_a_blind_role_is_told_nothing(running: Served) -> None:
    """AMEND-13: every address is as if it were not there, and no menu names it."""
    version = running.site.study.fingerprint
    for path in (LIST, f"{LIST}{version}/", f"{LIST}{version}/effects/", f"{LIST}{version}/study.yaml"):
        assert running.browser("asa").get(path).status_code == 404
    assert LIST not in page(running, "asa", "/")


def test_an_approval_is_recorded(running: Served) -> None:
    """AMEND-11: by who has the right, for a site; a day that is none is refused."""
    later = amended(running, NARROW)
    running.site.record(propose(later), by=CUSTODIAN)
    address = f"{LIST}{later.fingerprint}/"
    sent = {"approved": "2026-11-01", "said": "Committee 7", "site": "A"}
    assert running.browser("ida").post(f"{address}approve", sent).status_code == 404
    assert running.browser(CUSTODIAN).post(f"{address}approve", {**sent, "approved": "soon"}).status_code == 422
    assert running.browser(CUSTODIAN).post(f"{address}approve", {**sent, "site": "Z"}).status_code == 404
    assert running.browser(CUSTODIAN).post(f"{address}approve", sent).status_code == 303
    assert "Committee 7" in page(running, CUSTODIAN, address)


def test_pages_go_by_the_plan_of_the_site(running: Served) -> None:
    """AMEND-14: site A has the new version; its nurse and its participants meet it, the others the old one."""
    site = running.site
    site.record(grant("nina", "nurse", site="A"), by=CUSTODIAN)
    site.record(grant("bea", "nurse", site="B"), by=CUSTODIAN)
    later = amended(running, ("      ldh: {label", "      aldolase: {number: U/L, decimals: 1}\n      ldh: {label"))
    site.record(adopt(later, reason="amendment 1", site="A"), by=CUSTODIAN)
    mine = page(running, "nina", "/participants/P01/visits/week 4/forms/enzymes/")
    theirs = page(running, "bea", "/participants/P02/visits/week 4/forms/enzymes/")
    central = page(running, "nora", "/participants/P01/visits/week 4/forms/enzymes/")
    assert ["aldolase" in shown.lower() for shown in (mine, central, theirs)] == [True, True, False]
    assert later.fingerprint[:8] in page(running, "nina", LIST)
    assert later.fingerprint[:8] not in page(running, "bea", LIST)
    assert running.browser("bea").get(f"{LIST}{later.fingerprint}/?site=A").status_code == 404


PATHS = (
    "/", "/participants/", "/participants/P01/", "/grid/", "/signatures/", "/queries/", "/events/", "/calendar/",
    "/study/", "/study/schedule/", "/audit/", "/quality/", "/sealing/", "/compared/", "/participants/P01/status/",
    "/participants/P01/laboratory/", "/participants/P01/screening/", "/participants/P01/sign/",
    "/participants/P01/visits/week 4/", "/participants/P01/visits/week 4/forms/enzymes/",
    "/participants/P01/visits/week 4/compare/", "/audit/?participant=P01", "/audit/trail.csv",
)  # fmt: skip


def statuses(served: Served) -> dict[tuple[str, str], int]:
    """Return what each page answers to each person."""
    found = {}
    for person in ("ida",):
        for path in PATHS:
            answer = served.browser(person).get(path)
            found[person, path] = answer.status_code
            answer.close()
    return found


def test_pages_stay_readable(running: Served) -> None:
    """AMEND-15: a visit and an item that are in the plan no more; every page answers as before, their history too."""
    before = statuses(running)
    gone = (("      sgot: {label", "      removed: {label"), ("enzymes.sgot", "enzymes.removed"))
    later = amended(running, DROPPED, SHORTER, *gone)
    running.site.record(enter("P01", "enzymes", "sgot", "31", visit="week 4"), by="ida")
    running.site.record(adopt(later, reason="fewer visits"), by=CUSTODIAN)
    led = {place for place, status in statuses(running).items() if status != before[place]}
    assert {path for _, path in led} == {PATHS[-5], PATHS[-4]}
    for path in (PATHS[-5], PATHS[-4]):
        assert running.browser("ida").get(path).headers["Location"] == "/participants/P01/earlier/"
    shown = page(running, "ida", "/participants/P01/earlier/")
    assert "Aspartate aminotransferase" in shown
    assert ">900 U/L<" in shown
    assert "31" in page(running, "ida", "/audit/?participant=P01&item=sgot")
    assert "no place in the plan in force" in page(running, "ida", "/participants/P01/")


def test_answers_outside_the_plan_stand_in_the_words_of_their_version(running: Served) -> None:
    """AMEND-15: no codes, neither in the answer nor in its history, in the language of the reader."""
    running.site.record(enter("P01", "screening", "anti_jo_1", "POS"), by="ida")
    running.site.record(enter("P01", "screening", "other_autoimmune", "no"), by="ida")
    gone = (("      anti_jo_1: {label", "      jo_1: {label"), ("screening.anti_jo_1", "screening.jo_1"))
    no_more = (("      other_autoimmune: {label", "      others: {label"), ("other_autoimmune &&", "others &&"))
    running.site.record(adopt(amended(running, *gone, *no_more), reason="other questions"), by=CUSTODIAN)
    for language, present, no in (("en", "Present", "no"), ("zh-hant", "有", "否")):
        running.browser("ida").cookies["language"] = language
        shown = page(running, "ida", "/participants/P01/earlier/")
        assert f">{present}<" in shown
        assert f" {present} <span" in shown
        assert f">{no}<" in shown
        assert "POS" not in shown


def test_what_the_role_was_never_shown_stays_hidden(running: Served) -> None:
    """AMEND-15: a role that did not see the form by the plan of the day, or may not by the plan in force, sees none."""
    running.site.record(adopt(amended(running, DROPPED, SHORTER), reason="fewer visits"), by=CUSTODIAN)
    assert ">900 U/L<" in page(running, "nora", "/participants/P01/earlier/")
    hidden = amended(running, ("  assessor:", "  visitor: {sees: [consent]}\n  assessor:"))
    running.site.record(adopt(hidden, reason="a visitor"), by=CUSTODIAN)
    running.site.record(grant("vera", "visitor"), by=CUSTODIAN)
    assert ">900 U/L<" not in page(running, "vera", "/participants/P01/earlier/")
    assert running.browser("asa").get("/participants/P01/earlier/").status_code == 404


def test_a_form_that_was_open_while_the_study_was_amended(running: Served) -> None:
    """AMEND-15: what was typed for an item that is gone is told, and nothing of the form is saved without a word."""
    gone = (("      sgot: {label", "      removed: {label"), ("enzymes.sgot", "enzymes.removed"))
    running.site.record(adopt(amended(running, *gone), reason="amendment 1"), by=CUSTODIAN)
    address, head = "/participants/P01/visits/week 4/forms/enzymes/", running.site.book.head()
    sent = {"items": "ck ck_upper ldh sgot", "answer.sgot": "31", "answer.ck": "70", "answer.ldh": "900"}
    answer = running.browser("nora").post(address, {**sent, "request": running.site.new_id()})
    assert answer.status_code == 422
    assert "not asked any more" in answer.content.decode()
    assert running.site.book.head() == head
