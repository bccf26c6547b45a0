"""The checks of an installation, in the order in which the document has them. A new one is a line of `CHECKS`."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from trialbook.folder import Doors, StudyFolder
from trialbook.qualify.blinding import check_blinding
from trialbook.qualify.computing import check_doses, check_statistics
from trialbook.qualify.machine import check_letters, check_pdf, check_private, check_time
from trialbook.qualify.outcome import Check, Outcome, Place, carry_out
from trialbook.qualify.recording import (
    check_acts,
    check_chain,
    check_kept,
    check_killed,
    check_own_ledger,
    check_rot,
    check_sync,
)

SHIPPED = Path(__file__).parent / "shipped"

CHECKS: tuple[Check, ...] = (
    Check(
        name="chain of entries",
        requirements=("R06",),
        risk="A changed entry is not noticed.",
        test="Shipped entries have the shipped bytes and hashes, and each change is seen.",
        run=check_chain,
    ),
    Check(
        name="acts and trail",
        requirements=("R01", "R04", "R07", "R09", "R21", "R23"),
        risk="An earlier value, its author or its reason is lost.",
        test="Enter, send again, correct without and with a reason, as somebody without a role; read the trail.",
        run=check_acts,
    ),
    Check(
        name="killed while saving",
        requirements=("R03", "R20"),
        risk="What was told as saved is gone after a crash.",
        test="A process that saves is killed without warning; every acknowledged save is looked for.",
        run=check_killed,
    ),
    Check(
        name="disk and synchronisation",
        requirements=("R20",),
        risk="What was told as saved is gone after a power failure.",
        test="The settings of the database are read back, and the disk is timed.",
        run=check_sync,
    ),
    Check(
        name="flipped bit",
        requirements=("R06",),
        risk="A disk that decays changes answers unseen.",
        test="One bit of an answer is turned over in a copy, and the copy is verified.",
        run=check_rot,
    ),
    Check(
        name="backup, restore, archive",
        requirements=("R14", "R17", "R18", "R19"),
        risk="There is no copy on the day on which one is needed.",
        test="A study is backed up, restored, archived, restored from the archive, compared, and worked on.",
        run=check_kept,
    ),
    Check(
        name="the study's own ledger",
        requirements=("R05", "R06", "R16"),
        risk="What is recorded so far is damaged already.",
        test="The ledger that stands here is verified, reading only.",
        run=check_own_ledger,
    ),
    Check(
        name="blinding",
        requirements=("R43", "R44", "R48"),
        risk="The assessor learns what would bias the rating.",
        test="Twins of this study's file that differ in all that is hidden are masked for each blind role.",
        run=check_blinding,
    ),
    Check(
        name="doses",
        requirements=("R25",),
        risk="A participant is given a wrong dose.",
        test="Published worked examples of body surface, and vials, are computed anew.",
        run=check_doses,
    ),
    Check(
        name="statistics",
        requirements=("R25",),
        risk="The study comes to a wrong conclusion.",
        test="Published tests are computed anew, to every printed digit.",
        run=check_statistics,
    ),
    Check(
        name="time",
        requirements=("R09",),
        risk="Days and windows are off by one.",
        test="Moments in summer and winter go to the clock of the sites and back.",
        run=check_time,
    ),
    Check(
        name="letters and numbers",
        requirements=("R01",),
        risk="Names, units or decimals are garbled.",
        test="Several alphabets and decimals are written and read under the language of this machine.",
        run=check_letters,
    ),
    Check(
        name="fonts and PDF",
        requirements=("R28",),
        risk="The printed report lacks letters.",
        test="A page is set in the shipped fonts, twice, and looked into.",
        run=check_pdf,
    ),
    Check(
        name="rights of files",
        requirements=("R06", "R49"),
        risk="Others on this machine read what was recorded.",
        test="The rights of the study's databases are looked at.",
        run=check_private,
    ),
)


def qualify(where: StudyFolder, doors: Doors, scratch: Path, *, shipped: Path = SHIPPED) -> Sequence[Outcome]:
    """Carry out every check on copies below `scratch`, which is made and taken away; the study is only read."""
    scratch.mkdir(mode=0o700, parents=True)
    place = Place(where=where, scratch=scratch, doors=doors, shipped=shipped)
    try:
        return tuple(carry_out(check, place) for check in CHECKS)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
