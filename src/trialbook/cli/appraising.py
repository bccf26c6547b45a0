"""The verb that appraises the printed numbers of a paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialbook.analysis.appraisal import Finding, Paper

COLOURS = {"impossible": "red", "contradiction": "red", "possible only if": "yellow", "overstated": "yellow"}
"""Verdicts that a terminal shows in colour; the word alone tells."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write appraisal.html into.")
@click.option("--word", is_flag=True, help="Also write appraisal.docx, for Word; needs --out.")
@click.option("--all", "every", is_flag=True, help="Also print what was checked and is consistent.")
def appraise(file: Path, *, out: Path | None, word: bool, every: bool) -> None:
    """Check the printed numbers of a paper against each other.

    FILE is an appraisal file: means, SDs, p, counts and words as they are printed. Told is what cannot be, what can be
    only under a condition, and where text, tables and abstract disagree.
    """
    from trialbook.analysis.appraisal import appraise as appraised
    from trialbook.analysis.appraisal import read_appraisal

    if word and out is None:
        raise click.UsageError("--word needs --out, the folder to write into.")
    paper = read_appraisal(file)
    findings = appraised(paper)
    print_findings(paper, findings, every=every)
    if out is not None:
        click.echo(f"Open {_write(paper, findings, out, word=word)}")


def print_findings(paper: Paper, findings: Sequence[Finding], *, every: bool) -> None:
    """Print every finding under its verdict, the gravest first, with where it stands in the file and what to do."""
    from rich.markup import escape

    from trialbook.report.appraisal import in_order, summed
    from trialbook.report.appraisal_words import advise, say
    from trialbook.terminal import console

    out = console()
    out.print(f"[bold]{escape(paper.title)}[/]")
    out.print(f"[dim]{escape(paper.source)}[/]")
    for found in in_order(findings):
        if every or found.verdict != "consistent":
            colour = COLOURS.get(found.verdict, "bold")
            place = f"line {found.place.line}" if found.place.line else ""
            out.print(f"\n[{colour}]{found.verdict.upper()}[/]  [dim]{found.code}  {place}[/]")
            out.print(f"  {escape(say(found))}")
            if found.verdict != "consistent":
                out.print(f"  [dim]{escape(advise(found))}[/]")
    out.print(f"\n{len(findings)} findings: {summed(findings)}." if findings else "\nNothing could be checked.")


def _write(paper: Paper, findings: Sequence[Finding], folder: Path, *, word: bool) -> Path:
    from importlib.metadata import version

    from trialbook.folder import write_whole
    from trialbook.render.to_html import to_html
    from trialbook.report.appraisal import build_appraisal

    folder.mkdir(parents=True, exist_ok=True)
    document = build_appraisal(paper, findings, program={"trialbook": version("trialbook")}, raster=word)
    page = folder / "appraisal.html"
    write_whole(page, to_html(document).encode())
    if word:
        from trialbook.render.to_docx import to_docx

        write_whole(folder / "appraisal.docx", to_docx(document))
    return page
