"""The arguments and options that several verbs share, each explained once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import os


class Named(click.Path):
    """A path that names something: an empty one would be the folder in which somebody happens to stand."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """Refuse an empty text."""
        if not str(value).strip():
            self.fail("it is empty.", param, ctx)
        return super().convert(value, param, ctx)


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
