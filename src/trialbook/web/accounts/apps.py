"""The accounts as Django knows them."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Gives Django the tables of the accounts, and notes every sign-in."""

    name = "trialbook.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Let every new session know when it began."""
        from django.contrib.auth.signals import user_logged_in

        from trialbook.web.accounts.sessions import note_beginning

        user_logged_in.connect(note_beginning, dispatch_uid="trialbook.accounts.note_beginning")
