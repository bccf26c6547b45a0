"""The verbs that look at what is recorded: who came for what, the history of a value, whether the ledger is whole."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from trialbook.cli.doors import day_of, doors, folder_at, moment, print_problems, stop_for
from trialbook.cli.options import AS_OF, STUDY


@click.command()
@STUDY
@click.option("--today", metavar="YYYY-MM-DD", help="Judge what is missed as of this day (default: today).")
@AS_OF
def status(study: Path, today: str | None, as_of: str | None) -> None:
    """Show participants by visits, and what is missing."""
    from trialbook.conduct.completeness import visit_grid
    from trialbook.folder import open_existing, plan_in_force
    from trialbook.terminal import print_status

    clock = doors(None)
    asked = None if today is None else day_of(today, "--today")
    where = folder_at(study)
    with open_existing(where, clock) as book:
        print_problems(plan_in_force(where, book))
        then = moment(as_of)
        plan = book.study_at(then)
        print_status(visit_grid(plan, book.casebooks(then), asked or plan.local_day(clock.now())), plan)


@click.command()
@STUDY
@click.argument("participant")
@click.argument("item", metavar="[FORM.ITEM]", required=False)
@click.option("--visit", metavar="VISIT", help="Only this visit.")
@click.option("--repeat", metavar="ROW", help="Only this row of a repeating form.")
def history(study: Path, participant: str, item: str | None, visit: str | None, repeat: str | None) -> None:
    """Show every entry of a value: who, when, what, why."""
    from trialbook.folder import open_existing, unknown_names
    from trialbook.terminal import print_data_notice, print_history

    form, _, question = (item or "").partition(".")
    with open_existing(folder_at(study), doors(None)) as book:
        entries = book.history(
            participant=participant, visit=visit, form=form or None, repeat=repeat, item=question or None
        )
        # what an amendment took out of the plan is unknown to it, and still recorded
        problems = () if entries else unknown_names(book, participant, item, visit=visit, repeat=repeat)
        plan = book.study
    stop_for(problems)
    print_data_notice(plan)
    print_history(entries)


@click.command()
@STUDY
@click.option("--head", type=click.Path(path_type=Path), help="Compare with a head kept elsewhere.")
@click.option(
    "--save-head", type=click.Path(path_type=Path), help="Write the present head to a file, to be kept elsewhere."
)
def verify(study: Path, head: Path | None, save_head: Path | None) -> None:
    """Check the ledger, also against a head kept outside."""
    from trialbook.folder import read_head, verify_ledger, write_head
    from trialbook.terminal import print_verification

    verification = verify_ledger(folder_at(study), None if head is None else read_head(head))
    print_problems(verification.problems)
    print_verification(verification)
    if not verification.ok:
        sys.exit(5)
    if save_head is not None:
        write_head(save_head, verification.head)
        click.echo(f"Wrote {save_head}. Keep it away from this machine.")
