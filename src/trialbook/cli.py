"""The command line: verbs only. Each imports what it needs when it is called, so that `--help` answers at once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trialbook.errors import Problem, TrialbookError

if TYPE_CHECKING:
    from trialbook.capture.acts import Act
    from trialbook.folder import Doors

STUDY = click.argument("study", type=click.Path(path_type=Path), metavar="STUDY")
BY = click.option(
    "--by", metavar="PERSON", envvar="TRIALBOOK_BY", help="Who does this (default: the name you are logged in with)."
)
REASON = click.option("--reason", metavar="TEXT", help="Why; required when something recorded is changed.")
AS_OF = click.option(
    "--as-of", metavar="MOMENT", help="A past moment: the number of an entry, a day, or a time in UTC (default: now)."
)
VISIT = click.option(
    "--visit", default="", metavar="VISIT", help="Visit, as the study file writes it, or unscheduled-1, -2 ..."
)
REPEAT = click.option("--repeat", default="", metavar="ROW", help="Row of a repeating form.")


class Verbs(click.Group):
    """A group whose help keeps the order of the work, and that answers every expected failure with a sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the verbs in the order in which a study needs them."""
        del ctx
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run a verb; print problems and trouble with files as sentences, and leave with their exit code."""
        try:
            return super().invoke(ctx)
        except TrialbookError as error:
            print_problems(error.problems)
            sys.exit(error.exit_code)
        except OSError as error:
            click.echo(f"{error.filename or 'A file'}: {error.strerror or error}. Nothing more was done.", err=True)
            sys.exit(6)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="trialbook", message="trialbook %(version)s")
def main() -> None:
    """Run a small open-label clinical study from one file: plan, record, compute, report.

    STUDY is the folder of a study, or its study.yaml.
    """
    import gc

    for stream in (sys.stdout, sys.stderr):
        # a terminal of another alphabet shows a question mark in place of a sign, not a traceback
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    # a verb is a short process that mostly loads libraries: looking for garbage all the while took a sixth of it
    gc.set_threshold(1_000_000, 20, 20)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--title", metavar="TEXT", default="Title of the study", help="Title of the study.")
def new(folder: Path, title: str) -> None:
    """Write a commented study file into DIR."""
    from trialbook.folder import write_new_study

    click.echo(f"Wrote {write_new_study(folder, title)}. Fill it in, then: trialbook check {folder}")


@main.command()
@STUDY
@click.option("--explain", is_flag=True, help="Print the study file with all defaults filled in.")
def check(study: Path, *, explain: bool) -> None:
    """Find every mistake in the study file at once."""
    from trialbook.folder import check_study_file

    plan, problems = check_study_file(study)
    print_problems(problems)
    if plan is None:
        sys.exit(2)
    if explain:
        from trialbook.protocol.explain import explain as explained

        click.echo(explained(plan), nl=False)
    else:
        counts = f"{len(plan.schedule.visits)} visits, {len(plan.forms)} forms, {len(plan.endpoints)} endpoints"
        click.echo(f"{plan.say(plan.identity.title)}: no mistakes ({counts}; {len(plan.assumptions)} assumptions).")


@main.command()
@STUDY
@click.option("--html", type=click.Path(path_type=Path), help="Write the grid to an HTML file instead.")
def outline(study: Path, html: Path | None) -> None:
    """Draw the schedule of assessments."""
    from trialbook.folder import read_study, write_whole
    from trialbook.protocol.outline import grid, to_html

    drawn = grid(read_study(study))
    if html is not None:
        write_whole(html, to_html(drawn).encode())
        click.echo(f"Wrote {html}")
        return
    from trialbook.terminal import print_outline

    print_outline(drawn)


@main.command()
def schema() -> None:
    """Print the JSON Schema of the study file, for editors."""
    import json

    from trialbook.protocol.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@main.command(name="import")
@STUDY
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="FILES...")
@click.option("--map", "map_file", type=click.Path(path_type=Path), required=True, help="How columns become answers.")
@click.option("--preview", is_flag=True, help="Show what would be recorded, and record nothing.")
@BY
@REASON
def import_(
    study: Path, files: tuple[Path, ...], map_file: Path, *, preview: bool, by: str | None, reason: str | None
) -> None:
    """Record the answers of CSV or Excel files, all or none."""
    from trialbook.folder import folder_of, import_files
    from trialbook.terminal import print_import

    done = import_files(folder_of(study), files, map_file, doors=doors(by), reason=reason, dry=preview)
    print_import(done, dry=preview)
    print_problems(done.preview.notes)


@main.command()
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


@main.command()
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


@main.command()
@STUDY
@click.argument("participant")
@click.argument("step", type=click.Choice(["screen", "screen-fail", "enrol", "withdraw", "complete", "reinstate"]))
@click.option("--on", metavar="DATE", help="When: YYYY-MM-DD.")
@click.option("--why", metavar="TEXT", help="Why the participant was not enrolled, or left.")
@REASON
@BY
def participant(
    study: Path, participant: str, step: str, *, on: str | None, why: str | None, reason: str | None, by: str | None
) -> None:
    """Record that somebody was screened, enrolled, withdrawn ..."""
    from trialbook.capture import acts

    if step == "screen":
        record(study, acts.screen(participant, reason=reason), by)
    elif step == "reinstate":
        record(study, acts.reinstate(participant, reason=reason or ""), by)
    else:
        record(study, acts.left(step.replace("-", "_"), participant, on=on, why=why, reason=reason), by)


@main.command()
@STUDY
@click.argument("person")
@click.argument("role")
@BY
def grant(study: Path, person: str, role: str, by: str | None) -> None:
    """Grant a role of the study file to a person."""
    from trialbook.capture import acts

    record(study, acts.grant(person, role), by)


@main.command()
@STUDY
@click.argument("person")
@click.argument("role")
@REASON
@BY
def revoke(study: Path, person: str, role: str, *, reason: str | None, by: str | None) -> None:
    """Take a role from a person, with --reason."""
    from trialbook.capture import acts

    record(study, acts.revoke(person, role, reason=reason or ""), by)


@main.command()
@STUDY
@REASON
@BY
def adopt(study: Path, *, reason: str | None, by: str | None) -> None:
    """Put the study file as it stands now into force.

    What is recorded stays as it is.
    """
    from trialbook.folder import adopt_study_file, folder_of, open_existing
    from trialbook.terminal import print_changes

    where, who = folder_of(study), doors(by)
    with open_existing(where, who) as book:
        changes = adopt_study_file(where, book, reason=reason, by=who.by)
    if changes:
        print_changes(changes)
    click.echo(f"Adopted; changes: {len(changes)}." if changes else "The study file is the plan in force already.")


@main.command()
@STUDY
@click.option("--today", metavar="YYYY-MM-DD", help="Judge what is missed as of this day (default: today).")
@AS_OF
def status(study: Path, today: str | None, as_of: str | None) -> None:
    """Show participants by visits, and what is missing."""
    from datetime import date

    from trialbook.conduct.completeness import visit_grid
    from trialbook.folder import folder_of, open_existing, plan_in_force
    from trialbook.terminal import print_status

    clock = doors(None)
    try:
        day = clock.now().date() if today is None else date.fromisoformat(today)
    except ValueError as error:
        raise click.BadParameter(f"{today} is no date; write it as 2026-03-14", param_hint="--today") from error
    where = folder_of(study)
    with open_existing(where, clock) as book:
        print_problems(plan_in_force(where, book))
        then = moment(as_of)
        plan = book.study_at(then)
        print_status(visit_grid(plan, book.casebooks(then), day), plan)


@main.command()
@STUDY
@click.argument("participant")
@click.argument("item", metavar="[FORM.ITEM]", required=False)
@click.option("--visit", metavar="VISIT", help="Only this visit.")
@click.option("--repeat", metavar="ROW", help="Only this row of a repeating form.")
def history(study: Path, participant: str, item: str | None, visit: str | None, repeat: str | None) -> None:
    """Show every entry of a value: who, when, what, why."""
    from trialbook.folder import folder_of, open_existing, unknown_names
    from trialbook.terminal import print_history

    form, _, question = (item or "").partition(".")
    with open_existing(folder_of(study), doors(None)) as book:
        entries = book.history(
            participant=participant, visit=visit, form=form or None, repeat=repeat, item=question or None
        )
        # what an amendment took out of the plan is unknown to it, and still recorded
        problems = () if entries else unknown_names(book, participant, item)
    print_problems(problems)
    if problems:
        sys.exit(1)
    print_history(entries)


@main.command()
@STUDY
@click.option("--head", type=click.Path(path_type=Path), help="Compare with a head kept elsewhere.")
@click.option(
    "--save-head", type=click.Path(path_type=Path), help="Write the present head to a file, to be kept elsewhere."
)
def verify(study: Path, head: Path | None, save_head: Path | None) -> None:
    """Check the ledger, also against a head kept outside."""
    from trialbook.folder import folder_of, read_head, verify_ledger, write_head
    from trialbook.terminal import print_verification

    verification = verify_ledger(folder_of(study), None if head is None else read_head(head))
    print_problems(verification.problems)
    print_verification(verification)
    if not verification.ok:
        sys.exit(5)
    if save_head is not None:
        write_head(save_head, verification.head)
        click.echo(f"Wrote {save_head}. Keep it away from this machine.")


@main.command()
@STUDY
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write into (default: report/ of the study).")
@AS_OF
def report(study: Path, out: Path | None, as_of: str | None) -> None:
    """Compute the planned analysis and write the report.

    Writes report.html and results.csv.
    """
    from trialbook.folder import folder_of, open_existing, plan_in_force, write_report
    from trialbook.progress import progress_bar

    where = folder_of(study)
    clock = doors(None)
    with open_existing(where, clock) as book, progress_bar() as progress:
        print_problems(plan_in_force(where, book))
        written = write_report(book, out or where.report, now=clock.now(), as_of=moment(as_of), progress=progress)
    click.echo(f"{written.numbers} results. Open {written.page}")


@main.command()
@STUDY
@click.argument("result", metavar="RESULT-ID")
def trace(study: Path, result: str) -> None:
    """Lead a number of the report back to its entries."""
    from trialbook.folder import folder_of, open_existing, trace_result
    from trialbook.terminal import print_trace

    with open_existing(folder_of(study), doors(None)) as book:
        print_trace(trace_result(book, result))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@BY
def demo(folder: Path, by: str | None) -> None:
    """Run the shipped real studies to their reports, in DIR."""
    from trialbook.demo import run_demo
    from trialbook.progress import progress_bar
    from trialbook.terminal import print_demo

    with progress_bar() as progress:
        written = run_demo(folder, doors(by), progress)
    print_demo(written)


def record(study: Path, act: Act, by: str | None) -> None:
    """Record one act, and print what became of it."""
    from trialbook.folder import folder_of
    from trialbook.folder import record as recorded
    from trialbook.terminal import print_receipt

    receipt = recorded(folder_of(study), act, doors(by))
    print_receipt(receipt)
    print_problems(receipt.notes)


def doors(by: str | None) -> Doors:
    """Make the clock, the chance and the person that all below is handed."""
    import uuid
    from datetime import UTC, datetime

    from trialbook.folder import Doors

    def now() -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the door

    def new_id() -> str:
        return str(uuid.uuid4())  # noqa: TID251 - this is the door

    return Doors(now=now, new_id=new_id, by=by or person_here())


def moment(text: str | None) -> int | str | None:
    """Read a past moment: the number of an entry, or a time as text."""
    return int(text) if text is not None and text.isdecimal() else text


def person_here() -> str:
    """Return the name of who is logged in; asks for --by where the machine does not know."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise click.UsageError("This machine does not say who you are. Name the person with --by.") from error


def print_problems(problems: Sequence[Problem]) -> None:
    """Print each problem with its place, its sentence and its remedy, to standard error."""
    from trialbook.wording import remedy, sentence

    for problem in problems:
        place = f"{problem.place}: " if str(problem.place) else ""
        click.echo(f"{place}{problem.level} {problem.code}: {sentence(problem)}\n    {remedy(problem)}", err=True)
    count = len(problems)
    if count > 1:
        click.echo(f"{count} problems in all.", err=True)
