"""Passwords that are easily guessed, beyond those that stand in a list as they are.

GUESS-01: common ones stay common with digits, signs and look-alikes, or twice (ASVS-V6.2.4).
GUESS-02: what everybody knows of the site makes no password: the program, roles, the words of the study (ASVS-V6.1.2,
    ASVS-V6.2.11).
GUESS-03: any other is taken, whatever it is made of (ASVS-V6.2.5).
"""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from tests.web.conftest import Served, account_of


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password2026!",
        "P@ssw0rd!!!!",
        "passwordpassword",
        "123password123",
        "iloveyou2026",
        "qwertyuiopqwe",
        "asdfghjklasdf",
        "123456789012",
        "210987654321",
        "aaaaaaaaaaaa",
        "abababababab",
        "abcdefghijkl",
        "1qaz2wsx3edc",
        "dragondragon1",
        "letmein!!!!!",
        "MONKEY123456",
    ],
)
@pytest.mark.usefixtures("served")
def test_guess_01_common(password: str) -> None:
    """GUESS-01."""
    with pytest.raises(ValidationError, match="too common"):
        validate_password(password, account_of("nora"))


@pytest.mark.parametrize(
    "password", ["trialbook2026!", "Study-Nurse-1", "Polymyositis 1", "rituximab rituximab", "Cl1n1c trialb00k"]
)
def test_guess_02_what_everybody_knows(served: Served, password: str) -> None:
    """GUESS-02: also the words of the title of the study."""
    assert "polymyositis" in served.site.study.say(served.site.study.identity.title).casefold()
    with pytest.raises(ValidationError, match="too common"):
        validate_password(password, account_of("nora"))


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "four words apart again",
        "8301 7742 1x 93",
        "\u6b63\u78ba\u7684\u99ac\u96fb\u6c60\u91d8\u66f8\u91dd\u7c73\u9ea5\u7530",
        "a password nobody has",
        "x" * 40 + "yz",
        "nurse of the seven seas",
    ],
)
@pytest.mark.usefixtures("served")
def test_guess_03_any_other(password: str) -> None:
    """GUESS-03: words, digits, letters of any script, blanks."""
    validate_password(password, account_of("nora"))
