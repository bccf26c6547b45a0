"""The invitations as Django knows them."""

from __future__ import annotations

from django.apps import AppConfig


class InvitationsConfig(AppConfig):
    """Gives Django the tables of the invitations."""

    name = "trialbook.web.invitations"
    label = "invitations"
