"""What rules for systems with trial data ask for, and no other test shows; the numbers are those of requirements.md.

NEED-W-01: a value that was changed is marked wherever its form is read or printed, and no other is (R15).
NEED-W-02: a signature tells name, time in UTC, role and meaning on the screen, which is what is printed, and in the
    file (R28).
NEED-W-03: whoever keeps the study is told for a week whose account was shut after wrong tries (R34).
NEED-W-04: a second factor that was taken away is worth nothing at once, and open sessions end (R33).
NEED-W-05: whoever runs the system and records in it is named where access is reviewed (R40).
NEED-W-06: what a blind role asks for beyond its own is kept, with person and role (R45).
NEED-W-07: a rating that was sealed is changed only with a reason, and the change stands in the trail (R47).
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests.web.conftest import CUSTODIAN, PASSWORD, Served, account_of
from tests.web.test_accounts import sign_in, token, with_second
from tests.web.test_audit import taken
from tests.web.test_signing import sign
from tests.web.treated import page, put, treat, words

from trialbook.capture.acts import correct, grant
from trialbook.capture.asking import freeze, override, unblind
from trialbook.errors import ActRefused
from trialbook.web.models import Look

BODY = "/participants/P01/visits/baseline/forms/body/"
MARK = "corrected</span>"


@pytest.fixture
def treated(served: Served) -> Served:
    return treat(served)


def test_what_was_changed_is_marked(treated: Served) -> None:
    """NEED-W-01: in the form and, once it is frozen, on the page that is read."""
    assert MARK not in page(treated.browser("nora"), BODY)
    treated.site.record(correct("P01", "body", "weight", "55", visit="baseline", reason="misread"), by="nora")
    assert page(treated.browser("nora"), BODY).count(MARK) == 1
    treated.site.record(freeze("form", participant="P01", form="body", visit="baseline"), by=CUSTODIAN)
    read = page(treated.browser("nora"), BODY)
    assert "55 kg <span" in read
    assert read.count(MARK) == 1


def test_what_a_signature_tells(treated: Served) -> None:
    """NEED-W-02: the name is that of the account, the time that of the ledger."""
    account = account_of("ida")
    account.name = "Ida Berg"
    account.save()
    assert sign(treated)[0] == 303
    (seal,) = treated.site.casebooks["P01"].seals.values()
    told = f"ida, Investigator, Ida Berg, {seal.at[:10]} {seal.at[11:16]} UTC: {seal.meaning}"
    for path in ("/signatures/?show=signed", BODY):
        assert told in words(page(treated.browser("nora"), path)).replace(" ,", ",")
    (row,) = taken(treated, "mona", "?act=sign")
    assert (row["by"], row["role"]) == ("ida", "investigator")
    assert seal.meaning in row.values()
    assert seal.at in row.values()


def test_wrong_tries_are_told(served: Served) -> None:
    """NEED-W-03."""
    account_of("nora")
    assert "Shut in the last" not in page(served.browser(CUSTODIAN), "/")
    for _ in range(6):
        sign_in(Client(), "nora", "x")
    assert "after wrong tries: nora" in page(served.browser(CUSTODIAN), "/")
    assert "wrong tries" not in page(served.browser("ida"), "/")


def test_a_lost_second_factor(served: Served) -> None:
    """NEED-W-04: the session that was opened with it too."""
    device = with_second(account_of("nora"))
    nora = Client()
    sign_in(nora, "nora")
    nora.post("/second-factor", {"second": token(device)})
    assert nora.get("/password").status_code == 200
    waiting = Client()
    sign_in(waiting, "nora")
    served.browser(CUSTODIAN).post("/account/nora", {"do": "reset second factor"})
    assert nora.get("/password").headers["Location"].startswith("/sign-in")
    assert waiting.post("/second-factor", {"second": token(device, 1)}).headers["Location"] == "/sign-in"


def test_who_runs_it_and_records(served: Served) -> None:
    """NEED-W-05."""
    said = "runs the system and records in it"
    assert said not in page(served.browser(CUSTODIAN), "/access/")
    served.site.record(grant(CUSTODIAN, "investigator"), by=CUSTODIAN)
    client = Client()
    client.post("/sign-in", {"code": CUSTODIAN, "password": PASSWORD})
    client.post("/role", {"grant": "custodian@"})
    assert said in page(client, "/access/")


def test_what_a_blind_role_asks_for(treated: Served) -> None:
    """NEED-W-06: each address, with the moment."""
    before = treated.site.now() - timedelta(seconds=1)
    for path in ("/participants/P01/", "/audit/"):
        assert treated.browser("asa").get(path).status_code == 404
    kept = Look.objects.filter(person="asa", what=Look.What.REFUSED, at__gte=before)
    assert {(one.grant, one.note) for one in kept} == {
        ("assessor", "GET /participants/P01/"),
        ("assessor", "GET /audit/"),
    }


def test_a_rating_after_its_seal(treated: Served) -> None:
    """NEED-W-07: after an unblinding too; without a reason nothing changes."""
    treated.site.record(override("P01", "baseline", "rating", reason="ill"), by="ida")
    put(treated, "asa", "rating", {"global": "4.4"}, visit="baseline")
    treated.site.record(unblind("accidental", "asa", reason="met in the corridor", participant="P01"), by="ida")
    with pytest.raises(ActRefused):
        treated.site.record(correct("P01", "rating", "global", "5", visit="baseline", reason=""), by="asa")
    changed = correct("P01", "rating", "global", "5", visit="baseline", reason="misread my note")
    treated.site.record(changed, by="asa")
    entries = [one for one in treated.site.book.entries() if one.form == "rating" and one.item == "global"]
    unblinded = max(one.seq for one in treated.site.book.entries() if one.act == "unblind")
    assert [(one.act, one.text, one.reason) for one in entries] == [
        ("enter", "4.4", None),
        ("correct", "5", "misread my note"),
    ]
    assert entries[0].seq < unblinded < entries[1].seq
