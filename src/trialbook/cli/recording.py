"""The verbs that record: import files, enter answers, say what became of a participant, grant roles."""

from __future__ import annotations

import re
from pathlib import Path

import click

from trialbook.cli.doors import doors, folder_at, print_problems, record
from trialbook.cli.options import BY, REASON, REPEAT, STUDY, VISIT


@click.command(name="import")
@STUDY
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="FILES...")
@click.option("--map", "map_file", type=click.Path(path_type=Path), required=True, help="How columns become answers.")
@click.option("--preview", is_flag=True, help="Show what would be recorded, and record nothing.")
@click.option("--large", is_flag=True, help="Take more than 500,000 cells at once; a million take 4 GB of memory.")
@BY
@REASON
def import_(
    study: Path, files: tuple[Path, ...], map_file: Path, *, preview: bool, large: bool, by: str | None,
    reason: str | None,
) -> None:  # fmt: skip
    """Record the answers of CSV or Excel files, all or none."""
    from trialbook.folder import import_files
    from trialbook.terminal import print_import

    done = import_files(folder_at(study), files, map_file, doors=doors(by), reason=reason, dry=preview, is_large=large)
    print_import(done, dry=preview)
    print_problems(done.preview.notes)


NEGATIVE = re.compile(r"-[0-9]+(?:[.,][0-9]+)?")


class Numbers(click.Command):
    """A verb that takes a number below zero as what it is, and not as an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; one that looks like such a number is no option."""
        ctx.ignore_unknown_options = any(NEGATIVE.fullmatch(one) for one in args)
        return super().parse_args(ctx, args)


@click.command(cls=Numbers)
@STUDY
@click.argument("participant")
@click.argument("item", metavar="FORM.ITEM")
@click.argument("value")
@VISIT
@REPEAT
@REASON
@BY
def enter(
    study: Path, participant: str, item: str, value: str, *, visit: str, repeat: str, reason: str | None, by: str | None
) -> None:
    """Record one answer, or correct one with --reason."""
    from trialbook.capture import acts

    form, _, question = item.partition(".")
    act = acts.enter(participant, form, question, value, visit=visit, repeat=repeat)
    if reason is not None:
        act = acts.correct(participant, form, question, value, visit=visit, repeat=repeat, reason=reason)
    record(study, act, by)


@click.command()
@STUDY
@click.argument("participant")
@click.argument("item", metavar="FORM.ITEM")
@VISIT
@REPEAT
@REASON
@BY
def clear(
    study: Path, participant: str, item: str, *, visit: str, repeat: str, reason: str | None, by: str | None
) -> None:
    """Take away an answer that should not be there.

    It needs a reason; the history keeps what stood there.
    """
    from trialbook.capture import acts

    form, _, question = item.partition(".")
    record(study, acts.clear(participant, form, question, visit=visit, repeat=repeat, reason=reason or ""), by)


@click.command()
@STUDY
@click.argument("participant")
@click.argument(
    "step",
    type=click.Choice(
        [
            "screen",
            "screen-fail",
            "enrol",
            "withdraw",
            "complete",
            "reinstate",
            "transfer",
            "withdraw-consent",
            "restore-consent",
        ]
    ),
)
@click.option(
    "--scope",
    type=click.Choice(["treatment", "data use"]),
    default="data use",
    show_default=True,
    help="Of `withdraw-consent` and `restore-consent`: from what.",
)
@click.option("--on", metavar="DATE", help="When: YYYY-MM-DD.")
@click.option("--site", metavar="SITE", help="Of `screen`: where; of `transfer`: the new site.")
@click.option("--why", metavar="TEXT", help="Why the participant was not enrolled, or left.")
@REASON
@BY
def participant(
    study: Path,
    participant: str,
    step: str,
    *,
    scope: str,
    on: str | None,
    site: str | None,
    why: str | None,
    reason: str | None,
    by: str | None,
) -> None:
    """Record that somebody was screened, enrolled, withdrawn ..."""
    from trialbook.capture import acts, asking

    if step == "screen":
        record(study, acts.screen(participant, site=site, reason=reason), by)
    elif step == "transfer":
        record(study, acts.transfer(participant, site or "", on=on, reason=reason or ""), by)
    elif step == "withdraw-consent":
        record(study, acts.withdraw_consent(participant, scope, on=on, why=why, reason=reason), by)
    elif step == "restore-consent":
        record(study, acts.restore_consent(participant, scope, reason=reason or ""), by)
    elif step == "reinstate":
        record(study, acts.reinstate(participant, reason=reason or ""), by)
    else:
        record(study, asking.left(step.replace("-", "_"), participant, on=on, why=why, reason=reason), by)


@click.command()
@STUDY
@click.argument("person")
@click.argument("role")
@BY
def grant(study: Path, person: str, role: str, by: str | None) -> None:
    """Grant a role of the study file to a person."""
    from trialbook.capture import acts

    record(study, acts.grant(person, role), by)


@click.command()
@STUDY
@click.argument("person")
@click.argument("role")
@REASON
@BY
def revoke(study: Path, person: str, role: str, *, reason: str | None, by: str | None) -> None:
    """Take a role from a person, with --reason."""
    from trialbook.capture import acts

    record(study, acts.revoke(person, role, reason=reason or ""), by)


@click.command()
@STUDY
@REASON
@BY
def adopt(study: Path, *, reason: str | None, by: str | None) -> None:
    """Put the study file as it stands now into force.

    What is recorded stays as it is.
    """
    from trialbook.folder import adopt_study_file, open_existing
    from trialbook.terminal import print_changes

    where, who = folder_at(study), doors(by)
    with open_existing(where, who) as book:
        changes = adopt_study_file(where, book, reason=reason, by=who.by)
    if changes:
        print_changes(changes)
    click.echo(f"Adopted; changes: {len(changes)}." if changes else "The study file is the plan in force already.")
