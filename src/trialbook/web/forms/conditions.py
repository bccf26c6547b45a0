"""Conditions of the study file in the language of the reader."""

from __future__ import annotations

from django.utils.translation import gettext

from trialbook.protocol.condition_words import SIGNS, condition_words
from trialbook.protocol.model import Study


def condition_in(study: Study, text: str, language: str | None) -> str:
    """Return a condition in words: `“Sex” = “Female”`."""
    said = {
        "&&": gettext("and"), "||": gettext("or"), "!": gettext("not"), "yes": gettext("yes"),
        "no": gettext("no"), "has": gettext("is answered"),
    }  # fmt: skip
    return condition_words(study, text, language, signs={**SIGNS, **said})
