"""What only the terminal of the site's machine can do: start the first run, and let somebody in who lost everything."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from trialbook.capture.people import likeness
from trialbook.errors import Problem
from trialbook.protocol.suggest import listed, suggest
from trialbook.web import site
from trialbook.web.accounts.codes import digest_of, new_code
from trialbook.web.accounts.models import Account, SignIn, StartCode, What
from trialbook.web.accounts.policy import SiteFileError
from trialbook.web.accounts.second import remove_second
from trialbook.web.accounts.trying import forget_wrong

TERMINAL = "terminal"
ONE_TIME = timedelta(hours=24)


def new_start_code() -> str | None:
    """Make a start code in place of earlier ones; None where there is an account already."""
    if Account.objects.exists():
        return None
    made = new_code(3)
    with transaction.atomic():
        StartCode.objects.all().delete()
        StartCode.objects.create(digest=digest_of("start", made))
    return made


def rescue(code: str) -> str:
    """Make a one-time code for an account, and take its second factor away; its sessions end.

    A suspension and a last day stay: another custodian lifts them. SiteFileError where there is no such account.
    """
    found = Account.objects.filter(likeness=likeness(code)).first()
    if found is None:
        known = tuple(Account.objects.order_by("code").values_list("code", flat=True))
        values = {"code": code, "near": suggest(code, known), "known": listed(known)}
        raise SiteFileError([Problem(code="SERVE-11", values=values)])
    made = new_code(4)
    with transaction.atomic():
        found.set_password(made)
        found.one_time_until = site.now() + ONE_TIME
        found.generation += 1
        found.save(update_fields=["password", "one_time_until", "generation"])
        remove_second(found)
        for what in (What.PASSWORD_RESET, What.SECOND_RESET):
            SignIn.objects.create(code=found.code, what=what, by=TERMINAL, address=TERMINAL)
    forget_wrong(found.code)
    return made
