"""The settings of a site that a study may choose, in `site.toml` of its folder; without the file all are as here."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from trialbook.capture.stores import has_secret, is_address
from trialbook.errors import Place, Problem, TrialbookError
from trialbook.keeping.schedule import Plan, is_plan, parse_plan
from trialbook.protocol.suggest import listed, suggest

SITE_FILE = "site.toml"


class SiteFileError(TrialbookError):
    """The settings of the site cannot be used."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How the site is reached, and how strict its accounts are."""

    identity_keys: str = ""
    """The file with the keys of the identities, outside of the folder of the study; empty where none are kept."""

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
    review_days: int = 90
    """Access is reviewed again after so many days."""
    second_factor: Literal["away", "always"] = "away"
    """`away`: everybody who does not sit at the machine of the site needs one; `always`: everybody."""
    backup: Plan | None = None
    """How the site backs its study up; None where it does not."""
    heads: str = ""
    """Folder into which a head of the ledger is written each day; empty for none."""
    log: Literal["lines", "json"] = "lines"
    """How the site writes its log: for people, or for programs, with a line for each request."""
    metrics: Literal["off", "here", "token"] = "off"
    """Who reads the numbers at /metrics: nobody, the own machine, or whoever sends `metrics_token`."""
    metrics_token: str = ""
    store: str = ""
    """Address of the PostgreSQL database that holds ledger and accounts, without a password; empty for files."""


LIMITS: Mapping[str, tuple[int, int]] = {
    "port": (1, 65535),
    "wrong_passwords": (3, 20),
    "shut_minutes": (1, 1440),
    "idle_minutes": (1, 240),
    "longest_hours": (1, 24),
    "review_days": (7, 400),
}
"""Setting -> its least and its greatest value."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "language": ("en", "zh-hant"),
    "second_factor": ("away", "always"),
    "log": ("lines", "json"),
    "metrics": ("off", "here", "token"),
}

SECRETS = frozenset({"metrics_token", "store"})
"""Settings whose value is never told."""

TOKEN = re.compile(r"[A-Za-z0-9_-]{32,200}")


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
    return Policy(**{name: value_of(value) for name, value in told.items()})


def value_of(told: Any) -> Any:  # noqa: ANN401 - judged by the rule of its setting
    """Return a value of the file as the policy has it."""
    if isinstance(told, dict):
        return parse_plan(told)
    return tuple(told) if isinstance(told, list) else told


def problems_in(file: Path, told: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem for every setting that is unknown or cannot have its value."""
    known = tuple(field.name for field in fields(Policy))
    for name, value in told.items():
        if name not in known:
            yield problem(file, "SERVE-02", name=name, near=suggest(name, known), known=listed(known))
        elif not RULES.get(name, is_text)(name, value):
            shown = "that" if name in SECRETS else str(value)
            yield problem(file, "SERVE-03", name=name, value=shown, wanted=wanted(name))
    if told.get("metrics") == "token" and "metrics_token" not in told:
        yield problem(file, "SERVE-03", name="metrics", value="token", wanted="a `metrics_token` beside it")


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


def is_backup(name: str, value: object) -> bool:
    """Tell whether a value is a table that says how the study is backed up."""
    del name
    return is_plan(value)


def is_token(name: str, value: object) -> bool:
    """Tell whether a value is a secret that nobody guesses."""
    del name
    return isinstance(value, str) and TOKEN.fullmatch(value) is not None


def is_store(name: str, value: object) -> bool:
    """Tell whether a value is the address of a database without a password, which has its place elsewhere."""
    del name
    return isinstance(value, str) and (not value or (is_address(value) and not has_secret(value)))


def is_text(name: str, value: object) -> bool:
    """Tell whether a value is a text."""
    del name
    return isinstance(value, str)


RULES: Mapping[str, Callable[[str, object], bool]] = {
    **dict.fromkeys(LIMITS, is_number),
    **dict.fromkeys(CHOICES, is_choice),
    "names": is_names,
    "backup": is_backup,
    "metrics_token": is_token,
    "store": is_store,
}
"""Setting -> what its value must be; any other is a text."""


WRITTEN: Mapping[str, str] = {
    "metrics_token": "at least 32 letters and digits by chance, as `openssl rand -hex 32` makes them",
    "names": "a list of names in quotes",
    "store": "`postgresql://name@host/database` without a password: that belongs into PGPASSFILE or TRIALBOOK_STORE",
    "backup": '{ to = "folder", every = "24 hours", keep = "daily=7,weekly=4,monthly=12" }, any of them left out',
}


def wanted(name: str) -> str:
    """Say what a setting may be."""
    if name in LIMITS:
        least, greatest = LIMITS[name]
        return f"a whole number from {least} to {greatest}"
    if name in CHOICES:
        return listed(CHOICES[name])
    return WRITTEN.get(name, "a text in quotes")


def problem(file: Path, code: str, **values: str) -> Problem:
    """Make a problem of the file."""
    return Problem(code=code, place=Place(file=str(file)), values=values)
