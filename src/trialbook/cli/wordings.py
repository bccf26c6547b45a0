"""The verb that prints an empty file for the wording of a questionnaire."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from trialbook.errors import Problem


@click.command("wording-file")
@click.argument("name")
@click.option("--study", type=click.Path(path_type=Path), help="A study, to word a form that is its own.")
@click.option("--language", default="en", show_default=True, help="Language of the form: en, zh-Hant ...")
def wording_file(name: str, study: Path | None, language: str) -> None:
    """Print an empty file for the licensed wording of the questionnaire NAME, to fill in.

    Save it as wordings/NAME.LANGUAGE.yaml in the folder of the study. NAME is an instrument of the catalogue or, with
    --study, a form of the study.
    """
    from trialbook.cli.doors import print_problems
    from trialbook.folder import read_study
    from trialbook.instruments import CATALOG
    from trialbook.protocol.suggest import listed, suggest
    from trialbook.web.wording_template import empty_file

    if name in CATALOG:
        items = {item.id: item for item in CATALOG[name].items}
        click.echo(empty_file(name, items, language=language), nl=False)
        return
    forms = {} if study is None else read_study(study).forms
    if name in forms and forms[name].instrument is None:
        label = next(iter(forms[name].label.values()), name)
        click.echo(empty_file(name, forms[name].items, language=language, label=label), nl=False)
        return
    known = (*CATALOG, *forms)
    values = {"name": name, "near": suggest(name, known), "known": listed(known, 30)}
    print_problems((Problem(code="WORDS-02", values=values),))
    sys.exit(1)
