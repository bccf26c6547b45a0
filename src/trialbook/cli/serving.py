"""The verbs of the site: start it, and look whether it is safe."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialbook.cli.doors import doors, folder_at, print_problems
from trialbook.cli.options import STUDY

if TYPE_CHECKING:
    from trialbook.folder import StudyFolder
    from trialbook.web.accounts.policy import Policy
    from trialbook.web.doctor import Finding
    from trialbook.web.serving import Serving

HOST = click.option("--host", metavar="ADDRESS", help="Address to listen at (default: 127.0.0.1, this machine only).")
PORT = click.option("--port", type=click.IntRange(1, 65535), help="Port to listen at (default: 8000).")
TLS = click.option("--tls", metavar="make|FILE", help="Make a certificate, or use the one in this PEM file.")
KEY = click.option("--tls-key", metavar="FILE", help="The key of the certificate, where it is in another file.")


@click.command()
@STUDY
@HOST
@PORT
@TLS
@KEY
@click.option("--language", type=click.Choice(["en", "zh-hant"]), help="Language of whoever chose none.")
@click.option("--let-in", "lost", metavar="CODE", help="Print a one-time code for this account, and start nothing.")
def serve(
    study: Path,
    *,
    host: str | None,
    port: int | None,
    tls: str | None,
    tls_key: str | None,
    language: str | None,
    lost: str | None,
) -> None:
    """Serve the study's site to browsers, until Ctrl-C.

    Without options it is as site.toml in the study's folder says, and only this machine reaches it.
    """
    from trialbook.web.serving import let_in, only_one, plan_serving, prepare_accounts, run

    where = folder_at(study)
    if lost is not None:
        print_let_in(lost, let_in(where, lost))
        return
    policy = chosen(where, host=host, port=port, tls=tls, tls_key=tls_key, language=language)
    own = doors("serve")
    serving = plan_serving(where, policy, own)
    with only_one(where):
        start = prepare_accounts(serving)
        click.echo(f"Starting the site of {where.path} ...")

        def ready() -> None:
            print_ready(serving, start)
            print_damage(where)

        run(serving, own, ready=ready)
    click.echo("Stopped. Everything that was saved is saved.")


@click.command()
@STUDY
@HOST
@TLS
@KEY
@click.option("--json", "as_json", is_flag=True, help="Write what was found as JSON.")
def doctor(study: Path, *, host: str | None, tls: str | None, tls_key: str | None, as_json: bool) -> None:
    """Look whether the study's site is safe: files, place, settings, clock, disk.

    It leaves with 1 where anything is not.
    """
    from trialbook.web.doctor import Patient, examine

    where = folder_at(study)
    policy = chosen(where, host=host, port=None, tls=tls, tls_key=tls_key, language=None)
    findings = examine(Patient(where=where, policy=policy, doors=doors("doctor")))
    if as_json:
        print_json(findings)
    else:
        print_findings(findings)
    if not all(finding.ok for finding in findings):
        sys.exit(1)


def chosen(
    where: StudyFolder,
    *,
    host: str | None,
    port: int | None,
    tls: str | None,
    tls_key: str | None,
    language: str | None,
) -> Policy:
    """Return how the site is to be reached: as the options say, else as `site.toml` says."""
    from dataclasses import replace

    from trialbook.web.accounts.policy import read_policy

    here = Path.cwd()
    files = {
        # a path on the command line is meant from here, one in site.toml from the study's folder
        "tls": tls if tls in {None, "make"} else str(here / str(tls)),
        "tls_key": None if tls_key is None else str(here / tls_key),
    }
    told = {"host": host, "port": port, "language": language, **files}
    policy = replace(read_policy(where.path), **{name: value for name, value in told.items() if value is not None})  # type: ignore[arg-type]  # click judged each
    if tls_key is not None and policy.tls in {"", "make"}:
        raise click.UsageError("--tls-key is the key of a certificate: name that with --tls FILE.")
    return policy


def print_ready(serving: Serving, start: str | None) -> None:
    """Say where the site is, and on its first run what to do next."""
    from rich.markup import escape

    from trialbook.terminal import console

    out = console()
    out.print(f"[bold]{escape(serving.study.say(serving.study.identity.title))}[/]")
    out.print(f"  on this machine: [bold]{serving.address}[/]", soft_wrap=True)
    for address in serving.addresses:
        out.print(f"  from others:     {escape(address)}", soft_wrap=True)
    if serving.certificate is not None:
        out.print("Certificate (SHA-256), to compare with what a browser shows at its first visit:")
        out.print(f"  {serving.certificate.fingerprint}", soft_wrap=True)
        out.print(
            f"  {escape(str(serving.certificate.certificate))}, good until {serving.certificate.until:%Y-%m-%d}",
            soft_wrap=True,
        )
    if start is not None:
        print_first_run(serving, start)
    out.print("Stop with Ctrl-C.")


def print_damage(where: StudyFolder) -> None:
    """Say what is wrong with the ledger of a site that runs: what happens is recorded all the same."""
    from trialbook.errors import TrialbookError
    from trialbook.folder import verify_ledger

    try:
        found = verify_ledger(where, None).problems if where.has_ledger else ()
    except TrialbookError as error:
        found = error.problems
    wrong = [problem for problem in found if problem.level == "error"]
    if wrong:
        print_problems(wrong)
        click.echo("The ledger fails its own check. What happens is recorded; no report is made before it is mended.")


def print_first_run(serving: Serving, start: str) -> None:
    """Say how the first account is made."""
    from trialbook.terminal import console

    out = console()
    out.print("[bold]First run:[/] nobody has an account yet.")
    out.print(f"  1. Open {serving.address}first-run?start={start}", soft_wrap=True)
    out.print(
        f"     The start code is [bold]{start}[/]; it holds until the first account is made or the site is stopped."
    )
    if serving.where.has_ledger:
        out.print("  2. Choose a password for the code of a custodian of this study; the page names them.")
    else:
        out.print("  2. Choose your code and a password: you become custodian of the study.")
    out.print("  3. Under “Accounts”, make an account for each person and grant their role.")


def print_let_in(code: str, one_time: str) -> None:
    """Print a one-time code for an account."""
    click.echo(f"One-time code for {code}, in the place of the password, within 24 hours: {one_time}")
    click.echo("The account's second factor was taken away and its sessions ended; the log of sign-ins tells of it.")


def print_findings(findings: tuple[Finding, ...]) -> None:
    """Print a line for each check, then what is wrong."""
    for finding in findings:
        word = "ok" if not finding.problems else "look" if finding.ok else "NOT SAFE"
        click.echo(f"{word:<9} {finding.check}")
    print_problems([problem for finding in findings for problem in finding.problems])


def print_json(findings: tuple[Finding, ...]) -> None:
    """Print what was found as JSON."""
    import json

    from trialbook.wording import remedy, sentence

    checks = [
        {
            "check": finding.check,
            "ok": finding.ok,
            "problems": [
                {"code": one.code, "level": one.level, "sentence": sentence(one), "remedy": remedy(one)}
                for one in finding.problems
            ],
        }
        for finding in findings
    ]
    click.echo(json.dumps({"ok": all(one.ok for one in findings), "checks": checks}, indent=2, ensure_ascii=False))
