"""Codes of participants that the program makes: by chance or counted at a site, with a check character.

The check character is that of ISO/IEC 7064:2003, MOD 37,36 (hybrid system, one check character of the 36 digits and
letters): it notices every single wrong character, and every swap of two neighbours but a few.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Final

from trialbook.capture.people import likeness
from trialbook.protocol.model import Study

LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MODULUS: Final = 36

CLEAR: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Characters that a code by chance is made of: none that is taken for another, and none that makes words (no U)."""

LENGTH: Final = 5
"""Characters by chance: 24 million codes, of which a study uses so few that none is found by guessing in order."""

RANDOM = re.compile(rf"[{CLEAR}]{{{LENGTH + 1}}}")
COUNTED = re.compile(r"(?P<site>.*-)?(?P<number>[0-9]{3,6})-(?P<check>[0-9A-Z])")


def check_character(payload: str) -> str:
    """Return the check character for digits and capital letters; other characters are passed over.

    ISO/IEC 7064:2003, 9.1 (hybrid systems), with M = 36: P starts at M; for each character a,
    S = (P + a) mod M, taken as M where it is 0, and P = 2 S mod (M + 1); the check character is (M + 1 - P) mod M.
    """
    product = MODULUS
    for character in payload.upper():
        if character in LETTERS:
            total = (product + LETTERS.index(character)) % MODULUS or MODULUS
            product = total * 2 % (MODULUS + 1)
    return LETTERS[(MODULUS + 1 - product) % MODULUS]


def is_checked(code: str) -> bool:
    """Tell whether the last character of a code is the check character of those before it."""
    return len(code) > 1 and check_character(code[:-1]) == code[-1].upper()


def is_of_the_study(study: Study, code: str, site: str | None) -> bool:
    """Tell whether a code is one that this study makes; where codes are typed, every code is."""
    match study.participants.codes:
        case "random":
            return RANDOM.fullmatch(code) is not None and is_checked(code)
        case "counted":
            found = COUNTED.fullmatch(code)
            return found is not None and is_checked(code) and (found["site"] or "") == before(site)
        case _:
            return True


def before(site: str | None) -> str:
    """Return what stands before the number in the codes of a site."""
    return f"{site}-" if site else ""


def made_code(study: Study, site: str | None, taken: Collection[str], chance: Callable[[int], int]) -> str:
    """Make a code that nobody has; `chance` gives a whole number below its argument, each as likely as any other.

    Counted codes go on from the highest of the site, so that the codes of other sites do not show in it.
    """
    used = {likeness(code) for code in taken}
    if study.participants.codes == "counted":
        return counted_code(site, taken)
    while True:
        payload = "".join(CLEAR[chance(len(CLEAR))] for _ in range(LENGTH))
        code = payload + check_character(payload)
        if code[-1] in CLEAR and likeness(code) not in used:
            return code


def counted_code(site: str | None, taken: Collection[str]) -> str:
    """Return the next code of a site: `A-007-K`."""
    found = [match for code in taken if (match := COUNTED.fullmatch(code)) and (match["site"] or "") == before(site)]
    number = 1 + max((int(match["number"]) for match in found), default=0)
    payload = f"{before(site)}{number:03d}-"
    return payload + check_character(payload)
