"""The verbs of the plan: write, check and draw it, judge who may enter, plan a dose."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from trialbook.cli.doors import day_of, doors, folder_at, print_problems, stop_for
from trialbook.cli.options import ON, STUDY, Named


@click.command()
@click.argument("folder", type=Named(path_type=Path), metavar="DIR")
@click.option("--title", metavar="TEXT", default="Title of the study", help="Title of the study.")
def new(folder: Path, title: str) -> None:
    """Write a commented study file into DIR."""
    from trialbook.folder import write_new_study

    click.echo(f"Wrote {write_new_study(folder, title)}. Fill it in, then: trialbook check {folder}")


@click.command()
@STUDY
@click.option("--explain", is_flag=True, help="Print the study file with all defaults filled in.")
def check(study: Path, *, explain: bool) -> None:
    """Find every mistake in the study file at once."""
    from trialbook.folder import check_study_file

    plan, problems = check_study_file(study, sentences=True)
    print_problems(problems)
    if plan is None or any(problem.level == "error" for problem in problems):
        sys.exit(2)
    if explain:
        from trialbook.protocol.explain import explain as explained

        click.echo(explained(plan), nl=False)
    else:
        counts = f"{len(plan.schedule.visits)} visits, {len(plan.forms)} forms, {len(plan.endpoints)} endpoints"
        click.echo(f"{plan.say(plan.identity.title)}: no mistakes ({counts}; {len(plan.assumptions)} assumptions).")


@click.command()
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


@click.command()
def schema() -> None:
    """Print the JSON Schema of the study file, for editors."""
    import json

    from trialbook.protocol.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@click.command()
@STUDY
@click.argument("participant", required=False, metavar="[PARTICIPANT]")
@ON
def screening(study: Path, participant: str | None, on: str | None) -> None:
    """Judge who may enter, criterion by criterion.

    Without PARTICIPANT: the screening log, with everybody who was ever screened.
    """
    from trialbook.conduct.screening import assess_eligibility, screening_log
    from trialbook.folder import open_existing, unknown_names
    from trialbook.terminal import print_data_notice, print_eligibility, print_screening

    clock = doors(None)
    asked = None if on is None else day_of(on, "--on")
    with open_existing(folder_at(study), clock) as book:
        problems = () if participant is None else unknown_names(book, participant, None)
        plan, casebooks = book.study, book.casebooks()
    stop_for(problems)
    day = asked or plan.local_day(clock.now())
    print_data_notice(plan)
    if participant is None:
        print_screening(screening_log(plan, casebooks, day), plan)
    else:
        print_eligibility(assess_eligibility(plan, casebooks[participant], on=day), plan, participant)


@click.command()
@STUDY
@click.argument("participant")
@click.argument("treatment", required=False, metavar="[TREATMENT]")
@click.option("--number", type=click.IntRange(min=1), help="Which dose (default: the next one).")
@ON
def dose(study: Path, participant: str, treatment: str | None, *, number: int | None, on: str | None) -> None:
    """Plan a dose, or say why none is planned.

    A pharmacist checks every dose. What was given is recorded with enter, whatever was planned.
    """
    from trialbook.conduct.dosing import Refusal, plan_dose
    from trialbook.folder import open_existing, treatment_of, unknown_names
    from trialbook.terminal import print_data_notice, print_dose

    clock = doors(None)
    asked = None if on is None else day_of(on, "--on")
    with open_existing(folder_at(study), clock) as book:
        stop_for(unknown_names(book, participant, None))
        plan, casebook = book.study, book.casebooks()[participant]
    day = asked or plan.local_day(clock.now())
    print_data_notice(plan)
    planned = plan_dose(plan, casebook, treatment_of(plan, treatment), on=day, number=number)
    if isinstance(planned, Refusal):
        click.echo(f"No dose of {planned.treatment} is planned for {participant} on {day}:", err=True)
        stop_for(planned.problems)
        return
    print_dose(planned, plan)
    print_problems(planned.notes)
