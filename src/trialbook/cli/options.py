"""The arguments and options that several verbs share, each explained once."""

from __future__ import annotations

from pathlib import Path

import click

STUDY = click.argument("study", type=click.Path(path_type=Path), metavar="STUDY")
BY = click.option(
    "--by", metavar="PERSON", envvar="TRIALBOOK_BY", help="Who does this (default: the name you are logged in with)."
)
REASON = click.option("--reason", metavar="TEXT", help="Why; required when something recorded is changed.")
LOOK = click.option(
    "--reason",
    metavar="TEXT",
    help="Why results are looked at before the planned cut of the data; recorded, and counted in the report.",
)
AS_OF = click.option(
    "--as-of", metavar="MOMENT", help="A past moment: the number of an entry, a day, or a time in UTC (default: now)."
)
VISIT = click.option(
    "--visit", default="", metavar="VISIT", help="Visit, as the study file writes it, or unscheduled-1, -2 ..."
)
ON = click.option("--on", metavar="YYYY-MM-DD", help="Judge as of this day (default: today).")
REPEAT = click.option("--repeat", default="", metavar="ROW", help="Row of a repeating form.")
