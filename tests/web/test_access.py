"""The review of access, who could see what on a day, and the log of access as a file.

ACCESS-10: the list has every role with its beginning, account, second factor, and what speaks against it.
ACCESS-11: a review is an act about exactly the list that was shown; it is due again after the interval of the site.
ACCESS-12: who could see what on a day is answered from the ledger, with the study file of that day.
ACCESS-13: the log of who came and went is taken out as CSV, and that is noted.
    (ASVS-V1.2.10)
"""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from tests.web.conftest import CUSTODIAN, Served, account_of
from tests.web.followed import day, read
from tests.web.treated import page

from trialbook.capture.acts import grant, revoke
from trialbook.capture.delegations import fold_staff
from trialbook.web.accounts.models import SignIn, What
from trialbook.web.models import Look
from trialbook.web.monitoring.access import UNUSED

PAGE = "/access/"


def rows(served: Served) -> dict[tuple[str, str], Any]:
    found: Any = served.browser(CUSTODIAN).get(PAGE).context["rows"]
    return {(one.person, one.role): one for one, *_ in found}


def review(served: Served, html: str, remarks: str = "all well") -> int:
    seen = re.search(r'name="seen" value="([^"]+)"', html)
    assert seen is not None
    told = {"seen": seen[1], "remarks": remarks, "request": served.site.new_id()}
    return served.browser(CUSTODIAN).post(PAGE, told).status_code


def test_access_10_every_role(served: Served) -> None:
    """R40, ACCESS-10: nobody is left out, and what speaks against a role is said."""
    nora, stan = account_of("nora"), account_of("stan")
    nora.made_at = served.site.now() - UNUSED - timedelta(days=1)
    nora.save()
    stan.suspended_at = served.site.now()
    stan.save()
    account_of("idle")
    found = rows(served)
    assert {(one.person, one.role) for one in served.site.view().people.grants} <= set(found)
    assert found["nora", "nurse"].remarks == ("not used for 90 days",)
    assert found["stan", "statistician"].remarks == ("the account is closed, and the role is still held",)
    assert found["mona", "monitor"].remarks == ("has no account",)
    assert found["idle", ""].remarks == ("an account without a role",)
    assert found[CUSTODIAN, "custodian"].remarks == ("custodian without a second factor",)
    assert found["nora", "nurse"].granted_by == CUSTODIAN


def test_access_11_a_review(served: Served) -> None:
    """ACCESS-11: recorded, and then not due."""
    html = page(served.browser(CUSTODIAN), PAGE)
    assert "review due" in html
    assert "Access is to be reviewed" in read(served, CUSTODIAN, "/")
    assert review(served, html) == 303
    assert "Access is to be reviewed" not in read(served, CUSTODIAN, "/")
    made = fold_staff(served.site.book.entries()).reviews
    assert [(one.by, one.remarks) for one in made] == [(CUSTODIAN, "all well")]
    assert "review due" not in page(served.browser(CUSTODIAN), PAGE)


def test_access_11_of_what_was_shown(served: Served) -> None:
    """ACCESS-11: a role that was granted meanwhile is looked at first."""
    html = page(served.browser(CUSTODIAN), PAGE)
    served.site.record(grant("nils", "nurse"), by=CUSTODIAN)
    assert review(served, html) == 422
    assert fold_staff(served.site.book.entries()).reviews == ()


@pytest.mark.parametrize("person", ["ida", "nora", "mona", "dan", "asa"])
def test_access_10_who_has_the_page(served: Served, person: str) -> None:
    """ACCESS-10: the right."""
    for path in (PAGE, f"{PAGE}list.csv", "/audit/access.csv"):
        assert served.browser(person).get(path).status_code == 404


def test_access_12_on_a_day(served: Served) -> None:
    """R39, ACCESS-12: before the ledger nobody; today by today's roles, those taken back left out."""
    served.site.record(revoke("stan", "statistician", reason="left"), by=CUSTODIAN)
    today = read(served, CUSTODIAN, f"{PAGE}?on={day(served)}").partition("At the end of")[2]
    assert "nora" in today
    assert "stan" not in today
    assert "only what is open to rate: Muscle" in today or "only what is open to rate" in today
    assert "had not begun on that day" in read(served, CUSTODIAN, f"{PAGE}?on=2001-03-03")
    for wrong in ("soon", "2026-13-01", "0001-01-01", "9999-12-31"):
        assert served.browser(CUSTODIAN).get(f"{PAGE}?on={wrong}").status_code == 200


def test_access_13_files(served: Served) -> None:
    """ACCESS-13: list and logs; no cell starts a formula."""
    SignIn.objects.create(code="=cmd", what=What.WRONG_PASSWORD, address="127.0.0.1")
    text = b"".join(served.browser(CUSTODIAN).get("/audit/access.csv?log=sign-ins")).decode()
    lines = list(csv.DictReader(io.StringIO(text)))
    assert ("'=cmd", "wrong password") in {(line["person"], line["what"]) for line in lines}
    served.browser("nora").get("/access/")
    looks = b"".join(served.browser(CUSTODIAN).get("/audit/access.csv?log=looks")).decode()
    assert "refused,,127.0.0.1,GET /access/" in looks
    listed = served.browser(CUSTODIAN).get(f"{PAGE}list.csv").content.decode()
    assert len(list(csv.reader(io.StringIO(listed)))) == 1 + len(rows(served))
    noted = set(Look.objects.filter(person=CUSTODIAN, what=Look.What.EXPORT).values_list("note", flat=True))
    assert noted == {"sign-ins.csv", "looks.csv", "access.csv"}
