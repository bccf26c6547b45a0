"""What is done once for many requests says what Django itself says each time.

QUICK-01: a query that is written once finds the row that the ORM finds, with every value, or none.
QUICK-02: an account is found by its number as by any other key, and a number of nobody is refused as by the ORM.
QUICK-03: words of a template are said in the language of each reader; every other use of the tag is Django's own.
QUICK-04: the menu of a role is in the language of each reader; what is not of every day stands behind “More”, once.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.template import engines
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from tests.web.conftest import CUSTODIAN, Served, account_of

from trialbook.web.accounts.models import Account, OpenSession
from trialbook.web.accounts.prepared import Prepared
from trialbook.web.site import now


def test_quick_01_the_same_row(served: Served) -> None:
    """QUICK-01: a session that lasts, one whose time is over, and a key of none."""
    served.browser("nora")
    row = OpenSession.objects.get()
    quick = Prepared(OpenSession)
    for _ in range(2):
        found = quick.first(session_key=row.session_key, expire_date__gt=now())
        assert found is not None
        assert {name: getattr(found, name) for name in vars(row) if name != "_state"} == {
            name: value for name, value in vars(row).items() if name != "_state"
        }
    assert quick.first(session_key="x", expire_date__gt=now()) is None
    assert quick.first(session_key=row.session_key, expire_date__gt=row.expire_date + timedelta(seconds=1)) is None


def test_quick_02_an_account(served: Served) -> None:
    """QUICK-02: with the empty values, too, and it can be saved."""
    del served
    account = account_of("nora")
    account.one_time_until = now()
    account.save()
    for found in (Account.objects.get(pk=account.pk), Account.objects.get(pk=str(account.pk))):
        assert found == Account.objects.get(code="nora")
        assert (found.one_time_until, found.suspended_at) == (account.one_time_until, None)
        found.save()
    with pytest.raises(Account.DoesNotExist):
        Account.objects.get(pk=0)


def test_quick_02_two_statements_before_a_page(served: Served) -> None:
    """QUICK-02: for session and account, and none beside them while nothing is written."""
    nora = served.browser("nora")
    nora.get("/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert nora.get("/").status_code == 200
    assert len(asked) == 2


def test_quick_03_words() -> None:
    """QUICK-03: what holds a sign of HTML or of a format, a variable, a name, and words that are not to be said."""
    words = "{% translate 'Save' %}|{% translate 'Save' as x %}{{ x }}|{% translate v %}|{% translate 'Save' noop %}"
    words += "|{% trans 'Save' %}|{% translate '100 %' %}|{% translate 'a & b' %}|{% translate 'save'|upper %}"
    template = engines["django"].from_string("{% load i18n %}" + words)
    for language, said in (("en", "Save"), ("zh-hant", "儲存"), ("en", "Save")):
        with override(language):
            written = template.render({"v": "Save"}).split("|")
        assert written == [said, said, said, "Save", said, "100 %", "a & b", "SAVE"]


def test_quick_04_the_menu(served: Served) -> None:
    """QUICK-04."""
    nora = served.browser("nora")
    for language, said in (("en", "Participants"), ("zh-hant", "受試者"), ("en", "Participants")):
        page = nora.get("/", headers={"Accept-Language": language}).content.decode()
        assert f"data-search>{said}</a>" in page


@pytest.mark.parametrize("person", ["ida", "nora", "mona"])
def test_quick_04_more(served: Served, person: str) -> None:
    """QUICK-04: every page that a role may see is named once, and the one that is shown is marked."""
    browser = served.browser(person)
    line, more = parts_of_menu(browser.get("/").content.decode())
    named = [re.findall(r'<a href="(/[^"#]*)"', part) for part in (line, more)]
    assert 2 <= len(named[0]) <= 9
    assert len({*named[0], *named[1]}) == len(named[0]) + len(named[1])
    assert "here" not in more
    line, more = parts_of_menu(browser.get(named[1][0]).content.decode())
    assert ("aria-current" in line, more.count('aria-current="page"'), 'class="here"' in more) == (False, 1, True)


def test_quick_04_a_short_menu(served: Served) -> None:
    """QUICK-04: where all of it fits into one line nothing is hidden."""
    line, more = parts_of_menu(served.browser(CUSTODIAN).get("/").content.decode())
    assert more == ""
    assert len(re.findall(r'<a href="/', line)) > 4


def parts_of_menu(page: str) -> tuple[str, str]:
    """Return the line of the menu of a page, and what stands behind “More”."""
    line, _, more = page.partition("<nav")[2].partition("</nav>")[0].partition('class="more"')
    return line, more
