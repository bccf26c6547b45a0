"""The site as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Gives Django the templates and the static files."""

    name = "trialbook.web"
    label = "web"
