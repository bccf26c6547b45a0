"""How the consequences of an amendment look in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.markup import escape

from trialbook.conduct.judgements import ASPECTS
from trialbook.terminal import console, table

if TYPE_CHECKING:
    from trialbook.capture.foreseeing import Foreseen
    from trialbook.conduct.consequences import Consequences, Effect

MOST = 8
"""Participants that are named for one change; the rest is counted."""


def print_foreseen(foreseen: Foreseen) -> None:
    """Print what a version changes, whom each change touches, and what rules would ask."""
    found = foreseen.consequences
    if not found.effects:
        click.echo("It says the same as the plan in force.")
        return
    rows = table("", "where", "before", "after", "participants", "visits", "values")
    for effect in found.effects:
        rows.add_row(*map(escape, _cells(effect)))
    console().print(rows)
    for line in _lines(foreseen, found):
        click.echo(line)


def _cells(effect: Effect) -> tuple[str, ...]:
    change, touched = effect.change, effect.participants
    if not touched:
        return (change.kind, change.where, _short(change.before), _short(change.after), "none", "", "")
    named = ", ".join(touched[:MOST])
    more = f" and {len(touched) - MOST} more" if len(touched) > MOST else ""
    counts = (f"{len(touched)}: {named}{more}", str(effect.visits or ""), str(effect.values or ""))
    return (change.kind, change.where, _short(change.before), _short(change.after), *counts)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "\u2026"


def _lines(foreseen: Foreseen, found: Consequences) -> list[str]:
    """Return the sentences under the table."""
    counts = found.counts()
    lines = [
        (
            f"Participants judged by both plans: {found.judged}; judged otherwise in something: "
            f"{len({one.participant for one in found.shifts})}. No recorded value is changed."
        )
    ]
    lines += [f"  {ASPECTS[aspect]}: {counts[aspect]}" for aspect in ASPECTS if counts.get(aspect)]
    if found.other:
        lines.append(f"  of these, following from no single change: {len(found.other)}")
    lines.append(f"Queries of rules: {len(foreseen.raised)} would be raised, {len(foreseen.closed)} would close.")
    lines += [
        f"{one.form}.{one.old} looks renamed to {one.new}: its answers ({one.answers}) stay under the old name and are "
        "not carried over. Keep the old id, and change its label, to keep them."
        for one in found.renamed
    ]
    return lines
