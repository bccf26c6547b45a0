"""What trusted systems for trial data promise, and the tests that show it; writes the page of both.

The numbers are those of docs/reference/requirements.md. A test shows a requirement where its docstring names it, or
where it names a requirement of the head of its file that does.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from tests.citing import TESTS, tests_naming

PAGE = TESTS.parent / "docs" / "reference" / "requirements.md"
SHIPPED = TESTS.parent / "src" / "trialbook" / "qualify" / "shipped" / "requirements.json"
"""The same, for the document that an installation writes of itself."""
NUMBER = re.compile(r"(?<![\w-])R(?:0[1-9]|[1-4]\d|5[0-2])\b")
"""A number of the list; IMPORT-R10 is none, but a heading of a file of tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Something that is promised."""

    number: str
    part: str
    words: str
    clauses: str
    """Where it is asked for."""
    duty: str = ""
    """Why it is the user's duty: no program can show it alone."""


TRAIL, COPIES, CHECKS = "Audit trail", "Records, copies, survival", "Checks by the system"
SIGNING, ACCESS, BLIND, PRIVATE = "Signatures", "Access", "Blinding", "Privacy"

REQUIREMENTS: tuple[Requirement, ...] = tuple(
    Requirement(number=f"R{number:02}", part=part, words=words, clauses=clauses, duty=duty)
    for number, (part, words, clauses, duty) in enumerate(
        (
            (TRAIL, ("Whatever is created, changed or taken away, by whatever way, leaves one entry an item: old and "
             "new value, who, when, why"), "21 CFR 11.10(e); E6(R3) 4.2.2", ""),
            (TRAIL, "An entry an item, not a page: one changed answer of thirty is one entry", "EMA 6.2.1", ""),
            (TRAIL, "A value and its entry are saved together or not at all, whenever the machine dies",
             "21 CFR 11.10(e)", ""),
            (TRAIL, "All earlier values stay readable, in order", "21 CFR 11.10(e)", ""),
            (TRAIL, ("Nobody can switch the trail off; where its guards were taken away outside the program, the next "
             "start says so and goes no further"), "E6(R3) 4.2.2(b); EMA 6.2.1", ""),
            (TRAIL, ("The database refuses to change or delete entries; what its owner changes all the same is found "
             "with a head kept elsewhere"), "21 CFR 11.10(a), (e); EMA 6.2.1", ""),
            (TRAIL, "Nothing recorded is changed without a reason, whatever page or program asks", "E6(R3) 4.2.4", ""),
            (TRAIL, "Where a check fails, first answer, question and correction are all kept", "FDA Q&A 2024, 13", ""),
            (TRAIL, "Times are the server's, in UTC; the order rests on numbers; a clock that steps is told",
             "E6(R3) 4.2.2(d); FDA Q&A 2024, 14", ""),
            (TRAIL, "The trail is seen beside the value, and taken out whole as a file", "EMA 6.2.1; 21 CFR 11.10(b)",
             ""),
            (TRAIL, "Accounts, roles, sign-ins that fail or not, files taken out and refusals are recorded",
             "E6(R3) 4.2.2(a); FDA Q&A 2024, 11", ""),
            (TRAIL, "Locks, queries, signatures, doses, grants are recorded like values", "E6(R3) 4.2.2(a)", ""),
            (TRAIL, "Words that identify a person are erased only by an act, which stays; the chain holds",
             "E6(R3) 4.2.2(b); GDPR 16, 17", ""),
            (COPIES, "Taken out, put into an empty store and taken out again: the same bytes", "21 CFR 11.10(b)", ""),
            (COPIES, "Values that were changed since are marked where a form is read or printed",
             "EU GMP Annex 11, 8.2", ""),
            (COPIES, "A store of every earlier version opens, with nothing differing", "21 CFR 11.10(c); EMA 6.10", ""),
            (COPIES, "The investigator's own copy is under nobody else's control", "EMA 6.6",
             ("`trialbook archive` needs no network and no other account; that the site makes and keeps its copy is "
             "the site's own procedure.")),
            (COPIES, ("A backup made while others save holds all that was acknowledged, is restored by itself, and is "
             "logged"), "EU GMP Annex 11, 7.2; EMA 6.8", ""),
            (COPIES, "An archive gives back a working study, not only tables", "EMA 6.12", ""),
            (COPIES, "A save that was acknowledged survives kill, power failure and restart", "21 CFR 11.10(c)", ""),
            (COPIES, "What is sent twice is stored once", "E6(R3) 4.2.5", ""),
            (CHECKS, "Steps out of their order are refused, or need a reason and are told", "21 CFR 11.10(f)", ""),
            (CHECKS, "Every address has a declared answer for every role; what is not declared is refused",
             "21 CFR 11.10(d), (g); ASVS 8.2", ""),
            (CHECKS, "An imported file is recorded with its hash and who imported it; again, it adds nothing",
             "21 CFR 11.10(h); EMA 6.1.2", ""),
            (CHECKS, "Impossible answers are stopped, unlikely ones asked about; transfers are counted",
             "E6(R3) 4.2.1, 4.2.5", ""),
            (CHECKS, "An amendment is a new version; what is recorded stays with the version of its day",
             "FDA Q&A 2024, 7", ""),
            (CHECKS, ("Requirements, tests and results of a release are in one table; what is taken out names program, "
             "plan and settings"), "21 CFR 11.10(a), (k)", ""),
            (SIGNING, "Name, time and meaning of a signature are on screen, paper and file", "21 CFR 11.50", ""),
            (SIGNING, "A signature is bound to its content; any later change makes it void", "21 CFR 11.70", ""),
            (SIGNING, "A signature is one person's, and is never given to another", "21 CFR 11.100",
             "Codes are never given twice; that a code is the person's is made sure by whoever makes the account."),
            (SIGNING, "Signing asks for the password; after a pause for everything again", "21 CFR 11.200(a)(1)", ""),
            (SIGNING, "Nobody signs as another, an administrator neither", "21 CFR 11.200(a)(3)", ""),
            (SIGNING, "A lost second factor is dead at once, everywhere", "21 CFR 11.300(c); ASVS 6.5.6", ""),
            (SIGNING, "Misuse is shut out, recorded and told", "21 CFR 11.300(d)", ""),
            (SIGNING, "Who has access is reviewed from time to time", "21 CFR 11.300(b); E6(R3) 4.3.8(b)",
             "The program lists accesses and tells when a review is due; the review is done by people."),
            (ACCESS, "No shared or default accounts; the first password is made at the start", "EMA Annex 3", ""),
            (ACCESS, "Sessions end by disuse and by age, and at signing out, on the server", "EMA Annex 4; ASVS 7.3",
             ""),
            (ACCESS, "A role that is revoked stops the very next request", "E6(R3) 4.3.8(b)", ""),
            (ACCESS, "Who could see what on a past day has an answer", "E6(R3) 4.3.8(c)", ""),
            (ACCESS, "Who runs the system does not edit its data, or it is told", "EMA A3.3", ""),
            (ACCESS, "From outside a second factor is needed; a code works once", "EMA Annex 4; ASVS 6.5", ""),
            (ACCESS, ("Passwords are kept by argon2id, common ones refused, long ones taken; nothing tells an unknown "
             "name from a wrong password"), "ASVS 6.2, 11.4.2", ""),
            (BLIND, "Nothing that a blind assessor can observe changes with what they must not know", "E6(R3) 4.1", ""),
            (BLIND, "No trail, list or count that they see tells it either", "EMA 6.2.1", ""),
            (BLIND, ("What a blind role asks for beyond its own, early looks at results, files taken out: kept, with "
             "who and in which role"), "EMA 6.2.1", ""),
            (BLIND, "Every unblinding is recorded with its reason, and counted in the report", "E6(R3) 4.1.4", ""),
            (BLIND, "A rating is sealed before its author may see more; later changes are marked", "E6(R3) 3.16.2",
             ""),
            (BLIND, "What becomes hidden is hidden with all that was recorded before", "E6(R3) 4.1.1", ""),
            (PRIVATE, "Names stand in a store of their own, with its own key, and nowhere else",
             "GDPR 25, 32; ASVS 14.2.1", ""),
            (PRIVATE, "Codes are by chance: nothing can be worked out from them", "GDPR 4(5)", ""),
            (PRIVATE, "Each look at who somebody is is an act of a role that may", "GDPR 32", ""),
            (PRIVATE, "A withdrawal stops new data, keeps what may stay, and shows in every data set after",
             "GDPR 17(3)(d)", ""),
        ),
        start=1,
    )
)  # fmt: skip


def shown_by() -> Mapping[str, tuple[str, ...]]:
    """Return, for each number, the tests that name it: the file below the folder of tests, and the function."""
    return tests_naming(NUMBER)


def still_open(shown: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the requirements that no test shows and that are nobody's duty."""
    return tuple(one.number for one in REQUIREMENTS if not one.duty and one.number not in shown)


def page() -> str:
    """Return the page of requirements."""
    shown, lines = shown_by(), [HEAD]
    for part in dict.fromkeys(one.part for one in REQUIREMENTS):
        lines += [f"\n## {part}\n", "| | requirement | asked for by | shown by |", "|---|---|---|---|"]
        lines += [row(one, shown.get(one.number, ())) for one in REQUIREMENTS if one.part == part]
    return "\n".join(lines) + "\n"


def row(one: Requirement, tests: tuple[str, ...]) -> str:
    """Return the line of one requirement."""
    by_file: dict[str, list[str]] = defaultdict(list)
    for test in tests:
        file, _, name = test.partition("::")
        by_file[file].append(name.removeprefix("test_").replace("_", " "))
    links = [f"[{file}](../../tests/{file}): {', '.join(names)}" for file, names in by_file.items()]
    told = [*links, *([f"*The user's duty.* {one.duty}"] if one.duty else [])]
    return f"| {one.number} | {one.words} | {one.clauses} | {'<br>'.join(told) or '**open**'} |"


HEAD = """# What is required, and which tests show it

Fifty-two promises of systems that hold trial data, in our own words, each with a clause that asks for it. A clause is a
pointer and no claim: a program can support a rule, and only all that its users do can comply with it. Some clauses were
read in the words of others. Three rows are the user's duty, since no program can show them alone.

A test names the requirement that it shows: `grep -rn "R07" tests` finds it. Written by
`PYTHONPATH=. python tests/requirements.py`; a test fails where this page is behind the tests, and
where a row lost its test."""


def matrix() -> str:
    """Return every requirement with the tests that show it, as JSON."""
    shown = shown_by()
    rows = [{**asdict(one), "shown_by": shown.get(one.number, ())} for one in REQUIREMENTS]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    SHIPPED.write_text(matrix(), encoding="utf-8")
