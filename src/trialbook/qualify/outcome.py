"""What a check of the installation is, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from trialbook.folder import Doors, StudyFolder

Result = Literal["passed", "to look at", "failed", "not applicable"]
"""`to look at`: nothing is wrong by itself; somebody has to judge whether it is well here."""


class CheckFailedError(Exception):
    """A check found what must not be; the sentence says what."""


class NotApplicableError(Exception):
    """There is nothing here that the check could look at; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where checks are carried out."""

    where: StudyFolder
    """The study; it is read, never written."""
    scratch: Path
    """An empty folder beside it, on the same disk where that can be written, taken away at the end."""
    doors: Doors
    shipped: Path
    """Files with the numbers that checks compare with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something that the installed program does, and that is tried."""

    name: str
    requirements: tuple[str, ...]
    """Numbers of docs/reference/requirements.md."""
    risk: str
    """What happens to participants or to the study if it is not so."""
    test: str
    """What is done."""
    run: Callable[[Place], str]
    """Returns the evidence; raises CheckFailedError or NotApplicableError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a check."""

    name: str
    requirements: tuple[str, ...]
    risk: str
    test: str
    result: Result
    evidence: str


def demand(holds: object, sentence: str) -> None:
    """Raise CheckFailedError with a sentence unless something holds."""
    if not holds:
        raise CheckFailedError(sentence)


def carry_out(check: Check, place: Place) -> Outcome:
    """Carry out a check in a folder of its own; whatever goes wrong in it is its result."""
    own = place.scratch / check.name.replace(" ", "-")
    own.mkdir(mode=0o700)
    result: Result
    try:
        here = Place(where=place.where, scratch=own, doors=place.doors, shipped=place.shipped)
        result, evidence = "passed", check.run(here)
    except NotApplicableError as error:
        result, evidence = "not applicable", str(error)
    except CheckFailedError as error:
        result, evidence = "failed", str(error)
    except Exception as error:  # noqa: BLE001 - a check that cannot be carried out has failed, and the others go on
        result, evidence = "failed", f"{type(error).__name__}: {error}"
    return Outcome(
        name=check.name,
        requirements=check.requirements,
        risk=check.risk,
        test=check.test,
        result=result,
        evidence=evidence,
    )
