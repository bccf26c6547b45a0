"""Moving a participant from one site to another: the record goes with the person, what was recorded stays as it was."""

from __future__ import annotations

from dataclasses import replace

from trialbook.capture.judging import Desk, at_cell
from trialbook.capture.ledger import Draft
from trialbook.capture.people import is_code
from trialbook.capture.statuses import DAY, goes_there, record_open
from trialbook.errors import Problem
from trialbook.protocol.values import parse_value


def judge_transfer(desk: Desk, asked: Draft) -> None:
    """Judge the move to another site: whoever records it may enrol at both, or everywhere; the same site adds nothing.

    Entries keep the site of their day; the entry of the move carries the new one.
    """
    casebook, site = desk.casebook(asked.participant), asked.site or ""
    if casebook is None:
        desk.is_known(asked)
    elif not is_code(site):
        desk.refuse("ACT-15", asked, what="site", code=site)
    elif site != casebook.site and goes_there(desk, casebook, asked):
        record_dated(desk, asked)


def record_dated(desk: Desk, asked: Draft) -> None:
    """Record a move whose date, if there is one, is a date."""
    day = None if asked.value is None else parse_value(DAY, asked.value, missing={})
    if isinstance(day, Problem):
        desk.problems.append(at_cell(day, asked))
    else:
        record_open(desk, replace(asked, value=None if day is None else day.value))
