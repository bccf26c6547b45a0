"""The verb that proves an installation: the program's own checks where it stands, and the document that tells them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialbook.cli.doors import doors, folder_at
from trialbook.cli.options import BY, STUDY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialbook.folder import Doors, StudyFolder
    from trialbook.qualify.document import Record
    from trialbook.qualify.outcome import Outcome
    from trialbook.web.doctor import Finding


@click.command()
@STUDY
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The document: a page to print (.pdf), for a browser (.html), or for programs (.json).",
)
@BY
def qualify(study: Path, out: Path, by: str | None) -> None:
    """Try the installed program where it stands, and write down what came of it.

    Everything is tried on temporary copies; the study is read, and nothing in it is changed. It leaves with 1 where a
    check fails. The document says what the program does, and never that anybody complies with a rule.
    """
    from trialbook.qualify.document import writer

    write, where, own = writer(out), folder_at(study), doors(by)
    record = record_of(where, own)
    write(record)
    for one in record.outcomes:
        click.echo(f"{one.result:<15} {one.name}: {one.evidence}")
    click.echo(f"Wrote {out}. Read it, sign it, and keep it with the study.")
    if record.failed:
        click.echo(f"Failed: {', '.join(one.name for one in record.failed)}.", err=True)
        sys.exit(1)


def record_of(where: StudyFolder, own: Doors) -> Record:
    """Carry out every check, those of the site among them, and gather all that the document tells."""
    from trialbook.folder import read_study
    from trialbook.qualify.checks import qualify as tried
    from trialbook.qualify.document import Record
    from trialbook.qualify.machine import environment, software

    plan = read_study(where.study_file)
    outcomes = tried(where, own, scratch_beside(where, own))
    return Record(
        study=plan.identity.id,
        title=plan.say(plan.identity.title) or plan.identity.id,
        fingerprint=plan.fingerprint,
        is_invented=plan.identity.data == "invented",
        at=f"{own.now():%Y-%m-%d %H:%M:%S}",
        by=own.by,
        outcomes=[*outcomes, *site_checks(where, own)],
        environment=environment(where.path),
        software=software(),
        settings=settings_of(where),
    )


def scratch_beside(where: StudyFolder, own: Doors) -> Path:
    """Return a name for temporary copies, on the disk of the study where that can be written."""
    import os
    import tempfile

    parent = where.path.absolute().parent
    place = parent if os.access(parent, os.W_OK) else Path(tempfile.gettempdir())
    return place / f".qualify-{own.new_id()}"


def settings_of(where: StudyFolder) -> dict[str, str]:
    """Return how the site is set up, without anything that is secret."""
    from trialbook.web.accounts.policy import read_policy

    policy = read_policy(where.path)
    return {
        "ledger": where.named,
        "address": f"{policy.host}:{policy.port}",
        "wrong passwords that shut an account": str(policy.wrong_passwords),
        "minutes for which it is shut": str(policy.shut_minutes),
        "copies": str(policy.backup or "not planned"),
    }


def site_checks(where: StudyFolder, own: Doors) -> Sequence[Outcome]:
    """Return what `doctor` finds, as checks; none where the study never had a site."""
    from trialbook.qualify.outcome import Outcome
    from trialbook.qualify.site import SITE
    from trialbook.web.accounts.policy import read_policy
    from trialbook.web.doctor import Patient, examine
    from trialbook.web.serving import ACCOUNTS_FILE

    if not where.store and not (where.path / ACCOUNTS_FILE).is_file():
        told = "The study has no site yet."
        return [
            Outcome(
                name="site", requirements=(), risk=SITE.risk, test=SITE.test, result="not applicable", evidence=told
            )
        ]
    return [as_outcome(one) for one in examine(Patient(where=where, policy=read_policy(where.path), doors=own))]


def as_outcome(finding: Finding) -> Outcome:
    """Tell what a check of `doctor` found as a check of the qualification; a warning is to be looked at."""
    from trialbook.qualify.outcome import Outcome
    from trialbook.qualify.site import LOOKED
    from trialbook.wording import sentence

    words = LOOKED[finding.check]
    return Outcome(
        name=f"site: {finding.check}",
        requirements=words.requirements,
        risk=words.risk,
        test=words.test,
        result=("to look at" if finding.problems else "passed") if finding.ok else "failed",
        evidence=" ".join(map(sentence, finding.problems)) or "Nothing wrong was found.",
    )
