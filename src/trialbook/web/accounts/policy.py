"""The settings of a site that a study may choose, in `site.toml` of its folder; without the file all are as here."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from trialbook.errors import Place, Problem, TrialbookError
from trialbook.protocol.suggest import listed, suggest

SITE_FILE = "site.toml"


class SiteFileError(TrialbookError):
    """The settings of the site cannot be used."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How the site is reached, and how strict its accounts are."""

    host: str = "127.0.0.1"
    """Address to listen at."""
    port: int = 8000
    tls: str = ""
    """`make`, or the file of a certificate; empty for plain HTTP."""
    tls_key: str = ""
    """The file of its key; empty where the certificate's file holds it too."""
    names: tuple[str, ...] = ()
    """Further names and addresses under which the site is reached."""
    language: Literal["en", "zh-hant"] = "en"
    wrong_passwords: int = 5
    """Wrong passwords that shut an account."""
    shut_minutes: int = 15
    """For how long; it opens by itself."""
    idle_minutes: int = 20
    """A session that is not used for so long ends."""
    longest_hours: int = 12
    """Every session ends after so long."""
    second_factor: Literal["away", "always"] = "away"
    """`away`: everybody who does not sit at the machine of the site needs one; `always`: everybody."""


LIMITS: Mapping[str, tuple[int, int]] = {
    "port": (1, 65535),
    "wrong_passwords": (3, 20),
    "shut_minutes": (1, 1440),
    "idle_minutes": (1, 240),
    "longest_hours": (1, 24),
}
"""Setting -> its least and its greatest value."""

CHOICES: Mapping[str, tuple[str, ...]] = {"language": ("en", "zh-hant"), "second_factor": ("away", "always")}


def read_policy(folder: Path) -> Policy:
    """Read the settings of a study's site; SiteFileError carries every problem found."""
    file = folder / SITE_FILE
    if not file.is_file():
        return Policy()
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SiteFileError([problem(file, "SERVE-01", reason=str(error).splitlines()[0])]) from error
    found = tuple(problems_in(file, told))
    if found:
        raise SiteFileError(found)
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    return Policy(**values)


def problems_in(file: Path, told: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem for every setting that is unknown or cannot have its value."""
    known = tuple(field.name for field in fields(Policy))
    for name, value in told.items():
        if name not in known:
            yield problem(file, "SERVE-02", name=name, near=suggest(name, known), known=listed(known))
        elif not RULES.get(name, is_text)(name, value):
            yield problem(file, "SERVE-03", name=name, value=str(value), wanted=wanted(name))


def is_number(name: str, value: object) -> bool:
    """Tell whether a value is a whole number within the limits of its setting."""
    least, greatest = LIMITS[name]
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= greatest


def is_choice(name: str, value: object) -> bool:
    """Tell whether a value is one of those that a setting has."""
    return value in CHOICES[name]


def is_names(name: str, value: object) -> bool:
    """Tell whether a value is a list of names."""
    del name
    return isinstance(value, list) and all(isinstance(one, str) and one and "," not in one for one in value)


def is_text(name: str, value: object) -> bool:
    """Tell whether a value is a text."""
    del name
    return isinstance(value, str)


RULES: Mapping[str, Callable[[str, object], bool]] = {
    **dict.fromkeys(LIMITS, is_number),
    **dict.fromkeys(CHOICES, is_choice),
    "names": is_names,
}
"""Setting -> what its value must be; any other is a text."""


def wanted(name: str) -> str:
    """Say what a setting may be."""
    if name in LIMITS:
        least, greatest = LIMITS[name]
        return f"a whole number from {least} to {greatest}"
    if name in CHOICES:
        return listed(CHOICES[name])
    return "a list of names in quotes" if name == "names" else "a text in quotes"


def problem(file: Path, code: str, **values: str) -> Problem:
    """Make a problem of the file."""
    return Problem(code=code, place=Place(file=str(file)), values=values)
