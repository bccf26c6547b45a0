"""The verb that tries a study out: a rehearsal with invented participants."""

from __future__ import annotations

from pathlib import Path

import click

from trialbook.cli.options import STUDY

MOST = 100_000
"""Participants; a slip of the finger should not fill the disk."""


@click.command()
@STUDY
@click.option(
    "--participants",
    type=click.IntRange(1, MOST),
    required=True,
    metavar="N",
    help="How many are to be enrolled; those who fail the screening come on top.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63),
    required=True,
    metavar="K",
    help="The same number gives the same rehearsal.",
)
@click.option(
    "--scenario",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What the participants are like (default: scenario.yaml of the study, else a built-in one).",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write into (default: rehearsal/ of the study).")
def rehearse(study: Path, *, participants: int, seed: int, scenario: Path | None, out: Path | None) -> None:
    """Run invented participants through the study, to its report.

    The study's own ledger is not touched. Every page and file of the rehearsal says invented.
    """
    from trialbook.outcome import rehearse as run
    from trialbook.progress import progress_bar
    from trialbook.terminal import print_rehearsal

    with progress_bar() as progress:
        done = run(study, participants=participants, seed=seed, scenario=scenario, out=out, progress=progress)
    print_rehearsal(done)
