"""Sessions in the database of accounts, each with whose it is: Django's own engine, on a table of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from trialbook.web.accounts.models import OpenSession
from trialbook.web.accounts.prepared import Prepared

BY_KEY = Prepared(OpenSession)


class SessionStore(DatabaseStore):
    """Keeps sessions where they can be found by account."""

    @classmethod
    def get_model_class(cls) -> type[OpenSession]:
        """Return the table."""
        return OpenSession

    def _get_session_from_db(self) -> OpenSession | None:
        """Return the row of the session while it lasts, as Django's own, which writes the statement anew each time."""
        found = BY_KEY.first(session_key=self.session_key, expire_date__gt=timezone.now())
        if found is None:
            self._session_key = None
        return found

    def create_model_instance(self, data: Mapping[str, Any]) -> OpenSession:
        """Return the row of a session, with the account that signed in, if one did."""
        made: OpenSession = super().create_model_instance(data)  # type: ignore[arg-type,assignment]  # the same
        account = data.get(SESSION_KEY)
        made.account_id = None if account is None else int(account)
        return made
