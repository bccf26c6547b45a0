"""The command line: verbs only. Each imports what it needs when it is called, so that `--help` answers at once."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Any

import click

from trialbook.cli import (
    amending,
    analysing,
    appraising,
    cataloguing,
    keeping,
    planning,
    pooling,
    privacy,
    qualifying,
    reading,
    recording,
    rehearsing,
    reporting,
    serving,
    storing,
    wordings,
)
from trialbook.cli.doors import print_problems
from trialbook.errors import TrialbookError


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


VERBS = (
    planning.new,
    planning.check,
    planning.outline,
    planning.schema,
    rehearsing.rehearse,
    serving.serve,
    wordings.wording_file,
    recording.import_,
    recording.enter,
    recording.clear,
    planning.screening,
    recording.participant,
    planning.dose,
    recording.grant,
    recording.revoke,
    privacy.erase,
    recording.adopt,
    amending.amend,
    reading.status,
    reading.history,
    reading.verify,
    keeping.head,
    keeping.backup,
    keeping.restore,
    keeping.archive,
    storing.prepare_store,
    storing.move,
    serving.doctor,
    qualifying.qualify,
    analysing.analyse,
    analysing.reconcile,
    reporting.report,
    reporting.trace,
    reporting.demo,
    cataloguing.instruments,
    cataloguing.score,
    appraising.appraise,
    pooling.pool,
)
"""In the order in which a study needs them."""

for verb in VERBS:
    main.add_command(verb)
