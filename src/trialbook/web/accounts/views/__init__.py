"""The pages of the accounts."""

from __future__ import annotations

from trialbook.web.accounts.views.administering import account, accounts, new_account
from trialbook.web.accounts.views.entering import second_factor, sign_in, sign_out
from trialbook.web.accounts.views.first import first_run
from trialbook.web.accounts.views.own import change_password, keep_alive, set_up_second_factor
from trialbook.web.accounts.views.sessions import sessions

__all__ = [
    "account",
    "accounts",
    "change_password",
    "first_run",
    "keep_alive",
    "new_account",
    "second_factor",
    "sessions",
    "set_up_second_factor",
    "sign_in",
    "sign_out",
]
