"""Passwords that somebody guesses who knows which are common: those of lists, and how people dress them up.

Twelve characters rule most common passwords out as they stand in lists; what people make of them then is the same with
digits behind it, letters that look like others, or itself twice. The words of this program and of the study are as
easy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator

from trialbook.web.site import site_at

if TYPE_CHECKING:
    from trialbook.web.accounts.models import Account

LIKE = str.maketrans("013457@$!|", "oieastasil")
"""Characters that stand for letters."""
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1234567890", "1qaz2wsx3edc4rfv5tgb")
WORDS = (
    "trialbook",
    "study",
    "trial",
    "hospital",
    "clinic",
    "investigator",
    "nurse",
    "assessor",
    "monitor",
    "custodian",
)
"""What anybody knows about a site; the id of the study and the words of its title are added."""
SHORTEST = 4
"""Letters of a word that counts: fewer say nothing about what stands around them."""


class Guessable(CommonPasswordValidator):
    """Refuse what stands in Django's list of common passwords, and what is easily made of it."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """Judge a password; ValidationError where it is too common."""
        for form in plainer(password):
            super().validate("password" if is_easy(form) else form, user)


def plainer(password: str) -> Iterator[str]:
    """Yield a password, and what it was made of."""
    low = password.casefold().strip()
    for form in dict.fromkeys((low, low.translate(LIKE))):
        yield form
        bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", form)
        yield halved(form)
        if len(bare) >= SHORTEST:
            yield from (bare, halved(bare))


def halved(text: str) -> str:
    """Return what a text repeats; the text itself where it repeats nothing."""
    found = re.fullmatch(r"(.+?)\1+", text)
    return found[1] if found else text


def is_easy(text: str) -> bool:
    """Tell whether a text is a run of keys, a sign or two again and again, or made of words that everybody knows."""
    is_run = any(text in row * 2 or text[::-1] in row * 2 for row in ROWS)
    pattern = "|".join(re.escape(word) for word in known_words())
    return is_run or len(set(text)) <= 2 or re.fullmatch(rf"(?:(?:{pattern})[\W\d_]*)+", text) is not None


def known_words() -> tuple[str, ...]:
    """Return the words that everybody knows of this site."""
    study = site_at(settings.STUDY_FOLDER).study
    said = f"{study.identity.id} {study.say(study.identity.title)}".casefold()
    return (*WORDS, *dict.fromkeys(word for word in re.findall(r"\w+", said) if len(word) >= SHORTEST))
