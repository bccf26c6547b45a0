"""What `doctor` looks at, in the words of a qualification: the risk of each of its checks, and what is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Looked:
    """A check of `doctor` as a qualification tells it."""

    risk: str
    test: str
    requirements: tuple[str, ...] = ()


SITE = Looked("The site is open to others, or its machine fails.", "What `trialbook doctor` looks at.")
"""For a study without a site."""

LOOKED: Mapping[str, Looked] = MappingProxyType(
    {
        "study file": Looked("The site does not start, or judges by a plan with mistakes.", "The study file is read."),
        "ledger": Looked(
            "People go on recording in a ledger that is damaged.",
            "The ledger is verified, reading only.",
            ("R05", "R06"),
        ),
        "database": Looked(
            "Somebody between site and database reads or changes what is recorded.",
            "A database server, if any: how it is reached, who it proves to be, whether its pages carry sums.",
            ("R20",),
        ),
        "accounts": Looked(
            "Nobody can sign in, or the log of sign-ins is lost.", "The file of accounts is looked through.", ("R11",)
        ),
        "private files": Looked(
            "Others on this machine read answers, passwords or keys.",
            "The rights of the site's files are looked at.",
            ("R06", "R49"),
        ),
        "identities": Looked(
            "A name stands beside the answers, or is there after it was erased.",
            "The list of identities, its keys and the erasures are compared.",
            ("R13", "R49"),
        ),
        "place of the folder": Looked(
            "A network drive damages the ledger, or a program copies it away.",
            "The file system, and what else copies the folder, are looked at.",
            ("R20",),
        ),
        "reach": Looked(
            "Passwords and answers cross a network in clear text.", "Address, TLS and certificate are looked at."
        ),
        "settings": Looked(
            "A page can be attacked by a way that a setting closes.",
            "Django's checks of a site in use are carried out.",
        ),
        "people": Looked(
            "Whoever learns one password of a custodian may do everything.",
            "Accounts and second factors of custodians are looked at.",
            ("R41",),
        ),
        "clock": Looked(
            "The times in the trail are wrong.", "The clock is compared with the ledger and a time server.", ("R09",)
        ),
        "disk": Looked("The disk is full, and nothing can be saved.", "The room that is left is looked at."),
        "backups": Looked(
            "There is no copy on the day on which one is needed.", "The log of backups is read.", ("R18",)
        ),
        "running site": Looked("The site runs, and serves nobody.", "A site that runs here is asked."),
    }
)
"""Name of the check -> its words."""
