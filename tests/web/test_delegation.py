"""The page of delegation and training.

STAFF-01: the investigator delegates with a signature, ends it with one, and records trainings; others only read.
STAFF-02: what is missing stands on the page and in the work of today of who mends or monitors it, and stops nobody.
STAFF-03: a role of one site is shown its site; names come from the accounts and are never in the ledger.
STAFF-04: the log is printed, and that it was is noted.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.web.conftest import CUSTODIAN, PASSWORD, Served, account_of
from tests.web.followed import day, read
from tests.web.treated import words

from trialbook.capture.acts import grant, screen
from trialbook.capture.asking import delegate, train
from trialbook.capture.delegations import StaffLog, fold_staff
from trialbook.web.models import Look
from trialbook.web.veil import veiled

PAGE = "/delegation/"


@pytest.fixture
def folder(folder: Path) -> Path:
    """The seed study, whose nurses need a training."""
    text = (folder / "study.yaml").read_text(encoding="utf-8")
    text = text.replace("  nurse:\n", "  nurse:\n    training: [GCP]\n")
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    return folder


def log(served: Served) -> StaffLog:
    return fold_staff(served.site.book.entries())


def sent(served: Served, do: str, by: str = "ida", /, **more: str) -> tuple[int, str]:
    answer = served.browser(by).post(PAGE, {"do": do, "request": served.site.new_id(), **more})
    return answer.status_code, words(answer.content.decode())


def signed(served: Served, who: str = "nora", /, **more: str) -> tuple[int, str]:
    told = {"person": who, "role": "nurse", "tasks": "blood", "since": day(served, ago=3), "password": PASSWORD}
    return sent(served, "delegate", **{**told, **more})


def test_staff_01_it_is_signed(served: Served) -> None:
    """STAFF-01: without the password nothing is recorded, and what was typed is still there."""
    assert signed(served, password="")[0] == 422
    assert log(served).delegations == ()
    assert signed(served)[0] == 303
    one = log(served).delegations[0]
    assert (one.person, one.role, one.by, one.tasks) == ("nora", "nurse", "ida", "blood")
    end = f"{PAGE}{veiled(one.seq)}/end"
    told = {"on": day(served), "reason": "left", "password": PASSWORD, "request": "r1"}
    assert served.browser("ida").post(end, {**told, "password": ""}).status_code == 422
    assert served.browser("ida").post(end, told).status_code == 303
    assert log(served).delegations[0].why == "left"
    assert served.browser("ida").get(end).status_code == 404


def test_staff_01_a_training(served: Served) -> None:
    """STAFF-01: topic, version, day."""
    told = {"person": "nora", "topic": "GCP", "version": "E6(R3)", "on": day(served, ago=9)}
    assert sent(served, "train", **told)[0] == 303
    assert "E6(R3)" in read(served, "nora", PAGE)
    assert sent(served, "train", **{**told, "on": "soon"})[0] == 422


@pytest.mark.parametrize("person", ["nora", "mona", CUSTODIAN])
def test_staff_01_others_read(served: Served, person: str) -> None:
    """STAFF-01: to see is not to sign."""
    assert "Sign the delegation" not in read(served, person, PAGE)
    assert sent(served, "train", person, topic="GCP")[0] == 404


def test_staff_02_what_is_missing(served: Served) -> None:
    """STAFF-02: on the page, and today; recording goes on."""
    assert "holds the role, and no training is recorded: GCP" in read(served, "mona", PAGE)
    for person, sees in (("ida", True), ("mona", True), ("nora", False)):
        assert ("missing in delegation" in read(served, person, "/")) is sees, person
    assert served.site.record(screen("P01"), by="ida").entries
    for one in ("nora", "mona", "dan", "stan", "asa"):
        role = next(iter(served.site.view().people.of(one))).role
        served.site.record(delegate(one, role, "tasks", since=day(served, ago=1)), by="ida")
    served.site.record(train("nora", "GCP", on=day(served, ago=2)), by="ida")
    assert "Everybody who holds a role today" in read(served, "mona", PAGE)
    assert "missing in delegation" not in read(served, "mona", "/")


def test_staff_03_one_site_and_names(served: Served) -> None:
    """STAFF-03: the log of another site is not shown; a name is not recorded."""
    served.site.record(grant("nina", "nurse", site="A"), by=CUSTODIAN)
    served.site.record(grant("nils", "nurse", site="B"), by=CUSTODIAN)
    for who, site in (("nina", "A"), ("nils", "B")):
        served.site.record(delegate(who, "nurse", f"tasks of {site}", since=day(served), site=site), by="ida")
    account = account_of("nina")
    account.name = "Nina Invented"
    account.save()
    shown = read(served, "nina", PAGE)
    assert "tasks of A" in shown
    assert "tasks of B" not in shown
    assert "nils" not in shown
    assert "Nina Invented" in shown
    assert not any("Invented" in (entry.text or "") for entry in served.site.book.entries() if entry.act == "delegate")


def test_staff_04_on_paper(served: Served) -> None:
    """STAFF-04: a PDF."""
    signed(served)
    answer = served.browser("mona").get(f"{PAGE}log.pdf")
    assert answer.content.startswith(b"%PDF")
    assert Look.objects.filter(person="mona", note="delegation.pdf").exists()


def test_staff_04_who_is_blind(served: Served) -> None:
    """STAFF-03: blind roles have no such page."""
    assert served.browser("asa").get(PAGE).status_code == 404
